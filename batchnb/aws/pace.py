"""The pace: finds the rate that the service accepts, and says when the next call may go out.

Nobody documents the limit of our calls, it is shared with the account's other callers, and it changes. So it is found
by what the service answers, with one adaptive `step`, the part by which the rate is not yet known:
- Search: from a first rate, e-fold every 0.25 s until the first rejection. What a full bucket has saved is used.
- Hold: where the limit lies is then read off the calls under way, for as long as one call takes: those of them that
  were let in came through an empty bucket, at its own rate.
- Cruise: a rejection cuts the rate by `step` and halves `step`, down to 4 %; between rejections the rate grows by
  `step` in the time of some 4.5 / `step` calls. So about one call in a hundred is rejected, whatever the limit is.
- Rejections that come in crowds (a strict bucket with a burst of 1, a full window) lengthen that time.
- Rejected again soon: `step` doubles, and above 20 % there is another hold. Not rejected beyond where it was last
  rejected: the limit has risen, and `step` doubles too, up to another search.
Only rejections of calls *sent* after the last cut count: the others tell what the cut has answered already. Nothing
here waits or looks at a clock: a dispatcher asks at the current rate, while a reserved slot is one of the past.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from math import ceil, exp, inf
from threading import Lock

from batchnb.errors import InputError

__all__ = ["CallKind", "Pace", "forget_paces", "pace_for"]

FIRST_RATE, FIRST_READING_RATE = 20.0, 200.0
"""Calls a second, before anything is known: reading a few is the usual case, and a bucket that has rested is full."""
SLOWEST = 1.0
"""Calls a second that are tried even if nothing comes through, or its end would go unnoticed."""
FASTEST = 5000.0

SEARCHING = 1.0
"""The step when nothing is known of the limit, or nothing any more."""
MOST_STEP = 0.5
"""The largest step after a rejection, and the most that is cut at once."""
HOLD_STEP = 0.2
"""Steps larger than this are not cut by, but looked into with a hold."""
LEAST_STEP = 0.04

CALLS_PER_STEP = 4.5
"""Times 1 / `step`: how many calls a step of growth takes for each call that was rejected at its end."""
TRIPS_PER_STEP = 5.0
"""A step of growth takes at least this number of latencies, or it would outrun the answers."""
LEAST_CYCLE = 1.0
"""Seconds, for small steps: services that count by the second look quiet within one."""
LONGEST_TRIP = 0.5
"""Seconds of latency that slow down growth and holds; a latency beyond is not waited for."""

SILENCE = 1.5
"""Steps of growth beyond the last rejection after which the limit is taken to have risen."""
SILENT_AGAIN = 0.5
"""Further ones after which it is taken to have risen more."""
LONGEST_SILENCE = 1.5
"""Seconds that count as a step of growth at the most."""
STREAK = 0.8
"""Times 1 / `step`: fewer calls than that let in between two rejections mean that the rate is still too high."""

REST = 300.0
"""Seconds for which a share of the limit is kept to before the limit is looked for again."""

HEADROOM = 1.5  # times rate x latency: calls that may be under way, for latencies above the average
MOST_PLACES = 64
"""Calls under way; the HTTP client needs as many connections."""
MEMORY = 8  # answers over which the latency is averaged
FIRST_TRIP = 0.1
"""Seconds of latency, before one was measured."""


class CallKind(Enum):
    """Calls that have a rate limit in common."""

    ENDING = auto()
    """TerminateJob and TerminateJobs."""
    LISTING = auto()
    """ListJobs."""
    DESCRIBING = auto()
    """DescribeJobs."""


@dataclass(slots=True)
class _Hold:
    """A moment without sending, to read the limit off the calls that are under way."""

    sent_at: float
    """When the call went out whose rejection has led to it."""
    begun_at: float
    until: float
    cut: float
    """The part of the rate that is cut at least."""
    accepted: int = 0
    rejected: int = 0


class Pace:
    """When calls of one kind may go out. Safe to share between threads and their dispatchers.

    `rps` is the maximum of calls a second, None for no maximum. `share` is the part of the limit, once it
    is found, that is used: less than 1 leaves the rest to the account's other callers, except for some seconds at the
    start and every five minutes in which the limit is looked for. Times are seconds of one monotonic clock.
    """

    def __init__(self, *, rps: float | None = None, share: float = 1.0, first_rate: float = FIRST_RATE) -> None:
        self._lock = Lock()
        self._rate = first_rate
        self._step = SEARCHING
        self._ceiling = 0.0
        self._silence = 0.0
        self._crowd = 1.0
        self._accepted = self._rejected = 0
        self._sent_at = self._cut_at = self._resume_at = self._rest_until = self.throttled_at = -inf
        self._trip: float | None = None
        self._recent: deque[float] = deque()
        self._hold: _Hold | None = None
        self.cap(rps, share)

    def cap(self, rps: float | None = None, share: float = 1.0) -> None:
        """Set the options again, and keep the known limit. Raises InputError for invalid values."""
        if rps is not None and not 0 < rps < inf:
            raise InputError(f"rps must be a number of calls a second, more than 0, got {rps!r}")
        if not 0 < share <= 1:
            raise InputError(f"share must be a part of the limit, more than 0 and at most 1, got {share!r}")
        with self._lock:
            self._rps = inf if rps is None else rps
            self._share = share
            self._rest_until = -inf

    @property
    def rate(self) -> float:
        """The limit in calls a second, as far as it is known, and never more than `rps`."""
        return min(self._rate, self._rps)

    @property
    def places(self) -> int:
        """How many calls may be under way at once, 3 to 64, so that a slow service is used to its limit, too."""
        return min(MOST_PLACES, ceil(self.rate * (self._trip or FIRST_TRIP) * HEADROOM) + 2)

    def ready_at(self, now: float) -> float:
        """Return when the next call may go out: `now`, or later. Answers that come in until then may change it."""
        with self._lock:
            self._end_hold(now)
            return max(now, self._ready_at(now))

    def take(self, now: float) -> bool:
        """Let a call go out `now`, and count it as sent, or return False if it is too early."""
        with self._lock:
            self._end_hold(now)
            ready_at = self._ready_at(now)
            if now < ready_at:
                return False
            gap = 1 / self._allowed(now)
            # Who is late, or capped, is held up by something else than the rate, and learns nothing of the limit.
            if now - ready_at < gap and self._rate < self._rps:
                self._grow(gap, now)
            self._sent_at = now
            return True

    def accepted(self, sent_at: float, now: float) -> None:
        """Note that the call sent at `sent_at` was not throttled."""
        with self._lock:
            self._note_trip(now - sent_at)
            self._let_in_lately(now)
            self._recent.append(now)
            self._accepted += sent_at > self._cut_at
            if self._hold and sent_at >= self._hold.sent_at:
                self._hold.accepted += 1

    def throttled(self, sent_at: float, now: float, retry_after: float | None = None) -> None:
        """Note that the call sent at `sent_at`, or a part of it, was throttled.

        Nothing goes out for `retry_after` seconds, where the service has asked for it. A call that got no answer
        needs no note.
        """
        with self._lock:
            self._note_trip(now - sent_at)
            self._rejected, self.throttled_at = self._rejected + 1, max(self.throttled_at, now)
            self._resume_at = max(self._resume_at, now + (retry_after or 0.0))
            if self._hold is None and sent_at > self._cut_at:
                self._cut(sent_at, now)
            if self._hold and sent_at >= self._hold.sent_at:
                self._hold.rejected += 1

    def _allowed(self, now: float) -> float:
        return min(self._rps, self._rate * (self._share if now < self._rest_until else 1))

    def _ready_at(self, now: float) -> float:
        # From when the last call went out, not from when it should have: to make up for lost time is to send bursts.
        ready_at = max(self._sent_at + 1 / self._allowed(now), self._resume_at)
        return max(ready_at, self._hold.until) if self._hold else ready_at

    def _note_trip(self, trip: float) -> None:
        trip = max(0.0, trip)
        self._trip = trip if self._trip is None else self._trip + (trip - self._trip) / MEMORY

    def _short_trip(self) -> float:
        return min(LONGEST_TRIP, self._trip or FIRST_TRIP)

    def _cycle(self) -> float:
        """Return the seconds in which the rate grows by one step."""
        by_calls = CALLS_PER_STEP * self._crowd * (1 - self._step) / (self._step * self._rate)
        by_time = LEAST_CYCLE * max(0.25, 1 - 2 * self._step)
        return max(by_calls, by_time, TRIPS_PER_STEP * self._short_trip())

    def _grow(self, gap: float, now: float) -> None:
        steps = gap / self._cycle()
        if self._rate > self._ceiling:
            self._silence += max(steps, gap / LONGEST_SILENCE)
        if self._silence > SILENCE:
            self._silence -= SILENT_AGAIN
            self._widen(SEARCHING)
        # While only a share is used, nothing is learned of what lies above.
        top = self._ceiling if now < self._rest_until else FASTEST
        self._rate = max(self._rate, min(self._rate * exp(self._step * steps), top, self._rps))

    def _widen(self, most: float) -> None:
        self._step = max(self._step, min(most, 2 * self._step))

    def _cut(self, sent_at: float, now: float) -> None:
        """Slow down, by a step or by as much as a hold will tell."""
        if now < self._rest_until:
            # Rejected within its share: the limit is another one by now, and looked for again.
            self._rate, self._rest_until = self._rate * self._share, now
        is_streak = self._accepted < STREAK / self._step
        if is_streak:
            self._widen(MOST_STEP)
        if self._step > HOLD_STEP:
            cut = min(MOST_STEP, self._step if is_streak else self._step / 2)
            self._hold = _Hold(sent_at, now, now + self._short_trip(), cut)
            return
        self._crowd = max(1.0, (self._crowd + self._rejected) / 2)
        self._ceiling = self._rate
        self._slow_down(self._rate * (1 - self._step), now)
        if not is_streak:
            self._settle(now)

    def _settle(self, now: float) -> None:
        """Take smaller steps from now on, and rest when these are the smallest."""
        self._step = max(LEAST_STEP, self._step / 2)
        if self._share < 1 and self._step == LEAST_STEP:
            self._ceiling, self._rest_until = self._rate, now + REST

    def _slow_down(self, rate: float, now: float) -> None:
        self._rate = max(SLOWEST, rate)
        self._cut_at = now
        self._silence = 0.0
        self._accepted = self._rejected = 0

    def _end_hold(self, now: float) -> None:
        """Resume sending after a hold, at the rate that it has shown."""
        hold = self._hold
        if hold is None or now < hold.until:
            return
        self._hold = None
        before = self._rate
        rate = min(self._rate_found(hold, now), 0.95 * before)
        self._step = 0.25 if self._step == SEARCHING else min(0.25, max(0.125, (1 - rate / before) / 2))
        self._ceiling = min(before, 1.3 * rate)
        self._slow_down(rate, now)

    def _rate_found(self, hold: _Hold, now: float) -> float:
        """Return the rate at which calls were let in during a hold, within what was seen before."""
        seconds = max(hold.begun_at - hold.sent_at, 1e-9)
        found = min((hold.accepted + 0.5) / seconds, self._rate * (1 - hold.cut))
        lately = self._let_in_lately(now)
        if self._ceiling:
            since_cut = self._accepted / max(now - self._cut_at, 1.0)
            return max(found, 0.9 * lately, 0.9 * since_cut, 0.5 * self._rate)
        # What came before was, for a part, what the bucket had saved.
        self._recent.clear()
        is_closed = hold.accepted == 0 and hold.rejected > 3
        return max(found, 0.5 * lately) if is_closed else found

    def _let_in_lately(self, now: float) -> int:
        """Return how many calls were let in during the last second."""
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        return len(self._recent)


_paces: dict[tuple[str, str, str | None, CallKind], Pace] = {}
_paces_lock = Lock()


def pace_for(endpoint: str, region: str, account: str | None, kind: CallKind) -> Pace:
    """Return the one pace of this process for calls of a kind to an endpoint, Region and account.

    AWS limits calls by account and Region, so callers that share both must share the pace. `account` may be anything
    that tells accounts apart. Each run sets its options with `Pace.cap`; the latest holds.
    """
    with _paces_lock:
        pace = Pace(first_rate=FIRST_RATE if kind is CallKind.ENDING else FIRST_READING_RATE)
        return _paces.setdefault((endpoint, region, account, kind), pace)


def forget_paces() -> None:
    """Forget the paces of all services, as a new process would."""
    with _paces_lock:
        _paces.clear()
