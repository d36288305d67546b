"""Decode: a block of lines becomes typed rows, and lines that cannot become rows become rejects.

Takes the bytes of a block with the places of its lines; gives a `RowBlock` and rejects. Knows msgspec
and the structs of `rows`; knows no tables and no files.
"""

from __future__ import annotations

from exportkit.decode.decoder import LineDecoder, shown_by

__all__ = ["LineDecoder", "shown_by"]
