"""Reports: counts, what is a failure, and the error for whoever must not overlook one."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import pytest

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import CredentialsError
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.report import Report, TerminationFailedError
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict
from tests.plans import make_plan

NOBODY = "00000000-0000-4000-a000-000000000000"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")


def _result(outcome: Outcome, verdict: Verdict = Verdict.TERMINATE, message: str | None = None) -> JobResult:
    job_id = f"{outcome}-{verdict}"
    planned = PlannedJob(job_id, verdict, None if verdict is Verdict.NOT_FOUND else Job(job_id, "sweep"))
    return JobResult(planned, outcome, planned.job, 1, None, None, None, message, None)


def _report(*results: JobResult, waited: bool = True, **options: object) -> Report:
    plan = Plan("OPS-1", HERE, tuple(result.planned for result in results), NOW, None)
    return Report(plan, results, NOW, NOW, waited, **options)  # type: ignore[arg-type]


def _mixed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> tuple[list[str], Report]:
    world = emulator.world
    ids = [
        world.add_job("train", "denied"),
        world.add_job("train", "running"),
        world.add_job("other", "queued", status="RUNNABLE", status_reason="stuck"),
        world.add_job("train", "done", status="SUCCEEDED"),
        NOBODY,
    ]
    world.deny(ids[0])
    plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock)
    return ids, plan.execute(clock=clock)


FAILURES = {
    Outcome.TERMINATED: False,
    Outcome.CANCELLED: False,
    Outcome.SUCCEEDED: False,
    Outcome.ENDED_BY_ANOTHER: False,
    Outcome.FAILED: False,
    Outcome.STOPPING: True,
    Outcome.WAITING: True,
    Outcome.UNANSWERED: True,
    Outcome.GONE: True,
    Outcome.DENIED: True,
    Outcome.REFUSED: True,
    Outcome.NOT_ATTEMPTED: True,
}


@pytest.mark.parametrize("outcome", Outcome)
def test_a_job_that_was_not_seen_to_end_is_a_failure(outcome: Outcome) -> None:
    """Every outcome is either an end that was seen, or something that someone has to look at."""
    report = _report(_result(outcome))
    assert report.ok is not FAILURES[outcome]
    assert len(report.failures) == FAILURES[outcome]


def test_a_job_still_stopping_is_no_failure_where_nobody_waited() -> None:
    """Without waiting, an accepted request is all that was asked for; with it, the survivor is a failure."""
    assert _report(_result(Outcome.STOPPING), waited=False).ok
    assert not _report(_result(Outcome.STOPPING), waited=True).ok
    assert _report(_result(Outcome.WAITING), waited=False).ok
    assert not _report(_result(Outcome.DENIED), waited=False).ok
    assert not _report(_result(Outcome.UNANSWERED), waited=False).ok


@pytest.mark.parametrize(
    ("verdict", "failure"),
    [
        (Verdict.FINISHED, False),
        (Verdict.PROTECTED, False),
        (Verdict.NOT_FOUND, True),
        (Verdict.COVERED, True),
        (Verdict.STOPPING, True),
    ],
)
def test_a_job_that_was_left_out_is_a_failure_only_if_it_may_run_on(verdict: Verdict, failure: bool) -> None:  # noqa: FBT001
    """What had finished or is protected was rightly left out; an unknown id may be a typo, and is a failure."""
    report = _report(_result(Outcome.NOT_ATTEMPTED, verdict), waited=False)
    assert len(report.failures) == failure


@pytest.mark.bulk
def test_raise_for_failures_says_how_many_and_names_the_first(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The error counts, names the first failure with AWS's words and the permission, and carries the report."""
    ids, report = _mixed(emulator, gateway, clock)

    with pytest.raises(TerminationFailedError) as caught:
        report.raise_for_failures()

    assert caught.value.report is report
    message = str(caught.value)
    assert "2 of 3 jobs seen to end: 1 terminated, 1 cancelled, 1 denied, 1 finished, 1 not found." in message
    assert f"First failure: {ids[0]} (denied), denied: TerminateJobs: AccessDenied" in message
    assert "batch:TerminateJob" in message


def test_raise_for_failures_is_silent_where_all_ended() -> None:
    """No error where everything that was wanted was seen to end, in whichever way."""
    good = [_result(outcome) for outcome, failure in FAILURES.items() if not failure]
    _report(*good, _result(Outcome.NOT_ATTEMPTED, Verdict.FINISHED)).raise_for_failures()


def test_a_run_that_was_stopped_is_not_ok_though_no_job_failed() -> None:
    """What kept the run from its end is raised, in its own words."""
    stopped = CredentialsError("DescribeJobs: ExpiredToken: no more.", code="ExpiredToken", operation="DescribeJobs")
    report = _report(_result(Outcome.STOPPING), waited=False, stopped_by=stopped)
    assert not report.ok
    with pytest.raises(
        TerminationFailedError,
        match=r"1 still stopping\. The run was stopped by DescribeJobs: ExpiredToken: no more\.$",
    ):
        report.raise_for_failures()


def test_the_error_stays_short_whatever_the_job_is_called() -> None:
    """A novel for a name or a message does not become a novel in the error."""
    result = _result(Outcome.REFUSED, message="x" * 10_000)
    with pytest.raises(TerminationFailedError) as caught:
        _report(result).raise_for_failures()
    assert len(str(caught.value)) < 1000


def test_the_summary_counts_what_was_wanted() -> None:
    """Jobs that were left out are named in the details, and are none of those that were to end."""
    report = _report(
        _result(Outcome.TERMINATED), _result(Outcome.GONE), _result(Outcome.NOT_ATTEMPTED, Verdict.FINISHED)
    )
    assert report.summary == "1 of 2 jobs seen to end: 1 terminated, 1 record gone, 1 finished."
    assert repr(report) == f"<Report: {report.summary}>"
    assert report.counts == {"terminated": 1, "record gone": 1, "not attempted": 1}


TEXTS = (
    *("jobId", "jobName", "jobQueue", "verdict", "outcome", "status_before", "status_after"),
    *("statusReason_before", "statusReason_after", "error_code", "error_message", "request_id"),
)


@pytest.mark.bulk
def test_the_frame_has_a_row_for_every_id(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """In the order of the ids, those left out included, with what was before and after."""
    ids, report = _mixed(emulator, gateway, clock)

    frame = report.to_frame()

    assert list(frame["jobId"]) == ids
    assert list(frame["outcome"]) == ["denied", "terminated", "cancelled", "not attempted", "not attempted"]
    assert list(frame["verdict"]) == ["terminate", "terminate", "cancel", "finished", "not found"]
    queued = frame.iloc[2]
    assert (queued.status_before, queued.status_after) == ("RUNNABLE", "FAILED")
    assert (queued.statusReason_before, queued.statusReason_after) == ("stuck", "OPS-1")
    assert queued.jobQueue == "other"
    assert list(frame["attempts"]) == [1, 1, 1, 0, 0]
    assert frame.loc[0, "error_code"] == "AccessDenied"
    assert frame.iloc[4][["jobName", "status_before", "ended_at"]].isna().all()
    stopped_at = emulator.world.job(ids[1]).stopped_at
    assert stopped_at is not None
    assert frame.loc[1, "ended_at"] == pd.Timestamp(stopped_at, unit="ms", tz="UTC")
    assert frame["accepted_at"].notna().tolist() == [False, True, True, False, False]


@pytest.mark.parametrize("empty", [False, True])
def test_the_frame_has_the_same_columns_and_types_whatever_is_in_it(
    emulator: local.LocalBatch,
    gateway: Gateway,
    clock: Clock,
    empty: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Columns and dtypes do not depend on the outcomes, so that frames can be concatenated and stored."""
    report = _report() if empty else _mixed(emulator, gateway, clock)[1]

    dtypes = {str(name): str(dtype) for name, dtype in report.to_frame().dtypes.items()}

    assert dtypes.pop("attempts") == "Int32"
    assert {dtypes.pop("accepted_at"), dtypes.pop("ended_at")} == {"datetime64[ms, UTC]"}
    assert set(dtypes) == set(TEXTS)
    assert {dtype.startswith(("string", "str")) for dtype in dtypes.values()} == {True}
