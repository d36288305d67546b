"""Reporting: results files keep what was measured, tables show it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from benchmarks.__main__ import parse
from benchmarks.corpora import generate
from benchmarks.floor import decoding_seconds, make_full_decoder, whole_lines
from benchmarks.reporting import BEGIN, END, comparisons, renew, report, summary
from benchmarks.results import ROOMS, Conversion, Results, Room, StartUp, describe_machine, read_results
from benchmarks.rooms import time_rooms

MB = 10**6


def results() -> Results:
    def conversion(candidate: str, seconds: float, stored: str = "plain", *missing: str) -> Conversion:
        return Conversion(
            shape="images", size_bytes=200 * MB, tables="all", stored=stored, candidate=candidate,
            seconds=[seconds, 9.0, seconds], cpu_seconds=[seconds] * 3, peak_pss_bytes=150 * MB,
            output_bytes=20 * MB, rows={"labels": 1}, missing=list(missing),
        )  # fmt: skip

    return Results(
        machine=describe_machine(),
        conversions=[
            conversion("exportkit-2", 1.0),
            conversion("duckdb-2", 4.0),
            conversion("pyarrow-2", 2.0, "plain", "objects"),
            conversion("exportkit-2", 2.0, "gzip"),
        ],
        rooms=[Room(shape="images", size_bytes=MB, room="decode", seconds=[0.01])],
        start_up=[
            StartUp(job="import pyarrow.parquet", seconds=[0.1]),
            StartUp(job="to_parquet, 50 lines", seconds=[0.15]),
        ],
    )


def test_a_results_file_gives_back_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(msgspec.json.encode(results()))
    assert read_results(path) == results()


def test_comparisons_are_factors_of_medians() -> None:
    factors = [factor for _, _, factor in comparisons(results())]
    assert factors == ["4.00", "0.50", "1.50 times its time"]


def test_every_candidate_has_a_line_in_the_report() -> None:
    text = report(results())
    assert "### images, 200 MB, all tables (median of 3)" in text
    assert "| exportkit, 2 processes | 200 | 1.00 | 1.00 | 150 | 20.0 |  |" in text
    assert "| pyarrow.json, 2 threads | 100 | 2.00 | 2.00 | 150 | 20.0 | without objects |" in text
    assert "| decode | 100 |" in text


def test_the_summary_leaves_out_who_makes_fewer_tables() -> None:
    names = re.findall(r"\| images, 200 MB \| ([^|]+) \|", summary(results()))
    assert names == ["exportkit, 2 processes", "DuckDB, 2 threads"]


def test_renewing_changes_only_what_stands_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    renew(readme, "new\n")
    assert readme.read_text(encoding="utf-8") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_file_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the markers"):
        renew(readme, "new")
    assert readme.read_text(encoding="utf-8") == "mine\n"


def test_every_room_is_timed(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(b"".join(generate("video", 10_000)))
    rooms = time_rooms("video", path, 2)
    assert [room.room for room in rooms] == list(ROOMS)
    assert all(len(room.seconds) == 2 and min(room.seconds) >= 0 for room in rooms)


@pytest.mark.parametrize("shape", ["images", "nested", "embeddings", "video"])
def test_the_floor_decodes_every_line_and_leaves_nothing_raw(shape: str, tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    lines = list(generate(shape, 50_000))
    path.write_bytes(b"".join(lines))
    decoder = make_full_decoder()
    rows = [row for block in whole_lines(path) for row in decoder.decode_lines(block)]
    assert len(rows) == len(lines)
    assert "Raw" not in repr(rows[0])
    assert decoding_seconds(path) > 0


def test_naming_a_candidate_keeps_all_parts_and_naming_a_part_keeps_all_candidates() -> None:
    assert [one.name for one in parse(["--only", "duckdb-1"]).candidates] == ["duckdb-1"]
    assert "rooms" in parse(["--only", "duckdb-1"]).parts
    assert parse(["--only", "gzip"]).parts == ["gzip"]
    assert len(parse(["--only", "gzip"]).candidates) > 5
