"""Leftovers: what a source object held beside the columns of its row, written as JSON and counted.

Takes leftovers row by row, as they became `extra`, `payload` or `media_attributes`; gives the column, with
the keys of every object in order, and counts on the way which fields they hold. A key that the struct at its
path does not have is an unknown field. A key that the struct has is a field whose value drifted: it does not
fit the column. What struct stands under a key follows from the types of the structs.

A label with ``"label_details": {"created_at": 5, "x": 1}`` has the leftovers ``{"label_details":
{"created_at": 5, "x": 1}}``, which count once as the drifted field ``labels.label_details.created_at`` and
once as the unknown field ``labels.label_details.x``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from msgspec import inspect

from exportkit.json_text import sorted_json_string
from exportkit.report import Leftovers
from exportkit.rows import STRUCTS
from exportkit.tables import TABLES
from exportkit.tables.cells import NULLS, Cells

__all__ = ["MARKS", "LeftoverColumns"]

#: Structs with rows of their own, which hold their leftovers themselves.
_WITH_ROWS = frozenset(table.struct for table in TABLES.values())
#: What exportkit itself notes in ``extra``; no export has these keys.
MARKS = frozenset({"$key", "$value", "$holder", "$parent"})
#: Attributes that the catalogue knows, though they have no column: their place is the JSON column.
_KNOWN_ATTRIBUTES = frozenset({"codec", "message_count", "content_length", "sub_type", "super_type"})
#: Fields that the structs know for other tables, and the table has no column for.
_WITHOUT_COLUMN = {"Object": frozenset({"unidirectional_relationship", "bidirectional_relationship"})}


class Below(NamedTuple):
    """The struct under a key.

    Attributes
    ----------
    struct : str
        Its name.
    in_list, in_numbered : bool
        Whether it stands in a list (under an index), or in a dictionary with whole numbers as keys.
    in_items : bool
        Whether it stands in a list or dictionary at all.
    """

    struct: str
    in_list: bool = False
    in_numbered: bool = False
    in_items: bool = False


class LeftoverColumns:
    """Makes the JSON columns of one table for one block, and counts the fields that they hold.

    Attributes
    ----------
    counts : Leftovers
        Grows with each column that is made; a column that nobody asks for counts nothing.
    """

    def __init__(self, table: str) -> None:
        self.counts = Leftovers()
        self._table = table

    def column(self, found: Sequence[Mapping[str, Any] | None]) -> Cells:
        """Return ``extra`` or ``payload`` of the rows, null where there are no leftovers."""
        return self._column(found, self._table, TABLES[self._table].struct)

    def spread(self, found: Mapping[int, Mapping[str, Any]], count: int) -> Cells:
        """Return the same column of `count` rows, from leftovers by row."""
        return self.column([found.get(at) for at in range(count)] if found else ())

    def attributes(self, found: Mapping[int, Mapping[str, Any]], count: int) -> Cells:
        """Return the column ``media_attributes`` of `count` rows, from attributes by row."""
        every = [found.get(at) for at in range(count)] if found else ()
        return self._column(every, f"{self._table}.media_attributes", "MediaAttributes")

    def _column(self, found: Sequence[Mapping[str, Any] | None], prefix: str, struct: str) -> Cells:
        if not any(found):
            return NULLS
        self._count(found, prefix, struct)
        return [sorted_json_string(one) if one else None for one in found]

    def _count(self, found: Sequence[Mapping[str, Any] | None], prefix: str, struct: str) -> None:
        """Count leftovers; those without a known field, which are most, by their keys alone."""
        known = known_fields(struct)
        for keys, times in Counter(tuple(one) for one in found if one).items():
            if known.keys().isdisjoint(keys):
                for key in keys:
                    if key not in MARKS:
                        self.counts.unknown_fields[f"{prefix}.{key}"] += times
        for one in found:
            if one and not known.keys().isdisjoint(one):
                for path, is_known in dict(_paths(one, struct)).items():
                    drifted, unknown = self.counts.drifted_fields, self.counts.unknown_fields
                    (drifted if is_known else unknown)[f"{prefix}.{path}"] += 1


@cache
def known_fields(struct: str) -> dict[str, Below | None]:
    """Return, by key of a struct, the struct below it that keeps no leftovers itself."""
    fields = inspect.type_info(STRUCTS[struct]).fields  # type: ignore[attr-defined]  # a struct's info
    return {one.encode_name: _below(one.type) for one in fields if one.name != "extra_"}


@cache
def _has_required(struct: str) -> bool:
    fields = inspect.type_info(STRUCTS[struct]).fields  # type: ignore[attr-defined]  # a struct's info
    return any(one.required for one in fields) and struct != "DataRow"  # a row without an id is none


def _below(declared: inspect.Type) -> Below | None:
    if isinstance(declared, inspect.UnionType):
        return next((found for one in declared.types if (found := _below(one)) is not None), None)
    if isinstance(declared, inspect.ListType):
        found = _below(declared.item_type)
        return found and found._replace(in_items=True, in_list=True)
    if isinstance(declared, inspect.DictType):
        found, is_numbered = _below(declared.value_type), isinstance(declared.key_type, inspect.IntType)
        return found and found._replace(in_items=True, in_numbered=is_numbered)
    if isinstance(declared, inspect.StructType) and declared.cls.__name__ not in _WITH_ROWS:
        return Below(declared.cls.__name__)
    return None


def _paths(left: Mapping[str, Any], struct: str) -> Iterator[tuple[str, bool]]:
    """Yield the path of each field in the leftovers of a struct, and whether the catalogue knows it."""
    known = known_fields(struct)
    for key, value in left.items():
        if key in MARKS or (struct == "MediaAttributes" and key in _KNOWN_ATTRIBUTES):
            continue
        if key not in known or key in _WITHOUT_COLUMN.get(struct, ()):
            yield key, False
            continue
        below = known[key]
        items = _items(value, below) if below is not None else None
        if below is None or not items:
            yield key, True
            continue
        for item in items:
            for path, is_known in _paths_of_item(item, below.struct):
                yield f"{key}.{path}" if path else key, is_known


def _items(value: Any, below: Below) -> list[Any] | None:
    """Return the leftovers of the structs under a key; None where the value as a whole is no such thing."""
    if not isinstance(value, dict) or not value:
        return None
    if not below.in_items:
        return [value]
    is_numbered = below.in_list or below.in_numbered
    if is_numbered and not all(key.removeprefix("-").isdecimal() for key in value):
        return None
    return list(value.values())


def _paths_of_item(item: Any, struct: str) -> Iterator[tuple[str, bool]]:
    """Yield the paths below one struct; an empty path is the struct itself, which does not fit as a whole."""
    if not isinstance(item, dict):
        yield "", True
        return
    paths = _paths(item, struct)
    if _has_required(struct) and not known_fields(struct).keys().isdisjoint(item):
        yield "", True  # a field that cannot be missing is, or does not fit
        paths = ((path, is_known) for path, is_known in paths if not is_known)
    yield from paths
