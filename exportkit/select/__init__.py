"""Selection: which rows of an export are converted, which content of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches when the pipeline
says so. Knows no files, no decoders, and not the order of the stages.
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
    from exportkit.select.filter_values import READ_BY_FILTER as READ_BY_FILTER
    from exportkit.select.fingerprints import Fingerprint as Fingerprint
    from exportkit.select.label_policy import judge_labels as judge_labels
    from exportkit.select.params import Content as Content
    from exportkit.select.params import make_content as make_content
    from exportkit.select.pruning import empty_details as empty_details
    from exportkit.select.pruning import leave_out as leave_out
    from exportkit.select.pruning import leave_out_frames as leave_out_frames
    from exportkit.select.redaction import Redaction as Redaction
    from exportkit.select.redaction import make_redaction as make_redaction
    from exportkit.select.selection import Selection as Selection
    from exportkit.select.selection import make_selection as make_selection
