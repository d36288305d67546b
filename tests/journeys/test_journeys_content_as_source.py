"""Content as a source: whoever gives what a file holds instead of its name is told so and sees none of it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import exportkit
from exportkit.errors import ExportkitError

#: Addresses with something that nobody else may see.
SECRETS = {
    "https://host/x.jpg?Signature=SECRET1": "SECRET1",
    "https://host/x.jpg#a-SECRET2": "SECRET2",
    "http://user:SECRET3@host/x": "SECRET3",
    "s3://KEY:SEC/RET4@bucket/x": "RET4",
    "//user:SECRET5@host/x": "SECRET5",
}
FORMS: dict[str, Callable[[list[Any]], str]] = {
    "array": json.dumps,
    "array laid out": lambda rows: json.dumps(rows, indent=2),
    "wrapped array": lambda rows: json.dumps({"data": rows}),
    "lines": lambda rows: "\n".join(map(json.dumps, rows)),
    "rows laid out": lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows),
    "strings": lambda rows: "\n".join(json.dumps(json.dumps(row)) for row in rows),
    "array of strings": lambda rows: json.dumps([json.dumps(row) for row in rows]),
    "with a mark": lambda rows: "\ufeff" + json.dumps(rows),
    "csv": lambda rows: "ID,DataRow ID,Labeled Data\n" + "\n".join(f"l,d,{json.dumps(row)}" for row in rows),
    "page": lambda rows: f"<html>{json.dumps(rows)}</html>",
    "cut": lambda rows: json.dumps(rows)[4:],
}
DOORS: dict[str, Callable[[Any, Path], Any]] = {
    "read_table": lambda source, _: exportkit.read_table(source, "labels"),
    "inspect_export": lambda source, _: exportkit.inspect_export(source),
    "scan": lambda source, _: exportkit.scan(source, "labels").collect(),
    "to_parquet": lambda source, folder: exportkit.to_parquet(source, folder / "lake", mode="overwrite"),
    "left out": lambda source, _: exportkit.read_table(source, "labels", on_bad_source="skip"),
    "upgrade": lambda source, folder: exportkit.upgrade(source, folder / "v2.ndjson", force=True),
    "write_geoparquet": lambda source, folder: exportkit.write_geoparquet(
        source, folder / "g.parquet", force=True
    ),
}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("door", DOORS)
@given(
    form=st.sampled_from(sorted(FORMS)),
    addresses=st.lists(st.sampled_from(sorted(SECRETS)), min_size=1, max_size=3),
    more=st.sampled_from([0, 300, 5_000]),
    wrapped=st.sampled_from([lambda text: text, lambda text: [text]]),
)
def test_no_message_shows_what_was_given_as_a_source(  # noqa: PLR0917 - hypothesis names them
    tmp_path: Path, door: str, form: str, addresses: list[str], more: int, wrapped: Callable[[str], Any]
) -> None:
    rows = [{"data_row": {"id": "d", "row_data": one, "external_id": "x" * more}} for one in addresses]
    text = FORMS[form](rows)
    try:
        DOORS[door](wrapped(text), tmp_path)
    except (ExportkitError, TypeError, ValueError, OSError) as error:
        message = str(error)
        assert len(message) < 500
        assert not [one for one in SECRETS.values() if one in message]


@pytest.mark.parametrize(
    "name", ["x" * 300, "x" * 240 + "/*.ndjson", "zz://bucket/" + "x" * 300, "x/" * 2_000]
)
def test_a_long_name_is_shown_without_its_middle(name: str) -> None:
    with pytest.raises((ExportkitError, OSError)) as caught:
        exportkit.read_table(name, "labels")
    assert f"{name[:90]}" in str(caught.value)
    assert f"{name[-90:]}" in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        (
            '[{"data_row":{"id":"a"}}]',
            TypeError,
            "source is the text of an export: wrap its bytes in io.BytesIO",
        ),
        (
            '{"data_row":{"id":"a"}}\n{"data_row":{"id":"b"}}\n',
            TypeError,
            "source is the text of an export: wrap its bytes in io.BytesIO",
        ),
        (
            [b'{"data_row":{"id":"a"}}\n{"data_row":{"id":"b"}}\n'],
            ValueError,
            (
                "element 1 is the text of a whole export, not of a row"
                "\nhint: make each row an element, or wrap the bytes of the export in io.BytesIO"
            ),
        ),
        (
            "DataRow ID,ID\na,b\n",
            ValueError,
            (
                "the source is text, and neither a path nor a URL"
                "\nhint: give the bytes of a file as io.BytesIO, or the name of the file"
            ),
        ),
    ],
)
def test_content_as_a_source_is_named_with_what_to_do(
    source: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as caught:
        exportkit.read_table(source, "labels")
    assert str(caught.value) == message


@pytest.mark.parametrize("of", [bytes, str])
@pytest.mark.parametrize("times", [1, 2])
def test_rows_in_memory_as_json_strings_are_those_of_a_file(of: type, times: int) -> None:
    rows = [{"data_row": {"id": one, "external_id": "a\nb"}} for one in "ab"]
    lines = [json.dumps(row if times == 1 else json.dumps(row)) for row in rows]
    source = [line.encode() if of is bytes else line for line in lines]
    read = exportkit.read_table(source, "data_rows", columns=["data_row_id", "external_id", "line"])
    file = io.BytesIO("\n".join(lines).encode())
    assert read.equals(
        exportkit.read_table(file, "data_rows", columns=["data_row_id", "external_id", "line"])
    )
    assert read["line"].to_pylist() == [1, 2]
