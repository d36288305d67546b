"""Exit codes: how a run ended, for scripts."""

from __future__ import annotations

import exportkit

__all__ = ["DONE", "FAILED", "REJECTS", "STOPPED_BY", "USAGE", "code_of"]

DONE = 0
FAILED = 1
USAGE = 2
#: Done, and some lines could not become rows, or some sources could not be read.
REJECTS = 3
#: What a shell adds to the number of the signal that ended a program: Ctrl-C gives 130, SIGTERM 143.
STOPPED_BY = 128


def code_of(report: exportkit.Report) -> int:
    """Return the exit code of what is done."""
    return REJECTS if report.rejects or report.bad_sources else DONE
