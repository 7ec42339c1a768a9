"""The stage: what a test or a demo puts into the emulated account, changes in it, and reads back."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from batchnb.errors import LocalError
from batchnb.local.world import cascade
from batchnb.local.world.blueprint import Blueprint, JobOptions, as_status
from batchnb.local.world.build import build_job, build_members
from batchnb.local.world.clock import WallClock
from batchnb.local.world.environment import Environment, EnvironmentOptions, resource_type_of
from batchnb.local.world.front import check_time_limits
from batchnb.local.world.ids import IdMaker
from batchnb.local.world.job import Dependency, Job, Queue, Status, Stops
from batchnb.local.world.lifecycle import Lifecycle
from batchnb.local.world.place import Place
from batchnb.local.world.registry import Change, Registry
from batchnb.local.world.switches import SwitchAttribute, Switches
from batchnb.local.world.times import Delays, Pace
from batchnb.local.world.truth import Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from batchnb.local.world.clock import Clock

__all__ = ["World"]


class World:
    """An account with queues and jobs. Any thread may use it; `lock` is held during each request.

    `switches` decide what nobody knows of the real service, `delays` how long a termination takes, and `pace` how
    fast submitted jobs run.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        seed: int = 0,
        place: Place | None = None,
        switches: Switches | None = None,
    ) -> None:
        self.clock = clock if clock is not None else WallClock()
        self.lock = threading.RLock()
        self.place = place if place is not None else Place()
        self.credentials_expired = False
        self.denied_operations: set[str] = set()
        self.account_alias: str | None = None
        self.ledger = Registry(self.place)
        self.lifecycle = Lifecycle(self.ledger)
        if switches is not None:
            self.switches = switches
        self.ids = IdMaker(seed)

    @property
    def switches(self) -> Switches:
        """The answers to open points; assign other `Switches` to change them."""
        return self.lifecycle.switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self.lifecycle.switches = switches

    @property
    def pace(self) -> Pace:
        """How long a submitted job stays in each state, in simulated seconds; assign another `Pace` to change it."""
        return self.lifecycle.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self.lifecycle.pace = pace

    @property
    def delays(self) -> Delays:
        """How long things take, in simulated seconds; assign another `Delays` to change it."""
        return self.lifecycle.delays

    @delays.setter
    def delays(self, delays: Delays) -> None:
        self.lifecycle.delays = delays

    allow_mixed_queues = SwitchAttribute[bool]("mixed_queues")
    sparse_summaries = SwitchAttribute[bool]("sparse_summaries")
    queued_flag = SwitchAttribute[str]("queued_flag")
    reasons = SwitchAttribute[str]("reasons")
    waits = SwitchAttribute[str]("waits")

    def add_environment(self, name: str, **options: Unpack[EnvironmentOptions]) -> str:
        """Add a compute environment and return its ARN. `Environment` says what the options mean."""
        with self.lock:
            if name in self.ledger.environments:
                raise LocalError(f"there is a compute environment {name!r} already")
            environment = self.ledger.environments[name] = Environment(name, self.place, **options)
            return environment.arn

    def add_queue(
        self,
        name: str,
        *,
        state: str = "ENABLED",
        priority: int = 1,
        type: str = "ECS",  # noqa: A002 - as in jobQueueType
        environments: Sequence[str] | None = None,
        time_limits: Sequence[Mapping[str, Any]] = (),
        is_fair_share: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Add a job queue and return its ARN.

        `type` is its `jobQueueType`. Without `environments` it gets one of its own with its name. `time_limits` are
        `jobStateTimeLimitActions` in AWS's own words. Raises `LocalError` for what AWS would refuse.
        """
        with self.lock:
            if name in self.ledger.queues:
                raise LocalError(f"there is a queue {name!r} already")
            resources = resource_type_of(type)
            if environments is None and resources is not None:
                if name not in self.ledger.environments:
                    self.add_environment(name, type=resources, is_eks=type == "EKS")
                environments = [name]
            for environment in environments or ():
                if environment not in self.ledger.environments:
                    raise LocalError(f"there is no compute environment {environment!r}; add_environment first")
            queue = self.ledger.queues[name] = Queue(
                name,
                state,
                priority,
                self.place,
                type,
                tuple(environments or ()),
                tuple(check_time_limits(type, time_limits)),
                is_fair_share,
                dict(tags or {}),
            )
            return queue.arn

    def add_definition(self, key: str, **options: Unpack[JobOptions]) -> str:
        """Add a job definition, `name:revision`, and return its ARN. A job that is added brings its own."""
        with self.lock:
            self.ledger.definitions.note(replace(Blueprint(**options).spec, definition=key))
            return self.place.definition_arn(key)

    def add_job(self, queue: str, name: str, *, job_id: str | None = None, **options: Unpack[JobOptions]) -> str:
        """Add one job and return its id. `Blueprint` says what the options mean.

        Raises `LocalError` for an unknown queue or dependency, or an option that makes no sense.
        """
        return self.add_planned(queue, [name], Blueprint(job_id=job_id, **options))[0]

    def add_jobs(
        self, queue: str, names: str | Sequence[str], count: int | None = None, **options: Unpack[JobOptions]
    ) -> list[str]:
        """Add many like jobs and return their ids. A text and a count make `text-000`, `text-001` and so on."""
        if isinstance(names, str):
            width = max(3, len(str((count or 1) - 1)))
            prefix = names if names.endswith(("-", "_")) else f"{names}-"
            names = [f"{prefix}{number:0{width}d}" for number in range(1 if count is None else count)]
        return self.add_planned(queue, names, Blueprint(**options))

    def add_planned(self, queue: str, names: Sequence[str], plan: Blueprint) -> list[str]:
        """Add a job of each name after one blueprint and return their ids."""
        with self.lock:
            where = self.ledger.find_queue(queue)
            if where is None:
                raise LocalError(f"there is no queue {queue!r}; add_queue first")
            dependencies = plan.dependencies()
            self._check_dependencies(plan, dependencies)
            now_ms, status = self.clock.now_ms(), as_status(plan.status)
            spec = replace(plan.spec, definition_arn=self.place.definition_arn(plan.spec.definition))
            self.ledger.definitions.note(spec)
            ids = []
            for name in names:
                job_id = plan.job_id or self.ids.next_id()
                job = build_job(plan, spec, next(self.ledger.serials), job_id, name, where, status, now_ms)
                job.depends_on = dependencies
                self._enter(plan, job, now_ms)
                ids.append(job_id)
            return ids

    def _enter(self, plan: Blueprint, job: Job, now_ms: int) -> None:
        members: list[Job] = []
        if count := plan.array_size or plan.node_count:
            serials = [next(self.ledger.serials) for _ in range(count)]
            members = build_members(plan, job, serials, now_ms)
        self.ledger.enter(job)
        for member in members:
            self.ledger.enter(member)
        if job.queue.time_limits or plan.runs:
            for one in job.children or (job,):
                self.lifecycle.begin(one, now_ms)
        if job.depends_on:
            at_ms = now_ms + self.delays.dependents * 1000
            for doomed in cascade.enroll(self.ledger, job):
                self.ledger.book(at_ms, Change.DOOM, doomed)
            if job.status is Status.PENDING:  # it may depend on jobs that are done already
                self.ledger.book(at_ms, Change.ADMIT, job)

    def _check_dependencies(self, plan: Blueprint, dependencies: Sequence[Dependency]) -> None:
        for one in dependencies:
            if one.type == "SEQUENTIAL":
                takes_id = self.switches.sequential_with_id == "accepted"
                if plan.array_size is None or (one.job_id is not None and not takes_id):
                    raise LocalError("SEQUENTIAL orders the children of its own array and takes no job id")
                if one.job_id is None:
                    continue
            other = self.ledger.find(one.job_id or "")
            if other is None:
                raise LocalError(f"there is no job {one.job_id!r} to depend on")
            if one.type == "N_TO_N" and len(other.children or ()) != (plan.array_size or -1):
                raise LocalError("N_TO_N needs two arrays of one size")

    def find(self, job_id: str) -> Job:
        """Return the job as it is now. Raises `LocalError` when there is none."""
        self.settle()
        job = self.ledger.find(job_id)
        if job is None:
            raise LocalError(f"there is no job {job_id!r}, or its record has expired")
        return job

    def settle(self) -> int:
        """Apply all that is due by the clock, and return the time in epoch milliseconds."""
        with self.lock:
            now_ms = self.clock.now_ms()
            self.lifecycle.settle(now_ms)
            return now_ms

    def job(self, job_id: str) -> Truth:
        """Return the truth about a job. Raises `LocalError` when there is none."""
        with self.lock:
            return Truth.of(self.find(job_id))

    def jobs(self) -> Iterator[Truth]:
        """Return the truth about every job, array child and node."""
        with self.lock:
            self.settle()
            return iter([Truth.of(job) for job in self.ledger.jobs.values()])

    def deny(self, *job_ids: str) -> None:
        """Take from the caller the permission to terminate or cancel these jobs."""
        with self.lock:
            for job_id in job_ids:
                self.find(job_id).is_denied = True

    def deny_operation(self, operation: str) -> None:
        """Take from the caller the permission for a whole operation, such as `ListJobs`."""
        self.denied_operations.add(operation)

    def expire_credentials(self) -> None:
        """Let every call be refused from now on, because the caller's credentials have expired."""
        self.credentials_expired = True

    def renew_credentials(self) -> None:
        """End what `expire_credentials` began."""
        self.credentials_expired = False

    def schedule(self, delay_seconds: float, job_id: str, status: str) -> None:
        """Let a job change its state by itself after a delay, whatever its state is then.

        Arrays and nodes cannot be scheduled: they follow their children or their job.
        """
        with self.lock:
            job = self.find(job_id)
            if job.children is not None or job.is_node:
                raise LocalError(f"{job_id} follows others; schedule a child or the whole job")
            at_ms = self.clock.now_ms() + delay_seconds * 1000
            self.ledger.book(at_ms, Change.MOVE, job, as_status(status))

    def set_stops(self, job_id: str, stops: str) -> None:
        """Change what a termination of this job leads to; see `Stops`."""
        with self.lock:
            self.find(job_id).stops = Stops(stops)

    def forget(self, job_id: str) -> None:
        """Let the record of a job expire, with its children's: no operation knows it any more."""
        with self.lock:
            self.ledger.forget(self.find(job_id))

    def hide_for(self, job_id: str, seconds: float) -> None:
        """Let DescribeJobs drop a job for a while, as it does with one submitted a moment ago."""
        with self.lock:
            self.find(job_id).hidden_until = self.clock.now_ms() + round(seconds * 1000)

    def set_log(
        self, job_id: str, lines: Sequence[str], *, attempt: int | None = None, container: str | None = None
    ) -> str:
        """Let a container have written these lines, and return the name of their log stream.

        Without `attempt` (counted from 0) it is the one that runs, or the last one; without `container` the main one.
        """
        with self.lock:
            job = self.find(job_id)
            last = len(job.attempts) - (1 if job.has_ended else 0)
            stream = job.stream_of(last if attempt is None else attempt, container)
            self.ledger.logs[stream] = tuple(lines)
            return stream
