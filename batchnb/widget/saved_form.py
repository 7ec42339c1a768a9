"""The saved form of a picker: the sentences and the table that a notebook's file has for a page without a kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from batchnb.aws.relist import not_listed_text
from batchnb.document import FACT_LENGTH, Facts
from batchnb.model.report import Report
from batchnb.model.report_view import report_facts
from batchnb.text import plural, shown
from batchnb.widget.fallback import Still, Table
from batchnb.widget.frontends import is_unattended
from batchnb.widget.outcome_lines import result_told
from batchnb.widget.table.untouched import is_untouched
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    from batchnb.widget.execution import Run
    from batchnb.widget.review import Review
    from batchnb.widget.session import PickerSession
    from batchnb.widget.watching import Watching

__all__ = ["FAILURES_SHOWN", "still_of", "strip_text"]

FAILURES_SHOWN = 200
"""Jobs that did not end and are shown one by one; the number of the others stands below them."""
_BADGES = {"production": "PRODUCTION", "aws": "AWS", "emulator": "EMULATOR, not AWS"}
_FAILURE_TITLES = ("jobId", "jobName", "jobQueue", "outcome", "message")
_REVIEW_TITLES = ("definition", "names", "jobs", "terminate", "cancel", "oldest", "vCPU", "GPU", "odd one out")
_REVIEW_IN_TEXT = ("definition", "names", "jobs", "terminate", "cancel", "odd one out")
_NOT_KNOWN = "\N{EN DASH}"


def still_of(session: PickerSession) -> Still:
    """Return what a picker shows where it cannot move. An error stands above everything else that the bar said."""
    with session.jobs.mutex:
        still, error = _still_of(session), session.worker.error
        said = session.failure_told(error)["error"] if error is not None and session.run is None else None
        if not said:
            return still
        if session.phase is Phase.CONFIRMING:
            return replace(still, lines=[said, *still.lines])
        return replace(still, sentence=said, lines=[line for line in (still.sentence, *still.lines) if line])


def _still_of(session: PickerSession) -> Still:
    with session.jobs.mutex:
        jobs, run, report, review = session.jobs, session.run, session.report, session.reviewing.review
        where = strip_text(session.state()["where"])
        base = Still(
            jobs.snapshot,
            jobs.rows,
            where,
            notes=(not_listed_text(jobs.snapshot.frame),),
            closing=_closing(session),
            lives=jobs.marks.lives if jobs.marks.are_used else None,
        )
        if run is not None:
            return base.saying(_running_text(run), facts=(("Reason", run.plan.reason),))
        if session.phase is Phase.CONFIRMING and review is not None:
            return _of_review(base, review, session.state()["where"])
        if report is None:
            return base
        profile = session.setup.connection.profile
        return _of_read(base, report, profile) if session.result is None else _of_report(base, report, profile)


def strip_text(where: Mapping[str, Any]) -> str:
    """Return the place of the jobs, as the strip above the list has it.

    >>> strip_text({"badge": "production", "alias": "acme-ml-prod", "account": "123456789012", "region": "eu-west-1"})
    'PRODUCTION · acme-ml-prod 123456789012 · eu-west-1'
    """
    account = " ".join(shown(part, 60) for part in (where.get("alias"), where.get("account")) if part)
    parts = (_BADGES.get(str(where.get("badge")), "PLACE NOT KNOWN"), account, shown(where.get("region"), 60))
    return " · ".join(filter(None, parts))


def _closing(session: PickerSession) -> str:
    # A notebook that is run again to be compared must say the same each time.
    return "" if is_unattended() else f"As of {_moment(session.clock.wall())}. Run the cell to make it live."


def _moment(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def _running_text(run: Run | Watching) -> str:
    return (
        f"A run began at {run.begun_at:%Y-%m-%d %H:%M:%S} UTC and was not over when this was saved. "
        "How it ended: %batch_history. If it was cut off, %batch_resume finishes it."
    )


def _of_review(base: Still, review: Review, where: Mapping[str, Any]) -> Still:
    told = review.told()
    rows = [_group_row(row, told["madeAt"]) for row in told["rows"]]
    more = f"and {told['restGroups']:,} more groups, {plural(told['restJobs'], 'job')}" if told["restGroups"] else ""
    lines = [*told["blocked"], told["raised"], told["dependentsText"], told["gap"], told["leftOut"], told["arrays"]]
    facts = (("Reason", told["reason"]), ("Plan", told["digestShown"]))
    table = Table(_REVIEW_TITLES, rows, more, in_text=_REVIEW_IN_TEXT)
    return base.saying(_asked(told, where) if told["toEnd"] else told["nothing"], lines, table, facts)


def _asked(told: Mapping[str, Any], where: Mapping[str, Any]) -> str:
    """Return the question of the review, as its title has it, and that it was not answered."""
    if told["blocked"]:
        return "These jobs cannot be ended from here. Nothing has been ended."
    named = [where["alias"]] if where["alias"] else [f"account {where['account']}"] if where["account"] else []
    place = ", ".join(["PRODUCTION", *(shown(one, 80) for one in named)])
    asked = f"Terminate {plural(told['toEnd'], 'job')}{f' in {place}' if told['isProduction'] else ''}?"
    return f"{asked} Nothing has been ended."


def _group_row(row: Mapping[str, Any], made_at: int) -> Sequence[object]:
    names = row["first"] if row["first"] == row["last"] else f"{row['first']} … {row['last']}"
    oldest = row["oldest"]
    age = _age(made_at - oldest) if oldest is not None and oldest <= made_at else _NOT_KNOWN
    counts = (f"{row['jobs']:,}", f"{row['terminate']:,}", f"{row['cancel']:,}")
    held = (_held(row[name], row["unknown"]) for name in ("vcpus", "gpus"))
    return (row["definition"], names, *counts, age, *held, row["odd"])


def _held(amount: float, unknown: int) -> str:
    """Return a number, with `+` behind it where a part of it is not known. What is not known is never 0."""
    number = f"{amount:,.2f}".rstrip("0").rstrip(".")
    return f"{number}{'+' if unknown else ''}" if amount else _NOT_KNOWN


def _age(milliseconds: int) -> str:
    """Return a length of time in the two largest units that it has.

    >>> [_age(hours * 3_600_000) for hours in (0, 7, 26)]
    ['0m', '7h', '1d 2h']
    """
    minutes = milliseconds // 60_000
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days}d" if days else "", f"{hours}h" if hours else "", f"{minutes}m" if minutes and not days else ""]
    return " ".join(filter(None, parts)) or "0m"


def _of_read(base: Still, report: Report, profile: str | None) -> Still:
    """Return the list again, and one line that says what the last run was: its record has the rest."""
    told = result_told(report, profile)
    assert told is not None
    run = [("Run", report.run_id)] if report.run_id else []
    facts = [("Reason", shown(report.plan.reason, FACT_LENGTH)), *run]
    return base.saying("", [f"Last run: {told['headline']}"], facts=facts)


def _of_report(base: Still, report: Report, profile: str | None) -> Still:
    told = result_told(report, profile)
    assert told is not None
    failures = [one for one in report.failures if not is_untouched(one)]
    rows = [
        (
            one.planned.job_id,
            one.planned.job_name,
            one.planned.job_queue,
            one.fate.value,
            one.message,
        )
        for one in failures[:FAILURES_SHOWN]
    ]
    left = len(failures) - len(rows)
    all_of_them = f': batchnb.read_run("{report.run_id}")' if report.run_id else ""
    table = Table(_FAILURE_TITLES, rows, f"and {left:,} more{all_of_them}" if left else "")
    facts: Facts = [*report_facts(report), *([("Run", report.run_id)] if report.run_id else [])]
    lines = [report.summary, *(cause["text"] for cause in told["causes"])]
    return base.saying(told["headline"], lines, table, [(title, shown(text, FACT_LENGTH)) for title, text in facts])
