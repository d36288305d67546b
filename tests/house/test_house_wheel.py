"""The wheel holds the package, all of it and nothing else."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

import exportkit

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build a wheel from the checkout, with the installed build backend."""
    directory = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(directory)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = directory.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture
def metadata(wheel: zipfile.ZipFile) -> Message:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    return message_from_string(wheel.read(name).decode())


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    paths = [path.relative_to(ROOT) for path in (ROOT / "exportkit").rglob("*") if path.is_file()]
    package = {str(path) for path in paths if path.suffix in {".py", ".pyi"}}
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    compiled = {str(path.with_suffix(suffix)) for path in paths if path.suffix == ".pyx"}
    assert compiled
    assert packed == package | compiled | {"exportkit/py.typed"}


def test_the_wheel_is_for_the_python_and_the_machine_that_its_modules_were_compiled_for(
    wheel: zipfile.ZipFile,
) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/WHEEL"))
    about = message_from_string(wheel.read(name).decode())
    assert about["Root-Is-Purelib"] == "false"
    assert about["Tag"].startswith(f"cp{sys.version_info.major}{sys.version_info.minor}-")


def test_the_wheel_holds_the_licence_and_the_command(wheel: zipfile.ZipFile) -> None:
    (licence,) = (name for name in wheel.namelist() if name.endswith("/licenses/LICENSE"))
    assert wheel.read(licence) == (ROOT / "LICENSE").read_bytes()
    (commands,) = (name for name in wheel.namelist() if name.endswith("/entry_points.txt"))
    assert wheel.read(commands).decode() == "[console_scripts]\nexportkit = exportkit.cli:main\n"


def test_the_package_and_its_metadata_name_one_version(metadata: Message) -> None:
    assert metadata["Version"] == exportkit.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "Apache-2.0"


def test_the_package_text_is_the_readme(metadata: Message) -> None:
    assert metadata.get_payload() == (ROOT / "README.md").read_text("utf-8")
