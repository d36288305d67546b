"""polars with explicit schemas, `pl.Map` for keyed dictionaries.

Lines are decoded once into typed frames, then there is one `sink_parquet` per table. They are read as text
and decoded with `str.json_decode`, which took a tenth of the time of `read_ndjson` with the same schema. The
`objects` table alone is written without standing in memory, where no key frames have to be joined.

Where the comparison favours polars: its schema is cut to the keys that this export fills and to the levels
of its answers; fields nobody knows are dropped; a line that is no JSON ends the job; key frames are
understood in the list form only; `label_index` counts within the project, byte offsets are missing,
classifications are out of order.

Where it favours exportkit: polars holds all typed lines in memory. ``POLARS_MAX_THREADS`` has to be set
before polars is imported, which the command of this package does.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import polars as pl

from benchmarks.versus.fields import (
    ANSWER,
    ATTACHMENT,
    DATA_ROW,
    EMBEDDING,
    LABEL,
    METADATA,
    OBJECT,
    PROJECT,
    QUESTION,
    RELATIONSHIP,
    STEP,
    Fields,
)
from benchmarks.versus.line_types import Known, all_columns, look_at, object_columns
from benchmarks.versus.polars_levels import LABEL_IDS, Levels, dtype, each, entries, taken, value

__all__ = ["convert"]

ROWS_A_GROUP = 100_000
LABEL_KEYS = (*LABEL_IDS, pl.lit("project").alias("origin"))
TAIL = (pl.lit(None, pl.String()).alias("extra"), pl.lit("export").alias("export_id"))
#: The key that fills a table, where it is not the table's name.
FILLED_BY = {"data_rows": "data_row", "metadata": "metadata_fields", "key_frames": "key_frame_feature_map"}
TOP_SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects")
LABEL_SECTIONS = ("label_details", "performance_details", "performance_details_v2")


def convert(
    source: Path, destination: Path, *, tables: Collection[str] | None = None, threads: int = 2
) -> dict[str, int]:
    """Write the tables of an export as Parquet files and return their rows; `threads` is set from outside."""
    del threads
    alone = tables is not None and set(tables) == {"objects"}
    known = look_at(source)
    known = known._replace(keys=known.keys - {"classifications"}) if alone else known
    columns = object_columns(known) if alone else all_columns(known)
    typed = pl.Struct({name: dtype(type_) for name, type_ in columns.items()})
    lines = pl.scan_lines(source, name="text").select(pl.col("text").str.json_decode(typed)).unnest("text")
    if not alone or known.has("key_frame_feature_map"):
        lines = lines.collect().lazy()
    levels = Levels(lines.with_row_index("line", 1).with_columns(pl.col("line").cast(pl.Int64)), known)
    rows = {}
    for name, make in TABLES.items():
        if known.has(FILLED_BY.get(name, name)) and (tables is None or name in tables):
            path = destination / f"{name}.parquet"
            make(levels).with_columns(*TAIL).sink_parquet(
                path, compression="zstd", compression_level=1, row_group_size=ROWS_A_GROUP
            )
            rows[name] = pl.scan_parquet(path).select(pl.len()).collect().item()
    return rows


def data_rows(levels: Levels) -> pl.LazyFrame:
    """Return `data_rows`."""
    kind = value("media_attributes.asset_type") if levels.known.has("asset_type") else pl.lit("unknown")
    return levels.lines.select(
        "line",
        *taken(DATA_ROW, levels.known),
        kind.alias("media_type"),
        sections(levels.known, "", TOP_SECTIONS),
        pl.lit("v2").alias("export_version"),
        pl.lit("export.ndjson").alias("source_uri"),
    )


def of_line(levels: Levels, items: str, fields: Fields) -> pl.LazyFrame:
    """Return a table of a list at the top of the line."""
    found = each(levels.lines.select("line", "data_row_id", items), pl.col(items), "item")
    return found.select("line", "data_row_id", "position", *taken(fields, levels.known, "item."))


def embeddings(levels: Levels) -> pl.LazyFrame:
    """Return `embeddings`."""
    items = each(levels.lines.select("line", "data_row_id", "embeddings"), pl.col("embeddings"), "item")
    vectors = each(items, value("item.values"), "vector", "vector_position")
    keys = ("line", "data_row_id", "position", "vector_position", value("vector.value").alias("vector"))
    return vectors.select(*keys, *taken(EMBEDDING, levels.known, "item."))


def projects(levels: Levels) -> pl.LazyFrame:
    """Return `projects`."""
    known = levels.known
    named = sections(known, "project.", ("project_details",))
    return levels.projects.select(
        "line", "data_row_id", "project_id", *taken(PROJECT, known, "project."), named
    )


def workflow_history(levels: Levels) -> pl.LazyFrame:
    """Return `workflow_history`."""
    steps = each(levels.projects, value("project.project_details.workflow_history"), "step")
    return steps.select("line", "data_row_id", "project_id", "position", *taken(STEP, levels.known, "step."))


def labels(levels: Levels) -> pl.LazyFrame:
    """Return `labels`."""
    known = levels.known
    made = value("label.label_details.created_at") if known.has("label_details.created_at") else pl.lit(0)
    path = "project_details.selected_label_id"
    selected = value(f"project.{path}") if known.has(path) else pl.lit(None, pl.String())
    return levels.labels.select(
        *LABEL_KEYS,
        pl.col("label_index").alias("position"),
        *taken(LABEL, known, "label."),
        sections(known, "label.", LABEL_SECTIONS),
        pl.lit("video" if known.has("frames") else "flat").alias("container"),
        (selected == pl.col("label_id")).alias("is_selected"),
        (made == made.max().over("line", "project_id")).alias("is_latest"),
    )


def objects(levels: Levels) -> pl.LazyFrame:
    """Return `objects`."""
    found = levels.objects().with_columns(feature_id=value("object.feature_id"))
    listed = pl.lit(None, pl.Boolean()).alias("is_key_frame")
    if levels.known.has("key_frame_feature_map"):
        by = ["label_id", "feature_id", "frame"]
        key_frames = levels.key_frames().select(*by, is_key_frame=pl.lit(value=True))
        found = found.join(key_frames, on=by, how="left", maintain_order="left")
        listed = pl.col("is_key_frame").fill_null(value=False)
    columns = taken(OBJECT, levels.known, "object.")
    return found.select(
        *LABEL_KEYS, "frame", "position", *columns, listed, pl.lit("px").alias("coordinate_unit")
    )


def classifications(levels: Levels) -> pl.LazyFrame:
    """Return `classifications`, a level of questions after another."""
    keys = ("frame", "object_feature_id", "parent_answer_feature_id", "depth", "position")
    columns = (
        *taken(QUESTION, levels.known, "question."),
        *taken(ANSWER, levels.known, "answer.", "answer_"),
        pl.col("path").alias("answer_path"),
    )
    found = [
        level.select(*LABEL_KEYS, *keys, "answer_type", "answer_position", *columns)
        for level in levels.answers()
    ]
    return pl.concat(found)


def relationships(levels: Levels) -> pl.LazyFrame:
    """Return `relationships`."""
    found = each(levels.labels, value("label.annotations.relationships"), "item")
    return found.select(*LABEL_KEYS, "position", *taken(RELATIONSHIP, levels.known, "item."))


def segments(levels: Levels) -> pl.LazyFrame:
    """Return `segments`."""
    found = entries(levels.labels, "label.annotations.segments", "feature_id", "spans", LABEL_IDS)
    ends = {"span_start": pl.col("span").list.get(0), "span_end": pl.col("span").list.get(1)}
    return each(found, pl.col("spans"), "span").select(
        *LABEL_KEYS, "feature_id", "position", unit=pl.lit("frame"), **ends
    )


def key_frames(levels: Levels) -> pl.LazyFrame:
    """Return `key_frames`."""
    return levels.key_frames().select(*LABEL_KEYS, "feature_id", "frame", is_key_frame=pl.lit(value=True))


def sections(known: Known, item: str, names: tuple[str, ...]) -> pl.Expr:
    """Return the column that lists which optional parts an item has."""
    parts = [
        pl.when(value(f"{item}{name}").is_not_null()).then(pl.lit(name)) for name in names if known.has(name)
    ]
    found = pl.concat_list(parts).list.drop_nulls() if parts else pl.lit([], pl.List(pl.String()))
    return found.alias("sections")


#: What makes a table out of the levels.
TABLES = {
    "data_rows": data_rows,
    "attachments": lambda levels: of_line(levels, "attachments", ATTACHMENT),
    "metadata": lambda levels: of_line(levels, "metadata_fields", METADATA),
    "embeddings": embeddings,
    "projects": projects,
    "workflow_history": workflow_history,
    "labels": labels,
    "objects": objects,
    "classifications": classifications,
    "relationships": relationships,
    "segments": segments,
    "key_frames": key_frames,
}
