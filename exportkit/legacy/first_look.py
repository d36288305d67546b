"""A first look: whether an input is an Export V1, in most cases without a parser.

Takes the first bytes of an input. Every conversion asks this, and nearly all inputs are Export V2: they are
recognised by the keys that they lack.
"""

from __future__ import annotations

__all__ = ["V1_NAMES", "V1_PAIR", "looks_like_v1"]

#: Keys that only Export V1 uses at the top of a label.
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
#: Keys that only Export V1 uses there together.
V1_PAIR = frozenset({"ID", "Label"})
#: Begins an escape, which can spell a letter of a key in another way.
_ESCAPE = rb"\u"


def looks_like_v1(head: bytes) -> bool:
    """Return whether an input that starts with `head` is an Export V1 file, by the keys of its first object.

    Parameters
    ----------
    head : bytes
        The first bytes, decompressed; some kilobytes are enough, and they may end anywhere.

    Returns
    -------
    bool
        Whether the keys of the first object, as far as `head` holds them, are those of a V1 label and not
        those of a V2 row. False for everything else, broken JSON included.
    """
    if not _may_hold_v1_names(head):
        return False
    from exportkit.legacy.csv_labels import is_csv  # noqa: PLC0415 - for what looks like V1
    from exportkit.legacy.label_reader import begins_as_v1  # noqa: PLC0415 - for what looks like V1

    return begins_as_v1(head) or is_csv(head)


def _may_hold_v1_names(head: bytes) -> bool:
    shown = (name.encode() in head for name in V1_NAMES)
    # A string around the label escapes the quotes, and may be cut off.
    return _ESCAPE in head or any(shown) or all(f'"{name}'.encode() in head for name in V1_PAIR)
