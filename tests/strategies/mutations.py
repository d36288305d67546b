"""Mutations: takes rows that the catalogue covers, gives rows that it does not.

Unknown fields anywhere, values of another type, keys that are gone, nulls, and kinds nobody has heard of.
What the tables rely on and every export seen so far holds is left alone: feature ids and the messages of
conversational answers.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from strategies.choices import JsonObject, json_values
from strategies.rows import rows

__all__ = ["mutated_rows"]

#: One of these is a misfit for every column type.
STRANGERS = st.sampled_from(["drift", 7.5, True, [1], {"x": 1}, 2**53 + 1, 2**70 + 1, -1]).map(copy.copy)
SCALARS = st.sampled_from(["drift", 7.5, True, -1])
UNKNOWN_KINDS = st.sampled_from(["ImageCuboid", "RadarPolyline", "", "imageBoundingBox"])
UNKNOWN_VALUES = json_values()
UNKNOWN_KEYS = st.sampled_from(["x_new", "é", "Unknown Field", "$odd"])
MUTATION_COUNTS = st.sampled_from([1, 1, 2, 3])
#: Arrays whose items become rows: a strange list would be one with an odd item.
ARRAYS = {
    "attachments", "metadata_fields", "embeddings", "values", "labels", "predictions", "workflow_history",
    "objects", "relationships", "classifications", "checklist_answers", "conversational_checklist_answers",
}  # fmt: skip
#: Keyed by features and frames, in two forms each: a strange list or object would be read as the other form.
KEYED_SPANS = ("segments", "key_frame_feature_map")


class Spot(NamedTuple):
    """Where a value stands.

    Attributes
    ----------
    parent : dict
        The object that holds it.
    key : str
        Its key there.
    fixed : bool
        Whether the value itself is left alone.
    in_spans : bool
        Whether that is inside keyed spans.
    """

    parent: JsonObject
    key: str
    fixed: bool
    in_spans: bool


@st.composite
def mutated_rows(
    draw: st.DrawFn, source: st.SearchStrategy[JsonObject] | None = None, *, odd_items: bool = False
) -> JsonObject:
    """Give a row of `source` (by default any row) with one to three mutations.

    With `odd_items`, items of arrays become scalars and nulls too. No rule says in which row such an
    item leaves its trace, so that only laws about whole lines hold for these.
    """
    row: JsonObject = json.loads(json.dumps(draw(rows() if source is None else source)))
    mutations = st.sampled_from([*MUTATIONS, _replace_item] if odd_items else MUTATIONS)
    for _ in range(draw(MUTATION_COUNTS)):
        spots = list(_spots(row))
        if not spots:
            break
        spot = spots[draw(st.integers(0, len(spots) - 1))]
        mutate = _add_unknown if spot.fixed else draw(mutations)
        mutate(draw, spot)
    return row


def _add_unknown(draw: st.DrawFn, spot: Spot) -> None:
    if not spot.in_spans and spot.key not in KEYED_SPANS:
        value = spot.parent[spot.key]
        target = value if isinstance(value, dict) else spot.parent
        target[draw(UNKNOWN_KEYS)] = draw(UNKNOWN_VALUES)


def _drift(draw: st.DrawFn, spot: Spot) -> None:
    spot.parent[spot.key] = draw(SCALARS if spot.in_spans or spot.key in ARRAYS else STRANGERS)


def _drop(_draw: st.DrawFn, spot: Spot) -> None:
    del spot.parent[spot.key]


def _put_null(_draw: st.DrawFn, spot: Spot) -> None:
    spot.parent[spot.key] = None


def _replace_item(draw: st.DrawFn, spot: Spot) -> None:
    value = spot.parent[spot.key]
    if isinstance(value, list) and value and not spot.in_spans:
        value[draw(st.integers(0, len(value) - 1))] = draw(st.sampled_from([None, "drift", 5]))
    else:
        _put_null(draw, spot)


def _rename_kind(draw: st.DrawFn, spot: Spot) -> None:
    if "annotation_kind" in spot.parent:
        spot.parent["annotation_kind"] = draw(UNKNOWN_KINDS)
    else:
        _add_unknown(draw, spot)


Mutation = Callable[[st.DrawFn, Spot], None]
MUTATIONS: list[Mutation] = [_add_unknown, _add_unknown, _drift, _drop, _put_null, _rename_kind]


def _spots(value: Any, *, in_spans: bool = False) -> Iterator[Spot]:
    """Give every key of every object inside `value`."""
    if isinstance(value, list):
        for item in value:
            yield from _spots(item, in_spans=in_spans)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield Spot(value, key, _is_fixed(value, key), in_spans)
            yield from _spots(item, in_spans=in_spans or key in KEYED_SPANS)


def _is_fixed(parent: JsonObject, key: str) -> bool:
    """Whether a row that lacks the value is no row, or cannot be put together again."""
    if key == "message_id":
        return any(name.startswith("conversational_") for name in parent)
    return key in ("feature_id", "data_row") or (key == "id" and "row_data" in parent)
