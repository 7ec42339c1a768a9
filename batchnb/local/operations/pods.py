"""What DescribeJobs says of a pod on EKS: where it ran, and the exit code and reason of each container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.world.job import STARTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.world.body import Body, Container
    from batchnb.local.world.job import Attempt, Job

__all__ = ["describe_pod", "pod_attempt"]

_NAMESPACE = "batch"


def describe_pod(job: Job, body: Body) -> dict[str, Any]:
    """Return `eksProperties` as DescribeJobs shows them: of the attempt that runs, or of the last one."""
    pod = body.properties["podProperties"]
    number = _current(job)
    attempt = job.attempts[number] if number is not None and number < len(job.attempts) else None
    containers = list(body.containers)
    shown = dict(pod)
    for key in ("containers", "initContainers"):
        if pod.get(key):
            shown[key] = [_describe(one, containers.pop(0), attempt, body) for one in pod[key]]
    if number is not None:
        shown |= {"podName": _pod_name(job, number), "nodeName": _node_name(job, number)}
    return {"podProperties": shown}


def pod_attempt(job: Job, body: Body, number: int) -> dict[str, Any]:
    """Return one attempt of a job on EKS."""
    attempt = job.attempts[number]
    cluster = job.queue.environments[0] if job.queue.environments else job.queue.name
    pod = body.properties["podProperties"]
    shown: dict[str, Any] = {
        "eksClusterArn": job.queue.place.arn("eks", f"cluster/{cluster}"),
        "podName": _pod_name(job, number),
        "podNamespace": (pod.get("metadata") or {}).get("namespace", _NAMESPACE),
        "nodeName": _node_name(job, number),
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }
    for key, is_init in (("containers", False), ("initContainers", True)):
        shown[key] = [
            {
                "name": one.name,
                "containerID": f"containerd://{job.task_of(number)}{place:02d}",
                **_end(one, attempt, body),
            }
            for place, one in enumerate(body.containers)
            if one.is_init is is_init
        ]
    return shown


def _current(job: Job) -> int | None:
    if job.children is not None:
        return None
    if job.status in STARTED:
        return len(job.attempts)
    return len(job.attempts) - 1 if job.attempts else None


def _describe(
    described: Mapping[str, Any], container: Container, attempt: Attempt | None, body: Body
) -> dict[str, Any]:
    shown = {**described, "name": container.name}
    return shown if attempt is None else shown | _end(container, attempt, body)


def _end(container: Container, attempt: Attempt, body: Body) -> dict[str, Any]:
    if container is body.main:
        return {"exitCode": attempt.exit_code} | ({} if attempt.reason is None else {"reason": attempt.reason})
    return {"exitCode": (attempt.exit_codes or {}).get(container.name, 0)}


def _pod_name(job: Job, number: int) -> str:
    return f"aws-batch.{job.job_id.replace(':', '-').replace('#', '-')}-{number}"


def _node_name(job: Job, number: int) -> str:
    digits = job.task_of(number)
    third, fourth = int(digits[:2], 16), int(digits[2:4], 16)
    return f"ip-10-0-{third}-{fourth}.{job.queue.place.region}.compute.internal"
