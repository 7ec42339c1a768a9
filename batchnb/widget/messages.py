"""The messages of a picker to the browser: tables, patches and selections, each with its binary parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from batchnb.widget.prices_told import prices_told
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.table.marks import FATES
from batchnb.widget.table.payload import FIRST_ROWS, Payload, first_payload, whole_payload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Message", "first_rows", "patch", "selection", "table"]

Message: TypeAlias = tuple[dict[str, Any], list[bytes]]
"""The content of a message, and its binary parts."""


def table(jobs: ShownJobs, state: Mapping[str, Any]) -> Message:
    """Return the whole table, its marks and the selection."""
    with jobs.mutex:
        marks = jobs.marks
        marked = [marks.lives, marks.locks, marks.fates]
        content, buffers = _table(jobs, whole_payload(jobs.snapshot), marked, list(marks.messages.items()), state)
        return content | prices_told(), buffers


def first_rows(jobs: ShownJobs, state: Mapping[str, Any]) -> Message | None:
    """Return the first rows, to be sent ahead of the table; None where they are all, or jobs have been marked.

    Nothing is read from a disk for them.
    """
    with jobs.mutex:
        if len(jobs) <= FIRST_ROWS or jobs.marks.are_used:
            return None
        payload = first_payload(jobs.snapshot)
        rows = payload.rows
        return _table(jobs, payload, [rows.lives, rows.locks, jobs.marks.fates[: len(rows.lives)]], [], state)


def patch(jobs: ShownJobs, state: Mapping[str, Any]) -> Message:
    """Return the rows that have changed since the last patch, and the state; where none has, the state alone."""
    with jobs.mutex:
        changed, number = jobs.marks.take(), jobs.snapshot.number
    if changed is None:
        return {"kind": "state", "snapshot": number, "state": state}, []
    told = {"snapshot": number, "state": state, "rows": changed.rows, "messages": changed.messages}
    return {"kind": "patch", **told}, [changed.buffer]


def selection(jobs: ShownJobs) -> Message:
    """Return the selection, for a browser that has not made it itself."""
    with jobs.mutex:
        return {"kind": "selection", "snapshot": jobs.snapshot.number}, [jobs.bits]


def _table(
    jobs: ShownJobs,
    payload: Payload,
    marked: Sequence[NDArray[np.uint8]],
    messages: Sequence[tuple[int, str]],
    state: Mapping[str, Any],
) -> Message:
    told = {
        "header": payload.header,
        "extends": jobs.extends,
        "fates": FATES,
        "messages": list(messages),
        "state": state,
    }
    parts = [part.tobytes() for part in marked]
    return {"kind": "snapshot", **told}, [payload.numbers, payload.texts, *parts, jobs.bits]
