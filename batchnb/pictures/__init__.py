"""Pictures of reports, plans, listings and the history of runs, each with the numbers that it shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.pictures.picture import Picture
from batchnb.pictures.rows import run_times_in, run_times_of, runs_in, selected_ids
from batchnb.pictures.run_history import draw_history
from batchnb.pictures.run_times import draw_run_times
from batchnb.pictures.statuses import draw_statuses
from batchnb.pictures.time_to_end import draw_time_to_end
from batchnb.plans import Plan
from batchnb.report import Report
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Picture", "picture_of_history", "picture_of_jobs", "picture_of_plan", "picture_of_report"]

_OF_REPORT = {"statuses": draw_statuses, "time_to_end": draw_time_to_end}


def picture_of_report(report: Report, kind: str) -> Picture:
    """Return the picture of a report that `kind` names. Raises InputError for another kind."""
    if kind not in _OF_REPORT:
        raise InputError(f"kind={shown(repr(kind))}: expected one of {', '.join(map(repr, _OF_REPORT))}.")
    return _OF_REPORT[kind](report)


def picture_of_plan(plan: Plan, jobs: pd.DataFrame | None) -> Picture:
    """Return the run times of `jobs` and of the plan's own, with those marked that the plan ends.

    What the plan has of a job is newer than what a listing has, and stands in its place.
    """
    own = run_times_of(plan)
    known = {planned.job_id for planned in plan.jobs}
    among = run_times_in(jobs, known, plan.made_at)[0] if jobs is not None else []
    return draw_run_times([*own, *(job for job in among if not job.is_selected)], plan.made_at)


def picture_of_jobs(
    frame: pd.DataFrame, selected: object, *, now: datetime | None, ids: str | None, clock: Clock | None = None
) -> Picture:
    """Return the run times of the jobs of a frame, with the `selected` ones marked."""
    until = now or _made_at(frame, selected) or (clock or Clock()).wall()
    if until.tzinfo is None:
        raise InputError(f"now={until}: expected a time with its zone, such as datetime.now(UTC).")
    until = until.astimezone(UTC)
    jobs, missing = run_times_in(frame, selected_ids(selected, frame, ids), until, ids)
    return draw_run_times(jobs, until, missing)


def picture_of_history(frame: pd.DataFrame) -> Picture:
    """Return what became of the jobs of each run over time."""
    return draw_history(runs_in(frame))


def _made_at(frame: pd.DataFrame, selected: object) -> datetime | None:
    listed_at = frame.attrs.get("listed_at")
    try:
        return datetime.fromisoformat(listed_at) if isinstance(listed_at, str) else _planned_at(selected)
    except ValueError:
        return _planned_at(selected)


def _planned_at(selected: object) -> datetime | None:
    return selected.made_at if isinstance(selected, Plan) else None
