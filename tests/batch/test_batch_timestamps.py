"""An instant does not depend on its neighbours, nor on who read it: Arrow a column, or Python a value."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.forms import INSTANTS
from exportkit.batch.timestamps import timestamps

DATES = (
    "2024-02-29",
    "1969-12-31",
    "0001-01-01",
    "9999-12-31",
    "0000-01-01",
    "2025-02-29",
    "20240229",
    "10000-01-01",
)
TIMES = (
    "",
    "T08:00:00",
    " 08:00:00",
    "t08:00:00",
    "T23:59:60",
    "T24:00:00",
    "T00:00",
    "T8:00:00",
    "T23:59:59",
)
FRACTIONS = ("", ".5", ".123", ".123456", ".1234560", ".1234567", ".000000001", ",5")
OFFSETS = ("", "Z", "z", "+00:00", "-05:30", "+23:59", "+0530", "+24:00", " UTC")
SPELLINGS = tuple(map("".join, product(DATES, TIMES, FRACTIONS, OFFSETS)))
texts = st.sampled_from(SPELLINGS) | st.sampled_from([*INSTANTS, "", "yesterday", "1741000000000", "12:00"])


def read(some: list[str | None]) -> list[datetime | str | None]:
    """Return the instants of strings, and the strings that are none as they are."""
    instants, odd = timestamps(pa.array(some, pa.string()))
    instants.validate(full=True)
    assert instants.type == pa.timestamp("us", tz="UTC")
    assert all(instants[at].as_py() is None for at in odd)
    return [odd.get(at, instant) for at, instant in enumerate(instants.to_pylist())]


@given(st.lists(st.none() | texts, max_size=8))
def test_an_instant_does_not_depend_on_its_neighbours(some: list[str | None]) -> None:
    assert read(some) == [read([one])[0] for one in some]


def test_an_instant_is_what_the_standard_library_reads() -> None:
    for text, found in zip(SPELLINGS, read([*SPELLINGS]), strict=True):
        if isinstance(found, datetime):
            moment = datetime.fromisoformat(text)
            assert found == (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment)


@given(st.datetimes(), st.sampled_from([3, 6]), st.sampled_from(["", "Z", "+00:00"]))
def test_every_instant_in_the_platforms_spelling_is_read(
    moment: datetime, decimals: int, offset: str
) -> None:
    spec = {3: "milliseconds", 6: "microseconds"}[decimals]
    text = moment.isoformat(timespec=spec) + offset
    shown = moment.replace(microsecond=moment.microsecond // 1000 * 1000) if decimals == 3 else moment
    assert read([text]) == [shown.replace(tzinfo=UTC)]


@pytest.mark.parametrize(("text", "instant"), INSTANTS.items())
def test_an_offset_is_converted_and_a_missing_one_is_utc(text: str, instant: datetime) -> None:
    assert read([text]) == read([text, "yesterday"])[:1] == [instant]


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-02T08:00:00.1234567Z", "2025-02-29T08:00:00Z", "0000-01-01T00:00:00Z",
        "2025-03-02T08:00:00:00", "2025-03-02T08:00:00,5Z", "2025-W10-7", "20250302", "2025-03-02T24:00:00Z",
        "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "1741000000000", "yesterday", "",
    ],
)  # fmt: skip
def test_a_string_that_names_no_instant_exactly_is_left_over(text: str) -> None:
    assert read([text, None]) == [text, None]
