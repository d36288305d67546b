"""Memory: lines of any size are made in chunks, and exceeded bounds are reported."""

from __future__ import annotations

import json

import pytest

from benchmarks.conversions import Job
from benchmarks.corpora import LONG_LINES, generate
from benchmarks.measuring import Measurement
from benchmarks.memory import jobs_of_lines, jobs_of_sizes, main, missed, table

MB = 10**6


def taken(megabytes: float) -> Measurement:
    return Measurement(
        seconds=1.25, cpu_seconds=1, max_rss_bytes=1, peak_pss_bytes=int(megabytes * MB), answer=None
    )


@pytest.mark.parametrize("count", [1, 500, 501])
@pytest.mark.parametrize("shape", LONG_LINES)
def test_a_long_line_has_as_many_members_as_were_asked_for(shape: str, count: int) -> None:
    text = b"".join(generate(shape, count, seed=3))
    assert text.count(b"\n") == 1
    assert text.endswith(b"\n")
    projects = json.loads(text)["projects"]
    said = next(iter(projects.values()))["labels"][0]["annotations"]
    found = {
        "one_row_of_objects": len(said["objects"]),
        "one_label_of_answers": len(said["classifications"]),
        "one_row_of_projects": len(projects),
    }
    assert found[shape] == count


def test_a_peak_above_the_bound_or_above_its_neighbours_is_missed() -> None:
    small, large, line = Job("images", 1 * MB), Job("images", 2 * MB), Job("one_video_row", 3 * MB)
    assert missed([(small, taken(100)), (large, taken(114)), (line, taken(10))]) == []
    assert missed([(small, taken(100)), (large, taken(701)), (line, taken(10))]) == [
        "images 2 MB, plain: 701 MB are more than 700 MB",
        "images, plain: the largest peak is 7.01 times the smallest",
    ]
    assert missed([(line, taken(20))], 10 * MB) == ["one_video_row 3 MB, plain: 20 MB are more than 10 MB"]


def test_a_table_has_a_row_for_each_job() -> None:
    assert table([(Job("video", 2 * MB, stored="gzip"), taken(99.6))]).splitlines() == [
        "| export | stored | peak, MB | seconds, with sampling |",
        "| --- | --- | --- | --- |",
        "| video 2 MB | gzip | 100 | 1.2 |",
    ]


def test_everything_is_measured_in_every_way_it_may_lie() -> None:
    sizes = jobs_of_sizes(["images", "video"], 1)
    assert {(job.shape, job.stored) for job in sizes} == {
        (shape, stored) for shape in ("images", "video") for stored in ("plain", "gzip", "stdin")
    }
    assert sorted({job.size_bytes for job in sizes}) == [800 * MB, 1_600 * MB, 3_200 * MB]
    assert {job.shape for job in jobs_of_lines(1)} == {*LONG_LINES, "one_video_row"}


def test_the_command_measures_prints_and_tells_by_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    short = ["--only", "lines", "--shape", "one_label_of_answers", "--scale", "0.001", "--workers", "1"]
    assert main(short) == 0
    assert capsys.readouterr().out.count("| one_label_of_answers (100) |") == 2
    assert main([*short, "--bound", "1MB"]) == 1
    assert capsys.readouterr().out.count("MB are more than 1 MB") == 2
