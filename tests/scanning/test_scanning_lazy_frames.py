"""Scans: what polars pushes down into reading changes nothing but the work."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.errors import DecodeError, ExportkitWarning, MissingDependencyError, ReadError, TableError
from exportkit.pipeline import batches
from exportkit.scanning import lazy_frames, scan

ROOT = Path(__file__).parents[2]
EXPORT = ROOT / "examples" / "export.ndjson"
TABLES = [*exportkit.schema()]
ENGINES: list[Literal["in-memory", "streaming"]] = ["in-memory", "streaming"]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every media type and drift variant in one export."""
    path = tmp_path_factory.mktemp("everything") / "export.ndjson"
    goldens = sorted((ROOT / "tests" / "golden").glob("*.ndjson"))
    path.write_bytes(b"".join(one.read_bytes().rstrip(b"\n") + b"\n" for one in goldens))
    return path


@pytest.fixture(scope="module")
def lakes(everything: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Lakes of both formats, under a name that would mean something to a glob."""
    found = {name: tmp_path_factory.mktemp(name) / "a[1]=*b" for name in ("parquet", "arrow")}
    exportkit.to_parquet(everything, found["parquet"])
    exportkit.to_arrow(everything, found["arrow"])
    return found


@pytest.fixture(scope="module")
def whole(everything: Path) -> pl.DataFrame:
    return pl.DataFrame(exportkit.read_table(everything, "objects"))


NUMBERS = ["line", "label_index", "frame", "position", "bbox_left", "point_x", "page_number", "confidence"]
STRINGS = ["data_row_id", "name", "annotation_kind", "feature_id", "coordinate_unit", "payload", "plane"]
LITERALS = st.sampled_from([0, 1, 2, 5, 12.5, 100, -1])
WORDS = st.sampled_from(["", "px", "ImageBoundingBox", "box", "Axial", "zzz"])


def column_of(name: str) -> pl.Expr:
    return pl.col(name)  # `pl.col` itself is an object that hypothesis cannot print


def comparisons() -> st.SearchStrategy[pl.Expr]:
    numbers, strings = (st.builds(column_of, st.sampled_from(names)) for names in (NUMBERS, STRINGS))
    return st.one_of(
        st.builds(lambda column, value: column > value, numbers, LITERALS),
        st.builds(lambda column, value: column == value, numbers, LITERALS),
        st.builds(lambda column, other: column <= other, numbers, numbers),
        st.builds(lambda value: pl.col("line").is_in([value, 3]), st.integers(0, 4)),
        st.builds(lambda column, value: column.eq_missing(pl.lit(value)), strings, WORDS),
        st.builds(lambda column, value: column.str.starts_with(value), strings, WORDS),
        st.builds(lambda column: column.is_null(), numbers | strings),
        st.builds(lambda column: column == column.max(), numbers),
        st.just(pl.col("vertices").list.len() > 3),
        st.just(pl.col("is_key_frame")),
    )


PREDICATES = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.builds(lambda a, b: a & b, inner, inner),
        st.builds(lambda a, b: a | b, inner, inner),
        inner.map(lambda a: ~a),
    ),
    max_leaves=4,
)
PROJECTIONS = st.lists(st.sampled_from([*NUMBERS, *STRINGS, "vertices"]), min_size=1, max_size=5, unique=True)
STEPS = st.one_of(
    PREDICATES.map(lambda wanted: lambda frame: frame.filter(wanted)),
    st.integers(0, 30).map(lambda rows: lambda frame: frame.head(rows)),
    st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda at: lambda frame: frame.slice(*at)),
    st.just(lambda frame: frame.with_columns(bottom=pl.col("bbox_top") + pl.col("bbox_height"))),
)

#: What is asked for at the end, of no column of the table now and then.
ENDS = st.one_of(
    PROJECTIONS.map(lambda columns: lambda frame: frame.select(columns)),
    st.sampled_from(
        [
            lambda frame: frame.select(pl.len()),
            lambda frame: frame.select(pl.row_index()),
            lambda frame: frame.with_row_index("i").select("i"),
            lambda frame: frame.with_row_index("i").filter(pl.col("i") % 3 == 1).select("i"),
            lambda frame: frame.with_row_index("i").filter(pl.col("i") > 2).select(pl.len()),
        ]
    ),
)


@given(
    steps=st.lists(STEPS, max_size=3),
    end=ENDS,
    engine=st.sampled_from(ENGINES),
    batch_rows=st.sampled_from([1, 7, 100_000]),
    kind=st.sampled_from(["export", "parquet", "arrow"]),
)
def test_a_query_over_a_scan_gives_what_it_gives_over_the_table(  # noqa: PLR0917 - what is drawn
    everything: Path, lakes: dict[str, Path], whole: pl.DataFrame, steps: list[Any], end: Any,
    engine: Literal["in-memory", "streaming"], batch_rows: int, kind: str,
) -> None:  # fmt: skip
    source = lakes.get(kind, everything)

    def query(frame: pl.LazyFrame) -> pl.LazyFrame:
        return reduce(lambda found, step: step(found), [*steps, end], frame)

    scanned = query(scan(source, "objects", batch_rows=batch_rows)).collect(engine=engine)
    assert scanned.equals(query(whole.lazy()).collect())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("table", TABLES)
def test_a_scan_is_the_table_of_the_declared_types_from_an_export_and_from_a_lake(
    everything: Path, lakes: dict[str, Path], table: str, engine: Literal["in-memory", "streaming"]
) -> None:
    whole = pl.DataFrame(exportkit.read_table(everything, table))
    for source in (everything, *lakes.values()):
        frame = scan(source, table)
        assert frame.collect_schema() == whole.schema
        assert frame.collect(engine=engine).equals(whole)


@pytest.mark.parametrize("table", ["rejects", "embeddings", "relationships"])
def test_an_empty_table_scans_as_one(tmp_path: Path, table: str) -> None:
    export = tmp_path / "export.ndjson"
    export.write_bytes(b'{"data_row":{"id":"a"}}\n')
    exportkit.to_parquet(export, tmp_path / "lake")
    for source in (export, tmp_path / "lake"):
        found = scan(source, table).filter(pl.col("line") > 0).collect()
        assert found.schema == pl.DataFrame(exportkit.schema(table).empty_table()).schema
        assert found.is_empty()


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_can_be_counted_without_columns(
    everything: Path, lakes: dict[str, Path], whole: pl.DataFrame, engine: Literal["in-memory", "streaming"]
) -> None:
    for source in (everything, *lakes.values()):
        counted = scan(source, "objects").select(pl.len()).collect(engine=engine)
        assert counted.item() == whole.height


def test_a_scan_chooses_rows_and_labels_as_a_conversion_does(
    everything: Path, lakes: dict[str, Path]
) -> None:
    found = scan(everything, "labels", labels="latest").collect()
    assert found.equals(pl.DataFrame(exportkit.read_table(everything, "labels", labels="latest")))
    with pytest.raises(ValueError, match="a lake is converted already"):
        scan(lakes["parquet"], "labels", labels="latest")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The columns that each pass over an export was asked for."""
    found: list[tuple[str, ...]] = []

    def spied(source: Any, options: Any) -> Iterator[Any]:
        found.extend(options.columns.values())
        return batches(source, options)

    monkeypatch.setattr(lazy_frames, "batches", spied)
    return found


def test_columns_that_a_query_does_not_need_are_never_made(asked: list[tuple[str, ...]]) -> None:
    scan(EXPORT, "objects").filter(pl.col("bbox_left") > 3).select("name").collect()
    assert [set(columns) for columns in asked] == [{"name", "bbox_left"}]


@pytest.mark.parametrize("engine", ENGINES)
def test_reading_ends_with_the_last_row_that_is_needed(engine: Literal["in-memory", "streaming"]) -> None:
    stream = io.BytesIO(EXPORT.read_bytes() * 100)
    assert scan(stream, "objects").head(3).collect(engine=engine).height == 3
    assert stream.tell() < len(stream.getbuffer()) / 2


def test_a_lake_scans_the_columns_it_holds(tmp_path: Path) -> None:
    exportkit.to_parquet(
        EXPORT, tmp_path / "lake", tables=["labels"], columns={"labels": ["label_id", "line"]}
    )
    assert scan(tmp_path / "lake", "labels").collect().columns == ["label_id", "line"]
    with pytest.raises(TableError) as raised:
        scan(tmp_path / "lake", "objects")
    assert str(raised.value) == "the lake holds no table 'objects'\nhint: it holds labels"


def test_a_directory_of_exports_is_read_as_exports(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.ndjson").write_bytes(EXPORT.read_bytes())
    assert scan(tmp_path, "labels").collect().equals(scan(EXPORT, "labels").collect()) is False
    assert (
        scan(tmp_path, "labels")
        .drop("export_id")
        .collect()
        .equals(scan(EXPORT, "labels").drop("export_id").collect())
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_errors_are_those_of_exportkit(tmp_path: Path, engine: Literal["in-memory", "streaming"]) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_bytes(EXPORT.read_bytes() + b'{"data_row": {\n')
    with pytest.raises(DecodeError, match="line"):
        scan(bad, "objects", on_bad_row="raise").collect(engine=engine)
    with pytest.raises(ReadError, match="more than 0 lines"):
        scan(bad, "objects", max_rejects=0).collect(engine=engine)
    with pytest.raises(TableError, match="did you mean 'objects'"):
        scan(bad, "object")


@pytest.mark.parametrize("engine", ENGINES)
def test_rejected_lines_are_warned_of_as_everywhere(
    tmp_path: Path, engine: Literal["in-memory", "streaming"]
) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_bytes(EXPORT.read_bytes() + b'{"data_row": {\n')
    with pytest.warns(ExportkitWarning, match="1 line could not become rows"):
        scan(bad, "labels").collect(engine=engine)


def test_a_part_that_is_no_parquet_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "part-1.parquet").write_bytes(b"nothing of the kind")
    with pytest.raises(ReadError, match=r"cannot read the part: .*part-1\.parquet"):
        scan(tmp_path, "labels")


def test_without_polars_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['polars'] = None\n"
        "from exportkit.scanning import scan\n"
        "from exportkit.errors import MissingDependencyError\n"
        "try:\n    scan('a.ndjson', 'objects')\nexcept MissingDependencyError as error:\n    print(error)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "scan needs polars\nhint: pip install 'exportkit[polars]'\n"
    assert issubclass(MissingDependencyError, ImportError)
