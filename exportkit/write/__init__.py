"""The write room: record batches become files at a destination, all of a run at once or nothing.

Takes pyarrow schemas and batches, gives part files
``<destination>/<table>/part-<run>-<worker>-<number>.<suffix>``. Knows one format per module; does not know
rows or JSON.

>>> import pyarrow as pa
>>> schema = pa.schema([("name", pa.string())])
>>> with open_destination("lake", schemas={"pets": schema}, mode="overwrite") as destination:
...     with LakeWriter(destination.staging) as writer:
...         writer.write("pets", pa.record_batch([["Io"]], schema=schema))
...         [part] = destination.publish(writer.close())
>>> part.table, part.path.startswith("lake/pets/part-"), part.rows
('pets', True, 1)
"""

from __future__ import annotations

from exportkit.options import FormatName, Mode
from exportkit.write.destination import Destination, open_destination
from exportkit.write.encoding_thread import EncodingThread
from exportkit.write.formats import FORMATS
from exportkit.write.lake_writer import BatchSink, LakeWriter
from exportkit.write.names import PartFile, is_raw_file
from exportkit.write.options import ColumnHint, Hints, WriteOptions
from exportkit.write.parts import PartWriter
from exportkit.write.staging import Staging

__all__ = [
    "FORMATS",
    "BatchSink",
    "ColumnHint",
    "Destination",
    "EncodingThread",
    "FormatName",
    "Hints",
    "LakeWriter",
    "Mode",
    "PartFile",
    "PartWriter",
    "Staging",
    "WriteOptions",
    "is_raw_file",
    "open_destination",
]
