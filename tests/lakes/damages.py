"""What can be wrong with a lake from elsewhere: takes a lake and a table, damages it in one way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["DAMAGES", "Damage", "part_of"]

#: Takes the lake and the name of a table in it.
Damage = Callable[[Path, str], None]


def part_of(lake: Path, table: str) -> Path:
    """Return the first part of a table."""
    return min((lake / table).glob("part-*"))


def _bytes(change: Callable[[bytes], bytes]) -> Damage:
    """Change the bytes of the first part."""

    def damage(lake: Path, table: str) -> None:
        part = part_of(lake, table)
        part.write_bytes(change(part.read_bytes()))

    return damage


def _table(change: Callable[[pa.Table], pa.Table]) -> Damage:
    """Change the first part as another program would."""

    def damage(lake: Path, table: str) -> None:
        part = part_of(lake, table)
        pq.write_table(change(pq.ParquetFile(part).read()), part)

    return damage


def _beside(make: Callable[[Path], Any]) -> Damage:
    """Put something that is named like a part beside the parts."""
    return lambda lake, table: make(lake / table / "part-of-somebody.parquet")


def _instead(make: Callable[[Path], Any]) -> Damage:
    """Put something in the place of the first part."""

    def damage(lake: Path, table: str) -> None:
        part = part_of(lake, table)
        part.unlink()
        make(part)

    return damage


def _directory(make: Callable[[Path], Any]) -> Damage:
    """Put something in the place of the table's directory, which goes elsewhere."""

    def damage(lake: Path, table: str) -> None:
        (lake / table).rename(lake.parent / "moved")
        make(lake / table)

    return damage


def _typed(kind: pa.DataType, value: Any) -> Damage:
    """Give every column another type and one value."""

    def change(table: pa.Table) -> pa.Table:
        rows = max(table.num_rows, 1)
        return pa.table(
            {name: pa.array([value] * rows, kind) for name in table.column_names}
        ).replace_schema_metadata(table.schema.metadata)

    return _table(change)


def _value(column: str, kind: pa.DataType, value: Any, *, rows: int = 3) -> Damage:
    """Give one column a value, in a part with some rows where it had none; nothing without that column."""

    def change(table: pa.Table) -> pa.Table:
        if column not in table.column_names:
            return table
        if not table.num_rows:
            table = _some(table, rows)
        return table.set_column(
            table.column_names.index(column), column, pa.array([value] * table.num_rows, kind)
        )

    return _table(change)


def _some(table: pa.Table, rows: int) -> pa.Table:
    """Return rows of plain values in the columns of a table."""
    filled = {}
    for field in table.schema:
        plain: Any = None if field.nullable else 1
        if field.nullable:
            pass
        elif pa.types.is_string(field.type):
            plain = "x"
        elif pa.types.is_list(field.type):
            plain = []
        filled[field.name] = pa.array([plain] * rows, field.type)
    return pa.table(filled).replace_schema_metadata(table.schema.metadata)


def _metadata(key: bytes, value: bytes) -> Damage:
    return _table(lambda table: table.replace_schema_metadata({**(table.schema.metadata or {}), key: value}))


def _without(column: int) -> Damage:
    return _table(lambda table: table.remove_column(column % table.num_columns))


def _of_another(lake: Path, table: str) -> None:
    other = part_of(lake, "projects" if table != "projects" else "labels")
    part_of(lake, table).write_bytes(other.read_bytes())


def _all_of_another(lake: Path, table: str) -> None:
    other = part_of(lake, "projects" if table != "projects" else "labels")
    (lake / table / "zzz.parquet").write_bytes(other.read_bytes())


def _other_format(lake: Path, table: str) -> None:
    part = part_of(lake, table)
    part.rename(part.with_suffix(".arrow"))


def _second_format(lake: Path, table: str) -> None:
    rows = pq.ParquetFile(part_of(lake, table)).read()
    with (
        pa.OSFile(str(lake / table / "zzz.arrow"), "wb") as stream,
        pa.ipc.new_file(stream, rows.schema) as out,
    ):
        out.write_table(rows)


def _zeroed(first: float, last: float) -> Callable[[bytes], bytes]:
    """Return what zeroes the bytes between two fractions of the length."""

    def change(content: bytes) -> bytes:
        start, stop = int(len(content) * first), int(len(content) * last)
        return content[:start] + bytes(stop - start) + content[stop:]

    return change


def _doubled(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table])


def _same_names(table: pa.Table) -> pa.Table:
    return table.rename_columns(["export_id" if at % 2 else "line" for at in range(table.num_columns)])


def _broken_text(table: pa.Table) -> pa.Table:
    """Put bytes that are no UTF-8 into every column of text."""
    table = table if table.num_rows else _some(table, 2)
    for at, field in enumerate(table.schema):
        if pa.types.is_string(field.type):
            raw = pa.array([b"\xff\xfe"] * table.num_rows, pa.binary())
            table = table.set_column(at, field, pa.Array.from_buffers(pa.string(), len(raw), raw.buffers()))
    return table


def _linked(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _deep(levels: int) -> tuple[pa.DataType, Any]:
    kind: pa.DataType = pa.int64()
    value: Any = 1
    for _ in range(levels):
        kind, value = pa.list_(kind), [value]
    return kind, value


DAMAGES: dict[str, Damage] = {
    "empty file": _bytes(lambda _: b""),
    "four bytes": _bytes(lambda content: content[:4]),
    "half": _bytes(lambda content: content[: len(content) // 2]),
    "without its end": _bytes(lambda content: content[:-8]),
    "a byte too short": _bytes(lambda content: content[:-1]),
    "something behind it": _bytes(lambda content: content + b"more"),
    "text": _bytes(lambda content: b'{"data_row":{"id":"a"}}\n' * (len(content) // 24)),
    "zeros": _bytes(lambda content: bytes(len(content))),
    "zeroed data": _bytes(_zeroed(0.01, 0.3)),
    "zeroed footer": _bytes(_zeroed(0.7, 0.9)),
    "flipped footer": _bytes(lambda content: content[:-200] + bytes(range(192)) + content[-8:]),
    "footer of great length": _bytes(lambda content: content[:-8] + b"\xff\xff\xff\x7f" + content[-4:]),
    "footer of no length": _bytes(lambda content: content[:-8] + b"\0\0\0\0" + content[-4:]),
    "part of another table": _of_another,
    "also a part of another table": _all_of_another,
    "named as another format": _other_format,
    "of two formats": _second_format,
    "no columns": _table(lambda table: table.select([])),
    "only keys": _table(lambda table: table.select(["export_id", "line"])),
    "without the first column": _without(0),
    "without the second column": _without(1),
    "without the last column": _without(-1),
    "one more column": _table(lambda table: table.append_column("more", pa.nulls(table.num_rows))),
    "in another order": _table(lambda table: table.select(table.column_names[::-1])),
    "columns of the same names": _table(_same_names),
    "no rows": _table(lambda table: table.slice(0, 0)),
    "rows twice": _table(_doubled),
    "rows backwards": _table(lambda table: table.take(list(range(table.num_rows))[::-1])),
    "without metadata": _table(lambda table: table.replace_schema_metadata(None)),
    "forged selection": _metadata(b"choice", b"\xff not JSON"),
    "deep selection": _metadata(b"choice", b"[" * 100_000),
    "selection of another type": _metadata(b"choice", b'{"chosen":1}'),
    "selection of nothing": _metadata(b"choice", b""),
    "forged schema": _metadata(b"ARROW:schema", b"AAAA"),
    "forged table name": _metadata(b"table", b"../../\xff"),
    "all nulls": _typed(pa.null(), None),
    "all numbers": _typed(pa.int64(), 7),
    "all fractions": _typed(pa.float64(), float("nan")),
    "all true": _typed(pa.bool_(), value=True),
    "all text": _typed(pa.string(), "text"),
    "all bytes": _typed(pa.binary(), b"\xff"),
    "all lists": _typed(pa.list_(pa.int64()), [1]),
    "all lists in lists": _typed(*_deep(40)),
    "all structs": _typed(pa.struct([("x", pa.int64())]), {"x": 1}),
    "all decimals": _typed(pa.decimal128(38, 2), 7),
    "all dates": _typed(pa.date32(), 7),
    "all timestamps": _typed(pa.timestamp("ns"), 2**62),
    "all dictionaries": _typed(pa.dictionary(pa.int32(), pa.string()), "text"),
    "broken text": _table(_broken_text),
    "no export": _value("export_id", pa.string(), None),
    "no line": _value("line", pa.int64(), None),
    "line below 0": _value("line", pa.int64(), -(2**63)),
    "line of great size": _value("line", pa.int64(), 2**63 - 1),
    "line above all": _value("line", pa.uint64(), 2**64 - 1),
    "line as text": _value("line", pa.string(), "1"),
    "line as a fraction": _value("line", pa.float64(), 1.5),
    "export as a number": _value("export_id", pa.int64(), 1),
    "export with line ends": _value("export_id", pa.string(), "a\n\x1b[31m" * 1_000),
    "great position": _value("position", pa.int64(), 2**62),
    "position below 0": _value("position", pa.int64(), -1),
    "label above all": _value("label_index", pa.int64(), 2**62),
    "no label": _value("label_index", pa.int64(), None),
    "great frame": _value("frame", pa.int64(), 2**62),
    "extra that is no JSON": _value("extra", pa.string(), "{not"),
    "extra that is no object": _value("extra", pa.string(), "[1]"),
    "deep extra": _value("extra", pa.string(), "[" * 100_000),
    "extra that leads elsewhere": _value("extra", pa.string(), '{"a":1,"projects":3,"data_row":[]}'),
    "payload that is no JSON": _value("payload", pa.string(), "{not"),
    "kind of nobody": _value("annotation_kind", pa.string(), "\x00"),
    "time of nobody": _value("created_at", pa.timestamp("us", tz="UTC"), 2**62),
    "GeoJSON that is none": _value("geojson", pa.string(), "[" * 100_000),
    "line bytes that are no JSON": _value("raw", pa.binary(), b"\xff\x00"),
    "line bytes with ends of lines": _value("raw", pa.binary(), b'{"data_row":{"id":"a"}}\n\n'),
    "no line bytes": _value("raw", pa.binary(), None),
    "length below 0": _value("byte_length", pa.int64(), -(2**63)),
    "offset below 0": _value("byte_offset", pa.int64(), -(2**63)),
    "source of nobody": _value("source_uri", pa.string(), "http://[\x00" + "a" * 10_000),
    "problem of nobody": _value("problem", pa.string(), "'" * 10_000 + "\x1b[31m"),
    "directory among the parts": _beside(Path.mkdir),
    "pipe among the parts": _beside(os.mkfifo),
    "link to a device among the parts": _beside(_linked("/dev/zero")),
    "link to a file among the parts": _beside(_linked("/etc/passwd")),
    "link to a directory among the parts": _beside(_linked("/")),
    "link to nothing among the parts": _beside(_linked("nothing")),
    "link in a circle among the parts": _beside(lambda path: path.symlink_to(path.name)),
    "directory for a part": _instead(Path.mkdir),
    "pipe for a part": _instead(os.mkfifo),
    "file for a table": _directory(lambda path: path.write_bytes(b"")),
    "pipe for a table": _directory(os.mkfifo),
    "link for a table": _directory(_linked("../moved")),
    "link to nothing for a table": _directory(_linked("nothing")),
    "link in a circle for a table": _directory(lambda path: path.symlink_to(path.name)),
    "nothing for a table": _directory(lambda _: None),
    "an empty table": _directory(Path.mkdir),
}  # fmt: skip


def _raw_uri(name: str) -> Damage:
    def change(table: pa.Table) -> pa.Table:
        table = table if table.num_rows else _some(table, 1)
        for column, value in (("raw", None), ("raw_uri", name)):
            at = table.column_names.index(column)
            table = table.set_column(
                at, table.field(at), pa.array([value] * table.num_rows, table.field(at).type)
            )
        return table

    return lambda lake, _: _table(change)(lake, "rejects")


_RAW = "_raw-20260101T000000000000Zabcdef-0000-00000.bin"
for _name in ("../../secret", "/etc/passwd", "x" * 300, f"{_RAW[:-9]}{'1' * 300}.bin", "\x00", ".", "", _RAW):
    DAMAGES[f"line in {_name[:40]!r}"] = _raw_uri(_name)


def _raw_made(make: Callable[[Path], Any]) -> Damage:
    def damage(lake: Path, table: str) -> None:
        _raw_uri(_RAW)(lake, table)
        make(lake / "rejects" / _RAW)

    return damage


DAMAGES |= {
    "line in a pipe": _raw_made(os.mkfifo),
    "line in a directory": _raw_made(Path.mkdir),
    "line in a link": _raw_made(_linked("/etc/passwd")),
    "line in a link to a device": _raw_made(_linked("/dev/zero")),
    "line in a file of nothing": _raw_made(Path.touch),
    "line in a file of broken lines": _raw_made(lambda path: path.write_bytes(b"\x00\n\n{")),
}
