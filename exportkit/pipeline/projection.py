"""Needs: which fields of the input the wanted tables are made from; the others are never decoded.

A field stays when a wanted table shows it, or anything below it, in any of its columns (``extra``
included): leaving tables out never changes those that are asked for.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["skipped_fields"]

_FEATURES = frozenset({"objects", "classifications", "relationships"})
_LABELS = frozenset({"labels", "segments", "key_frames"}) | _FEATURES
#: Tables whose ``extra``, or whose media type, may show what any label says.
_ANY_LABEL = frozenset({"data_rows", "labels"})
_OBJECTS = frozenset({"objects"})
_ANSWERS = frozenset({"classifications", "labels"})

#: By struct and field, the tables made from it. Fields that are not named are made into something everywhere.
NEEDED_BY: dict[str, dict[str, frozenset[str]]] = {
    "Row": {
        "media_attributes": frozenset({"data_rows"}),
        "attachments": frozenset({"attachments"}),
        "metadata_fields": frozenset({"metadata"}),
        "embeddings": frozenset({"embeddings"}),
        "projects": frozenset({"projects", "workflow_history", "data_rows"}) | _LABELS,
        "experiments": frozenset({"model_runs", "data_rows"}) | _LABELS,
    },
    "DataRow": dict.fromkeys(
        ("global_key", "external_id", "row_data", "details"), frozenset({"data_rows"})
    ),
    "Project": {
        "name": frozenset({"projects"}),
        "labels": _LABELS | _ANY_LABEL,
        "project_details": frozenset({"projects", "workflow_history", "labels"}),
        "project_tags": frozenset({"projects"}),
    },
    "ProjectDetails": {"workflow_history": frozenset({"workflow_history", "projects"})},
    "Run": dict.fromkeys(("labels", "predictions"), _LABELS | _ANY_LABEL),
    "Label": {
        "annotations": _LABELS | _ANY_LABEL,
        **dict.fromkeys(
            (
                "label_kind", "version", "label_details", "z_order", "performance_details",
                "performance_details_v2",
            ),
            frozenset({"labels"}),
        ),
    },
    "Annotations": {
        "objects": _FEATURES | _ANY_LABEL,
        "classifications": _ANSWERS,
        "relationships": _FEATURES,
        "frames": _FEATURES | _ANY_LABEL | {"segments"},
        "segments": _ANY_LABEL | {"segments"},
        "key_frame_feature_map": _ANY_LABEL | {"objects", "key_frames"},
        "groups": _FEATURES | _ANY_LABEL,
        "timestamp": _ANY_LABEL | {"classifications", "segments"},
    },
    "Frame": {"classifications": _ANSWERS},
    "Group": {"classifications": _ANSWERS},
    "Moment": {"classifications": _ANSWERS},
    "Object": {
        "classifications": frozenset({"classifications"}),
        **dict.fromkeys(
            (
                "bounding_box", "polygon", "line", "point", "mask", "composite_mask", "location",
                "conversational_location", "page_number", "page_dimensions", "geojson", "selected_message",
                "selected_messages", "ranked_messages", "confidence", "custom_metrics",
            ),
            _OBJECTS,
        ),
    },
    "Relationship": {"classifications": frozenset({"classifications"})},
}  # fmt: skip


def skipped_fields(wanted: Collection[str]) -> dict[str, frozenset[str]]:
    """Return, by struct, the fields from which none of the wanted tables is made."""
    found = {
        struct: frozenset(field for field, tables in fields.items() if tables.isdisjoint(wanted))
        for struct, fields in NEEDED_BY.items()
    }
    return {struct: fields for struct, fields in found.items() if fields}
