"""Memory for a rebuild does not grow with lines, and little with the length of one."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa

import exportkit
from exportkit.rebuild import to_ndjson
from rebuild.round_trips import differing, line, lines_in


class Sink:
    """A stream that keeps nothing, but for the most bytes that Arrow held when it was written to."""

    def __init__(self) -> None:
        self.most = 0

    def write(self, data: bytes) -> int:
        self.most = max(self.most, pa.total_allocated_bytes())
        return len(data)


def boxes(count: int) -> dict[str, Any]:
    return {
        f"o{order}": {
            "feature_id": f"o{order}",
            "annotation_kind": "VideoBoundingBox",
            "bounding_box": {"top": order, "left": 1, "height": 2, "width": 3},
        }
        for order in range(count)
    }


def image(number: int) -> dict[str, Any]:
    objects = [{**one, "annotation_kind": "ImageBoundingBox"} for one in boxes(20).values()]
    labels = [{"id": "l", "annotations": {"objects": objects}}]
    return {"data_row": {"id": f"d{number}"}, "projects": {"p": {"labels": labels}}}


def film(frames: int) -> dict[str, Any]:
    answer = {"feature_id": "q", "radio_answer": {"feature_id": "a", "name": "yes"}}
    shown = {
        str(number): {"objects": boxes(10), "classifications": [answer]} for number in range(1, frames + 1)
    }
    listed = {f"o{order}": {str(number): True for number in range(1, frames)} for order in range(10)}
    annotations = {"frames": shown, "key_frame_feature_map": listed, "segments": {"q": [[1, frames]]}}
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "annotations": annotations}]}}}


def peak(data: bytes, lake: Path, **options: Any) -> int:
    """Return the most bytes that a rebuild holds, Python's and Arrow's."""
    exportkit.to_parquet(io.BytesIO(data), lake, workers=1, row_group_rows=1_000)
    before: int = pa.total_allocated_bytes()
    sink: Any = Sink()
    tracemalloc.start()
    try:
        to_ndjson(lake, sink, batch_rows=100, **options)
        most: int = tracemalloc.get_traced_memory()[1] + sink.most - before
        return most
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_lines(tmp_path: Path) -> None:
    few = peak(b"".join(line(image(number)) for number in range(100)), tmp_path / "few")
    many = peak(b"".join(line(image(number)) for number in range(1_000)), tmp_path / "many")
    rows = 900 * 20
    assert many - few < 100 * rows


def test_memory_grows_by_numbers_only_with_the_length_of_a_line(tmp_path: Path) -> None:
    short, long = line(film(200)), line(film(1_200))
    whole = peak(long, tmp_path / "whole")
    few = peak(short, tmp_path / "short", max_line_rows=500)
    many = peak(long, tmp_path / "long", max_line_rows=500)
    rows = 1_000 * 10
    assert many - few < 300 * rows
    assert many < whole / 2


def test_a_long_line_comes_back(tmp_path: Path) -> None:
    exportkit.to_parquet(io.BytesIO(line(film(700))), tmp_path / "lake", workers=1)
    stream = io.BytesIO()
    to_ndjson(tmp_path / "lake", stream, max_line_rows=1_000)
    assert not differing([line(film(700))], lines_in(stream.getvalue()))
    assert json.loads(stream.getvalue())["data_row"] == {"id": "d"}
