"""AWS Batch without a wire, and a process that dies: thousands of runs of a real engine in the time of a few over HTTP.

Time is simulated, chance is seeded, and a death may come at any call and at any byte of the journal: from then on
nothing that the process does has an effect, as after `kill -9`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from types import ModuleType
from typing import Any

from batchnb.aws.answers import BulkAnswer, ItemError, Page
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import CallKind, Pace
from batchnb.clock import Clock
from batchnb.errors import AccessDeniedError, CredentialsError, RefusedError, ThrottledError, UnavailableError
from batchnb.jobs.job import Job, JobStatus, job_from_aws
from batchnb.jobs.place import Place

__all__ = ["BYSTANDERS", "DeadError", "Death", "SimulatedBatch", "SimulatedGateway", "SimulatedJob"]

BYSTANDERS = "bystander"
"""What the ids of jobs begin with that nobody may touch."""

_START = 1_790_000_000_000
_STARTED = _START - 60_000
NEEDS = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}]


class DeadError(BaseException):
    """The process does not live any more."""


class Death:
    """When the process dies: after so many calls of the service, or so many bytes of journals."""

    def __init__(self, calls: int | None = None, written: int | None = None) -> None:
        self._calls = calls
        self._bytes = written
        self.is_dead = False

    def note_call(self) -> None:
        """Let a call through, unless the process is dead by now."""
        if self._calls is not None:
            self._calls -= 1
            self.is_dead = self.is_dead or self._calls < 0
        self.check()

    def check(self) -> None:
        """Raise DeadError where the process is dead."""
        if self.is_dead:
            raise DeadError

    def module(self) -> Any:
        """Return `os` as a module of a process that dies while it writes."""
        death, module = self, ModuleType("os")
        module.__dict__.update(vars(os))

        def write(file: int, data: memoryview) -> int:
            death.check()
            if death._bytes is None or death._bytes >= len(data):
                death._bytes = None if death._bytes is None else death._bytes - len(data)
                return os.write(file, data)
            os.write(file, data[: death._bytes])
            death.is_dead = True
            raise DeadError

        module.__dict__.update(write=write, fsync=lambda _file: death.check())
        return module


@dataclass(slots=True)
class SimulatedJob:
    """A job of the service."""

    job_id: str
    status: JobStatus
    ends_after: float | None = 0.5
    """Seconds from an accepted request to its end; None where it never ends."""
    finishes_at: float | None = None
    """When it ends by itself."""
    fails: bool = False
    """Whether it fails then."""
    is_denied: bool = False
    is_expired: bool = False
    """Whether AWS drops its record as soon as it has ended."""
    hidden: int = 0
    """How many more looks do not show it, once it is asked for."""
    is_always_hidden: bool = False
    """Whether they do not show it before that either."""
    command: str = ""
    """What is of its own in what it runs."""
    depends_on: tuple[str, ...] = ()
    created_at: float = -3600.0
    reason: str | None = None
    asked_at: float | None = None
    ended_at: float | None = None
    succeeded: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether it is over."""
        return self.ended_at is not None


@dataclass
class SimulatedBatch:
    """The service: jobs, time, and what goes wrong, each time a call is made, with a probability."""

    jobs: dict[str, SimulatedJob]
    seed: int = 0
    faults: float = 0.0
    expires_at: float | None = None
    """When credentials stop being valid."""
    now: float = 0.0
    asked: set[str] = field(default_factory=set)
    """Every id that a request has named."""
    looks: list[tuple[float, list[str]]] = field(default_factory=list)
    """Every look at jobs: when, and at which."""
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - reproducible

    def clock(self) -> Clock:
        """Return the service's own clock."""
        return Clock(
            now=lambda: self.now,
            sleep=self.sleep,
            wall=lambda: datetime.fromtimestamp(_START / 1000 + self.now, UTC),
            chance=lambda: 0.5,
        )

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self.lock:
            self.now += seconds
            for job in self.jobs.values():
                self._settle(job)

    def _settle(self, job: SimulatedJob) -> None:
        if job.has_ended:
            return
        by_request = None
        if job.asked_at is not None and job.ends_after is not None and job.asked_at + job.ends_after <= self.now:
            by_request = job.asked_at + job.ends_after
        by_itself = job.finishes_at if job.finishes_at is not None and job.finishes_at <= self.now else None
        if by_itself is not None and (by_request is None or by_itself < by_request):
            job.ended_at, job.succeeded = by_itself, not job.fails
        elif by_request is not None:
            job.ended_at = by_request

    def describe(self, job: SimulatedJob) -> Job:
        """Return the job as DescribeJobs shows it."""
        started = job.status.has_started
        status = job.status if not job.has_ended else JobStatus.SUCCEEDED if job.succeeded else JobStatus.FAILED
        by_itself = job.has_ended and (job.succeeded or job.ended_at == job.finishes_at)
        reason = ("done" if job.succeeded else "Essential container in task exited") if by_itself else None
        if job.has_ended and reason is None:
            reason = job.reason
        stopped = None if job.ended_at is None else _START + round(job.ended_at * 1000)
        container: dict[str, Any] = {"image": "image", "command": ["train"], "resourceRequirements": NEEDS}
        attempts: list[dict[str, Any]] = []
        if job.command:
            container["command"] = ["train", job.command]
        if started:
            container["logStreamName"] = f"log/{job.job_id}"
        if started and job.has_ended:
            container |= {"exitCode": 137, "reason": reason}
            attempts = [{"container": {"exitCode": 137, "reason": reason}, "startedAt": _STARTED, "stoppedAt": stopped}]
        item = {
            "jobId": job.job_id,
            "jobName": f"name-{job.job_id[:8]}",
            "status": status.value,
            "statusReason": reason,
            "createdAt": _START + round(job.created_at * 1000),
            "startedAt": _STARTED if started else None,
            "stoppedAt": stopped,
            "jobDefinition": "arn:aws:batch:local-1:000000000000:job-definition/sweep:1",
            "jobArn": f"arn:aws:batch:local-1:000000000000:job/{job.job_id}",
            "isTerminated": job.asked_at is not None,
            "jobQueue": "train" if int(job.job_id[-1], 16) % 3 else "other",
            "tags": {"team": "ml"},
            "attempts": attempts,
            "dependsOn": [{"jobId": needed} for needed in job.depends_on],
            "container": container,
        }
        return job_from_aws(item)


class SimulatedGateway(Gateway):
    """The way of one process to the service."""

    def __init__(self, service: SimulatedBatch, death: Death, *, bulk: bool = True) -> None:
        self._service = service
        self._death = death
        self.has_bulk = bulk
        self.region, self.endpoint = "local-1", "https://batch.simulated"
        self._paces = {kind: Pace(first_rate=1000.0) for kind in CallKind}

    def pace(self, kind: CallKind) -> Pace:
        """Return the pace, which is not what is tested here."""
        return self._paces[kind]

    def ask_caller(self) -> None:
        """Ask nobody."""

    def identity(self, account: str | None = None) -> Place:
        """Return where this is."""
        return Place(account or "000000000000", self.region, self.endpoint, "arn:aws:iam::000000000000:user/x")

    def queue_types(self) -> dict[str, str]:
        """Return the queues, whose type nobody says."""
        return {"train": "", "other": ""}

    def list_page(self, source: Mapping[str, str], *, status: str, **_options: Any) -> Page:
        """Return the jobs that wait for others, in one page."""
        with self._service.lock:
            self._call("ListJobs")
            listed = (job for job in self._service.jobs.values() if job.depends_on and not job.has_ended)
            shown = (self._service.describe(job) for job in listed)
            return Page([job for job in shown if (job.job_queue, job.status) == (source["jobQueue"], status)], None)

    def list_created(self, job_queue: str, since_ms: int, next_token: str | None = None) -> Page:
        """Return the jobs of a queue that were submitted since then."""
        with self._service.lock:
            self._call("ListJobs")
            shown = [self._service.describe(job) for job in self._service.jobs.values() if not next_token]
            return Page(
                [job for job in shown if job.job_queue == job_queue and (job.created_at or 0) >= since_ms], None
            )

    def describe(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """Return the jobs, but for those whose record has expired, and those that lag behind."""
        with self._service.lock:
            self._call("DescribeJobs")
            self._service.looks.append((self._service.now, list(job_ids)))
            shown: dict[str, Job] = {}
            for job_id in job_ids:
                job = self._service.jobs.get(job_id)
                if job is None or (job.is_expired and job.has_ended):
                    continue
                if job.hidden and (job.asked_at is not None or job.is_always_hidden):
                    job.hidden -= 1
                    continue
                shown[job_id] = self._service.describe(job)
            return shown

    def permission_to_end(self, job_id: str | None = None) -> str:
        """Return what to ask for."""
        return f"Ask for batch:TerminateJob on {job_id}."

    def terminate(self, job_id: str, reason: str) -> str | None:
        """End one job."""
        with self._service.lock:
            answer = self._terminate([job_id], reason, "TerminateJob")
            if job_id in answer.errors:
                kind = AccessDeniedError if answer.errors[job_id].code == "AccessDenied" else ThrottledError
                raise kind(answer.errors[job_id].message, code=answer.errors[job_id].code, operation="TerminateJob")
            return answer.request_id

    def terminate_bulk(self, job_ids: Sequence[str], reason: str) -> BulkAnswer:
        """End some jobs."""
        with self._service.lock:
            return self._terminate(job_ids, reason, "TerminateJobs")

    def _terminate(self, job_ids: Sequence[str], reason: str, operation: str) -> BulkAnswer:
        after = self._call(operation)
        errors: dict[str, ItemError] = {}
        service = self._service
        for job_id in job_ids:
            service.asked.add(job_id)
            job = service.jobs[job_id]
            if job.is_denied:
                errors[job_id] = ItemError(job_id, "AccessDenied", "denied")
            elif service.chance.random() < service.faults / 4:
                errors[job_id] = ItemError(job_id, "ThrottlingException", "slow down")
            elif not job.has_ended and job.asked_at is None:
                job.asked_at, job.reason = service.now, reason
        if after is not None:
            after()
        left_out = {job_id for job_id in job_ids if service.chance.random() < service.faults / 8}
        accepted = frozenset(job_ids) - errors.keys() - left_out
        return BulkAnswer(accepted, errors, f"request-{service.chance.random()}")

    def _call(self, operation: str) -> Callable[[], None] | None:
        """Let a call through, or fail it; return what fails it after its effect, if anything does."""
        service = self._service
        self._death.note_call()
        service.now += 0.01
        for job in service.jobs.values():
            service._settle(job)
        if service.expires_at is not None and service.now >= service.expires_at:
            raise CredentialsError("expired", code="ExpiredTokenException", operation=operation)
        luck = service.chance.random()
        if luck >= service.faults:
            return None
        if luck < service.faults / 3:
            raise ThrottledError("slow down", code="TooManyRequestsException", operation=operation)
        if luck < service.faults / 2:
            raise UnavailableError("no answer", code="ServerException", operation=operation)
        if luck < service.faults * 0.6 and operation != "DescribeJobs":
            raise RefusedError("odd", code="ClientException", operation=operation)

        def fail() -> None:
            raise UnavailableError("no answer", code="ReadTimeoutError", operation=operation)

        return fail
