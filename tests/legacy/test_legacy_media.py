"""Media of Export V1: by what a row says, by its tile layer, by its annotations, or by its project."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import exportkit

BOX = {"objects": [{"title": "Hull", "bbox": {"top": 1, "left": 2, "height": 3, "width": 4}}]}
SPAN = {"objects": [{"title": "Word", "data": {"location": {"start": 1, "end": 2}}}]}


def media_types(*labels: dict[str, Any]) -> list[str]:
    rows = [{"ID": f"l{at}", "DataRow ID": f"r{at}", **label} for at, label in enumerate(labels)]
    table = exportkit.read_table(io.BytesIO(json.dumps(rows).encode()), "data_rows")
    found: list[str] = table.column("media_type").to_pylist()
    return found


def label(body: Any, asset: Any = "https://data.example.org/1.jpg?s=a.txt", **more: Any) -> dict[str, Any]:
    return {"Label": body, "Labeled Data": asset, "Project Name": "p", **more}


@pytest.mark.parametrize("epsg", ["Simple", "EPSG:4326", None])
@pytest.mark.parametrize("as_text", [True, False])
@pytest.mark.parametrize("body", [{}, BOX])
def test_a_tile_layer_is_geospatial(epsg: str | None, as_text: bool, body: Any) -> None:  # noqa: FBT001 - of pytest
    layer = {"tileLayerUrl": "https://tiles.example.org/{z}/{x}/{y}.png", "epsg": epsg}
    assert media_types(label(body, json.dumps(layer) if as_text else layer)) == ["geospatial"]


@pytest.mark.parametrize(
    ("named", "media"),
    [("IMAGE", "image"), ("pdf", "document"), ("TMS_SIMPLE", "geospatial"), ("x", "video")],
)
def test_a_row_may_name_its_media(named: str, media: str) -> None:
    assert media_types(label([{"frameNumber": 1}], media_type=named)) == [media]


@pytest.mark.parametrize("body", [{}, "Skip", {"classifications": []}])
def test_a_label_without_annotations_is_of_the_media_of_its_project_if_its_asset_is(body: Any) -> None:
    assert media_types(label(BOX), label(body)) == ["image", "image"]
    assert media_types(label(body), label(BOX)) == ["image", "image"]
    assert media_types(label(BOX), label(body, "https://h/1", **{"External ID": "a b.png"})) == ["image"] * 2
    assert media_types(label(body)) == ["unknown"]
    others = [label(body, asset) for asset in ("https://h/1.mp4", "https://h/1", "text")]
    for other in (*others, label(body, **{"Project Name": "q"})):
        assert media_types(label(BOX), other) == ["image", "unknown"]
    assert media_types(label(BOX), label(SPAN, "text"), label(body)) == ["image", "text", "unknown"]
