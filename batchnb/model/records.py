"""Jobs and plans as JSON records, and back: what the journal and saved plans are made of.

A job is written in the shape of DescribeJobs, so that people who know AWS can read it, and is read by the same code
as an answer of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.place import Place
from batchnb.jobs.shapes import attempt_records, evidence_record
from batchnb.jobs.shapes.bodies import JobKind
from batchnb.model.verdict import PlannedJob, Verdict

__all__ = [
    "identity_from_record",
    "identity_record",
    "job_record",
    "moment",
    "moment_text",
    "plain_record",
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
"""Fields that are written unchanged, by AWS's name. A job is written twice in each run, so this must be fast."""
_FIELDS, _field_values = tuple(_PLAIN), attrgetter(*_PLAIN.values())


def job_record(job: Job) -> Record:
    """Return the job in the shape of an item of DescribeJobs, without what is not known of it."""
    record = plain_record(job)
    if job.evidence is not None:
        record |= evidence_record(job.evidence)
    return record


def plain_record(job: Job) -> Record:
    """Return what `job_record` does without the evidence, but for the attempts."""
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
    if job.depends_on or job.is_sequential:
        record["dependsOn"] = _dependency_records(job)
    if job.evidence is None or job.evidence.body.kind is None:
        record |= _summary_record(job)
    if job.attempts:
        of_pods = job.evidence is not None and job.evidence.body.kind is JobKind.EKS
        record |= attempt_records(job.attempts, of_pods=of_pods)
    return record


def planned_record(planned: PlannedJob) -> Record:
    """Return a job of a plan, with its evidence under `job`."""
    evidence = job_record(planned.job) if planned.job else None
    return {"jobId": planned.job_id, "verdict": planned.verdict, "job": evidence}


def planned_from_record(record: Mapping[str, Any]) -> PlannedJob:
    """Return the job of a plan that `planned_record` wrote. Raises KeyError or ValueError for anything else."""
    return PlannedJob(record["jobId"], Verdict(record["verdict"]), _job(record["job"]))


def identity_record(identity: Place) -> Record:
    """Return where a plan belongs."""
    record = {
        "account": identity.account,
        "region": identity.region,
        "endpoint": identity.endpoint,
        "caller": identity.caller,
    }
    return {**record, "emulator": True} if identity.is_emulator else record


def identity_from_record(record: Mapping[str, Any]) -> Place:
    """Return what `identity_record` wrote."""
    is_emulator = record.get("emulator") is True
    return Place(record["account"], record["region"], record["endpoint"], record["caller"], is_emulator)


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


def _dependency_records(job: Job) -> list[Record]:
    named: list[Record] = [
        {"jobId": job_id, "type": "N_TO_N"} if job_id in job.pairs_with else {"jobId": job_id}
        for job_id in job.depends_on
    ]
    return named + ([{"type": "SEQUENTIAL"}] if job.is_sequential else [])


def _summary_record(job: Job) -> Record:
    """Return the container and the usage of a job without evidence: as a summary has them, or as somebody made it."""
    needs = (("VCPU", job.vcpus), ("MEMORY", job.memory), ("GPU", job.gpus))
    known = [{"type": kind, "value": str(value)} for kind, value in needs if value is not None]
    has_more = job.memory is not None or job.gpus is not None
    container = {
        "image": job.image,
        "exitCode": job.exit_code,
        "logStreamName": job.log_stream,
        "resourceRequirements": known if has_more else None,
    }
    record: Record = {"container": found} if (found := _without_none(container.items())) else {}
    if not has_more and (job.vcpus is not None or job.kind is JobKind.EKS):
        unit = "cpu" if job.kind is JobKind.EKS else "VCPU"
        record["capacityUsage"] = [{"capacityUnit": unit, "quantity": job.vcpus}]
    return record


def _without_none(items: Iterable[tuple[str, Any]]) -> Record:
    return {key: value for key, value in items if value is not None}
