"""Examples of the documentation run as printed: the README and every docstring."""

from __future__ import annotations

import doctest
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sysconfig
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest

import exportkit

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
# A block that cannot run here (one that needs a bucket, for example) stands after `<!-- not run: why -->`.
BLOCK = re.compile(r"^(<!-- not run: .+ -->\n+)?```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOOSELY = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = ["exportkit", *(module.name for module in pkgutil.walk_packages(exportkit.__path__, "exportkit."))]


class Block(NamedTuple):
    """A fenced example of the README."""

    language: str
    text: str
    line: int


def blocks_of(readme: str) -> list[Block]:
    """Find the examples that run, each with the line of its first character."""
    return [
        Block(match[2], match[3], readme.count("\n", 0, match.start(3)) + 1)
        for match in BLOCK.finditer(readme)
        if not match[1]
    ]


def run_python(block: Block, names: dict[str, object]) -> None:
    """Run a block, as a session if it shows prompts; tracebacks have the README's lines."""
    if ">>> " not in block.text:
        code = compile("\n" * (block.line - 1) + block.text, "README.md", "exec", dont_inherit=True)
        exec(code, names)
        return
    session = doctest.DocTestParser().get_doctest(block.text, names, "README.md", "README.md", block.line - 1)
    output: list[str] = []
    doctest.DocTestRunner(optionflags=LOOSELY).run(session, out=output.append, clear_globs=False)
    names.update(session.globs)
    assert not output, "".join(output)


def run_console(block: Block) -> None:
    """Run each ``$ command`` of a block, and compare its output if the block shows any."""
    environment = os.environ | {"PATH": f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"}
    for command, shown in re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block.text, flags=re.MULTILINE):
        if shlex.split(command)[0] in ("pip", "make"):
            continue
        ran = subprocess.run(
            command, shell=True, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"README.md:{block.line}: {command}\n{ran.stderr}"
        alike = doctest.OutputChecker().check_output(shown, ran.stdout, LOOSELY)
        assert alike or not shown.strip(), f"README.md:{block.line}: {command}\nprints\n{ran.stdout}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to work in, with the example export in it."""
    shutil.copy(ROOT / "examples" / "export.ndjson", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("desk")
def test_the_examples_of_the_readme_run_as_printed() -> None:
    blocks = blocks_of(README.read_text("utf-8"))
    assert blocks
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks:
        if block.language == "python":
            run_python(block, names)
        else:
            run_console(block)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_in_docstrings_run_as_printed(name: str) -> None:
    output: list[str] = []
    runner = doctest.DocTestRunner(optionflags=LOOSELY)
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(name)):
        runner.run(example, out=output.append)
    assert not output, "".join(output)
