"""A Plan as text, as HTML and as a DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from batchnb.plans import DIGEST_SHOWN, Plan, PlannedJob, Verdict
from batchnb.tables import ROWS_SHOWN, Facts, facts_html, facts_text, more_rows, table_html, table_text
from batchnb.text import escape, plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plan_facts", "plan_frame", "plan_html", "plan_text"]

_TITLES = ("jobId", "jobName", "jobQueue", "status", "verdict")
_NOTHING_ENDED = "Nothing has been ended."
_ALL_ROWS = "plan.to_frame()"
_QUEUES_SHOWN = 10


def plan_text(plan: Plan, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a terminal, with at most `limit` jobs of it."""
    jobs = _in_order(plan)
    parts = [
        f"Plan {plan.digest[:DIGEST_SHOWN]}. {_NOTHING_ENDED}",
        facts_text(plan_facts(plan)),
        table_text(_TITLES, [_row(planned) for planned in jobs[:limit]]),
        more_rows(len(jobs), limit, _ALL_ROWS),
    ]
    return "\n".join(part for part in parts if part)


def plan_html(plan: Plan, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a notebook, with at most `limit` jobs of it."""
    jobs = _in_order(plan)
    more = more_rows(len(jobs), limit, _ALL_ROWS)
    return (
        f'<div class="batchnb-plan"><p><strong>Plan {plan.digest[:DIGEST_SHOWN]}.</strong> {_NOTHING_ENDED}</p>'
        f"{facts_html(plan_facts(plan))}"
        f"{table_html(_TITLES, [_row(planned) for planned in jobs[:limit]])}"
        f"{f'<p>{escape(more)}</p>' if more else ''}</div>"
    )


def plan_facts(plan: Plan) -> Facts:
    """Return what somebody has to know before they say yes."""
    left_out = {verdict: count for verdict, count in plan.counts.items() if not Verdict(verdict).is_sent}
    facts = [
        ("Where", str(plan.identity)),
        ("Caller", plan.identity.caller or "unknown"),
        ("Reason", plan.reason),
        ("Ends", _ends(plan)),
    ]
    if plan.queues:
        facts.append(("Queues", _queues(plan)))
    if plan.array_children:
        facts.append(("Also ends", plural(plan.array_children, "live child", "live children") + " of its array jobs"))
    if any(plan.frees.values()):
        facts.append(("Frees", _frees(plan)))
    if left_out:
        facts.append(("Left out", ", ".join(f"{count:,} {verdict}" for verdict, count in left_out.items())))
    return facts


def plan_frame(plan: Plan) -> pd.DataFrame:
    """Return one row a job with its verdict and its evidence, columns as in `frame_of_jobs` and `Job`."""
    import pandas as pd

    from batchnb.frames import utc

    jobs = [planned.job for planned in plan.jobs]
    return pd.DataFrame(
        {
            "jobId": pd.Series([planned.job_id for planned in plan.jobs], dtype="string"),
            "jobName": pd.Series([planned.job_name for planned in plan.jobs], dtype="string"),
            "jobQueue": pd.Series([planned.job_queue for planned in plan.jobs], dtype="string"),
            "verdict": pd.Series([planned.verdict.value for planned in plan.jobs], dtype="string"),
            "status": pd.Series([job.status if job else None for job in jobs], dtype="string"),
            "statusReason": pd.Series([job.status_reason if job else None for job in jobs], dtype="string"),
            "createdAt": utc([job.created_at if job else None for job in jobs]),
            "startedAt": utc([job.started_at if job else None for job in jobs]),
            "stoppedAt": utc([job.stopped_at if job else None for job in jobs]),
            "jobDefinition": pd.Series([job.job_definition if job else None for job in jobs], dtype="string"),
            "image": pd.Series([job.image if job else None for job in jobs], dtype="string"),
            "vcpus": pd.array([job.vcpus if job else None for job in jobs], dtype="Float64"),
            "memory": pd.array([job.memory if job else None for job in jobs], dtype="Int64"),
            "gpus": pd.array([job.gpus if job else None for job in jobs], dtype="Int32"),
            "attempts": pd.array([len(job.attempts) if job else None for job in jobs], dtype="Int32"),
            "exitCode": pd.array([job.exit_code if job else None for job in jobs], dtype="Int32"),
            "logStreamName": pd.Series([job.log_stream if job else None for job in jobs], dtype="string"),
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


def _frees(plan: Plan) -> str:
    frees = plan.frees
    parts = [f"{_number(frees['vcpus'])} vCPU", f"{_number(frees['memory_gib'])} GiB of memory"]
    if frees["gpus"]:
        parts.append(plural(int(frees["gpus"]), "GPU"))
    return f"{', '.join(parts)}; {frees['job_hours']:,.1f} job-hours have run"


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
