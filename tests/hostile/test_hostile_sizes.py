"""Lines of hostile sizes: each has its outcome, in memory that is measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.commands import ENVIRONMENT

#: Converts what is made while it is read, so that nobody but exportkit could hold it.
CONVERT = """
import json, resource, sys
import exportkit

start, repeated, in_a_block, blocks, end = (word.encode() for word in sys.argv[1:])

def pieces():
    numbers = range(int(in_a_block))
    block = b"".join(repeated.replace(b"########", b"%08d" % number) for number in numbers)
    yield start
    for _ in range(int(blocks)):
        yield block
    yield end

class Stream:
    held, rest = b"", pieces()
    def read(self, size):
        self.held = self.held or next(self.rest, b"")
        data, self.held = self.held[:size], self.held[size:]
        return data

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

exportkit.to_parquet("good.ndjson", "warm", workers=1)  # imports what will be needed
before = peak()
report = exportkit.to_parquet(Stream(), "lake", max_rejects=None)
print(json.dumps({**report.to_dict(), "megabytes": peak() - before}))
"""


class Input(NamedTuple):
    """An input that is longer than anybody should hold; ``########`` is a number from 0 in each block."""

    start: str
    repeated: str
    in_a_block: int
    blocks: int
    end: str

    @property
    def bytes(self) -> int:
        """How long it is."""
        return len(self.start) + len(self.repeated) * self.in_a_block * self.blocks + len(self.end)


def converted(given: Input, desk: Path) -> dict[str, Any]:
    """Return the report of a conversion, and how much memory it took beside that of a small one."""
    (desk / "good.ndjson").write_bytes(b'{"data_row":{"id":"good"}}\n{\n')
    command = [sys.executable, "-W", "ignore", "-c", CONVERT, *map(str, given)]
    ran = subprocess.run(command, cwd=desk, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


ROW = '{"data_row":{"id":"a"}'
LABEL = ',"projects":{"p":{"labels":[{"id":"l","annotations":{"objects":[{}'


@pytest.mark.parametrize(
    ("given", "rows", "megabytes"),
    [
        (Input(f'{ROW},"', "k" * 1_000, 1_000, 10, '":1}'), {"data_rows": 1}, 150),
        (
            Input(ROW + LABEL, ",{}", 1_000, 1_100, "]}}]}}}"),
            {"data_rows": 1, "projects": 1, "labels": 1, "objects": 1_100_001},
            600,
        ),
        (Input(f'{ROW},"x":[0', ",{}", 1_000, 1_100, "]}"), {"data_rows": 1}, 300),
        (Input("", "{}\n", 10_000, 10, ""), {"rejects": 100_000}, 200),
    ],
    ids=["a key of 10 MB", "a million objects", "a million unknown objects", "many lines without anything"],
)
def test_what_is_large_and_can_be_read_is_read(
    given: Input, rows: dict[str, int], megabytes: float, tmp_path: Path
) -> None:
    report = converted(given, tmp_path)
    assert {table: count for table, count in report["rows"].items() if count} == rows
    assert report["input_bytes"] >= given.bytes - 1
    assert report["megabytes"] < megabytes


HELD = "a value of the line is longer than 64 MiB"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (Input(f'{ROW},"x":"', "x" * 1_000, 1_000, 70, '"}'), HELD),
        (Input(f'{ROW},"', "k" * 1_000, 1_000, 70, '":1}'), HELD),
        (Input(f'{ROW},"x":"', "x" * 1_000, 1_000, 70, ""), HELD),
        (
            Input(f'{ROW},"x":[0', ", {  }", 1_000, 5_000, "]}"),
            "a value of the line holds more than 2,097,152 objects and arrays",
        ),
        (
            Input(ROW, f',"########":"{"x" * 99_900}"', 700, 1, "}"),
            "more than 64 MiB of one object are in no collection",
        ),
        (Input("", "[", 10_000, 7_000, ""), "the line is not JSON: it is not an object"),
    ],
    ids=["string", "key", "open string", "unknown objects", "fields", "brackets"],
)
def test_a_line_with_a_value_that_nobody_could_hold_is_a_reject_and_kept_whole(
    given: Input, problem: str, tmp_path: Path
) -> None:
    report = converted(given._replace(start=f'{{"data_row":{{"id":"b"}}}}\n{given.start}'), tmp_path)
    assert (report["data_rows"], report["rejects"]) == (1, 1)
    assert report["first_rejects"][0].startswith(f"{problem} (in stream:, line 2, ")
    (raw,) = (tmp_path / "lake" / "rejects").glob("_raw-*.bin")
    assert raw.stat().st_size == given.bytes
    assert report["megabytes"] < 400
