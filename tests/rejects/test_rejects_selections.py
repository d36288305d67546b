"""Replaying a lake that was made with filters or disguises: with the same ones, none of which it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from exportkit import ExportkitError, ReadError
from exportkit.cli import main
from exportkit.options import Filters
from exportkit.rejects import replay
from exportkit.select import Fingerprint, make_selection
from rejects.broken_lakes import MEND, broken, everything_below, good, program, rows_of, write_rejecting

LINES = [good("a"), broken("b"), broken("c")]
ASKED: dict[str, Any] = {
    "params": {"label_details": True, "all_projects": True},
    "filters": {"data_row_ids": ["b", "personal@example.org"], "workflow_status": "Done"},
    "labels": "latest",
    "redact": {"data_row_id": "hash", "raw": "keep"},
    "redact_key": "s3cr3t",
}
HINT = "hint: give params, filters, labels, redact and the key of hashes as for the conversion"


def refusal(lake: Path, **asked: Any) -> str:
    """Return why a lake is not replayed, after making sure that it is as it was."""
    before = everything_below(lake)
    with pytest.raises(ExportkitError) as raised:
        replay(lake, through=program(MEND), **asked)
    assert everything_below(lake) == before
    return str(raised.value).replace(str(lake), "LAKE")


@pytest.mark.parametrize(
    "other",
    [
        {},
        {**ASKED, "redact_key": "another"},
        {**ASKED, "redact": {"data_row_id": "hash", "name": "hash", "raw": "keep"}},
        {**ASKED, "labels": "all"},
        {**ASKED, "params": {"label_details": True}},
        {**ASKED, "filters": {"data_row_ids": ["b"], "workflow_status": "Done"}},
    ],
)
def test_a_lake_is_replayed_with_no_other_choice_than_it_was_made_with(
    tmp_path: Path, other: dict[str, Any]
) -> None:
    write_rejecting(tmp_path / "lake", LINES, **ASKED)
    assert refusal(tmp_path / "lake", **other) == (
        "the rejected lines are of a run with another selection: params, filters data_row_ids and "
        f"workflow_status, labels latest, redact (in LAKE)\n{HINT}"
    )


def test_a_lake_that_was_made_whole_is_not_replayed_with_a_choice(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    assert refusal(tmp_path / "lake", labels="latest") == (
        "the rejected lines are of a run with another selection: nothing left out or disguised (in LAKE)\n"
        f"{HINT}"
    )


def test_the_same_choice_in_other_words_is_the_same() -> None:
    same: dict[str, Any] = {
        "params": {"all_projects": True, "label_details": True, "attachments": False},
        "filters": {"workflow_status": {"DONE"}, "data_row_ids": ("personal@example.org", "b")},
        "labels": "latest",
        "redact": {"raw": "keep", "data_row_id": "hash"},
        "redact_key": b"s3cr3t",
    }
    assert make_selection(**same).fingerprint == make_selection(**ASKED).fingerprint
    days: list[Filters] = [
        {"last_activity_at": ["2026-01-01", None]},
        {"last_activity_at": ["2026-01-01 00:00:00", None]},
    ]
    assert len({make_selection(filters=one).fingerprint for one in days}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"filters": {"label_created_by": ["ana@example.org"]}},
            {"filters": {"label_created_by": ["rev@b"]}},
        ),
        ({"filters": {"metadata": {"owner": "ana"}}}, {"filters": {"metadata": {"patient": 7}}}),
        ({"filters": {"global_keys": ["a", "b"]}}, {"filters": {"global_keys": ["c"]}}),
        ({"params": {"project_ids": ["p"]}}, {"params": {"project_ids": ["q"]}}),
    ],
)
def test_without_a_key_nobody_can_test_guesses_of_what_was_asked_for(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert make_selection(**one).fingerprint == make_selection(**other).fingerprint
    keyed: dict[str, Any] = {"redact": {"label_id": "hash"}, "redact_key": "s3cr3t"}
    assert make_selection(**one, **keyed).fingerprint != make_selection(**other, **keyed).fingerprint
    name = next(iter(one))
    assert make_selection(**one).fingerprint != make_selection(labels="latest", **one).fingerprint
    nothing: dict[str, Any] = {name: {}}
    assert make_selection(**one).fingerprint != make_selection(**nothing).fingerprint


def test_what_a_lake_says_of_its_choice_shows_no_value_and_no_key(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES, **ASKED)
    for part in tmp_path.glob("lake/*/part-*.parquet"):
        kept = repr(pq.read_metadata(part).metadata)
        assert "personal" not in kept
        assert "s3cr3t" not in kept
    assert make_selection(**ASKED).fingerprint == Fingerprint.from_bytes(
        make_selection(**ASKED).fingerprint.to_bytes()
    )


def test_of_a_lake_of_several_runs_those_with_the_given_choice_are_replayed(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    filters: Filters = {"data_row_ids": ["c"]}
    write_rejecting(lake, LINES, name="one.ndjson")
    write_rejecting(lake, LINES, name="two.ndjson", mode="append", filters=filters)
    report = replay(lake, through=program(MEND))
    assert (report.lines, report.moved, report.others) == (2, 2, 2)
    report = replay(lake, through=program(MEND), filters=filters)
    assert (report.lines, report.moved, report.filtered, report.others) == (2, 1, 1, 0)
    rows = rows_of(lake)
    moved = {(row["export_id"], row["data_row_id"]) for row in rows["data_rows"]}
    assert moved == {("one.ndjson", "a"), ("one.ndjson", "b"), ("one.ndjson", "c"), ("two.ndjson", "c")}
    assert rows["rejects"] == []


def test_lines_that_stay_rejects_still_know_their_choice(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, [*LINES, b"{"], labels="latest")
    assert replay(lake, through=program(MEND), labels="latest").rejects == 1
    assert replay(lake, through=program(MEND), labels="latest").rejects == 1
    assert refusal(lake).startswith("the rejected lines are of a run with another selection: labels latest")


def test_a_record_that_is_none_is_named_with_its_part(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES)
    (part,) = tmp_path.glob("lake/rejects/part-*.parquet")
    table = pq.read_table(part)
    pq.write_table(table.replace_schema_metadata({b"choice": b'{"later":1}'}), part)
    with pytest.raises(ReadError) as raised:
        replay(tmp_path / "lake")
    assert str(raised.value) == (
        f"the part does not say what was chosen when it was written (in {part})\n"
        "hint: something else, or a later version of exportkit, wrote its metadata"
    )


def test_the_command_says_how_many_lines_it_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = tmp_path / "lake"
    write_rejecting(lake, LINES, name="one.ndjson")
    write_rejecting(lake, LINES, name="two.ndjson", mode="append", labels="latest")
    assert main(["replay", str(lake), "--labels", "latest"]) == 3
    assert "Left alone 2 lines of runs with another selection\n" in capsys.readouterr().out
