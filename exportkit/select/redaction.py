"""Redaction: columns that are hashed, cut or emptied before anything is written.

A redacted value is redacted wherever a table repeats it: the declarations of the tables say which columns
do. Columns of text as it stood in the input may repeat anything, so they are emptied as soon as anything is
redacted, unless they are asked to stay.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc

from exportkit.errors import OptionError
from exportkit.options import How
from exportkit.select.value_errors import unknown_name, wrong_value
from exportkit.tables import TABLES, Column
from exportkit.tables.declaration import FREE_FORM as ANYTHING
from exportkit.tables.declaration import GEOMETRY
from exportkit.tables.types import STRING, ListOf

__all__ = ["KEY_VARIABLE", "Redaction", "make_redaction"]

#: A table and a column of it.
Place = tuple[str, str]
#: Environment variable that holds the key of hashes.
KEY_VARIABLE = "EXPORTKIT_REDACT_KEY"
#: Hexadecimal digits of a hash: 128 bits keep a billion values apart.
HASH_DIGITS = 32
#: What ends a host or a path.
_END = r"/\\?#\p{Z}\p{C}"
#: A URL as browsers take it: after blanks, with backslashes, without a scheme or without slashes. A secret
#: before ``@`` may hold slashes, where what stands before the first is no host and port.
_QUERY = (
    r"(?s)^([\p{Z}\p{C}]*(?:[A-Za-z][A-Za-z0-9+.-]*:[/\\]+|(?i:https?):|[/\\]{2,}))"
    rf"(?:[^{_END}]*@|[^{_END}@:\[]*:[0-9]*[^0-9{_END}][^?#\p{{Z}}\p{{C}}]*@)?"
    rf"([^{_END}][^?#]*)(?:[?#].*)?$"
)
#: A way that nobody asks for: JSON that holds anything but geometry is emptied.
_GEOMETRY_ONLY = "geometry only"
_GEOMETRY = (
    r'^(?:[\s\[\]{}:,0-9eE+.-]|null|"(?:type|coordinates|geometries|bbox|(?:Multi)?(?:Point|LineString|Polygon)'
    r'|GeometryCollection)")*$'
)


#: What happens to text and JSON as it stood in the input as soon as anything is redacted.
_FREELY: Mapping[Place, str] = {
    (table, one.name): "omit" if one.carries == ANYTHING else _GEOMETRY_ONLY
    for table in TABLES
    for one in TABLES[table].columns
    if one.carries in (ANYTHING, GEOMETRY)
}
#: Columns that are emptied then.
FREE_FORM = tuple(sorted({column for (_, column), how in _FREELY.items() if how == "omit"}))
_KEPT_IF_ASKED = tuple(sorted({column for _, column in _FREELY}))
#: Ways from the one that tells least to the one that tells most.
_STRICTEST_FIRST: tuple[How, ...] = ("omit", "hash", "strip_query")


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is disguised, and how.

    Attributes
    ----------
    hows : mapping of (str, str) to str
        By table and column, what happens to the values.
    key : bytes
        Key of the hashes.
    is_keyed : bool
        Whether the caller gave that key. Ids that can be hashed only, not omitted, need no key of a caller's.
    """

    hows: Mapping[Place, str]
    key: bytes = field(repr=False)
    is_keyed: bool = True

    @property
    def hides_lines(self) -> bool:
        """Whether lines that were refused are nowhere to be seen."""
        return self.hows.get(("rejects", "raw_uri")) == "omit"

    def apply(self, table: str, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return `batch` with redacted columns."""
        arrays = []
        for one, array in zip(batch.schema, batch.columns, strict=True):
            how = self.hows.get((table, one.name), "keep")
            arrays.append(array if how == "keep" else self._redacted(array, how, nullable=one.nullable))
        return pa.RecordBatch.from_arrays(arrays, schema=batch.schema)

    def _redacted(self, array: pa.Array, how: str, *, nullable: bool) -> pa.Array:
        if how == "omit":
            return pa.nulls(len(array), array.type) if nullable else pa.array([[]] * len(array), array.type)
        if pa.types.is_list(array.type):
            items = [one and self._words(pa.array(one), how).to_pylist() for one in array.to_pylist()]
            return pa.array(items, array.type)
        if pa.types.is_dictionary(array.type):
            words = self._words(array.dictionary, how).take(array.indices)
            return words.dictionary_encode().cast(array.type)
        return self._words(array, how)

    def _words(self, array: pa.Array, how: str) -> pa.Array:
        if how == _GEOMETRY_ONLY:
            return pc.if_else(pc.match_substring_regex(array, _GEOMETRY), array, pa.scalar(None, array.type))
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
    asked: dict[Place, How] = {}
    follow: dict[Place, set[How]] = {}
    for name, how in sorted(redact.items(), key=lambda one: "." in str(one[0])):  # what names a table wins
        if how not in get_args(How):
            raise wrong_value(f"redact {name!r}", how, f"one of {', '.join(get_args(How))}")
        columns = _columns_named(name)
        for table, column in columns:
            _check(name, column, how)
            asked[table, column.name] = how
        if how != "keep":
            everywhere = [columns[0][0]] if "." in name else [*TABLES]
            for place, also in _following({one for _, one in columns}, how, everywhere):
                follow.setdefault(place, set()).add(also)
    strictest = {place: min(hows, key=_STRICTEST_FIRST.index) for place, hows in follow.items()}
    hows = {**(_FREELY if follow else {}), **strictest, **asked}
    given = _key(key, needed="hash" in asked.values())
    return Redaction(hows, given or os.urandom(HASH_DIGITS), is_keyed=bool(given))


def _following(redacted: set[Column], how: How, tables: Iterable[str]) -> Iterator[tuple[Place, How]]:
    """Yield what becomes of columns of the same identity, and of those that hold its values."""
    named = {identity for column in redacted for identity in column.identities}
    for table in tables:
        for column in TABLES[table].columns:
            if not named.isdisjoint(column.identities):
                # An id that is never null says nothing any more when it is hashed.
                must_stay = how == "omit" and not column.null and column.type == STRING
                yield (table, column.name), "hash" if must_stay else how
            elif not named.isdisjoint(column.holds):
                yield (table, column.name), "omit"


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
    if how == "keep" and column.name not in _KEPT_IF_ASKED:
        kept = ", ".join(_KEPT_IF_ASKED)
        raise wrong_value(f"redact {name!r}", how, f"hash, omit or strip_query, for only {kept} can be kept")


def _key(given: str | bytes | None, *, needed: bool) -> bytes:
    key = given if given is not None else os.environ.get(KEY_VARIABLE, "")
    found = key.encode() if isinstance(key, str) else key
    if needed and not found:
        hint = f"set the environment variable {KEY_VARIABLE}, or in Python give redact_key"
        raise OptionError("redact_key", "hashes need a key", hint)
    return found
