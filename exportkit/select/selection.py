"""Selection: everything that a caller asks to leave out or to disguise, checked before any work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Unpack

import msgspec
from msgspec import Struct, field

from exportkit import select as package
from exportkit.options import LabelPolicy, SelectOptions, complete
from exportkit.rows import STRUCTS
from exportkit.select.fingerprints import Record, make_record
from exportkit.select.label_policy import POLICY_NEEDS

if TYPE_CHECKING:
    from exportkit.select.conditions import Condition
    from exportkit.select.params import Parts
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
    parts : Parts or None
        The wanted parts of a row; None for all.
    conditions : tuple of Condition
        What keeps a data row; all must.
    labels : str
        Which labels of a project are converted.
    redaction : Redaction or None
        What is disguised in the tables.
    record : Record
        What a lake says of it.
    """

    parts: Parts | None = None
    conditions: tuple[Condition, ...] = ()
    labels: LabelPolicy = "all"
    redaction: Redaction | None = None
    record: Record = field(default_factory=Record)

    @property
    def needs_whole_rows(self) -> bool:
        """Whether what is chosen of a row cannot be told from a piece of it."""
        return self.parts is not None or self.labels != "all"

    @property
    def absent(self) -> Fields:
        """By struct, the fields that read as if the export had never held them."""
        if self.parts is None:
            return {}
        return self.parts.off

    def policy_of(self, tables: Collection[str]) -> LabelPolicy:
        """Return the label policy that matters to these tables."""
        return "all" if _OF_LABELS.isdisjoint(tables) else self.labels

    def skipped(self, unneeded: Fields, tables: Collection[str]) -> dict[str, frozenset[str]]:
        """Return the fields that need no decoding, where `unneeded` are those that no table shows."""
        needed = POLICY_NEEDS[self.policy_of(tables)]
        key_frames = self.parts is not None and self.parts.key_frames_only
        found: dict[str, frozenset[str]] = {}
        for struct in STRUCTS:
            fields = unneeded.get(struct, _NOTHING) | self.absent.get(struct, _NOTHING)
            fields -= needed.get(struct, _NOTHING)
            if key_frames and struct == "Annotations" and not {"frames", "groups"} <= fields:
                fields -= {"key_frame_feature_map"}
            if self.parts is not None and struct == "Row":
                fields |= self.parts.unread_sections()
            if fields:
                found[struct] = fields
        return found

    def unasked(self) -> dict[str, frozenset[str]]:
        """Return the fields that no filter looks at."""
        from exportkit.select.filter_values import NEEDS  # noqa: PLC0415 - only a filter needs it

        asked = [NEEDS[condition.name] for condition in self.conditions]
        found = {}
        for name, struct in STRUCTS.items():
            optional = {one.name for one in msgspec.structs.fields(struct) if not one.required} - {"extra_"}
            found[name] = frozenset(optional).difference(*(needs.get(name, _NOTHING) for needs in asked))
        return found


def make_selection(**asked: Unpack[SelectOptions]) -> Selection:
    """Return a checked selection.

    Raises
    ------
    OptionError
        A name or value is none of the accepted ones, or a key is missing.
    """
    whole = complete(SelectOptions, asked)
    params, labels, redact = whole["params"], whole["labels"], whole["redact"]
    parts = None if params is None else package.make_parts(params)
    conditions = package.make_conditions(whole["filters"]) if whole["filters"] else ()
    redaction = package.make_redaction(redact, whole["redact_key"]) if redact else None
    key = b"" if redaction is None else redaction.key
    return Selection(
        parts=parts,
        conditions=conditions,
        labels=labels,
        redaction=redaction,
        record=make_record(
            params=params, parts=parts, conditions=conditions, labels=labels, redact=redact, key=key
        ),
    )
