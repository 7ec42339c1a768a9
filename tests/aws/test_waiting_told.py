"""Who waits for AWS is told within two seconds that it does not answer, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from batchnb import local
from batchnb.aws import gateway as aws
from batchnb.aws import waiting_told
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.listing import list_selected
from batchnb.aws.retry import with_retries
from batchnb.aws.waiting_told import tell_retry
from batchnb.clock import Clock
from batchnb.errors import AwsError, ThrottledError, UnavailableError
from batchnb.jobs.selector import selector
from tests.conftest import clock_of


def unavailable(**more: Any) -> UnavailableError:
    """Return the failure of a call."""
    return UnavailableError("x", code="x", operation="ListJobs", where="AWS Batch in eu-west-1", **more)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is said."""
    texts: list[str] = []
    monkeypatch.setattr(waiting_told, "announce", texts.append)
    return texts


class Wait:
    """A clock on which waiting costs nothing; `said` is looked at in each wait."""

    def __init__(self, said: list[str]) -> None:
        self.now, self.silent_until, self._said = 0.0, 0.0, said
        self.clock = Clock(now=lambda: self.now, sleep=self.sleep, chance=lambda: 1.0)

    def sleep(self, seconds: float) -> None:
        """Wait, and note until when nothing was said."""
        self.now += seconds
        if not self._said:
            self.silent_until = self.now


def test_a_call_that_is_tried_again_says_so_within_two_seconds(said: list[str]) -> None:
    """Not after the last of six tries."""
    wait = Wait(said)

    def call() -> None:
        raise unavailable()

    with pytest.raises(UnavailableError):
        with_retries(call, wait.clock)
    assert said == ["Cannot reach AWS Batch in eu-west-1, trying again…"]
    assert wait.silent_until < 2


def test_a_hiccup_is_not_worth_a_word(said: list[str]) -> None:
    """One try again is what every network needs."""
    answers: list[AwsError | str] = ["there", unavailable()]

    def call() -> str:
        answer = answers.pop()
        if isinstance(answer, AwsError):
            raise answer
        return answer

    assert with_retries(call, Wait(said).clock) == "there"
    assert said == []


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (unavailable(), "Cannot reach AWS Batch in eu-west-1, trying again…"),
        (unavailable(request_id="r"), "AWS Batch in eu-west-1 does not answer, trying again…"),
        (
            ThrottledError("x", code="x", operation="x", where="AWS Batch in eu-west-1"),
            "AWS Batch in eu-west-1 asks to slow down, trying again…",
        ),
    ],
)
def test_it_says_what_is_the_matter(said: list[str], error: AwsError, says: str) -> None:
    """A network that is down, a service that fails and one that is busy are three things."""
    tell_retry(error, waiting_told.SILENT_SECONDS - 0.1, 0.0)
    assert said == []
    tell_retry(error, waiting_told.SILENT_SECONDS, 0.0)
    assert said == [says]


def test_many_calls_that_fail_together_say_it_once(said: list[str]) -> None:
    """And again after a while, should it last."""
    for second in range(60):
        tell_retry(unavailable(), 5.0, float(second))
    assert len(said) == 2


def test_a_listing_that_finds_nobody_says_where(emulator: local.LocalBatch, gateway: Gateway, said: list[str]) -> None:
    """Over the wire, from a listing: the endpoint is named."""
    emulator.stop()
    with pytest.raises(UnavailableError):
        list_selected(gateway, selector(queues=["train"]), clock=clock_of(emulator))
    assert said == [f"Cannot reach AWS Batch at {emulator.endpoint_url}, trying again…"]


def test_a_first_call_that_hangs_says_so(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A firewall that swallows packets: the first try alone would last five seconds."""
    told = threading.Event()
    texts: list[str] = []

    def note(text: str) -> None:
        if "No answer" in text:  # a thread that another test has left may say something of its own
            texts.append(text)
            told.set()

    monkeypatch.setattr(waiting_told, "announce", note)
    monkeypatch.setattr(aws, "is_loopback", lambda _url: False)
    monkeypatch.setattr(waiting_told.FirstAnswer.__init__, "__defaults__", (0.01,))
    emulator = start(lambda world: world.add_queue("q"))
    emulator.faults.add(local.Fault(operation="DescribeJobQueues", do=lambda _: told.wait(10)))
    gateway = connect(endpoint_url=emulator.endpoint_url)
    assert gateway.queues() == ["q"]
    assert texts == ["No answer from AWS Batch in local-1 yet, waiting…"]


def test_calls_that_are_answered_say_nothing_and_leave_no_thread(
    gateway: Gateway, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is fast costs a thread that ends at once."""
    monkeypatch.setattr(aws, "is_loopback", lambda _url: False)
    before = threading.active_count()
    for _ in range(3):
        gateway.queues()
    assert said == []
    assert gateway._first_answer is not None
    gateway._first_answer._timer.join(10)
    assert threading.active_count() <= before
