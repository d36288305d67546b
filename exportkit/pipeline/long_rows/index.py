"""The index of a long line: what one pass over the line finds out for the other.

Takes the decoded chunks of the line, and the fields of the objects around them; knows afterwards at which
index the labels of each project and model run begin, which label is the newest, the key frames and
relationships of each label, and the leftovers of objects that were entered.

Theory of operation. A chunk knows its path, and its position among its siblings, but not how many labels
stand before it on the line. So the first pass counts: by project and by model run, how many labels there
are, in the order in which they come. The second pass adds up the counts before a path. Two projects ``p``
and ``q`` with three and two labels, and a model run with one label and two predictions::

    _labels      {"p": 3, "q": 2}
    _model_runs  {("e", "r"): [1, 2]}

    label_index(("projects", "q", "labels", 1))                                3 + 1 = 4
    label_index(("experiments", "e", "runs", "r", "predictions", 0))       5 + 1 + 0 = 6

A label that was entered has a path of its own, under which its fields, relationships, key frames and planes
are kept; a label that stood in a chunk whole is counted and dated, and nothing more of it is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from exportkit.errors import DecodeError
from exportkit.flatten import by_annotations, by_kinds, container, no_frames
from exportkit.json_text import write_json
from exportkit.pipeline.long_rows.key_frames import compact, turned_round
from exportkit.pipeline.long_rows.wrapping import Path, kind, label_path
from exportkit.place import MemberChunk
from exportkit.rows import Row, labels_of, placed_labels
from exportkit.rows.features import Annotations, Group, Relationship
from exportkit.rows.structs import Label
from exportkit.tables.instants import newest

__all__ = [
    "MAX_BESIDE_BYTES",
    "LongRowIndex",
    "first_labels",
    "owners_down_to",
    "the_label",
    "too_much_beside",
]

#: Structs above a chunk that own leftovers; a specialised struct has the name of its struct.
OWNERS = frozenset({"Row", "Project", "Run", "Label", "Experiment"})
#: Bytes of one object beside its collections, which may all stand in single cells of tables.
MAX_BESIDE_BYTES = 64 * 2**20
#: A model run: its experiment and itself.
RunKey = tuple[str, str]


class LongRowIndex:
    """What is known of a long line beside the chunk at hand."""

    def __init__(self) -> None:
        self.extras: dict[Path, dict[str, Any]] = defaultdict(dict)
        self._extra_bytes: dict[Path, int] = defaultdict(int)
        #: By start of a run of objects of a frame, how many stand before it.
        self.positions: dict[int, int] = {}
        self._counted: dict[int, int] = defaultdict(int)
        self._has_projects = False
        self.selected: dict[str, str | None] = {}
        self._dates: dict[str, dict[int, str]] = defaultdict(dict)
        self._labels: dict[str, int] = {}
        self._model_runs: dict[RunKey, list[int]] = {}
        self._first_run: dict[str, str] = {}
        self._key_frames: dict[Path, dict[str, Any]] = defaultdict(dict)
        self._relationships: dict[Path, list[Relationship]] = defaultdict(list)
        self.planes: dict[Path, dict[str, Group]] = defaultdict(dict)
        self.containers: dict[Path, str] = {}
        self._kinds: dict[Path, str] = {}
        self._media: list[tuple[Path, str]] = []
        self._found: dict[Path, Callable[[str | None], Any]] = {}

    # --- what a chunk shows -----------------------------------------------------------------------

    def enter(self, chunk: MemberChunk) -> None:
        """Note the projects and model runs above a chunk, in the order in which they come."""
        steps = chunk.path
        if steps[:1] == ("projects",):
            self._has_projects = True
            if len(steps) > 1:
                self._labels.setdefault(str(steps[1]), 0)
        if len(steps) > 3 and steps[0] == "experiments":  # noqa: PLR2004 - down to a run
            self._note_run(str(steps[1]), str(steps[3]))

    def note_items(self, chunk: MemberChunk, row: Row) -> None:
        """Note what a decoded chunk of items shows."""
        self._note_leftovers(chunk.path, row)
        if chunk.within.is_object and kind(chunk.path) == "objects":
            self._note_position(chunk, row)
        above = label_path(chunk.path)
        if above is not None:
            self.note_label(above, the_label(row))
            return
        first = chunk.first if kind(chunk.path) in {"labels", "predictions"} else 0
        self.note_labels(chunk.path, row, first)

    def note_labels(self, path: Path, row: Row, first: int = 0) -> None:
        """Note whole labels below `path`; the first of each of their arrays is at position `first`."""
        for project_id, project in (row.projects or {}).items():
            self._labels.setdefault(project_id, 0)
            details = project.project_details
            if details is not None and details.selected_label_id is not None:
                self.selected[project_id] = details.selected_label_id
        for experiment_id, experiment in (row.experiments or {}).items():
            for run_id in experiment.runs or ():
                self._note_run(experiment_id, run_id)
        self._note_placed(row, first)
        found = by_annotations(row)
        if found != "unknown":
            self._media.append((first_labels(path, row) if len(path) < 2 else (*path, first), found))  # noqa: PLR2004 - above a project

    def _note_placed(self, row: Row, first: int) -> None:
        """Count the labels of a row, and note when each was made."""
        for one in placed_labels((row,), first_position=first):
            if one.project_id is not None:
                self._labels[one.project_id] = max(self._labels.get(one.project_id, 0), one.position + 1)
                details = one.label.label_details
                if details is not None and details.created_at is not None:
                    self._dates[one.project_id][one.position] = details.created_at
            else:
                counts = self._model_runs[one.experiment_id or "", one.model_run_id or ""]
                at = int(one.origin == "prediction")
                counts[at] = max(counts[at], one.position + 1)

    def _note_run(self, experiment_id: str, run_id: str) -> None:
        self._first_run.setdefault(experiment_id, run_id)
        self._model_runs.setdefault((experiment_id, run_id), [0, 0])

    def note_label(self, path: Path, label: Label) -> None:
        """Note what part of a label shows that other parts of it need."""
        said = label.annotations or Annotations()
        self._relationships[path] += said.relationships or ()
        self._key_frames[path].update(compact(said.key_frame_feature_map or {}))
        for feature, listed in (said.key_frame_feature_map or {}).items():
            for key, is_key in no_frames(listed):
                left = {"annotations": {"key_frame_feature_map": {feature: {key: is_key}}}}
                _take_up(self.extras[path], left)
        for key, group in (said.groups or {}).items():
            self.planes[path].setdefault(key, Group(name=group.name))
        if said.objects and path not in self._kinds:
            found = by_kinds(said.objects)
            if found != "unknown":
                self._kinds[path] = found

    def note_whole_label(self, path: Path, row: Row) -> None:
        """Note the label that a row holds, whose collections stand elsewhere."""
        label = the_label(row)
        self.note_label(path, label)
        self.containers[path] = container(label.annotations or Annotations())
        self._note_placed(row, int(path[-1]))

    def _note_position(self, chunk: MemberChunk, row: Row) -> None:
        """Note the position of the first object of a chunk; what is no object has none."""
        objects = next(
            (found for step, found in steps_down(chunk.path, row) if step == len(chunk.path)), None
        )
        self.positions[chunk.run.start] = self._counted[chunk.within.start]
        self._counted[chunk.within.start] += len(objects or ())

    def _note_leftovers(self, path: Path, row: Row) -> None:
        """Keep the leftovers of the objects above a chunk, which the rows of the chunk do not show."""
        for length, owner in owners_down_to(path[:-1], row):
            if owner.extra_:
                above = path[:length]
                _take_up(self.extras[above], owner.extra_)
                self._extra_bytes[above] += len(write_json(owner.extra_))
                if self._extra_bytes[above] > 2 * MAX_BESIDE_BYTES:  # what they share is counted anew
                    raise too_much_beside()

    def check_leftovers(self) -> None:
        """Refuse a line whose collections held more that belongs to the row of one object than may be held.

        Raises
        ------
        DecodeError
            They did.
        """
        for path, size in self._extra_bytes.items():
            if size > MAX_BESIDE_BYTES and len(write_json(self.extras[path])) > MAX_BESIDE_BYTES:
                raise too_much_beside()

    # --- what is known at the end ---------------------------------------------------------------

    def label_index(self, path: Path) -> int:
        """Return the ordinal on the line of the first label at or below a path."""
        total = 0
        if not path:
            return sum(self._labels.values()) if self._has_projects else 0
        if path[0] == "projects":
            for project_id, count in self._labels.items():
                if len(path) > 1 and project_id == path[1]:
                    return total + self._position(path)
                total += count
            return 0
        total = sum(self._labels.values())
        for (experiment_id, run_id), (labels, predictions) in self._model_runs.items():
            if (experiment_id, run_id) == (path[1:2] + path[3:4]):
                return total + (labels if path[4:5] == ("predictions",) else 0) + self._position(path)
            total += labels + predictions
        return 0

    @staticmethod
    def _position(path: Path) -> int:
        above = label_path(path)
        return int(above[-1]) if above is not None else 0

    def latest(self) -> dict[str, int | None]:
        """Return, by project, the position of its newest label; those without dated labels are left out."""
        found: dict[str, int | None] = {}
        for project_id, dates in self._dates.items():
            ordered = sorted(dates.items())
            winner = newest([date for _, date in ordered])
            found[project_id] = None if winner is None else ordered[winner][0]
        return found

    def media_type(self) -> str | None:
        """Return the media type that the labels show, None when they show none."""
        shown = [(path, shape) for path, shape in self.containers.items() if shape != "flat"]
        shown += [(path, found) for path, found in self._kinds.items() if self.containers.get(path) == "flat"]
        shown += self._media
        return min(shown, key=lambda one: self.label_index(one[0]))[1] if shown else None

    def relationships(self, path: Path) -> tuple[Relationship, ...]:
        """Return the relationships of a label."""
        return tuple(self._relationships.get(path, ()))

    def key_frames(self, path: Path) -> Callable[[str | None], Any]:
        """Return what gives the key frames of a plane of a label, found out once for each."""
        if path not in self._found:
            lists = self._key_frames.get(path, {})
            self._found[path] = cache(lambda plane: turned_round(lists, plane))
        return self._found[path]

    def has_runs(self, experiment_id: str) -> bool:
        """Return whether an experiment has runs."""
        return experiment_id in self._first_run

    def is_first_run(self, experiment_id: str, run_id: str | None) -> bool:
        """Return whether a run is the first of its experiment, whose row shows the experiment's leftovers."""
        return self._first_run.get(experiment_id) == run_id


def first_labels(path: Path, row: Row) -> Path:
    """Return the path of the first object with labels that a row shows at or below `path`."""
    if path[:1] != ("experiments",) and row.projects:
        return ("projects", next(iter(row.projects)))
    for experiment_id, experiment in (row.experiments or {}).items():
        for run_id in experiment.runs or ():
            return ("experiments", experiment_id, "runs", run_id)
    return path


def the_label(row: Row) -> Label:
    """Return the only label of a row."""
    return next(labels_of(row), Label())


def steps_down(path: Path, row: Row) -> Iterator[tuple[int, Any]]:
    """Yield what stands on the way from a row down to `path`, each with the length of its path."""
    here: Any = row
    yield 0, row
    for length, step in enumerate(path, 1):
        if isinstance(here, (dict, list)):
            here = next(iter(here.values() if isinstance(here, dict) else here), None)
        else:
            here = getattr(here, str(step), None)
        yield length, here


def owners_down_to(path: Path, row: Row) -> Iterator[tuple[int, Any]]:
    """Yield the objects from the line down to `path` that own an extra, each with the length of its path."""
    return ((length, one) for length, one in steps_down(path, row) if type(one).__name__ in OWNERS)


def too_much_beside() -> DecodeError:
    """Return the error of an object that holds too much beside its collections."""
    return DecodeError(f"more than {MAX_BESIDE_BYTES >> 20} MiB of one object are in no collection")


def _take_up(held: dict[str, Any], found: dict[str, Any]) -> None:
    """Add leftovers to those of other chunks, nested objects key by key."""
    for key, value in found.items():
        before = held.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            _take_up(before, value)
        else:
            held[key] = value
