"""Jobs that wait for a live dependency outside the plan: a request to end them may take effect days later.

AWS's documentation says that a PENDING job is cancelled when its dependencies have completed. Whether that is always
so is not known: such a job is watched for a while, and no longer.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping

from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import Job, JobStatus
from batchnb.running.ledger import Entry, Ledger

__all__ = ["dependencies_outside", "find_waiting", "may_wait"]

_BEFORE_READY = frozenset({JobStatus.SUBMITTED, JobStatus.PENDING})
_STARTED = frozenset({JobStatus.STARTING, JobStatus.RUNNING, JobStatus.SUCCEEDED})


def may_wait(entry: Entry) -> bool:
    """Whether AWS shows that a request to end this job was accepted, and a dependency may keep the job from ending."""
    job = entry.last_seen
    return (
        job is not None
        and job.is_stopping
        and job.status in _BEFORE_READY
        and bool(job.depends_on)
        and not entry.is_settled
        and not entry.seen_running
        and not any(count and JobStatus(status) in _STARTED for status, count in job.children)
    )


def dependencies_outside(ledger: Ledger, entries: Iterable[Entry]) -> list[str]:
    """Return the ids of the jobs on which these wait and which the plan does not end, each once."""
    jobs = (entry.last_seen for entry in entries if entry.last_seen is not None)
    needed = dict.fromkeys(job_id for job in jobs for job_id in job.depends_on)
    return [job_id for job_id in needed if _entry_of(ledger, job_id) is None]


def find_waiting(ledger: Ledger, entries: Iterable[Entry], described: Mapping[str, Job]) -> dict[str, Job]:
    """Return those of these jobs that wait, by id, each with the live job outside the plan for which it waits.

    A job waits as well if it depends on one of the plan that does. `described` are the jobs outside as they are now.
    """
    live = {job_id: job for job_id, job in described.items() if not (job.status and job.status.has_ended)}
    waiting: dict[str, Job] = {}
    behind: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        job_id = entry.planned.job_id
        for needed in entry.last_seen.depends_on if entry.last_seen else ():
            if needed in live:
                waiting.setdefault(job_id, live[needed])
            elif other := _entry_of(ledger, needed):
                behind[other.planned.job_id].append(job_id)
    found = deque(waiting)
    while found:
        before = found.popleft()
        for job_id in behind[before]:
            if job_id not in waiting:
                waiting[job_id] = waiting[before]
                found.append(job_id)
    return waiting


def _entry_of(ledger: Ledger, job_id: str) -> Entry | None:
    """Return the entry of a job that the plan ends, by itself or with its array."""
    for one in (job_id, array_parent(job_id)):
        entry = ledger.entries.get(one or "")
        if entry is not None and entry.planned.verdict.is_watched:
            return entry
    return None
