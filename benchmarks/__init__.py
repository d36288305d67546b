"""Benchmarks of exportkit, its rivals, and its single stages: ``python -m benchmarks``; see README.md."""
