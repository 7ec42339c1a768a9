"""A Plan as text, as HTML and as a DataFrame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batchnb.by_status import count_by_status
from batchnb.guard_lines import guards_in_force, useless_protections
from batchnb.plans import DIGEST_SHOWN, Plan, PlannedJob, Verdict
from batchnb.sheets import Sheet
from batchnb.tables import ROWS_SHOWN, Facts
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plan_facts", "plan_frame", "plan_html", "plan_text", "plan_warnings"]

_TITLES = ("jobId", "jobName", "jobQueue", "status", "verdict")
_NOTHING_ENDED = "Nothing has been ended."
_ALL_ROWS = "plan.to_frame()"
_QUEUES_SHOWN = 10
_NOTES_SHOWN = 10
_DEPENDENTS_SHOWN = 10


def plan_text(plan: Plan, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a terminal, with at most `limit` jobs of it."""
    return _sheet(plan, limit).text()


def plan_html(plan: Plan, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a notebook, with at most `limit` jobs of it."""
    return _sheet(plan, limit).html()


def _sheet(plan: Plan, limit: int | None) -> Sheet:
    jobs = _in_order(plan)
    by_status = count_by_status(planned.job for planned in plan.to_end)
    return Sheet(
        kind="plan",
        sentence=f"Plan {plan.digest[:DIGEST_SHOWN]}. {_NOTHING_ENDED}",
        facts=plan_facts(plan),
        moments=("jobs to end",),
        counts=[(status, (count,)) for status, count in by_status.items()],
        titles=_TITLES,
        rows=[_row(planned) for planned in jobs[:limit]],
        total=len(jobs),
        limit=limit,
        all_rows=_ALL_ROWS,
    )


def plan_facts(plan: Plan) -> Facts:
    """Return what somebody has to know before they say yes."""
    left_out = {verdict: count for verdict, count in plan.counts.items() if not Verdict(verdict).is_sent}
    facts = [
        ("Where", _where(plan)),
        ("Caller", plan.identity.caller or "unknown"),
        ("Reason", plan.reason),
        ("Ends", _ends(plan)),
    ]
    if plan.queues:
        facts.append(("Queues", _queues(plan)))
    if plan.array_children:
        facts.append(("Also ends", plural(plan.array_children, "live child", "live children") + " of its array jobs"))
    if any(plan.frees.values()):
        facts.append(("Frees", _frees(plan.frees)))
    facts += [(f"  {shown(queue, 40)}", text) for queue, text in _frees_by_queue(plan)]
    facts += _dependents(plan)
    if left_out:
        facts.append(("Left out", ", ".join(f"{count:,} {verdict}" for verdict, count in left_out.items())))
    if plan.listed_by:
        facts.append(("Listed by", plan.listed_by))
    facts += [("Note", note) for note in plan.notes[:_NOTES_SHOWN]]
    if len(plan.notes) > _NOTES_SHOWN:
        facts.append(("Note", f"and {len(plan.notes) - _NOTES_SHOWN:,} more in plan.notes"))
    facts += _guards(plan)
    return facts


def plan_warnings(plan: Plan) -> list[str]:
    """Return the sentences about protections that were typed with the plan, and keep none of its jobs."""
    jobs = [planned.job for planned in plan.jobs if planned.job] + [one.job for one in plan.dependents.jobs]
    by_array = any(
        one.verdict is Verdict.PROTECTED and one.job and not plan.guards.protection_of(one.job) for one in plan.jobs
    )
    return useless_protections(plan.guards, jobs, tags_too=not by_array)


def plan_frame(plan: Plan) -> pd.DataFrame:
    """Return one row a job with its verdict and its evidence, columns as in `frame_of_jobs` and `Job`."""
    import pandas as pd

    from batchnb.frames import strings, utc

    jobs = [planned.job for planned in plan.jobs]
    return pd.DataFrame(
        {
            "jobId": strings(planned.job_id for planned in plan.jobs),
            "jobName": strings(planned.job_name for planned in plan.jobs),
            "jobQueue": strings(planned.job_queue for planned in plan.jobs),
            "verdict": strings(planned.verdict.value for planned in plan.jobs),
            "status": strings(job.status if job else None for job in jobs),
            "statusReason": strings(job.status_reason if job else None for job in jobs),
            "createdAt": utc([job.created_at if job else None for job in jobs]),
            "startedAt": utc([job.started_at if job else None for job in jobs]),
            "stoppedAt": utc([job.stopped_at if job else None for job in jobs]),
            "jobDefinition": strings(job.job_definition if job else None for job in jobs),
            "image": strings(job.image if job else None for job in jobs),
            "vcpus": pd.array([job.vcpus if job else None for job in jobs], dtype="Float64"),
            "memory": pd.array([job.memory if job else None for job in jobs], dtype="Int64"),
            "gpus": pd.array([job.gpus if job else None for job in jobs], dtype="Int32"),
            "attempts": pd.array([len(job.attempts) if job else None for job in jobs], dtype="Int32"),
            "exitCode": pd.array([job.exit_code if job else None for job in jobs], dtype="Int32"),
            "logStreamName": strings(job.log_stream if job else None for job in jobs),
            "tags": pd.Series([dict(job.tags or ()) if job else {} for job in jobs], dtype=object),
        }
    )


def _in_order(plan: Plan) -> Sequence[PlannedJob]:
    # Unknown ids first: they may be typos, and whoever made them should see them before saying yes.
    return sorted(
        plan.jobs, key=lambda planned: (planned.verdict is not Verdict.NOT_FOUND, not planned.verdict.is_sent)
    )


def _row(planned: PlannedJob) -> Sequence[object]:
    status = planned.job.status if planned.job else None
    return (planned.job_id, planned.job_name, planned.job_queue, status, planned.verdict.value)


def _ends(plan: Plan) -> str:
    if not plan.to_end:
        return "no job: there is none in it that a request would end"
    parts = [f"{count:,} to {verdict}" for verdict, count in plan.counts.items() if Verdict(verdict).is_sent]
    return f"{plural(len(plan.to_end), 'job')}: {', '.join(parts)}"


def _queues(plan: Plan) -> str:
    parts = [f"{shown(queue)} {count:,}" for queue, count in list(plan.queues.items())[:_QUEUES_SHOWN]]
    more = len(plan.queues) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more else "")


def _where(plan: Plan) -> str:
    production = ", PRODUCTION" if plan.guards.is_production(plan.identity.account) else ""
    return f"{plan.identity}{production}"


def _dependents(plan: Plan) -> Facts:
    dependents, left = plan.dependents, plan.dependents_left
    facts = []
    if dependents.jobs:
        count = plural(len(dependents.jobs), "dependent")
        facts.append(("Fail with it", f"{count} will fail with them, {len(left):,} of them not in this plan"))
    if left:
        which = ", ".join(f"{one.job_id} ({shown(one.job.job_name, 40)})" for one in left[:_DEPENDENTS_SHOWN])
        more = len(left) - _DEPENDENTS_SHOWN
        facts.append(("Not in it", which + (f" and {more:,} more" if more > 0 else "")))
    kept = sum(plan.guards.protection_of(one.job) is not None for one in left)
    if kept:
        facts.append(("Forbidden", f"{plural(kept, 'dependent')} that would fail are protected: nothing will be sent"))
    if dependents.gap:
        facts.append(("Dependents", dependents.gap))
        if plan.guards.protect and not plan.guards.accept_unseen:
            accepted = "nothing will be sent, unless you type accept_unseen=True or --accept-unseen"
            facts.append(("Forbidden", f"a protected job may be among those that were not looked at: {accepted}"))
    return facts


def _guards(plan: Plan) -> Facts:
    """Return the guards in force, and of them what was widened, what protects nothing, what lets nothing pass."""
    held = plan.guards
    facts = [("Guards", line) for line in guards_in_force(held)]
    facts += [("Guard", sentence) for sentence in plan_warnings(plan)]
    for name, cap in (("max_jobs", held.max_jobs), ("max_percent", held.max_percent)):
        if cap is not None and cap.raised_over:
            facts.append(("Guard", f"{name} {cap}"))
    facts += [("Guard", f"no longer protected: {pattern}, set by {source}") for pattern, source in held.lifted]
    if held.read_only:
        facts.append(("Guard", f"read_only: nothing may be ended from here, says {held.read_only}"))
    if held.is_production(plan.identity.account) and plan.to_end:
        facts.append(("Guard", f"the number of jobs has to be typed here: expect={len(plan.to_end)}"))
    return facts


def _frees_by_queue(plan: Plan) -> Facts:
    if len(plan.frees_by_queue) < 2:
        return []
    return [(queue, _frees(frees)) for queue, frees in list(plan.frees_by_queue.items())[:_QUEUES_SHOWN]]


def _frees(frees: Mapping[str, float]) -> str:
    parts = [f"{_number(frees['vcpus'])} vCPU", f"{_number(frees['memory_gib'])} GiB of memory"]
    if frees["gpus"]:
        parts.append(plural(int(frees["gpus"]), "GPU"))
    return f"{', '.join(parts)}; {frees['job_hours']:,.1f} job-hours have run"


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
