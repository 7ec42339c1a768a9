"""The review: which jobs a plan ends, in groups, the odd ones marked, and what can be changed before the yes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from batchnb import list_jobs, local
from batchnb import plan as make_plan
from batchnb.magics.guard_options import GUARD_FLAGS, plan_options_of
from batchnb.magics.options import TERMINATE
from batchnb.model.event import EventState
from batchnb.widget.names import names_text
from tests.widget.conftest import ENDING, Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]
HOSTILE = '<img src=x onerror="alert(1)">\u202e'


@pytest.fixture
def sweep(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with twelve jobs of a sweep, one of production among them, and a report that waits for one."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        first, *_ = world.add_jobs("train", "sweep", 12, created_ago=7200.0, definition="train-sweep:7")
        world.add_job("train", "sweep-prod", created_ago=90_000.0, definition="train-prod:31")
        world.add_job("train", "nightly-report", status="PENDING", depends_on=[first], created_ago=100.0)
        world.add_job("train", HOSTILE, created_ago=50.0, definition="train-sweep:7")
        world.delays = ENDING

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return handle


@pytest.fixture
def listed(sweep: local.LocalBatch) -> pd.DataFrame:  # noqa: ARG001 - it fills what is listed
    """Return all jobs of the sweep, oldest first: the one of production is the first row."""
    return list_jobs(queues="train")


@pytest.fixture
def reviewed(listed: pd.DataFrame, hold: Hold) -> Hand:
    """Return a picker that reviews the sweep, with the job of production in it."""
    hand = hold(listed)
    hand.planned(*[row for row, name in enumerate(listed["jobName"]) if name.startswith("sweep")])
    return hand


def test_jobs_come_in_groups_and_the_odd_one_last(reviewed: Hand) -> None:
    """By definition and name stem, with counts, figures and the age of the oldest."""
    told = reviewed.state["plan"]
    assert [(row["definition"], row["first"], row["last"], row["jobs"]) for row in told["rows"]] == [
        ("train-sweep:7", "sweep-000", "sweep-011", 12),
        ("train-prod:31", "sweep-prod", "sweep-prod", 1),
    ]
    assert [row["isMarked"] for row in told["rows"]] == [False, True]
    assert "its name says “prod”" in told["rows"][1]["odd"]
    assert (told["terminate"], told["cancel"], told["toEnd"]) == (13, 0, 13)


def test_the_odd_one_is_left_out_and_comes_back(reviewed: Hand, sweep: local.LocalBatch) -> None:
    """Leaving out makes another plan, without a call. The job loses its tick until it is put back."""
    before = reviewed.state["plan"]["digest"]
    calls = len(sweep.calls)
    answer = reviewed.ask("leave_out", {"digest": before, "group": 1})
    assert answer["ok"], answer
    assert len(sweep.calls) == calls
    told = reviewed.state["plan"]
    assert (told["toEnd"], told["leftOutByYou"]) == (12, "sweep-prod")
    assert told["digest"] != before
    assert "sweep-prod" not in set(reviewed.picker.selected["jobName"])
    assert not reviewed.confirmed(digest=before)["ok"], "the plan before is no plan any more"
    assert reviewed.ask("put_back", {"digest": told["digest"]})["ok"]
    assert reviewed.picker.wait(20)
    assert (reviewed.state["plan"]["toEnd"], reviewed.state["plan"]["leftOutByYou"]) == (13, "")
    assert "sweep-prod" in set(reviewed.picker.selected["jobName"])


def test_what_is_left_out_is_not_ended(reviewed: Hand, sweep: local.LocalBatch, listed: pd.DataFrame) -> None:
    """The production job lives on, and nothing was ever sent for it."""
    reviewed.ask("leave_out", {"digest": reviewed.state["plan"]["digest"], "group": 1})
    assert reviewed.confirmed()["ok"]
    report = reviewed.picker.report
    assert report is not None
    assert report.counts == {"terminated": 12}
    prod = listed["jobId"][list(listed["jobName"]).index("sweep-prod")]
    assert not any(prod in str(call.request) for call in sweep.calls if call.operation.startswith("Terminate"))


def test_jobs_that_would_fail_are_named_and_can_be_added(reviewed: Hand) -> None:
    """The report waits for a job of the sweep: it is not selected, and it would fail."""
    told = reviewed.state["plan"]
    assert told["dependentsText"] == "1 job that you did not select: nightly-report waits for sweep-000."
    assert reviewed.ask("add_dependents", {"digest": told["digest"]})["ok"]
    assert reviewed.picker.wait(20)
    told = reviewed.state["plan"]
    assert (told["toEnd"], told["dependents"]) == (14, 0)
    assert told["dependentsText"] == "No other job in these queues waits for them."


def test_the_jobs_of_a_group_can_be_looked_at(reviewed: Hand, sweep: local.LocalBatch) -> None:
    """Ids and names, the first ones of many, without a call; the plan stays as it is."""
    digest, calls = reviewed.state["plan"]["digest"], len(sweep.calls)
    answer = reviewed.ask("group", {"digest": digest, "group": 1})
    (one,) = answer["jobs"]
    assert (one[1], answer["more"]) == ("sweep-prod", 0)
    assert one[0] in reviewed.picker.selected["jobId"].tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchnb.widget.reviewing.MOST_SHOWN", 5)
        answer = reviewed.ask("group", {"digest": digest, "group": 0})
    assert ([name for _, name in answer["jobs"]], answer["more"]) == ([f"sweep-00{at}" for at in range(5)], 7)
    answer = reviewed.ask("group", {"digest": digest, "group": "dependents"})
    assert [one[1:] for one in answer["jobs"]] == [["nightly-report", "waits for sweep-000"]]
    assert reviewed.ask("group", {"digest": digest, "group": "left_out"})["jobs"] == []
    assert len(sweep.calls) == calls
    assert reviewed.state["plan"]["digest"] == digest


@pytest.mark.parametrize("group", [None, True, -1, 2, "0", 0.0, [0]])
def test_a_group_that_is_not_there_cannot_be_left_out(reviewed: Hand, group: object) -> None:
    """Whatever a page sends, the plan stays as it is."""
    digest = reviewed.state["plan"]["digest"]
    assert not reviewed.ask("group", {"digest": digest, "group": group})["ok"]
    assert not reviewed.ask("leave_out", {"digest": digest, "group": group})["ok"]
    assert reviewed.state["plan"]["digest"] == digest


def test_a_job_that_was_left_out_and_comes_back_as_a_dependent_is_not_told_as_left_out(
    listed: pd.DataFrame, hold: Hold
) -> None:
    """The report is left out, and would fail all the same. *Add them* names it, and ends it: the review says so."""
    names = list(listed["jobName"])
    hand = hold(listed)
    hand.planned(names.index("sweep-000"), names.index("sweep-001"), names.index("nightly-report"))
    told = hand.state["plan"]
    (group,) = [row["group"] for row in told["rows"] if row["first"] == "nightly-report"]
    assert hand.ask("leave_out", {"digest": told["digest"], "group": group})["ok"]
    told = hand.state["plan"]
    assert (told["leftOutByYou"], told["dependentNames"]) == ("nightly-report", ["nightly-report"])
    assert hand.ask("add_dependents", {"digest": told["digest"]})["ok"]
    assert hand.picker.wait(20)
    told = hand.state["plan"]
    assert (told["toEnd"], told["dependents"], told["leftOutByYou"]) == (3, 0, "")


@pytest.mark.parametrize("kind", ["leave_out", "put_back", "add_dependents", "group"])
def test_another_plan_cannot_be_changed(reviewed: Hand, kind: str) -> None:
    """A page that shows an older plan changes nothing."""
    assert not reviewed.ask(kind, {"digest": "0" * 64, "group": 0})["ok"]
    assert reviewed.state["plan"]["toEnd"] == 13


@pytest.mark.parametrize("line", ["", "--with-dependents --collapse", "--max-jobs 50 --protect name:other"])
def test_a_picker_of_the_magic_plans_as_its_flags_say(listed: pd.DataFrame, hold: Hold, line: str) -> None:
    """The magic hands all of its options on, those that were not typed too; dependents can be added to each."""
    flags = TERMINATE.read(line)
    guards = {name: value for name, value in vars(flags.values).items() if name in GUARD_FLAGS and value is not None}
    hand = hold(listed, guards=guards | plan_options_of(flags))
    hand.planned(list(listed["jobName"]).index("sweep-000"))
    taken_in = 1 if flags.with_dependents else 0
    assert hand.state["plan"]["toEnd"] == 1 + taken_in
    hand.ask("add_dependents", {"digest": hand.state["plan"]["digest"]})
    assert hand.picker.wait(20)
    assert hand.state["plan"]["toEnd"] == 2


def test_left_out_jobs_are_counted_with_the_reason(listed: pd.DataFrame, hold: Hold) -> None:
    """Protected by which pattern of which place; and of a plan without a job to end, why."""
    hand = hold(listed, guards={"protect": "name:sweep-prod"})
    rows = [list(listed["jobName"]).index(name) for name in ("sweep-prod", "sweep-000")]
    hand.planned(*rows)
    kept = "1 is protected by name:sweep-prod (a keyword argument)"
    assert hand.state["plan"]["leftOut"] == f"1 of your 2: {kept}."
    (shown,) = hand.ask("group", {"digest": hand.state["plan"]["digest"], "group": "left_out"})["jobs"]
    assert shown[1:] == ["sweep-prod", kept.removeprefix("1 ")]
    hand.ask("cancel")
    alone = hold(listed, guards={"protect": "name:sweep-prod"})
    alone.planned(rows[0])
    assert alone.state["plan"]["nothing"] == f"Nothing to end: {kept}."
    assert not alone.state["plan"]["mustType"]


def test_invisible_text_is_spelled_out_in_the_review(listed: pd.DataFrame, hold: Hold) -> None:
    """A name cannot turn the direction of the line that asks whether to end it."""
    hand = hold(listed)
    hand.planned(list(listed["jobName"]).index(HOSTILE))
    (row,) = hand.state["plan"]["rows"]
    assert "\u202e" not in row["first"]
    assert "\\u202e" in row["first"]


def test_names_are_cut_and_counted() -> None:
    """Also those without a name."""
    assert names_text(["", "b"]) == "(no name), b"
    assert names_text(map(str, range(10_000))) == "0, 1, 2 and 9,997 more"


def test_a_stopped_run_has_untouched_jobs_and_goes_on_with_them(
    listed: pd.DataFrame, hold: Hold, sweep: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stop is told as Stop: no failure, no red row; the untouched are reviewed again for the same reason."""
    hand = hold(listed)
    hand.planned(*range(13))
    sweep.limits.set("TerminateJobs", local.Limit(0.001, 1))
    sweep.limits.set("TerminateJob", local.Limit(0.001, 1))
    note = hand.picker._session.jobs.marks.note_event

    def stop_then_note(event: Any) -> None:
        if event.state is EventState.RETRYING or event.state is EventState.SENT:
            hand.ask("stop")
        note(event)

    monkeypatch.setattr(hand.picker._session.jobs.marks, "note_event", stop_then_note)
    hand.confirmed()
    result = hand.state["result"]
    assert result["headline"].startswith("Stopped by you at ")
    assert result["isStopped"]
    assert (result["failures"], result["causes"]) == (0, [])
    assert result["untouched"] + result["ended"] == 13
    assert not any(fate & 0x80 for fate in hand.picker._session.jobs.marks.fates)
    if result["untouched"]:
        assert hand.ask("review_untouched")["ok"]
        assert hand.picker.wait(20)
        assert hand.state["plan"]["toEnd"] == result["untouched"]
        assert hand.state["plan"]["reason"] == "OPS-123"
    assert hand.ask("ticket")["text"].startswith(f"{result['ended']} of 13 jobs seen to end")


def test_without_a_run_there_is_nothing_untouched_and_no_ticket(hand: Hand) -> None:
    """A page that asks for it all the same is told so."""
    assert "no job untouched" in hand.ask("review_untouched")["error"]
    assert "no run yet" in hand.ask("ticket")["error"]


def test_the_digest_beside_the_button_is_one_that_a_cell_takes(
    frame: pd.DataFrame, hand: Hand, jobs: local.LocalBatch
) -> None:
    """8 characters are shown, and enough for `expect`; a yes with them alone ends nothing."""
    hand.planned(0)
    plan, told = hand.picker.plan, hand.state["plan"]
    assert plan is not None
    assert told["digestShown"] == plan.digest[:8]
    answer = hand.confirmed(digest=told["digestShown"])
    assert not answer["ok"]
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]
    again = make_plan(frame.head(1), reason="OPS-123")
    assert again.execute(expect=told["digestShown"]).ok
