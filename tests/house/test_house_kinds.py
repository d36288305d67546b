"""A kind is complete: its geometry has fields, it is drawn, the oracle knows it, and a golden shows it."""

from __future__ import annotations

import pytest

from exportkit.rows.features import Answer, Object, Question
from exportkit.rows.kinds import (
    FAMILIES,
    GEOMETRY_KEYS,
    KINDS,
    MESSAGE_KEYS,
    TEXT_KEYS,
    VERTEX_KEYS,
    AnnotationKind,
    kind_of,
)
from house.completeness import by_product, kinds_in, of_goldens
from oracle import objects as oracle

#: Fields of an object that are not its geometry.
FEATURE_FIELDS = {
    *(set(Question.__struct_fields__) & set(Answer.__struct_fields__)),
    "annotation_kind", "classifications", "confidence", "custom_metrics", "unidirectional_relationship",
    "bidirectional_relationship", "color", "instance_uri",
}  # fmt: skip
REGISTRY = "exportkit/rows/kinds.py"


def test_every_geometry_is_a_field_of_an_object_and_every_other_field_is_known() -> None:
    fields = set(Object.__struct_fields__)
    assert fields >= GEOMETRY_KEYS, (
        f"add to Object in exportkit/rows/features.py: {sorted(GEOMETRY_KEYS - fields)}"
    )
    others = fields - GEOMETRY_KEYS - FEATURE_FIELDS
    assert not others, f"fields of Object that are geometry of no kind in {REGISTRY}: {sorted(others)}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_belongs_to_a_family_and_shares_columns_once(kind: AnnotationKind) -> None:
    assert kind.media_type != "unknown", f"no family in {REGISTRY} begins like {kind.name}"
    for keys in (VERTEX_KEYS, TEXT_KEYS, MESSAGE_KEYS):
        assert len(set(keys) & set(kind.geometry)) <= 1, "its columns hold one of them, so one would be lost"


def test_the_strategies_draw_every_kind() -> None:
    never = sorted(KINDS.keys() - kinds_in(by_product()))
    assert not never, f"draw them in tests/strategies/annotations.py (geometry in features.py): {never}"


def test_the_oracle_knows_every_kind_and_geometry() -> None:
    for name, known, declared in (
        ("KINDS", oracle.KINDS, {*KINDS}),
        ("GEOMETRY", oracle.GEOMETRY, {*GEOMETRY_KEYS}),
    ):
        differing = sorted(known ^ declared)
        assert not differing, f"{name} in tests/oracle/objects.py and {REGISTRY} differ by {differing}"


def test_a_golden_shows_every_kind() -> None:
    never = sorted(KINDS.keys() - kinds_in(of_goldens()))
    assert not never, f"add a line with them to tests/golden/*.ndjson: {never}"


@pytest.mark.parametrize(
    ("name", "media_type", "unit", "vertex_key"),
    [
        ("ImageCuboid", "image", "px", "polygon"),
        ("RadarPolyline", "unknown", "", "line"),
        ("DocumentLine", "document", "pt", "line"),
        ("GeoCircle", "geospatial", "", "polygon"),
        ("", "unknown", "", "polygon"),
    ],
)
def test_an_undeclared_kind_is_described_by_its_name(
    name: str, media_type: str, unit: str, vertex_key: str
) -> None:
    kind = kind_of(name)
    assert (kind.geometry, kind.media_type, kind.unit, kind.vertex_key) == ((), media_type, unit, vertex_key)
    assert kind.is_line == (vertex_key == "line")


def test_no_family_hides_another() -> None:
    prefixes = [family.prefix for family in FAMILIES]
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and a.startswith(b)]
