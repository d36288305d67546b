"""Tables of the data row itself: what it is, what hangs on it, where it stands, what was refused."""

from __future__ import annotations

from exportkit.tables.declaration import EXPORT_ID, LINE, Column, Table, position, table
from exportkit.tables.types import BINARY, BOOL, FLOAT64, INT32, INT64, STRING, TIMESTAMP, ListOf

__all__ = [
    "ATTACHMENTS",
    "DATA_ROWS",
    "EMBEDDINGS",
    "METADATA",
    "MODEL_RUNS",
    "PROJECTS",
    "REJECTS",
    "WORKFLOW",
]

STRINGS = ListOf(STRING)

DATA_ROWS = table(
    "data_rows",
    Column("global_key", STRING, "The user's key of the data row.", "data_row.global_key"),
    Column("external_id", STRING, "The user's older id of the data row.", "data_row.external_id"),
    Column("row_data", STRING, "The asset as given: URL (signed, expires), inline text or JSON.",
           "data_row.row_data", wide=True),
    Column("dataset_id", STRING, "Dataset of the data row.", "data_row.details.dataset_id", repeats=True),
    Column("dataset_name", STRING, "Its name.", "data_row.details.dataset_name", repeats=True),
    Column("created_at", TIMESTAMP, "When the data row was made.", "data_row.details.created_at"),
    Column("updated_at", TIMESTAMP, "When it was changed last.", "data_row.details.updated_at"),
    Column("last_activity_at", TIMESTAMP, "When anything about it changed last.", "data_row.details.last_activity_at"),
    Column("created_by", STRING, "Who made it, an e-mail address as a rule.", "data_row.details.created_by",
           repeats=True),
    Column("media_type", STRING, "image, video, text, document, audio, html, conversational, geospatial, dicom, llm "
           "or unknown: from asset_type, else mime_type, else the annotations.", repeats=True),
    Column("asset_type", STRING, "As the platform says it.", "media_attributes.asset_type", repeats=True),
    Column("mime_type", STRING, "MIME type.", "media_attributes.mime_type", repeats=True),
    Column("width", INT64, "Width of the asset.", "media_attributes.width", "px"),
    Column("height", INT64, "Height of the asset.", "media_attributes.height", "px"),
    Column("frame_rate", FLOAT64, "Frames a second of a video.", "media_attributes.frame_rate", "1/s"),
    Column("frame_count", INT64, "Number of frames.", "media_attributes.frame_count", "frame"),
    Column("duration", FLOAT64, "Duration as the platform gives it; it does not document the unit.",
           "media_attributes.duration"),
    Column("exif_rotation", INT32, "EXIF orientation, 1 to 8; digits and numbers are the same.",
           "media_attributes.exif_rotation"),
    Column("text_layer_url", STRING, "Text layer of a document (signed URL).", "media_attributes.text_layer_url",
           wide=True),
    Column("media_attributes", STRING, "Attributes without a column; null when none.", "media_attributes",
           wide=True, json=True),
    Column("sections", STRINGS, "Which optional top-level sections the line held.", null=False, wide=True),
    Column("export_version", STRING, "v2, or v1 for a line that was an Export V1 entry.", null=False, repeats=True),
    Column("source_uri", STRING, "Input without URL signature.", null=False, repeats=True),
    Column("byte_offset", INT64, "Where the line begins in the decompressed input; null in a JSON array.", unit="byte"),
    Column("byte_length", INT64, "Length of the line without its end.", unit="byte"),
    grain="one line of the export",
    root="$",
)  # fmt: skip

ATTACHMENTS = table(
    "attachments",
    position("attachment"),
    Column("attachment_id", STRING, "Id of the attachment.", "id"),
    Column(
        "type",
        STRING,
        "IMAGE, VIDEO, AUDIO, IMAGE_OVERLAY, HTML, RAW_TEXT, TEXT_URL, ...",
        "type",
        repeats=True,
    ),
    Column("name", STRING, "Its name.", "name", repeats=True),
    Column("value", STRING, "URL or text.", "value", wide=True),
    grain="one attachment of a data row",
    root="$.attachments[*]",
    identity=("position",),
)

METADATA = table(
    "metadata",
    position("field"),
    Column("schema_id", STRING, "Metadata schema.", "schema_id", repeats=True),
    Column("schema_name", STRING, "Its name (an input key `name` is the same thing).", "schema_name", repeats=True),
    Column("schema_kind", STRING, "CustomMetadataString, -Number, -DateTime, -Enum, ...", "schema_kind", repeats=True),
    Column("value_string", STRING, "The value when it is a string.", "value", repeats=True),
    Column("value_number", FLOAT64, "The value when it is a number that float64 holds exactly.", "value"),
    Column("value_timestamp", TIMESTAMP, "The value of a date field.", "value"),
    Column("value_options", STRINGS, "Option names of an enum value, outermost first.", "value[*].schema_name",
           wide=True),
    Column("value_json", STRING, "The value whenever the typed columns do not hold all of it.", "value",
           wide=True, json=True),
    grain="one metadata field of a data row",
    root="$.metadata_fields[*]",
    identity=("position",),
)  # fmt: skip

EMBEDDINGS = table(
    "embeddings",
    Column("embedding_id", STRING, "Embedding the vector belongs to.", "id", repeats=True),
    position("embedding"),
    Column("vector_position", INT32, "Order of the vector in its embedding, from 0; null without vectors."),
    Column("name", STRING, "Name of the embedding.", "name", repeats=True),
    Column("dimensions", INT32, "Number of dimensions as declared.", "dimensions"),
    Column("is_custom", BOOL, "Whether a user made it.", "is_custom"),
    Column("vector", ListOf(FLOAT64), "The vector.", "values[*].value", wide=True),
    grain="one vector of a data row (an embedding without vectors: one row)",
    root="$.embeddings[*]",
    identity=("position", "vector_position"),
)

PROJECTS = table(
    "projects",
    Column("project_id", STRING, "Project.", null=False, repeats=True),
    Column("project_name", STRING, "Its name.", "name", repeats=True),
    Column("ontology_id", STRING, "Its ontology.", "project_details.ontology_id", repeats=True),
    Column("task_id", STRING, "Current workflow task.", "project_details.task_id", repeats=True),
    Column("task_name", STRING, "Its name.", "project_details.task_name", repeats=True),
    Column("batch_id", STRING, "Batch that brought the data row.", "project_details.batch_id", repeats=True),
    Column("batch_name", STRING, "Its name.", "project_details.batch_name", repeats=True),
    Column("workflow_status", STRING, "TO_LABEL, IN_REVIEW, IN_REWORK or DONE.", "project_details.workflow_status",
           repeats=True),
    Column("priority", INT64, "Priority in the queue.", "project_details.priority"),
    Column("selected_label_id", STRING, "Consensus winner.", "project_details.selected_label_id"),
    Column("consensus_expected_label_count", INT64, "Labels that consensus waits for; 1 without consensus.",
           "project_details.consensus_expected_label_count"),
    Column("project_tags", STRING, "Tags of the project as given.", "project_tags", repeats=True, json=True),
    Column("sections", STRINGS, "`project_details` where the export held it.", null=False, wide=True),
    grain="one data row in one project",
    root="$.projects.*",
    identity=("project_id",),
)  # fmt: skip

WORKFLOW = table(
    "workflow_history",
    Column("project_id", STRING, "Project.", null=False, repeats=True),
    position("step (newest first, as given)"),
    Column("action", STRING, "Move, Approve, Reject, ...", "action", repeats=True),
    Column("created_at", TIMESTAMP, "When.", "created_at"),
    Column("created_by", STRING, "Who.", "created_by", repeats=True),
    Column("previous_task_id", STRING, "Task it left; null on entry.", "previous_task_id", repeats=True),
    Column("previous_task_name", STRING, "Its name.", "previous_task_name", repeats=True),
    Column("next_task_id", STRING, "Task it went to; null when done.", "next_task_id", repeats=True),
    Column("next_task_name", STRING, "Its name.", "next_task_name", repeats=True),
    grain="one workflow step of a data row in a project",
    root="$.projects.*.project_details.workflow_history[*]",
    identity=("project_id", "position"),
)

MODEL_RUNS = table(
    "model_runs",
    Column("experiment_id", STRING, "Model (experiment).", null=False, repeats=True),
    Column("experiment_name", STRING, "Its name.", "name", repeats=True),
    Column("model_run_id", STRING, "Model run; null for an experiment without runs.", repeats=True),
    Column("model_run_name", STRING, "Its name.", "runs.*.name", repeats=True),
    Column("run_data_row_id", STRING, "The data row within the run.", "runs.*.run_data_row_id"),
    Column("data_split", STRING, "training, validation, test (input key split or data_split).", "runs.*.data_split",
           repeats=True),
    grain="one data row in one model run (an experiment without runs: one row)",
    root="$.experiments.*",
    identity=("experiment_id", "model_run_id"),
)  # fmt: skip

REJECTS = Table(
    "rejects",
    1,
    "one input line that could not become rows",
    "$",
    (),
    (
        Column("data_row_id", STRING, "Data row, where it could still be read."),
        Column("source_uri", STRING, "Input without URL signature.", null=False, repeats=True),
        Column("byte_offset", INT64, "Where the line begins in the decompressed input; null in a JSON array.",
               unit="byte"),
        Column("byte_length", INT64, "Length of the line without its end.", unit="byte"),
        Column("error", STRING, "Class of the error.", null=False, repeats=True),
        Column("problem", STRING, "What is wrong.", null=False),
        Column("json_path", STRING, "Where in the row, when known."),
        Column("raw", BINARY, "The line's bytes; null when they lie in the file of raw_uri.", wide=True),
        Column("raw_uri", STRING, "File beside the table that holds a line too long for the column."),
        Column("extra", STRING, "Always null: the whole line is in raw.", wide=True, json=True),
        EXPORT_ID,
        LINE,
    ),
)  # fmt: skip
