"""The stage: what a test or a demo puts into the emulated account, changes in it, and reads back."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from batchnb.errors import LocalError
from batchnb.local import cascade
from batchnb.local.blueprint import Blueprint, JobOptions, as_status, build_job, build_members
from batchnb.local.clock import WallClock
from batchnb.local.ids import IdMaker
from batchnb.local.ledger import Change, Ledger
from batchnb.local.lifecycle import Lifecycle
from batchnb.local.records import Delays, Dependency, Job, Queue, Status, Stops, Truth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchnb.local.clock import Clock

__all__ = ["World"]

_QUEUED_FLAGS = ("isTerminated", "isCancelled", "both")


class World:
    """An account with queues and jobs. Any thread may use it; `lock` is held during each request.

    Switches, for what nobody knows of the real service or what it does only sometimes:
    `allow_mixed_queues` (a TerminateJobs call may name jobs of several queues), `sparse_summaries`
    (ListJobs leaves out all but id and name), and `queued_flag`.
    """

    def __init__(self, clock: Clock | None = None, *, seed: int = 0) -> None:
        self.clock = clock if clock is not None else WallClock()
        self.lock = threading.RLock()
        self.allow_mixed_queues = False
        self.sparse_summaries = False
        self.credentials_expired = False
        self.denied_operations: set[str] = set()
        self.ledger = Ledger()
        self.lifecycle = Lifecycle(self.ledger)
        self.ids = IdMaker(seed)

    @property
    def delays(self) -> Delays:
        """How long things take, in simulated seconds; assign another `Delays` to change it."""
        return self.lifecycle.delays

    @delays.setter
    def delays(self, delays: Delays) -> None:
        self.lifecycle.delays = delays

    @property
    def queued_flag(self) -> str:
        """What TerminateJob sets on a job that has not started: `isTerminated`, `isCancelled` or `both`."""
        return self.lifecycle.queued_flag

    @queued_flag.setter
    def queued_flag(self, flag: str) -> None:
        if flag not in _QUEUED_FLAGS:
            raise LocalError(f"queued_flag is one of {', '.join(_QUEUED_FLAGS)}, not {flag!r}")
        self.lifecycle.queued_flag = flag

    def add_queue(self, name: str, *, state: str = "ENABLED", priority: int = 1, kind: str = "ECS") -> str:
        """Add a job queue and answer its ARN; `kind` is its `jobQueueType`."""
        with self.lock:
            if name in self.ledger.queues:
                raise LocalError(f"there is a queue {name!r} already")
            queue = self.ledger.queues[name] = Queue(name, state, priority, kind)
            return queue.arn

    def add_job(self, queue: str, name: str, *, job_id: str | None = None, **options: Unpack[JobOptions]) -> str:
        """Add one job and answer its id. `Blueprint` says what the options mean.

        Raises `LocalError` for an unknown queue or dependency, or an option that makes no sense.
        """
        return self.add_planned(queue, [name], Blueprint(job_id=job_id, **options))[0]

    def add_jobs(
        self, queue: str, names: str | Sequence[str], count: int | None = None, **options: Unpack[JobOptions]
    ) -> list[str]:
        """Add many like jobs and answer their ids. A text and a count make `text-000`, `text-001` and so on."""
        if isinstance(names, str):
            width = max(3, len(str((count or 1) - 1)))
            prefix = names if names.endswith(("-", "_")) else f"{names}-"
            names = [f"{prefix}{number:0{width}d}" for number in range(1 if count is None else count)]
        return self.add_planned(queue, names, Blueprint(**options))

    def add_planned(self, queue: str, names: Sequence[str], plan: Blueprint) -> list[str]:
        """Add a job of each name after one blueprint and answer their ids."""
        with self.lock:
            where = self.ledger.find_queue(queue)
            if where is None:
                raise LocalError(f"there is no queue {queue!r}; add_queue first")
            dependencies = plan.dependencies()
            self._check_dependencies(plan, dependencies)
            now_ms, status = self.clock.now_ms(), as_status(plan.status)
            ids = []
            for name in names:
                job_id = plan.job_id or self.ids.next_id()
                job = build_job(plan, next(self.ledger.serials), job_id, name, where, status, now_ms)
                job.depends_on = dependencies
                self._enter(plan, job, now_ms)
                ids.append(job_id)
            return ids

    def _enter(self, plan: Blueprint, job: Job, now_ms: int) -> None:
        members: list[Job] = []
        if plan.array_size or plan.num_nodes:
            serials = [next(self.ledger.serials) for _ in range(plan.array_size or plan.num_nodes or 0)]
            members = build_members(plan, job, serials, now_ms)
        self.ledger.enter(job)
        for member in members:
            self.ledger.enter(member)
        if job.depends_on:
            at_ms = now_ms + self.delays.dependents * 1000
            for doomed in cascade.enroll(self.ledger, job):
                self.ledger.book(at_ms, Change.DOOM, doomed)
            if job.status is Status.PENDING:  # it may depend on jobs that are done already
                self.ledger.book(at_ms, Change.ADMIT, job)

    def _check_dependencies(self, plan: Blueprint, dependencies: Sequence[Dependency]) -> None:
        for one in dependencies:
            if one.type == "SEQUENTIAL":
                if plan.array_size is None or one.job_id is not None:
                    raise LocalError("SEQUENTIAL orders the children of its own array and takes no job id")
                continue
            other = self.ledger.find(one.job_id or "")
            if other is None:
                raise LocalError(f"there is no job {one.job_id!r} to depend on")
            if one.type == "N_TO_N" and len(other.children or ()) != (plan.array_size or -1):
                raise LocalError("N_TO_N needs two arrays of one size")

    def find(self, job_id: str) -> Job:
        """Answer the job as it is now. Raises `LocalError` when there is none."""
        self.settle()
        job = self.ledger.find(job_id)
        if job is None:
            raise LocalError(f"there is no job {job_id!r}, or its record has expired")
        return job

    def settle(self) -> int:
        """Apply all that is due by the clock, and answer the time in epoch milliseconds."""
        with self.lock:
            now_ms = self.clock.now_ms()
            self.lifecycle.settle(now_ms)
            return now_ms

    def job(self, job_id: str) -> Truth:
        """Answer the truth about a job. Raises `LocalError` when there is none."""
        with self.lock:
            return Truth.of(self.find(job_id))

    def jobs(self) -> Iterator[Truth]:
        """Answer the truth about every job, array child and node."""
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

    def set_tags(self, job_id: str, **tags: str) -> None:
        """Give a job these tags, beside those that it has, as TagResource does."""
        with self.lock:
            job = self.find(job_id)
            job.spec = replace(job.spec, tags={**job.spec.tags, **tags})

    def forget(self, job_id: str) -> None:
        """Let the record of a job expire, with its children's: no operation knows it any more."""
        with self.lock:
            self.ledger.forget(self.find(job_id))

    def hide_for(self, job_id: str, seconds: float) -> None:
        """Let DescribeJobs drop a job for a while, as it does with one submitted a moment ago."""
        with self.lock:
            self.find(job_id).hidden_until = self.clock.now_ms() + round(seconds * 1000)
