"""The calls that wait to go out: which jobs each names, which is next, and which come again later."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, groupby, islice

from batchnb.aws.answers import BulkAnswer, ItemError
from batchnb.aws.gateway import BULK_LIMIT, in_groups
from batchnb.aws.retry import backoff
from batchnb.errors import AwsError
from batchnb.model.verdict import PlannedJob
from batchnb.running.ledger import Ledger

__all__ = ["Call", "CallQueue"]

STUBBORN = 3
"""Failures in a row after which a queued job no longer holds back the running ones."""


@dataclass(slots=True, eq=False)
class Call:
    """Jobs of one queue that one request names. Mutable; each is sent once, and asking again takes another."""

    job_ids: list[str]
    failures: int = 0
    """How often in a row it has failed for another reason than throttling."""
    due: float = 0.0
    """When it may go out at the earliest."""
    sent_at: float = 0.0
    begun_at: float = 0.0
    """When it went out in the machine's own time, whatever the clock of the run says."""
    bulk: bool = True
    on_record: bool = False
    """Whether it was written down that this call is about to go out."""
    left_out: dict[str, ItemError] = field(default_factory=dict)
    """The jobs that the request did not name in the end, and why."""
    answer: BulkAnswer | AwsError | None = None
    """What came back for it last. An answer of TerminateJob is a BulkAnswer about one job."""

    def halves(self) -> list[list[str]]:
        """Return its jobs in two parts, or in one where there is but one job."""
        middle = len(self.job_ids) // 2
        return [half for half in (self.job_ids[:middle], self.job_ids[middle:]) if half]


class CallQueue:
    """Calls by when they are due, first come first served. Used by one thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._clock = ledger.clock
        self._at_once: deque[Call] = deque()
        """Those that may go out at any time: they come first."""
        self._later: list[tuple[float, int, Call]] = []
        """A heap, by when they are due."""
        self._turn = count()
        self._stubborn: list[Call] = []
        self._items: defaultdict[str | None, list[str]] = defaultdict(list)
        self._fruitless = 0
        self._holds_back = True

    def __bool__(self) -> bool:
        return bool(self._at_once or self._later)

    def __iter__(self) -> Iterator[Call]:
        return chain(self._at_once, (call for *_, call in self._later))

    def add_jobs(self, jobs: Iterable[PlannedJob]) -> None:
        """Add calls for these jobs, up to 50 of one queue in each.

        Whether one call may mix queues is not documented, so none does.
        """
        by_queue = sorted(jobs, key=lambda planned: planned.job_queue or "")
        for _queue, members in groupby(by_queue, key=lambda planned: planned.job_queue):
            for group in in_groups([planned.job_id for planned in members], BULK_LIMIT):
                self.add(Call(list(group)))

    def add(self, call: Call) -> None:
        """Add a call, behind those that are due at the same time."""
        if call.due <= 0:
            self._at_once.append(call)
        else:
            heapq.heappush(self._later, (call.due, next(self._turn), call))

    def add_again(self, call: Call, failures: int) -> None:
        """Add a call that has failed so often in a row; one that holds back others for too long is put aside."""
        if failures >= STUBBORN and self._holds_back:
            self._stubborn.append(call)
        else:
            self.add(call)

    def release_stubborn(self) -> None:
        """Add the calls that were put aside; from now on there is nothing that a call could hold back."""
        self._holds_back = False
        while self._stubborn:
            self.add(self._stubborn.pop())

    def keep_item(self, job_id: str) -> None:
        """Keep a job that an answer has left over, for a call of its own or with others, later."""
        self._items[self._ledger[job_id].planned.job_queue].append(job_id)

    def add_items(self) -> None:
        """Add calls for the jobs that answers have left over: when all answers are in, to make few calls."""
        if not self._items:
            return
        self._fruitless += 1
        for members in self._items.values():
            for group in in_groups(members, BULK_LIMIT):
                tries = min(self._ledger[job_id].attempts for job_id in group)
                due = self._clock.now() + backoff(tries, self._clock.chance())
                self.add_again(Call(list(group), due=due), self._fruitless)
        self._items.clear()

    def note_progress(self) -> None:
        """Note that a job has got its answer: the service is not stuck."""
        self._fruitless = 0

    def next_due(self) -> float:
        """Return when the next call may go out at the earliest. There must be one."""
        return 0.0 if self._at_once else self._later[0][0]

    def pop(self) -> Call:
        """Take the next call. There must be one."""
        return self._at_once.popleft() if self._at_once else heapq.heappop(self._later)[-1]

    def not_on_record(self, most: int) -> Sequence[Call]:
        """Return up to `count` of the next calls, without those that are on record already."""
        return list(islice((call for call in self if not call.on_record), most))
