"""How long things take in simulated seconds: from a termination to the end, and from a submission to the result."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from batchnb.errors import LocalError

if TYPE_CHECKING:
    from batchnb.local.world.job import Status

__all__ = ["Delays", "Pace"]


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds of simulated time. The first five run from an accepted termination to the end, by state.

    A job given `inf` stays until something else ends it: a PENDING one until its dependencies are done.
    """

    submitted: float = 1.0
    pending: float = 2.0
    runnable: float = 3.0
    starting: float = 10.0
    running: float = 30.0
    """Containers that ignore SIGTERM are killed after 30 s."""
    succeeding: float = 5.0
    """For jobs that are done before the kill lands."""
    dependents: float = 1.0
    """From the failure of a job to that of the jobs that depend on it."""
    submitting: float = 2.0
    """From SubmitJob to PENDING or RUNNABLE."""

    def of(self, status: Status) -> float:
        """Return the delay of a live state."""
        return float(getattr(self, status.lower()))


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a submitted job stays in each state, in seconds of simulated time. `inf` lets it stay for ever."""

    runnable: float = 10.0
    starting: float = 5.0
    running: float = 60.0
    """For jobs without a tag `run-seconds`."""

    def __post_init__(self) -> None:
        for one in fields(self):
            if not getattr(self, one.name) >= 0:
                raise LocalError(f"{one.name} must be 0 seconds or more, got {getattr(self, one.name)!r}")
