"""``exportkit upgrade``: an Export V1 becomes lines of Export V2."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.output import print_json, stdout
from exportkit.cli.parameters import STANDARD_INPUT, Json, MaxCompressionRatio, Quiet, named_sources
from exportkit.cli.wording import amount, counted, shown

__all__ = ["upgrade"]


def upgrade(
    source: Annotated[str, Parameter(name="SOURCE", help="Export V1 to read; - is standard input.")],
    destination: Annotated[str, Parameter(name="DESTINATION", help="File to write; - is standard output.")],
    /,
    *,
    max_compression_ratio: MaxCompressionRatio = 1000.0,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Write an Export V1 as lines of Export V2, one a data row."""
    to_standard_output = destination == STANDARD_INPUT
    (named,) = named_sources([source])
    done = exportkit.upgrade(
        named,
        "-" if to_standard_output else destination,
        max_compression_ratio=max_compression_ratio,
    )
    if to_standard_output:
        return exit_codes.DONE
    if json:
        print_json(asdict(done))
    elif not quiet:
        read = f"Read {counted(done.labels, 'label')} ({amount(done.skipped)} skipped)"
        wrote = f"wrote {counted(done.data_rows, 'data row')} to {shown(destination, characters=200)}"
        stdout().print(Text(f"{read}, {wrote}"), soft_wrap=True)
    return exit_codes.DONE
