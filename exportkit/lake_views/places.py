"""Places: what the views join by.

An input line and a label in it (`export_id, line, label_index`) name what belongs together, and the plane
where there are planes, so that a data row that was exported twice never multiplies.
"""

from __future__ import annotations

__all__ = ["DATA_ROW", "PLACE", "of", "same_place"]

_KEYS = ("export_id", "line", "label_index", "plane")
#: Columns that name the place of a feature.
PLACE = ", ".join(_KEYS)

#: What views show of a data row, once per input line.
DATA_ROW = """
    (select export_id, line, any_value(global_key) as global_key, any_value(external_id) as external_id,
            any_value(width) as width, any_value(height) as height, any_value(frame_rate) as frame_rate,
            any_value(frame_count) as frame_count
     from data_rows group by export_id, line)
"""


def of(rows: str, columns: str = PLACE) -> str:
    """Return `columns`, which commas separate, as those of `rows`."""
    return ", ".join(f"{rows}.{name}" for name in columns.split(", "))


def same_place(one: str, other: str) -> str:
    """Return the condition that rows of `one` and `other` are about one label and plane."""
    joined = [f"{one}.{name} = {other}.{name}" for name in _KEYS[:-1]]
    return " and ".join([*joined, f"{one}.plane is not distinct from {other}.plane"])
