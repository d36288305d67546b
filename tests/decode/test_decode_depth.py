"""No depth of nesting ends a run: what is decoded can be walked and written, what is not is refused."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable

import pytest

import exportkit
from decode.reading import decoded

GOOD = b'{"data_row":{"id":"good"}}'


def nested(depth: int, opening: str, inner: str, closing: str) -> str:
    return opening * depth + inner + closing * depth


SHAPES: dict[str, Callable[[int], str]] = {
    "arrays below an unknown field": lambda depth: '"x":' + nested(depth, "[", "", "]"),
    "objects around a number above 64 bits": lambda depth: '"x":' + nested(depth, '{"a":', "9" * 30, "}"),
    "a metadata value": lambda depth: '"metadata_fields":[{"value":' + nested(depth, "[", "", "]") + "}]",
    "a raw field": lambda depth: '"projects":{"p":{"project_tags":' + nested(depth, "[", "", "]") + "}}",
    "questions": lambda depth: questions(depth, "{}"),
    "questions around something unknown": lambda depth: questions(depth, '{"x":1}'),
}


def questions(depth: int, inner: str) -> str:
    asked = nested(depth // 3, '{"radio_answer":{"classifications":[', inner, "]}}")
    return '"projects":{"p":{"labels":[{"annotations":{"classifications":[' + asked + "]}}]}}"


def line_of(shape: str, depth: int) -> bytes:
    return ('{"data_row":{"id":"deep"},' + SHAPES[shape](depth) + "}").encode()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_line_of_any_depth_is_a_row_or_a_reject_and_its_neighbours_are_rows(shape: str) -> None:
    limit = sys.getrecursionlimit()
    depths = [10, 100, *range(limit - 220, limit + 20, 13), 50_000]
    lines = [line_of(shape, depth) for depth in depths]
    data = b"\n".join((GOOD, *lines, GOOD))
    batches = exportkit.iter_batches(io.BytesIO(data), on_bad_row="skip")
    for _, batch in batches:
        batch.validate()
    report = batches.report
    assert report.data_rows + report.skipped == len(depths) + 2
    assert report.data_rows >= 4
    assert report.skipped >= 1
    assert all("the line is nested too deeply" in message for message in report.first_rejects)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_depth_that_nobody_needs_is_no_trouble(shape: str) -> None:
    rows, rejects = decoded(line_of(shape, 200))
    assert (len(rows), rejects) == (1, [])
