"""The rejects of a lake by cause."""

from __future__ import annotations

from pathlib import Path

import pytest

import exportkit
from exportkit import ReadError
from exportkit.rejects import causes, causes_of
from rejects.broken_lakes import broken, good, write_rejecting


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_lines_with_the_same_cause_are_counted_together_with_one_place(tmp_path: Path, form: str) -> None:
    lines = [good("a"), broken("b"), b'{"data_row":{"id":7}}', broken("ccc"), b"[]", b"", broken("d")]
    write_rejecting(tmp_path / "lake", lines, form=form)  # type: ignore[arg-type]  # one of the formats
    found = causes_of(tmp_path / "lake")
    assert (found.lines, found.others) == (5, 0)
    assert found.bytes == sum(len(lines[at]) for at in (1, 2, 3, 4, 6))
    assert [(cause.lines, cause.error, cause.problem) for cause in found.causes] == [
        (3, "DecodeError", "the line is not JSON: object keys must be strings at byte … of the line"),
        (1, "DecodeError", "the line has no usable data row id"),
        (1, "DecodeError", "the line is an array, not a data row"),
    ]
    assert found.causes[1].example == {
        "problem": "the line has no usable data row id",
        "reason": None,
        "json_path": "$.data_row.id",
        "data_row_id": None,
        "source_uri": str(tmp_path / "export.ndjson"),
        "line": 3,
        "byte_offset": len(lines[0]) + len(lines[1]) + 2,
    }


def test_a_lake_without_rejects_has_no_causes(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [good("a")])
    found = causes_of(str(tmp_path / "lake"))
    assert found.to_dict() == {"lines": 0, "bytes": 0, "causes": [], "others": 0}


def test_columns_that_the_lake_does_not_have_are_not_told(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [b"{"], columns={"rejects": ["export_id", "line", "problem"]})
    (cause,) = causes_of(tmp_path / "lake").causes
    assert (cause.error, cause.bytes, cause.example["source_uri"], cause.example["line"]) == ("", 0, None, 1)


def test_causes_are_bounded_and_all_lines_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "MAX_CAUSES", 2)
    write_rejecting(tmp_path / "lake", [good("a"), b"{", b"[]", b"5", b"[]", b"null"])
    found = causes_of(tmp_path / "lake")
    assert [cause.lines for cause in found.causes] == [2, 1]
    assert (found.lines, found.others) == (5, 2)


def test_what_is_no_lake_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        causes_of(tmp_path / "lake")
    with pytest.raises(ReadError) as caught:
        causes_of(tmp_path)
    assert str(caught.value) == (
        f"the lake has no table 'rejects' (in {tmp_path})\n"
        "hint: name the directory that `exportkit convert` wrote; lakes without the table have no rejects"
    )


def test_a_damaged_part_is_said_with_its_path(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [b"{"])
    (part,) = (tmp_path / "lake" / "rejects").iterdir()
    part.write_bytes(part.read_bytes()[:-20])
    with pytest.raises(exportkit.ReadError) as caught:
        causes_of(tmp_path / "lake")
    assert str(caught.value).startswith("cannot read the part: ")
    assert str(caught.value).endswith(f"(in {part})")
