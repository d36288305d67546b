"""Tables of the data row itself: ``data_rows``, ``attachments``, ``metadata``, ``embeddings``."""

from __future__ import annotations

import math
import re
from itertools import chain
from typing import Any

import numpy as np

from exportkit.flatten.columns import Columns
from exportkit.flatten.extras import extra_column, json_object, sections_of
from exportkit.flatten.media_types import media_type
from exportkit.flatten.moments import parse_timestamp
from exportkit.flatten.numbers import floats
from exportkit.rows import RowBlock
from exportkit.rows.structs import Details, MediaAttributes, MetadataField
from exportkit.tables.cells import Cells, Coded, Ints, Lists, Same

__all__ = ["attachment_columns", "data_row_columns", "embedding_columns", "metadata_columns"]


SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments")
#: Attributes that the structs know and no column holds.
OTHER_ATTRIBUTES = ("codec", "message_count")
#: Attributes that have a column.
HELD = frozenset(MediaAttributes.__struct_fields__).difference(OTHER_ATTRIBUTES, ("extra_",))
_NO_DETAILS = Details()
_NO_ATTRIBUTES = MediaAttributes()
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]{0,8})")


def row_keys(block: RowBlock, owners: Ints) -> Columns:
    """Return the common columns of rows that belong to the data rows `owners` (positions in the block)."""
    return {
        "data_row_id": lambda: Coded(owners, [row.data_row.id for row in block.rows]),
        "export_id": lambda: Same(block.source.export_id),
        "line": lambda: block.lines[owners],
    }


def data_row_columns(block: RowBlock) -> Columns:
    """Return the columns of the table ``data_rows``."""
    rows = block.rows
    data = [row.data_row for row in rows]
    details = [one.details or _NO_DETAILS for one in data]
    media = [row.media_attributes or _NO_ATTRIBUTES for row in rows]
    return {
        "data_row_id": lambda: [one.id for one in data],
        "global_key": lambda: [one.global_key for one in data],
        "external_id": lambda: [one.external_id for one in data],
        "row_data": lambda: [one.row_data for one in data],
        "dataset_id": lambda: [one.dataset_id for one in details],
        "dataset_name": lambda: [one.dataset_name for one in details],
        "created_at": lambda: [one.created_at for one in details],
        "updated_at": lambda: [one.updated_at for one in details],
        "last_activity_at": lambda: [one.last_activity_at for one in details],
        "created_by": lambda: [one.created_by for one in details],
        "media_type": lambda: [media_type(row, block.fragment) for row in rows],
        "asset_type": lambda: [one.asset_type for one in media],
        "mime_type": lambda: [one.mime_type for one in media],
        "width": lambda: [one.width for one in media],
        "height": lambda: [one.height for one in media],
        "frame_rate": lambda: [one.frame_rate for one in media],
        "frame_count": lambda: [one.frame_count for one in media],
        "duration": lambda: [one.duration for one in media],
        "exif_rotation": lambda: [rotation(one)[0] for one in media],
        "text_layer_url": lambda: [one.text_layer_url for one in media],
        "media_attributes": lambda: [json_or_null(other_attributes(one)) for one in media],
        "sections": lambda: [sections_of(row, SECTIONS) for row in rows],
        "export_version": lambda: Same(block.source.export_version),
        "source_uri": lambda: Same(block.source.uri),
        "byte_offset": lambda: Same(None) if block.offsets is None else block.offsets,
        # The lines of an Export V1 stand nowhere: they are made of several labels.
        "byte_length": lambda: Same(None) if block.source.export_version == "v1" else block.lengths,
        "extra": lambda: extra_column(rows, unfit_attributes(media)),
        "export_id": lambda: Same(block.source.export_id),
        "line": lambda: block.lines,
    }


def rotation(media: MediaAttributes) -> tuple[int | None, str | None]:
    """Return the EXIF rotation as a number, or else the string that is none."""
    given = media.exif_rotation
    if isinstance(given, str):
        return (int(given), None) if _DIGITS.fullmatch(given) and given != "-0" else (None, given)
    return given, None


def other_attributes(media: MediaAttributes) -> dict[str, Any]:
    """Return the media attributes that have no column of their own."""
    found = {name: value for name in OTHER_ATTRIBUTES if (value := getattr(media, name)) is not None}
    return {**found, **{key: value for key, value in (media.extra_ or {}).items() if key not in HELD}}


def unfit_attributes(media: list[MediaAttributes]) -> dict[int, dict[str, Any]]:
    """Return, by row, the attributes whose value their column cannot hold, as they stand in the line."""
    unfit: dict[int, dict[str, Any]] = {}
    for at, one in enumerate(media):
        found = {key: value for key, value in (one.extra_ or {}).items() if key in HELD}
        _, odd = rotation(one)
        if odd is not None:
            found["exif_rotation"] = odd
        if found:
            unfit[at] = {"media_attributes": found}
    return unfit


def json_or_null(value: dict[str, Any]) -> str | None:
    """Return an object as JSON, null for an empty one."""
    return json_object(value) if value else None


def items_of(block: RowBlock, section: str) -> tuple[list[Any], Ints, Ints]:
    """Return all items of one list of the rows, the row of each, and its position in the list."""
    lists = [getattr(row, section) or () for row in block.rows]
    counts = np.array([len(one) for one in lists], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    owners = np.repeat(np.arange(len(lists), dtype=np.int64), counts)
    first = block.fragment.position if block.fragment else 0
    positions = np.arange(first, first + len(owners), dtype=np.int64) - starts[owners]
    return list(chain.from_iterable(lists)), owners, positions


def attachment_columns(block: RowBlock) -> tuple[int, Columns]:
    """Return the number of rows of the table ``attachments`` and its columns."""
    items, owners, positions = items_of(block, "attachments")
    return len(items), {
        **row_keys(block, owners),
        "position": lambda: positions,
        "attachment_id": lambda: [one.id for one in items],
        "type": lambda: [one.type for one in items],
        "name": lambda: [one.name for one in items],
        "value": lambda: [one.value for one in items],
        "extra": lambda: extra_column(items),
    }


def metadata_columns(block: RowBlock) -> tuple[int, Columns]:
    """Return the number of rows of the table ``metadata`` and its columns."""
    items, owners, positions = items_of(block, "metadata_fields")
    values = [MetadataValue(one) for one in items]
    renamed: dict[int, dict[str, Any]] = {
        at: {"name": one.name}
        for at, one in enumerate(items)
        if one.name is not None and one.schema_name is not None
    }
    return len(items), {
        **row_keys(block, owners),
        "position": lambda: positions,
        "schema_id": lambda: [one.schema_id for one in items],
        "schema_name": lambda: [one.name if one.schema_name is None else one.schema_name for one in items],
        "schema_kind": lambda: [one.schema_kind for one in items],
        "value_string": lambda: [one.string for one in values],
        "value_number": lambda: [one.number for one in values],
        "value_timestamp": lambda: [one.timestamp for one in values],
        "value_options": lambda: [one.options for one in values],
        "value_json": lambda: [one.json for one in values],
        "extra": lambda: extra_column(items, renamed),
    }


class MetadataValue:
    """The value of one metadata field, laid out over the typed columns."""

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
            self.json = json_object(value)
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


def embedding_columns(block: RowBlock) -> tuple[int, Columns]:
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
        return Lists(lengths, floats(list(chain.from_iterable(one for one in vectors if one))), held)

    def extra() -> Cells:
        column: list[str | None] = [None] * len(spread)
        for first, one in zip(firsts, items, strict=True):
            column[first] = json_object(one.extra_) if one.extra_ else None
        return column

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
