"""Command: ``python -m benchmarks.corpora SHAPE SIZE DESTINATION [--seed N]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.corpora import SHAPES, generate, parse_size

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> None:
    """Write a synthetic export to a file, or to standard output for ``-``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpora", description=main.__doc__)
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument(
        "size", type=parse_size, help="such as 200MB, 1.6GB or 64MiB; a count where the shape is one line"
    )
    parser.add_argument("destination", help="path of the file, or - for standard output")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    chunks = generate(options.shape, options.size, seed=options.seed)
    if options.destination == "-":
        sys.stdout.buffer.writelines(chunks)
    else:
        with Path(options.destination).open("wb") as file:
            file.writelines(chunks)


if __name__ == "__main__":
    main()
