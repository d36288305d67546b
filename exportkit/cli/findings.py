"""Findings of an inspection, laid out for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from exportkit.cli.layout import Listing, facts, grid, heading, listing, remainder
from exportkit.cli.summary import show_bad_lines, show_sources, show_unknown, sum_of
from exportkit.cli.wording import amount, counted, duration, moment, shown

if TYPE_CHECKING:
    from exportkit.inspection import Count, Inspection, Period, QuestionFinding, Top

__all__ = ["show_inspection"]

#: Answers of a question that are shown.
SHOWN_ANSWERS = 8
#: Width of the bar that shows a share, in characters.
BAR_CHARACTERS = 16
#: Names of sources that are shown.
SHOWN_SOURCES = 3
#: Columns of a terminal from which ids are shown beside names.
WIDE_COLUMNS = 110


def show_inspection(inspection: Inspection, console: Console) -> None:
    """Print the findings, the parts without any left out."""
    for show in (
        _show_rows,
        _show_projects,
        _show_model_runs,
        _show_labels,
        _show_classes,
        _show_questions,
        _show_relationships,
        _show_frames,
        _show_metadata,
        _show_embeddings,
        _show_tables,
    ):
        show(inspection, console)
    show_sources(inspection.report, console)
    show_bad_lines(inspection.report, console)
    show_unknown(inspection.report, console)


def _show_rows(found: Inspection, console: Console) -> None:
    console.print(Listing(_sources(found.report.sources)), style="bold")
    console.print(sum_of(found.report))
    if not found.report.data_rows:
        return
    console.print()
    versions = found.export_versions if set(found.export_versions) - {"v2"} else {}
    console.print(
        facts(
            ("media types", listing(found.media_types)),
            ("export version", listing(versions)),
            ("datasets", _counts(found.datasets)),
            ("created", _period(found.created)),
            ("last activity", _period(found.last_activity)),
            ("attachments", _counts(found.attachments)),
            ("parts held", listing(found.sections)),
        )
    )


def _sources(uris: Sequence[str]) -> list[str]:
    names = [shown(uri, characters=200) for uri in uris[:SHOWN_SOURCES]]
    rest = remainder(len(uris) - len(names))
    return [*names, rest] if rest else names


def _show_projects(found: Inspection, console: Console) -> None:
    if not found.projects.items:
        return
    _heading(console, "Projects", found.projects)
    with_ids = console.width >= WIDE_COLUMNS
    numbers = ("data rows", "labels", "skipped")
    table = grid("project", *(("id",) if with_ids else ()), *numbers, "workflow", numbers=numbers)
    for one in found.projects.items:
        name = shown(one.name, instead=one.project_id)
        ids = (shown(one.project_id),) if with_ids else ()
        counts = (amount(one.data_rows), amount(one.labels), amount(one.skipped))
        table.add_row(name, *ids, *counts, listing(one.workflow_status))
    _end(console, table, found.projects)


def _show_model_runs(found: Inspection, console: Console) -> None:
    if not found.model_runs.items:
        return
    _heading(console, "Model runs", found.model_runs)
    numbers = ("data rows", "labels", "predictions")
    table = grid("experiment", "run", *numbers, "split", numbers=numbers)
    for one in found.model_runs.items:
        experiment = shown(one.experiment_name, instead=one.experiment_id)
        run = shown(one.model_run_name, instead=one.model_run_id or "(none)")
        counts = (amount(one.data_rows), amount(one.labels), amount(one.predictions))
        table.add_row(experiment, run, *counts, listing(one.data_splits))
    _end(console, table, found.model_runs)


def _show_labels(found: Inspection, console: Console) -> None:
    labels = found.labels
    if not labels.total:
        return
    heading(console, "Labels", amount(labels.total))
    people = counted(labels.creators.distinct, "person", "people")
    console.print(
        facts(
            ("from", listing(labels.origins)),
            ("containers", listing(labels.containers)),
            ("skipped", amount(labels.skipped)),
            ("consensus winners", amount(labels.selected) if labels.selected else ""),
            ("created", _period(labels.created)),
            ("time to create", duration(labels.seconds_to_create) if labels.seconds_to_create else ""),
            ("by", Listing(_counts(labels.creators).items, f"{people}:")),
        )
    )


def _show_classes(found: Inspection, console: Console) -> None:
    classes = found.classes
    if not classes.items:
        return
    total = found.report.rows["objects"]
    heading(console, "Objects", amount(total))
    console.print(_counts(found.kinds))
    table = grid("class", "annotation kind", "objects", "share", numbers=("objects",))
    for one in classes.items:
        table.add_row(
            shown(one.name), shown(one.annotation_kind), amount(one.objects), _bar(one.objects, total)
        )
    _end(console, table, classes)


def _bar(part: int, total: int) -> Text:
    share = part / total if total else 0
    length = max(round(share * BAR_CHARACTERS), 1)
    return Text.assemble(("━" * length, "cyan"), f" {share:.0%}")


def _show_questions(found: Inspection, console: Console) -> None:
    if not found.questions.items:
        return
    _heading(console, "Questions", found.questions)
    table = grid("question", "type", "asked", "answers", numbers=("asked",))
    for one in found.questions.items:
        table.add_row(shown(one.name), _types(one), amount(one.asked), _answers(one))
    _end(console, table, found.questions)


def _types(question: QuestionFinding) -> str:
    nested = "nested" if question.nested == question.asked else f"{amount(question.nested)} nested"
    return ", ".join([*question.answer_types, nested] if question.nested else question.answer_types)


def _answers(question: QuestionFinding) -> Listing:
    answers = question.answers
    listed = answers.items[:SHOWN_ANSWERS]
    more = answers.more + len(answers.items) - len(listed)
    words = listing(((one.value, one.count) for one in listed), more, answers.beyond).items
    words += [counted(question.texts, "text")] if question.texts else []
    words += [f"{amount(question.unanswered)} without an answer"] if question.unanswered else []
    return Listing(words)


def _show_relationships(found: Inspection, console: Console) -> None:
    if not found.relationships.items:
        return
    heading(console, "Relationships", amount(found.report.rows["relationships"]))
    table = grid("annotation kind", "direction", "relationships", numbers=("relationships",))
    for one in found.relationships.items:
        table.add_row(shown(one.annotation_kind), shown(one.direction), amount(one.relationships))
    _end(console, table, found.relationships)


def _show_frames(found: Inspection, console: Console) -> None:
    frames = found.frames
    if frames == type(frames)():
        return
    heading(console, "Frames and moments")
    length = f", {duration(frames.video_seconds)}" if frames.video_seconds else ""
    objects = f"{amount(frames.objects)} in {counted(frames.frames, 'frame')}"
    console.print(
        facts(
            ("video", f"{counted(frames.video_frames, 'frame')}{length}" if frames.video_frames else ""),
            (
                "objects",
                f"{objects}, {amount(frames.key_frame_objects)} on key frames" if frames.objects else "",
            ),
            ("key frames listed", amount(frames.key_frames) if frames.key_frames else ""),
            ("features with spans", amount(frames.features) if frames.features else ""),
            ("answers at a moment", amount(frames.timed_answers) if frames.timed_answers else ""),
        )
    )


def _show_metadata(found: Inspection, console: Console) -> None:
    if not found.metadata.items:
        return
    _heading(console, "Metadata", found.metadata)
    table = grid("field", "kind", "values", numbers=("values",))
    for one in found.metadata.items:
        table.add_row(shown(one.name), shown(one.kind), amount(one.values))
    _end(console, table, found.metadata)


def _show_embeddings(found: Inspection, console: Console) -> None:
    if not found.embeddings.items:
        return
    _heading(console, "Embeddings", found.embeddings)
    table = grid("embedding", "dimensions", "custom", "vectors", numbers=("dimensions", "vectors"))
    for one in found.embeddings.items:
        dimensions = "" if one.dimensions is None else amount(one.dimensions)
        table.add_row(shown(one.name), dimensions, "yes" if one.is_custom else "", amount(one.vectors))
    _end(console, table, found.embeddings)


def _show_tables(found: Inspection, console: Console) -> None:
    heading(console, "A conversion writes", f"{counted(sum(found.report.rows.values()), 'row')}")
    console.print(listing({name: rows for name, rows in found.report.rows.items() if rows}))


def _heading(console: Console, title: str, top: Top[Any]) -> None:
    heading(console, title, f"{amount(top.distinct)}{' and more' if top.beyond else ''}")


def _end(console: Console, table: Table, top: Top[Any]) -> None:
    console.print(table)
    rest = remainder(top.more, top.beyond)
    if rest:
        console.print(Text(rest, "dim"))


def _counts(top: Top[Count]) -> Listing:
    """Return the listed counts in words; none when the export does not say."""
    if all(one.value is None for one in top.items):
        return Listing([])
    return listing(((one.value, one.count) for one in top.items), top.more, top.beyond)


def _period(period: Period) -> str:
    if period.first is None:
        return ""
    first, last = moment(period.first), moment(period.last)
    return f"{first} UTC" if first == last else f"{first} to {last} UTC"
