"""The shares of one data row to its Export V2 row.

Takes the shares that the labels of one data row gave; gives the row. Does not know where they came from.

V1 repeated the data row's fields on every label. The first value that says something is the row's; a
label whose value differs (a URL signed anew) keeps its own, under V1's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from exportkit.legacy.labels import Share
from exportkit.legacy.naming import keep, move

__all__ = ["merge"]

_DATA_ROW = {"External ID": "external_id", "Global Key": "global_key", "Labeled Data": "row_data"}
_MEDIA_ATTRIBUTES = {
    "mimeType": "mime_type",
    "assetType": "asset_type",
    "frameRate": "frame_rate",
    "frameCount": "frame_count",
    "exifRotation": "exif_rotation",
    "textLayerUrl": "text_layer_url",
}
_METADATA = {
    "schemaId": "schema_id",
    "schemaName": "schema_name",
    "name": "schema_name",
    "schemaKind": "schema_kind",
    "kind": "schema_kind",
}


def merge(shares: Iterable[Share]) -> dict[str, Any]:
    """Return the V2 row of the data row that all `shares` belong to, labels in the order given."""
    fields: dict[str, Any] = {}
    projects: dict[str, dict[str, Any]] = {}
    names: dict[str, dict[str, Any]] = {}
    data_row_id = ""
    for share in shares:
        data_row_id = share.data_row_id
        keep(_agree(fields, share.row), share.label)
        keep(_agree(names.setdefault(share.project_id, {}), share.project), share.label)
        project = projects.setdefault(share.project_id, {"labels": []})
        project["labels"].append(share.label)
    named = {key: _project(names[key], project) for key, project in projects.items()}
    return {**_row(data_row_id, fields), "projects": named}


def _agree(agreed: dict[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Add to `agreed` what is new in `said`; return what contradicts it."""
    for name, value in said.items():
        if agreed.get(name) in (None, "", [], {}):
            agreed[name] = value
    return {
        name: value for name, value in said.items() if agreed[name] != value and value not in ("", [], {})
    }


def _project(names: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    return {"name": names["Project Name"], **project} if "Project Name" in names else project


def _row(data_row_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    rest = dict(fields)
    data_row: dict[str, Any] = {"id": data_row_id}
    move(rest, data_row, _DATA_ROW)
    if "Dataset Name" in rest:
        data_row["details"] = {"dataset_name": rest.pop("Dataset Name")}
    row: dict[str, Any] = {"data_row": data_row}
    if isinstance(rest.get("Media Attributes"), dict):
        row["media_attributes"] = _renamed(rest.pop("Media Attributes"), _MEDIA_ATTRIBUTES)
    if isinstance(rest.get("DataRow Metadata"), list):
        row["metadata_fields"] = [
            _renamed(item, _METADATA) if isinstance(item, dict) else item
            for item in rest.pop("DataRow Metadata")
        ]
    keep(rest, data_row)
    return row


def _renamed(source: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Rename what V2 calls otherwise, unless V2's own name is there too."""
    rest = dict(source)
    target = {new: rest.pop(new) for new in dict.fromkeys(names.values()) if rest.get(new) is not None}
    move(rest, target, names)
    keep(rest, target)
    return target
