"""The decoder: blocks at once, single lines where a block does not fit, leniently where a line does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from exportkit.decode.lenient import UNFIT, LenientDecoder
from exportkit.decode.profile import Profile
from exportkit.errors import DecodeError, RowError
from exportkit.json_text import JsonTextError, json_string, read_leniently
from exportkit.native import octets
from exportkit.place import LineBlock, LinePlaces, Source
from exportkit.rows import Reject, Row, RowBlock
from exportkit.rows.specialised import Shape, make_decoder

__all__ = ["LineDecoder", "shown_by"]

#: What msgspec raises on a line it cannot take.
_REFUSALS = (msgspec.MsgspecError, RecursionError)
#: What a data row holds beside its own details.
_SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments")
#: Keys under which an entry of the error stream holds its error. They are never learned: no entry passes
#: for a row.
_ERROR_KEYS = ("error", "errors")
_ENTRY = "the line is an entry of the platform's error stream, not a data row"
_BYTE = re.compile(r" \(byte (\d+)\)")
#: Frames by which decoding goes further down the stack than all that handles its values later.
SPARE_FRAMES = 50
#: Shorter data is nested less deeply than any parser minds.
SHALLOW_BYTES = 200

T = TypeVar("T")


class LineDecoder:
    """Decode blocks of lines.

    A block is decoded at once; when that fails its lines are decoded one by one, and a line that
    fails alone is decoded leniently. The unknown fields that lenient decoding meets are learned, so that the
    next rows with them decode at once. Only a line that is no JSON object with a
    ``data_row.id`` is refused.

    Parameters
    ----------
    skipped : mapping of str to frozenset of str, optional
        By struct, the fields that nobody asked for.
    absent : mapping of str to frozenset of str, optional
        By struct, those of them that read as if the input did not hold them.
    shown : frozenset of str
        The structs whose leftovers are asked for.
    studies : bool
        Whether structs may be specialised to the profile of the export; their other fields cannot be set.
    """

    def __init__(
        self,
        skipped: Mapping[str, frozenset[str]] | None = None,
        absent: Mapping[str, frozenset[str]] | None = None,
        *,
        shown: frozenset[str] = frozenset(),
        studies: bool = True,
    ) -> None:
        self._shape = Shape(skipped=skipped or {}, absent=absent or {}, shown=shown)
        self._plain: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)
        self._typed = make_decoder(self._shape) if skipped else self._plain
        self._profile = Profile(self._shape) if studies else None
        self._lenient = LenientDecoder(Row)

    def decode(self, block: LineBlock, places: LinePlaces, source: Source) -> tuple[RowBlock, list[Reject]]:
        """Return the rows of `block` and the lines that could not become rows, both in input order."""
        rows = self._decode_at_once(block.data) if places.plain else None
        if rows is not None and len(rows) == len(places.lines):
            return RowBlock(source, rows, places.lines, places.lengths, _offsets(block, places.starts)), []
        decoded = self._decode_singly(block, places, source)
        self._lenient.seen["Row"] -= {*_ERROR_KEYS}
        if self._shape.learn(self._lenient.seen):
            self._typed = make_decoder(self._shape)
            if self._profile is not None:
                self._profile.miss()
        return decoded

    def _decode_at_once(self, data: bytes) -> list[Row] | None:
        """Return the rows of a block, None where any of its lines needs a closer look."""
        if utf8_error(data) is not None:
            return None
        profile = self._profile
        while profile is not None and profile.decoder is not None:
            try:
                rows: list[Row] | None = deeper(profile.decoder.decode_lines, data)
            except _REFUSALS as error:
                if not profile.widen(str(error)):
                    profile.miss()
            else:
                profile.hit(len(data))
                return rows
        rows = _decoded_lines(self._typed, data)
        if profile is not None and rows is not None:
            profile.study(rows, len(data))
        return rows

    def _decode_singly(
        self, block: LineBlock, places: LinePlaces, source: Source
    ) -> tuple[RowBlock, list[Reject]]:
        rows: list[Row] = []
        kept: list[int] = []
        rejects: list[Reject] = []
        for index, (start, length) in enumerate(
            zip(places.starts.tolist(), places.lengths.tolist(), strict=True)
        ):
            line = block.data[start : start + length]
            try:
                rows.append(self.decode_line(line))
                kept.append(index)
            except DecodeError as error:
                offset = None if block.offset is None else block.offset + start
                rejects.append(_reject(error, int(places.lines[index]), offset, line))
        chosen = np.array(kept, dtype=np.int64)
        starts = places.starts[chosen]
        block_of_rows = RowBlock(
            source, rows, places.lines[chosen], places.lengths[chosen], _offsets(block, starts)
        )
        return block_of_rows, rejects

    def decode_line(self, line: bytes) -> Row:
        """Return the row of one line.

        Raises
        ------
        DecodeError
            The line is no JSON, no object, or has no ``data_row.id``.
        """
        return self._decode_line(line, self._typed)

    def decode_plain(self, line: bytes) -> Row:
        """Return the row of one line in the structs of the catalogue, whose fields can be set.

        Raises
        ------
        DecodeError
            As for `decode_line`.
        """
        return self._decode_line(line, self._plain)

    def _decode_line(self, line: bytes, typed: msgspec.json.Decoder[Row]) -> Row:
        if (broken := utf8_error(line)) is not None:
            raise DecodeError(f"the line is not UTF-8: {broken.reason} at byte {broken.start} of the line")
        try:
            return deeper(typed.decode, line)
        except _REFUSALS:
            pass
        try:
            value = deeper(read_untyped, line)
            if not isinstance(value, dict):
                raise DecodeError(f"the line is {_kind(value)}, not a data row", json_path="$")
            row = self._lenient.fit(value)
        except RecursionError:
            raise DecodeError("the line is nested too deeply") from None
        if is_error_entry(value) and (row is not UNFIT or isinstance(value.get("data_row_id"), str)):
            raise DecodeError(_ENTRY, json_path="$")
        if row is UNFIT:
            raise DecodeError("the line has no usable data row id", json_path="$.data_row.id")
        fitted: Row = row
        return fitted


def _decoded_lines(decoder: msgspec.json.Decoder[Row], data: bytes) -> list[Row] | None:
    try:
        return deeper(decoder.decode_lines, data)
    except _REFUSALS:
        return None


def is_error_entry(line: Mapping[str, Any]) -> bool:
    """Return whether a line holds an error and nothing of a data row beside its id."""
    has_error = any(line.get(key) is not None for key in _ERROR_KEYS)
    return has_error and all(line.get(name) is None for name in _SECTIONS)


def utf8_error(data: bytes) -> UnicodeDecodeError | None:
    """Return what keeps `data` from being UTF-8: msgspec looks at no strings but those that it decodes."""
    if octets.is_utf8(data):
        return None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error
    return None


def deeper(work: Callable[[bytes], T], data: bytes) -> T:
    """Return ``work(data)``, done some frames further down the stack.

    What is nested so deeply that its decoding just succeeds must not fail when it is walked or written. Short
    data is nested less than any parser minds, and a million short lines are not to cost fifty million calls.
    """
    return work(data) if len(data) < SHALLOW_BYTES else _below(work, data, SPARE_FRAMES)


def _below(work: Callable[[bytes], T], data: bytes, frames: int) -> T:
    return _below(work, data, frames - 1) if frames else work(data)


def read_untyped(line: bytes) -> Any:
    """Return what a line holds: read with msgspec and, where that is too strict, with Python's parser.

    Raises
    ------
    DecodeError
        The line is no JSON.
    RecursionError
        It is nested deeper than the parsers go.
    """
    try:
        return msgspec.json.decode(line)
    except msgspec.MsgspecError as error:
        refusal = _BYTE.sub(r" at byte \1 of the line", str(error).removeprefix("JSON is malformed: "))
    try:
        return read_leniently(line)
    except JsonTextError:
        raise DecodeError(f"the line is not JSON: {refusal[:1].lower()}{refusal[1:]}") from None


def _offsets(block: LineBlock, starts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64] | None:
    return None if block.offset is None else starts + block.offset


def _reject(error: DecodeError, line: int, offset: int | None, raw: bytes) -> Reject:
    return Reject(
        line=line,
        byte_offset=offset,
        byte_length=len(raw),
        error=type(error).__name__,
        problem=error.problem,
        json_path=error.json_path,
        raw=raw,
        **shown_by(raw, error),
    )


def shown_by(raw: bytes, error: RowError) -> dict[str, str | None]:
    """Return what a refused line still shows: its ``data_row_id``, and the platform's ``reason``."""
    if b"data_row" not in raw and b"\\u" not in raw:
        return {}
    try:
        value = msgspec.json.decode(raw)
    except (*_REFUSALS, UnicodeDecodeError):
        return {}
    if not isinstance(value, dict):
        return {}
    data_row = value.get("data_row")
    ids = (value.get("data_row_id"), data_row.get("id") if isinstance(data_row, dict) else None)
    reasons = (value.get(key) for key in _ERROR_KEYS) if error.problem == _ENTRY else ()
    reason = next((one for one in reasons if one is not None), None)
    return {
        "data_row_id": next((one for one in ids if isinstance(one, str)), None),
        "reason": reason if reason is None or isinstance(reason, str) else json_string(reason),
    }


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", list: "an array"}
    return names.get(type(value), "a number")
