"""Snapshot: the rows that the browser shows, numbered, so that a selection of row numbers means jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb.errors import InputError
from batchnb.jobs.foreign import is_frame, to_pandas
from batchnb.jobs.id_columns import find_ids
from batchnb.widget.table.columns import Codes, are_distinct, factorized, is_text
from batchnb.widget.table.rows import Lock, Rows, lives_in, rows_in

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["Layout", "Snapshot", "bits_of", "take_snapshot"]

_ROLES = {
    "name": ("jobName", "job_name", "name"),
    "queue": ("jobQueue", "job_queue", "queue"),
    "status": ("status", "jobStatus", "Status"),
    "created": ("createdAt", "created_at"),
    "started": ("startedAt", "started_at"),
    "stopped": ("stoppedAt", "stopped_at"),
    "reason": ("statusReason", "status_reason"),
    "definition": ("jobDefinition", "job_definition"),
    "size": ("arraySize", "array_size"),
    "live": ("liveChildren",),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns of a frame are what; by their places, since two may have one title."""

    id_at: int
    roles: dict[int, str]

    def place(self, role: str) -> int | None:
        """Return where the column of this role is, if there is one."""
        return next((place for place, name in self.roles.items() if name == role), None)


class Snapshot:
    """What one numbered state of the table holds. A selection is for one of them.

    Rows are looked at when somebody asks for them, and once: a table is to be on the screen before that.
    """

    def __init__(self, number: int, frame: pd.DataFrame, layout: Layout) -> None:
        self.number = number
        self.frame = frame
        self.layout = layout
        self._mutex = threading.RLock()
        self._rows: Rows | None = None
        self._row_of: dict[str, int] | None = None
        self._queues: Codes | None = None

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def id_title(self) -> Any:
        """The name of the column of ids: a part of the rows must not be read by another one."""
        return self.frame.columns[self.layout.id_at]

    @property
    def rows(self) -> Rows:
        """What each row is."""
        with self._mutex:
            if self._rows is None:
                self._rows = rows_in(self.frame, self.layout.id_at, self.layout.place("status"))
            return self._rows

    def first_rows(self, count: int) -> Rows:
        """Return what the first rows are, without a look at the others."""
        return rows_in(self.frame.iloc[:count], self.layout.id_at, self.layout.place("status"))

    @property
    def row_of(self) -> dict[str, int]:
        """The row of each job; its first, if it has several."""
        with self._mutex:
            if self._row_of is None:
                self._row_of = _first_places(self.rows.job_ids)
            return self._row_of

    @property
    def queues(self) -> Codes | None:
        """The queues by name, and which of them each row has; None where there is no column of a few queues."""
        place = self.layout.place("queue")
        with self._mutex:
            if self._queues is None and place is not None:
                column = self.frame.iloc[:, place]
                self._queues = factorized(column) if is_text(column) and not are_distinct(column) else None
            return self._queues

    def lives_now(self) -> NDArray[np.uint8]:
        """Return the code of each row's status as the frame has it, without a look at the ids."""
        return lives_in(self.frame, self.layout.place("status"))

    def rows_in(self, number: object, bits: object) -> NDArray[np.int64]:
        """Return the rows that a bitset of the browser means, without those that cannot be selected.

        Raises InputError if the bitset is for another snapshot than this, or has another size.
        """
        if number != self.number:
            raise InputError(
                f"this selection was made in table {number}, and table {self.number} is the current one. "
                "Nothing was done; look at the selection and try again."
            )
        packed_bits = np.frombuffer(bytes(bits), dtype=np.uint8)  # type: ignore[call-overload]
        rows = len(self)
        if len(packed_bits) != (rows + 7) // 8:
            raise InputError(f"this selection has {len(packed_bits)} bytes, which is not one of {rows} rows.")
        chosen = np.unpackbits(packed_bits, count=rows, bitorder="little").astype(bool)
        return np.flatnonzero(chosen & (self.rows.locks == Lock.NONE))

    def rows_of(self, job_ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of these jobs that are here and can be selected, in the order of the table."""
        wanted = list(job_ids)
        row_of = self.row_of if wanted else {}
        rows = np.fromiter((row_of[job_id] for job_id in wanted if job_id in row_of), dtype=np.int64)
        return np.sort(rows[self.rows.locks[rows] == Lock.NONE]) if len(rows) else rows

    def ids_at(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the ids of the jobs in these rows."""
        job_ids = self.rows.job_ids if len(rows) else ()
        return [job_ids[row] for row in rows.tolist()]


def _first_places(job_ids: tuple[str, ...]) -> dict[str, int]:
    places = dict(zip(job_ids, range(len(job_ids)), strict=True))
    if len(places) < len(job_ids):
        places.update(zip(reversed(job_ids), range(len(job_ids) - 1, -1, -1), strict=True))
    places.pop("", None)
    return places


def bits_of(rows: NDArray[np.int64], size: int) -> bytes:
    """Return a bitset over `size` rows in which these are set, the first row in the lowest bit."""
    chosen = np.zeros(size, dtype=np.uint8)
    chosen[rows] = 1
    return np.packbits(chosen, bitorder="little").tobytes()


def take_snapshot(frame: pd.DataFrame, number: int, *, ids: str | None = None) -> Snapshot:
    """Return the frame as a snapshot. Raises InputError, as `batchnb.plan` does, if it has no column of job ids."""
    if not is_frame(frame):
        raise InputError(f"jobs: a picker shows a DataFrame, not a {type(frame).__name__}. list_jobs returns one.")
    frame = to_pandas(frame)
    column = find_ids(frame, ids, empty_ok=True)
    id_at = column.place
    if column.is_index and not {*frame.index.names} & {*frame.columns}:
        frame = frame.reset_index()  # its levels come first
    else:
        frame = frame.reset_index(drop=True)
        if column.is_index or column.key:
            id_at = 0
            frame.insert(id_at, column.title, column.values(), allow_duplicates=True)
    return Snapshot(number, frame, Layout(id_at, _roles(list(frame.columns)) | {id_at: "id"}))


def _position(titles: list[Any], names: Iterable[str]) -> int | None:
    return next((titles.index(name) for name in names if name in titles), None)


def _roles(titles: list[Any]) -> dict[int, str]:
    places = ((_position(titles, names), role) for role, names in _ROLES.items())
    return {place: role for place, role in places if place is not None}
