"""Structs of features: objects, classifications, relationships, and the containers they stand in.

Rules of the house for all structs of a line:

- Every field may be missing (``None``), but for ``data_row.id`` and the parts of a geometry that
  mean nothing without one another. What is present but does not fit goes to ``extra_``.
- Structs that become rows own an ``extra_``: what their source object held beside the fields below
  (and, under the key of the nested object, what nested structs without rows could not hold).
  JSON cannot fill it: its type has no JSON form, so a key ``$extra`` in the input goes the slow way.
- Annotations are strings over the aliases below, so that `exportkit.rows.specialised` can rebuild all
  structs with other types for an alias or a field.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field


class Extra(dict[str, Any]):
    """Fields of a source object that have no column; JSON input never decodes into it."""


#: Integers that an ``int64`` column holds.
Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
#: Numbers: integers below 2**53 are exact in a ``float64`` column, larger ones (2**53 + 1 is read as
#: 2**53) go the slow way round.
Float = Annotated[float, Meta(gt=-(2.0**53), lt=2.0**53)]
#: Strings that repeat from row to row; a specialised struct may know them beforehand.
Name = str
Kind = str
SchemaId = str
#: An identifier that a row is nothing without.
Id = Annotated[str, Meta(min_length=1)]
#: The value of a field of JSON text that is missing.
NO_RAW = Raw(b"")
#: Key in ``extra_`` of a list item that should have been an object.
VALUE_KEY = "$value"
#: First and last frame (or millisecond), both inclusive.
Span = tuple[Int, Int]


class Part(Struct, gc=False, forbid_unknown_fields=True):
    """A nested object whose leftovers belong to the row around it."""


class Owner(Struct, gc=False, forbid_unknown_fields=True):
    """An object that becomes a row and keeps its own leftovers."""


# --- features -----------------------------------------------------------------------------------


class Metric(Part):
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


class Ends(Part):
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


class Box(Part):
    """A box, in pixels or points from the top left corner."""

    top: Float
    left: Float
    height: Float
    width: Float


class Point(Part):
    """A point, in the same units."""

    x: Float
    y: Float


class Mask(Part):
    """Where the mask of one object is."""

    url: str | None = None


class CompositeMask(Part):
    """Where the mask of all objects of a label is, and the colour of this one in it."""

    url: str | None = None
    color_rgb: list[Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]] | None = None


class PageDimensions(Part):
    """Size of a document's page, in points."""

    height: Float | None = None
    width: Float | None = None


class TokenGroup(Part):
    """Tokens of a document's text layer on one page."""

    id: str | None = None
    page_number: Int | None = None
    tokens: list[str] | None = None
    text: str | None = None


class Location(Part):
    """Where text is: characters (``start``, inclusive ``end``) or a document's token groups."""

    start: Int | None = None
    end: Int | None = None
    token: str | None = None
    groups: list[TokenGroup] | None = None


class ConversationalLocation(Part):
    """Where text is in a message of a conversation."""

    message_id: str | None = None
    location: Location | None = None


class Message(Part):
    """A message that is selected or ranked."""

    message_id: str | None = None
    model_config_name: str | None = None
    order: Int | None = None


class SelectedMessage(Part):
    """The message that an annotator selected."""

    message_id: str | None = None
    model_config_name: str | None = None
    parent_message_id: str | None = None


class SelectedMessages(Part):
    """The messages that an annotator selected."""

    messages: list[Message] | None = None
    parent_message_id: str | None = None


class RankedMessages(Part):
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


class Frame(Part):
    """What a video or DICOM label says of one frame."""

    objects: dict[str, Object] | None = None
    classifications: list[Question] | None = None


class Group(Part):
    """One plane of a DICOM series."""

    name: str | None = None
    classifications: list[Question] | None = None
    frames: dict[Int, Frame] | None = None


class Moment(Part):
    """The answers that hold at one millisecond of an audio row."""

    classifications: list[Question] | None = None


class Annotations(Part):
    """What a label says, in one of five container shapes: their keys tell which."""

    objects: list[Object] | None = None
    classifications: list[Question] | None = None
    relationships: list[Relationship] | None = None
    frames: dict[Int, Frame] | None = None
    segments: dict[str, list[Span] | dict[str, list[Span]]] | None = None
    key_frame_feature_map: dict[str, list[Int] | dict[str, bool | list[Int] | dict[Int, bool]]] | None = None
    groups: dict[str, Group] | None = None
    timestamp: dict[Int, Moment] | None = None
