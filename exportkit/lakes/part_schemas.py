"""Part schemas: the columns of a part, out of its footer, and what goes wrong when a part is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import ipc
from pyarrow import parquet as pq

from exportkit.errors import ReadError
from exportkit.options import FormatName
from exportkit.place import Place

__all__ = ["read_schema", "reading"]


def read_schema(source: Any, format_name: FormatName) -> pa.Schema:
    """Return the Arrow schema of an open part; no rows are read."""
    return _READERS[format_name](source)


def _read_arrow(source: Any) -> pa.Schema:
    with ipc.open_file(source) as reader:
        return reader.schema


_READERS: dict[FormatName, Callable[[Any], pa.Schema]] = {"parquet": pq.read_schema, "arrow": _read_arrow}


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system or Arrow raises inside into a `ReadError` with the path."""
    try:
        yield
    except (OSError, pa.ArrowException, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise ReadError(f"cannot read the part: {reason}", place=Place(str(path))) from None
