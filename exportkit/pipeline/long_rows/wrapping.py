"""Wrapping: a chunk of members of a long line becomes a line of its own, with the chunk where it stood.

Knows which objects and arrays of a row may come apart: those that the catalogue has, and only where they are
of the type that it says. Everything else is held whole, and decoded as in any other line. The members of the
line, a project or a label are *fields*, which belong together in one row; the members of collections are
*items*, which stand alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from exportkit.json_text import whole_number

__all__ = [
    "Path",
    "in_order",
    "is_fields",
    "is_numbered",
    "joined",
    "kind",
    "label_path",
    "may_enter",
    "wrap",
]

Path = tuple[str | int, ...]

_LABEL_ITEMS = ("objects", "classifications", "relationships", "frames", "segments")
_OTHER_LABEL_ITEMS = ("key_frame_feature_map", "groups", "timestamp")
#: Below a line, by the kind of the step before, the steps that may be entered.
_ENTERED: Mapping[str, tuple[str, ...]] = {
    "line": ("attachments", "metadata_fields", "embeddings", "projects", "experiments"),
    "project": ("labels", "project_details"),
    "project_details": ("workflow_history",),
    "experiment": ("runs",),
    "run": ("labels", "predictions"),
    "label": ("annotations",),
    "annotations": _LABEL_ITEMS + _OTHER_LABEL_ITEMS,
    "frame": ("objects", "classifications"),
    "group": ("frames", "classifications"),
    "moment": ("classifications",),
}
#: What a member of a collection is, where it may be entered itself.
_MEMBERS: Mapping[str, str] = {
    "projects": "project",
    "experiments": "experiment",
    "runs": "run",
    "labels": "label",
    "predictions": "label",
    "frames": "frame",
    "groups": "group",
    "timestamp": "moment",
}
#: Kinds that are arrays; all others are objects, and so are the objects of a frame.
_ARRAYS = frozenset(
    {
        "attachments",
        "metadata_fields",
        "embeddings",
        "labels",
        "predictions",
        "workflow_history",
        "objects",
        "classifications",
        "relationships",
    }
)
#: Kinds whose keys are whole numbers.
_NUMBERED = frozenset({"frames", "timestamp"})
#: Objects whose members belong to one row, or to rows made together.
_FIELDS = frozenset({"line", "project", "project_details", "experiment", "run", "label", "annotations"})


def kind(path: Path) -> str | None:
    """Return what stands at a path: an object by its kind, a collection by its key, else None."""
    here = "line"
    for step in path:
        if here in _MEMBERS:
            here = _MEMBERS[here]
        elif isinstance(step, str) and step in _ENTERED.get(here, ()):
            here = step
        else:
            return None
    return here


def may_enter(path: Path, is_object: bool) -> bool:  # noqa: FBT001 - the type of what stands there
    """Return whether the members of an object (or array) at a path may come apart."""
    what, above = kind(path), kind(path[:-1])
    if what is None or (is_numbered(above) and whole_number(str(path[-1])) is None):
        return False
    return is_object is (what not in _ARRAYS or (what == "objects" and above == "frame"))


def is_numbered(what: str | None) -> bool:
    """Return whether the keys of an object of this kind are whole numbers."""
    return what in _NUMBERED


def in_order(path: Path, key: str | int) -> int:
    """Return where a collection stands among those of the object at `path`, in the order of the catalogue."""
    return _ENTERED[kind(path) or ""].index(str(key))


def is_fields(path: Path) -> bool:
    """Return whether the members at a path are fields that belong to one row."""
    return kind(path) in _FIELDS


def label_path(path: Path) -> Path | None:
    """Return the path of the label in or above `path`, None above the labels."""
    for length in range(len(path) + 1):
        if kind(path[:length]) == "label":
            return path[:length]
    return None


def wrap(path: Path, data: bytes, *, is_object: bool, beside: Mapping[Path, bytes]) -> bytes:
    """Return a line that holds the members `data` at `path`.

    Parameters
    ----------
    path : tuple of str and int
        Where the members stand; an index becomes 0.
    data : bytes
        Members with commas between them.
    is_object : bool
        Whether they have keys.
    beside : mapping of path to bytes
        Members that come before, in the objects above.
    """
    inner = b"{" + joined(beside.get(path), data) + b"}" if is_object else b"[" + data + b"]"
    for length in range(len(path) - 1, -1, -1):
        step = path[length]
        if isinstance(step, str):
            member = msgspec.json.encode(step) + b":" + inner
            inner = b"{" + joined(beside.get(path[:length]), member) + b"}"
        else:
            inner = b"[" + inner + b"]"
    return inner


def joined(*members: bytes | None) -> bytes:
    """Return members with commas between them, leaving out what is empty."""
    return b",".join(one for one in members if one and not one.isspace())
