"""How often a job was tried, whether AWS lists the attempt that goes on or not."""

from __future__ import annotations

from typing import Any

import pytest

from batchnb.jobs.job import job_from_aws
from batchnb.jobs.tries import most_tries_of, tries_of

OVER = {"startedAt": 1, "stoppedAt": 2, "container": {"exitCode": 1}}
GOES_ON = {"startedAt": 3, "container": {}}


def described(status: str, attempts: list[Any], **more: Any) -> Any:
    """Return a job as DescribeJobs tells it."""
    told = {"jobId": "a", "jobName": "a", "jobQueue": "q", "status": status, "attempts": attempts, "tags": {}}
    return job_from_aws({**told, "container": {"image": "x"}, **more})


@pytest.mark.parametrize(
    ("status", "attempts", "tries"),
    [
        ("SUBMITTED", [], 0),
        ("RUNNABLE", [], 0),
        ("RUNNABLE", [OVER], 1),
        ("STARTING", [], 1),
        ("RUNNING", [], 1),
        ("RUNNING", [OVER], 2),
        ("RUNNING", [OVER, GOES_ON], 2),
        ("RUNNING", [GOES_ON], 1),
        ("FAILED", [], 0),
        ("FAILED", [OVER, OVER], 2),
        ("SUCCEEDED", [OVER], 1),
    ],
)
def test_the_attempt_that_goes_on_counts(status: str, attempts: list[Any], tries: int) -> None:
    """Once."""
    assert tries_of(described(status, attempts)) == tries


def test_of_a_listed_job_and_of_an_array_nobody_knows() -> None:
    """A summary has no attempts, and the children of an array are tried one by one."""
    assert tries_of(job_from_aws({"jobId": "a", "jobName": "a", "status": "RUNNING"})) is None
    array = described("PENDING", [], arrayProperties={"size": 3}, retryStrategy={"attempts": 3})
    assert tries_of(array) is None
    assert most_tries_of(array) is None


@pytest.mark.parametrize(
    ("strategy", "most"), [({"attempts": 3}, 3), ({}, None), (None, None), ({"attempts": "x"}, None), ("x", None)]
)
def test_the_most_tries_are_those_of_the_retry_strategy(strategy: Any, most: int | None) -> None:
    """What cannot be read is unknown."""
    assert most_tries_of(described("RUNNING", [], retryStrategy=strategy)) == most
