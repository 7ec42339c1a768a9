"""What the browser is told of a plan, a run and its result, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from batchnb.guards.lines import guards_in_force
from batchnb.guards.refusals import Refusal
from batchnb.model.facts import DIGEST_SHOWN
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts
from batchnb.model.report import Report
from batchnb.model.report_view import report_facts
from batchnb.text import shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "is_production",
    "plan_told",
    "queues_not_listed",
    "reasons_used",
    "result_told",
    "use_reason",
]

_FACT_LENGTH = 1100
_ARRAYS_TOLD = 1000
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


def plan_told(plan: Plan, *, must_type: bool) -> dict[str, Any]:
    """Return what the confirmation shows."""
    arrays = ((planned.job_id, planned.job.live_children) for planned in plan.to_end if planned.job)
    return {
        "digest": plan.digest,
        "toEnd": len(plan.to_end),
        "isLocal": plan.identity.is_local and plan.identity.is_emulator,
        "mustType": must_type,
        "forbidden": _forbidden(plan),
        "refusedBy": [_refusal_told(refusal) for refusal in plan.refused_by],
        "guards": guards_in_force(plan.guards),
        "facts": _told(plan_facts(plan)),
        "frees": dict(plan.frees),
        "children": [(job_id, live) for job_id, live in arrays if live][:_ARRAYS_TOLD],
        "digestShown": plan.digest[:DIGEST_SHOWN],
    }


def result_told(report: Report | None) -> dict[str, Any] | None:
    """Return what stands above the table after a run."""
    if report is None:
        return None
    return {
        "summary": report.summary,
        "failures": len(report.failures),
        "jobs": len(report.results),
        "ok": report.ok,
        "first": _first_failure(report),
        "facts": _told(report_facts(report)),
    }


def _forbidden(plan: Plan) -> str:
    """Return why the plan cannot be executed, so that nobody is asked to confirm what cannot be; or nothing."""
    return shown(" ".join(refusal.sentence for refusal in plan.refused_by), _FACT_LENGTH)


def _refusal_told(refusal: Refusal) -> dict[str, Any]:
    told = {"guard": refusal.guard, "source": shown(refusal.source, _FACT_LENGTH), "number": refusal.number}
    return {**told, "toType": shown(refusal.to_type, _FACT_LENGTH), "sentence": shown(refusal, _FACT_LENGTH)}


def _first_failure(report: Report) -> str:
    """Return what is to be known of the first failure: others mostly failed for the same reason."""
    failed = next(iter(report.failures), None)
    if failed is None:
        return ""
    why = f": {failed.error_message}" if failed.error_message else ""
    return shown(f"{failed.planned.job_name or failed.planned.job_id}, {failed.fate}{why}", _FACT_LENGTH)


def is_production(plan: Plan) -> bool:
    """Whether the plan is for an account in which the number of jobs always has to be typed."""
    guards = getattr(plan, "guards", None)
    return guards is not None and bool(guards.is_production(plan.identity.account))


def _told(facts: Any) -> list[tuple[str, str]]:
    return [(title, shown(text, _FACT_LENGTH)) for title, text in facts]
