"""What no column holds is counted by table and path: unknown fields, and known ones whose value drifted."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit import Report
from exportkit import report as reports
from exportkit.flatten.leftovers import MARKS
from exportkit.tables import TABLES
from strategies import line_of, mutated_rows, rows

KNOWN_ATTRIBUTES = {"codec", "message_count", "content_length", "sub_type", "super_type"}


def counted(*some: dict[str, Any]) -> Report:
    return report_of(b"\n".join(json.dumps(row).encode() for row in some))


def report_of(data: bytes, **options: Any) -> Report:
    batches = exportkit.iter_batches(io.BytesIO(data), **options)
    list(batches)
    return batches.report


def labelled(**annotations: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "annotations": annotations}]}}}


def detailed(details: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "label_details": details}]}}}


def pointed(**geometry: Any) -> dict[str, Any]:
    return labelled(objects=[{"annotation_kind": "ImagePoint", **geometry}])


UNKNOWN: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"data_row": {"id": "d"}, "x": {"deep": 1}}, {"data_rows.x": 1}),
    ({"data_row": {"id": "d", "x": 1, "$key": 5, "$x": None, "details": {"y": 1}}},
     {"data_rows.data_row.x": 1, "data_rows.data_row.$x": 1, "data_rows.data_row.details.y": 1}),
    ({"data_row": {"id": "d"}, "media_attributes": {"x": 1}}, {"data_rows.media_attributes.x": 1}),
    ({"data_row": {"id": "d"}, "attachments": [{"x": 1}, {"x": 2}]}, {"attachments.x": 2}),
    ({"data_row": {"id": "d"}, "experiments": {"e": {"x": 1, "runs": {"r": {"y": 1}}}}},
     {"model_runs.x": 1, "model_runs.runs.y": 1}),
    (labelled(x=1), {"labels.annotations.x": 1}),
    (labelled(frames={"1": {"x": 1}, "2": {"x": 1}}), {"labels.annotations.frames.x": 1}),
    (pointed(point={"x": 1, "y": 2, "z": 3}), {"objects.point.z": 1}),
    (pointed(polygon=[{"x": 1, "y": 2, "z": 3}, {"x": 1, "y": 2, "z": 3}]), {"objects.polygon.z": 1}),
    (labelled(objects=[{"annotation_kind": "ImageCuboid", "cuboid": {}}]), {"objects.cuboid": 1}),
    (labelled(objects=[{"annotation_kind": "X", "unidirectional_relationship": {"source": "a"}}]),
     {"objects.unidirectional_relationship": 1}),
    (labelled(classifications=[{"feature_id": "q", "x": 1, "radio_answer": {"feature_id": "a", "y": 1}}]),
     {"classifications.x": 1, "classifications.radio_answer.y": 1}),
    (labelled(classifications=[{"feature_id": "q", "checklist_answers": [{"y": 1}]}]),
     {"classifications.checklist_answers.y": 1}),
]  # fmt: skip
DRIFTED: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"data_row": {"id": "d"}, "media_attributes": {"width": "9"}}, {"data_rows.media_attributes.width": 1}),
    ({"data_row": {"id": "d"}, "media_attributes": {"exif_rotation": "x"}},
     {"data_rows.media_attributes.exif_rotation": 1}),
    ({"data_row": {"id": "d", "details": {"created_at": "yesterday"}}},
     {"data_rows.data_row.details.created_at": 1}),
    ({"data_row": {"id": "d"}, "projects": {"p": 5}}, {"data_rows.projects": 1}),
    (detailed({"created_at": 5}), {"labels.label_details.created_at": 1}),
    (detailed(5), {"labels.label_details": 1}),
    ({"data_row": {"id": "d"}, "metadata_fields": [{"schema_name": "a", "name": "b"}]}, {"metadata.name": 1}),
    (labelled(objects="none"), {"labels.annotations.objects": 1}),
    (labelled(frames={"first": {"objects": {}}}), {"labels.annotations.frames": 1}),
    (pointed(bounding_box={"top": 1, "left": 2, "height": 3}), {"objects.bounding_box": 1}),
    (pointed(polygon=[5]), {"objects.polygon": 1}),
]  # fmt: skip
NOTHING = [
    {"data_row": {"id": "d"}, "media_attributes": {"codec": "h264", "message_count": 3}},
    {"data_row": {"id": "d"}, "attachments": [5]},
    labelled(frames={"1": {"objects": {"key": {"feature_id": "id", "annotation_kind": "VideoPoint"}}}}),
    labelled(objects=[{"classifications": [{"name": "q", "radio_answer": {"classifications": [{}]}}]}]),
]
FOUND = [
    *((row, found, {}) for row, found in UNKNOWN),
    *((row, {}, found) for row, found in DRIFTED),
    *((row, {}, {}) for row in NOTHING),
]


@pytest.mark.parametrize(("row", "unknown", "drifted"), FOUND, ids=range(len(FOUND)))
def test_a_field_without_a_place_is_counted_under_its_table_and_path(
    row: Any, unknown: dict[str, int], drifted: dict[str, int]
) -> None:
    report = counted(row)
    assert (report.unknown_fields, report.drifted_fields) == (Counter(unknown), Counter(drifted))
    report = counted(row, row, {"data_row": {"id": "e"}})
    assert report.unknown_fields == Counter({name: 2 * times for name, times in unknown.items()})
    assert report.drifted_fields == Counter({name: 2 * times for name, times in drifted.items()})


def test_a_box_without_width_drifted_and_what_is_unknown_in_it_is_unknown() -> None:
    report = counted(pointed(bounding_box={"top": 1, "left": 2, "height": 3, "angle": 4}))
    assert report.drifted_fields == Counter({"objects.bounding_box": 1})
    assert report.unknown_fields == Counter({"objects.bounding_box.angle": 1})


@given(
    mutated_rows(odd_items=True), st.sampled_from([name for name, table in TABLES.items() if table.struct])
)
def test_what_is_counted_of_a_table_does_not_depend_on_others(row: dict[str, Any], table: str) -> None:
    whole, report = counted(row), report_of(line_of(row), tables=[table])
    for counts, of_table in (
        (whole.unknown_fields, report.unknown_fields),
        (whole.drifted_fields, report.drifted_fields),
    ):
        assert {path: n for path, n in counts.items() if path.partition(".")[0] == table} == of_table


def test_a_column_that_nobody_asked_for_counts_nothing() -> None:
    row = labelled(objects=[{"annotation_kind": "ImageCuboid", "cuboid": {}}])
    asked = {"data_rows": ["line"], "objects": ["extra"]}
    report = report_of(line_of({**row, "x": 1}), columns=asked)
    assert (report.unknown_fields, report.unknown_kinds) == (Counter(), Counter())


def test_a_kind_is_counted_where_the_catalogue_lacks_it() -> None:
    kinds = ["ImageCuboid", "ImagePolygon", "ImageCuboid", "", "ImageUnidirectionalRelationship"]
    report = counted(labelled(objects=[{"feature_id": "f", "annotation_kind": kind} for kind in kinds]))
    assert report.unknown_kinds == Counter({"ImageCuboid": 2, "": 1})


def test_names_are_counted_up_to_a_limit_and_then_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MAX_NAMES", 3)
    report = counted({"data_row": {"id": "d"}, **{f"x{at}": 1 for at in range(10)}})
    assert (len(report.unknown_fields), report.unknown_fields[reports.OTHERS]) == (4, 7)


@given(
    st.lists(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 3)), max_size=6), st.integers(0, 6)
)
def test_the_names_that_are_counted_do_not_depend_on_how_the_input_is_cut(
    blocks: list[dict[str, int]], cut: int
) -> None:
    def built(some: list[dict[str, int]]) -> Report:
        builder = reports.ReportBuilder()
        for block in some:
            builder.count_leftovers(reports.Leftovers(unknown_fields=Counter(block)))
        return builder.report()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reports, "MAX_NAMES", 3)
        whole = built(blocks).unknown_fields
        parts = reports.merged([built(blocks[cut:]), built(blocks[:cut])]).unknown_fields
    assert whole == parts
    assert len(whole) <= 4
    assert whole.total() == sum(sum(block.values()) for block in blocks)


def in_order(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of `members`, whose keys must rise."""
    assert members == sorted(members, key=lambda one: one[0])
    return dict(members)


@given(st.lists(mutated_rows(odd_items=True), min_size=1, max_size=3))
def test_equal_leftovers_are_equal_text_whatever_stands_before_them(some: list[dict[str, Any]]) -> None:
    for name, batch in exportkit.iter_batches(io.BytesIO(b"\n".join(map(line_of, some)))):
        for column in ("extra", "payload", "media_attributes"):
            if column in batch.schema.names and name != "rejects":
                for text in batch.column(column).drop_null().to_pylist():
                    json.loads(text, object_pairs_hook=in_order)


@given(rows())
def test_a_row_of_the_catalogue_holds_nothing_unknown(row: dict[str, Any]) -> None:
    report = counted(row)
    assert (report.unknown_fields, report.drifted_fields, report.unknown_kinds) == (Counter(),) * 3


@given(mutated_rows())
def test_something_is_counted_exactly_where_a_table_shows_something_left_over(row: dict[str, Any]) -> None:
    batches = exportkit.iter_batches(io.BytesIO(line_of(row)))
    left = Counter[str]()
    for name, batch in batches:
        for column in ("extra", "payload", "media_attributes"):
            if column in batch.schema.names and name != "rejects":
                texts = [json.loads(text) for text in batch.column(column).drop_null().to_pylist()]
                known = KNOWN_ATTRIBUTES if column == "media_attributes" else MARKS
                left[name] += sum(not known.issuperset(text) for text in texts)
    paths = batches.report.unknown_fields + batches.report.drifted_fields
    tables = {path.partition(".")[0] for path in paths}
    assert tables == {name for name in TABLES if left[name]}
