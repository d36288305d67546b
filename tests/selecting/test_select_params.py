"""Params: what they leave out was never in the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.pipeline.projection import skipped_fields
from exportkit.select import make_selection
from exportkit.tables import TABLES
from selecting.dropping import SWITCHES, without_parts
from selecting.selections_of import converted, converted_lines
from strategies import mutated_rows, rows

Params = dict[str, Any]


@st.composite
def chosen(draw: st.DrawFn, row: dict[str, Any]) -> Params:
    """Give params that suit a row: some switches, some of its projects and model runs."""
    params: Params = draw(st.dictionaries(st.sampled_from(SWITCHES), st.booleans(), max_size=10))
    projects, experiments = row.get("projects") or {}, row.get("experiments") or {}
    runs = [run for one in experiments.values() for run in one.get("runs") or {}]
    for name, known in (("project_ids", [*projects, "other"]), ("model_run_ids", [*runs, "other"])):
        if draw(st.booleans()):
            params[name] = draw(st.lists(st.sampled_from(known), max_size=2))
    for name in ("all_projects", "all_model_runs"):
        if draw(st.booleans()):
            params[name] = draw(st.booleans())
    return params


@given(st.data(), rows())
def test_params_equal_dropping_the_keys_from_the_line(data: st.DataObject, row: dict[str, Any]) -> None:
    params = data.draw(chosen(row))
    assert converted(row, params=params) == converted(without_parts(row, params))


@given(st.data(), mutated_rows())
def test_params_drop_misfits_and_unknown_fields_with_their_part(
    data: st.DataObject, row: dict[str, Any]
) -> None:
    switches = data.draw(st.dictionaries(st.sampled_from(SWITCHES), st.booleans(), max_size=10))
    params = {**switches, "interpolated_frames": True}
    left = without_parts(row, params)
    assert _parsed(converted(row, params=params)) == _parsed(converted(left))


def _parsed(tables: dict[str, Any]) -> dict[str, Any]:
    """Read JSON columns, in which the order of keys does not matter."""
    for name, found in tables.items():
        for column in TABLES[name].columns:
            if column.json:
                for row in found:
                    if row[column.name] is not None:
                        row[column.name] = json.loads(row[column.name])
    return tables


@given(st.data(), rows(), st.sampled_from([name for name in TABLES if name != "rejects"]))
def test_params_and_tables_do_not_get_in_each_others_way(
    data: st.DataObject, row: dict[str, Any], table: str
) -> None:
    params = data.draw(chosen(row))
    assert converted(row, params=params, tables=[table])[table] == converted(row, params=params)[table]


@given(rows())
def test_all_params_on_change_nothing(row: dict[str, Any]) -> None:
    everything = dict.fromkeys((*SWITCHES, "all_projects", "all_model_runs"), True)
    assert converted(row, params=everything) == converted(row)


@pytest.mark.parametrize("part", [b"5", b'[{"id": {}}]', b'[{"values": [{"value": "x"}]}]', b"[[1e999]]"])
def test_what_is_odd_inside_a_part_that_nobody_asked_for_leaves_no_trace(part: bytes) -> None:
    line = b'{"data_row": {"id": "d"}, "embeddings": ' + part + b"}"
    tables, report = converted_lines(line, params={}, on_bad_row="raise")
    (row,) = tables["data_rows"]
    assert (row["sections"], row["extra"], tables["embeddings"], report.unknown_fields) == ([], None, [], {})


def test_params_that_only_say_what_is_not_wanted_leave_out_nothing_else() -> None:
    details = {"created_by": "a@example.org"}
    label = {"id": "l", "label_details": details, "performance_details": {"skipped": True}}
    row = {"data_row": {"id": "d"}, "attachments": [{"type": "IMAGE", "value": "v"}]}
    row["projects"] = {"p": {"labels": [label]}}
    tables = converted(row, params={"label_details": False})
    assert (len(tables["attachments"]), len(tables["projects"])) == (1, 1)
    (found,) = tables["labels"]
    assert (found["created_by"], found["skipped"]) == (None, True)
    assert converted(row, params=dict.fromkeys(SWITCHES, False)) == converted(row, params={})


def test_what_is_off_is_not_decoded() -> None:
    selection = make_selection(params={"label_details": True})
    skipped = selection.skipped(skipped_fields(TABLES), TABLES)
    assert {"attachments", "metadata_fields", "embeddings"} <= skipped["Row"]
    assert "label_details" not in skipped["Label"]
    assert {"performance_details", "performance_details_v2"} <= skipped["Label"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"attachment": True}, "there is no param 'attachment'\nhint: did you mean 'attachments'?"),
        ({"predictions": "yes"}, "param 'predictions' must be True or False, not 'yes'"),
        ({"project_ids": [1]}, "param 'project_ids' must be a list of ids, not [1]"),
        ({"project_ids": "abc"}, "param 'project_ids' must be a list of ids, not 'abc'"),
        ({"model_run_ids": "abc"}, "param 'model_run_ids' must be a list of ids, not 'abc'"),
    ],
)
def test_wrong_params_are_refused_before_any_work(params: Params, message: str) -> None:
    with pytest.raises(ValueError, match="param") as raised:
        exportkit.read_table("missing.ndjson", "labels", params=params)  # type: ignore[arg-type]  # the point
    assert str(raised.value) == message
