"""Label policy: which labels of a data row in a project are converted.

Labels of model runs and predictions have no versions to select from: every policy keeps them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from exportkit.flatten import creation_moments
from exportkit.options import LabelPolicy
from exportkit.rows import PlacedLabel
from exportkit.rows.structs import Label
from exportkit.tables.instants import newest_of

__all__ = ["READ_BY_POLICY", "judge_labels"]

_PERFORMANCE = frozenset({"performance_details", "performance_details_v2"})
#: By policy, the fields that it reads, by struct.
READ_BY_POLICY: Mapping[str, Mapping[str, frozenset[str]]] = {
    "all": {},
    "latest": {"Label": frozenset({"label_details"})},
    "latest_not_skipped": {"Label": _PERFORMANCE | {"label_details"}},
    "selected": {"Project": frozenset({"project_details"})},
    "benchmark": {"Label": _PERFORMANCE},
}


def judge_labels(labels: Iterable[PlacedLabel], policy: LabelPolicy) -> None:
    """Note on each label whether it is converted; `labels` are all labels of some rows, in their order."""
    judge = _POLICIES[policy]
    for (_, project_id), group in groupby(labels, key=lambda one: (one.row_at, one.project_id)):
        if project_id is not None:
            judge(list(group))


def _keep_all(_: Sequence[PlacedLabel]) -> None:
    """Keep every label, as they are kept before they are judged."""


def _keep_latest(labels: Sequence[PlacedLabel]) -> None:
    """Keep the newest label, and labels whose date is not known: as ``is_latest IS NOT FALSE``."""
    moments = creation_moments(labels)
    winner = newest_of(moments)
    for at, (one, moment) in enumerate(zip(labels, moments, strict=True)):
        one.is_kept = winner is None or moment is None or at == winner


def _keep_latest_not_skipped(labels: Sequence[PlacedLabel]) -> None:
    """Keep the newest of the labels that were not skipped."""
    for one in labels:
        one.is_kept = not _is_skipped(one.label)
    _keep_latest([one for one in labels if one.is_kept])


def _keep_selected(labels: Sequence[PlacedLabel]) -> None:
    """Keep the label that the project names; none, where it names none."""
    for one in labels:
        details = one.project.project_details if one.project is not None else None
        selected = details.selected_label_id if details is not None else None
        one.is_kept = selected is not None and one.label.id == selected


def _keep_benchmark(labels: Sequence[PlacedLabel]) -> None:
    """Keep labels that others are compared with: the reference names itself."""
    for one in labels:
        one.is_kept = one.label.id is not None and one.label.id == _reference(one.label)


def _is_skipped(label: Label) -> bool:
    leading = label.performance_details or label.performance_details_v2
    return leading is not None and leading.skipped is True


def _reference(label: Label) -> str | None:
    leading = label.performance_details or label.performance_details_v2
    return leading.benchmark_reference_label if leading is not None else None


_POLICIES: dict[str, Callable[[Sequence[PlacedLabel]], None]] = {
    "all": _keep_all,
    "latest": _keep_latest,
    "latest_not_skipped": _keep_latest_not_skipped,
    "selected": _keep_selected,
    "benchmark": _keep_benchmark,
}
