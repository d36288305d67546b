"""Reporting: results files keep what was measured, tables show it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from benchmarks.__main__ import jobs, parse
from benchmarks.corpora import generate
from benchmarks.decode_alone import decoding_seconds, make_full_decoder, whole_lines
from benchmarks.goals import comparisons
from benchmarks.recording import record
from benchmarks.reporting import numbers, renew, report, summary
from benchmarks.results import STAGES, Conversion, Results, Stage, StartUp, describe_machine, read_results
from benchmarks.stages import time_stages

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
            conversion("exportkit-1", 2.0),
            conversion("duckdb-2", 4.0),
            conversion("duckdb-1", 3.0),
            conversion("pyarrow-2", 2.0, "plain", "objects"),
            conversion("exportkit-2", 2.0, "gzip"),
        ],
        stages=[
            Stage(shape="images", size_bytes=200 * MB, stage="decode", seconds=[2.0]),
            Stage(shape="images", size_bytes=200 * MB, stage="decode alone", seconds=[0.5]),
        ],
        start_up=[
            StartUp(job="import pyarrow.parquet", seconds=[0.1]),
            StartUp(job="to_parquet, 50 lines", seconds=[0.15]),
        ],
    )


def test_a_results_file_gives_back_what_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_bytes(msgspec.json.encode(results()))
    assert read_results(path) == results()


def test_comparisons_are_factors_of_medians_beside_their_goals() -> None:
    job = "images, 200 MB, all tables"
    assert comparisons(results()) == [
        (f"{job}: exportkit, 2 processes", "DuckDB, 1 thread", "3.00", "3", "4"),
        (f"{job}: exportkit, 1 process", "DuckDB, 1 thread", "1.50", "", ""),
        (f"{job}, gzip: exportkit, 2 processes", "the same, plain", "0.50", "0.7", "0.9"),
        (f"{job}: exportkit, 1 process", "msgspec decoding alone", "0.25", "0.25", "0.35"),
        ("to_parquet, 50 lines", "import pyarrow.parquet", "1.50 times its time", "under 2", "under 1.5"),
    ]


def test_only_the_largest_size_is_compared() -> None:
    found = results()
    smaller = [msgspec.structs.replace(one, size_bytes=MB) for one in found.conversions]
    assert comparisons(msgspec.structs.replace(found, conversions=smaller + found.conversions)) == (
        comparisons(found)
    )


def test_every_candidate_has_a_line_in_the_report() -> None:
    text = report(results())
    assert "### images, 200 MB, all tables (median of 3)" in text
    assert "| exportkit, 2 processes | 200 | 1.00 | 1.00 | 150 | 20.0 |  |" in text
    assert "| pyarrow.json, 2 threads | 100 | 2.00 | 2.00 | 150 | 20.0 | without objects |" in text
    assert "| decode | 100 |" in text
    assert (
        "| to_parquet, 50 lines | import pyarrow.parquet | 1.50 times its time | under 2 | under 1.5 |"
        in text
    )


def test_the_summary_leaves_out_who_makes_fewer_tables() -> None:
    assert summary(results()).splitlines() == [
        "| all tables to Parquet by | images, 200 MB | peak memory |",
        "| --- | --- | --- |",
        "| exportkit, 2 processes | 200 MB/s | 150 MB |",
        "| exportkit, 1 process | 100 MB/s | 150 MB |",
        "| DuckDB, 1 thread | 67 MB/s | 150 MB |",
        "| DuckDB, 2 threads | 50 MB/s | 150 MB |",
    ]


def test_renewing_changes_only_what_stands_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- results -->\nold\n<!-- /results -->\nafter\n", encoding="utf-8")
    renew(readme, "results", "new\n")
    assert readme.read_text(encoding="utf-8") == (
        "before\n<!-- results -->\n\nnew\n\n<!-- /results -->\nafter\n"
    )


def test_a_file_without_markers_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("mine\n", encoding="utf-8")
    with pytest.raises(ValueError, match="lacks the markers <!-- results --> and <!-- /results -->"):
        renew(readme, "results", "new")
    assert readme.read_text(encoding="utf-8") == "mine\n"


@pytest.mark.parametrize(("readme", "name"), [("README.md", "numbers"), ("benchmarks/README.md", "results")])
def test_the_readmes_have_the_markers_between_which_results_stand(readme: str, name: str) -> None:
    text = (Path(__file__).parents[2] / readme).read_text(encoding="utf-8")
    assert text.index(f"<!-- {name} -->") < text.index(f"<!-- /{name} -->")


def test_the_front_page_says_where_and_with_what_it_was_measured() -> None:
    found = results()
    text = numbers(found, "speed.png")
    assert f"Measured on {found.machine.date}: {found.machine.processor}, " in text
    assert f"duckdb {found.machine.versions['duckdb']}" in text
    assert summary(found) in text
    assert text.endswith("by input size](speed.png)\n")


def test_every_stage_is_timed(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(b"".join(generate("video", 10_000)))
    stages = time_stages("video", path, 2)
    assert [stage.stage for stage in stages] == list(STAGES)
    assert all(len(stage.seconds) == 2 and min(stage.seconds) >= 0 for stage in stages)


@pytest.mark.parametrize("shape", ["images", "nested", "embeddings", "video"])
def test_decoding_alone_decodes_every_line_and_leaves_nothing_raw(shape: str, tmp_path: Path) -> None:
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
    assert "stages" in parse(["--only", "duckdb-1"]).sections
    assert parse(["--only", "gzip"]).sections == ["gzip"]
    assert len(parse(["--only", "gzip"]).candidates) > 5


def test_recording_writes_a_results_file_the_picture_and_both_readmes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The libraries that draw are not part of this environment.
    drawing = SimpleNamespace(draw=lambda conversions, path: path.write_text(f"{len(conversions)} points"))
    monkeypatch.setitem(sys.modules, "benchmarks.picture", drawing)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "README.md").write_text("<!-- numbers --><!-- /numbers -->", encoding="utf-8")
    (tmp_path / "benchmarks" / "README.md").write_text("<!-- results --><!-- /results -->", encoding="utf-8")
    found = results()
    written = record(found, "My laptop (2)", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in written] == [
        f"benchmarks/results/{found.machine.date}-my-laptop-2.json",
        "benchmarks/results/speed_and_memory.png",
        "benchmarks/README.md",
        "README.md",
    ]
    data, picture, own, front = written
    assert read_results(data) == found
    assert picture.read_text(encoding="utf-8") == "6 points"
    assert report(found) in own.read_text(encoding="utf-8")
    assert "](results/speed_and_memory.png)" in own.read_text(encoding="utf-8")
    assert "](benchmarks/results/speed_and_memory.png)" in front.read_text(encoding="utf-8")


def planned(*arguments: str) -> list[tuple[str, int, str, list[str]]]:
    """Return the jobs of images: part, size, how the input lies, and who is to do it."""
    options = parse(["--only", "exportkit-2", "--only", "duckdb-1", "--only", "dlt", *arguments])
    return [
        (part, job.size_bytes // MB, job.stored, [one.name for one in able])
        for part, job, able in jobs(options, "images")
    ]


def test_all_tables_are_made_out_of_every_size_and_the_rest_out_of_the_largest() -> None:
    assert planned("--size", "60MB", "--size", "20MB") == [
        ("all", 20, "plain", ["exportkit-2", "duckdb-1", "dlt"]),
        ("all", 60, "plain", ["exportkit-2", "duckdb-1"]),
        ("objects", 60, "plain", ["exportkit-2", "duckdb-1"]),
        ("gzip", 60, "gzip", ["exportkit-2"]),
        ("stdin", 60, "stdin", ["exportkit-2"]),
    ]


def test_a_recorded_run_has_the_sizes_that_the_picture_shows() -> None:
    assert parse(["--record"]).size == [20 * MB, 60 * MB, 200 * MB]
    assert parse(["--record", "--size", "5MB"]).size == [5 * MB]
    assert parse([]).size == [200 * MB]
    assert parse(["--short"]).size == [20 * MB]
