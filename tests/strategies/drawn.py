"""Drawn: gives the same lines every time, enough of them that every column and every kind is among them.

The laws about completeness look at these lines: what the strategies never draw, no other law tries. Tapes of
random bytes from a fixed seed draw the rows, evenly over media and shapes: hypothesis would draw some of them
often and others hardly ever.
"""

from __future__ import annotations

import json
import random
from functools import cache
from itertools import product
from typing import Any

from strategies.choices import Choices, JsonObject
from strategies.lines import BROKEN, line_of
from strategies.mutations import KEYED_SPANS
from strategies.rows import MEDIA, SHAPES, row_of

__all__ = ["drawn_lines"]

SEED = 1
ROWS_OF_EACH = 4
TAPE_BYTES = 3_000


@cache
def drawn_lines() -> bytes:
    """Return lines of rows, of the same rows with an unknown field in every object, and broken lines."""
    tapes = random.Random(SEED)
    some = [
        row_of(Choices(tapes.randbytes(TAPE_BYTES)), media, shape)
        for media, shape, _ in product(MEDIA, sorted({*SHAPES}), range(ROWS_OF_EACH))
    ]
    strange: list[JsonObject] = json.loads(json.dumps(some))
    for row in strange:
        _add_unknowns(row)
    return b"\n".join((*map(line_of, (*some, *strange)), *BROKEN))


def _add_unknowns(value: Any) -> None:
    """Add an unknown field to every object inside `value`, and leave the kind of no object as it was."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if key == "annotation_kind":
            value[key] = "UnknownKind"
        elif isinstance(item, dict | list) and key not in KEYED_SPANS:
            _add_unknowns(item)
    if isinstance(value, dict):
        value["x_new"] = 1
