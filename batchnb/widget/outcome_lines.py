"""The result: what the browser shows after a run, as plain values: the headline, the figures, a line for each cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from batchnb.aws.errors import THROTTLED_CODES
from batchnb.errors import AwsError, CredentialsError, ThrottledError
from batchnb.jobs.outcome import Outcome
from batchnb.model.report import Report
from batchnb.model.report_view import report_facts
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.text import plural, shown
from batchnb.widget.failures import is_expired, login_line
from batchnb.widget.names import names_text
from batchnb.widget.table.untouched import is_untouched
from batchnb.widget.watching import WATCH_AGAIN, is_watchable

__all__ = ["result_told"]

_LENGTH = 1100
_WORDS = {
    Outcome.SUCCEEDED: ("had succeeded by itself", "had succeeded by themselves"),
    Outcome.ENDED_BY_ANOTHER: ("ended by another request", "ended by other requests"),
    Outcome.FAILED: ("had failed by itself", "had failed by themselves"),
}
_LINES = {
    Outcome.DENIED: "{n} denied: you may not end {names} (needs batch:TerminateJob).",
    Outcome.STOPPING: "{n} still stopping after {minutes}: {names}.",
    Outcome.WAITING: "{n} accepted, and will be cancelled when {its} dependency has ended: {names}.",
    Outcome.UNANSWERED: "{n} asked, no answer: {names}. AWS may still end {it}.",
    Outcome.REFUSED: "{n} refused: AWS answered with an error for {names}.",
    Outcome.GONE: "{n} without a record: AWS no longer shows {names}, so nobody saw how {it} ended.",
}


def result_told(report: Report | None, profile: str | None = None) -> dict[str, Any] | None:
    """Return what stands in the bar after a run, None before one. `profile` is that of the calls, where known."""
    if report is None:
        return None
    watched = [result for result in report.results if result.planned.verdict.is_watched]
    ended = [result for result in watched if result.outcome.has_ended]
    unasked = [result for result in watched if is_untouched(result)]
    untouched = len(unasked)
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
        "causes": _causes(report, failed, unasked, profile),
        "seconds": round((report.finished_at - report.started_at).total_seconds(), 1),
        "overAt": round((report.stopped_at or report.finished_at).timestamp() * 1000),
        "runId": report.run_id or "",
        "newJobs": shown(report.newcomers.sentence if report.newcomers else "", _LENGTH),
        "newcomers": len(report.newcomers.job_ids) if report.newcomers else 0,
        "facts": [(title, shown(text, _LENGTH)) for title, text in report_facts(report)],
    }


def _headline(report: Report, ended: int, watched: int, untouched: int) -> str:
    if report.stopped_at is not None:
        return report.stopped_text
    if isinstance(report.stopped_by, CredentialsError):
        over = "session expired" if is_expired(report.stopped_by) else "login was refused"
        at = report.stopped_by_at or report.finished_at
        not_ended = f", {watched - ended:,} did not" if watched > ended else ""
        others = f", {untouched:,} not asked" if untouched else not_ended
        return f"Your AWS {over} at {at:%H:%M} UTC. {ended:,} ended{others}."
    said = f"{ended:,} of {plural(watched, 'job')} ended."
    left = watched - ended
    return f"{said} {left:,} did not." if left else said


def _ended_by(outcome: Outcome, count: int) -> str:
    one, several = _WORDS.get(outcome, (outcome.value, outcome.value))
    return f"{count:,} {one if count == 1 else several}"


def _causes(
    report: Report, failed: Sequence[JobResult], untouched: Sequence[JobResult], profile: str | None
) -> list[dict[str, Any]]:
    """Return one line for each cause, the raw words of AWS behind it, and what can be done about it."""
    found: dict[tuple[str, str], list[JobResult]] = {}
    for result in failed:
        found.setdefault((result.fate.value, result.error_code or ""), []).append(result)
    causes = [_cause(report, results) for results in found.values()]
    stopped_by = report.stopped_by
    if untouched and report.stopped_at is None:
        causes.append(_of_untouched(stopped_by, untouched, profile))
    elif stopped_by is not None and not failed:
        causes.append(_line("The run was cut short.", stopped_by))
    elif isinstance(stopped_by, CredentialsError):
        on = any(cause["action"] == "watch" for cause in causes)
        then = f", then press {WATCH_AGAIN}" if on else ""
        causes.append(_line(f"{_log_in(stopped_by, profile)}{then}.", stopped_by))
    return causes


def _log_in(error: CredentialsError, profile: str | None) -> str:
    return f"Run {login_line(profile)}" if is_expired(error) else "Log in again"


def _of_untouched(stopped_by: AwsError | None, results: Sequence[JobResult], profile: str | None) -> dict[str, Any]:
    """Return the line for the jobs that no request was made for, though nobody stopped the run."""
    untouched = len(results)
    if isinstance(stopped_by, CredentialsError):
        text = f"{_log_in(stopped_by, profile)}, then press Go on: you review the {untouched:,} first."
        return _line(text, stopped_by, "untouched", "Go on")
    throttled = next((one for one in results if one.error_code in THROTTLED_CODES), None)
    is_throttled = isinstance(stopped_by, ThrottledError) or (stopped_by is None and throttled is not None)
    why = "AWS kept throttling us" if is_throttled else "the run was cut short"
    details = stopped_by or (throttled.message if throttled else "")
    return _line(f"{untouched:,} not attempted: {why}.", details, "untouched", f"Review the {untouched:,}")


def _line(text: str, details: object = "", action: str = "", label: str = "") -> dict[str, Any]:
    raw = shown(details, _LENGTH) if details else ""
    return {"text": shown(text, _LENGTH), "details": raw, "action": action, "label": label}


def _cause(report: Report, results: Sequence[JobResult]) -> dict[str, Any]:
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
    if is_watchable(first.outcome) and report.run_id:
        return _line(line, first.message, "watch", WATCH_AGAIN)
    return _line(line, first.message)
