"""Well-known text, strictly, as the exports of 2018 wrote their geometry.

Takes one string; gives shapes under the keys of Export V2 (``polygon``, ``line``, ``point``) with ``x`` and
``y`` as written. Does not know labels. Text that is not exactly a known geometry in two dimensions is
refused, so that the caller can keep the text itself; nothing is repaired.
"""

from __future__ import annotations

import math
import re
from typing import Any

__all__ = ["looks_like_wkt", "parse_wkt"]

Shape = tuple[str, Any]

_NAME = re.compile(
    r"\s*((?:MULTI)?(?:POLYGON|LINESTRING|POINT)|GEOMETRYCOLLECTION)\s*(?=\(|EMPTY\b|[ZM]{1,2}\b)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\s*(?:([(),])|([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?=[\s(),]))")
_DEEPEST = 3
_LARGEST_WHOLE = 2**63 - 1


def looks_like_wkt(text: str) -> bool:
    """Return whether `text` starts like a geometry, well formed or not."""
    return _NAME.match(text) is not None


def parse_wkt(text: str) -> list[Shape]:
    """Return the shapes of `text`, one per member of a ``MULTI`` geometry.

    Parameters
    ----------
    text : str
        ``POLYGON``, ``MULTIPOLYGON``, ``LINESTRING``, ``MULTILINESTRING``, ``POINT`` or ``MULTIPOINT``
        with two numbers per position.

    Returns
    -------
    list of tuple
        ``("polygon", [{"x", "y"}, ...])`` (a polygon with holes: a list of such rings, the outer one
        first), ``("line", [...])`` or ``("point", {"x", "y"})``. Whole numbers stay integers.

    Raises
    ------
    ValueError
        The text is no such geometry, has an empty group, or a number that neither an int64 nor a float64
        holds.
    """
    name = _NAME.match(text)
    if name is None:
        raise ValueError("no geometry name")
    reader = _Reader(text, name.end())
    body = reader.group(1)
    reader.end()
    kind = name[1].upper()
    if kind == "MULTIPOINT":
        return [_point(item if isinstance(item, list) else [item]) for item in body]
    if kind.startswith("MULTI"):
        return [_shape(kind.removeprefix("MULTI"), group) for group in _groups(body)]
    return [_shape(kind, body)]


class _Reader:
    """A cursor over the tokens of one text."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position

    def group(self, depth: int) -> list[Any]:
        """Return the items of ``( item, item ... )``; an item is a group or a position."""
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        self.mark("(")
        items = [self.item(depth)]
        while (mark := self.token()[0]) == ",":
            items.append(self.item(depth))
        if mark != ")":
            raise ValueError("an unclosed group")
        return items

    def item(self, depth: int) -> Any:
        start = self.position
        mark, number = self.token()
        if mark == "(":
            self.position = start
            return self.group(depth + 1)
        return {"x": _number(number), "y": _number(self.token()[1])}

    def mark(self, expected: str) -> None:
        if self.token()[0] != expected:
            raise ValueError(f"no {expected!r}")

    def token(self) -> tuple[str | None, str | None]:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise ValueError("neither a number nor a mark")
        self.position = match.end()
        return match[1], match[2]

    def end(self) -> None:
        if self.text[self.position :].strip():
            raise ValueError("text behind the geometry")


def _shape(kind: str, body: list[Any]) -> Shape:
    if kind == "POINT":
        return _point(body)
    if kind == "LINESTRING":
        return "line", _path(body)
    if kind == "POLYGON":
        rings = [_path(ring) for ring in _groups(body)]
        return "polygon", rings[0] if len(rings) == 1 else rings
    raise ValueError("no simple geometry")


def _point(body: list[Any]) -> Shape:
    (position,) = _path(body)
    return "point", position


def _path(body: list[Any]) -> list[Any]:
    if not all(isinstance(position, dict) for position in body):
        raise ValueError("a group where a position belongs")
    return body


def _groups(body: list[Any]) -> list[list[Any]]:
    if any(isinstance(item, dict) for item in body):
        raise ValueError("a position where a group belongs")
    return body


def _number(text: str | None) -> int | float:
    if text is None:
        raise ValueError("no number")
    if text.lstrip("+-").isdigit():
        whole = int(text)
        if not -_LARGEST_WHOLE <= whole <= _LARGEST_WHOLE:
            raise ValueError("a whole number beyond 64 bits")
        return whole
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number beyond float64")
    return value
