"""Scene: everything an export repeats around its annotations: data rows, details, projects, label envelopes.

Takes a seed, gives dictionaries that shapes fill with annotations; does not know which shape asks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.corpora.ids import Ids
from benchmarks.corpora.ontology import Option, Question, Tool, make_ontology

__all__ = ["JsonObject", "Scene"]

JsonObject = dict[str, Any]

FIRST_DAY = datetime(2025, 3, 3, 7, tzinfo=UTC)
SECONDS_A_YEAR = 365 * 24 * 3600
PEOPLE = tuple(
    f"{name}@example.org" for name in ("ana", "bo", "chinwe", "dunja", "emre", "fatou", "gil", "hyun-jin")
)
WORDS = (
    "the", "a", "of", "river", "street", "corner", "window", "under", "light", "early", "crossing", "without",
    "near", "slow", "bright", "passes", "turns", "late", "while", "façade", "naïve", "über", "señal", "déjà",
    "東京", "улица", "—", "“quoted”", "café", "lane", "signal", "left", "behind", "waits", "between", "edge",
)  # fmt: skip
IMAGE_SIZES = ((1080, 1920), (2160, 3840), (720, 1280), (3000, 4000))
BASE64 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", dtype=np.uint8)


class Scene:
    """One synthetic project and its people; draws everything that stands around annotations.

    Parameters
    ----------
    seed : int
        The same seed gives the same export, byte for byte, with the same numpy.
    """

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.ids = Ids(self.rng)
        self.ontology = make_ontology(self.ids)
        self._organisation = self.ids.one()
        self._project = self.ids.one()
        self._datasets = [(self.ids.one(), f"street index {number}") for number in range(1, 7)]
        self._tasks = {name: self.ids.one() for name in ("Initial labeling task", "Review", "Second look")}
        self._rows = 0

    def image(self) -> JsonObject:
        """Return media attributes of an image."""
        height, width = IMAGE_SIZES[self.below(len(IMAGE_SIZES))]
        return {
            "height": height,
            "width": width,
            "asset_type": "image",
            "mime_type": "image/jpeg",
            "exif_rotation": 1,
        }

    def row(
        self,
        media: JsonObject,
        labels: list[JsonObject],
        *,
        suffix: str = "jpg",
        row_data: str | None = None,
        selected_label_id: str | None = None,
        expected_labels: int = 1,
    ) -> JsonObject:
        """Return a whole line with every optional section that a project export usually asks for."""
        line = self.bare_row(media, labels, suffix=suffix, row_data=row_data)
        dataset_id, dataset_name = self._datasets[self.below(len(self._datasets))]
        made = self.moment()
        line["data_row"]["details"] = {
            "dataset_id": dataset_id,
            "dataset_name": dataset_name,
            "created_at": stamp(made),
            "updated_at": stamp(made + timedelta(milliseconds=1849)),
            "last_activity_at": stamp(made + timedelta(days=9, milliseconds=self.below(10**8))),
            "created_by": self.person(),
        }
        line["projects"][self._project]["project_details"] = self._project_details(
            made, selected_label_id, expected_labels
        )
        line["projects"][self._project]["project_tags"] = []
        return line

    def bare_row(
        self, media: JsonObject, labels: list[JsonObject], *, suffix: str = "jpg", row_data: str | None = None
    ) -> JsonObject:
        """Return a line with nothing but ids, media attributes and labels."""
        self._rows += 1
        name = f"cam-{self.below(40):02d}_{self._rows:08d}.{suffix}"
        return {
            "data_row": {
                "id": self.ids.one(),
                "global_key": f"index/{name}",
                "row_data": row_data if row_data is not None else self.signed_url(name),
            },
            "media_attributes": media,
            "projects": {self._project: {"name": "Street index 2025", "labels": labels}},
        }

    def label(
        self, annotations: JsonObject, *, kind: str = "Default", consensus_score: float | None = None
    ) -> JsonObject:
        """Return a label with label details and both performance objects around `annotations`."""
        made = self.moment().replace(microsecond=0)
        label, review, rework = (int(seconds) for seconds in self.rng.integers(0, (900, 300, 60)))
        shared: JsonObject = {"seconds_to_review": review, "skipped": False}
        if consensus_score is not None:
            shared["consensus_score"] = consensus_score
        return {
            "label_kind": kind,
            "version": "1.0.0",
            "id": self.ids.one(),
            "label_details": {
                "created_at": stamp(made),
                "updated_at": stamp(made + timedelta(minutes=self.below(3000))),
                "created_by": self.person(),
                "content_last_updated_at": stamp(made + timedelta(milliseconds=self.below(1000))),
                "reviews": [],
            },
            "performance_details": {"seconds_to_create": label + review + rework, **shared},
            "performance_details_v2": {
                "seconds_to_label": label,
                "seconds_to_rework": rework,
                "seconds_total": label + review + rework,
                **shared,
            },
            "annotations": annotations,
        }

    def radio(self, question: Question, nested: list[JsonObject] | None = None) -> JsonObject:
        """Return `question` answered with one option."""
        return {**header(self.ids, question), "radio_answer": self._option(question, nested)}

    def checklist(self, question: Question, count: int, nested: list[JsonObject] | None = None) -> JsonObject:
        """Return `question` answered with `count` different options; `nested` hangs on the first."""
        picked = self.rng.permutation(len(question.options))[:count]
        answers = [_answer(self.ids, question.options[index]) for index in picked]
        if nested and answers:
            answers[0]["classifications"] = nested
        return {**header(self.ids, question), "checklist_answers": answers}

    def text(self, question: Question, words: int = 6) -> JsonObject:
        """Return `question` answered with free text."""
        return {**header(self.ids, question), "text_answer": {"content": self.sentence(words)}}

    def pick_radio(self) -> Question:
        """Return one of the radio questions."""
        return self.ontology.radios[self.below(len(self.ontology.radios))]

    def pick_tools(self, count: int) -> list[Tool]:
        """Return `count` classes, with repetition, rare ones rarely."""
        skewed = self.rng.random(count) ** 2 * len(self.ontology.tools)
        return [self.ontology.tools[int(index)] for index in skewed]

    def sentence(self, words: int) -> str:
        """Return text of so many words."""
        return " ".join([WORDS[index] for index in self.rng.integers(0, len(WORDS), words).tolist()])

    def signed_url(self, name: str) -> str:
        """Return a URL with a signature, as the platform hands out."""
        letters = BASE64[self.rng.integers(0, len(BASE64), 60, dtype=np.uint8)].tobytes().decode("ascii")
        expires = 1_741_000_000_000 + self.below(10**10)
        return (
            f"https://storage.labelbox.com/{self._organisation}%2F{letters[:8]}-{letters[8:18]}-{name}"
            f"?Expires={expires}&KeyName=labelbox-assets-key-3&Signature={letters[18:]}"
        )

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to and without `limit`."""
        return int(self.rng.integers(0, limit))

    def moment(self) -> datetime:
        """Return a moment of the project's year, to the millisecond."""
        return FIRST_DAY + timedelta(seconds=self.below(SECONDS_A_YEAR), milliseconds=self.below(1000))

    def person(self) -> str:
        """Return an annotator."""
        return PEOPLE[self.below(len(PEOPLE))]

    def _option(self, question: Question, nested: list[JsonObject] | None) -> JsonObject:
        answer = _answer(self.ids, question.options[self.below(len(question.options))])
        if nested:
            answer["classifications"] = nested
        return answer

    def _project_details(self, made: datetime, selected: str | None, expected_labels: int) -> JsonObject:
        batch = self.below(30)
        details: JsonObject = {
            "ontology_id": self.ontology.id,
            "task_name": "Done",
            "batch_id": f"5f0e8f10-{batch:04x}-11f0-8000-0242ac120002",
            "batch_name": f"week {batch + 1}",
            "workflow_status": "DONE",
            "priority": 1 + batch % 5,
            "consensus_expected_label_count": expected_labels,
            "workflow_history": self._workflow_history(made),
        }
        if selected is not None:
            details["selected_label_id"] = selected
        return details

    def _workflow_history(self, made: datetime) -> list[JsonObject]:
        steps = [None, *list(self._tasks)[: 2 + self.below(2)], None]
        history: list[JsonObject] = []
        for number, (left, entered) in enumerate(pairwise(steps)):
            step: JsonObject = {
                "action": "Move" if entered else "Approve",
                "created_at": stamp(made + timedelta(days=number + 1, milliseconds=self.below(10**7))),
                "created_by": self.person(),
            }
            if left:
                step |= {"previous_task_name": left, "previous_task_id": self._tasks[left]}
            if entered:
                step |= {"next_task_name": entered, "next_task_id": self._tasks[entered]}
            history.insert(0, step)
        return history


def header(ids: Ids, feature: Tool | Question | Option) -> JsonObject:
    """Return the fields that objects, questions and options begin with."""
    return {
        "feature_id": ids.one(),
        "feature_schema_id": feature.schema_id,
        "name": feature.name,
        "value": feature.value,
    }


def stamp(moment: datetime) -> str:
    """Return `moment` as the platform writes it."""
    return moment.isoformat(timespec="milliseconds")


def _answer(ids: Ids, option: Option) -> JsonObject:
    return {**header(ids, option), "classifications": []}
