"""Leftover: takes an object of the line, gives its fields one by one, and at the end what nobody took.

The reading of `extra` is this subtraction: every field that a column takes is removed, so that what remains
is by construction what has no column, nested as in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oracle.fits import MISFIT, Fit, text

__all__ = ["REPEATED", "JsonObject", "Leftover", "merged", "without_empties"]

#: Stands in an array for an item that another array holds as well.
REPEATED: Any = object()

JsonObject = dict[str, Any]


class Leftover:
    """An object of the line, from which columns take their values.

    Parameters
    ----------
    tree : dict
        The object; it is consumed.
    """

    def __init__(self, tree: JsonObject) -> None:
        self.tree = tree

    def take(self, key: str, fit: Fit) -> Any:
        """Return the column's value of `key` and remove it; what does not fit stays and gives None."""
        if self.tree.get(key) is None:
            return None
        value = fit(self.tree[key])
        if value is MISFIT:
            return None
        del self.tree[key]
        return value

    def has(self, key: str) -> bool:
        """Whether `key` is there and not null."""
        return self.tree.get(key) is not None

    def inside(self, key: str) -> Leftover:
        """Return the object under `key` in its place; an empty one when there is none."""
        value = self.tree.get(key)
        return Leftover(value if isinstance(value, dict) else {})

    def items(self, key: str) -> list[tuple[int, JsonObject]]:
        """Remove the items of the array under `key`, with their index; what is no object as ``$value``."""
        array = self.tree.get(key)
        if not isinstance(array, list):
            return []
        del self.tree[key]
        return [
            (index, item if isinstance(item, dict) else {"$value": item})
            for index, item in enumerate(array)
            if item is not REPEATED
        ]

    def entries(self, key: str) -> list[tuple[int, str, JsonObject]]:
        """Remove the objects under the keys of the object under `key`, with their order among themselves."""
        keyed = self.inside(key).tree
        names = [
            name for name, entry in keyed.items() if isinstance(entry, dict) and text(name) is not MISFIT
        ]
        return [(index, name, keyed.pop(name)) for index, name in enumerate(names)]

    def structs(
        self, key: str, children: Mapping[str, Fit], *, required: bool = False
    ) -> list[JsonObject] | None:
        """Take the array of objects under `key` as a list column with these children.

        An unknown field of an item, or a child that does not fit, stays under the item's index, and so does
        an item that is no object. With `required`, such an item, or a child that is missing or does not fit,
        makes the whole array a misfit, which stays.
        """
        array = self.tree.get(key)
        if not isinstance(array, list):
            return None
        odd = {str(index): item for index, item in enumerate(array) if not isinstance(item, dict)}
        if odd and required:
            return None
        array = [item if isinstance(item, dict) else {} for item in array]
        fitted = [fit(item.get(name)) for item in array for name, fit in children.items()]
        if required and any(value is MISFIT for value in fitted):
            return None
        self.tree[key] = {str(index): item for index, item in enumerate(array)} | odd
        return [{name: Leftover(item).take(name, fit) for name, fit in children.items()} for item in array]

    def rest(self) -> JsonObject | None:
        """Return what nobody took, without nulls and empty containers; None when nothing is left."""
        return without_empties(self.tree) or None


def without_empties(value: Any) -> Any:
    """Return `value` without nulls and empty containers at any depth; None when nothing remains of it."""
    if isinstance(value, dict):
        kept = {key: without_empties(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, list):
        return [item for item in map(without_empties, value) if item is not None] or None
    return value


def merged(first: JsonObject | None, second: JsonObject | None) -> JsonObject | None:
    """Return both objects as one; where both hold an object under a key, so is the result."""
    if first is None or second is None:
        return first or second
    joined = dict(first)
    for key, value in second.items():
        both = isinstance(joined.get(key), dict) and isinstance(value, dict)
        joined[key] = merged(joined[key], value) if both else value
    return joined
