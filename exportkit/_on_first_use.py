"""Names on first use: a package lists its names as plain imports, and each loads when somebody asks for it.

A small job in a new process then pays for the modules that it uses and for no others. ::

    with on_first_use(globals()):
        from exportkit.legacy.upgrading import upgrade as upgrade

Inside the block an import statement loads nothing: it notes which module holds which name. Type checkers,
linters and tools that freeze programs read the statements as the imports that they are, so a name stands
once (``as upgrade`` tells them that it is for others too). Python 3.15 has ``lazy from ... import`` for this.

Code that needs such a name in some cases only imports the package, and writes ``legacy.upgrade(...)``.
"""

from __future__ import annotations

import builtins
import gc
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import SimpleNamespace

__all__ = ["collector_resting", "on_first_use"]


class on_first_use:  # noqa: N801 - it is written like a statement: `with on_first_use(globals())`
    """Note the imports of a block; give their package ``__all__``, ``__getattr__`` and ``__dir__``.

    Parameters
    ----------
    space : dict
        ``globals()`` of the package; a name is kept there once it has been loaded. A name never equals a
        module of the package: importing the module would put it in the name's place.
    """

    def __init__(self, space: dict[str, object]) -> None:
        self._space = space
        self._homes: dict[str, str] = {}

    def __enter__(self) -> None:
        self._import = builtins.__import__
        vars(builtins)["__import__"] = self._note

    def __exit__(self, *_: object) -> None:
        # A thread that began another block meanwhile keeps its own function. It leaves this one in place,
        # which passes every import on from now on.
        if builtins.__import__ == self._note:
            vars(builtins)["__import__"] = self._import
        space, self._space = self._space, {}
        for name in self._homes:
            space.pop(name, None)
        space["__all__"] = sorted(self._homes)
        space["__getattr__"] = lambda name: _load(space, self._homes, name)
        space["__dir__"] = lambda: sorted({*space, *self._homes})

    def _note(
        self,
        name: str,
        space: Mapping[str, object] | None = None,
        local_space: Mapping[str, object] | None = None,
        names: Sequence[str] | None = (),
        level: int = 0,
    ) -> object:
        """Note an import statement of the package; pass on those of everybody else."""
        if space is not self._space:
            return self._import(name, space, local_space, names or (), level)
        self._homes.update(dict.fromkeys(names or (), name))
        return SimpleNamespace(**dict.fromkeys(names or ()))


def _load(space: dict[str, object], homes: Mapping[str, str], name: str) -> object:
    if name not in homes:
        raise AttributeError(f"module {space['__name__']!r} has no attribute {name!r}")
    # Looking for garbage among ten thousand new functions took a tenth of the time that loading takes.
    with collector_resting():
        value: object = getattr(import_module(homes[name]), name)
    space[name] = value
    return value


class collector_resting:  # noqa: N801 - it is written like a statement: `with collector_resting()`
    """Keep the cyclic garbage collector off where many objects are made and none of them is garbage."""

    def __enter__(self) -> None:
        self._resume = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self._resume:
            gc.enable()
