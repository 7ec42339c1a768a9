"""Verification: watches until each job has ended, and says what became of it, by what was seen.

An accepted request proves nothing: a job can survive it, finish before it lands, or end by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from functools import partial
from queue import Empty, SimpleQueue

from batchnb.aws import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws_errors import DENIED_CODES
from batchnb.clock import Clock
from batchnb.errors import AwsError, ThrottledError, UnavailableError
from batchnb.jobs import Job, JobStatus
from batchnb.ledger import Entry, Ledger
from batchnb.misses import GONE_AFTER, GONE_SECONDS, Misses
from batchnb.pace import CallKind
from batchnb.plans import Verdict
from batchnb.retry import READERS, with_retries

__all__ = ["GONE_AFTER", "GONE_SECONDS", "Outcome", "Verifier", "outcome_of"]

FIRST_POLL = 0.25
LONGEST_POLL = 10.0
POLL_GROWTH = 1.5
"""Seconds from one look at the jobs to the next, growing: most end soon, and the rest take a while."""

SHORTEST_WAIT = 0.001
"""Seconds: less may be nothing to a clock, and waiting would not come to an end."""

LOOK_PATIENCE = 10.0
"""Seconds for which one look tries again where DescribeJobs is throttled or fails to answer."""


class Outcome(StrEnum):
    """What became of a job, as it was seen."""

    TERMINATED = "terminated"
    """It had started, and was seen FAILED by a request to end it."""
    CANCELLED = "cancelled"
    """It had not started, and was seen FAILED by a request to end it."""
    SUCCEEDED = "succeeded anyway"
    """It finished its work before the request took effect."""
    FAILED = "failed by itself"
    """It was seen FAILED for another reason than a request to end it."""
    STOPPING = "still stopping"
    """A request was accepted, and the job had not ended when it was seen last."""
    GONE = "record gone"
    """AWS no longer shows the job; how it ended was not seen."""
    DENIED = "denied"
    """The caller may not end this job, and it had not ended."""
    REFUSED = "refused"
    """Every request for it failed, as the error says, and the job had not ended when it was seen last."""
    NOT_ATTEMPTED = "not attempted"
    """No request was made for it: it was left out of the plan, or sending stopped before its turn."""

    @property
    def has_ended(self) -> bool:
        """Whether the job was seen to have ended."""
        return self in (Outcome.TERMINATED, Outcome.CANCELLED, Outcome.SUCCEEDED, Outcome.FAILED)


class Verifier:
    """Looks at the jobs of a run until there is nothing left to see. Used by one thread, which it keeps free.

    `on_seen` is told the ids of the jobs that an answer was about, once it is noted, and whether it was the last one
    of a look.
    """

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        on_seen: Callable[[Sequence[str], bool], None] = lambda _job_ids, _is_last: None,
    ) -> None:
        self._ledger = ledger
        self._clock = ledger.clock
        self._on_seen = on_seen
        self._unsettled = {job_id: one for job_id, one in ledger.entries.items() if one.planned.verdict.is_watched}
        """The jobs that may still end, and some that have since they were gone through last."""
        self._misses = Misses(ledger.clock)
        self._readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="batchnb-look")
        self._describe = partial(_described, gateway, ledger.clock)
        self._under_way = 0
        self._answers: SimpleQueue[tuple[Sequence[str], Future[Mapping[str, Job] | None]]] = SimpleQueue()
        self._wait = FIRST_POLL
        self._look_at = ledger.clock.now() + FIRST_POLL
        self.stopped_by: AwsError | None = None
        """Why the jobs could not be looked at to the end, if they could not."""
        self.is_pressed = False
        """Whether a look is about to begin: whatever else takes time should wait until its calls are out."""

    def glance(self) -> None:
        """Note an answer that has come since, and begin the next look if it is time. Waits for nothing.

        One answer at a time: whoever is sending must not be kept from it for long.
        """
        if self._under_way:
            with suppress(Empty):
                self._note_answer(*self._answers.get_nowait())
        elif self._clock.now() >= self._look_at:
            self._begin(self._left(expected=True))

    def watch(self, timeout: float, since: float | None = None) -> None:
        """Look at the jobs that are expected to end until all have, or `timeout` seconds have passed `since` then.

        Look at those whose requests failed before and after that: they may be ending, or have ended, all the same.
        While DescribeJobs is throttled or fails to answer, the time runs on; where it is denied, `stopped_by` says
        so, and the jobs stay as they were seen last.
        """
        deadline = (self._clock.now() if since is None else since) + timeout
        self._wait = FIRST_POLL
        self.look_once()
        while not self.stopped_by and (remaining := self._left(expected=True)):
            left = deadline - self._clock.now()
            if left <= 0:
                break
            self._clock.sleep(max(min(self._look_at - self._clock.now(), left), SHORTEST_WAIT))
            self._look(remaining)
        self._look(self._left(expected=False))

    def look_once(self) -> None:
        """Look once at every job of the plan that may have ended since."""
        self.is_pressed = True
        self._drain()
        self.is_pressed = False
        self._look(self._left())

    def close(self) -> None:
        """Drop what is under way, and let the threads go."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _left(self, *, expected: bool | None = None) -> list[str]:
        """Return the jobs that may still end: those that are expected to, those that are not, or all."""
        self._unsettled = {job_id: entry for job_id, entry in self._unsettled.items() if not entry.is_settled}
        if expected is None:
            return list(self._unsettled)
        ends = self._ledger.is_expected_to_end
        return [job_id for job_id, entry in self._unsettled.items() if ends(entry) is expected]

    def _look(self, job_ids: list[str]) -> None:
        """Look at these jobs, and wait until all has been seen."""
        self._begin(job_ids)
        self._drain()

    def _begin(self, job_ids: list[str]) -> None:
        self._look_at = self._clock.now() + self._wait
        self._wait = min(self._wait * POLL_GROWTH, LONGEST_POLL)
        if self.stopped_by:
            return
        for group in in_groups(job_ids, DESCRIBE_LIMIT):
            self._under_way += 1
            self._readers.submit(self._describe, group).add_done_callback(partial(self._answer, group))

    def _answer(self, job_ids: Sequence[str], answer: Future[Mapping[str, Job] | None]) -> None:
        # In a worker.
        self._answers.put((job_ids, answer))

    def _drain(self) -> None:
        while self._under_way:
            self._note_answer(*self._answers.get())

    def _note_answer(self, job_ids: Sequence[str], answer: Future[Mapping[str, Job] | None]) -> None:
        self._under_way -= 1
        try:
            seen = answer.result()
        except AwsError as error:
            self.stopped_by = self.stopped_by or error
            seen = None
        if seen is not None:
            self._note(job_ids, seen)
        self._on_seen(job_ids if seen is not None else (), not self._under_way)

    def _note(self, job_ids: Sequence[str], seen: Mapping[str, Job]) -> None:
        for job_id in job_ids:
            if job_id in seen:
                self._misses.note_seen(job_id)
                self._ledger.seen(seen[job_id])
            elif self._misses.note_missed(job_id):
                self._ledger[job_id].gone = True


def _described(gateway: Gateway, clock: Clock, job_ids: Sequence[str]) -> Mapping[str, Job] | None:
    # In a worker. Jobs that cannot be described now must not hide the others.
    pace = gateway.pace(CallKind.DESCRIBING)
    try:
        return with_retries(partial(gateway.describe, job_ids), clock, LOOK_PATIENCE, pace=pace)
    except (ThrottledError, UnavailableError):
        return None


def outcome_of(ledger: Ledger, entry: Entry) -> Outcome:
    """Return what became of a job of the ledger, by what was seen of it."""
    job = entry.last_seen
    if entry.gone:
        return Outcome.GONE
    if entry.planned.verdict.is_watched and entry.ended_at is not None and job is not None:
        return _ending(entry, job, ledger.plan.reason)
    if ledger.is_expected_to_end(entry):
        return Outcome.STOPPING
    if entry.failed and entry.error_code in DENIED_CODES:
        return Outcome.DENIED
    return Outcome.REFUSED if entry.attempts else Outcome.NOT_ATTEMPTED


def _ending(entry: Entry, job: Job, reason: str) -> Outcome:
    if job.status is JobStatus.SUCCEEDED:
        return Outcome.SUCCEEDED
    started = _had_started(entry, job)
    if not _ended_by_request(entry, job, reason, started=started):
        return Outcome.FAILED
    return Outcome.TERMINATED if started else Outcome.CANCELLED


def _ended_by_request(entry: Entry, job: Job, reason: str, *, started: bool) -> bool:
    """Whether a request ended the job, as far as AWS tells.

    The flags say that a request was accepted, not that it was what ended the job; a job that was asked for
    and ended by it has our reason. The flags decide only where that says nothing: for jobs that others asked
    for or that end with their array, and for arrays, whose own statusReason may speak of their children.
    """
    asked = entry.attempts > 0 or entry.planned.verdict is Verdict.COVERED
    if asked and (job.status_reason or "").strip() == reason.strip():
        return True
    if entry.attempts > 0 and job.status_reason and not job.array_size:
        return False
    # A started job outlives a cancellation. An array stays PENDING when its children start, and so does its flag.
    return job.is_terminated or (job.is_cancelled and (not started or job.array_size is not None))


def _had_started(entry: Entry, job: Job) -> bool:
    """Whether the job ran when it was ended, and not only in an attempt before."""
    before = entry.planned.job or job
    ran_since = len(job.attempts) > len(before.attempts) or (job.started_at or 0) > (before.started_at or 0)
    return entry.seen_running or ran_since
