"""Lenient decoding: a row that does not fit the structs becomes one that does, and nothing of it is lost.

Takes a row decoded without types and builds the struct by its declared types. What does not fit (an
unknown field, a value of another type) stays in the ``extra_`` of the nearest struct that owns one,
under the path it had. A list index in such a path is written as a string.

Coerced without loss: whole floats where an integer is declared, integers where a float is declared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from functools import cache, cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from exportkit.json_text import whole_number, write_json
from exportkit.rows import VALUE_KEY

__all__ = ["UNFIT", "LenientDecoder"]

#: Says that a value does not fit a type at all.
UNFIT: Any = object()
#: Unknown fields of one struct that are noted; an export with more has keys that are data.
MAX_SEEN = 1_000

#: The fitted value (or UNFIT), and what of it did not fit.
Fitted = tuple[Any, dict[str, Any] | None]
Fitter = Callable[[Any], Fitted]

#: msgspec takes it for another spelling of 0.
MINUS_ZERO = "-0"


class LenientDecoder:
    """Fit untyped rows into `row_type`, and note the unknown fields that they hold.

    Attributes
    ----------
    seen : dict of str to set of str
        By struct, the unknown fields since it was last emptied.
    """

    def __init__(self, row_type: type[msgspec.Struct]) -> None:
        self.seen: dict[str, set[str]] = defaultdict(set)
        self._row_type = row_type

    @cached_property
    def _fit(self) -> Fitter:
        # Takes 10 ms, and most exports hold nothing that does not fit.
        return _fitter(_type_info(self._row_type), Known({}, self.seen))

    def fit(self, value: dict[str, Any]) -> Any:
        """Return the row that `value` makes, UNFIT where it makes none."""
        return self._fit(value)[0]


@cache
def _type_info(struct: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(struct)


class Known(NamedTuple):
    """Fitters of the structs met so far, and where unknown fields are noted."""

    fitters: dict[type, Fitter]
    seen: dict[str, set[str]]


def _fitter(declared: inspect.Type, known: Known) -> Fitter:
    if isinstance(declared, inspect.StructType):
        return _struct_fitter(declared, known)
    if isinstance(declared, inspect.UnionType):
        return _union_fitter(declared, known)
    if isinstance(declared, inspect.ListType):
        return _list_fitter(declared, known)
    if isinstance(declared, inspect.TupleType):
        return _tuple_fitter(declared, known)
    if isinstance(declared, inspect.DictType):
        return _dict_fitter(declared, known)
    if isinstance(declared, inspect.IntType):
        return _int_fitter(declared.ge, declared.le)
    if isinstance(declared, inspect.StrType) and declared.min_length:
        return _fit_id
    return _SCALARS[type(declared)]


def _struct_fitter(declared: inspect.StructType, known: Known) -> Fitter:
    cls = declared.cls
    if cls in known.fitters:
        return known.fitters[cls]
    fields: dict[str, tuple[str, Fitter]] = {}
    seen = known.seen[cls.__name__]

    def fit(value: Any) -> Fitted:
        if type(value) is not dict:
            return UNFIT, None
        fitting: dict[str, Any] = {}
        left: dict[str, Any] = {}
        for key, item in value.items():
            if key not in fields:
                left[key] = item
                if len(seen) < MAX_SEEN:
                    seen.add(key)
                continue
            if item is None:
                continue
            name, fit_item = fields[key]
            fitted, rest = fit_item(item)
            if fitted is UNFIT:
                left[key] = item
                continue
            fitting[name] = fitted
            if rest:
                left[key] = rest
        if not required.issubset(fitting):
            return UNFIT, None
        if not owner:
            return cls(**fitting), left or None
        return cls(**fitting, extra_=left or None), None

    known.fitters[cls] = fit
    owner = _owns_extra(declared)
    required = {one.name for one in declared.fields if one.required}
    for one in declared.fields:
        if one.name != "extra_":
            fields[one.encode_name] = (one.name, _fitter(one.type, known))
    return fit


def _union_fitter(declared: inspect.UnionType, known: Known) -> Fitter:
    options = [_fitter(one, known) for one in declared.types if not isinstance(one, inspect.NoneType)]
    if len(options) == 1:
        return options[0]

    def fit(value: Any) -> Fitted:
        for option in options:
            fitted, rest = option(value)
            if fitted is not UNFIT:
                return fitted, rest
        return UNFIT, None

    return fit


def _list_fitter(declared: inspect.ListType, known: Known) -> Fitter:
    fit_item = _fitter(declared.item_type, known)
    item = declared.item_type
    blank = _blank(item) if isinstance(item, inspect.StructType) else None

    def fit(value: Any) -> Fitted:
        if type(value) is not list:
            return UNFIT, None
        fitting: list[Any] = []
        left: dict[str, Any] = {}
        for index, one in enumerate(value):
            fitted, rest = fit_item(one)
            if fitted is UNFIT:
                if blank is None:
                    return UNFIT, None
                fitted, rest = blank(one)
            fitting.append(fitted)
            if rest is not None:
                left[str(index)] = rest
        return fitting, left or None

    return fit


def _blank(declared: inspect.StructType) -> Fitter | None:
    """Return what puts an empty struct in the place of an item that is none; None where none can be empty."""
    if any(one.required for one in declared.fields):
        return None
    if _owns_extra(declared):
        return lambda value: (declared.cls(extra_={VALUE_KEY: value}), None)
    return lambda value: (declared.cls(), value)


def _owns_extra(declared: inspect.StructType) -> bool:
    return any(one.name == "extra_" for one in declared.fields)


def _tuple_fitter(declared: inspect.TupleType, known: Known) -> Fitter:
    fitters = [_fitter(one, known) for one in declared.item_types]

    def fit(value: Any) -> Fitted:
        if type(value) is not list or len(value) != len(fitters):
            return UNFIT, None
        fitting = [fit_one(one)[0] for fit_one, one in zip(fitters, value, strict=True)]
        return (UNFIT, None) if any(one is UNFIT for one in fitting) else (tuple(fitting), None)

    return fit


def _dict_fitter(declared: inspect.DictType, known: Known) -> Fitter:
    fit_item = _fitter(declared.value_type, known)
    is_numbered = isinstance(declared.key_type, inspect.IntType)
    fit_key = _fit_whole_key if is_numbered else _fit_str

    def fit(value: Any) -> Fitted:
        if type(value) is not dict:
            return UNFIT, None
        if is_numbered and MINUS_ZERO in value:
            value = {"0" if key == MINUS_ZERO else key: item for key, item in value.items()}
        fitting: dict[Any, Any] = {}
        left: dict[str, Any] = {}
        for key, item in value.items():
            fitted_key, _ = fit_key(key)
            fitted, rest = fit_item(item)
            if fitted is UNFIT or fitted_key is UNFIT:
                left[key] = item
                continue
            fitting[fitted_key] = fitted
            if rest:
                left[key] = rest
        return fitting, left or None

    return fit


def _fit_whole_key(value: str) -> Fitted:
    number = whole_number(value)
    return (UNFIT if number is None else number), None


def _int_fitter(least: int | None, most: int | None) -> Fitter:
    low = -(2**63) if least is None else int(least)
    high = 2**63 - 1 if most is None else int(most)

    def fit(value: Any) -> Fitted:
        if type(value) is float and value.is_integer():
            value = int(value)
        return (value, None) if type(value) is int and low <= value <= high else (UNFIT, None)

    return fit


def _fit_float(value: Any) -> Fitted:
    if type(value) is float:
        return value, None
    try:
        return (float(value), None) if type(value) is int and float(value) == value else (UNFIT, None)
    except OverflowError:
        return UNFIT, None


def _fit_bool(value: Any) -> Fitted:
    return (value, None) if type(value) is bool else (UNFIT, None)


def _fit_str(value: Any) -> Fitted:
    if type(value) is not str:
        return UNFIT, None
    try:
        value.isascii() or value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which no UTF-8 column can hold
        return UNFIT, None
    return value, None


def _fit_id(value: Any) -> Fitted:
    return _fit_str(value) if value else (UNFIT, None)


def _fit_any(value: Any) -> Fitted:
    return value, None


def _fit_raw(value: Any) -> Fitted:
    return msgspec.Raw(write_json(value)), None


_SCALARS: dict[type[inspect.Type], Fitter] = {
    inspect.StrType: _fit_str,
    inspect.FloatType: _fit_float,
    inspect.BoolType: _fit_bool,
    inspect.AnyType: _fit_any,
    inspect.RawType: _fit_raw,
}
