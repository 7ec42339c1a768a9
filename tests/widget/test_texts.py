"""Each error of a plan and each end of a run is met once, against the emulator, in the words of the bar."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partialmethod
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import local
from batchnb.errors import CredentialsError
from batchnb.widget.table.marks import FATE_FAILED
from batchnb.widget.table.rows import LIVES
from batchnb.widget.watching import Watching
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


@pytest.mark.parametrize(
    ("fault", "said", "again"),
    [
        ("ExpiredTokenException", "Your AWS session has expired. Run aws sso login, then press Review", "Review again"),
        ("AccessDeniedException", "You may not look at these jobs: needs batch:DescribeJobs. Nothing", "Try again"),
    ],
)
def test_an_error_of_the_plan_leaves_the_selection(
    hand: Hand, jobs: local.LocalBatch, fault: str, said: str, again: str
) -> None:
    """The bar says what happened and what to do; the words of AWS are behind Details, and the next review works."""
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind=fault, times=1))
    hand.planned(0, 1)
    state = hand.state
    assert state["error"].startswith(said)
    assert state["errorAgain"] == again
    assert "DescribeJobs" in state["errorDetails"]
    assert state["phase"] == "idle"
    assert len(hand.picker.selected) == 2
    hand.planned(0, 1)
    assert hand.state["error"] is None
    assert hand.state["plan"]["toEnd"] == 2


def test_jobs_of_another_account_are_named_with_both_accounts(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """A list that was made with other credentials is not planned."""
    other = frame.assign(jobArn=[arn.replace("000000000000", "210987654321") for arn in frame["jobArn"]])
    hand = hold(other)
    hand.planned(0)
    assert hand.picker.plan is None
    for account in ("000000000000", "210987654321"):
        assert account in hand.state["error"]
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]


def item(code: str) -> dict[str, Any]:
    """Return a fault of TerminateJobs in the answer for one job."""
    return {"operation": "TerminateJobs", "kind": "item", "code": code}


@pytest.mark.bulk
@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("AccessDeniedException", "1 denied: you may not end run-000 (needs batch:TerminateJob)."),
        ("ValidationException", "1 refused: AWS answered with an error for run-000."),
    ],
)
def test_a_job_that_does_not_end_has_a_line_for_its_cause(
    hand: Hand, frame: pd.DataFrame, jobs: local.LocalBatch, code: str, cause: str
) -> None:
    """The headline counts it, and the words of AWS are behind Details."""
    jobs.faults.add(local.Fault(**item(code), job_id=frame["jobId"][0]))
    hand.planned(0, 1)
    assert hand.confirmed()["ok"]
    result = hand.state["result"]
    assert result["headline"] == "1 of 2 jobs ended. 1 did not."
    assert [one["text"] for one in result["causes"]] == [cause]
    assert "A fault was scripted" in result["causes"][0]["details"]


def test_a_job_that_is_slow_to_stop_is_watched_for_longer(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line offers to watch on. That sends nothing, and the result then says what was seen, as the record does."""
    jobs.world.delays = local.Delays(running=3600.0)
    hand = hold(frame, timeout=0.2)
    hand.planned(0, 1)
    assert hand.confirmed()["ok"]
    (cause,) = hand.state["result"]["causes"]
    assert cause["text"] == "2 still stopping after 1 min: run-000, run-001."
    assert (cause["action"], cause["label"]) == ("watch", "Watch for 5 min more")
    jobs.calls.clear()
    jobs.world.schedule(0, frame["jobId"][0], "FAILED")
    monkeypatch.setattr("batchnb.widget.watching.WATCH_SECONDS", 0.1)
    assert hand.ask("watch")["ok"]
    assert hand.picker.wait(20)
    watched = [message["state"]["progress"] for message, _ in hand.sent if "state" in message]
    assert [told for told in watched if told and told.get("isWatching")]
    result = hand.state["result"]
    assert result["headline"] == "1 of 2 jobs ended. 1 did not."
    assert [one["text"] for one in result["causes"]] == ["1 still stopping after 1 min: run-001."]
    report = hand.picker.report
    assert report is not None
    assert batchnb.read_run(str(report.run_id)).results == report.results
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]


def test_without_a_run_or_a_job_that_may_end_nothing_is_watched(hand: Hand, jobs: local.LocalBatch) -> None:
    """A forged request before a run, and one after all jobs have ended, ask AWS for nothing."""
    assert "no run yet" in hand.ask("watch")["error"]
    hand.planned(0)
    hand.confirmed()
    jobs.calls.clear()
    assert "is still stopping" in hand.ask("watch")["error"]
    assert "were submitted since" in hand.ask("review_newcomers")["error"]
    assert not jobs.calls


def test_jobs_that_were_submitted_since_are_reviewed_like_any_others(hand: Hand, jobs: local.LocalBatch) -> None:
    """What a script has added meanwhile is told, and comes into the table to be reviewed."""
    hand.planned(0, 1)
    before = len(hand.picker._session.jobs)
    new = jobs.world.add_jobs("train", "run", 3, created_ago=0.0)
    assert hand.confirmed()["ok"]
    result = hand.state["result"]
    assert result["newJobs"] == "3 new jobs like these were submitted since the plan."
    assert result["newcomers"] == 3
    assert hand.ask("review_newcomers")["ok"]
    assert hand.picker.wait(20)
    assert hand.state["phase"] == "confirming"
    assert hand.state["plan"]["toEnd"] == 3
    assert len(hand.picker._session.jobs) == before + 3
    marks = hand.picker._session.jobs.marks
    assert [LIVES[life] for life in marks.lives[:2]] == ["FAILED", "FAILED"], "what the run saw is not undone"
    assert marks.fates[:2].all()
    assert sorted(hand.picker.selected["jobId"]) == sorted(new)
    assert hand.confirmed()["ok"]
    assert hand.state["result"]["headline"] == "3 of 3 jobs ended."


def test_a_login_that_ends_in_a_run_is_told_with_what_to_type(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """How many had ended and how many were not asked; after a new login, the rest is reviewed."""
    hand = hold(frame)
    hand.planned(0, 1)
    jobs.world.credentials_expired = True
    assert hand.confirmed()["ok"]
    result = hand.state["result"]
    assert re.fullmatch(r"Your AWS session expired at \d\d:\d\d UTC\. 0 ended, 2 not asked\.", result["headline"])
    (cause,) = result["causes"]
    assert cause["text"] == "Run aws sso login, then press Go on: you review the 2 first."
    assert (cause["action"], cause["label"]) == ("untouched", "Go on")
    jobs.world.credentials_expired = False
    assert hand.ask("review_untouched")["ok"]
    assert hand.picker.wait(20)
    assert hand.state["plan"]["toEnd"] == 2


def test_the_headline_has_the_moment_of_the_error_and_not_of_the_watch(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much later the jobs that had been asked for were watched."""
    hand.planned(0)
    hand.confirmed()
    report = hand.picker.report
    assert report is not None
    error = CredentialsError("TerminateJobs: expired", code="ExpiredTokenException", operation="TerminateJobs")
    at = report.started_at.replace(hour=0, minute=51)
    watched = replace(report, stopped_by=error, stopped_by_at=at, finished_at=at.replace(hour=3))
    monkeypatch.setattr(hand.picker._session, "report", watched)
    told = hand.picker._session.state()["result"]
    assert told["headline"] == "Your AWS session expired at 00:51 UTC. 1 ended."


def test_a_login_that_ends_in_a_watch_is_told_with_what_to_press(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before its first call, and in it: there is nothing to review then."""
    monkeypatch.setattr("batchnb.widget.watching.WATCH_SECONDS", 5.0)
    jobs.world.delays = local.Delays(running=3600.0)
    hand = hold(frame, timeout=0.2)
    hand.planned(0, 1)
    assert hand.confirmed()["ok"]
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="ExpiredTokenException"))
    assert hand.ask("watch")["ok"]
    assert hand.picker.wait(20)
    result = hand.state["result"]
    assert re.fullmatch(r"Your AWS session expired at \d\d:\d\d UTC\. 0 ended, 2 did not\.", result["headline"])
    assert result["causes"][-1]["text"] == "Run aws sso login, then press Watch for 5 min more."
    monkeypatch.setattr(Watching, "execute", lambda *_, **__: (_ for _ in ()).throw(expired()))
    assert hand.ask("watch")["ok"]
    assert hand.picker.wait(20)
    said = "Your AWS session has expired. Run aws sso login, then press Watch for 5 min more again."
    assert (hand.state["error"], hand.state["errorAgain"]) == (said, "")
    assert hand.state["result"] == result


def expired() -> CredentialsError:
    """Return the error of a login that is over."""
    return CredentialsError("DescribeJobs: expired", code="ExpiredTokenException", operation="DescribeJobs")


def test_what_fails_in_a_refresh_offers_no_review(hand: Hand, jobs: local.LocalBatch) -> None:
    """Nobody has asked for one: it is Refresh that has to be pressed again."""
    jobs.faults.add(local.Fault(operation="ListJobs", kind="ExpiredTokenException", times=1))
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="ExpiredTokenException", times=1))
    hand.ask("refresh")
    assert hand.picker.wait(20)
    said = "Your AWS session has expired. Run aws sso login, then press Refresh again."
    assert (hand.state["error"], hand.state["errorAgain"]) == (said, "")
    jobs.faults.clear()
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="ExpiredTokenException", times=1))
    hand.planned(0)
    assert hand.state["errorAgain"] == "Review again"


def test_jobs_for_which_aws_kept_throttling_are_reviewed_again(
    frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were never asked for, and the line says so with what to do."""
    monkeypatch.setattr("batchnb.running.stages.SENDING_PATIENCE", 0.3)
    for operation in ("TerminateJob", "TerminateJobs"):
        jobs.faults.add(local.Fault(operation=operation, kind="TooManyRequestsException"))
    hand = hold(frame, timeout=0.1)
    hand.planned(0, 1)
    assert hand.confirmed()["ok"]
    (cause,) = hand.state["result"]["causes"]
    assert cause["text"] == "2 not attempted: AWS kept throttling us."
    assert (cause["action"], cause["label"]) == ("untouched", "Review the 2")
    fates = hand.picker._session.jobs.marks.fates
    assert not (fates & FATE_FAILED).any(), "the button that selects what failed must not take them"
    assert hand.state["result"]["failures"] == 0


def test_a_plan_that_no_longer_fits_ends_nothing_and_says_why(
    hand: Hand, frame: pd.DataFrame, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the number of jobs and what is new about them; Review again makes the plan of now."""
    hand.planned(0, 1, 2)
    plan = hand.picker.plan
    assert plan is not None
    monkeypatch.setattr(type(plan), "execute", partialmethod(type(plan).execute, max_age=timedelta(microseconds=1)))
    jobs.world.find(frame["jobId"][0]).name = "another"
    jobs.world.add_job("train", "late", status="PENDING", depends_on=[frame["jobId"][1]])
    assert hand.confirmed()["ok"]
    said = "2 of the 3 jobs are no longer what you reviewed (new name; a new dependent). Nothing was ended."
    assert (hand.state["error"], hand.state["errorAgain"]) == (said, "Review again")
    assert not [call for call in jobs.calls if call.operation.startswith("Terminate")]
    assert hand.state["phase"] == "idle"
    hand.planned(0, 1, 2)
    assert hand.state["plan"]["toEnd"] == 3
