"""Run warnings: one warning per run about what its report counts beside plain rows."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

from exportkit.errors import ExportkitWarning
from exportkit.report import Report

__all__ = ["warn_of", "warned", "warning_text"]

#: Names of fields or kinds that a warning quotes, and characters of each.
QUOTED_NAMES = 3
QUOTED_CHARACTERS = 80

_Batches = TypeVar("_Batches")


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
        warnings.warn(text, ExportkitWarning, stacklevel=_caller_level())


def warned(batches: Iterator[_Batches], report: Report) -> Iterator[_Batches]:
    """Yield all of `batches`, and warn at their end of what `report` says by then."""
    yield from batches
    warn_of(report)


def _caller_level() -> int:
    """Return how many frames above the one that calls this the first frame outside exportkit is, from 1."""
    level, frame = 0, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "exportkit":
        level, frame = level + 1, frame.f_back
    return level


def _named(counts: Counter[str]) -> str:
    """Return the most frequent names with their counts, and how many more there are."""
    listed = counts.most_common(QUOTED_NAMES)
    more = f" and {len(counts) - len(listed)} more" if len(counts) > len(listed) else ""
    return ", ".join(f"{_short(name)} ({count})" for name, count in listed) + more


def _short(name: str) -> str:
    """Return a name that an export may have made up: on one line, printable and not too long."""
    cut = name if len(name) <= QUOTED_CHARACTERS else f"{name[: QUOTED_CHARACTERS - 1]}…"
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in cut)
