"""TerminateJob, TerminateJobs and CancelJob, over real HTTP."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from batchnb import local
from batchnb.local.world.place import Place
from tests.local.conftest import Opened
from tests.local.stage import LIVE, Stage

NOBODY = "00000000-0000-4000-a000-000000000000"


@pytest.mark.parametrize("status", LIVE)
def test_terminate_ends_every_live_state(stage: Stage, status: str) -> None:
    """A job of any live state is still there right after the answer, and FAILED with our reason later."""
    job_id = stage.add(status=status, status_reason="MISCONFIGURATION: before")
    stage.client.terminate_job(jobId=job_id, reason="OPS-1")
    assert (stage.status(job_id), stage.world.job(job_id).status_reason) == (status, "MISCONFIGURATION: before")
    stage.clock.advance(30)
    assert (stage.status(job_id), stage.world.job(job_id).status_reason) == ("FAILED", "OPS-1")


def test_terminate_answers_with_an_empty_body(stage: Stage) -> None:
    """TerminateJob has no output: 200 and no body."""
    answer = stage.call("TerminateJob", jobId=stage.add(), reason="x")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize(
    ("status", "seconds"), [("SUBMITTED", 1), ("PENDING", 2), ("RUNNABLE", 3), ("STARTING", 10), ("RUNNING", 30)]
)
def test_each_state_has_its_delay(stage: Stage, status: str, seconds: float) -> None:
    """A job ends when the delay of its state is over, and not a millisecond earlier."""
    job_id = stage.add(status=status)
    stage.terminate(job_id)
    stage.clock.advance(seconds - 0.001)
    assert stage.status(job_id) == status
    stage.clock.advance(0.001)
    assert stage.status(job_id) == "FAILED"


def test_delays_can_be_changed(stage: Stage) -> None:
    """Other delays hold for terminations accepted from then on."""
    stage.world.delays = local.Delays(running=2)
    job_id = stage.add()
    stage.terminate(job_id)
    stage.clock.advance(2)
    assert stage.status(job_id) == "FAILED"


@pytest.mark.parametrize(("seconds", "exit_code"), [(30.0, 137), (5.0, 143)])
def test_a_started_job_leaves_an_attempt(stage: Stage, seconds: float, exit_code: int) -> None:
    """A container that goes at SIGTERM exits 143, one that has to be killed after 30 s exits 137."""
    stage.world.delays = local.Delays(running=seconds)
    job_id = stage.add()
    stage.terminate(job_id, reason="x")
    stage.clock.advance(seconds)
    detail = stage.describe(job_id)
    (attempt,) = detail["attempts"]
    assert attempt["container"]["exitCode"] == detail["container"]["exitCode"] == exit_code
    assert attempt["stoppedAt"] == detail["stoppedAt"] == stage.clock.now_ms()
    assert attempt["container"]["logStreamName"] == detail["container"]["logStreamName"]


@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"])
def test_a_job_that_never_ran_leaves_no_attempt(stage: Stage, status: str) -> None:
    """A job that was ended before it ran has no attempts and no start."""
    job_id = stage.add(status=status)
    stage.terminate(job_id)
    stage.clock.advance(60)
    detail = stage.describe(job_id)
    assert detail["attempts"] == []
    assert "startedAt" not in detail
    assert detail["stoppedAt"] <= stage.clock.now_ms()


def test_a_survivor_goes_on_for_ever(stage: Stage) -> None:
    """A job that stops never is marked as terminated and runs on."""
    job_id = stage.add(stops="never")
    stage.terminate(job_id)
    stage.clock.advance(100_000)
    assert stage.describe(job_id)["isTerminated"] is True
    assert stage.status(job_id) == "RUNNING"


def test_a_job_may_be_done_before_the_kill_lands(stage: Stage) -> None:
    """A job that is quicker ends as SUCCEEDED, though its termination was accepted."""
    job_id = stage.add(stops="succeeds")
    stage.terminate(job_id)
    stage.clock.advance(30)
    truth = stage.world.job(job_id)
    assert (truth.status, truth.exit_code, truth.is_terminated) == ("SUCCEEDED", 0, True)


def test_repeating_a_termination_keeps_the_first_end(stage: Stage) -> None:
    """The second call neither delays the end nor changes the reason."""
    job_id = stage.add()
    stage.terminate(job_id, reason="first")
    stage.clock.advance(20)
    stage.terminate(job_id, reason="second")
    stage.clock.advance(10)
    truth = stage.world.job(job_id)
    assert (truth.status, truth.status_reason, truth.stopped_at) == ("FAILED", "first", stage.clock.now_ms())


@pytest.mark.parametrize("status", ["SUCCEEDED", "FAILED"])
def test_a_finished_job_stays_as_it_is(stage: Stage, status: str) -> None:
    """Terminating or cancelling a finished job answers 200 and changes nothing."""
    job_id = stage.add(status=status)
    before = stage.world.job(job_id)
    stage.client.terminate_job(jobId=job_id, reason="x")
    stage.client.cancel_job(jobId=job_id, reason="x")
    assert stage.terminate(job_id).json == {"successful": [job_id], "errors": []}
    stage.clock.advance(100)
    assert stage.world.job(job_id) == before


def test_an_unknown_id_is_a_success(stage: Stage) -> None:
    """A typo of the right form answers 200, one by one and in bulk."""
    assert stage.client.terminate_job(jobId=NOBODY, reason="x")["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert stage.terminate(NOBODY).json == {"successful": [NOBODY], "errors": []}


@pytest.mark.parametrize(
    "job_id", ["nonsense", "", NOBODY.upper().replace("A", "G"), Place().job_arn(NOBODY), f" {NOBODY}"]
)
def test_a_malformed_id_is_refused(stage: Stage, job_id: str) -> None:
    """What has not the form of an id is a ClientException alone and a ValidationException in bulk, also an ARN."""
    answer = stage.call("TerminateJob", jobId=job_id, reason="x")
    assert (answer.status, answer.code) == (400, "ClientException")
    (error,) = stage.terminate(job_id).json["errors"]
    assert (error["job"], error["code"]) == (job_id, "ValidationException")


@pytest.mark.parametrize("operation", ["TerminateJob", "CancelJob"])
@pytest.mark.parametrize(("reason", "status"), [("", 400), ("x" * 1024, 200), ("x" * 1025, 400)])
def test_a_reason_has_1_to_1024_characters(stage: Stage, operation: str, reason: str, status: int) -> None:
    """An empty or too long reason refuses the call, and so does none."""
    job_id = stage.add(status="RUNNABLE")
    assert stage.call(operation, jobId=job_id, reason=reason).status == status
    assert stage.call(f"{operation}s", jobs=[job_id], reason=reason).status == status
    assert stage.call(operation, jobId=job_id).code == "ClientException"
    assert (stage.world.job(job_id).reason is None) == (status == 400)


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 200), (50, 200), (51, 400)])
def test_bulk_takes_1_to_50_ids(stage: Stage, count: int, status: int) -> None:
    """A bulk call with no id or more than 50 is refused whole and ends nothing."""
    job_ids = stage.world.add_jobs("q", "job", count)
    answer = stage.terminate(*job_ids)
    assert answer.status == status
    assert [stage.world.job(one).is_terminated for one in job_ids] == [status == 200] * count
    if status == 400:
        assert answer.code == "ClientException"


def test_bulk_answers_for_each_id(stage: Stage) -> None:
    """One answer of 200 names what was accepted and what was not, and why."""
    good, denied = stage.add(), stage.add()
    stage.world.deny(denied)
    answer = stage.terminate(good, denied, "nonsense", NOBODY)
    assert answer.status == 200
    assert answer.json["successful"] == [good, NOBODY]
    assert {one["job"]: one["code"] for one in answer.json["errors"]} == {
        denied: "AccessDenied",
        "nonsense": "ValidationException",
    }
    assert f"batch:TerminateJob on resource: {Place().job_arn(denied)}" in answer.json["errors"][0]["message"]


def test_a_denied_job_alone_is_a_403(stage: Stage) -> None:
    """TerminateJob and CancelJob on a job the caller may not touch raise AccessDeniedException."""
    job_id = stage.add(status="RUNNABLE")
    stage.world.deny(job_id)
    for call in (stage.client.terminate_job, stage.client.cancel_job):
        with pytest.raises(ClientError) as caught:
            call(jobId=job_id, reason="x")
        assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_one_call_names_jobs_of_one_queue(stage: Stage) -> None:
    """Jobs of two queues in one call are refused whole, unless the world allows it; unknown ids have no queue."""
    stage.world.add_queue("other")
    here, there = stage.add(), stage.world.add_job("other", "job")
    assert stage.terminate(here, there).code == "ClientException"
    assert not stage.world.job(here).is_terminated
    assert stage.terminate(here, NOBODY).status == 200
    stage.world.allow_mixed_queues = True
    assert stage.terminate(here, there).json["successful"] == [here, there]


@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING", "RUNNABLE"])
def test_cancel_ends_queued_jobs(stage: Stage, status: str) -> None:
    """CancelJob marks a queued job as cancelled and ends it as FAILED."""
    job_id = stage.add(status=status)
    stage.client.cancel_job(jobId=job_id, reason="x")
    assert (stage.world.job(job_id).is_cancelled, stage.world.job(job_id).is_terminated) == (True, False)
    stage.clock.advance(10)
    assert stage.status(job_id) == "FAILED"


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_cancel_leaves_started_jobs_alone(stage: Stage, status: str) -> None:
    """CancelJob on a started job answers 200 and does nothing, alone and in bulk."""
    job_id = stage.add(status=status)
    stage.client.cancel_job(jobId=job_id, reason="x")
    assert stage.call("CancelJobs", jobs=[job_id], reason="x").json["successful"] == [job_id]
    stage.clock.advance(1000)
    assert stage.status(job_id) == status


def test_a_cancelled_job_that_starts_survives(stage: Stage) -> None:
    """A job that gets to STARTING before its cancellation takes effect goes on."""
    job_id = stage.add(status="RUNNABLE")
    stage.world.schedule(1, job_id, "STARTING")
    stage.client.cancel_job(jobId=job_id, reason="x")
    stage.clock.advance(100)
    assert stage.status(job_id) == "STARTING"


def test_a_terminated_job_that_starts_does_not_survive(stage: Stage) -> None:
    """A job that gets to RUNNING while its termination is under way ends all the same."""
    job_id = stage.add(status="RUNNABLE")
    stage.world.schedule(1, job_id, "RUNNING")
    stage.terminate(job_id)
    stage.clock.advance(2)
    assert stage.status(job_id) == "RUNNING"
    stage.clock.advance(10)
    assert stage.status(job_id) == "FAILED"


def test_terminating_a_cancelled_job_marks_it_as_both(stage: Stage) -> None:
    """A termination after a cancellation counts as well."""
    job_id = stage.add(status="RUNNABLE")
    stage.client.cancel_job(jobId=job_id, reason="one")
    stage.client.terminate_job(jobId=job_id, reason="two")
    truth = stage.world.job(job_id)
    assert (truth.is_cancelled, truth.is_terminated, truth.reason) == (True, True, "two")


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
def test_the_flag_of_a_queued_job_can_be_chosen(stage: Stage, flag: str) -> None:
    """Nobody knows which flag the service sets on a queued job, so the world can set any, in both views."""
    stage.world.queued_flag = flag
    job_id = stage.add(status="RUNNABLE")
    stage.terminate(job_id)
    (summary,) = stage.pages(jobStatus="RUNNABLE")[0]
    expected = {"isTerminated", "isCancelled"} if flag == "both" else {flag}
    for view in (summary, stage.describe(job_id)):
        assert {"isTerminated", "isCancelled"} & set(view) == expected
        assert all(view[one] is True for one in expected)


def test_flags_are_absent_until_they_are_true(stage: Stage) -> None:
    """A job that nobody ended has neither flag in either view."""
    job_id = stage.add()
    (summary,) = stage.pages()[0]
    for view in (summary, stage.describe(job_id)):
        assert not {"isTerminated", "isCancelled"} & set(view)


def test_a_terminated_job_is_not_retried(stage: Stage) -> None:
    """A retry that was on its way ends the job instead, whatever its retry strategy says."""
    job_id = stage.add(attempts=5)
    stage.world.schedule(10, job_id, "RUNNABLE")
    stage.terminate(job_id, reason="enough")
    stage.clock.advance(10)
    truth = stage.world.job(job_id)
    assert (truth.status, truth.status_reason, len(truth.attempts)) == ("FAILED", "enough", 1)


def test_a_single_node_cannot_be_ended(stage: Stage) -> None:
    """Ending one node of a multi-node job is undocumented, so it is refused."""
    job_id = stage.add(num_nodes=2)
    assert stage.call("TerminateJob", jobId=f"{job_id}#1", reason="x").code == "ClientException"
    assert [one["code"] for one in stage.terminate(f"{job_id}#1").json["errors"]] == ["ClientException"]


def test_an_old_endpoint_knows_no_bulk_calls(opened: Opened) -> None:
    """Without `bulk` both bulk calls are an unknown operation, and the log says which was tried."""
    stage = opened(bulk=False)
    for operation in ("TerminateJobs", "CancelJobs"):
        answer = stage.call(operation, jobs=[NOBODY], reason="x")
        assert (answer.status, answer.code) == (404, "UnknownOperationException")
    assert [call.operation for call in stage.handle.calls] == ["TerminateJobs", "CancelJobs"]
    assert stage.call("TerminateJob", jobId=NOBODY, reason="x").status == 200
