"""JSON text: whatever Python can read is written back equal, and msgspec and Python read the same."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exportkit.json_text import (
    JsonTextError,
    json_string,
    on_one_line,
    read_json,
    read_leniently,
    sorted_json_string,
    whole_number,
    write_json,
)

HUGE = "1" * (sys.get_int_max_str_digits() + 1)
#: What msgspec refuses, and what is easily changed on the way.
ODD = ('"\\ud800"', '"a\\udfff\\u00e9"', "1e400", "-1e400", HUGE, f"-{HUGE}", "-0", "-0.0", "1E5", "5e-324",
       str(2**64), str(-(2**70)), '"\\u2028é"', "[]", "{}", '{"a":1e400,"a":2}')  # fmt: skip

numbers = st.one_of(st.integers().map(str), st.floats(allow_nan=False, allow_infinity=False).map(json.dumps))
scalars = st.one_of(
    st.sampled_from(ODD), numbers, st.text().map(json.dumps), st.sampled_from(("null", "true"))
)
keys = st.one_of(
    st.sampled_from(('"\\ud800"', '"a"', '"\\u0061"', '"é"')), st.text(max_size=3).map(json.dumps)
)


def list_of(texts: list[str]) -> str:
    return f"[{', '.join(texts)}]"


def object_of(members: list[tuple[str, str]]) -> str:
    return f"{{{', '.join(f'{key}: {text}' for key, text in members)}}}"


#: Keys may stand twice.
json_texts = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(list_of), st.lists(st.tuples(keys, inner), max_size=4).map(object_of)
    ),
    max_leaves=8,
)


def value_of(text: str) -> Any:
    """Return what Python reads, and the digits of the numbers that it has no value for."""

    def whole(digits: str) -> Any:
        return digits if len(digits) > sys.get_int_max_str_digits() else int(digits)

    def real(digits: str) -> Any:
        return float(digits) if math.isfinite(float(digits)) else digits

    return json.loads(text, parse_int=whole, parse_float=real)


@given(json_texts)
@example('{"a": ["\\ud800", 1e400], "\\udfff": {"b": ' + HUGE + "}}")
def test_what_python_reads_is_written_back_equal(text: str) -> None:
    assert value_of(write_json(read_json(text)).decode()) == value_of(text)
    assert value_of(write_json(read_leniently(text)).decode()) == value_of(text)


def reversed_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(value)}
    return [*map(reversed_keys, value)] if isinstance(value, list) else value


@given(json_texts)
@example('{"b": 1, "a": {"d": "\\ud800", "c": ' + HUGE + "}}")
def test_text_with_sorted_keys_is_the_same_json_in_whatever_order_the_keys_came(text: str) -> None:
    value = read_json(text)
    written = sorted_json_string(value)
    assert value_of(written) == value_of(text)
    assert sorted_json_string(reversed_keys(value)) == written


@given(json_texts)
def test_both_ways_of_reading_read_the_same(text: str) -> None:
    try:
        strictly = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return
    assert json.dumps(read_leniently(text)) == json.dumps(strictly)


@given(json_texts)
def test_text_on_one_line_is_the_same_json(text: str) -> None:
    written = bytes(on_one_line(f" {text}\n")).decode()
    assert value_of(written) == value_of(text)
    assert "\n" not in written


@given(json_texts)
def test_a_text_may_be_bytes_a_string_or_raw(text: str) -> None:
    read = [json_string(read_json(one)) for one in (text, text.encode(), msgspec.Raw(text.encode()))]
    assert len(set(read)) == 1


@pytest.mark.parametrize("text", ["", "NaN", "-Infinity", "[1,]", '{"a":}', '"\x01"', "\ufeff1", "1 2", "01"])
def test_what_is_no_json_is_refused(text: str) -> None:
    for read in (read_json, read_leniently, on_one_line):
        with pytest.raises(JsonTextError):
            read(text)


@pytest.mark.parametrize("data", [b"\xff", "1".encode("utf-16"), b'"\xed\xa0\x80"'])
def test_bytes_that_are_no_utf_8_are_refused(data: bytes) -> None:
    for read in (read_json, read_leniently):
        with pytest.raises(JsonTextError):
            read(data)


def test_what_could_just_be_read_can_be_written() -> None:
    def below(frames: int) -> Any:
        return below(frames - 1) if frames else read_leniently(text)

    for depth in range(sys.getrecursionlimit(), 0, -20):
        text = '{"a":' * depth + '"\\ud800"' + "}" * depth
        try:
            value = below(50)
        except RecursionError:
            continue
        assert write_json(value).decode() == text
        return


@given(st.integers().map(str) | st.text("-0123456789\u0661 ", max_size=21))
@example(str(2**63 - 1))
@example(str(2**63))
@example(str(-(2**63)))
@example("-0")
def test_a_whole_number_is_what_its_own_spelling_says(key: str) -> None:
    number = whole_number(key)
    if number is None:
        assert key not in {str(-(2**63)), str(2**63 - 1), "0"}
        assert not key.isdecimal() or key != str(int(key)) or int(key) >= 2**63
    else:
        assert str(number) == key
