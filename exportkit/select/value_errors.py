"""Value errors: what is wrong with an option, with the accepted forms or the nearest known name."""

from __future__ import annotations

from collections.abc import Collection

from exportkit.errors import OptionError
from exportkit.options.option import shown
from exportkit.tables.spelling import nearest_name

__all__ = ["unknown_name", "wrong_value"]


#: What errors call a value, by the option that it stands in.
OPTION_OF = {"param": "params", "filter": "filters", "column": "redact", "redact": "redact"}


def unknown_name(what: str, name: object, known: Collection[str]) -> OptionError:
    """Return the error for a name that is none of `known`."""
    near = nearest_name(str(name), known)
    hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
    return OptionError(OPTION_OF[what], f"there is no {what} {name!r}", hint)


def wrong_value(what: str, value: object, accepted: str) -> OptionError:
    """Return the error for a value that is none of its accepted forms."""
    option = OPTION_OF[what.partition(" ")[0]]
    return OptionError(option, f"{what} must be {accepted}, not {shown(value)}")
