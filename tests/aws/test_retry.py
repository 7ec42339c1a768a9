"""Trying again: how long is waited, and when it is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Event, Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.aws.retry import ATTEMPTS, LONGEST_WAIT, PATIENCE, READERS, backoff, each_with_retries, with_retries
from batchnb.clock import Clock
from batchnb.errors import AwsError, RefusedError, ThrottledError, UnavailableError


class _Time:
    """A clock that sleeping moves, and the sleeps."""

    def __init__(self) -> None:
        self.moment, self.sleeps = 0.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.moment += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.moment, self.sleep, lambda: datetime(2026, 1, 1, tzinfo=UTC), lambda: 0.5)


def _error(kind: type[AwsError], retry_after: float | None = None) -> AwsError:
    return kind("no", code="Code", operation="DescribeJobs", retry_after=retry_after)


def _failing(*errors: AwsError) -> Callable[[], str]:
    left = list(errors)

    def call() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return call


def _always(kind: type[AwsError], retry_after: float | None = None) -> Callable[[], str]:
    def call() -> str:
        raise _error(kind, retry_after)

    return call


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True), st.none() | st.floats(0, 100))
def test_a_wait_is_bounded_and_never_shorter_than_what_was_asked(
    failures: int, chance: float, asked: float | None
) -> None:
    """However often a call failed, the wait is from an eighth of a second to ten, or what the service asked for."""
    wait = backoff(failures, chance, asked)
    assert max(0.125, asked or 0) <= wait <= max(LONGEST_WAIT, asked or 0)


@given(st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_waits_grow(failures: int, chance: float) -> None:
    """One failure more never means a shorter wait."""
    assert backoff(failures, chance) <= backoff(failures + 1, chance)


def test_a_passing_failure_is_not_seen() -> None:
    """A call that is throttled and then fails is answered in the end."""
    time = _Time()
    errors = _error(ThrottledError), _error(UnavailableError), _error(ThrottledError)
    assert with_retries(_failing(*errors), time.clock) == "answer"
    assert time.sleeps == [0.1875, 0.375, 0.75]


def test_other_errors_are_raised_at_once() -> None:
    """What another try cannot mend is not tried again."""
    time = _Time()
    with pytest.raises(RefusedError):
        with_retries(_failing(_error(RefusedError)), time.clock)
    assert not time.sleeps


def test_a_service_that_does_not_answer_is_given_up_after_some_tries() -> None:
    """Six failures of the service are enough."""
    time = _Time()
    with pytest.raises(UnavailableError):
        with_retries(_always(UnavailableError), time.clock)
    assert len(time.sleeps) == ATTEMPTS - 1


@pytest.mark.parametrize("patience", [0.0, 1.0, PATIENCE])
def test_throttling_is_given_up_when_the_patience_is_over(patience: float) -> None:
    """A call that is throttled for ever ends in time, and not much before."""
    time = _Time()
    with pytest.raises(ThrottledError):
        with_retries(_always(ThrottledError), time.clock, patience)
    assert patience - LONGEST_WAIT <= time.moment <= patience


@pytest.mark.parametrize("kind", [ThrottledError, UnavailableError])
def test_a_service_that_asks_for_an_hour_is_not_waited_for(kind: type[AwsError]) -> None:
    """A wait that would outlast the patience is not begun."""
    time = _Time()
    with pytest.raises(kind):
        with_retries(_always(kind, retry_after=3600), time.clock)
    assert not time.sleeps


@given(st.lists(st.integers(), max_size=40))
def test_answers_come_in_the_order_of_the_arguments(arguments: list[int]) -> None:
    """Though several calls are under way at once, the answers come in order, one for each argument."""
    assert list(each_with_retries(str, arguments, _Time().clock)) == [str(one) for one in arguments]


def test_several_calls_are_under_way_at_once() -> None:
    """As many calls as there are readers wait for each other, so all of them must be there."""
    all_there, lock, there = Event(), Lock(), list[int]()

    def call(argument: int) -> bool:
        with lock:
            there.append(argument)
            if len(there) == READERS:
                all_there.set()
        return all_there.wait(10)

    assert list(each_with_retries(call, range(READERS), _Time().clock)) == [True] * READERS


def _first_fails(go_on: Event, tried: list[int]) -> Callable[[int], int]:
    def call(argument: int) -> int:
        tried.append(argument)
        if argument == 0:
            raise _error(RefusedError)
        go_on.wait(10)
        raise _error(ThrottledError)

    return call


def test_after_an_error_nobody_waits_and_nothing_is_tried_again() -> None:
    """An error of one call is raised while others are under way; they are not repeated, and no new ones begun."""
    go_on, tried, done = Event(), list[int](), Event()
    time = _Time()

    def sleep(seconds: float) -> None:
        done.wait(10)
        time.sleep(seconds)

    clock = Clock(time.clock.now, sleep, time.clock.wall, time.clock.chance)
    with pytest.raises(RefusedError):
        list(each_with_retries(_first_fails(go_on, tried), range(100), clock))
    go_on.set()
    done.set()
    for thread in [one for one in threading.enumerate() if one.name.startswith("batchnb-read")]:
        thread.join(10)

    assert len(tried) <= 2 * READERS
    assert len(set(tried)) == len(tried)


def test_whoever_stops_reading_is_not_kept() -> None:
    """A reader that leaves after the first answer does not wait for the rest."""
    release = Event()

    def call(argument: int) -> int:
        if argument:
            release.wait(10)
        return argument

    answers: Iterator[int] = each_with_retries(call, range(50), _Time().clock)
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined]
    assert not release.is_set()
    release.set()
