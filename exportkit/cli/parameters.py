"""Parameters of commands: those that the library declares, and those that commands share.

A command with ``**options`` takes the options of a declaration: names, types, defaults and help come from
there. Here stands how the words of a command line are read where they are not the value itself.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, cast

from cyclopts import Parameter, Token

from exportkit.cli.selecting import filters_of, params_of, redact_of
from exportkit.options import Option, options_of

__all__ = ["CONVERTERS", "STANDARD_INPUT", "Json", "Quiet", "Sources", "named_sources", "takes_options"]

Command = TypeVar("Command", bound=Callable[..., object])

#: What ``-`` is called while arguments are read, since a word that begins with ``-`` is an option.
STANDARD_INPUT = "stdin:"


def named_sources(paths: Sequence[str]) -> list[str]:
    """Return sources as the library takes them."""
    return ["-" if path == STANDARD_INPUT else path for path in paths]


def _names(_: Any, tokens: Sequence[Token]) -> list[str]:
    """Read names that commas separate."""
    names = [name.strip() for token in tokens for name in token.value.split(",") if name.strip()]
    if not names:
        raise ValueError("it must be names with commas between them, such as labels,objects")
    return names


def _number(kind: Callable[[str], Any], accepted: str) -> Callable[[Any, Sequence[Token]], Any]:
    """Return what reads a number of a kind, or ``none`` where that is accepted."""

    def read(_: Any, tokens: Sequence[Token]) -> Any:
        (token,) = tokens
        if token.value == "none" and "none" in accepted:
            return None
        try:
            return kind(token.value)
        except ValueError:
            raise ValueError(f"it must be {accepted}") from None

    return read


#: By option, the type of what stands on the command line, where it is not that of the option.
WORDS: Mapping[str, Any] = {
    "params": list[str] | None,
    "filters": list[str] | None,
    "redact": list[str] | None,
    "tables": list[str] | None,
    "memory_limit": str | None,
}
#: By option, how one word is read, where its type does not say it.
CONVERTERS: Mapping[str, Callable[[Any, Sequence[Token]], Any]] = {
    "tables": _names,
    "max_rejects": _number(int, "a number or none"),
    "max_compression_ratio": _number(float, "a number or none"),
    "compression_level": _number(int, "a whole number"),
    "top": _number(int, "a whole number"),
    "workers": _number(int, "a whole number"),
}
#: By option, what makes its value of all its words.
VALUES: Mapping[str, Callable[[list[str]], Any]] = {
    "params": params_of,
    "filters": filters_of,
    "redact": redact_of,
}


def takes_options(kind: type, **defaults: object) -> Callable[[Command], Command]:
    """Return what gives a command with ``**options: Unpack[kind]`` these options on the command line.

    Parameters
    ----------
    kind : type
        A declaration; its options without help for the command are left out.
    **defaults
        Defaults that differ from those declared.
    """
    declared = [option for option in options_of(kind).values() if option.command is not None]

    def described(command: Command) -> Command:
        def with_values(*words: Any, **given: Any) -> object:
            values = {name: VALUES[name](value) if name in VALUES else value for name, value in given.items()}
            return command(*words, **defaults | values)

        signature = inspect.signature(command)
        own = [
            one.replace(annotation=eval(one.annotation, command.__globals__))  # noqa: S307 - our own annotation
            for one in signature.parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ]
        placed = [one for one in own if one.kind is not one.KEYWORD_ONLY]
        named = [one for one in own if one.kind is one.KEYWORD_ONLY]
        options = [_parameter(one, defaults.get(one.name, one.default)) for one in declared]
        parameters = [*placed, *options, *named]
        with_values.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # cyclopts reads it
        with_values.__annotations__ = {one.name: one.annotation for one in parameters}
        with_values.__doc__ = command.__doc__
        with_values.__name__ = command.__name__
        return cast("Command", with_values)

    return described


def _parameter(option: Option, default: object) -> inspect.Parameter:
    """Return an option as a parameter that cyclopts reads from the command line."""
    about = Parameter(
        name=f"--{option.flag}",
        help=option.command,
        metavar=option.metavar,
        negative="",
        converter=CONVERTERS.get(option.name),
        n_tokens=1 if option.name in CONVERTERS else None,
    )
    words: Any = WORDS.get(option.name, option.annotation)
    annotation = Annotated[words, about]
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(option.name, kind, default=default, annotation=annotation)


Sources = Annotated[str, Parameter(name="SOURCE", help="Exports to read; - is standard input.")]
Quiet = Annotated[bool, Parameter(negative="", show_default=False, help="Show no progress and no summary.")]
Json = Annotated[
    bool, Parameter(name="--json", negative="", show_default=False, help="Print one JSON object.")
]
