"""Dependents: the jobs that fail with those of a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from batchnb.jobs.job import Job

__all__ = ["Dependent", "Dependents"]


class Dependent(NamedTuple):
    """A waiting job, or a child of an array, that fails with a job of the plan."""

    job_id: str
    job: Job
    """The job itself; for a child, its array, whose name, queue and tags it has."""
    because_of: str
    """The id that it depends on."""


@dataclass(frozen=True, slots=True)
class Dependents:
    """The jobs that fail with those of a plan, and what may be missing from them."""

    jobs: tuple[Dependent, ...] = ()
    gap: str = ""
    """The sentences that say what was not looked at, so that there may be more; empty where all are known."""
    account_wide: bool = False
    """Whether the other queues of the account were looked through as well: a dependency may cross queues."""
