"""Records: what a lake was made with, so that later additions to it can be held to the same selection.

Takes what a caller asked for, gives a short text. It names kinds of choices and no values: ids and names of
people that filters hold are nobody's business who can read the lake. A fingerprint stands for the values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from exportkit.select.params import Parts

__all__ = ["Record", "make_record"]

FINGERPRINT_DIGITS = 32


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was chosen.

    Attributes
    ----------
    chosen : tuple of str
        Kinds of choices, in words of the options.
    fingerprint : str
        The same for the same selection, whatever its spelling; empty where nothing was chosen.
    """

    chosen: tuple[str, ...] = ()
    fingerprint: str = ""

    def __bool__(self) -> bool:
        return bool(self.fingerprint)

    def __str__(self) -> str:
        return ", ".join(self.chosen) or "nothing left out or disguised"

    def to_bytes(self) -> bytes:
        """Return the record as it stands in a file."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, text: bytes | None) -> Record:
        """Return the record in a file; a file without one was made without a selection.

        Raises
        ------
        ValueError
            It is none of ours.
        """
        return cls() if text is None else msgspec.json.decode(text, type=cls)


def make_record(
    *,
    params: Mapping[str, Any] | None,
    parts: Parts | None,
    conditions: Sequence[Any],
    labels: str,
    redact: Mapping[str, str] | None,
    key: bytes,
) -> Record:
    """Return the record of a selection that has been checked: `params`, and what was made of the others."""
    chosen: list[str] = []
    if params is not None:
        chosen.append("params")
    names = sorted({one.name for one in conditions})
    if names:
        chosen.append(f"filters {' and '.join(names)}")
    if labels != "all":
        chosen.append(f"labels {labels}")
    if redact:
        chosen.append("redact")
    if not chosen:
        return Record()
    import hmac  # noqa: PLC0415 - which only a selection needs

    switches = sorted(name for name, value in (params or {}).items() if value is True)
    ids = None if parts is None else (parts.project_ids, parts.model_run_ids)
    said = [parts is None, switches, ids, sorted(map(_said, conditions)), labels, redact or {}]
    digest = hmac.digest(key or b"exportkit", _said(said), "sha256")
    return Record(tuple(chosen), digest.hex()[:FINGERPRINT_DIGITS])


def _said(value: Any) -> bytes:
    """Return bytes that are the same for values that ask for the same."""
    return msgspec.json.encode(_plain(value), order="sorted")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(str, value))
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_plain(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return value.decode() if isinstance(value, bytes) else value
