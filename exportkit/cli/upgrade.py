"""``exportkit upgrade``: an Export V1 becomes lines of Export V2."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Unpack

from cyclopts import Parameter
from rich.text import Text

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.output import print_json, refuse_standard_output, stdout, told
from exportkit.cli.parameters import STANDARD_INPUT, Json, Quiet, named_sources, takes_options
from exportkit.cli.usage import UsageError
from exportkit.cli.wording import amount, counted, shown
from exportkit.options import UpgradeOptions

__all__ = ["upgrade"]


@takes_options(UpgradeOptions)
def upgrade(
    source: Annotated[str, Parameter(name="SOURCE", help="Export V1 to read; - is standard input.")],
    destination: Annotated[str, Parameter(name="DESTINATION", help="File to write; - is standard output.")],
    /,
    *,
    quiet: Quiet = False,
    json: Json = False,
    **options: Unpack[UpgradeOptions],
) -> int:
    """Write an Export V1 as lines of Export V2, one per data row."""
    if not destination:
        raise UsageError("the destination is empty: name a file, or - for standard output")
    to_standard_output = destination == STANDARD_INPUT
    if to_standard_output:
        refuse_standard_output(json=json)
    (named,) = named_sources([source])
    done = exportkit.upgrade(named, "-" if to_standard_output else destination, **options)
    if to_standard_output:
        return exit_codes.DONE
    with told():
        if json:
            print_json(asdict(done))
        elif not quiet:
            read = f"Read {counted(done.labels, 'label')} ({amount(done.skipped)} skipped)"
            wrote = f"wrote {counted(done.data_rows, 'data row')} to {shown(destination, characters=200)}"
            stdout().print(Text(f"{read}, {wrote}"), soft_wrap=True)
    return exit_codes.DONE
