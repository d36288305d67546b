"""The upgrade of a stream, as the pipeline does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from exportkit import legacy
from exportkit.pipeline.old_exports import old_labels
from exportkit.split import take_start

BLOCK_BYTES = 64 * 1024


def upgrade_rows(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield the rows of an Export V1."""
    blocks = iter(lambda: stream.read(BLOCK_BYTES), b"")
    yield from legacy.upgrade_rows(old_labels(take_start(blocks), "stream:"))
