"""Export V1 as CSV gives the rows of the same export as JSON."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.legacy import looks_like_v1
from legacy.upgrading import upgrade_rows
from legacy.v1_labels import layouts

TIME = datetime(2019, 2, 18, 7, 31, 57, 250_000, tzinfo=UTC)
LABEL: dict[str, Any] = {
    "ID": "l1",
    "DataRow ID": "r1",
    "Labeled Data": "https://data.example.org/1.jpg",
    "Label": {"Gate": [{"geometry": [{"x": 1, "y": 2}, {"x": 1, "y": 9}, {"x": 8, "y": 9}], "type": "iron"}]},
    "Created By": "ann@example.org",
    "Project Name": "Gates, all\nof them",
    "Created At": "2019-02-18T07:31:57.250Z",
    "Seconds to Label": 158.594,
    "External ID": "007",
    "Agreement": -1,
    "Dataset Name": "true",
    "Reviews": [{"score": 1, "id": "v1"}],
    "View Label": "https://a.example?project=p1&label=l1",
    "Has Open Issues": 0,
    "Skipped": False,
}


def cell(name: str, value: Any) -> str:
    if name == "Created At":
        return str(int(TIME.timestamp() * 1000))
    return value if isinstance(value, str) else json.dumps(value)


def as_csv(labels: list[dict[str, Any]], delimiter: str = ",", end: str = "\n") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*LABEL], delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows([{name: cell(name, value) for name, value in label.items()} for label in labels])
    return text.getvalue().encode()


def rows_of(data: bytes) -> list[dict[str, Any]]:
    return list(upgrade_rows(io.BytesIO(data)))


@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_record_is_the_label_that_json_has(delimiter: str, end: str, mark: bytes) -> None:
    data = mark + as_csv([LABEL, {**LABEL, "ID": "l2", "Label": "Skip"}], delimiter, end)
    assert looks_like_v1(data)
    assert rows_of(data) == rows_of(json.dumps([LABEL, {**LABEL, "ID": "l2", "Label": "Skip"}]).encode())


@given(st.lists(layouts, max_size=4))
def test_rows_do_not_depend_on_whether_labels_are_json_or_csv(bodies: list[Any]) -> None:
    labels = [{**LABEL, "ID": f"l{at}", "Label": body} for at, body in enumerate(bodies)]
    assert rows_of(as_csv(labels)) == rows_of(json.dumps(labels).encode())


def test_a_csv_is_converted_like_other_exports() -> None:
    large = {"Gate": [{"geometry": [{"x": 1, "y": 2}] * 50_000}]}
    data = as_csv([LABEL, {**LABEL, "Label": large}])
    limit = csv.field_size_limit()
    objects = exportkit.read_table(io.BytesIO(data), "objects")
    assert csv.field_size_limit() == limit
    assert [len(one) for one in objects.column("vertices").to_pylist()] == [3, 50_000]


@pytest.mark.parametrize(
    "head", [b"", b"ID,Label\n", b"DataRow ID,x\n", b'"ID,DataRow ID,Label', b"id;Labeled Data\n", b"Label\n"]
)
def test_other_tables_are_no_export(head: bytes) -> None:
    assert not looks_like_v1(head)
