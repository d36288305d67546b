"""Labels: takes the labels of one project or run, gives the row of each and the rows below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from oracle.annotations import annotation_rows, planes_of
from oracle.columns import make_row
from oracle.fits import Fit, anything, flag, instant, number, text, texts
from oracle.leftover import JsonObject, Leftover
from oracle.media import container_of
from oracle.questions import Spot

__all__ = ["Owner", "label_rows"]

SECTIONS = ("label_details", "performance_details", "performance_details_v2")
#: Fields that both performance objects may hold.
SHARED: dict[str, Fit] = {
    "seconds_to_review": number,
    "skipped": flag,
    "benchmark_reference_label": text,
    "benchmark_score": number,
    "consensus_score": number,
}
V2_ONLY = ("seconds_to_label", "seconds_to_rework", "seconds_total")


@dataclass(frozen=True)
class Owner:
    """What holds the labels: a project, or a model run with its labels or predictions."""

    data_row_id: str
    export_id: str
    line: int
    origin: str
    project_id: str | None = None
    experiment_id: str | None = None
    model_run_id: str | None = None
    selected_label_id: str | None = None


def label_rows(
    owner: Owner, labels: list[tuple[int, JsonObject]], first_index: int
) -> Iterator[tuple[str, JsonObject]]:
    """Give the rows of `labels`, each with its table; `first_index` is the ordinal of the first."""
    own_rows: list[JsonObject] = []
    for index, (position, label) in enumerate(labels, first_index):
        left = Leftover(label)
        label_id = left.take("id", text)
        keys = {
            "data_row_id": owner.data_row_id,
            "project_id": owner.project_id,
            "label_id": _derived_id(owner, position) if label_id is None else label_id,
            "label_index": index,
            "origin": owner.origin,
            "export_id": owner.export_id,
            "line": owner.line,
        }
        annotations = left.inside("annotations")
        container = container_of(annotations.tree)
        row = make_row("labels", keys, {"position": position, "container": container}, _columns(left))
        row["experiment_id"], row["model_run_id"] = owner.experiment_id, owner.model_run_id
        row["planes"] = planes_of(annotations)
        yield from annotation_rows(Spot(keys), annotations, container)
        row["extra"] = left.rest()
        own_rows.append(row)
    _choose(owner, own_rows)
    for row in own_rows:
        yield "labels", row


def _columns(left: Leftover) -> JsonObject:
    details = left.inside("label_details")
    return {
        "label_kind": left.take("label_kind", text),
        "version": left.take("version", text),
        "sections": [section for section in SECTIONS if left.has(section)],
        "created_at": details.take("created_at", instant),
        "updated_at": details.take("updated_at", instant),
        "content_last_updated_at": details.take("content_last_updated_at", instant),
        "created_by": details.take("created_by", text),
        "reviews": details.take("reviews", anything),
        "has_open_issues": left.take("has_open_issues", flag),
        **{key: left.take(key, text) for key in ("view_label", "other_row_data", "frames_url")},
        "class_masks": left.take("class_masks", anything),
        "z_order": left.take("z_order", texts),
        **_performance(left),
    }


def _performance(left: Leftover) -> JsonObject:
    first, second = left.inside("performance_details"), left.inside("performance_details_v2")
    columns: JsonObject = {"seconds_to_create": first.take("seconds_to_create", number)}
    columns["benchmark_id"] = first.take("benchmark_id", text)
    columns |= {key: second.take(key, number) for key in V2_ONLY}
    if not isinstance(left.tree.get("performance_details"), dict):
        return columns | {key: second.take(key, fit) for key, fit in SHARED.items()}
    for key, fit in SHARED.items():
        columns[key] = first.take(key, fit)
        if columns[key] is not None and _same(columns[key], second.tree.get(key)):
            del second.tree[key]
    return columns


def _same(first: Any, second: Any) -> bool:
    return isinstance(first, bool) == isinstance(second, bool) and bool(first == second)


def _choose(owner: Owner, rows: list[JsonObject]) -> None:
    """Say of the labels of one project which is selected and which is the latest."""
    if owner.origin != "project":
        return
    known = [row["created_at"] for row in rows if row["created_at"] is not None]
    latest = max((row for row in rows if row["created_at"] is not None), key=_age, default=None)
    for row in rows:
        if owner.selected_label_id is not None:
            row["is_selected"] = row["label_id"] == owner.selected_label_id
        if known and row["created_at"] is not None:
            row["is_latest"] = row is latest


def _age(row: JsonObject) -> tuple[Any, int]:
    return row["created_at"], row["position"]


def _derived_id(owner: Owner, position: int) -> str:
    parts = (
        owner.data_row_id,
        owner.origin,
        owner.project_id or "",
        owner.experiment_id or "",
        owner.model_run_id or "",
        str(position),
    )
    return "derived:" + sha256("\x1f".join(parts).encode()).hexdigest()[:24]
