"""What is asked for is what everything would give without the rest, whatever the lines hold."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.tables import TABLES
from strategies import broken_lines, line_of, mutated_rows, row_lines

ID: dict[str, Any] = {"data_row": {"id": "d"}}
COLUMNS = {name: [column.name for column in table.columns] for name, table in TABLES.items()}


def tables_of(data: bytes, columns: dict[str, Sequence[str]]) -> dict[str, pa.Table]:
    found: dict[str, list[pa.RecordBatch]] = {}
    for name, batch in exportkit.iter_batches(io.BytesIO(data), tables=[*columns], columns=columns):
        found.setdefault(name, []).append(batch)
    return {name: pa.Table.from_batches(batches) for name, batches in found.items()}


def check_restricted(whole: dict[str, pa.Table], data: bytes, asked: dict[str, Sequence[str]]) -> None:
    some = tables_of(data, asked)
    assert some.keys() == whole.keys() & asked.keys()
    for name, table in some.items():
        kept = [column for column in COLUMNS[name] if column in asked[name]]
        assert table.column_names == kept
        assert table.num_rows == whole[name].num_rows
        assert table.to_pylist() == whole[name].select(kept).to_pylist(), name


@st.composite
def choices_of_columns(draw: st.DrawFn) -> dict[str, Sequence[str]]:
    names = draw(st.lists(st.sampled_from([*TABLES]), min_size=1, max_size=4, unique=True))
    return {
        name: draw(
            st.one_of(
                st.just(COLUMNS[name]),
                st.just(["extra"]),
                st.lists(st.sampled_from(COLUMNS[name]), max_size=4, unique=True),
            )
        )
        for name in names
    }


drifted_lines = st.lists(
    st.one_of(row_lines(mutated_rows(odd_items=True)), broken_lines()), min_size=1, max_size=3
)


@given(drifted_lines, choices_of_columns())
def test_what_is_asked_for_is_the_whole_without_the_rest(
    lines: list[bytes], asked: dict[str, Sequence[str]]
) -> None:
    data = b"\n".join([line_of(ID), *lines])
    check_restricted(tables_of(data, COLUMNS), data, asked)


def below_project(**fields: Any) -> dict[str, Any]:
    return {**ID, "projects": {"p": fields}}


def annotated(**annotations: Any) -> dict[str, Any]:
    return below_project(labels=[{"id": "l", "annotations": annotations}])


ENDS = {"unidirectional_relationship": {"source": "a", "target": "b"}}
REPEATED = {"feature_id": "r", "annotation_kind": "ImageUnidirectionalRelationship", **ENDS}
ASKED = {"feature_id": "q", "name": "why", "radio_answer": {"feature_id": "o", "name": "so"}}
DRIFTED: list[dict[str, Any]] = [
    *({**ID, section: odd} for odd in (5, "x", {"x": 1}, [5], [None])
      for section in ("attachments", "metadata_fields", "embeddings")),
    *({**ID, section: odd} for odd in (5, [], {"p": 5}, {"p": []}, {"\ud800": {}})
      for section in ("projects", "experiments")),
    *(below_project(labels=odd) for odd in (279.5, {"l": {}}, [7])),
    *(below_project(project_details={"workflow_history": odd}) for odd in (5, {}, [5])),
    *({**ID, "experiments": {"e": {"runs": {"r": {section: odd}}}}} for odd in (5, {}, [5])
      for section in ("labels", "predictions")),
    *({**ID, "experiments": {"e": {"runs": odd}}} for odd in (5, [], {"r": 5})),
    below_project(labels=[{"label_details": {"created_at": "yesterday"}}]),
    *(annotated(**{key: odd}) for odd in (5, {"x": 5}, ["x"], {"1": {"objects": 5, "classifications": {}}})
      for key in ("objects", "classifications", "relationships", "frames", "groups", "timestamp", "segments",
                  "key_frame_feature_map")),
    *(annotated(**{key: {"1": {"classifications": odd, "objects": {"k": odd}}}}) for odd in (5, {}, [5])
      for key in ("frames", "groups", "timestamp")),
    annotated(groups={"g": {"frames": {"1": {"objects": {"k": 5}}, "x": {}}}}),
    *(annotated(**{key: [{**REPEATED, "classifications": odd}]}) for odd in (5, {}, [5])
      for key in ("objects", "relationships")),
    *(annotated(objects=[{**REPEATED, **more}], relationships=[{**REPEATED, **other}])
      for more, other in (
          ({}, {}),
          ({"classifications": [ASKED]}, {"classifications": [ASKED]}),
          ({"classifications": [ASKED]}, {"classifications": [dict(reversed(ASKED.items()))]}),
          ({"classifications": [ASKED]}, {"classifications": [{**ASKED, "name": "who"}]}),
          ({"classifications": [ASKED]}, {}),
          ({"classifications": []}, {}),
          ({"point": {"x": 1, "y": 2}, "classifications": [ASKED]}, {"classifications": [ASKED]}),
          ({"point": 5, "classifications": [ASKED]}, {"classifications": [ASKED]}),
          ({"point": 5, "classifications": [ASKED]}, {"classifications": [ASKED], "point": 5}),
          ({"bidirectional_relationship": {"source": "c"}}, {}),
          ({"bidirectional_relationship": {"source": "c"}, "classifications": [ASKED]}, {}),
          ({"x": 1, "classifications": [ASKED]}, {"x": 1, "classifications": [ASKED]}),
          ({"x": 1, "classifications": [ASKED]}, {"x": 2, "classifications": [ASKED]}),
      )),
]  # fmt: skip


ODD_LINES = b"\n".join(json.dumps(row).encode() for row in (*DRIFTED, ID, *DRIFTED))
WHOLE = cache(lambda: tables_of(ODD_LINES, COLUMNS))


@pytest.mark.parametrize(
    "columns", [COLUMNS, dict.fromkeys(COLUMNS, ("line", "extra"))], ids=["all", "extra"]
)
@pytest.mark.parametrize("name", COLUMNS)
def test_each_table_alone_is_the_same_as_among_all(name: str, columns: dict[str, Sequence[str]]) -> None:
    check_restricted(WHOLE(), ODD_LINES, {name: columns[name]})


@pytest.mark.parametrize("name", COLUMNS)
def test_rows_without_columns_are_counted_all_the_same(name: str) -> None:
    check_restricted(WHOLE(), ODD_LINES, {name: ()})
