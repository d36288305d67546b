"""Reports: what a run did with every line.

`Report` accounts for each line of the input and is handed on; `ReportBuilder` counts while a conversion goes
on; `merged` adds the reports of workers. `warn_of` says in one warning what a report counts beside plain
rows.
"""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from exportkit.errors import ExportkitWarning
from exportkit.place import printable

__all__ = ["FIRST_REJECTS", "Leftovers", "Report", "ReportBuilder", "merged", "warn_of", "warning_text"]

#: How many rejects a report quotes.
FIRST_REJECTS = 10
#: Names of fields or kinds that a warning quotes, and characters of each.
QUOTED_NAMES = 3
QUOTED_CHARACTERS = 80
#: Counters of names that an export made up.
LEFTOVERS = ("unknown_fields", "drifted_fields", "unknown_kinds")
#: Distinct names that such a counter of a run holds, the first in their order; others are counted together.
#: What is among the first of all is among the first of every part of the input, so that neither workers nor
#: the order of lines make a difference.
MAX_NAMES = 1_000
#: Characters of a name that it holds.
MAX_NAME_CHARACTERS = 200
OTHERS = "(others)"


class Report(Struct, frozen=True):
    """What a run did: every line of the input is a data row, a reject, skipped, blank, or filtered.

    A report does not change; of a run that goes on, it says what was counted when it was asked for.

    Attributes
    ----------
    sources : tuple of str
        The inputs, without URL signatures.
    export_ids : tuple of str
        What names each of them in the tables.
    bad_sources : tuple of str
        Messages about inputs that were left out because ``on_bad_source="skip"``.
    passed_over : tuple of str
        Visible files of the directories that were asked for that are no exports; the first 1 000.
    lines : int
        Lines read (elements, for JSON arrays): ``data_rows + rejects + skipped + blanks`` and the sum
        of ``filtered``.
    data_rows, rejects, skipped, blanks : int
        Lines that became rows; lines in the table ``rejects``; bad lines left out because
        ``on_bad_row="skip"``; lines of white space.
    filtered : Counter of str
        Lines that a filter dropped, by the first filter that dropped each.
    rows : dict of str to int
        Rows by table.
    unknown_fields : Counter of str
        Fields without a column, by table and path; their values are in ``extra``.
    drifted_fields : Counter of str
        Fields whose value does not fit their column, by table and path; their values are in ``extra`` or
        ``payload``.
    unknown_kinds : Counter of str
        Annotation kinds the format catalogue does not know; their geometry is in ``payload``.
    first_rejects : tuple of str
        Messages of the first few rejects, with their places.
    input_bytes, output_bytes : int
        Decompressed bytes read, bytes of the files written.
    files : tuple of str
        Files written, relative to the destination.
    seconds : float
        Wall-clock time.
    """

    sources: tuple[str, ...] = ()
    export_ids: tuple[str, ...] = ()
    bad_sources: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    lines: int = 0
    data_rows: int = 0
    rejects: int = 0
    skipped: int = 0
    blanks: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    unknown_fields: Counter[str] = field(default_factory=Counter)
    drifted_fields: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)
    first_rejects: tuple[str, ...] = ()
    input_bytes: int = 0
    output_bytes: int = 0
    files: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def bad_lines(self) -> int:
        """Lines that could not become rows, kept or left out."""
        return self.rejects + self.skipped

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, as ``--json`` prints it."""
        return {name: _plain(value) for name, value in asdict(self).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


class Leftovers(Struct, frozen=True):
    """What the source of some rows held beside their columns, counted.

    Attributes
    ----------
    unknown_fields : Counter of str
        Fields without a column, by table and path.
    drifted_fields : Counter of str
        Fields whose value does not fit their column, by table and path.
    unknown_kinds : Counter of str
        Annotation kinds that the format catalogue does not know.
    """

    unknown_fields: Counter[str] = field(default_factory=Counter)
    drifted_fields: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)


class ReportBuilder:
    """What one conversion has counted so far; the attributes are those of `Report`.

    Parameters
    ----------
    tables : collection of str
        Tables that are made: a report names those without rows too.
    """

    def __init__(self, tables: Collection[str] = ()) -> None:
        self.sources: list[str] = []
        self.export_ids: list[str] = []
        self.bad_sources: list[str] = []
        self.passed_over: list[str] = []
        self.lines = 0
        self.data_rows = 0
        self.rejects = 0
        self.skipped = 0
        self.blanks = 0
        self.filtered = Counter[str]()
        self.rows = dict.fromkeys(tables, 0)
        self.unknown_fields = Counter[str]()
        self.drifted_fields = Counter[str]()
        self.unknown_kinds = Counter[str]()
        self.first_rejects: list[str] = []
        self.input_bytes = 0

    @property
    def bad_lines(self) -> int:
        """Lines that could not become rows, kept or left out."""
        return self.rejects + self.skipped

    def pass_over(self, name: str) -> None:
        """Note a file that is no export."""
        if len(self.passed_over) < MAX_NAMES:
            self.passed_over.append(name)

    def count_leftovers(self, more: Leftovers) -> None:
        """Add the counts of fields and kinds that have no place in the tables."""
        for name in LEFTOVERS:
            add_names(getattr(self, name), getattr(more, name))

    def report(self, seconds: float = 0.0) -> Report:
        """Return what has been counted so far."""
        return Report(
            sources=tuple(self.sources),
            export_ids=tuple(self.export_ids),
            bad_sources=tuple(self.bad_sources),
            passed_over=tuple(self.passed_over),
            lines=self.lines,
            data_rows=self.data_rows,
            rejects=self.rejects,
            skipped=self.skipped,
            blanks=self.blanks,
            filtered=self.filtered.copy(),
            rows=self.rows.copy(),
            unknown_fields=self.unknown_fields.copy(),
            drifted_fields=self.drifted_fields.copy(),
            unknown_kinds=self.unknown_kinds.copy(),
            first_rejects=tuple(self.first_rejects),
            input_bytes=self.input_bytes,
            seconds=seconds,
        )


def merged(reports: Sequence[Report]) -> Report:
    """Return what conversions counted together, each of other lines of the same run."""
    summed = ("lines", "data_rows", "rejects", "skipped", "blanks", "input_bytes", "output_bytes", "seconds")
    joined = ("sources", "export_ids", "bad_sources", "passed_over", "first_rejects", "files")
    total: dict[str, Any] = {name: sum(getattr(one, name) for one in reports) for name in summed}
    total |= {name: tuple(each for one in reports for each in getattr(one, name)) for name in joined}
    total["filtered"] = sum((one.filtered for one in reports), Counter())
    for name in LEFTOVERS:
        total[name] = Counter[str]()
        for one in reports:
            add_names(total[name], getattr(one, name))
    total["first_rejects"] = total["first_rejects"][:FIRST_REJECTS]
    rows: dict[str, int] = {}
    for one in reports:
        for table, count in one.rows.items():
            rows[table] = rows.get(table, 0) + count
    return Report(rows=rows, **total)


def warning_text(report: Report) -> str | None:
    """Return what a run met beside plain rows, in one sentence and a hint; None when it met nothing."""
    met, kept, columns = [], [], []
    if report.rejects:
        lines = "line" if report.rejects == 1 else "lines"
        met.append(f"{report.rejects} {lines} could not become rows")
        kept.append("the table rejects")
    for about, counts, held_by in (
        ("fields without a column", report.unknown_fields, ("extra", "media_attributes")),
        ("values that do not fit their column", report.drifted_fields, ("extra", "payload")),
        ("kinds that the catalogue does not know", report.unknown_kinds, ("payload",)),
    ):
        if counts:
            met.append(f"{about}: {_named(counts)}")
            columns += [one for one in held_by if one not in columns]
    if not met:
        return None
    if columns:
        listed = " and ".join([", ".join(columns[:-1]), columns[-1]] if len(columns) > 1 else columns)
        kept.append(f"the column{'s' if len(columns) > 1 else ''} {listed}")
    return f"{'; '.join(met)}\nhint: nothing is lost: look into {', '.join(kept)}; the report counts them"


def warn_of(report: Report) -> None:
    """Give an `ExportkitWarning` when a run met something odd, in the name of whoever called exportkit."""
    text = warning_text(report)
    if text is not None:
        warning = ExportkitWarning(text)
        warning.report = report
        warnings.warn(warning, stacklevel=_caller_level())


def _caller_level() -> int:
    """Return how many frames above the one that calls this the first frame outside exportkit is, from 1."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "exportkit":
        level, frame = level + 1, frame.f_back
    return level


def _named(counts: Counter[str]) -> str:
    """Return the most frequent names with their counts, and how many more there are."""
    listed = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:QUOTED_NAMES]
    more = f" and {len(counts) - len(listed)} more" if len(counts) > len(listed) else ""
    return ", ".join(f"{_short(name)} ({count})" for name, count in listed) + more


def _short(name: str) -> str:
    """Return a name that an export may have made up: on one line, printable and not too long."""
    cut = name if len(name) <= QUOTED_CHARACTERS else f"{name[: QUOTED_CHARACTERS - 1]}…"
    return printable(cut)


def add_names(counts: Counter[str], more: Mapping[str, int]) -> None:
    """Add the counts of names that an export made up, each cut short, and keep the first `MAX_NAMES`."""
    for name, times in more.items():
        key = name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 1]}…"
        counts[key] += times
    names = counts.keys() - {OTHERS}
    if len(names) > MAX_NAMES:
        for name in sorted(names)[MAX_NAMES:]:
            counts[OTHERS] += counts.pop(name)
