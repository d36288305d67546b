"""Inspection: what is in an export.

Takes a source; gives an `Inspection`, counted in one pass over a few columns of every table. Holds
counts, never rows; knows no terminal.
"""

from __future__ import annotations

from exportkit.inspection.findings import Inspection
from exportkit.inspection.inspecting import inspect_export

__all__ = ["Inspection", "inspect_export"]
