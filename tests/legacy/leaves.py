"""What a V1 label says, as scalars, and where an Export V2 row may say it in another form.

Reads: V1 labels and V2 rows. The law of conservation counts with these: every scalar of a V1 label is in
its V2 row at least as often, but for the documented forms below (`found_in` and `said` list them).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from exportkit.legacy.wkt import parse_wkt

#: A scalar that can be counted: its type (a number is a number, whether whole or not) and its value.
Leaf = tuple[str, Any]
MANY = 1_000_000

_NUMBER = re.compile(r"[+-]?\d+\.?\d*(?:[eE][+-]?\d+)?")


def leaf(value: Any) -> Leaf:
    if isinstance(value, bool):
        return "bool", value
    return ("number" if isinstance(value, int | float) else "string"), value


def scalars(value: Any) -> Iterator[Leaf]:
    """Yield every scalar of `value` that is not null."""
    if isinstance(value, dict):
        for item in value.values():
            yield from scalars(item)
    elif isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None:
        yield leaf(value)


def missing(label: dict[str, Any], row: dict[str, Any]) -> Counter[Leaf]:
    """Return the scalars of a V1 label that its V2 row does not hold in any form."""
    found = found_in(row)
    return Counter(said(label, found)) - found


def found_in(row: dict[str, Any]) -> Counter[Leaf]:
    """Count the scalars of a V2 row, and what its keys and kinds say.

    Forms that differ from V1's, all of them:

    - ``frameNumber`` is the key of the frame, one for all entries with that number.
    - ``Skip`` instead of annotations is ``skipped``.
    - ``media_type`` and ``assetType`` are one asset type.
    - ``type`` of a tiled object, ``relationshipType`` or ``format`` of a relationship, ``format`` of a text
      entity, their ``version`` 1, and the ``unit`` of a document are in the kind.

    And of the label itself (`said`): well-known text is numbers, seconds in a string are a number, an
    agreement of -1 is none, and 0 or 1 issues are no or yes.
    """
    counts = Counter(scalars(row))
    attributes = row.get("media_attributes")
    if isinstance(attributes, dict):
        counts.update(scalars(attributes.get("asset_type")))
    for kind in kinds(row):
        counts.update(leaf(word) for word in _SAID_BY_KIND.get(kind, ()))
    for label in labels(row):
        counts.update(said_by_frames(label))
        performance = label.get("performance_details")
        if isinstance(performance, dict) and performance.get("skipped") is True:
            counts[leaf("Skip")] += 1
    return counts


def said_by_frames(label: dict[str, Any]) -> Counter[Leaf]:
    frames = label["annotations"].get("frames", {})
    numbers = [key for key in frames if _NUMBER.fullmatch(key)] if isinstance(frames, dict) else []
    return Counter({form: MANY for key in numbers for form in (leaf(key), leaf(float(key)))})


_SAID_BY_KIND = {
    "GeoPolygon": ("polygon",),
    "GeoBoundingBox": ("rectangle",),
    "GeoPolyline": ("polyline", "line"),
    "GeoPoint": ("point",),
    **{f"{media}UnidirectionalRelationship": ("unidirectional", 1) for media in ("Image", "Text")},
    **{f"{media}BidirectionalRelationship": ("bidirectional", 1) for media in ("Image", "Text")},
    **dict.fromkeys(("TextEntity", "ConversationalTextEntity", "DocumentEntityToken"), ("text.location", 1)),
    **{f"Document{shape}": ("POINTS",) for shape in ("BoundingBox", "Polygon", "Polyline", "Point")},
}


def labels(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [label for project in row["projects"].values() for label in project["labels"]]


def kinds(value: Any) -> Iterator[str]:
    """Yield every annotation kind in `value`."""
    if isinstance(value, dict):
        if isinstance(value.get("annotation_kind"), str):
            yield value["annotation_kind"]
        for item in value.values():
            yield from kinds(item)
    elif isinstance(value, list):
        for item in value:
            yield from kinds(item)


def said(label: dict[str, Any], kept: Collection[Leaf]) -> Iterator[Leaf]:
    """Yield the scalars of a V1 label.

    Well-known text that is not among what is `kept` is its numbers, and so are seconds in a string.
    """
    given = {name: value for name, value in label.items() if not _is_no_agreement(name, value)}
    if given.get("Has Open Issues") in (0, 1):
        given["Has Open Issues"] = bool(given["Has Open Issues"])
    for scalar in scalars(given):
        if scalar[0] == "string" and scalar not in kept:
            yield from numbers_of(scalar[1])
        else:
            yield scalar


def _is_no_agreement(name: str, value: Any) -> bool:
    return name in ("Agreement", "Benchmark Agreement") and leaf(value) == ("number", -1)


def numbers_of(text: str) -> Iterator[Leaf]:
    """Yield the numbers of a geometry or of a number in quotes; other text is its own scalar."""
    try:
        parse_wkt(text)
        yield from (leaf(float(number)) for number in _NUMBER.findall(text))
    except ValueError:
        yield leaf(float(text) if _NUMBER.fullmatch(text) else text)
