"""Objects that repeat an entry of ``relationships``: a verbatim copy makes no row, one that differs does."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import exportkit
from oracle import differences, rows_of_batches, tables_of_export

ENTRIES: list[dict[str, Any]] = [
    {"feature_id": "r", "unidirectional_relationship": {"source": "a", "target": "b"}},
    {"feature_id": "r", "name": "another", "bidirectional_relationship": {"source": "a", "target": "b"}},
    {"feature_id": "r", "name": "joins nothing"},
    {"feature_id": "r", "classifications": [{"feature_id": "q", "name": "Q"}]},
    {"feature_id": "r", "classifications": []},
    {"feature_id": "a", "point": {"x": 1, "y": 2}},
    {"feature_id": "r", "x_new": 1},
    {"name": "without an id"},
    {},
]
entries = st.lists(st.sampled_from(ENTRIES), max_size=4)


@given(objects=entries, relationships=entries)
def test_copies_of_relationships_are_told_from_objects_as_plain_python_tells_them(
    objects: list[Any], relationships: list[Any]
) -> None:
    said = {"objects": objects, "relationships": relationships}
    row = {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "annotations": said}]}}}
    line = json.dumps(row).encode() + b"\n"
    made = rows_of_batches(exportkit.iter_batches(io.BytesIO(line), export_id="e", on_bad_row="raise"))
    assert differences(tables_of_export(line, export_id="e", source_uri="stream:"), made) == []
    verbatim = [one for one in objects if one in relationships]
    assert len(made["objects"]) == len(objects) - len(verbatim)
    assert len(made["relationships"]) == len(relationships)
