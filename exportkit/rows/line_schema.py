"""The structs of a line as JSON Schema: what an input line looks like, for people and other programs.

Takes nothing but the structs; gives plain values. ``msgspec.json.schema`` cannot do it: it has no answer
to fields of raw JSON, and forbids the unknown fields that exportkit keeps.
"""

from __future__ import annotations

from typing import Any

from msgspec import inspect

from exportkit.rows.structs import Row

__all__ = ["DIALECT", "line_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: Keys that are whole numbers, such as frames.
_WHOLE = {"propertyNames": {"pattern": "^(0|-?[1-9][0-9]{0,17})$"}}

Schema = dict[str, Any]


def line_schema() -> Schema:
    """Return the JSON Schema of an Export V2 line.

    It describes what has a column. A line that does not conform is converted as well, so long as it
    has a ``data_row.id``: what the schema does not know, or what is of another type, goes to ``extra``.
    """
    definitions: dict[str, Schema] = {}
    root = _of(inspect.type_info(Row), definitions)
    return {
        "$schema": DIALECT,
        "title": "A line of a Labelbox Export V2",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _of(declared: inspect.Type, definitions: dict[str, Schema]) -> Schema:
    if isinstance(declared, inspect.StructType):
        return _of_struct(declared, definitions)
    if isinstance(declared, inspect.UnionType):
        return _of_union([_of(one, definitions) for one in declared.types])
    if isinstance(declared, inspect.ListType):
        return {"type": "array", "items": _of(declared.item_type, definitions)}
    if isinstance(declared, inspect.TupleType):
        items = [_of(one, definitions) for one in declared.item_types]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    if isinstance(declared, inspect.DictType):
        keys = _WHOLE if isinstance(declared.key_type, inspect.IntType) else {}
        return {"type": "object", **keys, "additionalProperties": _of(declared.value_type, definitions)}
    if isinstance(declared, inspect.IntType):
        return _of_int(declared, definitions)
    if isinstance(declared, inspect.StrType) and declared.min_length:
        return {"type": "string", "minLength": declared.min_length}
    return dict(_PLAIN[type(declared)])


def _of_struct(declared: inspect.StructType, definitions: dict[str, Schema]) -> Schema:
    name = declared.cls.__name__
    if name not in definitions:
        definition = definitions[name] = {}
        documentation = declared.cls.__dict__.get("__doc__")
        fields = [one for one in declared.fields if one.name != "extra_"]
        definition.update({
            **({"description": documentation.splitlines()[0].replace("``", "`")} if documentation else {}),
            "type": "object",
            "properties": {one.encode_name: _of(one.type, definitions) for one in fields},
            "required": [one.encode_name for one in fields if one.required],
            "additionalProperties": True,
        })  # fmt: skip
    return {"$ref": f"#/$defs/{name}"}


def _of_int(declared: inspect.IntType, definitions: dict[str, Schema]) -> Schema:
    name = f"int{(declared.le or 0).bit_length() + 1}"
    definitions[name] = {"type": "integer", "minimum": declared.ge, "maximum": declared.le}
    return {"$ref": f"#/$defs/{name}"}


def _of_union(options: list[Schema]) -> Schema:
    """Return what takes any of `options`; plain types as a list of their names."""
    if all(set(option) == {"type"} for option in options):
        return {"type": [option["type"] for option in options]}
    return {"anyOf": options}


_PLAIN: dict[type[inspect.Type], Schema] = {
    inspect.StrType: {"type": "string"},
    inspect.FloatType: {"type": "number"},
    inspect.BoolType: {"type": "boolean"},
    inspect.NoneType: {"type": "null"},
    inspect.AnyType: {},
    inspect.RawType: {},
}
