"""Specialised structs: the structs of a line made anew for one conversion.

A specialised struct has the same names and meanings as the struct of the catalogue. It differs in what a
`Shape` says:

- it has the unknown fields that an export was seen to hold, so that rows with them decode as fast as
  others; its ``extra_`` gathers them when it is read;
- it passes over fields that nobody asked for: they read as missing, sections of the line as empty. Where the
  leftovers of the struct are asked for, such a field must still have its outline (see `_outline`);
- it lacks fields that an export was not seen to hold: they read as missing too;
- it takes only the words that were seen for strings that repeat, and gives the same string for each.

Input that does not fit a specialised struct is an error, never a loss: `decode` then goes the slow way.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from types import ModuleType
from typing import Any, Literal

import msgspec
from msgspec import inspect

from exportkit.json_text import read_json
from exportkit.rows import features, structs
from exportkit.rows.features import NO_RAW
from exportkit.rows.structs import STRUCTS, Row

__all__ = ["MAX_LEARNED", "UNREAD", "WORD_TYPES", "Shape", "make_decoder"]

#: Types of strings that repeat from row to row.
WORD_TYPES = ("Name", "Kind", "SchemaId")

#: Where a specialised struct keeps the value of a field that it passes over: this before the field's name.
UNREAD = "skipped_"

#: Unknown fields that specialised structs are made for; an export with more is read the slow way.
MAX_LEARNED = 256
_numbers = count(1)

#: What finds the unknown fields below one struct: None where it holds none.
Gather = Callable[[Any], dict[str, Any] | None]


@dataclass(slots=True)
class Shape:
    """How specialised structs of a conversion differ from the structs of the catalogue.

    Attributes
    ----------
    learned : dict of str to set of str
        By struct, the unknown fields that were seen.
    skipped : mapping of str to frozenset of str
        By struct, the fields that nobody asked for.
    absent : mapping of str to frozenset of str
        By struct, those of them that read as if the input did not hold them.
    shown : frozenset of str
        The structs whose leftovers are asked for.
    seen : mapping of str to set of str, optional
        By struct, the fields that an export was seen to hold; None for all.
    words : mapping of str to tuple of str
        By type of `WORD_TYPES`, all words that it may be; a type that is not named may be any string.
    """

    learned: dict[str, set[str]] = field(default_factory=dict)
    skipped: Mapping[str, frozenset[str]] = field(default_factory=dict)
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()
    seen: Mapping[str, set[str]] | None = None
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def learn(self, seen: Mapping[str, set[str]]) -> bool:
        """Take up the unknown fields of `seen` that can be fields; return whether any of them is new."""
        new = False
        for name, keys in seen.items():
            known = self.learned.setdefault(name, set())
            for key in keys - known:
                if can_be_field(key) and sum(map(len, self.learned.values())) < MAX_LEARNED:
                    known.add(key)
                    new = True
        return new


def can_be_field(key: str) -> bool:
    """Return whether msgspec takes `key` as the name of a field in JSON."""
    return key.isprintable() and not {'"', "\\"} & set(key) and len(key) <= 100 and key != "$extra"  # noqa: PLR2004 - no sane key is longer


def make_decoder(shape: Shape) -> msgspec.json.Decoder[Row]:
    """Return a decoder of specialised structs that `shape` describes. Costs about 10 ms."""
    module = ModuleType(f"exportkit.rows.specialised{next(_numbers)}")
    space = vars(module)
    for original in (features, structs):
        space.update({name: value for name, value in vars(original).items() if not name.startswith("__")})
    space["Unread"] = Unread
    space.update({name: Literal[words] for name, words in shape.words.items()})
    gathers = _Gathers(shape)
    sys.modules[module.__name__] = module  # where msgspec looks the annotations up
    try:
        for name, original_struct in STRUCTS.items():
            space[name] = _specialised(name, original_struct, shape, gathers, module.__name__)
        return msgspec.json.Decoder(space["Row"])
    finally:
        del sys.modules[module.__name__]


def _specialised(
    name: str, original: type[msgspec.Struct], shape: Shape, gathers: _Gathers, module: str
) -> type[msgspec.Struct]:
    skipped, absent = shape.skipped.get(name, frozenset()), shape.absent.get(name, frozenset())
    fields: list[Any] = []
    own: dict[str, Any] = {}
    for one, annotation, default in _fields(original):
        if one == "extra_":
            own["extra_"] = property(gathers.of(name)) if gathers.finds(name) else None
        elif one in skipped:
            is_shown = name in shape.shown and one not in absent
            outline = _outline(annotation) if is_shown else "Raw"
            fields.append((UNREAD + one, outline, msgspec.field(default=NO_RAW, name=one)))
            is_told = name == "Row" and one not in absent
            own[one] = property(_presence(UNREAD + one)) if is_told else None
        elif (
            shape.seen is not None
            and default is not msgspec.NODEFAULT
            and one not in shape.seen.get(name, ())
        ):
            own[one] = default
        else:
            fields.append((one, annotation) if default is msgspec.NODEFAULT else (one, annotation, default))
    for attribute, key in _learned(shape, name):
        fields.append((attribute, "Raw", msgspec.field(default=NO_RAW, name=key)))
    return msgspec.defstruct(name, fields, module=module, namespace=own, gc=False, forbid_unknown_fields=True)


class Unread(msgspec.Struct, gc=False):
    """An object of which nothing is read."""


def _outline(annotation: str) -> str:
    """Return the type of a field that is passed over: all of it whose misfits the struct would have to keep.

    Objects that keep their leftovers themselves may hold anything. Questions stay as undecoded bytes:
    relationships that stand in two places are compared by them.
    """

    def outlined(found: re.Match[str]) -> str:
        struct = STRUCTS.get(found[0])
        if struct is None or not issubclass(struct, features.Owner):
            return found[0]
        return "Raw" if struct is features.Question else "Unread"

    return re.sub(r"\w+", outlined, annotation)


def _presence(attribute: str) -> Callable[[Any], tuple[()] | None]:
    """Return what says of a section of the line whether it was held: an empty one, or None."""

    def presence(row: Any) -> tuple[()] | None:
        raw = getattr(row, attribute)
        is_null = raw is None or raw is NO_RAW or (isinstance(raw, msgspec.Raw) and bytes(raw) == b"null")
        return None if is_null else ()

    return presence


@cache
def _fields(original: type[msgspec.Struct]) -> list[tuple[str, str, Any]]:
    annotations = original.__annotations__
    return [(one.name, annotations[one.name], one.default) for one in msgspec.structs.fields(original)]


def _learned(shape: Shape, name: str) -> list[tuple[str, str]]:
    """Return the attributes and keys of the learned fields of a struct."""
    return [(f"learned{at}_", key) for at, key in enumerate(sorted(shape.learned.get(name, ())))]


class _Gathers:
    """What finds learned fields: by struct, its own and those of parts below it that own no extra."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._parts = _parts() if any(shape.learned.values()) else {}

    def finds(self, name: str) -> bool:
        """Return whether a struct, or a part below it, has learned fields."""
        return bool(self._shape.learned.get(name)) or any(
            self.finds(part) for _, _, part in self._parts.get(name, ())
        )

    def of(self, name: str) -> Gather:
        """Return what finds the learned fields of a struct."""
        own = _learned(self._shape, name)
        below = [
            (attribute, key, self.of(part)) for attribute, key, part in self._parts[name] if self.finds(part)
        ]

        def gather(one: Any) -> dict[str, Any] | None:
            found = {}
            for attribute, key in own:
                raw = getattr(one, attribute)
                if raw is not NO_RAW:
                    found[key] = read_json(raw)
            for attribute, key, gather_part in below:
                nested = _below(getattr(one, attribute), gather_part)
                if nested:
                    found[key] = nested
            return found or None

        return gather


@cache
def _parts() -> dict[str, list[tuple[str, str, str]]]:
    """Return, by struct, its fields that hold parts: attribute, key, and the name of the part."""
    return {
        name: [
            (one.name, one.encode_name, part)
            for one in inspect.type_info(cls).fields  # type: ignore[attr-defined]  # a struct's info
            if (part := _part_in(one.type)) is not None
        ]
        for name, cls in STRUCTS.items()
    }


def _below(value: Any, gather: Gather) -> dict[str, Any] | None:
    """Return what `gather` finds in a part, a list of parts or a dictionary of parts, under their keys."""
    if value is None or value is NO_RAW:
        return None
    if isinstance(value, (list, dict)):
        items = enumerate(value) if isinstance(value, list) else value.items()
        return {str(key): found for key, item in items if (found := gather(item))}
    return gather(value)


def _part_in(declared: inspect.Type) -> str | None:
    """Return the name of the part (a struct without rows of its own) that a type holds, None for none."""
    if isinstance(declared, inspect.UnionType):
        return next((part for one in declared.types if (part := _part_in(one)) is not None), None)
    if isinstance(declared, inspect.ListType):
        return _part_in(declared.item_type)
    if isinstance(declared, inspect.DictType):
        return _part_in(declared.value_type)
    if isinstance(declared, inspect.StructType) and issubclass(declared.cls, features.Nested):
        return declared.cls.__name__
    return None
