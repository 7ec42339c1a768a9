"""Run: the execution of one confirmed plan of a picker, with progress a few times a second."""

from __future__ import annotations

import shlex
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.guards.caps import BUILT_IN
from batchnb.guards.settings import guards
from batchnb.model.as_cell import arguments_to
from batchnb.model.event import JobEvent
from batchnb.model.facts import LIMIT_RAISED
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.running.stop import Stop
from batchnb.widget.table.marks import Progress
from batchnb.widget.view_model import is_production

__all__ = ["PATCH_SECONDS", "Run", "resume_line", "telling"]

PATCH_SECONDS = 0.25
"""Seconds from one patch to the next: a kernel that sends more than a few messages a second loses some."""


class Run:
    """The execution of one plan: how far it is, and how to stop it. Threads may share it."""

    def __init__(self, plan: Plan, max_jobs: int | None = None) -> None:
        """`max_jobs` is what the typed number allows for this plan, None where it raises nothing."""
        watched = sum(planned.verdict.is_watched for planned in plan.jobs)
        self.plan = plan if max_jobs is None else replace(plan, notes=(*plan.notes, _raised(plan, max_jobs)))
        self._typed: dict[str, Any] = {} if max_jobs is None else {"max_jobs": max_jobs}
        self.begun_at = Clock().wall()
        self.stop = Stop()
        self.progress = Progress(frozenset(one.job_id for one in plan.to_end), watched, time.monotonic())

    def note(self, event: JobEvent) -> None:
        """Count one change of one job."""
        self.progress.note(event, time.monotonic())

    def press_stop(self) -> None:
        """Stop sending; where that is over, stop watching. Pressed twice at once, it counts once."""
        if self.stop.stopped_at is not None or self.progress.is_all_answered:
            self.stop.stop_watching()
        else:
            self.stop.stop_sending()

    def told(self) -> dict[str, Any]:
        """Return how far it is, for the browser."""
        self.progress.is_stopped = self.stop.stopped_at is not None
        figures = self.progress.figures(time.monotonic())
        told = {"jobs": len(self.plan.to_end), "reason": self.plan.reason, "rate": self._rate()}
        return {**figures, **told, "resume": resume_line(self.plan)}

    def _rate(self) -> float | None:
        """Return the rate in calls a second at which requests to end jobs go out at most."""
        gateway = self.plan.gateway
        return round(gateway.pace(CallKind.ENDING).rate, 2) if gateway else None

    def execute(self, *, timeout: float, note: Callable[[JobEvent], None], tell: Callable[[], None]) -> Report:
        """Execute the plan, call `note` for each event and `tell` every `PATCH_SECONDS`, and return the report.

        A run that you stopped returns its report. Raises the other errors of `Plan.execute`.
        """
        plan, stop = self.plan, self.stop
        # In a production account the number was typed, and `execute` asks for it there.
        expected: dict[str, Any] = {"expect": len(plan.to_end)} if is_production(plan) else {}
        # The number was typed to raise the built-in limit. It raises none that was configured since.
        typed = self._typed if guards().max_jobs.source == BUILT_IN else {}
        with telling(tell):
            try:
                return plan.execute(**expected, **typed, timeout=timeout, on_event=note, stop=stop)
            except InterruptedRunError as error:
                if error.__cause__ is None and stop.ends_sending:
                    return error.report
                raise


def _raised(plan: Plan, max_jobs: int) -> str:
    limit = plan.guards.max_jobs
    return f"{LIMIT_RAISED}max_jobs {limit.number} ({limit.source}) to {max_jobs:,} for this plan, typed in the picker"


def resume_line(plan: Plan) -> str:
    """Return what to type in a new kernel to finish the newest run in the place of this plan."""
    flags = [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in arguments_to(plan.identity).items()]
    return " ".join(["%batch_resume", *flags])


@contextmanager
def telling(tell: Callable[[], None], seconds: float = PATCH_SECONDS) -> Iterator[None]:
    """Call `tell` again and again, `seconds` apart, in a thread, until the block is over."""
    over = threading.Event()

    def tell_until() -> None:
        while not over.wait(seconds):
            tell()

    thread = threading.Thread(target=tell_until, name="batchnb-picker-tell", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
