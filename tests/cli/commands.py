"""Running the command as a user does, in a process of its own, and small exports to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["COMMAND", "ENVIRONMENT", "export_of", "row", "run"]

COMMAND = [sys.executable, "-m", "exportkit"]
ROOT = Path(__file__).parents[2]
#: Neither colours nor widths of the terminal that runs the tests.
ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if key not in {"COLUMNS", "FORCE_COLOR", "NO_COLOR", "TERM"}
} | {"PYTHONPATH": str(ROOT)}


def run(*arguments: str, given: bytes = b"", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``exportkit`` to its end, with `given` on standard input."""
    ran = subprocess.run(
        [*COMMAND, *arguments],
        input=given,
        capture_output=True,
        cwd=cwd,
        env=ENVIRONMENT,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(ran.args, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def row(name: str, *classes: str, **more: Any) -> dict[str, Any]:
    """Return a row of an image with a label that has an object of each class and one answered question."""
    objects = [
        {
            "feature_id": f"{name}-{at}",
            "name": one,
            "annotation_kind": "ImageBoundingBox",
            "bounding_box": {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0},
        }
        for at, one in enumerate(classes)
    ]
    answer = {"feature_id": f"{name}-a", "name": "day"}
    question = {"feature_id": f"{name}-q", "name": "scene", "radio_answer": answer}
    label = {"id": f"{name}-label", "annotations": {"objects": objects, "classifications": [question]}}
    project = {"name": "Streets", "labels": [label], "project_details": {"workflow_status": "DONE"}}
    media = {"asset_type": "image", "width": 8, "height": 6}
    return {"data_row": {"id": name}, "media_attributes": media, "projects": {"p1": project}, **more}


def export_of(*rows: dict[str, Any] | bytes) -> bytes:
    """Return an export of rows, and of lines given as they are."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in rows]
    return b"".join(line + b"\n" for line in lines)
