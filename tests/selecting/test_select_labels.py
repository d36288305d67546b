"""The label policy: labels that are not kept vanish from full tables, with all below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.tables import TABLES
from selecting.dropping import SWITCHES
from selecting.selections_of import OF_LABELS, Tables, converted
from strategies import catalog_rows, mutated_rows, rows

Label = dict[str, Any]
#: What tells a label from all others of an export.
PLACE = ("line", "origin", "project_id", "experiment_id", "model_run_id", "position")


def latest(labels: list[Label]) -> list[Label]:
    """Return the newest of the labels of one project, and those without a date."""
    dated = [(label["created_at"], label["position"]) for label in labels if label["created_at"]]
    return [one for one in labels if not one["created_at"] or one["position"] == max(dated)[1]]


#: What a policy keeps of the labels of one data row in one project, said over the columns of all of them.
KEPT: dict[str, Callable[[list[Label]], list[Label]]] = {
    "all": lambda labels: labels,
    "latest": lambda labels: [one for one in labels if one["is_latest"] is not False],
    "latest_not_skipped": lambda labels: latest([one for one in labels if one["skipped"] is not True]),
    "selected": lambda labels: [one for one in labels if one["is_selected"] is True],
    "benchmark": lambda labels: [
        one for one in labels if one["benchmark_reference_label"] == one["label_id"]
    ],
}


def places_of(labels: list[Label]) -> set[tuple[Any, ...]]:
    return {tuple(one[name] for name in PLACE) for one in labels}


def kept_places(labels: list[Label], policy: str) -> set[tuple[Any, ...]]:
    """Return the places of the labels that stay when labels are dropped afterwards."""
    projects: dict[Any, list[Label]] = defaultdict(list)
    for one in labels:
        projects[one["line"], one["project_id"]].append(one)
    kept = [KEPT[policy](some) if project is not None else some for (_, project), some in projects.items()]
    return set().union(*map(places_of, kept))


def with_labels(tables: Tables, places: set[tuple[Any, ...]]) -> Tables:
    """Leave out the rows of labels that do not stand at one of these places."""
    kept = {(one["line"], one["label_index"]) for one in tables["labels"] if places_of([one]) <= places}
    return {
        name: [row for row in found if name not in OF_LABELS or (row["line"], row["label_index"]) in kept]
        for name, found in tables.items()
    }


@st.composite
def blocks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Give rows that are decoded together: some by the fast path, some leniently, with labels in any order."""
    some: list[dict[str, Any]] = draw(
        st.lists(st.one_of(catalog_rows(), catalog_rows(), rows(), mutated_rows()), min_size=1, max_size=3)
    )
    for row in some:
        if draw(st.booleans()):
            row["x_new"] = 1  # which no struct has: decoded leniently
        if draw(st.booleans()):
            row["experiments"] = {
                "e": {"runs": {"r": {"predictions": [{"id": "p"}], "labels": [{"id": "l"}]}}}
            }
        if draw(st.booleans()) and isinstance(row.setdefault("projects", {}), dict):
            row["projects"]["more"] = {"labels": [_dated(draw) for _ in range(3)]}
    return some


def _dated(draw: st.DrawFn) -> Label:
    at = draw(st.sampled_from(["2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z", "yesterday", None, 5]))
    return {
        "id": f"{at}",
        "label_details": {"created_at": at},
        "performance_details": {"skipped": at is None},
    }


@st.composite
def wanted_columns(draw: st.DrawFn) -> dict[str, list[str]]:
    """Give some tables, each with some of its columns."""
    names = draw(st.lists(st.sampled_from(["data_rows", "projects", *OF_LABELS]), min_size=1, unique=True))
    columns = {name: [one.name for one in TABLES[name].columns] for name in names}
    return {
        name: some if draw(st.booleans()) else draw(st.lists(st.sampled_from(some), min_size=1, unique=True))
        for name, some in columns.items()
    }


def chosen_params(block: list[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any] | None]:
    """Give no params, or any: switches, projects and model runs."""
    projects = [key for row in block if isinstance(row.get("projects"), dict) for key in row["projects"]]
    ids = st.lists(st.sampled_from([*projects, "more", "other"]), max_size=2)
    switches = st.dictionaries(st.sampled_from(SWITCHES), st.booleans(), max_size=10)
    some = st.fixed_dictionaries({}, optional={"project_ids": ids, "all_model_runs": st.booleans()})
    shown = st.sampled_from([{"label_details": True}, {"predictions": True, "performance_details": True}])
    asked = st.tuples(switches | shown, st.just({}) | some).map(lambda both: both[0] | both[1])
    return st.none() | asked | asked


@given(st.data(), blocks(), st.sampled_from(sorted(KEPT)), wanted_columns())
def test_a_policy_equals_dropping_labels_afterwards(
    data: st.DataObject, block: list[dict[str, Any]], policy: str, columns: dict[str, list[str]]
) -> None:
    params = data.draw(chosen_params(block))
    dropped = with_labels(converted(*block, params=params), kept_places(converted(*block)["labels"], policy))
    found = converted(*block, params=params, labels=policy, tables=list(columns), columns=columns)
    assert found == {
        name: [{key: row[key] for key in row if key in columns[name]} for row in dropped[name]]
        for name in TABLES
        if name in columns
    }


def test_a_policy_sees_the_details_that_params_leave_out() -> None:
    labels = [
        {"id": name, "label_details": {"created_at": at}}
        for name, at in (("old", "2025-01-01T00:00:00Z"), ("new", "2025-01-02T00:00:00Z"))
    ]
    row = {"data_row": {"id": "d"}, "projects": {"p": {"labels": labels}}}
    (label,) = converted(row, labels="latest", params={})["labels"]
    assert (label["label_id"], label["label_index"], label["created_at"]) == ("new", 1, None)


def test_an_unknown_policy_is_refused_before_any_work() -> None:
    with pytest.raises(ValueError, match=r"labels must be one of all, latest, .* not 'newest'"):
        exportkit.iter_batches("missing.ndjson", labels="newest")  # type: ignore[arg-type]  # the point
