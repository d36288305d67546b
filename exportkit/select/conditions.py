"""Conditions: filters as they were asked for, checked, each ready to keep or drop a decoded row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Protocol

from exportkit.flatten import BY_ASSET_TYPE
from exportkit.rows import Row
from exportkit.rows.structs import MetadataField
from exportkit.select.dates import Range, make_range
from exportkit.select.filter_values import READ_BY_FILTER, VALUES, metadata_fields
from exportkit.select.value_errors import unknown_name, wrong_value
from exportkit.tables.instants import parse_timestamp

__all__ = ["Condition", "first_refusing", "make_conditions"]

Moment = str | datetime | None
Scalar = str | float | bool | datetime


#: By status without underscores and capitals, the spelling of the rows.
STATUSES = {one.replace("_", "").lower(): one for one in ("TO_LABEL", "IN_REVIEW", "IN_REWORK", "DONE")}
_STATUS_FORMS = "one of ToLabel, InReview, InRework, Done (or TO_LABEL, IN_REVIEW, IN_REWORK, DONE)"
_MEDIA_TYPES = tuple(sorted({*BY_ASSET_TYPE.values(), "unknown"}))


class Condition(Protocol):
    """What keeps or drops a row."""

    @property
    def name(self) -> str:
        """The filter's name."""

    def keeps(self, row: Row) -> bool:
        """Return whether the row stays."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Keeps a row when any of its values is wanted."""

    name: str
    wanted: frozenset[str]

    def keeps(self, row: Row) -> bool:
        """Return whether the row stays."""
        wanted = self.wanted
        return any(value in wanted for value in VALUES[self.name](row))


@dataclass(frozen=True, slots=True)
class Within:
    """Keeps a row when any of its timestamps lies in a range."""

    name: str
    wanted: Range

    def keeps(self, row: Row) -> bool:
        """Return whether the row stays."""
        return any(self.wanted.holds(value) for value in VALUES[self.name](row))


@dataclass(frozen=True, slots=True)
class MetadataIs:
    """Keeps a row that has a metadata field of this name (or schema id) with one of these values."""

    field: str
    wanted: tuple[Scalar, ...]
    name: str = "metadata"

    def keeps(self, row: Row) -> bool:
        """Return whether the row stays."""
        return any(
            self.field in (one.schema_name, one.name, one.schema_id)
            and any(equals(one, wanted) for wanted in self.wanted)
            for one in metadata_fields(row)
        )


def equals(field: MetadataField, wanted: Scalar) -> bool:
    """Return whether a metadata field has a value; an option is named by its name or id."""
    value = field.value
    if isinstance(value, list):
        return any(
            isinstance(one, dict)
            and wanted in (one.get("schema_name"), one.get("name"), one.get("schema_id"))
            for one in value
        )
    if isinstance(wanted, bool) or isinstance(value, bool):
        return value is wanted
    if isinstance(wanted, datetime):
        return isinstance(value, str) and parse_timestamp(value) == wanted
    if isinstance(value, (int, float)):
        return value == _number(wanted)
    if field.schema_kind == "CustomMetadataDateTime" and isinstance(value, str) and isinstance(wanted, str):
        moment = parse_timestamp(wanted)
        return value == wanted or (moment is not None and parse_timestamp(value) == moment)
    return bool(value == wanted)


def _number(wanted: str | float) -> float | None:
    try:
        return wanted if isinstance(wanted, (int, float)) else float(wanted)
    except ValueError:
        return None


def first_refusing(row: Row, conditions: Sequence[Condition]) -> str | None:
    """Return the name of the first filter that drops a row, None when all keep it."""
    for condition in conditions:
        if not condition.keeps(row):
            return condition.name
    return None


def make_conditions(filters: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Return the conditions that `filters` asks for, in its order; of several dictionaries, those of all.

    Raises
    ------
    ValueError
        A name or value is none that `Filters` has; says the accepted form.
    """
    conditions: list[Condition] = []
    several = [filters] if isinstance(filters, Mapping) else filters
    for name, given in chain.from_iterable(one.items() for one in several):
        if name not in READ_BY_FILTER:
            raise unknown_name("filter", name, READ_BY_FILTER)
        if name.endswith("_at"):
            conditions.append(Within(name, make_range(name, given)))
        elif name == "metadata":
            conditions += _metadata(given)
        else:
            conditions.append(OneOf(name, _wanted(name, given)))
    return tuple(conditions)


def _wanted(name: str, given: Any) -> frozenset[str]:
    values = (given,) if isinstance(given, str) else given
    if (
        not isinstance(values, (list, tuple, set, frozenset))
        or not values
        or not all(isinstance(one, str) and one for one in values)
    ):
        raise wrong_value(f"filter {name!r}", given, "a list of at least one string")
    if name == "workflow_status":
        return frozenset(_status(one) for one in values)
    if name == "media_types":
        return frozenset(_media_type(one) for one in values)
    return frozenset(values)


def _status(given: str) -> str:
    found = STATUSES.get(given.replace("_", "").lower())
    if found is None:
        raise wrong_value("filter 'workflow_status'", given, _STATUS_FORMS)
    return found


def _media_type(given: str) -> str:
    found = BY_ASSET_TYPE.get(given.lower(), given.lower())
    if found not in _MEDIA_TYPES:
        raise wrong_value("filter 'media_types'", given, f"of {', '.join(_MEDIA_TYPES)}")
    return found


def _metadata(given: Any) -> list[Condition]:
    if not isinstance(given, Mapping) or not given:
        raise wrong_value("filter 'metadata'", given, "a dictionary of field names and values")
    conditions: list[Condition] = []
    for field, value in given.items():
        values = tuple(value) if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        fits = values and all(isinstance(one, (str, int, float, datetime)) for one in values)
        if not isinstance(field, str) or not fits:
            accepted = "a string, number or datetime, or a list of them"
            raise wrong_value(f"filter 'metadata', field {field!r}", value, accepted)
        conditions.append(MetadataIs(field, tuple(map(_with_zone, values))))
    return conditions


def _with_zone(value: Scalar) -> Scalar:
    return parse_timestamp(value.isoformat()) or value if isinstance(value, datetime) else value
