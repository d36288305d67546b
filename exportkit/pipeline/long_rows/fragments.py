"""Fragments: rows that each hold a part of a long row, with what they need to know of the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from exportkit.decode import LineDecoder
from exportkit.errors import DecodeError
from exportkit.flatten import overlaid
from exportkit.pipeline.long_rows.index import LongRowIndex, first_labels, owners_down_to, the_label
from exportkit.pipeline.long_rows.wrapping import Path, is_fields, joined, kind, label_path, wrap
from exportkit.place import MemberChunk, Source, StoredLine
from exportkit.rows import Fragment, Row, RowBlock

__all__ = ["LongRow"]

#: Gives the chunks of the line from its beginning, as often as it is called.
Chunks = Callable[[], Iterator[MemberChunk]]

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
#: Bytes beside the collections of a line, which may all stand in single cells of tables.
MAX_BESIDE_BYTES = 64 * 2**20


class LongRow:
    """A long line, decoded in fragments.

    Parameters
    ----------
    chunks : callable
        Gives the chunks of the line, each time from its beginning.
    stored : StoredLine
        Where the line is.
    source : Source
        The input it came from.
    decoder : LineDecoder
        Decodes the chunks.

    Raises
    ------
    DecodeError
        The line is no data row, or more than `MAX_BESIDE_BYTES` of it belong to no collection.
    SplitError
        Its brackets do not match.
    """

    def __init__(self, chunks: Chunks, stored: StoredLine, source: Source, decoder: LineDecoder) -> None:
        self._chunks = chunks
        self._stored = stored
        self._source = source
        self._decoder = decoder
        self._index = LongRowIndex()
        self._whole: dict[Path, Row] = {}
        self._take_stock()

    def blocks(self) -> Iterator[RowBlock]:
        """Yield the fragments of the row, each a block of one row."""
        latest, selected = self._index.latest(), self._index.selected
        shared = {"latest": latest, "selected": selected, "media_type": self._index.media_type()}
        for path, row in self._whole.items():
            self._settle_experiments(row)
            yield self._block(row, self._fragment_of_fields(path, shared))
        for chunk in self._chunks():
            if not is_fields(chunk.path):
                row = self._decode(chunk)
                self._settle_experiments(row)
                yield self._block(row, self._fragment_of_items(chunk, row, shared))

    # --- the first pass -------------------------------------------------------------------------

    def _take_stock(self) -> None:
        index, beside = self._index, 0
        for chunk in self._chunks():
            index.enter(chunk)
            if is_fields(chunk.path):
                beside += len(chunk.data)
                if beside > MAX_BESIDE_BYTES:
                    most = MAX_BESIDE_BYTES >> 20
                    raise DecodeError(f"more than {most} MiB of the line are in no collection")
                index.fields[chunk.path].append(chunk.data)
            else:
                index.note_items(chunk, self._decode(chunk))
        owners = sorted({_row_of(path) for path in (*index.fields, *index.entered)} | {()}, key=len)
        for path in owners:
            if kind(path) != "experiment" or "runs" not in index.entered[path]:
                self._note_whole(path)  # its fields are repeated beside each of its runs
        self._add_leftovers()

    def _note_whole(self, path: Path) -> None:
        """Decode an object that was entered, and note what it shows."""
        index = self._index
        line = wrap(path, self._members(path), is_object=True, beside=self._beside(path))
        row = self._decoder.decode_plain(line)
        self._whole[path] = row
        if not path:
            self._data_row = b'"data_row":{"id":' + msgspec.json.encode(row.data_row.id) + b"}"
        if kind(path) == "label":
            index.note_whole_label(path, row)
        else:
            index.note_labels(path, row)

    def _members(self, path: Path) -> bytes:
        """Return the members of an object, its collections that were entered as empty ones."""
        index = self._index
        members = list(index.fields.get(path, ()))
        for key, is_object in index.entered.get(path, {}).items():
            below = (*path, key)
            if is_fields(below):
                value = b"{" + self._members(below) + b"}"
            elif key == "groups":
                value = msgspec.json.encode(index.planes[label_path(path) or ()])
            else:
                value = _PLACEHOLDER[is_object]
            members.append(msgspec.json.encode(key) + b":" + value)
        return joined(*members)

    def _beside(self, path: Path) -> dict[Path, bytes]:
        """Return what the objects above `path` need to hold for its rows."""
        beside: dict[Path, bytes] = {(): self._data_row} if path else {}
        if path[:1] == ("experiments",) and len(path) > 2:  # noqa: PLR2004 - below an experiment
            beside[path[:2]] = joined(*self._index.fields.get(path[:2], ()))
        label = label_path(path)
        if label is not None and label != path and label in self._whole:
            name = the_label(self._whole[label]).id
            if name is not None:
                beside[label] = b'"id":' + msgspec.json.encode(name)
        return beside

    #: Names the data row while it is not known.
    _data_row = b'"data_row":{"id":"-"}'

    def _decode(self, chunk: MemberChunk) -> Row:
        line = wrap(chunk.path, chunk.data, is_object=chunk.is_object, beside=self._beside(chunk.path))
        return self._decoder.decode_plain(line)

    def _add_leftovers(self) -> None:
        """Give the objects that were entered the leftovers that their chunks showed."""
        for path, row in self._whole.items():
            for length, owner in owners_down_to(path, row):
                if length == len(path) and path in self._index.extras:
                    owner.extra_ = overlaid(owner.extra_ or {}, self._index.extras[path])

    # --- the second pass ------------------------------------------------------------------------

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

    def _fragment_of_fields(self, path: Path, shared: dict[str, Any]) -> Fragment:
        emits = _EMITTED_BY_FIELDS[kind(path) or "line"]
        if kind(path) == "run" and "labels" in self._index.entered[path]:
            path = (*path, "predictions")  # what labels it holds are those
        elif kind(path) == "experiment":
            path = first_labels(path, self._whole[path])
        return self._fragment(path, emits, 0, shared)

    def _settle_experiments(self, row: Row) -> None:
        """Leave what an experiment held beside its fields to the row of its first run."""
        for experiment_id, experiment in (row.experiments or {}).items():
            left = self._index.extras.get(("experiments", experiment_id), {})
            if not self._index.is_first_run(experiment_id, next(iter(experiment.runs or ()), None)):
                experiment.extra_ = None
            elif left:
                experiment.extra_ = overlaid(experiment.extra_ or {}, left)

    def _fragment_of_items(self, chunk: MemberChunk, row: Row, shared: dict[str, Any]) -> Fragment:
        what = kind(chunk.path) or ""
        position = chunk.first if what in _COUNTED else 0
        if what in {"labels", "predictions"}:
            return self._fragment((*chunk.path, chunk.first), EMITTED[what], 0, shared)
        above = first_labels(chunk.path, row) if what in {"projects", "experiments", "runs"} else chunk.path
        return self._fragment(above, EMITTED[what], position, shared)

    def _fragment(self, path: Path, emits: frozenset[str], position: int, shared: dict[str, Any]) -> Fragment:
        label = label_path(path)
        below = label is not None and label in self._whole
        return Fragment(
            emits,
            position=position,
            label_position=int(label[-1]) if label is not None else 0,
            label_index=self._index.label_index(path),
            container=self._index.containers.get(label) if label is not None else None,
            key_frames=self._index.key_frames(label) if label is not None and below else None,
            relationships=self._index.relationships(label) if label is not None and below else (),
            **shared,
        )


def _row_of(path: Path) -> Path:
    """Return the path of the object whose row the members at `path` belong to."""
    while kind(path) not in {"line", "project", "experiment", "run", "label"}:
        path = path[:-1]
    return path
