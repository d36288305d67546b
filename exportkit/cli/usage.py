"""Usage: how the command names options, and what it says when it is used wrongly."""

from __future__ import annotations

from exportkit.errors import Wording
from exportkit.options import OPTIONS

__all__ = ["UsageError", "in_words_of_the_command"]


class UsageError(Exception):
    """The arguments of a command are wrong.

    Parameters
    ----------
    problem : str
        How they are wrong.
    hint : str, optional
        What to do.
    """

    def __init__(self, problem: str, hint: str | None = None) -> None:
        super().__init__(problem, hint)
        self.problem = problem
        self.hint = hint


def in_words_of_the_command(text: str) -> str:
    """Return an error text with options as they are given on the command line: ``--mode append``."""
    named = text.naming(_flag) if isinstance(text, Wording) else text
    return named.replace(", or None, not ", ", or none, not ")


def _flag(option: str, value: str) -> str:
    declared = OPTIONS.get(option)
    if declared is None or declared.command is None:
        return option
    return f"--{declared.flag} {value}" if value else f"--{declared.flag}"
