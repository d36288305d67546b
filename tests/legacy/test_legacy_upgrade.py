"""Whole inputs: where they come from, where they go, and what is left behind."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from exportkit import upgrade
from exportkit.errors import WriteError
from exportkit.legacy import Upgraded
from exportkit.legacy.shares import share_of
from exportkit.legacy.spool import Spool
from legacy.upgrading import upgrade_rows

LABELS: list[dict[str, Any]] = [
    {
        "ID": f"l{number}",
        "DataRow ID": f"r{number % 3}",
        "Labeled Data": "é\u2028",
        "Label": {},
        "Skipped": number == 4,
    }
    for number in range(7)
]
REPORT = Upgraded(labels=7, data_rows=3, skipped=1, layouts={"empty": 7})


def labels_in(lines: bytes) -> list[list[str]]:
    """Return the ids of the labels of each row."""
    rows = [json.loads(line) for line in lines.split(b"\n")[:-1]]
    return [
        [label["id"] for project in row["projects"].values() for label in project["labels"]] for row in rows
    ]


GROUPED = [["l0", "l3", "l6"], ["l1", "l4"], ["l2", "l5"]]


def test_a_file_becomes_a_file_with_a_row_a_line(tmp_path: Path) -> None:
    source, destination = tmp_path / "old.json", tmp_path / "new.ndjson"
    source.write_text(json.dumps(LABELS), "utf-8")
    assert upgrade(str(source), str(destination)) == REPORT
    assert labels_in(destination.read_bytes()) == GROUPED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.ndjson", "old.json"]


def test_a_file_never_takes_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_text(json.dumps(LABELS), "utf-8")
    with pytest.raises(WriteError, match=r"^the destination is the source itself "):
        upgrade(path, path, force=True)
    assert path.read_text("utf-8") == json.dumps(LABELS)


def test_standard_input_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(LABELS).encode())))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=output))
    assert upgrade("-", "-") == REPORT
    assert labels_in(output.getvalue()) == GROUPED


def test_a_stream_stays_open_and_rows_come_as_dictionaries() -> None:
    stream = io.BytesIO(json.dumps(LABELS).encode())
    assert [row["data_row"]["id"] for row in upgrade_rows(stream)] == ["r0", "r1", "r2"]
    assert not stream.closed


def test_nothing_is_read_before_the_first_row_is_asked_for() -> None:
    stream = io.BytesIO(json.dumps(LABELS).encode())
    rows = upgrade_rows(stream)
    assert stream.tell() == 0
    assert next(rows)["data_row"]["id"] == "r0"
    rows.close()  # type: ignore[attr-defined] # a generator, though it promises an iterator only


def test_text_is_written_as_it_is(tmp_path: Path) -> None:
    upgrade(io.BytesIO(json.dumps(LABELS).encode()), tmp_path / "new.ndjson")
    assert '"row_data":"é\u2028"' in (tmp_path / "new.ndjson").read_text("utf-8")


def test_derived_ids_are_the_same_in_every_process() -> None:
    (row,) = upgrade_rows(
        io.BytesIO(b'[{"ID": "l1", "Labeled Data": "a", "Project Name": "p", "Label": {}}]')
    )
    assert row["data_row"]["id"] == "derived:da247a3fd0b66dd499f1549d"
    assert list(row["projects"]) == ["derived:c2c12a31b770bae5a6afa616"]


def test_labels_of_one_asset_are_one_row_though_there_was_no_id() -> None:
    labels = [{"ID": f"l{number}", "Labeled Data": f"{number % 2}.jpg", "Label": {}} for number in range(4)]
    rows = list(upgrade_rows(io.BytesIO(json.dumps(labels).encode())))
    assert [len(row["projects"].popitem()[1]["labels"]) for row in rows] == [2, 2]
    assert all(row["data_row"]["id"].startswith("derived:") for row in rows)


def test_shares_that_leave_the_memory_of_the_spool_come_back_in_order() -> None:
    filler = "x" * 2_000
    with Spool() as spool:
        spool._database.execute("PRAGMA cache_size = -64")  # KiB, of about 4 MB put in
        for number in range(2_000):
            label = {"ID": number, "DataRow ID": f"r{number % 500}", "Labeled Data": filler, "Label": {}}
            spool.add(share_of(label))
        groups = list(spool.groups())
    assert [[share.label["id"] for share in shares] for shares in groups] == [
        list(range(first, 2_000, 500)) for first in range(500)
    ]
