"""Tickets: what was done, or would be, as text to be copied into a ticket."""

from __future__ import annotations

from batchnb.document import Facts, facts_text
from batchnb.jobs.outcome import counts_text
from batchnb.model.facts import DIGEST_SHOWN, DROPPED_OUT, NOT_LISTED
from batchnb.model.figures_text import figures_text
from batchnb.model.plan import Plan
from batchnb.model.plan_view import odd_ones
from batchnb.model.report import Report
from batchnb.model.report_view import closing_facts, held_facts
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.text import plural, shown

__all__ = ["ticket"]

_JOBS_SHOWN = 10
_REFUSALS_SHOWN = 5
_MOMENT = "%Y-%m-%d %H:%M:%S"


def ticket(subject: Plan | Report) -> str:
    """Return a few lines to quote: who, when, where, why, what became of how many jobs, and what is left.

    Of a Plan they say what would be done, and that nothing was.
    """
    if isinstance(subject, Plan):
        return f"DRY RUN, nothing was ended.\n{facts_text(_plan_lines(subject))}"
    return f"{subject.summary}\n{facts_text(_report_lines(subject))}"


def _plan_lines(plan: Plan) -> list[tuple[str, str]]:
    left_out = [f"{count:,} {verdict}" for verdict, count in plan.counts.items() if not Verdict(verdict).is_sent]
    ends = [f"{count:,} to {verdict}" for verdict, count in plan.counts.items() if Verdict(verdict).is_sent]
    children = f", with {plural(plan.array_children, 'live child', 'live children')}" if plan.array_children else ""
    lines = [
        ("Plan", plan.digest[:DIGEST_SHOWN]),
        ("Who", plan.identity.caller or "unknown"),
        ("When", f"{plan.made_at:{_MOMENT}} UTC"),
        ("Where", str(plan.identity)),
        ("Reason", plan.reason),
        ("Would end", f"{plural(len(plan.to_end), 'job')}{': ' if ends else ''}{', '.join(ends)}{children}"),
    ]
    if any(plan.frees.values()):
        lines.append(("Frees", figures_text(plan.frees)))
    if left_out:
        lines.append(("Left out", ", ".join(left_out)))
    if plan.dependents_left:
        lines.append(("Would fail", plural(len(plan.dependents_left), "dependent") + " that the plan does not hold"))
    lines += [("Note", note) for note in plan.notes if note.startswith(NOT_LISTED)]
    lines += odd_ones(plan)
    lines += [("Refused by", f"{one.guard}, set by {one.source}") for one in plan.refused_by[:_REFUSALS_SHOWN]]
    return lines


def _report_lines(report: Report) -> Facts:
    plan = report.plan
    lines = [
        ("Run", report.run_id or "unknown"),
        ("Who", plan.identity.caller or "unknown"),
        ("When", f"{report.started_at:{_MOMENT}} to {report.finished_at:{_MOMENT}} UTC"),
        ("Where", str(plan.identity)),
        ("Reason", plan.reason),
        ("Plan", f"{plan.digest[:DIGEST_SHOWN]}, {plural(len(plan.to_end), 'job')} to end"),
        ("Outcomes", counts_text(report.counts) or "none"),
    ]
    lines += held_facts(report)
    lines += [("Note", note) for note in plan.notes if note.startswith((DROPPED_OUT, NOT_LISTED))]
    left = report.failures
    lines.append(("Left", plural(len(left), "job") if left else "nothing: every job that was meant has ended"))
    lines += [("", _left(result)) for result in left[:_JOBS_SHOWN]]
    if len(left) > _JOBS_SHOWN:
        lines.append(("", f"and {len(left) - _JOBS_SHOWN:,} more in report.failures"))
    return lines + closing_facts(report)


def _left(result: JobResult) -> str:
    status = f", {result.last_seen.status}" if result.last_seen and result.last_seen.status else ""
    why = f": {shown(result.error_message, 200)}" if result.error_message else ""
    return f"{result.planned.job_id} ({shown(result.planned.job_name or 'unknown', 60)}{status}) {result.fate}{why}"
