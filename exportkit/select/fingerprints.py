"""Fingerprints: what a lake notes of a selection, so that later additions can be held to the same one.

Takes what a caller asked for, gives a short text. It names the options that select, and no values: filters
hold ids and names of people, which are not for every reader of the lake. A digest stands for the values where
it has the key of the hashes. Without a key a reader could try values until the digest is the same, so ids,
people and metadata stay out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from exportkit.select.params import Content

__all__ = ["Fingerprint", "make_fingerprint"]

DIGEST_DIGITS = 32
#: Filters by kind, whose values anybody may know.
_KINDS = frozenset({"workflow_status", "media_types", "annotation_kinds"})


class Fingerprint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands for a selection.

    Attributes
    ----------
    options : tuple of str
        The options that select, in words; ``chosen`` in files.
    digest : str
        The same for the same selection, however it is written; without a key for hashes also for other values
        of the same filters and the same lists of ids. Empty where nothing is selected.
        ``fingerprint`` in files.
    """

    options: tuple[str, ...] = msgspec.field(default=(), name="chosen")
    digest: str = msgspec.field(default="", name="fingerprint")

    def __bool__(self) -> bool:
        return bool(self.digest)

    def __str__(self) -> str:
        return ", ".join(self.options) or "nothing left out or disguised"

    def to_bytes(self) -> bytes:
        """Return the fingerprint as it stands in a file."""
        return msgspec.json.encode(self)

    @classmethod
    def from_bytes(cls, text: bytes | None) -> Fingerprint:
        """Return the fingerprint in a file; a file without one was made without a selection.

        Raises
        ------
        ValueError
            The text is no fingerprint.
        """
        return cls() if text is None else msgspec.json.decode(text, type=cls)


def make_fingerprint(
    *,
    params: Mapping[str, Any] | None,
    content: Content | None,
    conditions: Sequence[Any],
    labels: str,
    redact: Mapping[str, str] | None,
    key: bytes,
) -> Fingerprint:
    """Return the fingerprint of a checked selection: `params`, and what was made of the other options."""
    options: list[str] = []
    if params is not None:
        options.append("params")
    names = sorted({one.name for one in conditions})
    if names:
        options.append(f"filters {' and '.join(names)}")
    if labels != "all":
        options.append(f"labels {labels}")
    if redact:
        options.append("redact")
    if not options:
        return Fingerprint()
    import hmac  # noqa: PLC0415 - only a selection needs it

    switches = [] if content is None else [content.off, content.key_frames_only]
    ids = [] if content is None else [content.project_ids, content.model_run_ids]
    if key:
        values = [ids, sorted(map(_same_bytes, conditions))]
    else:
        values = [[one is None for one in ids], sorted(map(_without_guessable, conditions))]
    selected = [content is None, switches, *values, labels, redact or {}]
    digest = hmac.digest(key or b"exportkit", _same_bytes(selected), "sha256")
    return Fingerprint(tuple(options), digest.hex()[:DIGEST_DIGITS])


def _without_guessable(condition: Any) -> bytes:
    """Return bytes for a filter: its values where they name nothing and nobody, else its name alone."""
    tells_nobody = condition.name.endswith("_at") or condition.name in _KINDS
    return _same_bytes(condition if tells_nobody else condition.name)


def _same_bytes(value: Any) -> bytes:
    """Return bytes that are equal for values that select the same."""
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
