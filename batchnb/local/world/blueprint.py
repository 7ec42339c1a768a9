"""What a caller may say of a job to be, with defaults that make a believable one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from batchnb.errors import LocalError
from batchnb.local.world.body import Kind, make_body
from batchnb.local.world.ids import is_job_id
from batchnb.local.world.job import Dependency, Spec, Status, Stops
from batchnb.local.world.runs import check_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from batchnb.local.world.body import Body

__all__ = ["Blueprint", "JobOptions", "as_status"]

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
    command: Sequence[str]
    environment: Mapping[str, str] | None
    container: Mapping[str, Any] | None
    ecs: Mapping[str, Any] | None
    eks: Mapping[str, Any] | None
    nodes: Mapping[str, Any] | None
    parameters: Mapping[str, str] | None
    retry: Mapping[str, Any] | None
    timeout: int | None
    priority: int | None
    propagate_tags: bool | None
    platforms: Sequence[str] | None
    consumables: Mapping[str, Any] | None
    exit_codes: Mapping[str, int] | None
    reason: str | None
    earlier_exit_codes: Sequence[int]
    runs: bool


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
    """How often the retry strategy lets the job try; `retry` says it in full."""
    exit_code: int | None = None
    """By default 0 for SUCCEEDED and 1 for FAILED."""
    num_nodes: int | None = None
    """For a multi-node job whose nodes are alike; `nodes` says it in full."""
    stops: str = "normally"
    """`normally`, `never` or `succeeds`; see `Stops`."""
    command: Sequence[str] = ()
    environment: Mapping[str, str] | None = None
    container: Mapping[str, Any] | None = None
    """`containerProperties`, in AWS's own words, in place of `image`, `vcpus` and the like."""
    ecs: Mapping[str, Any] | None = None
    """`ecsProperties`: several containers on ECS."""
    eks: Mapping[str, Any] | None = None
    """`eksProperties`: a pod on EKS."""
    nodes: Mapping[str, Any] | None = None
    """`nodeProperties`: a multi-node job."""
    parameters: Mapping[str, str] | None = None
    retry: Mapping[str, Any] | None = None
    """`retryStrategy`."""
    timeout: int | None = None
    """`attemptDurationSeconds`."""
    priority: int | None = None
    """`schedulingPriority`."""
    propagate_tags: bool | None = None
    platforms: Sequence[str] | None = None
    """`platformCapabilities`; by default those of the queue's type."""
    consumables: Mapping[str, Any] | None = None
    """`consumableResourceProperties`."""
    exit_codes: Mapping[str, int] | None = None
    """Of the other containers of a finished job, by name; those not in it exited with 0."""
    reason: str | None = None
    """What the container says of its end."""
    earlier_exit_codes: Sequence[int] = ()
    """Of attempts that failed before this one."""
    runs: bool = False
    """Whether the job starts and ends by itself, as a submitted one does: see `runs.py`."""
    job_id: str | None = None
    spec: Spec = field(init=False)

    def __post_init__(self) -> None:
        self._check()
        tags = dict(self.tags or {})
        if self.runs:
            check_tags(tags)
        retry = self.retry
        if retry is None and self.attempts is not None:
            retry = {"attempts": self.attempts, "evaluateOnExit": []}
        spec = Spec(
            definition=self.definition,
            body=self._make_body(),
            share=self.share,
            tags=tags,
            parameters=dict(self.parameters or {}),
            retry=retry,
            timeout=self.timeout,
            priority=self.priority,
            propagate_tags=self.propagate_tags,
            platforms=self.platforms,
            consumables=self.consumables,
            runs=self.runs,
        )
        if self.array_size is not None and spec.body.kind is Kind.NODES:
            raise LocalError("a job is an array or has nodes, not both")
        object.__setattr__(self, "spec", spec)

    def _check(self) -> None:
        if self.job_id is not None and not is_job_id(self.job_id):
            raise LocalError(f"{self.job_id!r} has not the form of a job id")
        if self.array_size is not None and not 2 <= self.array_size <= 10_000:
            raise LocalError(f"an array has 2 to 10,000 children, not {self.array_size}")
        if self.num_nodes is not None and not 1 <= self.num_nodes <= _MOST_NODES:
            raise LocalError(f"a multi-node job has 1 to {_MOST_NODES} nodes, not {self.num_nodes}")
        if self.stops not in list(Stops):
            raise LocalError(f"a job stops {', '.join(Stops)}, not {self.stops!r}")
        given = [name for name in ("container", "ecs", "eks", "nodes") if getattr(self, name) is not None]
        if len(given) > 1:
            raise LocalError(f"a job has one shape, not {' and '.join(given)}")

    def _make_body(self) -> Body:
        if self.ecs is not None:
            return make_body(Kind.ECS, self.ecs)
        if self.eks is not None:
            return make_body(Kind.EKS, self.eks)
        if self.nodes is not None:
            return make_body(Kind.NODES, self.nodes)
        container = self.container if self.container is not None else self._single_container()
        if self.num_nodes is None:
            return make_body(Kind.CONTAINER, container)
        ranges = [{"targetNodes": "0:", "container": container}]
        return make_body(Kind.NODES, {"numNodes": self.num_nodes, "mainNode": 0, "nodeRangeProperties": ranges})

    def _single_container(self) -> Mapping[str, Any]:
        requirements = [("VCPU", f"{self.vcpus:g}"), ("MEMORY", str(self.memory))]
        if self.gpus:
            requirements.append(("GPU", str(self.gpus)))
        return {
            "image": self.image,
            "command": list(self.command),
            "environment": [{"name": name, "value": value} for name, value in (self.environment or {}).items()],
            "resourceRequirements": [{"type": kind, "value": value} for kind, value in requirements],
        }

    @property
    def node_count(self) -> int | None:
        """How many nodes the job has, or None where it is not a multi-node job."""
        return self.spec.body.num_nodes

    def dependencies(self) -> tuple[Dependency, ...]:
        """Return `depends_on` with plain ids made into dependencies."""
        return tuple(Dependency(one) if isinstance(one, str) else one for one in self.depends_on)

    def child_statuses(self) -> list[Status]:
        """Return the state of each child, by index."""
        wanted = self.child_status if self.child_status is not None else self.status
        size = self.array_size or 0
        statuses = [wanted] * size if isinstance(wanted, str) else list(wanted)
        if len(statuses) != size:
            raise LocalError(f"{len(statuses)} statuses were given for {size} children")
        return [as_status(one) for one in statuses]


def as_status(text: str) -> Status:
    """Read a status. Raises `LocalError` for anything else."""
    try:
        return Status(text)
    except ValueError as error:
        raise LocalError(f"{text!r} is not a status of a job") from error
