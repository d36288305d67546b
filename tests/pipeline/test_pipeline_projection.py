"""What is asked for is what everything would give without the rest, whatever the lines hold."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.tables import TABLES
from strategies import broken_lines, line_of, mutated_rows, row_lines, rows

ID: dict[str, Any] = {"data_row": {"id": "d"}}
COLUMNS = {name: [column.name for column in table.columns] for name, table in TABLES.items()}


def tables_of(data: bytes, columns: Mapping[str, Sequence[str]]) -> dict[str, pa.Table]:
    found: dict[str, list[pa.RecordBatch]] = {}
    for name, batch in exportkit.iter_batches(io.BytesIO(data), tables=[*columns], columns=columns):
        found.setdefault(name, []).append(batch)
    return {name: pa.Table.from_batches(batches) for name, batches in found.items()}


def check_restricted(whole: dict[str, pa.Table], data: bytes, asked: Mapping[str, Sequence[str]]) -> None:
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


#: Values that are not what the catalogue says, or hold an item that is not.
ODD: list[Any] = [5, 279.5, "x", {}, {"x": 5}, {"1": {}}, [], [5], [None], [[]], {"\ud800": {}}]


def containers(value: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield every key under which an array or object stands, with the object that has it."""
    if isinstance(value, list):
        for item in value:
            yield from containers(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, dict | list) and key != "data_row":
                yield value, key
            yield from containers(item)


def escaped(row: dict[str, Any]) -> bytes:
    """Return a row as a line; unlike `line_of`, half a surrogate pair may be in it."""
    return json.dumps(row).encode()


@st.composite
def rows_with_odd_containers(draw: st.DrawFn) -> dict[str, Any]:
    """Give a row in which some array or object is something else; every key is as likely as any other."""
    row: dict[str, Any] = json.loads(json.dumps(draw(rows())))
    for _ in range(draw(st.integers(1, 3))):
        by_key: dict[str, dict[str, Any]] = {key: parent for parent, key in containers(row)}
        if by_key:
            key = draw(st.sampled_from(sorted(by_key)))
            by_key[key][key] = draw(st.sampled_from(ODD))
    return row


drifted_lines = st.lists(
    st.one_of(
        rows_with_odd_containers().map(escaped), row_lines(mutated_rows(odd_items=True)), broken_lines()
    ),
    min_size=2,
    max_size=5,
)


@given(drifted_lines, choices_of_columns())
def test_what_is_asked_for_is_the_whole_without_the_rest(
    lines: list[bytes], asked: Mapping[str, Sequence[str]]
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
    *({**ID, section: odd} for odd in ODD
      for section in ("attachments", "metadata_fields", "embeddings", "projects", "experiments")),
    *(below_project(labels=odd) for odd in ODD),
    *(below_project(project_details={"workflow_history": odd}) for odd in ODD),
    *({**ID, "experiments": {"e": {"runs": {"r": {section: odd}}}}} for odd in ODD
      for section in ("labels", "predictions")),
    *({**ID, "experiments": {"e": {"runs": odd}}} for odd in ODD),
    below_project(labels=[{"label_details": {"created_at": "yesterday"}}]),
    *(annotated(**{key: odd}) for odd in ODD
      for key in ("objects", "classifications", "relationships", "frames", "groups", "timestamp", "segments",
                  "key_frame_feature_map")),
    *(annotated(**{key: {"1": {"classifications": odd, "objects": {"k": odd}, "frames": {"2": odd}}}})
      for odd in ODD for key in ("frames", "groups", "timestamp")),
    *(annotated(groups={"g": {"frames": {"1": {"objects": odd}, "x": {}}}}) for odd in ODD),
    *(annotated(**{key: [{**REPEATED, "classifications": odd}]}) for odd in ODD
      for key in ("objects", "relationships")),
    *(annotated(objects=[odd, odd], relationships=[odd, {}]) for odd in ODD),
    *(annotated(objects=[copy], relationships=[copy]) for copy in ({"feature_id": "f"}, {})),
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


ODD_LINES = b"\n".join(escaped(row) for row in (*DRIFTED, ID, *DRIFTED))
WHOLE = cache(lambda: tables_of(ODD_LINES, COLUMNS))


@pytest.mark.parametrize(
    "columns", [COLUMNS, dict.fromkeys(COLUMNS, ("line", "extra"))], ids=["all", "extra"]
)
@pytest.mark.parametrize("name", COLUMNS)
def test_each_table_alone_is_the_same_as_among_all(name: str, columns: Mapping[str, Sequence[str]]) -> None:
    check_restricted(WHOLE(), ODD_LINES, {name: columns[name]})


@pytest.mark.parametrize("name", COLUMNS)
def test_rows_without_columns_are_counted_all_the_same(name: str) -> None:
    check_restricted(WHOLE(), ODD_LINES, {name: ()})


def test_a_file_has_columns(tmp_path: Path) -> None:
    with pytest.raises(exportkit.TableError) as raised:
        exportkit.to_parquet(io.BytesIO(ODD_LINES), tmp_path / "lake", columns={"labels": []})
    assert str(raised.value) == (
        "no column is asked for of table 'labels', and a file has at least one"
        "\nhint: leave the table out of tables"
    )
    assert not (tmp_path / "lake").exists()
