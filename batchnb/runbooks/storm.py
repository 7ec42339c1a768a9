"""Retry storms: live jobs that fail and start over, why they fail, and arrays whose children fail over and over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.aws.connect import connect
from batchnb.aws.listing import describe_all
from batchnb.aws.relist import not_listed_text
from batchnb.clock import Clock
from batchnb.jobs.job import Job
from batchnb.jobs.shapes import Attempt
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.selection import check_found
from batchnb.runbooks.steps import told
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Storm", "failed_part", "find_storm", "is_spot", "left_text", "why_failed"]

SPOT = "spot machine taken away"
_ROWS_SHOWN = 40
_NO_REASON = "no reason given"


def is_spot(attempt: Attempt) -> bool:
    """Whether an attempt ended because its machine did: "Host EC2 (instance i-…) terminated", as spot machines do.

    >>> is_spot(Attempt(status_reason="Host EC2 (instance i-0123) terminated."))
    True
    """
    texts = (attempt.status_reason or "", attempt.reason or "")
    return any(text.startswith("Host EC2") and "terminated" in text for text in texts)


def why_failed(attempt: Attempt) -> str:
    """Return why an attempt failed, without what differs between jobs that fail alike."""
    if is_spot(attempt):
        return SPOT
    return attempt.reason or attempt.status_reason or _NO_REASON


def failed_part(job: Job) -> tuple[int, int]:
    """Return how many children of an array have failed, and how many have finished."""
    counts = dict(job.children)
    failed = counts.get("FAILED", 0)
    return failed, failed + counts.get("SUCCEEDED", 0)


@dataclass(frozen=True)
class Storm:
    """A row for each live job that has failed attempts, and for each array with failed children."""

    jobs: pd.DataFrame
    meant: pd.DataFrame
    live: pd.DataFrame
    not_listed: str

    def __repr__(self) -> str:
        head = (
            f"{plural(len(self.jobs), 'job')} of {len(self.live):,} live ones have failed before, "
            f"{len(self.meant):,} of them meant:"
        )
        lines = [head, _count(self.jobs)]
        spot = int((self.jobs.cause == SPOT).sum()) if len(self.jobs) else 0
        if spot:
            lines.append(f"{plural(spot, 'job')} lost their machines to spot: that is no fault of theirs.")
        return "\n".join([*lines, *([self.not_listed] if self.not_listed else [])])


@told
def find_storm(runbook: Runbook) -> Storm:
    """Return the live jobs with failed attempts by number, exit code and reason, and arrays whose children fail.

    Meant are jobs with `least_attempts` failed ones, unless the last one lost its spot machine (`spot` takes these in),
    and arrays of which `failed_children` have failed and these are `failed_percent` of those that have finished.
    Raises InputError where execute means fewer than `at_least`.
    """
    import pandas as pd

    live = runbook.list_jobs(
        queues=[runbook["queue"]] if runbook["queue"] else None, job_definition=runbook["definition"]
    )
    described = describe_all(connect(), list(live.jobId), Clock())
    rows = [row for job in described.values() for row in _rows(job, runbook)]
    columns = ["jobId", "jobName", "jobQueue", "definition", "attempts", "exit_code", "cause", "is_meant"]
    jobs = pd.DataFrame(rows, columns=columns)
    jobs = jobs.astype({"attempts": "Int64", "exit_code": "Int64", "is_meant": bool})
    jobs = jobs.sort_values(["attempts", "jobName", "jobId"], ascending=[False, True, True], ignore_index=True)
    jobs.attrs = {name: value for name, value in live.attrs.items() if name != "listing"}
    meant = jobs[jobs.is_meant]
    check_found(runbook, meant, live)
    return Storm(jobs, meant, live, not_listed_text(live))


def _rows(job: Job, runbook: Runbook) -> Iterator[tuple[object, ...]]:
    definition = (job.job_definition or "").rpartition("/")[2]
    named = (job.job_id, job.job_name, job.job_queue, definition)
    if job.children:
        failed, finished = failed_part(job)
        if failed:
            percent = 100 * failed / finished
            is_meant = failed >= runbook["failed_children"] and percent >= runbook["failed_percent"]
            yield (*named, None, None, f"{failed:,} of {finished:,} finished children failed", is_meant)
        return
    failed_attempts = [attempt for attempt in job.attempts if attempt.exit_code != 0 and attempt.stopped_at]
    if not failed_attempts:
        return
    last = failed_attempts[-1]
    causes = Counter(SPOT if is_spot(attempt) else "" for attempt in failed_attempts)
    own_faults = causes[""]
    counts = len(failed_attempts) if runbook["spot"] else own_faults
    is_meant = counts >= runbook["least_attempts"] and (runbook["spot"] or not is_spot(last))
    yield (*named, len(failed_attempts), last.exit_code, why_failed(last), is_meant)


def _count(jobs: pd.DataFrame) -> str:
    if jobs.empty:
        return "none"
    causes = jobs.cause.map(lambda cause: shown(cause, 60))
    groups = jobs.groupby(["definition", "attempts", "exit_code", causes, "is_meant"], dropna=False, sort=True)
    counts = groups.size().rename("jobs").reset_index()
    more = len(counts) - _ROWS_SHOWN
    text = counts.head(_ROWS_SHOWN).to_string(index=False)
    return f"{text}\nand {plural(more, 'more group')}" if more > 0 else text


def left_text(runbook: Runbook, storm: Storm) -> tuple[str, pd.DataFrame]:
    """Return how many of the meant jobs live now, and the listing that says so."""
    queues = [runbook["queue"]] if runbook["queue"] else None
    left = runbook.list_jobs(queues=queues, job_definition=runbook["definition"])
    still = int(left.jobId.isin(storm.meant.jobId).sum())
    return f"{still:,} of {plural(len(storm.meant), 'job')} that were meant live.", left
