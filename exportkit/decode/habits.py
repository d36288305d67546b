"""Habits: which fields and words an export was seen to use, and the structs cut to them.

Takes decoded rows, gives a decoder that is faster on rows like them: its structs have only the fields that
were seen, which makes them small, and of strings that repeat it knows the words, so that every struct refers
to the same string and none is made anew. Rows that hold anything else are an error of that decoder, never a
loss: the caller decodes them by the wide structs and lets them be studied.

Measured on 200 MB of images: decoding and freeing 1.68 to 1.44 ms a MB, and a code for a repeating string
50 to 10 ns, because a string that is shared has been hashed before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from exportkit.native import attributes
from exportkit.rows import NO_RAW, STRUCTS, Row
from exportkit.rows.twins import WORD_TYPES, Shape, make_decoder, word_type

__all__ = ["Habits"]

#: Bytes from which an export is worth studying.
WORTHWHILE_BYTES = 2 * 2**20
#: Bytes that a decoder must take for each block that it does not: studying anew and making it anew (7 ms)
#: is what it saves on so many (0.8 ms a MB).
BYTES_A_MISS = 8 * 2**20
#: Misses that are lent to a new kind of decoder.
FIRST_MISSES = 8
#: Blocks that are studied at the most before a decoder is made, should each bring something new.
MOST_STUDIED = 16
#: Words of one type from which it does not repeat.
MAX_WORDS = 1_000

Decoder = msgspec.json.Decoder[Row]


class Habits:
    """What the rows of one conversion have in common, and whether relying on it pays.

    Parameters
    ----------
    shape : Shape
        What the wide structs of the conversion are like.

    Attributes
    ----------
    decoder : Decoder or None
        Takes rows that keep to what was seen; None as long as there is nothing to gain.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._bytes = 0
        self._studied = 0
        self._fields: dict[str, set[str]] = {}
        self._words: dict[str, set[Any]] = {name: set() for name in WORD_TYPES}
        self._credit = FIRST_MISSES * BYTES_A_MISS
        self._is_over = False
        self.decoder: Decoder | None = None

    def hit(self, length: int) -> None:
        """Note a block of `length` bytes that the decoder took."""
        self._credit += length

    def miss(self) -> None:
        """Note a block that the decoder did not take: what comes next is studied before it is made anew."""
        self.decoder = None
        self._studied = 0
        self._credit -= BYTES_A_MISS
        if self._credit < 0:
            self._give_up()

    def study(self, rows: list[Row], length: int) -> None:
        """Take up what the rows of a block hold, `length` bytes; when it is nothing new, make a decoder."""
        self._bytes += length
        if self._is_over or not rows or self._bytes < WORTHWHILE_BYTES:
            return
        before = self._size()
        self._look(list(rows))
        self._studied += 1
        if self._size() == before or self._studied == MOST_STUDIED:
            words = {name: tuple(found) for name, found in self._words.items() if found}
            self.decoder = make_decoder(replace(self._shape, seen=self._fields, words=words))

    def _size(self) -> int:
        return sum(map(len, self._fields.values())) + sum(map(len, self._words.values()))

    def _give_up(self) -> None:
        """Stop relying on words, which are the first to change; where that is no help, on anything."""
        self._is_over = not self._words
        self._words = {}
        self._credit = FIRST_MISSES * BYTES_A_MISS

    def _look(self, rows: list[Any]) -> None:
        """Note the fields and words of rows and of all below them, the structs under one field at a time."""
        waiting = [rows]
        while waiting:
            structs = waiting.pop()
            name = type(structs[0]).__name__
            for field in STRUCTS[name].__struct_fields__:
                held = None if field == "extra_" else attributes.values(structs, field)
                if held is None or held.count(NO_RAW) == len(held):
                    continue
                self._fields.setdefault(name, set()).add(field)
                kind = word_type(STRUCTS[name], field)
                if kind in self._words:
                    self._note(kind, held)
                elif below := structs_in(held):
                    waiting.append(below)

    def _note(self, kind: str, held: list[str | None]) -> None:
        words = self._words[kind]
        words.update(held)
        words.discard(None)
        if len(words) > MAX_WORDS:
            del self._words[kind]


def structs_in(held: list[Any]) -> list[msgspec.Struct]:
    """Return the structs among the values of a field, or in the lists and dictionaries among them."""
    found = [one for one in held if isinstance(one, msgspec.Struct)]
    if not found and (below := attributes.runs([one for one in held if isinstance(one, list | dict)], None)):
        found = [one for one in below[2] if isinstance(one, msgspec.Struct)]
    return found
