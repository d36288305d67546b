"""A column is complete: drawn, read by the oracle, shown in a golden, classified. Each law names the file."""

from __future__ import annotations

from collections import Counter

from exportkit.pipeline import projection
from exportkit.rows.structs import STRUCTS, structs_in
from exportkit.tables import TABLES, Column, declaration
from exportkit.tables.types import BINARY, STRING, ColumnType, ListOf, StructOf
from house.completeness import DECLARED_IN, DRAWN_IN, READ_IN, by_oracle, by_product, filled, of_goldens
from oracle import COLUMNS, differences
from oracle.comparison import FREE
from oracle.goldens import LEFT_OUT

#: Columns that nothing fills, with the reason.
NEVER_FILLED = {
    ("segments", "extra"): "a span has no object of its own: leftovers of spans are in labels.extra",
    ("key_frames", "extra"): "a key frame has no object of its own either",
    ("rejects", "extra"): "the whole line is in raw",
}
#: Columns that no small line fills, with the reason.
NOT_DRAWN = {("rejects", "raw_uri"): "it names the file of a line of megabytes: tests/rejects has such lines"}
#: By struct, fields with a column to which no source path leads: where the column is instead.
READ_OTHERWISE = {
    "Answer": {"feature_id", "feature_schema_id", "name", "value", "confidence"},  # `*_answer` in the paths
    "Metric": {"name", "value"},  # items of custom_metrics
    "TokenGroup": {"id", "page_number", "tokens", "text"},  # items of text_groups
    "Message": {"message_id", "model_config_name", "order"},  # items of messages
    "SelectedMessage": {"message_id", "model_config_name", "parent_message_id"},
    "SelectedMessages": {"parent_message_id"},
    "Group": {"name"},  # in planes
    "Label": {"id"},  # label_id, derived where it is missing
    "Run": {"split"},  # data_split
    "MetadataField": {"name"},  # schema_name
    "PerformanceV2": {
        "seconds_to_review", "skipped", "benchmark_reference_label", "benchmark_score", "consensus_score",
    },  # those of Performance
    "MediaAttributes": {
        "codec", "message_count", "content_length", "sub_type", "super_type",
    },  # in data_rows.media_attributes
}  # fmt: skip
WORDS = {
    declaration.NOTHING_PERSONAL, declaration.IDS, declaration.PEOPLE, declaration.NAMES,
    declaration.GEOMETRY, declaration.TEXT, declaration.URLS, declaration.FREE_FORM,
}  # fmt: skip


def every_column() -> list[tuple[str, Column]]:
    return [(table.name, column) for table in TABLES.values() for column in table.columns]


def lacking(found: set[tuple[str, str]], *exceptions: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the columns that are neither in `found` nor excepted."""
    known = {*found, *NEVER_FILLED, *exceptions}
    return [(table, column.name) for table, column in every_column() if (table, column.name) not in known]


def holds_text(declared: ColumnType) -> bool:
    if isinstance(declared, ListOf):
        return holds_text(declared.item)
    if isinstance(declared, StructOf):
        return any(holds_text(one.type) for one in declared.fields)
    return declared in (STRING, BINARY)


def fields_with_a_column() -> set[tuple[str, str]]:
    """Return the fields, each with its struct, that source paths go through."""
    inside = {name: structs_in(name) for name in STRUCTS}
    found = {(struct, field) for struct, fields in READ_OTHERWISE.items() for field in fields}
    for table in TABLES.values():
        for column in table.columns:
            root = "Row" if column.source.startswith("$") else table.struct
            found.update(projection._steps(root, column.source, inside))
    return found


def test_every_field_of_a_plain_value_has_a_column() -> None:
    fields = {(name, field) for name in STRUCTS for field, below in structs_in(name).items() if not below}
    # Fields of spans and key frames hold lists by feature: the roots of these two tables lead there.
    lost = (
        fields
        - fields_with_a_column()
        - {("Annotations", "segments"), ("Annotations", "key_frame_feature_map")}
    )
    problem = "fields that decode takes from a line and no column shows: add columns in exportkit/tables/"
    assert not lost, "\n".join((problem, *sorted(map(".".join, lost))))


def test_the_strategies_draw_every_column() -> None:
    never = [
        f"{table}.{column}: draw values of it in {DRAWN_IN[table]}"
        for table, column in lacking(filled(by_product()), *NOT_DRAWN)
    ]
    assert not never, "\n".join(("columns that are never drawn:", *never))


def test_the_oracle_knows_every_column_in_order() -> None:
    declared = {table.name: tuple(column.name for column in table.columns) for table in TABLES.values()}
    assert declared.keys() == COLUMNS.keys()
    differing = [
        f"{name}: {sorted({*columns} ^ {*COLUMNS[name]}) or 'another order'}"
        for name, columns in declared.items()
        if columns != COLUMNS[name]
    ]
    assert not differing, "\n".join(("tests/oracle/columns.py and exportkit/tables/ differ:", *differing))


def test_the_oracle_reads_every_column() -> None:
    unforeseen = [(table, column) for table, columns in FREE.items() for column in columns]
    never = [
        f"{table}.{column}: read it in {READ_IN[table]}"
        for table, column in lacking(filled(by_oracle()), *NOT_DRAWN, *unforeseen)
    ]
    assert not never, "\n".join(("columns that the oracle never fills:", *never))


def test_the_oracle_agrees_on_the_drawn_lines() -> None:
    assert differences(by_oracle(), by_product()) == []


def test_a_golden_shows_every_column() -> None:
    unshown = [
        (table, column.name)
        for table, column in every_column()
        if column.name in LEFT_OUT | FREE.get(table, set())
    ]
    never = [f"{table}.{column}" for table, column in lacking(filled(of_goldens()), *unshown)]
    assert not never, f"no golden shows them; add a line to tests/golden/*.ndjson: {', '.join(never)}"


def test_every_column_of_text_says_what_its_values_carry() -> None:
    silent = [
        f"{table}.{column.name}: give it `carries` in {DECLARED_IN[table]}"
        for table, column in every_column()
        if holds_text(column.type) and not column.carries
    ]
    assert not silent, "\n".join(("columns that redaction knows nothing of:", *silent))


def test_what_values_carry_is_a_word_of_the_declarations() -> None:
    odd = [
        f"{table}.{column.name} in {DECLARED_IN[table]}: {column.carries}"
        for table, column in every_column()
        if column.carries and column.carries not in WORDS
    ]
    assert not odd, "\n".join(("no word of exportkit/tables/declaration.py:", *odd))


def test_an_identity_is_that_of_several_columns_and_what_a_column_holds_is_one() -> None:
    shared = Counter(one for _, column in every_column() for one in {*column.identity})
    assert [one for one, columns in shared.items() if columns < 2] == []
    known = {one for _, column in every_column() for one in column.identities}
    assert known >= {one for _, column in every_column() for one in column.holds}


def test_the_exceptions_are_columns() -> None:
    columns = {(table, column.name) for table, column in every_column()}
    assert columns >= {*NEVER_FILLED, *NOT_DRAWN}
    assert DECLARED_IN.keys() == DRAWN_IN.keys() == READ_IN.keys() == TABLES.keys()


def test_every_struct_with_an_extra_belongs_to_a_table_or_to_a_struct_that_does() -> None:
    structs = {table.struct for table in TABLES.values()} - {""}
    # Answers are rows of their question, runs of their experiment; media attributes are columns of the row.
    beside = {"Answer", "Run", "MediaAttributes"}
    with_extra = {name for name, struct in STRUCTS.items() if "extra_" in struct.__struct_fields__}
    assert with_extra == structs | beside, "name the struct in exportkit/tables/, beside the table's root"
