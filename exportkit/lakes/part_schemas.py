"""Part schemas: the columns of a part, out of its footer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from pyarrow import ipc
from pyarrow import parquet as pq

from exportkit.lakes.part_names import FormatName

__all__ = ["read_schema"]


def read_schema(source: Any, format_name: FormatName) -> pa.Schema:
    """Return the Arrow schema of an open part; no rows are read."""
    return _READERS[format_name](source)


def _read_arrow(source: Any) -> pa.Schema:
    with ipc.open_file(source) as reader:
        return reader.schema


_READERS: dict[FormatName, Callable[[Any], pa.Schema]] = {"parquet": pq.read_schema, "arrow": _read_arrow}
