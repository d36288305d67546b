"""Hard mutations: takes rows of the catalogue, gives rows that no export ever held.

Any value anywhere becomes any other, ids go or meet themselves again, keys of one object appear in another,
items double: what has to come back all the same.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from strategies import rows

__all__ = ["hard_rows"]

#: Values that are hard on some type.
VALUES: tuple[Any, ...] = (
    None, "", "x", "null", 0, -1, 1, 1.5, 90.0, 2**31, 2**53 + 1, -(2**63), 2**64, 10**30, 1e300, True, False,
    [], {}, [[]], [{}], [None], [1], ["a"], {"x": 1}, {"0": 1}, {"x": None}, {"$": {}}, [{"x": 1}],
    [{"x": 1, "y": 2}], [[1, 2]], [[1, 2, 3]], {"f": [[1, 2]]}, {"5": True}, {"Axial": {"5": False}},
    {"5": {"objects": {"k": {"value": "v"}}}}, "\ud800", "\x00", "\u2028",
    "2023-01-01", "2023-01-01T00:00:00", "2023-01-01T00:00:00.1234567Z", "0001-01-01T00:00:00+00:00",
    "9999-12-31T23:59:60Z", "2024-02-29 23:59:59.999999-14:00",
)  # fmt: skip
#: Keys that mean something somewhere, and keys that look like numbers or marks.
KEYS = (
    "id", "name", "value", "feature_id", "feature_schema_id", "annotation_kind", "schema_name",
    "classifications",
    "objects", "frames", "groups", "timestamp", "segments", "key_frame_feature_map", "relationships",
    "labels",
    "polygon", "line", "point", "bounding_box", "mask", "location", "conversational_location", "geojson",
    "selected_message", "ranked_messages", "unidirectional_relationship", "bidirectional_relationship",
    "radio_answer", "checklist_answers", "text_answer", "conversational_radio_answer",
    "conversational_checklist_answers", "message_id", "content", "confidence", "custom_metrics", "planes",
    "performance_details", "performance_details_v2", "skipped", "label_details", "created_at", "split",
    "0", "1", "05", "-0", "5.0", "99999999999999999999", "", "x", "$", "$extra", "\ud800", "a.b", "extra",
)  # fmt: skip

SOMETIMES: st.SearchStrategy[bool] = st.booleans()
#: The value under a key or at an index of a container.
Spot = tuple[Any, Any]


@st.composite
def hard_rows(draw: st.DrawFn, source: st.SearchStrategy[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Give a row of `source`, by default any, with one to six hard mutations; it keeps its data row id."""
    row: dict[str, Any] = json.loads(json.dumps(draw(rows() if source is None else source)))
    data_row_id = row["data_row"]["id"]
    for _ in range(draw(st.integers(1, 6))):
        spots = _spots(row)
        if not spots:
            break
        draw(st.sampled_from(MUTATIONS))(draw, draw(st.sampled_from(spots)), spots)
    if not isinstance(row.get("data_row"), dict):
        row["data_row"] = {}
    row["data_row"]["id"] = data_row_id
    return row


def _set(draw: st.DrawFn, spot: Spot, _spots: list[Spot]) -> None:
    parent, key = spot
    parent[key] = copy.deepcopy(draw(st.sampled_from(VALUES)))


def _drop(_draw: st.DrawFn, spot: Spot, _spots: list[Spot]) -> None:
    parent, key = spot
    del parent[key]


def _copy(draw: st.DrawFn, spot: Spot, spots: list[Spot]) -> None:
    """Put here what stands elsewhere, more often than not under the same key."""
    parent, key = spot
    alike = [(other, name) for other, name in spots if name == key and other is not parent]
    if not alike or draw(SOMETIMES):
        alike = spots
    source, name = draw(st.sampled_from(alike))
    parent[key] = copy.deepcopy(source[name])


def _insert(draw: st.DrawFn, spot: Spot, spots: list[Spot]) -> None:
    parent, key = spot
    source, name = draw(st.sampled_from(spots))
    value = draw(st.sampled_from([source[name], *VALUES]))
    if isinstance(parent, dict):
        parent[draw(st.sampled_from(KEYS))] = copy.deepcopy(value)
    else:
        parent.insert(key, copy.deepcopy(value))


def _rename(draw: st.DrawFn, spot: Spot, _spots: list[Spot]) -> None:
    parent, key = spot
    if isinstance(parent, dict):
        parent[draw(st.sampled_from(KEYS))] = parent.pop(key)
    else:
        parent.append(copy.deepcopy(parent[key]))


MUTATIONS: list[Callable[[st.DrawFn, Spot, list[Spot]], None]] = [
    _set,
    _set,
    _drop,
    _copy,
    _copy,
    _insert,
    _rename,
]


def _spots(value: Any) -> list[Spot]:
    """Return every key and index inside `value`."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[Spot] = []
    for key, item in pairs:
        found.append((value, key))
        found.extend(_spots(item))
    return found
