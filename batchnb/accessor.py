"""The accessor: what `frame.batchnb` of a DataFrame can do. pandas asks for it by that name."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from batchnb.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.pictures import Picture

__all__ = ["HISTORY_COLUMNS", "JOB_COLUMNS", "FrameVerbs", "missing_columns", "register"]

JOB_COLUMNS = ("jobDefinition", "status", "startedAt", "stoppedAt")
"""What a frame of jobs has to have for their run times."""

HISTORY_COLUMNS = ("run", "started_at", "outcomes")
"""What a frame of runs has to have."""


class FrameVerbs:
    """What batchnb can do with a DataFrame, as `frame.batchnb`."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def plot(self, selected: object = None, *, now: datetime | None = None, ids: str | None = None) -> Picture:
        """Return a picture of a listing or of a history, which a notebook shows.

        Of a listing, and of any frame with `jobDefinition`, `status`, `startedAt` and `stoppedAt`: how long the jobs
        have run, by job definition, with the `selected` ones marked: a Plan, rows of the frame (also by
        truth values, such as `jobs.status == "RUNNING"`), or a list of ids.
        Running jobs are measured until `now`; without it, until the listing or the plan was made.

        Of a history, and of any part of one: what became of the jobs of its runs over time.

        Needs the extra `plot`: raises MissingExtraError without it, and InputError for a frame that is neither.
        """
        from batchnb.pictures import picture_of_history, picture_of_jobs

        if not missing_columns(self._frame, JOB_COLUMNS):
            return picture_of_jobs(self._frame, selected, now=now, ids=ids)
        if not missing_columns(self._frame, HISTORY_COLUMNS):
            return picture_of_history(self._frame)
        raise InputError(
            f"this frame is neither a listing ({', '.join(JOB_COLUMNS)}) nor a history ({', '.join(HISTORY_COLUMNS)}): "
            f"it lacks {missing_columns(self._frame, JOB_COLUMNS)} of the one and "
            f"{missing_columns(self._frame, HISTORY_COLUMNS)} of the other."
        )


@cache
def register() -> None:
    """Make `.batchnb` known to pandas, once."""
    import pandas as pd

    if not hasattr(pd.DataFrame, "batchnb"):
        pd.api.extensions.register_dataframe_accessor("batchnb")(FrameVerbs)


def missing_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> str:
    """Return which of these columns the frame lacks, as text; empty where it has them all."""
    return ", ".join(column for column in columns if column not in set(frame.columns))
