"""One label of Export V1 to its share of an Export V2 row.

Takes the V1 object of one label; gives a `Share`: the V2 label, and what V1 said of the data row and
the project. Does not know the other labels of the data row.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from exportkit.legacy.layouts import Layout, convert_layout
from exportkit.legacy.naming import derived_id, keep, move

__all__ = ["Share", "share_of"]

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
    "Benchmark Reference ID": "benchmark_reference_label",
}


class Share(msgspec.Struct):
    """What one label gives to the row of its data row.

    Attributes
    ----------
    data_row_id, project_id : str
        As V1 has them; ``derived:`` ones where it does not (2018; a label without its ``View Label``).
    row, project : dict
        What V1 says of the data row and the project, under V1's names, without nulls.
    label : dict
        The V2 label.
    layout : str
        See `exportkit.legacy.layouts.convert_layout`.
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
    layout, annotations, remainder = convert_layout(rest.pop("Label", None))
    performance = _performance(rest)
    if layout == "skip" and performance.setdefault("skipped", True) is True:
        remainder = None
    return Share(
        data_row_id=_data_row_id(source),
        project_id=_project_id(source),
        row=row,
        project=project,
        label=_label({**rest, "Label": remainder}, performance, annotations),
        layout=layout,
        skipped=performance.get("skipped") is True,
    )


# --- the label -------------------------------------------------------------------------------------


def _label(rest: dict[str, Any], performance: dict[str, Any], annotations: dict[str, Any]) -> dict[str, Any]:
    target: dict[str, Any] = {}
    details: dict[str, Any] = {}
    move(rest, target, {"ID": "id"})
    move(rest, details, _DETAILS)
    if details:
        target["label_details"] = details
    if performance:
        target["performance_details"] = performance
    target["annotations"] = annotations
    keep(rest, target)
    return target


def _performance(rest: dict[str, Any]) -> dict[str, Any]:
    """Move what V1 measured. Its -1 says that there is no score: the score is absent, the -1 is kept."""
    known = {name: new for name, new in _PERFORMANCE.items() if not _is_no_score(name, rest.get(name))}
    performance: dict[str, Any] = {}
    move(rest, performance, known)
    seconds = performance.get("seconds_to_create")
    if isinstance(seconds, str):
        performance["seconds_to_create"] = _number(seconds)
    return performance


def _is_no_score(name: str, value: Any) -> bool:
    return name.endswith("Agreement") and isinstance(value, int | float) and value < 0


def _number(text: str) -> float | str:
    """Return the number that early exports wrote as a string; any other string comes back as it is."""
    try:
        return msgspec.json.decode(text, type=float)
    except msgspec.DecodeError:
        return text


# --- ids -------------------------------------------------------------------------------------------


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _data_row_id(source: Mapping[str, Any]) -> str:
    """Return V1's id, or one derived from the asset, else from the label, else from all of it."""
    if _is_id(source.get("DataRow ID")):
        return str(source["DataRow ID"])
    for names in (("Labeled Data", "External ID"), ("ID",)):
        parts = [source.get(name) for name in names]
        if any(parts):
            return derived_id("v1", *names, json.dumps(parts))
    return derived_id("v1", json.dumps(source, sort_keys=True))


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
    return derived_id("v1", "Project Name", json.dumps(source.get("Project Name")))
