"""Decoding bytes as the corridor does, and what a decoded row says as plain values."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from exportkit.decode import LineDecoder
from exportkit.place import LineBlock, Source
from exportkit.rows import STRUCTS, Reject, Row
from exportkit.split import places

__all__ = ["SOURCE", "block_of", "decoded", "refused", "said", "said_whole"]

SOURCE = Source("export.ndjson", "e")


def block_of(data: bytes, line: int = 1, offset: int | None = 0) -> LineBlock:
    """Return bytes as a block that begins at a place."""
    return LineBlock(data, line, offset)


def decoded(data: bytes, decoder: LineDecoder | None = None) -> tuple[list[Row], list[Reject]]:
    """Decode the lines of `data` as one block."""
    block = block_of(data)
    rows, rejects = (decoder or LineDecoder()).decode(block, places(block), SOURCE)
    return rows.rows, rejects


def refused(line: bytes) -> Reject:
    """Decode one line that is refused, between two that are not."""
    good = b'{"data_row":{"id":"good"}}'
    rows, [reject] = decoded(b"\n".join((good, line, good)))
    assert [row.data_row.id for row in rows] == ["good", "good"]
    return reject


def said(value: Any) -> Any:
    """Return what a struct says, by its fields and its ``extra_``; nulls left out."""
    if isinstance(value, msgspec.Raw):
        return json.loads(bytes(value)) if bytes(value) else None
    if isinstance(value, msgspec.Struct):
        names = STRUCTS[type(value).__name__].__struct_fields__
        found = {name: said(getattr(value, name)) for name in names}
        return {name: one for name, one in found.items() if one is not None}
    if isinstance(value, dict):
        return {str(key): said(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [said(item) for item in value]
    return value


def said_whole(value: Any) -> Any:
    """Return what `said` gives with each ``extra_`` put back where it came from."""
    if isinstance(value, list):
        return [said_whole(item) for item in value]
    if not isinstance(value, dict):
        return value
    extra = value.get("extra_") or {}
    if "$value" in extra:
        return extra["$value"]
    fields = {key: said_whole(item) for key, item in value.items() if key != "extra_"}
    return _overlaid(fields, extra)


def _overlaid(base: Any, more: Any) -> Any:
    if isinstance(base, dict) and isinstance(more, dict):
        return {**base, **{key: _overlaid(base.get(key), item) for key, item in more.items()}}
    if isinstance(base, list) and isinstance(more, dict):
        return [_overlaid(item, more[str(at)]) if str(at) in more else item for at, item in enumerate(base)]
    return more
