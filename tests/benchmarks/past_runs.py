"""How fast the history is: 40 runs of 7,000 jobs, beside the time of just reading their journals.

    python -m tests.benchmarks history

What is read is in the cache of the system for both.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import pandas as pd  # noqa: F401 - what is imported here is no part of what is measured

from batchnb.aws.gateway import Gateway
from batchnb.errors import JournalError
from batchnb.guards.rules import Guards
from batchnb.jobs.job import Job, job_from_aws
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.running.history import history
from batchnb.running.journal import Journal
from batchnb.running.journal_folder import run_paths
from batchnb.running.resume import last_unfinished
from batchnb.running.run_reader import read_run

__all__ = ["Times", "measure"]

RUNS, JOBS = 40, 7_000
HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com", "arn:aws:iam::1:user/x")
BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds, medians of several tries, and how large the journals are."""

    reading: float
    """To read all bytes of all journals, which is what there was to do before."""
    history: float
    nothing_to_resume: float
    one_run: float
    """To read one run back, its whole report."""
    bytes_a_job: float


def measure(runs: int = RUNS, jobs: int = JOBS, tries: int = 5) -> Times:
    """Write so many journals, and measure."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, BATCHNB_JOURNAL_DIR=folder):
        for number in range(runs):
            _write(number, jobs)
        paths = run_paths()
        size = sum(path.stat().st_size for path in paths)
        history()  # what is loaded at the first call is loaded once
        return Times(
            reading=_median(tries, lambda: [path.read_bytes() for path in paths]),
            history=_median(tries, history),
            nothing_to_resume=_median(tries, _find_nothing),
            one_run=_median(tries, lambda: read_run(paths[-1].stem)),
            bytes_a_job=size / runs / jobs,
        )


def _find_nothing() -> None:
    with suppress(JournalError):
        last_unfinished(cast("Gateway", _Here()))
        raise AssertionError("there is something to resume")


class _Here:
    def identity(self) -> Place:
        return HERE


def _median(tries: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(tries):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _write(number: int, count: int) -> Path:
    began = BEGAN + timedelta(hours=number)
    jobs = tuple(PlannedJob(job.job_id, Verdict.TERMINATE, job) for job in (_job(one) for one in range(count)))
    plan = Plan("OPS-123 bad input", HERE, jobs, began, None, guards=Guards())
    with Journal.create(plan, began) as journal:
        for start in range(0, count, 50):
            group = [planned.job_id for planned in jobs[start : start + 50]]
            journal.write([{"type": "call", "at": began.isoformat(), "jobIds": group}])
            answer = {"accepted": True, "request_id": f"{start:08x}-0000-4000-8000-000000000000"}
            journal.answers(dict.fromkeys(group, answer), began)
        ended = began + timedelta(seconds=30)
        results = tuple(_result(planned, began, ended) for planned in jobs)
        journal.end(Report(plan, results, began, ended, waited=True, run_id=journal.run_id))
    return journal.path


def _job(number: int, **changes: Any) -> Job:
    job_id = f"{number:08x}-2222-4333-8444-555555555555"
    needs = [{"type": "VCPU", "value": "8"}, {"type": "MEMORY", "value": "61440"}, {"type": "GPU", "value": "1"}]
    container: dict[str, Any] = {
        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/train:2026-10-31",
        "command": ["python", "-m", "train", "--config", "sweep.yaml"],
        "environment": [{"name": name, "value": "x"} for name in ("BUCKET", "RUN", "WANDB_PROJECT")],
        "resourceRequirements": needs,
        "logStreamName": f"train/default/{job_id.replace('-', '')}",
    }
    container |= changes.pop("container", {})
    item = {
        "jobId": job_id,
        "jobName": f"sweep-lr-{number:04}",
        "jobArn": f"arn:aws:batch:eu-west-1:123456789012:job/{job_id}",
        "jobQueue": "arn:aws:batch:eu-west-1:123456789012:job-queue/train-gpu",
        "jobDefinition": "arn:aws:batch:eu-west-1:123456789012:job-definition/train-sweep:7",
        "status": "RUNNING",
        "createdAt": 1_793_000_000_000 + number,
        "startedAt": 1_793_000_100_000 + number,
        "tags": {"team": "ml", "sweep": "lr"},
        "container": container,
    }
    return job_from_aws(item | changes)


def _result(planned: PlannedJob, began: datetime, ended: datetime) -> JobResult:
    number = int(planned.job_id[:8], 16)
    reason, stopped = "OPS-123 bad input", round(ended.timestamp() * 1000)
    ran = {"exitCode": 137, "reason": reason}
    attempt = {"container": ran, "startedAt": 1_793_000_100_000 + number, "stoppedAt": stopped, "statusReason": reason}
    changes = {"status": "FAILED", "statusReason": reason, "stoppedAt": stopped, "isTerminated": True}
    seen = _job(number, container=ran, attempts=[attempt], **changes)
    request_id = f"{number // 50 * 50:08x}-0000-4000-8000-000000000000"
    return JobResult(planned, Outcome.TERMINATED, seen, 1, began, ended, None, None, request_id)
