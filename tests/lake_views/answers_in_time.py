"""Answers in time: which rows of `classifications` hold in which frame, reckoned without SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

__all__ = ["Held", "held_answers", "place_of"]

Row = dict[str, Any]
#: A row of `classifications`, a frame in which it holds, and whether the row was listed there.
Held = tuple[Row, int, bool]
Place = tuple[Any, ...]


def place_of(row: Row) -> Place:
    return row["export_id"], row["line"], row["label_index"], row["plane"]


def held_answers(classifications: list[Row], objects: list[Row], segments: list[Row]) -> list[Held]:
    """Return the rows with a frame, for each frame in which they hold."""
    found: list[Held] = []
    places = dict.fromkeys(place_of(row) for row in classifications if row["frame"] is not None)
    for place in places:
        rows = [row for row in classifications if place_of(row) == place and row["frame"] is not None]
        here = [row for row in objects if place_of(row) == place and row["frame"] is not None]
        spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in segments:
            if place_of(row) == place and row["unit"] == "frame":
                spans[row["feature_id"]].append((row["span_start"], row["span_end"]))
        found += _held_in(rows, here, spans)
    return found


def _held_in(rows: list[Row], objects: list[Row], spans: dict[str, list[tuple[int, int]]]) -> Iterable[Held]:
    owned: dict[str | None, list[Row]] = defaultdict(list)
    for row in rows:
        owned[_owner(row, rows, spans)].append(row)
    for owner, of_it in owned.items():
        listed = {row["frame"] for row in of_it}
        listed |= {row["frame"] for row in objects if row["feature_id"] == owner}
        listed |= {row["frame"] for row in rows if _is_top(row) and row["feature_id"] == owner}
        held: set[tuple[int, int]] = {(frame, frame) for frame in listed}
        tops = [row for row in of_it if _is_top(row) and row["answer_feature_id"] == owner]
        for start, end in joined(spans.get(owner or "", [])):
            inside = sorted(frame for frame in listed if start <= frame <= end)
            for frame in range(start, end + 1):
                if inside:
                    held.add((frame, max((one for one in inside if one <= frame), default=inside[0])))
                elif tops:
                    yield min(tops, key=lambda row: row["frame"]), frame, False
        for frame, source in held:
            yield from ((row, frame, frame == source) for row in of_it if row["frame"] == source)


def _is_top(row: Row) -> bool:
    return row["depth"] == 0 and row["object_feature_id"] is None


def _owner(row: Row, rows: list[Row], spans: Any) -> str | None:
    """Return what the spans of a row are named after: its object, or the option or question it is below."""
    while row["object_feature_id"] is None and row["depth"] > 0:
        row = next(
            one for one in rows
            if one["object_feature_id"] is None
            and (one["frame"], one["depth"]) == (row["frame"], row["depth"] - 1)
            and (one["answer_feature_id"] or one["feature_id"]) == row["parent_answer_feature_id"]
        )  # fmt: skip
    option = row["answer_feature_id"]
    owner: str | None = row["object_feature_id"] or (option if option in spans else row["feature_id"])
    return owner


def joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that overlap as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
