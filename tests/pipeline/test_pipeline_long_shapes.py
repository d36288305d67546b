"""Whatever a line holds, read in runs it gives the tables and rejects that it gives as a whole.

Every place of a line where a container can stand holds every wrong type, and every key stands twice. No size
of anything decides what becomes of it.
"""

from __future__ import annotations

import io
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exportkit.pipeline import batches, make_options
from exportkit.pipeline.resources import SIZES
from exportkit.split import MAX_MEMBER_BYTES
from exportkit.tables import TABLES
from strategies import line_of, mutated_rows, rows

#: Why a line was refused.
WORDING = frozenset({"problem", "json_path", "raw_uri"})
MARKS = frozenset({"$holder", "$parent"})
#: Tables of features, which come in any order within their label.
UNORDERED = ("objects", "classifications", "relationships", "segments", "key_frames")
Tables = dict[str, list[dict[str, Any]]]

QUESTION = {"feature_id": "q", "name": "Q", "radio_answer": {"feature_id": "a", "name": "A"}}
OBJECT = {"feature_id": "o", "name": "O", "annotation_kind": "ImagePoint", "classifications": [QUESTION]}
OTHER = {"feature_id": "p", "name": "O", "point": {"x": 1, "y": 2}}
RELATIONSHIP = {"feature_id": "r", "unidirectional_relationship": {"source": "o", "target": "p"}}
FRAME = {"objects": {"o": OBJECT, "p": OTHER}, "classifications": [QUESTION]}
FLAT = {"objects": [OBJECT, OTHER], "classifications": [QUESTION], "relationships": [RELATIONSHIP]}
VIDEO = {
    "frames": {"1": FRAME, "20": {"objects": {"p": OTHER}}},
    "segments": {"o": [[1, 20]], "p": [[1, 1]]},
    "key_frame_feature_map": {"o": [1], "p": {"20": True, "x": True}},
}
DICOM = {"groups": {"g": {"name": "G", "classifications": [QUESTION], "frames": {"3": FRAME}}, "h": {}}}
AUDIO = {"timestamp": {"5": {"classifications": [QUESTION]}, "90": {"classifications": [QUESTION]}}}
DETAILS = {"selected_label_id": "l1", "workflow_history": [{"action": "Move"}] * 2}


def with_labels(*shapes: Any) -> dict[str, Any]:
    """Return a line with a label of each shape."""
    labels = [{"id": f"l{at}", "annotations": said} for at, said in enumerate(shapes)]
    return {"data_row": {"id": "d"}, "projects": {"p": {"name": "P", "labels": labels}}}


#: Lines with every container that the catalogue has, each with more than one item where it may.
LINES = [
    with_labels(FLAT, {}),
    with_labels(VIDEO),
    with_labels(DICOM),
    with_labels(AUDIO, {}),
    {
        "data_row": {"id": "d"},
        "media_attributes": {"width": 5},
        "attachments": [{"id": "1"}, {"id": "2"}],
        "metadata_fields": [{"schema_id": "1", "value": 5}, {"schema_id": "2", "value": "x"}],
        "embeddings": [{"id": "1", "values": [{"value": [0.5]}, {"value": [1]}]}],
        "projects": {
            "p": {"labels": [{"id": "l0"}, {"id": "l1"}, {"id": "l2"}], "project_details": DETAILS},
            "q": {"labels": [{"id": "l3", "label_details": {"created_at": "2024-01-01"}}]},
        },
        "experiments": {"f": {"runs": {"t": {"name": "T", "predictions": [{"id": "l4"}]}}}},
    },
    {
        "data_row": {"id": "d"},
        "experiments": {
            "e": {
                "name": "E",
                "runs": {
                    "r": {"labels": [{"id": "l5"}], "predictions": [{"id": "l6"}, {"id": "l7"}]},
                    "s": {"predictions": [{"id": "l8", "annotations": {"classifications": [QUESTION]}}]},
                },
            },
            "f": {"runs": {"t": {"name": "T"}}},
        },
    },
]
#: Of every type, short and longer than a chunk.
STRANGERS = [None, 5, "drift", True, [], {}, [5], [{"x": 1}], [[1, 2]], {"x": 1}, {"7": [1]}, {"x": {"y": 2}}]
OTHER_TYPE = object()
#: How many of them are tried in each place.
STRANGERS_EACH = 1
LONG = [[{"x": at, "y": "z" * 30} for at in range(9)], {str(at): ["z" * 30] for at in range(9)}]


def converted(data: bytes, **sizes: int) -> tuple[Tables, Any]:
    options = replace(make_options(export_id="e", max_rejects=None), **sizes)
    made = batches(io.BytesIO(data), options)
    tables: Tables = defaultdict(list)
    for table, batch in made:
        tables[table] += batch.to_pylist()
    return tables, made.report


def ordered(tables: Tables) -> dict[str, list[str]]:
    """Order rows where a line leaves that open: features of one label; leave out why a line was refused."""
    found = {name: [sorted_keys(row) for row in tables[name]] for name in TABLES}
    for name in UNORDERED:
        found[name].sort()
    return found


def sorted_keys(row: dict[str, Any]) -> str:
    shown = {name: value for name, value in row.items() if name not in WORDING}
    if "answer_feature_id" in shown:  # where an id names two features, fragments mark it otherwise
        extra = json.loads(shown["extra"] or "{}").items()
        shown["extra"] = {key: value for key, value in extra if key not in MARKS}
    return json.dumps(shown, sort_keys=True, default=str)


def check(data: bytes, chunk_bytes: int, block_bytes: int) -> None:
    expected, report = converted(data)
    long, long_report = converted(data, max_line_bytes=1, chunk_bytes=chunk_bytes, block_bytes=block_bytes)
    got, wanted = ordered(long), ordered(expected)
    for name, rows_of_table in wanted.items():
        assert got[name] == rows_of_table, name
    for name in ("lines", "data_rows", "rejects", "blanks", "rows", "unknown_fields", "drifted_fields"):
        assert getattr(long_report, name) == getattr(report, name)


def spots(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place of a value: what holds it, and under which key or index."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from spots(value[key])


def copied(value: Any) -> Any:
    return json.loads(json.dumps(value))


def misfits(line: Any, strangers_each: int) -> Iterator[bytes]:
    """Yield a line with each of its containers replaced: by its content in another type, and by strangers."""
    places = sum(isinstance(holder[key], (dict, list)) for holder, key in spots(line))
    strangers = itertools.cycle([*STRANGERS, *LONG])
    for place in range(places):
        for stranger in [OTHER_TYPE, *itertools.islice(strangers, strangers_each)]:
            changed = copied(line)
            holder, key = [one for one in spots(changed) if isinstance(one[0][one[1]], (dict, list))][place]
            value = holder[key]
            content = dict(enumerate(value)) if isinstance(value, list) else [*value.values(), value]
            holder[key] = content if stranger is OTHER_TYPE else stranger
            yield line_of(changed)


def twice(value: Any, chance: random.Random, share: float) -> bytes:
    """Write a value with members that stand twice, the first time or the second as something else."""
    if isinstance(value, list):
        return b"[" + b",".join(twice(one, chance, share) for one in value) + b"]"
    if not isinstance(value, dict):
        return json.dumps(value).encode()
    members = [(json.dumps(key).encode(), twice(one, chance, share)) for key, one in value.items()]
    for key, written in list(members):
        if chance.random() < share:
            other = chance.choice([*STRANGERS, *LONG, None])
            again = written if other is None else json.dumps(other).encode()
            spelt = key if chance.random() < 0.7 else b'"\\u%04x%s' % (key[1], key[2:])
            members.insert(chance.randint(0, len(members)), (spelt, again))
    return b"{" + b",".join(key + b":" + written for key, written in members) + b"}"


@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_a_container_of_another_type_gives_what_it_gives_in_a_line_that_is_held(line: Any) -> None:
    chance = random.Random(1)
    for changed in misfits(line, STRANGERS_EACH):
        check(changed, chance.choice([1, 40, 150]), chance.choice([11, 64]))


@settings(max_examples=max(1, settings().max_examples // 3))
@given(seed=st.integers(0, 2**32), chunk_bytes=st.integers(1, 400), block_bytes=st.integers(4, 80))
def test_of_keys_that_stand_twice_the_last_counts_in_the_place_of_the_first(
    seed: int, chunk_bytes: int, block_bytes: int
) -> None:
    chance = random.Random(seed)
    check(twice(chance.choice(LINES), chance, chance.choice([0.02, 0.2])), chunk_bytes, block_bytes)


@given(data=st.data())
@settings(max_examples=max(1, settings().max_examples // 4))
def test_lines_with_anything_anywhere_give_what_they_give_when_they_are_held(data: st.DataObject) -> None:
    row = data.draw(rows() | mutated_rows(odd_items=True))
    for _ in range(data.draw(st.integers(0, 2), "strangers")):
        places = list(spots(row))
        holder, key = places[data.draw(st.integers(0, len(places) - 1), "place")]
        holder[key] = copied(data.draw(st.sampled_from([*STRANGERS, *LONG]), "stranger"))
    chance = random.Random(data.draw(st.integers(0, 2**32), "seed"))
    line = twice(row, chance, data.draw(st.sampled_from([0, 0.05]), "share"))
    for _ in range(data.draw(st.integers(0, 1), "breaks")):
        at = data.draw(st.integers(0, len(line)), "at")
        put = data.draw(st.sampled_from([b"", b",", b"}", b"]", b'"', b"\xff", b" ", b"\x0b"]), "put")
        line = line[:at] + put + line[at + 1 :]
    line = b'{"data_row":{"id":"first"}}\n' + line  # by which one sees that it is an export
    check(line, len(line) // data.draw(st.integers(1, 30), "parts") + 1, 61)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b'{"data_row":{"id":"d"},,"projects":{"p":{"name":"a long name"}}}', "not JSON"),
        (b'{,"data_row":{"id":"d"},"projects":{"p":{"name":"a long name"}}}', "not JSON"),
        (b'{"data_row":{"id":"d"},"projects":{"p":{"name":"a long name"},}}', "a member is missing"),
        (b'{"data_row":{"id":"d"},\x0b"projects":{"p":{"name":"a long name"}}}', "not JSON"),
        (b'{"data_row":{"id":"d"},"projects":{"p":{"name":"\\q"}},"projects":{}}', "not JSON"),
    ],
)
def test_what_is_broken_between_chunks_or_in_what_does_not_count_is_refused(
    line: bytes, problem: str
) -> None:
    for chunk_bytes in (1, 20, 40, 500):
        tables, report = converted(line, max_line_bytes=1, chunk_bytes=chunk_bytes, block_bytes=7)
        assert (report.data_rows, report.rejects) == (0, 1)
        if chunk_bytes == 1:
            assert problem in tables["rejects"][0]["problem"]


@pytest.mark.parametrize("shape", ["frames in an array", "labels by id, and frames twice"])
def test_a_line_of_real_size_gives_what_it_gives_when_it_is_held(shape: str) -> None:
    frame = {"objects": {"o": {**OBJECT, "value": "long " * 400}}}
    video = {"frames": {str(at): frame for at in range(12_000)}}
    line = with_labels(video, {})
    label = line["projects"]["p"]["labels"][0]
    if shape == "frames in an array":
        label["annotations"]["frames"] = [{"frame": at, **frame} for at in range(12_000)]
        data = line_of(line)
    else:
        line["projects"]["q"] = {"labels": {"l9": {"id": "l9"}}}
        data = line_of(line).replace(b'"11999":{', b'"7":{"x_new":1,')
    assert len(data) > SIZES.max_line_bytes
    expected, _ = converted(data, max_line_bytes=MAX_MEMBER_BYTES)
    long, _ = converted(data)
    assert ordered(long) == ordered(expected)
    assert "long " * 400 in str(
        long["labels"][0]["extra"] if "array" in shape else long["objects"][7]["value"]
    )
