"""What the world keeps: queues, jobs, attempts, and the read-only truth about a job that tests assert on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from batchnb.local.ids import job_arn, queue_arn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ENDED",
    "STARTED",
    "Attempt",
    "Delays",
    "Dependency",
    "Job",
    "Queue",
    "Spec",
    "Status",
    "StopRequest",
    "Stops",
    "Truth",
    "Verb",
]


class Status(StrEnum):
    """The seven states of a job, in the order in which it passes through them."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


ENDED = frozenset({Status.SUCCEEDED, Status.FAILED})
STARTED = frozenset({Status.STARTING, Status.RUNNING})
"""The states that CancelJob leaves alone."""


class Stops(StrEnum):
    """What an accepted termination leads to."""

    NORMALLY = "normally"
    """FAILED, after the delay of the state the job was in."""
    NEVER = "never"
    """The job is marked and goes on for ever."""
    SUCCEEDS = "succeeds"
    """The job is done before the kill lands."""


class Verb(StrEnum):
    """Who asked for a job's end."""

    TERMINATE = "terminate"
    CANCEL = "cancel"
    CASCADE = "cascade"
    """Nobody: a job that it depends on failed."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of simulated time. The first five run from an accepted termination to the end, by state.

    A job given `inf` stays until something else ends it: a PENDING one until its dependencies are done.
    """

    submitted: float = 1.0
    pending: float = 2.0
    runnable: float = 3.0
    starting: float = 10.0
    running: float = 30.0
    """Containers that ignore SIGTERM are killed after 30 s."""
    succeeding: float = 5.0
    """For jobs that are done before the kill lands."""
    dependents: float = 1.0
    """From the failure of a job to that of the jobs that depend on it."""
    submitting: float = 2.0
    """From SubmitJob to PENDING or RUNNABLE."""

    def of(self, status: Status) -> float:
        """Answer the delay of a live state."""
        return float(getattr(self, status.lower()))


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of `dependsOn`. `SEQUENTIAL` has no job id: it orders the children of its own array."""

    job_id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job's container. Times are epoch milliseconds."""

    started_at: int
    stopped_at: int
    exit_code: int
    status_reason: str
    log_stream: str


@dataclass(frozen=True, slots=True)
class StopRequest:
    """An accepted request to end a job: the reason is shown when it ends."""

    verb: Verb
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Spec:
    """What many jobs have in common; jobs added together share one."""

    definition: str
    image: str
    vcpus: float
    memory: int
    gpus: int
    share: str | None
    tags: Mapping[str, str]
    attempts: int | None
    """The `attempts` of the retry strategy."""


@dataclass(slots=True, eq=False)
class Queue:
    """A job queue. Its jobs are listed by `(created_at, serial)`, which never changes."""

    name: str
    state: str
    priority: int
    kind: str = "ECS"
    """The `jobQueueType`."""
    jobs: list[Job] = field(default_factory=list)
    is_sorted: bool = True

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return queue_arn(self.name)

    def add(self, job: Job) -> None:
        """Take a job; sorting waits until somebody lists."""
        if self.jobs and job.key < self.jobs[-1].key:
            self.is_sorted = False
        self.jobs.append(job)

    def oldest_first(self) -> list[Job]:
        """Answer the jobs in listing order; the list is the queue's own."""
        if not self.is_sorted:
            self.jobs.sort(key=_key)
            self.is_sorted = True
        return self.jobs


@dataclass(slots=True, eq=False)
class Job:
    """A job, an array child or a node. Only `Lifecycle` changes its state. Times are epoch milliseconds."""

    serial: int
    job_id: str
    name: str
    queue: Queue
    spec: Spec
    status: Status
    status_reason: str | None
    created_at: int
    started_at: int | None
    stopped_at: int | None
    exit_code: int | None
    stops: Stops
    attempts: tuple[Attempt, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    waits_for: set[str] | None = None
    parent: Job | None = None
    index: int | None = None
    children: list[Job] | None = None
    counts: dict[Status, int] | None = None
    nodes: list[Job] | None = None
    stop: StopRequest | None = None
    is_terminated: bool = False
    is_cancelled: bool = False
    is_denied: bool = False
    is_forgotten: bool = False
    hidden_until: int = 0

    @property
    def key(self) -> tuple[int, int]:
        """Where the job stands in listings."""
        return (self.created_at, self.serial)

    @property
    def has_ended(self) -> bool:
        """Whether the job is SUCCEEDED or FAILED."""
        return self.status in ENDED

    @property
    def is_node(self) -> bool:
        """Whether this is one node of a multi-node job."""
        return self.parent is not None and self.parent.nodes is not None

    @property
    def log_stream(self) -> str:
        """The name of the log stream, one for each attempt."""
        task = self.job_id.replace("-", "").replace(":", "").replace("#", "")
        return f"{self.spec.definition.partition(':')[0]}/default/{task}{len(self.attempts)}"


@dataclass(frozen=True, slots=True)
class Truth:
    """A job as it is at one moment, whatever the API would show of it."""

    job_id: str
    job_arn: str
    name: str
    job_queue: str
    """The queue's name."""
    definition: str
    status: Status
    status_reason: str | None
    created_at: int
    started_at: int | None
    stopped_at: int | None
    exit_code: int | None
    attempts: tuple[Attempt, ...]
    is_terminated: bool
    is_cancelled: bool
    reason: str | None
    """The reason of the accepted termination, from its acceptance on."""
    array_size: int | None
    index: int | None
    parent_id: str | None
    tags: Mapping[str, str]

    @classmethod
    def of(cls, job: Job) -> Truth:
        """Copy what is true of a job now."""
        return cls(
            job_id=job.job_id,
            job_arn=job_arn(job.job_id),
            name=job.name,
            job_queue=job.queue.name,
            definition=job.spec.definition,
            status=job.status,
            status_reason=job.status_reason,
            created_at=job.created_at,
            started_at=job.started_at,
            stopped_at=job.stopped_at,
            exit_code=job.exit_code,
            attempts=job.attempts,
            is_terminated=job.is_terminated,
            is_cancelled=job.is_cancelled,
            reason=job.stop.reason if job.stop else None,
            array_size=None if job.children is None else len(job.children),
            index=job.index,
            parent_id=job.parent.job_id if job.parent else None,
            tags=job.spec.tags,
        )


def _key(job: Job) -> tuple[int, int]:
    return (job.created_at, job.serial)
