"""Reads a past run back: its report, with a plan that can be executed through another connection."""

from __future__ import annotations

from dataclasses import replace

from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.running import run_reader
from batchnb.running.run import execute

__all__ = ["read_run"]


def read_run(run_id: str, *, partial: bool = False) -> Report:
    """Return the report of a run, as the run itself gave it, or as far as it came; `run_id` as in `history()`.

    Raises JournalError where there is no such run, where its journal cannot be read, and, unless `partial`, where it
    has lost something: then the report says what, and that the run is not finished.
    """
    report = run_reader.read_run(run_id, partial=partial)
    return replace(report, plan=Plan.of(report.plan, execute))
