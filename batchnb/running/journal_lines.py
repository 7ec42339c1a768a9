"""The lines of a journal of format 2 as JSON records, and back.

A line says what no other line says: the evidence of a job is a patch to a body, and what became of it is a patch to its
evidence. So a job costs little, and two lines cannot contradict each other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from batchnb import errors
from batchnb._version import __version__
from batchnb.errors import AwsError
from batchnb.guards.rules import Guards
from batchnb.jobs.fastjson import to_json
from batchnb.jobs.job import Job
from batchnb.jobs.outcome import Outcome
from batchnb.model.dependents import Dependent
from batchnb.model.plan import Plan
from batchnb.model.plan_records import guards_record
from batchnb.model.records import Record, identity_record, moment, moment_text
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.bodies import Bodies, KnownBody, changed_job, tell_change, told_job

__all__ = [
    "FORMAT",
    "dependent_of",
    "end_line",
    "header_line",
    "job_lines",
    "outcome_line",
    "plan_check",
    "plan_lines",
    "planned_of",
    "result_of_line",
    "stopped_by_of",
]

FORMAT = 2
"""The version of the format. Older versions are read, newer ones are refused."""


def header_line(
    plan: Plan, run_id: str, at: datetime, guards: Guards, approved: Mapping[str, Any], process: Record
) -> Record:
    """Return the first line: the run, its plan in short, the guards in force and those of plan time, and who approved.

    `approved` is what was typed to have the plan executed, by the names of the arguments.
    """
    return {
        "type": "run",
        "format": FORMAT,
        "batchnb": __version__,
        "run": run_id,
        "at": moment_text(at),
        **identity_record(plan.identity),
        "reason": plan.reason,
        "digest": plan.digest,
        "made_at": moment_text(plan.made_at),
        "jobs": len(plan.jobs),
        "queues": list(dict.fromkeys(planned.job_queue for planned in plan.jobs if planned.job_queue)),
        "check": plan_check(plan),
        "guards": guards_record(guards),
        "plan_guards": guards_record(plan.guards),
        "approved": dict(approved),
        "listed_by": plan.listed_by,
        "listed_all": plan.listed_all,
        "live_in_queues": dict(plan.live_in_queues),
        "notes": list(plan.notes),
        "dependents": len(plan.dependents.jobs),
        "dependents_gap": plan.dependents.gap,
        "dependents_account_wide": plan.dependents.account_wide,
        **process,
    }


def plan_check(plan: Plan) -> str:
    """Return 32 hex digits over the place, the reason, and each job's id and verdict: another plan, other digits."""
    parts = [plan.identity.account, plan.identity.region, plan.identity.endpoint, plan.reason]
    jobs = [[planned.job_id, planned.verdict] for planned in plan.jobs]
    return hashlib.sha256(to_json([parts, jobs])).hexdigest()[:32]


def plan_lines(plan: Plan, header: Record, bodies: Bodies) -> Iterator[Record]:
    """Yield the lines of a plan that follow its header: all ids with a copy of it, each job, each dependent."""
    # Each line may be lost. With this one, a job without a line is named, and a header that is lost is there again.
    yield {"type": "plan", "jobIds": [planned.job_id for planned in plan.jobs], "header": header}
    yield from job_lines(plan.jobs, bodies)
    for dependent in plan.dependents.jobs:
        told: Record = {"jobId": dependent.job_id, "because_of": dependent.because_of}
        yield from _told("dependent", told, dependent.job, bodies)


def job_lines(jobs: Iterable[PlannedJob], bodies: Bodies) -> Iterator[Record]:
    """Yield a line for each job, behind that of its body where this is new."""
    for planned in jobs:
        yield from _told("job", {"jobId": planned.job_id, "verdict": planned.verdict}, planned.job, bodies)


def _told(kind: str, told: Record, job: Job | None, bodies: Bodies) -> Iterator[Record]:
    if job is None:
        yield {"type": kind, **told}
        return
    members, body = bodies.tell(job)
    if body is not None:
        yield {"type": "body", "name": members["body"], "body": body}
    if job.job_id == told["jobId"]:
        members["job"].pop("jobId", None)
    yield {"type": kind, **told, **members}


def planned_of(line: Mapping[str, Any], bodies: Mapping[str, KnownBody]) -> PlannedJob:
    """Return the job of a plan in a line. Raises KeyError, TypeError or ValueError where the line is not one."""
    job_id = line["jobId"]
    return PlannedJob(job_id, Verdict(line["verdict"]), told_job(line, bodies, job_id))


def dependent_of(line: Mapping[str, Any], bodies: Mapping[str, KnownBody]) -> Dependent:
    """Return the dependent in a line. Raises KeyError, TypeError or ValueError where the line is not one."""
    job = told_job(line, bodies, line["job"].get("jobId") or line["jobId"])
    if job is None:
        raise KeyError("job")
    return Dependent(line["jobId"], job, line["because_of"])


def outcome_line(result: JobResult, when: str | None) -> Record:
    """Return the line for the outcome of a job, without unknown values and without those of its `job` line."""
    line: Record = {"type": "outcome", "at": when, "jobId": result.planned.job_id, "outcome": result.outcome}
    if result.attempts:
        line["attempts"] = result.attempts
    if result.accepted_at is not None:
        line["accepted_at"] = moment_text(result.accepted_at)
    if result.ended_at is not None:
        line["ended_at"] = moment_text(result.ended_at)
    if result.error_code is not None:
        line["error_code"] = result.error_code
    if result.error_message is not None:
        line["error_message"] = result.error_message
    if result.request_id is not None:
        line["request_id"] = result.request_id
    if result.last_seen is not None:
        line |= tell_change(result.planned.job, result.last_seen)
    return line


def result_of_line(line: Mapping[str, Any], planned: PlannedJob) -> JobResult:
    """Return what a line says of a job. Raises KeyError, TypeError or ValueError where the line is not one."""
    return JobResult(
        planned=planned,
        outcome=Outcome(line["outcome"]),
        last_seen=changed_job(line, planned.job),
        attempts=int(line.get("attempts") or 0),
        accepted_at=moment(line.get("accepted_at")),
        ended_at=moment(line.get("ended_at")),
        error_code=line.get("error_code"),
        error_message=line.get("error_message"),
        request_id=line.get("request_id"),
    )


def end_line(report: Report, size: int) -> Record:
    """Return the last line of a run that is over: all that its report says beside the jobs.

    `size` is how many bytes the journal has before this line, so that a reader of its end alone sees that a line is
    missing.
    """
    return {
        "type": "end",
        "at": moment_text(report.finished_at),
        "finished": report.is_finished,
        "left": report.left,
        "summary": report.summary,
        "counts": report.counts,
        "waited": report.waited,
        "stopped_by": _stopped_by_record(report.stopped_by),
        "stopped_by_at": moment_text(report.stopped_by_at),
        "stopped_at": moment_text(report.stopped_at),
        "newcomers": report.newcomers.record() if report.newcomers else None,
        "lost": report.lost.record() if report.lost else None,
        "size": size,
    }


def _stopped_by_record(error: AwsError | None) -> Record | None:
    if error is None:
        return None
    return {
        "error": type(error).__name__,
        "message": str(error),
        "code": error.code,
        "operation": error.operation,
        "request_id": error.request_id,
    }


def stopped_by_of(record: object) -> AwsError | None:
    """Return the error that stopped a run. In format 1 it is a text only."""
    if not record:
        return None
    if not isinstance(record, Mapping):
        return AwsError(str(record), code="", operation="")
    kind = getattr(errors, str(record.get("error")), AwsError)
    if not (isinstance(kind, type) and issubclass(kind, AwsError)):
        kind = AwsError
    code, operation = (str(record.get(name) or "") for name in ("code", "operation"))
    return kind(str(record.get("message")), code=code, operation=operation, request_id=record.get("request_id"))
