"""A first look: whether an input is an Export V1, mostly told without a parser.

Takes the first bytes of an input. Every conversion asks, and nearly all inputs are Export V2: those are told
by what is not in them, before ijson is loaded.
"""

from __future__ import annotations

__all__ = ["V1_NAMES", "V1_PAIR", "looks_like_v1"]

#: Names that only Export V1 uses at the top of a label.
V1_NAMES = frozenset(
    {
        "DataRow ID",
        "Labeled Data",
        "View Label",
        "Project Name",
        "Created By",
        "Created At",
        "Seconds to Label",
        "External ID",
        "Dataset Name",
    }
)
#: Names that only Export V1 uses there together.
V1_PAIR = frozenset({"ID", "Label"})
#: What can spell a letter of a name otherwise than by itself.
_ESCAPE = rb"\u"


def looks_like_v1(head: bytes) -> bool:
    """Tell whether an input that starts with `head` is an Export V1 file.

    Parameters
    ----------
    head : bytes
        The first bytes, decompressed; some kilobytes are plenty, the end may be cut anywhere.

    Returns
    -------
    bool
        Whether the first object's own names, as far as they are in `head`, are those of a V1 label
        and not those of a V2 row. False for everything else, broken JSON included.
    """
    if not _may_hold_v1_names(head):
        return False
    from exportkit.legacy.elements import begins_as_v1  # noqa: PLC0415 - ijson, for what looks like V1

    return begins_as_v1(head)


def _may_hold_v1_names(head: bytes) -> bool:
    shown = (f'"{name}"'.encode() in head for name in V1_NAMES)
    return _ESCAPE in head or any(shown) or all(f'"{name}"'.encode() in head for name in V1_PAIR)
