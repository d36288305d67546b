"""The public face: light, complete and documented."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

import exportkit

HEAVY = {"pyarrow", "polars", "numpy", "msgspec", "rich", "cyclopts", "duckdb", "pandas", "ijson"}
#: Type checkers know each name by its import.
PUBLIC: list[str] = vars(exportkit)["__all__"]
FUNCTIONS = [name for name in PUBLIC if name.islower() and not name.startswith("_")]


def loaded_after(statement: str) -> list[str]:
    """Return which of the heavy libraries a new interpreter holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*{HEAVY!r} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.split()


def sections_of(documentation: str) -> dict[str, str]:
    """Cut a numpydoc docstring at its underlined titles."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", documentation, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(
    "statement",
    [
        "import exportkit",
        "import exportkit; exportkit.__version__, dir(exportkit)",
        "from exportkit import ExportkitError, ReadError",
    ],
)
def test_the_front_door_loads_no_heavy_library(statement: str) -> None:
    assert loaded_after(statement) == []


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_resolves_and_is_listed(name: str) -> None:
    assert getattr(exportkit, name) is not None
    assert name in dir(exportkit)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as raised:
        _ = exportkit.to_paper  # type: ignore[attr-defined]  # the misspelt name is the point
    assert str(raised.value) == "module 'exportkit' has no attribute 'to_paper'"


@pytest.mark.parametrize("name", [name for name in PUBLIC if not name.startswith("_")])
def test_every_public_name_is_documented(name: str) -> None:
    first, *_ = (getattr(exportkit, name).__doc__ or "").strip().splitlines() or [""]
    assert first.endswith("."), f"{name} needs a docstring that opens with one sentence"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_documents_each_parameter_what_comes_back_and_what_is_raised(name: str) -> None:
    function: Callable[..., object] = getattr(exportkit, name)
    sections = sections_of(inspect.getdoc(function) or "")
    assert "Returns" in sections or "Yields" in sections
    assert "Raises" in sections
    described = re.findall(r"^(\w[\w, ]*?) : ", sections["Parameters"], flags=re.MULTILINE)
    assert ", ".join(described).split(", ") == [*inspect.signature(function).parameters]
