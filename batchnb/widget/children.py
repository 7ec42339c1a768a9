"""The children of an array as rows of a picker, listed when somebody opens the array in it.

They are rows like the others: each can be found, selected and ended by itself. ListJobs does not say in which queue a
child is, nor its definition: both are those of its array.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from batchnb.aws.listing import list_selected
from batchnb.errors import InputError
from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.ids import array_parent
from batchnb.jobs.selector import selector
from batchnb.text import shown
from batchnb.widget import messages
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    from batchnb.jobs.job import Job
    from batchnb.widget.session import PickerSession
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["frame_with", "longer", "open_array", "own_ids"]

_OPENED = "opened_arrays"
"""In a frame's attrs: the arrays whose children were added to it."""

_TITLES = {
    "id": "jobId",
    "name": "jobName",
    "queue": "jobQueue",
    "created": "createdAt",
    "started": "startedAt",
    "stopped": "stoppedAt",
    "reason": "statusReason",
    "definition": "jobDefinition",
    "size": "arraySize",
    "live": "liveChildren",
}
"""The columns of `frame_of_jobs` by their roles; the others are called as they are."""

_OF_THE_ARRAY = ("jobQueue", "jobDefinition", "shareIdentifier")


def open_array(session: PickerSession, number: object, row: object) -> None:
    """List the children of the array in this row, in the thread, and send the table with them at its end.

    Raises InputError for a row of another table than the one that is shown, for one without an array, and while a plan
    is made, waits or is executed.
    """
    with session.jobs.mutex:
        snapshot = session.jobs.snapshot
        at = _array_row(snapshot, number, row)
    session.worker.start(Phase.LISTING, lambda _turn: _add_children(session, snapshot, at))


def own_ids(snapshot: Snapshot) -> Collection[str]:
    """Return the ids of the jobs of a snapshot, without the children that were added when their arrays were opened."""
    opened = frozenset(snapshot.frame.attrs.get(_OPENED, ()))
    return [one for one in snapshot.row_of if array_parent(one) not in opened] if opened else snapshot.row_of


def frame_with(snapshot: Snapshot, jobs: Sequence[Job], array: int) -> pd.DataFrame:
    """Return the frame of a snapshot with rows for these children of the array in row `array` at its end."""
    frame, added = snapshot.frame, frame_of_jobs(jobs)
    columns = []
    for place, title in enumerate(frame.columns):
        column = frame.iloc[:, place]
        source = _TITLES.get(snapshot.layout.roles.get(place, ""), title)
        values = added[source].astype(object).tolist() if source in added else [None] * len(jobs)
        if source in _OF_THE_ARRAY:
            values = [column.iloc[array] if pd.isna(value) else value for value in values]
        columns.append(longer(column, values))
    whole = pd.concat(columns, axis=1)
    whole.columns = frame.columns
    opened = [*frame.attrs.get(_OPENED, ()), snapshot.rows.job_ids[array]]
    whole.attrs = {**frame.attrs, _OPENED: list(dict.fromkeys(opened))}
    return whole


def _array_row(snapshot: Snapshot, number: object, row: object) -> int:
    if number != snapshot.number or not isinstance(row, int) or not 0 <= row < len(snapshot):
        raise InputError("the list has changed meanwhile. Open the array again.")
    place = snapshot.layout.place("size")
    if place is None or not snapshot.rows.job_ids[row] or not _is_above_0(snapshot.frame.iloc[[row], place]):
        raise InputError("the job in this row is not an array.")
    return row


def _index(child: Job) -> int:
    return int(child.job_id.rpartition(":")[2])


def _is_above_0(one: pd.Series[Any]) -> bool:
    size = pd.to_numeric(one, errors="coerce").iloc[0]
    return bool(pd.notna(size)) and bool(size > 0)


def _add_children(session: PickerSession, snapshot: Snapshot, array: int) -> None:
    job_id = snapshot.rows.job_ids[array]
    wanted = selector(children_of=job_id, status="all")
    listing = list_selected(session.setup.connection.open(), wanted, clock=session.clock)
    new = sorted((job for job in listing.jobs if job.job_id not in snapshot.row_of), key=_index)
    if not listing.jobs:
        raise InputError(f"AWS lists no children of the array {shown(job_id, 60)}.")
    with session.jobs.mutex:
        if new and session.jobs.snapshot is snapshot:
            session.jobs.extend(frame_with(snapshot, new, array))
            session.peer.mark()
            session.audience.send(*messages.table(session.jobs, session.state()))
    session.audience.keep_rows()


def longer(column: pd.Series[Any], values: Sequence[Any]) -> pd.Series[Any]:
    """Return the column with these values at its end, in its own type or the next one that can hold them."""
    for before in (column, column.convert_dtypes()):
        added = pd.Series(list(values), dtype=object)
        try:
            typed = added.astype(before.dtype)
        except (TypeError, ValueError):
            continue
        if int(typed.isna().sum()) == int(added.isna().sum()):
            return pd.concat([before, typed], ignore_index=True)
    return pd.concat([column.astype(object), pd.Series(list(values), dtype=object)], ignore_index=True)
