"""Export V1 goes in wherever an export does."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.cli import main
from exportkit.split import take_start
from selecting.selections_of import Tables, converted_lines

BOX = {
    "featureId": "f",
    "schemaId": "s",
    "title": "car",
    "value": "car",
    "bbox": {"top": 1, "left": 2, "height": 3, "width": 4},
}
SAMPLES = sorted((Path(__file__).parents[3] / "shared" / "samples").rglob("v1*.json"))


def entry(data_row: str, label: str, *objects: dict[str, Any]) -> dict[str, Any]:
    """Return a V1 entry: one label of a data row."""
    return {
        "ID": label,
        "DataRow ID": data_row,
        "Labeled Data": "https://example.org/a.png",
        "Label": {"objects": [*objects], "classifications": []},
        "Created By": "a@example.org",
        "Project Name": "Streets",
        "Created At": "2021-03-02T08:00:00.000Z",
    }


EXPORT = json.dumps([entry("d1", "l1", BOX), entry("d2", "l2"), entry("d1", "l3", BOX, BOX)]).encode()


def test_labels_of_one_data_row_make_one_line() -> None:
    tables, report = converted_lines(EXPORT)
    assert (report.lines, report.data_rows, report.rejects) == (2, 2, 0)
    assert [(row["data_row_id"], row["line"], row["export_version"]) for row in tables["data_rows"]] == [
        ("d1", 1, "v1"),
        ("d2", 2, "v1"),
    ]
    assert [(row["label_id"], row["label_index"]) for row in tables["labels"]] == [
        ("l1", 0), ("l3", 1), ("l2", 0),
    ]  # fmt: skip
    assert [row["bbox_left"] for row in tables["objects"]] == [2.0, 2.0, 2.0]


def test_what_v1_did_not_know_is_null() -> None:
    tables, _ = converted_lines(EXPORT)
    for row in tables["data_rows"]:
        assert (row["byte_offset"], row["byte_length"], row["last_activity_at"]) == (None, None, None)


@given(st.integers(1, 400), st.integers(1, 50))
def test_blocks_change_no_row(count: int, block_bytes: int) -> None:
    from exportkit.pipeline.old_exports import upgraded_lines  # noqa: PLC0415 - behind the door

    export = json.dumps([entry(f"d{at}", f"l{at}") for at in range(count % 7)] or [entry("d", "l")]).encode()
    pieces = (export[at : at + block_bytes] for at in range(0, len(export), block_bytes))
    blocks = [*upgraded_lines(take_start(pieces), "x", 100 * count)]
    whole = [*upgraded_lines(take_start([export]), "x", 10**6)]
    assert b"".join(block.data for block in blocks) == whole[0].data
    lines = [block.data.count(b"\n") for block in blocks]
    assert [block.line for block in blocks] == [1 + sum(lines[:at]) for at in range(len(lines))]


def test_an_upgraded_file_holds_what_the_old_one_held(tmp_path: Path) -> None:
    (tmp_path / "v1.json").write_bytes(EXPORT)
    done = exportkit.upgrade(tmp_path / "v1.json", tmp_path / "v2.ndjson")
    assert (done.labels, done.data_rows) == (3, 2)
    old, new = converted_lines(EXPORT)[0], converted_lines((tmp_path / "v2.ndjson").read_bytes())[0]
    assert without_origin(old) == without_origin(new)


def without_origin(tables: Tables) -> Tables:
    for row in tables["data_rows"]:
        for name in ("export_version", "byte_offset", "byte_length"):
            del row[name]
    return tables


@pytest.mark.parametrize("workers", [1, 2])
def test_old_exports_become_files_like_others(workers: int, tmp_path: Path) -> None:
    (tmp_path / "v1.json.gz").write_bytes(gzip.compress(EXPORT))
    report = exportkit.to_parquet(
        tmp_path / "v1.json.gz", tmp_path / "lake", workers=workers, filters={"data_row_ids": ["d1"]}
    )
    assert report.filtered == {"data_row_ids": 1}
    labels = pq.read_table(tmp_path / "lake" / "labels")
    assert labels.column("label_id").to_pylist() == ["l1", "l3"]


def test_an_upgrade_takes_one_export(tmp_path: Path) -> None:
    (tmp_path / "v1.json").write_bytes(EXPORT)
    with pytest.raises(ValueError, match="upgrade takes one export at a time"):
        exportkit.upgrade([tmp_path / "v1.json", io.BytesIO(EXPORT)], tmp_path / "v2.ndjson")
    assert not (tmp_path / "v2.ndjson").exists()


def test_the_command_upgrades(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "v1.json").write_bytes(EXPORT)
    destination = tmp_path / "v2.ndjson"
    assert main(["upgrade", str(tmp_path / "v1.json"), str(destination)]) == 0
    assert capsys.readouterr().out == f"Read 3 labels (0 skipped), wrote 2 data rows to {destination}\n"
    assert main(["upgrade", str(destination), str(tmp_path / "again.ndjson")]) == 1
    assert "this is Export V2, not Export V1" in capsys.readouterr().err
    assert main(["upgrade", str(tmp_path / "v1.json"), "-"]) == 0


def test_every_old_sample_converts() -> None:
    for path in SAMPLES:
        _, report = converted_lines(path.read_bytes())
        assert (report.data_rows, report.rejects) == (report.lines, 0), path.name
        assert report.rows["labels"] >= report.data_rows
