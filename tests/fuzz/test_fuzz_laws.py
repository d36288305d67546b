"""The short form of ``make fuzz``: always the same cases, and proof that each law can be broken."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exportkit import Report
from exportkit.rebuild import to_ndjson
from fuzz import laws
from fuzz.cases import case
from fuzz.fuzzing import fuzz, shrunk
from fuzz.laws import LAWS, broken_laws
from oracle import tables_of_export

TESTS = Path(__file__).parents[1]
GOOD = b'{"data_row":{"id":"a","external_id":"e"}}\n'


@pytest.mark.parametrize("first", range(0, 75, 25))
def test_no_mutated_input_breaks_a_law(first: int) -> None:
    outcomes = list(fuzz(first, cases=25))
    assert [(one.number, one.broken) for one in outcomes[-1].failures] == []
    assert set(outcomes[-1].tried) == set(LAWS)


def test_a_case_is_the_same_whenever_it_is_made() -> None:
    assert [case(number) for number in range(30)] == [case(number) for number in range(30)]
    assert len({case(number) for number in range(30)}) == 30


def _lose(rows: dict[str, list[Any]], table: str) -> dict[str, list[Any]]:
    return {**rows, table: rows[table][1:]}


def _spoil(rows: dict[str, list[Any]], table: str, **values: Any) -> dict[str, list[Any]]:
    return {**rows, table: [{**row, **values} for row in rows[table]]}


def _cut_otherwise(rows: dict[str, list[Any]], sizes: dict[str, int]) -> dict[str, list[Any]]:
    return _spoil(rows, "data_rows", external_id="cut") if sizes else rows


@pytest.mark.parametrize(
    ("law", "spoil"),
    [
        (1, lambda rows, _: _lose(rows, "data_rows")),
        (2, lambda rows, _: _spoil(rows, "rejects", raw=b"[")),
        (3, lambda rows, _: _spoil(rows, "rejects", problem="long " * 100)),
        (5, _cut_otherwise),
    ],
    ids=lambda one: LAWS[one] if isinstance(one, int) else "",
)
def test_a_conversion_that_breaks_a_law_is_found_out(
    law: int, spoil: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = GOOD + b"{\n"
    assert broken_laws(data).broken == []
    convert = laws._rows

    def spoilt(given: bytes, **sizes: int) -> tuple[dict[str, list[Any]], Report]:
        rows, report = convert(given, **sizes)
        return spoil(rows, sizes), report

    monkeypatch.setattr(laws, "_rows", spoilt)
    assert LAWS[law] in {one.partition(":")[0] for one in broken_laws(data).broken}


def test_other_rows_than_those_of_plain_python_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = tables_of_export
    monkeypatch.setattr(
        laws, "tables_of_export", lambda *line, **named: _lose(tables(*line, **named), "data_rows")
    )
    assert [one.partition(":")[0] for one in broken_laws(GOOD).broken] == [LAWS[7]]


def test_a_crash_a_refused_row_and_a_rebuilt_line_with_another_value_are_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    def other(lake: str, stream: io.BytesIO) -> None:
        whole = io.BytesIO()
        to_ndjson(lake, whole)
        stream.write(whole.getvalue().replace(b'"e"', b'"f"'))

    with monkeypatch.context() as patched:
        patched.setattr(laws, "iter_batches", crash)
        assert [one.partition(":")[0] for one in broken_laws(GOOD).broken] == [LAWS[0]]
    with monkeypatch.context() as patched:
        patched.setattr(laws, "_is_data_row", lambda _: False)
        assert [one.partition(":")[0] for one in broken_laws(GOOD).broken] == [LAWS[4]]
    monkeypatch.setattr(laws, "to_ndjson", other)
    assert [one.partition(":")[0] for one in broken_laws(GOOD).broken] == [LAWS[6]]


def test_a_failing_input_is_made_smaller_and_breaks_the_same_law(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laws, "_is_data_row", lambda value: "x" not in value)
    data = GOOD + b'{"data_row":{"id":"b"},"y":[1,2,3],"x":{"z":0}}\n' + GOOD
    less, found = shrunk(data)
    assert len(less) < len(data) // 2
    assert found.broken[0].startswith(LAWS[4])


def test_the_command_says_its_seed_and_what_it_tried() -> None:
    command = [sys.executable, "-m", "fuzz", "--cases", "3", "--seed", "7"]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("seed: 7 (again with --seed=7)\n3 cases, ")
