"""Assignment: what the workers of a run are told, and whether they may be forked.

Apart from `exportkit.pipeline.workers`, whose libraries only a run with several workers needs.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping

from msgspec import Struct

from exportkit.pipeline.options import Options
from exportkit.write import Hints, Staging, WriteOptions

__all__ = ["Assignment", "can_fork"]


class Assignment(Struct, frozen=True):
    """What every worker of a run needs to know; sent by pickle where processes are not forked."""

    staging: Staging
    hints: Mapping[str, Hints]
    options: Options
    write_options: WriteOptions


def can_fork() -> bool:
    """Return whether worker processes may be forked from this one.

    A fork keeps locks that other threads hold locked for ever. Threads of Python are therefore in the way;
    those that numpy and Arrow keep are not, since both put themselves in order after a fork.
    """
    return sys.platform == "linux" and threading.active_count() == 1
