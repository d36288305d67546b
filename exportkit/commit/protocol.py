"""Protocol: what every way to commit offers.

A `Committer` stands for one destination. It begins transactions and recovers what interrupted runs left. A
`Transaction` is one run at that destination: it is committed or aborted, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from exportkit.lakes import PartFile, Staging
from exportkit.options import FormatName, Mode

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Committer", "Transaction"]


class Committer(Protocol):
    """What makes runs visible at one destination."""

    def recover(self) -> list[str]:
        """Finish what interrupted runs left, and return the runs that were committed by that.

        A run whose commit had begun is committed to its end; any other is removed, unless it is still alive.
        """

    def begin(
        self,
        *,
        schemas: Mapping[str, pa.Schema],
        mode: Mode = "error",
        format: FormatName = "parquet",  # noqa: A002 - the word users know
    ) -> Transaction:
        """Recover, check that a run may write here, and prepare it, before any other work.

        Parameters
        ----------
        schemas : mapping of str to pyarrow.Schema
            The tables of the run. Their metadata goes into every part.
        mode : {"error", "overwrite", "append"}
            What happens to parts that are there. ``"error"``: the run is refused. ``"overwrite"``: the run
            replaces all parts of its own tables, and all parts of other tables that exportkit named.
            ``"append"``: the run adds to them, provided that the columns are the same.
        format : {"parquet", "arrow"}
            Format of the parts.

        Raises
        ------
        WriteError
            The destination is not as `mode` asks, is a file, or cannot be written to. Nothing was changed.
        ValueError
            `mode` or `format` is none of those above.
        """


class Transaction(Protocol):
    """One run at one destination; a context that aborts when it is left without `commit`.

    Attributes
    ----------
    staging : Staging
        What writers need to know; may be sent to other processes.
    recovered_runs : tuple of str
        Interrupted runs that were committed when this one began.
    """

    staging: Staging
    recovered_runs: tuple[str, ...]

    def commit(self, parts: Iterable[PartFile], *, replaced: Iterable[str] = ()) -> list[PartFile]:
        """Make a run visible: all of it, after everything is on disk.

        Parameters
        ----------
        parts : iterable of PartFile
            What the writers of all workers returned. Files of writers that did not finish stay out.
        replaced : iterable of str
            ``<table>/<file name>`` of files of this run's tables that the run takes away; with "append".

        Returns
        -------
        list of PartFile
            The files in the order of the run's tables and then of their names. A table without any part, new
            or appended to, gets one without rows.

        Raises
        ------
        WriteError
            A part is missing or cut short, or another run has filled the destination or taken away a replaced
            part since: nothing is visible then. Or the commit was stopped half-way: the next `begin` or
            `recover` there finishes it.
        ValueError
            The transaction was committed or aborted before, or one that does not append replaces parts.
        """

    def has_parts(self) -> bool:
        """Return whether the destination holds parts of the run's tables, whoever wrote them."""

    def abort(self) -> None:
        """Remove what the run has written and the directories made for it; nothing after `commit`."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
