"""Imports: the contracts of pyproject.toml hold, and each notices a violation."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of the checkout in `house`."""
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copied_house(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "exportkit", tmp_path / "exportkit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_module_imports_only_what_its_layer_may() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("module", "imports", "complaint"),
    [
        ("stray.py", "", "- exportkit.stray"),
        ("read/stray.py", "import exportkit.split", "exportkit.read.stray -> exportkit.split"),
        ("errors.py", "import exportkit.rows", "exportkit.errors is not allowed to import exportkit.rows"),
        ("write/stray.py", "import polars", "exportkit is not allowed to import polars"),
        ("cli/stray.py", "import exportkit.pipeline", "exportkit.cli.stray -> exportkit.pipeline"),
    ],
    ids=[
        "a module without a layer",
        "a stage in a stage",
        "a layer above",
        "a library past its module",
        "the command past the public face",
    ],
)
def test_a_broken_rule_is_noticed(copied_house: Path, module: str, imports: str, complaint: str) -> None:
    with (copied_house / "exportkit" / module).open("a") as file:
        file.write(f"\n{imports}\n")
    result = lint_imports(copied_house)
    assert result.returncode == 1
    assert complaint in result.stdout
