"""Reports, listings and histories to draw, made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pandas as pd

from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.place import Place
from batchnb.model.accessor import register
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.pictures import Picture

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
ARN = "arn:aws:batch:eu-west-1:123456789012:job-definition/"


def job_id(number: int) -> str:
    """Return an id for each number."""
    return f"{number:08d}-0000-4000-a000-000000000000"


def result(
    number: int,
    outcome: Outcome = Outcome.TERMINATED,
    *,
    before: JobStatus | None = JobStatus.RUNNING,
    seconds: float | None = 10.0,
    verdict: Verdict = Verdict.TERMINATE,
    accepted: bool = True,
    by_sight: bool = False,
) -> JobResult:
    """Return what became of a job that ended `seconds` after its request was accepted, or before where negative."""
    one = job_id(number)
    accepted_at = NOW if accepted else None
    ended_at = NOW + timedelta(seconds=seconds) if seconds is not None and outcome.has_ended else None
    ended = JobStatus.SUCCEEDED if outcome is Outcome.SUCCEEDED else JobStatus.FAILED
    stopped_at = round(ended_at.timestamp() * 1000) if ended_at and not by_sight else None
    started_at = round((NOW - timedelta(hours=1)).timestamp() * 1000) if before and before.has_started else None
    job = Job(one, "sweep", before, started_at=started_at, job_definition=f"{ARN}train:1")
    planned = PlannedJob(one, verdict, None if verdict is Verdict.NOT_FOUND else job)
    seen = Job(one, "sweep", ended if outcome.has_ended else before, stopped_at=stopped_at) if planned.job else None
    return JobResult(planned, outcome, seen, 1, accepted_at, ended_at, None, None, None)


def report(results: Sequence[JobResult]) -> Report:
    """Return the report of these results, a minute and a half after its beginning."""
    plan = Plan("OPS-1", HERE, tuple(one.planned for one in results), NOW, None)
    return Report(plan, tuple(results), NOW, NOW + timedelta(seconds=90), waited=True)


def ran(number: int, hours: float | None, definition: str = "train:1", status: JobStatus = JobStatus.RUNNING) -> Job:
    """Return a job that has run for so many hours, to its end or until NOW."""
    started_at = None if hours is None else round((NOW - timedelta(hours=hours)).timestamp() * 1000)
    stopped_at = round(NOW.timestamp() * 1000) if status.has_ended else None
    return Job(
        job_id(number), "sweep", status, started_at=started_at, stopped_at=stopped_at, job_definition=ARN + definition
    )


def listing(jobs: Sequence[Job]) -> pd.DataFrame:
    """Return these jobs as `list_jobs` would."""
    return frame_of_jobs(jobs)


def drawn(frame: pd.DataFrame, *arguments: object, **options: object) -> Picture:
    """Return `frame.batchnb.plot(...)`, whose type nobody can tell from a DataFrame."""
    register()
    return cast(Picture, cast(Any, frame).batchnb.plot(*arguments, **options))


def history(runs: Sequence[tuple[datetime, object]]) -> pd.DataFrame:
    """Return runs that began at these times and had these counts by outcome, as `batchnb.history()` would."""
    return pd.DataFrame(
        {
            "run": [f"run-{number}" for number in range(len(runs))],
            "started_at": pd.to_datetime([at for at, _ in runs], utc=True),
            "counts": pd.Series([counts for _, counts in runs], dtype=object),
        }
    )
