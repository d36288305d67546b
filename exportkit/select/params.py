"""Params: the content of a row that is wanted, in the platform's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from exportkit.options import Params
from exportkit.select.value_errors import unknown_name, wrong_value

__all__ = ["Content", "make_content"]


#: By param, the fields that it switches, each with its struct.
SWITCHED: Mapping[str, tuple[tuple[str, str], ...]] = {
    "attachments": (("Row", "attachments"),),
    "metadata_fields": (("Row", "metadata_fields"),),
    "embeddings": (("Row", "embeddings"),),
    "data_row_details": (("DataRow", "details"),),
    "project_details": (("Project", "project_details"),),
    "label_details": (("Label", "label_details"),),
    "performance_details": (("Label", "performance_details"), ("Label", "performance_details_v2")),
    "predictions": (("Run", "predictions"),),
    "model_run_details": (("Run", "run_data_row_id"), ("Run", "split"), ("Run", "data_split")),
}
#: What stays beside parts that are left out one by one.
_UNNAMED_IF_ALL_ARE_OFF = {name: True for name in Params.__annotations__ if not name.endswith("_ids")}
_CHOOSING = ("project_ids", "all_projects", "model_run_ids", "all_model_runs")


class Content(Struct, frozen=True):
    """The content of a row that is wanted.

    Attributes
    ----------
    off : mapping of str to frozenset of str
        By struct, the fields that read as absent.
    project_ids, model_run_ids : frozenset of str or None
        The projects and model runs that are wanted; None for all.
    key_frames_only : bool
        Whether frames that no person set are left out.
    """

    off: Mapping[str, frozenset[str]]
    project_ids: frozenset[str] | None
    model_run_ids: frozenset[str] | None
    key_frames_only: bool

    def unread_sections(self) -> frozenset[str]:
        """Return the sections of a line that have no wanted member."""
        sections = {"projects": self.project_ids, "experiments": self.model_run_ids}
        return frozenset(name for name, ids in sections.items() if ids == frozenset())


def make_content(params: Mapping[str, Any]) -> Content:
    """Return the content that `params` asks for.

    Raises
    ------
    ValueError
        A name or value is none that `Params` has.
    """
    for name, value in params.items():
        if name not in Params.__annotations__:
            raise unknown_name("param", name, Params.__annotations__)
        if not name.endswith("_ids") and not isinstance(value, bool):
            raise wrong_value(f"param {name!r}", value, "True or False")
    params = {**_UNNAMED_IF_ALL_ARE_OFF, **params} if _are_off(params) else params
    off: dict[str, set[str]] = {}
    for name, fields in SWITCHED.items():
        if not params.get(name, False):
            for struct, field in fields:
                off.setdefault(struct, set()).add(field)
    chosen = any(name in params for name in _CHOOSING)
    return Content(
        off={struct: frozenset(fields) for struct, fields in off.items()},
        project_ids=_ids(params, "project_ids", "all_projects") if chosen else None,
        model_run_ids=_ids(params, "model_run_ids", "all_model_runs") if chosen else None,
        key_frames_only=not params.get("interpolated_frames", False),
    )


def _are_off(params: Mapping[str, Any]) -> bool:
    """Return whether params only say what is not wanted; then they leave out that and nothing else."""
    return bool(params) and all(value is False for value in params.values())


def _ids(params: Mapping[str, Any], name: str, everything: str) -> frozenset[str] | None:
    ids = params.get(name, ())
    if not isinstance(ids, (list, tuple, set, frozenset)) or not all(isinstance(one, str) for one in ids):
        raise wrong_value(f"param {name!r}", ids, "a list of ids")
    return None if params.get(everything, False) else frozenset(ids)
