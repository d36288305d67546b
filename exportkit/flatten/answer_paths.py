"""Answer paths: the names of questions and answers that lead down to an answer, each path spelled out once.

Takes questions and answers level by level; gives the numbers of their paths, and the column of them.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np

from exportkit.native import attributes
from exportkit.rows.features import Answer, Question
from exportkit.tables.cells import Cells, Coded, Ints, Lists

__all__ = ["Paths", "distinct"]

#: Entries of a table of numbers up to which it is worth making.
MOST_TABLE_ENTRIES = 1 << 14

Path = tuple[str, ...]


class Paths:
    """The distinct answer paths of a block, each spelled out once and known by its number."""

    def __init__(self) -> None:
        self.spelled: list[Path] = []

    def numbers(self, prefixes: Ints | None, questions: list[Question], answers: list[Answer]) -> Ints:
        """Return the numbers of the paths that lead by `prefixes` to `answers`; None: from the top."""
        asked, said = Words(questions), Words(answers)
        steps = asked.codes * len(said.words) + said.codes
        if prefixes is not None:
            steps += prefixes * (len(asked.words) * len(said.words))
        first, numbers = distinct(steps)
        start = len(self.spelled)
        for at in first.tolist():
            prefix = () if prefixes is None else self.spelled[prefixes[at]]
            names = (questions[at].name, answers[at].name)
            self.spelled.append((*prefix, *(name for name in names if name is not None)))
        return start + numbers

    def column(self, numbers: Ints) -> Cells:
        """Return the paths of these numbers: the rows refer to the words of each."""
        lengths = np.array([len(path) for path in self.spelled], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        counts = lengths[numbers]
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        words = list(chain.from_iterable(self.spelled))
        return Lists(counts, Coded(np.repeat(starts[numbers], counts) + within, words))


def distinct(numbers: Ints) -> tuple[Ints, Ints]:
    """Return where each distinct number stands, and which of those each number is.

    `numpy.unique` sorts, which takes longer than a table where the numbers are small, as they mostly are.
    """
    most = int(numbers.max(initial=0)) + 1
    if most > MOST_TABLE_ENTRIES:
        _, first, which = np.unique(numbers, return_index=True, return_inverse=True)
        return first, which.reshape(len(numbers))
    table = np.full(most, -1, dtype=np.int64)
    table[numbers] = np.arange(len(numbers))
    held = np.flatnonzero(table >= 0)
    first = table[held]
    table[held] = np.arange(len(held))
    return first, table[numbers]


class Words:
    """The names of some features as codes; 0 stands for none."""

    def __init__(self, features: list[Any]) -> None:
        self.words: dict[str | None, int] = {None: -1}
        found = attributes.codes(features, "name", self.words)
        self.codes: Ints = (
            np.zeros(len(features), dtype=np.int64)
            if found is None
            else np.frombuffer(found, np.int32).astype(np.int64) + 1
        )
