"""Recording: the results of a run become a file, the tables of both READMEs and their picture."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from benchmarks.reporting import numbers, renew, report, shown
from benchmarks.results import Results

__all__ = ["record"]

HERE = Path(__file__).parent
#: Path of the picture of the last recorded run, relative to the project.
PICTURE = "benchmarks/results/speed_and_memory.png"


def record(results: Results, machine_name: str, project: Path = HERE.parent) -> list[Path]:
    """Record a run; return the files that were written.

    Parameters
    ----------
    results : Results
        The results.
    machine_name : str
        Suffix of the name of the results file, after the date.
    project : Path
        Folder of the project.
    """
    from benchmarks.picture import draw  # noqa: PLC0415 - matplotlib is heavy, and only recording needs it

    name = re.sub(r"[^\w.]+", "-", machine_name.lower()).strip("-")
    path = project / "benchmarks" / "results" / f"{results.machine.date}-{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
    picture = project / PICTURE
    draw(results.conversions, picture)
    own, front = project / "benchmarks" / "README.md", project / "README.md"
    renew(own, "results", f"{report(results)}\n{shown(picture.relative_to(own.parent).as_posix())}\n")
    renew(front, "numbers", numbers(results, PICTURE))
    return [path, picture, own, front]
