"""What is refused and how it is said; what is odd and kept all the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from decode.reading import decoded, refused, said
from exportkit import DecodeError, RowError
from exportkit.decode import LineDecoder
from exportkit.json_text import json_string

NO_ID = "the line has no usable data row id"
ENTRY = "the line is an entry of the platform's error stream, not a data row"
NO_ROW: list[tuple[bytes, str]] = [
    (b"null", "the line is null, not a data row"),
    (b"true", "the line is a boolean, not a data row"),
    (b"5.5", "the line is a number, not a data row"),
    (b"1e400", "the line is a number, not a data row"),
    (b'"text"', "the line is a string, not a data row"),
    (b"[{}]", "the line is an array, not a data row"),
    (b"{}", NO_ID),
    (b'{"data_row":null}', NO_ID),
    (b'{"data_row":"d"}', NO_ID),
    (b'{"data_row":{}}', NO_ID),
    (b'{"data_row":{"id":null}}', NO_ID),
    (b'{"data_row":{"id":7}}', NO_ID),
    (b'{"data_row":{"id":""}}', NO_ID),
    (b'{"data_row":{"id":"\\ud800"}}', NO_ID),
    (b'{"data_row_id":"d","error":"no media type"}', ENTRY),
    (b'{"error":"no media type"}', NO_ID),
    (b'{"data_row":{"id":"d"},"error":"no media type"}', ENTRY),
    (b'{"data_row":{"id":"d","global_key":"g"},"errors":[]}', ENTRY),
]
NO_JSON: list[tuple[bytes, str]] = [
    (b"<html>", "JSON: invalid character at byte 0 of the line"),
    (b'{"data_row":{"id":"d"}', "JSON: input data was truncated"),
    (b'{"data_row":{"id":"d"}} x', "JSON: trailing characters at byte 25 of the line"),
    (b'{"data_row":{"id":"d"},"x":NaN}', "JSON: invalid character at byte 27 of the line"),
    (b'{"data_row":{"id":"d"},"x":-Infinity}', "JSON: invalid character at byte 28 of the line"),
    (b'{"data_row":{"id":"d"},"x":01}', "JSON: invalid number at byte 28 of the line"),
    (b'{"data_row":{"id":"d"},"x":"\x01"}', "JSON: invalid character at byte 28 of the line"),
    (b'{"data_row":{"id":"d\xff"}}', "UTF-8: invalid start byte at byte 20 of the line"),
    (b'{"data_row":{"id":"d"},"x":"\xc3"}', "UTF-8: invalid continuation byte at byte 28 of the line"),
]
PATHS = {NO_ID: "$.data_row.id"}
REFUSED = [
    *((line, problem, PATHS.get(problem, "$")) for line, problem in NO_ROW),
    *((line, f"the line is not {problem}", None) for line, problem in NO_JSON),
    (b"[" * 100_000, "the line is nested too deeply", None),
]


@pytest.mark.parametrize(("line", "problem", "json_path"), REFUSED, ids=lambda value: repr(value)[:40])
def test_a_line_that_is_no_data_row_is_refused_with_what_is_wrong(
    line: bytes, problem: str, json_path: str | None
) -> None:
    reject = refused(line)
    assert (reject.problem, reject.json_path, reject.error) == (problem, json_path, "DecodeError")
    assert (reject.raw, reject.line, reject.byte_offset, reject.byte_length) == (line, 2, 27, len(line))
    with pytest.raises(DecodeError) as raised:
        LineDecoder().decode_line(line)
    assert isinstance(raised.value, RowError)
    assert (raised.value.problem, raised.value.json_path) == (problem, json_path)


@pytest.mark.parametrize(
    ("line", "data_row_id"),
    [
        (b'{"data_row_id":"d","error":"e"}', "d"),
        (b'{"data_row":{"id":"d"},"errors":["e"]}', "d"),
        (b'{"data_row_id":5,"data_row":{"id":"d"},"errors":["e"]}', "d"),
        (b'{"data_row":{"id":5}}', None),
        (b'{"data_row":"d"}', None),
        (b'["d"]', None),
        (b'{"data_row":{"id":"d"}', None),
        (b'{"data_row_id":"\xff"}', None),
    ],
)
def test_a_reject_names_the_data_row_that_its_line_still_shows(line: bytes, data_row_id: str | None) -> None:
    assert refused(line).data_row_id == data_row_id


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"data_row_id":"d","error":"no such media"}', "no such media"),
        (b'{"data_row":{"id":"d"},"error":"no such media"}', "no such media"),
        (b'{"data_row":{"id":"d"},"error":null,"errors":["a","b"]}', '["a","b"]'),
        (b'{"data_row_id":"d","error":{"code":7, "why":"x"},"errors":[]}', '{"code":7,"why":"x"}'),
    ],
)
def test_the_reason_that_the_platform_gives_is_kept_in_its_words(line: bytes, reason: str) -> None:
    assert (refused(line).problem, refused(line).reason) == (ENTRY, reason)


@pytest.mark.parametrize(
    "line", [b'{"error":"e"}', b'{"data_row_id":5,"error":"e"}', b'{"data_row":5}', b"5"]
)
def test_a_line_that_names_no_data_row_is_no_entry_of_the_error_stream(line: bytes) -> None:
    assert (refused(line).problem == ENTRY, refused(line).reason) == (False, None)


@pytest.mark.parametrize(
    "section", ["media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments"]
)
@pytest.mark.parametrize("value", [b"{}", b"[]", b'"drift"'])
def test_a_row_that_tells_of_an_error_beside_a_section_is_a_row(section: str, value: bytes) -> None:
    rows, rejects = decoded(b'{"data_row":{"id":"d"},"error":"e","' + section.encode() + b'":' + value + b"}")
    assert (len(rows), rejects) == (1, [])
    assert said(rows[0])["extra_"]["error"] == "e"


def test_an_entry_of_the_error_stream_is_never_taken_for_a_row_that_tells_of_an_error() -> None:
    row = b'{"data_row":{"id":"d"},"error":"e","projects":{}}'
    entry = b'{"data_row":{"id":"d"},"error":"e"}'
    decoder = LineDecoder()
    for _ in range(3):
        rows, [reject] = decoded(b"\n".join((row, entry)), decoder)
        assert (len(rows), reject.raw) == (1, entry)


def test_an_error_that_is_null_is_none() -> None:
    rows, rejects = decoded(b'{"data_row":{"id":"d"},"error":null}')
    assert (len(rows), rejects) == (1, [])


ODD: list[tuple[str, Any]] = [
    ('"\\ud800"', "\ud800"),
    ('{"\\udfff":1}', {"\udfff": 1}),
    ("1e400", float("inf")),
    ("-1e400", float("-inf")),
    ("9223372036854775808", 2**63),
    ("1" + "0" * 80, 10**80),
    ("-0", 0),
    ('"\\u0000"', "\0"),
    ('"\u2028\x7f"', "\u2028\x7f"),
    ('[1e400,"\\ud800",' + "9" * 30 + "]", [float("inf"), "\ud800", int("9" * 30)]),
]


@pytest.mark.parametrize(("text", "value"), ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("key", ["x", "media_attributes", "projects"])
def test_a_value_that_only_some_parsers_read_is_kept(key: str, text: str, value: Any) -> None:
    line = f'{{"data_row":{{"id":"d"}},"{key}":{text}}}'.encode()
    [row], _ = decoded(line)
    if isinstance(value, dict) and key == "media_attributes":
        assert said(row.media_attributes)["extra_"] == value
    elif not isinstance(value, dict) or key == "x":
        assert as_json(row.extra_) == {key: value}


def as_json(value: Any) -> Any:
    """Return a leftover as JSON text and back: how it will lie in `extra`."""
    return json.loads(json_string(value))


@pytest.mark.parametrize(
    "path", ["$.attachments[0]", "$.projects.p.labels[0].annotations.objects[0].bounding_box"]
)
def test_an_unfit_value_stands_in_the_extra_of_the_nearest_row_under_its_own_path(path: str) -> None:
    value: Any = {"top": "1", "left": 2, "height": 3, "width": 4, "name": 5}
    for step in reversed(re.findall(r"\.(\w+)|\[(0)\]", path)):
        value = {step[0]: value} if step[0] else [value]
    rows, _ = decoded(json.dumps({"data_row": {"id": "d"}, **value}).encode())
    if "attachments" in path:
        [attachment] = rows[0].attachments or []
        assert said(attachment) == {"extra_": {"top": "1", "left": 2, "height": 3, "width": 4, "name": 5}}
    else:
        [label] = (rows[0].projects or {})["p"].labels or []
        [found] = (label.annotations and label.annotations.objects) or []
        assert said(found) == {
            "extra_": {"bounding_box": {"top": "1", "left": 2, "height": 3, "width": 4, "name": 5}}
        }


@pytest.mark.parametrize(
    ("key", "value", "fitted"),
    [
        ("width", 90.0, 90),
        ("width", 90.5, None),
        ("width", 2**63, None),
        ("width", "90", None),
        ("width", True, None),
        ("duration", 3, 3.0),
        ("duration", 2**60, 2.0**60),
        ("duration", 2**53 + 1, None),
        ("duration", 10**400, None),
        ("duration", "3", None),
        ("duration", False, None),
        ("mime_type", 5, None),
        ("mime_type", [], None),
        ("exif_rotation", "6", "6"),
        ("exif_rotation", 6.0, 6),
        ("exif_rotation", 2**31, None),
    ],
)
def test_a_number_is_taken_where_its_column_holds_it_exactly(key: str, value: Any, fitted: Any) -> None:
    line = json.dumps({"data_row": {"id": "d"}, "media_attributes": {key: value}}).encode()
    [row], _ = decoded(line)
    assert row.media_attributes is not None
    found = getattr(row.media_attributes, key)
    assert (found, type(found)) == (fitted, type(fitted))
    assert (row.media_attributes.extra_ or {}) == ({} if fitted is not None else {key: value})
