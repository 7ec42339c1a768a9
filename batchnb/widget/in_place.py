"""The rows of a picker with what is new about them: each job stays in its row, and new ones wait.

A job that a listing does not have any more is described: by itself, that it is not listed says nothing of how it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from batchnb.aws.listing import describe_all
from batchnb.widget.children import longer
from batchnb.widget.refresh import Refreshed, live_ids, merged, refreshed_frame
from batchnb.widget.table.snapshot import take_snapshot

if TYPE_CHECKING:
    from batchnb.clock import Clock
    from batchnb.widget.setup import Setup
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["InPlace", "in_place", "look_at_unlisted"]


@dataclass(frozen=True, slots=True)
class InPlace:
    """A frame of the same jobs in the same rows, and the jobs that it does not have."""

    frame: pd.DataFrame
    new: int
    """How many jobs of the listing are not in the frame."""
    whole: pd.DataFrame
    """The frame with the new jobs at its end."""
    unlisted: frozenset[str] = frozenset()
    """Jobs of the frame that the listing tells nothing of: their rows are as they were."""
    gone: frozenset[str] = frozenset()
    """Jobs of the frame that AWS does not know any more."""


def in_place(snapshot: Snapshot, fresh: Refreshed, ids: str | None = None) -> InPlace:
    """Return the rows of the snapshot, in their order, with what is new about them. Of the others it says which."""
    size, other = len(snapshot), take_snapshot(fresh.frame, 0, ids=ids)
    new = [row for row, job_id in enumerate(other.rows.job_ids) if job_id and job_id not in snapshot.row_of]
    if other.rows.job_ids[:size] == snapshot.rows.job_ids and list(other.frame.columns) == list(snapshot.frame.columns):
        frame, whole = other.frame.iloc[:size].copy(), fresh.frame
    else:
        frame = _aligned(snapshot, other)
        whole = _with_rows(frame, other.frame.iloc[new])
    frame.attrs = {**snapshot.frame.attrs, "listed_at": fresh.frame.attrs.get("listed_at")}
    whole.attrs = {**frame.attrs, **fresh.frame.attrs}
    told = other.row_of if _tells_status(snapshot, other) else {}
    unlisted = frozenset(job_id for job_id in live_ids(snapshot) if job_id not in told)
    return InPlace(frame, len(new), whole, unlisted, fresh.gone)


def look_at_unlisted(found: InPlace, setup: Setup, clock: Clock) -> InPlace:
    """Return it with what DescribeJobs says of the jobs that are not listed any more. Without any, nothing is asked."""
    if not found.unlisted:
        return found
    jobs = describe_all(setup.connection.open(), sorted(found.unlisted), clock)
    gone = found.unlisted.difference(jobs)

    def updated(frame: pd.DataFrame) -> pd.DataFrame:
        return refreshed_frame(take_snapshot(frame, 0, ids=setup.ids), jobs, gone)

    return replace(found, frame=updated(found.frame), whole=updated(found.whole), gone=found.gone | gone)


def _tells_status(snapshot: Snapshot, other: Snapshot) -> bool:
    """Whether the other frame tells the status in the column from which this one has it."""
    place = snapshot.layout.place("status")
    return place is None or list(other.frame.columns).count(snapshot.frame.columns[place]) == 1


def _aligned(snapshot: Snapshot, other: Snapshot) -> pd.DataFrame:
    """Return the frame of a snapshot with the values that another one has for the same jobs, column by column."""
    frame = snapshot.frame.copy()
    known = [row for row, job_id in enumerate(snapshot.rows.job_ids) if job_id in other.row_of]
    rows = [other.row_of[snapshot.rows.job_ids[row]] for row in known]
    for title in frame.columns:
        if list(frame.columns).count(title) == list(other.frame.columns).count(title) == 1:
            frame[title] = merged(frame[title], other.frame[title].iloc[rows], known)
    return frame


def _with_rows(frame: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with these rows at its end; columns that they do not have stay empty there."""
    if not len(new):
        return frame.copy()
    titles: Sequence[object] = list(new.columns)
    columns = []
    for place, title in enumerate(frame.columns):
        has_one = titles.count(title) == 1
        values = new[title].astype(object).tolist() if has_one else [None] * len(new)
        columns.append(longer(frame.iloc[:, place], values))
    whole = pd.concat(columns, axis=1)
    whole.columns = frame.columns
    return whole
