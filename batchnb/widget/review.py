"""The review: what the browser shows of a plan before anything is ended, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from batchnb.errors import InputError
from batchnb.model.groups import Group
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts, plan_warnings
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.text import plural, shown
from batchnb.widget.clearance import clearance_of
from batchnb.widget.names import names_text

__all__ = ["DEPENDENTS", "LEFT_OUT", "Review", "jobs_of_part", "left_out_text", "names_of_group", "with_verb"]

DEPENDENTS, LEFT_OUT = "dependents", "left_out"
"""The parts of a review beside the groups of its table."""

_LENGTH = 1100
_ROWS = 200
"""The number of groups that are sent one by one; the others are summed."""
_NAMES = 50
_ARRAYS = 1000
_NOTES = 20
_DIGEST_SHOWN = 8
"""Characters of the digest beside the final button, and as many as `expect` needs. What is compared is all of it."""


class Review:
    """The review of one plan. It is made once and sent many times: a plan does not change."""

    def __init__(
        self,
        plan: Plan,
        *,
        confirm_above: int,
        is_production: bool,
        left_out: Sequence[str] = (),
        made_at: float = 0.0,
    ) -> None:
        """`left_out` are the names of the jobs that you left out in the review. `made_at` is by the picker's clock."""
        self.plan = plan
        self.made_at = made_at
        self.clearance = clearance_of(plan)
        self.must_type = len(plan.to_end) > confirm_above or is_production or self.clearance.max_jobs is not None
        self._is_production = is_production
        self._left_out = left_out
        self._told: dict[str, Any] | None = None

    def told(self) -> dict[str, Any]:
        """Return it for the browser."""
        self._told = self._told or self._tell()
        return self._told

    def _tell(self) -> dict[str, Any]:
        plan, clearance = self.plan, self.clearance
        counts = Counter(planned.verdict for planned in plan.to_end)
        arrays = ((planned.job_id, planned.job.live_children) for planned in plan.to_end if planned.job)
        ends = len(plan.to_end)
        return {
            "digest": plan.digest,
            "digestShown": plan.digest[:_DIGEST_SHOWN],
            "toEnd": ends,
            "terminate": counts[Verdict.TERMINATE],
            "cancel": counts[Verdict.CANCEL],
            "isProduction": self._is_production,
            "mustType": bool(self.must_type and ends),
            "raised": clearance.raised,
            "blocked": list(clearance.blocked),
            "nothing": "" if ends else f"Nothing to end: {left_out_text(plan)}.",
            "madeAt": round(plan.made_at.timestamp() * 1000),
            "reason": plan.reason,
            **_rows(plan),
            "frees": dict(plan.frees),
            **_dependents(plan),
            "leftOut": _left_out(plan) if ends else "",
            "leftOutByYou": names_text(self._left_out) if self._left_out else "",
            "arrays": _arrays(plan),
            "notes": [shown(note, _LENGTH) for note in (*plan_warnings(plan), *plan.notes)[:_NOTES]],
            "facts": [(title, shown(text, _LENGTH)) for title, text in plan_facts(plan)],
            "children": [(job_id, live) for job_id, live in arrays if live][:_ARRAYS],
        }


def names_of_group(plan: Plan, group: object) -> dict[str, str]:
    """Return the names of the jobs in a group of the plan, by id. Raises InputError where it has no such group."""
    rows = plan.grouped.rows
    if isinstance(group, bool) or not isinstance(group, int) or not 0 <= group < len(rows):
        raise InputError("the plan has no such group. Nothing was ended.")
    return {planned.job_id: planned.job_name or "" for planned in rows[group].jobs}


def jobs_of_part(plan: Plan, part: object) -> list[tuple[str, ...]]:
    """Return id and name of each job in a part of the review; and why it is there, where that is not the same for all.

    The part is the number of a group, `DEPENDENTS` or `LEFT_OUT`. Raises InputError as `names_of_group` does.
    """
    name_of = {planned.job_id: planned.job_name or "" for planned in plan.jobs}
    if part == DEPENDENTS:
        left = [(one, name_of.get(one.because_of) or one.because_of) for one in plan.dependents_left]
        return [(one.job_id, one.job.job_name or "", f"waits for {shown(needed, 120)}") for one, needed in left]
    if part == LEFT_OUT:
        why_of = {planned.job_id: _why_left_out(plan, planned) for planned in plan.jobs if not planned.verdict.is_sent}
        return [(job_id, name_of[job_id], with_verb(None, *why.split("|", 1))) for job_id, why in why_of.items() if why]
    return list(names_of_group(plan, part).items())


def left_out_text(plan: Plan) -> str:
    """Return why jobs of the plan are left out, and how many for each reason, in words.

    Children that end with their array are not left out.
    """
    by_reason = Counter(_why_left_out(plan, planned) for planned in plan.jobs if not planned.verdict.is_sent)
    by_reason.pop("", None)
    told = [with_verb(count, *why.split("|", 1)) for why, count in by_reason.most_common()]
    return ", ".join(told) or "no job is left in this plan"


def with_verb(count: int | None, verb: str, rest: str) -> str:
    """Return the count with its verb, which is given for one and for several. Without a count, one job is meant.

    >>> with_verb(2, "has/have", "ended already")
    '2 have ended already'
    >>> with_verb(None, "has/have", "ended already")
    'has ended already'
    """
    singular, several = verb.split("/")
    number = None if count is None else f"{count:,}"
    return " ".join(filter(None, (number, singular if count in (None, 1) else several, rest)))


def _why_left_out(plan: Plan, planned: PlannedJob) -> str:
    if planned.verdict is Verdict.FINISHED:
        return "has/have|ended already"
    if planned.verdict is Verdict.STOPPING:
        return "is/are|stopping already"
    if planned.verdict is Verdict.NOT_FOUND:
        return "is/are|not known to AWS"
    if planned.verdict is Verdict.PROTECTED:
        found = plan.guards.protection_of(planned.job) if planned.job else None
        by = f" by {shown(found[0], 100)} ({shown(found[1], 200)})" if found else ""
        return f"is/are|protected{by}"
    return ""


def _left_out(plan: Plan) -> str:
    count = sum(not planned.verdict.is_sent and planned.verdict is not Verdict.COVERED for planned in plan.jobs)
    return f"{count:,} of your {len(plan.jobs):,}: {left_out_text(plan)}." if count else ""


def _rows(plan: Plan) -> dict[str, Any]:
    grouped = plan.grouped
    marked = [(at, group) for at, group in enumerate(grouped.rows) if group.is_marked]
    alike = [(at, group) for at, group in enumerate(grouped.rows) if not group.is_marked]
    most = max(0, _ROWS - len(marked))
    rest = [group for _, group in alike[most:]]
    return {
        "rows": [_row(at, group) for at, group in [*alike[:most], *marked]],
        "restGroups": len(rest),
        "restJobs": sum(len(group.jobs) for group in rest),
        "mixed": grouped.sentence,
        "moreOdd": grouped.unmarked,
        "oldest": min((group.oldest for group in grouped.rows if group.oldest), default=None),
    }


def _row(at: int, group: Group) -> dict[str, Any]:
    names = [planned.job_name or "" for planned in group.jobs]
    frees = group.frees
    arrays = sum(bool(planned.job and planned.job.array_size) for planned in group.jobs)
    return {
        "group": at,
        "definition": shown(group.definition, 160),
        "first": shown(min(names), 160),
        "last": shown(max(names), 160),
        "jobs": len(names),
        "arrays": arrays,
        "live": sum(planned.job.live_children for planned in group.jobs if planned.job),
        "terminate": group.terminate,
        "cancel": group.cancel,
        "oldest": group.oldest,
        "vcpus": frees["vcpus"],
        "gpus": frees["gpus"],
        "unknown": frees["unknown"],
        "odd": shown(group.odd, 300),
        "isMarked": group.is_marked,
    }


def _dependents(plan: Plan) -> dict[str, Any]:
    """Return the sentence about the jobs that fail with the plan, their names, and what was not looked at."""
    left = plan.dependents_left
    names = list(dict.fromkeys(one.job.job_name for one in left))
    told: dict[str, Any] = {"dependents": len(left), "dependentNames": [shown(name, 120) for name in names[:_NAMES]]}
    told["gap"] = shown(plan.dependents.gap, _LENGTH)
    if not left:
        told["dependentsText"] = "" if plan.dependents.gap else "No other job in these queues waits for them."
    elif len(left) == 1:
        name_of = {planned.job_id: planned.job_name for planned in plan.jobs}
        needed = name_of.get(left[0].because_of) or left[0].because_of
        told["dependentsText"] = f"1 job that you did not select: {names_text(names)} waits for {shown(needed, 120)}."
    else:
        more = f"{names_text(names)} {'wait' if len(names) > 1 else 'waits'} for them."
        told["dependentsText"] = f"{len(left):,} jobs that you did not select: {more}"
    return told


def _arrays(plan: Plan) -> str:
    arrays = [planned for planned in plan.to_end if planned.job and planned.job.live_children]
    if not arrays:
        return ""
    live = plural(plan.array_children, "live child", "live children")
    if len(arrays) == 1:
        return f"{names_text([arrays[0].job_name or ''])} ends with all its {live}."
    return f"{len(arrays):,} arrays end with all their {live}: {names_text(one.job_name or '' for one in arrays)}."
