"""Executes a confirmed plan for a picker, and tells what happens some times a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from batchnb.model.event import JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.running.stop import Stop
from batchnb.widget.table.marks import Progress
from batchnb.widget.view_model import is_production

__all__ = ["PATCH_SECONDS", "execute_telling", "progress_of"]

PATCH_SECONDS = 0.25
"""Seconds from one patch to the next: more messages than some a second get lost on the way to the browser."""


def execute_telling(
    plan: Plan,
    *,
    timeout: float,
    stop: Stop,
    note: Callable[[JobEvent], None],
    tell: Callable[[], None],
) -> Report:
    """Carry out the very plan, call `note` for each event and `tell` every `PATCH_SECONDS`, and return the report.

    That `stop` has stopped it is no error here: the report says so. Raises what else `Plan.execute` raises.
    """
    # In a production account the number was typed, and is what `execute` asks for there.
    expected: dict[str, Any] = {"expect": len(plan.to_end)} if is_production(plan) else {}
    over = threading.Event()
    telling = threading.Thread(target=_tell_until, args=(over, tell), name="batchnb-picker-tell", daemon=True)
    telling.start()
    try:
        return plan.execute(**expected, timeout=timeout, on_event=note, stop=stop)
    except InterruptedRunError as error:
        if error.__cause__ is None and stop.ends_sending:
            return error.report
        raise
    finally:
        over.set()
        telling.join()


def progress_of(plan: Plan) -> Progress:
    """Return the count of a run that begins now."""
    watched = sum(planned.verdict.is_watched for planned in plan.jobs)
    return Progress(len(plan.to_end), watched, time.monotonic())


def _tell_until(over: threading.Event, tell: Callable[[], None]) -> None:
    while not over.wait(PATCH_SECONDS):
        tell()
