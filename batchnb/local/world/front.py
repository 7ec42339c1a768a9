"""The front of a queue: which RUNNABLE jobs stand first, since when, and how long AWS Batch lets the first one wait."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from batchnb.errors import LocalError
from batchnb.local.world.job import Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from batchnb.local.world.job import Job, Queue

__all__ = ["Front", "check_time_limits", "members_of", "order_of", "since_when"]


@dataclass(slots=True)
class Front:
    """The RUNNABLE jobs of a queue that limits their time, the first one on top."""

    head: Job | None = None
    since: int = 0
    """When `head` got there, or when it was said why it cannot start."""
    _waiting: list[tuple[tuple[int, int, int], int, Job]] = field(default_factory=list)
    _entries: Iterator[int] = field(default_factory=count)

    def enter(self, job: Job) -> None:
        """Take a job that has become RUNNABLE, perhaps not for the first time."""
        heapq.heappush(self._waiting, (order_of(job), next(self._entries), job))

    def first(self) -> Job | None:
        """Return the job that stands first now, if there is one."""
        while self._waiting and self._waiting[0][-1].status is not Status.RUNNABLE:
            heapq.heappop(self._waiting)
        return self._waiting[0][-1] if self._waiting else None

    def actions(self) -> Iterator[Mapping[str, Any]]:
        """Yield the limits of the queue that hold for the job that stands first, for what it says of itself."""
        if self.head is not None:
            reason = self.head.status_reason or ""
            yield from (one for one in self.head.queue.time_limits if reason.startswith(one["reason"]))


def check_time_limits(queue_type: str, limits: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the time limits of a queue. Raises `LocalError` for what AWS would refuse."""
    action = "TERMINATE" if queue_type == "SAGEMAKER_TRAINING" else "CANCEL"
    for one in limits:
        if one.get("state") != "RUNNABLE" or one.get("action") != action or not one.get("reason"):
            raise LocalError(f"a time limit must have the state RUNNABLE, the action {action} and a reason, got {one}")
        seconds = one.get("maxTimeSeconds")
        if type(seconds) is not int or not 600 <= seconds <= 86_400:
            raise LocalError(f"maxTimeSeconds must be 600 to 86,400, got {seconds!r}")
        yield one


def members_of(queue: Queue) -> Iterator[Job]:
    """Yield the jobs of a queue as they are dispatched: the children of an array in its place."""
    for job in queue.oldest_first():
        yield from job.children if job.children is not None else (job,)


def order_of(job: Job) -> tuple[int, int, int]:
    """Return where a RUNNABLE job stands: in a fair-share queue by its priority, then by its age."""
    priority = (job.spec.priority or 0) if job.queue.is_fair_share else 0
    return (-priority, *job.key)


def since_when(job: Job) -> int:
    """Return since when a RUNNABLE job has had its place: since it came, or since a job before it went."""
    came = job.runnable_at if job.runnable_at is not None else job.created_at
    return max(came, job.queue.moved_at)
