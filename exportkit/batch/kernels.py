"""Kernels: Arrow's functions by name, without the module that wraps each of them for users.

Importing ``pyarrow.compute`` writes 300 Python functions with their documentation, which takes 20 ms, a
tenth of a small conversion; ``call_function``, through which they all go, is there without it.
"""

from __future__ import annotations

import pyarrow as pa

try:
    from pyarrow._compute import CastOptions, call_function
except ImportError:  # a pyarrow that keeps them elsewhere
    from pyarrow.compute import CastOptions, call_function

__all__ = ["cast", "min_max", "take"]


def cast(array: pa.Array, arrow_type: pa.DataType) -> pa.Array:
    """Return the values of an array as another type; `pyarrow.ArrowInvalid` where one does not fit."""
    return call_function("cast", [array], CastOptions.safe(arrow_type))


def min_max(array: pa.Array) -> dict[str, int | None]:
    """Return the smallest and the largest value of an array of integers, None and None where it has none."""
    found: dict[str, int | None] = call_function("min_max", [array]).as_py()
    return found


def take(array: pa.Array, indices: pa.Array) -> pa.Array:
    """Return the values of an array at `indices`, null where an index is null."""
    return call_function("take", [array, indices])
