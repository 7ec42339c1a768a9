"""Narrows listed jobs by a search: first by their summaries, then those that are left by their descriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from batchnb.jobs.frame import frame_of_jobs
from batchnb.jobs.job import Job
from batchnb.jobs.search import Query
from batchnb.jobs.search.columns import SearchTable
from batchnb.jobs.search.evaluate import hold_against
from batchnb.jobs.tries import tries_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["narrow"]

_STARTED = ("STARTING", "RUNNING")


def narrow(
    jobs: Sequence[Job], query: Query, now_ms: int, describe: Callable[[Iterable[Job]], Mapping[str, Job]]
) -> list[Job]:
    """Return the jobs that match, in their order.

    `describe` is asked for those jobs only of which no term says no, and of which a summary leaves open whether they
    match. What is not known of a job then does not match.
    """
    verdicts = hold_against(query, _table_of(jobs, now_ms))
    kept = {place: jobs[place] for place in verdicts.matches.nonzero()[0].tolist()}
    undecided = [place for place in verdicts.is_open.nonzero()[0].tolist() if jobs[place].tags is None]
    if undecided:
        described = describe([jobs[place] for place in undecided])
        complete = [described.get(jobs[place].job_id, jobs[place]) for place in undecided]
        matches = hold_against(query, _table_of(complete, now_ms)).matches.tolist()
        kept.update({place: job for place, job, is_kept in zip(undecided, complete, matches, strict=True) if is_kept})
    return [kept[place] for place in sorted(kept)]


def _table_of(jobs: Sequence[Job], now_ms: int) -> SearchTable:
    import numpy as np
    import pandas as pd

    frame = frame_of_jobs(jobs)
    # What only a description tells; None where there is none yet.
    frame["tags"] = pd.Series([None if job.tags is None else dict(job.tags) for job in jobs], dtype=object)
    frame["tries"] = _numbers([tries_of(job) for job in jobs])
    frame["vcpus"] = _numbers([job.vcpus for job in jobs])
    frame["gpus"] = _numbers([job.gpus for job in jobs])
    frame["memory"] = _numbers([job.memory for job in jobs])
    also = {status: _have_child_in(status, jobs) for status in _STARTED} if any(job.children for job in jobs) else {}
    return SearchTable(frame, now_ms, also=also, uncounted=np.array([_is_uncounted(job) for job in jobs], dtype=bool))


def _is_uncounted(job: Job) -> bool:
    """Whether this may be an array of which a child runs, for all that its summary tells."""
    if job.array_size is None or job.children or job.tags is not None:
        return False
    return job.status is None or not job.status.has_ended


def _numbers(values: Sequence[float | None]) -> NDArray[np.float64]:
    import numpy as np

    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def _have_child_in(status: str, jobs: Sequence[Job]) -> NDArray[np.bool_]:
    import numpy as np

    return np.fromiter((status in dict(job.children) for job in jobs), dtype=bool, count=len(jobs))
