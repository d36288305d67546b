"""Names on first use: a package says where its names are, and loads a module when one of them is asked for.

Takes a package's namespace and a table of homes, gives its ``__getattr__``. A small job in a new process
then pays for the modules it goes through and for no others. Whoever wants a name at the time of its use
imports the package and not the name: ``legacy.upgrade_rows(...)``.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

__all__ = ["collector_resting", "on_first_use"]


def on_first_use(space: dict[str, Any], homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return the ``__getattr__`` of the package with the namespace `space`.

    Parameters
    ----------
    space : dict
        ``globals()`` of the package; a name is kept there once it has been loaded.
    homes : mapping of str to str
        Public name -> module that holds it. A name never equals a module of the package: importing the
        module would put it in the name's place.
    """

    def load(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {space['__name__']!r} has no attribute {name!r}")
        with collector_resting():
            value: object = getattr(import_module(home), name)
        space[name] = value
        return value

    return load


@contextmanager
def collector_resting() -> Iterator[None]:
    """Keep the cyclic garbage collector off while something makes many objects and no garbage.

    Looking for garbage among ten thousand new functions took a tenth of the time that loading Arrow and this
    package takes.
    """
    resume = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resume:
            gc.enable()
