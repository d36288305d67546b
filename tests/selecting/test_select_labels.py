"""The label policy: labels that are not kept vanish from full tables, with all below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from selecting.selections_of import OF_LABELS, Tables, converted
from strategies import rows

#: What a policy keeps, said over the columns of all labels.
KEPT: dict[str, Callable[[dict[str, Any]], bool]] = {
    "all": lambda _: True,
    "latest": lambda label: label["is_latest"] is not False,
    "selected": lambda label: label["is_selected"] is True,
    "benchmark": lambda label: label["benchmark_reference_label"] == label["label_id"],
}


def with_labels(tables: Tables, kept: set[int]) -> Tables:
    """Leave out the rows of labels that are not kept."""
    return {
        name: [row for row in found if name not in OF_LABELS or row["label_index"] in kept]
        for name, found in tables.items()
    }


@given(rows(), st.sampled_from(sorted(KEPT)))
def test_a_policy_equals_filtering_labels_afterwards(row: dict[str, Any], policy: str) -> None:
    whole = converted(row)
    kept = {
        label["label_index"]
        for label in whole["labels"]
        if label["origin"] != "project" or KEPT[policy](label)
    }
    assert converted(row, labels=policy) == with_labels(whole, kept)


@given(rows())
def test_the_latest_that_was_not_skipped_is_the_latest_of_those(row: dict[str, Any]) -> None:
    whole, labels = converted(row), converted(row, labels="latest_not_skipped")["labels"]
    for project in (row.get("projects") or {}).values():
        project["labels"] = [label for label in project["labels"] if not is_skipped(label)]
    latest = {label["label_id"] for label in converted(row, labels="latest")["labels"]}
    kept = {label["label_index"] for label in whole["labels"] if label["label_id"] in latest}
    assert labels == with_labels(whole, kept)["labels"]


def is_skipped(label: dict[str, Any]) -> bool:
    details = label.get("performance_details") or label.get("performance_details_v2") or {}
    return details.get("skipped") is True


@given(rows(), st.sampled_from(sorted(KEPT)), st.sampled_from(OF_LABELS))
def test_a_policy_needs_no_other_table(row: dict[str, Any], policy: str, table: str) -> None:
    assert converted(row, labels=policy, tables=[table])[table] == converted(row, labels=policy)[table]


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
