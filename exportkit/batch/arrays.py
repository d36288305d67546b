"""Cells into Arrow arrays, buffer by buffer: one function a form.

Arrays are put together from buffers instead of by ``pyarrow.array``: for strings that takes a fourth of
the time, and ``pyarrow.array`` imports pandas, where it is installed, at its first call (0.3 s a process).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from exportkit.attributes import floats, integers, texts, values
from exportkit.tables.cells import Attribute, Bools, Cells, Coded, Lists, Numbers, Same

__all__ = ["codes_of", "string_array", "to_array"]

_NUMPY = {"int32": np.int32, "int64": np.int64, "double": np.float64, "bool": np.bool_}


def to_array(cells: Cells, length: int, arrow_type: pa.DataType) -> pa.Array:
    """Return `cells` as an Arrow array of `length` values."""
    if isinstance(cells, Attribute):
        return _from_values(cells.structs, cells.name, arrow_type)
    if isinstance(cells, list):
        return _from_values(cells, None, arrow_type)
    if isinstance(cells, Numbers):
        return _from_numpy(cells.values, arrow_type, cells.valid)
    if isinstance(cells, Coded):
        return to_array(cells.values, len(cells.values), arrow_type).take(codes_of(cells.codes))
    if isinstance(cells, Lists):
        return _from_lists(cells, arrow_type)
    if isinstance(cells, Same):
        if cells.value is None:
            return pa.nulls(length, arrow_type)
        return to_array([cells.value], 1, arrow_type).take(codes_of(np.zeros(length, dtype=np.int64)))
    return _from_numpy(cells, arrow_type, None)


def codes_of(codes: npt.NDArray[np.integer[Any]]) -> pa.Array:
    """Return codes as an Arrow array of int32, negative ones as nulls."""
    valid = codes >= 0
    return _from_numpy(codes, pa.int32(), None if valid.all() else valid)


def _from_values(items: list[Any], name: str | None, arrow_type: pa.DataType) -> pa.Array:
    """Return an attribute of `items`, or the items themselves, as an array."""
    if pa.types.is_list(arrow_type):
        lists = values(items, name)
        return pa.nulls(len(items), arrow_type) if lists is None else _from_lists(_flat(lists), arrow_type)
    if pa.types.is_string(arrow_type) or pa.types.is_binary(arrow_type):
        text = texts(items, name)
        return pa.nulls(len(items), arrow_type) if text is None else _from_text(*text, arrow_type)
    numbers = (floats if pa.types.is_float64(arrow_type) else integers)(items, name)
    if numbers is None:
        return pa.nulls(len(items), arrow_type)
    found, valid = numbers
    if pa.types.is_float64(arrow_type):
        return _from_numpy(np.frombuffer(found, np.float64), arrow_type, _bools(valid))
    return _from_numpy(_fitting(np.frombuffer(found, np.int64), arrow_type), arrow_type, _bools(valid))


def _fitting(numbers: npt.NDArray[np.int64], arrow_type: pa.DataType) -> npt.NDArray[Any]:
    """Return whole numbers in the width of `arrow_type`."""
    narrow: npt.NDArray[Any] = numbers.astype(_NUMPY[str(arrow_type)], copy=False)
    if narrow.dtype == np.int32 and (narrow != numbers).any():
        raise OverflowError("a number is beyond int32")
    return narrow


def string_array(strings: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array."""
    return _from_values(list(strings), None, pa.string())


def _flat(values: list[Any]) -> Lists:
    counts = np.array([0 if value is None else len(value) for value in values], dtype=np.int64)
    valid = np.array([value is not None for value in values], dtype=np.bool_)
    return Lists(counts, [item for value in values if value for item in value], valid)


def _from_text(data: bytes, ends: bytes, valid: bytes | None, arrow_type: pa.DataType) -> pa.Array:
    buffers = [_validity(_bools(valid)), pa.py_buffer(ends), pa.py_buffer(data)]
    return pa.Array.from_buffers(arrow_type, len(ends) // 4 - 1, buffers)


def _bools(valid: bytes | None) -> Bools | None:
    return None if valid is None else np.frombuffer(valid, np.bool_)


def _from_numpy(values: npt.NDArray[Any], arrow_type: pa.DataType, valid: Bools | None) -> pa.Array:
    data: npt.NDArray[Any] = np.ascontiguousarray(values, dtype=_NUMPY[str(arrow_type)])
    if data.dtype == np.bool_:
        data = np.packbits(data, bitorder="little")
    return pa.Array.from_buffers(arrow_type, len(values), [_validity(valid), pa.py_buffer(data)])


def _validity(valid: Bools | None) -> pa.Buffer | None:
    if valid is None or valid.all():
        return None
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


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
