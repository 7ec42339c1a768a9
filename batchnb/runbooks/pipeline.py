"""Orphans of a pipeline run: the jobs that it left behind, and, in further rounds, those that are still submitted.

The pipeline may go on submitting. Each round is a plan of its own, shown and with its own journal, under one `max_jobs`
for all of them. A round stops where it would end something that the first one did not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from batchnb.aws.connect import connect
from batchnb.aws.listing import describe_all
from batchnb.aws.relist import listed_by
from batchnb.clock import Clock
from batchnb.errors import GuardError, PlanMismatchError
from batchnb.jobs.job import Job
from batchnb.model.report import Report
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.selection import Found, check_found, check_reviewed
from batchnb.runbooks.steps import Run, told
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan

__all__ = ["Rounds", "close", "end_more_rounds", "find_dependents", "find_orphans", "left_text", "ticket_text"]

_SELECTORS = ("name", "name_glob", "tags", "share", "older_than", "newer_than")


@dataclass
class Rounds:
    """The runs of all rounds, the first one first."""

    runs: list[Run] = field(default_factory=list)

    @property
    def reports(self) -> list[Report]:
        """The reports of the rounds that were sent."""
        return [run.report for run in self.runs if run.report is not None]

    @property
    def used(self) -> int:
        """How many jobs the rounds were for, children of arrays counted."""
        return sum(run.plan.job_count for run in self.runs)

    def __repr__(self) -> str:
        if not self.reports:
            return "Dry run: no further round."
        return f"{plural(len(self.reports), 'round')}, {plural(self.used, 'job')} with the children of arrays."


@told
def find_orphans(runbook: Runbook) -> Found:
    """Return the live jobs of the pipeline run, and all that is live in the queues.

    Raises InputError where execute selects fewer than `at_least`.
    """
    selectors = _selectors(runbook)
    jobs = _list(runbook, selectors)
    live = runbook.list_jobs(queues=selectors["queues"])
    check_found(runbook, jobs, live)
    check_reviewed(runbook, jobs)
    return Found(jobs, live, selectors)


def _selectors(runbook: Runbook) -> dict[str, Any]:
    queues = [runbook["queue"]] if runbook["queue"] else None
    return {
        "queues": queues,
        "job_definition": runbook["definition"],
        **{name: runbook[name] for name in _SELECTORS},
    }


def _list(runbook: Runbook, selectors: Mapping[str, Any]) -> pd.DataFrame:
    jobs = runbook.list_jobs(**selectors)
    root = runbook["depends_on"]
    if root is None:
        return jobs
    described = describe_all(connect(), list(jobs.jobId), Clock())
    chosen = jobs[jobs.jobId.isin(find_dependents(described, root) | {root})]
    # Somebody has said which jobs are meant: those that wait for one. The listing has no selector for that.
    if "listing" in jobs.attrs:
        typed = [text for text in (listed_by(jobs),) if any(selectors.values())]
        chosen.attrs = {
            **jobs.attrs,
            "listing": {**jobs.attrs["listing"], "is_narrowed": True},
            "listed_by": ", ".join([*typed, f"depends_on={root!r}"]),
        }
    return chosen


def find_dependents(jobs: Mapping[str, Job], root: str) -> set[str]:
    """Return the ids of the jobs that wait for `root`, also by way of others. A circle ends where it began."""
    waiting: dict[str, list[str]] = {}
    for job in jobs.values():
        for on in job.depends_on:
            waiting.setdefault(on, []).append(job.job_id)
    found: set[str] = set()
    pending = [root]
    while pending:
        new = [job_id for job_id in waiting.get(pending.pop(), ()) if job_id not in found]
        found.update(new)
        pending += new
    return found


@told
def end_more_rounds(runbook: Runbook, run: Run, clock: Clock | None = None) -> Rounds:
    """Look again after each round, up to `rounds`, and end what was submitted since. In a dry run, do nothing.

    Stops without a word where there is nothing new. Raises PlanMismatchError for a round with another definition,
    queue or odd one out than the first one had, GuardError where all rounds together are over `max_jobs`, and
    TerminationFailedError where jobs of a round were not seen to end.
    """
    rounds, clock = Rounds([run]), clock or Clock()
    if run.report is None:
        return rounds
    for number in range(2, runbook["rounds"] + 1):
        run.report.raise_for_failures()
        clock.sleep(runbook["pause"])
        jobs = _new_jobs(_list(runbook, _selectors(runbook)), rounds)
        if jobs.empty:
            break
        left = _left_of(runbook["max_jobs"], rounds, len(jobs))
        plan = runbook.plan(jobs, **runbook.limits(max_jobs=left))
        runbook.show(f"Round {number}:", plan)
        _check_alike(plan, run.plan, number)
        runbook.check_allowed(plan)
        run_of_round = runbook.begin(plan, is_first=False)
        runbook.show(run_of_round)
        rounds.runs.append(run_of_round)
        runbook.show(run_of_round.send())
    return rounds


def _new_jobs(jobs: pd.DataFrame, rounds: Rounds) -> pd.DataFrame:
    known = {planned.job_id for run in rounds.runs for planned in run.plan.jobs}
    return jobs[~jobs.jobId.isin(known)]


def _left_of(max_jobs: int, rounds: Rounds, new: int) -> int:
    left: int = max_jobs - rounds.used
    if left < 1:
        raise GuardError(
            f"max_jobs: {rounds.used:,} of {plural(max_jobs, 'job')} are used up by the rounds so far, and "
            f"{plural(new, 'new job')} live. Find out who submits them. Nothing more was ended.",
            guard="max_jobs",
            layer="a keyword argument",
        )
    return left


def _check_alike(plan: Plan, first: Plan, number: int) -> None:
    """Raise PlanMismatchError where a round would end something of a kind that the first one did not show."""
    for what, now, before in (
        ("definition", _definitions(plan), _definitions(first)),
        ("queue", set(plan.queues), set(first.queues)),
        ("odd one out", _odd(plan), _odd(first)),
    ):
        if new := sorted(now - before):
            raise PlanMismatchError(
                f"Round {number} stops: {what} {shown(new[0], 80)} was not in the first round. "
                "Nothing of this round was ended. Run the notebook again, and look at the plan."
            )


def _definitions(plan: Plan) -> set[str]:
    return {group.definition for group in plan.grouped.rows}


def _odd(plan: Plan) -> set[str]:
    return {f"{group.definition} {group.stem}" for group in plan.grouped.marked}


def left_text(runbook: Runbook, rounds: Rounds) -> tuple[str, pd.DataFrame]:
    """Return what lives of the pipeline run now, how many of that are new, and the listing that says so."""
    left = _list(runbook, _selectors(runbook))
    new = len(_new_jobs(left, rounds))
    text = f"{plural(len(left), 'job')} of the run live, {new:,} of them submitted since the last plan."
    if new:
        text += " The pipeline goes on submitting: stop it first, and run this again."
    return text, left


@told
def ticket_text(runbook: Runbook, rounds: Rounds) -> str:
    """Return the text for the ticket, a part for each round."""
    return "\n\n".join(runbook.ticket(run) for run in rounds.runs)


@told
def close(runbook: Runbook, rounds: Rounds, left: pd.DataFrame) -> str:
    """Say in the banner what became of all rounds, and return that. Raises as `Runbook.finish` does for each."""
    for run in rounds.runs:
        text = runbook.finish(run, left)
    if not rounds.reports:
        return text
    ended = sum(one.planned.verdict.is_watched for report in rounds.reports for one in report.results)
    new = len(_new_jobs(left, rounds))
    more = f" {plural(new, 'job')} submitted since: run it again." if new else ""
    return runbook.close(f"ENDED {ended:,} of {ended:,} in {plural(len(rounds.reports), 'round')}.{more}")
