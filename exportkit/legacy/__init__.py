"""Legacy: Export V1 in, Export V2 rows out.

Takes labels of Export V1 (2018 to 2023, one object per label), as JSON or CSV; gives rows of Export V2 (one
object per data row), which the stages of the pipeline read like any other. Does not know tables.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.legacy.csv_labels import is_csv as is_csv
    from exportkit.legacy.csv_labels import read_csv as read_csv
    from exportkit.legacy.first_look import looks_like_v1 as looks_like_v1
    from exportkit.legacy.label_reader import begins_as_v1 as begins_as_v1
    from exportkit.legacy.label_reader import read_label as read_label
    from exportkit.legacy.upgrading import Upgraded as Upgraded
    from exportkit.legacy.upgrading import upgrade as upgrade
    from exportkit.legacy.upgrading import upgrade_rows as upgrade_rows
