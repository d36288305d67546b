"""The command ``exportkit``: what the library does, for people at a terminal and for scripts.

Takes arguments; gives text, JSON and an exit code. Results go to standard output, progress and errors to
standard error. Knows the public face and how to show things; reads and writes no export itself.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.cli.bars import moving_bar as moving_bar
    from exportkit.cli.command import main as main
    from exportkit.cli.summary import show_report as show_report
