"""Video shapes: takes a scene, gives lines of frames; a single line of any size comes in chunks."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from benchmarks.corpora.scene import JsonObject, Scene, header

__all__ = ["one_video_row", "video"]

LABELS = 3
TRACKS = 5
KEY_FRAME_EVERY = 10
FRAMES_PER_CHUNK = 256
ANSWERED_TRACKS = 1

encode = msgspec.json.encode


def video(scene: Scene) -> JsonObject:
    """Return a video with a few labels of a few hundred frames and five tracked objects each: 1 to 3 MB."""
    count = 200 + scene.below(360)
    labels = []
    for _ in range(LABELS):
        tracks = _tracks(scene)
        frames: JsonObject = {}
        for start in range(1, count + 1, FRAMES_PER_CHUNK):
            frames |= _frames(scene, tracks, start, min(start + FRAMES_PER_CHUNK, count + 1))
        labels.append(scene.label({"frames": frames, **_spans(scene, tracks, count)}, kind="Video"))
    return scene.row(_media(count), labels, suffix="mp4")


def one_video_row(scene: Scene, size_bytes: int) -> Iterator[bytes]:
    """Yield one line of about `size_bytes` bytes in chunks, in memory that does not grow with it."""
    tracks = _tracks(scene)
    label = scene.label({"frames": {}, "rest": {}}, kind="Video")
    head, _, after = encode(scene.row(_media(None), [label], suffix="mp4")).partition(b'"frames":{}')
    rest, _, tail = after.partition(b',"rest":{}')
    written = len(head)
    yield head + b'"frames":{'
    count = 0
    while count == 0 or written < size_bytes:
        chunk = encode(_frames(scene, tracks, count + 1, count + 1 + FRAMES_PER_CHUNK))
        yield chunk[1:-1] if count == 0 else b"," + chunk[1:-1]
        written += len(chunk)
        count += FRAMES_PER_CHUNK
    spans = encode(_spans(scene, tracks, count))
    yield b"}," + spans[1:-1] + rest + tail + b"\n"


def _media(frame_count: int | None) -> JsonObject:
    media: JsonObject = {"height": 1080, "width": 1920, "asset_type": "video", "mime_type": "video/mp4"}
    media["frame_rate"] = 29.97002997002997
    if frame_count is not None:
        media["frame_count"] = frame_count
    return media


def _tracks(scene: Scene) -> list[JsonObject]:
    """Return the objects of a label without their geometry; the first carries an answer."""
    tracks: list[JsonObject] = []
    for number, tool in enumerate(scene.pick_tools(TRACKS)):
        answers = [scene.radio(scene.pick_radio())] if number < ANSWERED_TRACKS else []
        tracks.append(
            {**header(scene.ids, tool), "annotation_kind": "VideoBoundingBox", "classifications": answers}
        )
    return tracks


def _frames(scene: Scene, tracks: list[JsonObject], start: int, end: int) -> JsonObject:
    shape = (end - start, len(tracks), 4)
    walk = scene.rng.normal(0, 2, size=shape).cumsum(axis=0) + scene.rng.uniform(50, 700, size=shape[1:])
    boxes = np.abs(walk).round(3).tolist()
    return {
        str(start + offset): {
            "objects": {
                track["feature_id"]: {
                    **track,
                    "bounding_box": {"top": top, "left": left, "height": height, "width": width},
                }
                for track, (top, left, height, width) in zip(tracks, row, strict=True)
            },
            "classifications": [],
        }
        for offset, row in enumerate(boxes)
    }


def _spans(scene: Scene, tracks: list[JsonObject], count: int) -> JsonObject:
    """Return what stands beside the frames: segments, key frames and answers about the whole video."""
    key_frames = list(range(1, count + 1, KEY_FRAME_EVERY))
    return {
        "segments": {track["feature_id"]: [[1, count]] for track in tracks},
        "key_frame_feature_map": {track["feature_id"]: key_frames for track in tracks},
        "classifications": [scene.radio(scene.pick_radio())],
    }
