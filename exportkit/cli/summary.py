"""The summary of a conversion: rows and files by table, what was odd, and where to look."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.text import Text

import exportkit
from exportkit.cli.layout import grid, notes
from exportkit.cli.wording import amount, counted, duration, rate, shown, size

__all__ = ["show_bad_lines", "show_report", "show_sources", "show_unknown", "sum_of"]

#: Messages of bad lines that are shown.
SHOWN_MESSAGES = 5


def show_report(report: exportkit.Report, destination: str, console: Console) -> None:
    """Print what a conversion wrote, and what was odd about its input."""
    files = Counter(path.split("/")[-2] for path in report.files)
    table = grid("table", "rows", "files", numbers=("rows", "files"))
    for name, rows in report.rows.items():
        table.add_row(name, amount(rows), amount(files[name]), style=None if rows else "dim")
    console.print(table)
    console.print()
    console.print(sum_of(report))
    written = f"{size(report.output_bytes)} in {counted(len(report.files), 'file')}"
    console.print(Text(f"Wrote {written} to {shown(destination, characters=200)}"), soft_wrap=True)
    show_sources(report, console)
    where = f"{destination.rstrip('/')}/rejects" if "rejects" in report.rows else ""
    show_bad_lines(report, console, where)
    show_unknown(report, console)


def show_sources(report: exportkit.Report, console: Console) -> None:
    """Print which sources were left out, and which files of directories are no exports."""
    if report.bad_sources:
        console.print()
        console.print(Text(f"{counted(len(report.bad_sources), 'source')} left out:", style="bold yellow"))
        for message in report.bad_sources[:SHOWN_MESSAGES]:
            console.print(Text(f"  {shown(message, characters=400)}"), soft_wrap=True)
        _and_more(len(report.bad_sources), console)
    if report.passed_over:
        console.print()
        console.print(
            Text(f"{counted(len(report.passed_over), 'file')} passed over, no export by its bytes:")
        )
        for name in report.passed_over[:SHOWN_MESSAGES]:
            console.print(Text(f"  {shown(name, characters=400)}"), soft_wrap=True)
        _and_more(len(report.passed_over), console)


def _and_more(count: int, console: Console) -> None:
    if count > SHOWN_MESSAGES:
        console.print(Text(f"  … and {amount(count - SHOWN_MESSAGES)} more"))


def sum_of(report: exportkit.Report) -> Text:
    """Return one line about what was read."""
    parts = [counted(report.data_rows, "data row"), f"{amount(report.rejects)} rejected"]
    if report.skipped:
        parts.append(f"{amount(report.skipped)} skipped")
    if report.filtered:
        by = ", ".join(f"{name} {amount(lines)}" for name, lines in report.filtered.items())
        parts.append(f"{amount(report.filtered.total())} filtered ({by})")
    if report.blanks:
        parts.append(f"{amount(report.blanks)} blank")
    speed = rate(report.input_bytes, report.seconds)
    lines = f"Read {counted(report.lines, 'line')}: {', '.join(parts)}"
    return Text(f"{lines} ({size(report.input_bytes)} in {duration(report.seconds)}, {speed})")


def show_bad_lines(report: exportkit.Report, console: Console, where: str = "") -> None:
    """Print the messages of the first bad lines, and where the rest can be found."""
    bad = report.rejects + report.skipped
    if not bad:
        return
    what = "rejected" if report.rejects else "skipped"
    console.print()
    console.print(Text(f"{counted(bad, 'line')} {what}:", style="bold yellow"))
    for message in report.first_rejects[:SHOWN_MESSAGES]:
        console.print(Text(f"  {shown(message, characters=400)}"), soft_wrap=True)
    _and_more(bad, console)
    if where and report.rejects:
        console.print(
            Text(f"  All of them, with places and bytes: {shown(where, characters=200)}"), soft_wrap=True
        )


def show_unknown(report: exportkit.Report, console: Console) -> None:
    """Print the fields and kinds that the format catalogue does not know, and values that do not fit."""
    if report.unknown_fields or report.drifted_fields or report.unknown_kinds:
        console.print()
    notes(console, "Fields without a column, kept in extra or media_attributes", report.unknown_fields)
    notes(console, "Values that do not fit their column, kept in extra or payload", report.drifted_fields)
    notes(console, "Unknown annotation kinds, their geometry kept in payload", report.unknown_kinds)
