"""Objects: rows of the table ``objects`` as the features that they were, geometry and all.

Takes records, gives objects. The annotation kind says which of several keys the shared columns stand for
(`vertices`: ``polygon`` or ``line``). Does not know questions.
"""

from __future__ import annotations

from typing import Any

from exportkit.flatten.geometry import message_key, text_key, vertex_key
from exportkit.json_text import read_json
from exportkit.rebuild.layouts import Layout
from exportkit.rebuild.leftovers import extra_of, merge, whole
from exportkit.rebuild.records import Record

__all__ = ["object_of"]

_TEXT = {"text_start": "start", "text_end": "end", "text_token": "token", "text_groups": "groups"}
_SHARED = {"vertices", "message_id", "messages", "parent_message_id", *_TEXT}
_LAYOUT = Layout("objects", without=_SHARED)
#: Key of the messages inside each kind of message annotation.
_MESSAGES = {"selected_messages": "messages", "ranked_messages": "ranked_messages"}


def object_of(record: Record) -> tuple[Any, str | None]:
    """Return the object, and the key that it stood under where that is not its id.

    An object is a dictionary with the key ``classifications``, or what stood in its place.
    """
    built = _LAYOUT.fill(record)
    if not _SHARED.isdisjoint(record):
        _place_shared(built, record, record.get("annotation_kind", ""))
    payload = read_json(record["payload"]) if "payload" in record else {}
    extra = extra_of(record)
    key = extra.pop("$key", None)
    if payload:
        built = whole(built, payload)
        if not isinstance(built, dict):
            return built, None
    built.setdefault("classifications", [])
    return merge(built, extra), key


def _place_shared(built: dict[str, Any], record: Record, kind: str) -> None:
    if "vertices" in record:
        built[vertex_key(kind)] = record["vertices"]
    text = {key: record[column] for column, key in _TEXT.items() if column in record}
    if "message_id" in record or (text and text_key(kind) == "conversational_location"):
        spoken = {"message_id": record["message_id"]} if "message_id" in record else {}
        built["conversational_location"] = {**spoken, "location": text} if text else spoken
    elif text:
        built["location"] = text
    if "messages" in record or "parent_message_id" in record:
        built[message_key(kind) or "selected_messages"] = _message_choice(record, message_key(kind))


def _message_choice(record: Record, key: str | None) -> dict[str, Any]:
    messages = record.get("messages", [])
    parent = {"parent_message_id": record["parent_message_id"]} if "parent_message_id" in record else {}
    if key == "selected_message":
        return {**(messages[0] if messages else {}), **parent}
    return {_MESSAGES.get(key or "", "messages"): messages, **parent}
