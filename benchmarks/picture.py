"""A picture of speed and memory against input size: ``python -m benchmarks.picture RESULTS... PICTURE``.

Takes results files with several sizes; gives a PNG or SVG: one row per shape, speed on the left and peak
memory on the right, one line per candidate.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter, NullLocator
from PIL import Image

from benchmarks.candidates import CANDIDATES
from benchmarks.results import Conversion, read_results

__all__ = ["draw", "main"]

MB = 10**6
PANEL_INCHES = (4.6, 3.1)
COLOURS = 64
#: exportkit stands out; the colours are distinguishable with colour blindness too.
STYLES: dict[str, dict[str, Any]] = {
    "exportkit-2": {"color": "#0b3954", "linewidth": 2.6, "marker": "o"},
    "exportkit-1": {"color": "#0b3954", "linewidth": 1.6, "marker": "o", "linestyle": "--"},
    "duckdb-2": {"color": "#e08e00", "marker": "s"},
    "duckdb-1": {"color": "#e08e00", "marker": "s", "linestyle": "--"},
    "polars-2": {"color": "#3a86c8", "marker": "^"},
    "pyarrow-2": {"color": "#2a9d5c", "marker": "v"},
    "json": {"color": "#8d8d8d", "marker": "x"},
    "orjson": {"color": "#b05cc6", "marker": "+"},
    "dlt": {"color": "#c0392b", "marker": "d"},
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the picture of results files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picture", description=main.__doc__)
    parser.add_argument("results", type=Path, nargs="+", help="files of benchmarks/results")
    parser.add_argument("picture", type=Path, help="ends with .png or .svg")
    options = parser.parse_args(arguments)
    conversions = [one for path in options.results for one in read_results(path).conversions]
    draw(conversions, options.picture)


def draw(conversions: Sequence[Conversion], picture: Path) -> None:
    """Draw speed and peak memory of the conversions to all tables from plain files.

    Raises
    ------
    ValueError
        There are no results to draw.
    """
    lines = lines_by_shape(conversions)
    if not lines:
        raise ValueError("the results hold no conversion of a plain file to all tables")
    mpl.use("agg")
    mpl.rcParams["svg.fonttype"] = "none"
    width, height = PANEL_INCHES
    figure, axes = plt.subplots(
        len(lines), 2, figsize=(2 * width, height * len(lines) + 0.5), squeeze=False, layout="constrained"
    )
    for (speed, memory), (shape, by_candidate) in zip(axes, lines.items(), strict=True):
        for name in filter(by_candidate.__contains__, STYLES):
            style = {"linewidth": 1.4, "markersize": 4.5} | STYLES[name]
            points = sorted(by_candidate[name], key=lambda one: one.size_bytes)
            input_mb = [one.size_bytes / MB for one in points]
            speed.plot(input_mb, [one.rate for one in points], label=CANDIDATES[name].label, **style)
            memory.plot(input_mb, [one.peak_pss_bytes / MB for one in points], **style)
        sizes = sorted({round(one.size_bytes / MB) for points in by_candidate.values() for one in points})
        label(speed, f"{shape}: speed (higher is better)", "MB of input per second", sizes)
        label(memory, f"{shape}: peak memory (lower is better)", "MB, all processes", sizes)
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    # A white background is readable on dark pages too.
    figure.savefig(picture, dpi=100, facecolor="white")
    if picture.suffix == ".png":  # a third of the bytes, without a visible difference
        Image.open(picture).quantize(COLOURS).save(picture, optimize=True)
    plt.close(figure)


def lines_by_shape(conversions: Sequence[Conversion]) -> dict[str, dict[str, list[Conversion]]]:
    """Return the points of each line, by shape and candidate; candidates with fewer tables are left out."""
    found: dict[str, dict[str, list[Conversion]]] = defaultdict(lambda: defaultdict(list))
    for one in conversions:
        if one.tables == "all" and one.stored == "plain" and one.seconds and not one.missing:
            found[one.shape][one.candidate].append(one)
    return found


def label(axes: Any, title: str, unit: str, sizes: Sequence[int]) -> None:
    """Give a panel its title, scales and units; sizes grow by factors, so both scales are logarithmic."""
    axes.set_title(title, fontsize=10)
    axes.set(xscale="log", yscale="log", xlabel="input, MB", ylabel=unit)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_formatter(NullFormatter())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
    axes.grid(visible=True, which="major", linewidth=0.3, alpha=0.5)
    axes.spines[["top", "right"]].set_visible(False)


if __name__ == "__main__":
    main()
