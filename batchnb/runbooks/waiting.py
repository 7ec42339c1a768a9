"""Waiting jobs: which jobs do not start, arrays included, why, and what is usually done about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.listing import describe_all
from batchnb.aws.relist import not_listed_text
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.job import Job, JobStatus
from batchnb.runbooks.queue_health import queue_health
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.selection import check_found
from batchnb.runbooks.steps import told
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan

__all__ = [
    "CAUSES",
    "Waiting",
    "asks_text",
    "causes_text",
    "find_cause",
    "find_waiting",
    "keep_evidence",
    "left_text",
    "waits_whole",
]

NONE_GIVEN = "none given"
IN_STARTING = "STARTING"
_ROWS_SHOWN = 40
_REASONS_SHOWN = 3

_CODE = re.compile(r"([A-Z_]+(?::[A-Z0-9_]+)?)(?=\W|$)")

CAUSES = {
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY": (
        "AWS has no such machines now. Wait, or add instance types, sizes or zones to the compute environment."
    ),
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE": (
        "Even the whole compute environment is too small. Raise its maxvCpus, or its instance types, or ask for less."
    ),
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT": (
        "The job asks for more vCPU, memory or GPUs than any machine has, so it never starts. End it, and ask for less."
    ),
    "MISCONFIGURATION:EC2_INSTANCE_CONFIGURATION_UNSUPPORTED": (
        "No machine of the environment can start as it is configured. Look at its launch template and image."
    ),
    "MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS": (
        "The environment's service role lacks a permission. Repair the role: jobs need not be ended."
    ),
    "ACTION_REQUIRED": "Something in the account has to be done. The whole reason says what.",
    "UNDETERMINED": (
        "AWS says that the job is blocked, and not why. Look at the lines on compute environments and queues below."
    ),
    IN_STARTING: (
        "The container does not come up: a large or missing image, no way to the registry, or a role that lacks a "
        "permission."
    ),
    NONE_GIVEN: (
        "Not at the head of its queue, so perhaps only waiting: for the jobs before it, or for an environment at its "
        "maximum. The lines on the queues below say more."
    ),
}
"""What is usually done about each cause."""


def find_cause(status: str | None, reason: str | None) -> str:
    """Return the code at the beginning of AWS's reason.

    >>> find_cause("RUNNABLE", "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job …")
    'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT'
    >>> find_cause("RUNNABLE", "UNDETERMINED - Batch job is blocked"), find_cause("RUNNABLE", None)
    ('UNDETERMINED', 'none given')
    >>> find_cause("STARTING", None)
    'STARTING'
    """
    found = _CODE.match(reason or "")
    if found:
        return found[1]
    return IN_STARTING if status == JobStatus.STARTING else NONE_GIVEN


def waits_whole(job: Job) -> bool:
    """Whether this is an array of which no child has started, and at least one could: its own status is PENDING."""
    live = {status: count for status, count in job.children if count and not JobStatus(status).has_ended}
    return live.get("RUNNABLE", 0) > 0 and not any(JobStatus(status).has_started for status in live)


@dataclass(frozen=True)
class Waiting:
    """The jobs that have not started for long, with a column `cause`, and those that are meant."""

    jobs: pd.DataFrame
    meant: pd.DataFrame
    health: list[str]
    not_listed: str

    def __repr__(self) -> str:
        lines = [f"{plural(len(self.jobs), 'job')} not started for long, {len(self.meant):,} of them meant:"]
        lines += [_count(self.jobs), ""]
        for cause in sorted(set(self.jobs.cause)):
            said = self.jobs.statusReason[self.jobs.cause == cause].dropna().drop_duplicates().head(_REASONS_SHOWN)
            lines.append(f"{shown(cause, 80)}\n  {CAUSES.get(cause, 'Not one of the usual causes.')}")
            lines += [f"  AWS: {shown(text, 300)}" for text in said]
        lines += ["", "Queues:", *(f"  {line}" for line in self.health)] if self.health else []
        return "\n".join([*lines, *([self.not_listed] if self.not_listed else [])])


@told
def find_waiting(runbook: Runbook) -> Waiting:
    """Return the jobs that wait in RUNNABLE for long, arrays of which no child has started, and jobs in STARTING.

    Raises InputError where execute selects fewer than `at_least`, and for a cause that no job has: it names those
    that there are.
    """
    gateway = connect()
    jobs = _list_waiting(runbook, gateway)
    only = None if runbook["only"] == "all" else runbook["only"]
    meant = jobs[jobs.statusReason.fillna("").str.startswith(only) | jobs.cause.str.startswith(only)] if only else jobs
    if runbook.executes and not len(meant) and len(jobs) and runbook.given.get("at_least"):
        raise InputError(
            f"No job has a cause that begins with {shown(only, 80)!r}. There are: "
            f"{', '.join(shown(cause, 80) for cause in sorted(set(jobs.cause)))}. "
            "If it is fine that there is none: at_least=0. Nothing was ended."
        )
    check_found(runbook, meant, jobs)
    queues = [runbook["queue"]] if runbook["queue"] else sorted(set(jobs.jobQueue.dropna().astype(str)))
    return Waiting(jobs, meant, queue_health(gateway, queues), not_listed_text(jobs))


def _list_waiting(runbook: Runbook, gateway: Gateway) -> pd.DataFrame:
    import pandas as pd

    queues = {"queues": [runbook["queue"]] if runbook["queue"] else None}
    whole = {**queues, "older_than": runbook["older_than"]}
    runnable = runbook.list_jobs(status="RUNNABLE", **whole)
    pending = runbook.list_jobs(status="PENDING", **whole)
    starting = runbook.list_jobs(status="STARTING", older_than=runbook["starting_longer_than"], **queues)
    parents = list(pending.jobId[pending.arraySize.notna()])
    described = describe_all(gateway, parents, Clock())
    arrays = pending[pending.jobId.isin([job_id for job_id, job in described.items() if waits_whole(job)])]
    frames = [frame for frame in (runnable, arrays, starting) if len(frame)]
    jobs = pd.concat(frames, ignore_index=True) if frames else runnable.head(0).copy()
    jobs = jobs.drop_duplicates("jobId", ignore_index=True)
    jobs.attrs = {name: value for name, value in runnable.attrs.items() if name != "listing"}
    causes = [
        find_cause(None if pd.isna(status) else str(status), None if pd.isna(reason) else str(reason))
        for status, reason in zip(jobs.status, jobs.statusReason, strict=True)
    ]
    jobs["cause"] = pd.array(causes, dtype="string")
    jobs["hours"] = ((pd.Timestamp.now("UTC") - jobs.createdAt).dt.total_seconds() / 3600).round(1)
    return jobs


def _count(jobs: pd.DataFrame) -> str:
    if jobs.empty:
        return "none"
    definitions = jobs.jobDefinition.astype("string").str.split("/").str[-1].rename("definition")
    groups = jobs.groupby(["cause", jobs.jobQueue.astype("string"), definitions], dropna=False)
    counts = groups.agg(jobs=("jobId", "size"), oldest_hours=("hours", "max")).reset_index()
    return counts.head(_ROWS_SHOWN).to_string(index=False)


def asks_text(plan: Plan) -> str:
    """Return what the jobs of the plan ask for, by definition: it has to change before they are submitted again."""
    frame = plan.to_frame()
    if frame.empty:
        return "none"
    asks = frame.groupby(["jobDefinition", "vcpus", "memory", "gpus"], dropna=False).size().rename("jobs").reset_index()
    return asks.assign(jobDefinition=asks.jobDefinition.str.split("/").str[-1]).to_string(index=False)


@told
def keep_evidence(runbook: Runbook, plan: Plan) -> str:
    """Write what AWS said of these jobs into the new file that `evidence` names, if it names one, and say so."""
    path = runbook["evidence"]
    if path is None:
        return "No file was named for the evidence: the plan keeps it, and so does the journal of a run."
    proof = plan.to_frame().drop(columns=["startedAt", "stoppedAt", "exitCode", "logStreamName"])
    try:
        proof.to_csv(path, index=False, mode="x")
    except OSError as error:
        raise InputError(f"evidence: {shown(path, 200)} cannot be written as a new file ({error}).") from error
    return f"What AWS said of {plural(len(proof), 'job')} is kept in {path}."


def left_text(runbook: Runbook, waiting: Waiting) -> tuple[str, pd.DataFrame]:
    """Return how many jobs wait now, and the listing that says so."""
    left = _list_waiting(runbook, connect())
    count = f"{plural(len(left), 'job')} not started for long, where {len(waiting.jobs):,} were."
    lines = [count, not_listed_text(left)]
    return "\n".join(line for line in lines if line), left


def causes_text(waiting: Waiting) -> str:
    """Return how many jobs were meant for each cause."""
    counts: Any = waiting.meant.cause.value_counts()
    return "\n".join(f"  {count:,} for {shown(cause, 80)}" for cause, count in counts.items())
