"""Ontology: takes ids, gives the classes, questions and options that every label of an export repeats."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.corpora.ids import Ids

__all__ = ["Ontology", "Option", "Question", "Tool", "make_ontology"]

CLASSES = (
    "car", "delivery van", "bus", "tram", "bicycle", "e-scooter", "motorbike", "pedestrian", "stroller",
    "traffic light", "traffic sign", "bollard", "crosswalk", "tree", "dog", "Straßenlaterne", "kiosk",
    "construction site", "bench", "パーキングメーター",
)  # fmt: skip
RADIOS = {
    "occlusion": ("none", "partly", "mostly"),
    "condition": ("good", "worn", "broken", "can't tell"),
    "colour": ("black", "white", "grey", "red", "blue", "green", "other"),
    "direction": ("towards camera", "away", "left", "right"),
    "certainty": ("sure", "likely", "guess"),
}
CHECKLISTS = {
    "flags": ("blurred", "cut off", "reflection", "night", "wet", "crowd"),
    "accessories": ("roof box", "trailer", "ladder", "advert"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a question."""

    schema_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its options; no options mean free text."""

    schema_id: str
    name: str
    value: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Tool:
    """A class of objects."""

    schema_id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Ontology:
    """What can be said in a project."""

    id: str
    tools: tuple[Tool, ...]
    radios: tuple[Question, ...]
    checklists: tuple[Question, ...]
    note: Question


def make_ontology(ids: Ids) -> Ontology:
    """Return an ontology of twenty classes with new ids."""
    return Ontology(
        id=ids.one(),
        tools=tuple(Tool(ids.one(), name, _slug(name)) for name in CLASSES),
        radios=tuple(_question(ids, name, options) for name, options in RADIOS.items()),
        checklists=tuple(_question(ids, name, options) for name, options in CHECKLISTS.items()),
        note=_question(ids, "note", ()),
    )


def _question(ids: Ids, name: str, options: tuple[str, ...]) -> Question:
    return Question(
        ids.one(), name, _slug(name), tuple(Option(ids.one(), option, _slug(option)) for option in options)
    )


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_").replace("'", "")
