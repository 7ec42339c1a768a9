"""Verification: watches the jobs of a run until each has ended, or need not be watched any more.

An accepted request proves nothing: a job can survive it, finish before it lands, or end by itself. What a look shows is
noted in the ledger; `outcomes` judges it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue

from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import READERS, with_retries
from batchnb.errors import AwsError, ThrottledError, UnavailableError
from batchnb.jobs.job import Job
from batchnb.jobs.outcome import Outcome
from batchnb.running.ledger import Entry, Ledger
from batchnb.running.misses import GONE_AFTER, GONE_SECONDS, Misses
from batchnb.running.stop import Stop
from batchnb.running.waiting import dependencies_outside, find_waiting, may_wait
from batchnb.running.workers import Workers

__all__ = ["GONE_AFTER", "GONE_SECONDS", "Outcome", "Verifier"]

FIRST_POLL = 0.25
LONGEST_POLL = 10.0
POLL_GROWTH = 1.5
"""Seconds from one look at the jobs to the next, growing: most end soon, and the rest take a while."""

SHORTEST_WAIT = 0.001
"""Seconds: less may be nothing to a clock, and waiting would not come to an end."""
LONGEST_WAIT = 0.25
"""Seconds after which a waiting thread checks whether to stop."""

LOOK_PATIENCE = 10.0
"""Seconds for which one look tries again where DescribeJobs is throttled or fails to answer."""
OVERTIME = 2.0
"""Seconds for which the answers to a look are waited for, after the time of the watch is over."""

WAITING_SECONDS = 10.0
"""Seconds for which a job is watched that waits for a live dependency: AWS may end it soon, or in days."""


@dataclass(slots=True, eq=False)
class _Look:
    """One call of DescribeJobs, and its result."""

    job_ids: Sequence[str]
    begun_at: float
    answer: Mapping[str, Job] | BaseException | None = None
    """None where it was throttled or failed to the end: jobs that cannot be described now must not hide the others."""


class Verifier:
    """Describes the jobs of a run until all have settled. Used by one thread, which it does not block.

    `on_seen` is told the ids of the jobs that an answer was about, once it is noted, and whether it was the last one
    of a look. `meanwhile` is called again and again while something is waited for.
    """

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        on_seen: Callable[[Sequence[str], bool], None] = lambda _job_ids, _is_last: None,
        *,
        stop: Stop | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self._gateway = gateway
        self._ledger = ledger
        self._clock = ledger.clock
        self._on_seen = on_seen
        self._stop = stop or Stop()
        self._meanwhile = meanwhile
        self._unsettled = {job_id: one for job_id, one in ledger.entries.items() if one.planned.verdict.is_watched}
        """The jobs that may still end, and some that have since they were gone through last."""
        self._misses = Misses(ledger.clock)
        self._readers = Workers(READERS, "batchnb-look")
        self._under_way: set[_Look] = set()
        """The calls of the current look. Answers to an earlier one are dropped."""
        self._answered: SimpleQueue[_Look] = SimpleQueue()
        self._is_closed = False
        self._wait = FIRST_POLL
        self._look_at = ledger.clock.now() + FIRST_POLL
        self._deadline = float("inf")
        self._watches_since = ledger.clock.now()
        self.stopped_by: AwsError | None = None
        """Why the jobs could not be looked at to the end, if they could not."""
        self.stopped_by_at: datetime | None = None
        """When that came. UTC."""
        self.is_pressed = False
        """Whether a look is about to begin: slow work should wait until its calls are out."""

    def glance(self) -> None:
        """Note an answer that has come since, and begin the next look if it is time. Waits for nothing.

        One answer at a time: sending must not be delayed for long.
        """
        if self._under_way:
            self._read_answer(0.0)
            if any(self._clock.now() - look.begun_at > LOOK_PATIENCE + OVERTIME for look in self._under_way):
                self._under_way.clear()
        elif self._clock.now() >= self._look_at:
            self._begin([job_id for job_id, entry in self._left() if self._is_answered(entry)])

    def watch(self, timeout: float, since: float | None = None) -> None:
        """Look at the jobs that are expected to end until all have, or `timeout` seconds have passed `since` then.

        Look at those whose requests failed before and after that: they may be ending, or have ended, all the same.
        While DescribeJobs is throttled or fails to answer, the time runs on; where it is denied, `stopped_by` says
        so, and the jobs stay as they were seen last. A job that waits for a live dependency outside the plan is
        watched for `WAITING_SECONDS`.
        """
        self._watches_since = self._clock.now()
        self._deadline = (self._watches_since if since is None else since) + timeout
        self._wait = FIRST_POLL
        self.look_once()
        while not self._is_over and (remaining := self._to_watch()):
            if self._clock.now() >= self._deadline:
                break
            self._sleep_until(min(self._look_at, self._deadline))
            if not self._is_over:
                self._look(remaining)
        if not self._stop.ends_watching:
            self._look([job_id for job_id, entry in self._left() if not self._ledger.is_expected_to_end(entry)])
            self._look_at_dependencies()

    def look_once(self, seconds: float | None = None) -> None:
        """Look once at every job of the plan that may have ended since, for `seconds` at most where that is given."""
        if seconds is not None:
            self._deadline = min(self._deadline, self._clock.now() + seconds - OVERTIME)
        self.is_pressed = True
        self._drain()
        self.is_pressed = False
        self._look([job_id for job_id, _ in self._left()])
        self._look_at_dependencies()

    def close(self) -> None:
        """Drop what is under way, and let the threads go."""
        self._is_closed = True
        self._under_way.clear()
        self._readers.close()

    @property
    def _is_over(self) -> bool:
        return self.stopped_by is not None or self._stop.ends_watching

    def _left(self) -> Sequence[tuple[str, Entry]]:
        """Return the jobs that may still end."""
        self._unsettled = {job_id: entry for job_id, entry in self._unsettled.items() if not entry.is_settled}
        return list(self._unsettled.items())

    def _is_answered(self, entry: Entry) -> bool:
        """Whether the request for a job may be seen to have had an effect, and no answer is about to come."""
        return self._ledger.is_accepted(entry) or self._ledger.asked_for(entry).is_unanswered

    def _to_watch(self) -> list[str]:
        """Return the jobs that are expected to end, empty where all of them have waited for long enough."""
        expected = [(job_id, entry) for job_id, entry in self._left() if self._ledger.is_expected_to_end(entry)]
        if self._clock.now() - self._watches_since >= WAITING_SECONDS and all(may_wait(one) for _, one in expected):
            self._look_at_dependencies()
            if all(job_id in self._ledger.waiting for job_id, _ in expected):
                return []
        return [job_id for job_id, _ in expected]

    def _look_at_dependencies(self) -> None:
        """Learn which jobs wait for a live job outside the plan, as far as those can be described now."""
        waiting = {job_id: entry for job_id, entry in self._left() if may_wait(entry)}
        needed = dependencies_outside(self._ledger, waiting.values())
        described: dict[str, Job] = {}
        if needed and not self._is_over:
            self._ask(needed)
            self._drain(described.update)
        self._ledger.waiting = find_waiting(self._ledger, waiting.values(), described)

    def _look(self, job_ids: list[str]) -> None:
        """Look at these jobs, and wait until all has been seen."""
        self._begin(job_ids)
        self._drain()

    def _begin(self, job_ids: list[str]) -> None:
        self._look_at = self._clock.now() + self._wait
        self._wait = min(self._wait * POLL_GROWTH, LONGEST_POLL)
        self._ask(job_ids)

    def _ask(self, job_ids: list[str]) -> None:
        if self.stopped_by:
            return
        for group in in_groups(job_ids, DESCRIBE_LIMIT):
            look = _Look(group, self._clock.now())
            self._under_way.add(look)
            self._readers.submit(partial(self._describe, look))

    def _describe(self, look: _Look) -> None:
        # In a worker. Whatever happens, the look comes back.
        try:
            pace = self._gateway.pace(CallKind.DESCRIBING)
            look.answer = with_retries(partial(self._ask_for, look), self._clock, LOOK_PATIENCE, pace=pace)
        except (ThrottledError, UnavailableError):
            look.answer = None
        except AwsError as error:
            look.answer = error
        except Exception:  # noqa: BLE001 - an odd answer hides the jobs that it is about, and no others
            look.answer = None
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            look.answer = error
        self._answered.put(look)

    def _ask_for(self, look: _Look) -> Mapping[str, Job]:
        # Nobody waits for it any more: no reason to try again.
        return {} if self._is_closed or look not in self._under_way else self._gateway.describe(look.job_ids)

    def _sleep_until(self, then: float) -> None:
        """Sleep until then, by the clock, or until the watch is over."""
        while not self._is_over and (left := then - self._clock.now()) > 0:
            self._clock.sleep(max(min(left, LONGEST_WAIT), SHORTEST_WAIT))
            self._meanwhile()

    def _drain(self, on_described: Callable[[Mapping[str, Job]], object] | None = None) -> None:
        """Wait until all calls of the look have been answered, or are overdue; note each, or hand on what it showed."""
        while self._under_way and not self._stop.ends_watching:
            self._meanwhile()
            if not self._read_answer(LONGEST_WAIT, on_described) and self._is_overdue():
                break
        self._under_way.clear()

    def _is_overdue(self) -> bool:
        now = self._clock.now()
        begun_at = max((look.begun_at for look in self._under_way), default=now)
        return now > min(begun_at + LOOK_PATIENCE, max(self._deadline, begun_at)) + OVERTIME

    def _read_answer(self, timeout: float, on_described: Callable[[Mapping[str, Job]], object] | None = None) -> bool:
        """Wait until a call of this look is answered; return whether one was in time."""
        try:
            look = self._answered.get(timeout=timeout) if timeout else self._answered.get_nowait()
        except Empty:
            return False
        if look not in self._under_way:
            return True
        self._under_way.remove(look)
        if isinstance(look.answer, AwsError):
            self.stopped_by = self.stopped_by or look.answer
            self.stopped_by_at = self.stopped_by_at or self._clock.wall()
        elif isinstance(look.answer, BaseException):
            raise look.answer
        seen = look.answer if isinstance(look.answer, Mapping) else None
        if on_described is not None:
            on_described(seen or {})
            return True
        if seen is not None:
            self._note(look.job_ids, seen)
            self._ledger.tell()
        self._on_seen(look.job_ids if seen is not None else (), not self._under_way)
        return True

    def _note(self, job_ids: Sequence[str], seen: Mapping[str, Job]) -> None:
        for job_id in job_ids:
            if job_id in seen:
                self._misses.note_seen(job_id)
                self._ledger.seen(seen[job_id])
            elif self._misses.note_missed(job_id):
                self._ledger[job_id].gone = True
