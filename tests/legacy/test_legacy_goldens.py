"""Each layout of Export V1, whole: what stands in ``golden/`` was written and read by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exportkit import upgrade

GOLDEN = Path(__file__).parent / "golden"
#: Labels, data rows, skipped labels and layouts of each file.
COUNTS = {
    "2018_skip_and_empty": (6, 6, 2, {"skip": 2, "empty": 2, "xy": 1, "unknown": 1}),
    "2018_wkt": (4, 4, 0, {"wkt": 3, "unknown": 1}),
    "2018_xy": (3, 3, 0, {"xy": 3}),
    "2021_image": (1, 1, 0, {"objects": 1}),
    "2021_nested": (1, 1, 0, {"objects": 1}),
    "2021_text": (1, 1, 0, {"objects": 1}),
    "2021_tiled": (1, 1, 0, {"objects": 1}),
    "2021_video": (2, 2, 0, {"video": 1, "video_url": 1}),
    "2022_conversation": (1, 1, 0, {"objects": 1}),
    "2022_document": (1, 1, 0, {"objects": 1}),
    "2022_several_labels": (4, 2, 1, {"objects": 2, "empty": 2}),
}


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.v1.json")), ids=lambda path: path.name)
def test_a_layout_becomes_what_its_golden_says(path: Path, tmp_path: Path) -> None:
    name = path.name.removesuffix(".v1.json")
    report = upgrade(path, tmp_path / "v2.ndjson")
    written = (tmp_path / "v2.ndjson").read_text("utf-8").splitlines()
    expected = (GOLDEN / f"{name}.v2.ndjson").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in written] == [json.loads(line) for line in expected]
    assert (report.labels, report.data_rows, report.skipped, report.layouts) == COUNTS[name]


def test_every_golden_has_its_counts() -> None:
    assert {path.name.removesuffix(".v1.json") for path in GOLDEN.glob("*.v1.json")} == COUNTS.keys()
