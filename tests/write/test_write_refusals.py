"""What a run refuses to write to or to add to, said in whole messages, with nothing changed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import exportkit
from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.options import Mode
from exportkit.write import FormatName
from write.lakes import (
    SCHEMA,
    batch_of,
    everything_below,
    ids_in,
    numbered,
    part_paths,
    read_lake,
    write_lake,
)

FIRST = [row["id"] for row in numbered(0, 10)]
ANOTHER_PLACE = 'hint: choose mode="append" or mode="overwrite", or another destination'


def refusal(
    lake: Path, *, schema: pa.Schema = SCHEMA, mode: Mode = "error", format_name: FormatName = "parquet"
) -> str:
    """Return why the destination is refused, after making sure that nothing was changed."""
    before = everything_below(lake)
    with pytest.raises(WriteError) as caught:
        committer_for(lake).begin(schemas={"projects": schema}, mode=mode, format=format_name)
    assert everything_below(lake) == before
    return str(caught.value).replace(str(lake), "LAKE")


def test_a_destination_with_parts_is_refused(lake: Path) -> None:
    assert refusal(lake) == f"the destination already holds projects (in LAKE)\n{ANOTHER_PLACE}"


def test_parts_of_any_table_of_anybody_are_a_reason_to_refuse(tmp_path: Path) -> None:
    for name in ("b", "a", "e", "d", "c"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part-0.arrow").touch()
    (tmp_path / "part-0.parquet").touch()
    assert refusal(tmp_path) == (
        f"the destination already holds parts of its own, a, b and 3 more (in LAKE)\n{ANOTHER_PLACE}"
    )


def test_files_that_are_no_parts_are_no_reason_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    for name in (
        "export.ndjson",
        "other/_data.parquet",
        "other/.data.parquet",
        "other/part-0.parquet.inprogress",
    ):
        (tmp_path / name).touch()
    write_lake(tmp_path, batch_of(numbered(0, 10)))
    assert ids_in(tmp_path) == FIRST


def changed(name: str, field: pa.Field) -> pa.Schema:
    return SCHEMA.set(SCHEMA.get_field_index(name), field)


@pytest.mark.parametrize(
    ("schema", "difference"),
    [
        (SCHEMA.append(pa.field("colour", pa.string())), "its parts have no column 'colour'"),
        (
            SCHEMA.remove(SCHEMA.get_field_index("kind")),
            "its parts have a column 'kind' that is not written any more",
        ),
        (
            changed("score", pa.field("score", pa.int64())),
            "column 'score' of its parts is double, here it is int64",
        ),
        (
            changed("score", pa.field("score", pa.float64(), nullable=False)),
            "column 'score' of its parts may be null, here it is never null",
        ),
        (
            changed("id", pa.field("id", pa.string())),
            "column 'id' of its parts is never null, here it may be null",
        ),
        (
            pa.schema([*list(SCHEMA)[1:], SCHEMA.field("id")]),
            "column 1 of its parts is 'id', here it is 'kind'",
        ),
    ],
    ids=["added", "removed", "type", "nulls", "no nulls", "order"],
)
def test_appending_other_columns_is_refused(lake: Path, schema: pa.Schema, difference: str) -> None:
    [part] = part_paths(lake)
    assert refusal(lake, schema=schema, mode="append") == (
        f"cannot append to projects: {difference} (in LAKE/projects/{part.name})\n"
        'hint: write to another destination, or replace what is there with mode="overwrite"'
    )


def test_appending_with_other_metadata_is_fine(lake: Path) -> None:
    write_lake(lake, schema=SCHEMA.with_metadata({b"table_version": b"2"}), mode="append")
    assert read_lake(lake).num_rows == 10


def test_appending_another_format_is_refused(lake: Path) -> None:
    [part] = part_paths(lake)
    assert refusal(lake, mode="append", format_name="arrow") == (
        f"cannot append .arrow parts to .parquet parts (in LAKE/projects/{part.name})\n"
        "hint: append in the format that is there, or choose another destination"
    )


def test_appending_to_a_part_that_cannot_be_read_is_refused(lake: Path) -> None:
    (lake / "projects" / "part-broken.parquet").write_bytes(b"not Parquet, but long enough to look at")
    problem, _, place = refusal(lake, mode="append").partition(" (in ")
    assert problem.startswith("cannot read the schema of the part: Parquet magic bytes not found in footer.")
    assert place == "LAKE/projects/part-broken.parquet)"


@pytest.mark.parametrize("mode", ["error", "append", "overwrite"])
def test_a_file_in_place_of_a_table_is_refused(tmp_path: Path, mode: Mode) -> None:
    (tmp_path / "projects").touch()
    assert refusal(tmp_path, mode=mode) == "a file is where the parts of projects go (in LAKE/projects)"


def test_a_table_that_is_a_link_is_refused(lake: Path, tmp_path: Path) -> None:
    (lake / "projects").rename(tmp_path / "elsewhere")
    (lake / "projects").symlink_to(tmp_path / "elsewhere")
    assert refusal(lake, mode="overwrite") == (
        "the directory is a link or a mount point, which cannot be replaced in one step (in LAKE/projects)\n"
        "hint: link or mount the whole destination"
    )


def test_a_destination_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lake").touch()
    assert refusal(tmp_path / "lake") == (
        "the destination is a file (in LAKE)\nhint: choose a directory, or a name that is free"
    )


def test_a_destination_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file" / "lake") == "cannot create the directory: Not a directory (in LAKE)"


@contextmanager
def powerless() -> Iterator[Path]:
    """Give a directory that its user may only read, and be such a user (root may write anywhere)."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        user = os.geteuid()
        path.chmod(0o555)
        if user == 0:
            os.seteuid(65534)
        try:
            yield path
        finally:
            os.seteuid(user)
            path.chmod(0o700)


def test_a_destination_that_is_read_only_is_refused() -> None:
    with powerless() as lake:
        assert refusal(lake) == (
            "cannot create the directory: Permission denied (in LAKE)\n"
            "hint: choose a destination that this user may write to"
        )


def test_a_destination_in_a_read_only_directory_is_refused() -> None:
    with powerless() as directory:
        assert refusal(directory / "lake") == (
            "cannot create the directory: Permission denied (in LAKE)\n"
            "hint: choose a destination that this user may write to"
        )


def test_a_url_without_a_writer_is_refused_without_its_secrets() -> None:
    with pytest.raises(WriteError) as caught:
        committer_for("s3://user:key@bucket/lake?token=secret")
    assert str(caught.value) == (
        "there is no writer for s3:// destinations (in s3://bucket/lake)\n"
        "hint: write to a local directory and copy that, whole, to where it belongs"
    )


def begin(location: str | Path, **arguments: Any) -> None:
    committer_for(location).begin(schemas={}, **arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mode": "replace"}, "mode must be one of error, overwrite, append, not 'replace'"),
        ({"format": "csv"}, "format must be one of parquet, arrow, not 'csv'"),
    ],
)
def test_options_without_meaning_are_refused_before_anything_is_touched(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        exportkit.start("missing.ndjson", tmp_path / "lake", **options)
    assert not list(tmp_path.iterdir())


def test_an_empty_destination_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^the destination is empty; '\.' is the current directory$"):
        begin("")


def test_a_location_that_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^a destination is a path or a URL as text, not bytes$"):
        committer_for(b"lake").begin(schemas={})  # type: ignore[arg-type]  # on purpose
