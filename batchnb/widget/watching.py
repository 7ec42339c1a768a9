"""Watching on: the jobs of a run that is over are watched for longer, with progress as in a run. Nothing is sent."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import JobEvent
from batchnb.model.report import Report
from batchnb.running.history import find_run
from batchnb.running.stop import Stop
from batchnb.running.watch_more import watch_run
from batchnb.widget.execution import resume_line, telling
from batchnb.widget.table.marks import Progress

if TYPE_CHECKING:
    from batchnb.aws.connection import Connection

__all__ = ["WATCH_AGAIN", "WATCH_SECONDS", "Watching", "is_watchable"]

WATCH_SECONDS = 300.0
"""Seconds for which the jobs are watched at most each time."""

WATCH_AGAIN = f"Watch for {WATCH_SECONDS / 60:.0f} min more"
"""The button for that."""


def is_watchable(outcome: Outcome) -> bool:
    """Whether a job with this outcome may be seen to end without another request for it."""
    return outcome in (Outcome.STOPPING, Outcome.UNANSWERED)


class Watching:
    """One more watch of the last run. It has what a `Run` has for the browser."""

    def __init__(self, report: Report, connection: Connection, clock: Clock) -> None:
        """Take the last report. Raises InputError where the run has no record, or no job that may still end."""
        left = [
            result for result in report.results if result.planned.verdict.is_watched and not result.outcome.has_ended
        ]
        asked = [result.planned.job_id for result in left if is_watchable(result.outcome)]
        if report.run_id is None or not asked:
            raise InputError("no job of the last run is still stopping. Nothing was asked of AWS.")
        self.plan = report.plan
        self.stop = Stop()
        self.begun_at = report.started_at
        self._report = report
        self._connection = connection
        self._clock = clock
        watched = [result.planned.job_id for result in report.results if result.planned.verdict.is_watched]
        ended = set(watched).difference(result.planned.job_id for result in left)
        failed = {result.planned.job_id for result in left}.difference(asked)
        self.progress = Progress(frozenset(asked), len(watched), time.monotonic(), {*asked, *ended}, is_stopped=True)
        self.progress.ended, self.progress.failed = ended, failed
        self._asked = len(asked)

    def note(self, event: JobEvent) -> None:
        """Count one change of one job."""
        self.progress.note(event, time.monotonic())

    def press_stop(self) -> None:
        """Watch no longer."""
        self.stop.stop_watching()

    def told(self) -> dict[str, Any]:
        """Return how far it is, for the browser."""
        figures = self.progress.figures(time.monotonic())
        return {
            **figures,
            "jobs": self._asked,
            "reason": self.plan.reason,
            "rate": None,
            "resume": resume_line(self.plan),
            "isWatching": True,
        }

    def execute(self, *, timeout: float, note: Callable[[JobEvent], None], tell: Callable[[], None]) -> Report:  # noqa: ARG002
        """Watch for `WATCH_SECONDS` and return the report of the whole run. `timeout` is for runs that send.

        Raises what `watch_run` raises.
        """
        path = find_run(str(self._report.run_id))
        with telling(tell):
            report = watch_run(
                path,
                self._connection.open(),
                timeout=WATCH_SECONDS,
                clock=self._clock,
                stop=self.stop,
                on_event=note,
            )
        # The plan that was executed, with its connection; the record's has none.
        return replace(report, plan=self.plan)
