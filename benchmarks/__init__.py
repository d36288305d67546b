"""Measures exportkit beside its rivals and its rooms alone: ``python -m benchmarks``, see README.md."""
