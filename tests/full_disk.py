"""A run whose disk gets full, in a process of its own: `python -m tests.full_disk ENDPOINT REASON EVENTS ID...`.

The disk is full from the event of that number on: a limit of the process lets no file grow by more than a few bytes,
so that a line is written in part, as on a disk that is full. Prints what the caller of `Plan.execute` got, as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import batchnb
from batchnb.running.journal_folder import journal_dir

A_FEW = 25
"""Bytes of the next line that still fit."""


def fill(path: Path | None) -> None:
    """Let no file grow beyond the size of this one, and a few bytes."""
    size = (path.stat().st_size if path else 0) + A_FEW
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def main() -> None:
    """Plan, execute, and say what came of it."""
    endpoint, reason, number, *ids = sys.argv[1:]
    plan = batchnb.plan(ids, reason=reason, endpoint_url=endpoint)
    events = 0
    if not int(number):
        fill(None)

    def on_event(_event: batchnb.JobEvent) -> None:
        nonlocal events
        events += 1
        if events == int(number):
            fill(next(journal_dir().glob("*.jsonl")))

    report = None
    error = ""
    try:
        report = plan.execute(timeout=30, on_event=on_event)
    except batchnb.InterruptedRunError as interruption:
        report, error = interruption.report, str(interruption)
    except batchnb.JournalError as failure:
        error = str(failure)
    outcomes = {result.planned.job_id: result.outcome for result in report.results} if report else {}
    print(json.dumps({"error": error, "outcomes": outcomes}))  # noqa: T201 - to the test


if __name__ == "__main__":
    main()
