"""Export V1 labels as hypothesis draws them: every layout, and now and then something else in any place."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Json = SearchStrategy[Any]

words = st.text(max_size=12)
ids = st.text("abcdefghij0123456789", min_size=1, max_size=8)
whole = st.integers(-(2**53), 2**53)
numbers = whole | st.floats(allow_nan=False, allow_infinity=False)
#: Names that V1 did not use and V2 does: a V1 field under one of them must not get in the way.
v2_names = st.sampled_from(
    [
        "feature_id name value annotation_kind bounding_box polygon point mask geojson location frames",
        "classifications objects radio_answer text_answer checklist_answers message_id key_frame_feature_map",
        "id label_details performance_details annotations reviews schema_name schema_id source target",
    ]
).flatmap(lambda names: st.sampled_from(names.split()))
scalars = st.none() | st.booleans() | numbers | words
anything: Json = st.recursive(
    scalars, lambda item: st.lists(item, max_size=3) | st.dictionaries(words, item, max_size=3), max_leaves=5
)


def now_and_then(strategy: Json) -> Json:
    """Draw from `strategy`, and one time in ten or so anything at all."""
    return st.integers(0, 9).flatmap(lambda number: strategy if number else anything)


def some_of(**fields: Json) -> Json:
    """Draw an object with any of `fields`, and a field or two that nobody knows."""
    known = st.fixed_dictionaries({}, optional={name: now_and_then(value) for name, value in fields.items()})
    unknown = st.dictionaries(words | v2_names, anything, max_size=2)
    return st.builds(lambda first, second: {**first, **second}, unknown, known)


header = {"featureId": ids, "schemaId": ids, "title": words, "value": words}
points = st.fixed_dictionaries({"x": numbers, "y": numbers})
paths = st.lists(points, max_size=3)
options = some_of(**header)
questions: Json = st.deferred(
    lambda: some_of(
        **header,
        answer=options | words | st.lists(options, max_size=2),
        answers=st.lists(options | words, max_size=2),
        classifications=nested,
        messageId=ids,
        scope=words,
        keyframe=st.booleans(),
    )
)
nested: Json = st.lists(questions | st.lists(questions, max_size=2), max_size=2)
boxes = st.fixed_dictionaries({"top": numbers, "left": numbers, "height": numbers, "width": numbers})
locations = some_of(start=whole, end=whole, messageId=ids, groups=st.lists(anything, max_size=1))
tiled: dict[str, Json] = {
    "type": st.sampled_from(["polygon", "rectangle", "point", "polyline", "circle"]),
    "geometry": some_of(coordinates=st.lists(st.tuples(numbers, numbers).map(list), max_size=3)),
}
geometries: SearchStrategy[dict[str, Json]] = st.sampled_from(
    [
        {"bbox": boxes},
        {"polygon": paths},
        {"line": paths},
        {"point": points},
        {"bbox": boxes, "page": whole, "unit": st.sampled_from(["POINTS", "PERCENT"])},
        {
            "data": some_of(location=locations),
            "format": words | st.just("text.location"),
            "version": st.just(1) | whole,
        },
        {"location": locations, "page": whole},
        tiled,
        {"bbox": boxes, "polygon": paths, **tiled},
        {},
    ]
)
objects = geometries.flatmap(
    lambda geometry: some_of(
        **header, **geometry, color=words, instanceURI=words, keyframe=st.booleans(), classifications=nested
    )
)
relationships = some_of(
    **header,
    data=some_of(source=ids, target=ids, label=words, startFeatureId=ids, endFeatureId=ids),
    relationshipType=st.sampled_from(["unidirectional", "bidirectional", "other"]),
    format=st.sampled_from(["unidirectional", "other"]),
    version=st.just(1) | whole,
)
sections = some_of(
    objects=st.lists(now_and_then(objects), max_size=3),
    classifications=nested,
    relationships=st.lists(now_and_then(relationships), max_size=2),
)
entries = some_of(
    frameNumber=st.integers(0, 3) | st.sampled_from(["1", "x", "-1"]),
    objects=st.lists(now_and_then(objects), max_size=3),
    classifications=nested,
    relationships=st.lists(now_and_then(relationships), max_size=1),
)
coordinates = st.integers(-999, 999).map(str) | st.floats(-999, 999).map(lambda number: f"{number:.6f}")
positions = st.builds(lambda x, y: f"{x} {y}", coordinates, coordinates)
rings = st.lists(positions, min_size=1, max_size=3).map(lambda items: f"({', '.join(items)})")
polygons = st.lists(rings, min_size=1, max_size=2).map(lambda items: f"({', '.join(items)})")
wkt = st.one_of(
    polygons.map(lambda body: f"POLYGON {body}"),
    st.lists(polygons, min_size=1, max_size=2).map(lambda items: f"MULTIPOLYGON ({', '.join(items)})"),
    rings.map(lambda body: f"LINESTRING {body}"),
    positions.map(lambda position: f"POINT({position})"),
    st.sampled_from(["POLYGON EMPTY", "POLYGON ((1 2, 3", "MULTIPOLYGON (((1 2 3)))"]),
)
pairs = st.lists(st.tuples(numbers, numbers).map(list), max_size=3)
#: Answers of 2018 and 2019: words under the name of the question.
plain_answers = st.dictionaries(
    words | st.sampled_from(["type", "name", "objects"]),
    words | st.lists(words, min_size=1, max_size=2),
    max_size=2,
)
geometry_items = st.builds(
    lambda answers, item: {**answers, **item},
    plain_answers,
    some_of(geometry=paths | points | pairs | wkt | st.lists(paths, max_size=2), title=words),
)
classes = st.dictionaries(
    words | st.sampled_from(["objects", "Car", "model"]),
    now_and_then(
        words
        | wkt
        | points
        | st.lists(words, max_size=2)
        | st.lists(geometry_items, max_size=2)
        | st.lists(paths, max_size=2)
    ),
    max_size=3,
)
layouts = st.one_of(
    sections,
    st.lists(now_and_then(entries), max_size=3),
    classes,
    st.sampled_from(["Skip", "skip it", {}, [], {"frames": "https://api.example.org/frames/1"}]),
)


def labels(data_row_ids: Json = ids) -> Json:
    """Draw a V1 label, with or without each of its fields, of a data row from `data_row_ids`."""
    known = st.fixed_dictionaries({"Labeled Data": words | st.just("https://example.org/1.jpg")})
    others = some_of(
        **{
            "ID": ids,
            "DataRow ID": data_row_ids,
            "Label": layouts,
            "Created By": words,
            "Project Name": st.sampled_from(["one", "two"]),
            "Created At": st.just("2021-07-13T21:19:39.000Z"),
            "Updated At": words,
            "Seconds to Label": numbers | st.sampled_from(["5.249", "007", "NaN"]),
            "External ID": words,
            "Global Key": ids,
            "Agreement": st.sampled_from([-1, 0.5, 1]),
            "Benchmark Agreement": st.sampled_from([-1, 0]),
            "Benchmark ID": ids,
            "Benchmark Reference ID": ids,
            "Dataset Name": words,
            "Reviews": st.lists(some_of(id=ids, score=whole, createdAt=words), max_size=2),
            "View Label": st.sampled_from(["https://a.example?project=p1&label=l1", "https://[", "x"]),
            "Has Open Issues": st.sampled_from([0, 1]),
            "Skipped": st.booleans(),
            "DataRow Metadata": st.lists(some_of(schemaId=ids, name=words, value=scalars), max_size=2),
            "Media Attributes": some_of(mimeType=words, height=whole, mime_type=words, subType=words),
            "Data Split": words,
            "Masks": st.dictionaries(words, words, max_size=2),
            "media_type": words,
        }
    )
    return st.builds(lambda first, second: {**first, **second}, known, others).filter(
        lambda label: "data_row" not in label
    )
