"""Label policy: which of the labels that projects hold of one data row are converted.

Labels of model runs and predictions have no versions to choose from: they stay under every policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from exportkit.options import LabelPolicy
from exportkit.rows import Row
from exportkit.rows.structs import Label, Project
from exportkit.select.pruning import projects_of, runs_of
from exportkit.tables.instants import newest

__all__ = ["POLICY_NEEDS", "kept_labels"]

_PERFORMANCE = frozenset({"performance_details", "performance_details_v2"})
#: By policy, the fields that it is decided from, by struct.
POLICY_NEEDS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "all": {},
    "latest": {"Label": frozenset({"label_details"})},
    "latest_not_skipped": {"Label": _PERFORMANCE | {"label_details"}},
    "selected": {"Project": frozenset({"project_details"})},
    "benchmark": {"Label": _PERFORMANCE},
}


def kept_labels(rows: Sequence[Row], policy: LabelPolicy) -> list[bool]:
    """Return whether each label of the rows is converted, in the order of the lines."""
    keep = _POLICIES[policy]
    kept: list[bool] = []
    for row in rows:
        for project in projects_of(row):
            if project.labels:
                kept.extend(keep(project, project.labels))
        for run in runs_of(row):
            kept.extend([True] * (len(run.labels or ()) + len(run.predictions or ())))
    return kept


def _all(_: Project, labels: Sequence[Label]) -> Iterator[bool]:
    return (True for _ in labels)


def _latest(_: Project, labels: Sequence[Label]) -> Iterator[bool]:
    """Keep the newest label, and those of which it is not known: as ``is_latest IS NOT FALSE``."""
    details = [label.label_details for label in labels]
    dates = [None if one is None else one.created_at for one in details]
    winner = newest(dates)
    return (winner is None or date is None or at == winner for at, date in enumerate(dates))


def _latest_not_skipped(project: Project, labels: Sequence[Label]) -> Iterator[bool]:
    """Keep the newest of the labels that were not skipped."""
    wanted = [not _is_skipped(label) for label in labels]
    latest = _latest(project, [label for label, keep in zip(labels, wanted, strict=True) if keep])
    return (keep and next(latest) for keep in wanted)


def _selected(project: Project, labels: Sequence[Label]) -> Iterator[bool]:
    """Keep the label that the project names; none, where it names none."""
    details = project.project_details
    chosen = details.selected_label_id if details is not None else None
    return (chosen is not None and label.id == chosen for label in labels)


def _benchmark(_: Project, labels: Sequence[Label]) -> Iterator[bool]:
    """Keep labels that others are compared with: the reference names itself."""
    return (label.id is not None and label.id == _reference(label) for label in labels)


def _is_skipped(label: Label) -> bool:
    leading = label.performance_details or label.performance_details_v2
    return leading is not None and leading.skipped is True


def _reference(label: Label) -> str | None:
    leading = label.performance_details or label.performance_details_v2
    return leading.benchmark_reference_label if leading is not None else None


_POLICIES: dict[str, Callable[[Project, Sequence[Label]], Iterator[bool]]] = {
    "all": _all,
    "latest": _latest,
    "latest_not_skipped": _latest_not_skipped,
    "selected": _selected,
    "benchmark": _benchmark,
}
