"""Amounts as people read them, and foreign text that a terminal only shows."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.cli.wording import counted, duration, rate, shown, size


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (45_640_000, "45.6 MB"),
        (2.5e12, "2.5 TB"),
        (4e18, "4,000.0 PB"),
    ],
)
def test_sizes_have_the_unit_that_suits_them(number: float, text: str) -> None:
    assert size(number) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (62, "1:02 min"),
        (3_599.7, "1:00:00 h"),
        (7_262, "2:01:02 h"),
    ],
)
def test_time_spans_have_the_unit_that_suits_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_a_rate_of_no_time_is_a_number() -> None:
    assert rate(0, 0) == "0 B/s"


def test_one_thing_is_not_many() -> None:
    assert [counted(1, "line"), counted(2, "line"), counted(0, "person", "people")] == [
        "1 line",
        "2 lines",
        "0 people",
    ]


@given(st.text())
def test_foreign_text_is_one_line_that_a_terminal_only_shows(text: str) -> None:
    said = shown(text)
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in said)
    assert said.isprintable() or not text.isprintable()


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=80))
def test_plain_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


def test_long_text_is_cut() -> None:
    assert shown("x" * 100, characters=5) == "xxxx…"


def test_nothing_is_said_to_be_nothing() -> None:
    assert shown(None) == "(none)"
