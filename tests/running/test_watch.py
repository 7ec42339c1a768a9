"""Verification: what became of a job is what was seen, not what was accepted."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.jobs.ids import JobId
from batchnb.jobs.outcome import Outcome
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.running.misses import GONE_AFTER, GONE_SECONDS
from batchnb.running.watch import FIRST_POLL
from tests.plans import make_plan


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock) -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock)


def _run(gateway: Gateway, clock: Clock, *ids: str, timeout: float = 300) -> Report:
    return _plan(gateway, ids, clock).execute(timeout=timeout, clock=clock)


def _only(report: Report) -> JobResult:
    (result,) = report.results
    return result


def _fault(operation: str, kind: str = "hook", **options: object) -> local.Fault:
    return local.Fault(operation=operation, kind=kind, **options)  # type: ignore[arg-type]


def _looks(emulator: local.LocalBatch) -> list[local.Call]:
    return [call for call in emulator.calls if call.operation == "DescribeJobs"]


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_a_started_job_is_terminated(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, status: str) -> None:
    """A job that had a machine and ended by our request was terminated."""
    job_id = emulator.world.add_job("train", "job", status=status)

    result = _only(_run(gateway, clock, job_id))

    assert result.outcome is Outcome.TERMINATED
    assert result.ended_at is not None
    assert result.ended_at.timestamp() * 1000 == emulator.world.job(job_id).stopped_at


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING", "RUNNABLE"])
def test_a_job_that_never_started_is_cancelled(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, status: str, flag: str
) -> None:
    """A queued job that ended by our request was cancelled, whichever flag AWS sets on it."""
    emulator.world.queued_flag = flag
    job_id = emulator.world.add_job("train", "job", status=status)

    assert _only(_run(gateway, clock, job_id)).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
def test_a_queued_job_that_starts_before_the_kill_lands_is_terminated(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, flag: str
) -> None:
    """It was to be cancelled, but it ran when it ended: that work was lost, and the outcome says so."""
    emulator.world.queued_flag = flag
    job_id = emulator.world.add_job("train", "job", status="RUNNABLE")
    emulator.world.schedule(1, job_id, "RUNNING")

    assert _only(_run(gateway, clock, job_id)).outcome is Outcome.TERMINATED


def test_a_retried_job_that_never_runs_again_is_cancelled(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """An attempt that was over before the plan was made is not what our request ended."""
    job_id = emulator.world.add_job("train", "job", attempts=3)
    emulator.world.schedule(0, job_id, "RUNNABLE")
    emulator.world.settle()
    assert len(emulator.world.job(job_id).attempts) == 1

    assert _only(_run(gateway, clock, job_id)).outcome is Outcome.CANCELLED


def test_a_job_that_finishes_first_succeeded_anyway(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A job that was done before the kill landed is no failure, and no termination."""
    job_id = emulator.world.add_job("train", "job", stops="succeeds")

    report = _run(gateway, clock, job_id)

    assert _only(report).outcome is Outcome.SUCCEEDED
    assert report.ok


def test_a_job_that_fails_first_failed_by_itself(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A job that crashed before the kill landed is not claimed as terminated, though AWS has marked it so."""
    job_id = emulator.world.add_job("train", "job")
    emulator.world.schedule(5, job_id, "FAILED")

    result = _only(_run(gateway, clock, job_id))

    assert result.outcome is Outcome.FAILED
    assert result.last_seen is not None
    assert result.last_seen.is_terminated


def test_a_job_that_survives_is_still_stopping(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A job that outlives its accepted termination is reported as such when the time is over, and not before."""
    job_id = emulator.world.add_job("train", "job", stops="never")
    started = clock.now()

    report = _run(gateway, clock, job_id, timeout=100)

    assert _only(report).outcome is Outcome.STOPPING
    assert _only(report).ended_at is None
    assert not report.ok
    assert 100 <= clock.now() - started < 101


@pytest.mark.parametrize("timeout", [0.0004, 0.7, 29.9995])
def test_an_odd_timeout_ends_the_watching(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, timeout: float
) -> None:
    """A rest of the time that is too short for the clock does not keep the run looking for ever."""
    job_id = emulator.world.add_job("train", "job", stops="never")

    assert _only(_run(gateway, clock, job_id, timeout=timeout)).outcome is Outcome.STOPPING
    assert len(_looks(emulator)) < 25


def test_a_job_whose_record_is_dropped_is_gone(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A record that AWS no longer shows is neither an end nor a survivor, and it is looked for several times."""
    job_id = emulator.world.add_job("train", "job", stops="never")
    plan = _plan(gateway, [job_id], clock)
    emulator.world.forget(job_id)
    emulator.calls.clear()

    report = plan.execute(clock=clock)

    assert _only(report).outcome is Outcome.GONE
    assert not report.ok
    assert len(_looks(emulator)) >= GONE_AFTER
    assert _looks(emulator)[-1].at - _looks(emulator)[0].at >= GONE_SECONDS


def test_a_job_missed_twice_is_not_gone(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """DescribeJobs may lag: a job that shows up again is watched as if nothing had been."""
    job_id = emulator.world.add_job("train", "job")
    plan = _plan(gateway, [job_id], clock)
    emulator.world.hide_for(job_id, 2.5)

    assert _only(plan.execute(clock=clock)).outcome is Outcome.TERMINATED


@pytest.mark.bulk
def test_a_job_that_may_not_be_ended_is_denied(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A denied job that runs on is denied, and it is not waited for."""
    job_id = emulator.world.add_job("train", "job")
    emulator.world.deny(job_id)
    started = clock.now()

    result = _only(_run(gateway, clock, job_id))

    assert (result.outcome, result.error_code) == (Outcome.DENIED, "AccessDenied")
    assert clock.now() - started < FIRST_POLL


def test_a_denied_job_that_ends_by_itself_has_ended(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What was seen counts for more than what was answered."""
    denied, other = emulator.world.add_jobs("train", ["denied", "other"])
    emulator.world.deny(denied)
    emulator.world.schedule(10, denied, "SUCCEEDED")

    results = {result.planned.job_id: result.outcome for result in _run(gateway, clock, denied, other).results}

    assert results == {denied: Outcome.SUCCEEDED, other: Outcome.TERMINATED}


@pytest.mark.bulk
def test_a_job_that_aws_refuses_to_end_is_refused(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A refused job carries AWS's code and words."""
    job_id = emulator.world.add_job("train", "job")
    emulator.faults.add(_fault("TerminateJobs", "item", code="ValidationException", message="Not this one."))

    result = _only(_run(gateway, clock, job_id))

    assert (result.outcome, result.error_code) == (Outcome.REFUSED, "ValidationException")
    assert result.error_message == "TerminateJobs: ValidationException: Not this one."


def test_jobs_that_were_left_out_are_not_attempted(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Finished and unknown jobs are reported with no attempt, and not looked at."""
    finished = emulator.world.add_job("train", "job", status="SUCCEEDED")
    unknown = "00000000-0000-4000-a000-000000000000"
    plan = _plan(gateway, [finished, unknown], clock)
    emulator.calls.clear()

    report = plan.execute(clock=clock)

    assert {result.outcome for result in report.results} == {Outcome.NOT_ATTEMPTED}
    assert not _looks(emulator)


def test_a_job_that_others_are_ending_is_watched_and_not_asked_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A job that was stopping already gets no request of ours, and its end is that of another's request."""
    job_id = emulator.world.add_job("train", "job")
    gateway.terminate(job_id, "somebody else's reason")
    plan = _plan(gateway, [job_id], clock)
    emulator.calls.clear()

    report = plan.execute(clock=clock)

    assert _only(report).outcome is Outcome.ENDED_BY_ANOTHER
    assert report.ok
    assert {call.operation for call in emulator.calls} == {"DescribeJobs"}


@pytest.mark.bulk
def test_children_end_with_their_array(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A child whose parent is in the plan gets no request of its own, and is watched until it has ended."""
    parent = emulator.world.add_job("train", "array", array_size=3, child_status=["RUNNING", "RUNNABLE", "SUCCEEDED"])
    ids = [f"{parent}:0", parent, f"{parent}:1", f"{parent}:2"]
    plan = _plan(gateway, ids, clock)

    report = plan.execute(clock=clock)

    outcomes = {result.planned.job_id: result.fate.value for result in report.results}
    assert outcomes == dict(zip(ids, ["terminated", "terminated", "cancelled", "finished"], strict=True))
    assert [call.request["jobs"] for call in emulator.calls if call.operation == "TerminateJobs"] == [[parent]]


def test_children_of_an_array_that_may_not_be_ended_are_denied_with_it(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The request that covers them was denied: its children run on, and nobody waits for them."""
    parent = emulator.world.add_job("train", "array", array_size=2)
    emulator.world.deny(parent)

    report = _run(gateway, clock, parent, f"{parent}:0")

    assert [result.outcome for result in report.results] == [Outcome.DENIED, Outcome.DENIED]
    assert len(report.failures) == 2


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
def test_an_array_that_others_have_ended_was_ended_by_another_request(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, flag: str
) -> None:
    """An array's flag was set while its parent was PENDING; its running children end by it all the same."""
    emulator.world.queued_flag = flag
    parent = emulator.world.add_job("train", "array", array_size=2)
    gateway.terminate(parent, "theirs")

    assert _only(_run(gateway, clock, parent)).outcome is Outcome.ENDED_BY_ANOTHER


@pytest.mark.parametrize("kind", ["TooManyRequestsException", "ServerException", "502", "reset", "truncated"])
def test_failing_looks_are_repeated(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str) -> None:
    """A DescribeJobs that fails for a while costs time, and no job its outcome."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    emulator.faults.add(_fault("DescribeJobs", kind, times=9))

    report = plan.execute(clock=clock)

    assert report.counts == {"terminated": 3}
    assert report.ok


@pytest.mark.parametrize("kind", ["TooManyRequestsException", "ServerException"])
def test_looks_that_always_fail_end_with_the_time(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str
) -> None:
    """Where DescribeJobs never answers, the run ends soon after its timeout, with the jobs as they were seen last."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    emulator.faults.add(_fault("DescribeJobs", kind))
    started = clock.now()

    report = plan.execute(timeout=60, clock=clock)

    assert report.counts == {"still stopping": 3}
    assert clock.now() - started <= 80


def test_jobs_that_cannot_be_described_hide_no_others(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Where one DescribeJobs call always fails, only the jobs that it names stay unseen."""
    ids = emulator.world.add_jobs("train", "job", 250)
    plan = _plan(gateway, ids, clock)
    emulator.faults.add(_fault("DescribeJobs", "ServerException", job_id=ids[0]))

    report = plan.execute(timeout=60, clock=clock)

    assert report.counts["terminated"] >= 150
    assert report.counts["still stopping"] <= 100


def test_where_looking_is_denied_the_report_says_so(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Without the permission to look, nothing is waited for and nothing is claimed."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    emulator.world.deny_operation("DescribeJobs")
    started = clock.now()

    report = plan.execute(clock=clock)

    assert report.counts == {"still stopping": 3}
    assert report.stopped_by is not None
    assert "batch:DescribeJobs" in str(report.stopped_by)
    assert {result.error_code for result in report.results} == {"AccessDeniedException"}
    assert clock.now() - started < FIRST_POLL


@pytest.mark.bulk
def test_a_look_names_at_most_100_jobs_a_call_and_only_those_that_have_not_ended(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """250 jobs are looked at with three calls, and those that were seen to end are not looked at again."""
    emulator.world.add_jobs("train", "bystander", 3)
    queued = emulator.world.add_jobs("train", "queued", 240, status="SUBMITTED")
    running = emulator.world.add_jobs("train", "running", 10)
    plan = _plan(gateway, queued + running, clock)
    emulator.calls.clear()

    report = plan.execute(clock=clock)

    sizes = [len(call.request["jobs"]) for call in _looks(emulator)]
    assert report.counts == {"terminated": 10, "cancelled": 240}
    assert sorted(sizes[:3]) == [50, 100, 100]
    assert set(sizes[-3:]) == {10}


@pytest.mark.bulk
def test_a_request_that_took_effect_without_an_answer_is_seen_and_watched(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Where every answer to our requests is lost, the jobs that AWS shows as stopping are watched until they end."""
    job_id = emulator.world.add_job("train", "job")
    emulator.world.delays = local.Delays(running=90)
    plan = _plan(gateway, [job_id], clock)
    emulator.faults.add(_fault("TerminateJobs", "ServerException", when="after"))

    assert _only(plan.execute(timeout=60, clock=clock)).outcome is Outcome.TERMINATED
