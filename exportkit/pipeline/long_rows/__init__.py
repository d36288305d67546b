"""Long rows: a line too long to hold becomes fragments of a row, which together make the same tables.

The line is read twice, in chunks of members (`exportkit.split.cut_members`): what comes later in it may
matter to what comes before. The first pass decodes every chunk, so that a line is refused as a whole or not
at all, and keeps what other chunks depend on (`LongRowIndex`); the second one hands the chunks on as rows
of their own.

Kept between the passes: the fields beside the collections, one date per label, leftovers of labels that
have no row of their own, and by label its relationships, and its key frames (8 bytes each, and about 100
bytes for each frame that is one).
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.pipeline.long_rows.fragments import LongRow as LongRow
    from exportkit.pipeline.long_rows.wrapping import may_enter as may_enter
