"""Kernels: Arrow's compute functions by name, without the module that wraps each of them for users.

Importing ``pyarrow.compute`` generates 300 Python functions with their documentation, which takes 20 ms, a
tenth of a small conversion. They all call ``call_function``, which is available without that import.
"""

from __future__ import annotations

import pyarrow as pa

try:
    from pyarrow._compute import CastOptions, call_function
except ImportError:  # a pyarrow that has them elsewhere
    from pyarrow.compute import CastOptions, call_function

__all__ = ["cast", "min_max", "take"]


def cast(array: pa.Array, arrow_type: pa.DataType) -> pa.Array:
    """Return the values of an array as another type.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value does not fit the type.
    """
    return call_function("cast", [array], CastOptions.safe(arrow_type))


def min_max(array: pa.Array) -> dict[str, int | None]:
    """Return ``min`` and ``max`` of an array of integers; both are None if it has no values."""
    found: dict[str, int | None] = call_function("min_max", [array]).as_py()
    return found


def take(array: pa.Array, indices: pa.Array) -> pa.Array:
    """Return the values of an array at `indices`, null where an index is null."""
    return call_function("take", [array, indices])
