"""What rivals know about a line, written by hand: columns with the JSON path and type they come from.

Takes nothing; gives, for each kind of item in a line, its columns, from which `line_types` builds typed
schemas and each rival its select lists. ``a.b | c.d`` takes the first that is there.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "ANSWER", "ANSWER_FORMS", "ATTACHMENT", "DATA_ROW", "EMBEDDING", "LABEL", "METADATA", "OBJECT", "PROJECT",
    "QUESTION", "RELATIONSHIP", "STEP", "Field", "Fields", "Keyed", "Type",
]  # fmt: skip


class Keyed(NamedTuple):
    """A dictionary whose keys are ids or numbers."""

    key: str
    value: Type


#: A scalar by name, ``[item]`` for a list, ``{name: type}`` for an object, or `Keyed`.
Type = str | list["Type"] | dict[str, "Type"] | Keyed


class Field(NamedTuple):
    """A column of a table: where its value stands in the item, and its type."""

    paths: tuple[str, ...]
    type: Type


Fields = dict[str, Field]

#: Compound types that a line of `fields` names; scalars are text, int, int32, float, bool, time and json.
COMPOUND: dict[str, Type] = {
    "texts": ["text"],
    "colour": ["int32"],
    "metrics": [{"name": "text", "value": "float"}],
    "vertices": [{"x": "float", "y": "float"}],
    "groups": [{"id": "text", "page_number": "int", "tokens": ["text"], "text": "text"}],
    "messages": [{"message_id": "text", "model_config_name": "text", "order": "int"}],
}


def fields(lines: str) -> Fields:
    """Read lines of ``column type path | path``; a line without a path takes the column's name."""
    parsed: Fields = {}
    for line in filter(None, lines.splitlines()):
        column, type_, *paths = line.split()
        given = tuple(path for path in paths if path != "|")
        parsed[column] = Field(given or (column,), COMPOUND.get(type_, type_))
    return parsed


HEADER = """
feature_id text
feature_schema_id text
name text
value text
"""
DATA_ROW = fields("""
data_row_id text data_row.id
global_key text data_row.global_key
external_id text data_row.external_id
row_data text data_row.row_data
dataset_id text data_row.details.dataset_id
dataset_name text data_row.details.dataset_name
created_at time data_row.details.created_at
updated_at time data_row.details.updated_at
last_activity_at time data_row.details.last_activity_at
created_by text data_row.details.created_by
asset_type text media_attributes.asset_type
mime_type text media_attributes.mime_type
width int media_attributes.width
height int media_attributes.height
frame_rate float media_attributes.frame_rate
frame_count int media_attributes.frame_count
duration float media_attributes.duration
exif_rotation int32 media_attributes.exif_rotation
text_layer_url text media_attributes.text_layer_url
""")
ATTACHMENT = fields("""
attachment_id text id
type text
name text
value text
""")
METADATA = fields("""
schema_id text
schema_name text schema_name | name
schema_kind text
value_json json value
""")
EMBEDDING = fields("""
embedding_id text id
name text
dimensions int32
is_custom bool
""")
PROJECT = fields("""
project_name text name
ontology_id text project_details.ontology_id
task_id text project_details.task_id
task_name text project_details.task_name
batch_id text project_details.batch_id
batch_name text project_details.batch_name
workflow_status text project_details.workflow_status
priority int project_details.priority
selected_label_id text project_details.selected_label_id
consensus_expected_label_count int project_details.consensus_expected_label_count
project_tags json
""")
STEP = fields("""
action text
created_at time
created_by text
previous_task_id text
previous_task_name text
next_task_id text
next_task_name text
""")
LABEL = fields("""
label_kind text
version text
created_at time label_details.created_at
updated_at time label_details.updated_at
content_last_updated_at time label_details.content_last_updated_at
created_by text label_details.created_by
reviews json label_details.reviews
seconds_to_create float performance_details.seconds_to_create
seconds_to_label float performance_details_v2.seconds_to_label
seconds_to_review float performance_details.seconds_to_review
seconds_to_rework float performance_details_v2.seconds_to_rework
seconds_total float performance_details_v2.seconds_total
skipped bool performance_details.skipped
benchmark_reference_label text performance_details.benchmark_reference_label
benchmark_score float performance_details.benchmark_score
consensus_score float performance_details.consensus_score
z_order texts
""")
OBJECT = fields(f"""{HEADER}
annotation_kind text
confidence float
custom_metrics metrics
bbox_left float bounding_box.left
bbox_top float bounding_box.top
bbox_width float bounding_box.width
bbox_height float bounding_box.height
point_x float point.x
point_y float point.y
vertices vertices polygon | line
mask_url text mask.url
composite_mask_url text composite_mask.url
composite_mask_color colour composite_mask.color_rgb
geojson json
page_number int
page_width float page_dimensions.width
page_height float page_dimensions.height
text_start int location.start | conversational_location.location.start
text_end int location.end | conversational_location.location.end
text_token text location.token
message_id text conversational_location.message_id
text_groups groups location.groups
messages messages selected_messages.messages | ranked_messages.ranked_messages
parent_message_id text selected_messages.parent_message_id | ranked_messages.parent_message_id
""")
QUESTION = fields(HEADER)
ANSWER = fields(f"""{HEADER}
text text content
confidence float
custom_metrics metrics
""")
#: Keys of an answer and whether they hold a list of answers.
ANSWER_FORMS = {"radio_answer": False, "checklist_answers": True, "text_answer": False}
RELATIONSHIP = fields(f"""{HEADER}
annotation_kind text
source_feature_id text unidirectional_relationship.source | bidirectional_relationship.source
target_feature_id text unidirectional_relationship.target | bidirectional_relationship.target
""")
