"""Which confirmations count: a forged, stale, doubled or late one ends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.widget.confirmation import LATE_SECONDS
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


def ending(jobs: local.LocalBatch) -> list[str]:
    """Return the calls that would end jobs."""
    return [call.operation for call in jobs.calls if call.operation.startswith("Terminate")]


@pytest.mark.parametrize("at", [None, True, "now", float("nan"), float("inf"), [], {}])
def test_a_confirmation_that_does_not_say_when_it_was_given_ends_nothing(
    hand: Hand, jobs: local.LocalBatch, at: Any
) -> None:
    """No browser of ours sends such a one."""
    hand.planned(0)
    assert not hand.confirmed(at=at)["ok"]
    assert ending(jobs) == []


def test_a_confirmation_of_the_future_ends_nothing(hand: Hand, jobs: local.LocalBatch) -> None:
    """A time far ahead would make a confirmation count for ever."""
    hand.planned(0)
    assert not hand.confirmed(at=hand.state["clock"] + 1e6)["ok"]
    assert ending(jobs) == []


def test_a_late_confirmation_ends_nothing_and_asks_for_a_new_review(hand: Hand, jobs: local.LocalBatch) -> None:
    """A click that waited behind a busy cell is not carried out when nobody may be looking any more."""
    hand.planned(0)
    answer = hand.confirmed(at=hand.picker._session.clock.now() - LATE_SECONDS - 38)
    text = "The kernel was busy and your yes came 48 s late, so it was not used. Nothing was ended."
    assert (answer["ok"], answer["error"], answer["errorAgain"]) == (False, text, "Review again")
    assert hand.state["phase"] == "idle"
    assert not hand.confirmed()["ok"], "the plan is given up"
    assert ending(jobs) == []
    assert hand.choose(0)["selected"] == 1


def test_a_confirmation_counts_once(hand: Hand, jobs: local.LocalBatch) -> None:
    """A double one, and one after the run, end nothing more."""
    hand.planned(0)
    assert hand.confirmed()["ok"]
    for _ in range(2):
        assert not hand.confirmed()["ok"]
    assert len(ending(jobs)) == 1


@pytest.mark.parametrize("typed", [None, "", 10, "10 ", "010", "٣", ["10"], "ten"])
def test_only_the_number_itself_confirms(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, typed: Any) -> None:
    """What a browser cannot have sent for the right number is not guessed at."""
    hand = hold(frame, confirm_above=5)
    hand.planned(*range(10))
    assert not hand.confirmed(typed=typed)["ok"]
    assert hand.state["phase"] == "confirming"
    assert ending(jobs) == []


def test_typing_the_number_raises_the_built_in_limit_for_this_plan_only(
    hold: Hold, start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than 1,000 can be ended from the picker: the button counts an array as one, the limit its children."""
    from batchnb import list_jobs, read_run

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_job("train", "array", array_size=1001, created_ago=7000.0)
        world.add_jobs("train", "bad", 2, created_ago=7000.0)
        world.delays = local.Delays(starting=0.01, running=0.01, runnable=0.01, pending=0.01, submitted=0.01)

    emulator = start(fill, clock=local.WallClock())
    for name, value in emulator.environ().items():
        monkeypatch.setenv(name, value)
    hand = hold(list_jobs(queues="train"))
    hand.planned(0, 1, 2)
    told = hand.state["plan"]
    assert told["raised"].startswith("This ends 3 jobs, and 1,001 array children with them: 1,003 count for the limit.")
    assert "1,003 is more than the built-in limit of 1,000 jobs." in told["raised"]
    assert (told["mustType"], told["blocked"]) == (True, [])
    assert not hand.confirmed()["ok"]
    assert ending(emulator) == []
    assert hand.confirmed(typed="3")["ok"]
    report = hand.picker.report
    assert report is not None
    assert report.counts == {"cancelled": 1, "terminated": 2} or sum(report.counts.values()) == 3
    raised = "Limit raised: max_jobs 1,000 (the built-in default) to 1,003 for this plan, typed in the picker"
    assert raised in str(report)
    assert report.run_id is not None
    assert raised in str(read_run(report.run_id))
    assert dict(hand.state["result"]["facts"])["Note"] == raised


def test_the_typed_number_does_not_pass_a_limit_that_was_set_since_the_review(
    hold: Hold, start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialog named the built-in limit, so the number raises that one and no other."""
    from batchnb import list_jobs
    from batchnb.guards.settings import set_notebook_layer

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_job("train", "array", array_size=1001, created_ago=7000.0)

    emulator = start(fill, clock=local.WallClock())
    for name, value in emulator.environ().items():
        monkeypatch.setenv(name, value)
    hand = hold(list_jobs(queues="train"))
    hand.planned(0)
    assert hand.state["plan"]["raised"]
    set_notebook_layer(lambda: {"max_jobs": 5})
    hand.confirmed(typed="1")
    assert ending(emulator) == []
    assert "%config BatchMagics allows 5" in hand.state["error"]


def test_a_confirmation_from_before_the_review_ends_nothing(hand: Hand, jobs: local.LocalBatch) -> None:
    """A yes to an earlier review of the same jobs, which was given up, is no yes to this one."""
    hand.planned(0)
    stale = hand.state["clock"]
    hand.ask("cancel")
    while hand.picker._session.clock.now() < stale + 0.01:
        pass
    hand.planned(0)
    answer = hand.confirmed(at=stale)
    assert (answer["ok"], hand.state["phase"]) == (False, "confirming")
    assert "before this plan was shown" in answer["error"]
    assert ending(jobs) == []
    assert hand.confirmed()["ok"]
    assert len(ending(jobs)) == 1


def test_the_result_shows_the_jobs_of_this_run_only(hand: Hand, jobs: local.LocalBatch, frame: pd.DataFrame) -> None:
    """What became of jobs in an earlier run is in its report; in the table it would be counted with this one's."""
    jobs.world.deny(frame["jobId"][0])
    hand.planned(0, 1)
    hand.confirmed()
    marks = hand.picker._session.jobs.marks
    assert set(marks.messages) == {0}
    hand.planned(2)
    hand.confirmed()
    assert [row for row, fate in enumerate(marks.fates) if fate] == [2]
    assert not marks.messages
    assert hand.choose(0, 1)["selected"] == 1, "what had ended cannot be selected, what failed can"


def test_a_plan_that_was_given_up_while_it_was_made_is_not_shown(
    hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancel while the jobs are looked at: when the answer comes, nothing waits for a yes."""
    describe = Gateway.describe

    def cancel_then_describe(self: Gateway, job_ids: Any) -> Any:
        hand.ask("cancel")
        return describe(self, job_ids)

    monkeypatch.setattr(Gateway, "describe", cancel_then_describe)
    hand.planned(0)
    assert hand.state["phase"] == "idle"
    assert hand.state["plan"] is None
    assert not hand.confirmed(digest="0" * 64)["ok"] if hand.picker.plan else True
    assert ending(jobs) == []
