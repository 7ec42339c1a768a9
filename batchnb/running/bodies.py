"""Bodies: what jobs of one kind have in common, written once in a journal, so that a sweep of 7,000 costs little a job.

A line tells a job by a body and what differs from it: see `merge_patch`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batchnb.jobs.fastjson import from_json, to_json, to_sorted_json
from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.shapes import Body, ContainerRun, Evidence, Placement, Run, add_run, placement_record
from batchnb.model.records import Record, plain_record
from batchnb.running.merge_patch import difference, patched

__all__ = [
    "Bodies",
    "KnownBody",
    "body_name",
    "changed_job",
    "read_body",
    "tell_change",
    "told_job",
]

_OWN = ("jobId", "jobName", "jobArn", "createdAt", "startedAt", "stoppedAt", "statusReason", "attempts", "eksAttempts")
"""Members that no two jobs have in common, by which a body would look like one job."""

_NAME_LENGTH = 32
"""Hex digits of SHA-256 that name a body."""


@dataclass(frozen=True, slots=True)
class KnownBody:
    """A body that a journal holds."""

    name: str = ""
    plain: Mapping[str, Any] = field(default_factory=dict)
    """Its members beside the evidence."""
    evidence: Body | None = None


class Bodies:
    """The bodies that a journal holds, and which of them tells a job."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], KnownBody] = {}

    def know(self, body: KnownBody) -> None:
        """Note a body that the journal holds already."""
        kind = _kind_of(body.plain.get("jobDefinition"), body.plain.get("jobQueue"), body.evidence)
        self._known.setdefault(kind, body)

    def tell(self, job: Job) -> tuple[Record, Mapping[str, Any] | None]:
        """Return the members of a line that tell the job, and the body that has to be written before it, if any has."""
        evidence, run = _evidence_of(job)
        plain = plain_record(job)
        kind = _kind_of(job.job_definition, job.job_queue, evidence)
        known, new = self._known.get(kind), None
        if known is None:
            common = _common(plain) | _arn_start(plain)
            new = {**common, **_record_of(evidence)}
            known = self._known[kind] = KnownBody(body_name(new), common, evidence)
        if (start := known.plain.get("jobArn")) and job.job_arn == f"{start}{job.job_id}":
            plain["jobArn"] = start
        told = {"body": known.name, **_told(known.plain, known.evidence, plain, evidence)}
        if run is not None:
            told["run"] = _run_record(run)
        return told, new


def read_body(line: Mapping[str, Any]) -> KnownBody:
    """Return the body in a line. Raises KeyError, TypeError or ValueError where it is not the one that is named."""
    name, body = line["name"], line["body"]
    if body_name(body) != name:
        raise ValueError("the body is not the one that its name stands for")
    job = job_from_aws({**body, "jobId": "", "jobName": ""})
    # Not what the evidence leaves over: the number of nodes is in both.
    start = {"jobArn": body["jobArn"]} if "jobArn" in body else {}
    return KnownBody(name, _common(plain_record(job)) | start, _evidence_of(job)[0])


def told_job(line: Mapping[str, Any], bodies: Mapping[str, KnownBody], job_id: str) -> Job | None:
    """Return the job that a line tells, None where it tells none. Raises KeyError or TypeError for anything else."""
    if "job" not in line:
        return None
    body = bodies[line["body"]]
    plain = patched(body.plain, line["job"])
    plain["jobId"] = job_id
    if "jobArn" in body.plain and "jobArn" not in line["job"]:
        plain["jobArn"] = f"{body.plain['jobArn']}{job_id}"
    return _job(plain, body.evidence, line, _run_of(line.get("run")))


def tell_change(before: Job | None, after: Job) -> Record:
    """Return the members of a line that tell how the job is now, by how it was."""
    if after is before:
        return {"job": {}}
    (evidence, run), (now, ran) = (None, None) if before is None else _evidence_of(before), _evidence_of(after)
    told = _told(plain_record(before) if before is not None else {}, evidence, plain_record(after), now)
    if ran != run and ran is not None and run is not None:
        told["ran"] = difference(_run_record(run), _run_record(ran))
    elif ran != run:
        told["run"] = _run_record(ran) if ran is not None else None
    return told


def changed_job(line: Mapping[str, Any], before: Job | None) -> Job | None:
    """Return the job that `tell_change` told, None where the line tells none.

    Raises KeyError or TypeError for anything else.
    """
    if (patch := line.get("job")) is None:
        return None
    if before is not None and not patch and line.keys().isdisjoint(("run", "ran", "evidence", "own_evidence")):
        return before
    evidence, run = _evidence_of(before) if before is not None else (None, None)
    plain = patched(plain_record(before) if before is not None else {}, patch)
    if "ran" in line and run is not None:
        run = _run_of(patched(_run_record(run), line["ran"]))
    return _job(plain, evidence, line, _run_of(line["run"]) if "run" in line else run)


def _common(plain: Record) -> Record:
    return {name: value for name, value in plain.items() if name not in _OWN}


def _arn_start(plain: Record) -> Record:
    """Return what the ARNs of siblings begin with, where this one ends with the job's id."""
    arn, job_id = plain.get("jobArn") or "", plain["jobId"]
    return {"jobArn": arn.removesuffix(job_id)} if job_id and arn.endswith(f"/{job_id}") else {}


def _kind_of(definition: object, queue: object, evidence: Body | None) -> tuple[object, ...]:
    return definition, queue, evidence and evidence.kind


def _evidence_of(job: Job) -> tuple[Body | None, Run | None]:
    return (job.evidence.body, job.evidence.run) if job.evidence is not None else (None, None)


def _record_of(body: Body | None) -> Record:
    return body.as_record() if body is not None else {}


def _told(old: Mapping[str, Any], known: Body | None, new: Mapping[str, Any], evidence: Body | None) -> Record:
    told: Record = {"job": difference(old, new)}
    if evidence is known:  # nearly always: siblings share it
        return told
    # Siblings with a command of their own, for example.
    before, after = _record_of(known), _record_of(evidence)
    patch = difference(before, after)
    if patched(before, patch) == after:
        return told | {"evidence": patch}
    return told | {"own_evidence": after}  # null stands for something in it, which a patch would take away


def _job(plain: Record, body: Body | None, line: Mapping[str, Any], run: Run | None) -> Job:
    record: Record | None = line.get("own_evidence")
    if (patch := line.get("evidence")) is not None:
        record = patched(_record_of(body), patch)
    if record is None:
        return job_from_aws(plain, evidence=Evidence(body, run) if body is not None else None)
    if run is not None:
        record = from_json(to_json(record))  # what is shared with others must not change
        add_run(record, run)
    return job_from_aws({**plain, **record})


def _run_record(run: Run) -> Record:
    containers = [
        {
            name: value
            for name, value in (
                ("name", ran.name),
                ("exitCode", ran.exit_code),
                ("reason", ran.reason),
                ("logStreamName", ran.log_stream),
                ("isInit", ran.is_init or None),
                ("task", ran.task or None),
            )
            if value is not None
        }
        for ran in run.containers
    ]
    record: Record = {"containers": containers} if containers else {}
    if run.placements:
        record["placements"] = [placement_record(placement) for placement in run.placements]
    return record


def _run_of(record: Mapping[str, Any] | None) -> Run | None:
    if record is None:
        return None
    containers = tuple(
        ContainerRun(
            each.get("name"),
            each.get("exitCode"),
            each.get("reason"),
            each.get("logStreamName"),
            bool(each.get("isInit")),
            int(each.get("task") or 0),
        )
        for each in record.get("containers") or ()
    )
    names = ("taskArn", "containerInstanceArn", "podName", "nodeName", "podNamespace")
    placements = tuple(Placement(*(each.get(name) for name in names)) for each in record.get("placements") or ())
    return Run(containers, placements)


def body_name(body: Mapping[str, Any]) -> str:
    """Return the name of a body: the same for the same members, in whatever order."""
    return hashlib.sha256(to_sorted_json(body)).hexdigest()[:_NAME_LENGTH]
