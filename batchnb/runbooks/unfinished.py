"""Unfinished runs: which there are, here and elsewhere, how far one came, and what is left of it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import batchnb.api as api
from batchnb.errors import InputError
from batchnb.guards.refusals import raise_refusals
from batchnb.model.ticket import ticket
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.steps import DryRun, told
from batchnb.running.history import history
from batchnb.running.journal_folder import SUFFIX, journal_dir
from batchnb.running.past import read_run
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan
    from batchnb.model.report import Report

__all__ = ["Unfinished", "close", "find_unfinished", "finish", "left_text", "look_again", "ticket_text"]

_RUNS_SHOWN = 10
_JOBS_SHOWN = 10
_OVER_LIMITS = frozenset({"max_jobs", "max_percent", "read_only"})


@dataclass(frozen=True)
class Unfinished:
    """The runs that are not finished, and the one that is meant."""

    here: pd.DataFrame
    elsewhere: list[str]
    """What to type for each run of another place, or that cannot be read."""
    run: str
    """Its id; empty where there is none."""
    before: Report | None
    """How far it came."""

    def __repr__(self) -> str:
        lines = [_table(self.here)]
        if self.elsewhere:
            lines += ["Unfinished elsewhere:", *(f"  {line}" for line in self.elsewhere)]
        if self.run:
            lines.append(f"Run {self.run}. Its journal: {journal_dir() / f'{self.run}{SUFFIX}'}")
        return "\n".join(lines)


@told
def find_unfinished(runbook: Runbook) -> Unfinished:
    """Return the unfinished runs of this place and of others. Without a run id, the newest one here is meant.

    Raises InputError where execute finds none here, but some elsewhere, and where `journals` is not there.
    """
    folder = journal_dir()
    if runbook["journals"] and not folder.is_dir():
        raise InputError(f"journals: there is no folder {shown(folder, 300)}.")
    assert runbook.place is not None
    place = runbook.place.identity
    runs = history()
    unfinished = runs[~runs.finished]
    is_here = (unfinished.endpoint == place.endpoint) & (unfinished.region == place.region)
    if place.account is not None:
        is_here &= unfinished.account.isna() | (unfinished.account == place.account)
    is_here = is_here.fillna(value=False).astype(bool)
    here = unfinished[is_here]
    elsewhere = [_to_type(row) for row in unfinished[~is_here].itertuples()]
    run = runbook["run"] or next(iter(here.run), "")
    if not run and elsewhere and runbook.executes:
        raise InputError(
            f"No unfinished run is in {place}. Unfinished elsewhere: {plural(len(elsewhere), 'run')}. "
            "Nothing was ended.\n  " + "\n  ".join(elsewhere[:_RUNS_SHOWN])
        )
    return Unfinished(here, elsewhere, run, read_run(run) if run else None)


def _to_type(row: object) -> str:
    """Return one run of another place, and by which parameters it is finished."""
    said = {name: getattr(row, name) for name in ("run", "region", "endpoint", "account", "jobs", "damage")}
    if isinstance(said["damage"], str) and not isinstance(said["endpoint"], str):
        return f"{said['run']}: its journal cannot be read ({shown(said['damage'], 200)})"
    region, endpoint = str(said["region"]), str(said["endpoint"])
    where = "aws" if ".amazonaws.com" in endpoint else shlex.quote(endpoint)
    words = f"-p endpoint {where} -p region {shlex.quote(region)} -p run {said['run']}"
    return f"{said['run']}, account {said['account']}, Region {region}, {said['jobs']} jobs: {words}"


def _table(runs: pd.DataFrame) -> str:
    if runs.empty:
        return "No run in this place is unfinished."
    columns = ["run", "started_at", "user", "reason", "jobs"]
    shown_runs = (
        runs[columns]
        .head(_RUNS_SHOWN)
        .assign(
            started_at=runs.started_at.dt.strftime("%Y-%m-%d %H:%M:%S UTC"),
            reason=runs.reason.map(lambda reason: shown(reason, 60), na_action="ignore"),
        )
    )
    more = f"\nand {plural(len(runs) - _RUNS_SHOWN, 'more run')}" if len(runs) > _RUNS_SHOWN else ""
    return shown_runs.to_string(index=False) + more


@told
def look_again(runbook: Runbook, found: Unfinished) -> Plan:
    """Return a plan of the run's jobs as they are now. Ends nothing.

    Raises PlanMismatchError where another number is left than is expected, GuardError where a guard forbids it.
    """
    before = found.before
    ids = [planned.job_id for planned in before.plan.jobs if planned.verdict.is_watched] if before else []
    plan = api.plan(ids, reason=before.plan.reason if before else "none", max_jobs=runbook["max_jobs"], empty_ok=True)
    plan.check_expected(runbook.expected)
    raise_refusals([one for one in plan.refused_by if runbook.executes or one.guard not in _OVER_LIMITS])
    return plan


def left_text(found: Unfinished, plan: Plan) -> str:
    """Return how far the run came, and how its jobs are now."""
    lines = [ticket(found.before)] if found.before else []
    counts = ", ".join(f"{count:,} {verdict}" for verdict, count in plan.counts.items()) or "none"
    lines.append(f"\nNow, of {plural(len(plan.jobs), 'job')}: {counts}")
    for planned in plan.to_end[:_JOBS_SHOWN]:
        status = planned.job.status if planned.job else "unknown"
        lines.append(f"  {planned.job_id}  {shown(planned.job_name, 60)}  {status}")
    if len(plan.to_end) > _JOBS_SHOWN:
        lines.append(f"  and {len(plan.to_end) - _JOBS_SHOWN:,} more")
    return "\n".join([*lines, *(str(refusal) for refusal in plan.refused_by)])


@told
def finish(runbook: Runbook, found: Unfinished, plan: Plan) -> Report | DryRun:
    """Resume the run and return the report of all of it, or say that this is a dry run."""
    if not found.run:
        return DryRun("There is no run to finish.")
    if not runbook.executes:
        return DryRun(f"Nothing was ended. To finish it: execute = True and expect = {len(plan.to_end)}.")
    # The plan of what is left was held by the default. As a number that was typed, it would raise what is configured.
    typed = runbook["max_jobs"] if runbook.is_given("max_jobs") else None
    return api.resume(found.run, timeout=runbook["timeout"], max_jobs=typed)


@told
def ticket_text(runbook: Runbook, found: Unfinished, plan: Plan, report: Report | DryRun) -> str:
    """Return the text for the ticket."""
    if not isinstance(report, DryRun):
        details = str(journal_dir() / f"{found.run}{SUFFIX}")
        return ticket(report, runbook["ticket_style"], details=details)
    if not found.run:
        return "There is no run to finish."
    left, jobs = len(plan.to_end), len(plan.jobs)
    return f"Run {found.run} is not finished: {left:,} of its {plural(jobs, 'job')} are left to end. Nothing was ended."


@told
def close(runbook: Runbook, report: Report | DryRun) -> str:
    """Say in the banner what became of it, and return that. Raises TerminationFailedError for jobs that live on."""
    if isinstance(report, DryRun):
        return runbook.close(f"{'ENDED 0 of 0' if runbook.executes else 'DRY RUN'}. {report}")
    return runbook.close_with(report)
