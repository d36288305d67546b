"""Replaying: the lines that pass get the rows they would have got, once, and all others stay."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exportkit import OptionError, Progress, ReadError, WriteError
from exportkit.commit import committer_for
from exportkit.lakes import LocalStorage
from exportkit.options import SelectOptions
from exportkit.pipeline import run_monitor
from exportkit.rebuild import to_ndjson
from exportkit.rejects import Command, replay
from exportkit.write import FormatName
from oracle import rows_equal
from rejects.broken_lakes import (
    MEND,
    broken,
    everything_below,
    good,
    program,
    rows_of,
    tables_in,
    write_rejecting,
)
from strategies import broken_lines, line_of, mutated_rows, rows

LINES = [good("a"), broken("b"), b"{", good("c"), broken("d"), b"[]"]
MENDED = [good("a"), good("b"), b"{", good("c"), good("d"), b"[]"]
#: Where lines stand; mended lines are shorter than those that stand in the export.
PLACES = {"byte_offset", "byte_length"}


def without(names: set[str], found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [{name: value for name, value in row.items() if name not in names} for row in table_rows]
        for table, table_rows in found.items()
    }


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_lines_that_a_command_mends_get_the_rows_they_would_have_got(
    tmp_path: Path, form: FormatName
) -> None:
    write_rejecting(tmp_path / "lake", LINES, form=form)
    report = replay(tmp_path / "lake", through=program(MEND))
    assert (report.lines, report.moved, report.filtered, report.rejects) == (4, 2, 0, 2)
    assert report.problems == {
        "the line is not JSON: input data was truncated": 1,
        "the line is an array, not a data row": 1,
    }
    assert (report.rows["data_rows"], report.rows["objects"], report.rows["attachments"]) == (2, 2, 0)
    write_rejecting(tmp_path / "other", MENDED, form=form)
    assert without(PLACES, rows_of(tmp_path / "lake")) == without(PLACES, rows_of(tmp_path / "other"))


def test_places_are_those_of_the_lines_in_the_export(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    replay(tmp_path / "lake", through=program(MEND))
    data = (tmp_path / "export.ndjson").read_bytes()
    found = rows_of(tmp_path / "lake")
    for row in [*found["data_rows"], *found["rejects"]]:
        start = row["byte_offset"]
        assert data[start : start + row["byte_length"]] == LINES[row["line"] - 1]
        assert row["source_uri"] == str(tmp_path / "export.ndjson")


def test_after_a_replay_the_lake_rebuilds_every_line_in_its_place(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    replay(tmp_path / "lake", through=program(MEND))
    stream = io.BytesIO()
    to_ndjson(tmp_path / "lake", stream, include_rejects=True)
    found = stream.getvalue().split(b"\n")[:-1]
    assert [found[2], found[5]] == [MENDED[2], MENDED[5]]
    assert all(rows_equal(found[at], MENDED[at]) for at in (0, 1, 3, 4))


def test_a_line_that_an_upgrade_can_read_passes_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("exportkit.decode.decoder.is_error_entry", lambda _: True)
        lines = [good("a", new=1), good("b"), good("c", new=2)]
        write_rejecting(tmp_path / "lake", lines)
    assert len(rows_of(tmp_path / "lake")["rejects"]) == 2
    assert replay(tmp_path / "lake").moved == 2
    write_rejecting(tmp_path / "other", lines)
    assert rows_of(tmp_path / "lake") == rows_of(tmp_path / "other")


def test_a_replay_in_which_nothing_passes_writes_nothing(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    before = everything_below(tmp_path)
    report = replay(tmp_path / "lake")
    assert (report.lines, report.moved, report.rejects, report.files) == (4, 0, 4, [])
    assert everything_below(tmp_path) == before


def test_a_replay_that_is_run_again_doubles_no_row(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    replay(tmp_path / "lake", through=program(MEND))
    before = everything_below(tmp_path)
    again = replay(tmp_path / "lake", through=program(MEND))
    assert (again.lines, again.moved) == (2, 0)
    assert everything_below(tmp_path) == before


def test_only_parts_with_lines_that_pass_are_written_anew(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, [b"{", good("a")], name="first.ndjson")
    write_rejecting(lake, LINES, name="second.ndjson", mode="append")
    first, second = sorted((lake / "rejects").glob("*.parquet"))
    replay(lake, through=program(MEND))
    assert first.exists()
    assert not second.exists()
    assert [(row["export_id"], row["line"]) for row in rows_of(lake)["rejects"]] == [
        ("first.ndjson", 1),
        ("second.ndjson", 3),
        ("second.ndjson", 6),
    ]


def test_a_replay_keeps_to_the_tables_and_columns_that_the_lake_has(tmp_path: Path) -> None:
    columns = {"data_rows": ["data_row_id", "export_id", "line"], "rejects": ["export_id", "line", "raw"]}
    write_rejecting(tmp_path / "lake", LINES, tables=["data_rows", "rejects"], columns=columns)
    replay(tmp_path / "lake", through=program(MEND))
    found = tables_in(tmp_path / "lake")
    assert found.keys() == {"data_rows", "rejects"}
    assert found["data_rows"].column_names == ["data_row_id", "export_id", "line"]
    assert sorted(found["data_rows"].column("line").to_pylist()) == [1, 2, 4, 5]
    assert found["rejects"].column("raw").to_pylist() == [b"{", b"[]"]


def test_long_lines_pass_out_of_their_files_which_then_go(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lines = [broken("long", attachments=[{"value": "x" * 5_000}] * 3), b"{" * 5_000, broken("b")]
    write_rejecting(lake, lines, max_raw_bytes=1_000)
    assert len(list((lake / "rejects").glob("*.bin"))) == 2
    report = replay(lake, through=program(MEND))
    assert (report.moved, report.rejects) == (2, 1)
    (raw,) = (lake / "rejects").glob("*.bin")
    assert raw.read_bytes() == lines[1]
    (reject,) = rows_of(lake)["rejects"]
    assert (reject["line"], reject["raw_uri"]) == (2, raw.name)
    assert [row["line"] for row in rows_of(lake)["data_rows"]] == [1, 3]


def test_a_long_line_passes_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [good("long", attachments=[{"value": "x" * 5_000}] * 3, new=1)]
    with monkeypatch.context() as patch:
        patch.setattr("exportkit.decode.decoder.is_error_entry", lambda _: True)
        write_rejecting(tmp_path / "lake", lines, max_raw_bytes=1_000)
    assert list(tmp_path.glob("lake/rejects/*.bin"))
    assert replay(tmp_path / "lake").moved == 1
    assert not list(tmp_path.glob("lake/rejects/*.bin"))
    write_rejecting(tmp_path / "other", lines)
    assert rows_of(tmp_path / "lake") == rows_of(tmp_path / "other")


def test_a_line_that_the_lake_does_not_hold_stays_a_reject(tmp_path: Path) -> None:
    redact = {"row_data": "omit"}
    write_rejecting(tmp_path / "lake", LINES, redact=redact)
    report = replay(tmp_path / "lake", through=program(MEND), redact=redact)
    assert report.problems == {"the lake does not hold the line": 4}


@pytest.mark.parametrize("name", ["../../export.ndjson", "/etc/passwd", "export.ndjson", "_raw-1.bin"])
def test_a_file_that_exportkit_did_not_name_is_never_read(tmp_path: Path, name: str) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, [b"{"])
    table = tables_in(lake)["rejects"]
    names = [name if column == "raw_uri" else None for column in ("raw", "raw_uri")]
    with committer_for(lake).begin(schemas={"rejects": table.schema}, mode="overwrite") as transaction:
        from exportkit.write import LakeWriter  # noqa: PLC0415 - beside its only use

        row = {**table.to_pylist()[0], "raw": names[0], "raw_uri": names[1]}
        with LakeWriter(transaction.staging) as writer:
            import pyarrow as pa  # noqa: PLC0415 - as above

            writer.write("rejects", pa.RecordBatch.from_pylist([row], schema=table.schema))
            transaction.commit(writer.close())
    assert replay(lake).problems == {"the lake does not hold the line": 1}


def test_what_was_disguised_and_filtered_stays_so_when_asked(tmp_path: Path) -> None:
    asked: SelectOptions = {
        "redact": {"data_row_id": "hash", "raw": "keep"},
        "redact_key": "k",
        "filters": {"data_row_ids": ["b"]},
    }
    write_rejecting(tmp_path / "lake", LINES, **asked)
    report = replay(tmp_path / "lake", through=program(MEND), **asked)
    assert (report.moved, report.filtered, report.rejects) == (1, 1, 2)
    (row,) = rows_of(tmp_path / "lake")["data_rows"]
    assert row["line"] == 2
    assert len(row["data_row_id"]) == 32
    assert len(rows_of(tmp_path / "lake")["rejects"]) == 2


AS_THEY_WERE = "import sys; print(sys.stdin.read().removeprefix('~'), end='')"
any_lines = st.lists(
    st.one_of(rows().map(line_of), mutated_rows().map(line_of), broken_lines(), st.just(b"")), max_size=6
)


@settings(max_examples=8)
@given(any_lines, st.integers(0, 63))
def test_whichever_lines_pass_later_the_lake_is_the_same(lines: list[bytes], spoilt: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        later, at_once = Path(directory, "later"), Path(directory, "at_once")
        later.mkdir()
        at_once.mkdir()
        spoilt_lines = [b"~" + line if line and spoilt >> at & 1 else line for at, line in enumerate(lines)]
        first = write_rejecting(later / "lake", [good("a"), *spoilt_lines])
        report = replay(later / "lake", through=program(AS_THEY_WERE))
        write_rejecting(at_once / "lake", [good("a"), *lines])
        found, expected = rows_of(later / "lake"), rows_of(at_once / "lake")
    assert first.lines == len(found["data_rows"]) + len(found["rejects"]) + first.blanks
    assert report.moved == first.rejects - len(found["rejects"])
    assert [row["line"] for row in found["rejects"]] == [row["line"] for row in expected["rejects"]]
    del found["rejects"], expected["rejects"]
    assert without(PLACES | {"source_uri"}, found) == without(PLACES | {"source_uri"}, expected)


class Crash(BaseException):
    """The end of a process: nothing after it runs."""


@pytest.mark.parametrize("moves", [1, 2, 3, 5, 8, 13, 17])
def test_a_replay_that_crashes_at_any_rename_is_done_or_not_done_and_can_be_run_again(
    tmp_path: Path, moves: int
) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    count, move = 0, LocalStorage.move

    def counted(self: LocalStorage, source: str, target: str) -> None:
        nonlocal count
        move(self, source, target)
        count += 1
        if count == moves:
            raise Crash

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalStorage, "move", counted)
        with pytest.raises(Crash):
            replay(tmp_path / "lake", through=program(MEND))
    replay(tmp_path / "lake", through=program(MEND))
    found = rows_of(tmp_path / "lake")
    assert [row["line"] for row in found["data_rows"]] == [1, 2, 4, 5]
    assert [row["line"] for row in found["rejects"]] == [3, 6]
    assert [row["line"] for row in found["objects"]] == [1, 2, 4, 5]
    assert not [path for path in (tmp_path / "lake").iterdir() if path.name.startswith(".")]


def test_two_replays_at_once_double_no_row(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, LINES)

    class Meanwhile(Command):
        """A command during which another replay comes and goes."""

        def mended(self, chunks: Any) -> bytes:
            if len(list((lake / "rejects").iterdir())) == 1 and not (tmp_path / "once").exists():
                (tmp_path / "once").touch()
                replay(lake, through=program(MEND))
            return b"".join(chunks).replace(b",,", b",")

    with pytest.raises(WriteError, match=r"^a part that the run replaces is gone"):
        replay(lake, through=Meanwhile(["meanwhile"]))
    assert [row["line"] for row in rows_of(lake)["data_rows"]] == [1, 2, 4, 5]


def test_an_append_while_a_replay_works_keeps_its_rejects(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, LINES)

    class Meanwhile(Command):
        """A command during which another export is appended."""

        def mended(self, chunks: Any) -> bytes:
            if not (tmp_path / "second.ndjson").exists():
                write_rejecting(lake, [b"{", good("z")], name="second.ndjson", mode="append")
            return b"".join(chunks).replace(b",,", b",")

    replay(lake, through=Meanwhile(["meanwhile"]))
    found = rows_of(lake)
    assert [(row["export_id"], row["line"]) for row in found["rejects"]] == [
        ("export.ndjson", 3),
        ("export.ndjson", 6),
        ("second.ndjson", 1),
    ]
    assert len(found["data_rows"]) == 5


#: Replays through a command that ends with whoever started it, and says when it has begun.
HANG = """
    import sys
    from exportkit.rejects import Command, replay

    text = "import os, time; parent = os.getppid(); open(%r, 'w').close()" % sys.argv[2]
    text += "\\nwhile os.getppid() == parent: time.sleep(0.05)"
    replay(sys.argv[1], through=Command([sys.executable, "-S", "-c", text]))
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_replay_leaves_the_lake_as_it_was(tmp_path: Path, end: signal.Signals) -> None:
    lake, begun = tmp_path / "lake", tmp_path / "begun"
    write_rejecting(lake, LINES)
    before = rows_of(lake)
    root = str(Path(__file__).parents[2])
    code = f"import sys; sys.path.insert(0, {root!r})\n{textwrap.dedent(HANG)}"
    with subprocess.Popen([sys.executable, "-c", code, lake, begun], stderr=subprocess.DEVNULL) as process:
        while not begun.exists():
            assert process.poll() is None
        process.send_signal(end)
    assert rows_of(lake) == before
    assert replay(lake, through=program(MEND)).moved == 2
    assert len(rows_of(lake)["data_rows"]) == 4


def test_what_is_no_lake_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replay(tmp_path / "lake")
    assert everything_below(tmp_path) == {}
    with pytest.raises(ReadError, match=r"^the lake has no table 'rejects'"):
        replay(tmp_path)


def test_a_program_is_named_by_its_words_and_has_its_time(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    words = [sys.executable, "-S", "-c", MEND]
    with pytest.raises(OptionError, match=r"^timeout_seconds must be more than 0, not 0$"):
        replay(tmp_path / "lake", through=words, timeout_seconds=0)
    wrong: list[str] | str
    for wrong in ("sed s/,,/,/", []):
        with pytest.raises(OptionError, match=r"^through must name a program and its arguments, one by one$"):
            replay(tmp_path / "lake", through=wrong)
    report = replay(
        tmp_path / "lake", through=[sys.executable, "-S", "-c", "while True: pass"], timeout_seconds=0.1
    )
    assert report.problems == {"the command took longer than 0.1 s": 4}
    assert replay(tmp_path / "lake", through=words).moved == 2


def test_progress_says_what_became_of_the_lines_so_far(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_monitor, "PROGRESS_SECONDS", 0)
    write_rejecting(tmp_path / "lake", LINES)
    shown: list[Progress] = []
    report = replay(tmp_path / "lake", through=program(MEND), progress=shown.append)
    last = shown[-1]
    assert len(shown) == 4
    assert (last.data_rows, last.rejects, last.total_bytes) == (report.moved, report.rejects, None)
    assert last.source_uri == str(tmp_path / "export.ndjson")
    assert last.stored_bytes == sum(len(LINES[at]) for at in (1, 2, 4, 5))
