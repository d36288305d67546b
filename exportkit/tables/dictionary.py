"""The data dictionary: the declarations of the tables as a Markdown document for people.

Takes the declarations; gives text. Knows no files.
"""

from __future__ import annotations

from exportkit.tables import TABLES, Column, Table
from exportkit.tables.paths import source_path

__all__ = ["data_dictionary"]

_OPENING = """\
# The tables

<!-- Written by `make schemas` from exportkit/tables/. Change the declarations, not this file. -->

Every export becomes the same fourteen tables: no column depends on what the export holds. Beside this
dictionary there is a JSON file a table for programs, `row.schema.json` for the lines that go in, and
`CHANGES.md` for what has changed from version to version.

- `export_id` names the input and `line` the line in it (from 1; in a JSON array the element's ordinal).
  Together they name a line; what names a row within its line is said below.
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

## Types that drift

The platform writes one field now as this type, now as that. What a column takes:

| column | takes | goes to `extra` |
|---|---|---|
| string | strings | all else; a string with half a surrogate pair, which UTF-8 cannot hold |
| int32, int64 | whole numbers in range, `90` and `90.0` | fractions, larger numbers, digits in a string |
| float64 | numbers, `1` and `1.0` | whole numbers that it would round (`9007199254740993`), `1e400`, strings |
| bool | `true`, `false` | `0`, `1`, `"true"` |
| timestamp | ISO 8601 with up to six decimals | other strings, finer fractions of a second |
| list | arrays whose items all fit | the whole array, where one item does not |

Taken without loss, beside these: `exif_rotation` as a number or as digits, `name` for a metadata field's
`schema_name`, `split` for a run's `data_split`, and key frames as a list or as an object of `true` and `false`.

A line is refused, and stands in `rejects`, when it is no UTF-8 or no JSON, when it is no object, when it has no
`data_row.id`, or when it is an entry of the platform's error stream.
"""  # noqa: E501 - the rows of a Markdown table cannot be broken


def data_dictionary() -> str:
    """Return the whole dictionary, with a section a table."""
    overview = ["## Grain", "", "| table | one row is | named within its line by |", "|---|---|---|"]
    overview += [
        f"| [`{table.name}`](#{table.name}) | {table.grain} | {_names(table.identity)} |"
        for table in TABLES.values()
    ]
    sections = [_OPENING, "\n".join(overview) + "\n", _EXTRA, *map(_section, TABLES.values())]
    return "\n".join(sections)


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
