"""Plans at hand: those that this process has made or loaded, by their digest."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

from batchnb.model.facts import PlanFacts

__all__ = ["find_at_hand", "keep_at_hand"]

PLANS_KEPT, JOBS_KEPT = 50, 20_000
"""The newest plans, and their jobs, that are kept although nobody holds those plans any more."""

_lock = Lock()
_plans: WeakValueDictionary[int, Any] = WeakValueDictionary()
_kept: deque[PlanFacts] = deque(maxlen=PLANS_KEPT)


def keep_at_hand(plan: PlanFacts) -> None:
    """Let the plan be found by its digest: as long as somebody holds it, and for some newer plans."""
    with _lock:
        _plans[id(plan)] = plan
        _kept.append(plan)
        while sum(len(one.jobs) for one in _kept) > JOBS_KEPT:
            _kept.popleft()


def find_at_hand(digest: str, *, besides: PlanFacts) -> PlanFacts | None:
    """Return the newest plan whose digest begins so, `besides` and its copies aside; None if there is none.

    It is of the same account, Region and endpoint: another emulator on this machine may have the same jobs.
    """
    with _lock:
        here = [plan for plan in _plans.values() if plan.identity == besides.identity]
    plans = [plan for plan in here if plan.digest.startswith(digest) and not besides.is_copy_of(plan)]
    return max(reversed(plans), key=lambda plan: plan.made_at, default=None)
