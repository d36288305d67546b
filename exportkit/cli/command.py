"""The command line: commands, and what becomes of their errors."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import warnings
from collections.abc import Sequence

from cyclopts import App

from exportkit._version import __version__
from exportkit.cli import exit_codes, output
from exportkit.cli.failures import failure_of
from exportkit.cli.parameters import STANDARD_INPUT
from exportkit.errors import ExportkitWarning

__all__ = ["main"]

SOURCES = """\
SOURCE is a file, a glob, a directory, or - for standard input: JSON rows in any layout, plain or compressed.

"""
EXIT_CODES = """\
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some lines were rejected
or sources left out, 129 interrupted by SIGHUP, 130 by Ctrl-C, 143 by SIGTERM.
"""

app = App(
    name="exportkit",
    help="Labelbox exports become fourteen typed tables.",
    help_epilogue=SOURCES + EXIT_CODES,
    help_format="plaintext",
    version=__version__,
    version_flags=["--version"],
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
)
#: Commands and what each takes. A command's module is loaded when the command runs, or for --help.
COMMANDS = {
    "convert": "SOURCE... DESTINATION",
    "inspect": "SOURCE...",
    "rejects": "LAKE",
    "rebuild": "LAKE DESTINATION",
    "replay": "LAKE",
    "schema": "[TABLE]",
    "upgrade": "SOURCE DESTINATION",
    "validate": "SOURCE...",
}
for command, takes in COMMANDS.items():
    app.command(
        f"exportkit.cli.{command}:{command}",
        name=command,
        usage=f"Usage: exportkit {command} {takes} [OPTIONS]",
        help_epilogue=(SOURCES if "SOURCE" in takes else "") + EXIT_CODES,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments without the program's name; those of the process when left out.
    """
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] not in COMMANDS:
        app.resolved_commands()  # what lists the commands shows what each says of itself
    if arguments is None:
        # What lives at the end of the program ends with it: freeing objects one by one took 20 ms.
        atexit.register(gc.freeze)
        # Nothing here multiplies matrices; numpy's threads for that would spin beside the first workers.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    output.open_streams()
    signals = _stop_by_signals()
    try:
        return _run(given)
    except BaseException as error:
        if isinstance(error, BrokenPipeError) and output.reader_left():
            return exit_codes.DONE
        failure = failure_of(error, signals)
        if failure is None:
            raise
        output.complain(failure.text)
        if "--json" in given:
            with output.told():
                output.print_json({"error": failure.about})
        return failure.code


def _run(given: Sequence[str]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExportkitWarning)  # the commands show the same in their summaries
        code: int | None = app([STANDARD_INPUT if one == "-" else one for one in given])
    sys.stdout.flush()
    return code or exit_codes.DONE


def _stop_by_signals() -> list[int]:
    """Let what stops a container, or closes a terminal, end a run as Ctrl-C does: nothing half-done stays.

    Returns
    -------
    list of int
        The signals that came, in their order.
    """
    came: list[int] = []

    def stop(number: int, _: object) -> None:
        came.append(number)
        if number == signal.SIGHUP:
            signal.signal(number, signal.SIG_IGN)  # a terminal and its shell send one each
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, stop)
    return came
