"""Annotations: takes the choices of a row and its media, gives ``annotations`` in one of five shapes."""

from __future__ import annotations

from typing import Any

from strategies.choices import Choices, JsonObject
from strategies.features import conversational_question, object_of, question, questions, relationship

__all__ = ["FLAT_KINDS", "annotations_of"]

#: Object kinds of the flat media, and the prefix of their relationships.
FLAT_KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "image": (
        ("ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImagePoint", "ImageSegmentationMask"),
        "Image",
    ),
    "text": (("TextEntity",), "Text"),
    "document": (("DocumentBoundingBox", "DocumentEntityToken"), "Document"),
    "geospatial": (("GeoBoundingBox", "GeoPolygon", "GeoPolyline", "GeoPoint"), "Geo"),
    "conversational": (("ConversationalTextEntity",), "Text"),
    "multimodal_chat": (("MessageSingleSelection", "MessageMultiSelection", "MessageRanking"), "Message"),
    "html": ((), ""),
    "preference": ((), ""),
    "prompt_response": ((), ""),
}
VIDEO_KINDS = ("VideoBoundingBox", "VideoSegmentationMask", "VideoPoint", "VideoPolyline", "VideoPolygon")
DICOM_KINDS = ("DICOMPolyline", "DICOMSegmentationMask")
PLANES = ("Axial", "Sagittal", "Coronal")


def annotations_of(pick: Choices, media: str, *, predicted: bool = False) -> JsonObject:
    """Return the annotations of one label."""
    if media == "video":
        return _video(pick)
    if media == "dicom":
        return _dicom(pick)
    if media == "audio":
        return _audio(pick)
    return _flat(pick, media, predicted=predicted)


def _flat(pick: Choices, media: str, *, predicted: bool) -> JsonObject:
    kinds, prefix = FLAT_KINDS[media]
    make = lambda: object_of(pick, pick.one_of(kinds), predicted=predicted)  # noqa: E731  # used twice, here only
    objects = pick.several(make) if kinds else []
    asked = questions(pick, predicted=predicted)
    if media in ("conversational", "multimodal_chat"):
        asked += pick.several(lambda: conversational_question(pick))
    feature_ids = [entry["feature_id"] for entry in objects]
    relationships = pick.several(lambda: relationship(pick, feature_ids, prefix)) if feature_ids else []
    if relationships and pick.yes():
        objects = [*relationships[:1], *objects, *relationships[1:]]
    return {"objects": objects, "classifications": asked, "relationships": relationships}


def _video(pick: Choices) -> JsonObject:
    frames = pick.frames()
    features = pick.several(lambda: object_of(pick, pick.one_of(VIDEO_KINDS)))
    about_frames = pick.several(lambda: question(pick)) if pick.yes() else []
    ids = [feature["feature_id"] for feature in features]
    asked = [feature["feature_id"] for feature in about_frames]
    spanned = [*ids, *_spanned(pick, about_frames)]
    found: JsonObject = {
        "frames": _frames(pick, frames, features, about_frames),
        "segments": {feature_id: _spans(frames) for feature_id in spanned},
        "key_frame_feature_map": _key_frames(pick, list(dict.fromkeys([*asked, *spanned])), frames),
        "classifications": questions(pick),
    }
    if pick.yes():
        del found["key_frame_feature_map"]
    return found


def _dicom(pick: Choices) -> JsonObject:
    groups: JsonObject = {}
    segments: JsonObject = {}
    key_frames: JsonObject = {}
    for plane in PLANES:
        frames = pick.frames()
        features = pick.several(lambda: object_of(pick, pick.one_of(DICOM_KINDS))) if frames else []
        groups[plane] = {
            "name": plane,
            "classifications": questions(pick),
            "frames": _frames(pick, frames, features, []),
        }
        ids = [feature["feature_id"] for feature in features]
        segments[plane] = {feature_id: _spans(frames) for feature_id in ids}
        for feature_id, listed in _key_frames(pick, ids, frames).items():
            key_frames[feature_id] = {**{name: {} for name in PLANES}, plane: listed}
    found = {"groups": groups, "segments": segments, "classifications": questions(pick)}
    return found | pick.some(key_frame_feature_map=key_frames)


def _audio(pick: Choices) -> JsonObject:
    if pick.yes():
        return {"objects": [], "classifications": questions(pick), "relationships": []}
    spoken = pick.several(lambda: question(pick))
    return {
        "classifications": questions(pick),
        "segments": {feature_id: [[1800, 2400], [0, 1200]] for feature_id in _spanned(pick, spoken)},
        "timestamp": {str(moment): {"classifications": spoken} for moment in pick.frames()},
    }


def _frames(
    pick: Choices, frames: list[int], features: list[JsonObject], about_frames: list[JsonObject]
) -> JsonObject:
    """Return frames; a feature keeps its id in all of them, its answers may be missing in some."""
    found: dict[str, Any] = {}
    for frame in frames:
        objects = {}
        for feature in features:
            shown = dict(feature) if pick.yes() else {**feature, "classifications": []}
            objects[feature["feature_id"]] = shown
        found[str(frame)] = {"objects": objects, "classifications": about_frames}
    return found


def _spanned(pick: Choices, asked: list[JsonObject]) -> list[str]:
    """Return what spans of these questions are named after: the options, or the question of a free text.

    Some exports may name the question everywhere.
    """
    if pick.below(4) == 1:
        return [one["feature_id"] for one in asked]
    found = []
    for one in asked:
        options = [*one.get("checklist_answers", ()), *filter(None, [one.get("radio_answer")])]
        found += [option["feature_id"] for option in options] or [one["feature_id"]]
    return found


def _spans(frames: list[int]) -> list[list[int]]:
    """Return spans in no order; the last one lies beyond the frames that are listed."""
    return [[200_000, 200_001], *([frame, frame + 4] for frame in frames[:2])]


def _key_frames(pick: Choices, feature_ids: list[str], frames: list[int]) -> JsonObject:
    if pick.yes():
        return {feature_id: {str(frame): pick.yes() for frame in frames} for feature_id in feature_ids}
    return {feature_id: list(frames) for feature_id in feature_ids}
