"""Without shapely: the package imports, and each call says what to install and leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from exportkit.errors import needing

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("add_geometry", f"exportkit.read_table({str(EXPORT)!r}, 'objects')"),
        ("write_geoparquet", f"{str(EXPORT)!r}, 'map.parquet'"),
    ],
)
def test_the_error_says_what_to_install(name: str, arguments: str, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['shapely'] = None\n"
        "import exportkit, exportkit.geometry\n"
        f"try:\n    exportkit.{name}({arguments})\n"
        "except exportkit.MissingDependencyError as error:\n    print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout == f"{name} needs shapely\nhint: pip install 'exportkit[geometry]'\n"
    assert not [*tmp_path.iterdir()]


def test_another_module_that_is_missing_keeps_its_error() -> None:
    with (
        pytest.raises(ModuleNotFoundError, match="nowhere") as caught,
        needing("add_geometry", "shapely", extra="geometry"),
    ):
        raise ModuleNotFoundError("No module named 'nowhere'", name="nowhere")
    assert type(caught.value) is ModuleNotFoundError


def test_shapely_is_imported_by_the_first_call_only() -> None:
    code = "import sys, exportkit.geometry; print('shapely' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
