"""Filter values: what filters read of a decoded row, and which fields hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exportkit.flatten import media_type
from exportkit.rows import Row, labels_of
from exportkit.rows.placed_labels import projects_of
from exportkit.rows.structs import Label, MetadataField

__all__ = ["READ_BY_FILTER", "VALUES", "metadata_fields"]

_LABELS: Mapping[str, frozenset[str]] = {
    "Row": frozenset({"projects", "experiments"}),
    "Project": frozenset({"labels"}),
    "Experiment": frozenset({"runs"}),
    "Run": frozenset({"labels", "predictions"}),
}
_DETAILS = {"Row": frozenset({"projects"}), "Project": frozenset({"project_details"})}
_KINDS = {
    "Label": frozenset({"annotations"}),
    "Annotations": frozenset({"objects", "relationships", "frames", "groups"}),
    "Frame": frozenset({"objects"}),
    "Group": frozenset({"frames"}),
    "Object": frozenset({"annotation_kind"}),
    "Relationship": frozenset({"annotation_kind"}),
}
_SHAPES = {
    **_KINDS,
    "Row": _LABELS["Row"] | {"media_attributes"},
    "MediaAttributes": frozenset({"asset_type", "mime_type"}),
    "Annotations": _KINDS["Annotations"] | {"segments", "key_frame_feature_map", "timestamp"},
}

#: By filter, the fields that it reads, by struct.
READ_BY_FILTER: Mapping[str, Mapping[str, frozenset[str]]] = {
    "last_activity_at": {
        "DataRow": frozenset({"details"}), "Details": frozenset({"last_activity_at"}),
    },
    "label_created_at": {
        **_LABELS, "Label": frozenset({"label_details"}), "LabelDetails": frozenset({"created_at"}),
    },
    "data_row_ids": {},
    "global_keys": {"DataRow": frozenset({"global_key"})},
    "batch_ids": {**_DETAILS, "ProjectDetails": frozenset({"batch_id"})},
    "workflow_status": {**_DETAILS, "ProjectDetails": frozenset({"workflow_status"})},
    "project_ids": {"Row": frozenset({"projects"})},
    "dataset_ids": {"DataRow": frozenset({"details"}), "Details": frozenset({"dataset_id"})},
    "media_types": {**_LABELS, **_SHAPES},
    "annotation_kinds": {**_LABELS, **_KINDS},
    "label_created_by": {
        **_LABELS, "Label": frozenset({"label_details"}), "LabelDetails": frozenset({"created_by"}),
    },
    "metadata": {
        "Row": frozenset({"metadata_fields"}),
        "MetadataField": frozenset({"schema_id", "schema_name", "schema_kind", "name", "value"}),
    },
}  # fmt: skip


def last_activity_at(row: Row) -> Iterator[str | None]:
    """Yield when something last happened to the data row."""
    if row.data_row.details is not None:
        yield row.data_row.details.last_activity_at


def label_created_at(row: Row) -> Iterator[str | None]:
    """Yield when each label was made."""
    for label in labels_of(row):
        if label.label_details is not None:
            yield label.label_details.created_at


def label_created_by(row: Row) -> Iterator[str | None]:
    """Yield who made each label."""
    for label in labels_of(row):
        if label.label_details is not None:
            yield label.label_details.created_by


def data_row_ids(row: Row) -> Iterator[str]:
    """Yield the id of the data row."""
    yield row.data_row.id


def global_keys(row: Row) -> Iterator[str | None]:
    """Yield the global key of the data row."""
    yield row.data_row.global_key


def dataset_ids(row: Row) -> Iterator[str | None]:
    """Yield the dataset of the data row."""
    if row.data_row.details is not None:
        yield row.data_row.details.dataset_id


def project_ids(row: Row) -> Iterator[str]:
    """Yield the projects of the data row."""
    yield from row.projects or ()


def batch_ids(row: Row) -> Iterator[str | None]:
    """Yield the batch of the data row in each of its projects."""
    for project in projects_of(row):
        if project.project_details is not None:
            yield project.project_details.batch_id


def workflow_status(row: Row) -> Iterator[str | None]:
    """Yield the status of the data row in each of its projects, as filters spell it."""
    for project in projects_of(row):
        if project.project_details is not None:
            yield (project.project_details.workflow_status or "").upper()


def media_types(row: Row) -> Iterator[str]:
    """Yield the media type of the data row."""
    yield media_type(row)


def annotation_kinds(row: Row) -> Iterator[str | None]:
    """Yield the kind of each object and relationship."""
    for label in labels_of(row):
        yield from _kinds(label)


def _kinds(label: Label) -> Iterator[str | None]:
    said = label.annotations
    if said is None:
        return
    for one in said.objects or ():
        yield one.annotation_kind
    for relationship in said.relationships or ():
        yield relationship.annotation_kind
    for frames in (said.frames, *(group.frames for group in (said.groups or {}).values())):
        for frame in (frames or {}).values():
            for one in (frame.objects or {}).values():
                yield one.annotation_kind


def metadata_fields(row: Row) -> Iterator[MetadataField]:
    """Yield the metadata fields of the data row."""
    yield from row.metadata_fields or ()


#: By filter, what yields the values of a row; the filter keeps the row when one of them is wanted.
VALUES = {
    one.__name__: one
    for one in (
        last_activity_at, label_created_at, data_row_ids, global_keys, batch_ids, workflow_status,
        project_ids, dataset_ids, media_types, annotation_kinds, label_created_by,
    )
}  # fmt: skip
