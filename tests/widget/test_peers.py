"""Pickers of one place know of one another's runs."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import local
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.widget.elsewhere import LOCKS_FROM
from batchnb.widget.execution import Run
from batchnb.widget.running_cell import RunningCell
from batchnb.widget.table.marks import Marks
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


def in_cell(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pickers be made in this cell from now on."""
    monkeypatch.setattr("batchnb.widget.view_asked.running_cell", lambda: RunningCell(None, number))


def lock_text(hand: Hand, row: int) -> str:
    """Return what the picker says of a row that another one has."""
    code = int(hand.picker._session.jobs.marks.locks[row])
    texts: list[str] = hand.picker._session.state()["locks"]
    return texts[code - LOCKS_FROM] if code >= LOCKS_FROM else f"lock {code}"


def at_first_event(hand: Hand, monkeypatch: pytest.MonkeyPatch, look: Callable[[], object]) -> list[object]:
    """Return what `look` returned when the first request of the picker's run went out; empty until then."""
    seen: list[object] = []
    note = hand.picker._session._note_event

    def look_once(event: JobEvent) -> None:
        if not seen:
            seen.append(look())
        note(event)

    monkeypatch.setattr(hand.picker._session, "_note_event", look_once)
    return seen


def test_jobs_in_the_run_of_another_picker_are_locked(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They leave the selection, cannot be selected by a forged message either, and say by whom they are ended."""
    in_cell(4, monkeypatch)
    one = hold(frame)
    in_cell(5, monkeypatch)
    two = hold(frame.iloc[::-1])
    last = len(frame) - 1
    two.choose(last, last - 1, last - 2)
    one.planned(0, 1)

    def look() -> object:
        selected = len(two.picker.selected)
        forged = two.choose(last, last - 1, last - 2)["selected"]
        return selected, forged, lock_text(two, last), two.state["note"]

    seen = at_first_event(one, monkeypatch, look)
    assert one.confirmed()["ok"]
    text = "being ended by the picker of cell [4]"
    assert seen == [(1, 1, text, f"2 jobs are {text}.")]
    assert lock_text(two, last).startswith("ended at ")
    assert lock_text(two, last).endswith(" by another picker")
    assert two.choose(last, last - 2)["selected"] == 1
    assert two.state["note"] == ""


def test_statuses_and_outcomes_go_to_the_other_pickers(frame: pd.DataFrame, hold: Hold) -> None:
    """The other picker shows what became of the jobs, in the rows that it has."""
    one, two = hold(frame), hold(frame.iloc[1:])
    one.planned(0, 1)
    one.confirmed()
    marks = two.picker._session.jobs.marks
    assert batchnb.list_jobs(status="all", queues="train")["status"][1] == "FAILED"
    assert marks.lives[0] == one.picker._session.jobs.marks.lives[1] != marks.lives[1]
    assert marks.fates[0] == one.picker._session.jobs.marks.fates[1] != 0
    assert two.of_kind("patch")


def test_what_did_not_end_can_be_selected_elsewhere_again(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """After the run, a job that AWS refused to end is free."""
    jobs.world.deny(frame["jobId"][1])
    one, two = hold(frame), hold(frame)
    one.planned(0, 1)
    one.confirmed()
    assert two.choose(0, 1)["selected"] == 1
    assert list(two.picker.selected["jobId"]) == [frame["jobId"][1]]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("error", [RuntimeError, SystemExit])
def test_a_run_that_fails_unlocks(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """However the thread ends, the jobs are free again."""
    one, two = hold(frame), hold(frame)
    seen: list[str] = []

    def fail(*_: object, **__: object) -> None:
        seen.append(lock_text(two, 0))
        raise error("broken")

    one.planned(0)
    monkeypatch.setattr(Run, "execute", fail)
    one.confirmed()
    assert seen == ["being ended by another picker"]
    assert two.choose(0)["selected"] == 1


def test_a_thread_that_died_without_a_word_unlocks(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next request finds out."""
    one, two = hold(frame), hold(frame)
    one.planned(0)
    peer = one.picker._session.peer
    monkeypatch.setattr(peer, "release", lambda: None)
    monkeypatch.setattr(Run, "execute", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("gone")))
    one.confirmed()
    assert lock_text(two, 0) == "being ended by another picker"
    assert two.choose(0)["selected"] == 1


def test_a_confirmation_for_jobs_in_another_run_ends_nothing(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two reviews of one job are open, and both are confirmed: the second is told to review again."""
    in_cell(4, monkeypatch)
    one, two = hold(frame), hold(frame)
    one.planned(0, 1)
    two.planned(1, 2)
    seen = at_first_event(one, monkeypatch, two.confirmed)
    assert one.confirmed()["ok"]
    (answer,) = seen
    assert isinstance(answer, dict)
    assert answer["error"] == "1 of these 2 jobs is being ended by the picker of cell [4]. Nothing was ended."
    assert answer["errorAgain"] == "Review again"
    assert two.state["phase"] == "idle"
    assert list(batchnb.list_jobs(status="all", queues="train")["status"][:3]) == ["FAILED", "FAILED", "RUNNING"]


def test_a_picker_of_another_place_hears_nothing(frame: pd.DataFrame, hold: Hold) -> None:
    """Two emulators with one seed have the same ids, and other jobs."""
    one, two = hold(frame), hold(frame, endpoint_url="http://127.0.0.1:9")
    one.planned(0)
    one.confirmed()
    assert two.choose(0)["selected"] == 1
    assert not two.of_kind("patch")


def test_an_old_frame_shows_no_ended_job_as_alive(frame: pd.DataFrame, hold: Hold) -> None:
    """A picker that is made, or shows such a frame, after a run: what was seen to end cannot be selected."""
    one = hold(frame)
    one.planned(0)
    one.confirmed()
    two = hold(frame)
    assert two.choose(0, 1)["selected"] == 1
    assert lock_text(two, 0).endswith("by another picker")
    one.picker.refresh(frame)
    assert one.choose(0, 1)["selected"] == 1
    assert lock_text(one, 0).endswith("by a run of this picker")


def test_children_of_an_array_in_a_run_are_locked(frame: pd.DataFrame, hold: Hold) -> None:
    """To end the array ends them."""
    array = frame[frame["jobName"] == "array"].iloc[0]
    one, two = hold(frame), hold(batchnb.list_jobs(children_of=array["jobId"]))
    one.planned(list(frame.index).index(array.name))
    one.confirmed()
    assert two.choose(0, 1, 2)["selected"] == 0
    assert lock_text(two, 1).endswith("by another picker")


def test_a_trouble_of_another_picker_does_not_end_a_run(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that cannot be written to is no reason to stop."""
    one, two = hold(frame), hold(frame)

    def fail(*_: object) -> None:
        raise OSError("closed")

    monkeypatch.setattr(two.picker, "send", fail)
    one.planned(0)
    assert one.confirmed()["ok"]
    assert one.picker.report is not None
    assert one.picker.report.counts == {"terminated": 1}


def test_time_of_the_end_is_that_of_the_event(frame: pd.DataFrame, hold: Hold) -> None:
    """By UTC, to the minute."""
    one, two = hold(frame), hold(frame)
    one.planned(0)
    peer, plan = one.picker._session.peer, one.picker.plan
    assert plan is not None
    peer.claim(plan)
    with peer.running():
        at = plan.made_at.replace(hour=0, minute=52)
        peer.note_event(JobEvent(frame["jobId"][0], EventState.ENDED, at, "FAILED"))
        peer.pass_on()
        assert lock_text(two, 0) == "ended at 00:52 by another picker"
        assert lock_text(two, 0) in two.state["locks"]


def test_a_job_that_ended_by_itself_is_not_said_to_be_ended_by_a_picker(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """Where the report knows it: it had succeeded, it had failed, or another request was quicker."""
    one, two = hold(frame), hold(frame)
    one.planned(0, 1, 2, 3)
    one.confirmed()
    report = one.picker.report
    assert report is not None
    outcomes = (Outcome.TERMINATED, Outcome.SUCCEEDED, Outcome.FAILED, Outcome.ENDED_BY_ANOTHER)
    results = [replace(result, outcome=outcome) for result, outcome in zip(report.results, outcomes, strict=True)]
    one.picker._session.peer.note_report(replace(report, results=tuple(results)))
    said = [lock_text(two, row).split(" ", 3)[3] for row in range(4)]
    assert said == ["by another picker", "by itself", "by itself", "by another request"]
    assert two.choose(0, 1, 2, 3)["selected"] == 0
    one.picker.refresh(frame)
    assert lock_text(one, 0).endswith("by a run of this picker")
    assert lock_text(one, 1).endswith("by itself")
    assert jobs.running


def test_a_job_that_is_seen_to_succeed_ends_by_itself(frame: pd.DataFrame, hold: Hold) -> None:
    """While the run goes on, the status tells that much."""
    one, two = hold(frame), hold(frame)
    one.planned(0, 1)
    peer, plan = one.picker._session.peer, one.picker.plan
    assert plan is not None
    peer.claim(plan)
    with peer.running():
        for row, status in enumerate(("SUCCEEDED", "FAILED")):
            peer.note_event(JobEvent(frame["jobId"][row], EventState.ENDED, plan.made_at, status))
        peer.pass_on()
        assert lock_text(two, 0).endswith("by itself")
        assert lock_text(two, 1).endswith("by another picker")


def test_a_tick_looks_at_what_is_new_alone(frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many jobs have ended before it: a long run must not get slower."""
    one, two = hold(frame), hold(frame)
    one.planned(*range(10))
    peer, plan = one.picker._session.peer, one.picker.plan
    assert plan is not None
    looked: list[int] = []
    elsewhere = two.picker._session.peer.elsewhere
    lock = elsewhere.lock

    def note(marks: Marks, wanted: dict[int, str], *, is_all: bool = True) -> bool:
        looked.append(len(wanted))
        return lock(marks, wanted, is_all=is_all)

    monkeypatch.setattr(elsewhere, "lock", note)
    peer.claim(plan)
    with peer.running():
        assert looked == [10]
        assert two.state["note"] == "10 jobs are being ended by another picker."
        for row in range(10):
            peer.note_event(JobEvent(frame["jobId"][row], EventState.ENDED, plan.made_at, "FAILED"))
            peer.pass_on()
            two.ask("about")
        assert set(looked[1:]) == {0, 1}
        assert sum(looked[1:]) == 10
        assert two.state["note"] == ""


@pytest.mark.parametrize("seed", range(2))
def test_what_is_new_adds_up_to_all_there_is(frame: pd.DataFrame, hold: Hold, seed: int) -> None:
    """In whatever order runs begin, jobs end and tables come: the locks are those that a look at everything gives."""
    chance = random.Random(seed)  # noqa: S311 - the same for each run of the test
    one, two, watcher = (hold(frame) for _ in range(3))
    one.planned(*range(5))
    two.planned(*range(5, 10))
    session = watcher.picker._session
    for step in range(150):
        hand = chance.choice((one, two))
        peer, plan = hand.picker._session.peer, hand.picker.plan
        assert plan is not None
        kind = chance.choice(("begin", "over", "ended", "ended", "ended", "seen", "refresh"))
        if kind == "begin" and peer._run is None:
            peer.claim(plan)
            peer._tell(session.where)
        elif kind == "over":
            peer.release()
        elif kind in ("ended", "seen"):
            at = plan.made_at.replace(minute=chance.randrange(3))
            status = chance.choice(("FAILED", "SUCCEEDED")) if kind == "ended" else "STARTING"
            peer.note_event(JobEvent(chance.choice(plan.jobs).job_id, EventState(kind), at, status))
            peer.pass_on()
        elif kind == "refresh":
            watcher.picker.refresh(frame.sample(frac=0.8, random_state=step))
        note, locks = session.peer.elsewhere.note, session.jobs.marks.locks.tolist()
        with session.jobs.mutex:
            session.peer.mark()
        assert (session.peer.elsewhere.note, session.jobs.marks.locks.tolist()) == (note, locks), (step, kind)
    assert (session.jobs.marks.locks >= LOCKS_FROM).any()
    for hand in (one, two):
        hand.picker._session.peer.release()


@pytest.mark.parametrize("seed", range(2))
def test_two_pickers_never_wait_for_each_other(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Four threads do anything with two pickers: all of them come to their end, and no job is in two runs at once."""
    running: list[frozenset[str]] = []
    guard = threading.Lock()
    shared: list[frozenset[str]] = []
    begun: list[frozenset[str]] = []

    def execute(run: Run, *, note: Callable[[JobEvent], None], tell: Callable[[], None], **_: object) -> Any:
        ids = frozenset(one.job_id for one in run.plan.to_end)
        with guard:
            shared.extend(ids & other for other in running)
            running.append(ids)
            begun.append(ids)
        for job_id in ids:
            note(JobEvent(job_id, EventState.SEEN, run.plan.made_at, "RUNNING"))
            tell()
        with guard:
            running.remove(ids)
        raise RuntimeError("as if AWS had failed")

    monkeypatch.setattr(Run, "execute", execute)
    hands = [hold(frame), hold(frame.iloc[::-1])]

    def act(chance: random.Random, hand: Hand) -> None:
        rows = chance.sample(range(len(frame)), 3)
        kinds: list[Callable[[], object]] = [
            lambda: hand.choose(*rows, kind="plan"),
            lambda: (
                hand.picker.wait(10)
                and hand.picker.plan
                and hand.ask("confirm", {"digest": hand.picker.plan.digest, "at": hand.state["clock"], "typed": None})
            ),
            lambda: hand.choose(*rows),
            lambda: hand.ask("hello"),
            lambda: hand.ask("who"),
            lambda: hand.ask("cancel"),
            lambda: hand.ask("stop"),
        ]
        chance.choices(kinds, [4, 6, 1, 1, 1, 1, 1])[0]()

    def work(number: int) -> None:
        chance = random.Random(seed * 10 + number)  # noqa: S311 - the same for each run of the test
        for _ in range(10):
            act(chance, hands[number % 2])

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert not [one for one in threads if one.is_alive()]
    assert all(hand.picker.wait(30) for hand in hands)
    for hand in hands:
        hand.ask("cancel")
        hand.planned(5)
        assert hand.confirmed()["ok"]
    assert len(begun) > 1
    assert [ids for ids in shared if ids] == []
    assert all(hand.choose(*range(10))["selected"] for hand in hands)
