"""The rows of a picker as AWS describes their jobs now, everything else in them as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batchnb.frames import frame_of_jobs

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.jobs import Job
    from batchnb.widget.snapshot import Snapshot

__all__ = ["refreshed_frame"]

_CHANGING = ("status", "statusReason", "startedAt", "stoppedAt", "exitCode", "isTerminated", "isCancelled")


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


def _merged(before: pd.Series[Any], now: pd.Series[Any], known: list[int]) -> pd.Series[Any]:
    merged = before.astype(object)
    merged.iloc[known] = now.astype(object).to_numpy()
    try:
        return merged.astype(before.dtype)
    except (TypeError, ValueError):
        return merged
