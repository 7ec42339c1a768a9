"""Reads frames, of jobs and of runs, for pictures: which columns they need, and their content."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from numbers import Integral
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.jobs.frame import id_column
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.pictures.run_times import RunTime
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HISTORY_COLUMNS", "JOB_COLUMNS", "Run", "missing_columns", "run_time", "run_times_in", "runs_in"]

JOB_COLUMNS = ("jobDefinition", "status", "startedAt", "stoppedAt")
"""What a frame of jobs has to have for their run times."""

HISTORY_COLUMNS = ("run", "started_at", "counts")
"""What a frame of runs has to have."""

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_STATUSES = {status.value: status for status in JobStatus}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the history: when it began, and how many jobs had each outcome."""

    run: str
    started_at: datetime
    outcomes: Mapping[Outcome, int]


def run_times_in(
    frame: pd.DataFrame, selected: set[str], now: datetime, ids: str | None = None
) -> tuple[list[RunTime], int]:
    """Return the run time of each job of the frame, and how many of the `selected` ids are not in it.

    A job that has not ended is measured until `now`. Raises InputError where a column is missing, or holds no times.
    """
    if missing := missing_columns(frame, JOB_COLUMNS):
        raise InputError(f"jobs: run times need the columns {', '.join(JOB_COLUMNS)}; this frame lacks {missing}.")
    job_ids = [_bare(value) for value in id_column(frame, ids)] if selected else [""] * len(frame)
    definitions, statuses = (_column(frame, name).tolist() for name in ("jobDefinition", "status"))
    started, stopped = _seconds(frame, "startedAt"), _seconds(frame, "stoppedAt")
    rows = zip(definitions, statuses, started, stopped, job_ids, strict=True)
    until = now.timestamp()
    jobs = [run_time(*row[:4], until=until, is_selected=row[4] in selected) for row in rows]
    return jobs, len(selected - set(job_ids))


def run_time(
    definition: object,
    status: object,
    started: float | None,
    stopped: float | None,
    *,
    until: float,
    is_selected: bool,
) -> RunTime:
    """Return how long a job has run, by its definition, its status and its times in seconds since 1970."""
    known = _STATUSES.get(status) if isinstance(status, str) else None
    has_ended = known is not None and known.has_ended
    # A job that waits for its next attempt may still show when the last one started.
    end = stopped if has_ended else until if known is not None and known.has_started else None
    seconds = max(0.0, end - started) if end is not None and started is not None else None
    return RunTime(_definition(definition), seconds, has_ended, is_selected)


def runs_in(frame: pd.DataFrame) -> list[Run]:
    """Return the runs of a history, oldest first. Raises InputError for a column without times, or without counts."""
    return sorted(_runs(frame), key=lambda run: (run.started_at, run.run))


def _runs(frame: pd.DataFrame) -> Iterator[Run]:
    runs, counts_of = (_column(frame, name).tolist() for name in ("run", "counts"))
    for run, started_at, counts in zip(runs, _times(frame, "started_at").tolist(), counts_of, strict=True):
        if started_at == started_at:  # NaT is nothing, not even itself
            yield Run(str(run), started_at.to_pydatetime(warn=False).astimezone(UTC), _outcomes_in(counts))


def _outcomes_in(counts: Any) -> dict[Outcome, int]:
    """Return the counts of a run. Those of an outcome that this version does not know are passed over."""
    if counts is None or counts != counts:  # nothing, as pandas has it for a row that lacks the column
        return {}
    if not isinstance(counts, Mapping):
        raise InputError(
            f"column counts: expected a dict for each run, as batchnb.history() returns it, got {shown(repr(counts))}. "
            "A CSV file keeps no dicts: draw the history itself."
        )
    known = {_OUTCOMES[outcome]: count for outcome, count in counts.items() if outcome in _OUTCOMES}
    return {outcome: int(count) for outcome, count in known.items() if isinstance(count, Integral) and int(count) >= 0}


def _seconds(frame: pd.DataFrame, column: str) -> list[float | None]:
    """Return the times of a column as seconds since 1970, None where there is none."""
    import pandas as pd

    seconds = (_times(frame, column) - pd.Timestamp(0, tz="UTC")).dt.total_seconds()
    return [None if each != each else each for each in seconds.tolist()]  # NaN is nothing, not even itself


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
    return str(value).strip().rpartition("/")[2].lower()


def _definition(value: Any) -> str:
    return value.rpartition("job-definition/")[2] if isinstance(value, str) and value else "unknown definition"


def missing_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> str:
    """Return which of these columns the frame lacks, as text; empty where it has them all."""
    return ", ".join(column for column in columns if column not in set(frame.columns))
