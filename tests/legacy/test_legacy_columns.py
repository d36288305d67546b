"""What the catalogue knows of Export V1 has a column: no `extra` holds it, and nothing warns of it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.flatten.leftovers import MARKS
from legacy.upgrading import upgrade_rows
from legacy.v1_labels import Json
from rebuild.round_trips import differing, rebuilt_in_memory
from selecting.selections_of import Tables, converted_lines

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
#: Layouts of the goldens that hold nothing invented.
PLAIN = ("2021_nested", "2021_tiled", "2022_document")
GOLDEN = Path(__file__).parent / "golden"
FILES = [
    *(GOLDEN / f"{name}.v1.json" for name in PLAIN),
    *sorted(SAMPLES.glob("real/v1_*.json")),
    *sorted(SAMPLES.glob("handmade/v1*.json")),
]
TOKEN = "token=secret"

names = st.text("abc xyz", min_size=1, max_size=6)
ids = st.text("abcdef0123456789", min_size=25, max_size=25)
urls = st.builds(lambda one: f"https://api.example.org/masks/feature/{one}?{TOKEN}", ids)
none = st.none()


numbers = st.floats(-1000, 1000, width=32)
boxes = st.fixed_dictionaries({"top": numbers, "left": numbers, "height": numbers, "width": numbers})
points = st.fixed_dictionaries({"x": numbers, "y": numbers})


def fields(required: dict[str, Json] | None = None, /, **optional: Json) -> Json:
    return st.fixed_dictionaries(required or {}, optional=optional)


options = fields(featureId=ids, schemaId=ids, title=names, value=names)
questions = fields(
    {"featureId": ids, "schemaId": ids, "title": names, "value": names},
    answer=options | names | st.lists(options, min_size=1, max_size=2),
)
ring = st.lists(points, min_size=3, max_size=4)
location = st.fixed_dictionaries({"start": st.integers(0, 99), "end": st.integers(0, 99)})
GEOMETRIES: list[dict[str, Json]] = [
    {"bbox": boxes, "instanceURI": urls},
    {"polygon": ring, "instanceURI": urls},
    {"line": ring},
    {"point": points},
    {"instanceURI": urls},
    {"bbox": boxes, "page": st.integers(0, 9), "unit": st.just("POINTS"), "instanceURI": urls},
    {
        "data": st.fixed_dictionaries({"location": location}),
        "format": st.just("text.location"),
        "version": st.just(1),
        "instanceURI": urls,
    },
    {
        "type": st.sampled_from(["polygon", "rectangle", "polyline"]),
        "geometry": st.fixed_dictionaries({"coordinates": st.just([[[1.5, 2], [3, 4], [1.5, 2]]])}),
    },
]
colours = st.sampled_from(["#ff0000", "#1CE6FF"])
objects = st.sampled_from(GEOMETRIES).flatmap(
    lambda geometry: fields(
        {"featureId": ids, "schemaId": ids, "title": names, "value": names, "color": colours, **geometry},
        classifications=st.lists(questions, max_size=2),
    )
)
relationships = st.fixed_dictionaries(
    {
        "featureId": ids,
        "data": st.fixed_dictionaries({"source": ids, "target": ids}),
        "format": st.just("unidirectional"),
        "version": st.just(1),
    }
)
sections = fields(
    {"objects": st.lists(objects, min_size=1, max_size=3)},
    classifications=st.lists(questions, max_size=2),
    relationships=st.lists(relationships, max_size=1),
)
frames = st.lists(
    st.fixed_dictionaries(
        {
            "frameNumber": st.integers(1, 9),
            "objects": st.lists(
                fields({"featureId": ids, "keyframe": st.booleans(), "bbox": boxes, "color": colours}),
                max_size=1,
            ),
            "classifications": st.lists(questions, max_size=1),
            "relationships": st.just([]),
        }
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda entry: entry["frameNumber"],
)
v1_labels = fields(
    {
        "DataRow ID": st.sampled_from(["row1", "row2"]),
        "Label": sections | sections | frames | st.just({}) | st.builds(lambda url: {"frames": url}, urls),
    },
    **{
        "ID": ids,
        "Labeled Data": st.builds(
            lambda at: f"https://storage.example.org/a.png?Expires={at}", st.integers(0, 3)
        ),
        "Created By": st.just("a@example.org"),
        "Created At": st.just("2021-07-13T21:19:39.000Z"),
        "Updated At": st.just("2021-07-13T21:19:39.000Z"),
        "Project Name": st.just("Harbour"),
        "Seconds to Label": st.sampled_from([5.25, 3, "5.249"]),
        "External ID": none | st.just("a.png"),
        "Global Key": none | st.just("key"),
        "Dataset Name": st.just("Quays"),
        "Agreement": none | st.sampled_from([-1, -1.0, 0, 0.5, 1]),
        "Benchmark Agreement": none | st.sampled_from([-1, 0.5]),
        "Benchmark ID": none | ids,
        "Benchmark Reference ID": none | ids,
        "Reviews": st.lists(fields(id=ids, score=st.just(1), createdBy=names), max_size=1),
        "View Label": st.builds(lambda one: f"https://editor.example.org?project=p&label={one}", ids),
        "Has Open Issues": st.sampled_from([0, 1]),
        "Skipped": st.booleans(),
        "Data Split": none | st.just("TRAINING"),
        "Masks": st.dictionaries(names, urls, max_size=2),
        "media_type": st.just("IMAGE"),
        "DataRow Metadata": st.just([{"schemaId": "s", "name": "season", "value": "winter"}]),
        "Media Attributes": st.just(
            {"mimeType": "image/png", "contentLength": 5, "subType": "png", "superType": "image"}
        ),
    },
)
exports = st.lists(v1_labels, min_size=1, max_size=3)


def left_over(tables: Tables) -> list[str]:
    """Return what tables hold beside columns, without the marks by which exportkit tells equal ids apart."""
    return [
        f"{table}.{column}: {row[column]}"
        for table, rows in tables.items()
        for row in rows
        for column in ("extra", "payload")
        if row.get(column) is not None and not MARKS.issuperset(json.loads(row[column]))
    ]


def assert_known(data: bytes) -> None:
    tables, report = converted_lines(data)
    assert not left_over(tables)
    assert not report.unknown_fields
    assert not report.drifted_fields
    assert not report.unknown_kinds


@given(exports)
def test_what_the_catalogue_knows_has_a_column(labels: list[dict[str, Any]]) -> None:
    assert_known(json.dumps(labels).encode())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_a_file_holds_has_a_column(path: Path) -> None:
    assert_known(path.read_bytes())


@given(exports)
def test_the_lines_of_an_old_export_come_back(labels: list[dict[str, Any]]) -> None:
    data = json.dumps(labels).encode()
    upgraded = [json.dumps(row).encode() for row in upgrade_rows(io.BytesIO(data))]
    assert not differing(upgraded, rebuilt_in_memory(data))


@given(exports)
def test_tokens_go_with_the_query_of_a_mask(labels: list[dict[str, Any]]) -> None:
    tables, _ = converted_lines(
        json.dumps(labels).encode(), redact={"mask_url": "strip_query", "frames_url": "strip_query"}
    )
    assert TOKEN not in json.dumps(tables, default=str)
    given_urls = json.dumps(labels).count('"instanceURI"')
    kept = [one for row in tables["objects"] for one in (row["mask_url"], row["instance_uri"]) if one]
    assert len(kept) == given_urls


def test_the_other_signatures_of_an_asset_go_with_the_first() -> None:
    label = {"DataRow ID": "d", "Label": {}, "View Label": "https://e.example.org?project=p&label=l"}
    both = [{**label, "ID": f"l{at}", "Labeled Data": f"https://h/a.png?Signature={at}"} for at in (1, 2)]
    data = json.dumps(both).encode()
    tables, _ = converted_lines(data)
    assert [row["other_row_data"] for row in tables["labels"]] == [None, "https://h/a.png?Signature=2"]
    tables, _ = converted_lines(data, redact={"row_data": "strip_query"})
    assert [row["row_data"] for row in tables["data_rows"]] == ["https://h/a.png"]
    assert [row["other_row_data"] for row in tables["labels"]] == [None, "https://h/a.png"]
    tables, _ = converted_lines(data, redact={"project_id": "hash"}, redact_key="k")
    assert [row["view_label"] for row in tables["labels"]] == [None, None]
