"""Where queues and jobs are found, who depends on whom, and which changes are due when."""

from __future__ import annotations

import heapq
import math
from enum import Enum, auto
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from batchnb.errors import LocalError
from batchnb.local.world.definitions import Definitions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from batchnb.local.world.environment import Environment
    from batchnb.local.world.job import Job, Queue, Status
    from batchnb.local.world.place import Place

__all__ = ["Change", "Due", "Registry"]


class Change(Enum):
    """What is going to happen to a job."""

    END = auto()
    """An accepted termination or cancellation takes effect."""
    MOVE = auto()
    """The job changes its state by itself."""
    DOOM = auto()
    """A job that this one depends on has failed."""
    ADMIT = auto()
    """A submitted job is looked at for the first time."""
    STEP = auto()
    """A job that runs by itself starts, runs or exits."""
    LIMIT = auto()
    """A job may have stood first in its queue for too long."""


class Due(NamedTuple):
    """A change and its time; `order` keeps changes of the same millisecond in the order of their booking."""

    at_ms: int
    order: int
    change: Change
    job: Job
    status: Status | None
    attempt: int
    """Of a step: how many attempts the job had behind it when the step was booked."""


class Registry:
    """The books of the world. It decides nothing."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.queues: dict[str, Queue] = {}
        self.environments: dict[str, Environment] = {}
        self.definitions = Definitions()
        self.jobs: dict[str, Job] = {}
        self.dependents: dict[str, list[Job]] = {}
        self.logs: dict[str, Sequence[str]] = {}
        """Lines that somebody set, by log stream."""
        self.serials = count()
        self._due: list[Due] = []
        self._orders = count()

    def find(self, job_id: str) -> Job | None:
        """Return the job of this id, if there is one and its record has not expired."""
        return self.jobs.get(job_id)

    def find_queue(self, name_or_arn: str) -> Queue | None:
        """Return the queue of this name or ARN, if there is one."""
        return self.queues.get(self.place.strip("job-queue", name_or_arn))

    def find_environment(self, name_or_arn: str) -> Environment | None:
        """Return the compute environment of this name or ARN, if there is one."""
        return self.environments.get(self.place.strip("compute-environment", name_or_arn))

    def most_vcpus(self, queue: Queue) -> float:
        """Return how many vCPUs the largest compute environment of a queue may have."""
        return max((self.environments[name].max_vcpus for name in queue.environments), default=math.inf)

    def enter(self, job: Job) -> None:
        """Book a new job; only jobs of their own are listed by queue, neither children nor nodes."""
        if job.job_id in self.jobs:
            raise LocalError(f"there is a job {job.job_id} already")
        self.jobs[job.job_id] = job
        if job.parent is None:
            job.queue.add(job)

    def forget(self, job: Job) -> None:
        """Lose the record of a job and of its children and nodes."""
        for one in (job, *(job.children or ()), *(job.nodes or ())):
            one.is_forgotten = True
            self.jobs.pop(one.job_id, None)
        if job.parent is None:
            job.queue.jobs.remove(job)

    def book(self, at_ms: float, change: Change, job: Job, status: Status | None = None, *, attempt: int = 0) -> None:
        """Book a change; one that is infinitely far away is not booked."""
        if not math.isinf(at_ms):
            heapq.heappush(self._due, Due(round(at_ms), next(self._orders), change, job, status, attempt))

    def pop_due(self, now_ms: int) -> Due | None:
        """Take the earliest change that is due, if any."""
        if self._due and self._due[0].at_ms <= now_ms:
            return heapq.heappop(self._due)
        return None
