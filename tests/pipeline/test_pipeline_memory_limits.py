"""A memory limit: it scales what is held, is refused where it cannot be kept, and changes no row."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit.commit import committer_for
from exportkit.pipeline import sizes_for
from exportkit.pipeline.resources import bytes_of, most_workers
from exportkit.split import MAX_MEMBER_BYTES
from exportkit.write import LakeWriter, WriteOptions
from oracle import rows_of_batches
from write.lakes import SCHEMA, batch_of, numbered

MB = 10**6
#: Converts in a process of its own and tells its peak, in bytes. Memory that other tests left free would hide
#: it, and what `resource` tells of a new process is never below what the process had that started it.
PEAK = """
import json, re, sys
from pathlib import Path
import exportkit
report = exportkit.to_parquet(sys.argv[1], sys.argv[2], workers=1, memory_limit=json.loads(sys.argv[3]))
peak = re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(json.dumps([int(peak) * 1024, report.rows]))
"""


@pytest.mark.parametrize(
    ("size", "found"),
    [
        (700, 700), ("700", 700), ("700MB", 700 * MB), (" 1.5 GiB ", 3 * 2**29), ("2g", 2 * 10**9),
        ("64kib", 2**16), ("1TB", 10**12), ("8b", 8),
    ],
)  # fmt: skip
def test_a_size_is_a_number_of_bytes_or_text_with_a_unit(size: int | str, found: int) -> None:
    assert bytes_of(size) == found


@pytest.mark.parametrize("size", ["", "much", "-1MB", "1 XB", 1.5, True, None])
def test_what_is_no_size_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match=r"^memory_limit must be ") as raised:
        bytes_of(size)
    assert str(raised.value) == (
        f"memory_limit must be a number of bytes, or a size such as '700MB', not {size!r}"
    )


@pytest.mark.parametrize(
    ("workers", "least", "processes"),
    [(1, 200, "one process"), (2, 300, "2 workers"), (8, 1020, "8 workers")],
)
def test_a_limit_below_what_a_run_takes_at_least_is_refused(
    workers: int, least: int, processes: str, tmp_path: Path
) -> None:
    assert sizes_for(least * MB, workers).max_line_bytes > 3 * MB
    with pytest.raises(ValueError, match=r"^memory_limit must be at least ") as raised:
        exportkit.to_parquet("no.ndjson", tmp_path, workers=workers, memory_limit=f"{least - 1}MB")
    assert str(raised.value) == (
        f"memory_limit must be at least {least} MB for {processes}, not {least - 1} MB"
    )


def test_sizes_grow_with_the_limit_and_shrink_with_the_workers() -> None:
    for name in ("batch_bytes", "held_bytes", "gathered_bytes", "max_held_line_bytes"):
        by_limit = [getattr(sizes_for(limit * MB, 2), name) for limit in (300, 500, 700, 2_000)]
        by_workers = [getattr(sizes_for(2_000 * MB, workers), name) for workers in (1, 2, 4, 8)]
        assert by_limit == sorted(set(by_limit))
        assert by_workers == sorted(set(by_workers), reverse=True)
    default, given = sizes_for(None, 2), sizes_for("700MB", 2)
    # No line that is held may hold a value for which a longer line would be a reject.
    lines = [sizes_for(limit * MB, 2).max_line_bytes for limit in (300, 500, 700, 2_000, 4_000)]
    assert lines == sorted(lines)
    assert lines[-3] < lines[-2] == lines[-1] == MAX_MEMBER_BYTES
    assert 1 <= given.max_line_bytes / default.max_line_bytes < 1.05
    assert sizes_for("64GB", 1).block_bytes == default.block_bytes


def test_workers_that_nobody_asked_for_are_as_many_as_keep_the_limit() -> None:
    assert [most_workers(limit, 8) for limit in (None, "100MB", "300MB", "420MB", "5GB")] == [8, 1, 2, 3, 8]


def wide_export(path: Path) -> None:
    """Write 150 MB of rows that are wide in several tables, so that they are held for long."""
    text = "x" * 3_000
    with path.open("w", encoding="ascii") as file:
        for number in range(12_000):
            row = {
                "data_row": {"id": f"d{number}", "row_data": f"{number}{text}"},
                "attachments": [{"id": f"a{number}", "value": f"{number}{text}"}],
                "metadata_fields": [{"schema_id": "s", "schema_name": "n", "value": f"{number}{text}"}],
                "projects": {"p": {"name": "p", "labels": [{"id": f"l{number}", "annotations": {
                    "classifications": [
                        {"feature_id": f"f{number}", "text_answer": {"content": f"{number}{text}"}}
                    ]}}]}},
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")


def peak_and_rows(source: Path, lake: Path, limit: str | None) -> tuple[int, dict[str, int]]:
    arguments = [sys.executable, "-c", PEAK, str(source), str(lake), json.dumps(limit)]
    said = subprocess.run(arguments, capture_output=True, text=True, check=True)
    peak, rows = json.loads(said.stdout)
    return peak, rows


def test_a_smaller_limit_takes_less_memory_and_gives_the_same_rows(tmp_path: Path) -> None:
    wide_export(tmp_path / "export.ndjson")
    large, rows = peak_and_rows(tmp_path / "export.ndjson", tmp_path / "large", None)
    small, same_rows = peak_and_rows(tmp_path / "export.ndjson", tmp_path / "small", "220MB")
    assert small < 0.75 * large
    assert small < 220 * MB
    assert rows == same_rows
    for table in ("data_rows", "attachments", "metadata", "classifications"):
        one, other = (pq.read_table(tmp_path / lake / table) for lake in ("large", "small"))
        assert one == other


def test_a_line_that_has_to_be_held_ends_a_run_that_has_no_room_for_it(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    row = b'{"data_row":{"id":"d"},"attachments":[%s]}\n'
    attachments = b",".join([b'{"id":"a","value":"' + b"x" * 5_000 + b'"}'] * 1_000)
    path.write_bytes(b'{"data_row":{"id":"c"}}\n' + row % attachments)
    asked: dict[str, Any] = {"workers": 1, "tables": ["data_rows"], "params": {"attachments": True}}
    assert exportkit.to_parquet(path, tmp_path / "whole", **asked).rows == {"data_rows": 2}
    with pytest.raises(exportkit.ReadError) as raised:
        exportkit.to_parquet(path, tmp_path / "lake", memory_limit="200MB", **asked)
    length = len(row % attachments) - 1
    assert str(raised.value) == (
        f"a line of {length} bytes must fit in memory for these filters, params or labels; the limit allows "
        f"3282498 (in {path}, line 2, byte 24)\n"
        "hint: raise memory_limit to go on, or convert everything and select from the tables"
    )
    assert not (tmp_path / "lake").exists()


def test_a_value_that_the_limit_does_not_allow_ends_the_run_and_is_no_reject(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(b'{"data_row":{"id":"d","row_data":"' + b"x" * (9 << 20) + b'"}}\n')
    with pytest.raises(exportkit.ReadError) as raised:
        exportkit.to_parquet(path, tmp_path / "lake", memory_limit="200MB")
    assert str(raised.value) == (
        f"a value of {(9 << 20) + 35} bytes takes more memory than the limit allows "
        f"(in {path}, line 1, byte 0)\n"
        "hint: raise memory_limit to go on"
    )
    assert exportkit.to_parquet(path, tmp_path / "lake", memory_limit="300MB").data_rows == 1


def test_tables_that_fill_slowly_write_their_groups_before_they_hold_too_much_together(
    tmp_path: Path,
) -> None:
    schemas = {"cats": SCHEMA, "dogs": SCHEMA}
    batch = batch_of(numbered(0, 100))
    options = WriteOptions(gathered_bytes=5 * batch.nbytes)
    with committer_for(tmp_path / "lake").begin(schemas=schemas, mode="error") as lake:
        with LakeWriter(lake.staging, options=options) as writer:
            for _ in range(8):
                writer.write("cats", batch)
                writer.write("dogs", batch)
            parts = writer.close()
        lake.commit(parts)
    groups = {
        name: pq.ParquetFile(next((tmp_path / "lake" / name).glob("*.parquet"))).metadata for name in schemas
    }
    assert {name: one.num_rows for name, one in groups.items()} == {"cats": 800, "dogs": 800}
    assert all(one.num_row_groups > 1 for one in groups.values())


def test_a_limit_changes_no_row_of_any_table(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples" / "export.ndjson"
    exportkit.to_parquet(example, tmp_path / "lake", workers=1, memory_limit="200MB", export_id="e")
    batches = exportkit.iter_batches(example, export_id="e")
    expected = rows_of_batches(batches)
    for table, rows in expected.items():
        found = pq.read_table(tmp_path / "lake" / table)
        assert found.num_rows == len(rows), table
