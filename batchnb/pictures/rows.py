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


def selected_ids(selected: Any, frame: pd.DataFrame | None = None, ids: str | None = None) -> set[str]:
    """Return the job ids that are meant: those that a Plan ends, or those that a frame, a Series or a list names.

    A Series of truth values means rows of `frame`.
    """
    if selected is None:
        return set()
    if isinstance(selected, Plan):
        return {planned.job_id for planned in selected.to_end}
    if hasattr(selected, "__len__") and not len(selected):
        return set()
    if frame is not None and getattr(selected, "dtype", None) in ("bool", "boolean"):
        selected = frame[selected]
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
    statuses = _column(frame, "status").astype(object)
    has_ended = statuses.isin(_ENDED)
    seconds = (stopped.where(has_ended, pd.Timestamp(now)) - started).dt.total_seconds().clip(lower=0.0)
    # A job that waits for its next attempt may still show when the last one started.
    measured = has_ended | statuses.isin((JobStatus.STARTING.value, JobStatus.RUNNING.value))
    job_ids = [_bare(value) for value in id_column(frame, ids)] if selected else [""] * len(frame)
    columns = (_column(frame, "jobDefinition").tolist(), seconds.where(measured).tolist(), has_ended.tolist(), job_ids)
    jobs = [
        RunTime(_definition(definition), None if lasted != lasted else lasted, bool(is_over), job_id in selected)
        for definition, lasted, is_over, job_id in zip(*columns, strict=True)
    ]
    return jobs, len(selected - set(job_ids))


def runs_in(frame: pd.DataFrame) -> list[Run]:
    """Return the runs of a history, oldest first. Raises InputError where a column holds no times."""
    return sorted(_runs(frame), key=lambda run: (run.started_at, run.run))


def _runs(frame: pd.DataFrame) -> Iterator[Run]:
    runs, outcomes_of = (_column(frame, name).tolist() for name in ("run", "outcomes"))
    for run, started_at, outcomes in zip(runs, _times(frame, "started_at").tolist(), outcomes_of, strict=True):
        if started_at == started_at:  # NaT is nothing, not even itself
            yield Run(str(run), started_at.to_pydatetime(warn=False).astimezone(UTC), counts_in(outcomes))


def _times(frame: pd.DataFrame, column: str) -> pd.Series[pd.Timestamp]:
    import pandas as pd

    values = _column(frame, column)
    # Plain numbers are AWS's own: milliseconds. pandas would take them for nanoseconds.
    unit: Any = "ms" if pd.api.types.is_numeric_dtype(values.dtype) else None
    try:
        return pd.Series(pd.to_datetime(values, utc=True, unit=unit))
    except (TypeError, ValueError) as error:
        raise InputError(f"column {column}: expected times, and pandas says: {shown(error, 200)}") from error


def _column(frame: pd.DataFrame, name: str) -> Any:
    column = frame[name]
    if hasattr(column, "columns"):
        raise InputError(f"jobs: the DataFrame has more than one column named {name!r}.")
    return column


def _bare(value: object) -> str:
    return str(value).strip().rpartition("/")[2]


def _definition(value: Any) -> str:
    return value.rpartition("job-definition/")[2] if isinstance(value, str) and value else "unknown definition"
