"""Published schemas: they say what the declarations say, and what the platform writes conforms to them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from msgspec.structs import fields

import exportkit
from exportkit.rows.line_schema import line_schema
from exportkit.rows.structs import STRUCTS
from exportkit.tables import TABLES, Column, Table
from exportkit.tables.schema_files import BY_HAND, VERSIONS, drift, main, publish, published
from exportkit.tables.types import STRING
from strategies import rows

SCHEMAS = Path(__file__).parents[2] / "schemas"
SAMPLES = sorted((SCHEMAS.parents[1] / "shared" / "samples").glob("*/*.ndjson"))
SCHEMA = line_schema()
KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "integer": (int,), "number": (int, float),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def misfits(value: Any, schema: dict[str, Any], path: str = "$") -> list[str]:
    """Return where `value` does not conform: as much of JSON Schema as the published one uses."""
    if "$ref" in schema:
        return misfits(value, SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")], path)
    if "anyOf" in schema:
        found = [misfits(value, one, path) for one in schema["anyOf"]]
        return [] if [] in found else min(found, key=len)
    kinds = schema.get("type", [*KINDS])
    if not any(is_kind(value, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return [f"{path} is no {kinds}"]
    if isinstance(value, dict):
        return misfits_of_object(value, schema, path)
    if isinstance(value, list):
        items = schema.get("prefixItems") or [schema.get("items", {})] * len(value)
        return [one for at, item in enumerate(value) for one in misfits(item, items[at], f"{path}[{at}]")]
    if isinstance(value, str):
        return [] if len(value) >= schema.get("minLength", 0) else [f"{path} is too short"]
    if "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        return [f"{path} is out of range"]
    return []


def is_kind(value: Any, kind: str) -> bool:
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def misfits_of_object(value: dict[str, Any], schema: dict[str, Any], path: str) -> list[str]:
    found = [f"{path} has no {key}" for key in schema.get("required", ()) if key not in value]
    pattern = schema.get("propertyNames", {}).get("pattern", "")
    found += [f"{path}.{key} is no such key" for key in value if not re.search(pattern, key)]
    others = schema.get("additionalProperties", True)
    for key, item in value.items():
        of_key = schema.get("properties", {}).get(key, others)
        found += [] if of_key is True else misfits(item, of_key, f"{path}.{key}")
    return found


def test_the_published_schemas_are_what_the_declarations_say() -> None:
    differing = "; ".join(drift(SCHEMAS))
    assert not differing, "run `make schemas`, and say in schemas/CHANGES.md what changed for whom"


def test_drift_is_seen_in_every_direction(tmp_path: Path) -> None:
    assert drift(tmp_path / "nowhere") == [f"{name} is missing" for name in sorted(published(tmp_path))]
    publish(tmp_path)
    assert drift(tmp_path) == []
    (tmp_path / "labels.json").unlink()
    (tmp_path / "masks.json").write_text("{}")
    (tmp_path / "objects.json").write_text("{}")
    assert drift(tmp_path) == [
        "labels.json is missing",
        "masks.json belongs to no table",
        "objects.json says something else than the declarations",
    ]


def test_publishing_mends_all_drift_and_leaves_what_is_written_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "CHANGES.md").write_text("kept")
    (tmp_path / "masks.json").write_text("{}")
    assert main([str(tmp_path)]) == 0
    assert "masks.json belongs to no table" in capsys.readouterr().out.splitlines()
    assert drift(tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} == published(tmp_path).keys() | BY_HAND
    assert (tmp_path / "CHANGES.md").read_text() == "kept"
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "nothing has changed\n"


def test_publishing_says_what_it_wants_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err == "usage: python -m exportkit.tables.schema_files DIRECTORY\n"


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_published_table_agrees_with_its_arrow_schema(table: Any) -> None:
    described = json.loads((SCHEMAS / f"{table.name}.json").read_text("utf-8"))
    schema = exportkit.schema(table.name)
    assert described["version"] == int(schema.metadata[b"table_version"])
    assert [column["name"] for column in described["columns"]] == schema.names
    for column, field in zip(described["columns"], schema, strict=True):
        about = {key.decode(): value.decode() for key, value in field.metadata.items()}
        assert column["null"] == field.nullable
        assert {key: column[key] for key in ("meaning", "unit", "source") if key in column} == about
    assert set(described["identity"]) <= set(schema.names)


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_version_of_a_table_has_its_section_in_the_changes(table: Any) -> None:
    sections = (SCHEMAS / "CHANGES.md").read_text("utf-8").split("\n## Version ")[1:]
    for version in range(1, table.version + 1):
        about = [one for one in sections if one.split()[0] == str(version) and f"`{table.name}`" in one]
        assert about, f"schemas/CHANGES.md lacks a section `## Version {version}` that names {table.name}"


def with_column(table: Table, column: Column, *, version: int) -> Table:
    return table._replace(version=version, columns=(*table.columns, column))


def test_columns_do_not_change_without_a_new_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = TABLES["labels"]
    column = Column("made_up", STRING, "Nothing.")
    publish(tmp_path)
    before = json.loads((tmp_path / VERSIONS).read_text())
    monkeypatch.setitem(TABLES, "labels", with_column(labels, column, version=labels.version))
    problem = (
        f"labels differs from its published version {labels.version} (made_up: string): "
        "raise its version where exportkit/tables/ declares it"
    )
    assert problem in drift(tmp_path)
    assert main([str(tmp_path)]) == 1
    assert problem in capsys.readouterr().out.splitlines()
    assert drift(tmp_path) == [problem]
    assert json.loads((tmp_path / VERSIONS).read_text()) == before
    monkeypatch.setitem(TABLES, "labels", with_column(labels, column, version=labels.version + 1))
    assert main([str(tmp_path)]) == 0
    assert drift(tmp_path) == []
    after = json.loads((tmp_path / VERSIONS).read_text())
    known = before["labels"][str(labels.version)]
    assert after["labels"][str(labels.version)] == known
    assert after["labels"][str(labels.version + 1)] == [*known, "made_up: string"]


def test_the_line_schema_has_every_struct_and_allows_unknown_fields_in_each() -> None:
    definitions = {name: one for name, one in SCHEMA["$defs"].items() if one["type"] == "object"}
    assert definitions.keys() == STRUCTS.keys()
    assert all(one["additionalProperties"] is True for one in definitions.values())
    assert all("$extra" not in one["properties"] for one in definitions.values())
    assert {name: one["required"] for name, one in definitions.items()} == {
        name: [field.encode_name for field in fields(struct) if field.required]
        for name, struct in STRUCTS.items()
    }
    assert definitions["Row"]["required"] == ["data_row"]
    assert definitions["DataRow"]["required"] == ["id"]


@given(rows())
def test_every_row_of_the_catalogue_conforms_to_the_line_schema(row: dict[str, Any]) -> None:
    assert not misfits(row, SCHEMA)


def test_every_sample_that_is_a_data_row_conforms_to_the_line_schema() -> None:
    lines = [line for path in SAMPLES for line in path.read_bytes().split(b"\n") if line.strip()]
    rows_held = [row for row in map(json.loads, lines) if "errors" not in row and "error" not in row]
    assert [misfits(row, SCHEMA) for row in rows_held] == [[]] * len(rows_held)


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({}, ["$ has no data_row"]),
        ({"data_row": {"id": ""}}, ["$.data_row.id is too short"]),
        ({"data_row": {"id": "d"}, "projects": []}, ["$.projects is no object"]),
        ({"data_row": {"id": "d"}, "attachments": [5]}, ["$.attachments[0] is no object"]),
        ({"data_row": {"id": "d"}, "unknown": 1}, []),
    ],
)  # fmt: skip
def test_what_has_no_column_does_not_conform(row: dict[str, Any], found: list[str]) -> None:
    assert misfits(row, SCHEMA) == found
