"""Filters: whole data rows stay or go, as if they had been picked out of the tables afterwards."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from selecting.selections_of import Tables, converted, converted_lines, of_lines
from strategies import exports, mutated_rows, rows

Filters = dict[str, Any]

#: By filter, the table and column in which any value must be a wanted one.
COLUMNS = {
    "data_row_ids": ("data_rows", "data_row_id"),
    "global_keys": ("data_rows", "global_key"),
    "dataset_ids": ("data_rows", "dataset_id"),
    "media_types": ("data_rows", "media_type"),
    "project_ids": ("projects", "project_id"),
    "batch_ids": ("projects", "batch_id"),
    "workflow_status": ("projects", "workflow_status"),
    "annotation_kinds": ("objects", "annotation_kind"),
    "label_created_by": ("labels", "created_by"),
    "last_activity_at": ("data_rows", "last_activity_at"),
    "label_created_at": ("labels", "created_at"),
}
MOMENTS = st.sampled_from(
    [None, "2025-03-02", "2025-03-02 08:00:00", "2025-03-30T02:30:00+02:00", "2024-12-31"]
)


@st.composite
def filters_for(draw: st.DrawFn, tables: Tables, names: list[str] | None = None) -> Filters:
    """Give filters some of which fit something in the tables: those of these names, or any."""
    filters: Filters = {}
    any_names = st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3, unique=True)
    for name in names or draw(any_names):
        if name.endswith("_at"):
            ends = draw(st.tuples(MOMENTS, MOMENTS).filter(any))
            filters[name] = sorted(ends) if all(ends) else list(ends)
            continue
        table, column = COLUMNS[name]
        known = sorted({row[column] for row in tables[table]} - {None, ""})
        others = {"workflow_status": "IN_REWORK", "media_types": "audio"}
        choices = st.sampled_from([*known, others.get(name, "other")])
        filters[name] = draw(st.lists(choices, min_size=1, max_size=3))
    return filters


def lines_that_fit(tables: Tables, name: str, wanted: Any) -> set[int]:
    table, column = COLUMNS[name]
    found = tables[table] + (tables["relationships"] if name == "annotation_kinds" else [])
    if not name.endswith("_at"):
        return {row["line"] for row in found if row[column] in wanted}
    first, last = (moment_of(one, is_end=at == 1) for at, one in enumerate(wanted))
    dated = [row for row in found if row[column] is not None]
    return {
        row["line"]
        for row in dated
        if (first is None or row[column] >= first) and (last is None or row[column] <= last)
    }


def moment_of(text: str | None, *, is_end: bool) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if len(text) == len("2025-03-02") and is_end:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999_999)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@given(st.data(), st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=3))
def test_filters_equal_picking_lines_afterwards(data: st.DataObject, found: list[dict[str, Any]]) -> None:
    whole = converted(*found)
    filters = data.draw(filters_for(whole))
    lines = {row["line"] for row in whole["data_rows"]}
    for name, wanted in filters.items():
        lines &= lines_that_fit(whole, name, wanted)
    refused = {row["line"] for row in whole["rejects"]}
    assert converted(*found, filters=filters) == of_lines(whole, lines | refused)


@given(st.data(), st.lists(rows(), min_size=1, max_size=3))
def test_of_several_dictionaries_of_filters_every_one_must_hold(
    data: st.DataObject, found: list[dict[str, Any]]
) -> None:
    whole = converted(*found)
    name = data.draw(st.sampled_from(["data_row_ids", "label_created_at", "annotation_kinds"]))
    several = [data.draw(filters_for(whole, [name])) for _ in range(2)]
    lines = {row["line"] for row in whole["data_rows"]}
    for wanted in several:
        lines &= lines_that_fit(whole, name, wanted[name])
    refused = {row["line"] for row in whole["rejects"]}
    assert converted(*found, filters=several) == of_lines(whole, lines | refused)


@given(exports(broken=True), st.sampled_from([{"media_types": ["image"]}, {"global_keys": ["box", "x"]}]))
def test_every_line_is_accounted_for(export: bytes, filters: Filters) -> None:
    export = b'{"data_row": {"id": "d"}}\n' + export.removeprefix(b"\xef\xbb\xbf")
    tables, report = converted_lines(export, filters=filters, on_bad_row="reject")
    assert report.lines == report.data_rows + report.rejects + report.blanks + sum(report.filtered.values())
    assert len(tables["data_rows"]) == report.data_rows
    assert [row["line"] for row in tables["rejects"]] == sorted(row["line"] for row in tables["rejects"])


def test_the_report_names_the_first_filter_that_drops_a_line() -> None:
    lines = [{"data_row": {"id": name, "global_key": key}} for name, key in ("ax", "bx", "ay", "by")]
    export = b"\n".join(json.dumps(line).encode() for line in lines)
    _, report = converted_lines(export, filters={"data_row_ids": ["a"], "global_keys": ["x"]})
    assert report.filtered == Counter(data_row_ids=2, global_keys=1)
    assert report.to_dict()["filtered"] == {"data_row_ids": 2, "global_keys": 1}


@pytest.mark.parametrize(
    ("ends", "kept"),
    [
        (["2025-03-02", None], "bcd"),
        ([None, "2025-03-01"], "a"),
        ([None, "2025-03-02"], "abc"),
        (["2025-03-02", "2025-03-02"], "bc"),
        (["2025-03-02 08:00:00", None], "bcd"),
        (["2025-03-02T09:00:00+01:00", None], "bcd"),
        (["2025-03-02T08:00:00.001Z", "2025-03-03T00:59:59+01:00"], "c"),
        ([datetime(2025, 3, 2, 8, tzinfo=UTC), date(2025, 3, 2)], "bc"),
        ((None, datetime(2025, 3, 2, 8)), "ab"),  # noqa: DTZ001 - naive is the point
    ],
)
def test_dates_are_compared_as_instants(ends: Any, kept: str) -> None:
    moments = {
        "a": "2025-03-02T00:59:59.999+01:00",
        "b": "2025-03-02T08:00:00.000+00:00",
        "c": "2025-03-02T23:59:59",
        "d": "2025-03-03T00:00:00Z",
        "e": None,
        "f": "yesterday",
    }
    found = [{"data_row": {"id": key, "details": {"last_activity_at": at}}} for key, at in moments.items()]
    tables = converted(*found, filters={"last_activity_at": ends})
    assert "".join(row["data_row_id"] for row in tables["data_rows"]) == kept


@pytest.mark.parametrize("spelling", ["ToLabel", "TO_LABEL", ["Done", "ToLabel"]])
def test_a_workflow_status_is_understood_in_both_spellings_in_any_project(spelling: Any) -> None:
    statuses = {"a": ["IN_REVIEW", "TO_LABEL"], "b": ["IN_REWORK"], "c": []}
    found = [
        {
            "data_row": {"id": key},
            "projects": {
                f"p{at}": {"project_details": {"workflow_status": one}} for at, one in enumerate(several)
            },
        }
        for key, several in statuses.items()
    ]
    tables = converted(*found, filters={"workflow_status": spelling})
    assert [row["data_row_id"] for row in tables["data_rows"]] == ["a"]


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ({"city": "Graz"}, "a"),
        ({"c-id": "Graz"}, "a"),
        ({"city": "Graz", "level": 4428}, "a"),
        ({"city": "Graz", "level": 4}, ""),
        ({"level": "4428"}, "a"),
        ({"seen": "2025-03-02T09:00:00+01:00"}, "a"),
        ({"seen": datetime(2025, 3, 2, 8, tzinfo=UTC)}, "a"),
        ({"weather": "rain"}, "a"),
        ({"weather": "o-id"}, "a"),
        ({"flag": True}, "b"),
        ({"flag": 1}, ""),
    ],
)
def test_metadata_equals_by_name_or_schema_id(wanted: dict[str, Any], kept: str) -> None:
    option = {"schema_id": "o-id", "schema_name": "rain", "schema_kind": "CustomMetadataEnumOption"}
    fields = [
        {"schema_id": "c-id", "schema_name": "city", "schema_kind": "CustomMetadataString", "value": "Graz"},
        {"name": "level", "schema_kind": "CustomMetadataNumber", "value": 4428.0},
        {"name": "seen", "schema_kind": "CustomMetadataDateTime", "value": "2025-03-02T08:00:00Z"},
        {"name": "weather", "schema_kind": "CustomMetadataEnum", "value": [option]},
    ]
    found: list[dict[str, Any]] = [
        {"data_row": {"id": "a"}, "metadata_fields": fields},
        {"data_row": {"id": "b"}, "metadata_fields": [{"name": "flag", "value": True}]},
    ]
    tables = converted(*found, filters={"metadata": wanted})
    assert "".join(row["data_row_id"] for row in tables["data_rows"]) == kept


@pytest.mark.parametrize(
    ("filters", "problem"),
    [
        ({"workflow_state": "Done"}, "there is no filter 'workflow_state'\nhint: did you mean"),
        ({"workflow_status": "Finished"}, "filter 'workflow_status' must be one of ToLabel, InReview,"),
        ({"data_row_ids": []}, "filter 'data_row_ids' must be a list of at least one string, not []"),
        ({"global_keys": [1]}, "filter 'global_keys' must be a list of at least one string, not [1]"),
        ({"media_types": ["photo"]}, "filter 'media_types' must be of audio, conversational, dicom"),
        ({"last_activity_at": "2025-01-01"}, "filter 'last_activity_at' must be [from, to]"),
        ({"last_activity_at": [None, None]}, "filter 'last_activity_at' must be [from, to]"),
        ({"label_created_at": ["01.02.2025", None]}, "filter 'label_created_at' must be [from, to]"),
        ({"label_created_at": ["2025-02-30", None]}, "filter 'label_created_at' must be [from, to]"),
        ({"label_created_at": ["2025-02-02", "2025-02-01"]}, "filter 'label_created_at' must be a range"),
        ({"metadata": {"a": None}}, "filter 'metadata', field 'a' must be a string, number or"),
        ({"metadata": {}}, "filter 'metadata' must be a dictionary of field names and values, not {}"),
    ],
)  # fmt: skip
def test_wrong_filters_are_refused_before_any_work(filters: Filters, problem: str) -> None:
    with pytest.raises(ValueError, match="filter") as raised:
        exportkit.iter_batches("missing.ndjson", filters=filters)  # type: ignore[arg-type]  # the point
    assert str(raised.value).startswith(problem)
