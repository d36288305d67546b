"""Names on first use: packages load only what a job uses."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import pkgutil
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

import exportkit
from exportkit._on_first_use import on_first_use

LAZY = ["exportkit"] + [
    module.name
    for module in pkgutil.walk_packages(exportkit.__path__, "exportkit.")
    if module.ispkg and hasattr(import_module(module.name), "on_first_use")
]
#: Modules of ours and of others that a plain conversion in one process has no use for.
UNUSED = (
    "exportkit.select.conditions", "exportkit.select.redaction", "exportkit.geometry",
    "exportkit.inspection", "exportkit.legacy.upgrading", "exportkit.pipeline.long_rows.fragments",
    "exportkit.pipeline.worker_pool", "exportkit.rebuild", "exportkit.split.array_elements",
    "asyncio", "cyclopts", "ijson", "isal", "multiprocessing", "pandas", "polars", "pyarrow.compute", "rich",
)  # fmt: skip


def loaded_by(code: str, names: tuple[str, ...]) -> set[str]:
    """Return the modules of the list that a new interpreter has loaded after `code`."""
    shown = f"import sys; {code}; print(*{set(names)!r} & sys.modules.keys())"
    ran = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


def test_there_are_packages_with_names_on_first_use() -> None:
    assert {"exportkit.select", "exportkit.legacy", "exportkit.pipeline", "exportkit.split"} <= set(LAZY)


@pytest.mark.parametrize("name", LAZY)
def test_every_name_resolves_and_none_is_a_module(name: str) -> None:
    package = import_module(name)
    assert package.__all__ == sorted(set(package.__all__))
    assert all(getattr(package, one) is not None for one in package.__all__)
    assert set(package.__all__) <= set(dir(package))
    assert {module.name for module in pkgutil.iter_modules(package.__path__)}.isdisjoint(package.__all__)


@pytest.mark.parametrize("name", LAZY)
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        _ = import_module(name).misspelt
    assert str(raised.value) == f"module {name!r} has no attribute 'misspelt'"


@pytest.mark.parametrize("name", LAZY)
def test_type_checkers_know_a_name_as_the_running_program_does(name: str) -> None:
    tree = ast.parse(inspect.getsource(import_module(name)))
    (block,) = (node for node in tree.body if isinstance(node, ast.With))
    assert all(isinstance(one, ast.ImportFrom) and len(one.names) == 1 for one in block.body)
    aliases = [alias for one in block.body if isinstance(one, ast.ImportFrom) for alias in one.names]
    assert [alias.name for alias in aliases] == [alias.asname for alias in aliases]


def test_a_block_notes_its_own_imports_and_no_others() -> None:
    plain = builtins.__import__
    space: dict[str, Any] = {"__name__": "a_package"}
    other: dict[str, Any] = {}
    with on_first_use(space):
        exec("from json import loads as loads", other)
        exec("from json import dumps as dumps", space)
        assert other["loads"] is json.loads
        assert space["dumps"] is None
    assert builtins.__import__ is plain
    assert "dumps" not in space
    assert space["__all__"] == ["dumps"]
    assert space["__getattr__"]("dumps") is space["dumps"] is json.dumps


def test_a_block_that_fails_leaves_imports_as_they_were() -> None:
    plain = builtins.__import__
    with pytest.raises(ZeroDivisionError), on_first_use({"__name__": "a_package"}):
        _ = 1 // 0
    assert builtins.__import__ is plain


def test_blocks_of_two_threads_may_overlap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "__import__", builtins.__import__)  # given back at the end
    spaces: list[dict[str, Any]] = [{}, {}]
    first, second = map(on_first_use, spaces)
    first.__enter__()
    second.__enter__()
    exec("from json import dumps as dumps", spaces[0])
    first.__exit__()
    exec("from json import loads as loads", spaces[1])
    second.__exit__()
    exec("from json import dumps as dumps", other := dict[str, Any]())
    assert [space["__all__"] for space in spaces] == [["dumps"], ["loads"]]
    assert other["dumps"] is json.dumps


def test_a_plain_conversion_loads_only_what_it_goes_through() -> None:
    convert = "import exportkit, tempfile"
    convert += "; exportkit.to_parquet('examples/export.ndjson', tempfile.mkdtemp() + '/lake')"
    assert loaded_by(convert, UNUSED) == set()


def test_a_quiet_command_draws_with_nothing() -> None:
    convert = "import tempfile; from exportkit.cli import main; lake = tempfile.mkdtemp() + '/lake'"
    convert += "; main(['convert', 'examples/export.ndjson', lake, '--quiet'])"
    assert loaded_by(convert, ("exportkit.cli.replay", "exportkit.cli.summary", "rich")) == set()


def test_the_collector_is_as_it_was_after_a_name_was_loaded() -> None:
    code = "import gc, exportkit; on = gc.isenabled(); exportkit.to_parquet; assert gc.isenabled() is on"
    assert loaded_by(code, ("exportkit.api",)) == {"exportkit.api"}
    assert loaded_by(f"import gc; gc.disable(); {code}", ("exportkit.api",)) == {"exportkit.api"}
