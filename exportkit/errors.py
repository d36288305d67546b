"""Errors: what can go wrong, said so that the reader can repair it.

Every message reads: problem, then the place in brackets, then at most one ``hint:`` line.
Messages never quote a row beyond one short scalar and never carry a URL's query string.
A text that names options is a `Wording`, so that the command can name them its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from exportkit.place import Place

__all__ = [
    "CancelledError",
    "DecodeError",
    "ExportkitError",
    "ExportkitWarning",
    "FlattenError",
    "MissingDependencyError",
    "OptionError",
    "ReadError",
    "RowError",
    "SplitError",
    "TableError",
    "UnknownNameError",
    "Wording",
    "WriteError",
    "needing",
]


class Wording(str):
    """A text that names options: as a string it names them as Python does.

    Parameters
    ----------
    template : str
        The text, with ``{mode}`` for the option `mode`, and ``{mode:append}`` for the option with a value.
    **values
        What else stands in braces. Braces in these values are text like any other.

    Examples
    --------
    >>> hint = Wording("choose {mode:append} or another {what}", what="destination")
    >>> hint
    'choose mode="append" or another destination'
    >>> hint.naming(lambda option, value: f"--{option} {value}")
    'choose --mode append or another destination'
    """

    __slots__ = ("_template", "_values")

    _template: str
    _values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Put the values and the names of options into `template`."""
        text = super().__new__(cls, template.format_map(_Names(_as_in_python, values)))
        text._template, text._values = template, values
        return text

    def naming(self, name: Callable[[str, str], str]) -> str:
        """Return the text with options as `name` writes them, given the option and its value or ``""``."""
        return self._template.format_map(_Names(name, self._values))

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self._template,), self._values


class _Names(dict[str, object]):
    """The values of a template; whatever is missing names an option."""

    def __init__(self, name: Callable[[str, str], str], values: dict[str, object]) -> None:
        super().__init__(values)
        self._name = name

    def __missing__(self, option: str) -> _Named:
        return _Named(option, self._name)


class _Named:
    """An option in a template."""

    def __init__(self, option: str, name: Callable[[str, str], str]) -> None:
        self._option = option
        self._name = name

    def __format__(self, value: str) -> str:
        return self._name(self._option, value)


def _as_in_python(option: str, value: str) -> str:
    return f'{option}="{value}"' if value else option


class ExportkitError(Exception):
    """The parent of every error that exportkit raises on its own account.

    Parameters
    ----------
    problem : str
        What is wrong, in one clause, without the place.
    place : Place, optional
        Where it is wrong.
    json_path : str, optional
        Path inside the row, such as ``$.projects["c1"].labels[0].id``.
    hint : str, optional
        One sentence that says what to do.
    """

    def __init__(
        self,
        problem: str,
        *,
        place: Place | None = None,
        json_path: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.place = place
        self.json_path = json_path
        self.hint = hint

    def __str__(self) -> str:
        text = self.problem
        where = " in ".join(str(part) for part in (self.json_path, self.place) if part)
        if where:
            text += f" (at {where})" if self.json_path else f" (in {where})"
        if self.hint:
            text += f"\nhint: {self.hint}"
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.__dict__))


def _rebuild(cls: type[ExportkitError], state: dict[str, Any]) -> ExportkitError:
    error = cls.__new__(cls)
    Exception.__init__(error, state["problem"])
    error.__dict__.update(state)
    return error


class ExportkitWarning(UserWarning):
    """A run was completed and met something odd: rejected lines, fields or kinds beyond the catalogue.

    Given once per run, with counts, before the files of the run become visible: where warnings are errors
    (``python -W error``), nothing is written.

    Attributes
    ----------
    report : Report
        What the run did; without the files, which are still to come.
    """

    report: Any = None


class OptionError(ValueError):
    """An option is none of the values that it accepts.

    Parameters
    ----------
    option : str
        Name of the option in Python.
    problem : str
        What is wrong, in one clause.
    hint : str, optional
        One sentence that says what to do.
    """

    def __init__(self, option: str, problem: str, hint: str | None = None) -> None:
        super().__init__(option, problem, hint)
        self.option = option
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.problem}\nhint: {self.hint}" if self.hint else str(self.problem)


class CancelledError(ExportkitError):
    """The run was cancelled before it was complete; nothing of it is visible."""


class ReadError(ExportkitError):
    """A source cannot be read, or is evidently no export."""


class RowError(ExportkitError):
    """One line cannot become rows: what ``on_bad_row`` decides about."""


class SplitError(RowError):
    """A line cannot be cut out of the bytes."""


class DecodeError(RowError):
    """A line is not a data row: broken JSON, or no ``data_row.id``."""


class FlattenError(RowError):
    """A decoded row cannot be laid out in the tables."""


class TableError(ExportkitError):
    """A table or column is unknown, or columns do not fit their declaration."""


class UnknownNameError(TableError):
    """What was asked for names a table or column that does not exist."""


class WriteError(ExportkitError):
    """The destination cannot be written, or is not as the chosen mode asks."""


class MissingDependencyError(ExportkitError, ImportError):
    """An optional library is needed for what was asked; the hint says what to install."""


@contextmanager
def needing(what: str, library: str, *, extra: str) -> Iterator[None]:
    """Import an optional library in this context, or modules that use it, on behalf of `what`.

    Raises
    ------
    MissingDependencyError
        It is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != library.lower():
            raise
        hint = f"pip install 'exportkit[{extra}]'"
        raise MissingDependencyError(f"{what} needs {library}", hint=hint) from None
