"""The blast radius: which waiting jobs fail because a job that they depend on is ended.

A job whose dependency FAILED fails by itself. Batch keeps no list of dependents: the jobs that wait are asked what they
depend on, those in the queues of the plan, or those of the whole account, where a dependent may be protected.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from math import inf

from batchnb.aws.gateway import Gateway
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.clock import Clock
from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import Job
from batchnb.model.dependents import Dependent, Dependents
from batchnb.planning.waiting_jobs import Waiting, live_units
from batchnb.progress import counting

__all__ = ["Waiting", "dependents_among", "find_dependents", "live_units"]

SECONDS = 20.0
"""For which the queues of the plan are looked through; without a limit where a guard protects jobs."""

OTHERS_SECONDS = 60.0
"""For which the other queues of the account are looked through."""


@collecting_seldom()
def find_dependents(
    gateway: Gateway,
    ends: Iterable[Job],
    known: Mapping[str, Job],
    clock: Clock,
    waiting: Waiting | None = None,
    *,
    account_wide: bool = False,
) -> Dependents:
    """Return the waiting jobs that fail when `ends` are ended, directly or by others.

    They are looked for in the queues of `ends`; with `account_wide` there without a limit of time, and for a minute in
    the other queues of the account. `known` are jobs that were described already, by id, among them the arrays of
    children in `ends`; `waiting` may have begun to list the queues. Raises nothing of AWS: `gap` says what could not be
    looked at.
    """
    roots = list(ends)
    if not roots:
        return Dependents(account_wide=account_wide)
    queues = dict.fromkeys(job.job_queue for job in roots if job.job_queue)
    # A thread that is not the main one works for a widget, which shows its progress itself.
    silent = threading.current_thread() is not threading.main_thread()
    with nullcontext(waiting) if waiting else Waiting(gateway, clock) as queued:
        with counting("waiting jobs looked at", unit=" jobs", silent=silent, clock=clock) as count:
            described = queued.jobs(queues, known, inf if account_wide else SECONDS, count)
            if account_wide:
                others = queued.other_queues(queues)
                described |= queued.jobs(others, known, OTHERS_SECONDS, count)
        unseen = queued.unseen.sentence()
    gap = f"There may be more dependents. {unseen}" if unseen else ""
    return Dependents(dependents_among(roots, {**described, **known}), gap, account_wide)


def dependents_among(roots: Iterable[Job], known: Mapping[str, Job]) -> tuple[Dependent, ...]:
    """Return which of the known jobs fail when `roots` are ended, in the order in which that was found."""
    spread = _Spread({job.job_id for job in roots}, {**known, **{job.job_id: job for job in roots if job.array_size}})
    spread.failing = {parent for job_id in spread.failed if (parent := array_parent(job_id))}
    while spread.grow():
        pass
    return tuple(spread.found.values())


@dataclass(slots=True)
class _Spread:
    """How failure spreads from job to job."""

    failed: set[str]
    """Ids that are ended or fail; an array's id means all of its children."""
    known: Mapping[str, Job]
    failing: set[str] = field(default_factory=set)
    """Arrays of which a child fails: they fail in the end, but do not take their other children along."""
    found: dict[str, Dependent] = field(default_factory=dict)

    def grow(self) -> bool:
        """Take in all that depends on what has failed so far; return whether that was anything."""
        before = len(self.found)
        for job in self.known.values():
            for dependent in self._hit(job):
                self.found.setdefault(dependent.job_id, dependent)
                self.failed.add(dependent.job_id)
                if parent := array_parent(dependent.job_id):
                    self.failing.add(parent)
        return len(self.found) > before

    def _hit(self, job: Job) -> Iterator[Dependent]:
        if job.job_id in self.found:
            return
        for needed in job.depends_on:
            pairwise = needed in job.pairs_with
            if self._fails(needed) and not (pairwise and needed not in self.failed):
                yield Dependent(job.job_id, job, needed)
                return
        for needed in job.pairs_with:
            for index in range(job.array_size or 0):
                if f"{needed}:{index}" in self.failed:
                    yield Dependent(f"{job.job_id}:{index}", job, f"{needed}:{index}")
        if job.is_sequential and job.job_id not in self.failed:
            yield from self._after_first(job)

    def _after_first(self, array: Job) -> Iterator[Dependent]:
        indices = range(array.array_size or 0)
        first = next((index for index in indices if f"{array.job_id}:{index}" in self.failed), None)
        for index in indices[first + 1 :] if first is not None else ():
            yield Dependent(f"{array.job_id}:{index}", array, f"{array.job_id}:{index - 1}")

    def _fails(self, job_id: str) -> bool:
        return job_id in self.failed or job_id in self.failing or array_parent(job_id) in self.failed
