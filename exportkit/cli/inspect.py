"""``exportkit inspect``: what is in an export."""

from __future__ import annotations

from typing import Annotated, Unpack

from cyclopts import Parameter

import exportkit
from exportkit.cli.exit_codes import code_of
from exportkit.cli.findings import show_inspection
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import Json, Sources, named_sources, takes_options
from exportkit.cli.progress import shown_progress
from exportkit.cli.usage import UsageError
from exportkit.options import InspectOptions

__all__ = ["inspect"]

#: Entries of each list that fit a terminal.
TOP = 10


@takes_options(InspectOptions, top=TOP)
def inspect(
    *sources: Sources,
    quiet: Annotated[bool, Parameter(negative="", show_default=False, help="Show no progress.")] = False,
    json: Json = False,
    **options: Unpack[InspectOptions],
) -> int:
    """Say what is in exports: data rows, projects, labels, classes, questions, what is odd."""
    if not sources:
        raise UsageError("inspect needs a source", "exportkit inspect --help")
    with shown_progress(quiet=quiet) as options["progress"]:
        inspection = exportkit.inspect_export(named_sources(sources), **options)
    with told():
        if json:
            print_json(inspection.to_dict())
        else:
            show_inspection(inspection, stdout())
    return code_of(inspection.report)
