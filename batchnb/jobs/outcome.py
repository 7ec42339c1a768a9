"""Outcomes: what became of a job, by what was seen of it, and how many jobs had each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

__all__ = ["Outcome", "count_outcomes", "counts_text"]


class Outcome(StrEnum):
    """What became of a job, as it was seen."""

    TERMINATED = "terminated"
    """It was running; AWS now reports FAILED with our reason."""
    CANCELLED = "cancelled"
    """It had not started; AWS now reports FAILED with our reason."""
    SUCCEEDED = "succeeded anyway"
    """It finished its work before the request took effect."""
    ENDED_BY_ANOTHER = "ended by another request"
    """AWS reports that a request ended it, and shows the reason of a request that is not ours."""
    FAILED = "failed by itself"
    """AWS reports FAILED, and no request ended it."""
    STOPPING = "still stopping"
    """A request was accepted, and the job had not ended when it was seen last."""
    WAITING = "accepted, waits for its dependency"
    """A request was accepted, and a job that it depends on lives and is not in the plan.

    AWS cancels such a job when its dependency has completed. [botocore's model of CancelJob]
    """
    UNANSWERED = "asked, no answer"
    """The last request for it got no answer, and may have taken effect; it had not ended when it was seen last."""
    GONE = "record gone"
    """AWS no longer shows the job; how it ended was not seen."""
    DENIED = "denied"
    """The caller may not end this job, and it had not ended."""
    REFUSED = "refused"
    """AWS answered every request for it with an error, and the job had not ended when it was seen last."""
    NOT_ATTEMPTED = "not attempted"
    """No request for it got through: left out of the plan, sending stopped before its turn, or all were throttled."""

    @property
    def has_ended(self) -> bool:
        """Whether the job was seen to have ended."""
        return self in _ENDED

    @property
    def may_go_on(self) -> bool:
        """Whether a resumed run has something left to do about the job: to ask for it, or to watch it."""
        return self in _OPEN

    @property
    def is_accepted(self) -> bool:
        """Whether AWS has accepted to end the job, which lives."""
        return self in (Outcome.STOPPING, Outcome.WAITING)


_ENDED = frozenset({Outcome.TERMINATED, Outcome.CANCELLED, Outcome.SUCCEEDED, Outcome.ENDED_BY_ANOTHER, Outcome.FAILED})
_OPEN = frozenset({Outcome.STOPPING, Outcome.WAITING, Outcome.UNANSWERED, Outcome.REFUSED, Outcome.NOT_ATTEMPTED})


def count_outcomes(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Return how many jobs had each outcome, in the order of `Outcome`; those that no job had are left out.

    >>> count_outcomes([Outcome.DENIED, Outcome.TERMINATED, Outcome.DENIED])
    {'terminated': 1, 'denied': 2}
    """
    found = Counter(outcomes)
    return {outcome.value: found[outcome] for outcome in Outcome if found[outcome]}


def counts_text(counts: Mapping[str, int]) -> str:
    """Return counts by outcome as text.

    >>> counts_text({"terminated": 1200, "asked, no answer": 1})
    '1,200 terminated, 1 asked, no answer'
    """
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
