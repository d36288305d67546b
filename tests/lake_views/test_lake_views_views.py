"""Views: each says what its tables say, reckoned again here without SQL."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit.lake_views import Lake, lake
from exportkit.lake_views.wide_answers import wide_sql

ROOT = Path(__file__).parents[2]
SUBJECT = ("line", "label_index", "plane", "frame", "timestamp_ms", "object_feature_id")
FIXED = {
    "data_row_id", "project_id", "label_id", "origin", "message_id", "export_id", "other_answers", *SUBJECT,
}  # fmt: skip
Row = dict[str, Any]


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example and every media type and drift variant in one export."""
    path = tmp_path_factory.mktemp("export") / "export.ndjson"
    files = [ROOT / "examples" / "export.ndjson", *sorted((ROOT / "tests" / "golden").glob("*.ndjson"))]
    path.write_bytes(b"".join(one.read_bytes().rstrip(b"\n") + b"\n" for one in files))
    return path


@pytest.fixture(scope="module", params=["parquet", "arrow"])
def opened(request: pytest.FixtureRequest, export: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    path = tmp_path_factory.mktemp(request.param) / "lake"
    (exportkit.to_parquet if request.param == "parquet" else exportkit.to_arrow)(export, path)
    return lake(path)


def rows_of(opened: Lake, name: str) -> list[Row]:
    rows: list[Row] = opened.table(name).to_pylist()
    return rows


def label_of(row: Row) -> tuple[Any, ...]:
    return row["export_id"], row["line"], row["label_index"]


def test_boxes_are_the_objects_with_a_box_and_their_share_of_the_asset(opened: Lake) -> None:
    assets = {row["line"]: row for row in rows_of(opened, "data_rows")}
    wanted = {}
    for row in rows_of(opened, "objects"):
        if row["bbox_left"] is None:
            continue
        asset = assets[row["line"]]
        sides = {"px": (asset["width"], asset["height"]), "pt": (row["page_width"], row["page_height"])}
        width, height = sides.get(row["coordinate_unit"], (None, None))
        wanted[*label_of(row), row["plane"], row["frame"], row["position"], row["feature_id"]] = (
            row["bbox_left"] + row["bbox_width"],
            row["bbox_top"] + row["bbox_height"],
            row["bbox_left"] / width if width else None,
            row["bbox_height"] / height if height else None,
        )
    found = {
        (*label_of(row), row["plane"], row["frame"], row["position"], row["feature_id"]): (
            row["bbox_right"], row["bbox_bottom"], row["left_fraction"], row["height_fraction"],
        )
        for row in rows_of(opened, "boxes")
    }  # fmt: skip
    assert found == wanted
    assert len(wanted) == opened.table("boxes").num_rows > 0


def answers_of(rows: list[Row]) -> dict[tuple[Any, ...], Counter[tuple[str, str]]]:
    """The answers by what they are about, as (question, answer), each once."""
    found: dict[tuple[Any, ...], set[tuple[str, str, str]]] = defaultdict(set)
    for row in rows:
        answer = next(
            (row[name] for name in ("answer_name", "answer_value", "text") if row[name] is not None), None
        )
        about = found[tuple(row[name] for name in SUBJECT)]
        if answer is not None:
            about.add((row["feature_schema_id"] or row["name"] or "", (row["name"] or "").casefold(), answer))
    return {about: Counter((name, answer) for _, name, answer in all_) for about, all_ in found.items()}


def unpivoted(rows: list[Row]) -> dict[tuple[Any, ...], Counter[tuple[str, str]]]:
    """The answers that wide rows hold, in columns and beside them."""
    found: dict[tuple[Any, ...], Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in rows:
        about = found[tuple(row[name] for name in SUBJECT)]
        for title, value in row.items():
            if title not in FIXED and value is not None:
                name = title.partition(" (")[0].casefold()
                about.update((name, one) for one in (value if isinstance(value, list) else [value]))
        about.update({(one["question"].casefold(), one["answer"]) for one in row["other_answers"] or []})
    return dict(found)


@pytest.mark.parametrize("most", [0, 3, 200])
def test_no_answer_is_lost_by_making_it_wide_however_few_columns_there_are(opened: Lake, most: int) -> None:
    connection = opened.sql("from classifications") and opened._connection
    assert connection is not None
    titles = [column[0] for column in connection.execute(f"describe {wide_sql(connection, most)}").fetchall()]
    wide = connection.execute(wide_sql(connection, most)).fetchall()
    rows = [dict(zip(titles, row, strict=True)) for row in wide]
    assert unpivoted(rows) == answers_of(rows_of(opened, "classifications"))
    assert len(set(titles) - FIXED) <= most


def test_questions_of_one_name_have_columns_of_their_own(tmp_path: Path) -> None:
    def question(number: int, name: str, answers: list[str]) -> Row:
        given = [{"feature_id": f"a{number}{one}", "name": one, "classifications": []} for one in answers]
        answered = {"checklist_answers": given} if len(given) > 1 else {"radio_answer": given[0]}
        return {"feature_id": f"f{number}", "feature_schema_id": f"schema'{number}", "name": name} | answered

    asked = [
        question(1, "colour", ["red"]), question(2, "Colour", ["blue"]), question(3, 'line"', ["x", "y"]),
        question(4, "line", ["z"]),
    ]  # fmt: skip
    label = {"id": "l", "annotations": {"objects": [], "classifications": asked, "relationships": []}}
    (tmp_path / "export.ndjson").write_text(
        json.dumps({"data_row": {"id": "d"}, "projects": {"p": {"name": "p", "labels": [label]}}})
    )
    exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake")
    (row,) = rows_of(lake(tmp_path / "lake"), "answers_wide")
    shown = {name: value for name, value in row.items() if name not in FIXED}
    assert shown == {"colour": "red", "Colour (2)": "blue", 'line"': ["x", "y"], "line (2)": "z"}


def test_a_track_spans_what_lists_its_feature(opened: Lake) -> None:
    rates = {row["line"]: row["frame_rate"] for row in rows_of(opened, "data_rows")}
    spans: dict[tuple[Any, ...], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(opened, "objects"):
        if row["frame"] is not None:
            spans[*label_of(row), row["plane"], row["feature_id"]]["frame"].append(row["frame"])
    for row in rows_of(opened, "classifications"):
        unit = "frame" if row["frame"] is not None else "timestamp_ms"
        if row[unit] is not None and row["depth"] == 0 and row["object_feature_id"] is None:
            spans[*label_of(row), row["plane"], row["feature_id"]][unit].append(row[unit])
    for row in rows_of(opened, "segments"):
        unit = "frame" if row["unit"] == "frame" else "timestamp_ms"
        ends = [row["span_start"], row["span_end"]]
        spans[*label_of(row), row["plane"], row["feature_id"]][unit] += ends
    for row in rows_of(opened, "key_frames"):
        _ = spans[*label_of(row), row["plane"], row["feature_id"]]
    tracks = {(*label_of(row), row["plane"], row["feature_id"]): row for row in rows_of(opened, "tracks")}
    assert tracks.keys() == spans.keys()
    for key, found in tracks.items():
        frames, moments = spans[key]["frame"], spans[key]["timestamp_ms"]
        assert (found["first_frame"], found["last_frame"]) == ends_of(frames)
        assert (found["first_ms"], found["last_ms"]) == ends_of(moments)
        rate = rates[found["line"]]
        if frames and rate:
            assert found["start_seconds"] == pytest.approx((min(frames) - 1) / rate)
            assert found["seconds"] == pytest.approx((max(frames) - min(frames) + 1) / rate)
        elif moments:
            assert found["end_seconds"] == max(moments) / 1000
        else:
            assert found["seconds"] is None


def ends_of(numbers: list[int]) -> tuple[int | None, int | None]:
    return (min(numbers), max(numbers)) if numbers else (None, None)


def test_label_times_has_one_row_a_label_with_what_was_made_in_the_time(opened: Lake) -> None:
    made: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for row in rows_of(opened, "objects"):
        if row["feature_id"] is not None:
            made[label_of(row)].add(row["feature_id"])
    found = {label_of(row): row for row in rows_of(opened, "label_times")}
    labels = {label_of(row): row for row in rows_of(opened, "labels")}
    assert found.keys() == labels.keys()
    for key, row in found.items():
        label = labels[key]
        whole = label["seconds_to_create"] if label["seconds_total"] is None else label["seconds_total"]
        assert (row["created_by"], row["seconds"], row["objects"]) == (
            label["created_by"],
            whole,
            len(made[key]),
        )
        if whole is not None and row["objects"]:
            assert row["seconds_per_object"] == pytest.approx(whole / row["objects"])


def test_a_data_row_that_was_converted_twice_never_multiplies(export: Path, tmp_path: Path) -> None:
    for _ in range(2):
        exportkit.to_parquet(export, tmp_path / "twice", mode="append", export_id="same")
    exportkit.to_parquet(export, tmp_path / "once", export_id="same")
    twice, once = lake(tmp_path / "twice"), lake(tmp_path / "once")
    assert twice.table("boxes").num_rows == 2 * once.table("boxes").num_rows
    assert twice.table("label_times").num_rows == 2 * once.table("label_times").num_rows
    for name in ("tracks", "answers_wide"):
        assert twice.table(name).num_rows == once.table(name).num_rows


def test_views_of_a_lake_without_labels_are_empty(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_text('{"data_row":{"id":"a"}}\n')
    exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake")
    empty = lake(tmp_path / "lake")
    assert [empty.table(name).num_rows for name in empty.views] == [0, 0, 0, 0]


def test_a_view_is_found_however_it_is_spelt(opened: Lake) -> None:
    again = lake(opened)
    assert again.sql('select count(*) from "BOXES"').fetchall() == [(opened.table("boxes").num_rows,)]
    assert again.sql("with t as (from Tracks) select count(*) from t").fetchall()[0][0] > 0
