"""Job and JobStatus: a job as AWS Batch described it, in one immutable record."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from sys import intern
from typing import Any, NamedTuple

from batchnb.ids import queue_name

__all__ = ["Attempt", "Job", "JobStatus"]


class JobStatus(StrEnum):
    """The statuses of a job, in the order of its life. https://docs.aws.amazon.com/batch/latest/userguide/job_states.html."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def has_started(self) -> bool:
        """Whether a job in this status occupies a machine: to end it is to stop something."""
        return self in _STARTED

    @property
    def has_ended(self) -> bool:
        """Whether a job in this status will never change again."""
        return self in _ENDED

    @classmethod
    def live(cls) -> tuple[JobStatus, ...]:
        """Return the statuses of jobs that have not ended, in the order of a job's life."""
        return tuple(status for status in cls if not status.has_ended)


_STARTED = frozenset({JobStatus.STARTING, JobStatus.RUNNING})
_ENDED = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED})
# `JobStatus.__members__` is made anew each time: too slow for 100,000 jobs.
_STATUSES = {status.value: status for status in JobStatus}
_INDEPENDENT: tuple[tuple[str, ...], tuple[str, ...], bool] = ((), (), False)
_NOT_CONTAINED = (None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at running a job. Times are epoch milliseconds."""

    exit_code: int | None = None
    reason: str | None = None
    log_stream: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None


class Job(NamedTuple):
    """A job as one answer of AWS showed it. Times are epoch milliseconds; memory is in MiB.

    A tuple, because there are 100,000 of them: a frozen dataclass of as many fields takes four times as long to make.

    Only `job_id` and `job_name` can be relied on: AWS has been seen to leave out any other field of a
    summary, and a summary never has the fields from `job_queue` on that DescribeJobs alone returns.
    """

    job_id: str
    job_name: str
    status: JobStatus | None = None
    status_reason: str | None = None
    created_at: int | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    job_definition: str | None = None
    share_identifier: str | None = None
    job_arn: str | None = None
    is_terminated: bool = False
    is_cancelled: bool = False
    array_size: int | None = None
    array_index: int | None = None
    children: tuple[tuple[str, int], ...] = ()
    """For an array parent: how many of its children are in each status."""
    num_nodes: int | None = None
    exit_code: int | None = None
    job_queue: str | None = None
    """The queue's name. A listing knows it from what was asked, DescribeJobs from the answer."""
    tags: tuple[tuple[str, str], ...] | None = None
    """None where tags were not asked for, () where the job has none."""
    attempts: tuple[Attempt, ...] = ()
    depends_on: tuple[str, ...] = ()
    pairs_with: tuple[str, ...] = ()
    """Of `depends_on` the arrays of which each child waits for the one of its own index only (N_TO_N)."""
    is_sequential: bool = False
    """Whether each child of this array waits for the one before it."""
    image: str | None = None
    log_stream: str | None = None
    vcpus: float | None = None
    memory: int | None = None
    gpus: int | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether AWS has accepted a request to end this job."""
        return self.is_terminated or self.is_cancelled

    @property
    def live_children(self) -> int:
        """How many children of this array job have not ended."""
        if not self.children:
            return 0
        return sum(count for status, count in self.children if not JobStatus(status).has_ended)

    @property
    def has_started(self) -> bool:
        """Whether the job, or a child of it, occupies a machine.

        An array parent stays PENDING while its children run, so its own status does not tell.
        """
        if self.status is None or not self.children:
            return self.status is not None and self.status.has_started
        running = any(count and JobStatus(status).has_started for status, count in self.children)
        return running or self.status.has_started


def job_from_aws(answer: Mapping[str, Any], *, job_queue: str | None = None) -> Job:
    """Return the job in an item of ListJobs or DescribeJobs.

    `job_queue` is the name of the queue that was listed, since a summary does not say. Raises KeyError, TypeError or
    AttributeError for what is no such item.
    """
    get = answer.get
    job_id, job_name = answer["jobId"], answer["jobName"]
    if job_id is None or job_name is None:
        raise KeyError("jobId" if job_id is None else "jobName")
    array, nodes, described_queue = get("arrayProperties"), get("nodeProperties"), get("jobQueue")
    needed, container, attempts = get("dependsOn"), get("container"), get("attempts")
    depends_on, pairs_with, is_sequential = _dependencies(needed) if needed else _INDEPENDENT
    image, log_stream, vcpus, memory, gpus = _contained(container) if container else _NOT_CONTAINED
    reason, definition, share = get("statusReason"), get("jobDefinition"), get("shareIdentifier")
    tags = get("tags")
    # By position and without more calls: there may be 100,000 of them.
    return Job(
        job_id,
        job_name,
        # A status that this version does not know must not break a listing; it is treated as unknown.
        _STATUSES.get(get("status") or ""),
        intern(reason) if type(reason) is str else reason,
        # AWS answers 0, or nothing, for a moment that has not come. No job was created in 1970.
        get("createdAt") or None,
        get("startedAt") or None,
        get("stoppedAt") or None,
        intern(definition) if type(definition) is str else definition,
        intern(share) if type(share) is str else share,
        get("jobArn"),
        bool(get("isTerminated")),
        bool(get("isCancelled")),
        (array.get("size") or None) if array else None,
        array.get("index") if array else None,
        _children(array.get("statusSummary")) if array else (),
        (nodes.get("numNodes") or None) if nodes else None,
        container.get("exitCode") if container else None,
        _shared(queue_name(described_queue)) if described_queue else job_queue,
        # A description without its queue must not lose the tags: a guard may protect the job by one of them.
        tuple(sorted(tags.items())) if tags else () if described_queue else None,
        tuple([_attempt(attempt) for attempt in attempts]) if attempts else (),
        depends_on,
        pairs_with,
        is_sequential,
        image,
        log_stream,
        vcpus,
        memory,
        gpus,
    )


def _shared(text: Any) -> Any:
    """Return the text, one for all jobs that have the same: of 100,000 jobs few differ in their definition."""
    return intern(text) if type(text) is str else text


def _children(summary: Mapping[str, int] | None) -> tuple[tuple[str, int], ...]:
    return tuple((status, count) for status, count in (summary or {}).items() if status in _STATUSES and count)


def _dependencies(dependencies: Sequence[Mapping[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return what a job depends on, which of that pairwise, and whether its children follow each other."""
    named = [needed for needed in dependencies if needed.get("jobId")]
    return (
        tuple(needed["jobId"] for needed in named),
        tuple(needed["jobId"] for needed in named if needed.get("type") == "N_TO_N"),
        any(needed.get("type") == "SEQUENTIAL" for needed in dependencies),
    )


def _contained(
    container: Mapping[str, Any],
) -> tuple[str | None, str | None, float | None, int | None, int | None]:
    """Return image, log stream, vCPUs, memory and GPUs of a job that was described."""
    get = container.get
    if len(container) == 1 and "exitCode" in container:  # as a summary has it
        return _NOT_CONTAINED
    # Jobs say what they need in resourceRequirements; older ones in fields of their own, 0 where unused.
    requirements: Sequence[Mapping[str, str] | None] = get("resourceRequirements") or ()
    return (
        _shared(get("image")),
        get("logStreamName"),
        _required(requirements, "VCPU", get("vcpus")),
        _whole(_required(requirements, "MEMORY", get("memory"))),
        _whole(_required(requirements, "GPU", None)),
    )


def _attempt(answer: Mapping[str, Any]) -> Attempt:
    container = answer.get("container") or {}
    return Attempt(
        exit_code=container.get("exitCode"),
        reason=container.get("reason") or answer.get("statusReason"),
        log_stream=container.get("logStreamName"),
        started_at=answer.get("startedAt") or None,
        stopped_at=answer.get("stoppedAt") or None,
    )


def _required(requirements: Sequence[Mapping[str, str] | None], kind: str, older: float | None) -> float | None:
    for needed in requirements:
        if needed and needed.get("type") == kind and (number := _number(needed.get("value"))):
            return number
    return older or None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except (TypeError, ValueError):
        return None
    return number if 0 < number < math.inf else None


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)
