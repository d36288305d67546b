"""Files that are taken for exports by mistake: what they are, and what to read instead.

Takes the first bytes of an input that shows no row of an export; gives a name and a hint.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["mistaken"]


class Mistaken(NamedTuple):
    """What an input is, and what to do."""

    name: str
    hint: str


_HINT_TO_PLATFORM = "exportkit reads what the platform exports; this is what it imports"
_COCO = Mistaken(
    "a COCO file of annotations", "exportkit reads what Labelbox exports, from which COCO files are made"
)
_YOLO = Mistaken(
    "a YOLO file of boxes", "exportkit reads what Labelbox exports, from which YOLO files are made"
)
_IMPORT = Mistaken("a file of annotations to import into Labelbox (NDJSON import)", _HINT_TO_PLATFORM)
_FRAMES = Mistaken(
    "the file of frames that a video label of an Export V1 names",
    'put its lines, as an array, in the place of {"frames": URL} under "Label" of that export, and read that',
)

#: Bytes in which a frame or a box shows its keys.
_LOOK_BYTES = 4096
_FIRST_KEY = re.compile(rb'[\[\s]*\{\s*"(\w+)"\s*:')
_COCO_KEYS = frozenset({b"info", b"licenses", b"images", b"annotations", b"categories", b"type"})
#: An image, a box, or the list of images: only COCO has them.
_COCO_SHOWN = re.compile(rb'"(?:images|categories|image_id|category_id|supercategory|file_name)"\s*:')
_COCO_RESULT = re.compile(
    rb'[\[\s]*\{[^{}]*"(?:image_id"[^{}]*"category_id|category_id"[^{}]*"image_id)"\s*:'
)
_DATA_ROW = re.compile(rb'"dataRow"\s*:\s*\{\s*"(?:id|globalKey)"\s*:')
_FRAME = re.compile(rb'"frameNumber"\s*:\s*\d')
_FRAME_KEYS = re.compile(rb'"(?:objects|classifications|relationships)"\s*:')
_BOX = re.compile(rb"\d+(?:[ \t]+-?\d*\.?\d+(?:[eE][+-]?\d+)?){4,}\s*")


def mistaken(text: bytes) -> Mistaken | None:
    """Return what an input that begins with `text` is, None if it is nothing that is known here."""
    lines = text.split(b"\n", 3)[:3]
    if all(map(_BOX.fullmatch, filter(bytes.strip, lines if len(lines) < 3 else lines[:2]))):  # noqa: PLR2004 - the last of three may be cut off
        return _YOLO
    first = _FIRST_KEY.match(text)
    if first is None:
        return None
    if _DATA_ROW.search(text):
        return _IMPORT
    if _COCO_RESULT.match(text) or (first[1] in _COCO_KEYS and _COCO_SHOWN.search(text)):
        return _COCO
    if _FRAME.search(text, 0, _LOOK_BYTES) and (first[1] == b"frameNumber" or _FRAME_KEYS.search(text)):
        return _FRAMES
    return None
