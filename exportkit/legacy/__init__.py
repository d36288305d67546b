"""Legacy: Export V1 in, Export V2 rows out.

Takes bytes of Export V1 (2018 to 2023, one object per label); gives rows of Export V2 (one object per data
row), which the stages of the pipeline read like any other. Does not know tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.legacy.first_look import looks_like_v1
    from exportkit.legacy.label_reader import begins_as_v1
    from exportkit.legacy.upgrading import Upgraded, upgrade, upgrade_rows

__all__ = ["Upgraded", "begins_as_v1", "looks_like_v1", "upgrade", "upgrade_rows"]

_HOMES = {
    "Upgraded": "exportkit.legacy.upgrading",
    "begins_as_v1": "exportkit.legacy.label_reader",
    "looks_like_v1": "exportkit.legacy.first_look",
    "upgrade": "exportkit.legacy.upgrading",
    "upgrade_rows": "exportkit.legacy.upgrading",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
