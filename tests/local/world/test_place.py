"""Several emulators at once are different accounts in different Regions, and everything they say agrees."""

from __future__ import annotations

import re
from typing import Any

import pytest

from batchnb import local
from batchnb.errors import LocalError
from batchnb.local.world.place import Place
from tests.local.conftest import Opened
from tests.local.operations.test_details import ECS, EKS
from tests.local.stage import Stage, make_client

_ARN = re.compile(r"arn:[\w-]+:(?:batch|ecs|eks|logs|iam|sts):[\w-]*:\d{12}:")


def test_two_emulators_are_two_accounts_in_two_regions(opened: Opened) -> None:
    """Each says its own account and Region, to STS and in every ARN, and knows no ARN of the other."""
    one = opened(account="111111111111", region="eu-west-1", seed=1)
    two = opened(account="222222222222", region="us-gov-west-1", seed=2)
    for stage, partition in ((one, "aws"), (two, "aws-us-gov")):
        handle = stage.handle
        identity = make_client(handle, "sts").get_caller_identity()
        assert (identity["Account"], handle.account) == (handle.account,) * 2
        assert identity["Arn"] == f"arn:{partition}:iam::{handle.account}:user/local"
        arns = set(_ARN.findall(_everything(stage)))
        assert {arn.split(":")[1] for arn in arns} == {partition}
        assert {arn.split(":")[4] for arn in arns} == {handle.account}
        assert {arn.split(":")[3] for arn in arns} == {handle.region, ""}
    assert (one.handle.region, two.handle.region) == ("eu-west-1", "us-gov-west-1")
    arn = one.client.describe_job_queues()["jobQueues"][0]["jobQueueArn"]
    assert one.call("ListJobs", jobQueue=arn).status == 200
    assert two.call("ListJobs", jobQueue=arn).code == "ClientException"
    assert {job.job_id for job in one.world.jobs()}.isdisjoint(job.job_id for job in two.world.jobs())


def _everything(stage: Stage) -> str:
    """Answer all that an emulator says of queues, jobs of each shape, definitions, and a refusal."""
    shapes: list[dict[str, Any]] = [{}, {"ecs": ECS}, {"eks": EKS}, {"num_nodes": 2}]
    ids = [stage.add(status="FAILED", **shape) for shape in shapes]
    stage.world.deny_operation("TerminateJob")
    answers = [
        stage.call("DescribeJobs", jobs=ids),
        stage.call("ListJobs", jobQueue="q", jobStatus="FAILED"),
        stage.call("DescribeJobQueues"),
        stage.call("DescribeComputeEnvironments"),
        stage.call("DescribeJobDefinitions"),
        stage.call("GetJobQueueSnapshot", jobQueue="q"),
        stage.call("TerminateJob", jobId=ids[0], reason="x"),
    ]
    return b"".join(answer.body for answer in answers).decode()


def test_the_variables_say_the_region(opened: Opened) -> None:
    """Each service has its own variable, so that calls to others are not sent to the emulator."""
    handle = opened(region="ap-south-1").handle
    assert handle.environ() == {
        "AWS_ENDPOINT_URL_BATCH": handle.endpoint_url,
        "AWS_ENDPOINT_URL_STS": handle.endpoint_url,
        "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": handle.endpoint_url,
        "AWS_ENDPOINT_URL_LOGS": handle.endpoint_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_REGION": "ap-south-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.mark.parametrize(
    "wrong", [{"account": "123"}, {"account": 123456789012}, {"region": "Mars"}, {"region": ""}, {"region": "a b-1"}]
)
def test_what_is_no_place_is_refused(wrong: dict[str, Any]) -> None:
    """An account has 12 digits, and a Region the form of one."""
    with pytest.raises(LocalError, match=r"must be"):
        local.start(**wrong)


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-east-1", "aws-us-gov"), ("local-1", "aws")],
)
def test_a_region_has_its_partition(region: str, partition: str) -> None:
    """ARNs begin with the partition of the Region."""
    assert Place(region=region).queue_arn("q") == f"arn:{partition}:batch:{region}:000000000000:job-queue/q"
