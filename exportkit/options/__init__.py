"""Options: what public functions and the command can be asked for, declared once.

Each option has one declaration: its type, its default, the values that it accepts, and what documentation and
the help of the command say of it. Knows no conversion; loads nothing heavy.

>>> OPTIONS["max_rejects"].default
10000
>>> complete(SourceOptions, {"max_compression_ratio": 0.5})
Traceback (most recent call last):
exportkit.errors.OptionError: max_compression_ratio must be 1 or more, or None, not 0.5
"""

from __future__ import annotations

from exportkit.options.declared import (
    BatchOptions,
    ConversionOptions,
    ConvertOptions,
    FileOptions,
    InspectOptions,
    LimitOptions,
    ProgressOptions,
    ReadOptions,
    ReplayOptions,
    RunOptions,
    SelectOptions,
    SourceOptions,
    TableOptions,
    TablesOptions,
    UpgradeOptions,
)
from exportkit.options.option import Option, complete, only, options_of, shown, takes
from exportkit.options.values import (
    BATCH_ROWS,
    COMPRESSION_LEVEL,
    MAX_COMPRESSION_RATIO,
    Filters,
    FormatName,
    How,
    LabelPolicy,
    Mode,
    OnBadRow,
    OnBadSource,
    Params,
)

__all__ = [
    "BATCH_ROWS",
    "COMPRESSION_LEVEL",
    "MAX_COMPRESSION_RATIO",
    "OPTIONS",
    "BatchOptions",
    "ConversionOptions",
    "ConvertOptions",
    "FileOptions",
    "Filters",
    "FormatName",
    "How",
    "InspectOptions",
    "LabelPolicy",
    "LimitOptions",
    "Mode",
    "OnBadRow",
    "OnBadSource",
    "Option",
    "Params",
    "ProgressOptions",
    "ReadOptions",
    "ReplayOptions",
    "RunOptions",
    "SelectOptions",
    "SourceOptions",
    "TableOptions",
    "TablesOptions",
    "UpgradeOptions",
    "complete",
    "only",
    "options_of",
    "shown",
    "takes",
]

#: Every option by its name.
OPTIONS = {
    name: option
    for kind in (BatchOptions, RunOptions, InspectOptions, ReplayOptions, FileOptions)
    for name, option in options_of(kind).items()
}
