"""Reports: what a run did with every line, and how far it is.

`Report` accounts for each line of the input; `Progress` is what a running job tells of itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exportkit.tables.cells import Leftovers

__all__ = ["Progress", "Report"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    stored_bytes : int
        Bytes of the inputs read so far, as stored (compressed).
    total_bytes : int or None
        Bytes of all inputs known so far; None where an input does not say (a pipe).
    data_rows, rejects : int
        Lines converted and refused so far.
    seconds : float
        Time since the run began.
    source_uri : str
        Input being read.
    """

    stored_bytes: int
    total_bytes: int | None
    data_rows: int
    rejects: int
    seconds: float
    source_uri: str


@dataclass(slots=True)
class Report:
    """What a run did: every line of the input is a data row, a reject, skipped, blank, or filtered.

    Attributes
    ----------
    sources : list of str
        The inputs, without URL signatures.
    export_ids : list of str
        What names each of them in the tables.
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
    first_rejects : list of str
        Messages of the first few rejects, with their places.
    input_bytes, output_bytes : int
        Decompressed bytes read, bytes of the files written.
    files : list of str
        Files written, relative to the destination.
    seconds : float
        Wall-clock time.
    """

    sources: list[str] = field(default_factory=list)
    export_ids: list[str] = field(default_factory=list)
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
    first_rejects: list[str] = field(default_factory=list)
    input_bytes: int = 0
    output_bytes: int = 0
    files: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, as ``--json`` prints it."""
        counted = ("filtered", *LEFTOVERS)
        plain = asdict(
            replace(
                self,
                filtered=Counter(),
                unknown_fields=Counter(),
                drifted_fields=Counter(),
                unknown_kinds=Counter(),
            )
        )
        return plain | {name: dict(getattr(self, name)) for name in counted}

    def add(self, other: Report) -> None:
        """Add the counts of `other`, the report of another worker of the same run; inputs and time stay."""
        for name in ("lines", "data_rows", "rejects", "skipped", "blanks", "input_bytes", "output_bytes"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for table, rows in other.rows.items():
            self.rows[table] = self.rows.get(table, 0) + rows
        self.filtered.update(other.filtered)
        self.count_leftovers(other)
        self.first_rejects = (self.first_rejects + other.first_rejects)[:FIRST_REJECTS]
        self.files.extend(other.files)

    def count_leftovers(self, more: Leftovers | Report) -> None:
        """Add the counts of fields and kinds that had no place in the tables."""
        for name in LEFTOVERS:
            add_names(getattr(self, name), getattr(more, name))


#: How many rejects a report quotes.
FIRST_REJECTS = 10
#: Counters of names that an export made up.
LEFTOVERS = ("unknown_fields", "drifted_fields", "unknown_kinds")
#: Distinct names that such a counter of a run holds; others are counted together.
MAX_NAMES = 1_000
#: Characters of a name that it holds.
MAX_NAME_CHARACTERS = 200
OTHERS = "(others)"


def add_names(counts: Counter[str], more: Mapping[str, int]) -> None:
    """Add the counts of names that an export made up, each cut short, up to `MAX_NAMES` of them."""
    for name, times in more.items():
        key = name if len(name) <= MAX_NAME_CHARACTERS else f"{name[: MAX_NAME_CHARACTERS - 1]}…"
        if key not in counts and len(counts) - (OTHERS in counts) >= MAX_NAMES:
            key = OTHERS
        counts[key] += times
