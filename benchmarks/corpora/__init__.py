"""Synthetic exports of any size, for benchmarks: takes a shape, a size and a seed, gives Export V2 lines.

Run it with ``python -m benchmarks.corpora images 200MB out.ndjson --seed 1``. Shapes that are one long
line of members take a count instead: ``one_row_of_objects 1000000 out.ndjson``. The same arguments give the
same bytes. No line repeats another, ids are unique, and names, values and schema ids repeat as in real
exports.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from benchmarks.corpora.flat import FLAT_SHAPES
from benchmarks.corpora.long_lines import LONG_LINES
from benchmarks.corpora.scene import Scene
from benchmarks.corpora.video import one_video_row, video

__all__ = ["LONG_LINES", "SHAPES", "generate", "parse_size"]

#: Every shape by name.
SHAPES = (*FLAT_SHAPES, "video", "one_video_row", *LONG_LINES)
UNITS = {"KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "B": 1, "": 1}


def generate(shape: str, size_bytes: int, *, seed: int = 0) -> Iterator[bytes]:
    """Yield an export of at least `size_bytes` bytes, in chunks whose concatenation is the file.

    Every chunk is a whole line with its newline, except in shapes whose name begins with ``one_``: their
    chunks form one line.

    Parameters
    ----------
    shape : str
        One of `SHAPES`.
    size_bytes : int
        The file ends with the first line that reaches this size. In the shapes of `LONG_LINES` it is the
        number of members that repeat in the line: objects, answers, projects.
    seed : int
        Seed of everything random.

    Raises
    ------
    ValueError
        No shape has this name.
    """
    if shape not in SHAPES:
        raise ValueError(f"there is no shape {shape!r}; the shapes are {', '.join(SHAPES)}")
    scene = Scene(seed)
    if shape == "one_video_row":
        yield from one_video_row(scene, size_bytes)
        return
    if shape in LONG_LINES:
        yield from LONG_LINES[shape](scene, size_bytes)
        return
    make = FLAT_SHAPES.get(shape, video)
    encoder = msgspec.json.Encoder()
    written = 0
    while written < size_bytes:
        line = encoder.encode(make(scene)) + b"\n"
        written += len(line)
        yield line


def parse_size(text: str) -> int:
    """Return bytes from a size such as ``200MB`` (10**6) or ``64MiB`` (2**20).

    Raises
    ------
    ValueError
        The text is not a size.
    """
    digits = text.rstrip("BKMGi")
    unit = text[len(digits) :]
    if unit not in UNITS:
        raise ValueError(f"{text!r} is no size; write 200MB, 1.6GB or 64MiB")
    return int(float(digits) * UNITS[unit])
