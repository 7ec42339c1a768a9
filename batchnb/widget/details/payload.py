"""The payload of a job's details: plain values for the browser, from an item of DescribeJobs of any shape."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.shapes import Attempt, mappings_in, moment_in, text_in, whole_in
from batchnb.jobs.shapes.plain import mapping_in
from batchnb.widget.details.containers import array_size, nodes_of
from batchnb.widget.details.fields import fields_of, limited
from batchnb.widget.details.links import job_link, log_link
from batchnb.widget.details.logs import JobLog, has_ended, logs_of
from batchnb.widget.details.secrets import environment_names, without_secrets

__all__ = ["json_of", "payload_of"]

MOST_TAGS = 100


def payload_of(item: Mapping[str, Any], *, with_links: bool) -> dict[str, Any]:
    """Return what the browser shows of a job. Times are epoch milliseconds, None what is not known.

    `with_links` is False where the job is not one of AWS itself. Raises KeyError or TypeError for what has no id and
    name.
    """
    job = job_from_aws(item)
    logs = logs_of(item)
    attempts = _attempts(job, logs, runs=_runs(item))
    return {
        "name": limited(job.job_name),
        "status": job.status.value if job.status else text_in(item.get("status")),
        "createdAt": job.created_at,
        "startedAt": job.started_at,
        "stoppedAt": job.stopped_at,
        "statusReason": limited(job.status_reason or "") or None,
        "isStopping": job.is_stopping,
        "timeout": whole_in(mapping_in(item.get("timeout")).get("attemptDurationSeconds")),
        "tries": len(attempts),
        "maxTries": whole_in(mapping_in(item.get("retryStrategy")).get("attempts")),
        "vcpus": job.vcpus,
        "memory": job.memory,
        "gpus": job.gpus,
        "isEach": bool(array_size(item)),
        "children": array_size(item),
        "nodes": job.num_nodes if nodes_of(item) else None,
        "fields": [[field.title, [list(line) for line in field.lines]] for field in fields_of(item, job)],
        "attempts": attempts,
        "waitsFor": _needed(item),
        "tags": _tags(item),
        "environment": environment_names(item),
        "logs": [_log(log, item, with_links=with_links) for log in logs],
        "consoleLink": _console(item) if with_links else None,
        "json": json_of(item),
    }


def json_of(item: Mapping[str, Any], *, with_environment: bool = False) -> str:
    """Return an item as JSON to be copied, without values that can be secrets.

    `with_environment` keeps the environment, for somebody who has asked to see it.
    """
    kept = without_secrets(item, with_environment=with_environment)
    return json.dumps(kept, indent=2, ensure_ascii=False, default=str)


def _runs(item: Mapping[str, Any]) -> bool:
    return not has_ended(item) and not array_size(item) and moment_in(item.get("startedAt")) is not None


def _attempts(job: Job, logs: Sequence[JobLog], *, runs: bool) -> list[dict[str, Any]]:
    attempts = [_attempt(number, attempt, logs) for number, attempt in enumerate(job.attempts, 1)]
    if runs:
        number = len(attempts) + 1
        running = {"number": number, "isRunning": True, "exit": None, "reason": None}
        attempts.append(running | {"startedAt": job.started_at, "stoppedAt": None, "logs": _keys(logs, number)})
    return attempts


def _attempt(number: int, attempt: Attempt, logs: Sequence[JobLog]) -> dict[str, Any]:
    ran = attempt.run.containers if attempt.run is not None else ()
    codes = [f"{each.name or 'container'}={each.exit_code}" for each in ran if each.exit_code is not None]
    one = None if attempt.exit_code is None else str(attempt.exit_code)
    return {
        "number": number,
        "isRunning": False,
        "exit": limited(", ".join(codes)) if len(ran) > 1 and codes else one,
        "reason": limited(attempt.reason or attempt.status_reason or "") or None,
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "logs": _keys(logs, number),
    }


def _keys(logs: Sequence[JobLog], number: int) -> list[str]:
    return [log.key for log in logs if log.attempt == number and not log.problem]


def _log(log: JobLog, item: Mapping[str, Any], *, with_links: bool) -> dict[str, Any]:
    link = None
    if with_links and log.stream and not log.problem:
        link = log_link(item.get("jobArn"), log.group, log.stream, log.region)
    told = {"key": log.key, "label": log.label, "attempt": log.attempt, "problem": log.problem}
    return told | {"group": limited(log.group), "link": link}


def _needed(item: Mapping[str, Any]) -> list[dict[str, str | None]]:
    needed = mappings_in(item.get("dependsOn"))
    return [{"job": text_in(each.get("jobId")), "type": text_in(each.get("type"))} for each in needed]


def _tags(item: Mapping[str, Any]) -> list[list[str]]:
    tags = sorted((str(key), value) for key, value in mapping_in(item.get("tags")).items() if isinstance(value, str))
    return [[limited(key), limited(value)] for key, value in tags[:MOST_TAGS]]


def _console(item: Mapping[str, Any]) -> str | None:
    return job_link(item.get("jobArn"), is_array=bool(array_size(item)), is_multi_node=bool(nodes_of(item)))
