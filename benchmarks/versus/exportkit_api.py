"""exportkit itself, as a user calls it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import exportkit

__all__ = ["convert"]


def convert(
    source: Path,
    destination: Path,
    *,
    tables: Collection[str] | None = None,
    threads: int = 2,
    memory_limit: str | None = None,
) -> dict[str, int]:
    """Write the tables of an export as Parquet files and return their rows; `threads` is workers here."""
    report = exportkit.to_parquet(
        str(source), destination, tables=list(tables) if tables else None, mode="overwrite", workers=threads,
        memory_limit=memory_limit,
    )  # fmt: skip
    return dict(report.rows)
