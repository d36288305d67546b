"""Filters: what of an export is converted, which rows, which parts of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches; the corridor says
when. Does not know files, decoders or the order of the rooms.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.options import Filters as Filters
    from exportkit.options import LabelPolicy as LabelPolicy
    from exportkit.options import Params as Params
    from exportkit.select.conditions import Condition as Condition
    from exportkit.select.conditions import first_refusing as first_refusing
    from exportkit.select.conditions import make_conditions as make_conditions
    from exportkit.select.filter_values import NEEDS as NEEDS
    from exportkit.select.fingerprints import Record as Record
    from exportkit.select.label_policy import kept_labels as kept_labels
    from exportkit.select.params import Parts as Parts
    from exportkit.select.params import make_parts as make_parts
    from exportkit.select.pruning import select as select
    from exportkit.select.pruning import strip as strip
    from exportkit.select.redaction import Redaction as Redaction
    from exportkit.select.redaction import make_redaction as make_redaction
    from exportkit.select.selection import Selection as Selection
    from exportkit.select.selection import make_selection as make_selection
