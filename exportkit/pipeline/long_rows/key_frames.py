"""Key frames of a long label, kept small between the two passes over its line.

Takes the lists of key frames of features, gives which features have one in a frame, as
`exportkit.flatten.key_frames_by_frame` does. A video of a gigabyte may list millions: they are kept as
numbers of eight bytes, and frames with the same features share one set of them.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any, cast

from exportkit.flatten import KeyFrames, listed_frames

__all__ = ["compact", "turned_round"]

_NONE: frozenset[str] = frozenset()


def compact(found: Any) -> Any:
    """Return what a feature lists, with its lists of numbers as arrays."""
    if isinstance(found, dict):
        return {key: compact(one) for key, one in found.items()}
    if isinstance(found, list):
        try:
            return array("q", found)
        except (OverflowError, TypeError):
            return found
    return found


def turned_round(lists: Mapping[str, Any], plane: str | None) -> KeyFrames | None:
    """Return the key frames of one plane (None: of a video), or None when there are none at all."""
    listed: set[str] = set()
    by_frame: dict[int, frozenset[str]] = {}
    with_feature: dict[tuple[frozenset[str], str], frozenset[str]] = {}
    for feature, found in lists.items():
        frames = listed_frames(_unpacked(found), plane)
        if frames is None:
            continue
        listed.add(feature)
        for frame, is_key in frames:
            if is_key:
                step = by_frame.get(frame, _NONE), feature
                if step not in with_feature:
                    with_feature[step] = step[0] | {feature}
                by_frame[frame] = with_feature[step]
    return KeyFrames(listed, cast("dict[int, set[str]]", by_frame)) if listed else None


def _unpacked(found: Any) -> Any:
    if isinstance(found, dict):
        return {key: _unpacked(one) for key, one in found.items()}
    return list(found) if isinstance(found, array) else found
