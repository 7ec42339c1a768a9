"""Job and JobStatus: a job as AWS Batch described it, in one immutable record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from batchnb.jobs.details import details_of
from batchnb.jobs.ids import queue_name
from batchnb.jobs.shapes import (
    LATEST,
    Attempt,
    Evidence,
    JobKind,
    attempts_in,
    moment_in,
    text_in,
    whole_in,
)

__all__ = ["Attempt", "Job", "JobKind", "JobStatus", "job_from_aws", "jobs_from_aws"]


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
_ODD = (AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError)
"""What is raised where a member is not of the type that AWS gives it."""

_INDEPENDENT: tuple[tuple[str, ...], tuple[str, ...], bool] = ((), (), False)


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
    """Of its first container; of a multi-node job, that of the main node."""
    log_stream: str | None = None
    """Of the container that failed, or else of the first that has one. A pod on EKS has none."""
    vcpus: float | None = None
    """What it needs, of all its containers and nodes together; of an array, what each child needs. None where that
    is not known: a summary does not tell it of arrays and multi-node jobs."""
    memory: float | None = None
    """In MiB, as `vcpus`. Only a description has it."""
    gpus: int | None = None
    """As `vcpus`. Only a description has it: 0 where the job asks for none, None where it is unknown."""
    kind: JobKind | None = None
    """The shape of the job. A summary does not tell one container from several."""
    evidence: Evidence | None = None
    """What DescribeJobs says beside all this; None where the job was listed only."""

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


def jobs_from_aws(items: Iterable[Any], *, job_queue: str | None = None) -> list[Job]:
    """Return the jobs in the items of an answer of ListJobs or DescribeJobs, in their order.

    An item that cannot be read costs itself: without a name it is a job without one, without an id it is left out.
    Raises KeyError or TypeError where not one of the items can be read: such an answer is not from AWS Batch.
    """
    items = list(items)
    with suppress(*_ODD):
        return [_read(item, job_queue) for item in items]
    jobs: list[Job] = []
    failure: Exception | None = None
    for item in items:
        try:
            jobs.append(job_from_aws(item, job_queue=job_queue))
        except (KeyError, TypeError) as error:
            failure = error
            if isinstance(item, Mapping) and type(item.get("jobId")) is str:
                jobs.append(job_from_aws({**item, "jobName": ""}, job_queue=job_queue))
    if failure is not None and not any(job.job_name for job in jobs):
        raise failure
    return jobs


def job_from_aws(answer: Mapping[str, Any], *, job_queue: str | None = None, evidence: Evidence | None = None) -> Job:
    """Return the job in an item of ListJobs or DescribeJobs. A member that cannot be read is unknown.

    `job_queue` is the name of the queue that was listed, since a summary does not say; `evidence` is that of the job,
    where it was read before and is not in the item. Raises KeyError or TypeError for what has no id and name.
    """
    try:
        return _read(answer, job_queue, evidence)
    except _ODD:
        return _read(_readable(answer), job_queue, evidence)


def _readable(answer: Any) -> dict[str, Any]:
    """Return the members that can be read."""
    if not isinstance(answer, Mapping):
        raise TypeError("a job must be an object")
    least: dict[str, Any] = {"jobId": answer["jobId"], "jobName": answer["jobName"]}
    kept = dict(least)
    for name in answer.keys() - least.keys():
        with suppress(*_ODD):
            _read({**least, name: answer[name]}, None)
            kept[name] = answer[name]
    return kept


def _read(answer: Mapping[str, Any], job_queue: str | None, evidence: Evidence | None = None) -> Job:
    get = answer.get
    job_id, job_name = answer["jobId"], answer["jobName"]
    if type(job_id) is not str or type(job_name) is not str:
        raise KeyError("jobId" if type(job_id) is not str else "jobName")
    status = _STATUSES.get(get("status") or "")  # one that this version does not know must not break a listing
    # In place and without calls, here and below: there may be 100,000 of them.
    created = None if (at := get("createdAt")) is None else at if type(at) is int and 0 < at < LATEST else moment_in(at)
    started = None if (at := get("startedAt")) is None else at if type(at) is int and 0 < at < LATEST else moment_in(at)
    stopped = None if (at := get("stoppedAt")) is None else at if type(at) is int and 0 < at < LATEST else moment_in(at)
    array, nodes, described_queue = get("arrayProperties"), get("nodeProperties"), get("jobQueue")
    needed, container, attempts = get("dependsOn"), get("container"), get("attempts") or get("eksAttempts")
    depends_on, pairs_with, is_sequential = _dependencies(needed) if needed else _INDEPENDENT
    reason, definition, share, tags = get("statusReason"), get("jobDefinition"), get("shareIdentifier"), get("tags")
    exit_code = whole_in(container.get("exitCode")) if container else None
    size = (whole_in(array.get("size")) or None) if array else None
    tried = attempts_in(answer) if attempts else ()
    exit_code, details = details_of(answer, exit_code, size, tried, evidence, has_ended=status in _ENDED)
    return Job(  # by position: to go by names takes longer
        job_id,
        job_name,
        status,
        intern(reason) if type(reason) is str else None,
        created,
        started,
        stopped,
        intern(definition) if type(definition) is str else None,
        intern(share) if type(share) is str else None,
        text_in(get("jobArn")),
        get("isTerminated") is True,
        get("isCancelled") is True,
        size,
        whole_in(array.get("index")) if array else None,
        _children(array.get("statusSummary")) if array else (),
        (whole_in(nodes.get("numNodes")) or None) if nodes else None,
        exit_code,
        intern(queue_name(described_queue)) if described_queue else job_queue,
        _tags(tags) if tags else None if described_queue is None and tags is None else (),
        tried,
        depends_on,
        pairs_with,
        is_sequential,
        *details,
    )


def _tags(tags: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    # A tag whose value cannot be read is a tag all the same: a guard may protect the job by its key.
    return _shared_tags(tuple(sorted((key, value if type(value) is str else "") for key, value in tags.items())))


@lru_cache(maxsize=1024)
def _shared_tags(tags: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tags  # of siblings, the same: thousands of jobs have few different ones


def _children(summary: Mapping[str, object] | None) -> tuple[tuple[str, int], ...]:
    counts = ((status, whole_in(count)) for status, count in (summary or {}).items() if status in _STATUSES)
    return tuple((status, count) for status, count in counts if count and count > 0)


def _dependencies(dependencies: Sequence[Mapping[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return what a job depends on, which of that pairwise, and whether its children follow each other."""
    named = [needed for needed in dependencies if text_in(needed.get("jobId"))]
    return (
        tuple(needed["jobId"] for needed in named),
        tuple(needed["jobId"] for needed in named if needed.get("type") == "N_TO_N"),
        any(needed.get("type") == "SEQUENTIAL" for needed in dependencies),
    )
