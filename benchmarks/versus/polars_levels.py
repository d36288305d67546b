"""The levels that polars' tables are made from: takes typed lines, gives one lazy frame per level.

A level has the keys of all levels above and a column of structs: ``project``, ``label``, ``frame``,
``object``, ``question`` or ``answer``.
"""

from __future__ import annotations

import polars as pl

from benchmarks.versus.fields import ANSWER_FORMS, Fields, Keyed, Type
from benchmarks.versus.line_types import Known

__all__ = ["LABEL_IDS", "Levels", "dtype", "each", "entries", "taken", "value"]

LABEL_IDS = ("line", "data_row_id", "project_id", "label_id", "label_index")
HOLDER_IDS = (*LABEL_IDS, "frame", "object_feature_id", "parent_answer_feature_id", "above")
SCALARS: dict[str, pl.DataType] = {
    "text": pl.String(),
    "int": pl.Int64(),
    "int32": pl.Int32(),
    "float": pl.Float64(),
    "bool": pl.Boolean(),
    "time": pl.Datetime("us", "UTC"),
    "json": pl.String(),
}


class Levels:
    """Every level of an export, over the same lines.

    Parameters
    ----------
    lines : polars.LazyFrame
        Typed lines with their number in `line`.
    known : Known
        What the export holds.
    """

    def __init__(self, lines: pl.LazyFrame, known: Known) -> None:
        self.known = known
        self.lines = lines.with_columns(data_row_id=value("data_row.id"))
        self.projects = entries(self.lines, "projects", "project_id", "project", ("line", "data_row_id"))
        labels = each(self.projects, value("project.labels"), "label", "label_index")
        self.labels = labels.with_columns(label_id=value("label.id"))

    def frames(self) -> pl.LazyFrame:
        """Return one row per frame."""
        found = entries(self.labels, "label.annotations.frames", "frame", "held", LABEL_IDS)
        return found.with_columns(pl.col("frame").cast(pl.Int64))

    def objects(self) -> pl.LazyFrame:
        """Return one row per object, flat or in its frame."""
        if self.known.has("frames"):
            return each(self.frames(), value("held.objects").map.values(), "object").drop("held")
        flat = each(self.labels, value("label.annotations.objects"), "object")
        return flat.select(*LABEL_IDS, "position", "object", frame=pl.lit(None, pl.Int64()))

    def key_frames(self) -> pl.LazyFrame:
        """Return one row per key frame of a feature."""
        found = entries(
            self.labels, "label.annotations.key_frame_feature_map", "feature_id", "frame", LABEL_IDS
        )
        return found.explode("frame")

    def answers(self) -> list[pl.LazyFrame]:
        """Return one row per answer or unanswered question, in one frame per level of questions."""
        found = [self._answers_to(self._questions(), 0)]
        for depth in range(1, self.known.levels):
            # Plans over plans of nested answers take seconds to optimise: each level stands in memory.
            found[-1] = found[-1].collect().lazy()
            above = found[-1].drop("position")
            parent = pl.coalesce(value("answer.feature_id"), value("question.feature_id"))
            above = above.with_columns(parent_answer_feature_id=parent, above="path")
            questions = each(above, value("answer.classifications"), "question")
            found.append(self._answers_to(questions, depth))
        return found

    def _questions(self) -> pl.LazyFrame:
        """Return one row per question of an object, a label or a frame."""
        nothing = pl.lit(None, pl.String())
        objects = self.objects().with_columns(held=value("object.classifications")).drop("position")
        held = [objects.with_columns(object_feature_id=value("object.feature_id"))]
        labels = self.labels.with_columns(held=value("label.annotations.classifications"))
        held.append(labels.with_columns(frame=pl.lit(None, pl.Int64()), object_feature_id=nothing))
        if self.known.has("frames"):
            frames = self.frames().with_columns(held=value("held.classifications"))
            held.append(frames.with_columns(object_feature_id=nothing))
        top = {"parent_answer_feature_id": nothing, "above": pl.lit([], pl.List(pl.String()))}
        found = pl.concat(
            [
                each(one.with_columns(**top).select(*HOLDER_IDS, "held"), pl.col("held"), "question")
                for one in held
            ]
        )
        return found.drop("held")

    def _answers_to(self, questions: pl.LazyFrame, depth: int) -> pl.LazyFrame:
        """Return the answers to questions of one level, one form after another."""
        columns = [*HOLDER_IDS, "position", "question", "answer", "answer_type", "answer_position"]
        forms, unanswered = [], pl.lit(value=True)
        for form, is_list in ANSWER_FORMS.items():
            if not self.known.has(form):
                continue
            given = value(f"question.{form}")
            there = (given.list.len().fill_null(0) > 0) if is_list else given.is_not_null()
            unanswered &= ~there
            these = questions.filter(there).with_columns(answer_type=pl.lit(form.partition("_")[0]))
            if is_list:
                these = each(these, given, "answer", "answer_position")
            else:
                these = these.with_columns(answer=given, answer_position=pl.lit(0, pl.Int32()))
            forms.append(these.select(columns))
        missing = {
            name: pl.lit(None, forms[0].collect_schema()[name])
            for name in ("answer", "answer_type", "answer_position")
        }
        forms.append(questions.filter(unanswered).with_columns(**missing).select(columns))
        names = pl.concat_list(value("question.name"), value("answer.name")).list.drop_nulls()
        path = pl.concat_list("above", names)
        return pl.concat(forms).with_columns(depth=pl.lit(depth, pl.Int32()), path=path)


def entries(frame: pl.LazyFrame, path: str, key: str, name: str, keys: tuple[str, ...]) -> pl.LazyFrame:
    """Return a row for each entry of a keyed dictionary."""
    found = frame.select(*keys, entry=value(path).map.entries()).explode("entry", keep_nulls=False)
    return found.select(*keys, value("entry.key").alias(key), value("entry.value").alias(name))


def each(frame: pl.LazyFrame, items: pl.Expr, name: str, position: str = "position") -> pl.LazyFrame:
    """Return a row for each item of a list, with its position from 0."""
    filled = frame.with_columns(items.alias(name)).filter(pl.col(name).list.len() > 0)
    counted = filled.with_columns(pl.int_ranges(pl.col(name).list.len(), dtype=pl.Int32()).alias(position))
    return counted.explode(name, position)


def value(path: str) -> pl.Expr:
    """Return the value under a dotted path that begins with a column."""
    column, *parts = path.split(".")
    found = pl.col(column)
    for part in parts:
        found = found.struct.field(part)
    return found


def taken(fields: Fields, known: Known, item: str = "", prefix: str = "") -> list[pl.Expr]:
    """Return the columns for the fields of an item, null where the export never fills them."""
    columns = []
    for column, field in fields.items():
        found = [value(f"{item}{path}") for path in field.paths if known.has(path)]
        one = pl.coalesce(*found) if found else pl.lit(None, dtype(field.type))
        columns.append(one.alias(f"{prefix}{column}"))
    return columns


def dtype(type_: Type) -> pl.DataType:
    """Return a type as polars has it; keyed dictionaries are maps, whose keys JSON gives as strings."""
    match type_:
        case Keyed(_, below):
            return pl.Map(pl.String(), dtype(below))
        case dict():
            return pl.Struct({name: dtype(below) for name, below in type_.items()})
        case [item]:
            return pl.List(dtype(item))
        case _:
            return SCALARS[str(type_)]
