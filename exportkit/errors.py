"""Errors: what can go wrong, said so that the reader can mend it.

Every message reads: problem, then the place in brackets, then at most one ``hint:`` line.
Messages never quote a row beyond one short scalar and never carry a URL's query string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exportkit.place import Place

__all__ = [
    "DecodeError",
    "ExportkitError",
    "ExportkitWarning",
    "FlattenError",
    "MissingDependencyError",
    "ReadError",
    "RowError",
    "SplitError",
    "TableError",
    "WriteError",
]


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

    Given once a run, at its end, with counts; ``Report`` has all of them.
    """


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


class WriteError(ExportkitError):
    """The destination cannot be written, or is not as the chosen mode asks."""


class MissingDependencyError(ExportkitError, ImportError):
    """An optional library is needed for what was asked; the hint says what to install."""
