"""Exit codes: how a run ended, for scripts."""

from __future__ import annotations

__all__ = ["DONE", "FAILED", "INTERRUPTED", "REJECTS", "USAGE"]

DONE = 0
FAILED = 1
USAGE = 2
#: Done, and some lines could not become rows.
REJECTS = 3
#: As a shell reports a program that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130
