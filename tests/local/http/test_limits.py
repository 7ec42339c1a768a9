"""Rate limits, alone and over real HTTP."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from batchnb import local
from batchnb.errors import LocalError
from batchnb.local.http.limits import Limits
from tests.local.conftest import Opened

NOBODY = "00000000-0000-4000-a000-000000000000"


def test_a_bucket_empties_and_fills() -> None:
    """The burst is there at once, and then one token comes every 1/rate seconds, never more than the burst."""
    now = 0.0
    limit = local.Limit(rate=10, burst=3)
    limits = Limits({"ListJobs": limit}, lambda: now)
    assert [limits.take(limit) for _ in range(4)] == [True, True, True, False]
    now = 0.1
    assert [limits.take(limit) for _ in range(2)] == [True, False]
    now = 100.0
    assert [limits.take(limit) for _ in range(4)] == [True, True, True, False]


def test_many_small_steps_add_up() -> None:
    """A thousand refills of a thousandth are as good as one of a whole second."""
    clock = local.ManualClock(0)
    limit = local.Limit(rate=1, burst=1)
    limits = Limits({}, lambda: clock.now_ms() / 1000)
    assert limits.take(limit)
    taken = 0
    for _ in range(10_000):
        clock.advance(0.001)
        taken += limits.take(limit)
    assert taken == 10


def test_a_limit_must_make_sense() -> None:
    """A negative rate or a burst below one is refused when it is written down."""
    for rate, burst in ((-1, 1), (1, 0.5)):
        with pytest.raises(LocalError):
            local.Limit(rate=rate, burst=burst)


def test_too_fast_is_a_429(opened: Opened) -> None:
    """A throttled call is HTTP 429, TooManyRequestsException, has no effect, and the clock brings tokens back."""
    stage = opened(limits={"TerminateJob": local.Limit(rate=1, burst=1)})
    one, two = stage.add(), stage.add()
    stage.client.terminate_job(jobId=one, reason="x")
    with pytest.raises(ClientError) as caught:
        stage.client.terminate_job(jobId=two, reason="x")
    assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert not stage.world.job(two).is_terminated
    stage.client.list_jobs(jobQueue="q")
    stage.clock.advance(1)
    stage.client.terminate_job(jobId=two, reason="x")


def test_one_limit_can_hold_for_several_operations(opened: Opened) -> None:
    """The same object is one bucket; an equal one beside it is another."""
    shared = local.Limit(rate=0, burst=2)
    stage = opened(limits={"ListJobs": shared, "DescribeJobs": shared, "TerminateJob": local.Limit(0, 2)})
    assert stage.call("ListJobs", jobQueue="q").status == 200
    assert stage.call("DescribeJobs", jobs=[]).status == 200
    assert stage.call("ListJobs", jobQueue="q").status == 429
    assert stage.call("TerminateJob", jobId=NOBODY, reason="x").status == 200


def test_the_service_can_say_how_long_to_wait(opened: Opened) -> None:
    """`retry_after` goes out in milliseconds, as botocore's standard retries read it."""
    stage = opened(limits={"ListJobs": local.Limit(rate=0, burst=1, retry_after=1.5)})
    stage.call("ListJobs", jobQueue="q")
    assert stage.call("ListJobs", jobQueue="q").headers["x-amz-retry-after"] == "1500"


def test_items_beyond_the_tokens_are_throttled(opened: Opened) -> None:
    """With `per_item` a bulk call is a 200 whose later items are ThrottlingException; alone it is a 429."""
    limit = local.Limit(rate=0, burst=3, per_item=True)
    stage = opened(limits={"TerminateJobs": limit, "TerminateJob": limit})
    job_ids = stage.world.add_jobs("q", "job", 5)
    answer = stage.terminate(*job_ids)
    assert answer.json["successful"] == job_ids[:3]
    assert [(one["job"], one["code"]) for one in answer.json["errors"]] == [
        (job_ids[3], "ThrottlingException"),
        (job_ids[4], "ThrottlingException"),
    ]
    assert not stage.world.job(job_ids[3]).is_terminated
    assert stage.call("TerminateJob", jobId=job_ids[3], reason="x").status == 429


def test_limits_can_change_while_clients_call(opened: Opened) -> None:
    """A limit can be put on, and lifted, at any time."""
    stage = opened()
    stage.handle.limits.set("ListJobs", local.Limit(rate=0, burst=1))
    assert [stage.call("ListJobs", jobQueue="q").status for _ in range(2)] == [200, 429]
    stage.handle.limits.set("ListJobs", None)
    assert stage.call("ListJobs", jobQueue="q").status == 200


def test_without_a_manual_clock_real_time_counts() -> None:
    """With another clock the bucket fills by the monotonic clock, however fast simulated time runs."""
    with local.start(clock=local.WallClock(speed=1e9), limits={"ListJobs": local.Limit(1, 1)}) as handle:
        limit = handle.limits.of("ListJobs")
        assert limit is not None
        assert [handle.limits.take(limit) for _ in range(2)] == [True, False]
