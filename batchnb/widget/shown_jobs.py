"""The jobs that a picker shows: the current snapshot, which rows are selected, and what is marked on them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb.errors import InputError
from batchnb.widget.table.marks import Marks
from batchnb.widget.table.rows import Lock
from batchnb.widget.table.snapshot import bits_of, take_snapshot

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["ShownJobs"]


class ShownJobs:
    """A snapshot, its marks and its selection. Hold `mutex` where several of them have to belong together."""

    def __init__(self, frame: pd.DataFrame, ids: str | None) -> None:
        self._ids = ids
        self.mutex = threading.RLock()
        self.snapshot = take_snapshot(frame, 1, ids=ids)
        self.marks = Marks(self.snapshot)
        self.rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.extends: int | None = None
        """The number of the snapshot that this one only adds rows to, at its end."""
        self._same: set[object] = set()
        """The numbers of earlier snapshots that had the same jobs in the same rows."""

    def __len__(self) -> int:
        return len(self.snapshot)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the frame, in its order."""
        with self.mutex:
            return self.snapshot.frame.iloc[self.rows]

    @property
    def selected_ids(self) -> list[str]:
        """The ids of the selected jobs, in the order of the table."""
        with self.mutex:
            return self.snapshot.ids_at(self.rows)

    @property
    def bits(self) -> bytes:
        """The selection as the browser keeps it: one bit a row."""
        return bits_of(self.rows, len(self.snapshot))

    def select(self, job_ids: Sequence[str]) -> None:
        """Select exactly these jobs, as far as they are shown and have not ended."""
        with self.mutex:
            self.rows = self.snapshot.rows_of(job_ids)

    def rows_in(self, number: object, buffers: Sequence[Any]) -> NDArray[np.int64]:
        """Return the rows that a bitset of the browser means, as far as they can be selected.

        Raises InputError unless there is one buffer, of the right size, for the snapshot that is shown now.
        """
        if len(buffers) != 1:
            raise InputError(f"a selection must be one binary part, got {len(buffers)}.")
        with self.mutex:
            # It may have been made while a refresh in place was on its way to the page.
            return self.snapshot.rows_in(self.snapshot.number if number in self._same else number, buffers[0])

    def drop_locked(self) -> None:
        """Take from the selection what cannot be selected any more."""
        with self.mutex:
            if len(self.rows):
                self.rows = self.rows[self.snapshot.rows.locks[self.rows] == Lock.NONE]

    def replace(self, frame: pd.DataFrame, *, in_place: bool = False) -> None:
        """Show another frame. The selection stays, by job id. `in_place` says that its rows are the same jobs."""
        with self.mutex:
            chosen, before = self.snapshot.ids_at(self.rows), self.snapshot
            self.snapshot = take_snapshot(frame, self.snapshot.number + 1, ids=self._ids)
            self.marks = Marks(self.snapshot)
            self.rows = self.snapshot.rows_of(chosen)
            self.extends = None
            is_same = in_place and before.rows.job_ids == self.snapshot.rows.job_ids
            self._same = {*self._same, before.number} if is_same else set()

    def lock_gone(self, job_ids: Collection[str]) -> frozenset[str]:
        """Lock the rows of jobs that AWS does not know any more; return those of them that are shown."""
        with self.mutex:
            row_of = self.snapshot.row_of if job_ids else {}
            found = frozenset(job_id for job_id in job_ids if job_id in row_of)
            if found:
                self.marks.relock({row_of[job_id]: int(Lock.NOT_FOUND) for job_id in found})
                self.drop_locked()
            return found

    def extend(self, frame: pd.DataFrame) -> None:
        """Show a frame that has more rows at its end. The selection stays, and all that is known of the other rows."""
        with self.mutex:
            before = self.marks
            self.extends = self.snapshot.number
            self.snapshot = take_snapshot(frame, self.extends + 1, ids=self._ids)
            self.marks = before.extended(self.snapshot)
            self._same = set()
