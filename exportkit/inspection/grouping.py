"""Grouping: tallies by several keys become one finding per project, model run and question."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from exportkit.inspection.results import Count, ModelRunFinding, ProjectFinding, QuestionFinding, Top
from exportkit.inspection.tallies import Key, Tally

__all__ = ["by_value", "made", "model_runs", "projects", "questions"]

Item = TypeVar("Item")


def _ranked(items: Iterable[Item], listed: int, count: Callable[[Item], int], beyond: int = 0) -> Top[Item]:
    """Return the `listed` items with the highest counts; those of equal count are sorted by their text."""
    ordered = sorted(items, key=lambda one: (-count(one), str(one)))
    return Top(ordered[:listed], max(len(ordered) - listed, 0), beyond)


def made(counts: Mapping[Key, int], make: Callable[..., Item], listed: int, beyond: int = 0) -> Top[Item]:
    """Return ``make(*key, count)`` for the `listed` most frequent keys."""
    ordered = _most_frequent_first(counts)
    return Top([make(*key, count) for key, count in ordered[:listed]], max(len(ordered) - listed, 0), beyond)


def by_value(counts: Mapping[Key, int]) -> dict[str, int]:
    """Return counts by the only value of each key, most frequent first, without that of null."""
    return {value: count for (value,), count in _most_frequent_first(counts) if value is not None}


def _most_frequent_first(counts: Mapping[Key, int]) -> list[tuple[Key, int]]:
    return sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))


def _under(counts: Mapping[Key, int], length: int) -> dict[Key, dict[Key, int]]:
    """Return the counts by the first `length` values of their keys, then by the rest."""
    under: dict[Key, dict[Key, int]] = {}
    for key, count in counts.items():
        under.setdefault(key[:length], {})[key[length:]] = count
    return under


def _first(values: Iterable[Any]) -> Any:
    return next((value for value in values if value is not None), None)


def projects(tally: Tally, labels: Tally, listed: int) -> Top[ProjectFinding]:
    """Return the projects with the most data rows, each with its labels."""
    of_labels = _under(labels.by("project_id", "skipped"), 1)
    found = []
    for (project_id,), rest in _under(tally.counts, 1).items():
        states: dict[Key, int] = {}
        for (_, status), count in rest.items():
            states[(status,)] = states.get((status,), 0) + count
        labeled = of_labels.get((project_id,), {})
        found.append(
            ProjectFinding(
                project_id=project_id,
                name=_first(name for name, _ in rest),
                data_rows=sum(rest.values()),
                labels=sum(labeled.values()),
                skipped=labeled.get((True,), 0),
                workflow_status=by_value(states),
            )
        )
    return _ranked(found, listed, lambda one: one.data_rows, tally.beyond)


def model_runs(tally: Tally, labels: Tally, listed: int) -> Top[ModelRunFinding]:
    """Return the model runs with the most data rows, each with its labels and predictions."""
    of_labels = labels.by("experiment_id", "model_run_id", "origin")
    regrouped = tally.by("experiment_id", "model_run_id", "experiment_name", "model_run_name", "data_split")
    found = []
    for (experiment, model_run), rest in _under(regrouped, 2).items():
        splits: dict[Key, int] = {}
        for (_, _, split), count in rest.items():
            splits[(split,)] = splits.get((split,), 0) + count
        found.append(
            ModelRunFinding(
                experiment_id=experiment,
                experiment_name=_first(name for name, _, _ in rest),
                model_run_id=model_run,
                model_run_name=_first(name for _, name, _ in rest),
                data_rows=sum(rest.values()),
                labels=of_labels.get((experiment, model_run, "model_run"), 0),
                predictions=of_labels.get((experiment, model_run, "prediction"), 0),
                data_splits=by_value(splits),
            )
        )
    return _ranked(found, listed, lambda one: one.data_rows, tally.beyond)


def questions(tally: Tally, answers: Tally, listed: int) -> Top[QuestionFinding]:
    """Return the most frequent questions, each with its most frequent answers."""
    chosen = _under(answers.counts, 1)
    found = [
        _question(name, rest, chosen.get((name,), {}), listed)
        for (name,), rest in _under(tally.counts, 1).items()
    ]
    return _ranked(found, listed, lambda one: one.asked, tally.beyond)


def _question(
    name: str | None, counts: Mapping[Key, int], chosen: Mapping[Key, int], listed: int
) -> QuestionFinding:
    by_type: dict[str, int] = {}
    for (answer_type, _, _), count in counts.items():
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
        asked=sum(count for (_, is_later, _), count in counts.items() if not is_later),
        unanswered=sum(count for (answer_type, _, _), count in counts.items() if answer_type is None),
        nested=sum(count for (_, is_later, is_nested), count in counts.items() if is_nested and not is_later),
        answers=made(options, Count, listed, beyond),
        texts=texts,
    )
