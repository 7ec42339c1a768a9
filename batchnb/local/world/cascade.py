"""What one job's end does to others: its array, the jobs that depend on it, and theirs in turn."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from batchnb.local.world.job import Status, StopRequest, Verb
from batchnb.local.world.registry import Change

if TYPE_CHECKING:
    from batchnb.local.world.job import Job
    from batchnb.local.world.lifecycle import Lifecycle
    from batchnb.local.world.registry import Registry

__all__ = ["CHILD_FAILED", "DEPENDENT_FAILED", "admit", "doom", "enroll", "is_waiting", "refresh_parent", "resolve"]

CHILD_FAILED = "Array Child Job failed"
DEPENDENT_FAILED = "Dependent Job failed"
_WAITING = frozenset({Status.SUBMITTED, Status.PENDING})


def enroll(ledger: Registry, job: Job) -> list[Job]:
    """Make a waiting job wait for what it depends on; return the jobs doomed by an earlier failure.

    A job that has left PENDING has its dependencies behind it, whatever they are. N_TO_N makes each child
    wait for the child of the same index, SEQUENTIAL for the child before it.
    """
    doomed: list[Job] = []
    for dependency in job.depends_on:
        if dependency.type == "SEQUENTIAL":
            children = job.children or []
            pairs = [(after, before) for before, after in pairwise(children)]
            if dependency.job_id is not None:
                pairs.append((job, ledger.jobs[dependency.job_id]))
        elif dependency.type == "N_TO_N":
            others = ledger.jobs[dependency.job_id or ""].children or []
            pairs = list(zip(job.children or [], others, strict=True))
        else:
            pairs = [(job, ledger.jobs[dependency.job_id or ""])]
        for waiting, awaited in pairs:
            if waiting.status in _WAITING and not _wait(ledger, waiting, awaited):
                doomed.append(waiting)
    return doomed


def _wait(ledger: Registry, waiting: Job, awaited: Job) -> bool:
    """Make one job wait for another; False if that one has failed already."""
    if not awaited.has_ended:
        waiting.waits_for = (waiting.waits_for or set()) | {awaited.job_id}
        ledger.dependents.setdefault(awaited.job_id, []).append(waiting)
    return awaited.status is not Status.FAILED


def is_waiting(job: Job) -> bool:
    """Whether the job, or the array that it belongs to, waits for a job that has not ended."""
    return job.status in _WAITING and bool(job.waits_for or (job.parent is not None and job.parent.waits_for))


def resolve(lifecycle: Lifecycle, job: Job, at_ms: int) -> None:
    """Tell the dependents of a job that has ended."""
    for waiting in lifecycle.ledger.dependents.pop(job.job_id, ()):
        if waiting.has_ended:
            continue
        if job.status is Status.FAILED:
            lifecycle.ledger.book(at_ms + lifecycle.delays.dependents * 1000, Change.DOOM, waiting)
            continue
        if waiting.waits_for:
            waiting.waits_for.discard(job.job_id)
        release(lifecycle, waiting, at_ms)


def release(lifecycle: Lifecycle, job: Job, at_ms: int) -> None:
    """Let a job go on whose dependencies have all succeeded; one that is to stop ends here instead."""
    if job.status not in _WAITING or is_waiting(job):
        return
    if job.children is not None:
        for child in job.children:
            release(lifecycle, child, at_ms)
    elif job.stop is not None:
        lifecycle.kill(job, job.stop.reason, at_ms)
    else:
        lifecycle.make_runnable(job, at_ms)


def admit(lifecycle: Lifecycle, job: Job, at_ms: int) -> None:
    """Take a job out of SUBMITTED: to RUNNABLE, or to PENDING while it waits for others."""
    for one in job.children or (job,):
        if one.status is Status.SUBMITTED:
            lifecycle.put(one, Status.PENDING, at_ms)
    release(lifecycle, job, at_ms)


def doom(lifecycle: Lifecycle, job: Job, at_ms: int) -> None:
    """Fail a job because one that it depends on has failed; an array fails with all its children."""
    if job.stop is None:
        job.stop = StopRequest(Verb.CASCADE, DEPENDENT_FAILED, at_ms)
    reason = job.stop.reason
    for child in job.children or (job,):
        if not child.has_ended:
            child.stop = child.stop or job.stop
            lifecycle.kill(child, reason, at_ms)


def refresh_parent(lifecycle: Lifecycle, parent: Job, at_ms: int | None) -> None:
    """Keep an array parent true to its children: PENDING while any is live, then ended as they ended.

    Raises nothing. A parent waits in SUBMITTED only while all its children do.
    """
    counts, children = parent.counts or {}, parent.children or ()
    ended = counts[Status.SUCCEEDED] + counts[Status.FAILED]
    if ended < len(children):
        parent.status = Status.SUBMITTED if counts[Status.SUBMITTED] == len(children) else Status.PENDING
        return
    stopped_at = at_ms if at_ms is not None else parent.created_at
    if counts[Status.FAILED]:
        reason = parent.stop.reason if parent.stop else CHILD_FAILED
        lifecycle.finish(parent, Status.FAILED, reason, stopped_at, exit_code=None)
    else:
        lifecycle.finish(parent, Status.SUCCEEDED, None, stopped_at, exit_code=None)
