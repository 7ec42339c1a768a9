"""The runs of all pickers of a process: which jobs each of them ends, and which of these have ended, in their order."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from batchnb.jobs.ids import array_parent
from batchnb.jobs.outcome import Outcome
from batchnb.widget.failures import LateError
from batchnb.widget.whereabouts import Whereabouts

if TYPE_CHECKING:
    from batchnb.widget.peers import Peer

__all__ = ["ENDED_KEPT", "End", "PeerRun", "PeerRuns", "end_of"]

ENDED_KEPT = 200_000
"""Ids of ended jobs that are remembered, so that an old DataFrame does not show them as alive."""

_BY = {
    Outcome.SUCCEEDED: "by itself",
    Outcome.FAILED: "by itself",
    Outcome.ENDED_BY_ANOTHER: "by another request",
}
_numbers = count(1)


class End(NamedTuple):
    """When a job ended, and by what; that is empty where it was the run."""

    at: str
    by: str = ""

    def text(self, run: str) -> str:
        """Return what is said of it; `run` is what the run is called."""
        return f"ended at {self.at} {self.by or run}"


def end_of(at: datetime, outcome: Outcome | None = None) -> End:
    """Return the end of a job at this moment, in UTC. Without an outcome, it was the run, as far as anybody knows."""
    return End(f"{at:%H:%M}", _BY.get(outcome, "") if outcome else "")


@dataclass(eq=False, slots=True)
class PeerRun:
    """A run of a picker: which jobs it ends, and which of them have ended."""

    owner: weakref.ref[Peer]
    where: Whereabouts
    job_ids: frozenset[str]
    text: str
    """What the other pickers say of its jobs."""
    ended: dict[str, End] = field(default_factory=dict)
    news: list[str] = field(default_factory=list)
    """Ids of ended jobs, in the order in which something new was known of their ends."""
    thread: threading.Thread | None = None
    """The thread that executes it; None before it has begun."""
    is_over: bool = False
    number: int = field(default_factory=_numbers.__next__)

    @property
    def is_live(self) -> bool:
        """Whether it goes on. A thread that died ends it, too, and so does a picker that is gone before it began."""
        return not self.is_over and (self.owner() is not None if self.thread is None else self.thread.is_alive())

    def has(self, job_id: str) -> bool:
        """Whether it ends this job, or the array of which this is a child."""
        return job_id in self.job_ids or array_parent(job_id) in self.job_ids


class PeerRuns:
    """The runs. Threads may share them; the mutex is held for moments, and no other is taken meanwhile."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._all: list[PeerRun] = []

    def begin(self, run: PeerRun) -> None:
        """Let a run be the only one that ends its jobs. Raises LateError where one of them is in another run."""
        with self._mutex:
            for other in self._all:
                is_near = other.is_live and other.where.may_be(run.where)
                # An array ends with its children, whichever of them the other run names.
                taken = (sum(map(other.has, run.job_ids)) or sum(map(run.has, other.job_ids))) if is_near else 0
                if taken:
                    jobs = f"{taken:,} of these {len(run.job_ids):,} jobs" if len(run.job_ids) > 1 else "This job"
                    raise LateError(f"{jobs} {'is' if taken == 1 else 'are'} {other.text}. Nothing was ended.")
            self._all.append(run)
            kept = sum(len(one.ended) for one in self._all)
            while kept > ENDED_KEPT and not self._all[0].is_live:
                kept -= len(self._all.pop(0).ended)

    def note_ended(self, run: PeerRun, ended: Mapping[str, End]) -> None:
        """Remember that jobs of a run have ended."""
        with self._mutex:
            new = [job_id for job_id, end in ended.items() if run.ended.get(job_id) != end]
            run.ended.update(ended)
            run.news.extend(new)

    @property
    def is_running(self) -> bool:
        """Whether any picker ends jobs now."""
        with self._mutex:
            return any(run.is_live for run in self._all)

    def near(self, where: Whereabouts) -> list[PeerRun]:
        """Return the runs that may be in this place, the oldest first."""
        with self._mutex:
            return [run for run in self._all if run.where.may_be(where)]

    def news_of(self, runs: Iterable[PeerRun], heard: Sequence[int]) -> list[tuple[dict[str, End], int]]:
        """Return of each run the ends that are new after as many news as were heard of it, and how many there are."""
        with self._mutex:
            return [
                ({job_id: run.ended[job_id] for job_id in run.news[before:]}, len(run.news))
                for run, before in zip(runs, heard, strict=True)
            ]
