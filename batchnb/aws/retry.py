"""Tries a call again where another try can help: after throttling, and after failures of the service.

Every call goes through here or through the engine, because botocore's own retries are switched off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TypeVar

from batchnb.aws.errors import CERTIFICATE_REFUSED
from batchnb.aws.pace import Pace
from batchnb.aws.waiting_told import tell_retry
from batchnb.clock import Clock
from batchnb.errors import ThrottledError, UnavailableError

__all__ = ["backoff", "each_with_retries", "with_retries"]

T = TypeVar("T")
A = TypeVar("A")

FIRST_WAIT = 0.25
LONGEST_WAIT = 10.0
SHORTEST_WAIT = 0.001
PATIENCE = 120.0
"""Seconds after which a call that is always throttled is given up, by default."""
ATTEMPTS = 6
"""Tries of a call that the service fails to answer."""
READERS = 16
"""Calls that only read and are under way at once."""


def backoff(failures: int, chance: float, asked: float | None = None) -> float:
    """Return how many seconds to wait after this number of failures in a row: doubling, with jitter, at most 10.

    Half of the wait is left to `chance` (0 to 1), so that callers who failed together do not come back
    together. `asked` is what the service asked for, and the least that is waited.

    >>> backoff(1, chance=0.0), backoff(2, chance=1.0), backoff(30, chance=1.0), backoff(1, 1.0, asked=60)
    (0.125, 0.5, 10.0, 60)
    """
    wait: float = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - 1, 30))
    return max(wait * (0.5 + chance / 2), asked or 0)


def with_retries(call: Callable[[], T], clock: Clock, patience: float = PATIENCE, *, pace: Pace | None = None) -> T:
    """Return what `call` returns, trying again while it is throttled or unavailable.

    With a `pace`, every try waits for its turn, and what comes of it is told to the pace. Raises the last error after
    `ATTEMPTS` failures of the service, or where another try would come later than `patience` seconds after the first,
    and any other error at once.
    """
    started = clock.now()
    failures = unanswered = 0
    while True:
        sent_at = _await_turn(pace, clock)
        try:
            answer = call()
        except (ThrottledError, UnavailableError) as error:
            is_throttled = isinstance(error, ThrottledError)
            if pace is not None and is_throttled:
                pace.throttled(sent_at, clock.now(), error.retry_after)
            failures += 1
            unanswered += not is_throttled
            wait = backoff(failures, clock.chance(), error.retry_after)
            if unanswered >= ATTEMPTS or clock.now() + wait - started > patience or error.code == CERTIFICATE_REFUSED:
                raise
            tell_retry(error, clock.now() + wait - started, clock.now())
            if pace is None or not is_throttled:
                clock.sleep(wait)
        else:
            if pace is not None:
                pace.accepted(sent_at, clock.now())
            return answer


def each_with_retries(
    call: Callable[[A], T],
    arguments: Iterable[A],
    clock: Clock,
    patience: float = PATIENCE,
    *,
    pace: Pace | None = None,
) -> Iterator[T]:
    """Yield `call(argument)` for each argument, in order, several at once, each with retries.

    The first error ends it, and so does a caller that stops reading: nothing waits for the calls under way,
    they are not tried again, and those not begun are dropped.
    """
    waiting: Sequence[A] = list(arguments)
    if len(waiting) == 1:  # the usual case: no thread is worth its while
        yield with_retries(partial(call, waiting[0]), clock, patience, pace=pace)
        return
    over = Event()

    def call_unless_over(argument: A) -> T:
        if over.is_set():
            raise CancelledError
        return call(argument)

    readers = ThreadPoolExecutor(max_workers=READERS, thread_name_prefix="batchnb-read")
    try:
        calls = [partial(call_unless_over, argument) for argument in waiting]
        answers = [readers.submit(with_retries, one, clock, patience, pace=pace) for one in calls]
        for answer in answers:
            yield answer.result()
    finally:
        over.set()
        readers.shutdown(wait=False, cancel_futures=True)


def _await_turn(pace: Pace | None, clock: Clock) -> float:
    """Wait until the pace lets a call go out; return the time. The turn is not reserved: the pace may change."""
    while pace is not None and not pace.take(now := clock.now()):
        clock.sleep(max(pace.ready_at(now) - now, SHORTEST_WAIT))
    return clock.now()
