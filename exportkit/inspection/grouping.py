"""Grouping: tallies by several keys become one finding a project, a model run, a question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from exportkit.inspection.results import Count, ModelRunFinding, ProjectFinding, QuestionFinding, Top
from exportkit.inspection.tallies import Key, Tally

__all__ = ["by_value", "made", "model_runs", "projects", "questions"]

Item = TypeVar("Item")


def _ranked(items: Iterable[Item], listed: int, count: Callable[[Item], int], beyond: int = 0) -> Top[Item]:
    """Return the `listed` items of the highest counts; those of equal count in the order of their text."""
    ordered = sorted(items, key=lambda one: (-count(one), str(one)))
    return Top(ordered[:listed], max(len(ordered) - listed, 0), beyond)


def made(counts: Mapping[Key, int], make: Callable[..., Item], listed: int, beyond: int = 0) -> Top[Item]:
    """Return what `make` makes of the most frequent keys: it takes the parts of a key, then the count."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return Top([make(*key, count) for key, count in ordered[:listed]], max(len(ordered) - listed, 0), beyond)


def by_value(counts: Mapping[Key, int]) -> dict[str, int]:
    """Return counts by a key of one part, most frequent first, without that of null."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return {key: count for (key,), count in ordered if key is not None}


def _under(counts: Mapping[Key, int], length: int) -> dict[Key, dict[Key, int]]:
    """Return the counts by the first `length` parts of their keys, then by the rest."""
    under: dict[Key, dict[Key, int]] = {}
    for key, count in counts.items():
        under.setdefault(key[:length], {})[key[length:]] = count
    return under


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def projects(tally: Tally, labels: Tally, listed: int) -> Top[ProjectFinding]:
    """Return the projects by data rows, each with the labels it has."""
    of_labels = _under(labels.by("project_id", "skipped"), 1)
    found = []
    for (project_id,), parts in _under(tally.counts, 1).items():
        states: dict[Key, int] = {}
        for (_, status), count in parts.items():
            states[(status,)] = states.get((status,), 0) + count
        labeled = of_labels.get((project_id,), {})
        found.append(
            ProjectFinding(
                project_id=project_id,
                name=_first(name for name, _ in parts),
                data_rows=sum(parts.values()),
                labels=sum(labeled.values()),
                skipped=labeled.get((True,), 0),
                workflow_status=by_value(states),
            )
        )
    return _ranked(found, listed, lambda one: one.data_rows, tally.beyond)


def model_runs(tally: Tally, labels: Tally, listed: int) -> Top[ModelRunFinding]:
    """Return the model runs by data rows, each with the labels and predictions it has."""
    of_labels = labels.by("experiment_id", "model_run_id", "origin")
    regrouped = tally.by("experiment_id", "model_run_id", "experiment_name", "model_run_name", "data_split")
    found = []
    for (experiment, run), parts in _under(regrouped, 2).items():
        splits: dict[Key, int] = {}
        for (_, _, split), count in parts.items():
            splits[(split,)] = splits.get((split,), 0) + count
        found.append(
            ModelRunFinding(
                experiment_id=experiment,
                experiment_name=_first(name for name, _, _ in parts),
                model_run_id=run,
                model_run_name=_first(name for _, name, _ in parts),
                data_rows=sum(parts.values()),
                labels=of_labels.get((experiment, run, "model_run"), 0),
                predictions=of_labels.get((experiment, run, "prediction"), 0),
                data_splits=by_value(splits),
            )
        )
    return _ranked(found, listed, lambda one: one.data_rows, tally.beyond)


def questions(tally: Tally, answers: Tally, listed: int) -> Top[QuestionFinding]:
    """Return the questions by how often they are asked, each with its most frequent answers."""
    chosen = _under(answers.counts, 1)
    found = [
        _question(name, parts, chosen.get((name,), {}), listed)
        for (name,), parts in _under(tally.counts, 1).items()
    ]
    return _ranked(found, listed, lambda one: one.asked, tally.beyond)


def _question(
    name: str | None, parts: Mapping[Key, int], chosen: Mapping[Key, int], listed: int
) -> QuestionFinding:
    by_type: dict[str, int] = {}
    for (answer_type, _, _), count in parts.items():
        if answer_type is not None:
            by_type[answer_type] = by_type.get(answer_type, 0) + count
    options: dict[Key, int] = {}
    for (answer_type, option), count in chosen.items():
        if answer_type in {"radio", "checklist"}:
            options[(option,)] = options.get((option,), 0) + count
    texts = by_type.get("text", 0)
    beyond = sum(by_type.values()) - texts - sum(options.values())
    return QuestionFinding(
        name=name,
        answer_types=sorted(by_type),
        asked=sum(count for (_, is_later, _), count in parts.items() if not is_later),
        unanswered=sum(count for (answer_type, _, _), count in parts.items() if answer_type is None),
        nested=sum(count for (_, is_later, is_nested), count in parts.items() if is_nested and not is_later),
        answers=made(options, Count, listed, beyond),
        texts=texts,
    )
