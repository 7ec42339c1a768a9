"""The changes of jobs while a plan is made and executed, for the browser: a few binary patches a second."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.text import shown
from batchnb.widget.table.rows import ENDED_LIVES, LIFE_OF, LIVES, Lock
from batchnb.widget.table.snapshot import Snapshot
from batchnb.widget.table.untouched import is_untouched

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FATES", "FATE_FAILED", "Marks", "Patch", "Progress"]

_LEFT_OUT = {verdict: f"left out: {verdict.value}" for verdict in Verdict if not verdict.is_watched}
FATES = ("", *(state.value for state in EventState), *(outcome.value for outcome in Outcome), *_LEFT_OUT.values())
"""What there is to say of a job's end, by its code."""

FATE_FAILED = 0x80
"""Set in a fate's code where somebody has to look."""

THROTTLED_SECONDS = 5.0
"""Seconds after a throttled request in which a run is said to be throttled."""

MESSAGES_KEPT = 2000
"""Messages of failures that the browser is sent; all of them are in the report."""

_FATE_OF = {fate: code for code, fate in enumerate(FATES)}
_LOCK_OF = {
    Verdict.FINISHED: Lock.FINISHED,
    Verdict.STOPPING: Lock.STOPPING,
    Verdict.NOT_FOUND: Lock.NOT_FOUND,
    Verdict.PROTECTED: Lock.PROTECTED,
}


@dataclass(frozen=True, slots=True)
class Patch:
    """New values for some rows: their numbers as uint32, then a byte each for fate, status and lock."""

    rows: int
    buffer: bytes
    messages: list[tuple[int, str]]


class Marks:
    """A fate, a status, a lock and perhaps a message for each row of a snapshot. Threads may share it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._mutex = threading.Lock()
        self._changed: set[int] = set()
        self.are_used = False
        """Whether anything has been marked."""
        self._new_messages: list[tuple[int, str]] = []
        self.fates: NDArray[np.uint8] = np.zeros(len(snapshot), dtype=np.uint8)
        self.messages: dict[int, str] = {}

    @property
    def lives(self) -> NDArray[np.uint8]:
        """The code of each row's status."""
        return self._snapshot.rows.lives

    @property
    def locks(self) -> NDArray[np.uint8]:
        """Why each row cannot be selected."""
        return self._snapshot.rows.locks

    def extended(self, snapshot: Snapshot) -> Marks:
        """Return these marks for a snapshot that has more rows at its end."""
        marks = Marks(snapshot)
        with self._mutex:
            rows = len(self.fates)
            marks.are_used = self.are_used
            marks.fates[:rows], marks.lives[:rows], marks.locks[:rows] = self.fates, self.lives, self.locks
            marks.messages = dict(self.messages)
        return marks

    def note_plan(self, plan: Plan) -> None:
        """Mark what the plan leaves out, and what DescribeJobs said of the rest."""
        for planned in plan.jobs:
            status = planned.job.status if planned.job else None
            left_out = _LEFT_OUT.get(planned.verdict, "")
            self._set(planned.job_id, fate=left_out, life=status, lock=_LOCK_OF.get(planned.verdict, Lock.NONE))

    def begin_run(self, plan: Plan) -> None:
        """Forget what became of jobs in earlier runs, so that the result shows this run's jobs and no others."""
        ours = {self._snapshot.row_of.get(planned.job_id) for planned in plan.jobs}
        with self._mutex:
            for row in np.flatnonzero(self.fates).tolist():
                if row not in ours:
                    self.fates[row] = 0
                    self.messages.pop(row, None)
                    self._changed.add(row)

    def forget_fates(self) -> None:
        """Forget what became of jobs; statuses and locks stay as they are."""
        with self._mutex:
            self._changed.update(np.flatnonzero(self.fates).tolist())
            self.fates[:] = 0
            self.messages.clear()
            self._new_messages.clear()

    def note_event(self, event: JobEvent) -> None:
        """Mark one change of one job."""
        if event.state in (EventState.SEEN, EventState.ENDED):
            fate = event.state.value if event.state is EventState.ENDED else None
            self._set(event.job_id, fate=fate, life=event.message)
        elif event.state is EventState.FAILED:
            self._set(event.job_id, fate=event.state.value, failed=True, message=event.message)
        else:
            self._set(event.job_id, fate=event.state.value)

    def note_report(self, report: Report) -> None:
        """Mark what became of each job, failures first, so that theirs are the messages that are kept."""
        # What no request has reached has not failed: it can be reviewed again, with a button of its own.
        failures = {result.planned.job_id for result in report.failures if not is_untouched(result)}
        for result in sorted(report.results, key=lambda result: result.planned.job_id not in failures):
            self._set(
                result.planned.job_id,
                fate=_LEFT_OUT.get(result.planned.verdict, result.outcome.value),
                life=result.last_seen.status if result.last_seen else None,
                lock=_lock_after(result),
                failed=result.planned.job_id in failures,
                message=result.message,
            )

    def note_outcomes(self, report: Report) -> None:
        """Mark what the run of another picker did to jobs, without a word on whether they can be selected."""
        for result in report.results:
            if result.planned.verdict.is_watched:
                failed = not result.outcome.has_ended and result.outcome is not Outcome.NOT_ATTEMPTED
                self._set(result.planned.job_id, fate=result.outcome.value, failed=failed, message=result.message)

    def note_statuses(self, statuses: Mapping[str, str]) -> None:
        """Mark the statuses that jobs were seen in, by id; one that has ended cannot be selected any more."""
        row_of = self._snapshot.row_of
        for job_id, status in statuses.items():
            # What was seen to end does not live again, however late an older answer is told.
            if job_id in row_of and LIVES[self.lives[row_of[job_id]]] not in ENDED_LIVES:
                ends = status in ENDED_LIVES and self.locks[row_of[job_id]] == Lock.NONE
                self._set(job_id, life=status, lock=Lock.FINISHED if ends else None)

    def relock(self, locks: Mapping[int, int]) -> None:
        """Set the locks of rows to these codes."""
        with self._mutex:
            self.are_used = True
            self._changed.update(locks)
            self.locks[list(locks)] = list(locks.values())

    @property
    def have_changed(self) -> bool:
        """Whether anything has changed since `take` was called last."""
        return bool(self._changed)

    def take(self) -> Patch | None:
        """Return what has changed since the last time, None if nothing has."""
        with self._mutex:
            if not self._changed:
                return None
            rows = np.fromiter(sorted(self._changed), dtype=np.uint32)
            messages, self._new_messages = self._new_messages, []
            self._changed.clear()
            parts = (rows, self.fates[rows], self.lives[rows], self.locks[rows])
            return Patch(len(rows), b"".join(part.tobytes() for part in parts), messages)

    def _set(
        self,
        job_id: str,
        *,
        fate: str | None = None,
        life: str | None = None,
        lock: Lock | None = None,
        failed: bool = False,
        message: str | None = None,
    ) -> None:
        row = self._snapshot.row_of.get(job_id)
        if row is None:
            return
        with self._mutex:
            self.are_used = True
            self._changed.add(row)
            if fate is not None:
                self.fates[row] = _FATE_OF[fate] | (FATE_FAILED if failed else 0)
            if life:
                self.lives[row] = LIFE_OF.get(life, 0)
            if lock is not None:
                self.locks[row] = lock
            if message and (row in self.messages or len(self.messages) < MESSAGES_KEPT):
                self.messages[row] = shown(message, 400)
                self._new_messages.append((row, self.messages[row]))


@dataclass(slots=True)
class Progress:
    """How far a run has come. Each job counts once."""

    to_send: frozenset[str]
    """The jobs that requests are made for."""
    watched: int
    started: float
    asked: set[str] = field(default_factory=set)
    """Jobs whose last request is under way or was accepted, ended ones included."""
    accepted: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    is_stopped: bool = False
    """Whether nothing more is sent, and the jobs are only watched."""
    throttled: float = -inf
    """When AWS throttled us last."""

    def note(self, event: JobEvent, now: float) -> None:
        """Count one change of one job."""
        job_id, state = event.job_id, event.state
        if state is EventState.SENT:
            self.asked.add(job_id)
            self.failed.discard(job_id)
        elif state is EventState.ACCEPTED:
            self.asked.add(job_id)
            self.accepted.add(job_id)
            self.failed.discard(job_id)
        elif state is EventState.RETRYING and _is_throttled(event.message):
            # AWS did not look at the request: the job's turn is still to come. One without an answer may have counted.
            self.asked.discard(job_id)
            self.throttled = now
        elif state is EventState.FAILED:
            self.failed.add(job_id)
        elif state is EventState.ENDED:
            self.ended.add(job_id)
            self.failed.discard(job_id)

    @property
    def is_all_answered(self) -> bool:
        """Whether every request has its answer: what is left is to watch."""
        return len(self.accepted | self.failed) >= len(self.to_send)

    def figures(self, now: float) -> dict[str, Any]:
        """Return the figures for the browser; `left` are seconds, None while nothing is known of them."""
        elapsed = now - self.started
        ended, failed = len(self.ended), len(self.failed)
        stopping = len(self.asked - self.ended - self.failed)
        # By what has ended: failures come at once, and say nothing of how long jobs take to end.
        left = elapsed * (self.watched - ended - failed) / ended if ended and self.watched > ended + failed else None
        return {
            "watched": self.watched,
            "ended": ended,
            "stopping": stopping,
            "untouched": len(self.to_send - self.asked - self.ended - self.failed),
            "failed": failed,
            "isStopped": self.is_stopped,
            "isThrottled": now - self.throttled < THROTTLED_SECONDS,
            "elapsed": round(elapsed, 1),
            # Jobs that are never asked for have no time left.
            "left": None if left is None or self.is_stopped else round(left, 1),
        }


def _is_throttled(message: str) -> bool:
    return any(word in message for word in ("Throttl", "TooManyRequests", "429"))


def _lock_after(result: JobResult) -> Lock:
    if result.outcome.has_ended:
        return Lock.FINISHED
    return _LOCK_OF.get(result.planned.verdict, Lock.NONE)
