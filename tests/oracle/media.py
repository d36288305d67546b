"""Media type: takes a whole parsed line, gives what kind of asset it is about.

From ``asset_type``, else ``mime_type``, else the containers and kinds of the labels, in order of the line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oracle.leftover import JsonObject

__all__ = ["container_of", "labels_of", "media_type_of"]

ASSET_TYPES = {
    **{name: name for name in ("image", "video", "text", "audio", "html", "conversational", "llm", "dicom")},
    **dict.fromkeys(("pdf", "document"), "document"),
    **dict.fromkeys(("tms_geo", "tms_simple", "geospatial", "tiled"), "geospatial"),
}
#: The first that fits.
MIME_PREFIXES = (
    ("image/", "image"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("text/", "text"),
    ("application/x-tms-", "geospatial"),
    ("application/vnd.labelbox.conversational", "conversational"),
)
MIME_TYPES = {"text/html": "html", "application/pdf": "document", "application/dicom": "dicom"}
KIND_PREFIXES = {
    "Image": "image",
    "Video": "video",
    "Text": "text",
    "Conversational": "conversational",
    "Document": "document",
    "Geo": "geospatial",
    "DICOM": "dicom",
    "Message": "conversational",
}


def media_type_of(line: JsonObject) -> str:
    """Return the `media_type` of a line."""
    attributes = _object(line.get("media_attributes"))
    asset, mime = attributes.get("asset_type"), attributes.get("mime_type")
    if isinstance(asset, str) and asset.lower() in ASSET_TYPES:
        return ASSET_TYPES[asset.lower()]
    if isinstance(mime, str):
        mime = mime.lower()
        if mime in MIME_TYPES:
            return MIME_TYPES[mime]
        for prefix, media in MIME_PREFIXES:
            if mime.startswith(prefix):
                return media
    return next(_media_of_labels(line), "unknown")


def container_of(annotations: JsonObject) -> str:
    """Return the container shape from the keys of ``annotations`` that hold what they should."""
    present = {key for key, value in annotations.items() if isinstance(value, dict)}
    if "groups" in present:
        return "dicom"
    if "timestamp" in present:
        return "audio"
    return "video" if present & {"frames", "segments", "key_frame_feature_map"} else "flat"


def labels_of(line: JsonObject) -> Iterator[JsonObject]:
    """Give the labels of a line in the order of their `label_index`."""
    for project in _object(line.get("projects")).values():
        yield from _objects(_object(project).get("labels"))
    for experiment in _object(line.get("experiments")).values():
        for run in _object(_object(experiment).get("runs")).values():
            yield from _objects(_object(run).get("labels"))
            yield from _objects(_object(run).get("predictions"))


def _media_of_labels(line: JsonObject) -> Iterator[str]:
    for label in labels_of(line):
        annotations = _object(label.get("annotations"))
        container = container_of(annotations)
        if container != "flat":
            yield container
        for item in _objects(annotations.get("objects")):
            kind = item.get("annotation_kind")
            for prefix, media in KIND_PREFIXES.items():
                if isinstance(kind, str) and kind.startswith(prefix):
                    yield media


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[JsonObject]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
