"""The data dictionary: the declarations of the tables as a Markdown document for people.

Takes the declarations; gives text. Knows no files.
"""

from __future__ import annotations

from exportkit.rows.kinds import KINDS, AnnotationKind
from exportkit.tables import TABLES, Column, Table
from exportkit.tables.drift import DRIFT, Drift
from exportkit.tables.paths import source_path

__all__ = ["data_dictionary"]

_OPENING = """\
# The tables

<!-- Written by `make schemas` from exportkit/tables/. Change the declarations, not this file. -->

Every export becomes the same fourteen tables: no column depends on what the export holds. Beside this
dictionary there are one JSON file per table for programs, `row.schema.json` for the lines that go in,
`versions.json` with the columns of every version of a table, and `CHANGES.md`, which says what has changed
from version to version.

- `export_id` names the input and `line` the line in it (from 1; in a JSON array the element's ordinal).
  Together they name a line; the columns that name a row within its line are listed below.
- Tables below a label carry `project_id`, `label_id`, `label_index` and `origin`. A label without an id gets
  one that starts with `derived:`.
- Null: the key is missing, or is null. Columns marked "never" are never null.
- Source: where the value stands in the line; without one it is derived. `*` is any key, `[*]` any index.
  Labels stand under `$.experiments.*.runs.*.labels[*]` and `.predictions[*]` as well, objects and questions
  also under `annotations.frames.*`, `annotations.groups.*` and `annotations.timestamp.*`.
- Timestamps are instants in UTC: an offset is converted, a missing one is taken for UTC.
- Some texts hold JSON; they are marked so.
"""

_EXTRA = """\
## `extra` and `payload`

Nothing in a line is dropped in silence. It is in a column, in `extra` or `payload`, or the line is in `rejects`.

`extra` is a JSON object of what the row's source object holds and no column does, nested as in the source, or null:

| in the source object | in `extra` |
|---|---|
| an unknown field `x` of `label_details` | `{"label_details": {"x": 1}}` in `labels` |
| an unknown field in the fourth vertex of a polygon | `{"polygon": {"3": {"x": 1}}}` in `objects`: an index is a key |
| an unknown field of a frame | `{"annotations": {"frames": {"5": {"x": 1}}}}` in `labels`: a frame has no row |
| a known field whose value does not fit its column | the value, under its own path |
| an item that should be an object and is none | `{"$value": 7}` in the row that stands for it (`payload` in `objects`) |
| an object under a key other than its `feature_id` | `{"$key": "the key"}` |
| an answer under a `conversational_*` key without a `message_id` | `{"$key": "conversational_radio_answer"}` |
| a question on a feature that its id does not name (none, or that of another) | `{"$holder": ["objects", 3]}` |
| a question under an answer that its id does not name | `{"$parent": ...}`: the positions of the answers above it |

Where several rows come from one object (the answers of a question, the vectors of an embedding, the runs of an
experiment) the first carries what is left over. `objects.payload` is a JSON object of geometry that no column fits:
the fields of an annotation kind that is not in the catalogue, a polygon with holes, a box that lacks a side.
`data_rows.media_attributes` is a JSON object of the asset's attributes that have no column.

## Annotation kinds

The kinds whose geometry has columns. A kind that is not among them is converted as well: its geometry is in columns
as far as its keys are known, and else in `objects.payload`. Its media type and unit follow from the first word of
its name. Relationships have no geometry: their ends are in `relationships`.
An object that equals a relationship of its label to the letter is one row, of `relationships`; one that differs from it in anything
is a row of `objects` of its own.

"""  # noqa: E501 - the rows of a Markdown table cannot be broken

_TYPES = """\
## Types that drift

The platform writes one field now as this type, now as that. What a column takes:
"""

_BESIDE = """\
A list takes an array whose items all fit, and leaves the whole array where one does not.

Taken without loss, beside these: `exif_rotation` as a number or as digits, `name` for a metadata field's
`schema_name`, `split` for a run's `data_split`, and key frames as a list or as an object of `true` and `false`.

A missing field is a null. Fields that mean nothing without one another (the sides of a box, both coordinates of a point,
name and value of a metric) are left whole, to `payload` or `extra`, where one is missing or does not fit.

Of a key that an object names twice the last value counts, as in Python, JavaScript and jq; the others are in no table.
A frame (or millisecond) `"-0"` is frame `"0"`: where an object names both, the last one counts.

A line is refused, and stands in `rejects`, when it is no UTF-8 or no JSON, when it is nested deeper than parsers go (some
hundred levels), when it is no object, when it has no `data_row.id` (a string, not empty), when it is an entry of
the platform's error stream, or when it is larger than may be held: a line of more than 64 MiB, or of a million objects and
arrays, of which one value is longer than 64 MiB or holds more than four million objects and arrays, or more than 64 MiB
belong to no collection.
"""  # noqa: E501 - the rows of a Markdown table cannot be broken


def data_dictionary() -> str:
    """Return the whole dictionary, with one section per table."""
    overview = ["## Grain", "", "| table | one row is | named within its line by |", "|---|---|---|"]
    overview += [
        f"| [`{table.name}`](#{table.name}) | {table.grain} | {_names(table.identity)} |"
        for table in TABLES.values()
    ]
    drift = ["| column | takes | leaves to `extra` |", "|---|---|---|", *map(_drift, DRIFT)]
    about = [_EXTRA + _kinds(), _TYPES, "\n".join(drift) + "\n", _BESIDE]
    sections = [_OPENING, "\n".join(overview) + "\n", *about, *map(_section, TABLES.values())]
    return "\n".join(sections)


def _kinds() -> str:
    rows = ["| kind | media type | unit | keys of the geometry |", "|---|---|---|---|"]
    rows += [
        f"| {kind.name} | {kind.media_type} | {_unit(kind)} | {_names(kind.geometry)} |"
        for kind in KINDS.values()
    ]
    return "\n".join(rows) + "\n"


def _unit(kind: AnnotationKind) -> str:
    if "geojson" in kind.geometry:
        return "degree"
    return kind.unit if kind.geometry else ""


def _drift(drift: Drift) -> str:
    cells = (", ".join(drift.types), *("; ".join(map(str, some)) for some in (drift.taken, drift.left)))
    return f"| {' | '.join(cells)} |"


def _section(table: Table) -> str:
    head = [
        f"## {table.name}",
        "",
        f"One row is {table.grain}. Version {table.version}, from `{table.root}`.",
        "",
        "| column | type | null | unit | meaning | source |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *(_row(table, column) for column in table.columns)]) + "\n"


def _row(table: Table, column: Column) -> str:
    path = source_path(table, column)
    units = {one.name: f"see `{one.name}`" for one in table.columns}
    cells = (
        f"`{column.name}`",
        f"`{column.type}`" + (" (JSON)" if column.json else ""),
        "" if column.null else "never",
        units.get(column.unit, column.unit),
        column.meaning.replace("|", "\\|"),
        f"`{path}`" if path else "",
    )
    return f"| {' | '.join(cells)} |"


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in columns)
