"""The corpus: lines that nobody should send, each with what becomes of it.

Made in code, so that nothing large is kept: a line is a function of nothing. A line either becomes a row
(`ROWS`), or is a reject with a problem (`REJECTS`).
"""

from __future__ import annotations

import json
from collections.abc import Callable

__all__ = ["GOOD", "REJECTS", "ROWS", "SECRET", "line"]

#: Stands in every value of the corpus that may be told from others: no message may show it.
SECRET = "s3cr3t"
GOOD = json.dumps(
    {
        "data_row": {"id": "good", "row_data": f"https://example.org/a?Signature={SECRET}"},
        "media_attributes": {"width": 8},
        "projects": {"p": {"name": "n", "labels": [{"id": "l", "annotations": {"objects": []}}]}},
        "x_new": SECRET,
    }
).encode()

Line = Callable[[], bytes]


def line(inner: str = "", *, id: str = f'"{SECRET}"', more: str = "") -> bytes:  # noqa: A002 - the field's name
    """Return a line whose ``data_row`` holds `inner`, and that holds `more` beside it, both given as JSON."""
    data_row = f'{{"id":{id}{"," if inner else ""}{inner}}}'
    return f'{{"data_row":{data_row}{"," if more else ""}{more}}}'.encode("utf-8", "surrogatepass")


def _nested(depth: int, opening: str, closing: str) -> Line:
    return lambda: line(more=f'"x":{opening * depth}1{closing * depth}')


def _questions(depth: int) -> bytes:
    asked = '{"radio_answer":{"name":"a","classifications":[' * depth + "]}}" * depth
    return line(more='"projects":{"p":{"labels":[{"annotations":{"classifications":[' + asked + "]}}]}}")


def _project(annotations: str) -> Line:
    label = f'{{"id":"l","annotations":{annotations}}}'
    return lambda: line(more=f'"projects":{{"p":{{"name":"n","labels":[{label}]}}}}')


#: Lines that are rows all the same: nothing of them is lost.
ROWS: dict[str, Line] = {
    "nothing but an id": line,
    "white space in every place": lambda: b' { "data_row"\t:\r{ "id" : "d" } } ',
    "NUL escaped in strings and keys": lambda: line('"row_data":"a\\u0000b","\\u0000":1', id='"\\u0000"'),
    "control characters escaped": lambda: line(
        '"row_data":"' + "".join(f"\\u{at:04x}" for at in range(32)) + '"'
    ),
    "line separators of Unicode": lambda: line(
        '"row_data":"a\u2028b\u2029c\u0085d\x0b\x0c"'.replace("\x0b\x0c", "")
    ),
    "line separators in a key": lambda: line(more='"\u2028\u0085":1'),
    "a byte-order mark inside": lambda: line('"row_data":"\ufeffx"'),
    "characters beyond the basic plane": lambda: line('"row_data":"😀\\ud83d\\ude00"'),
    "noncharacters and private ones": lambda: line('"row_data":"\uffff\ufdd0\U0010ffff\ue000"'),
    "text that runs right to left": lambda: line('"row_data":"\u202e\u2066abc"'),
    "a lone surrogate in a value": lambda: line('"row_data":"a\\ud800b"'),
    "a lone surrogate in a key": lambda: line(more='"\\udc00":1'),
    "surrogates in the wrong order": lambda: line(more='"x":"\\udc00\\ud800"'),
    "a lone surrogate in a project id": lambda: line(more='"projects":{"\\ud800":{"name":"n"}}'),
    "a lone surrogate in a metadata value": lambda: line(more='"metadata_fields":[{"value":"\\ud800"}]'),
    "a key twice": lambda: line('"row_data":"first","row_data":"second"', more='"x":1,"x":2'),
    "data_row twice": lambda: b'{"data_row":{"id":"first"},"data_row":{"id":"second"}}',
    "an empty key": lambda: line(more='"":{"":1}'),
    "numbers beyond int64": lambda: line(
        more='"media_attributes":{"width":9223372036854775808},"x":18446744073709551616'
    ),
    "numbers beyond float64": lambda: line(more='"media_attributes":{"duration":1e400},"x":-1e999'),
    "numbers below float64": lambda: line(more='"media_attributes":{"duration":1e-400}'),
    "a number of a thousand digits": lambda: line(more='"x":' + "7" * 1_000),
    "a number of ten thousand digits": lambda: line(more='"x":' + "7" * 10_000),
    "a fraction of ten thousand digits": lambda: line(more='"x":0.' + "7" * 10_000),
    "an exponent of a thousand digits": lambda: line(more='"x":1e-' + "9" * 1_000),
    "minus zero": lambda: line(more='"media_attributes":{"width":-0,"duration":-0.0}'),
    "an id that looks like a path": lambda: line('"global_key":"/etc/passwd"', id='"../../../etc/passwd"'),
    "a project id that looks like a path": lambda: line(more='"projects":{"../../p":{"name":"C:\\\\x"}}'),
    "an id that looks like a URL": lambda: line(id='"file:///etc/passwd?Signature=s3cr3t"'),
    "an id that looks like SQL": lambda: line(id='"\'; drop table labels; --"'),
    "an id that looks like markup": lambda: line(id='"[bold red]<script>%s{0}$(id)`id`"'),
    "an id of a megabyte": lambda: line(id='"' + "i" * 2**20 + '"'),
    "a key of a megabyte": lambda: line(more='"' + "k" * 2**20 + '":1'),
    "a key of a megabyte for a project": lambda: line(more='"projects":{"' + "k" * 2**20 + '":{"name":"n"}}'),
    "ten thousand unknown keys": lambda: line(more=",".join(f'"k{at}":{at}' for at in range(10_000))),
    "ten thousand projects": lambda: line(
        more='"projects":{' + ",".join(f'"p{at}":{{}}' for at in range(10_000)) + "}"
    ),
    "ten thousand objects without anything": _project('{"objects":[' + ",".join(["{}"] * 10_000) + "]}"),
    "ten thousand nulls for objects": _project('{"objects":[' + ",".join(["null"] * 10_000) + "]}"),
    "frames with odd numbers": _project(
        '{"frames":{"-1":{},"01":{},"1.0":{},"1e3":{},"":{},"9223372036854775808":{},"٣":{},"-0":{},"0":{}}}'
    ),
    "a frame minus zero": _project('{"frames":{"-0":{"objects":{"f":{"feature_id":"f"}}}}}'),
    "a frame zero twice": _project(
        '{"frames":{"0":{"objects":{"f":{"feature_id":"f"}}},"-0":{"objects":{"g":{"feature_id":"g"}}}}}'
    ),
    "a frame zero twice beside what nobody knows": _project(
        '{"frames":{"-0":{"objects":{"f":{"feature_id":"f"}}},"0":{"objects":{"g":{"feature_id":"g"}}}},"x":1}'
    ),
    "features under keys that are not their ids, among key frames": _project(
        '{"frames":{"1":{"objects":{"f":{"feature_id":"g"},"h":{},"i":{"feature_id":"i"}}}},'
        '"key_frame_feature_map":{"f":[1],"h":[1],"i":[2]}}'
    ),
    "a list without key frames": _project(
        '{"frames":{"1":{"objects":{"f":{"feature_id":"f"},"g":{"feature_id":"g"}}}},'
        '"key_frame_feature_map":{"f":[],"g":[2]}}'
    ),
    "frames of nineteen digits, beside what nobody knows": _project(
        '{"frames":{"9223372036854775807":{"objects":{"f":{"feature_id":"f"}}},'
        '"9223372036854775808":{"objects":{"g":{"feature_id":"g"}}}},'
        '"key_frame_feature_map":{"f":{"9223372036854775807":true,"-9223372036854775809":true}},"x":1}'
    ),
    "frames of nineteen digits": _project(
        '{"frames":{"9223372036854775807":{"objects":{"f":{"feature_id":"f"}}}}}'
    ),
    "a key frame that is listed twice": _project(
        '{"frames":{"1":{"objects":{"f":{"feature_id":"f"}}}},"key_frame_feature_map":{"f":[1,2,1]}}'
    ),
    "frames far apart": _project('{"frames":{"9223372036854775807":{},"-9223372036854775808":{}}}'),
    "spans that end before they begin": _project('{"segments":{"f":[[5,1],[9223372036854775807,0]]}}'),
    "a hundred levels of arrays": _nested(100, "[", "]"),
    "a hundred levels of objects": _nested(100, '{"a":', "}"),
    "a hundred levels of questions": lambda: _questions(100),
    "forty levels of questions, some without names": lambda: (
        _questions(40)
        .replace(b'"name":"a",', b"", 5)
        .replace(b'{"radio_answer"', b'{"name":"q","radio_answer"', 9)
    ),
    "every section of another type": lambda: line(
        '"details":7,"global_key":{},"external_id":[]',
        more='"media_attributes":"x","attachments":{},"metadata_fields":1,"embeddings":true,"projects":[],'
        '"experiments":"y"',
    ),
    "every section null": lambda: line(
        '"details":null,"row_data":null', more='"media_attributes":null,"attachments":null,"projects":null'
    ),
    "attributes that the structs use": lambda: line(more='"media_attributes":{"extra_":1,"$extra":2}'),
    "a page that is no number": _project(
        '{"objects":[{"feature_id":"f","annotation_kind":"DocumentBoundingBox","page_number":{"a":[0]}}]}'
    ),
    "an unknown kind with what the structs use": _project(
        '{"objects":[{"feature_id":"f","annotation_kind":"New","extra_":1,"$extra":2}]}'
    ),
    "keys that the tables use": lambda: line(more='"$extra":1,"extra_":2,"extra":3,"line":4,"export_id":5'),
}

NO_JSON = "the line is not JSON: "
NO_UTF8 = "the line is not UTF-8: "
TOO_DEEP = "the line is nested too deeply"
NO_ID = "the line has no usable data row id"
#: Lines that are none, with the beginning of the problem.
REJECTS: dict[str, tuple[Line, str]] = {
    "a truncated line": (lambda: GOOD[:-7], NO_JSON),
    "a line that begins in the middle": (lambda: GOOD[7:], NO_JSON),
    "two rows on a line": (lambda: GOOD + GOOD, NO_JSON),
    "two rows with a comma between": (lambda: GOOD + b"," + GOOD, NO_JSON),
    "garbage behind a row": (lambda: GOOD + f" {SECRET}".encode(), NO_JSON),
    "random bytes": (lambda: bytes(range(14, 256)) * 4, NO_UTF8),
    "a markup page": (f"<html>{SECRET}</html>".encode, NO_JSON),
    "a comment": (f"// {SECRET}".encode, NO_JSON),
    "single quotes": (lambda: b"{'data_row':{'id':'s3cr3t'}}", NO_JSON),
    "a trailing comma": (lambda: line(more='"x":[1,]'), NO_JSON),
    "NUL bytes": (lambda: b"\x00" * 100, NO_JSON),
    "a NUL byte in a string": (lambda: line('"row_data":"a\x00b"'), NO_JSON),
    "a tab in a string": (lambda: line('"row_data":"a\tb"'), NO_JSON),
    "NaN": (lambda: line(more='"x":NaN'), NO_JSON),
    "Infinity": (lambda: line(more='"media_attributes":{"duration":Infinity}'), NO_JSON),
    "minus infinity": (lambda: line(more='"x":[-Infinity]'), NO_JSON),
    "a number with a leading zero": (lambda: line(more='"x":01'), NO_JSON),
    "a number in hexadecimals": (lambda: line(more='"x":0x10'), NO_JSON),
    "invalid UTF-8 in a value": (lambda: line('"row_data":"@"').replace(b"@", b"\xff"), NO_UTF8),
    "invalid UTF-8 in a key": (lambda: line(more='"@":1').replace(b"@", b"\xc3\x28"), NO_UTF8),
    "an overlong form": (lambda: line('"row_data":"@"').replace(b"@", b"\xc0\xaf"), NO_UTF8),
    "a surrogate in UTF-8": (lambda: line('"row_data":"\ud800"'), NO_UTF8),
    "a character beyond Unicode": (
        lambda: line('"row_data":"@"').replace(b"@", b"\xf4\x90\x80\x80"),
        NO_UTF8,
    ),
    "text in Latin-1": (lambda: line('"row_data":"é"').decode().encode("latin-1"), NO_UTF8),
    "text in UTF-16": (lambda: line().decode().encode("utf-16-le"), NO_JSON),
    "ten thousand levels of arrays": (_nested(10_000, "[", "]"), TOO_DEEP),
    "ten thousand levels of objects": (_nested(10_000, '{"a":', "}"), TOO_DEEP),
    "ten thousand levels of questions": (lambda: _questions(10_000), TOO_DEEP),
    "a million open brackets": (lambda: b"[" * 10**6, TOO_DEEP),
    "an empty object": (lambda: b"{}", NO_ID),
    "an id that is a number": (lambda: line(id="7"), NO_ID),
    "an id that is empty": (lambda: line(id='""'), NO_ID),
    "an id that is a lone surrogate": (lambda: line(id='"\\ud800"'), NO_ID),
    "an id that is missing": (lambda: b'{"data_row":{"ID":"s3cr3t"}}', NO_ID),
    "no object": (f'"{SECRET}"'.encode, "the line is a string, not a data row"),
    "an array of rows": (lambda: b"[" + GOOD + b"]", "the line is an array, not a data row"),
}
