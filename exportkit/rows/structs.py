"""The structs of an Export V2 line, as the format catalogue knows it.

Takes nothing, does nothing: `decode` fills these types and `flatten` reads them. Features, and the rules for
all structs, are in `exportkit.rows.features`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from msgspec import Meta, Raw, Struct, field

from exportkit.rows import features
from exportkit.rows.features import (
    NO_RAW,
    Annotations,
    Extra,
    Float,
    Id,
    Int,
    Kind,
    Name,
    Nested,
    Owner,
    SchemaId,
)

__all__ = ["STRUCTS", "structs_in"]


# --- labels -------------------------------------------------------------------------------------


class LabelDetails(Nested):
    """Who made a label, and when."""

    created_at: str | None = None
    updated_at: str | None = None
    created_by: Name | None = None
    content_last_updated_at: str | None = None
    reviews: Raw = NO_RAW


class Performance(Nested):
    """Time and agreement, as every export with them has them."""

    seconds_to_create: Float | None = None
    benchmark_id: str | None = None
    seconds_to_review: Float | None = None
    skipped: bool | None = None
    benchmark_reference_label: str | None = None
    benchmark_score: Float | None = None
    consensus_score: Float | None = None


class PerformanceV2(Nested):
    """Time and agreement, as exports from 2025 on have them beside the older object."""

    seconds_to_label: Float | None = None
    seconds_to_review: Float | None = None
    seconds_to_rework: Float | None = None
    seconds_total: Float | None = None
    skipped: bool | None = None
    benchmark_reference_label: str | None = None
    benchmark_score: Float | None = None
    consensus_score: Float | None = None


#: Fields of both performance objects.
SHARED_PERFORMANCE = tuple(
    name for name in Performance.__struct_fields__ if name in PerformanceV2.__struct_fields__
)


class Label(Owner):
    """A label or prediction."""

    label_kind: str | None = None
    version: str | None = None
    id: str | None = None
    label_details: LabelDetails | None = None
    performance_details: Performance | None = None
    performance_details_v2: PerformanceV2 | None = None
    annotations: Annotations | None = None
    has_open_issues: bool | None = None
    view_label: str | None = None
    other_row_data: str | None = None
    frames_url: str | None = None
    class_masks: Raw = NO_RAW
    z_order: list[str] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Step(Owner):
    """One step of a data row's way through a project's workflow."""

    action: Name | None = None
    created_at: str | None = None
    created_by: Name | None = None
    previous_task_name: Name | None = None
    previous_task_id: str | None = None
    next_task_name: Name | None = None
    next_task_id: str | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class ProjectDetails(Nested):
    """Where a data row stands in a project."""

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


class Project(Owner):
    """One data row in one project."""

    name: Name | None = None
    labels: list[Label] | None = None
    project_details: ProjectDetails | None = None
    project_tags: Raw = NO_RAW
    extra_: Extra | None = field(default=None, name="$extra")


class Run(Owner):
    """One data row in one model run."""

    name: str | None = None
    run_data_row_id: str | None = None
    split: str | None = None
    data_split: str | None = None
    labels: list[Label] | None = None
    predictions: list[Label] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Experiment(Owner):
    """One data row in the runs of one model."""

    name: str | None = None
    runs: dict[str, Run] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


# --- the data row -------------------------------------------------------------------------------


class Details(Nested):
    """Where a data row came from."""

    dataset_id: str | None = None
    dataset_name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    last_activity_at: str | None = None
    created_by: str | None = None


class DataRow(Nested):
    """What the data row itself is."""

    id: Id
    global_key: str | None = None
    external_id: str | None = None
    row_data: str | None = None
    data_split: Name | None = None
    details: Details | None = None


class MediaAttributes(Owner):
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
    content_length: Any = None
    sub_type: Any = None
    super_type: Any = None
    extra_: Extra | None = field(default=None, name="$extra")


class Attachment(Owner):
    """Something shown beside the asset."""

    type: str | None = None
    value: str | None = None
    name: str | None = None
    id: str | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class MetadataField(Owner):
    """One metadata field; `name` is what some exports call `schema_name`."""

    schema_id: SchemaId | None = None
    schema_name: Name | None = None
    schema_kind: Kind | None = None
    name: Name | None = None
    value: Any = None
    extra_: Extra | None = field(default=None, name="$extra")


class Vector(Nested):
    """One vector of an embedding."""

    value: list[Float] | None = None


class Embedding(Owner):
    """The vectors of one embedding."""

    id: str | None = None
    name: str | None = None
    dimensions: Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    is_custom: bool | None = None
    values: list[Vector] | None = None
    extra_: Extra | None = field(default=None, name="$extra")


class Row(Owner):
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
    for name, value in [*vars(features).items(), *globals().items()]
    if isinstance(value, type) and issubclass(value, Struct) and value not in (Struct, Nested, Owner)
}


def structs_in(name: str) -> dict[str, tuple[str, ...]]:
    """Return, by field of a struct, the names of the structs that its type names: none for a plain value."""
    annotations = STRUCTS[name].__annotations__
    return {
        field: tuple(word for word in re.findall(r"\w+", annotations[field]) if word in STRUCTS)
        for field in STRUCTS[name].__struct_fields__
        if field != "extra_"
    }
