"""Every module says what it is and stays short enough to be read at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = sorted((ROOT / "exportkit").rglob("*.py"))
EVERYTHING = sorted(
    path
    for folder in ("exportkit", "examples", "benchmarks", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
MOST_LINES = 400
PLACELESS = {"utils", "util", "helpers", "helper", "common", "core", "misc"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_a_module_opens_by_saying_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@pytest.mark.parametrize("path", EVERYTHING, ids=name_of)
def test_a_module_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", PACKAGE, ids=name_of)
def test_a_module_is_named_for_what_it_holds(path: Path) -> None:
    assert PLACELESS.isdisjoint(path.relative_to(ROOT).with_suffix("").parts)


def test_test_files_have_unique_names() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
