"""What pickers share, and what the browser is told besides the table, the review and the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from batchnb.model.plan import Plan
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "is_production",
    "queues_not_listed",
    "reasons_used",
    "use_reason",
]

_FACT_LENGTH = 1100
_QUEUES_TOLD = 100
_REASONS_KEPT = 10
_reasons: list[str] = []


def use_reason(reason: str) -> None:
    """Remember a reason for the other pickers of this session."""
    _reasons[:] = list(dict.fromkeys([reason, *_reasons]))[:_REASONS_KEPT]


def reasons_used() -> list[str]:
    """Return the reasons of this session, the last one first."""
    return list(_reasons)


def queues_not_listed(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the queues that AWS would not list, and why: a table without their jobs is not all there is."""
    not_listed = frame.attrs.get("not_listed")
    found = not_listed.items() if isinstance(not_listed, Mapping) else ()
    return [(shown(queue), shown(why, _FACT_LENGTH)) for queue, why in list(found)[:_QUEUES_TOLD]]


def is_production(plan: Plan) -> bool:
    """Whether the plan is for an account in which the number of jobs always has to be typed."""
    guards = getattr(plan, "guards", None)
    return guards is not None and bool(guards.is_production(plan.identity.account))
