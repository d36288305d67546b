"""Parquet: row groups into one ``.parquet`` file.

Takes tables of the stored schema and a stream, gives bytes that any Parquet reader understands. Does not
know where the stream leads.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from exportkit.write.write_options import PLAIN, Hints, WriteOptions

__all__ = ["ParquetPart", "stored_schema"]

#: Share of look-ups for an absent value that a bloom filter lets through. Sizes are powers of two: 0.1, 0.05
#: and 0.01 all give 128 KiB for 100 000 values.
BLOOM_FALSE_POSITIVES = 0.01
#: Values encoded per call: 10 % faster than the default of pyarrow, 1024.
VALUES_PER_CALL = 65_536


def stored_schema(schema: pa.Schema, hints: Hints) -> pa.Schema:
    """Return the types that the writer takes: strings that repeat come as dictionary arrays.

    Giving the writer indices and values is faster than letting it find them (0.26 instead of 0.29 s for the
    `objects` of 200 MB). The schema in the file is `schema`.
    """
    return pa.schema(
        [
            field.with_type(pa.dictionary(pa.int32(), field.type))
            if pa.types.is_string(field.type) and hints.get(field.name, PLAIN).dictionary
            else field
            for field in schema
        ]
    )


class ParquetPart:
    """One Parquet file that is being written.

    Parameters
    ----------
    stream : pyarrow.NativeFile
        Takes the bytes; stays open.
    schema : pyarrow.Schema
        What readers find, with the metadata of fields and file.
    hints : Hints
        Dictionary, statistics and bloom filter by column.
    options : WriteOptions
        The compression level is taken from it.
    first_group_rows : int
        Rows of the first row group: size of the bloom filters; 0 writes none.
    """

    def __init__(
        self, stream: Any, schema: pa.Schema, *, hints: Hints, options: WriteOptions, first_group_rows: int
    ) -> None:
        bloom = {"ndv": first_group_rows, "fpp": BLOOM_FALSE_POSITIVES}
        blooms = dict.fromkeys(_leaves(schema, hints, "bloom"), bloom) if first_group_rows else {}
        self._writer = pq.ParquetWriter(
            stream,
            stored_schema(schema, hints),
            compression="zstd",
            compression_level=options.compression_level,
            use_dictionary=_leaves(schema, hints, "dictionary") or False,
            write_statistics=_leaves(schema, hints, "statistics") or False,
            column_encoding=dict.fromkeys(_leaves(schema, hints, "rises"), "DELTA_BINARY_PACKED") or None,
            write_page_index=True,
            write_batch_size=VALUES_PER_CALL,
            store_schema=False,
            **({"bloom_filter_options": blooms} if blooms else {}),
        )
        self._writer.add_key_value_metadata(_metadata(schema))

    def write(self, group: pa.Table) -> None:
        """Write one row group."""
        self._writer.write_table(group, row_group_size=group.num_rows)

    def close(self) -> None:
        """Write the footer: the file is whole."""
        self._writer.close()

    def abort(self) -> None:
        """Write nothing more, not even when the object is collected."""
        self._writer.is_open = False


def _metadata(schema: pa.Schema) -> dict[bytes, bytes]:
    # The writer would store its own view of the types here, dictionaries included.
    return {**(schema.metadata or {}), b"ARROW:schema": base64.b64encode(schema.serialize().to_pybytes())}


def _leaves(schema: pa.Schema, hints: Hints, wanted: str) -> list[str]:
    return [
        path
        for field in schema
        if getattr(hints.get(field.name, PLAIN), wanted)
        for path in _leaf_paths(field.name, field.type)
    ]


def _leaf_paths(path: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the paths by which Parquet knows the values below a column."""
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaf_paths(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaf_paths(f"{path}.{field.name}", field.type)
    else:
        yield path
