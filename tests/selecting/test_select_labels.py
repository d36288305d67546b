"""The label policy: labels that are not kept vanish from full tables, with all below them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import exportkit
from exportkit.tables import TABLES
from selecting.dropping import SWITCHES
from selecting.selections_of import OF_LABELS, Tables, converted
from strategies import catalog_rows, mutated_rows, rows
from strategies.choices import Choices, choices

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


DATES = ("2024-01-01T00:00:00Z", "2024-12-31T00:00:00Z", "2025-01-01T00:00:00Z", "yesterday", None, 5)


def _dated(at: str | int | None) -> Label:
    return {
        "id": f"{at}",
        "label_details": {"created_at": at},
        "performance_details": {"skipped": at == DATES[2], "benchmark_reference_label": DATES[1]},
    }


def small_block(pick: Choices) -> list[dict[str, Any]]:
    """Return rows with few labels anywhere; some are decoded leniently, for no struct has `x_new`."""
    return [_small_row(pick) for _ in range(1 + pick.below(3))]


def _small_row(pick: Choices) -> dict[str, Any]:
    def labels() -> list[Label]:
        return pick.several(lambda: _dated(pick.one_of(DATES)))

    keys = pick.one_of((["p", "more"], ["more", "p"]))
    return {"data_row": {"id": "d"}} | pick.some(
        x_new=1,
        experiments=lambda: {"e": {"runs": {"r": {"labels": labels(), "predictions": labels()}}}},
        projects=lambda: {key: {"labels": labels()} for key in keys},
    )


def blocks() -> st.SearchStrategy[list[dict[str, Any]]]:
    """Give rows decoded together: some by the fast path, some leniently, with labels in any order."""
    full = st.lists(st.one_of(rows(), catalog_rows(), mutated_rows()), min_size=1, max_size=3)
    small = choices().map(small_block)
    return st.one_of(small, small, small, st.tuples(small, full).map(lambda both: both[0] + both[1]))


@st.composite
def wanted_columns(draw: st.DrawFn) -> dict[str, list[str]]:
    """Give some tables, each with some of its columns."""
    names = draw(st.lists(st.sampled_from(["data_rows", "projects", *OF_LABELS]), min_size=1, unique=True))
    columns = {name: [one.name for one in TABLES[name].columns] for name in names}
    return {
        name: some if draw(st.booleans()) else draw(st.lists(st.sampled_from(some), min_size=1, unique=True))
        for name, some in columns.items()
    }


def some_params(pick: Choices) -> dict[str, Any] | None:
    """Return no params, or any: switches, projects and model runs."""
    if pick.below(4) == 3:  # a quarter
        return None
    params: dict[str, Any] = {name: True for name in SWITCHES if pick.below(3) == 1}
    if pick.below(4) == 3:
        params["project_ids"] = pick.one_of((["p"], ["more"], ["other"]))
        params |= pick.some(all_model_runs=True)
    return params


def dated(label_id: str, created_at: str) -> dict[str, Any]:
    return {"id": label_id, "label_details": {"created_at": created_at}}


#: A row that is decoded leniently, with a prediction that no param asks for; then two labels of one project.
SLIPPING: list[dict[str, Any]] = [
    {
        "data_row": {"id": "a"},
        "new_field": 1,
        "experiments": {"e": {"runs": {"r": {"predictions": [{"id": "pred"}]}}}},
    },
    {
        "data_row": {"id": "b"},
        "projects": {
            "p": {"labels": [dated("old", "2024-01-01T00:00:00Z"), dated("new", "2024-12-31T00:00:00Z")]}
        },
    },
]


# A verdict was seen to slip in blocks like `SLIPPING`; one of forty that are drawn is like it.
@example(SLIPPING, {"label_details": True}, "latest", {"labels": ["label_id", "is_latest"]})
@settings(max_examples=max(150, settings().max_examples))
@given(blocks(), choices().map(some_params), st.sampled_from(sorted(KEPT)), wanted_columns())
def test_a_policy_equals_dropping_labels_afterwards(
    block: list[dict[str, Any]],
    params: dict[str, Any] | None,
    policy: str,
    columns: dict[str, list[str]],
) -> None:
    keys = {"labels": {*PLACE, "label_index"}} | {name: {"line"} for name in columns if name != "labels"}
    keys |= {name: {"line", "label_index"} for name in OF_LABELS if name in columns and name != "labels"}
    more = {name: [*{*columns.get(name, ()), *some}] for name, some in keys.items()}
    whole = converted(*block, tables=["labels"])["labels"]
    every = converted(*block, params=params, tables=list(more), columns=more)
    dropped = with_labels(every, kept_places(whole, policy))
    found = converted(*block, params=params, labels=policy, tables=list(columns), columns=columns)
    assert found == {
        name: [{key: row[key] for key in row if key in some} for row in dropped[name]]
        for name, some in columns.items()
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
