"""Clearance: which guards stand in the way of a plan, and whether typing the number lets it pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from batchnb.guards.caps import BUILT_IN, limit_text
from batchnb.guards.refusals import Refusal
from batchnb.model.facts import units_by_queue
from batchnb.model.plan import Plan
from batchnb.text import plural, shown
from batchnb.widget.names import names_text

__all__ = ["Clearance", "clearance_of"]

_LENGTH = 1100


@dataclass(frozen=True, slots=True)
class Clearance:
    """What the guards say of a plan, in the words of the dialog."""

    blocked: tuple[str, ...] = ()
    """Why it cannot be executed from here; empty where it can."""
    refusals: tuple[Refusal, ...] = ()
    """The same as the guards have it."""
    raised: str = ""
    """What typing the number raises; empty where nothing has to be raised."""
    max_jobs: int | None = None
    """The limit that the typed number allows for this plan only; None where nothing has to be raised."""


def clearance_of(plan: Plan) -> Clearance:
    """Return what stands in the way of executing this plan.

    Only the built-in limit can be raised by typing the number. A limit that somebody has configured, and every other
    guard, holds.
    """
    raisable = [refusal for refusal in plan.refused_by if _is_built_in(refusal)]
    blocking = tuple(refusal for refusal in plan.refused_by if not _is_built_in(refusal))
    blocked = tuple(shown(text, _LENGTH) for text in _blocked(plan, blocking))
    if not raisable:
        return Clearance(blocked, blocking)
    return Clearance(blocked, blocking, _raised(plan), plan.job_count)


def _is_built_in(refusal: Refusal) -> bool:
    return refusal.guard == "max_jobs" and refusal.source == BUILT_IN


def _raised(plan: Plan) -> str:
    ends, count = len(plan.to_end), plan.job_count
    limit = plan.guards.max_jobs.number
    before = ""
    if count != ends:
        children = plural(plan.array_children, "array child", "array children")
        before = f"This ends {plural(ends, 'job')}, and {children} with them: {count:,} count for the limit. "
    text = f"{count:,} is more than the built-in limit of {limit} jobs."
    return f"{before}{text} Typing the number raises it for this plan only. The report will say so."


def _blocked(plan: Plan, refusals: tuple[Refusal, ...]) -> Iterator[str]:
    shares = iter(_shares(plan))
    for refusal in refusals:
        source = shown(refusal.source, 300)
        if refusal.guard == "read_only":
            yield f"Read-only: {source}. Nothing can be ended from here."
        elif refusal.guard == "max_jobs" and refusal.number is not None:
            yield (
                f"{source} allows {limit_text(refusal.number)} jobs (max_jobs) and this plan has {plan.job_count:,}. "
                "It cannot be raised here."
            )
        elif refusal.guard == "max_percent" and refusal.number is not None:
            queue, percent = next(shares)
            allowed = f"{source} allows {limit_text(refusal.number)} %."
            yield f"This is {percent:.3g} % of {shown(queue, 80)}'s live jobs; {allowed}"
        elif refusal.guard == "protect":
            yield _unseen(plan) if refusal.keyword.startswith("accept_unseen") else _failing(plan, source)
        else:
            yield refusal.sentence


def _unseen(plan: Plan) -> str:
    return f"Blocked: {shown(plan.dependents.gap, 800)} A protected one may fail. In a cell: --accept-unseen"


def _failing(plan: Plan, source: str) -> str:
    """Return which protected jobs would fail with the plan because they wait for its jobs, and which of its jobs."""
    found = [(one, plan.guards.protection_of(one.job)) for one in plan.dependents_left]
    failing = [one for one, protection in found if protection and shown(protection[1], 300) == source]
    name_of = {planned.job_id: planned.job_name for planned in plan.jobs}
    needed = dict.fromkeys(name_of.get(one.because_of) or one.because_of for one in failing)
    names = names_text(sorted(one.job.job_name or one.job_id for one in failing))
    are = "is" if len(failing) == 1 else "are"
    return f"{names} {are} protected ({source}) and would fail. Leave {names_text(needed)} out."


def _shares(plan: Plan) -> Iterator[tuple[str, float]]:
    """Yield the queues of which the plan ends too large a part, and that part in percent, as the guard finds them."""
    live, cap = dict(plan.live_in_queues), plan.guards.max_percent
    for queue, ids in units_by_queue(plan.to_end).items():
        if cap and queue in live and plan.guards.refuse_share(queue, len(ids), live[queue]):
            yield queue, 100 * len(ids) / live[queue] if live[queue] else 100.0
