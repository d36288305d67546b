"""The structs of an Export V2 line, as the format catalogue knows it.

Takes nothing, does nothing: these are the types that `decode` fills and `flatten` reads.

Rules of the house:

- Every field may be missing (``None``), but for ``data_row.id`` and the parts of a geometry that
  mean nothing without one another. What is present but does not fit goes to ``extra_``.
- Structs that become rows own an ``extra_``: what their source object held beside the fields below
  (and, under the key of the nested object, what nested structs without rows could not hold).
  JSON cannot fill it: its type has no JSON form, so a key ``$extra`` in the input goes the slow way.
- Annotations are strings over the aliases below, so that `exportkit.rows.twins` can rebuild all
  structs with other types for an alias or a field.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field

__all__ = ["STRUCTS"]


class Extra(dict[str, Any]):
    """Fields of a source object that have no column; JSON input never decodes into it."""


#: Integers that an ``int64`` column holds.
Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
#: Numbers: integers up to 2**53 are exact in a ``float64`` column, larger ones go the slow way round.
Float = Annotated[float, Meta(ge=-(2.0**53), le=2.0**53)]
#: Strings that repeat from row to row; a twin may know them beforehand.
Name = str
Kind = str
SchemaId = str
#: An identifier that a row is nothing without.
Id = Annotated[str, Meta(min_length=1)]
#: The value of a field of JSON text that is missing.
NO_RAW = Raw(b"")
#: First and last frame (or millisecond), both inclusive.
Span = tuple[Int, Int]


class _Part(Struct, gc=False, forbid_unknown_fields=True):
    """A nested object whose leftovers belong to the row around it."""


class _Owner(Struct, gc=False, forbid_unknown_fields=True):
    """An object that becomes a row and keeps its own leftovers."""


# --- features -----------------------------------------------------------------------------------


class Metric(_Part):
    name: str
    value: Float


class Answer(_Owner):
    """An option of a radio or checklist, or free text (``content``)."""

    feature_id: str | None = None
    feature_schema_id: SchemaId | None = None
    name: Name | None = None
    value: Name | None = None
    content: str | None = None
    classifications: list[Question] | None = None
    confidence: Float | None = None
    custom_metrics: list[Metric] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Question(_Owner):
    """A classification: a question and, under the key that names its type, its answer."""

    feature_id: str | None = None
    feature_schema_id: SchemaId | None = None
    name: Name | None = None
    value: Name | None = None
    radio_answer: Answer | None = None
    checklist_answers: list[Answer] | None = None
    text_answer: Answer | None = None
    message_id: str | None = None
    conversational_radio_answer: Answer | None = None
    conversational_checklist_answers: list[Answer] | None = None
    conversational_text_answer: Answer | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Ends(_Part):
    source: str | None = None
    target: str | None = None


class Relationship(_Owner):
    feature_id: str | None = None
    feature_schema_id: SchemaId | None = None
    name: Name | None = None
    value: Name | None = None
    annotation_kind: Kind | None = None
    classifications: list[Question] | None = None
    unidirectional_relationship: Ends | None = None
    bidirectional_relationship: Ends | None = None
    extra_: Extra | None = field(default=None, name="$extra")


# --- geometry -----------------------------------------------------------------------------------


class Box(_Part):
    top: Float
    left: Float
    height: Float
    width: Float


class Point(_Part):
    x: Float
    y: Float


class Mask(_Part):
    url: str | None = None


class CompositeMask(_Part):
    url: str | None = None
    color_rgb: list[Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]] | None = None


class PageDimensions(_Part):
    height: Float | None = None
    width: Float | None = None


class TokenGroup(_Part):
    id: str | None = None
    page_number: Int | None = None
    tokens: list[str] | None = None
    text: str | None = None


class Location(_Part):
    """Where text is: characters (``start``, inclusive ``end``) or a document's token groups."""

    start: Int | None = None
    end: Int | None = None
    token: str | None = None
    groups: list[TokenGroup] | None = None


class ConversationalLocation(_Part):
    message_id: str | None = None
    location: Location | None = None


class Message(_Part):
    message_id: str | None = None
    model_config_name: str | None = None
    order: Int | None = None


class SelectedMessage(_Part):
    message_id: str | None = None
    model_config_name: str | None = None
    parent_message_id: str | None = None


class SelectedMessages(_Part):
    messages: list[Message] | None = None
    parent_message_id: str | None = None


class RankedMessages(_Part):
    ranked_messages: list[Message] | None = None
    parent_message_id: str | None = None


class Object(_Owner):
    """An object (or a relationship that the export repeats among the objects) with its geometry."""

    feature_id: str | None = None
    feature_schema_id: SchemaId | None = None
    name: Name | None = None
    value: Name | None = None
    annotation_kind: Kind | None = None
    classifications: list[Question] | None = None
    bounding_box: Box | None = None
    polygon: list[Point] | None = None
    line: list[Point] | None = None
    point: Point | None = None
    mask: Mask | None = None
    composite_mask: CompositeMask | None = None
    location: Location | None = None
    conversational_location: ConversationalLocation | None = None
    page_number: Int | None = None
    page_dimensions: PageDimensions | None = None
    geojson: Raw = NO_RAW
    selected_message: SelectedMessage | None = None
    selected_messages: SelectedMessages | None = None
    ranked_messages: RankedMessages | None = None
    confidence: Float | None = None
    custom_metrics: list[Metric] | None = None
    unidirectional_relationship: Ends | None = None
    bidirectional_relationship: Ends | None = None
    extra_: Extra | None = field(default=None, name="$extra")


# --- annotations --------------------------------------------------------------------------------


class Frame(_Part):
    objects: dict[str, Object] | None = None
    classifications: list[Question] | None = None


class Group(_Part):
    """One plane of a DICOM series."""

    name: str | None = None
    classifications: list[Question] | None = None
    frames: dict[Int, Frame] | None = None


class Moment(_Part):
    """The answers that hold at one millisecond of an audio row."""

    classifications: list[Question] | None = None


class Annotations(_Part):
    objects: list[Object] | None = None
    classifications: list[Question] | None = None
    relationships: list[Relationship] | None = None
    frames: dict[Int, Frame] | None = None
    segments: dict[str, list[Span] | dict[str, list[Span]]] | None = None
    key_frame_feature_map: dict[str, list[Int] | dict[str, bool | list[Int] | dict[Int, bool]]] | None = None
    groups: dict[str, Group] | None = None
    timestamp: dict[Int, Moment] | None = None


# --- labels -------------------------------------------------------------------------------------


class LabelDetails(_Part):
    created_at: str | None = None
    updated_at: str | None = None
    created_by: Name | None = None
    content_last_updated_at: str | None = None
    reviews: Raw = NO_RAW


class Performance(_Part):
    seconds_to_create: Float | None = None
    seconds_to_review: Float | None = None
    skipped: bool | None = None
    benchmark_reference_label: str | None = None
    benchmark_score: Float | None = None
    consensus_score: Float | None = None


class PerformanceV2(_Part):
    seconds_to_label: Float | None = None
    seconds_to_review: Float | None = None
    seconds_to_rework: Float | None = None
    seconds_total: Float | None = None
    skipped: bool | None = None
    benchmark_reference_label: str | None = None
    benchmark_score: Float | None = None
    consensus_score: Float | None = None


class Label(_Owner):
    label_kind: str | None = None
    version: str | None = None
    id: str | None = None
    label_details: LabelDetails | None = None
    performance_details: Performance | None = None
    performance_details_v2: PerformanceV2 | None = None
    annotations: Annotations | None = None
    z_order: list[str] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Step(_Owner):
    """One step of a data row's way through a project's workflow."""

    action: Name | None = None
    created_at: str | None = None
    created_by: Name | None = None
    previous_task_name: Name | None = None
    previous_task_id: str | None = None
    next_task_name: Name | None = None
    next_task_id: str | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class ProjectDetails(_Part):
    ontology_id: str | None = None
    task_id: str | None = None
    task_name: str | None = None
    batch_id: str | None = None
    batch_name: str | None = None
    workflow_status: str | None = None
    priority: Int | None = None
    selected_label_id: str | None = None
    consensus_expected_label_count: Int | None = None
    workflow_history: list[Step] | None = None


class Project(_Owner):
    name: Name | None = None
    labels: list[Label] | None = None
    project_details: ProjectDetails | None = None
    project_tags: Raw = NO_RAW
    extra_: Extra | None = field(default=None, name="$extra")


class Run(_Owner):
    """One data row in one model run."""

    name: str | None = None
    run_data_row_id: str | None = None
    split: str | None = None
    data_split: str | None = None
    labels: list[Label] | None = None
    predictions: list[Label] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Experiment(_Owner):
    name: str | None = None
    runs: dict[str, Run] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


# --- the data row -------------------------------------------------------------------------------


class Details(_Part):
    dataset_id: str | None = None
    dataset_name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    last_activity_at: str | None = None
    created_by: str | None = None


class DataRow(_Part):
    id: Id
    global_key: str | None = None
    external_id: str | None = None
    row_data: str | None = None
    details: Details | None = None


class MediaAttributes(_Owner):
    """Attributes of the asset. Fields below ``frame_count`` have no column of their own."""

    height: Int | None = None
    width: Int | None = None
    mime_type: str | None = None
    asset_type: str | None = None
    exif_rotation: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | str | None = None
    text_layer_url: str | None = None
    frame_rate: Float | None = None
    duration: Float | None = None
    frame_count: Int | None = None
    codec: Any = None
    message_count: Any = None
    extra_: Extra | None = field(default=None, name="$extra")


class Attachment(_Owner):
    type: str | None = None
    value: str | None = None
    name: str | None = None
    id: str | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class MetadataField(_Owner):
    schema_id: SchemaId | None = None
    schema_name: Name | None = None
    schema_kind: Kind | None = None
    name: Name | None = None
    value: Any = None
    extra_: Extra | None = field(default=None, name="$extra")


class Vector(_Part):
    value: list[Float] | None = None


class Embedding(_Owner):
    id: str | None = None
    name: str | None = None
    dimensions: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    is_custom: bool | None = None
    values: list[Vector] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Row(_Owner):
    """One line of the export."""

    data_row: DataRow
    media_attributes: MediaAttributes | None = None
    attachments: list[Attachment] | None = None
    metadata_fields: list[MetadataField] | None = None
    embeddings: list[Embedding] | None = None
    projects: dict[str, Project] | None = None
    experiments: dict[str, Experiment] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


#: Every struct by name, in the order of this file (`Row` is the line).
STRUCTS: dict[str, type[Struct]] = {
    name: value
    for name, value in list(globals().items())
    if isinstance(value, type) and issubclass(value, Struct) and value is not Struct and name[0] != "_"
}
