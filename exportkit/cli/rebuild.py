"""``exportkit rebuild``: the tables of a lake become lines of an export again."""

from __future__ import annotations

from typing import Annotated, Unpack

from cyclopts import Parameter
from rich.text import Text

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.output import print_json, refuse_standard_output, stdout, told
from exportkit.cli.parameters import STANDARD_INPUT, Json, Quiet, takes_options
from exportkit.cli.wording import amount, counted, shown
from exportkit.options import FileOptions

__all__ = ["rebuild"]


@takes_options(FileOptions)
def rebuild(
    lake: Annotated[str, Parameter(name="LAKE", help="Directory of tables that exportkit wrote.")],
    destination: Annotated[str, Parameter(name="DESTINATION", help="File to write; - is standard output.")],
    /,
    *,
    export_id: Annotated[str | None, Parameter(help="Only the lines of this export.")] = None,
    include_rejects: Annotated[
        bool, Parameter(negative="", help="Write rejected lines too, byte for byte, where they stood.")
    ] = False,
    quiet: Quiet = False,
    json: Json = False,
    **options: Unpack[FileOptions],
) -> int:
    """Write the lines of an Export V2 out of the tables of a lake."""
    if destination == STANDARD_INPUT:
        refuse_standard_output(json=json)
    to_standard_output = destination == STANDARD_INPUT
    done = exportkit.to_ndjson(
        lake,
        "-" if to_standard_output else destination,
        export_id=export_id,
        include_rejects=include_rejects,
        **options,
    )
    if to_standard_output:
        return exit_codes.DONE
    with told():
        if json:
            print_json(done.to_dict())
        elif not quiet:
            written = counted(done.data_rows + done.rejects, "line")
            lines = f"Wrote {written} to {shown(destination, characters=200)}"
            left = f", left out {amount(done.left_out)} rows without a line" if done.left_out else ""
            stdout().print(Text(lines + left), soft_wrap=True)
    return exit_codes.DONE
