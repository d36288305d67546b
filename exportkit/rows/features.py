"""Structs of features: objects, classifications, relationships, and the containers they stand in.

Rules for all structs of a line:

- Every field may be missing (``None``), except ``data_row.id`` and the coordinates of a geometry, which
  mean nothing without one another. A value that does not fit its field goes to ``extra_``.
- A struct that becomes a row owns an ``extra_``. It holds the fields of the source object that the struct
  lacks and, under the key of a nested object, those that the nested struct lacks.
  JSON cannot fill it: its type has no JSON form, so a line with a key ``$extra`` is decoded leniently.
- Types are strings over the aliases below, so that `exportkit.rows.specialised` can make all structs anew
  with another type for an alias or a field, and `exportkit.rows.structs.structs_in` can read them.
- An annotation kind, and which fields of `Object` hold its geometry, is declared in `exportkit.rows.kinds`.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field


class Extra(dict[str, Any]):
    """Fields of a source object that have no column; JSON input never decodes into it."""


#: Integers that fit an ``int64`` column.
Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
#: Numbers. Integers below 2**53 are exact in a ``float64`` column. Lines with larger ones (2**53 + 1 would be
#: read as 2**53) are decoded leniently.
Float = Annotated[float, Meta(gt=-(2.0**53), lt=2.0**53)]
#: Strings that repeat from row to row. A specialised struct may know them beforehand.
Name = str
Kind = str
SchemaId = str
#: An identifier without which there is no row.
Id = Annotated[str, Meta(min_length=1)]
#: The value of a missing field of JSON text.
NO_RAW = Raw(b"")
#: Key in ``extra_`` of a list item that should have been an object.
VALUE_KEY = "$value"
#: First and last frame (or millisecond), both inclusive.
Span = tuple[Int, Int]


class Nested(Struct, gc=False, forbid_unknown_fields=True):
    """An object without a row of its own; its leftovers belong to the row around it."""


class Owner(Struct, gc=False, forbid_unknown_fields=True):
    """An object that becomes a row and keeps its own leftovers."""


# --- features -----------------------------------------------------------------------------------


class Metric(Nested):
    """A metric of a prediction."""

    name: str
    value: Float


class Answer(Owner):
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


class Question(Owner):
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


class Ends(Nested):
    """The features that a relationship joins."""

    source: str | None = None
    target: str | None = None


class Relationship(Owner):
    """A relationship between two features."""

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


class Box(Nested):
    """A box, in pixels or points from the top left corner."""

    top: Float
    left: Float
    height: Float
    width: Float


class Point(Nested):
    """A point, in the same units."""

    x: Float
    y: Float


class Mask(Nested):
    """Where the mask of one object is."""

    url: str | None = None


class CompositeMask(Nested):
    """Where the mask of all objects of a label is, and the colour of this one in it."""

    url: str | None = None
    color_rgb: list[Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]] | None = None


class PageDimensions(Nested):
    """Size of a document's page, in points."""

    height: Float | None = None
    width: Float | None = None


class TokenGroup(Nested):
    """Tokens of a document's text layer on one page."""

    id: str | None = None
    page_number: Int | None = None
    tokens: list[str] | None = None
    text: str | None = None


class Location(Nested):
    """Where text is: characters (``start``, inclusive ``end``) or a document's token groups."""

    start: Int | None = None
    end: Int | None = None
    token: str | None = None
    groups: list[TokenGroup] | None = None


class ConversationalLocation(Nested):
    """Where text is in a message of a conversation."""

    message_id: str | None = None
    location: Location | None = None


class Message(Nested):
    """A message that is selected or ranked."""

    message_id: str | None = None
    model_config_name: str | None = None
    order: Int | None = None


class SelectedMessage(Nested):
    """The message that an annotator selected."""

    message_id: str | None = None
    model_config_name: str | None = None
    parent_message_id: str | None = None


class SelectedMessages(Nested):
    """The messages that an annotator selected."""

    messages: list[Message] | None = None
    parent_message_id: str | None = None


class RankedMessages(Nested):
    """Messages in the order an annotator gave them."""

    ranked_messages: list[Message] | None = None
    parent_message_id: str | None = None


class Object(Owner):
    """An object (or a relationship that the export repeats among the objects) with its geometry."""

    feature_id: str | None = None
    feature_schema_id: SchemaId | None = None
    name: Name | None = None
    value: Name | None = None
    annotation_kind: Kind | None = None
    color: Name | None = None
    classifications: list[Question] | None = None
    bounding_box: Box | None = None
    polygon: list[Point] | None = None
    line: list[Point] | None = None
    point: Point | None = None
    mask: Mask | None = None
    instance_uri: str | None = None
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


class Frame(Nested):
    """The annotations of one frame of a video or DICOM label."""

    objects: dict[str, Object] | None = None
    classifications: list[Question] | None = None


class Group(Nested):
    """One plane of a DICOM series."""

    name: str | None = None
    classifications: list[Question] | None = None
    frames: dict[Int, Frame] | None = None


class Moment(Nested):
    """The answers that hold at one millisecond of an audio row."""

    classifications: list[Question] | None = None


class Annotations(Nested):
    """The annotations of a label, in one of five shapes: the keys show which."""

    objects: list[Object] | None = None
    classifications: list[Question] | None = None
    relationships: list[Relationship] | None = None
    frames: dict[Int, Frame] | None = None
    segments: dict[str, list[Span] | dict[str, list[Span]]] | None = None
    key_frame_feature_map: dict[str, list[Int] | dict[str, bool | list[Int] | dict[Int, bool]]] | None = None
    groups: dict[str, Group] | None = None
    timestamp: dict[Int, Moment] | None = None
