"""The result: what the browser shows after a run, as plain values: the headline, the figures, a line for each cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from batchnb.errors import CredentialsError, ThrottledError
from batchnb.jobs.outcome import Outcome
from batchnb.model.report import Report
from batchnb.model.report_view import report_facts
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.text import plural, shown
from batchnb.widget.names import names_text

__all__ = ["is_untouched", "result_told"]

_LENGTH = 1100
_WORDS = {
    Outcome.SUCCEEDED: ("had succeeded by itself", "had succeeded by themselves"),
    Outcome.ENDED_BY_ANOTHER: ("ended by another request", "ended by other requests"),
    Outcome.FAILED: ("had failed by itself", "had failed by themselves"),
}
_LINES = {
    Outcome.DENIED: "{n} denied: you may not end {names} (needs batch:TerminateJob).",
    Outcome.STOPPING: "{n} still stopping after {minutes}: {names}. AWS may still end {it}.",
    Outcome.WAITING: "{n} accepted, and will be cancelled when {its} dependency has ended: {names}.",
    Outcome.UNANSWERED: "{n} asked, no answer: {names}. AWS may still end {it}.",
    Outcome.REFUSED: "{n} refused: AWS answered with an error for {names}.",
    Outcome.GONE: "{n} without a record: AWS no longer shows {names}, so nobody saw how {it} ended.",
}


def is_untouched(result: JobResult) -> bool:
    """Whether the job was to be ended, and no request for it got through."""
    return result.outcome is Outcome.NOT_ATTEMPTED and result.planned.verdict.is_sent


def result_told(report: Report | None) -> dict[str, Any] | None:
    """Return what stands in the bar after a run, None before one."""
    if report is None:
        return None
    watched = [result for result in report.results if result.planned.verdict.is_watched]
    ended = [result for result in watched if result.outcome.has_ended]
    untouched = sum(map(is_untouched, watched))
    failed = [result for result in report.failures if not is_untouched(result)]
    counts = Counter(result.outcome for result in ended)
    return {
        "headline": _headline(report, len(ended), len(watched), untouched),
        "isStopped": report.stopped_at is not None,
        "ok": report.ok,
        "summary": report.summary,
        "jobs": len(report.results),
        "watched": len(watched),
        "ended": len(ended),
        "endedBy": ", ".join(_ended_by(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]),
        "untouched": untouched,
        "failures": len(failed),
        "causes": _causes(report, failed, untouched),
        "seconds": round((report.finished_at - report.started_at).total_seconds(), 1),
        "runId": report.run_id or "",
        "newJobs": shown(report.new_jobs_text, _LENGTH),
        "facts": [(title, shown(text, _LENGTH)) for title, text in report_facts(report)],
    }


def _headline(report: Report, ended: int, watched: int, untouched: int) -> str:
    if report.stopped_at is not None:
        return report.stopped_text
    if isinstance(report.stopped_by, CredentialsError):
        at = f"{report.finished_at:%H:%M:%S}"
        return f"Your AWS session expired by {at} UTC. {ended:,} ended, {untouched:,} not asked."
    said = f"{ended:,} of {plural(watched, 'job')} ended."
    left = watched - ended
    return f"{said} {left:,} did not." if left else said


def _ended_by(outcome: Outcome, count: int) -> str:
    one, several = _WORDS.get(outcome, (outcome.value, outcome.value))
    return f"{count:,} {one if count == 1 else several}"


def _causes(report: Report, failed: Sequence[JobResult], untouched: int) -> list[dict[str, str]]:
    """Return one line for each cause, and the raw words of AWS behind it."""
    found: dict[tuple[str, str], list[JobResult]] = {}
    for result in failed:
        found.setdefault((result.fate.value, result.error_code or ""), []).append(result)
    causes = [_cause(report, results) for results in found.values()]
    if untouched and report.stopped_at is None:
        why = "AWS kept throttling us" if isinstance(report.stopped_by, ThrottledError) else "the run was cut short"
        details = shown(report.stopped_by, _LENGTH) if report.stopped_by else ""
        causes.append({"text": f"{untouched:,} not attempted: {why}.", "details": details})
    elif report.stopped_by is not None and not failed:
        causes.append({"text": "The run was cut short.", "details": shown(report.stopped_by, _LENGTH)})
    return causes


def _cause(report: Report, results: Sequence[JobResult]) -> dict[str, str]:
    first, count = results[0], len(results)
    names = names_text((one.planned.job_name or one.planned.job_id for one in results), most=2)
    it, its = ("it", "its") if count == 1 else ("them", "their")
    minutes = max(1, round((report.finished_at - report.started_at).total_seconds() / 60))
    if first.planned.verdict is Verdict.NOT_FOUND:
        line = f"{count:,} not known to AWS: {names}. Check the id."
    else:
        line = _LINES.get(first.outcome, "{n} " + first.fate.value + ": {names}.").format(
            n=f"{count:,}", names=names, it=it, its=its, minutes=f"{minutes} min"
        )
    return {"text": shown(line, _LENGTH), "details": shown(first.message or "", _LENGTH)}
