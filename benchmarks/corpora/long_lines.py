"""Long lines: takes a scene and a count, gives one line with as many objects, answers or projects, in chunks.

A line is never held: what repeats in it is drawn and encoded a few hundred members at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from benchmarks.corpora.flat import flat, images, make_boxes
from benchmarks.corpora.scene import JsonObject, Scene

__all__ = ["LONG_LINES"]

MEMBERS_PER_CHUNK = 500
#: Takes the place of the members while what stands around them is encoded.
HOLE = b'"HOLE"'

encode = msgspec.json.encode


def one_row_of_objects(scene: Scene, count: int) -> Iterator[bytes]:
    """Give one image with `count` boxes in one label."""
    line = scene.row(scene.image(), [scene.label(flat(["HOLE"]))])
    return _filled(encode(line), count, lambda share: make_boxes(scene, share))


def one_label_of_answers(scene: Scene, count: int) -> Iterator[bytes]:
    """Give one image with a label that answers `count` radio questions."""
    line = scene.row(scene.image(), [scene.label(flat([], ["HOLE"]))])
    return _filled(encode(line), count, lambda share: [scene.radio(scene.pick_radio()) for _ in range(share)])


def one_row_of_projects(scene: Scene, count: int) -> Iterator[bytes]:
    """Give one image that is in `count` projects, each with a label of about twenty boxes."""
    line = images(scene)
    line["projects"] = {"HOLE": 0}
    return _filled(encode(line).replace(HOLE + b":0", HOLE), count, lambda share: _projects(scene, share))


#: Shapes that are one line; the count of what repeats in it makes its size.
LONG_LINES: dict[str, Callable[[Scene, int], Iterator[bytes]]] = {
    shape.__name__: shape for shape in (one_row_of_objects, one_label_of_answers, one_row_of_projects)
}


def _projects(scene: Scene, count: int) -> JsonObject:
    return {scene.ids.one(): project for _ in range(count) for project in images(scene)["projects"].values()}


def _filled(
    line: bytes, count: int, members: Callable[[int], list[JsonObject] | JsonObject]
) -> Iterator[bytes]:
    """Give `line` with `count` members in the place of its hole."""
    head, _, tail = line.partition(HOLE)
    yield head
    for start in range(0, count, MEMBERS_PER_CHUNK):
        chunk = encode(members(min(MEMBERS_PER_CHUNK, count - start)))[1:-1]
        yield b"," + chunk if start else chunk
    yield tail + b"\n"
