"""Split: blocks of bytes become blocks of whole lines, each with the place of its first.

Takes decompressed blocks; gives `LineBlock` with its places, or a `LongLine` for a line that is too long to
hold; gives byte ranges of a file that can be read independently. Knows where lines, and elements of a JSON
array, end; does not know their contents, files or compression.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.split.array_elements import cut_elements as cut_elements
    from exportkit.split.form import LINE_BY_LINE as LINE_BY_LINE
    from exportkit.split.form import V1_HINT as V1_HINT
    from exportkit.split.form import Form as Form
    from exportkit.split.form import layout as layout
    from exportkit.split.form import sniff as sniff
    from exportkit.split.line_blocks import MAX_LINE_BYTES as MAX_LINE_BYTES
    from exportkit.split.line_blocks import MAX_MEMBER_BYTES as MAX_MEMBER_BYTES
    from exportkit.split.line_blocks import LongLine as LongLine
    from exportkit.split.line_blocks import cut_lines as cut_lines
    from exportkit.split.line_places import places as places
    from exportkit.split.members import TooHeavyError as TooHeavyError
    from exportkit.split.members import cut_members as cut_members
    from exportkit.split.members import member_ends as member_ends
    from exportkit.split.ranges import Split as Split
    from exportkit.split.ranges import plan_splits as plan_splits
    from exportkit.split.string_rows import rows_in_strings as rows_in_strings
    from exportkit.split.tape import BYTE_ORDER_MARK as BYTE_ORDER_MARK
    from exportkit.split.tape import Start as Start
    from exportkit.split.tape import take_head as take_head
    from exportkit.split.tape import take_start as take_start
