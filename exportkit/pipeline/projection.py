"""Projection: which fields of the input the wanted tables are made from. The others are never decoded.

A field is needed by the tables whose rows stand in it, by those with a column of it, and by those that
look at it for a derived column. The first two follow from the types of the structs and the source paths of
the columns; the last are named here. What the catalogue does not expect in a field that is not decoded is
shown by ``extra`` all the same: `shown_structs` says in which structs decoding has to look for it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cache

from exportkit.rows import STRUCTS
from exportkit.rows.kinds import GEOMETRY_KEYS
from exportkit.rows.structs import structs_in
from exportkit.tables import TABLES, Table

__all__ = ["needed_by", "shown_structs", "skipped_fields"]

Needs = dict[str, dict[str, frozenset[str]]]

_DATA_ROWS, _LABELS, _SEGMENTS = frozenset({"data_rows"}), frozenset({"labels"}), frozenset({"segments"})
#: Tables that look at fields to which neither the types nor the source paths lead. `data_rows` finds the
#: media type in annotations; the container that their keys make is a column of `labels`, and the unit of
#: `segments` follows from it.
_CONTAINER = _DATA_ROWS | _LABELS | _SEGMENTS
_LOOKED_AT: Needs = {
    "Row": dict.fromkeys(("projects", "experiments"), _DATA_ROWS),
    "Project": {"labels": _DATA_ROWS, "project_details": _LABELS},  # is_selected
    "Run": dict.fromkeys(("labels", "predictions"), _DATA_ROWS),
    "Label": {"annotations": _DATA_ROWS},
    "Annotations": {
        "objects": _DATA_ROWS,
        "relationships": frozenset({"objects"}),  # those that repeat one are dropped
        "key_frame_feature_map": _CONTAINER | {"objects"},  # is_key_frame
        **dict.fromkeys(("frames", "segments", "groups", "timestamp"), _CONTAINER),
    },
    "Relationship": {"classifications": frozenset({"objects"})},
}
#: Structs whose fields may be skipped, each with the fields that are always read: what other tables repeat,
#: what names a row, and small values that are not worth a struct without them.
_ALWAYS_READ: dict[str, tuple[str, ...]] = {
    "Row": ("data_row",),
    "DataRow": ("id",),
    "Project": (),
    "ProjectDetails": (
        "ontology_id", "task_id", "task_name", "batch_id", "batch_name", "workflow_status", "priority",
        "selected_label_id", "consensus_expected_label_count",
    ),
    "Run": ("name", "run_data_row_id", "data_split"),
    "Label": (),
    "Annotations": (),
    "Frame": (),
    "Group": (),
    "Moment": (),
    "Object": ("feature_id", "feature_schema_id", "name", "value", "annotation_kind"),
    "Relationship": (
        "feature_id", "feature_schema_id", "name", "value", "annotation_kind", "unidirectional_relationship",
    ),
}  # fmt: skip


def skipped_fields(wanted: Collection[str]) -> dict[str, frozenset[str]]:
    """Return, by struct, the fields from which none of the wanted tables is made."""
    if all(name in wanted for name in TABLES if name != "rejects"):
        return {}
    found = {
        struct: frozenset(field for field, tables in fields.items() if tables.isdisjoint(wanted))
        for struct, fields in needed_by().items()
    }
    return {struct: fields for struct, fields in found.items() if fields}


def shown_structs(columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the structs whose leftovers are asked for, where `columns` are the wanted columns by table."""
    inside = {name: structs_in(name) for name in STRUCTS}
    apart = {table.struct for table in TABLES.values() if table.struct}
    found: set[str] = set()
    for name, wanted in columns.items():
        if "extra" in wanted and TABLES[name].struct:
            found |= _reached([TABLES[name].struct], inside, apart)
    return frozenset(found)


@cache
def needed_by() -> Needs:
    """Return, by struct and field, the tables made from it; fields that are always read are not named."""
    inside = {name: structs_in(name) for name in STRUCTS}
    rows_of: dict[str, set[str]] = defaultdict(set)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for table in TABLES.values():
        root = _steps("Row", table.root, inside)
        if table.struct or root:
            rows_of[table.struct or root[-1][0]].add(table.name)
        for step in (*(() if table.struct else root), *_column_steps(table, inside)):
            found[step].add(table.name)
    for key in GEOMETRY_KEYS:
        found["Object", key].add("objects")
    for struct, fields in inside.items():
        for field, below in fields.items():
            found[struct, field].update(*(rows_of[name] for name in _reached(below, inside)))
            found[struct, field] |= _LOOKED_AT.get(struct, {}).get(field, frozenset())
    return {
        struct: {
            field: frozenset(found[struct, field])
            for field in inside[struct]
            if found[struct, field] and field not in always
        }
        for struct, always in _ALWAYS_READ.items()
    }


_Inside = dict[str, dict[str, tuple[str, ...]]]


def _column_steps(table: Table, inside: _Inside) -> list[tuple[str, str]]:
    steps = []
    for column in table.columns:
        struct = "Row" if column.source.startswith("$") else table.struct
        steps += _steps(struct, column.source, inside)
    return steps


def _steps(struct: str, path: str, inside: _Inside) -> list[tuple[str, str]]:
    """Return the fields, each with its struct, that a JSON path goes through, as far as they are structs'."""
    steps = []
    for key in re.findall(r"\w+", path):
        if key in inside.get(struct, ()):
            steps.append((struct, key))
            struct = next(iter(inside[struct][key]), "")
    return steps


def _reached(names: Collection[str], inside: _Inside, apart: Collection[str] = ()) -> set[str]:
    """Return structs and all that stand in them at any depth, but for those `apart` and what is in those."""
    found: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += [below for some in inside[name].values() for below in some if below not in apart]
    return found
