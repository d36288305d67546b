"""One benchmark per stage: ``python -m benchmarks.stages SHAPE EXPORT [--runs N]``.

An export goes through all stages, with a stopwatch in each.

Stages are timed while they work together, block by block, since the time of a stage depends on what the stage
before it left in the processor's cache. The stopwatches count processor time, which other work on the machine
changes least. ``free`` is the time to free decoded rows, ``decode alone`` that of decoding without the other
stages.
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

from benchmarks.decode_alone import decoding_seconds
from benchmarks.measuring import BenchmarkError
from benchmarks.results import STAGES, Stage
from exportkit.batch import TableBuffer, arrow_schema
from exportkit.commit import committer_for
from exportkit.decode import LineDecoder
from exportkit.flatten import flatten
from exportkit.pipeline import hints_of, make_options
from exportkit.pipeline.resources import SIZES
from exportkit.place import LineBlock, Source
from exportkit.read import open_sources
from exportkit.split import cut_lines, places
from exportkit.tables.cells import Cells, TableBlock
from exportkit.write import LakeWriter

__all__ = ["main", "time_stages"]

ROWS_PER_BATCH = 100_000
Item = TypeVar("Item")


def main(arguments: Sequence[str] | None = None) -> None:
    """Time the stages and print the results as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=main.__doc__)
    parser.add_argument("shape", help="name of the export in the results")
    parser.add_argument("export", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    print(msgspec.json.encode(time_stages(options.shape, options.export, options.runs)).decode())


class Stopwatches:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._started = time.thread_time()

    def lap(self, stage: str) -> None:
        """Add the time since the last lap to `stage`."""
        now = time.thread_time()
        self.seconds[stage] += now - self._started
        self._started = now

    def pulled(self, items: Iterator[Item], stage: str) -> Iterator[Item]:
        """Yield `items`, and add the time to get each to `stage`; the consumer counts its own time first."""
        for item in items:
            self.lap(stage)
            yield item
        self.lap(stage)


def time_stages(shape: str, path: Path, runs: int) -> list[Stage]:
    """Return the seconds that each stage takes for an export, one figure per run."""
    size = path.stat().st_size
    laps = [through_all_stages(path) | {"decode alone": decoding_seconds(path)} for _ in range(runs)]
    return [
        Stage(shape=shape, size_bytes=size, stage=stage, seconds=[lap[stage] for lap in laps])
        for stage in STAGES
    ]


def through_all_stages(path: Path) -> dict[str, float]:
    """Take an export through all stages and return the seconds spent in each."""
    options = make_options()
    schemas = {name: arrow_schema(name, columns) for name, columns in options.columns.items()}
    gc.disable()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            committer_for(folder).begin(schemas=schemas, mode="overwrite") as lake,
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
    return {stage: watches.seconds[stage] for stage in STAGES if stage != "decode alone"}


def full_batches(
    path: Path, buffers: dict[str, TableBuffer], watches: Stopwatches
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the record batches of an export, with laps for every stage up to `batch`."""
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
            if buffer.rows >= ROWS_PER_BATCH:
                batch = buffer.take()
                watches.lap("batch")
                yield name, batch
    for name, buffer in buffers.items():
        if buffer.rows:
            batch = buffer.take()
            watches.lap("batch")
            yield name, batch


def line_blocks(path: Path, watches: Stopwatches) -> Iterator[tuple[Source, LineBlock]]:
    """Yield the lines of an export in blocks, with laps for `read` and `split`."""
    for opened in open_sources(str(path)):
        with opened:
            read = watches.pulled(opened.blocks(SIZES.block_bytes), "read")
            for block in watches.pulled(cut_lines(read), "split"):
                if not isinstance(block, LineBlock):
                    raise BenchmarkError(f"a line of {path} is too long for this benchmark")
                yield opened.source, block


def made_block(lazy: TableBlock) -> TableBlock:
    """Return a block with its cells made, so that their time counts for `flatten`."""
    cells = {name: make() for name, make in lazy.columns.items()}
    return TableBlock(lazy.table, lazy.length, {name: partial(_given, one) for name, one in cells.items()})


def _given(cells: Cells) -> Cells:
    return cells


if __name__ == "__main__":
    main()
