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

from exportkit.flatten import by_annotations, by_kinds, container, overlaid
from exportkit.pipeline.long_rows.key_frames import compact, turned_round
from exportkit.pipeline.long_rows.wrapping import Path, kind, label_path
from exportkit.place import MemberChunk
from exportkit.rows import Row, labels_of, placed_labels
from exportkit.rows.features import Annotations, Group, Relationship
from exportkit.rows.structs import Label
from exportkit.tables.instants import newest

__all__ = ["LongRowIndex", "first_labels", "owners_down_to", "the_label"]

#: Structs above a chunk that own leftovers; a specialised struct has the name of its struct.
OWNERS = frozenset({"Project", "Run", "Label", "Experiment"})
#: A model run: its experiment and itself.
RunKey = tuple[str, str]


class LongRowIndex:
    """What is known of a long line beside the chunk at hand."""

    def __init__(self) -> None:
        self.fields: dict[Path, list[bytes]] = defaultdict(list)
        #: By object that was entered, the members of it that were, and whether they are objects.
        self.entered: dict[Path, dict[str, bool]] = defaultdict(dict)
        self.extras: dict[Path, dict[str, Any]] = {}
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
        """Note the objects and arrays above a chunk, in the order in which they come."""
        for length, step in enumerate(chunk.path):
            if isinstance(step, str):
                is_object = (
                    chunk.is_object
                    if length + 1 == len(chunk.path)
                    else isinstance(chunk.path[length + 1], str)
                )
                self.entered[chunk.path[:length]].setdefault(step, is_object)
        steps = chunk.path
        if len(steps) > 1 and steps[0] == "projects":
            self._labels.setdefault(str(steps[1]), 0)
        if len(steps) > 3 and steps[0] == "experiments":  # noqa: PLR2004 - down to a run
            self._note_run(str(steps[1]), str(steps[3]))

    def note_items(self, chunk: MemberChunk, row: Row) -> None:
        """Note what a decoded chunk of items shows."""
        self._note_leftovers(chunk.path, row)
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

    def _note_leftovers(self, path: Path, row: Row) -> None:
        """Keep the leftovers of the objects above a chunk, which the rows of the chunk do not show."""
        for length, owner in owners_down_to(path[:-1], row):
            if owner.extra_:
                self.extras[path[:length]] = overlaid(self.extras.get(path[:length], {}), owner.extra_)

    # --- what is known at the end ---------------------------------------------------------------

    def label_index(self, path: Path) -> int:
        """Return the ordinal on the line of the first label at or below a path."""
        total = 0
        if not path:
            return sum(self._labels.values()) if "projects" in self.entered[()] else 0
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


def owners_down_to(path: Path, row: Row) -> Iterator[tuple[int, Any]]:
    """Yield the objects from the line down to `path` that own an extra, each with the length of its path."""
    here: Any = row
    yield 0, row
    for length, step in enumerate(path, 1):
        if isinstance(here, (dict, list)):
            here = next(iter(here.values() if isinstance(here, dict) else here), None)
        else:
            here = getattr(here, str(step), None)
        if type(here).__name__ in OWNERS:
            yield length, here
