"""Cells into Arrow arrays, buffer by buffer: one function a form.

Arrays are put together from numpy buffers instead of by ``pyarrow.array``: for strings that takes half
the time, and ``pyarrow.array`` imports pandas, where it is installed, at its first call (0.3 s a process).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from exportkit.batch.kernels import take
from exportkit.tables.cells import Bools, Cells, Coded, Lists, Numbers, Same

__all__ = ["codes_of", "string_array", "to_array"]

_encode = msgspec.msgpack.Encoder().encode
#: The longest string whose length MessagePack writes into the one byte before it.
SHORT_BYTES = 31
FIXSTR = 0xA0
_NUMPY = {"int32": np.int32, "int64": np.int64, "double": np.float64, "bool": np.bool_}


def to_array(cells: Cells, length: int, arrow_type: pa.DataType) -> pa.Array:
    """Return `cells` as an Arrow array of `length` values."""
    if isinstance(cells, list):
        return _from_list(cells, arrow_type)
    if isinstance(cells, Numbers):
        return _from_numpy(cells.values, arrow_type, cells.valid)
    if isinstance(cells, Coded):
        return take(to_array(cells.values, len(cells.values), arrow_type), codes_of(cells.codes))
    if isinstance(cells, Lists):
        return _from_lists(cells, arrow_type)
    if isinstance(cells, Same):
        if cells.value is None:
            return pa.nulls(length, arrow_type)
        return take(to_array([cells.value], 1, arrow_type), codes_of(np.zeros(length, dtype=np.int64)))
    return _from_numpy(cells, arrow_type, None)


def codes_of(codes: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Return codes as an Arrow array of int32, negative ones as nulls."""
    valid = codes >= 0
    return _from_numpy(codes, pa.int32(), None if valid.all() else valid)


def _from_list(values: list[Any], arrow_type: pa.DataType) -> pa.Array:
    if pa.types.is_string(arrow_type):
        return string_array(values)
    if pa.types.is_binary(arrow_type):
        return _from_pieces(values, arrow_type)
    if pa.types.is_list(arrow_type):
        return _from_lists(_flat(values), arrow_type)
    dtype = _NUMPY[str(arrow_type)]
    if None not in values:
        return _from_numpy(np.array(values, dtype=dtype), arrow_type, None)
    valid = np.array([value is not None for value in values], dtype=np.bool_)
    return _from_numpy(np.array([value or 0 for value in values], dtype=dtype), arrow_type, valid)


def _flat(values: list[Any]) -> Lists:
    counts = np.array([0 if value is None else len(value) for value in values], dtype=np.int64)
    valid = np.array([value is not None for value in values], dtype=np.bool_)
    return Lists(counts, [item for value in values if value for item in value], valid)


def _from_numpy(values: npt.NDArray[Any], arrow_type: pa.DataType, valid: Bools | None) -> pa.Array:
    data: npt.NDArray[Any] = np.ascontiguousarray(values, dtype=_NUMPY[str(arrow_type)])
    if data.dtype == np.bool_:
        data = np.packbits(data, bitorder="little")
    return pa.Array.from_buffers(arrow_type, len(values), [_validity(valid), pa.py_buffer(data)])


def _validity(valid: Bools | None) -> pa.Buffer | None:
    if valid is None or valid.all():
        return None
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def string_array(values: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array.

    Strings of one short length (ids) come out of MessagePack with a fixed stride; others are joined.
    """
    count = len(values)
    first = values[0] if count else None
    if first is not None and first.isascii() and 0 < len(first) <= SHORT_BYTES:
        width = len(first) + 1
        encoded = _encode(values)
        if len(encoded) - count * width in (1, 3, 5):
            table = np.frombuffer(encoded, np.uint8, count * width, len(encoded) - count * width)
            table = table.reshape(count, width)
            if (table[:, 0] == FIXSTR + len(first)).all():
                ends = np.arange(0, count * (width - 1) + 1, width - 1, dtype=np.int32)
                return _text(count, ends, np.ascontiguousarray(table[:, 1:]), None, pa.string())
    return _joined(values)


def _joined(values: Sequence[str | None]) -> pa.Array:
    valid: Bools | None = None
    try:
        text = "".join(values)  # type: ignore[arg-type]  # a null is a TypeError
        present: Sequence[str] = values  # type: ignore[assignment]  # there was none
    except TypeError:
        valid = np.array([value is not None for value in values], dtype=np.bool_)
        present = [value or "" for value in values]
        text = "".join(present)
    ends = np.zeros(len(values) + 1, dtype=np.int64)
    if text.isascii():
        np.cumsum(np.fromiter(map(len, present), np.int64, len(values)), out=ends[1:])
        return _text(len(values), ends, text.encode(), valid, pa.string())
    return _from_pieces([None if one is None else one.encode() for one in values], pa.string())


def _from_pieces(pieces: Sequence[bytes | None], arrow_type: pa.DataType) -> pa.Array:
    valid = np.array([piece is not None for piece in pieces], dtype=np.bool_)
    present = [piece or b"" for piece in pieces]
    ends = np.zeros(len(pieces) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, present), np.int64, len(pieces)), out=ends[1:])
    return _text(len(pieces), ends, b"".join(present), valid, arrow_type)


def _text(
    count: int, ends: npt.NDArray[Any], data: Any, valid: Bools | None, arrow_type: pa.DataType
) -> pa.Array:
    if ends[-1] > np.iinfo(np.int32).max:
        raise OverflowError("the strings of a column are longer than 2 GiB together")
    offsets = pa.py_buffer(ends.astype(np.int32, copy=False))
    return pa.Array.from_buffers(arrow_type, count, [_validity(valid), offsets, pa.py_buffer(data)])


def _from_lists(cells: Lists, arrow_type: pa.DataType) -> pa.Array:
    offsets = np.zeros(len(cells.counts) + 1, dtype=np.int32)
    np.cumsum(cells.counts, out=offsets[1:])
    items = _items(cells.items, int(offsets[-1]), arrow_type.value_type)
    buffers = [_validity(cells.valid), pa.py_buffer(offsets)]
    return pa.Array.from_buffers(arrow_type, len(cells.counts), buffers, children=[items])


def _items(items: Cells | Mapping[str, Cells], length: int, item_type: pa.DataType) -> pa.Array:
    if not isinstance(items, Mapping):
        return to_array(items, length, item_type)
    children = [to_array(items[field.name], length, field.type) for field in item_type]
    return pa.Array.from_buffers(item_type, length, [None], children=children)
