"""The version: one string that the package, its metadata and every written file agree on."""

__version__ = "0.1.0"
