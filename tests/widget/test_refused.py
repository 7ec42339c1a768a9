"""A request that is refused, or comes too late, changes nothing: neither selection nor reason, plan nor phase."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import local
from batchnb.errors import InputError
from batchnb.jobs.place import Place
from batchnb.widget.draft import Draft
from batchnb.widget.elsewhere import LOCKS_FROM
from batchnb.widget.execution import Run
from batchnb.widget.identity import Caller
from batchnb.widget.planning import Planning
from batchnb.widget.session import PickerSession
from batchnb.widget.table.rows import Lock
from batchnb.widget.worker import Phase, Worker
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


def kept(hand: Hand) -> tuple[Any, ...]:
    """Return all that a request may change."""
    session = hand.picker._session
    return (
        session.phase,
        list(hand.picker.selected["jobId"]),
        session.reason,
        session.plan,
        session.reviewing.planning,
        session.view.current,
        len(session.jobs),
        session.result,
    )


@contextmanager
def planning(hand: Hand, monkeypatch: pytest.MonkeyPatch, *rows: int) -> Iterator[None]:
    """Keep the picker at the plan of these rows."""
    begun, go_on = threading.Event(), threading.Event()
    make = Planning.make

    def wait(self: Planning, tell: Callable[[], None]) -> Any:
        begun.set()
        assert go_on.wait(20)
        return make(self, tell)

    with monkeypatch.context() as patch:
        patch.setattr(Planning, "make", wait)
        try:
            assert hand.choose(*rows, kind="plan", reason="first")["ok"]
            assert begun.wait(20)
            yield
        finally:
            go_on.set()
            assert hand.picker.wait(20)


@pytest.fixture
def left_over(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """Return a picker after a run that left a job untouched, and since which a job like it was submitted."""
    monkeypatch.setattr("batchnb.running.stages.SENDING_PATIENCE", 0.1)
    hand = hold(frame, timeout=0.1)
    hand.planned(1, reason="of the run")
    jobs.world.add_jobs("train", "run", 1, created_ago=0.0)
    for operation in ("TerminateJob", "TerminateJobs"):
        jobs.faults.add(local.Fault(operation=operation, kind="TooManyRequestsException"))
    hand.confirmed()
    jobs.faults.clear()
    assert hand.state["result"]["untouched"] == 1
    assert hand.state["result"]["newcomers"] == 1
    return hand


_REQUESTS = (
    "plan",
    "review_untouched",
    "review_newcomers",
    "put_back",
    "add_dependents",
    "watch",
    "refresh",
    "afresh",
    "done",
)


def test_nothing_changes_where_the_picker_is_busy(left_over: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a plan is made or waits: another selection and reason do not come in by a request that is refused."""
    hand = left_over

    def ask_all(when: str) -> None:
        before = kept(hand)
        number = hand.picker._session.state()["result"]["number"]
        for kind in _REQUESTS:
            content = {
                "snapshot": hand.picker._session.jobs.snapshot.number,
                "reason": "second",
                "digest": "x",
                "number": number,
            }
            answer = hand.ask(kind, content, hand.bits(5, 6))
            assert answer.get("done") is False or not answer["ok"], (when, kind)
            assert kept(hand) == before, (when, kind)

    with planning(hand, monkeypatch, 3):
        ask_all("planning")
    assert hand.state["phase"] == "confirming"
    ask_all("confirming")
    plan = hand.picker.plan
    assert plan is not None
    assert [one.job_id for one in plan.to_end] == list(hand.picker.selected["jobId"])
    assert plan.reason == "first"


def test_a_selection_that_crosses_a_plan_is_put_right(hand: Hand) -> None:
    """A click in another page, made before it heard of the review: the plan, and what is put back into it, stay."""
    hand.planned(0, 1, reason="first")
    hand.sent.clear()
    assert hand.choose(4, kind="select", reason="second")["selected"] == 2
    assert hand.picker.reason == "first"
    ((told, (bits,)),) = hand.of_kind("selection")
    assert told["snapshot"] == 1
    assert bits == hand.bits(0, 1)
    for kind in ("keep", "cell"):
        assert hand.choose(4, kind=kind, reason="second")["ok"]
        assert list(hand.picker.selected["jobName"]) == ["run-000", "run-001"]
    hand.ask("cancel")
    assert hand.choose(4, kind="select", reason="second")["selected"] == 1
    assert hand.picker.reason == "second"


def test_a_review_that_is_refused_leaves_the_selection(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """With nothing selected, with jobs of another account, or in a table that is shown no more."""
    hand = hold(frame)
    hand.choose(2, reason="first")
    before = kept(hand)
    assert not hand.choose(kind="plan", reason="second")["ok"]
    assert not hand.choose(4, kind="plan", reason="second", snapshot=7)["ok"]
    assert kept(hand) == before
    assert jobs.running


def test_python_selects_nothing_while_the_picker_is_busy(hand: Hand) -> None:
    """By whichever way it is asked to."""
    hand.planned(0, 1)
    with pytest.raises(InputError, match="selected cannot be set while the picker is busy"):
        hand.picker.select([str(hand.picker._session.jobs.snapshot.frame["jobId"][4])])
    assert len(hand.picker.selected) == 2


def test_what_is_done_first_is_done_only_where_the_phase_is_free() -> None:
    """And where it cannot be done, nothing begins."""
    worker, done = Worker(lambda: None), []
    worker.phase = Phase.CONFIRMING
    with pytest.raises(InputError):
        worker.start(Phase.PLANNING, lambda _turn: None, first=lambda: done.append(1))
    assert done == []

    def fail() -> None:
        raise InputError("no")

    with pytest.raises(InputError, match="no"):
        worker.start(Phase.PLANNING, lambda _turn: None, after=Phase.CONFIRMING, first=fail)
    assert (worker.phase, worker.turn) == (Phase.CONFIRMING, 0)


# --- what comes at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("presses", [1, 2])
def test_a_stop_that_comes_before_the_run_has_begun_counts(
    hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, presses: int
) -> None:
    """The thread of the run is not there yet: nothing is sent, and the result says that you stopped it."""
    begin = PickerSession._execute
    answers: list[bool] = []

    def press_and_begin(session: PickerSession, run: Run) -> None:
        answers.extend(hand.ask("stop")["ok"] for _ in range(presses))
        begin(session, run)

    monkeypatch.setattr(PickerSession, "_execute", press_and_begin)
    hand.planned(0, 1)
    assert hand.confirmed()["ok"]
    assert answers == [True] * presses
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]
    result = hand.state["result"]
    assert (result["isStopped"], result["untouched"], result["ended"]) == (True, 2, 0)
    assert hand.state["progress"] is None


def test_a_review_that_was_taken_back_asks_aws_for_nothing(hand: Hand, jobs: local.LocalBatch) -> None:
    """Where its thread comes late, and in the place of the next one."""
    session = hand.picker._session
    hand.choose(0)
    turn = session.worker.begin(Phase.PLANNING)
    hand.ask("cancel")
    hand.planned(1)
    planned = session.reviewing.planning
    jobs.calls.clear()
    assert session.reviewing._make(turn, Draft()) is None
    assert not jobs.calls
    assert session.reviewing.planning is planned


# --- an unknown place --------------------------------------------------------------------------------------------


@pytest.fixture
def nowhere(frame: pd.DataFrame, hold: Hold) -> Hand:
    """Return a picker over jobs of which nobody knows the account yet."""
    ids_only = frame[["jobId", "jobName"]].copy()
    ids_only.attrs = {}
    return hold(ids_only)


def test_nothing_is_reviewed_while_the_place_is_asked_for(nowhere: Hand, jobs: local.LocalBatch) -> None:
    """The page says why, and the kernel refuses a review that is asked for all the same."""
    hand, identity = nowhere, nowhere.picker._session.identity
    identity.expect()
    hand.picker._session.send_state()
    said = "Asking who you are… Until the account of these jobs is known, nothing can be reviewed."
    assert (hand.state["where"]["badge"], hand.state["where"]["obstacle"]) == ("unknown", said)
    jobs.calls.clear()
    answer = hand.choose(0, kind="plan")
    assert (answer["ok"], answer["error"]) == (False, said)
    assert hand.state["phase"] == "idle"
    assert not jobs.calls
    hand.ask("hello")
    hand.ask("who")
    assert hand.picker.wait(20)
    assert hand.state["where"]["obstacle"] == ""
    hand.planned(0)
    assert hand.state["phase"] == "confirming"


def test_nothing_is_reviewed_where_the_place_stays_unknown(nowhere: Hand, jobs: local.LocalBatch) -> None:
    """Nobody can say then whether it is production."""
    jobs.calls.clear()
    answer = nowhere.choose(0, kind="plan")
    assert (
        answer["error"]
        == "The account of these jobs is not known, so nothing can be reviewed. Log in, then press Refresh."
    )
    assert not jobs.calls


def test_nothing_is_confirmed_once_the_jobs_are_elsewhere(hand: Hand, jobs: local.LocalBatch) -> None:
    """Another login since the review: the page shows it, and the kernel takes no yes."""
    hand.planned(0)
    elsewhere = Place(
        "999999999999", "local-1", jobs.endpoint_url, "arn:aws:iam::999999999999:user/x", is_emulator=True
    )
    hand.picker._session.identity._known = Caller(elsewhere)
    answer = hand.confirmed()
    assert not answer["ok"]
    assert "999999999999" in answer["error"]
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]
    assert len(batchnb.history()) == 0


# --- nothing left to review --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lock", "said"),
    [
        (Lock.FINISHED, "1 has ended already"),
        (Lock.NOT_FOUND, "1 is not known to AWS"),
        (Lock.PROTECTED, "1 is protected"),
        (Lock.STOPPING, "1 is stopping already"),
        ("being ended by the picker of cell [4]", "1 is being ended by the picker of cell [4]"),
        ("ended at 00:52 by another picker", "1 ended at 00:52 by another picker"),
    ],
)
def test_why_nothing_is_left_to_review_is_told_by_its_cause(left_over: Hand, lock: Lock | str, said: str) -> None:
    """A job that another picker ends has not ended; selection and reason stay."""
    session = left_over.picker._session
    row = int(session.jobs.snapshot.row_of[str(session.jobs.snapshot.frame["jobId"][1])])
    if isinstance(lock, str):
        session.peer.elsewhere.texts.append(lock)
        session.jobs.marks.locks[row] = LOCKS_FROM + len(session.peer.elsewhere.texts) - 1
    else:
        session.jobs.marks.locks[row] = lock
    left_over.choose(3, reason="mine")
    before = kept(left_over)
    answer = left_over.ask("review_untouched")
    assert answer["error"] == f"Nothing to end: {said}."
    assert kept(left_over) == before


def test_new_jobs_that_are_gone_again_are_told_by_their_cause(left_over: Hand, jobs: local.LocalBatch) -> None:
    """One that AWS does not know any more has no row."""
    report = left_over.picker.report
    assert report is not None
    assert report.newcomers is not None
    for job_id in report.newcomers.job_ids:
        jobs.world.forget(job_id)
    left_over.ask("review_newcomers")
    assert left_over.picker.wait(20)
    assert re.fullmatch(r"Nothing to end: 1 is not known to AWS\.", left_over.state["error"])
