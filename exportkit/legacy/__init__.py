"""The room `legacy`: Export V1 in, Export V2 rows out.

Takes bytes of Export V1 (2018 to 2023: an object for each label); gives rows as Export V2 has them (an
object for each data row), which the other rooms then read like any V2 row. Does not know tables.
"""

from __future__ import annotations

from exportkit.legacy.elements import looks_like_v1
from exportkit.legacy.upgrading import Upgraded, upgrade, upgrade_rows

__all__ = ["Upgraded", "looks_like_v1", "upgrade", "upgrade_rows"]
