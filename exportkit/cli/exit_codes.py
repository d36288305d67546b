"""Exit codes: how a run ended, for scripts."""

from __future__ import annotations

__all__ = ["DONE", "FAILED", "REJECTS", "STOPPED_BY", "USAGE"]

DONE = 0
FAILED = 1
USAGE = 2
#: Done, and some lines could not become rows.
REJECTS = 3
#: What a shell adds to the number of the signal that ended a program: Ctrl-C gives 130, SIGTERM 143.
STOPPED_BY = 128
