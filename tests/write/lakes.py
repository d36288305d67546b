"""What the tests of the write room share: a small schema, batches of it, and how readers look at a lake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from pyarrow import ipc

from exportkit.commit import committer_for
from exportkit.options import Mode
from exportkit.write import ColumnHint, FormatName, Hints, LakeWriter, PartFile, WriteOptions

SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False, metadata={b"meaning": b"Id of the row."}),
        pa.field("kind", pa.string()),
        pa.field("score", pa.float64(), metadata={b"unit": b"px"}),
        pa.field("created_at", pa.timestamp("us", tz="UTC")),
        pa.field(
            "vertices", pa.list_(pa.field("element", pa.struct([("x", pa.float64()), ("y", pa.float64())])))
        ),
        pa.field("path", pa.list_(pa.field("element", pa.string(), nullable=False))),
    ],
    metadata={b"table": b"projects", b"table_version": b"1"},
)
HINTS = {"kind": ColumnHint(dictionary=True), "path": ColumnHint(dictionary=True, statistics=False)}
CODED = pa.dictionary(pa.int32(), pa.string())

Row = dict[str, Any]

_POINT = st.fixed_dictionaries({"x": st.floats(allow_nan=False), "y": st.floats(allow_nan=False)})
rows = st.fixed_dictionaries(
    {
        "id": st.text(max_size=5),
        "kind": st.none() | st.sampled_from(["ImageBoundingBox", "VideoPoint", ""]),
        "score": st.none() | st.floats(allow_nan=False),
        "created_at": st.none() | st.integers(0, 2**50),
        "vertices": st.none() | st.lists(_POINT, max_size=3),
        "path": st.none() | st.lists(st.sampled_from(["colour", "red"]), max_size=3),
    }
)


def numbered(first: int, count: int) -> list[Row]:
    """Return `count` rows whose ids count on from `first`."""
    return [
        {
            "id": f"row {number:06d}",
            "kind": f"kind {number % 3}",
            "score": number / 8,
            "created_at": number,
            "vertices": [{"x": float(number), "y": 0.5}],
            "path": ["colour", "red"],
        }
        for number in range(first, first + count)
    ]


def batch_of(some: Sequence[Row], *, coded: bool = False) -> pa.RecordBatch:
    """Return rows as a batch of `SCHEMA`; with `coded`, ``kind`` as a dictionary array."""
    batch = pa.RecordBatch.from_pylist(list(some), schema=SCHEMA)
    if not coded:
        return batch
    at = SCHEMA.get_field_index("kind")
    columns = [*batch.columns]
    columns[at] = columns[at].dictionary_encode()
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA.set(at, SCHEMA.field(at).with_type(CODED)))


def table_of(some: Sequence[Row]) -> pa.Table:
    """Return rows as a table of `SCHEMA`."""
    return pa.Table.from_pylist(list(some), schema=SCHEMA)


def write_lake(
    lake: Path,
    *batches: pa.RecordBatch,
    schema: pa.Schema = SCHEMA,
    mode: Mode = "error",
    format_name: FormatName = "parquet",
    hints: Hints | None = None,
    options: WriteOptions | None = None,
) -> list[PartFile]:
    """Write one whole run of the table ``projects`` and return its parts."""
    with (
        committer_for(lake).begin(schemas={"projects": schema}, mode=mode, format=format_name) as transaction,
        LakeWriter(transaction.staging, hints={"projects": hints or {}}, options=options) as writer,
    ):
        for batch in batches:
            writer.write("projects", batch)
        return transaction.commit(writer.close())


def part_paths(lake: Path, table: str = "projects") -> list[Path]:
    """Return the parts of a table in the order of their names."""
    return sorted([*lake.glob(f"{table}/part-*.parquet"), *lake.glob(f"{table}/part-*.arrow")])


def read_part(path: Path) -> pa.Table:
    """Return one part as pyarrow reads it."""
    if path.suffix == ".parquet":
        return pq.ParquetFile(path).read()
    with ipc.open_file(path) as reader:
        return reader.read_all()


def read_lake(lake: Path, table: str = "projects") -> pa.Table:
    """Return the rows of a table in the order of its parts' names."""
    return pa.concat_tables([read_part(path) for path in part_paths(lake, table)])


def ids_in(lake: Path, table: str = "projects") -> list[str]:
    """Return the column ``id`` of a table."""
    ids: list[str] = read_lake(lake, table).column("id").to_pylist()
    return ids


def seen_by_globs(lake: Path) -> list[str]:
    """Return what readers find that glob from the destination down, in hidden directories too."""
    found: set[str] = set()
    for pattern in ("*/*.parquet", "**/*.parquet", "**/*.arrow", "**/part-*"):
        found.update(str(path) for path in lake.glob(pattern) if not is_unfinished(path))
        found.update(
            name
            for (name,) in duckdb.execute(f"SELECT file FROM glob('{lake}/{pattern}')").fetchall()
            if not is_unfinished(Path(name))
        )
    return sorted(found)


def is_unfinished(path: Path) -> bool:
    """Whether a name tells every reader of tables to leave the file alone."""
    return path.suffix in (".inprogress", ".replaced")


def everything_below(lake: Path) -> list[str]:
    """Return all files and directories below a destination, hidden ones included."""
    return sorted(str(path.relative_to(lake)) for path in lake.rglob("*"))


def rows_by_duckdb(lake: Path, table: str = "projects") -> list[tuple[Any, ...]]:
    """Return a table as DuckDB reads it."""
    return duckdb.execute(f"SELECT * FROM read_parquet('{lake}/{table}/*.parquet')").fetchall()


def frame_by_polars(lake: Path, table: str = "projects") -> pl.DataFrame:
    """Return a table as polars reads it."""
    return pl.scan_parquet(f"{lake}/{table}/*.parquet").collect()


def cut(some: Sequence[Row], lengths: Iterable[int]) -> list[list[Row]]:
    """Return rows cut into pieces of these lengths, and the rest."""
    pieces, at = [], 0
    for length in lengths:
        pieces.append(list(some[at : at + length]))
        at += length
    return [*pieces, list(some[at:])]
