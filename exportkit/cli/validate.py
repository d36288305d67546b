"""``exportkit validate``: which lines cannot become rows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Unpack

import exportkit
from exportkit.cli.exit_codes import code_of
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import Json, Quiet, Sources, named_sources, takes_options
from exportkit.cli.progress import shown_progress
from exportkit.cli.summary import show_sources, show_unknown, sum_of
from exportkit.cli.usage import UsageError
from exportkit.cli.wording import place_of, shown
from exportkit.options import LimitOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["validate"]

#: Problems that the JSON object lists; the report counts all of them.
JSON_PROBLEMS = 1_000
#: Rows of a batch: few, for nothing is kept of them.
BATCH_ROWS = 20_000
PLACE = ("source_uri", "line", "byte_offset", "json_path", "problem", "data_row_id")


@takes_options(LimitOptions, max_rejects=None)
def validate(
    *sources: Sources, quiet: Quiet = False, json: Json = False, **options: Unpack[LimitOptions]
) -> int:
    """Convert exports without writing anything, and print every line that cannot become rows."""
    if not sources:
        raise UsageError("validate needs a source", "exportkit validate --help")
    problems: list[dict[str, Any]] = []
    with shown_progress(quiet=quiet) as progress:
        batches = exportkit.iter_batches(
            named_sources(sources), batch_rows=BATCH_ROWS, progress=progress, **options
        )
        for table, batch in batches:
            if table != "rejects":
                continue
            if json:
                problems += batch.select(PLACE).to_pylist()[: JSON_PROBLEMS - len(problems)]
            else:
                _print_problems(batch)
    report = batches.report
    with told():
        if json:
            print_json({"report": report.to_dict(), "problems": problems})
        elif not quiet:
            console = stdout()
            console.print(sum_of(report))
            show_sources(report, console)
            show_unknown(report, console)
    return code_of(report)


def _print_problems(batch: pa.RecordBatch) -> None:
    for one in batch.select(PLACE).to_pylist():
        sys.stdout.write(f"{line_of(one)}\n")


def line_of(problem: dict[str, Any]) -> str:
    """Return a problem in one line, its place first, as compilers do: ``export.ndjson:3:1200: ...``."""
    where = f" (at {problem['json_path']})" if problem["json_path"] else ""
    return shown(f"{place_of(problem)}: {problem['problem']}{where}", characters=1_000)
