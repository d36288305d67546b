"""Redaction: what is redacted is nowhere in what is written, and hashes still join."""

from __future__ import annotations

import hmac
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.select.redaction import FREE_FORM, HASH_DIGITS, KEY_VARIABLE
from exportkit.tables import TABLES
from selecting.selections_of import Tables, converted, converted_lines
from strategies import line_of, rows

KEY = "a key"
SECRET = "annotator@example.org"
NEEDS_KEY = (
    f"hashes need a key\nhint: set the environment variable {KEY_VARIABLE}, or in Python give redact_key"
)


def hashed(value: str) -> str:
    return hmac.digest(KEY.encode(), value.encode(), "sha256").hex()[:HASH_DIGITS]


def without_free_form(tables: Tables) -> Tables:
    return {
        name: [{key: None if key in FREE_FORM else value for key, value in row.items()} for row in found]
        for name, found in tables.items()
    }


def redacted_by_hand(tables: Tables, column: str, change: Any) -> Tables:
    columns = {column, *(["other_row_data"] if column == "row_data" else [])}

    def redacted(row: dict[str, Any]) -> dict[str, Any]:
        return row | {one: change(row[one]) for one in columns if row.get(one) is not None}

    return {name: [*map(redacted, found)] for name, found in tables.items()}


@given(rows(), st.sampled_from(["created_by", "global_key", "annotation_kind", "project_name", "text"]))
def test_a_hash_stands_wherever_the_value_stood(row: dict[str, Any], column: str) -> None:
    expected = redacted_by_hand(without_free_form(converted(row)), column, hashed)
    assert converted(row, redact={column: "hash"}, redact_key=KEY) == expected


@given(rows(), st.sampled_from(["created_by", "row_data", "created_at", "bbox_left", "vector"]))
def test_what_is_omitted_is_null(row: dict[str, Any], column: str) -> None:
    expected = redacted_by_hand(without_free_form(converted(row)), column, lambda _: None)
    assert converted(row, redact={column: "omit"}) == expected


@given(rows())
def test_labels_and_features_still_join_when_their_ids_are_hashed(row: dict[str, Any]) -> None:
    ids = dict.fromkeys(("data_row_id", "label_id", "feature_id", "project_id"), "hash")
    plain, redacted = converted(row), converted(row, redact=ids, redact_key=KEY)
    for name, key in (
        ("objects", "label_id"),
        ("relationships", "source_feature_id"),
        ("projects", "project_id"),
    ):
        for one, other in zip(plain[name], redacted[name], strict=True):
            assert (one[key] is None and other[key] is None) or other[key] == hashed(one[key])
    for one, other in zip(plain["labels"], redacted["labels"], strict=True):
        assert other["z_order"] == (one["z_order"] and [hashed(feature) for feature in one["z_order"]])


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://storage.example/a/b.png?Expires=1&Signature=s", "https://storage.example/a/b.png"),
        ("gs://bucket/a.png#frag?x", "gs://bucket/a.png"),
        ("https://user:secret@host/a?b", "https://host/a"),
        ("https://host/a", "https://host/a"),
        ("is this a question? see https://host/a?b", "is this a question? see https://host/a?b"),
        ("https://host/a?b\nc", "https://host/a"),
        (" \t\u00a0https://host/a?b", " \t\u00a0https://host/a"),
        ("\ufeffhttps://host/a?b", "\ufeffhttps://host/a"),
        ("//user:secret@host/a?b#c", "//host/a"),
        ("\n//host/a?b", "\n//host/a"),
        ("https:/host/a?b", "https:/host/a"),
        ("https:\\\\user@host\\a?b", "https:\\\\host\\a"),
        ("https:host/a?b", "https:host/a"),
        ("http: is this a comment? yes", "http: is this a comment? yes"),
        ("s3://KEY:SEC/RET@bucket/a?b", "s3://bucket/a"),
        ("https://host:8080/a@b/c?d", "https://host:8080/a@b/c"),
        ("https://[::1]:8080/a@b/c?d", "https://[::1]:8080/a@b/c"),
        ("https://host/a@b/c?d", "https://host/a@b/c"),
        ("// is this a comment? yes", "// is this a comment? yes"),
        ("/ or ? and //", "/ or ? and //"),
    ],
)
def test_a_url_loses_its_signature_and_text_nothing(given_url: str, kept: str) -> None:
    row = {"data_row": {"id": "d", "row_data": given_url}}
    (found,) = converted(row, redact={"row_data": "strip_query"})["data_rows"]
    assert found["row_data"] == kept


def everywhere() -> dict[str, Any]:
    """Return a row that says who made it wherever a row can, unknown fields and odd types included."""
    label = {
        "id": "l",
        "label_details": {"created_by": SECRET, "reviews": [{"createdBy": SECRET}], "owner": SECRET},
        "annotations": {
            "objects": [{"feature_id": "f", "annotation_kind": "Odd", "shape": {"created_by": SECRET}}]
        },
    }
    odd = {"id": "m", "label_details": {"created_by": {"email": SECRET}}}
    history = [{"action": "Move", "created_by": SECRET, "by": SECRET}]
    details = {"workflow_history": history, "created_by": SECRET}
    return {
        "data_row": {"id": "d", "details": {"created_by": SECRET}, "created_by": SECRET},
        "media_attributes": {"uploaded_by": SECRET},
        "projects": {"p": {"labels": [label, odd], "project_details": details}},
    }


@pytest.mark.parametrize("how", ["hash", "omit"])
@pytest.mark.parametrize(
    "broken", [b'{"data_row": {"id": 5}, "x": "annotator@example.org"}', b'{"annotator@exa']
)
def test_a_redacted_value_leaks_nowhere(how: str, broken: bytes, tmp_path: Path) -> None:
    lines = io.BytesIO(line_of(everywhere()) + b"\n" + broken)
    redact = {"created_by": how}
    report = exportkit.to_parquet(lines, tmp_path / "lake", redact=redact, redact_key=KEY)
    assert report.rejects == 1
    written = [pq.read_table(path).to_pylist() for path in (tmp_path / "lake").rglob("*.parquet")]
    assert len(written) == len(TABLES)
    assert "annotator" not in repr(written)
    assert "annotator" not in repr(report)
    assert (hashed(SECRET) in repr(written)) == (how == "hash")


def test_free_form_columns_stay_when_they_are_asked_to() -> None:
    redact = {"created_by": "omit", "payload": "keep", "labels.extra": "keep"}
    tables = converted(everywhere(), redact=redact)
    assert "annotator" in tables["objects"][0]["payload"]
    assert tables["labels"][0]["extra"] is not None
    assert tables["data_rows"][0]["extra"] is None


def test_the_strictest_way_counts_where_one_column_follows_several() -> None:
    option = {"feature_id": "a", "name": "bird", "classifications": []}
    question = {"feature_id": "q", "name": "visible", "radio_answer": option}
    label = {"id": "l", "annotations": {"objects": [], "classifications": [question], "relationships": []}}
    row = {"data_row": {"id": "d"}, "projects": {"p": {"labels": [label]}}}
    for names in (("name", "answer_name"), ("answer_name", "name")):
        redact = dict(zip(names, ("hash", "strip_query"), strict=True))
        (found,) = converted(row, redact=redact, redact_key=KEY)["classifications"]
        assert found["answer_path"] == [hashed("visible"), hashed("bird")]
        (found,) = converted(row, redact={names[0]: "omit", names[1]: "hash"}, redact_key=KEY)[
            "classifications"
        ]
        assert found["answer_path"] == []


def test_a_column_of_a_table_is_redacted_as_asked_for_that_table_in_any_order() -> None:
    asked = {"labels.created_by": "omit", "created_by": "hash"}
    for redact in (asked, dict(reversed(asked.items()))):
        tables = converted(everywhere(), redact=redact, redact_key=KEY)
        assert tables["labels"][0]["created_by"] is None
        assert tables["data_rows"][0]["created_by"] == hashed(SECRET)


def test_tags_and_geojson_that_may_hold_anything_are_emptied_and_plain_geometry_stays() -> None:
    plain = {"type": "Polygon", "coordinates": [[[1.5, -2e-3], [0, 0], [1, 1]]]}
    shapes = [plain, {**plain, "properties": {"by": SECRET}}, {**plain, "type": SECRET}]
    objects = [
        {"feature_id": f"f{at}", "name": "bay", "annotation_kind": "GeoPolygon", "geojson": shape}
        for at, shape in enumerate(shapes)
    ]
    label = {"id": "l", "annotations": {"objects": objects, "classifications": [], "relationships": []}}
    project = {"labels": [label], "project_tags": [{"text": SECRET}]}
    row = {"data_row": {"id": "d"}, "projects": {"p": project}}
    tables = converted(row, redact={"created_by": "omit"})
    assert [one["geojson"] and json.loads(one["geojson"]) for one in tables["objects"]] == [plain, None, None]
    assert "annotator" not in repr(tables)
    kept = converted(row, redact={"created_by": "omit", "geojson": "keep", "project_tags": "keep"})
    assert "annotator" in repr(kept["objects"][1]["geojson"])
    assert "annotator" in kept["projects"][0]["project_tags"]


def test_one_table_may_be_redacted_alone() -> None:
    tables = converted(everywhere(), redact={"labels.created_by": "omit"})
    assert tables["labels"][0]["created_by"] is None
    assert tables["data_rows"][0]["created_by"] == SECRET


def test_metadata_values_are_redacted_in_every_form() -> None:
    fields = [
        {"name": "a", "schema_kind": "CustomMetadataEnum", "value": SECRET},
        {"name": "b", "schema_kind": "CustomMetadataEnum", "value": [{"schema_name": SECRET}]},
    ]
    tables = converted(
        {"data_row": {"id": "d"}, "metadata_fields": fields}, redact={"value_string": "hash"}, redact_key=KEY
    )
    assert [row["value_options"] for row in tables["metadata"]] == [[hashed(SECRET)]] * 2
    assert SECRET not in repr(tables)


def test_the_key_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    data = json.dumps(everywhere()).encode()
    tables, _ = converted_lines(data, redact={"created_by": "hash"})
    assert tables["labels"][0]["created_by"] == hashed(SECRET)


@pytest.mark.parametrize(
    ("redact", "problem"),
    [
        ({"creator": "hash"}, "there is no column 'creator'"),
        ({"labels.row_data": "omit"}, "there is no column 'labels.row_data'"),
        ({"created_by": "drop"}, "redact 'created_by' must be one of hash, omit, strip_query, keep"),
        ({"data_row_id": "omit"}, "redact 'data_row_id' must be hash, for the column is never null"),
        ({"bbox_left": "hash"}, "redact 'bbox_left' must be omit, for the column holds no strings"),
        ({"created_by": "keep"}, "redact 'created_by' must be hash, omit or strip_query, for only"),
        ({"created_by": "hash"}, NEEDS_KEY),
    ],
)  # fmt: skip
def test_wrong_redactions_are_refused_before_any_work(
    redact: dict[str, str], problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(ValueError, match=r"redact|column|key") as raised:
        exportkit.iter_batches("missing.ndjson", redact=redact)
    assert str(raised.value).startswith(problem)
