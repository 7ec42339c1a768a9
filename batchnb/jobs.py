"""Job and JobStatus: a job as AWS Batch described it, in one immutable record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from sys import intern
from typing import Any, NamedTuple, TypeAlias

from batchnb.ids import queue_name
from batchnb.shapes import Attempt, Evidence, JobKind, attempts_in, evidence_in, mappings_in, read_quantity

__all__ = ["Attempt", "Job", "JobKind", "JobStatus", "job_from_aws"]


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
_IN_A_SUMMARY = frozenset({"exitCode", "reason"})
"""What the `container` of a summary may have. A described one has more."""

_Details: TypeAlias = tuple[
    str | None, str | None, float | None, float | None, int | None, JobKind | None, Evidence | None
]
"""Image, log stream, vCPU, memory, GPUs, kind and evidence: the last fields of a job."""
_NO_DETAILS: _Details = (None,) * 7
_usages: dict[tuple[object, object], _Details] = {}
_USAGES_KEPT = 1000


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
    """As `vcpus`. Only a description has it: 0 where the job asks for none, None where nobody can tell."""
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
    needed, container, attempts = get("dependsOn"), get("container"), get("attempts") or get("eksAttempts")
    depends_on, pairs_with, is_sequential = _dependencies(needed) if needed else _INDEPENDENT
    reason, definition, share = get("statusReason"), get("jobDefinition"), get("shareIdentifier")
    exit_code = container.get("exitCode") if container else None
    size = (array.get("size") or None) if array else None
    tried = attempts_in(answer) if attempts else ()
    details = _of_usage(usage) if (usage := get("capacityUsage")) else _NO_DETAILS
    if size is not None or nodes:
        details = _of_several(job_id, size, nodes, details)
    has_more = container and not container.keys() <= _IN_A_SUMMARY
    if described_queue or has_more or "ecsProperties" in answer or "eksProperties" in answer:
        exit_code, details = _of_description(answer, exit_code, tried, details)
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
        size,
        array.get("index") if array else None,
        _children(array.get("statusSummary")) if array else (),
        (nodes.get("numNodes") or None) if nodes else None,
        exit_code,
        _shared(queue_name(described_queue)) if described_queue else job_queue,
        # A description without its queue must not lose the tags: a guard may protect the job by one of them.
        tuple(sorted(tags.items())) if (tags := get("tags")) else () if described_queue else None,
        tried,
        depends_on,
        pairs_with,
        is_sequential,
        *details,
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


def _of_description(
    answer: Mapping[str, Any], exit_code: int | None, attempts: Sequence[Attempt], listed: _Details
) -> tuple[int | None, _Details]:
    """Return the exit code, and the details of a job that was described; those as `listed` where nothing is said."""
    evidence = evidence_in(answer, is_node="#" in answer["jobId"])
    if evidence is None:
        return exit_code, listed
    body, log_stream = evidence.body, None
    if evidence.run is not None:
        ended = evidence.ended
        exit_code, log_stream = ended.exit_code, ended.log_stream
    elif body.kind is JobKind.MULTI_NODE and attempts and _STATUSES.get(answer.get("status") or "") in _ENDED:
        # It has no container of its own: its attempts are those of its main node.
        exit_code, log_stream = attempts[-1].exit_code, attempts[-1].log_stream
    if body.kind is None:
        return exit_code, (body.image, log_stream, *listed[2:-1], evidence)
    kind = listed[-2] if listed[-2] is JobKind.ARRAY else body.kind
    return exit_code, (body.image, log_stream, *body.figures, kind, evidence)


def _of_several(job_id: str, size: int | None, nodes: Mapping[str, Any] | None, listed: _Details) -> _Details:
    """Return the details of what may be an array or a multi-node job: nobody says what the usage of those means."""
    if size is not None:
        return _ARRAY
    return _MULTI_NODE if nodes and nodes.get("numNodes") and "#" not in job_id else listed


def _of_usage(usages: Sequence[Mapping[str, Any]]) -> _Details:
    """Return what `capacityUsage` of a summary tells: the kind, where its unit is that of EKS, and the vCPU.

    0 is no number that a job could need, and is not known. The unit is `VCPU` on ECS and `cpu` on EKS [botocore].
    """
    try:
        (usage,) = usages
        if usage["quantity"] is not True:  # which is equal to 1
            return _usages[usage["capacityUnit"], usage["quantity"]]
    except (KeyError, TypeError, ValueError):
        pass
    return _read_usage(usages)


def _read_usage(usages: object) -> _Details:
    for usage in mappings_in(usages):
        unit, quantity = usage.get("capacityUnit"), usage.get("quantity")
        if unit == "cpu" or (isinstance(unit, str) and unit.upper() == "VCPU"):
            vcpus = read_quantity(quantity)
            kind = JobKind.EKS if unit == "cpu" else None
            found = _details(kind, float(vcpus) if vcpus else None)
            if type(quantity) in (int, float) and usages == [usage] and len(_usages) < _USAGES_KEPT:
                _usages[unit, quantity] = found  # 100,000 jobs have few different ones
            return found
    return _NO_DETAILS


def _details(kind: JobKind | None, vcpus: float | None = None) -> _Details:
    return None, None, vcpus, None, None, kind, None


_ARRAY, _MULTI_NODE = _details(JobKind.ARRAY), _details(JobKind.MULTI_NODE)
