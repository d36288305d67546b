"""Errors: messages have one form everywhere, and errors survive the way between processes."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from exportkit import errors
from exportkit.errors import (
    DecodeError,
    ExportkitError,
    MissingDependencyError,
    OptionError,
    ReadError,
    RowError,
    Wording,
)
from exportkit.place import Place

CLASSES = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ExportkitError)
]
PLACE = Place("s3://bucket/export.ndjson", line=3, byte_offset=1200)


def test_every_error_class_is_public() -> None:
    assert [kind.__name__ for kind in CLASSES] == [
        name
        for name in errors.__all__
        if name not in {"ExportkitWarning", "OptionError", "Wording", "needing"}
    ]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_survives_pickling_whole(kind: type[ExportkitError], protocol: int) -> None:
    error = kind("it is no object", place=PLACE, json_path="$.data_row", hint="Look at the line.")
    error.add_note("seen by worker 2")
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is kind
    assert vars(back) == vars(error)
    assert str(back) == str(error)
    assert back.args == error.args
    assert repr(back) == repr(error)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_with_a_message_alone_survives_pickling_too(kind: type[ExportkitError]) -> None:
    back = pickle.loads(pickle.dumps(kind("it is no object")))
    assert type(back) is kind
    assert (back.problem, back.place, back.json_path, back.hint) == ("it is no object", None, None, None)


@pytest.mark.parametrize("kind", CLASSES)
def test_a_copied_error_is_the_same_error(kind: type[ExportkitError]) -> None:
    error = kind("it is no object", place=PLACE, hint="Look at the line.")
    assert str(copy.copy(error)) == str(error)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ExportkitError("the lake is empty"), "the lake is empty"),
        (
            ReadError("this is an HTML page, not an export", place=Place("export.ndjson")),
            "this is an HTML page, not an export (in export.ndjson)",
        ),
        (
            DecodeError("the JSON ends too early", place=Place("export.ndjson", 3, 1200)),
            "the JSON ends too early (in export.ndjson, line 3, byte 1200)",
        ),
        (
            DecodeError("the JSON ends too early", place=Place("stdin:", line=3)),
            "the JSON ends too early (in stdin:, line 3)",
        ),
        (
            DecodeError("expected a string, got a number", json_path="$.data_row.id"),
            "expected a string, got a number (at $.data_row.id)",
        ),
        (
            DecodeError("expected a string, got 3", place=PLACE, json_path="$.data_row.id"),
            "expected a string, got 3 (at $.data_row.id in s3://bucket/export.ndjson, line 3, byte 1200)",
        ),
        (
            MissingDependencyError("polars is needed", hint="pip install 'exportkit[polars]'"),
            "polars is needed\nhint: pip install 'exportkit[polars]'",
        ),
        (
            ReadError("this is a V1 export", place=Place("v1.json", 1, 0), hint="Export it again as V2."),
            "this is a V1 export (in v1.json, line 1, byte 0)\nhint: Export it again as V2.",
        ),
    ],
)
def test_a_message_reads_problem_then_place_then_hint(error: ExportkitError, message: str) -> None:
    assert str(error) == message


def test_row_errors_are_exactly_what_one_line_can_cause() -> None:
    assert {kind.__name__ for kind in CLASSES if issubclass(kind, RowError)} == {
        "RowError",
        "SplitError",
        "DecodeError",
        "FlattenError",
    }


@pytest.mark.parametrize("again", [copy.copy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_wrong_option_is_a_value_error_that_survives_pickling(again: Callable[[Any], Any]) -> None:
    hint = Wording("choose {mode:append}, not {given}", given="{mode}")
    error = again(OptionError("mode", Wording("{mode} must be another"), hint))
    assert issubclass(type(error), ValueError)
    assert (error.option, error.problem, error.hint) == ("mode", "mode must be another", hint)
    assert str(error) == 'mode must be another\nhint: choose mode="append", not {mode}'
    named = error.hint.naming(lambda option, value: f"--{option}={value}")
    assert named == "choose --mode=append, not {mode}"


def test_an_error_that_names_options_survives_pickling_with_their_places() -> None:
    error = pickle.loads(pickle.dumps(ReadError("too many", hint=Wording("raise {max_rejects}"))))
    assert str(error) == "too many\nhint: raise max_rejects"
    assert error.hint.naming(lambda option, _: f"<{option}>") == "raise <max_rejects>"


def test_a_missing_library_is_an_import_error_too() -> None:
    with pytest.raises(ImportError, match=r"^polars is needed$"):
        raise MissingDependencyError("polars is needed")
