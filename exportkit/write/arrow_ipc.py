"""Arrow IPC: record batches into one ``.arrow`` file (the file format, zstd bodies).

Takes tables and a stream, gives bytes that any Arrow reader can open in place. Does not know where the stream
leads.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import ipc

from exportkit.write.write_options import Hints, WriteOptions

__all__ = ["ArrowPart", "stored_schema"]


def stored_schema(schema: pa.Schema, hints: Hints) -> pa.Schema:  # noqa: ARG001 - as for every format
    """Return `schema`: the writer takes the types that readers find, dictionaries decoded."""
    return schema


class ArrowPart:
    """One Arrow IPC file that is being written.

    Parameters
    ----------
    stream : pyarrow.NativeFile
        Takes the bytes; stays open.
    schema : pyarrow.Schema
        What readers find, with the metadata of fields and file.
    hints : Hints
        Not used: the format has nothing of the kind.
    options : WriteOptions
        The compression level is taken from it.
    first_group_rows : int
        Not used.
    """

    def __init__(
        self,
        stream: Any,
        schema: pa.Schema,
        *,
        hints: Hints,  # noqa: ARG002 - as for every format
        options: WriteOptions,
        first_group_rows: int,  # noqa: ARG002 - as for every format
    ) -> None:
        codec = pa.Codec("zstd", compression_level=options.compression_level)
        self._writer = ipc.new_file(stream, schema, options=ipc.IpcWriteOptions(compression=codec))

    def write(self, group: pa.Table) -> None:
        """Write the rows as one record batch."""
        self._writer.write_table(group.combine_chunks())

    def close(self) -> None:
        """Write the footer: the file is whole."""
        self._writer.close()

    def abort(self) -> None:
        """Write nothing more."""
