"""Plans and results as JSON records, and back: what the journal and saved plans are made of.

A job is written in the shape of DescribeJobs, so that whoever knows AWS can read it, and is read by the same code
that reads an answer of AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from batchnb.aws import Identity
from batchnb.jobs import Attempt, Job, job_from_aws
from batchnb.plans import PlannedJob, Verdict
from batchnb.report import JobResult
from batchnb.verify import Outcome

__all__ = [
    "identity_from_record",
    "identity_record",
    "job_record",
    "moment",
    "moment_text",
    "planned_from_record",
    "planned_record",
    "result_from_record",
    "result_record",
]

Record = dict[str, Any]


def job_record(job: Job) -> Record:
    """Return the job in the shape of an item of DescribeJobs, without what is not known of it."""
    return _without_none(
        {
            "jobId": job.job_id,
            "jobName": job.job_name,
            "jobQueue": job.job_queue,
            "status": job.status.value if job.status else None,
            "statusReason": job.status_reason,
            "createdAt": job.created_at,
            "startedAt": job.started_at,
            "stoppedAt": job.stopped_at,
            "jobDefinition": job.job_definition,
            "shareIdentifier": job.share_identifier,
            "jobArn": job.job_arn,
            "isTerminated": job.is_terminated or None,
            "isCancelled": job.is_cancelled or None,
            "arrayProperties": _without_none(
                {"size": job.array_size, "index": job.array_index, "statusSummary": dict(job.children) or None}
            ),
            "nodeProperties": _without_none({"numNodes": job.num_nodes}),
            "tags": None if job.tags is None else dict(job.tags),
            "attempts": [_attempt_record(attempt) for attempt in job.attempts] or None,
            "dependsOn": _dependency_records(job) or None,
            "container": _container_record(job),
        }
    )


def planned_record(planned: PlannedJob) -> Record:
    """Return a job of a plan, with its evidence under `job`."""
    evidence = job_record(planned.job) if planned.job else None
    return {"jobId": planned.job_id, "verdict": planned.verdict.value, "job": evidence}


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


def result_record(result: JobResult) -> Record:
    """Return what became of a job, with the columns of `Report.to_frame` and the job as it was seen last."""
    before, after = result.planned.job, result.last_seen
    return {
        "jobId": result.planned.job_id,
        "jobName": result.planned.job_name,
        "jobQueue": result.planned.job_queue,
        "verdict": result.planned.verdict.value,
        "outcome": result.outcome.value,
        "status_before": before.status.value if before and before.status else None,
        "status_after": after.status.value if after and after.status else None,
        "statusReason_before": before.status_reason if before else None,
        "statusReason_after": after.status_reason if after else None,
        "accepted_at": moment_text(result.accepted_at),
        "ended_at": moment_text(result.ended_at),
        "attempts": result.attempts,
        "error_code": result.error_code,
        "error_message": result.error_message,
        "request_id": result.request_id,
        "job": job_record(after) if after else None,
    }


def result_from_record(record: Mapping[str, Any], planned: PlannedJob) -> JobResult:
    """Return what `result_record` wrote. Raises KeyError or ValueError for anything else."""
    return JobResult(
        planned=planned,
        outcome=Outcome(record["outcome"]),
        last_seen=_job(record["job"]),
        attempts=record["attempts"],
        accepted_at=moment(record["accepted_at"]),
        ended_at=moment(record["ended_at"]),
        error_code=record["error_code"],
        error_message=record["error_message"],
        request_id=record["request_id"],
    )


def moment_text(at: datetime | None) -> str | None:
    """Return a moment as ISO 8601 text in milliseconds."""
    return at.isoformat(timespec="milliseconds") if at else None


def moment(text: str | None) -> datetime | None:
    """Return the moment that `moment_text` wrote."""
    return datetime.fromisoformat(text) if text else None


def _job(record: Mapping[str, Any] | None) -> Job | None:
    return job_from_aws(record) if record is not None else None


def _attempt_record(attempt: Attempt) -> Record:
    container = _without_none(
        {"exitCode": attempt.exit_code, "reason": attempt.reason, "logStreamName": attempt.log_stream}
    )
    return _without_none({"container": container, "startedAt": attempt.started_at, "stoppedAt": attempt.stopped_at})


def _dependency_records(job: Job) -> list[Record]:
    named: list[Record] = [
        {"jobId": job_id, "type": "N_TO_N"} if job_id in job.pairs_with else {"jobId": job_id}
        for job_id in job.depends_on
    ]
    return named + ([{"type": "SEQUENTIAL"}] if job.is_sequential else [])


def _container_record(job: Job) -> Record:
    needs = {"VCPU": job.vcpus, "MEMORY": job.memory, "GPU": job.gpus}
    requirements = [{"type": kind, "value": str(value)} for kind, value in needs.items() if value is not None]
    return _without_none(
        {
            "image": job.image,
            "exitCode": job.exit_code,
            "logStreamName": job.log_stream,
            "resourceRequirements": requirements or None,
        }
    )


def _without_none(record: Record) -> Record:
    return {key: value for key, value in record.items() if value is not None and value != {}}
