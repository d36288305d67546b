"""The options of every public function and of the command, each declared once.

A class names the options that some functions take; an option is a field with its type and its `Option`.
"""

# No `from __future__ import annotations`: the annotations are read when the program runs.

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, TypedDict

from exportkit.options.option import (
    Option,
    at_least,
    kind_of_value,
    mapping,
    mappings,
    names,
    names_by_name,
    shown,
)
from exportkit.options.values import (
    BATCH_ROWS,
    COMPRESSION_LEVEL,
    MAX_COMPRESSION_RATIO,
    Filters,
    FormatName,
    LabelPolicy,
    Mode,
    OnBadRow,
    OnBadSource,
    Params,
)

if TYPE_CHECKING:
    from exportkit.events import Progress

__all__ = [
    "BatchOptions",
    "ConversionOptions",
    "ConvertOptions",
    "FileOptions",
    "InspectOptions",
    "LimitOptions",
    "ProgressOptions",
    "ReadOptions",
    "ReplayOptions",
    "RunOptions",
    "SelectOptions",
    "SourceOptions",
    "TableOptions",
    "TablesOptions",
    "UpgradeOptions",
]


def _callable(value: object) -> str | None:
    return None if value is None or callable(value) else f"must be callable, not {shown(value)}"


def _true_or_false(value: object) -> str | None:
    return None if isinstance(value, bool) else f"must be True or False, not {shown(value)}"


class SourceOptions(TypedDict, total=False):
    """How the bytes of a source are read."""

    max_compression_ratio: Annotated[
        float | None,
        Option(
            MAX_COMPRESSION_RATIO,
            """Times that compressed input may expand, counted once it has given 64 MiB; None for any number.
            Guards against input that is made to fill a disk: exports shrink 5 to 300 times.""",
            kind="float or None",
            check=at_least(1, or_none=True, whole=False),
            metavar="N",
            command="Times that compressed input may expand before it is taken for a bomb, or none.",
        ),
    ]


class FileOptions(TypedDict, total=False):
    """How one file is written."""

    force: Annotated[
        bool,
        Option(
            default=False,
            doc="""Replace a file that is there, except the source itself; its permissions are kept. A pipe or
            a device is written to in either case.""",
            kind="bool",
            check=_true_or_false,
            command="Replace a file that is there.",
        ),
    ]


class UpgradeOptions(SourceOptions, FileOptions, total=False):
    """How an Export V1 is upgraded to a file."""


class LimitOptions(SourceOptions, total=False):
    """How much of a source may be bad."""

    max_rejects: Annotated[
        int | None,
        Option(
            10_000,
            """Bad lines after which the run stops with an error: an input with more is not what it seems.
            None for no limit.""",
            kind="int or None",
            check=at_least(0, or_none=True),
            metavar="N",
            command="Bad lines after which the run stops, or none.",
        ),
    ]
    on_bad_source: Annotated[
        OnBadSource,
        Option(
            "raise",
            """What happens to a source of which not one line can be read (it is missing, empty, a link to
            nothing, or no export): it ends the run, or is left out and named in the report's `bad_sources`.
            One that breaks off later ends the run in either case, and so does having no other source.""",
            command="What to do with a source of which not one line can be read: fail, or leave it out. "
            "One that breaks off later ends the run in either case.",
        ),
    ]


class SelectOptions(TypedDict, total=False):
    """What of an export is converted, and what of it is disguised."""

    params: Annotated[
        Params | None,
        Option(
            None,
            """Parts of a row to convert, in the platform's words: ``{"attachments": True, "label_details":
            True}``. All parts when left out; with `params`, what is not named is left out, unless they only
            say what is not wanted: ``{"embeddings": False}``.""",
            kind="Params, optional",
            check=mapping('{"attachments": True}'),
            flag="param",
            metavar="NAME[=VALUE]",
            command="Keep this part of a row, in the platform's words: attachments, label_details, "
            "project_ids=A,B. Repeat it. Default: all parts; with it, only those named, or all "
            "but those with =false.",
        ),
    ]
    filters: Annotated[
        Filters | Sequence[Filters] | None,
        Option(
            None,
            """Data rows to convert, those that every filter keeps, in the platform's words:
            ``{"workflow_status": "Done", "last_activity_at": ["2026-01-01", None]}``; a list of such
            dictionaries where one filter is to hold several times. All when left out.""",
            kind="Filters or sequence of Filters, optional",
            check=mappings('{"workflow_status": "Done"}'),
            flag="where",
            metavar="NAME=VALUE",
            command="Keep only data rows for which this holds: workflow_status=Done, data_row_ids=A,B or "
            "=@FILE, last_activity_at=FROM..TO, metadata.NAME=A,B. Repeat it: all must hold.",
        ),
    ]
    labels: Annotated[
        LabelPolicy,
        Option(
            "all",
            """Which of the labels that a project holds of a data row to convert.""",
            command="Which labels of a data row in a project to keep.",
        ),
    ]
    redact: Annotated[
        Mapping[str, str] | None,
        Option(
            None,
            """By column, ``"hash"``, ``"omit"`` or ``"strip_query"`` (a URL without its signature), done in
            every table before anything is handed on. Columns of text as it stood in the input are emptied
            then.""",
            kind="mapping of str to str, optional",
            check=mapping('{"created_by": "hash"}'),
            metavar="COLUMN=HOW",
            command="Disguise a column: hash (its key is in EXPORTKIT_REDACT_KEY), omit or strip_query. "
            "Repeat it.",
        ),
    ]
    redact_key: Annotated[
        str | bytes | None,
        Option(
            None,
            """Key of the hashes; by default the environment variable ``EXPORTKIT_REDACT_KEY``.""",
            kind="str or bytes, optional",
            check=kind_of_value("a string or bytes", str, bytes),
        ),
    ]


class ReadOptions(SelectOptions, LimitOptions, total=False):
    """How an export is read, whatever becomes of it."""

    on_bad_row: Annotated[
        OnBadRow,
        Option(
            "reject",
            """What happens to a line that cannot become a row: it goes to the table ``rejects`` (and is
            counted, where only other tables are made), ends the run with an error, or is left out (and
            counted).""",
            command="What to do with a line that cannot become rows: put it into the table rejects, fail, or "
            "leave it out.",
        ),
    ]
    export_id: Annotated[
        str | None,
        Option(
            None,
            """Name of the input in every table. By default a hash of its path, size and time of change.""",
            kind="str, optional",
            check=kind_of_value("a string", str),
            command="Name of the input in every table. Default: a hash of what it is.",
        ),
    ]


class TableOptions(ReadOptions, total=False):
    """How one table of an export is read."""

    batch_rows: Annotated[
        int,
        Option(
            BATCH_ROWS,
            """Rows of a batch, about: a batch ends with the block of lines that fills it.""",
            kind="int",
            check=at_least(1),
        ),
    ]


class TablesOptions(TypedDict, total=False):
    """Which tables are made."""

    tables: Annotated[
        Collection[str] | None,
        Option(
            None,
            """Tables to make; all fourteen when left out.""",
            kind="sequence of str, optional",
            check=names,
            metavar="A,B,...",
            command="Only these tables. Default: all fourteen.",
        ),
    ]
    columns: Annotated[
        Mapping[str, Sequence[str]] | None,
        Option(
            None,
            """For each table named here the columns to make, as a list or one name; all of the others'.""",
            kind="mapping of str to sequence of str, optional",
            check=names_by_name('{"labels": ["label_id", "created_by"]}'),
        ),
    ]


class ProgressOptions(TypedDict, total=False):
    """Who hears how far a run is."""

    progress: Annotated[
        "Callable[[Progress], None] | None",
        Option(
            None,
            """Called with a `Progress` about ten times per second.""",
            kind="callable, optional",
            check=_callable,
        ),
    ]


class ConversionOptions(TablesOptions, TableOptions, total=False):
    """What a conversion is made from, whatever becomes of its batches."""


class BatchOptions(ConversionOptions, ProgressOptions, total=False):
    """How record batches of an export are made."""


class ConvertOptions(TablesOptions, ReadOptions, ProgressOptions, total=False):
    """How an export becomes files."""

    mode: Annotated[
        Mode,
        Option(
            "error",
            """What to do when the destination already holds tables: refuse, put the new ones in their place,
            or add to them.""",
            command="What to do when the destination already holds tables.",
        ),
    ]
    compression_level: Annotated[
        int,
        Option(
            COMPRESSION_LEVEL,
            """Level of zstd, 1 to 22. Level 3 takes 48 % more encoding time than 1.""",
            kind="int",
            check=at_least(1, most=22),
            command="Level of zstd, 1 to 22.",
        ),
    ]
    row_group_rows: Annotated[
        int,
        Option(
            BATCH_ROWS,
            """Rows of a row group of Parquet, or of a record batch of Arrow, unless its bytes come first
            (see `memory_limit`).""",
            kind="int",
            check=at_least(1),
        ),
    ]
    workers: Annotated[
        int | None,
        Option(
            None,
            """Processes that convert side by side. By default one for small inputs and for streams, and one
            process per core for files of 64 MiB and more together (9 MiB where they are compressed) where
            processes can be forked (Linux, no other threads). Elsewhere, and for a run that `start`
            began, the default is one: ask for more from under ``if __name__ == "__main__":``, as
            `multiprocessing` wants it. Changes which part files there are, never a row.""",
            kind="int, optional",
            check=lambda value: None if value is None else at_least(1)(value),
            metavar="N",
            command="Processes. Default: one per core for large files, else one.",
        ),
    ]
    memory_limit: Annotated[
        int | str | None,
        Option(
            None,
            """What all processes together may take, in bytes or as ``"700MB"`` or ``"2GiB"``. Without it two
            workers stay below 700 MB, and each more adds up to 320 MB. Less makes row groups and blocks
            smaller and reads shorter lines in fragments; more holds longer lines whole. At least 200 MB
            in one process, and 60 MB plus 120 MB per worker in several; it may make `workers` fewer where
            they were not asked for. Lines that params or label policies look at are held whole, and one
            that cannot be under the limit ends the run.""",
            kind="int or str, optional",
            metavar="SIZE",
            command="What all processes together may take, such as 700MB. Default: 700MB for two processes.",
        ),
    ]


class RunOptions(ConvertOptions, total=False):
    """How an export becomes files of a format."""

    format: Annotated[
        FormatName,
        Option("parquet", """Format of the files.""", command="Format of the files."),
    ]


class InspectOptions(LimitOptions, ProgressOptions, total=False):
    """How an export is inspected."""

    top: Annotated[
        int,
        Option(
            20,
            """Entries that each list of the findings holds, the most frequent; a list counts the others.""",
            kind="int",
            check=at_least(0),
            command="Entries of each list, the most frequent first.",
        ),
    ]


class ReplayOptions(SelectOptions, ProgressOptions, total=False):
    """How the rejected lines of a lake are converted again."""
