"""Learning unknown fields: it makes later rows with them fast, and changes no table."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exportkit.decode import decoder
from exportkit.pipeline import batches, make_options
from exportkit.rows import specialised
from oracle import Tables, differences, rows_of_batches, tables_of_export
from strategies import line_of, mutated_rows, rows

#: Bytes of a block in which no two lines of these tests fit.
LINE_BY_LINE = 64


def tables_from(data: bytes, **sizes: int) -> Tables:
    """Return the rows of all tables, converted in blocks of `block_bytes`."""
    options = replace(make_options(export_id="e"), **sizes)
    return rows_of_batches(batches(io.BytesIO(data), options))


def expected(data: bytes) -> Tables:
    return tables_of_export(data, export_id="e", source_uri="stream:")


def box(**more: Any) -> dict[str, Any]:
    sides = {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0, **more}
    return {"feature_id": "f", "annotation_kind": "ImageBoundingBox", "bounding_box": sides}


def labelled(*objects: dict[str, Any], **more: Any) -> dict[str, Any]:
    label = {"id": "l", "annotations": {"objects": list(objects), "classifications": []}}
    return {"data_row": {"id": "d"}, "projects": {"p": {"name": "n", "labels": [label]}}, **more}


def export_of(*some: dict[str, Any]) -> bytes:
    return b"".join(line_of(row) + b"\n" for row in some)


@pytest.mark.parametrize("count", [1, 2, 3, 14, 15, 16, 17, 40])
@pytest.mark.parametrize("key", ["x", "xy", "x_new"])
def test_numbers_of_structs_with_a_learned_field_are_read_right(key: str, count: int) -> None:
    data = export_of(labelled(box(**{key: 1})), labelled(*[box()] * count))
    assert differences(expected(data), tables_from(data, block_bytes=LINE_BY_LINE)) == []


@settings(max_examples=25)
@given(
    st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=6),
    st.sampled_from([LINE_BY_LINE, 5_000, 1_000_000]),
)
def test_tables_are_the_same_with_learning_and_without(some: list[dict[str, Any]], block_bytes: int) -> None:
    data = export_of(*some, *some)
    learned = tables_from(data, block_bytes=block_bytes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(specialised.Shape, "learn", lambda *_: False)
        assert differences(tables_from(data, block_bytes=block_bytes), learned) == []


@settings(max_examples=10)
@given(mutated_rows(), mutated_rows(), rows())
def test_what_was_learned_from_one_row_does_not_show_in_another(
    one: dict[str, Any], other: dict[str, Any], plain: dict[str, Any]
) -> None:
    together = export_of(one, other, plain)
    for at, row in enumerate((one, other, plain), 1):
        alone = tables_from(b"\n" * (at - 1) + export_of(row), block_bytes=LINE_BY_LINE)
        found = tables_from(together, block_bytes=LINE_BY_LINE)
        for table, found_rows in found.items():
            ours = [{**each, "byte_offset": None} for each in found_rows if each["line"] == at]
            assert ours == [{**each, "byte_offset": None} for each in alone[table]]


def test_an_export_with_more_unknown_fields_than_are_learned_loses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(specialised, "MAX_LEARNED", 20)
    keys = [f"field{at}" for at in range(30)]
    some = [labelled(box(**{key: at}), **{key: [at]}) for at, key in enumerate(keys)]
    options = replace(make_options(), block_bytes=LINE_BY_LINE)
    made = batches(io.BytesIO(export_of(*some)), options)
    found = rows_of_batches(made)
    assert [row["extra"] for row in found["data_rows"]] == [{key: [at]} for at, key in enumerate(keys)]
    assert [row["extra"] for row in found["objects"]] == [
        {"bounding_box": {key: at}} for at, key in enumerate(keys)
    ]
    assert made.report.unknown_fields.total() == 2 * len(keys)


ODD_KEYS = (
    "", " ", "$extra", "extra_", "$key", 'a"b', "a\\b", "\n", "\x00", "\x7f", "\u2028", "é", "東京", "😀",
    "x" * 5_000, "class", "learned0_", "skipped_x", "__class__", "self", "0", "1.5", "None", "a.b",
)  # fmt: skip


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys_are_kept_under_their_own_name_in_every_place(key: str) -> None:
    row = labelled(box(**{key: 1}), **{key: {"y": 2}})
    row["data_row"][key] = 3
    row["projects"]["p"]["labels"][0]["annotations"][key] = 4
    row["projects"]["p"]["labels"][0]["annotations"]["objects"][0][key] = 5
    data = export_of(*[row] * 5)
    for block_bytes in (LINE_BY_LINE, 1_000_000):
        assert differences(expected(data), tables_from(data, block_bytes=block_bytes)) == []


def test_a_learned_field_is_read_at_once_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lenient: list[bytes] = []
    read = decoder.read_untyped

    def noted(line: bytes) -> Any:
        lenient.append(line)
        return read(line)

    monkeypatch.setattr(decoder, "read_untyped", noted)
    row = labelled(box(x_new=1), another=2)
    tables_from(export_of(*[row] * 50), block_bytes=LINE_BY_LINE)
    assert len(lenient) == 1


def test_a_field_that_changes_its_type_is_learned_once_for_all_types() -> None:
    some = [labelled(box(x_new=value)) for value in (1, "a", None, [1], {"y": 1}, True, 0.5)]
    found = tables_from(export_of(*some), block_bytes=LINE_BY_LINE)
    extras = [row["extra"] and row["extra"]["bounding_box"]["x_new"] for row in found["objects"]]
    assert extras == [1, "a", None, [1], {"y": 1}, True, 0.5]


def test_json_texts_of_learned_fields_are_json_whatever_they_hold() -> None:
    values = ['"a\\ud800"', "1e400", "123456789012345678901234567890", '{"a":[1,{"b":null}]}', '"\\u2028"']
    lines = [b'{"data_row":{"id":"d"},"x":' + value.encode() + b"}\n" for value in ["1", *values]]
    for line in lines:
        (found,) = tables_from(lines[0] + line, block_bytes=LINE_BY_LINE)["data_rows"][1:]
        assert json.dumps(found["extra"]) == json.dumps({"x": json.loads(line)["x"]})
