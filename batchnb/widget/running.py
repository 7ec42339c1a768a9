"""Executes a confirmed plan for a picker: tells what happens some times a second; asked to, it stops sending."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from batchnb.clock import Clock
from batchnb.errors import InterruptedRunError
from batchnb.ledger import JobEvent
from batchnb.outcome import Outcome
from batchnb.plans import Plan
from batchnb.report import Report
from batchnb.resuming import resume_run
from batchnb.runs import find_run
from batchnb.widget.live import Progress
from batchnb.widget.told import is_production

__all__ = ["PATCH_SECONDS", "Brake", "StopError", "execute_telling", "progress_of"]

PATCH_SECONDS = 0.25
"""Seconds from one patch to the next: more messages than some a second get lost on the way to the browser."""


class StopError(Exception):
    """Somebody has pressed Stop."""


class Brake:
    """Raises once, in the thread that sends, after Stop was pressed: what has been sent is looked at in peace."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._used = False
        self.clock = Clock(sleep=self._sleep)

    def check(self) -> None:
        """Raise StopError if Stop was pressed, and this has not raised before."""
        if self._stop.is_set() and not self._used:
            self._used = True
            raise StopError("Stop was pressed")

    def _sleep(self, seconds: float) -> None:
        # A wait may be long, and Stop has to be felt at once.
        if self._used:
            time.sleep(seconds)
        else:
            self._stop.wait(seconds)
            self.check()


def execute_telling(
    plan: Plan,
    *,
    timeout: float,
    stop: threading.Event,
    note: Callable[[JobEvent], None],
    tell: Callable[[], None],
    stopped: Callable[[], None],
) -> Report:
    """Carry out the very plan, call `note` for each event and `tell` every `PATCH_SECONDS`, and return the report.

    After `stop`, `stopped` is called: nothing more is sent, and the jobs that were asked for are watched until they
    have ended, `timeout` seconds have passed, or `stop` is set again. Raises what `Plan.execute` raises.
    """
    # In a production account the number was typed, and is what `execute` asks for there.
    expected: dict[str, Any] = {"expect": len(plan.to_end)} if is_production(plan) else {}
    options: dict[str, Any] = {"timeout": timeout}
    over = threading.Event()
    telling = threading.Thread(target=_tell_until, args=(over, tell), name="batchnb-picker-tell", daemon=True)
    telling.start()
    try:
        report = _braked(stop, note, lambda **braked: plan.execute(**expected, **options, **braked))
        gateway, run_id = plan.gateway, report.run_id
        if not stop.is_set() or gateway is None or run_id is None or not _still_stopping(report):
            return report
        stop.clear()
        stopped()
        watch = partial(resume_run, find_run(run_id), gateway, send=False, wait=True, **options)
        return _braked(stop, note, watch)
    finally:
        over.set()
        telling.join()


def _braked(stop: threading.Event, note: Callable[[JobEvent], None], work: Callable[..., Report]) -> Report:
    """Do the work until it is done or `stop` is set, and return its report in either case."""
    brake = Brake(stop)

    def on_event(event: JobEvent) -> None:
        brake.check()
        note(event)

    try:
        return work(on_event=on_event, clock=brake.clock)
    except InterruptedRunError as error:
        if isinstance(error.__cause__, StopError):
            return error.report
        raise


def _still_stopping(report: Report) -> bool:
    return any(result.outcome is Outcome.STOPPING for result in report.results)


def progress_of(plan: Plan) -> Progress:
    """Return the count of a run that begins now."""
    watched = sum(planned.verdict.is_watched for planned in plan.jobs)
    return Progress(len(plan.to_end), watched, time.monotonic())


def _tell_until(over: threading.Event, tell: Callable[[], None]) -> None:
    while not over.wait(PATCH_SECONDS):
        tell()
