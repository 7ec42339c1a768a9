"""Services with a rate limit, and a client that is paced, in simulated time: a minute takes a moment."""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from math import floor
from typing import Protocol

from batchnb.aws.pace import Pace

__all__ = ["Bucket", "Limiter", "Partitions", "Result", "Rival", "Window", "simulate"]


class Limiter(Protocol):
    """What lets a call in or not. Asked in the order of time."""

    def take(self, now: float) -> bool:
        """Let one call in, if there is room."""

    def room(self, start: float, end: float) -> float:
        """Return how many calls it could have let in from `start` to `end`; from 0, with its burst."""


class Bucket:
    """A token bucket whose rate may change: `rates` are (from when on, tokens a second)."""

    def __init__(self, rate: float, burst: float, *later: tuple[float, float]) -> None:
        self._rates = [(0.0, rate), *later]
        self._burst = self._tokens = burst
        self._filled_at = 0.0

    def take(self, now: float) -> bool:
        """Take one token, if there is one."""
        self._tokens = min(self._burst, self._tokens + self._filled(self._filled_at, now))
        self._filled_at = now
        if self._tokens < 1 - 1e-9:
            return False
        self._tokens -= 1
        return True

    def room(self, start: float, end: float) -> float:
        """Return the tokens of that time, and the burst at the start."""
        return self._filled(start, end) + (self._burst if start == 0 else 0)

    def _filled(self, start: float, end: float) -> float:
        ends = [since for since, _rate in self._rates[1:]] + [float("inf")]
        return sum(
            rate * max(0.0, min(end, until) - max(start, since))
            for (since, rate), until in zip(self._rates, ends, strict=True)
        )


class Window:
    """At most `rate` calls in each second of the service's clock."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._window = self._let_in = 0

    def take(self, now: float) -> bool:
        """Count the call, unless its second is full."""
        if floor(now) != self._window:
            self._window, self._let_in = floor(now), 0
        if self._let_in >= self._rate:
            return False
        self._let_in += 1
        return True

    def room(self, start: float, end: float) -> float:
        """Return what the seconds of that time hold."""
        return self._rate * (end - start)


class Partitions:
    """A limit split evenly over buckets, of which each call meets one by chance."""

    def __init__(self, rate: float, burst: float, parts: int) -> None:
        self._parts = [Bucket(rate / parts, burst / parts) for _ in range(parts)]
        self._random = random.Random(1)  # noqa: S311 - reproducible chance

    def take(self, now: float) -> bool:
        """Ask one of the buckets."""
        return self._random.choice(self._parts).take(now)

    def room(self, start: float, end: float) -> float:
        """Return what all buckets together hold."""
        return sum(part.room(start, end) for part in self._parts)


class Rival:
    """A bucket of which another client takes `rate` calls a second, at random moments, from `since` on."""

    def __init__(self, bucket: Bucket, rate: float, since: float = 0.0) -> None:
        self._bucket, self._rate = bucket, rate
        self._since = self._next = since
        self.asked = self.let_in = 0
        self._random = random.Random(2)  # noqa: S311 - reproducible chance

    def take(self, now: float) -> bool:
        """Let the rival's calls up to now go first."""
        while self._next <= now:
            self.asked += 1
            self.let_in += self._bucket.take(self._next)
            self._next += self._random.expovariate(self._rate)
        return self._bucket.take(now)

    def room(self, start: float, end: float) -> float:
        """Return what the rival leaves."""
        return self._bucket.room(start, end) - self._rate * max(0.0, end - max(start, self._since))


@dataclass(slots=True)
class Result:
    """What became of each call: when it reached the service, and whether it was let in."""

    limiter: Limiter
    seconds: float
    answers: list[tuple[float, bool]] = field(default_factory=list)
    sent: list[float] = field(default_factory=list)
    most_in_flight: int = 0

    def used(self, start: float = 0.0, end: float | None = None) -> float:
        """Return the share of the limit that was used, its burst included where `start` is 0."""
        end = self.seconds if end is None else end
        let_in = sum(accepted for at, accepted in self.answers if start <= at < end)
        return let_in / self.limiter.room(start, end)

    @property
    def rejected(self) -> float:
        """Return the share of calls that were rejected."""
        return sum(not accepted for _at, accepted in self.answers) / len(self.answers)


def simulate(
    pace: Pace,
    limiter: Limiter,
    *,
    latency: float,
    seconds: float = 60.0,
    jitter: float = 0.0,
    retry_after: float | None = None,
    pauses: Sequence[tuple[float, float]] = (),
) -> Result:
    """Let one dispatcher send as fast as `pace` lets it, for so many seconds.

    Half of the latency passes on the way to the service, with up to `jitter` seconds on top, and half on the way
    back. Nothing is sent during `pauses` (from, to). A rejection carries `retry_after`.
    """
    result = Result(limiter, seconds)
    chance = random.Random(1)  # noqa: S311 - reproducible chance
    turn = count()
    under_way: list[tuple[float, int, float, bool | None]] = []  # when, turn, sent at, answer
    now, in_flight = 0.0, 0
    while now < seconds:
        if in_flight < pace.places and not any(start <= now < end for start, end in pauses) and pace.take(now):
            arrival = now + latency / 2 + chance.random() * jitter
            heapq.heappush(under_way, (arrival, next(turn), now, None))
            in_flight += 1
            result.sent.append(now)
            result.most_in_flight = max(result.most_in_flight, in_flight)
            continue
        moments = [under_way[0][0]] if under_way else []
        moments += [end for start, end in pauses if start <= now < end]
        if in_flight < pace.places and pace.ready_at(now) > now:
            moments.append(pace.ready_at(now))
        now = min(moments)
        while under_way and under_way[0][0] <= now:
            _at, _turn, sent_at, accepted = heapq.heappop(under_way)
            if accepted is None:
                accepted = limiter.take(now)
                result.answers.append((now, accepted))
                heapq.heappush(under_way, (now + latency / 2, next(turn), sent_at, accepted))
                continue
            in_flight -= 1
            if accepted:
                pace.accepted(sent_at, now)
            else:
                pace.throttled(sent_at, now, retry_after)
    return result
