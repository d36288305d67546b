"""Selection: everything that a caller asks to leave out or to disguise, checked before any work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Unpack

import msgspec
from msgspec import Struct, field

from exportkit.options import LabelPolicy, SelectOptions, complete
from exportkit.rows import STRUCTS
from exportkit.select.fingerprints import Fingerprint, make_fingerprint
from exportkit.select.label_policy import READ_BY_POLICY

if TYPE_CHECKING:
    from exportkit.select.conditions import Condition
    from exportkit.select.params import Content
    from exportkit.select.redaction import Redaction

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
        from exportkit.select.filter_values import READ_BY_FILTER  # noqa: PLC0415 - only a filter needs it

        read = [READ_BY_FILTER[condition.name] for condition in self.conditions]
        found = {}
        for name, struct in STRUCTS.items():
            optional = {one.name for one in msgspec.structs.fields(struct) if not one.required} - {"extra_"}
            found[name] = frozenset(optional).difference(*(fields.get(name, _NOTHING) for fields in read))
        return found


def make_selection(**asked: Unpack[SelectOptions]) -> Selection:
    """Return a checked selection.

    Raises
    ------
    OptionError
        A name or value is none of the accepted ones, or a key is missing.
    """
    whole = complete(SelectOptions, asked)
    params, filters, redact = whole["params"], whole["filters"], whole["redact"]
    # What nobody asks for is not loaded: pyarrow.compute alone takes 20 ms.
    content: Content | None = None
    conditions: tuple[Condition, ...] = ()
    redaction: Redaction | None = None
    if params is not None:
        from exportkit.select.params import make_content  # noqa: PLC0415 - see above

        content = make_content(params)
    if filters:
        from exportkit.select.conditions import make_conditions  # noqa: PLC0415 - see above

        conditions = make_conditions(filters)
    if redact:
        from exportkit.select.redaction import make_redaction  # noqa: PLC0415 - see above

        redaction = make_redaction(redact, whole["redact_key"])
    key = redaction.key if redaction is not None and redaction.is_keyed else b""
    return Selection(
        content=content,
        conditions=conditions,
        labels=whole["labels"],
        redaction=redaction,
        fingerprint=make_fingerprint(
            params=params,
            content=content,
            conditions=conditions,
            labels=whole["labels"],
            redact=redact,
            key=key,
        ),
    )
