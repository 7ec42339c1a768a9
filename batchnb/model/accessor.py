"""The accessor: what `frame.batchnb` of a DataFrame can do. pandas asks for it by that name."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.model.listing_view import show_in_notebooks

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.pictures import Picture

__all__ = ["FrameVerbs", "picture_of_history", "picture_of_jobs", "register", "selected_ids"]


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
        from batchnb.pictures.rows import HISTORY_COLUMNS, JOB_COLUMNS, missing_columns

        if not missing_columns(self._frame, JOB_COLUMNS):
            return picture_of_jobs(self._frame, selected, now=now, ids=ids)
        if not missing_columns(self._frame, HISTORY_COLUMNS):
            return picture_of_history(self._frame)
        raise InputError(
            f"this frame is neither a listing ({', '.join(JOB_COLUMNS)}) nor a history ({', '.join(HISTORY_COLUMNS)}): "
            f"it lacks {missing_columns(self._frame, JOB_COLUMNS)} of the one and "
            f"{missing_columns(self._frame, HISTORY_COLUMNS)} of the other."
        )

    def prepare_for_excel(self) -> pd.DataFrame:
        """Return a copy that `DataFrame.to_excel` can write: times in UTC without a zone, texts that a file can hold.

        A text that begins with "=" gets an apostrophe in front, so that Excel does not take it for a formula.
        """
        from batchnb.model.spreadsheet import prepare_for_excel

        return prepare_for_excel(self._frame)


@cache
def register() -> None:
    """Make `.batchnb` known to pandas, and listings and histories to the notebook, once."""
    import pandas as pd

    show_in_notebooks()

    if not hasattr(pd.DataFrame, "batchnb"):
        pd.api.extensions.register_dataframe_accessor("batchnb")(FrameVerbs)


def picture_of_jobs(
    frame: pd.DataFrame, selected: object, *, now: datetime | None, ids: str | None, clock: Clock | None = None
) -> Picture:
    """Return the run times of the jobs of a frame, with the `selected` ones marked."""
    from batchnb.pictures.rows import run_times_in
    from batchnb.pictures.run_times import draw_run_times

    until = now or _made_at(frame, selected) or (clock or Clock()).wall()
    if until.tzinfo is None:
        raise InputError(f"now={until}: expected a time with its zone, such as datetime.now(UTC).")
    until = until.astimezone(UTC)
    jobs, missing = run_times_in(frame, selected_ids(selected, frame, ids), until, ids)
    return draw_run_times(jobs, until, missing)


def picture_of_history(frame: pd.DataFrame) -> Picture:
    """Return what became of the jobs of each run over time."""
    from batchnb.pictures.rows import runs_in
    from batchnb.pictures.run_history import draw_history

    return draw_history(runs_in(frame))


def _made_at(frame: pd.DataFrame, selected: object) -> datetime | None:
    listed_at = frame.attrs.get("listed_at")
    try:
        return datetime.fromisoformat(listed_at) if isinstance(listed_at, str) else _planned_at(selected)
    except ValueError:
        return _planned_at(selected)


def _planned_at(selected: object) -> datetime | None:
    from batchnb.model.plan import Plan

    return selected.made_at if isinstance(selected, Plan) else None


def selected_ids(selected: Any, frame: pd.DataFrame | None = None, ids: str | None = None) -> set[str]:
    """Return the job ids that are meant: those that a Plan ends, or those that a frame, a Series or a list names.

    A Series of truth values means rows of `frame`.
    """
    from batchnb.jobs.foreign import is_frame
    from batchnb.jobs.frame import job_ids_in
    from batchnb.model.plan import Plan

    if selected is None:
        return set()
    if isinstance(selected, Plan):
        return {planned.job_id for planned in selected.to_end}
    if hasattr(selected, "__len__") and not len(selected):
        return set()
    if frame is not None and getattr(selected, "dtype", None) in ("bool", "boolean"):
        selected = frame[selected]
    return {job.job_id for job in job_ids_in(selected, ids=ids if is_frame(selected) else None, empty_ok=True)}
