"""A session is driven by messages alone: no widget, no notebook, no browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import batchnb
from batchnb import local
from batchnb.errors import InputError
from batchnb.widget.draft import Draft
from batchnb.widget.planning import Planning
from batchnb.widget.requests import answer_to
from batchnb.widget.session import PickerSession
from batchnb.widget.setup import Audience, Setup
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.worker import Phase, Worker

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Wire:
    """A session, and everything that it sent."""

    session: PickerSession
    sent: list[tuple[dict[str, Any], list[bytes]]] = field(default_factory=list)

    def ask(self, kind: str, *rows: int, **content: Any) -> dict[str, Any]:
        """Send a request with a selection of these rows; return its answer when the worker is done."""
        bits = np.zeros(len(self.session.jobs), dtype=np.uint8)
        bits[list(rows)] = 1
        packed = [memoryview(np.packbits(bits, bitorder="little").tobytes())]
        request = {"kind": kind, "id": 1, "snapshot": 1, "reason": "OPS-123", **content}
        answer = answer_to(self.session, request, packed)
        assert self.session.worker.wait(20)
        return answer

    def confirm(self, **content: Any) -> dict[str, Any]:
        """Say yes to the plan that waits, right now."""
        plan = self.session.plan
        digest = plan.digest if plan else None
        return self.ask("confirm", **{"digest": digest, "at": self.session.clock.now(), **content})

    @property
    def states(self) -> list[dict[str, Any]]:
        """What the browser was told of what goes on, oldest first."""
        return [message["state"] for message, _ in self.sent if "state" in message]


Over = Callable[..., Wire]


@pytest.fixture
def over() -> Over:
    """Return what makes a session over a frame; options as of `Setup`."""

    def make(frame: pd.DataFrame, **options: Any) -> Wire:
        wire: list[Wire] = []

        def send(content: Any, buffers: Any) -> None:
            wire[0].sent.append((content, buffers))

        wire.append(Wire(PickerSession(ShownJobs(frame, None), Setup(**options), Audience(send))))
        return wire[0]

    return make


def test_a_session_goes_from_the_table_to_the_result(over: Over, frame: pd.DataFrame) -> None:
    """Table, selection, plan, confirmation and result, told in this order, without any widget."""
    wire = over(frame)
    assert wire.ask("hello")["ok"]
    assert wire.ask("select", 0, 1)["selected"] == 2
    assert wire.ask("plan", 0, 1)["ok"]
    assert wire.confirm()["ok"]
    phases = [state["phase"] for state in wire.states]
    assert list(dict.fromkeys(phases)) == ["idle", "planning", "confirming", "running"]
    assert phases[-1] == "idle"
    assert wire.session.report is not None
    assert wire.session.report.counts == {"terminated": 2}


def test_nothing_selected_is_refused_before_any_call(over: Over, frame: pd.DataFrame, jobs: local.LocalBatch) -> None:
    """An empty selection is never all jobs."""
    wire = over(frame)
    asked = len(jobs.calls)
    answer = wire.ask("plan")
    assert answer["error"] == "no job is selected. Nothing was ended."
    assert len(jobs.calls) == asked
    assert isinstance(wire.session.worker.error, InputError)


def test_two_confirmations_at_once_execute_one_run(over: Over, frame: pd.DataFrame, jobs: local.LocalBatch) -> None:
    """Threads that confirm the same plan at the same moment do not end its jobs twice."""
    wire = over(frame)
    wire.ask("plan", 0)
    both = threading.Barrier(2)
    answers: list[bool] = []

    def confirm() -> None:
        both.wait(10)
        answers.append(wire.confirm()["ok"])

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(answers) == [False, True]
    assert len(batchnb.history()) == 1
    assert sum(call.operation.startswith("Terminate") for call in jobs.calls) == 1


def test_a_turn_that_was_given_up_changes_nothing() -> None:
    """What a thread comes back with late is not taken for an answer to what is asked now."""
    worker = Worker(lambda: None)
    go_on = threading.Event()

    def work(_turn: int) -> Phase:
        go_on.wait(10)
        raise InputError("late")

    worker.start(Phase.PLANNING, work)
    worker.enter(Phase.IDLE)
    go_on.set()
    assert worker.wait(10)
    assert worker.phase is Phase.IDLE
    assert worker.error is None


def test_while_a_plan_is_made_it_is_told_how_far_it_is(jobs: local.LocalBatch, frame: pd.DataFrame) -> None:
    """The jobs that were looked at, of those that are asked for, and whether AWS throttles it."""
    planning = Planning(_selected(frame), Setup(), "OPS-123", Draft())
    assert planning.told() == {"asked": 0, "answered": 0, "isThrottled": False}
    plan = planning.make(lambda: None)
    assert planning.told() == {"asked": len(frame), "answered": len(frame), "isThrottled": False}
    assert len(plan.jobs) == len(frame)
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="TooManyRequestsException", times=1))
    planning.make(lambda: None)
    assert planning.told()["isThrottled"]


def _selected(frame: pd.DataFrame) -> ShownJobs:
    shown = ShownJobs(frame, None)
    shown.rows = np.arange(len(frame))
    return shown
