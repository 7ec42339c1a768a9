"""A Report as text, as HTML and as a DataFrame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from batchnb.document import ROWS_SHOWN, Document, Facts
from batchnb.jobs.name_stem import name_stem
from batchnb.model.facts import DIGEST_SHOWN, DROPPED_OUT, LIMIT_RAISED
from batchnb.model.figures_text import figures_text
from batchnb.model.result import JobResult
from batchnb.model.showing import name_of

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.report import Report

__all__ = [
    "closing_facts",
    "held_facts",
    "name_of_report",
    "report_facts",
    "report_frame",
    "report_html",
    "report_text",
]

_GROUPS_SHOWN = 10
_TITLES = ("jobId", "jobName", "jobQueue", "before", "after", "outcome", "message")


def report_text(report: Report, limit: int | None = ROWS_SHOWN) -> str:
    """Return the report for a terminal, with at most `limit` jobs of it, failures first."""
    return _sheet(report, limit).text()


def report_html(report: Report, limit: int | None = ROWS_SHOWN) -> str:
    """Return the report for a notebook, with at most `limit` jobs of it, failures first."""
    return _sheet(report, limit).html()


def _sheet(report: Report, limit: int | None) -> Document:
    results = _in_order(report)
    return Document(
        kind="report",
        sentence=report.summary,
        facts=report_facts(report),
        moments=("before", "after"),
        counts=[(status, (before, after)) for status, before, after in report.statuses],
        titles=_TITLES,
        rows=[_row(result) for result in results[:limit]],
        total=len(results),
        limit=limit,
        group_titles=("outcome", "group", "jobs"),
        groups=_groups(report),
        open_rows=min(len(report.failures), limit or len(results)),
        all_rows=f"{name_of_report(report)}.to_frame()",
        in_text=("jobId", "jobName", "outcome", "message"),
    )


def name_of_report(report: Report) -> str:
    """Return what to type for this report: its variable, or else what reads its run."""
    return name_of(report, "report" if report.run_id is None else f"batchnb.read_run({report.run_id!r})")


def report_facts(report: Report) -> Facts:
    """Return where, why and how long, and what kept the run from its end, if anything did."""
    seconds = (report.finished_at - report.started_at).total_seconds()
    facts = [
        ("Where", str(report.plan.identity)),
        ("Caller", report.plan.identity.caller or "unknown"),
        ("Reason", report.plan.reason),
        ("Plan", report.plan.digest[:DIGEST_SHOWN]),
        ("Took", f"{seconds:,.1f} s from {report.started_at:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if report.run_id is not None:
        facts.append(("Run", report.run_id))
    facts += held_facts(report)
    facts += [("Note", note) for note in report.plan.notes if note.startswith((DROPPED_OUT, LIMIT_RAISED))]
    if not report.waited:
        facts.append(("Note", "the jobs were looked at once and not watched until they ended"))
    return facts + closing_facts(report)


def held_facts(report: Report) -> list[tuple[str, str]]:
    """Return what the jobs that ended have freed, and what the others hold, as far as there is any of it."""
    held = (("Freed", report.freed), ("Still held", report.still_held))
    return [(title, figures_text(figures)) for title, figures in held if any(figures.values())]


def closing_facts(report: Report) -> list[tuple[str, str]]:
    """Return what stopped the run, the new jobs like these, and how to go on, as far as there is any of it."""
    facts: list[tuple[str, str]] = []
    if report.stopped_by is not None:
        facts.append(("Stopped by", str(report.stopped_by)))
    if report.stopped_text:
        facts.append(("Stopped", report.stopped_text))
    if report.new_jobs_text:
        facts.append(("New jobs", report.new_jobs_text))
    if report.how_to_go_on:
        facts.append(("To go on", report.how_to_go_on.removeprefix("To go on: ")))
    return facts


def report_frame(report: Report) -> pd.DataFrame:
    """Return one row for every id of the plan; columns and dtypes as `Report.to_frame` says."""
    import pandas as pd

    from batchnb.jobs.frame import strings

    results = report.results
    befores = [result.planned.job for result in results]
    afters = [result.last_seen for result in results]
    texts: dict[str, list[str | None]] = {
        "jobId": [result.planned.job_id for result in results],
        "jobName": [result.planned.job_name for result in results],
        "jobQueue": [result.planned.job_queue for result in results],
        "verdict": [result.planned.verdict.value for result in results],
        "outcome": [result.outcome.value for result in results],
        "status_before": [job.status if job else None for job in befores],
        "status_after": [job.status if job else None for job in afters],
        "statusReason_before": [job.status_reason if job else None for job in befores],
        "statusReason_after": [job.status_reason if job else None for job in afters],
    }
    frame = pd.DataFrame({name: strings(values) for name, values in texts.items()})
    frame["accepted_at"] = _moments([result.accepted_at for result in results])
    frame["ended_at"] = _moments([result.ended_at for result in results])
    frame["attempts"] = pd.array([result.attempts for result in results], dtype="Int32")
    frame["error_code"] = strings(result.error_code for result in results)
    frame["error_message"] = strings(result.error_message for result in results)
    frame["request_id"] = strings(result.request_id for result in results)
    return frame


def _moments(moments: Sequence[datetime | None]) -> pd.Series[pd.Timestamp]:
    from batchnb.jobs.frame import utc

    return utc([None if moment is None else round(moment.timestamp() * 1000) for moment in moments])


def _in_order(report: Report) -> Sequence[JobResult]:
    failures = {id(result) for result in report.failures}
    return sorted(report.results, key=lambda result: id(result) not in failures)


def _groups(report: Report) -> list[tuple[str, str, str]]:
    """Return how many jobs of like names had each outcome, failures first, then the rarest first."""
    failures = {id(result) for result in report.failures}
    counts = Counter(
        (id(result) not in failures, str(result.fate), name_stem(result.planned.job_name or ""))
        for result in report.results
    )
    ordered = sorted(counts.items(), key=lambda one: (one[0][0], one[1], one[0]))[:_GROUPS_SHOWN]
    return [(fate, stem or "(no name)", f"{count:,}") for (_, fate, stem), count in ordered]


def _row(result: JobResult) -> Sequence[object]:
    before, after = result.planned.job, result.last_seen
    verdict = result.planned.verdict
    return (
        result.planned.job_id,
        result.planned.job_name,
        result.planned.job_queue,
        before.status if before else None,
        after.status if after else None,
        result.outcome.value if verdict.is_watched else f"left out: {verdict.value}",
        result.message,
    )
