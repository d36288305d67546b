"""Views: each says what its tables say, reckoned again here without SQL."""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings

import exportkit
from exportkit.lake_views import Lake, lake
from exportkit.lake_views.views import VIEWS
from exportkit.lake_views.wide_answers import wide_sql
from lake_views.answers_in_time import held_answers, place_of
from strategies import line_of, rows

ROOT = Path(__file__).parents[2]
SUBJECT = ("line", "label_index", "plane", "frame", "timestamp_ms", "object_feature_id")
FIXED = {
    "data_row_id", "global_key", "external_id", "project_id", "label_id", "origin", "message_id", "export_id",
    "other_answers", *SUBJECT,
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


def unnamed(found: dict[tuple[Any, ...], Counter[tuple[str, str]]]) -> dict[tuple[Any, ...], set[str]]:
    """The answers alone: drawn questions share names and places in the ontology."""
    return {about: {answer for _, answer in answers} for about, answers in found.items()}


def in_every_frame(opened: Lake) -> list[Row]:
    """The rows of `classifications`, those with a frame once for every frame in which they hold."""
    answers = rows_of(opened, "classifications")
    held = held_answers(answers, rows_of(opened, "objects"), rows_of(opened, "segments"))
    others = [row | {"is_listed": True} for row in answers if row["frame"] is None]
    return [*others, *(row | {"frame": frame, "is_listed": listed} for row, frame, listed in held)]


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
    assert unpivoted(rows) == answers_of(in_every_frame(opened))
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


BY_FRAME = (
    "export_id", "line", "label_index", "plane", "frame", "is_listed", "object_feature_id", "depth",
    "position", "parent_answer_feature_id", "feature_id", "answer_feature_id", "answer_position",
    "answer_name", "text",
)  # fmt: skip


def assert_answers_hold_in_every_frame(opened: Lake) -> None:
    wanted = Counter(
        tuple(row[name] for name in BY_FRAME) for row in in_every_frame(opened) if row["frame"] is not None
    )
    rows = rows_of(opened, "answers_by_frame")
    assert Counter(tuple(row[name] for name in BY_FRAME) for row in rows) == wanted


def assert_tracks_say_what_their_feature_does(opened: Lake) -> None:
    frames, moments, named, listed, spans, keys = (defaultdict(list) for _ in range(6))
    inherited: dict[Any, set[Any]] = defaultdict(set)
    segments, key_frames = rows_of(opened, "segments"), rows_of(opened, "key_frames")
    told = {(*place_of(row), row["feature_id"]) for row in (*segments, *key_frames)}

    def list_it(key: Any, row: Row, *name: Any) -> None:
        named[key].append(name)
        if row["frame"] is not None:
            frames[key].append(row["frame"])
            listed[key].append(row["frame"])
        elif row.get("timestamp_ms") is not None:
            moments[key].append(row["timestamp_ms"])

    for row in segments:
        key, ends = (*place_of(row), row["feature_id"]), (row["span_start"], row["span_end"])
        spans[key].append(ends)
        (frames if row["unit"] == "frame" else moments)[key].extend(ends)
    for row in key_frames:
        if row["is_key_frame"]:
            keys[*place_of(row), row["feature_id"]].append(row["frame"])
    for row in rows_of(opened, "objects"):
        if row["frame"] is not None:
            list_it((*place_of(row), row["feature_id"]), row, "object", row["name"], None)
    for row in rows_of(opened, "classifications"):
        key, of_answer = ((*place_of(row), row[name]) for name in ("feature_id", "answer_feature_id"))
        in_time = row["frame"] is not None or row["timestamp_ms"] is not None
        is_top = in_time and row["depth"] == 0 and row["object_feature_id"] is None
        if is_top or key in told:
            list_it(key, row, "classification", row["name"], None)
        if of_answer in told:
            list_it(of_answer, row, "answer", row["answer_name"], row["name"])
            if is_top and of_answer in spans:
                inherited[key] |= set(spans[of_answer])
                (frames if row["frame"] is not None else moments)[key].extend(
                    end for span in spans[of_answer] for end in span
                )
    tracks = {(*place_of(row), row["feature_id"]): row for row in rows_of(opened, "tracks")}
    assert tracks.keys() == told | named.keys()
    for key, found in tracks.items():
        assert (found["feature"], found["name"], found["question"]) in (named[key] or [(None, None, None)])
        assert (found["first_frame"], found["last_frame"]) == ends_of(frames[key])
        assert (found["first_ms"], found["last_ms"]) == ends_of(moments[key])
        assert found["spans"] == (len(spans[key]) or len(inherited[key]))
        assert (found["listed_frames"], found["key_frames"]) == (len(set(listed[key])), len(set(keys[key])))


def test_an_answer_holds_in_every_frame_of_its_span(opened: Lake) -> None:
    assert_answers_hold_in_every_frame(opened)


def test_a_track_tells_name_spans_and_frames_of_objects_questions_and_answers(opened: Lake) -> None:
    assert_tracks_say_what_their_feature_does(opened)


@settings(max_examples=15)
@given(rows(media="video") | rows(media="dicom") | rows(media="audio"))
def test_views_of_features_in_time_agree_with_the_tables(row: Row) -> None:
    with TemporaryDirectory() as directory:
        exportkit.to_parquet(io.BytesIO(line_of(row)), f"{directory}/lake", workers=1)
        drawn = lake(f"{directory}/lake")
        assert_answers_hold_in_every_frame(drawn)
        assert_tracks_say_what_their_feature_does(drawn)
        wide, answers = unpivoted(rows_of(drawn, "answers_wide")), answers_of(in_every_frame(drawn))
        assert unnamed(wide) == unnamed(answers)


def a_video(directory: Path, frames: Row, **about: Row) -> Lake:
    """A lake of one label of a video with classifications by frame, spans, key frames and a frame count."""
    attributes = about.pop("media_attributes", {})
    given_frames = {frame: {"objects": {}, "classifications": asked} for frame, asked in frames.items()}
    label = {"id": "l", "annotations": {"frames": given_frames, "classifications": [], **about}}
    project = {"name": "p", "labels": [label]}
    row = {
        "data_row": {"id": "d", "external_id": "e.mp4"}, "media_attributes": attributes,
        "projects": {"p": project},
    }  # fmt: skip
    exportkit.to_parquet(io.BytesIO(line_of(row)), directory / "lake")
    return lake(directory / "lake")


def question_with(feature_id: str, name: str, *options: tuple[str, str]) -> Row:
    given_options = [{"feature_id": one, "name": called, "classifications": []} for one, called in options]
    return {"feature_id": feature_id, "name": name, "checklist_answers": given_options}


TRACKS = (
    "select feature_id, feature, name, question, spans, first_frame, last_frame, listed_frames, key_frames"
)


def test_spans_and_key_frames_that_name_an_option_are_those_of_the_answer(tmp_path: Path) -> None:
    bird = [question_with("cq", "visible", ("ca", "bird"))]
    key_frames = {"cq": [1, 20], "ca": [1, 20]}
    video = a_video(
        tmp_path, {"1": bird, "20": bird}, segments={"ca": [[1, 20]]}, key_frame_feature_map=key_frames
    )
    assert video.sql(f"{TRACKS} from tracks order by 1").fetchall() == [
        ("ca", "answer", "bird", "visible", 1, 1, 20, 2, 2),
        ("cq", "classification", "visible", None, 1, 1, 20, 2, 2),
    ]
    by_frame = "select frame, is_listed, name, answer_name, external_id from answers_by_frame order by 1"
    assert video.sql(by_frame).fetchall() == [
        (frame, frame in (1, 20), "visible", "bird", "e.mp4") for frame in range(1, 21)
    ]
    assert video.sql("select frame, visible from answers_wide order by 1").fetchall() == [
        (frame, ["bird"]) for frame in range(1, 21)
    ]


def test_spans_that_name_the_question_hold_the_answer_that_was_listed_last(tmp_path: Path) -> None:
    asked = {
        "4": [question_with("cq", "state", ("c2", "shut"))],
        "2": [question_with("cq", "state", ("c1", "open"))],
    }
    video = a_video(tmp_path, asked, segments={"cq": [[7, 8], [1, 5]]})
    assert video.sql(f"{TRACKS} from tracks").fetchall() == [
        ("cq", "classification", "state", None, 2, 1, 8, 2, 0)
    ]
    by_frame = "select frame, answer_name from answers_by_frame order by 1"
    assert video.sql(by_frame).fetchall() == [
        (1, "open"), (2, "open"), (3, "open"), (4, "shut"), (5, "shut"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "frame_count", "frames"),
    [
        (1, 90_000, 30, 90_000),  # a count may be wrong, and such a span can be shown
        (1, 200_000, 150_000, 150_000),
        (1, 200_000, None, 200_000),
        (1, 2**31 - 1, 30, 30),
        (1, 2**31 - 1, None, 1_000_000),
        (1, 2**63 - 1, 2**62, 1_000_000),
        (-(2**63), 2**63 - 1, None, 1_000_001),  # and the frame that is listed
        (2**63 - 9, 2**63 - 1, 30, 10),
        (2**62, 2**63 - 1, 30, 1),
    ],
)
def test_a_span_without_end_ends_with_the_video_or_after_a_million_frames(
    tmp_path: Path, start: int, end: int, frame_count: int | None, frames: int
) -> None:
    """However long it is said to be, every view comes to an end."""
    asked = {"2": [question_with("cq", "state", ("ca", "open"))]}
    attributes = {} if frame_count is None else {"frame_count": frame_count}
    video = a_video(tmp_path, asked, segments={"ca": [[start, end]]}, media_attributes=attributes)
    for view in ("answers_by_frame", "answers_wide"):
        assert video.sql(f"select count(*), count(distinct frame) from {view}").fetchall() == [(frames,) * 2]
    (track,) = video.sql("select first_frame, last_frame from tracks where feature = 'answer'").fetchall()
    assert track == (min(start, 2), max(end, 2))


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


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_carries_both_keys_that_users_give_a_data_row(opened: Lake, view: str) -> None:
    keys = {row["line"]: (row["global_key"], row["external_id"]) for row in rows_of(opened, "data_rows")}
    rows = rows_of(opened, view)
    assert {row["line"]: (row["global_key"], row["external_id"]) for row in rows}.items() <= keys.items()
    assert any(row["external_id"] for row in rows) or not any(keys[row["line"]][1] for row in rows)


def test_a_data_row_that_was_converted_twice_never_multiplies(export: Path, tmp_path: Path) -> None:
    for _ in range(2):
        exportkit.to_parquet(export, tmp_path / "twice", mode="append", export_id="same")
    exportkit.to_parquet(export, tmp_path / "once", export_id="same")
    twice, once = lake(tmp_path / "twice"), lake(tmp_path / "once")
    assert twice.table("boxes").num_rows == 2 * once.table("boxes").num_rows
    assert twice.table("label_times").num_rows == 2 * once.table("label_times").num_rows
    assert twice.table("answers_by_frame").num_rows == 2 * once.table("answers_by_frame").num_rows
    for name in ("tracks", "answers_wide"):
        assert twice.table(name).num_rows == once.table(name).num_rows


def test_views_of_a_lake_without_labels_are_empty(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_text('{"data_row":{"id":"a"}}\n')
    exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake")
    empty = lake(tmp_path / "lake")
    assert [empty.table(name).num_rows for name in empty.views] == [0] * 5


def test_a_view_is_found_however_it_is_spelt(opened: Lake) -> None:
    again = lake(opened)
    assert again.sql('select count(*) from "BOXES"').fetchall() == [(opened.table("boxes").num_rows,)]
    assert again.sql("with t as (from Tracks) select count(*) from t").fetchall()[0][0] > 0
