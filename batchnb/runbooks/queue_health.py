"""The health of queues: what keeps jobs from starting that no job says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from batchnb.aws.gateway import Gateway
from batchnb.errors import AwsError, UnavailableError
from batchnb.jobs.ids import queue_name
from batchnb.text import plural, shown

__all__ = ["queue_health"]

_WHY_LENGTH = 300


def queue_health(gateway: Gateway, queues: Iterable[str]) -> list[str]:
    """Return sentences on these queues: their state, compute environments, heads, and time limits.

    What could not be looked at is named with AWS's answer. It is never passed off as healthy.
    """
    try:
        described = {str(queue["jobQueueName"]): queue for queue in gateway.describe_queues()}
    except AwsError as error:
        return [_not_seen("The queues", error)]
    environments, lines = _environments(gateway)
    for name in dict.fromkeys(queue_name(queue) or queue for queue in queues):
        queue = described.get(name)
        if queue is None:
            continue
        said = [*_state(queue), *_environment_lines(queue, environments), *_limits(queue), *_head(gateway, name)]
        lines += [f"{shown(name, 60)}: {text}" for text in said]
    return lines


def _environments(gateway: Gateway) -> tuple[Mapping[str, Mapping[str, Any]], list[str]]:
    try:
        found = gateway.describe_environments()
    except AwsError as error:
        return {}, [_not_seen("Compute environments", error)]
    return {str(one.get("computeEnvironmentArn")): one for one in found}, []


def _state(queue: Mapping[str, Any]) -> list[str]:
    lines = []
    if queue.get("state") == "DISABLED":
        lines.append("the queue is DISABLED: it takes no new jobs. Jobs that are in it can still start.")
    if queue.get("status") not in (None, "VALID"):
        lines.append(f"the queue is {shown(queue['status'], 40)} {_reason(queue)}")
    return lines


def _environment_lines(queue: Mapping[str, Any], environments: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = []
    for entry in queue.get("computeEnvironmentOrder") or ():
        arn = str(entry.get("computeEnvironment"))
        environment = environments.get(arn)
        name = shown(arn.rpartition("/")[2], 60)
        if environment is None:
            if environments:
                lines.append(f"compute environment {name} does not exist any more.")
            continue
        for key, well in (("status", "VALID"), ("state", "ENABLED")):
            if environment.get(key) not in (None, well):
                lines.append(f"compute environment {name} is {shown(environment[key], 40)}. {_reason(environment)}")
    if not queue.get("computeEnvironmentOrder") and queue.get("jobQueueType") not in ("SAGEMAKER_TRAINING",):
        lines.append("no compute environment is attached.")
    return [line.strip() for line in lines]


def _reason(described: Mapping[str, Any]) -> str:
    said = described.get("statusReason")
    return f"AWS: {shown(said, _WHY_LENGTH)}" if said else ""


def _limits(queue: Mapping[str, Any]) -> list[str]:
    return [
        f"its own time limit may end jobs: {shown(one.get('action'), 20)} after {one.get('maxTimeSeconds')} s in "
        f"{shown(one.get('state'), 20)} for {shown(one.get('reason'), 120)}"
        for one in queue.get("jobStateTimeLimitActions") or ()
    ]


def _head(gateway: Gateway, queue: str) -> list[str]:
    try:
        front = gateway.front_of(queue)
        if not front:
            return ["no job is RUNNABLE at its head."]
        job_id = str(front[0].get("jobArn")).rpartition("/")[2]
        job = gateway.describe([job_id]).get(job_id)
    except AwsError as error:
        return [_not_seen("its head", error)]
    since = front[0].get("earliestTimeAtPosition")
    at = f" since {datetime.fromtimestamp(since / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if isinstance(since, int) else ""
    why = shown(job.status_reason, _WHY_LENGTH) if job and job.status_reason else "AWS gives no reason"
    name = f" ({shown(job.job_name, 60)})" if job else ""
    behind = f"; {plural(len(front) - 1, 'job')} of the first 100 behind it" if len(front) > 1 else ""
    return [f"at its head{at}: {job_id}{name}: {why}{behind}."]


def _not_seen(what: str, error: AwsError) -> str:
    again = " Try again." if isinstance(error, UnavailableError) else ""
    return f"{what} could not be looked at: {shown(error, _WHY_LENGTH)}{again}"
