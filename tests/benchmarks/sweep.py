"""How much a sweep costs a job: bytes in the journal of its run, and memory of its plan, for each shape of job.

    python -m tests.benchmarks sizes

The jobs are siblings as DescribeJobs tells them, each with a failed attempt of its own.
"""

from __future__ import annotations

import gc
import os
import tempfile
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from batchnb.guards.rules import Guards
from batchnb.jobs.fastjson import from_json, to_json
from batchnb.jobs.job import Job, jobs_from_aws
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.journal import Journal

__all__ = ["JOBS", "MOST_BYTES", "MOST_MEMORY", "SHAPES", "Cost", "measure"]

JOBS = 7_000
MOST_BYTES, MOST_MEMORY = 1_536, 2_048
"""Bytes a job that a sweep may cost in the journal, and in memory."""

HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com", "arn:aws:iam::1:user/x")
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
REASON = "OPS-123 bad input"
_LOG = {"logDriver": "awslogs", "options": {"awslogs-group": "/aws/batch/job"}}
_TIMES = {"createdAt": 1_793_000_000_000, "startedAt": 1_793_000_100_000}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one job of a sweep costs, in bytes."""

    journal: float
    memory: float


def _needs(vcpus: str, memory: str, gpus: str) -> list[dict[str, str]]:
    values = (("VCPU", vcpus), ("MEMORY", memory), ("GPU", gpus))
    return [{"type": kind, "value": value} for kind, value in values if value != "0"]


def _container(**ran: Any) -> dict[str, Any]:
    variables = ("BUCKET", "RUN", "WANDB_PROJECT", "TOKEN", "SEED", "STAGE")
    return {
        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:2026-10-31",
        "command": ["python", "-m", "train", "--config", "sweep.yaml", "--seed", "7"],
        "jobRoleArn": "arn:aws:iam::123456789012:role/train",
        "volumes": [{"name": "scratch", "host": {"sourcePath": "/scratch"}}],
        "mountPoints": [{"containerPath": "/scratch", "sourceVolume": "scratch", "readOnly": False}],
        "environment": [{"name": name, "value": "a value of forty characters, some longer"} for name in variables],
        "resourceRequirements": _needs("8", "61440", "1"),
        "logConfiguration": _LOG,
        **ran,
    }


def _ran(number: int, exit_code: int | None) -> dict[str, Any]:
    stream = f"train/default/{number:032x}"
    return {"logStreamName": stream} | ({} if exit_code is None else {"exitCode": exit_code, "reason": "OOM"})


def _of_one_container(number: int, code: int | None) -> dict[str, Any]:
    attempts = [{"container": _ran(number + JOBS, 137), "statusReason": "Essential container in task exited"}]
    return {"container": _container(**_ran(number, code)), "attempts": attempts}


def _of_several(number: int, code: int | None) -> dict[str, Any]:
    names = ("main", "log-router")

    def tasks(first: int, code: int | None) -> list[dict[str, Any]]:
        return [{"containers": [{"name": name, **_ran(first, code)} for name in names]}]

    containers = [{"name": name, **_container(**_ran(number, code))} for name in names]
    return {
        "ecsProperties": {"taskProperties": [{"containers": containers}]},
        "attempts": [{"taskProperties": tasks(number + JOBS, 137), "statusReason": "Essential container exited"}],
    }


def _of_a_pod(number: int, code: int | None) -> dict[str, Any]:
    ran = {} if code is None else {"exitCode": code, "reason": "Error"}
    container = {
        "name": "main",
        "image": "train:7",
        "args": ["--seed", "7"],
        "env": [{"name": name, "value": "a value"} for name in ("BUCKET", "RUN", "TOKEN")],
        "resources": {"requests": {"cpu": "7500m", "memory": "60Gi"}, "limits": {"nvidia.com/gpu": "1"}},
        **ran,
    }
    names = {"podName": f"aws-batch.{number:032x}", "nodeName": f"ip-10-0-{number % 250}-7.eu-west-1.compute.internal"}
    tried = {"containers": [{"name": "main", "exitCode": 137, "reason": "OOMKilled"}], **names}
    pod = {"containers": [container], "metadata": {"namespace": "batch"}, **names}
    return {"eksProperties": {"podProperties": pod}, "eksAttempts": [tried]}


def _of_nodes(number: int, code: int | None) -> dict[str, Any]:
    ranges = [{"targetNodes": targets, "container": _container()} for targets in ("0", "1:")]
    attempts = [{"container": _ran(number + JOBS, 137)}, *([{"container": _ran(number, code)}] if code else [])]
    return {"nodeProperties": {"numNodes": 4, "mainNode": 0, "nodeRangeProperties": ranges}, "attempts": attempts}


SHAPES: Mapping[str, Callable[[int, int | None], dict[str, Any]]] = {
    "container": _of_one_container,
    "multi-container": _of_several,
    "eks": _of_a_pod,
    "multi-node": _of_nodes,
}


def measure(shape: str, count: int = JOBS) -> Cost:
    """Return what a job of a sweep of so many costs."""
    _described(shape, 100)  # what is read at first is kept once
    gc.collect()
    tracemalloc.start()
    try:
        began = tracemalloc.get_traced_memory()[0]
        before = _described(shape, count)
        jobs = tuple(PlannedJob(job.job_id, Verdict.TERMINATE, job) for job in before)
        del before
        gc.collect()
        memory = tracemalloc.get_traced_memory()[0] - began
    finally:
        tracemalloc.stop()
    plan = Plan(REASON, HERE, jobs, BEGAN, None, guards=Guards())
    return Cost(_journal_of(plan, _described(shape, count, 143)) / count, memory / count)


def _described(shape: str, count: int, exit_code: int | None = None) -> list[Job]:
    """Return the jobs of a sweep, 100 an answer, as DescribeJobs tells them: running, or ended by a request."""
    jobs: list[Job] = []
    for first in range(0, count, 100):
        items = [_item(shape, number, exit_code) for number in range(first, min(first + 100, count))]
        jobs += jobs_from_aws(from_json(to_json(items)))
    return jobs


def _item(shape: str, number: int, exit_code: int | None) -> dict[str, Any]:
    job_id = f"{number:08x}-2222-4333-8444-555555555555"
    arn = "arn:aws:batch:eu-west-1:123456789012"
    item = {
        "jobId": job_id,
        "jobName": f"sweep-lr-{number:04}",
        "jobArn": f"{arn}:job/{job_id}",
        "jobQueue": f"{arn}:job-queue/train-gpu",
        "jobDefinition": f"{arn}:job-definition/train-sweep:7",
        "status": "RUNNING",
        "retryStrategy": {"attempts": 3, "evaluateOnExit": [{"onExitCode": "137", "action": "RETRY"}]},
        "timeout": {"attemptDurationSeconds": 86_400},
        "parameters": {"dataset": "2026-10"},
        "tags": {"team": "ml", "sweep": "lr"},
        **{name: at + number for name, at in _TIMES.items()},
        **SHAPES[shape](number, exit_code),
    }
    if exit_code is not None:
        item |= {"status": "FAILED", "statusReason": REASON, "isTerminated": True, "stoppedAt": 1_793_000_200_000}
    return item


def _journal_of(plan: Plan, after: list[Job]) -> int:
    """Return the bytes of the journal of a run in which all jobs of the plan ended."""
    ended = BEGAN + timedelta(seconds=30)
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, BATCHNB_JOURNAL_DIR=folder):
        with Journal.create(plan, BEGAN) as journal:
            for start in range(0, len(plan.jobs), 50):
                group = [planned.job_id for planned in plan.jobs[start : start + 50]]
                journal.calls([group], BEGAN)
                answer = {"accepted": True, "request_id": f"{start:08x}-0000-4000-8000-000000000000"}
                journal.answers(dict.fromkeys(group, answer), BEGAN)
            results = tuple(
                JobResult(planned, Outcome.TERMINATED, seen, 1, BEGAN, ended, None, None, str(seen.job_id))
                for planned, seen in zip(plan.jobs, after, strict=True)
            )
            journal.end(Report(plan, results, BEGAN, ended, waited=True, run_id=journal.run_id))
        return journal.path.stat().st_size
