"""Numbers out of structs in one pass of msgspec instead of one attribute access a cell.

MessagePack writes a struct whose fields are all floats in a fixed number of bytes, so the encoding of a
list of them is a table that numpy reads in place. The law (`tests/flatten`): the columns are the fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["float_fields", "floats"]

_encode = msgspec.msgpack.Encoder().encode
#: What MessagePack writes before the items of a list, by how many they are fewer than.
LIST_HEADER_BYTES = ((1 << 4, 1), (1 << 16, 3), (1 << 32, 5))
Floats = npt.NDArray[np.float64]


@cache
def _layout(cls: type[msgspec.Struct]) -> np.dtype[Any]:
    """Return how a `cls` lies in MessagePack: a one-byte map header, then key and number for each field."""
    names = cls.__struct_encode_fields__
    offsets, at = [], 1
    for name in names:
        at += 1 + len(name) + 1
        offsets.append(at)
        at += 8
    return np.dtype(
        {"names": list(names), "formats": [">f8"] * len(names), "offsets": offsets, "itemsize": at}
    )


def float_fields(structs: Sequence[msgspec.Struct], cls: type[msgspec.Struct]) -> dict[str, Floats]:
    """Return each field of `structs`, all of class `cls` with required float fields only."""
    layout = _layout(cls)
    encoded = _encode(structs)
    header = next(size for limit, size in LIST_HEADER_BYTES if len(structs) < limit)
    if len(encoded) != header + len(structs) * layout.itemsize:  # some have learned fields, which add bytes
        names = cls.__struct_fields__
        return {name: np.array([getattr(one, name) for one in structs], dtype=np.float64) for name in names}
    table = _tail(encoded, len(structs), layout)
    return {name: table[name].astype(np.float64) for name in layout.names or ()}


def floats(values: Sequence[float]) -> Floats:
    """Return a list of floats as an array."""
    layout = np.dtype({"names": ["value"], "formats": [">f8"], "offsets": [1], "itemsize": 9})
    return _tail(_encode(values), len(values), layout)["value"].astype(np.float64)


def _tail(encoded: bytes, count: int, layout: np.dtype[Any]) -> npt.NDArray[Any]:
    return np.frombuffer(encoded, dtype=layout, count=count, offset=len(encoded) - count * layout.itemsize)
