"""Tickets: a plan or a report as text to copy into a ticket."""

from __future__ import annotations

from datetime import datetime

from batchnb.document import Facts
from batchnb.jobs.outcome import counts_text
from batchnb.model.facts import DIGEST_SHOWN, DROPPED_OUT, LIMIT_RAISED
from batchnb.model.figures_text import figures_text
from batchnb.model.plan import Plan
from batchnb.model.plan_view import odd_ones
from batchnb.model.report import Report
from batchnb.model.report_view import closing_facts, held_facts, name_of_report
from batchnb.model.result import JobResult
from batchnb.model.ticket_styles import styled
from batchnb.model.verdict import Verdict
from batchnb.text import fit_stdout, plural, shown

__all__ = ["ticket"]

_JOBS_SHOWN = 10
_GROUPS_SHOWN = 10
_QUEUES_SHOWN = 10
_DEPENDENTS_SHOWN = 5
_REFUSALS_SHOWN = 5


def ticket(subject: Plan | Report, style: str = "text", *, details: str = "") -> str:
    """Return a few lines to quote: who, when, where, why, what became of how many jobs, and what is left.

    Of a Plan they say what would be done, and that nothing was. `style` is "text", "markdown", "jira" or "slack": the
    markup of where it goes. `details` names the file that has all of it. Times are in UTC. Raises InputError for
    another style.
    """
    file = [("Details", details)] if details else []
    if isinstance(subject, Plan):
        text = styled("DRY RUN, nothing was ended.", [*_plan_lines(subject), *file], style)
    else:
        text = styled(subject.summary, [*_report_lines(subject), *file], style)
    return fit_stdout(text)


def _plan_lines(plan: Plan) -> Facts:
    left_out = [f"{count:,} {verdict}" for verdict, count in plan.counts.items() if not Verdict(verdict).is_sent]
    ends = [f"{count:,} to {verdict}" for verdict, count in plan.counts.items() if Verdict(verdict).is_sent]
    children = f", with {plural(plan.array_children, 'live child', 'live children')}" if plan.array_children else ""
    lines = [
        ("Plan", plan.digest[:DIGEST_SHOWN]),
        ("Who", plan.identity.caller or "unknown"),
        *_reviewer(plan),
        ("When", _moment(plan.made_at)),
        ("Where", str(plan.identity)),
        ("Reason", plan.reason),
        *_selection(plan),
        ("Would end", f"{plural(len(plan.to_end), 'job')}{': ' if ends else ''}{', '.join(ends)}{children}"),
        *_groups(plan),
    ]
    if any(plan.frees.values()):
        lines.append(("Frees", figures_text(plan.frees)))
    if left_out:
        lines.append(("Left out", ", ".join(left_out)))
    if plan.dependents_left:
        lines.append(("Would fail", _dependents(plan)))
    lines += odd_ones(plan)
    lines += [("Refused by", f"{one.guard}, set by {one.source}") for one in plan.refused_by[:_REFUSALS_SHOWN]]
    return lines


def _report_lines(report: Report) -> Facts:
    plan = report.plan
    children = f", with {plural(plan.array_children, 'live child', 'live children')}" if plan.array_children else ""
    lines = [
        ("Run", report.run_id or "unknown"),
        ("Who", plan.identity.caller or "unknown"),
        *_reviewer(plan),
        ("When", f"{_moment(report.started_at)} to {_moment(report.finished_at)}"),
        ("Where", str(plan.identity)),
        ("Reason", plan.reason),
        *_selection(plan),
        ("Plan", f"{plan.digest[:DIGEST_SHOWN]}, {plural(len(plan.to_end), 'job')} to end{children}"),
        *_groups(plan),
        ("Outcomes", counts_text(report.counts) or "none"),
    ]
    lines += held_facts(report)
    if plan.dependents_left:
        lines.append(("Fail with it", _dependents(plan)))
    lines += [("Note", note) for note in plan.notes if note.startswith((DROPPED_OUT, LIMIT_RAISED))]
    left = report.failures
    lines.append(("Left", plural(len(left), "job") if left else "nothing: every job that was meant has ended"))
    lines += [("", _left(result)) for result in left[:_JOBS_SHOWN]]
    if len(left) > _JOBS_SHOWN:
        lines.append(("", f"and {len(left) - _JOBS_SHOWN:,} more in {name_of_report(report)}.failures"))
    return lines + closing_facts(report)


def _reviewer(plan: Plan) -> Facts:
    return [("Reviewed by", plan.reviewed_by)] if plan.reviewed_by else []


def _selection(plan: Plan) -> Facts:
    """Return the queues of the jobs that end, and the selectors that found them."""
    queues = [f"{shown(queue, 60)} {count:,}" for queue, count in list(plan.queues.items())[:_QUEUES_SHOWN]]
    more = [f"and {plural(len(plan.queues) - _QUEUES_SHOWN, 'more queue')}"] if len(plan.queues) > _QUEUES_SHOWN else []
    facts = [("Queues", ", ".join([*queues, *more]))] if queues else []
    return [*facts, ("Selected by", plan.listed_by)] if plan.listed_by else facts


def _groups(plan: Plan) -> Facts:
    """Return the definitions and name stems of the jobs that end, with how many of each."""
    rows = plan.grouped.rows
    lines = [f"{len(row.jobs):,}  {shown(row.definition, 60)}  {shown(row.stem or '(no name)', 60)}" for row in rows]
    facts = [("Groups" if not place else "", line) for place, line in enumerate(lines[:_GROUPS_SHOWN])]
    if len(lines) > _GROUPS_SHOWN:
        facts.append(("", f"and {plural(len(lines) - _GROUPS_SHOWN, 'more group')} in plan.groups"))
    return facts


def _dependents(plan: Plan) -> str:
    """Return how many jobs outside the plan fail because they wait for its jobs, and the first of them."""
    left = plan.dependents_left
    names = [f"{one.job_id} ({shown(one.job.job_name, 60)})" for one in left[:_DEPENDENTS_SHOWN]]
    more = f" and {len(left) - _DEPENDENTS_SHOWN:,} more" if len(left) > _DEPENDENTS_SHOWN else ""
    return f"{plural(len(left), 'dependent')} that the plan does not hold: {', '.join(names)}{more}"


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _left(result: JobResult) -> str:
    status = f", {result.last_seen.status}" if result.last_seen and result.last_seen.status else ""
    why = f": {shown(result.error_message, 200)}" if result.error_message else ""
    return f"{result.planned.job_id} ({shown(result.planned.job_name or 'unknown', 60)}{status}) {result.fate}{why}"
