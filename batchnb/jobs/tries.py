"""How often a job was tried, and how often it may be."""

from __future__ import annotations

from functools import lru_cache

from batchnb.jobs.job import Job
from batchnb.jobs.shapes import Body, whole_in
from batchnb.jobs.shapes.plain import mapping_in

__all__ = ["most_tries_of", "tries_of"]


def tries_of(job: Job) -> int | None:
    """Return the number of attempts of a described job, the one that goes on included.

    None for an array, whose children are tried one by one, and for a job that was only listed: a summary has no
    attempts.
    """
    if job.array_size or job.tags is None:
        return None
    attempts = job.attempts
    # AWS may add an attempt only when it is over.
    goes_on = job.has_started and not (attempts and attempts[-1].stopped_at is None)
    return len(attempts) + goes_on


def most_tries_of(job: Job) -> int | None:
    """Return how many attempts the retry strategy of a described job allows, None where it does not say."""
    if job.array_size or job.evidence is None:
        return None
    return _most_tries(job.evidence.body)


@lru_cache(maxsize=1024)
def _most_tries(body: Body) -> int | None:
    # Siblings share one body, and thousands of jobs have few different ones.
    return whole_in(mapping_in(body.as_record().get("retryStrategy")).get("attempts"))
