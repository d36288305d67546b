"""Media of Export V1, which has no field for it in most years: what a label or an asset shows.

Takes V2 labels, and V1's fields of a data row; gives asset types of Export V2. Does not know tables.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

__all__ = ["asset_type", "shown_media"]

_KIND = re.compile(r"(Image|Video|Text|Document|Conversational|Geo)[A-Z]")
_MEDIA = {
    "Image": "image",
    "Video": "video",
    "Text": "text",
    "Document": "document",
    "Conversational": "conversational",
    "Geo": "geospatial",
}
_MIMES = {"application/pdf": "document"}
#: Asset types by which rows written by the SDK's own tools say their ``media_type``.
_NAMED = frozenset(
    (
        *("image", "video", "text", "document", "pdf", "audio", "html", "conversational", "dicom", "llm"),
        *("tms_geo", "tms_simple", "geospatial"),
    )
)


def shown_media(label: Mapping[str, Any]) -> set[str]:
    """Return the media that the annotations of a V2 label show."""
    annotations = label["annotations"]
    if annotations.get("frames"):
        return {"video"}
    objects = annotations.get("objects")
    items = objects if isinstance(objects, list) else []
    kinds = [str(one.get("annotation_kind")) for one in items if isinstance(one, dict)]
    return {_MEDIA[found[1]] for kind in kinds if (found := _KIND.match(kind))}


def asset_type(
    fields: Mapping[str, Any], shown: Collection[str], siblings: Collection[str]
) -> tuple[str, bool] | None:
    """Return the asset type of a data row, and whether it is the value of its ``media_type``.

    Parameters
    ----------
    fields : mapping
        V1's fields of the data row.
    shown : collection of str
        Media that its own labels show.
    siblings : collection of str
        Media that the labels of its projects show: they decide for a row without annotations, if they agree
        with each other and with the ending of the asset.
    """
    named = fields.get("media_type")
    if isinstance(named, str) and named.lower() in _NAMED:
        return named, True
    layer = _tile_layer(fields.get("Labeled Data"))
    if layer is not None:
        return ("tms_simple" if layer.get("epsg") == "Simple" else "tms_geo"), False
    if shown or len(siblings) != 1:
        return None
    (media,) = siblings
    names = (fields.get("Labeled Data"), fields.get("External ID"))
    is_asset = any(isinstance(name, str) and _by_ending(name) == media for name in names)
    return (media, False) if is_asset else None


def _tile_layer(content: Any) -> Mapping[str, Any] | None:
    if isinstance(content, str) and "tileLayerUrl" in content:
        try:
            content = json.loads(content)
        except (ValueError, RecursionError):
            return None
    return content if isinstance(content, dict) and "tileLayerUrl" in content else None


def _by_ending(name: str) -> str | None:
    path = unquote(re.split(r"[?#\n]", name, maxsplit=1)[0])
    mime = mimetypes.guess_type(path.rpartition("/")[2])[0] or ""
    return _MIMES.get(mime, mime.partition("/")[0])
