"""Long rows: a line too long to hold becomes fragments of a row, which together make the same tables.

The line is read twice, in chunks of members (`exportkit.split.cut_members`): what comes later in it may
matter to what comes before. The first pass decodes every chunk, so that a line is refused as a whole or not
at all, and keeps what other chunks depend on (`LongRowIndex`) and where each chunk lies; the second one hands
the chunks on as rows of their own. Whatever a line holds, it makes the rows that it makes when it is held.

Kept between the passes: where the chunks lie, one date per label, leftovers that belong to the row of an
object that was entered (64 MiB at most), and by label its relationships, and its key frames (8 bytes each,
and about 100 bytes for each frame that is one).
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.pipeline.long_rows.fragments import LongRow as LongRow
    from exportkit.pipeline.long_rows.line_bytes import LineBytes as LineBytes
    from exportkit.pipeline.long_rows.wrapping import may_enter as may_enter
