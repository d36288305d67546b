"""Shares: what each V1 label contributes to the V2 row of its data row, and how shares become that row.

Takes the V1 object of one label; gives a `Share`: the V2 label, and the fields of the data row and the
project that V1 repeats on every label. Takes all shares of one data row; gives its V2 row. Does not know
where labels come from.

Theory of operation
-------------------
V1 has one object per label, V2 one row per data row. `share_of` therefore splits a V1 label into three
dictionaries: the fields of the data row and of the project under their V1 names, and the converted label.
`merge` collects them: the first value that is not empty becomes the row's. A label whose value differs from
it (a URL signed anew) keeps its own value, so that nothing is lost. Only then are the fields
renamed to V2's.

Example: two labels of one data row, whose URL was signed twice::

    {"DataRow ID": "d", "ID": "l1", "Labeled Data": "https://x/?s=1", "Project Name": "p"}
    {"DataRow ID": "d", "ID": "l2", "Labeled Data": "https://x/?s=2", "Global Key": "g", "Project Name": "p"}

    {"data_row": {"id": "d", "global_key": "g", "row_data": "https://x/?s=1"},
     "projects": {"derived:...": {"name": "p", "labels": [
         {"id": "l1", "annotations": {}},
         {"id": "l2", "annotations": {}, "other_row_data": "https://x/?s=2"}]}}}
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from exportkit.legacy.label_layouts import Layout, convert_layout
from exportkit.legacy.media import asset_type, shown_media
from exportkit.legacy.naming import as_text, derived_id, keep, move

__all__ = ["Share", "merge", "share_of"]

_ROW_FIELDS = (
    "Labeled Data",
    "External ID",
    "Global Key",
    "Dataset Name",
    "Data Split",
    "media_type",
    "Media Attributes",
    "DataRow Metadata",
)
_DETAILS = {
    "Created At": "created_at",
    "Updated At": "updated_at",
    "Created By": "created_by",
    "Reviews": "reviews",
}
_PERFORMANCE = {
    "Seconds to Label": "seconds_to_create",
    "Skipped": "skipped",
    "Agreement": "consensus_score",
    "Benchmark Agreement": "benchmark_score",
    "Benchmark ID": "benchmark_id",
    "Benchmark Reference ID": "benchmark_reference_label",
}
_DATA_ROW = {
    "External ID": "external_id",
    "Global Key": "global_key",
    "Labeled Data": "row_data",
    "Data Split": "data_split",
}
#: What Export V2 does not have, and the tables have columns for.
_OWN = {"View Label": "view_label", "Has Open Issues": "has_open_issues", "Masks": "class_masks"}
_MEDIA_ATTRIBUTES = {
    "mimeType": "mime_type",
    "assetType": "asset_type",
    "frameRate": "frame_rate",
    "frameCount": "frame_count",
    "contentLength": "content_length",
    "subType": "sub_type",
    "superType": "super_type",
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


class Share(msgspec.Struct):
    """What one label contributes to the row of its data row.

    Attributes
    ----------
    data_row_id, project_id : str
        V1's ids; ``derived:`` ids where it has none (in 2018, or without ``View Label``).
    row, project : dict
        V1's fields of the data row and of the project, under V1's names, without nulls.
    label : dict
        The V2 label.
    layout : str
        See `exportkit.legacy.label_layouts.convert_layout`.
    skipped : bool
        Whether the labeller skipped the data row.
    """

    data_row_id: str
    project_id: str
    row: dict[str, Any]
    project: dict[str, Any]
    label: dict[str, Any]
    layout: Layout
    skipped: bool


def share_of(source: Mapping[str, Any]) -> Share:
    """Return the share of the V1 label `source`."""
    rest = dict(source)
    row = {name: rest.pop(name) for name in _ROW_FIELDS if name in rest and rest[name] is not None}
    if not _is_id(rest.get("DataRow ID")) and rest.get("DataRow ID") is not None:
        row["DataRow ID"] = rest["DataRow ID"]
    rest.pop("DataRow ID", None)
    project = {"Project Name": rest.pop("Project Name")} if rest.get("Project Name") is not None else {}
    layout, annotations, remainder, frames_url = convert_layout(rest.pop("Label", None), _label_key(source))
    performance = _performance(rest)
    if layout == "skip" and performance.setdefault("skipped", True) is True:
        remainder = None
    return Share(
        data_row_id=_data_row_id(source),
        project_id=_project_id(source),
        row=row,
        project=project,
        label=_label({**rest, "Label": remainder}, performance, annotations, frames_url),
        layout=layout,
        skipped=performance.get("skipped") is True,
    )


def _label(
    rest: dict[str, Any], performance: dict[str, Any], annotations: dict[str, Any], frames_url: str | None
) -> dict[str, Any]:
    target: dict[str, Any] = {}
    details: dict[str, Any] = {}
    move(rest, target, {"ID": "id"})
    move(rest, details, _DETAILS)
    if details:
        target["label_details"] = details
    if performance:
        target["performance_details"] = performance
    target["annotations"] = annotations
    if frames_url is not None:
        target["frames_url"] = frames_url
    if rest.get("Has Open Issues") in (0, 1):
        rest["Has Open Issues"] = bool(rest["Has Open Issues"])
    move(rest, target, _OWN)
    keep(rest, target)
    return target


def _performance(rest: dict[str, Any]) -> dict[str, Any]:
    """Move V1's measures. A score of -1 means no score, as null does: both are left out."""
    performance: dict[str, Any] = {}
    for name in ("Agreement", "Benchmark Agreement"):
        if _is_number(rest.get(name), -1):
            del rest[name]
    move(rest, performance, _PERFORMANCE)
    seconds = performance.get("seconds_to_create")
    if isinstance(seconds, str):
        performance["seconds_to_create"] = _seconds(seconds)
    return performance


def _is_number(value: Any, number: float) -> bool:
    return type(value) in (int, float) and value == number


def _seconds(text: str) -> float | str:
    """Return the number that early exports wrote as a string; return any other string unchanged."""
    try:
        return msgspec.json.decode(text, type=float)
    except msgspec.DecodeError:
        return text


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _data_row_id(source: Mapping[str, Any]) -> str:
    """Return V1's id; without one, derive it from the asset, from the label's id, or from the whole label."""
    if _is_id(source.get("DataRow ID")):
        return str(source["DataRow ID"])
    for names in (("Labeled Data", "External ID"), ("ID",)):
        parts = [source.get(name) for name in names]
        if any(parts):
            return derived_id("v1", *names, as_text(parts))
    return derived_id("v1", as_text(source))


def _label_key(source: Mapping[str, Any]) -> str:
    """Return what tells a label from others: its id, or else all that it says."""
    return as_text(source["ID"] if _is_id(source.get("ID")) else source)


def _project_id(source: Mapping[str, Any]) -> str:
    """Return the project that ``View Label`` names, or an id derived from the project's name."""
    link = source.get("View Label")
    if isinstance(link, str):
        try:
            ids = parse_qs(urlsplit(link).query).get("project", [])
        except ValueError:
            ids = []
        if ids:
            return ids[0]
    return derived_id("v1", "Project Name", as_text(source.get("Project Name")))


def merge(shares: Iterable[Share], media: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Return the V2 row of one data row from all its `shares`, its labels in their order.

    `media` has, by project, what all its labels show; see `exportkit.legacy.media`.
    """
    fields: dict[str, Any] = {}
    projects: dict[str, dict[str, Any]] = {}
    names: dict[str, dict[str, Any]] = {}
    data_row_id = ""
    shown: set[str] = set()
    for share in shares:
        shown |= shown_media(share.label)
        data_row_id = share.data_row_id
        others = _agree(fields, share.row)
        move(others, share.label, {"Labeled Data": "other_row_data"})
        keep(others, share.label)
        keep(_agree(names.setdefault(share.project_id, {}), share.project), share.label)
        project = projects.setdefault(share.project_id, {"labels": []})
        project["labels"].append(share.label)
    named = {key: _project(names[key], project) for key, project in projects.items()}
    siblings = set().union(*(media.get(key, ()) for key in projects))
    row = _row(data_row_id, fields, asset_type(fields, shown, siblings))
    return {**row, "projects": named}


def _agree(agreed: dict[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Fill what `agreed` lacks from `values`; return those of `values` that differ from it."""
    for name, value in values.items():
        if agreed.get(name) in (None, "", [], {}):
            agreed[name] = value
    return {
        name: value for name, value in values.items() if agreed[name] != value and value not in ("", [], {})
    }


def _project(names: dict[str, Any], project: dict[str, Any]) -> dict[str, Any]:
    return {"name": names["Project Name"], **project} if "Project Name" in names else project


def _row(data_row_id: str, fields: dict[str, Any], asset: tuple[str, bool] | None) -> dict[str, Any]:
    rest = dict(fields)
    data_row: dict[str, Any] = {"id": data_row_id}
    move(rest, data_row, _DATA_ROW)
    if "Dataset Name" in rest:
        data_row["details"] = {"dataset_name": rest.pop("Dataset Name")}
    row: dict[str, Any] = {"data_row": data_row}
    if isinstance(rest.get("Media Attributes"), dict):
        row["media_attributes"] = _renamed(rest.pop("Media Attributes"), _MEDIA_ATTRIBUTES)
    attributes = row.get("media_attributes", {})
    if asset is not None and "asset_type" not in attributes and (asset[1] or "mime_type" not in attributes):
        attributes = row["media_attributes"] = {**attributes, "asset_type": asset[0]}
    if asset is not None and asset[1] and attributes["asset_type"] == asset[0]:
        del rest["media_type"]
    if isinstance(rest.get("DataRow Metadata"), list):
        row["metadata_fields"] = [
            _renamed(item, _METADATA) if isinstance(item, dict) else item
            for item in rest.pop("DataRow Metadata")
        ]
    keep(rest, data_row)
    return row


def _renamed(source: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Rename fields to V2's names; a V2 name that `source` already has wins."""
    rest = dict(source)
    target = {new: rest.pop(new) for new in dict.fromkeys(names.values()) if rest.get(new) is not None}
    move(rest, target, names)
    keep(rest, target)
    return target
