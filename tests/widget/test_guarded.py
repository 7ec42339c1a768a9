from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import local
from batchnb.aws.relist import is_everything
from batchnb.errors import GuardError
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


def ending(jobs: local.LocalBatch) -> list[str]:
    """Return the calls that would end jobs."""
    return [call.operation for call in jobs.calls if call.operation.startswith("Terminate")]


@pytest.mark.parametrize(
    ("guards", "said"),
    [
        ({"max_jobs": 2}, "a keyword argument allows 2 jobs (max_jobs) and this plan has 3. It cannot be raised here."),
        ({"max_percent": 10}, "This is 27.3 % of train's live jobs; a keyword argument allows 10 %."),
    ],
)
def test_a_plan_that_a_guard_refuses_is_shown_and_not_executed(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, guards: dict[str, Any], said: str
) -> None:
    """The picker shows the plan with the guard, its source and numbers; a yes all the same ends nothing."""
    hand = hold(frame, guards=guards)
    hand.planned(0, 1, 2)
    assert hand.picker.error is None
    assert hand.state["phase"] == "confirming"
    assert hand.state["plan"]["blocked"] == [said]
    assert not hand.confirmed(typed="3")["ok"]
    assert isinstance(hand.picker.error, GuardError)
    assert hand.state["phase"] == "confirming", "it is shown all the same"
    assert ending(jobs) == []
    assert list(hand.picker.selected["jobId"]) == list(frame["jobId"][:3])


def test_protected_dependents_block_the_plan_until_what_they_wait_for_is_left_out(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """The dialog names them, who protects them, and the job to leave out."""
    for name in ("report-a", "report-b"):
        jobs.world.add_job("train", name, depends_on=[frame["jobId"][0]], status="PENDING")
    hand = hold(frame, guards={"protect": ["name:report-*"]})
    hand.planned(0, 1, 2)
    needed = frame["jobName"][0]
    said = f"report-a, report-b are protected (a keyword argument) and would fail. Leave {needed} out."
    assert hand.state["plan"]["blocked"] == [said]
    assert not hand.confirmed(typed="3")["ok"]
    assert ending(jobs) == []


def test_a_plan_for_another_account_is_not_made(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """The picker names both accounts and the place that allows only the other, and goes on working."""
    hand = hold(frame, guards={"accounts": ["123456789012"]})
    hand.planned(0, 1, 2)
    assert isinstance(hand.picker.error, GuardError)
    assert hand.state["phase"] == "idle"
    for word in ("accounts", "000000000000", "123456789012", "keyword argument"):
        assert word in hand.state["error"] + hand.state["errorDetails"]
    assert ending(jobs) == []
    assert list(hand.picker.selected["jobId"]) == list(frame["jobId"][:3])


def test_where_nothing_may_be_ended_nothing_is_asked(
    hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is shown with the guard and its place, which has to be found again; a yes all the same ends nothing."""
    monkeypatch.setenv("BATCHNB_READ_ONLY", "1")
    hand.planned(0)
    (blocked,) = hand.state["plan"]["blocked"]
    assert blocked.startswith("Read-only: ")
    assert "BATCHNB_READ_ONLY" in blocked
    hand.confirmed()
    assert isinstance(hand.picker.error, GuardError)
    assert ending(jobs) == []


def test_a_protected_job_is_left_out_and_locked(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """The others end; its row says that it is protected, and takes no selection any more."""
    hand = hold(frame, guards={"protect": "name:run-001"})
    hand.planned(0, 1)
    assert hand.state["plan"]["toEnd"] == 1
    assert hand.confirmed()["ok"]
    report = hand.picker.report
    assert report is not None
    assert [str(result.fate) for result in report.results] == ["terminated", "protected"]
    assert hand.choose(1)["selected"] == 0
    assert len(ending(jobs)) == 1


def test_in_a_production_account_the_number_is_typed(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """However few they are; a yes without the number, or with another, ends nothing."""
    hand = hold(frame, guards={"production_accounts": ["000000000000"]})
    hand.planned(0)
    assert hand.state["plan"]["mustType"]
    for typed in (None, "", "2"):
        answer = hand.confirmed(typed=typed)
        assert not answer["ok"]
        assert "type the number of jobs, 1" in answer["error"]
    assert ending(jobs) == []
    assert hand.confirmed(typed="1")["ok"]
    assert hand.picker.report is not None
    assert hand.picker.report.counts == {"terminated": 1}


def test_all_jobs_of_an_open_listing_may_end_after_the_review(hold: Hold, jobs: local.LocalBatch) -> None:
    """In the picker somebody has selected them, row by row or all at once, and has seen the plan."""
    listing = batchnb.list_jobs(endpoint_url=jobs.endpoint_url)
    hand = hold(listing, guards={"max_jobs": 1000})
    hand.planned(*range(len(listing)))
    assert hand.state["plan"]["blocked"] == []
    assert hand.confirmed(typed=str(hand.state["plan"]["toEnd"]))["ok"]
    assert hand.picker.report is not None
    assert len(hand.picker.report.results) == len(listing)
    assert is_everything(listing, len(listing)), "the frame itself is as it was"


def test_a_guard_set_after_the_plan_was_shown_holds(
    hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards are checked again when the plan is confirmed, and the picker is ready again."""
    hand.planned(0)
    monkeypatch.setenv("BATCHNB_READ_ONLY", "1")
    hand.confirmed()
    assert isinstance(hand.picker.error, GuardError)
    assert "BATCHNB_READ_ONLY" in hand.state["error"]
    assert hand.state["phase"] == "idle"
    assert hand.picker.report is None
    assert ending(jobs) == []


@pytest.mark.parametrize(
    ("flags", "ends", "guard"),
    [
        ("", {"run-000"}, ""),
        ("--with-dependents", {"run-000", "waiting"}, ""),
        ("--collapse", {"run-000"}, ""),
        ("--max-jobs 0", {"run-000"}, "max_jobs"),
        ("--evidence full", {"run-000"}, ""),
        ("--protect name:run-000", set(), ""),
        ("--read-only", {"run-000"}, "read_only"),
    ],
)
def test_the_flags_of_the_magic_hold_for_the_plans_of_its_picker(
    frame: pd.DataFrame,
    jobs: local.LocalBatch,
    monkeypatch: pytest.MonkeyPatch,
    flags: str,
    ends: set[str],
    guard: str,
) -> None:
    """What `%batch_terminate jobs` shows is made with all that was typed, also with nothing."""
    from batchnb.magics.options import TERMINATE
    from batchnb.magics.steps import picker_of

    jobs.world.add_job("train", "waiting", status="PENDING", depends_on=[str(frame["jobId"][0])])
    monkeypatch.setattr("batchnb.widget.has_front_end", lambda: True)
    picker = picker_of(frame, TERMINATE.read(f"jobs {flags}"))
    assert picker is not None
    picker.send = lambda *_message: None
    picker.select([str(frame["jobId"][0])])
    picker._session.reason = "OPS-123"
    picker._session.reviewing.begin()
    assert picker.wait(20)
    assert picker.error is None
    assert picker.plan is not None
    assert {one.job_name for one in picker.plan.to_end} == ends
    assert [one.guard for one in picker.plan.refused_by] == [guard] * bool(guard)


def test_a_job_that_a_tag_protects_by_now_is_told_so_and_not_as_untouched(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """Somebody sets `keep=yes` after the review: the job lives on, and nobody is asked to end it once more."""
    hand = hold(frame, guards={"protect": "tag:keep=yes"})
    hand.planned(0, 1)
    kept = str(frame["jobId"][1])
    with jobs.world.lock:
        job = jobs.world.find(kept)
        job.spec = replace(job.spec, tags={"keep": "yes"})
    assert hand.confirmed()["ok"]
    result = hand.state["result"]
    assert (result["ended"], result["untouched"], result["failures"]) == (1, 0, 1)
    (cause,) = result["causes"]
    assert cause["text"] == "1 not attempted: run-001."
    assert "protects it now" in cause["details"]
    assert not hand.ask("review_untouched")["ok"]
