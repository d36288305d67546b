"""Redaction: columns that are hashed, cut or emptied before anything is written.

A redacted value is redacted wherever a table repeats it: the declarations of the tables say which columns
do. Columns of text as it stood in the input may repeat anything, so they are emptied as soon as anything is
redacted, unless they are asked to stay.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from exportkit.errors import OptionError
from exportkit.options import How
from exportkit.select.value_errors import unknown_name, wrong_value
from exportkit.tables import TABLES, Column
from exportkit.tables.declaration import FREE_FORM as ANYTHING
from exportkit.tables.types import STRING, ListOf

__all__ = ["KEY_VARIABLE", "Redaction", "make_redaction"]

#: Environment variable that holds the key of hashes.
KEY_VARIABLE = "EXPORTKIT_REDACT_KEY"
#: Hexadecimal digits of a hash: 128 bits keep a billion values apart.
HASH_DIGITS = 32
_QUERY = r"(?s)^([A-Za-z][A-Za-z0-9+.-]*://)(?:[^/?#]*@)?([^?#]*)(?:[?#].*)?$"


def _columns() -> list[Column]:
    return [column for table in TABLES.values() for column in table.columns]


def _followers(named: Callable[[Column], tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return, by column, the other columns that name it."""
    found: dict[str, set[str]] = {}
    for column in _columns():
        for name in set(named(column)) - {column.name}:
            found.setdefault(name, set()).add(column.name)
    return {name: frozenset(columns) for name, columns in found.items()}


#: Columns of text as it stood in the input.
FREE_FORM = tuple(sorted({column.name for column in _columns() if column.carries == ANYTHING}))
#: By column, columns that repeat its values as they are.
SAME_VALUES: Mapping[str, frozenset[str]] = _followers(lambda column: column.carries)
#: By column, columns that hold its values inside others.
HOLDING: Mapping[str, frozenset[str]] = _followers(lambda column: column.holds)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is disguised, and how.

    Attributes
    ----------
    hows : mapping of (str, str) to str
        By table and column, what happens to the values.
    key : bytes
        Key of the hashes.
    """

    hows: Mapping[tuple[str, str], How]
    key: bytes = field(repr=False)

    @property
    def hides_lines(self) -> bool:
        """Whether lines that were refused are nowhere to be seen."""
        return self.hows.get(("rejects", "raw_uri")) == "omit"

    def apply(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return `batch` with redacted columns."""
        arrays, fields = [], []
        for one, array in zip(batch.schema, batch.columns, strict=True):
            how = self.hows.get((table, one.name), "keep")
            redacted = array if how == "keep" else self._redacted(array, how, nullable=one.nullable)
            arrays.append(redacted)
            fields.append(one)
        return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, batch.schema.metadata))

    def _redacted(self, array: pa.Array, how: How, *, nullable: bool) -> pa.Array:
        if how == "omit":
            return pa.nulls(len(array), array.type) if nullable else pa.array([[]] * len(array), array.type)
        if pa.types.is_list(array.type):
            items = [one and self._words(pa.array(one), how).to_pylist() for one in array.to_pylist()]
            return pa.array(items, array.type)
        if pa.types.is_dictionary(array.type):
            words = self._words(array.dictionary, how).take(array.indices)
            return words.dictionary_encode().cast(array.type)
        return self._words(array, how)

    def _words(self, array: pa.Array, how: How) -> pa.Array:
        if how == "strip_query":
            return pc.replace_substring_regex(array, _QUERY, r"\1\2")
        encoded = array.dictionary_encode()
        words = pa.array([self._hash(word) for word in encoded.dictionary.to_pylist()], pa.string())
        return words.take(encoded.indices)

    def _hash(self, value: str) -> str:
        return hmac.digest(self.key, value.encode("utf-8", "surrogatepass"), "sha256").hex()[:HASH_DIGITS]


def make_redaction(redact: Mapping[str, Any], key: str | bytes | None) -> Redaction:
    """Return the redaction that `redact` asks for: by column, or ``table.column``, what happens to it.

    Raises
    ------
    ValueError
        There is no such column or way, a way does not suit a column, or there is no key for hashes.
    """
    asked: dict[tuple[str, str], How] = {}
    for name, how in redact.items():
        if how not in get_args(How):
            raise wrong_value(f"redact {name!r}", how, f"one of {', '.join(get_args(How))}")
        for table, column in _columns_named(name):
            _check(name, column, how)
            asked[table, column.name] = how
    hows = {**_everywhere(asked), **asked}
    return Redaction(hows, _key(key, needed="hash" in hows.values()))


def _columns_named(name: str) -> list[tuple[str, Column]]:
    table, _, column = str(name).rpartition(".")
    found = [
        (known, one)
        for known in TABLES
        for one in TABLES[known].columns
        if one.name == column and table in ("", known)
    ]
    if not found:
        known_names = sorted({one.name for each in TABLES.values() for one in each.columns})
        raise unknown_name("column", name, known_names)
    return found


def _check(name: str, column: Column, how: How) -> None:
    is_text = column.type == STRING
    is_list = isinstance(column.type, ListOf) and column.type.item == STRING
    if how == "omit" and not column.null:
        raise wrong_value(f"redact {name!r}", how, "hash, for the column is never null")
    if (how == "strip_query" and not is_text) or (how == "hash" and not is_text and not is_list):
        raise wrong_value(f"redact {name!r}", how, "omit, for the column holds no strings")
    if how == "keep" and column.name not in FREE_FORM:
        raise wrong_value(f"redact {name!r}", how, f"another way: only {', '.join(FREE_FORM)} need it")


def _everywhere(asked: Mapping[tuple[str, str], How]) -> dict[tuple[str, str], How]:
    """Return what follows from what was asked: the same values elsewhere, and what may hold them."""
    redacted = {column: how for (_, column), how in asked.items() if how != "keep"}
    hows: dict[str, How] = dict.fromkeys(FREE_FORM, "omit") if redacted else {}
    for column, how in redacted.items():
        hows |= dict.fromkeys(SAME_VALUES.get(column, ()), how)
        hows |= dict.fromkeys(HOLDING.get(column, ()), "omit")
    return {
        (table, column.name): hows[column.name]
        for table in TABLES
        for column in TABLES[table].columns
        if column.name in hows
    }


def _key(given: str | bytes | None, *, needed: bool) -> bytes:
    key = given if given is not None else os.environ.get(KEY_VARIABLE, "")
    found = key.encode() if isinstance(key, str) else key
    if needed and not found:
        hint = f"set the environment variable {KEY_VARIABLE}, or in Python give redact_key"
        raise OptionError("redact_key", "hashes need a key", hint)
    return found
