"""The command ``exportkit``: what the library does, for people at a terminal and for scripts.

Takes arguments; gives text, JSON and an exit code. Results go to standard output, progress and errors to
standard error. Knows the public face and how to show things; reads and writes no export itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.cli.bars import moving_bar
    from exportkit.cli.command import main
    from exportkit.cli.summary import show_report

__all__ = ["main", "moving_bar", "show_report"]

_HOMES = {
    "main": "exportkit.cli.command",
    "moving_bar": "exportkit.cli.bars",
    "show_report": "exportkit.cli.summary",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
