"""pyarrow.json alone: `read_json` with an explicit schema, then lists flattened column by column.

pyarrow reads no JSON into maps, so keyed dictionaries have to be structs with the keys as fields. That is
possible for `projects`, whose ids the author of a schema knows, and hopeless for frames and features.
Exports with frames get `data_rows`, `projects`, `workflow_history` and `labels` only.

Where the comparison favours pyarrow: it makes fewer tables where there are frames or nested answers (the
harness says which are missing), no derived columns, no free JSON, and drops fields nobody knows; it is told
the project ids.

Where it favours exportkit: `read_json` holds the whole export in memory as one table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
import pyarrow.parquet as pq

from benchmarks.versus.fields import (
    ANSWER,
    DATA_ROW,
    EMBEDDING,
    LABEL,
    OBJECT,
    PROJECT,
    QUESTION,
    STEP,
    Fields,
    Keyed,
    Type,
)
from benchmarks.versus.line_types import Known, all_columns, look_at

__all__ = ["convert"]

#: A line must fit into a block.
BLOCK_BYTES = 16 * 2**20
SAMPLE_BYTES = 500_000
#: Free JSON, and dictionaries keyed by what nobody knows beforehand.
NOT_READ = {
    "reviews",
    "project_tags",
    "geojson",
    "metadata_fields",
    "segments",
    "key_frame_feature_map",
    "frames",
}
ANSWERS = "classifications"
SCALARS = {
    "text": pa.string(),
    "int": pa.int64(),
    "int32": pa.int32(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}
Columns = dict[str, pa.Array]


def convert(
    source: Path, destination: Path, *, tables: Collection[str] | None = None, threads: int = 2
) -> dict[str, int]:
    """Write the tables that pyarrow.json can make as Parquet files and return their rows."""
    pa.set_cpu_count(threads)
    known, project_ids = look(source)
    columns = all_columns(known)
    keyed = columns["projects"]
    if isinstance(keyed, Keyed):
        columns["projects"] = dict.fromkeys(project_ids, keyed.value)
    schema = pa.schema([(name, arrow_type(type_)) for name, type_ in columns.items()])
    read = pj.read_json(
        str(source),
        read_options=pj.ReadOptions(block_size=BLOCK_BYTES, use_threads=threads > 1),
        parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"),
    )
    made: dict[str, list[Columns]] = defaultdict(list)
    first_line = 1
    for batch in read.to_batches():
        number = pa.array(np.arange(first_line, first_line + batch.num_rows))
        flatten(batch.to_struct_array(), number, project_ids, known, made)
        first_line += batch.num_rows
    rows = {}
    for name, parts in made.items():
        if tables is None or name in tables:
            table = pa.concat_tables([pa.table(part) for part in parts])
            pq.write_table(table, destination / f"{name}.parquet", compression="zstd", compression_level=1)
            rows[name] = table.num_rows
    return rows


def look(source: Path) -> tuple[Known, list[str]]:
    """Return what the export holds, as far as pyarrow can read it, and the ids of its projects."""
    known = look_at(source)
    not_read = set(NOT_READ)
    if known.has("frames"):
        not_read |= {ANSWERS, "objects"}
    if known.levels > 1 or known.has("checklist_answers"):
        not_read.add(ANSWERS)
    with source.open("rb") as file:
        ids = re.findall(rb'"projects": ?\{"(\w+)"', file.read(SAMPLE_BYTES))
    return Known(known.keys - not_read, 1), sorted({one.decode() for one in ids})


def flatten(
    line: pa.StructArray,
    number: pa.Array,
    project_ids: list[str],
    known: Known,
    made: dict[str, list[Columns]],
) -> None:
    """Append the columns of every table of one batch of lines."""
    keys = {"data_row_id": value(line, "data_row.id"), "line": number}
    made["data_rows"].append(keys | taken(DATA_ROW, known, line))
    if known.has("embeddings"):
        items, at = each(value(line, "embeddings"), keys)
        vectors, at = each(value(items, "values"), at | taken(EMBEDDING, known, items), "vector_position")
        made["embeddings"].append(at | {"vector": value(vectors, "value")})
    for project_id in project_ids:
        there = value(line, "projects").field(project_id).is_valid()
        project = value(line, f"projects.{project_id}").filter(there)
        at = {name: column.filter(there) for name, column in keys.items()}
        at["project_id"] = pa.array([project_id] * len(project))
        made["projects"].append(at | taken(PROJECT, known, project))
        if known.has("workflow_history"):
            step, below = each(value(project, "project_details.workflow_history"), at)
            made["workflow_history"].append(below | taken(STEP, known, step))
        label, at = each(value(project, "labels"), at, "label_index")
        at["label_id"] = value(label, "id")
        made["labels"].append(at | taken(LABEL, known, label))
        if known.has("objects"):
            features(label, at, known, made)


def features(label: pa.StructArray, keys: Columns, known: Known, made: dict[str, list[Columns]]) -> None:
    """Append objects, and the answers on them and on labels."""
    item, at = each(value(label, "annotations.objects"), keys)
    made["objects"].append(at | taken(OBJECT, known, item))
    if not known.has(ANSWERS):
        return
    at = {name: at[name] for name in keys} | {"object_feature_id": value(item, "feature_id")}
    nothing = {"object_feature_id": pa.nulls(len(label), pa.string())}
    for parent, above in (
        (value(item, ANSWERS), at),
        (value(label, f"annotations.{ANSWERS}"), keys | nothing),
    ):
        question, below = each(parent, above)
        found = below | taken(QUESTION, known, question)
        if known.has("radio_answer"):
            found |= taken(ANSWER, known, value(question, "radio_answer"), "answer_")
        made[ANSWERS].append(found)


def each(lists: pa.ListArray, keys: Columns, position: str = "position") -> tuple[pa.StructArray, Columns]:
    """Return the items of lists, and for each the keys of its list and its position in it."""
    parents = pc.list_parent_indices(lists)
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy()
    starts = np.cumsum(lengths) - lengths
    counted = np.arange(len(parents)) - starts[parents.to_numpy()]
    at = {name: column.take(parents) for name, column in keys.items()}
    return pc.list_flatten(lists), at | {position: pa.array(counted, pa.int32())}


def value(item: pa.StructArray, path: str) -> pa.Array:
    """Return the members under a dotted path, null below a null."""
    return pc.struct_field(item, path.split("."))


def taken(fields: Fields, known: Known, item: pa.StructArray, prefix: str = "") -> Columns:
    """Return the columns for the fields of an item that the export fills."""
    columns = {}
    for column, field in fields.items():
        paths = [path for path in field.paths if known.has(path)]
        if paths:
            columns[prefix + column] = pc.coalesce(*(value(item, path) for path in paths))
    return columns


def arrow_type(type_: Type) -> pa.DataType:
    """Return a type as Arrow has it."""
    match type_:
        case dict():
            return pa.struct([(name, arrow_type(below)) for name, below in type_.items()])
        case [item]:
            return pa.list_(arrow_type(item))
        case _:
            return SCALARS[str(type_)]
