"""``exportkit inspect``: what is in an export."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from exportkit.cli import exit_codes
from exportkit.cli.findings import show_inspection
from exportkit.cli.output import print_json, stdout
from exportkit.cli.parameters import Json, MaxCompressionRatio, MaxRejects, Sources, named_sources
from exportkit.cli.progress import shown_progress

__all__ = ["inspect"]


def inspect(
    *sources: Sources,
    top: Annotated[int, Parameter(help="Entries of each list, the most frequent first.")] = 10,
    max_rejects: MaxRejects = 10_000,
    max_compression_ratio: MaxCompressionRatio = 1000.0,
    quiet: Annotated[bool, Parameter(negative="", show_default=False, help="Show no progress.")] = False,
    json: Json = False,
) -> int:
    """Say what is in exports: data rows, projects, labels, classes, questions, what is odd."""
    from exportkit.inspection import inspect_export  # noqa: PLC0415 - --help needs no pyarrow

    if not sources:
        raise ValueError("inspect needs a source\nhint: exportkit inspect --help")
    with shown_progress(quiet=quiet) as progress:
        inspection = inspect_export(
            named_sources(sources),
            top=top,
            max_rejects=max_rejects,
            max_compression_ratio=max_compression_ratio,
            progress=progress,
        )
    if json:
        print_json(inspection.to_dict())
    else:
        show_inspection(inspection, stdout())
    return exit_codes.REJECTS if inspection.report.rejects else exit_codes.DONE
