"""Source geometry: rows of the table ``objects`` as the features that they were, geometry and all.

Takes rows, gives objects. The annotation kind says which of several keys a shared column was made from
(`vertices`: ``polygon`` or ``line``). Does not know questions.
"""

from __future__ import annotations

from typing import Any

from exportkit.json_text import read_json
from exportkit.rebuild.source_objects import Layout, extra_of, merge, whole
from exportkit.rebuild.table_rows import TableRow
from exportkit.rows.kinds import MESSAGE_LISTS, AnnotationKind, kind_of

__all__ = ["object_of"]

_TEXT = {"text_start": "start", "text_end": "end", "text_token": "token", "text_groups": "groups"}
_SHARED = {"vertices", "message_id", "messages", "parent_message_id", *_TEXT}
_LAYOUT = Layout("objects", without=_SHARED)


def object_of(row: TableRow) -> tuple[Any, str | None]:
    """Return the object, and the key that it stood under where that is not its id.

    An object is a dictionary with the key ``classifications``, or what stood in its place.
    """
    built = _LAYOUT.fill(row)
    if not _SHARED.isdisjoint(row):
        _place_shared(built, row, kind_of(row.get("annotation_kind", "")))
    payload = read_json(row["payload"]) if "payload" in row else {}
    extra = extra_of(row)
    key = extra.pop("$key", None)
    if payload:
        built = whole(built, payload)
        if not isinstance(built, dict):
            return built, None
    built.setdefault("classifications", [])
    return merge(built, extra), key


def _place_shared(built: dict[str, Any], row: TableRow, kind: AnnotationKind) -> None:
    if "vertices" in row:
        built[kind.vertex_key] = row["vertices"]
    text = {key: row[column] for column, key in _TEXT.items() if column in row}
    if "message_id" in row or (text and kind.text_key == "conversational_location"):
        spoken = {"message_id": row["message_id"]} if "message_id" in row else {}
        built["conversational_location"] = {**spoken, "location": text} if text else spoken
    elif text:
        built["location"] = text
    if "messages" in row or "parent_message_id" in row:
        built[kind.message_key or "selected_messages"] = _messages(row, kind.message_key)


def _messages(row: TableRow, key: str | None) -> dict[str, Any]:
    messages = row.get("messages", [])
    parent = {"parent_message_id": row["parent_message_id"]} if "parent_message_id" in row else {}
    if key == "selected_message":
        return {**(messages[0] if messages else {}), **parent}
    return {MESSAGE_LISTS.get(key or "", "messages"): messages, **parent}
