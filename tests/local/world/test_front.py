"""The front of a queue: its snapshot, and jobs that AWS Batch cancels because they stand there for too long."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchnb.errors import LocalError
from tests.local.operations.test_details import EKS
from tests.local.stage import Stage

pytestmark = pytest.mark.bulk  # an older botocore does not know these members

NO_CAPACITY = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
LIMIT = {"reason": NO_CAPACITY, "state": "RUNNABLE", "maxTimeSeconds": 600, "action": "CANCEL"}


def front(stage: Stage, queue: str = "q") -> list[str]:
    """Answer the ids at the front of a queue."""
    jobs = stage.client.get_job_queue_snapshot(jobQueue=queue)["frontOfQueue"]["jobs"]
    return [one["jobArn"].rpartition("/")[2] for one in jobs]


def test_the_first_hundred_wait_in_the_order_of_their_submission(stage: Stage) -> None:
    """Only RUNNABLE jobs are there, the oldest first, and children of an array in its place."""
    late = stage.world.add_jobs("q", "late", 120, status="RUNNABLE", created_ago=10)
    array = stage.add(array_size=3, child_status=["RUNNING", "RUNNABLE", "RUNNABLE"], created_ago=50)
    early = stage.add(status="RUNNABLE", created_ago=100)
    stage.add(status="RUNNING", created_ago=200)
    assert front(stage) == [early, f"{array}:1", f"{array}:2", *late[:97]]


def test_a_fair_share_queue_goes_by_priority_and_tells_the_shares(stage: Stage) -> None:
    """A higher priority comes first; the shares are told with what they use; a job must name its share."""
    stage.world.add_queue("fair", is_fair_share=True)
    low = stage.world.add_job("fair", "low", status="RUNNABLE", priority=1, share="a", created_ago=90)
    high = stage.world.add_job("fair", "high", status="RUNNABLE", priority=9, share="b")
    stage.world.add_job("fair", "runs", vcpus=8, share="a")
    stage.world.add_job("fair", "runs", vcpus=2, share="b")
    assert front(stage, "fair") == [high, low]
    utilization = stage.client.get_job_queue_snapshot(jobQueue="fair")["queueUtilization"]
    assert utilization["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": 10.0}]
    shares = utilization["fairshareUtilization"]
    assert shares["activeShareCount"] == 2
    assert [one["shareIdentifier"] for one in shares["topCapacityUtilization"]] == ["a", "b"]
    (queue,) = stage.client.describe_job_queues(jobQueues=["fair"])["jobQueues"]
    assert queue["schedulingPolicyArn"].endswith(":scheduling-policy/fair")
    with pytest.raises(ClientError, match="shareIdentifier"):
        stage.submit(queue="fair")


def test_a_snapshot_counts_each_shape(stage: Stage) -> None:
    """What started jobs use is summed over nodes and children; pods count in cpu; an unknown queue is refused."""
    stage.add(num_nodes=4, vcpus=16)
    stage.add(array_size=3, child_status=["RUNNING", "RUNNING", "RUNNABLE"], vcpus=2)
    usage = stage.client.get_job_queue_snapshot(jobQueue="q")["queueUtilization"]["totalCapacityUsage"]
    assert usage == [{"capacityUnit": "VCPU", "quantity": 68.0}]
    stage.world.add_queue("pods", type="EKS")
    stage.world.add_job("pods", "pod", eks=EKS)
    usage = stage.client.get_job_queue_snapshot(jobQueue="pods")["queueUtilization"]["totalCapacityUsage"]
    assert usage == [{"capacityUnit": "cpu", "quantity": 1.5}]
    with pytest.raises(ClientError, match="does not exist"):
        front(stage, "nowhere")


def test_time_at_a_position_begins_when_the_job_before_has_gone(stage: Stage) -> None:
    """A job that moves up has a new time."""
    stage.world.add_jobs("q", "job", 2, status="RUNNABLE", created_ago=1000)
    first, second = front(stage)
    stage.world.schedule(5, first, "STARTING")
    stage.clock.advance(60)
    assert front(stage) == [second]
    (job,) = stage.client.get_job_queue_snapshot(jobQueue="q")["frontOfQueue"]["jobs"]
    assert job["earliestTimeAtPosition"] == stage.clock.now_ms() - 55_000


def test_a_job_that_blocks_its_queue_for_too_long_is_cancelled(stage: Stage) -> None:
    """The first one goes after the time of the limit, and the next one's time begins only then."""
    stage.world.add_queue("limited", time_limits=[LIMIT])
    reason = f"{NO_CAPACITY} - none to be had"
    ids = stage.world.add_jobs("limited", "job", 3, status="RUNNABLE", created_ago=0, status_reason=reason)
    stage.clock.advance(599)
    assert stage.statuses(ids) == ["RUNNABLE"] * 3
    stage.clock.advance(10)
    assert stage.statuses(ids) == ["FAILED", "RUNNABLE", "RUNNABLE"]
    truth = stage.world.job(ids[0])
    assert (truth.status_reason, truth.is_cancelled, truth.attempts) == (NO_CAPACITY, True, ())
    stage.clock.advance(605)
    assert stage.statuses(ids) == ["FAILED", "FAILED", "RUNNABLE"]
    (queue,) = stage.client.describe_job_queues(jobQueues=["limited"])["jobQueues"]
    assert queue["jobStateTimeLimitActions"] == [LIMIT]


def test_a_job_with_another_reason_or_none_may_wait(stage: Stage) -> None:
    """A limit is for the reason that it names."""
    stage.world.add_queue("limited", time_limits=[LIMIT])
    other = stage.world.add_job("limited", "job", status="RUNNABLE", status_reason="MISCONFIGURATION:X - no")
    stage.clock.advance(10_000)
    assert stage.status(other) == "RUNNABLE"


def test_the_time_begins_when_the_reason_is_told(stage: Stage) -> None:
    """A submitted job that no machine is large enough for is cancelled, counted from when AWS Batch said so."""
    limit = LIMIT | {"reason": "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"}
    stage.world.add_environment("small", max_vcpus=8)
    stage.world.add_queue("limited", environments=["small"], time_limits=[limit])
    needs: Any = [{"type": "VCPU", "value": "16"}]
    job_id = stage.submit(queue="limited", containerOverrides={"resourceRequirements": needs})
    stage.clock.advance(2 + 10 + 599)
    assert stage.status(job_id) == "RUNNABLE"
    stage.clock.advance(5)
    assert stage.status(job_id) == "FAILED"


def test_jobs_that_start_in_time_are_left_alone(stage: Stage) -> None:
    """A job that leaves the front, and comes back for another attempt, has its time anew."""
    stage.world.add_queue("limited", time_limits=[LIMIT])
    job_id = stage.world.add_job("limited", "job", status="RUNNABLE", created_ago=0, status_reason=NO_CAPACITY)
    stage.world.schedule(300, job_id, "RUNNING")
    stage.world.schedule(500, job_id, "RUNNABLE")
    stage.clock.advance(10_000)
    assert stage.status(job_id) == "RUNNABLE"


@pytest.mark.parametrize(
    "wrong",
    [
        {"maxTimeSeconds": 599},
        {"maxTimeSeconds": 86_401},
        {"state": "RUNNING"},
        {"action": "TERMINATE"},
        {"reason": ""},
    ],
)
def test_a_limit_that_aws_would_refuse_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    """Time, state, action and reason are those that AWS Batch knows."""
    with pytest.raises(LocalError):
        stage.world.add_queue("limited", time_limits=[LIMIT | wrong])
