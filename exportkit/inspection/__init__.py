"""Inspection: what is in an export.

Takes a source; gives an `Inspection`, counted in one pass over a few columns of every table. Holds
counts, never rows; knows no terminal.
"""

from __future__ import annotations

from exportkit.inspection.inspecting import inspect_export
from exportkit.inspection.results import Inspection

__all__ = ["Inspection", "inspect_export"]
