"""Fragments: rows that each hold a part of a long row, with what they need to know of the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec import Raw

from exportkit.decode import LineDecoder
from exportkit.flatten import overlaid
from exportkit.json_text import write_json
from exportkit.pipeline.long_rows.index import (
    MAX_BESIDE_BYTES,
    LongRowIndex,
    first_labels,
    owners_down_to,
    the_label,
    too_much_beside,
)
from exportkit.pipeline.long_rows.line_bytes import LineBytes
from exportkit.pipeline.long_rows.repeated_keys import RepeatedKeys, members_of, that_count
from exportkit.pipeline.long_rows.wrapping import (
    Path,
    in_order,
    is_fields,
    joined,
    kind,
    label_path,
    may_enter,
    wrap,
)
from exportkit.place import MemberChunk, MemberRun, Members, Source, StoredLine
from exportkit.rows import Fragment, Row, RowBlock

__all__ = ["LongRow"]

#: Cuts the bytes of a line into chunks, and fills in where they lie.
Cut = Callable[[Iterable[bytes], Members], Iterator[MemberChunk]]

_BELOW = frozenset({"objects", "classifications", "relationships", "segments", "key_frames"})
_LABELS = _BELOW | {"labels"}
_PROJECT = _LABELS | {"projects", "workflow_history"}
_RUN = _LABELS | {"model_runs"}
_LINE = _PROJECT | _RUN | {"data_rows", "attachments", "metadata", "embeddings"}
_FEATURES = frozenset({"objects", "classifications"})
#: By kind of collection, the tables that a chunk of its items makes rows of.
EMITTED = {
    "attachments": frozenset({"attachments"}),
    "metadata_fields": frozenset({"metadata"}),
    "embeddings": frozenset({"embeddings"}),
    "workflow_history": frozenset({"workflow_history"}),
    "projects": _PROJECT,
    "experiments": _RUN,
    "runs": _RUN,
    "labels": _LABELS,
    "predictions": _LABELS,
    "objects": _FEATURES,
    "classifications": frozenset({"classifications"}),
    "relationships": frozenset({"relationships", "classifications"}),
    "frames": _FEATURES,
    "frame": _FEATURES,
    "groups": _FEATURES,
    "group": _FEATURES,
    "timestamp": frozenset({"classifications"}),
    "moment": frozenset({"classifications"}),
    "segments": frozenset({"segments"}),
    "key_frame_feature_map": frozenset({"key_frames"}),
}
_EMITTED_BY_FIELDS = {
    "line": _LINE,
    "project": _PROJECT,
    "experiment": _RUN,
    "run": _RUN,
    "label": _LABELS,
}
#: Collections whose items have positions of their own; those of others count from 0.
_COUNTED = frozenset(
    {
        "attachments",
        "metadata_fields",
        "embeddings",
        "workflow_history",
        "objects",
        "classifications",
        "relationships",
    }
)
_PLACEHOLDER = {True: b"{}", False: b"[]"}
#: Names a data row that is not known yet; not even one that holds an error is taken for no row beside it.
_SOME_ROW = b'"data_row":{"id":"-"},"attachments":[]'
#: By kind of object, its collections that hold labels, in their order.
_LABELS_IN = {"line": ("projects",), "run": ("labels",)}


class LongRow:
    """A long line, decoded in fragments.

    Parameters
    ----------
    line : LineBytes
        The bytes of the line.
    cut : callable
        Cuts bytes into chunks, and fills in where they lie.
    stored : StoredLine
        Where the line is.
    source : Source
        The input it came from.
    decoder : LineDecoder
        Decodes the chunks.

    Raises
    ------
    DecodeError
        The line is no data row, or more than `MAX_BESIDE_BYTES` of an object belong to no collection.
    SplitError
        A value is larger than may be held.
    """

    def __init__(
        self, line: LineBytes, cut: Cut, stored: StoredLine, source: Source, decoder: LineDecoder
    ) -> None:
        self._line = line
        self._cut = cut
        self._stored = stored
        self._source = source
        self._decoder = decoder
        while repeated := self._take_stock():
            again = Members()
            chunks = self._checked(cut(self._line.blocks(), again))
            self._line = self._line.without(*that_count(chunks, again, len(self._line), repeated))

    def blocks(self) -> Iterator[RowBlock]:
        """Yield the fragments of the row, each a block of one row, labels in the order of the line."""
        latest, selected = self._index.latest(), self._index.selected
        self._shared: dict[str, Any] = {
            "latest": latest,
            "selected": selected,
            "media_type": self._index.media_type(),
        }
        return self._blocks_of(self._members)

    # --- the first pass -------------------------------------------------------------------------

    def _take_stock(self) -> set[int]:
        """Find out what fragments need to know of the rest; return where objects begin that repeat keys."""
        self._index, self._members = index, members = LongRowIndex(), Members()
        self._names: dict[Path, bytes] = {}
        self._beside_runs, self._data_row = b"", _SOME_ROW
        keys, beside = RepeatedKeys(), Counter[Path]()
        for chunk in self._cut(self._line.blocks(), members):
            index.enter(chunk)
            found = members_of(chunk.data) if chunk.within.is_object else {}
            keys.note(chunk, found)
            if is_fields(chunk.path):
                owner = _row_of(chunk.path)
                beside[owner] += _bytes_beside(chunk.path, found)
                if beside[owner] > MAX_BESIDE_BYTES:
                    raise too_much_beside()
            else:
                index.note_items(chunk, self._decode(chunk.within, chunk.data))
        keys.finish()
        if not keys.found:
            index.check_leftovers()
            for one in sorted(_with_rows(members), key=lambda one: len(one.path)):
                self._note_whole(one)
        return keys.found

    def _note_whole(self, within: Members) -> None:
        """Decode an object that was entered, and note what it shows."""
        index, path = self._index, within.path
        row = self._decode(within, self._fields(within))
        if not path:
            self._data_row = b'"data_row":{"id":' + msgspec.json.encode(row.data_row.id) + b"}"
        if kind(path) == "label":
            label = the_label(row)
            self._names[path] = b"" if label.id is None else b'"id":' + msgspec.json.encode(label.id)
            index.note_whole_label(path, row)
        else:
            index.note_labels(path, row)

    def _fields(self, within: Members) -> bytes:
        """Return the members of an object, its collections that were entered as empty ones."""
        members: list[bytes] = []
        for part in within.parts:
            if isinstance(part, MemberRun):
                members.append(self._line.read(part.start, part.end))
                continue
            key = part.path[-1]
            if is_fields(part.path):
                value = b"{" + self._fields(part) + b"}"
            elif key == "groups":
                value = msgspec.json.encode(self._index.planes[label_path(part.path) or ()])
            else:
                value = _PLACEHOLDER[part.is_object]
            members.append(msgspec.json.encode(key) + b":" + value)
        return joined(*members)

    def _decode(self, within: Members, data: bytes) -> Row:
        line = wrap(within.path, data, is_object=within.is_object, beside=self._beside(within.path))
        return self._decoder.decode_plain(line)

    def _beside(self, path: Path) -> dict[Path, bytes]:
        """Return what the objects above `path` need to hold for its rows."""
        beside: dict[Path, bytes] = {(): self._data_row} if path else {}
        if kind(path) in {"runs", "run"}:
            beside[path[:2]] = self._beside_runs
        label = label_path(path)
        if label is not None and label != path:
            beside[label] = self._names.get(label, b"")
        return beside

    def _checked(self, chunks: Iterator[MemberChunk]) -> Iterator[MemberChunk]:
        """Yield chunks; refuse fields that are no JSON, also where others override them."""
        for chunk in chunks:
            if is_fields(chunk.path):
                around = {chunk.path[:length]: b"" for length in range(1, len(chunk.path))}
                data = chunk.data if chunk.path else joined(chunk.data, _SOME_ROW)
                line = wrap(
                    chunk.path, data, is_object=True, beside={**around, (): _SOME_ROW if chunk.path else b""}
                )
                self._decoder.decode_plain(line)
            yield chunk

    # --- the second pass ------------------------------------------------------------------------

    def _blocks_of(self, within: Members) -> Iterator[RowBlock]:
        what = kind(within.path)
        if what in _EMITTED_BY_FIELDS:
            yield from self._blocks_of_row(within, _EMITTED_BY_FIELDS[what])
        elif is_fields(within.path):
            for entered in _entered(within).values():
                yield from self._blocks_of(entered)
        else:
            for part in within.parts:
                if isinstance(part, Members):
                    yield from self._blocks_of(part)
                else:
                    yield from self._blocks_of_items(within, part)

    def _blocks_of_row(self, within: Members, emits: frozenset[str]) -> Iterator[RowBlock]:
        """Yield the row of an object that was entered, and what its collections make."""
        path, entered = within.path, _entered(within)
        row = self._decode(within, self._fields(within))
        for length, owner in owners_down_to(path, row):
            if length == len(path) and path in self._index.extras:
                owner.extra_ = overlaid(owner.extra_ or {}, self._index.extras[path])
        self._settle_experiments(row)
        # Labels that stand in the fields come after those of a collection before them.
        first = next((key for key in _LABELS_IN.get(kind(path) or "", ()) if key in entered), None)
        if kind(path) == "experiment" and "runs" in entered:
            self._beside_runs = self._fields(Members(path, parts=[*_runs(within)]))
            emits = frozenset() if self._index.has_runs(str(path[-1])) else emits
        if emits:
            yield self._block_of_fields(path, row, emits - _LABELS if first else emits)
        for key, part in entered.items():
            yield from self._blocks_of(part)
            if key == first:
                yield self._block_of_fields(path, row, _LABELS, after=key)

    def _block_of_fields(
        self, path: Path, row: Row, emits: frozenset[str], *, after: str | None = None
    ) -> RowBlock:
        if after == "labels":
            path = (*path, "predictions")  # what labels the fields of a run hold are those
        elif after == "projects" or kind(path) == "experiment":
            path = first_labels(path, row)
        return self._block(row, self._fragment(path, emits, 0))

    def _blocks_of_items(self, within: Members, run: MemberRun) -> Iterator[RowBlock]:
        """Yield what consecutive items of a collection make."""
        path, what = within.path, kind(within.path) or ""
        row = self._decode(within, self._line.read(run.start, run.end))
        self._settle_experiments(row)
        position = self._index.positions.get(run.start, run.first if what in _COUNTED else 0)
        above = path
        if what in {"labels", "predictions"}:
            above, position = (*path, run.first), 0
        elif what in {"projects", "experiments", "runs"}:
            above = first_labels(path, row)
        if what != "runs" or above != path:  # else they are no runs
            yield self._block(row, self._fragment(above, EMITTED[what], position))

    def _settle_experiments(self, row: Row) -> None:
        """Leave what an experiment held beside its fields to the row of its first run."""
        for experiment_id, experiment in (row.experiments or {}).items():
            left = self._index.extras.get(("experiments", experiment_id), {})
            if not self._index.is_first_run(experiment_id, next(iter(experiment.runs or ()), None)):
                experiment.extra_ = None
            elif left:
                experiment.extra_ = overlaid(experiment.extra_ or {}, left)

    def _block(self, row: Row, fragment: Fragment) -> RowBlock:
        stored = self._stored
        return RowBlock(
            self._source,
            [row],
            np.array([stored.line], dtype=np.int64),
            np.array([stored.end - stored.start], dtype=np.int64),
            None if stored.offset is None else np.array([stored.offset], dtype=np.int64),
            fragment,
        )

    def _fragment(self, path: Path, emits: frozenset[str], position: int) -> Fragment:
        label = label_path(path)
        below = label is not None and label in self._names
        return Fragment(
            emits,
            position=position,
            label_position=int(label[-1]) if label is not None else 0,
            label_index=self._index.label_index(path),
            container=self._index.containers.get(label) if label is not None else None,
            key_frames=self._index.key_frames(label) if label is not None and below else None,
            relationships=self._index.relationships(label) if label is not None and below else (),
            **self._shared,
        )


def _row_of(path: Path) -> Path:
    """Return the path of the object whose row the members at `path` belong to."""
    while kind(path) not in _EMITTED_BY_FIELDS:
        path = path[:-1]
    return path


def _with_rows(within: Members) -> Iterator[Members]:
    """Yield the objects at and below `within` that are rows of their own."""
    if kind(within.path) in _EMITTED_BY_FIELDS:
        yield within
    for part in within.parts:
        if isinstance(part, Members):
            yield from _with_rows(part)


def _entered(within: Members) -> dict[str, Members]:
    """Return the collections of an object that were entered, by key, in the order of the catalogue."""
    found = {str(part.path[-1]): part for part in within.parts if isinstance(part, Members)}
    return dict(sorted(found.items(), key=lambda one: in_order(within.path, one[0])))


def _runs(within: Members) -> Iterator[MemberRun]:
    return (part for part in within.parts if isinstance(part, MemberRun))


def _bytes_beside(path: Path, members: Mapping[str, Any]) -> int:
    """Return how long those of an object's members are that may not be entered."""
    return sum(
        len(key) + len(value if isinstance(value, Raw) else write_json(value))
        for key, value in members.items()
        if not may_enter(
            (*path, key), bytes(value)[:1] == b"{" if isinstance(value, Raw) else isinstance(value, dict)
        )
    )
