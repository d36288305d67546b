"""Inspection: the contents of an export, counted.

Takes a source; gives an `Inspection`, counted in one pass over a few columns of every table. Holds counts,
never rows; does not know the terminal.
"""

from __future__ import annotations

from exportkit.inspection.inspecting import inspect_export
from exportkit.inspection.results import Count, Inspection, Period, QuestionFinding, Top

__all__ = ["Count", "Inspection", "Period", "QuestionFinding", "Top", "inspect_export"]
