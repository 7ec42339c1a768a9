"""Submitted jobs run at the clock's pace, exit as their names and tags say, and are tried again by their strategy."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchnb import local
from batchnb.errors import LocalError
from batchnb.local.world.runs import TIMED_OUT
from tests.local.stage import Stage


def settle(stage: Stage, seconds: float = 3600) -> None:
    """Let time pass in small steps, as clients that look now and then would see it."""
    for _ in range(20):
        stage.clock.advance(seconds / 20)
        stage.world.settle()


def exit_codes(stage: Stage, job_id: str) -> list[int]:
    """Answer the exit codes of a job's attempts."""
    return [one.exit_code for one in stage.world.job(job_id).attempts]


def test_a_job_passes_through_its_states_at_the_pace_of_the_clock(stage: Stage) -> None:
    """SUBMITTED, RUNNABLE, STARTING, RUNNING, SUCCEEDED: each for as long as the pace says, whoever looks or not."""
    stage.world.pace = local.Pace(runnable=10, starting=5, running=100)
    job_id = stage.submit()
    began = stage.clock.now_ms()
    seen = []
    for seconds in (1, 2, 9, 6, 98, 1):
        stage.clock.advance(seconds)
        seen.append(stage.status(job_id))
    assert seen == ["SUBMITTED", "RUNNABLE", "STARTING", "RUNNING", "RUNNING", "SUCCEEDED"]
    truth = stage.world.job(job_id)
    assert (truth.started_at, truth.stopped_at) == (began + 17_000, began + 117_000)
    assert (truth.exit_code, exit_codes(stage, job_id)) == (0, [0])


@pytest.mark.parametrize(
    ("name", "tags", "status", "codes"),
    [
        ("job", {}, "SUCCEEDED", [0]),
        ("load-exit-3", {}, "FAILED", [3, 3, 3]),
        ("load_exit_137-0", {}, "SUCCEEDED", [137, 0]),
        ("exit-1-1-0", {}, "SUCCEEDED", [1, 1, 0]),
        ("exit-1-2", {}, "FAILED", [1, 2, 2]),
        ("exit-strategy", {}, "SUCCEEDED", [0]),
        ("exit-300", {}, "SUCCEEDED", [0]),
        ("job", {"batchnb:exit-code": "2"}, "FAILED", [2, 2, 2]),
        ("exit-9", {"batchnb:exit-code": "0"}, "SUCCEEDED", [0]),
        ("job", {"batchnb:exit-code": "5,0"}, "SUCCEEDED", [5, 0]),
    ],
)
def test_names_and_tags_say_the_exit_codes(
    stage: Stage, name: str, tags: dict[str, str], status: str, codes: list[int]
) -> None:
    """The end of a name or a tag gives the code of each attempt, the last one again and again; a tag wins."""
    more: dict[str, Any] = {"tags": tags} if tags else {}
    job_id = stage.submit(name, retryStrategy={"attempts": 3}, **more)
    settle(stage)
    assert (stage.status(job_id), exit_codes(stage, job_id)) == (status, codes)


def test_a_job_without_a_strategy_is_tried_once(stage: Stage) -> None:
    """A failure is the end, and the container says why."""
    job_id = stage.submit("exit-3", tags={"batchnb:reason": "no input"})
    settle(stage)
    (attempt,) = stage.describe(job_id)["attempts"]
    assert (attempt["container"]["exitCode"], attempt["container"]["reason"]) == (3, "no input")
    assert attempt["statusReason"] == "Essential container in task exited"


RULES = [
    {"onStatusReason": "Host EC2*", "action": "RETRY"},
    {"onExitCode": "13*", "onReason": "OutOfMemory*", "action": "RETRY"},
    {"onReason": "*", "action": "EXIT"},
]


@pytest.mark.parametrize(
    ("rules", "tags", "attempts"),
    [
        (RULES, {"batchnb:exit-code": "1"}, 1),
        (RULES, {"batchnb:exit-code": "137"}, 1),
        (RULES, {"batchnb:exit-code": "137", "batchnb:reason": "OutOfMemoryError: killed"}, 3),
        (RULES, {"batchnb:exit-code": "1", "batchnb:status-reason": "Host EC2 (instance i-1) terminated."}, 3),
        (RULES[:1], {"batchnb:exit-code": "1"}, 3),
        ([{"onExitCode": "1", "action": "exit"}], {"batchnb:exit-code": "1"}, 1),
        ([{"onExitCode": "1", "action": "exit"}], {"batchnb:exit-code": "11"}, 3),
        ([{"onExitCode": "1*", "action": "exit"}], {"batchnb:exit-code": "11"}, 1),
    ],
)
def test_the_first_rule_that_fits_decides(
    stage: Stage, rules: list[dict[str, str]], tags: dict[str, str], attempts: int
) -> None:
    """All conditions of a rule must fit, an asterisk ends a pattern, and where no rule fits the job is tried again."""
    strategy: Any = {"attempts": 3, "evaluateOnExit": rules}
    job_id = stage.submit(retryStrategy=strategy, tags=tags)
    settle(stage)
    assert (stage.status(job_id), len(exit_codes(stage, job_id))) == ("FAILED", attempts)


def test_a_timeout_ends_an_attempt_for_good(stage: Stage) -> None:
    """A job that runs too long fails with a reason of its own, and is not tried again."""
    job_id = stage.submit(
        timeout={"attemptDurationSeconds": 60}, retryStrategy={"attempts": 3}, tags={"batchnb:run-seconds": "61"}
    )
    settle(stage)
    truth = stage.world.job(job_id)
    assert (truth.status, truth.status_reason, exit_codes(stage, job_id)) == ("FAILED", TIMED_OUT, [137])
    assert truth.started_at is not None
    assert truth.stopped_at == truth.started_at + 60_000


def test_children_of_an_array_may_end_differently(stage: Stage) -> None:
    """A tag with an index is for that child; the array fails if one of them does."""
    job_id = stage.submit(arrayProperties={"size": 3}, tags={"batchnb:exit-code:1": "4", "batchnb:exit-code": "0"})
    settle(stage)
    assert stage.statuses([f"{job_id}:{index}" for index in range(3)]) == ["SUCCEEDED", "FAILED", "SUCCEEDED"]
    assert stage.status(job_id) == "FAILED"


def test_sequential_children_run_one_after_the_other(stage: Stage) -> None:
    """Child 1 starts when child 0 is done."""
    job_id = stage.submit(arrayProperties={"size": 2}, dependsOn=[{"type": "SEQUENTIAL"}])
    settle(stage)
    first, second = (stage.world.job(f"{job_id}:{index}") for index in range(2))
    assert (first.status, second.status) == ("SUCCEEDED", "SUCCEEDED")
    assert first.stopped_at is not None
    assert second.started_at is not None
    assert second.started_at >= first.stopped_at


def test_dependents_run_when_their_dependency_is_done_and_fail_with_it(stage: Stage) -> None:
    """What waits for a job that succeeds runs; what waits for one that fails fails."""
    good, bad = stage.submit("good"), stage.submit("bad-exit-1")
    after_good = stage.submit("after", dependsOn=[{"jobId": good}])
    after_bad = stage.submit("after", dependsOn=[{"jobId": bad}])
    settle(stage)
    assert stage.statuses([after_good, after_bad]) == ["SUCCEEDED", "FAILED"]


def test_a_terminated_job_is_not_tried_again(stage: Stage) -> None:
    """Neither by its exit while the kill is on its way, nor by the kill."""
    stage.world.pace = local.Pace(runnable=0, starting=0, running=20)
    own, killed = (
        stage.submit("exit-1", retryStrategy={"attempts": 3}, tags={"batchnb:run-seconds": seconds})
        for seconds in ("10", "1000")
    )
    stage.clock.advance(3)
    stage.terminate(own, killed, reason="OPS-1")
    settle(stage)
    for job_id, code in ((own, 1), (killed, 137)):
        truth = stage.world.job(job_id)
        assert (truth.status, truth.status_reason, exit_codes(stage, job_id)) == ("FAILED", "OPS-1", [code])


def test_a_cancelled_job_that_has_started_goes_on_and_is_tried_again(stage: Stage) -> None:
    """CancelJob leaves what has started in between alone, its strategy too."""
    stage.world.pace = local.Pace(runnable=1, starting=0, running=10)
    job_id = stage.submit("exit-1-0", retryStrategy={"attempts": 2})
    stage.clock.advance(2)
    stage.call("CancelJob", jobId=job_id, reason="no")
    settle(stage)
    assert (stage.status(job_id), exit_codes(stage, job_id)) == ("SUCCEEDED", [1, 0])


def test_nodes_run_together(stage: Stage) -> None:
    """The nodes of a multi-node job have its state, its exit code and its attempts."""
    stage.world.add_definition("nodes:1", num_nodes=3)
    job_id = stage.submit("exit-7-0", definition="nodes", retryStrategy={"attempts": 2})
    settle(stage)
    for index in range(3):
        assert exit_codes(stage, f"{job_id}#{index}") == [7, 0]
    streams = {stage.describe(f"{job_id}#{index}")["container"]["logStreamName"] for index in range(3)}
    assert len(streams) == 3


def test_a_job_that_no_machine_is_large_enough_for_waits_and_says_so(stage: Stage) -> None:
    """It stays RUNNABLE with the reason that AWS gives."""
    stage.world.add_environment("small", max_vcpus=8)
    stage.world.add_queue("tight", environments=["small"])
    needs: Any = [{"type": "VCPU", "value": "16"}]
    job_id = stage.submit(queue="tight", containerOverrides={"resourceRequirements": needs})
    settle(stage)
    job = stage.describe(job_id)
    assert job["status"] == "RUNNABLE"
    assert job["statusReason"].startswith("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE")


def test_jobs_of_the_world_stay_as_they_are_unless_told_to_run(stage: Stage) -> None:
    """What a test puts on the stage does not move by itself; with `runs` it goes on from its state."""
    still = [stage.add(status=status) for status in ("RUNNABLE", "STARTING", "RUNNING")]
    moving = [stage.add("exit-2", status=status, runs=True) for status in ("RUNNABLE", "STARTING", "RUNNING")]
    settle(stage)
    assert stage.statuses(still) == ["RUNNABLE", "STARTING", "RUNNING"]
    assert [exit_codes(stage, job_id) for job_id in moving] == [[2]] * 3


def test_a_pace_can_stand_still(stage: Stage) -> None:
    """With an infinite stay a submitted job waits for ever."""
    stage.world.pace = local.Pace(runnable=float("inf"))
    job_id = stage.submit()
    settle(stage, 1e9)
    assert stage.status(job_id) == "RUNNABLE"
    with pytest.raises(LocalError, match="starting must be 0 seconds or more"):
        local.Pace(starting=-1)


@pytest.mark.parametrize(
    "tags",
    [
        {"batchnb:exit-code": "many"},
        {"batchnb:exit-code": "256"},
        {"batchnb:exit-code:3": ""},
        {"batchnb:run-seconds": "-1"},
        {"batchnb:run-seconds": "inf"},
    ],
)
def test_a_tag_that_makes_no_sense_is_refused(stage: Stage, tags: dict[str, str]) -> None:
    """A typo in a tag of ours is an error at once, and not a job that succeeds in silence."""
    with pytest.raises(ClientError, match="the tag batchnb:"):
        stage.submit(tags=tags)
