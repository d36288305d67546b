"""Options are declared once: every function, every command and every error text takes them from there."""

from __future__ import annotations

import ast
import inspect
import string
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.api.files import _run
from exportkit.cli import main
from exportkit.cli.parameters import takes_options
from exportkit.errors import OptionError, UnknownNameError
from exportkit.options import (
    OPTIONS,
    BatchOptions,
    ConversionOptions,
    ConvertOptions,
    FileOptions,
    InspectOptions,
    LimitOptions,
    ReplayOptions,
    RunOptions,
    SelectOptions,
    SourceOptions,
    TableOptions,
    UpgradeOptions,
    complete,
    only,
    options_of,
    takes,
)
from exportkit.pipeline import make_options

PACKAGE = Path(exportkit.__file__).parent
EXAMPLE = PACKAGE.parent / "examples" / "export.ndjson"
#: By public function, the declaration of its options.
DECLARED: dict[str, type] = {
    "inspect_export": InspectOptions,
    "iter_batches": BatchOptions,
    "open_reader": TableOptions,
    "read_table": TableOptions,
    "replay": ReplayOptions,
    "scan": TableOptions,
    "start": RunOptions,
    "to_arrow": ConvertOptions,
    "to_parquet": ConvertOptions,
    "to_ndjson": FileOptions,
    "upgrade": UpgradeOptions,
    "write_geoparquet": FileOptions,
}
#: By command, the public functions that it calls and the declaration of its options.
COMMANDS: dict[str, tuple[list[str], type]] = {
    "convert": (["to_parquet", "to_arrow"], RunOptions),
    "inspect": (["inspect_export"], InspectOptions),
    "replay": (["replay"], ReplayOptions),
    "rebuild": (["to_ndjson"], FileOptions),
    "upgrade": (["upgrade"], UpgradeOptions),
    "validate": (["iter_batches"], LimitOptions),
}
ARGUMENTS = {
    "convert": ["export.ndjson", "lake"], "inspect": ["export.ndjson"], "replay": ["lake"],
    "rebuild": ["lake", "v2.ndjson"],
    "upgrade": ["v1.json", "v2.ndjson"], "validate": ["export.ndjson"],
}  # fmt: skip
#: By option, a value that is not its default.
OTHER: dict[str, Any] = {
    "tables": ["labels"], "columns": {"labels": ["line"]}, "params": {"attachments": True},
    "filters": [{"data_row_ids": ["a"]}], "labels": "latest", "redact": {"row_data": "hash"},
    "redact_key": "k",
    "max_compression_ratio": 2.0, "max_rejects": 3, "on_bad_row": "skip", "on_bad_source": "skip",
    "export_id": "e", "batch_rows": 5,
    "progress": print, "mode": "append", "compression_level": 3, "row_group_rows": 7, "workers": 3,
    "memory_limit": "900MB", "format": "arrow", "top": 4, "force": True,
}  # fmt: skip
#: By option, a value that it refuses, and what the error says.
REFUSED: dict[str, tuple[Any, str]] = {
    "tables": (5, "tables must be a list of at least one name, not 5"),
    "columns": (5, 'columns must be a dictionary such as {"labels": ["label_id", "created_by"]}, not 5'),
    "params": ([], 'params must be a dictionary such as {"attachments": True}, not []'),
    "filters": ("a", "filters must be a dictionary such as {\"workflow_status\": \"Done\"}, not 'a'"),
    "labels": (
        "newest", "labels must be one of all, latest, latest_not_skipped, selected, benchmark, not 'newest'",
    ),
    "redact": (7, 'redact must be a dictionary such as {"created_by": "hash"}, not 7'),
    "max_compression_ratio": (0.5, "max_compression_ratio must be 1 or more, or None, not 0.5"),
    "max_rejects": (-1, "max_rejects must be 0 or more, or None, not -1"),
    "on_bad_row": (["skip"], "on_bad_row must be one of reject, raise, skip, not ['skip']"),
    "on_bad_source": (1, "on_bad_source must be one of raise, skip, not 1"),
    "export_id": ("", "export_id must not be empty"),
    "batch_rows": (0, "batch_rows must be 1 or more, not 0"),
    "mode": ("new", "mode must be one of error, overwrite, append, not 'new'"),
    "compression_level": (23, "compression_level must be 1 to 22, not 23"),
    "row_group_rows": (True, "row_group_rows must be 1 or more, not True"),
    "workers": ("2", "workers must be 1 or more, not '2'"),
    "memory_limit": ("much", "memory_limit must be a number of bytes, or a size such as '700MB', not 'much'"),
    "format": ("csv", "format must be one of parquet, arrow, not 'csv'"),
    "top": (-1, "top must be 0 or more, not -1"),
    "force": (1, "force must be True or False, not 1"),
}  # fmt: skip
#: By option, words on the command line for the value in OTHER.
WORDS = {
    "tables": "labels", "params": "attachments", "filters": "data_row_ids=a", "redact": "row_data=hash",
}  # fmt: skip
PAIRS = [(function, name) for function, kind in DECLARED.items() for name in options_of(kind)]
SHOWN = [
    (command, name)
    for command, (_, kind) in COMMANDS.items()
    for name, option in options_of(kind).items()
    if option.command is not None
]


def test_every_option_has_values_to_try() -> None:
    assert OTHER.keys() == OPTIONS.keys()
    assert all(OTHER[name] != option.default for name, option in OPTIONS.items())


def test_every_public_function_with_a_declared_option_takes_it_from_the_declaration() -> None:
    functions = {name: getattr(exportkit, name) for name in vars(exportkit)["__all__"] if name.islower()}
    taking = {
        name
        for name, function in functions.items()
        if inspect.isfunction(function) and function.__code__.co_flags & inspect.CO_VARKEYWORDS
    }
    assert taking == DECLARED.keys()


@pytest.mark.parametrize("function", DECLARED)
def test_the_signature_and_the_documentation_are_those_of_the_declaration(function: str) -> None:
    found: Callable[..., Any] = getattr(exportkit, function)
    parameters = inspect.signature(found).parameters
    declared = options_of(DECLARED[function])
    assert [name for name in parameters if name in declared] == [*declared]
    for name, option in declared.items():
        assert (parameters[name].default, parameters[name].kind) == (
            option.default,
            inspect.Parameter.KEYWORD_ONLY,
        )
        assert f"\n{option.entry}\n" in inspect.cleandoc(found.__doc__ or "")
    assert "**options" not in (found.__doc__ or "")


@pytest.mark.parametrize(("function", "name"), [pair for pair in PAIRS if pair[1] in REFUSED])
def test_every_function_refuses_what_an_option_does_not_accept(
    function: str, name: str, tmp_path: Path
) -> None:
    value, message = REFUSED[name]
    given: dict[str, list[Any]] = {
        "inspect_export": ["missing"], "iter_batches": ["missing"], "replay": [tmp_path],
    }  # fmt: skip
    call: Callable[..., Any] = getattr(exportkit, function)
    with pytest.raises(OptionError) as raised:
        call(*given.get(function, ["missing", "labels"]), **{name: value})
    assert (str(raised.value), raised.value.option) == (message, name)


@pytest.mark.parametrize("function", DECLARED)
def test_a_misspelt_option_is_a_type_error_with_a_hint(function: str, tmp_path: Path) -> None:
    name = next(iter(options_of(DECLARED[function])))
    given = [tmp_path] if function in {"inspect_export", "iter_batches", "replay"} else ["missing", "labels"]
    with pytest.raises(TypeError) as raised:
        getattr(exportkit, function)(*given, **{f"{name}s": None})
    assert str(raised.value) == f"unexpected keyword argument '{name}s'\nhint: did you mean {name!r}?"


@pytest.mark.parametrize("name", options_of(ConversionOptions))
def test_no_option_of_a_conversion_is_forgotten_on_its_way(name: str) -> None:
    given: Any = {"redact": {"row_data": "hash"}, "redact_key": "other"} if name.startswith("redact") else {}
    before: Any = {} if name == "redact" else given
    assert make_options(**{**given, name: OTHER[name]}) != make_options(**before)


@pytest.mark.parametrize("name", options_of(RunOptions))
def test_no_option_of_a_run_is_forgotten_on_its_way(name: str) -> None:
    given: Any = {"redact": {"row_data": "hash"}, "redact_key": "other"} if name.startswith("redact") else {}

    def made(options: Any) -> Any:
        run = _run("missing", "lake", options)
        work: Any = run._work
        return work.args, work.keywords, run._monitor._show

    assert made({**given, name: OTHER[name]}) != made({} if name == "redact" else given)


@pytest.mark.parametrize(("command", "name"), SHOWN)
def test_every_option_of_a_command_reaches_the_library(
    command: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def spied(*_: Any, **given: Any) -> None:
        seen.update(given)
        raise OptionError("seen", "seen")

    for function in COMMANDS[command][0]:
        monkeypatch.setattr(exportkit, function, spied)
    option = f"--{OPTIONS[name].flag}"
    value = [] if OTHER[name] is True else [WORDS.get(name, str(OTHER[name]))]
    words = [command, *ARGUMENTS[command], option, *value, "--quiet"]
    assert main(words) == 2
    if name != "format":  # it says which function is called
        assert seen[name] == OTHER[name]


def test_a_command_has_the_declared_default_unless_it_says_another() -> None:
    @takes_options(InspectOptions, top=3)
    def command(**options: Any) -> dict[str, Any]:
        return options

    parameters = inspect.signature(command).parameters
    assert {name: one.default for name, one in parameters.items()} == {
        "max_compression_ratio": 1000.0, "max_rejects": 10_000, "on_bad_source": "raise", "top": 3,
    }  # fmt: skip
    assert command() == {"top": 3}


def test_every_error_text_that_names_an_option_names_a_declared_one() -> None:
    found = 0
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Wording"):
                continue
            if not isinstance(node.args[0], ast.Constant):
                continue
            given = {one.arg for one in node.keywords} | {"timeout_seconds", "through"}
            named = {field for _, field, _, _ in string.Formatter().parse(str(node.args[0].value)) if field}
            assert named - given <= OPTIONS.keys(), path
            found += len(named - given)
    assert found > 8


def test_options_are_completed_cut_and_documented_in_place() -> None:
    assert complete(LimitOptions, {"max_rejects": 1}) == {
        "max_compression_ratio": 1000.0, "max_rejects": 1, "on_bad_source": "raise",
    }  # fmt: skip
    assert only(SelectOptions, {"labels": "all", "mode": "error"}) == {"labels": "all"}

    @takes(SourceOptions)
    def documented(source: str, **options: Any) -> None:
        """Do something.

        Parameters
        ----------
        source : str
            Where from.
        **options : SourceOptions
            As declared.

        Returns
        -------
        None
        """

    lines = (inspect.getdoc(documented) or "").splitlines()
    at = lines.index("max_compression_ratio : float or None")
    assert lines[at - 1].startswith("    Where")
    assert lines[at + 1].startswith("    Times that")
    assert "Returns" in lines


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("workers", 1.5, "must be 1 or more, not 1.5"),
        ("workers", True, "must be 1 or more, not True"),
        ("compression_level", 1.5, "must be 1 to 22, not 1.5"),
        ("row_group_rows", "3", "must be 1 or more, not '3'"),
        ("max_rejects", 0.5, "must be 0 or more, or None, not 0.5"),
        ("export_id", 5, "must be a string, not 5"),
        ("export_id", "", "must not be empty"),
        ("progress", "x", "must be callable, not 'x'"),
        ("tables", [], "must be a list of at least one name, not []"),
        ("tables", [None], "must be a list of at least one name, not [None]"),
        ("tables", b"labels", "must be a list of at least one name, not b'labels'"),
        ("columns", {"labels": 3}, "must give a list of names for 'labels', not 3"),
        ("columns", {"labels": [3]}, "must give a list of names for 'labels', not [3]"),
        (
            "columns",
            {3: ["line"]},
            'must be a dictionary such as {"labels": ["label_id", "created_by"]}, not {3: [\'line\']}',
        ),
        (
            "columns",
            ["line"],
            'must be a dictionary such as {"labels": ["label_id", "created_by"]}, not [\'line\']',
        ),
        ("export_id", "\ud800", "must be text that UTF-8 can hold, not '\\ud800'"),
        ("redact_key", 5, "must be a string or bytes, not 5"),
    ],
)
def test_a_value_of_another_type_is_refused_in_the_name_of_its_option(
    name: str, value: Any, problem: str
) -> None:
    wrong: dict[str, Any] = {name: value}
    with pytest.raises(OptionError) as raised:
        exportkit.to_parquet("missing.ndjson", "nowhere", **wrong)
    assert (raised.value.option, str(raised.value)) == (name, f"{name} {problem}")


ANY_TEXT = st.text(st.characters(exclude_categories=()))
#: What stands in dictionaries where it belongs: a table, columns, a filter, a part of a row, a way to redact.
KNOWN_NAMES = ["labels", "rejects", "label_id", "created_by", "data_row_ids", "last_activity_at", "metadata"]
KNOWN_NAMES += ["attachments", "project_ids", "hash", "omit"]
ODD_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.binary() | st.just(object()),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.one_of(st.text(), st.integers(), st.none()), inner, max_size=2)
        | st.dictionaries(st.sampled_from(KNOWN_NAMES), inner, max_size=2)
        | st.lists(st.sampled_from(KNOWN_NAMES), max_size=2)
        | st.tuples(inner)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("name", options_of(RunOptions))
@given(value=ODD_VALUES)
def test_any_value_is_accepted_or_refused_as_what_it_is(name: str, value: Any) -> None:
    asked: Any = {name: value}
    refused = name
    try:
        _run("missing.ndjson", "nowhere", asked)
    except OptionError as error:
        refused = error.option
    except UnknownNameError:
        refused = "a name"
    assert refused in {name, "a name" if name in {"tables", "columns", "redact"} else name}


@pytest.mark.parametrize("given_as", ["label_id", ["label_id"], ("label_id",)])
def test_one_column_is_named_alone_or_in_a_list(given_as: Any) -> None:
    assert exportkit.read_table(EXAMPLE, "labels", columns=given_as).column_names == ["label_id"]
    [(_, batch)] = exportkit.iter_batches(EXAMPLE, tables="labels", columns={"labels": given_as})
    assert batch.schema.names == ["label_id"]


def test_columns_of_one_table_are_no_dictionary() -> None:
    wrong: Any = {"labels": ["line"]}
    with pytest.raises(OptionError) as raised:
        exportkit.read_table(EXAMPLE, "labels", columns=wrong)
    assert str(raised.value) == "columns must be a list of names of labels, not {'labels': ['line']}"


@pytest.mark.parametrize("table", [None, 5, ["labels"], b"labels"])
def test_a_table_that_is_no_text_is_refused(table: Any) -> None:
    for read in (exportkit.schema, partial(exportkit.read_table, EXAMPLE)):
        if table is None and read is exportkit.schema:
            continue  # that is all of them
        with pytest.raises(UnknownNameError) as raised:
            read(table)
        assert str(raised.value) == f"a table is named by a string, not {type(table).__name__}"


@pytest.mark.parametrize(
    ("destination", "message"),
    [
        ("a\0b", "no path holds a NUL character: 'a\\x00b'"),
        ("", "the destination is empty; '.' is the current directory"),
        (5, "a destination is a path or a URL as text, not int"),
        (None, "a destination is a path or a URL as text, not NoneType"),
        (b"lake", "a destination is a path or a URL as text, not bytes"),
    ],
)
def test_a_destination_that_is_none_is_refused(destination: Any, message: str) -> None:
    for write in (exportkit.to_parquet, lambda *paths: exportkit.start(*paths).wait()):
        with pytest.raises((OptionError, TypeError)) as raised:
            write(EXAMPLE, destination)
        assert str(raised.value) == message


@pytest.mark.parametrize("function", ["to_parquet", "to_arrow"])
def test_the_format_is_no_option_of_a_function_that_names_it(function: str) -> None:
    wrong: dict[str, Any] = {"format": "arrow"}
    with pytest.raises(TypeError, match=r"^unexpected keyword argument 'format'"):
        getattr(exportkit, function)("missing.ndjson", "nowhere", **wrong)


@pytest.mark.parametrize("function", ["read_table", "open_reader", "scan"])
def test_the_tables_are_no_option_of_a_function_that_reads_one(function: str) -> None:
    wrong: dict[str, Any] = {"tables": ["objects"]}
    with pytest.raises(TypeError, match=r"^unexpected keyword argument 'tables'"):
        getattr(exportkit, function)("missing.ndjson", "labels", **wrong)
