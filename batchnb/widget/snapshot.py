"""Snapshot: the rows that the browser shows, numbered, so that a selection of row numbers means jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.errors import InputError
from batchnb.frames import ID_COLUMNS, job_ids_in
from batchnb.ids import parse_job_id
from batchnb.jobs import JobStatus
from batchnb.widget.columns import Packer, packed

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LIVES", "Lock", "Snapshot", "bits_of", "take_snapshot"]

LIVES = ("", *(status.value for status in JobStatus))
"""A job's status by its code; 0 for one that is not known."""

_LIFE_OF = {life: code for code, life in enumerate(LIVES)}
_ENDED = tuple(_LIFE_OF[status.value] for status in JobStatus if status.has_ended)
_USUAL_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_USUAL_IDS = re.compile(rf"(?:{_USUAL_ID}\n)*+")

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
}
_HIDDEN = frozenset({"jobArn", "isTerminated", "isCancelled"})
_FIRST = ("status", "name", "queue", "size", "created", "started", "reason", "id")
"""The order of the columns that are known; the others follow as they stand in the frame."""


class Lock(IntEnum):
    """Why a row cannot be selected. The browser has the sentences."""

    NONE = 0
    FINISHED = 1
    STOPPING = 2
    NO_ID = 3
    DUPLICATE = 4
    NODE = 5
    NOT_FOUND = 6
    PROTECTED = 7


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one numbered state of the table holds. A selection is for one of them."""

    number: int
    frame: pd.DataFrame
    job_ids: tuple[str, ...]
    """The id in each row, as DescribeJobs has it; "" where there is none."""
    row_of: dict[str, int]
    """The row of each job; its first, if it has several."""
    lives: NDArray[np.uint8]
    locks: NDArray[np.uint8]
    header: dict[str, Any]
    buffer: bytes

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
        rows = len(self.job_ids)
        if len(packed_bits) != (rows + 7) // 8:
            raise InputError(f"this selection has {len(packed_bits)} bytes, which is not one of {rows} rows.")
        chosen = np.unpackbits(packed_bits, count=rows, bitorder="little").astype(bool)
        return np.flatnonzero(chosen & (self.locks == Lock.NONE))

    def rows_of(self, job_ids: Iterable[str]) -> NDArray[np.int64]:
        """Return the rows of these jobs that are here and can be selected, in the order of the table."""
        rows = np.fromiter((self.row_of[job_id] for job_id in job_ids if job_id in self.row_of), dtype=np.int64)
        return np.sort(rows[self.locks[rows] == Lock.NONE])

    def ids_at(self, rows: NDArray[np.int64]) -> list[str]:
        """Return the ids of the jobs in these rows."""
        job_ids = self.job_ids
        return [job_ids[row] for row in rows.tolist()]


def bits_of(rows: NDArray[np.int64], size: int) -> bytes:
    """Return a bitset over `size` rows in which these are set, the first row in the lowest bit."""
    chosen = np.zeros(size, dtype=np.uint8)
    chosen[rows] = 1
    return np.packbits(chosen, bitorder="little").tobytes()


def take_snapshot(frame: pd.DataFrame, number: int, *, ids: str | None = None) -> Snapshot:
    """Return the frame as a snapshot. Raises InputError, as `batchnb.plan` does, if it has no column of job ids."""
    frame = _with_ids_in_a_column(frame, ids)
    titles = list(frame.columns)
    id_at = _position(titles, (ids,) if ids is not None else ID_COLUMNS)
    if id_at is None or titles.count(titles[id_at]) > 1:
        job_ids_in(frame, ids=ids)
        raise InputError("jobs: the DataFrame has no column of job ids. Name it with ids=.")
    roles = _roles(titles) | {id_at: "id"}
    job_ids, row_of, locks = _jobs(frame.iloc[:, id_at])
    lives = _lives(frame, roles)
    _lock(locks, np.isin(lives, _ENDED), Lock.FINISHED)
    for title in ("isTerminated", "isCancelled"):
        if titles.count(title) == 1:
            asked = frame[title].map(lambda value: value is True or value == 1).to_numpy(dtype=bool)
            # To cancel does nothing to a job that has started.
            _lock(locks, asked if title == "isTerminated" else asked & (lives < _LIFE_OF["STARTING"]), Lock.STOPPING)
    packer = Packer()
    header = {
        "snapshot": number,
        "rows": len(frame),
        "lives": LIVES,
        "columns": _columns(frame, roles, packer),
    }
    return Snapshot(number, frame, job_ids, row_of, lives, locks, header, packer.joined())


def _with_ids_in_a_column(frame: pd.DataFrame, ids: str | None) -> pd.DataFrame:
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"jobs: a picker shows a DataFrame, not a {type(frame).__name__}. list_jobs returns one.")
    has_column = any(name in frame.columns for name in ID_COLUMNS)
    in_index = ids is None and not has_column and frame.index.name in ID_COLUMNS
    return frame.reset_index() if in_index else frame.reset_index(drop=True)


def _position(titles: list[Any], names: Iterable[str]) -> int | None:
    return next((titles.index(name) for name in names if name in titles), None)


def _roles(titles: list[Any]) -> dict[int, str]:
    places = ((_position(titles, names), role) for role, names in _ROLES.items())
    return {place: role for place, role in places if place is not None}


def _jobs(column: pd.Series[Any]) -> tuple[tuple[str, ...], dict[str, int], NDArray[np.uint8]]:
    values = column.tolist()
    if set(map(type, values)) <= {str} and _USUAL_IDS.fullmatch("\n".join([*values, ""])):
        row_of = dict(zip(values, range(len(values)), strict=True))
        if len(row_of) == len(values):
            return tuple(values), row_of, np.zeros(len(values), dtype=np.uint8)
    return _unusual_jobs(values)


def _unusual_jobs(values: list[Any]) -> tuple[tuple[str, ...], dict[str, int], NDArray[np.uint8]]:
    row_of: dict[str, int] = {}
    job_ids: list[str] = []
    locks = np.zeros(len(values), dtype=np.uint8)
    for row, value in enumerate(values):
        job_id, lock = _unusual(value)
        if not lock and row_of.setdefault(job_id, row) != row:
            lock = Lock.DUPLICATE
        job_ids.append(job_id)
        locks[row] = lock
    return tuple(job_ids), row_of, locks


def _unusual(value: object) -> tuple[str, Lock]:
    try:
        job = parse_job_id(value)
    except InputError:
        return "", Lock.NO_ID
    return job.job_id, Lock.NODE if job.multi_node_job else Lock.NONE


def _lock(locks: NDArray[np.uint8], rows: NDArray[np.bool_], reason: Lock) -> None:
    locks[rows & (locks == Lock.NONE)] = reason


def _lives(frame: pd.DataFrame, roles: dict[int, str]) -> NDArray[np.uint8]:
    place = next((place for place, role in roles.items() if role == "status"), None)
    if place is None:
        return np.zeros(len(frame), dtype=np.uint8)
    codes, words = pd.factorize(frame.iloc[:, place].astype(object))
    known = np.array([_LIFE_OF.get(str(word).upper(), 0) for word in words] + [0], dtype=np.uint8)
    return known[codes]


def _columns(frame: pd.DataFrame, roles: dict[int, str], packer: Packer) -> list[dict[str, Any]]:
    described = []
    for place, title in enumerate(frame.columns):
        column = frame.iloc[:, place]
        role = roles.get(place)
        hidden = role != "id" and (title in _HIDDEN or (bool(len(frame)) and bool(column.isna().all())))
        described.append(packed(column, title, packer) | {"role": role, "hidden": hidden})
    known = {role: order for order, role in enumerate(_FIRST)}
    return sorted(described, key=lambda column: known.get(column["role"], len(known)))
