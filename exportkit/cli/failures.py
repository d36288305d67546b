"""Failures: what a command says, and its exit code, when an error ends it."""

from __future__ import annotations

import copy
import os
import signal
from typing import Any, NamedTuple

from cyclopts import CycloptsError

from exportkit.cli import exit_codes
from exportkit.cli.usage import UsageError, in_words_of_the_command
from exportkit.errors import ExportkitError, OptionError, UnknownNameError

__all__ = ["Failure", "failure_of"]


class Failure(NamedTuple):
    """What is said of an error.

    Attributes
    ----------
    code : int
        Exit code of the command.
    text : str
        What stands on standard error.
    about : dict
        What ``--json`` prints of it.
    """

    code: int
    text: str
    about: dict[str, Any]


def failure_of(error: BaseException, signals: list[int]) -> Failure | None:
    """Return what is said of an error; None for a fault of the program, which is for its traceback to say.

    Parameters
    ----------
    error : BaseException
        What ended the command.
    signals : list of int
        Signals that came meanwhile; none for Ctrl-C.
    """
    if isinstance(error, KeyboardInterrupt):
        problem = str(error) or "interrupted"
        number = signals[-1] if signals else signal.SIGINT
        code = exit_codes.STOPPED_BY + number
        return Failure(code, problem, _about("Interrupted", code, problem))
    if isinstance(error, CycloptsError):
        command = " ".join(("exportkit", *(error.command_chain or ())))
        return _wrong_usage(str(error), f"{command} --help")
    if isinstance(error, ExportkitError):
        return _of_our_own(error)
    if isinstance(error, OptionError):
        hint = error.hint and in_words_of_the_command(error.hint)
        return _wrong_usage(in_words_of_the_command(error.problem), hint)
    if isinstance(error, UsageError):
        return _wrong_usage(error.problem, error.hint)
    if isinstance(error, OSError):
        problem = _of_the_system(error)
        about = _about(type(error).__name__, exit_codes.FAILED, problem)
        return Failure(exit_codes.FAILED, f"error: {problem}", about)
    return None


def _wrong_usage(problem: str, hint: str | None) -> Failure:
    text = f"error: {problem}\nhint: {hint}" if hint else f"error: {problem}"
    return Failure(exit_codes.USAGE, text, _about("UsageError", exit_codes.USAGE, problem, hint))


def _about(kind: str, code: int, problem: str, hint: str | None = None) -> dict[str, Any]:
    return {"type": kind, "exit_code": code, "problem": problem, "hint": hint}


def _of_our_own(error: ExportkitError) -> Failure:
    """Return what is said of an error of exportkit, with options named as on the command line."""
    shown = copy.copy(error)
    shown.problem = in_words_of_the_command(error.problem)
    shown.hint = error.hint and in_words_of_the_command(error.hint)
    place = error.place
    code = exit_codes.USAGE if isinstance(error, UnknownNameError) else exit_codes.FAILED
    about = _about(type(error).__name__, code, shown.problem, shown.hint) | {
        "json_path": error.json_path,
        "source_uri": place and place.source_uri,
        "line": place and place.line,
        "byte_offset": place and place.byte_offset,
    }
    return Failure(code, f"error: {shown}", about)


def _of_the_system(error: OSError) -> str:
    if error.strerror is None:
        return str(error)
    return error.strerror if error.filename is None else f"{error.strerror}: {os.fsdecode(error.filename)}"
