"""The typed schema of a line, for rivals that read JSON into one.

Takes the hand-written fields and what an export holds; gives types, cut to what this export fills.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from benchmarks.versus.fields import (
    ANSWER,
    ANSWER_FORMS,
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
    Keyed,
    Type,
)

__all__ = ["Known", "all_columns", "look_at", "object_columns"]

#: Bytes of the export's beginning and end that its author looks at.
SAMPLE_BYTES = 500_000
#: Levels of questions where answers are nested at all; these schemas cannot be recursive.
NESTED_LEVELS = 3

Members = dict[str, Type]


class Known(NamedTuple):
    """What the author of the schema knows of the export: keys that are ever filled, levels of questions."""

    keys: frozenset[str]
    levels: int

    def has(self, path: str) -> bool:
        """Return whether every key of a dotted path is ever filled."""
        return self.keys.issuperset(path.split("."))


def look_at(source: Path) -> Known:
    """Look at both ends of an export, as the author of a schema for it does (a few milliseconds)."""
    with source.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
        file.seek(max(0, source.stat().st_size - SAMPLE_BYTES))
        sample += file.read()
    keys = re.findall(rb'"(\w+)": ?(?!null|\[\]|\{\})', sample)
    nested = re.search(rb'_answers?": ?\[?\{[^{}]*"classifications": ?\[\{', sample)
    return Known(frozenset(key.decode() for key in set(keys)), NESTED_LEVELS if nested else 1)


def all_columns(known: Known) -> Members:
    """Return the type of every top-level column, for all tables."""
    line = members(DATA_ROW, known)
    line["attachments"] = [members(ATTACHMENT, known)]
    line["metadata_fields"] = [members(METADATA, known)]
    line["embeddings"] = [members(EMBEDDING, known) | {"values": [{"value": ["float"]}]}]
    project = members(PROJECT, known)
    details = project.get("project_details")
    if isinstance(details, dict):
        details["workflow_history"] = [members(STEP, known)]
    label = members(LABEL, known)
    label |= {"id": "text", "annotations": annotation_members(known, with_answers=True)}
    project["labels"] = [label]
    line["projects"] = Keyed("text", project)
    return {name: type_ for name, type_ in line.items() if known.has(name)}


def object_columns(known: Known) -> Members:
    """Return the types of the top-level columns that the `objects` table alone needs."""
    label: Members = {"id": "text", "annotations": annotation_members(known, with_answers=False)}
    return {"data_row": {"id": "text"}, "projects": Keyed("text", {"labels": [label]})}


def annotation_members(known: Known, *, with_answers: bool) -> Members:
    """Return the members of `annotations` that the export fills."""
    questions: Type = [question(known, known.levels)]
    object_ = members(OBJECT, known)
    inside: Members = {"key_frame_feature_map": Keyed("text", ["int"])}
    frame: Members = {}
    if with_answers and known.has("classifications"):
        object_["classifications"] = frame["classifications"] = inside["classifications"] = questions
    if with_answers:
        inside["relationships"] = [members(RELATIONSHIP, known)]
        inside["segments"] = Keyed("text", [["int"]])
    frame["objects"] = Keyed("text", object_)
    inside["objects"] = [object_]
    inside["frames"] = Keyed("int", frame)
    return {name: type_ for name, type_ in inside.items() if known.has(name)}


def question(known: Known, levels: int) -> Members:
    """Return the type of a question whose answers nest so many levels."""
    answer = members(ANSWER, known)
    if levels > 1:
        answer["classifications"] = [question(known, levels - 1)]
    forms: Members = {
        form: [answer] if is_list else answer for form, is_list in ANSWER_FORMS.items() if known.has(form)
    }
    return members(QUESTION, known) | forms


def members(fields: Fields, known: Known) -> Members:
    """Return the nested members that these fields need, as far as the export fills them."""
    root: Members = {}
    for field in fields.values():
        for path in filter(known.has, field.paths):
            *parents, leaf = path.split(".")
            node = root
            for parent in parents:
                below = node.setdefault(parent, {})
                if isinstance(below, dict):
                    node = below
            node[leaf] = field.type
    return root
