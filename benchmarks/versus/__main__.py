"""Command: ``python -m benchmarks.versus RIVAL SOURCE DESTINATION [--tables a,b] [--threads N]``."""

from __future__ import annotations

import argparse
import importlib
import json
import os
from pathlib import Path

from benchmarks.versus import RIVALS

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Convert an export with one rival and print its number of rows per table as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versus", description=main.__doc__)
    parser.add_argument("rival", choices=RIVALS)
    parser.add_argument("source", type=Path)
    parser.add_argument("destination", type=Path, help="directory for the tables; made where missing")
    parser.add_argument(
        "--tables", type=lambda text: text.split(","), help="names with commas; all by default"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory-limit", help="such as 700MB; exportkit alone knows one")
    options = parser.parse_args(arguments)
    options.destination.mkdir(parents=True, exist_ok=True)
    # polars reads this when it is imported, and at no other time.
    os.environ["POLARS_MAX_THREADS"] = str(options.threads)
    rival = importlib.import_module(RIVALS[options.rival])
    limit = {"memory_limit": options.memory_limit} if options.memory_limit else {}
    rows = rival.convert(
        options.source, options.destination, tables=options.tables, threads=options.threads, **limit
    )
    print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
