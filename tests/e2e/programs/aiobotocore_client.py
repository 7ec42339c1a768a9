"""A round trip through aiobotocore: submit many at once, watch, read a log, end, and be refused."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from aiobotocore.session import get_session

NEEDS = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "1024"}]


async def main() -> None:
    """Do it."""
    session = get_session()
    async with session.create_client("sts") as sts:
        assert (await sts.get_caller_identity())["Account"] == os.environ["EXPECTED_ACCOUNT"]
    async with session.create_client("batch") as batch, session.create_client("logs") as logs:
        container = {"image": "image:1", "command": ["run"], "resourceRequirements": NEEDS}
        await batch.register_job_definition(
            jobDefinitionName="from-aio", type="container", containerProperties=container
        )

        async def submit(name: str, **more: Any) -> str:
            job = await batch.submit_job(jobName=name, jobQueue="ecs", jobDefinition="from-aio", **more)
            return str(job["jobId"])

        ids = await asyncio.gather(*(submit(f"exit-{number % 2}") for number in range(40)))
        jobs = await asyncio.gather(*(wait(batch, job_id) for job_id in ids))
        assert [job["container"]["exitCode"] for job in jobs] == [number % 2 for number in range(40)]
        stream = jobs[1]["container"]["logStreamName"]
        page = await logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream)
        assert "InputError" in page["events"][-1]["message"]
        listed = [
            one["jobId"]
            async for answer in batch.get_paginator("list_jobs").paginate(
                jobQueue="ecs", jobStatus="FAILED", PaginationConfig={"PageSize": 7}
            )
            for one in answer["jobSummaryList"]
        ]
        assert set(listed) >= set(ids[1::2])
        long = await submit("long", tags={"batchnb:run-seconds": "1e9"})
        await batch.terminate_job(jobId=long, reason="OPS-1 from aiobotocore")
        assert (await wait(batch, long))["statusReason"] == "OPS-1 from aiobotocore"
        with suppress(batch.exceptions.ClientException):
            await batch.list_jobs(jobQueue="nowhere")
            raise AssertionError("a queue that is not there was listed")


async def wait(batch: Any, job_id: str) -> dict[str, Any]:
    """Wait for a job's end, and return its description."""
    while True:
        (job,) = (await batch.describe_jobs(jobs=[job_id]))["jobs"]
        if job["status"] in ("SUCCEEDED", "FAILED"):
            return dict(job)
        await asyncio.sleep(0.05)


asyncio.run(main())
print("round trip done")
