"""A round trip through Airflow's Batch hook, its waiters, and its operator."""

from __future__ import annotations

import os
from contextlib import suppress

from airflow.exceptions import AirflowException
from airflow.providers.amazon.aws.hooks.batch_client import BatchClientHook
from airflow.providers.amazon.aws.hooks.batch_waiters import BatchWaitersHook
from airflow.providers.amazon.aws.hooks.sts import StsHook
from airflow.providers.amazon.aws.operators.batch import BatchOperator

NEEDS = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "1024"}]

assert StsHook(aws_conn_id=None).get_account_number() == os.environ["EXPECTED_ACCOUNT"]
hook = BatchClientHook(aws_conn_id=None, status_retries=20)
hook.client.register_job_definition(
    jobDefinitionName="from-airflow",
    type="container",
    containerProperties={"image": "image:1", "command": ["run"], "resourceRequirements": NEEDS},
)


def submit(name: str, **more: object) -> str:
    """Submit a job and return its id."""
    return str(hook.client.submit_job(jobName=name, jobQueue="ecs", jobDefinition="from-airflow", **more)["jobId"])


waiters = BatchWaitersHook(aws_conn_id=None)
good, bad = submit("good"), submit("load-exit-3")
waiters.wait_for_job(good, delay=1)  # by the waiters JobExists, JobRunning and JobComplete
assert hook.check_job_success(good)
(log,) = hook.get_job_all_awslogs_info(good)
assert log["awslogs_group"] == "/aws/batch/job", log
hook.wait_for_job(bad, delay=1)  # by polling
with suppress(AirflowException):
    hook.check_job_success(bad)
    raise AssertionError("a job that failed was reported as a success")

long = submit("long", tags={"batchnb:run-seconds": "1e9"})
hook.poll_for_job_running(long, delay=1)
hook.terminate_job(long, reason="OPS-1 from Airflow")
hook.poll_for_job_complete(long, delay=1)
assert hook.get_job_description(long)["statusReason"] == "OPS-1 from Airflow"

# The operator submits by the hook, too.
operator = BatchOperator(
    task_id="batch",
    job_name="from-operator",
    job_definition="from-airflow",
    job_queue="ecs",
    container_overrides={"command": ["other"]},
    aws_conn_id=None,
    wait_for_completion=False,
)
job_id = operator.execute(context={})
assert hook.get_job_description(str(job_id))["container"]["command"] == ["other"]
print("round trip done")
