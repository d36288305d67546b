"""Tables of labels and predictions: the label, its features, answers, relationships and spans."""

from __future__ import annotations

from exportkit.tables.declaration import (
    FREE_FORM,
    GEOMETRY,
    IDS,
    NAMES,
    NOTHING_PERSONAL,
    PEOPLE,
    TEXT,
    URLS,
    Column,
    position,
    table,
)
from exportkit.tables.types import BOOL, FLOAT64, INT32, INT64, STRING, TIMESTAMP, Field, ListOf, StructOf

__all__ = ["CLASSIFICATIONS", "KEY_FRAMES", "LABELS", "OBJECTS", "RELATIONSHIPS", "SEGMENTS"]

STRINGS = ListOf(STRING)
METRICS = ListOf(StructOf((Field("name", STRING, null=False), Field("value", FLOAT64, null=False))))
VERTICES = ListOf(StructOf((Field("x", FLOAT64, null=False), Field("y", FLOAT64, null=False))))
TEXT_GROUPS = ListOf(
    StructOf(
        (Field("id", STRING), Field("page_number", INT64), Field("tokens", STRINGS), Field("text", STRING))
    )
)
MESSAGES = ListOf(
    StructOf((Field("message_id", STRING), Field("model_config_name", STRING), Field("order", INT64)))
)
PLANES = ListOf(StructOf((Field("key", STRING, null=False), Field("name", STRING))))

PLANE = Column(
    "plane", STRING, "DICOM group (Axial, Sagittal, Coronal); null elsewhere.", repeats=True, carries=NAMES
)
FRAME = Column("frame", INT64, "Frame as the export counts; null outside video and DICOM.", unit="frame")


def _header(of: str, prefix: str = "", path: str = "") -> tuple[Column, ...]:
    named = "answer name" if prefix else "feature name"
    return (
        Column(f"{prefix}feature_id", STRING, f"The {of}.", f"{path}feature_id", carries=IDS, identity=("feature",)),
        Column(f"{prefix}feature_schema_id", STRING, "Its place in the ontology: the key to join on.",
               f"{path}feature_schema_id", repeats=True, carries=IDS, identity=("place in the ontology",)),
        Column(f"{prefix}name", STRING, "Name for people; may repeat in one ontology.", f"{path}name", repeats=True,
               carries=NAMES, identity=(named,)),
        Column(f"{prefix}value", STRING, "Slug or the user's option value; missing in exports of 2023.",
               f"{path}value", repeats=True, carries=NAMES, identity=(named,)),
    )  # fmt: skip


LABELS = table(
    "labels",
    Column("experiment_id", STRING, "Model (experiment) of a run's label; null in a project.", repeats=True,
           carries=IDS),
    Column("model_run_id", STRING, "Model run; null in a project.", repeats=True, carries=IDS),
    position("label in its own `labels` or `predictions`"),
    Column("label_kind", STRING, "As given: Default, Video, ...", "label_kind", repeats=True, carries=NOTHING_PERSONAL),
    Column("version", STRING, "As given; says nothing about the shape.", "version", repeats=True,
           carries=NOTHING_PERSONAL),
    Column("container", STRING, "flat, video, dicom or audio: from the keys of annotations.", null=False, repeats=True,
           carries=NOTHING_PERSONAL),
    Column("sections", STRINGS, "label_details, performance_details, performance_details_v2 where present.",
           null=False, wide=True, carries=NOTHING_PERSONAL),
    Column("created_at", TIMESTAMP, "When the label was made.", "label_details.created_at"),
    Column("updated_at", TIMESTAMP, "When it was changed last.", "label_details.updated_at"),
    Column("content_last_updated_at", TIMESTAMP, "When its annotations changed last.",
           "label_details.content_last_updated_at"),
    Column("created_by", STRING, "Who made it, an e-mail address as a rule.", "label_details.created_by", repeats=True,
           carries=PEOPLE),
    Column("reviews", STRING, "Reviews as given.", "label_details.reviews", wide=True, json=True, carries=FREE_FORM),
    Column("seconds_to_create", FLOAT64, "Time to create, review included.", "performance_details.seconds_to_create",
           "s"),
    Column("seconds_to_label", FLOAT64, "Time to label.", "performance_details_v2.seconds_to_label", "s"),
    Column("seconds_to_review", FLOAT64, "Time to review.", "performance_details.seconds_to_review", "s"),
    Column("seconds_to_rework", FLOAT64, "Time to rework.", "performance_details_v2.seconds_to_rework", "s"),
    Column("seconds_total", FLOAT64, "All of it.", "performance_details_v2.seconds_total", "s"),
    Column("skipped", BOOL, "Whether the labeler skipped the data row.", "performance_details.skipped"),
    Column("benchmark_reference_label", STRING, "Label that is the benchmark; may name itself.",
           "performance_details.benchmark_reference_label", carries=IDS, identity=("label",)),
    Column("benchmark_score", FLOAT64, "Agreement with the benchmark, 0 to 1.", "performance_details.benchmark_score"),
    Column("consensus_score", FLOAT64, "Agreement of the label with the others of its row, 0 to 1.",
           "performance_details.consensus_score"),
    Column("planes", ListOf(PLANES.item), "DICOM groups, empty ones too.", "annotations.groups", wide=True,
           carries=NAMES, holds=("plane",)),
    Column("is_selected", BOOL, "Whether the project names it the consensus winner; null where it names none."),
    Column("is_latest", BOOL, "Newest created_at among the labels of this line and project; ties go to the later "
           "position; null outside projects and without created_at."),
    Column("benchmark_id", STRING, "Benchmark that it is compared with (Export V1).",
           "performance_details.benchmark_id", carries=IDS),
    Column("has_open_issues", BOOL, "Whether it has open issues (Export V1).", "has_open_issues"),
    Column("view_label", STRING, "Page of the label in the editor (Export V1).", "view_label", wide=True, carries=URLS,
           holds=("project_id", "label")),
    Column("other_row_data", STRING, "The asset as this label has it, where its data row has another (Export V1: a URL "
           "signed anew).", "other_row_data", wide=True, carries=TEXT, identity=("asset",)),
    Column("frames_url", STRING, "File with the frames of a video label (Export V1, needs the API key).", "frames_url",
           wide=True, carries=URLS, holds=("project_id", "label")),
    Column("class_masks", STRING, "Masks of all objects of a class, by its name (Export V1 of 2018).", "class_masks",
           wide=True, json=True, carries=FREE_FORM),
    Column("z_order", STRINGS, "Feature ids in stacking order.", "z_order", wide=True, carries=IDS, identity=("feature",)),
    below_label=True,
    grain="one label or prediction",
    root="$.projects.*.labels[*]",
    struct="Label",
    version=2,
    identity=("label_index",),
)  # fmt: skip

OBJECTS = table(
    "objects",
    PLANE,
    FRAME,
    position("object"),
    *_header("object"),
    Column("annotation_kind", STRING, "Kind as given, such as ImageBoundingBox.", "annotation_kind", repeats=True,
           carries=NOTHING_PERSONAL),
    Column("is_key_frame", BOOL, "Whether the label lists the frame as a key frame of the feature; null without "
           "frames and where it lists none for the feature."),
    Column("confidence", FLOAT64, "Confidence of a prediction, 0 to 1.", "confidence"),
    Column("custom_metrics", METRICS, "Metrics of a prediction.", "custom_metrics", wide=True, carries=NAMES),
    Column("coordinate_unit", STRING, "px, pt or degree; null without coordinates.", repeats=True,
           carries=NOTHING_PERSONAL),
    Column("bbox_left", FLOAT64, "Left edge.", "bounding_box.left", "coordinate_unit"),
    Column("bbox_top", FLOAT64, "Top edge.", "bounding_box.top", "coordinate_unit"),
    Column("bbox_width", FLOAT64, "Width.", "bounding_box.width", "coordinate_unit"),
    Column("bbox_height", FLOAT64, "Height.", "bounding_box.height", "coordinate_unit"),
    Column("point_x", FLOAT64, "Point.", "point.x", "coordinate_unit"),
    Column("point_y", FLOAT64, "Point.", "point.y", "coordinate_unit"),
    Column("vertices", VERTICES, "Polygon or polyline, in order, as given.", "polygon", "coordinate_unit", wide=True),
    Column("mask_url", STRING, "Mask of this object (needs the API key).", "mask.url", wide=True,
           carries=URLS, identity=("mask",), holds=("project_id", "feature")),
    Column("instance_uri", STRING, "Mask of an object with other geometry (Export V1; its token expires).",
           "instance_uri", wide=True, carries=URLS, identity=("mask",), holds=("project_id", "feature")),
    Column("composite_mask_url", STRING, "Mask of all objects of the label, told apart by colour; lives 30 days.",
           "composite_mask.url", wide=True, carries=URLS, holds=("project_id", "feature")),
    Column("composite_mask_color", ListOf(INT32), "Colour of this object in it: r, g, b.", "composite_mask.color_rgb",
           wide=True),
    Column("geojson", STRING, "Geometry with longitude and latitude.", "geojson", "degree", wide=True, json=True,
           carries=GEOMETRY),
    Column("page_number", INT64, "Page, counted as given.", "page_number"),
    Column("page_width", FLOAT64, "Width of the page.", "page_dimensions.width", "pt"),
    Column("page_height", FLOAT64, "Height of the page.", "page_dimensions.height", "pt"),
    Column("text_start", INT64, "First character.", "location.start", "character"),
    Column("text_end", INT64, "Last character, inclusive.", "location.end", "character"),
    Column("text_token", STRING, "The text itself.", "location.token", wide=True, carries=TEXT),
    Column("message_id", STRING, "Message of a conversation.", "conversational_location.message_id", carries=IDS,
           identity=("message",)),
    Column("text_groups", TEXT_GROUPS, "Token groups of a document entity.", "location.groups", wide=True,
           carries=TEXT, holds=("text_token",)),
    Column("messages", MESSAGES, "Selected or ranked messages.", "ranked_messages.ranked_messages", wide=True,
           carries=NAMES, holds=("message",)),
    Column("parent_message_id", STRING, "Message they answer.", "ranked_messages.parent_message_id",
           carries=IDS, identity=("message",)),
    Column("color", STRING, "Colour in the editor, such as #ff0000 (Export V1).", "color", repeats=True,
           carries=NOTHING_PERSONAL),
    Column("payload", STRING, "The whole geometry of a kind that no column fits.", wide=True, json=True,
           carries=FREE_FORM),
    below_label=True,
    grain="one object, in one frame where there are frames",
    root="$.projects.*.labels[*].annotations.objects[*]",
    struct="Object",
    version=2,
    identity=("label_index", "plane", "frame", "position"),
)  # fmt: skip

CLASSIFICATIONS = table(
    "classifications",
    PLANE,
    FRAME,
    Column("timestamp_ms", INT64, "Moment of an audio row.", unit="ms"),
    Column("message_id", STRING, "Message it is about; set: the answer came under a conversational key.", "message_id",
           carries=IDS, identity=("message",)),
    Column("object_feature_id", STRING, "Object or relationship it hangs on; null on the label.",
           carries=IDS, identity=("feature",)),
    Column("parent_answer_feature_id", STRING, "Answer it is nested under (under free text: the question's "
           "feature_id); null at the top.", carries=IDS, identity=("feature",)),
    Column("depth", INT32, "0 at the top.", null=False),
    position("question"),
    *_header("question"),
    Column("answer_type", STRING, "radio, checklist or text; null without an answer.", repeats=True,
           carries=NOTHING_PERSONAL),
    Column("answer_position", INT32, "Order of the answer in its question, from 0; null without an answer."),
    *_header("answer", "answer_", "*_answer."),
    Column("text", STRING, "Free text.", "text_answer.content", wide=True, carries=TEXT),
    Column("answer_path", STRINGS, "Question and answer names from the top down to this answer, at most 32 levels.",
           null=False, wide=True, carries=NAMES, identity=("feature name", "answer name")),
    Column("answer_confidence", FLOAT64, "Confidence of a predicted answer, 0 to 1.", "*_answer.confidence"),
    Column("answer_custom_metrics", METRICS, "Metrics of a predicted answer.", "*_answer.custom_metrics", wide=True,
           carries=NAMES),
    below_label=True,
    grain="one answer (a question without an answer: one row)",
    root="$.projects.*.labels[*].annotations..classifications[*]",
    struct="Question",
    identity=("label_index", "plane", "frame", "timestamp_ms", "object_feature_id", "parent_answer_feature_id",
              "position", "answer_position"),
)  # fmt: skip

RELATIONSHIPS = table(
    "relationships",
    position("relationship"),
    *_header("relationship"),
    Column("annotation_kind", STRING, "Kind as given.", "annotation_kind", repeats=True, carries=NOTHING_PERSONAL),
    Column("direction", STRING, "unidirectional or bidirectional.", repeats=True, carries=NOTHING_PERSONAL),
    Column("source_feature_id", STRING, "Feature it starts at.", "unidirectional_relationship.source",
           carries=IDS, identity=("feature",)),
    Column("target_feature_id", STRING, "Feature it ends at.", "unidirectional_relationship.target",
           carries=IDS, identity=("feature",)),
    below_label=True,
    grain="one relationship between two features",
    root="$.projects.*.labels[*].annotations.relationships[*]",
    struct="Relationship",
    identity=("label_index", "position"),
)  # fmt: skip

SEGMENTS = table(
    "segments",
    PLANE,
    Column("feature_id", STRING, "Object or answer (`answer_feature_id`); the question of free text and, in some "
           "exports, of options.", null=False, repeats=True, carries=IDS, identity=("feature",)),
    position("span in its feature"),
    Column("span_start", INT64, "First frame or millisecond, inclusive.", "[0]", "unit"),
    Column("span_end", INT64, "Last frame or millisecond, inclusive.", "[1]", "unit"),
    Column("unit", STRING, "frame or ms.", null=False, repeats=True, carries=NOTHING_PERSONAL),
    below_label=True,
    grain="one span of one feature",
    root="$.projects.*.labels[*].annotations.segments.*[*]",
    identity=("label_index", "plane", "feature_id", "position"),
)  # fmt: skip

KEY_FRAMES = table(
    "key_frames",
    PLANE,
    Column("feature_id", STRING, "Object, question or answer (`answer_feature_id`).", null=False, repeats=True,
           carries=IDS, identity=("feature",)),
    Column("frame", INT64, "Frame as the export counts.", unit="frame", null=False),
    Column("is_key_frame", BOOL, "As the object form says; true in the list form.", null=False),
    below_label=True,
    grain="one listed frame of one feature",
    root="$.projects.*.labels[*].annotations.key_frame_feature_map.*",
    identity=("label_index", "plane", "feature_id", "frame"),
)  # fmt: skip
