"""Whatever reads a lake: takes a lake, reads all that it can, gives nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import exportkit

__all__ = ["DOORS"]

Door = Callable[[Path], object]

EXPORT = b'{"data_row":{"id":"new"}}\n'


def _tables(lake: Path) -> None:
    opened = exportkit.lake(lake)
    for table in opened.tables:
        opened.schema(table)
        opened.table(table)


def _views(lake: Path) -> None:
    opened = exportkit.lake(lake)
    for view in opened.views:
        opened.table(view)


def _sql(lake: Path) -> None:
    opened = exportkit.lake(lake)
    for name in opened.tables:
        opened.sql(f"from {name}")


def _scan(lake: Path) -> None:
    for table in exportkit.lake(lake).tables:
        exportkit.scan(lake, table)


def _append(lake: Path) -> None:
    exportkit.to_parquet(io.BytesIO(EXPORT), lake, mode="append")


def _overwrite(lake: Path) -> None:
    exportkit.to_parquet(io.BytesIO(EXPORT), lake, mode="overwrite")


def _source(lake: Path) -> None:
    for table in exportkit.lake(lake).tables:
        exportkit.read_table(lake, table)


DOORS: dict[str, Door] = {
    "tables": _tables,
    "views": _views,
    "sql": _sql,
    "scan": _scan,
    "source": _source,
    "inspection": exportkit.inspect_export,
    "rebuild": lambda lake: exportkit.to_ndjson(lake, io.BytesIO(), include_rejects=True),
    "rebuild of long lines": lambda lake: exportkit.to_ndjson(lake, io.BytesIO(), max_line_rows=0),
    "causes": exportkit.causes_of,
    "replay": exportkit.replay,
    "replay through a program": lambda lake: exportkit.replay(lake, through=["true"]),
    "geoparquet": lambda lake: exportkit.write_geoparquet(lake, lake.parent / "map.parquet"),
    "append": _append,
    "overwrite": _overwrite,
}  # fmt: skip
