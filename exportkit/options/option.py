"""An option: its default, what it accepts, and what documentation says of it; functions that take options.

Takes declarations (`TypedDict` classes whose fields are annotated with an `Option`); gives complete and
checked values, signatures, and the text of the section "Parameters". Does not know which options there are.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from numbers import Integral, Real
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from exportkit.errors import OptionError, Wording

__all__ = [
    "Option",
    "at_least",
    "complete",
    "kind_of_value",
    "mapping",
    "mappings",
    "names",
    "names_by_name",
    "only",
    "options_of",
    "shown",
    "takes",
]

Options = TypeVar("Options")
Function = TypeVar("Function", bound=Callable[..., object])
#: Says what is wrong with a value ("must be ..."), or nothing.
Check = Callable[[Any], str | None]

#: Characters of a value that an error quotes.
QUOTED_CHARACTERS = 80
#: Where a docstring has the entries of all options of its function.
_MARKER = "**options :"


class Option:
    """One option as it is declared, once for the library and the command.

    Parameters
    ----------
    default : object
        Its value when nobody gives one.
    doc : str
        What it does, for ``help()``: unit, default and reason.
    kind : str, optional
        Its type as documentation shows it; the accepted values where the annotation lists them.
    check : callable, optional
        Says what is wrong with a value, as ``"must be 1 or more, not 0"``; None when nothing is.
    flag : str, optional
        Name on the command line; its own name with hyphens when left out.
    metavar : str, optional
        What stands for its value in the help of the command.
    command : str, optional
        What the help of the command says; options without it are not on the command line.
    """

    def __init__(
        self,
        default: object,
        doc: str,
        *,
        kind: str = "",
        check: Check | None = None,
        flag: str = "",
        metavar: str | None = None,
        command: str | None = None,
    ) -> None:
        self.default = default
        self.doc = doc
        self.kind = kind
        self.check = check
        self.flag = flag
        self.metavar = metavar
        self.command = command
        self.name = ""
        self.annotation: Any = None

    def bind(self, name: str, annotation: Any) -> Option:
        """Note under which name and with which type the option is declared."""
        self.name, self.annotation = name, annotation
        self.flag = self.flag or name.replace("_", "-")
        if get_origin(annotation) is Literal:
            accepted = get_args(annotation)
            self.kind = self.kind or "{" + ", ".join(f'"{one}"' for one in accepted) + "}"
            self.check = self.check or one_of(accepted)
        return self

    def refuse(self, value: object) -> None:
        """Raise an `OptionError` unless the option accepts `value`."""
        problem = None if self.check is None else self.check(value)
        if problem is not None:
            text = Wording(f"{{{self.name}}} {{problem}}", problem=problem)
            raise OptionError(self.name, text)

    @cached_property
    def parameter(self) -> inspect.Parameter:
        """The option as a parameter of a function."""
        kind = inspect.Parameter.KEYWORD_ONLY
        annotation = getattr(self.annotation, "__forward_arg__", self.annotation)
        return inspect.Parameter(self.name, kind, default=self.default, annotation=annotation)

    @cached_property
    def entry(self) -> str:
        """What a docstring says of the option."""
        return f"{self.name} : {self.kind}\n{textwrap.indent(inspect.cleandoc(self.doc), '    ')}"


def at_least(least: int, *, or_none: bool = False, most: int | None = None, whole: bool = True) -> Check:
    """Return what accepts numbers from `least` on, up to `most` where that is given; whole ones, or any."""
    accepted = f"{least} to {most}" if most is not None else f"{least} or more"
    accepted += ", or None" if or_none else ""

    def check(value: Any) -> str | None:
        if value is None and or_none:
            return None
        is_number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
        fits = is_number and value >= least and (most is None or value <= most)
        return None if fits else f"must be {accepted}, not {shown(value)}"

    return check


def one_of(accepted: tuple[object, ...]) -> Check:
    """Return what accepts some values."""

    def check(value: Any) -> str | None:
        fits = isinstance(value, str) and value in accepted
        return None if fits else f"must be one of {', '.join(map(str, accepted))}, not {shown(value)}"

    return check


def kind_of_value(accepted: str, *kinds: type) -> Check:
    """Return what accepts None, and values of some types but the empty one, and text that UTF-8 can hold."""

    def check(value: Any) -> str | None:
        if isinstance(value, str) and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                return f"must be text that UTF-8 can hold, not {shown(value)}"
        if value is None or (isinstance(value, kinds) and value):
            return None
        return "must not be empty" if isinstance(value, kinds) else f"must be {accepted}, not {shown(value)}"

    return check


def names(value: Any) -> str | None:
    """Accept None, a name, and collections of at least one name."""
    some = (value,) if isinstance(value, str) else value
    is_some = isinstance(some, Collection) and not isinstance(some, bytes | Mapping)
    fits = value is None or (is_some and len(some) > 0 and all(isinstance(one, str) and one for one in some))
    return None if fits else f"must be a list of at least one name, not {shown(value)}"


def names_by_name(example: str) -> Check:
    """Return what accepts None, and dictionaries whose values are lists of names, or one name."""
    is_mapping = mapping(example)

    def check(value: Any) -> str | None:
        if value is None or not isinstance(value, Mapping):
            return is_mapping(value)
        for name, some in value.items():
            if not isinstance(name, str):
                return f"must be a dictionary such as {example}, not {shown(value)}"
            is_list = some is not None and not isinstance(some, Mapping) and isinstance(some, Collection)
            if not is_list or (some and names(some)):
                return f"must give a list of names for {shown(name)}, not {shown(some)}"
        return None

    return check


def mapping(example: str) -> Check:
    """Return what accepts None, and dictionaries, such as the example."""

    def check(value: Any) -> str | None:
        fits = value is None or isinstance(value, Mapping)
        return None if fits else f"must be a dictionary such as {example}, not {shown(value)}"

    return check


def mappings(example: str) -> Check:
    """Return what accepts None, dictionaries, and lists of them."""
    is_mapping = mapping(example)

    def check(value: Any) -> str | None:
        if not isinstance(value, list | tuple):
            return is_mapping(value)
        # None stands for no filters at all, and for none of several.
        return next(filter(None, (is_mapping([one] if one is None else one) for one in value)), None)

    return check


def shown(value: object) -> str:
    """Return a value as an error quotes it."""
    text = repr(value)
    return text if len(text) <= QUOTED_CHARACTERS else f"{text[: QUOTED_CHARACTERS - 3]}..."


def options_of(kind: type) -> dict[str, Option]:
    """Return the options that a `TypedDict` declares, by name, in their order."""
    found = {}
    for name, hint in kind.__annotations__.items():
        (option,) = hint.__metadata__
        found[name] = option if option.name else option.bind(name, hint.__origin__)
    return found


def complete(kind: type[Options], given: Options) -> Options:
    """Return `given` with the default of every option that is not in it, all checked.

    Raises
    ------
    TypeError
        There is no such option.
    OptionError
        A value is none that its option accepts.
    """
    declared, asked = options_of(kind), cast("Mapping[str, object]", given)
    for name, value in asked.items():
        if name not in declared:
            raise _unknown(name, declared)
        declared[name].refuse(value)
    whole = {name: asked.get(name, option.default) for name, option in declared.items()}
    return cast("Options", whole)


def only(kind: type[Options], given: object) -> Options:
    """Return those of the `given` options that `kind` declares."""
    asked = cast("Mapping[str, object]", given)
    return cast("Options", {name: asked[name] for name in options_of(kind) if name in asked})


def _unknown(name: str, declared: Mapping[str, Option]) -> TypeError:
    from difflib import get_close_matches  # noqa: PLC0415 - which nothing but a misspelt name needs

    near = get_close_matches(name, declared, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"its options are {', '.join(declared)}"
    return TypeError(f"unexpected keyword argument {name!r}\nhint: {hint}")


def takes(kind: type) -> Callable[[Function], Function]:
    """Return what gives a function with ``**options: Unpack[kind]`` the signature and text that say so.

    The docstring has ``**options`` where the entries of the options go, at the end of "Parameters".
    """
    declared = options_of(kind).values()

    def documented(function: Function) -> Function:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD]
        whole = signature.replace(parameters=[*own, *(option.parameter for option in declared)])
        function.__signature__ = whole  # type: ignore[attr-defined]  # what `inspect` looks for first
        if function.__doc__:  # there is none under `python -OO`
            function.__doc__ = _with_entries(function.__doc__, [option.entry for option in declared])
        return function

    return documented


def _with_entries(documentation: str, entries: list[str]) -> str:
    """Return a docstring with `entries` in place of its entry ``**options``."""
    before, marker, rest = documentation.partition(_MARKER)
    if not marker:
        return documentation
    indent = before.rpartition("\n")[2]
    lines = rest.split("\n")
    after = next((at for at in range(1, len(lines)) if not lines[at].startswith(f"{indent} ")), len(lines))
    listed = textwrap.indent("\n".join(entries), indent).removeprefix(indent)
    return "\n".join([before + listed, *lines[after:]])
