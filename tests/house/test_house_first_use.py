"""Names on first use: packages load only what a job uses."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

import exportkit

LAZY = [
    module.name
    for module in pkgutil.walk_packages(exportkit.__path__, "exportkit.")
    if module.ispkg and hasattr(import_module(module.name), "_HOMES")
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


def guarded_imports(package: ModuleType) -> dict[str, str | None]:
    """Return the names that type checkers see, each with its module."""
    tree = ast.parse(inspect.getsource(package))
    guards = [
        one for one in tree.body if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"
    ]
    return {
        alias.name: node.module
        for node in guards[0].body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_there_are_packages_with_names_on_first_use() -> None:
    assert {"exportkit.select", "exportkit.legacy", "exportkit.pipeline", "exportkit.split"} <= set(LAZY)


@pytest.mark.parametrize("name", LAZY)
def test_type_checkers_see_the_same_homes_as_the_running_program(name: str) -> None:
    package = import_module(name)
    assert guarded_imports(package) == package._HOMES


@pytest.mark.parametrize("name", LAZY)
def test_every_name_resolves_and_none_is_a_module(name: str) -> None:
    package = import_module(name)
    assert all(getattr(package, one) is not None for one in package.__all__)
    assert not {module.name for module in pkgutil.iter_modules(package.__path__)} & package._HOMES.keys()


@pytest.mark.parametrize("name", LAZY)
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        _ = import_module(name).misspelt
    assert str(raised.value) == f"module {name!r} has no attribute 'misspelt'"


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
