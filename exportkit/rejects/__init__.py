"""Rejects: the lines that a lake could not take, looked at by cause, and tried again.

Takes a lake; gives causes with an example each, or moves the lines that pass now into the tables. Knows the
table ``rejects``, its raw files, and the pipeline; does not know how a line is decoded.
"""

from __future__ import annotations

from exportkit.rejects.causes import Cause, Causes, causes_of
from exportkit.rejects.commands import Command
from exportkit.rejects.replaying import ReplayReport, replay

__all__ = ["Cause", "Causes", "Command", "ReplayReport", "causes_of", "replay"]
