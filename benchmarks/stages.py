"""One benchmark a room: ``python -m benchmarks.stages SHAPE EXPORT [--runs N]``.

An export goes through all rooms, a stopwatch standing in each.

Rooms are timed while they work together, block by block, since a room's time depends on what the one before
it left in the processor's cache. The stopwatches count processor time, which neighbours on the machine
change least. ``free`` is the time to free decoded rows, ``decode alone`` the floor.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import pyarrow as pa

from benchmarks.floor import decoding_seconds
from benchmarks.measuring import BenchmarkError
from benchmarks.results import ROOMS, Room
from exportkit.batch import TableBuffer, arrow_schema
from exportkit.decode import LineDecoder
from exportkit.flatten import flatten
from exportkit.pipeline import hints_of, make_options
from exportkit.pipeline.resources import SIZES
from exportkit.place import LineBlock, Source
from exportkit.read import open_sources
from exportkit.split import cut_lines, places
from exportkit.tables.cells import Cells, TableBlock
from exportkit.write import LakeWriter, open_destination

__all__ = ["main", "time_rooms"]

ROWS_A_BATCH = 100_000
Item = TypeVar("Item")


def main(arguments: Sequence[str] | None = None) -> None:
    """Time the rooms and print what was found as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=main.__doc__)
    parser.add_argument("shape", help="what the export is called in the results")
    parser.add_argument("export", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    print(msgspec.json.encode(time_rooms(options.shape, options.export, options.runs)).decode())


class Stopwatches:
    """Seconds spent in each room."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._started = time.thread_time()

    def lap(self, room: str) -> None:
        """Count everything since the last lap for `room`."""
        now = time.thread_time()
        self.seconds[room] += now - self._started
        self._started = now

    def pulled(self, items: Iterator[Item], room: str) -> Iterator[Item]:
        """Give `items`, counting the time to get each for `room`; what pulls it counts its own time first."""
        for item in items:
            self.lap(room)
            yield item
        self.lap(room)


def time_rooms(shape: str, path: Path, runs: int) -> list[Room]:
    """Return the seconds that each room takes for an export, from so many runs."""
    size = path.stat().st_size
    laps = [through_all_rooms(path) | {"decode alone": decoding_seconds(path)} for _ in range(runs)]
    return [
        Room(shape=shape, size_bytes=size, room=room, seconds=[lap[room] for lap in laps]) for room in ROOMS
    ]


def through_all_rooms(path: Path) -> dict[str, float]:
    """Take an export through all rooms and return the seconds spent in each."""
    options = make_options()
    schemas = {name: arrow_schema(name, columns) for name, columns in options.columns.items()}
    gc.disable()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            open_destination(folder, schemas=schemas, mode="overwrite") as lake,
            LakeWriter(lake.staging, hints=hints_of(options)) as writer,
        ):
            watches = Stopwatches()
            buffers = {name: TableBuffer(name, encoded=True) for name in schemas}
            for table, batch in full_batches(path, buffers, watches):
                writer.write(table, batch)
                watches.lap("write")
            writer.close()
            watches.lap("write")
    finally:
        gc.enable()
    return {room: watches.seconds[room] for room in ROOMS if room != "decode alone"}


def full_batches(
    path: Path, buffers: dict[str, TableBuffer], watches: Stopwatches
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Give the record batches of an export, with laps for every room up to `batch`."""
    decoder = LineDecoder()
    for source, block in line_blocks(path, watches):
        found = places(block)
        watches.lap("split")
        rows, _ = decoder.decode(block, found, source)
        watches.lap("decode")
        made = [made_block(one) for one in flatten(rows, buffers)]
        watches.lap("flatten")
        for one in made:
            buffers[one.table].add(one)
        del made
        watches.lap("batch")
        del rows
        watches.lap("free")
        for name, buffer in buffers.items():
            if buffer.rows >= ROWS_A_BATCH:
                batch = buffer.take()
                watches.lap("batch")
                yield name, batch
    for name, buffer in buffers.items():
        if buffer.rows:
            batch = buffer.take()
            watches.lap("batch")
            yield name, batch


def line_blocks(path: Path, watches: Stopwatches) -> Iterator[tuple[Source, LineBlock]]:
    """Give the lines of an export in blocks, with laps for `read` and `split`."""
    for opened in open_sources(str(path)):
        with opened:
            read = watches.pulled(opened.blocks(SIZES.block_bytes), "read")
            for block in watches.pulled(cut_lines(read), "split"):
                if not isinstance(block, LineBlock):
                    raise BenchmarkError(f"a line of {path} is too long for this benchmark")
                yield opened.source, block


def made_block(lazy: TableBlock) -> TableBlock:
    """Return a block whose cells have been made, so that the time to make them is that of `flatten`."""
    cells = {name: make() for name, make in lazy.columns.items()}
    return TableBlock(lazy.table, lazy.length, {name: partial(_given, one) for name, one in cells.items()})


def _given(cells: Cells) -> Cells:
    return cells


if __name__ == "__main__":
    main()
