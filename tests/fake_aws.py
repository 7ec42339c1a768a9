"""An AWS Batch without a wire, in simulated time: a whole run takes some milliseconds, as often as a test wants it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from batchnb.aws.answers import BulkAnswer, Page
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import CallKind, Pace
from batchnb.clock import Clock
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, verdict_of
from batchnb.running.run import execute

__all__ = ["FakeGateway", "job_id", "plan_of"]

START = 1_790_000_000.0
LOOKS_TO_END = 3
"""Looks at a job that was asked for, the last of which shows that it has ended."""


def job_id(number: int) -> str:
    """Return the id of a job."""
    return f"{number:08d}-0000-4000-8000-000000000000"


@dataclass
class FakeGateway(Gateway):
    """So many jobs in one queue, every other one of which has not started. Keeps what it was asked."""

    count: int = 120
    region: str = "local-1"
    endpoint: str = "http://127.0.0.1:9"
    has_bulk: bool = True
    now: float = START
    asked: list[str] = field(default_factory=list)
    """Each job that a request named, as often as one did."""
    looks: dict[str, int] = field(default_factory=dict)
    """How often each job that was asked for was looked at since."""
    _mutex: threading.RLock = field(default_factory=threading.RLock)
    _paces: dict[CallKind, Pace] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """The clock of this world, on which to sleep is to move it."""
        return Clock(lambda: self.now, self._sleep, lambda: datetime.fromtimestamp(self.now, UTC), lambda: 0.5)

    def _sleep(self, seconds: float) -> None:
        with self._mutex:
            self.now += seconds

    def pace(self, kind: CallKind) -> Pace:
        """Return a pace that is too fast to matter."""
        return self._paces.setdefault(kind, Pace(first_rate=2000.0))

    def identity(self, account: str | None = None) -> Place:
        """Where this world is."""
        return Place(account or "000000000000", self.region, self.endpoint)

    def permission_to_end(self, job_id: str | None = None) -> str:
        """Return a sentence."""
        return f"Ask for it ({job_id})."

    def terminate_bulk(self, job_ids: Sequence[str], reason: str) -> BulkAnswer:
        """Accept every one of them."""
        with self._mutex:
            self.asked += job_ids
            self.looks.update(dict.fromkeys(job_ids, 0))
        return BulkAnswer(frozenset(job_ids), {}, reason)

    def describe(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """Describe them, each as often as it was asked for one step nearer to its end."""
        with self._mutex:
            for one in job_ids:
                if one in self.looks:
                    self.looks[one] += 1
            return {one: self.job(one) for one in job_ids}

    def list_page(self, source: Mapping[str, str], *, status: str, **_options: Any) -> Page:  # noqa: ARG002
        """No job waits."""
        return Page([], None)

    def list_created(self, job_queue: str, since_ms: int, next_token: str | None = None) -> Page:  # noqa: ARG002
        """Nothing was created."""
        return Page([], None)

    def job(self, one: str) -> Job:
        """Return the job as it is now."""
        status = JobStatus.RUNNABLE if int(one[:8]) % 2 else JobStatus.RUNNING
        looks = self.looks.get(one)
        job = Job(one, f"job-{int(one[:8])}", status, job_queue="train", is_terminated=looks is not None)
        if looks is None or looks < LOOKS_TO_END:
            return job
        return job._replace(status=JobStatus.FAILED, status_reason="OPS-1", stopped_at=round(self.now * 1000))


def plan_of(gateway: FakeGateway, **options: Any) -> Plan:
    """Return the plan to end all jobs of this world."""
    jobs = [gateway.job(job_id(number)) for number in range(gateway.count)]
    planned = tuple(PlannedJob(job.job_id, verdict_of(job), job) for job in jobs)
    return Plan("OPS-1", gateway.identity(), planned, gateway.clock.wall(), gateway, runner=execute, **options)
