"""Inspecting: one pass over an export, and the findings that its counts make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, Unpack

from exportkit.inspection.counting import Counts
from exportkit.inspection.grouping import by_value, made, model_runs, projects, questions
from exportkit.inspection.results import (
    Count,
    EmbeddingFinding,
    FrameFinding,
    Inspection,
    KindFinding,
    LabelFinding,
    MetadataFinding,
    Period,
    RelationshipFinding,
    Top,
)
from exportkit.inspection.tallies import Key, PeriodTally, Tally
from exportkit.options import InspectOptions, LimitOptions, complete, only, takes
from exportkit.pipeline import SourceLike, batches, make_options
from exportkit.report import Report

__all__ = ["inspect_export"]

Item = TypeVar("Item")

#: Rows that are counted at a time.
BATCH_ROWS = 50_000


@takes(InspectOptions)
def inspect_export(source: SourceLike, **options: Unpack[InspectOptions]) -> Inspection:
    """Return the contents of an export: rows, projects, labels, classes, questions, unknown fields and kinds.

    Reads the source once, through the same stages as a conversion, and writes nothing. Lines that cannot
    become rows are counted and do not end the pass.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`; or the directory of a lake with all tables.
    **options : InspectOptions
        As `exportkit.options` declares them.

    Returns
    -------
    Inspection
        The findings; ``to_dict()`` gives them as plain values.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    OptionError
        `top` or `max_rejects` is below 0, or `max_compression_ratio` below 1.

    Notes
    -----
    Memory is constant: some tens of megabytes. The first 10 000 different keys of each list (classes,
    answers, projects, creators, ...) are counted exactly; the rows of later keys are added up in
    `Top.beyond`. Names are cut at 200 characters.

    Examples
    --------
    >>> import exportkit
    >>> inspection = exportkit.inspect_export("export.ndjson")
    >>> inspection.report.rejects
    0
    """
    asked, counts = complete(InspectOptions, options), Counts()
    limits = only(LimitOptions, asked)
    conversion = make_options(columns=counts.columns, batch_rows=BATCH_ROWS, **limits)
    made = batches(source, conversion, asked["progress"], warns=False)
    for table, batch in made:
        counts.add(table, batch)
    return _findings(counts, made.report, asked["top"])


def _findings(counts: Counts, report: Report, top: int) -> Inspection:
    tallies = counts.tallies
    sections = (by_value(tallies[f"{of}_sections"].counts) for of in ("row", "project", "label"))
    return Inspection(
        report=report,
        media_types=by_value(tallies["media_types"].counts),
        export_versions=by_value(tallies["export_versions"].counts),
        sections={name: count for counted in sections for name, count in counted.items()},
        datasets=_listed(tallies["datasets"], Count, top),
        created=_period(counts.periods["created"]),
        last_activity=_period(counts.periods["last_activity"]),
        projects=projects(tallies["projects"], tallies["labels"], top),
        model_runs=model_runs(tallies["model_runs"], tallies["labels"], top),
        labels=_labels(counts, report, top),
        kinds=_listed(tallies["kinds"], Count, top),
        classes=_listed(tallies["classes"], KindFinding, top),
        questions=questions(tallies["questions"], tallies["answers"], top),
        relationships=_listed(tallies["relationships"], RelationshipFinding, top),
        frames=_frames(counts),
        attachments=_listed(tallies["attachments"], Count, top),
        metadata=_listed(tallies["metadata"], MetadataFinding, top),
        embeddings=_embeddings(tallies["embeddings"], top),
    )


def _listed(tally: Tally, make: Callable[..., Item], top: int) -> Top[Item]:
    return made(tally.counts, make, top, tally.beyond)


def _period(tally: PeriodTally) -> Period:
    return Period(tally.first, tally.last)


def _labels(counts: Counts, report: Report, top: int) -> LabelFinding:
    states, creators = (counts.tallies[name] for name in ("label_states", "creators"))
    people = {key: count for key, count in creators.counts.items() if key != (None,)}
    return LabelFinding(
        total=report.rows["labels"],
        skipped=states.by("skipped").get((True,), 0),
        selected=counts.tallies["selected"].counts.get((True,), 0),
        origins=by_value(states.by("origin")),
        containers=by_value(counts.tallies["containers"].counts),
        creators=made(people, Count, top, creators.beyond),
        created=_period(counts.periods["labeled"]),
        seconds_to_create=float(counts.sums["seconds_to_create"]),
    )


def _frames(counts: Counts) -> FrameFinding:
    objects = counts.tallies["object_frames"].counts
    return FrameFinding(
        video_frames=int(counts.sums["video_frames"]),
        video_seconds=float(counts.sums["video_seconds"]),
        frames=counts.frames.groups,
        objects=sum(count for (is_in_frame, _), count in objects.items() if is_in_frame),
        key_frame_objects=objects.get((True, True), 0),
        key_frames=counts.tallies["key_frames"].counts.get((True,), 0),
        features=counts.tallies["features"].counts.get((False,), 0),
        timed_answers=counts.tallies["timed"].counts.get((True,), 0),
    )


def _embeddings(tally: Tally, top: int) -> Top[EmbeddingFinding]:
    vectors: dict[Key, int] = {}
    for (*about, has_vector), count in tally.counts.items():
        key = tuple(about)
        vectors[key] = vectors.get(key, 0) + (count if has_vector else 0)
    return made(vectors, EmbeddingFinding, top, tally.beyond)
