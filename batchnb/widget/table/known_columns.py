"""What was described of a picker's rows, as columns for a search in Python: the twin of what the browser keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from batchnb.widget.table.described import Described, tags_in
from batchnb.widget.table.rows import Lock
from batchnb.widget.table.snapshot import Snapshot

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["KnownColumns", "known_columns"]

_FIGURES = {"vcpus": 0, "gpus": 1, "memory": 2, "tries": 3, "exitCode": 5}
_OF_CHILDREN = ("vcpus", "gpus", "memory")
_STARTED = ("RUNNING", "STARTING")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """Columns that a search reads besides those of the frame."""

    columns: Mapping[str, Any]
    """By title: figures, `hours`, and `tags` as dicts; what is not known is NaN or None."""
    also: Mapping[str, NDArray[np.bool_]]
    """Arrays of which a child runs or starts."""
    described: NDArray[np.bool_]
    """Rows of which nothing more can be told: described, without an id, or the second row of a job."""


def known_columns(snapshot: Snapshot, known: Mapping[str, tuple[Described, int]], now_ms: float) -> KnownColumns:
    """Return what is known of the rows of a snapshot. `known` is what was described, by job id."""
    frame, size = snapshot.frame, len(snapshot)
    found = {snapshot.row_of[job_id]: one for job_id, (one, _) in known.items() if job_id in snapshot.row_of}
    rows = np.fromiter(found, dtype=np.int64, count=len(found))
    figures = np.array([one.figures for one in found.values()], dtype=np.float64).reshape(len(found), 6)
    is_array = _numbers(frame, "arraySize", size) > 0
    columns: dict[str, Any] = {}
    for title, place in _FIGURES.items():
        if title in frame.columns and not pd.api.types.is_numeric_dtype(frame[title].dtype):
            continue  # a column of the user's own
        values = _numbers(frame, title, size)
        if title in _OF_CHILDREN:
            values[is_array] = np.nan
        values[rows] = figures[:, place]
        columns[title] = values
    columns["tags"] = _tags(frame, found, size)
    if "startedAt" in frame.columns and "hours" not in frame.columns:
        columns["hours"] = _hours(snapshot, is_array, now_ms)
    described = np.isin(snapshot.rows.locks, (Lock.NO_ID, Lock.DUPLICATE))
    described[rows] = True
    return KnownColumns(columns, _also(found, size), described)


def _numbers(frame: pd.DataFrame, title: str, size: int) -> NDArray[np.float64]:
    if list(frame.columns).count(title) != 1 or not pd.api.types.is_numeric_dtype(frame[title].dtype):
        return np.full(size, np.nan)
    return frame[title].to_numpy(dtype=np.float64, na_value=np.nan, copy=True)


def _tags(frame: pd.DataFrame, found: Mapping[int, Described], size: int) -> NDArray[np.object_]:
    tags = np.full(size, None, dtype=object)
    for row, pairs in tags_in(frame).items():
        tags[row] = dict(pairs)
    for row, one in found.items():
        if one.tags is not None:
            tags[row] = dict(one.tags)
    return tags


def _also(found: Mapping[int, Described], size: int) -> dict[str, NDArray[np.bool_]]:
    also = {}
    for place, status in enumerate(_STARTED):
        also[status] = np.zeros(size, dtype=bool)
        also[status][[row for row, one in found.items() if one.children and one.children[place]]] = True
    return also


def _hours(snapshot: Snapshot, is_array: NDArray[np.bool_], now_ms: float) -> NDArray[np.float64]:
    """Return how many hours each job has run; 0 for one that waits, unknown for arrays."""
    started, stopped = (_moments(snapshot.frame, title) for title in ("startedAt", "stoppedAt"))
    lives = snapshot.lives_now()
    ran = np.where(np.isin(lives, (6, 7)), stopped, now_ms) - started
    waits = np.isin(lives, (1, 2, 3)) | ((lives == 4) & np.isnan(started))
    with np.errstate(invalid="ignore"):
        hours = np.where(waits, 0.0, np.where(ran >= 0, ran, np.nan) / _HOUR_MS)
    hours[is_array | (lives == 0)] = np.nan
    return hours


def _moments(frame: pd.DataFrame, title: str) -> NDArray[np.float64]:
    if title not in frame.columns or not pd.api.types.is_datetime64_any_dtype(frame[title].dtype):
        return np.full(len(frame), np.nan)
    column = frame[title]
    utc = column.dt.tz_convert("UTC").dt.tz_localize(None) if column.dt.tz is not None else column
    moments = utc.to_numpy(dtype="datetime64[ms]")
    return np.where(np.isnat(moments), np.nan, moments.astype("int64").astype("float64"))
