"""Batch: columns become record batches of the declared schema.

Takes `TableBlock`s; gives Arrow record batches. Knows Arrow and the declarations of tables; does not know
files or rows.
"""

from __future__ import annotations

from exportkit.batch.buffers import TableBuffer
from exportkit.batch.schemas import arrow_schema

__all__ = ["TableBuffer", "arrow_schema"]
