"""What the world keeps: queues, jobs, and their attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from batchnb.local.world.place import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchnb.local.world.body import Body

__all__ = [
    "ENDED",
    "STARTED",
    "Attempt",
    "Dependency",
    "Job",
    "Queue",
    "Spec",
    "Status",
    "StopRequest",
    "Stops",
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
class Dependency:
    """One entry of `dependsOn`. `SEQUENTIAL` has no job id: it orders the children of its own array."""

    job_id: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a job's containers. Times are epoch milliseconds."""

    started_at: int
    stopped_at: int
    exit_code: int
    """Of the container that decides: the first essential one."""
    status_reason: str
    log_stream: str
    """The name of its log stream, where the shape of the job has one."""
    reason: str | None = None
    """What the container that decides says of its end, such as `OutOfMemoryError: …`."""
    exit_codes: Mapping[str, int] | None = None
    """Of the other containers, by name; those not in it exited with 0."""


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
    """`name:revision`."""
    body: Body
    definition_arn: str = ""
    share: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    retry: Mapping[str, Any] | None = None
    """The retry strategy, in AWS's own words."""
    timeout: int | None = None
    """`attemptDurationSeconds`."""
    priority: int | None = None
    """`schedulingPriority`."""
    propagate_tags: bool | None = None
    platforms: Sequence[str] | None = None
    """`platformCapabilities`; None for those of the queue."""
    consumables: Mapping[str, Any] | None = None
    """`consumableResourceProperties`."""
    runs: bool = False
    """Whether its jobs start and end by themselves, as submitted ones do."""


@dataclass(slots=True, eq=False)
class Queue:
    """A job queue. Its jobs are listed by `(created_at, serial)`, which never changes."""

    name: str
    state: str
    priority: int
    place: Place = field(default_factory=Place)
    type: str = "ECS"
    """`jobQueueType`."""
    environments: tuple[str, ...] = ()
    """Names of compute environments, first choice first."""
    time_limits: tuple[Mapping[str, Any], ...] = ()
    """`jobStateTimeLimitActions`, in AWS's own words."""
    is_fair_share: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    jobs: list[Job] = field(default_factory=list)
    is_sorted: bool = True
    moved_at: int = 0
    """When a job left RUNNABLE last, and those behind it moved up."""

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return self.place.queue_arn(self.name)

    def add(self, job: Job) -> None:
        """Take a job; sorting waits until somebody lists."""
        if self.jobs and job.key < self.jobs[-1].key:
            self.is_sorted = False
        self.jobs.append(job)

    def oldest_first(self) -> list[Job]:
        """Return the jobs in listing order; the list is the queue's own."""
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
    runnable_at: int | None = None
    """When it became RUNNABLE last, where that is known."""
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
    def arn(self) -> str:
        """The job's ARN."""
        return self.queue.place.job_arn(self.job_id)

    @property
    def has_ended(self) -> bool:
        """Whether the job is SUCCEEDED or FAILED."""
        return self.status in ENDED

    @property
    def is_node(self) -> bool:
        """Whether this is one node of a multi-node job."""
        return self.parent is not None and self.parent.nodes is not None

    @property
    def body(self) -> Body:
        """What this job itself runs: of a node, what its range says."""
        body = self.spec.body
        return body.of_node(self.index or 0) if body.ranges and self.parent is not None else body

    @property
    def log_stream(self) -> str:
        """The name of the log stream of the next attempt, or of the one that runs."""
        return self.stream_of(len(self.attempts))

    def stream_of(self, attempt: int, container: str | None = None) -> str:
        """Return the name of a log stream in one attempt, counted from 0: of a container, or of the main one."""
        name = container if container is not None else self.body.main.name
        return f"{self.spec.definition.partition(':')[0]}/{name}/{self.task_of(attempt)}"

    def task_of(self, attempt: int) -> str:
        """Return the id of the task that ran one attempt, counted from 0; of a multi-node job its main node's."""
        body = self.spec.body
        job_id = f"{self.job_id}{body.main_node}" if self.parent is None and body.ranges else self.job_id
        return f"{job_id.replace('-', '').replace(':', '').replace('#', '')}{attempt}"


def _key(job: Job) -> tuple[int, int]:
    return (job.created_at, job.serial)
