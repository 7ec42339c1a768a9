"""The rows of a picker as AWS has their jobs now, and new ones where it shows a whole listing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.aws.listing import describe_all, list_selected
from batchnb.aws.relist import Remembered, recount, remembered
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.frame import frame_of_jobs
from batchnb.text import plural
from batchnb.widget.children import own_ids
from batchnb.widget.table.snapshot import take_snapshot

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.aws.gateway import Gateway
    from batchnb.jobs.job import Job
    from batchnb.widget.setup import Setup
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["Refreshed", "in_place", "list_again", "refreshed", "refreshed_frame", "with_jobs"]

_CHANGING = (
    *("status", "statusReason", "startedAt", "stoppedAt", "exitCode"),
    *("isTerminated", "isCancelled", "liveChildren"),
)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A frame, and the sentence that says how it was made."""

    frame: pd.DataFrame
    note: str


def list_again(snapshot: Snapshot, setup: Setup, clock: Clock) -> Refreshed:
    """Return the jobs of a picker as they are now: what its `relist` returns, or as `refreshed` does."""
    if setup.relist is not None:
        fresh = Refreshed(setup.relist(), f"Listed again at {clock.wall():%H:%M:%S} UTC.")
    else:
        fresh = refreshed(snapshot, setup.connection.open(), clock)
    fresh.frame.attrs["listed_at"] = clock.wall().isoformat(timespec="seconds")
    return fresh


def in_place(snapshot: Snapshot, fresh: Refreshed, ids: str | None = None) -> tuple[pd.DataFrame, int]:
    """Return the rows of the snapshot, in their order, with what is new about them, and how many rows are not in it.

    A job that is not in the fresh frame stays as it was.
    """
    size, other = len(snapshot), take_snapshot(fresh.frame, 0, ids=ids)
    new = sum(job_id not in snapshot.row_of for job_id in other.row_of)
    if other.rows.job_ids[:size] == snapshot.rows.job_ids and list(other.frame.columns) == list(snapshot.frame.columns):
        frame = other.frame.iloc[:size].copy()
    else:
        frame = _aligned(snapshot, other)
    frame.attrs = {**snapshot.frame.attrs, "listed_at": fresh.frame.attrs.get("listed_at")}
    return frame, new


def _aligned(snapshot: Snapshot, other: Snapshot) -> pd.DataFrame:
    """Return the frame of a snapshot with the values that another one has for the same jobs, column by column."""
    frame = snapshot.frame.copy()
    known = [row for row, job_id in enumerate(snapshot.rows.job_ids) if job_id in other.row_of]
    rows = [other.row_of[snapshot.rows.job_ids[row]] for row in known]
    for title in frame.columns:
        if list(frame.columns).count(title) == list(other.frame.columns).count(title) == 1:
            frame[title] = _merged(frame[title], other.frame[title].iloc[rows], known)
    return frame


def refreshed(snapshot: Snapshot, gateway: Gateway, clock: Clock) -> Refreshed:
    """Return the jobs of the snapshot as they are now, and the new ones that its listing finds.

    New jobs are looked for only where the snapshot is a whole listing: of a part of one, nobody knows which of them
    would be meant. Raises InputError where the listing is made in another account, as far as can be seen.
    """
    known = [job_id for job_id in snapshot.row_of if "#" not in job_id]
    made = remembered(snapshot.frame)
    at = f"{clock.wall():%H:%M:%S} UTC"
    if made is None or "jobId" not in snapshot.frame or not made.is_of(gateway) or not made.is_whole(own_ids(snapshot)):
        frame = refreshed_frame(snapshot, describe_all(gateway, known, clock))
        is_other = "not a listing of list_jobs" if made is None else "a part of a listing, or was made elsewhere"
        again = f"Updated these {plural(len(known), 'job')} at {at}."
        return Refreshed(frame, f"{again} New jobs were not looked for: the table is {is_other}.")
    return _listed_again(snapshot, made, known, gateway, clock, at)


def _listed_again(
    snapshot: Snapshot, made: Remembered, known: Sequence[str], gateway: Gateway, clock: Clock, at: str
) -> Refreshed:
    listing = list_selected(gateway, made.wanted, clock=clock)
    jobs = {job.job_id: job for job in listing.jobs}
    gone = [job_id for job_id in known if job_id not in jobs]
    jobs.update(describe_all(gateway, gone, clock))
    if listing.jobs and known and not any(job_id in jobs for job_id in known):
        raise InputError(
            "AWS knows none of the jobs of this table, but finds others by the same selectors: this may be another "
            "account. The table stays as it was. List the jobs again."
        )
    new = [job for job in listing.jobs if job.job_id not in snapshot.row_of]
    frame = _with_new(refreshed_frame(snapshot, jobs), new, tags=listing.with_tags)
    recount(frame, made.jobs + len(new))
    frame.attrs["not_listed"] = dict(listing.not_listed)
    found = f"{plural(len(new), 'new job')}{', at the end of the table' if new else ''}"
    # Children of an array are in no listing of queues: nobody has to be told that they are not in this one.
    lost = len(set(gone).intersection(own_ids(snapshot)))
    left = f"; {plural(lost, 'job')} no longer in it" if lost else ""
    return Refreshed(frame, f"Listed again at {at}: {found}{left}.")


def with_jobs(snapshot: Snapshot, job_ids: Sequence[str], gateway: Gateway, clock: Clock) -> pd.DataFrame:
    """Return the frame of the snapshot with rows for these jobs at its end, as far as AWS knows them.

    A listing that was whole counts them as found. Raises InputError for a frame whose ids are not those of a listing.
    """
    if "jobId" not in snapshot.frame:
        raise InputError("these jobs are not in this table, and it has no column jobId. List them with %batch_jobs.")
    new = describe_all(gateway, [job_id for job_id in job_ids if job_id not in snapshot.row_of], clock)
    frame, made = (
        _with_new(snapshot.frame, list(new.values()), tags="tags" in snapshot.frame),
        remembered(snapshot.frame),
    )
    if made is not None and made.is_whole(own_ids(snapshot)):
        recount(frame, made.jobs + len(new))
    return frame


def refreshed_frame(snapshot: Snapshot, jobs: Mapping[str, Job]) -> pd.DataFrame:
    """Return the frame with what changes in a job's life brought up to date; an unknown job stays as it was."""
    frame = snapshot.frame.copy()
    job_ids = snapshot.rows.job_ids
    known = [row for row, job_id in enumerate(job_ids) if job_id in jobs]
    now = frame_of_jobs([jobs[job_ids[row]] for row in known])
    for title in _CHANGING:
        if list(frame.columns).count(title) == 1:
            frame[title] = _merged(frame[title], now[title], known)
    return frame


def _with_new(frame: pd.DataFrame, new: Sequence[Job], *, tags: bool) -> pd.DataFrame:
    """Return the frame with rows for the new jobs at its end; columns that a listing does not have stay empty there."""
    if not new:
        return frame
    added = frame_of_jobs(new, tags=tags)
    longer = frame.reindex(range(len(frame) + len(new)))
    for title in frame.columns:
        before = frame[title].astype(object).tolist()
        after = added[title].astype(object).tolist() if title in added else [None] * len(new)
        longer[title] = _as_before(before + after, frame[title])
    return longer


def _as_before(values: list[Any], before: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values with the type that the column had, unless a value gets lost by it."""
    series = type(before)(values, dtype=object, name=before.name)
    try:
        typed = series.astype(before.dtype)
    except (TypeError, ValueError):
        return series
    return typed if int(typed.isna().sum()) == int(series.isna().sum()) else series


def _merged(before: pd.Series[Any], now: pd.Series[Any], known: list[int]) -> pd.Series[Any]:
    merged = before.astype(object)
    merged.iloc[known] = now.astype(object).to_numpy()
    if before.dtype == "category" and not set(now.dropna()) <= set(before.cat.categories):
        return merged.astype("category")
    try:
        return merged.astype(before.dtype)
    except (TypeError, ValueError):
        return merged
