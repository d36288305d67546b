"""Places to write that fail: full, read-only, or gone; whatever is written, nothing of it stays half done."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import exportkit
from cli.commands import ENVIRONMENT
from exportkit import WriteError
from hostile.corpus import SECRET
from hostile.test_hostile_files import everything_below

ROWS = [
    {"data_row": {"id": f"d{at}", "row_data": f"{SECRET}{random.Random(at).randbytes(300).hex()}"}}
    for at in range(1_000)
]
V1 = [{"ID": f"l{at}", "DataRow ID": f"d{at}", "Labeled Data": "x" * 400, "Label": {}} for at in range(1_000)]
#: Runs the command where no file may grow above 100 kB, as on a full disk.
ON_A_FULL_DISK = """
import resource, sys
from exportkit.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
sys.exit(main(sys.argv[1:]))
"""
#: What differs from run to run: names of part files.
PARTICULAR = re.compile(r"(part-|_raw-)[0-9TZa-f-]+")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A directory with exports, and a lake of one of them that holds a long reject too."""
    lines = [json.dumps(row).encode() for row in ROWS]
    (tmp_path / "export.ndjson").write_bytes(b"\n".join(lines))
    (tmp_path / "rejects.ndjson").write_bytes(b'{"data_row":{"id":"a"}}\n{"a":1}' + b"\n1" * 5)
    (tmp_path / "v1.json").write_text(json.dumps(V1))
    (tmp_path / "long.ndjson").write_bytes(b'{"data_row":{"id":"a"}}\n{"s3cr3t"' + b"x" * (17 * 2**20))
    exportkit.to_arrow(tmp_path / "export.ndjson", tmp_path / "lake")
    exportkit.to_parquet(tmp_path / "rejects.ndjson", tmp_path / "rejected")
    (tmp_path / "mender.py").write_text(
        "import random\n"
        'print(\'{"data_row":{"id":"m","row_data":"\' + random.randbytes(40_000).hex() + \'"}}\')\n'
    )
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            "convert export.ndjson new",
            "cannot write the part: File too large (in new/data_rows/PART.parquet)",
        ),
        (
            "convert export.ndjson new --workers 2",
            "cannot write the part: File too large (in new/data_rows/PART.parquet)",
        ),
        (
            "convert export.ndjson lake --format arrow --mode append",
            "cannot write the part: File too large (in lake/data_rows/PART.arrow)",
        ),
        ("convert long.ndjson new", "cannot write the file: File too large (in new/rejects/PART.bin)"),
        ("rebuild lake back.ndjson", "cannot write the file: File too large (in back.ndjson)"),
        (
            "upgrade v1.json v2.ndjson",
            "cannot write the file: File too large (in v2.ndjson)",
        ),
        (
            "replay rejected --through",
            "cannot write the part: File too large (in rejected/data_rows/PART.parquet)",
        ),
    ],
)
def test_on_a_full_disk_a_command_says_which_file_and_leaves_everything_as_it_was(
    arguments: str, message: str, desk: Path
) -> None:
    words = arguments.split()
    if words[-1] == "--through":
        words.append(f"{sys.executable} mender.py")
    before = everything_below(desk)
    ran = subprocess.run(
        [sys.executable, "-c", ON_A_FULL_DISK, *words, "--quiet"],
        cwd=desk, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert (ran.returncode, ran.stdout) == (1, "")
    assert PARTICULAR.sub("PART", ran.stderr) == f"error: {message}\n"
    assert everything_below(desk) == before


@pytest.mark.parametrize("workers", [1, 2])
def test_a_lake_that_vanishes_under_a_run_is_noticed_and_not_made_anew(workers: int, desk: Path) -> None:
    new = desk / "new"

    def vanish(_: object) -> None:
        shutil.rmtree(new, ignore_errors=True)

    with pytest.raises(WriteError) as raised:
        exportkit.to_parquet(
            [desk / "export.ndjson", desk / "rejects.ndjson"], new, workers=workers, progress=vanish
        )
    assert str(new) in str(raised.value)
    assert SECRET not in str(raised.value)
    assert not new.exists()


def test_a_directory_that_vanishes_under_a_rebuild_is_noticed_and_not_made_anew(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "new").mkdir()
    monkeypatch.setattr(os, "fsync", lambda _: shutil.rmtree(desk / "new"))
    with pytest.raises(WriteError) as raised:
        exportkit.to_ndjson(desk / "lake", desk / "new" / "back.ndjson")
    assert str(raised.value) == (
        f"cannot write the file: No such file or directory (in {desk}/new/back.ndjson)\n"
        "hint: create its directory first"
    )
    assert not (desk / "new").exists()
