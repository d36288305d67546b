"""Flat shapes: takes a scene, gives one line after another of images, texts and embeddings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.corpora.ontology import Tool
from benchmarks.corpora.scene import JsonObject, Scene, header

__all__ = ["FLAT_SHAPES", "flat", "images", "make_boxes"]

ANSWERED_SHARE = 1 / 3
CONSENSUS_LABELS = 8
EMBEDDING_DIMENSIONS = 512


def images(scene: Scene) -> JsonObject:
    """Return an image with about twenty boxes, a third of them with one radio answer."""
    return scene.row(scene.image(), [scene.label(flat(make_boxes(scene, int(scene.rng.poisson(20)))))])


def unknown_fields(scene: Scene) -> JsonObject:
    """Return an image whose boxes all carry a field that the format catalogue does not know."""
    boxes = make_boxes(scene, int(scene.rng.poisson(20)))
    for box, score in zip(boxes, scene.rng.random(len(boxes)).round(3).tolist(), strict=True):
        box["review_hint"] = {"score": score, "by": "autolabel"}
    return scene.row(scene.image(), [scene.label(flat(boxes))])


def small_images(scene: Scene) -> JsonObject:
    """Return an image line of about a kilobyte: one box, no optional section."""
    label = {
        "label_kind": "Default",
        "version": "1.0.0",
        "id": scene.ids.one(),
        "annotations": flat(make_boxes(scene, 1)),
    }
    return scene.bare_row(scene.image(), [label])


def consensus(scene: Scene) -> JsonObject:
    """Return an image that eight people labelled, with scores and a winner."""
    score = round(float(scene.rng.random()), 16)
    labels = [
        scene.label(flat(make_boxes(scene, 2 + scene.below(4))), consensus_score=score)
        for _ in range(CONSENSUS_LABELS)
    ]
    winner = labels[scene.below(CONSENSUS_LABELS)]["id"]
    return scene.row(scene.image(), labels, selected_label_id=winner, expected_labels=CONSENSUS_LABELS)


def nested(scene: Scene) -> JsonObject:
    """Return an image whose boxes carry three levels of answers and checklists."""
    boxes = make_boxes(scene, 8 + scene.below(5), answered=0)
    for box in boxes:
        box["classifications"] = _three_levels(scene)
    questions = [scene.radio(scene.pick_radio()), scene.text(scene.ontology.note)]
    return scene.row(scene.image(), [scene.label(flat(boxes, questions))])


def polygons(scene: Scene) -> JsonObject:
    """Return an image with closed polygons of 50 to 200 vertices."""
    media = scene.image()
    tools = scene.pick_tools(4 + scene.below(8))
    objects = [_polygon(scene, tool, media["width"], media["height"]) for tool in tools]
    return scene.row(media, [scene.label(flat(objects))])


def long_text(scene: Scene) -> JsonObject:
    """Return a text that stands in the line itself, with entities."""
    text = scene.sentence(600 + scene.below(2400))
    objects = [_entity(scene, tool, text) for tool in scene.pick_tools(15)]
    media = {"asset_type": "text", "mime_type": "text/plain"}
    questions = [scene.radio(scene.pick_radio())]
    return scene.row(media, [scene.label(flat(objects, questions))], suffix="txt", row_data=text)


def embeddings(scene: Scene) -> JsonObject:
    """Return an image with one custom vector of 512 numbers."""
    line = images(scene)
    vector = scene.rng.standard_normal(EMBEDDING_DIMENSIONS).round(8).tolist()
    line["embeddings"] = [
        {
            "id": "c200000000000000000000000",
            "name": "Image Embedding V2 (CLIP ViT-B/32)",
            "dimensions": EMBEDDING_DIMENSIONS,
            "is_custom": False,
            "values": [{"value": vector}],
        }
    ]
    return line


#: Shapes whose lines are small enough to build as one object.
FLAT_SHAPES: dict[str, Callable[[Scene], JsonObject]] = {
    shape.__name__: shape
    for shape in (images, small_images, nested, polygons, long_text, embeddings, consensus, unknown_fields)
}


def flat(objects: list[Any], classifications: list[Any] | None = None) -> JsonObject:
    """Return annotations that are neither frames nor groups."""
    return {"objects": objects, "classifications": classifications or [], "relationships": []}


def make_boxes(scene: Scene, count: int, answered: float = ANSWERED_SHARE) -> list[JsonObject]:
    """Return so many boxes, a share of them with one radio answer."""
    corners = (
        scene.rng.integers((0, 0, 8, 8), (700, 1200, 380, 720), size=(count, 4)).astype(np.float64).tolist()
    )
    asked = (scene.rng.random(count) < answered).tolist()
    return [
        {
            **header(scene.ids, tool),
            "annotation_kind": "ImageBoundingBox",
            "classifications": [scene.radio(scene.pick_radio())] if ask else [],
            "bounding_box": {"top": top, "left": left, "height": height, "width": width},
        }
        for tool, ask, (top, left, height, width) in zip(scene.pick_tools(count), asked, corners, strict=True)
    ]


def _three_levels(scene: Scene) -> list[JsonObject]:
    deepest = [scene.text(scene.ontology.note), scene.radio(scene.pick_radio())]
    middle = [scene.checklist(scene.ontology.checklists[0], 1 + scene.below(3), nested=deepest)]
    return [
        scene.radio(scene.pick_radio(), nested=middle),
        scene.checklist(scene.ontology.checklists[1], scene.below(4)),
    ]


def _polygon(scene: Scene, tool: Tool, width: int, height: int) -> JsonObject:
    count = 50 + scene.below(151)
    angles = np.sort(scene.rng.random(count)) * 2 * np.pi
    radii = (0.5 + scene.rng.random(count)) * height / 8
    xs = (width / 2 + radii * np.cos(angles)).round(3).tolist()
    ys = (height / 2 + radii * np.sin(angles)).round(3).tolist()
    ring = [{"x": x, "y": y} for x, y in zip(xs, ys, strict=True)]
    return {
        **header(scene.ids, tool),
        "annotation_kind": "ImagePolygon",
        "classifications": [],
        "polygon": [*ring, ring[0]],
    }


def _entity(scene: Scene, tool: Tool, text: str) -> JsonObject:
    start = scene.below(len(text) - 60)
    end = start + 2 + scene.below(50)
    return {
        **header(scene.ids, tool),
        "annotation_kind": "TextEntity",
        "classifications": [],
        "location": {"start": start, "end": end, "token": text[start : end + 1]},
    }
