"""Past the face: a package gives others what its ``__init__`` lists, and imports others by theirs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: Packages and modules that every package may look into.
VOCABULARY = frozenset(
    {"errors", "events", "json_text", "native", "options", "place", "report", "rows", "tables"}
)
#: They publish what the package gives, and no other module of it imports them.
BESIDE = frozenset({"exportkit/tables/dictionary.py", "exportkit/tables/schema_files.py"})


def imports_in(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports: ``from a import b`` imports ``a.b`` where that is a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            home = ROOT.joinpath(*node.module.split("."))
            for alias in node.names:
                is_module = (home / f"{alias.name}.py").exists() or (home / alias.name).is_dir()
                yield f"{node.module}.{alias.name}" if is_module else node.module


def package_imports() -> Iterator[tuple[str, str | None, str]]:
    """Yield each import of an own module: the file, its package (None at the top), and what it imports."""
    for path in sorted((ROOT / "exportkit").rglob("*.py")):
        inner = path.relative_to(ROOT / "exportkit").parts
        package = inner[0] if len(inner) > 1 else None
        for module in imports_in(path):
            if module.split(".")[0] == "exportkit":
                yield str(path.relative_to(ROOT)), package, module


def test_no_package_looks_past_the_face_of_another() -> None:
    past = sorted(
        f"{file} imports {module}"
        for file, package, module in package_imports()
        if module.count(".") > 1 and module.split(".")[1] not in {package, *VOCABULARY}
    )
    assert not past, "import these from the package, whose __init__ lists its names:\n" + "\n".join(past)


def test_no_package_imports_itself() -> None:
    itself = sorted(
        f"{file} imports {module}"
        for file, package, module in package_imports()
        if module == f"exportkit.{package}" and file not in BESIDE
    )
    assert not itself, "import the module that holds the name:\n" + "\n".join(itself)
