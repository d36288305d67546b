"""Rivals at the same tables, each in a module of its own; `RIVALS` names them.

A module has one function, ``convert(source, destination, *, tables=None, threads=2)``: it writes the tables
that it can make as Parquet files and returns their rows. It runs in a process of its own, by ``python -m
benchmarks.versus RIVAL SOURCE DESTINATION``. The module's docstring states what is unfair about
the comparison, to either side.
"""

from __future__ import annotations

__all__ = ["RIVALS"]

#: Module of every rival, and of exportkit itself, by name.
RIVALS = {
    "exportkit": "benchmarks.versus.exportkit_api",
    "duckdb": "benchmarks.versus.duckdb_sql",
    "polars": "benchmarks.versus.polars_maps",
    "json": "benchmarks.versus.json_pyarrow",
    "orjson": "benchmarks.versus.orjson_pandas",
    "pyarrow": "benchmarks.versus.pyarrow_json",
    "dlt": "benchmarks.versus.dlt_lists",
}
