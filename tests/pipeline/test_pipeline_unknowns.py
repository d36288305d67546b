"""What the catalogue does not know is counted, by table and path, and not beyond measure."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given

import exportkit
from exportkit import Report
from exportkit.pipeline import unknowns
from exportkit.tables import TABLES
from strategies import line_of, mutated_rows, rows


def counted(*some: dict[str, Any]) -> Report:
    data = b"\n".join(json.dumps(row).encode() for row in some)
    batches = exportkit.iter_batches(io.BytesIO(data))
    list(batches)
    return batches.report


def labelled(**annotations: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "annotations": annotations}]}}}


FOUND: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"data_row": {"id": "d"}, "x": {"deep": 1}}, {"data_rows.x": 1}),
    ({"data_row": {"id": "d", "x": 1, "$key": 5, "$x": None, "details": {"y": 1}}},
     {"data_rows.data_row.x": 1, "data_rows.data_row.$x": 1, "data_rows.data_row.details.y": 1}),
    ({"data_row": {"id": "d"}, "media_attributes": {"x": 1, "width": "9"}},
     {"data_rows.media_attributes.x": 1, "data_rows.media_attributes.width": 1}),
    ({"data_row": {"id": "d"}, "media_attributes": {"codec": "h264", "message_count": 3}}, {}),
    ({"data_row": {"id": "d"}, "attachments": [{"x": 1}, {"x": 2}]}, {"attachments.x": 2}),
    ({"data_row": {"id": "d"}, "attachments": [5]}, {}),
    (labelled(x=1), {"labels.annotations.x": 1}),
    (labelled(objects=[{"annotation_kind": "ImagePoint", "point": {"x": 1, "y": 2, "z": 3}}]),
     {"objects.point.z": 1}),
    (labelled(objects=[{"annotation_kind": "ImageCuboid", "cuboid": {}}]), {"objects.cuboid": 1}),
    (labelled(classifications=[{"feature_id": "q", "x": 1, "radio_answer": {"feature_id": "a", "y": 1}}]),
     {"classifications.x": 1, "classifications.radio_answer.y": 1}),
    (labelled(frames={"1": {"objects": {"key": {"feature_id": "id", "annotation_kind": "VideoPoint"}}}}), {}),
    (labelled(objects=[{"classifications": [{"name": "q", "radio_answer": {"classifications": [{}]}}]}]), {}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "found"), FOUND, ids=range(len(FOUND)))
def test_an_unknown_field_is_counted_under_its_table_and_path(row: Any, found: dict[str, int]) -> None:
    assert counted(row).unknown_fields == Counter(found)
    assert counted(row, row, {"data_row": {"id": "e"}}).unknown_fields == Counter(
        {name: 2 * times for name, times in found.items()}
    )


def test_a_kind_is_counted_where_the_catalogue_lacks_it() -> None:
    kinds = ["ImageCuboid", "ImagePolygon", "ImageCuboid", "", "ImageUnidirectionalRelationship"]
    report = counted(labelled(objects=[{"feature_id": "f", "annotation_kind": kind} for kind in kinds]))
    assert report.unknown_kinds == Counter({"ImageCuboid": 2, "": 1})


def test_names_are_counted_up_to_a_limit_and_then_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknowns, "MAX_NAMES", 3)
    report = counted({"data_row": {"id": "d"}, **{f"x{at}": 1 for at in range(10)}})
    assert report.unknown_fields == Counter(
        {"data_rows.x0": 1, "data_rows.x1": 1, "data_rows.x2": 1, unknowns.OTHERS: 7}
    )


@given(rows())
def test_a_row_of_the_catalogue_holds_nothing_unknown(row: dict[str, Any]) -> None:
    report = counted(row)
    assert (report.unknown_fields, report.unknown_kinds) == (Counter(), Counter())


@given(mutated_rows())
def test_something_is_counted_exactly_where_a_table_shows_something_left_over(row: dict[str, Any]) -> None:
    batches = exportkit.iter_batches(io.BytesIO(line_of(row)))
    left = Counter[str]()
    for name, batch in batches:
        for column in ("extra", "payload", "media_attributes"):
            if column in batch.schema.names and name != "rejects":
                texts = [json.loads(text) for text in batch.column(column).drop_null().to_pylist()]
                known = {"codec", "message_count"} if column == "media_attributes" else unknowns.MARKS
                left[name] += sum(not known.issuperset(text) for text in texts)
    tables = {path.partition(".")[0] for path in batches.report.unknown_fields}
    assert tables == {name for name in TABLES if left[name]}
