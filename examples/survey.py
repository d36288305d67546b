"""The survey behind the example export: an invented river, its people and what they mark.

Takes a seed, gives annotations of every media type; does not know data rows and projects.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

__all__ = ["ANNOTATE", "PEOPLE", "SIGHTINGS", "JsonObject", "Survey", "flat", "image"]

JsonObject = dict[str, Any]

FIRST_DAY = datetime(2025, 4, 1, 6, 30, tzinfo=UTC)
PEOPLE = ("ines@elsbach.example", "tomas@elsbach.example", "yuki@elsbach.example")
SIGHTINGS = (
    ("Saw a kingfisher at {reach}, fishing from the alder on the left bank.", "kingfisher"),
    ("Otter spraint on the stones below {reach}. Fresh, with fish scales — größer als gestern.", "Otter"),
    ("Two mute swans with five cygnets passed {reach} at noon.", "mute swans"),
    ("Himalayan balsam is back at {reach}; about forty plants.", "Himalayan balsam"),
)


class Survey:
    """The people, projects and classes of the survey, and its random choices."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.schema_ids: dict[str, str] = {}
        self.dataset = self.id()
        self.projects = {name: self.id() for name in ("River survey", "Water quality", "Second opinion")}
        self.tasks = {name: self.id() for name in ("Initial labeling task", "Review")}
        self.ontology = self.id()
        self.rows = 0

    def id(self) -> str:
        """Return a new id."""
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"
        return "cm" + "".join(digits[index] for index in self.rng.integers(0, 36, 23))

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to `limit`, exclusive."""
        return int(self.rng.integers(0, limit))

    def one_of(self, *options: Any) -> Any:
        """Return one of `options`."""
        return options[self.below(len(options))]

    def moment(self, days: int = 0) -> str:
        """Return a timestamp of the working day that comes `days` after the row was made."""
        seconds = self.below(8 * 3600) + self.below(1000) / 1000
        moment = FIRST_DAY + timedelta(days=self.rows // 2 + days, seconds=seconds)
        return moment.isoformat(timespec="milliseconds")

    def header(self, name: str) -> JsonObject:
        """Return the header of a feature; a class keeps its schema id."""
        schema_id = self.schema_ids.get(name) or self.schema_ids.setdefault(name, self.id())
        value = name.lower().replace(" ", "_")
        return {"feature_id": self.id(), "feature_schema_id": schema_id, "name": name, "value": value}

    def option(self, name: str, *nested: JsonObject, **more: Any) -> JsonObject:
        """Return an option of a question."""
        return {**self.header(name), "classifications": list(nested), **more}

    def radio(self, question: str, *names: str, nested: tuple[JsonObject, ...] = ()) -> JsonObject:
        """Return a question answered with one of `names`."""
        return {**self.header(question), "radio_answer": self.option(self.one_of(*names), *nested)}

    def checklist(self, question: str, *names: str) -> JsonObject:
        """Return a question answered with some of `names`, perhaps none."""
        ticked = [name for name in names if self.below(2)]
        return {**self.header(question), "checklist_answers": [self.option(name) for name in ticked]}

    def text(self, question: str, content: str) -> JsonObject:
        """Return a question answered in free text."""
        return {**self.header(question), "text_answer": {"content": content}}

    def object(self, name: str, kind: str, *answers: JsonObject, **geometry: Any) -> JsonObject:
        """Return an object with its geometry."""
        return {
            **self.header(name), "annotation_kind": kind, "classifications": list(answers), **geometry,
        }  # fmt: skip

    def box(self, scale: int = 3000) -> JsonObject:
        """Return a bounding box."""
        top, left, height, width = (float(value) for value in self.rng.integers(10, scale // 3, 4))
        return {"top": top, "left": left, "height": height, "width": width}

    def ring(self) -> list[JsonObject]:
        """Return the vertices of a closed polygon."""
        angles = np.linspace(0, 2 * np.pi, 9 + self.below(8), endpoint=False)
        radii = 200 + 150 * self.rng.random(len(angles))
        xs, ys = (2000 + radii * np.cos(angles)).round(3), (1500 + radii * np.sin(angles)).round(3)
        ring = [{"x": float(x), "y": float(y)} for x, y in zip(xs, ys, strict=True)]
        return [*ring, ring[0]]


def flat(
    objects: list[JsonObject],
    classifications: list[JsonObject],
    relationships: list[JsonObject] | None = None,
) -> JsonObject:
    """Return annotations of all media types but video and audio."""
    return {"objects": objects, "classifications": classifications, "relationships": relationships or []}


def image(survey: Survey, _content: str) -> JsonObject:
    """Return annotations of a drone photograph."""
    litter = [
        survey.object(
            survey.one_of("plastic bottle", "tyre", "shopping trolley"), "ImageBoundingBox",
            survey.radio(
                "removable", "by hand", "with a boat", "no",
                nested=(survey.text("how", "from the left bank"), survey.checklist("tools", "hook", "net")),
            ),
            bounding_box=survey.box(),
        )
        for _ in range(survey.below(4))
    ]  # fmt: skip
    reeds = survey.object(
        "reed bed", "ImagePolygon", survey.radio("density", "thin", "thick"), polygon=survey.ring()
    )
    bank = survey.object("bank line", "ImagePolyline", line=survey.ring()[:5])
    gauge = survey.object("water gauge", "ImagePoint", point={"x": 812.5, "y": 1900.25})
    algae = survey.object("algae", "ImageSegmentationMask")
    project, base = survey.projects["River survey"], "https://api.labelbox.com/api/v1"
    algae["mask"] = {"url": f"{base}/projects/{project}/annotations/{algae['feature_id']}/index/1/mask"}
    algae["composite_mask"] = {"url": f"{base}/tasks/{survey.id()}/masks/{survey.id()}/index/1"}
    algae["composite_mask"]["color_rgb"] = [survey.below(256) for _ in range(3)]
    seen = [thing for thing in (reeds, bank, gauge, algae) if survey.below(3)]
    relationships = []
    if litter and reeds in seen:
        ends = {"source": litter[0]["feature_id"], "target": reeds["feature_id"]}
        caught = {"annotation_kind": "ImageUnidirectionalRelationship", "classifications": []}
        relationships.append({**survey.header("caught in"), **caught, "unidirectional_relationship": ends})
    about = [
        survey.radio("light", "sun", "overcast", "dusk"),
        survey.checklist("weather", "wind", "rain", "fog"),
    ]
    return flat([*litter, *seen], about, relationships)


def video(survey: Survey, _content: str) -> JsonObject:
    """Return boats that pass under the bridge; every fifth frame is a key frame."""
    first = 1 + survey.below(100)
    frames: dict[str, JsonObject] = {}
    key_frames = list(range(first, first + 20, 5))
    boats = [survey.object(survey.one_of("canoe", "barge", "swan"), "VideoBoundingBox") for _ in range(2)]
    crew = survey.radio("crew visible", "yes", "no")
    for frame in range(first, first + 20, 1 + survey.below(2)):
        shown = {}
        for lane, boat in enumerate(boats):
            place = {"top": 200.0 + 150 * lane, "left": 4.5 * (frame - first), "height": 60.0, "width": 140.0}
            answers = [crew] if lane == 0 and frame < first + 10 else []
            shown[boat["feature_id"]] = {**boat, "classifications": answers, "bounding_box": place}
        frames[str(frame)] = {"objects": shown, "classifications": []}
    ids = [boat["feature_id"] for boat in boats]
    return {
        "frames": frames,
        "segments": {feature_id: [[first, first + 19]] for feature_id in ids},
        "key_frame_feature_map": dict.fromkeys(ids, key_frames),
        "classifications": [survey.radio("river level", "low", "normal", "flood")],
    }


def text(survey: Survey, content: str) -> JsonObject:
    """Return the species in a volunteer's note."""
    species = next(species for _, species in SIGHTINGS if species in content)
    start = content.index(species)
    location = {"start": start, "end": start + len(species) - 1, "token": species}
    entity = survey.object("species", "TextEntity", survey.radio("certain", "yes", "no"), location=location)
    return flat([entity], [survey.radio("urgent", "no", "yes"), survey.text("summary", species)])


def document(survey: Survey, _content: str) -> JsonObject:
    """Return tables and terms marked in a laboratory report."""
    page = {"page_number": 1 + survey.below(3), "page_dimensions": {"height": 842.0, "width": 595.0}}
    table = survey.object("table", "DocumentBoundingBox", bounding_box=survey.box(600), **page)
    tokens = [f"{survey.below(10**8):08d}-0000-4000-8000-00000000000{number}" for number in range(2)]
    group = {"id": tokens[0], "page_number": page["page_number"], "tokens": tokens, "text": "nitrate 11.2"}
    value = survey.object("reading", "DocumentEntityToken", location={"groups": [group]})
    return flat([table, value], [survey.radio("laboratory", "Elsbach Labs", "county")])


def audio(survey: Survey, _content: str) -> JsonObject:
    """Return the transcript of a voice message, sentence by sentence."""
    caller = survey.header("caller")
    sentences = [(0, 2400, "there is foam on the water"), (3100, 5200, "near the ferry steps")]
    moments: JsonObject = {}
    for start, end, words in sentences:
        answer = {**caller, "text_answer": {"content": words, "classifications": []}}
        moments |= {str(moment): {"classifications": [answer]} for moment in (start, end)}
    return {
        "classifications": [survey.radio("audible", "yes", "hardly")],
        "segments": {caller["feature_id"]: [[start, end] for start, end, _ in sentences]},
        "timestamp": moments,
    }


def conversational(survey: Survey, content: str) -> JsonObject:
    """Return the place and the intent of a resident's message to the hotline."""
    message = json.loads(content)["messages"][1]
    span = {"start": message["content"].index(" at ") + 4, "end": message["content"].index(" is ") - 1}
    location = {"message_id": message["messageId"], "location": span}
    place = survey.object("place", "ConversationalTextEntity", conversational_location=location)
    intent = {**survey.header("intent"), "message_id": "2"}
    intent["conversational_radio_answer"] = survey.option(survey.one_of("report", "question", "thanks"))
    return flat([place], [intent, survey.radio("solved", "yes", "no")])


def geospatial(survey: Survey, _content: str) -> JsonObject:
    """Return an outfall and a catchment on a satellite map."""
    lon, lat = 10.25 + survey.below(100) / 1000, 50.5 + survey.below(100) / 1000
    ring = [[lon, lat], [lon, lat + 0.01], [lon + 0.01, lat + 0.01], [lon + 0.01, lat], [lon, lat]]
    area = survey.object("catchment", "GeoPolygon", geojson={"type": "Polygon", "coordinates": [ring]})
    outfall = survey.object("outfall", "GeoPoint", geojson={"type": "Point", "coordinates": [lon, lat]})
    return flat([area, outfall], [survey.radio("season", "spring", "summer")])


ANNOTATE: dict[str, Callable[[Survey, str], JsonObject]] = {
    "image": image,
    "video": video,
    "text": text,
    "document": document,
    "audio": audio,
    "conversational": conversational,
    "geospatial": geospatial,
}
