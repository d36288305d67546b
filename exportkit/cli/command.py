"""The command line: commands, and what becomes of their errors."""

from __future__ import annotations

import atexit
import copy
import gc
import io
import os
import signal
import sys
import warnings
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from exportkit._version import __version__
from exportkit.cli import exit_codes
from exportkit.cli.parameters import STANDARD_INPUT
from exportkit.cli.usage import UsageError, in_words_of_the_command
from exportkit.errors import ExportkitError, ExportkitWarning, OptionError

__all__ = ["main"]

EPILOGUE = """\
SOURCE is a file, a glob, a directory, or - for standard input: NDJSON or a JSON array, plain or compressed.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some lines were rejected.
"""

app = App(
    name="exportkit",
    help="Labelbox exports become fourteen typed tables.",
    help_epilogue=EPILOGUE,
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
    # What stops a container ends a run as Ctrl-C does: nothing half-done stays.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal or file that cannot show a character gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ExportkitWarning)  # the commands show the same in their summaries
            code: int | None = app([STANDARD_INPUT if one == "-" else one for one in given])
        sys.stdout.flush()
        return code or exit_codes.DONE
    except CycloptsError as error:
        command = " ".join(("exportkit", *(error.command_chain or ())))
        return _fail(f"{error}\nhint: {command} --help", exit_codes.USAGE)
    except KeyboardInterrupt as interrupt:
        return _fail(str(interrupt) or "interrupted", exit_codes.INTERRUPTED, "")
    except BrokenPipeError:
        return _end_quietly()
    except ExportkitError as error:
        return _fail(_shown(error), exit_codes.FAILED)
    except OSError as error:
        return _fail(_of_the_system(error), exit_codes.FAILED)
    except OptionError as error:
        hint = f"\nhint: {in_words_of_the_command(error.hint)}" if error.hint else ""
        return _fail(in_words_of_the_command(error.problem) + hint, exit_codes.USAGE)
    except UsageError as error:
        return _fail(str(error), exit_codes.USAGE)


def _fail(message: str, code: int, title: str = "error: ") -> int:
    sys.stderr.write(f"{title}{message}\n")
    return code


def _end_quietly() -> int:
    """End as a program whose reader has left: what the interpreter still holds goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return exit_codes.FAILED


def _of_the_system(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    return error.strerror if error.filename is None else f"{error.strerror}: {os.fsdecode(error.filename)}"


def _shown(error: ExportkitError) -> str:
    """Return the text of an error with options named as on the command line."""
    shown = copy.copy(error)
    shown.problem = in_words_of_the_command(error.problem)
    shown.hint = error.hint and in_words_of_the_command(error.hint)
    return str(shown)
