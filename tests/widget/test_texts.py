"""Each error of a plan and each end of a run is met once, against the emulator, in the words of the bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from batchnb import local
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


def test_a_job_that_is_slow_to_stop_is_still_stopping(frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """An accepted request is not an end: AWS may still end the job, and the line says so."""
    jobs.world.delays = local.Delays(running=3600.0)
    hand = hold(frame, timeout=0.2)
    hand.planned(0)
    assert hand.confirmed()["ok"]
    (cause,) = hand.state["result"]["causes"]
    assert cause["text"] == "1 still stopping after 1 min: run-000. AWS may still end it."
