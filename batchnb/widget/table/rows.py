"""What each row of a frame is: the job it stands for, the job's status, and whether it can be selected."""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.errors import InputError
from batchnb.jobs.ids import parse_job_id
from batchnb.jobs.job import JobStatus

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ENDED_LIVES", "LIFE_OF", "LIVES", "Lock", "Rows", "lives_in", "rows_in"]

LIVES = ("", *(status.value for status in JobStatus))
"""A job's status by its code; 0 for one that is not known."""

LIFE_OF = {life: code for code, life in enumerate(LIVES)}

ENDED_LIVES = frozenset(status.value for status in JobStatus if status.has_ended)
_ENDED = tuple(LIFE_OF[life] for life in ENDED_LIVES)
_ID_LENGTH = 36
_DASHES = [8, 13, 18, 23]
_DIGITS = _ID_LENGTH - len(_DASHES)


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
class Rows:
    """A job, its status and a lock for each row."""

    job_ids: tuple[str, ...]
    """The id in each row, as DescribeJobs has it; "" where there is none."""
    uuids: NDArray[np.uint8] | None
    """The same, 16 bytes each, if all of them are plain ids; None if one is not."""
    lives: NDArray[np.uint8]
    locks: NDArray[np.uint8]


def rows_in(frame: pd.DataFrame, id_at: int, status_at: int | None) -> Rows:
    """Return what the rows are. What one is depends on none below it, so that the first ones can be looked at alone."""
    job_ids, uuids, locks = _jobs(frame.iloc[:, id_at])
    lives = lives_in(frame, status_at)
    _lock(locks, np.isin(lives, _ENDED), Lock.FINISHED)
    titles = list(frame.columns)
    for title in ("isTerminated", "isCancelled"):
        if titles.count(title) == 1:
            asked = _truths(frame[title])
            # To cancel does nothing to a job that has started.
            _lock(locks, asked if title == "isTerminated" else asked & (lives < LIFE_OF["STARTING"]), Lock.STOPPING)
    return Rows(job_ids, uuids, lives, locks)


def lives_in(frame: pd.DataFrame, status_at: int | None) -> NDArray[np.uint8]:
    """Return the code of each row's status."""
    if status_at is None:
        return np.zeros(len(frame), dtype=np.uint8)
    column = frame.iloc[:, status_at]
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes, words = np.asarray(column.cat.codes), list(column.cat.categories)
    else:
        codes, found = pd.factorize(column.astype(object))
        words = list(found)
    known = np.array([LIFE_OF.get(str(word).upper(), 0) for word in words] + [0], dtype=np.uint8)
    lives: NDArray[np.uint8] = known[codes]
    return lives


def _truths(column: pd.Series[Any]) -> NDArray[np.bool_]:
    if column.dtype == np.bool_:
        return column.to_numpy(dtype=bool)
    return column.map(lambda value: value is True or value == 1).to_numpy(dtype=bool, na_value=False)


def _jobs(column: pd.Series[Any]) -> tuple[tuple[str, ...], NDArray[np.uint8] | None, NDArray[np.uint8]]:
    values = column.tolist()
    uuids = _uuids(values)
    if uuids is not None and not _may_repeat(uuids):
        return tuple(values), uuids, np.zeros(len(values), dtype=np.uint8)
    job_ids, locks = _looked_at(values)
    return job_ids, uuids, locks


def _uuids(values: list[Any]) -> NDArray[np.uint8] | None:
    """Return the bytes of ids, if all of them are written as AWS writes them."""
    if set(map(type, values)) != {str} or set(map(len, values)) != {_ID_LENGTH}:
        return None
    text = "".join(values)
    if not text.isascii() or text.lower() != text:
        return None
    chars = np.frombuffer(text.encode(), dtype=np.uint8).reshape(-1, _ID_LENGTH)
    if (chars[:, _DASHES] != ord("-")).any():
        return None
    digits = text.replace("-", "")
    try:
        joined = binascii.unhexlify(digits)
    except binascii.Error:
        return None
    if len(digits) != _DIGITS * len(values):
        return None
    return np.frombuffer(joined, dtype=np.uint8).reshape(-1, 16)


def _may_repeat(uuids: NDArray[np.uint8]) -> bool:
    heads = np.sort(uuids.view(np.uint64)[:, 0])
    return bool((heads[1:] == heads[:-1]).any())


def _looked_at(values: list[Any]) -> tuple[tuple[str, ...], NDArray[np.uint8]]:
    seen: dict[str, int] = {}
    job_ids: list[str] = []
    locks = np.zeros(len(values), dtype=np.uint8)
    for row, value in enumerate(values):
        job_id, lock = _parsed(value)
        if not lock and seen.setdefault(job_id, row) != row:
            lock = Lock.DUPLICATE
        job_ids.append(job_id)
        locks[row] = lock
    return tuple(job_ids), locks


def _parsed(value: object) -> tuple[str, Lock]:
    try:
        job = parse_job_id(value)
    except InputError:
        return "", Lock.NO_ID
    return job.job_id, Lock.NODE if job.multi_node_job else Lock.NONE


def _lock(locks: NDArray[np.uint8], rows: NDArray[np.bool_], reason: Lock) -> None:
    locks[rows & (locks == Lock.NONE)] = reason
