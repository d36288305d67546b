"""Labels of rows: the one walk over the places where labels stand, and what is decided about each label.

Takes decoded rows, gives every label and prediction of them in the order of the lines, together with where it
stands. A verdict on a label is noted on its entry, so that no second list can disagree with the first.

A row with two projects and a model run, with two labels, one label and one prediction::

    {"projects": {"p": {"labels": [a, b]}, "q": {"labels": [c]}},
     "experiments": {"e": {"runs": {"r": {"predictions": [d]}}}}}

    label  index  position  origin      project_id  model_run_id
    a      0      0         project     p           None
    b      1      1         project     p           None
    c      2      0         project     q           None
    d      3      0         prediction  None        r
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from exportkit.rows.structs import Label, Project, Row, Run

__all__ = ["PlacedLabel", "labels_of", "model_runs_of", "placed_labels", "projects_of"]


class PlacedLabel(Struct, gc=False):
    """A label or prediction with where it stands, and what was decided about it.

    Attributes
    ----------
    label : Label
        The label itself.
    row_at : int
        Position of its row in the block.
    index : int
        Its ordinal among all labels of its line.
    position : int
        Its position in the list that holds it.
    origin : str
        ``project``, ``model_run`` or ``prediction``.
    project, project_id : Project and str, or None
        The project that holds it; None below a model run.
    experiment_id, model_run_id : str or None
        The model run that holds it; None below a project.
    is_kept : bool
        Whether it becomes a row, with all below it. A label that is not kept still counts: the others keep
        their index and position.
    is_latest : bool or None
        Whether it is the newest of its project and row; None where that is not known, or not looked at yet.
    """

    label: Label
    row_at: int
    index: int
    position: int
    origin: str
    project: Project | None = None
    project_id: str | None = None
    experiment_id: str | None = None
    model_run_id: str | None = None
    is_kept: bool = True
    is_latest: bool | None = None


def placed_labels(
    rows: Iterable[Row], *, first_index: int = 0, first_position: int = 0
) -> Iterator[PlacedLabel]:
    """Yield the labels and predictions of rows, in the order of the lines.

    Parameters
    ----------
    rows : iterable of Row
        The rows of a block.
    first_index, first_position : int
        Index of the first label of each row, and position of the first label of each list; not 0 for a
        fragment of a long row.
    """
    for row_at, row in enumerate(rows):
        index = first_index
        for project_id, project in (row.projects or {}).items():
            for position, label in enumerate(project.labels or (), first_position):
                yield PlacedLabel(label, row_at, index, position, "project", project, project_id)
                index += 1
        for experiment_id, experiment in (row.experiments or {}).items():
            for run_id, run in (experiment.runs or {}).items():
                for labels, origin in ((run.labels, "model_run"), (run.predictions, "prediction")):
                    for position, label in enumerate(labels or (), first_position):
                        yield PlacedLabel(
                            label, row_at, index, position, origin, None, None, experiment_id, run_id
                        )
                        index += 1


def labels_of(row: Row) -> Iterator[Label]:
    """Yield the labels and predictions of one row."""
    return (one.label for one in placed_labels((row,)))


def projects_of(row: Row) -> Iterable[Project]:
    """Return the projects of a row."""
    return (row.projects or {}).values()


def model_runs_of(row: Row) -> Iterator[Run]:
    """Yield the model runs of a row."""
    for experiment in (row.experiments or {}).values():
        yield from (experiment.runs or {}).values()
