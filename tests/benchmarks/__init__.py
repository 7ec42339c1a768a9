"""Measured by hand, not by pytest: `python -m tests.benchmarks.NAME`."""
