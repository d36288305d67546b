"""Tables of the data row itself: ``data_rows``, ``attachments``, ``metadata``, ``embeddings``."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import Any

import numpy as np

from exportkit.flatten.extras import extras_of, sections_column
from exportkit.flatten.gathering import Columns, children
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.flatten.media_types import media_type
from exportkit.json_text import json_string
from exportkit.native import attributes
from exportkit.rows import RowBlock
from exportkit.rows.structs import MediaAttributes, MetadataField
from exportkit.tables.cells import NULLS, Attribute, Cells, Coded, Ints, Lists, Same
from exportkit.tables.instants import parse_timestamp

__all__ = ["attachment_columns", "data_row_columns", "embedding_columns", "metadata_columns"]


SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments")
#: Attributes that the structs know and no column holds.
OTHER_ATTRIBUTES = ("codec", "message_count", "content_length", "sub_type", "super_type")
#: Attributes that have a column.
HELD = frozenset(MediaAttributes.__struct_fields__).difference(OTHER_ATTRIBUTES, ("extra_",))
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")


def row_keys(block: RowBlock, owners: Ints) -> Columns:
    """Return the common columns of rows that belong to the data rows `owners` (positions in the block)."""
    return {
        "data_row_id": lambda: Coded(owners, block.ids),
        "export_id": lambda: Same(block.source.export_id),
        "line": lambda: block.lines[owners],
    }


def data_row_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``data_rows`` and its columns."""
    rows = block.rows
    nothing: list[Any] = [None] * len(rows)
    data = attributes.values(rows, "data_row") or nothing
    details = attributes.values(data, "details") or nothing
    media = attributes.values(rows, "media_attributes") or nothing
    return len(rows), {
        "data_row_id": lambda: Attribute(data, "id"),
        "global_key": lambda: Attribute(data, "global_key"),
        "external_id": lambda: Attribute(data, "external_id"),
        "row_data": lambda: Attribute(data, "row_data"),
        "dataset_id": lambda: Attribute(details, "dataset_id"),
        "dataset_name": lambda: Attribute(details, "dataset_name"),
        "created_at": lambda: Attribute(details, "created_at"),
        "updated_at": lambda: Attribute(details, "updated_at"),
        "last_activity_at": lambda: Attribute(details, "last_activity_at"),
        "created_by": lambda: Attribute(details, "created_by"),
        "media_type": lambda: [media_type(row, block.fragment) for row in rows],
        "asset_type": lambda: Attribute(media, "asset_type"),
        "mime_type": lambda: Attribute(media, "mime_type"),
        "width": lambda: Attribute(media, "width"),
        "height": lambda: Attribute(media, "height"),
        "frame_rate": lambda: Attribute(media, "frame_rate"),
        "frame_count": lambda: Attribute(media, "frame_count"),
        "duration": lambda: Attribute(media, "duration"),
        "exif_rotation": lambda: [
            rotation(one)[0] for one in attributes.values(media, "exif_rotation") or nothing
        ],
        "text_layer_url": lambda: Attribute(media, "text_layer_url"),
        "media_attributes": lambda: leftovers.attributes(other_attributes(media), len(rows)),
        "data_split": lambda: Attribute(data, "data_split"),
        "sections": lambda: sections_column(rows, SECTIONS),
        "export_version": lambda: Same(block.source.export_version),
        "source_uri": lambda: Same(block.source.uri),
        "byte_offset": lambda: NULLS if block.offsets is None else block.offsets,
        # The lines of an Export V1 stand nowhere: they are made of several labels.
        "byte_length": lambda: NULLS if block.source.export_version == "v1" else block.lengths,
        "extra": lambda: leftovers.column(extras_of(rows, unfit_attributes(media))),
        "export_id": lambda: Same(block.source.export_id),
        "line": lambda: block.lines,
    }


def rotation(given: int | str | None) -> tuple[int | None, str | None]:
    """Return the EXIF rotation as a number, or else the string that is none."""
    if isinstance(given, str):
        return (int(given), None) if _DIGITS.fullmatch(given) and given != "-0" else (None, given)
    return given, None


def other_attributes(media: list[Any]) -> dict[int, dict[str, Any]]:
    """Return, by row, the media attributes that have no column of their own."""
    found: dict[int, dict[str, Any]] = {}
    for name in OTHER_ATTRIBUTES:
        for at, value in enumerate(attributes.values(media, name) or ()):
            if value is not None:
                found.setdefault(at, {})[name] = value
    for at, extra in enumerate(attributes.values(media, "extra_") or ()):
        left = {key: value for key, value in (extra or {}).items() if key not in HELD}
        if left:
            found.setdefault(at, {}).update(left)
    return found


def unfit_attributes(media: list[Any]) -> dict[int, dict[str, Any]]:
    """Return, by row, the attributes whose value their column cannot hold, as they stand in the line."""
    unfit: dict[int, dict[str, Any]] = {}
    for at, extra in enumerate(attributes.values(media, "extra_") or ()):
        found = {key: value for key, value in (extra or {}).items() if key in HELD}
        if found:
            unfit[at] = {"media_attributes": found}
    for at, given in enumerate(attributes.values(media, "exif_rotation") or ()):
        _, odd = rotation(given)
        if odd is not None:
            unfit.setdefault(at, {"media_attributes": {}})["media_attributes"]["exif_rotation"] = odd
    return unfit


def items_of(block: RowBlock, section: str) -> tuple[list[Any], Ints, Ints]:
    """Return all items of one list of the rows, the row of each, and its position in the list."""
    found = children(block.rows, section)
    if found is None:
        nothing = np.zeros(0, dtype=np.int64)
        return [], nothing, nothing
    first = block.fragment.position if block.fragment else 0
    return found.items, found.parent_at(), first + found.positions()


def attachment_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``attachments`` and its columns."""
    items, owners, positions = items_of(block, "attachments")
    return len(items), {
        **row_keys(block, owners),
        "position": lambda: positions,
        "attachment_id": lambda: Attribute(items, "id"),
        "type": lambda: Attribute(items, "type"),
        "name": lambda: Attribute(items, "name"),
        "value": lambda: Attribute(items, "value"),
        "extra": lambda: leftovers.column(extras_of(items)),
    }


def metadata_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``metadata`` and its columns."""
    items, owners, positions = items_of(block, "metadata_fields")
    laid_out = [MetadataValue(one) for one in items]
    renamed: dict[int, dict[str, Any]] = {
        at: {"name": one.name}
        for at, one in enumerate(items)
        if one.name is not None and one.schema_name is not None
    }
    return len(items), {
        **row_keys(block, owners),
        "position": lambda: positions,
        "schema_id": lambda: Attribute(items, "schema_id"),
        "schema_name": lambda: [one.name if one.schema_name is None else one.schema_name for one in items],
        "schema_kind": lambda: Attribute(items, "schema_kind"),
        "value_string": lambda: Attribute(laid_out, "string"),
        "value_number": lambda: Attribute(laid_out, "number"),
        "value_timestamp": lambda: Attribute(laid_out, "timestamp"),
        "value_options": lambda: Attribute(laid_out, "options"),
        "value_json": lambda: Attribute(laid_out, "json"),
        "extra": lambda: leftovers.column(extras_of(items, renamed)),
    }


class MetadataValue:
    """The value of one metadata field, laid out over the typed columns."""

    __slots__ = ("json", "number", "options", "string", "timestamp")

    def __init__(self, field: MetadataField) -> None:
        self.string: str | None = None
        self.number: float | None = None
        self.timestamp: str | None = None
        self.options: list[str] | None = None
        self.json: str | None = None
        value, kind = field.value, field.schema_kind or ""
        if isinstance(value, str) and is_text(value):
            if kind == "CustomMetadataDateTime" and parse_timestamp(value) is not None:
                self.timestamp = value
                return
            self.string = value
            if kind.startswith("CustomMetadataEnum"):
                self.options = [value]
        elif type(value) in (int, float) and is_exact(value):
            self.number = float(value)
        elif value is not None:
            self.json = json_string(value)
            self.options = option_names(value)


def is_text(value: str) -> bool:
    """Return whether UTF-8 can hold `value`: a lone surrogate it cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in value) if not value.isascii() else True


def is_exact(value: float) -> bool:
    """Return whether float64 holds a JSON number exactly, and is finite."""
    try:
        return math.isfinite(value) and float(value) == value
    except OverflowError:
        return False


def option_names(value: Any) -> list[str] | None:
    """Return the names of an enum value's options, outermost first; None when it is no list of options."""
    if not isinstance(value, list):
        return None
    found = [one.get("schema_name", one.get("name")) for one in value if isinstance(one, dict)]
    names = [name for name in found if isinstance(name, str) and is_text(name)]
    return names if names and len(names) == len(value) else None


def embedding_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``embeddings`` and its columns."""
    items, owners, positions = items_of(block, "embeddings")
    counts = np.array([len(one.values) if one.values else 1 for one in items], dtype=np.int64)
    spread = np.repeat(np.arange(len(items), dtype=np.int64), counts)
    vectors: list[list[float] | None] = [
        vector.value if vector is not None else None for one in items for vector in one.values or (None,)
    ]
    vector_orders: list[int | None] = [
        order for one in items for order in (range(len(one.values)) if one.values else (None,))
    ]
    firsts = (np.cumsum(counts) - counts).tolist()

    def vector_lists() -> Cells:
        lengths = np.array([len(one) if one else 0 for one in vectors], dtype=np.int64)
        held = np.array([one is not None for one in vectors], dtype=np.bool_)
        return Lists(lengths, list(chain.from_iterable(one for one in vectors if one)), held)

    def extra() -> Cells:
        return leftovers.spread(
            {first: one.extra_ for first, one in zip(firsts, items, strict=True) if one.extra_}, len(spread)
        )

    return len(spread), {
        **row_keys(block, owners[spread]),
        "embedding_id": lambda: Coded(spread, [one.id for one in items]),
        "position": lambda: positions[spread],
        "vector_position": lambda: vector_orders,
        "name": lambda: Coded(spread, [one.name for one in items]),
        "dimensions": lambda: [one.dimensions for one in items for _ in one.values or (None,)],
        "is_custom": lambda: [one.is_custom for one in items for _ in one.values or (None,)],
        "vector": vector_lists,
        "extra": extra,
    }
