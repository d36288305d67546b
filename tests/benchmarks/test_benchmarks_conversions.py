"""Conversions: everybody makes the same rows, or there are no figures."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.candidates import CANDIDATES
from benchmarks.conversions import Job, check_rows, run_job
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import BenchmarkError
from benchmarks.results import Conversion
from benchmarks.versus import RIVALS

KB = 1_000
#: What the tests' own environment can run; dlt is for benchmarks alone.
HERE = ("duckdb", "polars", "pyarrow", "json", "orjson")
SHAPES = ("images", "small_images", "nested", "polygons", "long_text", "embeddings", "consensus", "video")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> CorpusFiles:
    return CorpusFiles(tmp_path_factory.mktemp("corpora"))


def conversion(candidate: str, **rows: int) -> Conversion:
    return Conversion(
        shape="images", size_bytes=1, tables="all", stored="plain", candidate=candidate, rows=rows
    )


def rows_by(rival: str, source: Path, destination: Path, tables: list[str] | None = None) -> dict[str, int]:
    destination.mkdir()
    convert = importlib.import_module(RIVALS[rival]).convert
    rows = convert(source, destination, tables=tables, threads=1)
    return {table: count for table, count in rows.items() if count}


@pytest.mark.parametrize("shape", SHAPES)
def test_rivals_make_the_rows_that_exportkit_makes(shape: str, corpora: CorpusFiles, tmp_path: Path) -> None:
    source = corpora.plain(shape, 60 * KB)
    found = [conversion(name, **rows_by(name, source, tmp_path / name)) for name in ("exportkit", *HERE)]
    check_rows(found)
    assert found[0].rows["objects"] > 0
    assert [one.missing for one in found if one.candidate != "pyarrow"] == [[]] * len(HERE)


@pytest.mark.parametrize("rival", ["exportkit", "duckdb", "polars"])
@pytest.mark.parametrize("shape", ["images", "video"])
def test_objects_alone_has_the_rows_it_has_among_all_tables(
    shape: str, rival: str, corpora: CorpusFiles, tmp_path: Path
) -> None:
    source = corpora.plain(shape, 60 * KB)
    whole = rows_by(rival, source, tmp_path / "all")
    alone = rows_by(rival, source, tmp_path / "alone", ["objects"])
    assert alone == {"objects": whole["objects"]}


def test_a_job_is_run_once_for_memory_and_then_for_time(corpora: CorpusFiles) -> None:
    candidates = [CANDIDATES["exportkit-1"], CANDIDATES["duckdb-1"]]
    said: list[str] = []
    found = run_job(Job("images", 60 * KB), candidates, corpora, 2, said.append)
    assert [len(one.seconds) for one in found] == [2, 2]
    assert all(one.peak_pss_bytes and one.output_bytes and one.rate for one in found)
    assert len(said) == len(found)


@pytest.mark.parametrize("stored", ["gzip", "stdin"])
def test_a_stored_form_changes_no_rows(stored: str, corpora: CorpusFiles) -> None:
    ours = [CANDIDATES["exportkit-1"]]
    (plain,) = run_job(Job("images", 60 * KB), ours, corpora, 0, lambda _: None)
    (other,) = run_job(Job("images", 60 * KB, stored=stored), ours, corpora, 1, lambda _: None)
    assert other.rows == plain.rows
    assert len(other.seconds) == 1


def test_figures_do_not_count_when_rows_differ() -> None:
    with pytest.raises(BenchmarkError, match="duckdb-1 made 3 rows of labels out of images, exportkit-1 4"):
        check_rows([conversion("exportkit-1", labels=4), conversion("duckdb-1", labels=3)])


def test_a_table_that_a_candidate_does_not_make_is_named() -> None:
    found = [conversion("exportkit-1", labels=4, objects=9), conversion("pyarrow-2", labels=4)]
    check_rows(found)
    assert found[1].missing == ["objects"]


def test_a_candidate_that_fails_keeps_nobody_from_the_figures(corpora: CorpusFiles) -> None:
    broken = corpora.folder / "broken-0.06MB-seed1.ndjson"
    broken.write_bytes(b'{"data_row": {"id": "d1"}}\n{"data_row"\n')
    candidates = [CANDIDATES["exportkit-1"], CANDIDATES["json"]]
    ours, theirs = run_job(Job("broken", 60 * KB), candidates, corpora, 1, lambda _: None)
    assert ours.rows == {"data_rows": 1, "rejects": 1}
    assert "JSONDecodeError" in theirs.failure
    assert theirs.seconds == []


def test_the_harness_stays_light_while_others_run() -> None:
    heavy = {"duckdb", "polars", "pandas", "dlt", "pyarrow", "exportkit"}
    code = f"import sys, benchmarks.__main__; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"
