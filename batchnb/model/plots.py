"""Plots of a plan and of a report: the rows that pictures are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from batchnb.errors import InputError
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.jobs.summary import NOT_KNOWN
from batchnb.model.facts import PlanFacts
from batchnb.model.result import JobResult
from batchnb.pictures import Picture
from batchnb.pictures.rows import run_time, run_times_in
from batchnb.pictures.run_times import RunTime, draw_run_times
from batchnb.pictures.time_to_end import Endings, draw_time_to_end
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["endings_of", "picture_of_plan", "picture_of_report", "run_times_of"]

_KINDS = ("time_to_end",)


def picture_of_report(results: Sequence[JobResult], finished_at: datetime, kind: str) -> Picture:
    """Return the picture of a report that `kind` names. Raises InputError for another kind."""
    if kind not in _KINDS:
        raise InputError(f"kind={shown(repr(kind))}: expected {', '.join(map(repr, _KINDS))}.")
    every = endings_of(results)
    return draw_time_to_end(every, _notes(results, every, finished_at))


def picture_of_plan(plan: PlanFacts, jobs: pd.DataFrame | None) -> Picture:
    """Return the run times of `jobs` and of the plan's own, with those marked that the plan ends.

    What the plan has of a job is newer than what a listing has, and stands in its place.
    """
    own = run_times_of(plan)
    known = {planned.job_id for planned in plan.jobs}
    among = run_times_in(jobs, known, plan.made_at)[0] if jobs is not None else []
    return draw_run_times([*own, *(job for job in among if not job.is_selected)], plan.made_at)


def run_times_of(plan: PlanFacts) -> list[RunTime]:
    """Return the run time of each job of a plan, as it knows them; those are selected that it ends."""
    until = plan.made_at.timestamp()
    times = []
    for planned in plan.jobs:
        job = planned.job
        moments = ((at / 1000 if at else None) for at in ((job.started_at, job.stopped_at) if job else (None, None)))
        definition, status = (job.job_definition, job.status) if job else (None, None)
        times.append(run_time(definition, status, *moments, until=until, is_selected=planned.verdict.is_sent))
    return times


def endings_of(results: Iterable[JobResult]) -> list[Endings]:
    """Return the endings by status before, in the order of a job's life, without the jobs that the plan left out."""
    found: dict[str, Endings] = {}
    for result in results:
        if result.planned.verdict.is_watched:
            job = result.planned.job
            status = job.status.value if job and job.status else NOT_KNOWN
            _add(found.setdefault(status, Endings(status)), result)
    return [found[status] for status in (*JobStatus, NOT_KNOWN) if status in found]


def _add(endings: Endings, result: JobResult) -> None:
    if not result.outcome.has_ended:
        endings.not_seen += 1
    elif result.accepted_at is None or result.ended_at is None:
        endings.not_known += 1
    else:
        seconds = (result.ended_at - result.accepted_at).total_seconds()
        if seconds < 0 and result.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
            endings.before += 1
        else:
            # A queued job may have ended before AWS's answer was here; and AWS's clock need not be ours.
            endings.seconds.append(max(seconds, 0.0))


def _notes(results: Sequence[JobResult], every: Sequence[Endings], finished_at: datetime) -> tuple[str, ...]:
    notes = ["The request counts from AWS's answer, by this machine's clock; the end is AWS's stoppedAt."]
    measured = [result for result in results if result.planned.verdict.is_watched and result.outcome.has_ended]
    by_sight = sum(not (result.last_seen and result.last_seen.stopped_at) for result in measured)
    if by_sight:
        notes[0] += f" Where AWS gave none ({plural(by_sight, 'job')}) it is when the end was seen, which is later."
    missing = sum(one.not_seen for one in every)
    if missing:
        until = f"{finished_at:%Y-%m-%d %H:%M:%S} UTC"
        notes.append(f"{plural(missing, 'job')} not seen to end by {until}, and without a time here.")
    before, not_known = sum(one.before for one in every), sum(one.not_known for one in every)
    if before:
        notes.append(f"{plural(before, 'job')} ended by themselves before the request was accepted, and have no time.")
    if not_known:
        notes.append(f"{plural(not_known, 'job')} ended without an accepted request of their own, and have no time.")
    return tuple(notes)
