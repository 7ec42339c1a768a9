"""Plan: what would be done to which job, and the evidence for it, fixed before anything is done.

Preflight asks DescribeJobs about every id and gives each a verdict. What a plan shows is what is executed:
nothing is selected again afterwards.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from batchnb.aws import Gateway, Identity
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.ids import JobId, account_and_partition
from batchnb.jobs import Job
from batchnb.listing import describe_all

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.ledger import JobEvent
    from batchnb.report import Report

__all__ = ["Plan", "PlannedJob", "Verdict", "check_reason", "is_stopping", "make_plan"]

REASON_LIMIT = 1024
"""Characters of a reason, as the documentation of TerminateJob has it; botocore does not check."""

DIGEST_SHOWN = 12
"""Characters of the digest that are shown, and enough to name a plan."""


class Verdict(StrEnum):
    """What a plan means to do about a job."""

    TERMINATE = "terminate"
    """It occupies a machine (STARTING, RUNNING, or an array with such a child): stop it."""
    CANCEL = "cancel"
    """It has not started: take it from its queue."""
    FINISHED = "finished"
    """It has ended already: left out."""
    STOPPING = "already stopping"
    """A request to end it was accepted before: left out, and watched until it ends."""
    NOT_FOUND = "not found"
    """DescribeJobs does not know it: a typo, an expired record, or a job submitted a moment ago. Left out."""
    COVERED = "covered by its array parent"
    """Its array parent is in the plan and takes it along: no request of its own, and watched until it ends."""
    PROTECTED = "protected"
    """A guard keeps it: left out."""

    @property
    def is_sent(self) -> bool:
        """Whether a request to end the job is made."""
        return self in (Verdict.TERMINATE, Verdict.CANCEL)

    @property
    def is_watched(self) -> bool:
        """Whether the job is expected to end, by our request or by one before it."""
        return self.is_sent or self in (Verdict.STOPPING, Verdict.COVERED)


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job of a plan: its verdict, and the job as it was when the plan was made, which is the evidence.

    AWS overwrites `statusReason` when a job is terminated and drops the record some days later.
    """

    job_id: str
    verdict: Verdict
    job: Job | None
    """None where the verdict is `not found`."""

    @property
    def job_name(self) -> str | None:
        """The job's name, None where it is not known."""
        return self.job.job_name if self.job else None

    @property
    def job_queue(self) -> str | None:
        """The name of the job's queue, None where it is not known."""
        return self.job.job_queue if self.job else None


@dataclass(frozen=True)
class Plan:
    """Which jobs will be ended, why, where, and which will not. Immutable; made by `batchnb.plan`.

    Making or showing one ends nothing; `execute` does.
    """

    reason: str
    identity: Identity
    jobs: tuple[PlannedJob, ...]
    """Every distinct id that was handed over, in that order, those that are left out included."""
    made_at: datetime
    gateway: Gateway | None = field(repr=False, compare=False)
    """The connection that it was made with; None where it was read from a file."""

    @cached_property
    def digest(self) -> str:
        """64 hex digits over the ids, verdicts, reason, account, Region and endpoint: another plan, another digest."""
        where = (self.identity.account, self.identity.region, self.identity.endpoint)
        verdicts = sorted((planned.job_id, planned.verdict.value) for planned in self.jobs)
        text = json.dumps(["batchnb plan 1", where, self.reason, verdicts], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many jobs have each verdict; verdicts that no job has are left out."""
        found = Counter(planned.verdict for planned in self.jobs)
        return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}

    @cached_property
    def to_end(self) -> tuple[PlannedJob, ...]:
        """The jobs that a request will be made for."""
        return tuple(planned for planned in self.jobs if planned.verdict.is_sent)

    @cached_property
    def queues(self) -> dict[str, int]:
        """How many jobs of each queue will be ended, by queue name, most first."""
        return dict(Counter(planned.job_queue or "unknown queue" for planned in self.to_end).most_common())

    @cached_property
    def array_children(self) -> int:
        """How many live children end together with the array jobs of the plan."""
        return sum(planned.job.live_children for planned in self.to_end if planned.job)

    @cached_property
    def frees(self) -> Mapping[str, float]:
        """What ends with the running jobs: `vcpus`, `memory_gib`, `gpus` in use, and `job_hours` run so far.

        An array counts its running children for the first three, and nothing for the hours, which are not known.
        """
        now_ms = self.made_at.timestamp() * 1000
        freed = dict.fromkeys(("vcpus", "memory_gib", "gpus", "job_hours"), 0.0)
        for job in (planned.job for planned in self.to_end if planned.job and planned.job.has_started):
            running = sum(count for status, count in job.children if status in ("STARTING", "RUNNING")) or 1
            freed["vcpus"] += running * (job.vcpus or 0)
            freed["memory_gib"] += running * (job.memory or 0) / 1024
            freed["gpus"] += running * (job.gpus or 0)
            if job.started_at and not job.array_size:
                freed["job_hours"] += max(0.0, now_ms - job.started_at) / 3_600_000
        return freed

    def execute(
        self,
        *,
        wait: bool = True,
        timeout: float = 300.0,
        on_event: Callable[[JobEvent], None] | None = None,
        gateway: Gateway | None = None,
        clock: Clock | None = None,
    ) -> Report:
        """End the jobs of this plan and return what was seen to become of each.

        With `wait`, every job is watched until it has ended, or until `timeout` seconds have passed since the last
        request was answered; without it, each is looked at once. Requests that AWS throttles or fails to answer are
        repeated until `timeout` seconds pass in which none succeeds. `on_event` is called in this thread for every
        change that is noticed. `gateway` is for executing a plan through another connection than it was made with.

        A journal of the run is written as it goes on, from which it can be resumed: see `batchnb.history`.

        Nothing is raised for jobs that could not be ended: see `Report.raise_for_failures`. Raises InputError for a
        `timeout` that is no number of seconds, PlanMismatchError where the gateway leads to another account, Region or
        endpoint, JournalError where the journal cannot be written, and InterruptedRunError, which carries the report,
        after Ctrl-C or an exception in `on_event`.
        """
        # The one import that runs up the road: a plan is what people hold, and they expect it to have this verb.
        from batchnb.run import execute

        return execute(
            self,
            gateway or self.gateway,
            wait=wait,
            timeout=timeout,
            on_event=on_event,
            clock=clock or Clock(),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row a job: `jobId`, `jobName`, `jobQueue`, `verdict`, and the evidence, as strings and times."""
        from batchnb.plan_view import plan_frame

        return plan_frame(self)

    def __str__(self) -> str:
        from batchnb.plan_view import plan_text

        return plan_text(self)

    def __repr__(self) -> str:
        left_out = len(self.jobs) - len(self.to_end)
        return f"<Plan {self.digest[:DIGEST_SHOWN]}: {len(self.to_end)} to end, {left_out} left out>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        from batchnb.plan_view import plan_html

        return {"text/plain": str(self), "text/html": plan_html(self)}


def make_plan(gateway: Gateway, ids: list[JobId], reason: str, clock: Clock | None = None) -> Plan:
    """Describe these jobs and return the Plan to end them for `reason`. Ends nothing.

    Raises InputError for a reason that AWS would not take, for ids that cannot be ended by themselves, and for
    ARNs of another account or Region; AwsError where DescribeJobs fails.
    """
    clock = clock or Clock()
    check_reason(reason)
    _check_regions(ids, gateway.region)
    _check_nodes(ids)
    wanted = dict.fromkeys(job.job_id for job in ids)
    parents = {job.array_parent for job in ids if job.array_parent in wanted}
    described = describe_all(gateway, wanted, clock)
    covering = {parent for parent in parents if parent and _takes_children_along(described.get(parent))}
    account, partition = next((account_and_partition(job.job_arn) for job in described.values()), (None, None))
    identity = gateway.identity(account)
    _check_accounts(ids, identity.account, partition)
    jobs = tuple(_planned(JobId(job_id), described.get(job_id), covering) for job_id in wanted)
    return Plan(reason, identity, jobs, clock.wall(), gateway)


def check_reason(reason: object) -> None:
    """Raise InputError unless AWS would take `reason`: text that says something, at most 1024 characters long."""
    if not isinstance(reason, str) or not reason.strip():
        raise InputError(
            "reason: say why these jobs are ended, for example reason='OPS-123 bad input'. AWS keeps it with each job."
        )
    if len(reason) > REASON_LIMIT:
        raise InputError(f"reason: it has {len(reason):,} characters, and AWS keeps at most {REASON_LIMIT:,}.")
    try:
        reason.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"reason: the character at position {error.start + 1} is no valid Unicode.") from error


def _planned(job: JobId, described: Job | None, covering: set[str]) -> PlannedJob:
    return PlannedJob(
        job.job_id,
        _verdict(described, covered=job.array_parent is not None and job.array_parent in covering),
        described,
    )


def _verdict(job: Job | None, *, covered: bool) -> Verdict:
    if job is None:
        return Verdict.NOT_FOUND
    if job.status and job.status.has_ended:
        return Verdict.FINISHED
    if is_stopping(job):
        return Verdict.STOPPING
    if covered:
        return Verdict.COVERED
    # A status that this version does not know may well be one in which the job runs.
    return Verdict.TERMINATE if job.has_started or job.status is None else Verdict.CANCEL


def is_stopping(job: Job) -> bool:
    """Return whether a request to end the job was accepted, and will have an effect as the job is now."""
    # CancelJob does nothing to a job that has started, though it was accepted: such a job is not stopping.
    return job.is_terminated or (job.is_cancelled and not job.has_started)


def _takes_children_along(parent: Job | None) -> bool:
    return parent is not None and not (parent.status and parent.status.has_ended)


def _check_nodes(ids: Iterable[JobId]) -> None:
    for job in ids:
        if job.multi_node_job:
            raise InputError(
                f"jobs: {job.job_id} is one node of a multi-node job, and nodes do not end alone. "
                f"Name the job itself, {job.multi_node_job}, if all of its nodes may end."
            )


def _check_regions(ids: Iterable[JobId], region: str) -> None:
    for job in ids:
        if job.region and job.region != region:
            raise InputError(
                f"jobs: the ARN of {job.job_id} is of Region {job.region}, but calls go to {region}. "
                "Make one plan for each Region."
            )


def _check_accounts(ids: Iterable[JobId], account: str | None, partition: str | None) -> None:
    ours = account
    for job in ids:
        if partition and job.partition and job.partition != partition:
            raise InputError(f"jobs: the ARN of {job.job_id} is of {job.partition}, but calls go to {partition}.")
        ours = ours or job.account
        if job.account and job.account != ours:
            raise InputError(
                f"jobs: the ARN of {job.job_id} is of account {job.account}, but this is account {ours}. "
                "Make one plan for each account."
            )
