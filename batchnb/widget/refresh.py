"""The rows of a picker as AWS has their jobs now, and new ones where it shows a whole listing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from batchnb.aws.listing import describe_all, list_selected
from batchnb.aws.relist import Remembered, recount, remembered
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.frame import frame_of_jobs
from batchnb.text import plural
from batchnb.widget.children import own_ids
from batchnb.widget.table.rows import ENDED_LIVES, LIFE_OF
from batchnb.widget.table.snapshot import take_snapshot

if TYPE_CHECKING:
    from batchnb.aws.gateway import Gateway
    from batchnb.jobs.job import Job
    from batchnb.widget.setup import Setup
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["Refreshed", "list_again", "live_ids", "merged", "refreshed", "refreshed_frame", "with_jobs"]

_CHANGING = (
    *("status", "statusReason", "startedAt", "stoppedAt", "exitCode"),
    *("isTerminated", "isCancelled", "liveChildren"),
)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A frame, and the sentence that says how it was made."""

    frame: pd.DataFrame
    note: str
    gone: frozenset[str] = frozenset()
    """Jobs that were alive when they were seen last, and that AWS does not know any more."""


def list_again(snapshot: Snapshot, setup: Setup, clock: Clock) -> Refreshed:
    """Return the jobs of a picker as they are now: what its `relist` returns, or as `refreshed` does."""
    if setup.relist is not None:
        frame = setup.relist()
        listed = take_snapshot(frame, 0, ids=setup.ids).row_of
        left = _left_text(sum(job_id not in listed for job_id in own_ids(snapshot)))
        fresh = Refreshed(frame, f"Listed again at {clock.wall():%H:%M:%S} UTC{left}.")
    else:
        fresh = refreshed(snapshot, setup.connection.open(), clock)
    fresh.frame.attrs["listed_at"] = clock.wall().isoformat(timespec="seconds")
    return fresh


def refreshed(snapshot: Snapshot, gateway: Gateway, clock: Clock) -> Refreshed:
    """Return the jobs of the snapshot as they are now, and the new ones that its listing finds.

    New jobs are looked for only where the snapshot is a whole listing: of a part of one, nobody knows which of them
    would be meant. Raises InputError where the listing is made in another account, as far as can be seen.
    """
    known = [job_id for job_id in snapshot.row_of if "#" not in job_id]
    made = remembered(snapshot.frame)
    at = f"{clock.wall():%H:%M:%S} UTC"
    if made is None or "jobId" not in snapshot.frame or not made.is_of(gateway) or not made.is_whole(own_ids(snapshot)):
        jobs = describe_all(gateway, known, clock)
        gone = live_ids(snapshot).difference(jobs)
        is_other = "not a listing of list_jobs" if made is None else "a part of a listing, or was made elsewhere"
        again = f"Updated these {plural(len(known), 'job')} at {at}."
        note = f"{again} New jobs were not looked for: the table is {is_other}."
        return Refreshed(refreshed_frame(snapshot, jobs, gone), note, gone)
    return _listed_again(snapshot, made, known, gateway, clock, at)


def _listed_again(
    snapshot: Snapshot, made: Remembered, known: Sequence[str], gateway: Gateway, clock: Clock, at: str
) -> Refreshed:
    listing = list_selected(gateway, made.wanted, clock=clock)
    jobs = {job.job_id: job for job in listing.jobs}
    unlisted = [job_id for job_id in known if job_id not in jobs]
    jobs.update(describe_all(gateway, unlisted, clock))
    gone = live_ids(snapshot).difference(jobs)
    if listing.jobs and known and not any(job_id in jobs for job_id in known):
        raise InputError(
            "AWS knows none of the jobs of this table, but finds others by the same selectors: this may be another "
            "account. The table stays as it was. List the jobs again."
        )
    new = [job for job in listing.jobs if job.job_id not in snapshot.row_of]
    frame = _with_new(refreshed_frame(snapshot, jobs, gone), new, tags=listing.with_tags)
    recount(frame, made.jobs + len(new))
    frame.attrs["not_listed"] = dict(listing.not_listed)
    found = f"{plural(len(new), 'new job')}{', at the end of the table' if new else ''}"
    # Children of an array are in no listing of queues: nobody has to be told that they are not in this one.
    left = _left_text(len(set(unlisted).intersection(own_ids(snapshot))))
    return Refreshed(frame, f"Listed again at {at}: {found}{left}.", gone)


def _left_text(left: int) -> str:
    return f"; {plural(left, 'job')} no longer in it" if left else ""


def live_ids(snapshot: Snapshot) -> frozenset[str]:
    """Return the jobs of the snapshot that were not seen to end, and that can be described."""
    rows = snapshot.rows
    ended = frozenset(LIFE_OF[life] for life in ENDED_LIVES)
    pairs = zip(rows.job_ids, rows.lives.tolist(), strict=True)
    return frozenset(job_id for job_id, life in pairs if job_id and life not in ended and "#" not in job_id)


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


def refreshed_frame(snapshot: Snapshot, jobs: Mapping[str, Job], gone: Collection[str] = frozenset()) -> pd.DataFrame:
    """Return the frame with what changes in a job's life brought up to date.

    A job that is `gone` has no status: nobody knows how it ended. One that is in neither stays as it was.
    """
    frame = snapshot.frame.copy()
    job_ids = snapshot.rows.job_ids
    known = [row for row, job_id in enumerate(job_ids) if job_id in jobs]
    now = frame_of_jobs([jobs[job_ids[row]] for row in known])
    for title in _CHANGING:
        if list(frame.columns).count(title) == 1:
            frame[title] = merged(frame[title], now[title], known)
    place = snapshot.layout.place("status")
    if place is not None and gone and list(frame.columns).count(frame.columns[place]) == 1:
        rows = [row for row, job_id in enumerate(job_ids) if job_id in gone]
        nothing = pd.Series([None] * len(rows), dtype=object)
        frame[frame.columns[place]] = merged(frame[frame.columns[place]], nothing, rows)
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


def merged(before: pd.Series[Any], now: pd.Series[Any], known: list[int]) -> pd.Series[Any]:
    """Return the column with these values in the rows that are known, with its type where that can hold them."""
    both = before.astype(object)
    both.iloc[known] = now.astype(object).to_numpy()
    if before.dtype == "category" and not set(now.dropna()) <= set(before.cat.categories):
        return both.astype("category")
    try:
        return both.astype(before.dtype)
    except (TypeError, ValueError):
        return both
