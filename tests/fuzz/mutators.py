"""Mutators: takes a random source and lines of an export, gives lines that are nearly exports.

Two kinds. Those of values know JSON: they put strange values, keys and whole subtrees where others stood, so
that a line stays readable and its meaning goes astray. Those of bytes know nothing: what comes out is mostly
no JSON at all. The same seed gives the same lines.
"""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

__all__ = ["BYTES", "VALUES", "mutated_bytes", "mutated_line"]

#: Values that do not fit where most values stand.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, -0.0, 0.5, 1e300, 5e-324, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63),
    -(2**70),
    10**25, "", " ", "0", "-0", "1", "01", "1.5", "drift", "null", "\x00", "\u2028\x85", "é東京😀",
    "a\nb\r", "\\u0041",
    "2024-02-29T23:59:59.999999Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:60Z", "2024-01-01",
    "x" * 300,
    [], {}, [None], [[]], [{}], {"": {}}, {"0": 0}, {"x": [1, {"y": None}]}, [1, "2", None],
    {"feature_id": "f"},
)  # fmt: skip
#: Keys that mean something in one place or another, or look as if.
KEYS = (
    "", "x_new", "$extra", "$key", "$value", "$holder", "$parent", "0", "1", "01", "-1", "+1", "1.0",
    "1e3", " 1",
    "١", "9223372036854775808", "id", "name", "value", "labels", "annotations", "objects", "frames",
    "segments",
    "classifications", "relationships", "groups", "timestamp", "key_frame_feature_map", "feature_id",
    "line",
    "polygon", "point", "bounding_box", "radio_answer", "checklist_answers", "text_answer", "payload",
    "extra",
    "data_row", "projects", "experiments", "runs", "predictions", "extra_", "error", "message_id",
    "\u2028", "a\\b",
)  # fmt: skip
#: Spellings of numbers that JSON has, and some that it has not.
NUMBERS = (
    b"1e400", b"-1e400", b"1E5", b"1e-400", b"-0", b"-0.0", b"0.10", b"123456789012345678901234567890",
    b"1.0e0",
    b"9007199254740993", b"9223372036854775807", b"9223372036854775808", b"01", b"+1", b".5", b"1.", b"0x1",
    b"NaN", b"Infinity", b"-Infinity", b"1_0",
)  # fmt: skip
#: Bytes that stand for something somewhere.
BYTES = (
    b"\x00", b"\n", b"\r", b"\r\n", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"\xe2\x80\xa8", b"\xc2\x85",
    b"\\", b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\ud800", b"\\u0000", b"\\udc00\\ud800", b"null",
    b"}{", b" ",
    b"\t", b"\x0b", b"//", b"\x1f\x8b\x08", b"<html>", b"[[[[[[[[", b'{"":{"":', b"\xf4\x90\x80\x80",
)  # fmt: skip
#: Before a key that its object is to hold twice.
TWICE = b"$twice:"
NUMBER = re.compile(rb"(?<=[:\[,])\s*-?\d[\d.eE+-]*")


class Spot(NamedTuple):
    """A place in a value: what holds it, and under which key or index."""

    holder: Any
    key: Any


def mutated_line(chance: random.Random, line: bytes, others: list[bytes]) -> bytes:
    """Return a JSON line with one to four of its values, keys or number spellings changed."""
    value = json.loads(line)
    for _ in range(chance.choice((1, 1, 2, 4))):
        spots = list(_spots(value))
        if not spots:
            break
        chance.choice(OF_VALUES)(chance, chance.choice(spots), spots, others)
    separators = chance.choice(((",", ":"), (", ", ": ")))
    text = json.dumps(value, ensure_ascii=chance.random() < 0.3, separators=separators)
    mutated = text.encode("utf-8", "surrogatepass").replace(TWICE, b"")
    return _respelt(chance, mutated) if chance.random() < 0.2 else mutated


def mutated_bytes(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return bytes with one to six pieces changed."""
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        data = chance.choice(OF_BYTES)(chance, data, others)
    return data


# --- values ------------------------------------------------------------------------------------


def _spots(value: Any) -> Iterator[Spot]:
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield Spot(value, key)
            yield from _spots(value[key])


def _replace(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    spot.holder[spot.key] = copy.deepcopy(chance.choice(VALUES))


def _delete(_chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    del spot.holder[spot.key]


def _add(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    value = copy.deepcopy(chance.choice(VALUES))
    if isinstance(spot.holder, dict):
        spot.holder[chance.choice(KEYS)] = value
    else:
        spot.holder.insert(chance.randint(0, len(spot.holder)), value)


def _rename(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    if isinstance(spot.holder, dict):
        spot.holder[chance.choice(KEYS)] = spot.holder.pop(spot.key)


def _transplant(chance: random.Random, spot: Spot, spots: list[Spot], others: list[bytes]) -> None:
    """Put a subtree of this line, or of another one, in the place."""
    if chance.random() < 0.5:
        spots = list(_spots_of(chance.choice(others))) or spots
    other = chance.choice(spots)
    spot.holder[spot.key] = copy.deepcopy(other.holder[other.key])


def _wrap(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    value = spot.holder[spot.key]
    spot.holder[spot.key] = chance.choice(([value], {"x": value}, [value, value], {"0": value}, str(value)))


def _nest(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    value = spot.holder[spot.key]
    for _ in range(chance.choice((2, 10, 60))):
        value = [value] if chance.random() < 0.5 else {"a": value}
    spot.holder[spot.key] = value


def _repeat(chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    if isinstance(spot.holder, list):
        spot.holder.extend(copy.deepcopy([spot.holder[spot.key]] * chance.choice((1, 3))))
    else:
        spot.holder[chance.choice(KEYS)] = copy.deepcopy(spot.holder[spot.key])


def _retype(_chance: random.Random, spot: Spot, _spots: list[Spot], _others: list[bytes]) -> None:
    """Make an array an object, and the other way round."""
    value = spot.holder[spot.key]
    if isinstance(value, list):
        spot.holder[spot.key] = {str(at): one for at, one in enumerate(value)}
    else:
        spot.holder[spot.key] = list(value.values()) if isinstance(value, dict) else [value]


def _say_twice(chance: random.Random, spot: Spot, spots: list[Spot], _others: list[bytes]) -> None:
    """Say a key once more, with a value from elsewhere in the line, anywhere in its object."""
    if not isinstance(spot.holder, dict):
        return
    other = chance.choice(spots)
    members = list(spot.holder.items())
    again = f"{TWICE.decode()}{spot.key}", copy.deepcopy(chance.choice((other.holder[other.key], *VALUES)))
    members.insert(chance.randint(0, len(members)), again)
    spot.holder.clear()
    spot.holder.update(members)


def _spots_of(line: bytes) -> Iterator[Spot]:
    return _spots(json.loads(line))


def _respelt(chance: random.Random, line: bytes) -> bytes:
    """Return a line with one number spelt otherwise, or one key said twice."""
    numbers = list(NUMBER.finditer(line))
    if not numbers or chance.random() < 0.2:
        return line.replace(b"{", b'{"name":' + chance.choice((b"1", b'"n"', b"[]")) + b",", 1)
    found = chance.choice(numbers)
    return line[: found.start()] + chance.choice(NUMBERS) + line[found.end() :]


# --- bytes -------------------------------------------------------------------------------------


def _flip(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    at = chance.randrange(max(len(data), 1))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(BYTES) + data[at:]


def _cut_out(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.choice((1, 1, 2, 10, 100)) :]


def _truncate(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    return data[: chance.randint(0, len(data))]


def _double(chance: random.Random, data: bytes, _others: list[bytes]) -> bytes:
    at = chance.randint(0, len(data))
    end = at + chance.choice((1, 5, 50))
    return data[:end] + data[at:]


def _splice(chance: random.Random, data: bytes, others: list[bytes]) -> bytes:
    other = chance.choice(others)
    return data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]


OfValues = Callable[[random.Random, Spot, list[Spot], list[bytes]], None]
OF_VALUES: tuple[OfValues, ...] = (
    _replace,
    _replace,
    _delete,
    _add,
    _rename,
    _transplant,
    _wrap,
    _nest,
    _repeat,
    _retype,
    _say_twice,
)
OF_BYTES = (_flip, _insert, _cut_out, _truncate, _double, _splice)
