"""Results: the findings of an inspection, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from exportkit.report import Report

__all__ = [
    "Count",
    "EmbeddingFinding",
    "FrameFinding",
    "Inspection",
    "KindFinding",
    "LabelFinding",
    "MetadataFinding",
    "ModelRunFinding",
    "Period",
    "ProjectFinding",
    "QuestionFinding",
    "RelationshipFinding",
    "Top",
]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Count:
    """The number of rows with a value; None stands for rows without one."""

    value: str | None
    count: int


@dataclass(frozen=True, slots=True)
class Top(Generic[Item]):
    """The most frequent of many items.

    Attributes
    ----------
    items : list
        The most frequent items, most frequent first; ties in alphabetical order. Each count is exact.
    more : int
        Number of other items that were counted and are not listed.
    beyond : int
        Rows of further items that were not distinguished, because there were too many; 0 if
        ``len(items) + more`` is the exact number of items.
    """

    items: list[Item] = field(default_factory=list)
    more: int = 0
    beyond: int = 0

    @property
    def distinct(self) -> int:
        """Number of different items that were counted; there are more if `beyond` is not 0."""
        return len(self.items) + self.more


@dataclass(frozen=True, slots=True)
class Period:
    """The earliest and the latest of some timestamps, both in UTC; None if there are none."""

    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProjectFinding:
    """One project: its name, data rows, labels, skipped labels, and data rows by workflow status."""

    project_id: str
    name: str | None
    data_rows: int
    labels: int
    skipped: int
    workflow_status: dict[str, int]


@dataclass(frozen=True, slots=True)
class ModelRunFinding:
    """One model run: its names, data rows (also by split), labels and predictions."""

    experiment_id: str
    experiment_name: str | None
    model_run_id: str | None
    model_run_name: str | None
    data_rows: int
    labels: int
    predictions: int
    data_splits: dict[str, int]


@dataclass(frozen=True, slots=True)
class LabelFinding:
    """All labels.

    Attributes
    ----------
    total, skipped, selected : int
        All labels; those of skipped data rows; those that a project selected as consensus winner.
    origins, containers : dict of str to int
        Labels by origin (project, model_run, prediction) and by container (flat, video, dicom, audio).
    creators : Top of Count
        Labels by the person who made them, as far as the export has it.
    created : Period
        When they were created.
    seconds_to_create : float
        Time spent on them, in seconds; 0 if the export does not have it.
    """

    total: int = 0
    skipped: int = 0
    selected: int = 0
    origins: dict[str, int] = field(default_factory=dict)
    containers: dict[str, int] = field(default_factory=dict)
    creators: Top[Count] = field(default_factory=Top[Count])
    created: Period = Period()
    seconds_to_create: float = 0.0


@dataclass(frozen=True, slots=True)
class KindFinding:
    """One class of objects: its name, its annotation kind, and their number (in video, one per frame)."""

    name: str | None
    annotation_kind: str | None
    objects: int


@dataclass(frozen=True, slots=True)
class QuestionFinding:
    """One classification question.

    Attributes
    ----------
    name : str or None
        Name of the question; questions of one name are counted together.
    answer_types : list of str
        Types of its answers: radio, checklist, text.
    asked : int
        Occurrences in the export: one per parent (label, object or answer) and frame.
    unanswered : int
        Occurrences without an answer.
    nested : int
        Occurrences below an answer of another question.
    answers : Top of Count
        Chosen options. Of a checklist, each chosen option counts.
    texts : int
        Number of free-text answers; their contents are not counted.
    """

    name: str | None
    answer_types: list[str]
    asked: int
    unanswered: int
    nested: int
    answers: Top[Count]
    texts: int


@dataclass(frozen=True, slots=True)
class RelationshipFinding:
    """Relationships of one kind and direction."""

    annotation_kind: str | None
    direction: str | None
    relationships: int


@dataclass(frozen=True, slots=True)
class FrameFinding:
    """Video, DICOM and audio.

    Attributes
    ----------
    video_frames : int
        Frames of the assets that are videos, as the export has it.
    video_seconds : float
        Their duration: frames divided by the frame rate.
    frames : int
        Frames with an object, counted per label and DICOM plane.
    objects : int
        Objects in those frames.
    key_frame_objects : int
        Objects in a frame that the label lists as a key frame of theirs.
    key_frames : int
        Key frames listed.
    features : int
        Features that span frames or moments.
    timed_answers : int
        Answers at a moment of an audio row.
    """

    video_frames: int = 0
    video_seconds: float = 0.0
    frames: int = 0
    objects: int = 0
    key_frame_objects: int = 0
    key_frames: int = 0
    features: int = 0
    timed_answers: int = 0


@dataclass(frozen=True, slots=True)
class MetadataFinding:
    """One metadata field: its name, its kind, and its number of values."""

    name: str | None
    kind: str | None
    values: int


@dataclass(frozen=True, slots=True)
class EmbeddingFinding:
    """One embedding: its name, its dimensions, whether it is custom, and its number of vectors."""

    name: str | None
    dimensions: int | None
    is_custom: bool | None
    vectors: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """The contents of an export.

    Attributes
    ----------
    report : Report
        Lines, rejects, unknown fields and kinds; `Report.rows` has the rows that a conversion would write.
    media_types, export_versions : dict of str to int
        Data rows by media type, and by version of the export.
    sections : dict of str to int
        Number of data rows, projects and labels that have each optional section of the export.
    datasets : Top of Count
        Data rows by dataset.
    created, last_activity : Period
        When the data rows were created, and when they last changed.
    projects : Top of ProjectFinding
        Projects by data rows.
    model_runs : Top of ModelRunFinding
        Model runs by data rows.
    labels : LabelFinding
        All labels and predictions.
    kinds : Top of Count
        Objects by annotation kind.
    classes : Top of KindFinding
        Objects by class and annotation kind.
    questions : Top of QuestionFinding
        Classification questions by how often they are asked.
    relationships : Top of RelationshipFinding
        Relationships by kind and direction.
    frames : FrameFinding
        Counts for video, DICOM and audio.
    attachments : Top of Count
        Attachments by type.
    metadata : Top of MetadataFinding
        Metadata fields by number of values.
    embeddings : Top of EmbeddingFinding
        Embeddings by number of vectors.
    """

    report: Report
    media_types: dict[str, int]
    export_versions: dict[str, int]
    sections: dict[str, int]
    datasets: Top[Count]
    created: Period
    last_activity: Period
    projects: Top[ProjectFinding]
    model_runs: Top[ModelRunFinding]
    labels: LabelFinding
    kinds: Top[Count]
    classes: Top[KindFinding]
    questions: Top[QuestionFinding]
    relationships: Top[RelationshipFinding]
    frames: FrameFinding
    attachments: Top[Count]
    metadata: Top[MetadataFinding]
    embeddings: Top[EmbeddingFinding]

    def to_dict(self) -> dict[str, Any]:
        """Return the inspection as plain values, as ``--json`` prints it; timestamps are ISO 8601 strings."""
        findings = asdict(replace(self, report=Report()))
        plain: dict[str, Any] = _without_datetimes(findings | {"report": self.report.to_dict()})
        return plain


def _without_datetimes(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _without_datetimes(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_datetimes(item) for item in value]
    return value
