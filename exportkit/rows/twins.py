"""Twins: the structs of a line made anew for one export, to decode faster what that export holds.

A twin has the same names and meanings as the structs of the catalogue. It differs in what a `Shape`
says: it lacks the fields an export does not use (a class attribute answers ``None`` for them), knows
repeating strings beforehand (msgspec then gives back the same object each time instead of a new one),
and passes over fields that nobody asked for. Input that does not fit a twin is an error, never a loss:
`decode` then takes the structs of the catalogue.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from types import ModuleType
from typing import Any, Literal

import msgspec

from exportkit.rows import features, structs
from exportkit.rows.features import NO_RAW
from exportkit.rows.structs import STRUCTS, Row

__all__ = ["VOCABULARIES", "Shape", "make_decoder"]

#: Aliases of string types whose values repeat.
VOCABULARIES = ("Name", "Kind", "SchemaId")
_numbers = count(1)


@dataclass(slots=True)
class Shape:
    """What one export holds.

    Attributes
    ----------
    fields : dict of str to set of str
        By struct, the fields in use.
    vocabulary : dict of str to set of str
        By alias, the strings seen; an alias without an entry takes any string.
    skipped : mapping of str to frozenset of str
        By struct, the fields that nobody asked for: passed over undecoded.
    """

    fields: dict[str, set[str]] = field(default_factory=dict)
    vocabulary: dict[str, set[str]] = field(default_factory=lambda: {alias: set() for alias in VOCABULARIES})
    skipped: Mapping[str, frozenset[str]] = field(default_factory=dict)


def make_decoder(shape: Shape) -> msgspec.json.Decoder[Row]:
    """Return a decoder of the twins that `shape` describes. Costs about 10 ms."""
    module = ModuleType(f"exportkit.rows.twin{next(_numbers)}")
    space = vars(module)
    space.update({name: value for name, value in vars(features).items() if name[:2] != "__"})
    space.update({name: value for name, value in vars(structs).items() if name[:2] != "__"})
    for alias in VOCABULARIES:
        words = shape.vocabulary.get(alias)
        space[alias] = Literal[tuple(sorted(words))] if words else str
    sys.modules[module.__name__] = module  # where msgspec looks the annotations up
    try:
        for name, original in STRUCTS.items():
            space[name] = _twin(name, original, shape, module.__name__)
        return msgspec.json.Decoder(space["Row"])
    finally:
        del sys.modules[module.__name__]


def _twin(name: str, original: type[msgspec.Struct], shape: Shape, module: str) -> type[msgspec.Struct]:
    used = shape.fields.get(name, set())
    skipped = shape.skipped.get(name, frozenset())
    kept: list[Any] = []
    absent: dict[str, Any] = {}
    for one, annotation, default in _fields(original):
        if one in skipped:
            kept.append((one, "Raw", NO_RAW))
        elif default is msgspec.NODEFAULT:
            kept.insert(0, (one, annotation))
        elif one in used:
            kept.append((one, annotation, default))
        else:
            absent[one] = default
    return msgspec.defstruct(
        name, kept, module=module, namespace=absent, gc=False, forbid_unknown_fields=True
    )


def _fields(original: type[msgspec.Struct]) -> Iterator[tuple[str, str, Any]]:
    annotations = original.__annotations__
    for one in msgspec.structs.fields(original):
        yield one.name, annotations[one.name], one.default
