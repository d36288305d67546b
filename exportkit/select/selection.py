"""Selection: everything that a caller asks to leave out or to disguise, checked before any work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, get_args

import msgspec
from msgspec import Struct, field

from exportkit import select as package
from exportkit.rows import STRUCTS
from exportkit.select.fingerprints import Fingerprint, make_fingerprint
from exportkit.select.label_policy import READ_BY_POLICY, LabelPolicy
from exportkit.select.value_errors import wrong_value

if TYPE_CHECKING:
    from exportkit.select import Condition, Content, Redaction

__all__ = ["Selection", "make_selection"]

Fields = Mapping[str, frozenset[str]]

_NOTHING: frozenset[str] = frozenset()
#: Tables of labels and of what is below them.
_OF_LABELS = frozenset({"labels", "objects", "classifications", "relationships", "segments", "key_frames"})


class Selection(Struct, frozen=True):
    """What of an export is converted.

    Attributes
    ----------
    content : Content or None
        The wanted content of a row; None for all.
    conditions : tuple of Condition
        What keeps a data row; all must.
    labels : str
        Which labels of a project are converted.
    redaction : Redaction or None
        What is disguised in the tables.
    fingerprint : Fingerprint
        What a lake notes of it.
    """

    content: Content | None = None
    conditions: tuple[Condition, ...] = ()
    labels: LabelPolicy = "all"
    redaction: Redaction | None = None
    fingerprint: Fingerprint = field(default_factory=Fingerprint)

    @property
    def needs_whole_rows(self) -> bool:
        """Whether the selection must see a row whole: a fragment of a long row does not tell what stays."""
        return self.content is not None or self.labels != "all"

    @property
    def absent(self) -> Fields:
        """By struct, the fields that read as if the export had never held them."""
        if self.content is None:
            return {}
        return self.content.off

    def policy_of(self, tables: Collection[str]) -> LabelPolicy:
        """Return the label policy that matters to these tables."""
        return "all" if _OF_LABELS.isdisjoint(tables) else self.labels

    def skipped(self, unneeded: Fields, tables: Collection[str]) -> dict[str, frozenset[str]]:
        """Return the fields that need no decoding, where `unneeded` are those that no table shows."""
        needed = READ_BY_POLICY[self.policy_of(tables)]
        key_frames = self.content is not None and self.content.key_frames_only
        found: dict[str, frozenset[str]] = {}
        for struct in STRUCTS:
            fields = unneeded.get(struct, _NOTHING) | self.absent.get(struct, _NOTHING)
            fields -= needed.get(struct, _NOTHING)
            if key_frames and struct == "Annotations" and not {"frames", "groups"} <= fields:
                fields -= {"key_frame_feature_map"}
            if self.content is not None and struct == "Row":
                fields |= self.content.unread_sections()
            if fields:
                found[struct] = fields
        return found

    def unasked(self) -> dict[str, frozenset[str]]:
        """Return the fields that no filter reads."""
        read = [package.READ_BY_FILTER[condition.name] for condition in self.conditions]
        found = {}
        for name, struct in STRUCTS.items():
            optional = {one.name for one in msgspec.structs.fields(struct) if not one.required} - {"extra_"}
            found[name] = frozenset(optional).difference(*(fields.get(name, _NOTHING) for fields in read))
        return found


def make_selection(
    *,
    params: Mapping[str, Any] | None = None,
    filters: Mapping[str, Any] | None = None,
    labels: str = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
) -> Selection:
    """Return a checked selection.

    Raises
    ------
    ValueError
        A name or value is none of the accepted ones, or a key is missing.
    """
    for name, given in (("params", params), ("filters", filters), ("redact", redact)):
        if given is not None and not isinstance(given, Mapping):
            raise wrong_value(name, given, "a dictionary")
    if labels not in get_args(LabelPolicy):
        raise wrong_value("labels", labels, f"one of {', '.join(get_args(LabelPolicy))}")
    content = None if params is None else package.make_content(params)
    conditions = package.make_conditions(filters) if filters else ()
    redaction = package.make_redaction(redact, redact_key) if redact else None
    key = b"" if redaction is None else redaction.key
    return Selection(
        content=content,
        conditions=conditions,
        labels=labels,  # type: ignore[arg-type]  # checked above
        redaction=redaction,
        fingerprint=make_fingerprint(
            params=params, content=content, conditions=conditions, labels=labels, redact=redact, key=key
        ),
    )
