"""Jobs and plans as JSON records, and back: what the journal and saved plans are made of.

A job is written in the shape of DescribeJobs, so that whoever knows AWS can read it, and is read by the same code
that reads an answer of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from batchnb.aws import Identity
from batchnb.jobs import Attempt, Job, job_from_aws
from batchnb.plans import PlannedJob, Verdict

__all__ = [
    "identity_from_record",
    "identity_record",
    "job_record",
    "moment",
    "moment_text",
    "planned_from_record",
    "planned_record",
]

Record = dict[str, Any]

_PLAIN = {
    "jobId": "job_id",
    "jobName": "job_name",
    "jobQueue": "job_queue",
    "status": "status",
    "statusReason": "status_reason",
    "createdAt": "created_at",
    "startedAt": "started_at",
    "stoppedAt": "stopped_at",
    "jobDefinition": "job_definition",
    "shareIdentifier": "share_identifier",
    "jobArn": "job_arn",
}
"""What is written as it is, by AWS's name. A job is written twice in each run: this counts."""
_FIELDS, _field_values = tuple(_PLAIN), attrgetter(*_PLAIN.values())


def job_record(job: Job) -> Record:
    """Return the job in the shape of an item of DescribeJobs, without what is not known of it."""
    record = _without_none(zip(_FIELDS, _field_values(job), strict=True))
    if job.is_terminated:
        record["isTerminated"] = True
    if job.is_cancelled:
        record["isCancelled"] = True
    if job.array_size is not None or job.array_index is not None or job.children:
        summary = dict(job.children) or None
        array = {"size": job.array_size, "index": job.array_index, "statusSummary": summary}
        record["arrayProperties"] = _without_none(array.items())
    if job.num_nodes is not None:
        record["nodeProperties"] = {"numNodes": job.num_nodes}
    if job.tags is not None:
        record["tags"] = dict(job.tags)
    if job.attempts:
        record["attempts"] = [_attempt_record(attempt) for attempt in job.attempts]
    if job.depends_on or job.is_sequential:
        record["dependsOn"] = _dependency_records(job)
    if container := _container_record(job):
        record["container"] = container
    return record


def planned_record(planned: PlannedJob) -> Record:
    """Return a job of a plan, with its evidence under `job`."""
    evidence = job_record(planned.job) if planned.job else None
    return {"jobId": planned.job_id, "verdict": planned.verdict, "job": evidence}


def planned_from_record(record: Mapping[str, Any]) -> PlannedJob:
    """Return the job of a plan that `planned_record` wrote. Raises KeyError or ValueError for anything else."""
    return PlannedJob(record["jobId"], Verdict(record["verdict"]), _job(record["job"]))


def identity_record(identity: Identity) -> Record:
    """Return where a plan belongs."""
    return {
        "account": identity.account,
        "region": identity.region,
        "endpoint": identity.endpoint,
        "caller": identity.caller,
    }


def identity_from_record(record: Mapping[str, Any]) -> Identity:
    """Return what `identity_record` wrote."""
    return Identity(record["account"], record["region"], record["endpoint"], record["caller"])


def moment_text(at: datetime | None) -> str | None:
    """Return a moment as ISO 8601 text, to the microsecond where it has more than milliseconds."""
    if at is None:
        return None
    return at.isoformat(timespec="microseconds" if at.microsecond % 1000 else "milliseconds")


def moment(text: str | None) -> datetime | None:
    """Return the moment that `moment_text` wrote. Raises TypeError or ValueError for anything else."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment must name its time zone")
    return at


def _job(record: Mapping[str, Any] | None) -> Job | None:
    return job_from_aws(record) if record is not None else None


def _attempt_record(attempt: Attempt) -> Record:
    container = {"exitCode": attempt.exit_code, "reason": attempt.reason, "logStreamName": attempt.log_stream}
    record: Record = {}
    if container := _without_none(container.items()):
        record["container"] = container
    if attempt.started_at is not None:
        record["startedAt"] = attempt.started_at
    if attempt.stopped_at is not None:
        record["stoppedAt"] = attempt.stopped_at
    return record


def _dependency_records(job: Job) -> list[Record]:
    named: list[Record] = [
        {"jobId": job_id, "type": "N_TO_N"} if job_id in job.pairs_with else {"jobId": job_id}
        for job_id in job.depends_on
    ]
    return named + ([{"type": "SEQUENTIAL"}] if job.is_sequential else [])


def _container_record(job: Job) -> Record:
    record: Record = {}
    if job.image is not None:
        record["image"] = job.image
    if job.exit_code is not None:
        record["exitCode"] = job.exit_code
    if job.log_stream is not None:
        record["logStreamName"] = job.log_stream
    if requirements := _requirements(job.vcpus, job.memory, job.gpus):
        record["resourceRequirements"] = requirements
    return record


@lru_cache(maxsize=256)
def _requirements(vcpus: float | None, memory: int | None, gpus: int | None) -> Sequence[Mapping[str, str]]:
    # Thousands of jobs need the same.
    needs = (("VCPU", vcpus), ("MEMORY", memory), ("GPU", gpus))
    return [{"type": kind, "value": str(value)} for kind, value in needs if value is not None]


def _without_none(items: Iterable[tuple[str, Any]]) -> Record:
    return {key: value for key, value in items if value is not None}
