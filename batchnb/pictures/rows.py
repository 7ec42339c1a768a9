"""Reads frames, of jobs and of runs, for pictures: which columns they need, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from batchnb.accessor import JOB_COLUMNS, missing_columns
from batchnb.errors import InputError
from batchnb.frames import id_column, job_ids_in
from batchnb.jobs import JobStatus
from batchnb.pictures.run_times import RunTime
from batchnb.plans import Plan
from batchnb.runs import counts_in
from batchnb.text import shown
from batchnb.verify import Outcome

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Run", "run_times_in", "runs_in", "selected_ids"]

_ENDED = tuple(status.value for status in JobStatus if status.has_ended)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the history: when it began, and how many jobs had each outcome."""

    run: str
    started_at: datetime
    outcomes: Mapping[Outcome, int]


def selected_ids(selected: object, ids: str | None = None) -> set[str]:
    """Return the job ids that are meant: those that a Plan ends, or those that a frame, a Series or a list names."""
    if selected is None:
        return set()
    if isinstance(selected, Plan):
        return {planned.job_id for planned in selected.to_end}
    if hasattr(selected, "__len__") and not len(selected):
        return set()
    return {job.job_id for job in job_ids_in(selected, ids=ids if hasattr(selected, "columns") else None)}


def run_times_in(
    frame: pd.DataFrame, selected: set[str], now: datetime, ids: str | None = None
) -> tuple[list[RunTime], int]:
    """Return the run time of each job of the frame, and how many of the `selected` ids are not in it.

    A job that has not ended is measured until `now`. Raises InputError where a column is missing, or holds no times.
    """
    if missing := missing_columns(frame, JOB_COLUMNS):
        raise InputError(f"jobs: run times need the columns {', '.join(JOB_COLUMNS)}; this frame lacks {missing}.")
    import pandas as pd

    started, stopped = _times(frame, "startedAt"), _times(frame, "stoppedAt")
    statuses = frame["status"].astype(object)
    has_ended = statuses.isin(_ENDED)
    seconds = (stopped.where(has_ended, pd.Timestamp(now)) - started).dt.total_seconds().clip(lower=0.0)
    # A job that waits for its next attempt may still show when the last one started.
    measured = has_ended | statuses.isin((JobStatus.STARTING.value, JobStatus.RUNNING.value))
    job_ids = [_bare(value) for value in id_column(frame, ids)] if selected else [""] * len(frame)
    columns = (frame["jobDefinition"].tolist(), seconds.where(measured).tolist(), has_ended.tolist(), job_ids)
    jobs = [
        RunTime(_definition(definition), None if lasted != lasted else lasted, bool(is_over), job_id in selected)
        for definition, lasted, is_over, job_id in zip(*columns, strict=True)
    ]
    return jobs, len(selected - set(job_ids))


def runs_in(frame: pd.DataFrame) -> list[Run]:
    """Return the runs of a history, oldest first. Raises InputError where a column holds no times."""
    return sorted(_runs(frame), key=lambda run: (run.started_at, run.run))


def _runs(frame: pd.DataFrame) -> Iterator[Run]:
    columns = (frame["run"].tolist(), _times(frame, "started_at").tolist(), frame["outcomes"].tolist())
    for run, started_at, outcomes in zip(*columns, strict=True):
        if started_at == started_at:  # NaT is nothing, not even itself
            yield Run(str(run), started_at.to_pydatetime(warn=False).astimezone(UTC), counts_in(outcomes))


def _times(frame: pd.DataFrame, column: str) -> pd.Series[pd.Timestamp]:
    import pandas as pd

    try:
        return pd.to_datetime(frame[column], utc=True)
    except (TypeError, ValueError) as error:
        raise InputError(f"column {column}: expected times, and pandas says: {shown(error, 200)}") from error


def _bare(value: object) -> str:
    return str(value).strip().rpartition("/")[2]


def _definition(value: Any) -> str:
    return value.rpartition("job-definition/")[2] if isinstance(value, str) and value else "unknown definition"
