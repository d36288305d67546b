"""Reports: what a rebuild wrote."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["RebuildReport"]


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild wrote.

    Attributes
    ----------
    lake, destination : str
        Where the rows came from and where the lines are.
    export_ids : list of str
        Exports in the order in which their lines were written.
    data_rows, rejects : int
        Lines built from tables; rejected lines written as they were.
    left_out : int
        Rows whose line, label, object or answer is not in the lake any more.
    bytes : int
        Bytes written.
    seconds : float
        Wall-clock time.
    """

    lake: str
    destination: str
    export_ids: list[str] = field(default_factory=list)
    data_rows: int = 0
    rejects: int = 0
    left_out: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)
