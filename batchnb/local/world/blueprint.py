"""Building jobs: what a caller may say of a job, with defaults that make a believable one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from batchnb.errors import LocalError
from batchnb.local.world.cascade import CHILD_FAILED
from batchnb.local.world.ids import is_job_id
from batchnb.local.world.job import ENDED, Attempt, Dependency, Job, Spec, Status, Stops

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchnb.local.world.job import Queue

__all__ = ["Blueprint", "JobOptions", "build_job", "build_members"]

_STARTING_TIME = 0.1
"""The part of its age that a job spent waiting, when nothing else is said."""

_MOST_NODES = 1000


class JobOptions(TypedDict, total=False):
    """The keywords of `World.add_job` and `World.add_jobs`; `Blueprint` says what each means."""

    status: str
    definition: str
    array_size: int | None
    child_status: str | Sequence[str] | None
    depends_on: Sequence[str | Dependency]
    share: str | None
    tags: Mapping[str, str] | None
    vcpus: float
    memory: int
    gpus: int
    image: str
    created_ago: float
    started_ago: float | None
    status_reason: str | None
    attempts: int | None
    exit_code: int | None
    num_nodes: int | None
    stops: str


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A job to be. Ages are in seconds before now, memory is in MiB."""

    status: str = "RUNNING"
    """Of an array: of its children, unless `child_status` is given; the parent follows from them."""
    definition: str = "job:1"
    """`name:revision`."""
    array_size: int | None = None
    child_status: str | Sequence[str] | None = None
    """One status for all children, or one for each."""
    depends_on: Sequence[str | Dependency] = ()
    """Ids, or `Dependency` for the types `N_TO_N` and `SEQUENTIAL`."""
    share: str | None = None
    tags: Mapping[str, str] | None = None
    vcpus: float = 1
    memory: int = 2048
    gpus: int = 0
    image: str = "registry.invalid/job:latest"
    created_ago: float = 3600.0
    started_ago: float | None = None
    """By default a RUNNING or finished job waited for a tenth of its age."""
    status_reason: str | None = None
    attempts: int | None = None
    """How often the retry strategy lets the job try."""
    exit_code: int | None = None
    """By default 0 for SUCCEEDED and 1 for FAILED."""
    num_nodes: int | None = None
    stops: str = "normally"
    """`normally`, `never` or `succeeds`; see `Stops`."""
    job_id: str | None = None
    spec: Spec = field(init=False)

    def __post_init__(self) -> None:
        if self.job_id is not None and not is_job_id(self.job_id):
            raise LocalError(f"{self.job_id!r} has not the form of a job id")
        if self.array_size is not None and not 2 <= self.array_size <= 10_000:
            raise LocalError(f"an array has 2 to 10,000 children, not {self.array_size}")
        if self.num_nodes is not None and not 1 <= self.num_nodes <= _MOST_NODES:
            raise LocalError(f"a multi-node job has 1 to {_MOST_NODES} nodes, not {self.num_nodes}")
        if self.stops not in list(Stops):
            raise LocalError(f"a job stops {', '.join(Stops)}, not {self.stops!r}")
        if self.array_size is not None and self.num_nodes is not None:
            raise LocalError("a job is an array or has nodes, not both")
        spec = Spec(
            definition=self.definition,
            image=self.image,
            vcpus=self.vcpus,
            memory=self.memory,
            gpus=self.gpus,
            share=self.share,
            tags=dict(self.tags or {}),
            attempts=self.attempts,
        )
        object.__setattr__(self, "spec", spec)

    def dependencies(self) -> tuple[Dependency, ...]:
        """Answer `depends_on` with plain ids made into dependencies."""
        return tuple(Dependency(one) if isinstance(one, str) else one for one in self.depends_on)

    def child_statuses(self) -> list[Status]:
        """Answer the state of each child, by index."""
        wanted = self.child_status if self.child_status is not None else self.status
        size = self.array_size or 0
        statuses = [wanted] * size if isinstance(wanted, str) else list(wanted)
        if len(statuses) != size:
            raise LocalError(f"{len(statuses)} statuses were given for {size} children")
        return [as_status(one) for one in statuses]


def as_status(text: str) -> Status:
    """Read a status. Raises `LocalError` for what is none."""
    try:
        return Status(text)
    except ValueError as error:
        raise LocalError(f"{text!r} is not a status of a job") from error


def build_job(plan: Blueprint, serial: int, job_id: str, name: str, queue: Queue, status: Status, now_ms: int) -> Job:
    """Make one job in the given state, with the times and the attempt that belong to it."""
    created_at = now_ms - round(plan.created_ago * 1000)
    job = Job(
        serial=serial,
        job_id=job_id,
        name=name,
        queue=queue,
        spec=plan.spec,
        status=status,
        status_reason=plan.status_reason,
        created_at=created_at,
        started_at=None,
        stopped_at=None,
        exit_code=None,
        stops=Stops(plan.stops),
    )
    if status is Status.RUNNING or status in ENDED:
        started_ago = plan.created_ago * (1 - _STARTING_TIME) if plan.started_ago is None else plan.started_ago
        job.started_at = now_ms - round(started_ago * 1000)
    if status in ENDED:
        _finish(job, plan.exit_code, now_ms)
    return job


def build_members(plan: Blueprint, job: Job, serials: list[int], now_ms: int) -> list[Job]:
    """Make the children of an array or the nodes of a multi-node job, and answer them."""
    if plan.num_nodes is not None:
        nodes = [
            build_job(plan, serial, f"{job.job_id}#{index}", job.name, job.queue, job.status, now_ms)
            for index, serial in enumerate(serials)
        ]
        job.nodes = _adopt(job, nodes)
        return nodes
    statuses = plan.child_statuses()
    children = [
        build_job(plan, serial, f"{job.job_id}:{index}", job.name, job.queue, status, now_ms)
        for index, (serial, status) in enumerate(zip(serials, statuses, strict=True))
    ]
    job.children = _adopt(job, children)
    job.counts = dict.fromkeys(Status, 0) | Counter(statuses)
    _settle_parent(job, statuses)
    return children


def _adopt(job: Job, members: list[Job]) -> list[Job]:
    for index, member in enumerate(members):
        member.parent, member.index = job, index
    return members


def _settle_parent(parent: Job, statuses: list[Status]) -> None:
    """Give an array parent the state that follows from its children's. It has no container of its own."""
    parent.started_at = parent.exit_code = None
    parent.attempts = ()
    if set(statuses) == {Status.SUBMITTED}:
        parent.status = Status.SUBMITTED
    elif set(statuses) <= ENDED:
        parent.status = Status.FAILED if Status.FAILED in statuses else Status.SUCCEEDED
        parent.status_reason = CHILD_FAILED if parent.status is Status.FAILED else None
    else:
        parent.status = Status.PENDING
        parent.stopped_at = None


def _finish(job: Job, exit_code: int | None, now_ms: int) -> None:
    started = job.started_at if job.started_at is not None else job.created_at
    job.stopped_at = started + (now_ms - started) // 2
    job.exit_code = exit_code if exit_code is not None else int(job.status is Status.FAILED)
    job.status_reason = job.status_reason or "Essential container in task exited"
    job.attempts = (Attempt(started, job.stopped_at, job.exit_code, job.status_reason, job.log_stream),)
