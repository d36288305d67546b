"""What kind of asset a data row is, from what the export says of it."""

from __future__ import annotations

from collections.abc import Iterable

from exportkit.flatten.labels import container
from exportkit.rows import Fragment, Row, labels_of
from exportkit.rows.features import Object
from exportkit.rows.kinds import family_of

__all__ = ["by_annotations", "by_kinds", "media_type"]

BY_ASSET_TYPE = {
    **{name: name for name in ("image", "video", "text", "document", "audio", "html")},
    **{name: name for name in ("conversational", "dicom", "llm")},
    "pdf": "document",
    **dict.fromkeys(("tms_geo", "tms_simple", "geospatial", "tiled"), "geospatial"),
}
BY_MIME_PREFIX = (
    ("image/", "image"),
    ("video/", "video"),
    ("audio/", "audio"),
    ("text/html", "html"),
    ("text/", "text"),
    ("application/pdf", "document"),
    ("application/dicom", "dicom"),
    ("application/x-tms-", "geospatial"),
    ("application/vnd.labelbox.conversational", "conversational"),
)


def media_type(row: Row, fragment: Fragment | None = None) -> str:
    """Return the media type: by ``asset_type``, else ``mime_type``, else container and annotation kinds."""
    media = row.media_attributes
    if media is not None:
        if media.asset_type is not None and (found := BY_ASSET_TYPE.get(media.asset_type.lower())):
            return found
        mime = (media.mime_type or "").lower()
        for prefix, found in BY_MIME_PREFIX:
            if mime.startswith(prefix):
                return found
    if fragment is not None and fragment.media_type is not None:
        return fragment.media_type
    return by_annotations(row)


def by_annotations(row: Row) -> str:
    """Return the media type that the labels show; ``unknown`` when they show none."""
    for label in labels_of(row):
        annotations = label.annotations
        if annotations is None:
            continue
        shape = container(annotations)
        if shape != "flat":
            return shape
        found = by_kinds(annotations.objects or ())
        if found != "unknown":
            return found
    return "unknown"


def by_kinds(objects: Iterable[Object]) -> str:
    """Return the media type that the first kind with one shows; ``unknown`` when no kind shows any."""
    for one in objects:
        if (found := family_of(one.annotation_kind or "").media_type) != "unknown":
            return found
    return "unknown"
