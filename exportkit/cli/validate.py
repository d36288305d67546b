"""``exportkit validate``: which lines cannot become rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.output import print_json, stdout
from exportkit.cli.parameters import Json, MaxCompressionRatio, MaxRejects, Quiet, Sources, named_sources
from exportkit.cli.progress import shown_progress
from exportkit.cli.summary import show_unknown, sum_of
from exportkit.cli.wording import place_of, shown
from exportkit.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["validate"]

#: Problems that the JSON object lists; the report counts all of them.
JSON_PROBLEMS = 1_000
#: Rows of a batch: few, for nothing is kept of them.
BATCH_ROWS = 20_000
PLACE = ("source_uri", "line", "byte_offset", "json_path", "problem", "data_row_id")


def validate(
    *sources: Sources,
    max_rejects: MaxRejects = None,
    max_compression_ratio: MaxCompressionRatio = 1000.0,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Convert exports without writing anything, and print every line that cannot become rows."""
    if not sources:
        raise ValueError("validate needs a source\nhint: exportkit validate --help")
    report = Report()
    problems: list[dict[str, Any]] = []
    with shown_progress(quiet=quiet) as progress:
        for table, batch in exportkit.iter_batches(
            named_sources(sources),
            max_rejects=max_rejects,
            max_compression_ratio=max_compression_ratio,
            batch_rows=BATCH_ROWS,
            report=report,
            progress=progress,
        ):
            if table != "rejects":
                continue
            if json:
                problems += batch.select(PLACE).to_pylist()[: JSON_PROBLEMS - len(problems)]
            else:
                _print_problems(batch)
    if json:
        print_json({"report": report.to_dict(), "problems": problems})
    elif not quiet:
        console = stdout()
        console.print(sum_of(report))
        show_unknown(report, console)
    return exit_codes.REJECTS if report.rejects else exit_codes.DONE


def _print_problems(batch: pa.RecordBatch) -> None:
    for one in batch.select(PLACE).to_pylist():
        sys.stdout.write(f"{line_of(one)}\n")


def line_of(problem: dict[str, Any]) -> str:
    """Return a problem in one line, its place first, as compilers do: ``export.ndjson:3:1200: ...``."""
    where = f" (at {problem['json_path']})" if problem["json_path"] else ""
    return shown(f"{place_of(problem)}: {problem['problem']}{where}", characters=1_000)
