"""What the format catalogue does not know: counted from the batches, by table and path."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec
import pyarrow as pa

from exportkit.batch.kernels import value_counts
from exportkit.json_text import read_json
from exportkit.report import ReportBuilder
from exportkit.rows import STRUCTS
from exportkit.rows.kinds import KINDS
from exportkit.tables import TABLES

__all__ = ["note_unknowns"]

#: By table, the struct at whose fields the paths of ``extra`` start.
ROOTS = {name: table.struct for name, table in TABLES.items() if table.struct}
#: Structs by the key under which they stand, for paths below a root.
NESTED = {
    "data_row": "DataRow",
    "details": "Details",
    "media_attributes": "MediaAttributes",
    "label_details": "LabelDetails",
    "performance_details": "Performance",
    "performance_details_v2": "PerformanceV2",
    "annotations": "Annotations",
    "project_details": "ProjectDetails",
    "bounding_box": "Box",
    "point": "Point",
    "mask": "Mask",
    "composite_mask": "CompositeMask",
    "location": "Location",
    "page_dimensions": "PageDimensions",
    "radio_answer": "Answer",
    "text_answer": "Answer",
    "conversational_radio_answer": "Answer",
    "conversational_text_answer": "Answer",
}
#: What exportkit itself notes in ``extra``, in the words of no export.
MARKS = frozenset({"$key", "$value", "$holder", "$parent"})
#: Attributes that the catalogue knows, though no column holds them.
KNOWN_ATTRIBUTES = {"MediaAttributes": frozenset({"codec", "message_count"})}
#: Distinct paths and kinds that a report holds; more are counted together.
MAX_NAMES = 1_000
#: Characters of a name that a report holds: a name is of the export's making.
MAX_NAME_CHARACTERS = 200
OTHERS = "(others)"
_decode_objects = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode


def note_unknowns(table: str, batch: pa.RecordBatch, report: ReportBuilder) -> None:
    """Count the unknown fields and kinds that a batch shows into `report`."""
    for column in ("extra", "media_attributes", "payload"):
        if column in batch.schema.names and table in ROOTS:
            texts = batch.column(column)
            if texts.null_count < len(texts):
                _note_fields(table, column, texts, report)
    if table == "objects" and "annotation_kind" in batch.schema.names:
        for kind, count in value_counts(batch.column("annotation_kind")).items():
            if kind is not None and kind not in KINDS:
                _count(report.unknown_kinds, kind, count)


def _note_fields(table: str, column: str, texts: pa.Array, report: ReportBuilder) -> None:
    root = ROOTS[table] if column != "media_attributes" else "MediaAttributes"
    prefix = table if column != "media_attributes" else f"{table}.media_attributes"
    plain, others = _objects([text for text in texts.to_pylist() if text is not None])
    for keys, times in Counter(map(tuple, plain)).items():
        for path in _paths(dict.fromkeys(keys), root):
            _count(report.unknown_fields, f"{prefix}.{path}", times)
    for value in others:
        for path in _paths(value, root):
            _count(report.unknown_fields, f"{prefix}.{path}", 1)


def _objects(texts: list[str]) -> tuple[list[dict[str, msgspec.Raw]], list[dict[str, Any]]]:
    """Return the objects whose keys say all of them, which are most, and those that must be looked into."""
    try:
        found = _decode_objects(f"[{','.join(texts)}]")
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return [], [read_json(text) for text in texts]
    plain = [value for value in found if NESTED.keys().isdisjoint(value)]
    if len(plain) == len(found):
        return plain, []
    pairs = zip(texts, found, strict=True)
    return plain, [read_json(text) for text, value in pairs if not NESTED.keys().isdisjoint(value)]


def _paths(value: dict[str, Any], struct: str) -> list[str]:
    """Return the paths of unknown fields: deeper only where the catalogue knows the key as an object."""
    known = STRUCTS[struct].__struct_fields__
    paths = []
    for key, item in value.items():
        if key in MARKS or key in KNOWN_ATTRIBUTES.get(struct, ()):
            continue
        if key in known and key in NESTED and isinstance(item, dict):
            paths += [f"{key}.{path}" for path in _paths(item, NESTED[key])]
        else:
            paths.append(key)
    return paths


def _count(counts: Any, name: str, more: int) -> None:
    if len(name) > MAX_NAME_CHARACTERS:
        name = f"{name[: MAX_NAME_CHARACTERS - 1]}…"
    if name not in counts and len(counts) >= MAX_NAMES:
        name = OTHERS
    counts[name] += more
