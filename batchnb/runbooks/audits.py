"""The audit: which runs there were, what became of each of their jobs, and who ended a job."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError, MissingExtraError
from batchnb.jobs.ids import is_job_id, parse_job_id
from batchnb.jobs.selector import parse_age
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.steps import told
from batchnb.running.history import history
from batchnb.running.past import read_run
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.report import Report

__all__ = ["Audit", "close", "find_runs", "keep_table", "picture"]

_ROWS_SHOWN = 30
_FAILURES_SHOWN = 20
_MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class Audit:
    """The chosen runs, their reports, and a row for every job of each."""

    runs: pd.DataFrame
    total: int
    reports: dict[str, Report]
    trail: pd.DataFrame
    place: str
    asked: str
    """By what the runs were chosen."""

    def __repr__(self) -> str:
        columns = ["started_at", "user", "queues", "reason", "jobs", "outcomes", "finished"]
        text = _table(self.runs, columns) if len(self.runs) else "none"
        return "\n".join([f"{len(self.runs):,} of {plural(self.total, 'run')}. Times are UTC.", text, *self.damage])

    @property
    def damage(self) -> list[str]:
        """The runs whose journals are not whole: they are not in the audit."""
        damaged = self.runs[self.runs.damage.notna()]
        return [
            f"NOT IN THIS AUDIT: run {one.run}, whose journal is damaged: {shown(one.damage, 300)}"
            for one in damaged.itertuples()
        ]

    @property
    def outcomes_text(self) -> str:
        """What became of the jobs, by reason, verdict and outcome."""
        if self.trail.empty:
            return "none"
        reasons = self.trail.reason.map(lambda reason: shown(reason, 60))
        groups = self.trail.groupby([reasons, "verdict", "outcome"], sort=False)
        return groups.size().rename("jobs").reset_index().to_string(index=False)

    @property
    def failures_text(self) -> str:
        """The jobs that were wanted ended and were not seen to end, and the runs that are not finished."""
        rows = [(run, result) for run, report in self.reports.items() for result in report.failures]
        lines = [f"{plural(len(rows), 'job')} wanted ended and not seen to end:" if rows else "Every job has ended."]
        for run, result in rows[:_FAILURES_SHOWN]:
            status = result.last_seen.status if result.last_seen and result.last_seen.status else "unknown"
            name = shown(result.planned.job_name, 60)
            code = f", {result.error_code}" if result.error_code else ""
            lines.append(f"  {run}  {name}  {status}  {result.fate.value}{code}")
        if len(rows) > _FAILURES_SHOWN:
            lines.append(f"  and {len(rows) - _FAILURES_SHOWN:,} more")
        return "\n".join([*lines, f"Not finished: {', '.join(self.unfinished) or 'no run'}"])

    @property
    def unfinished(self) -> list[str]:
        """The ids of the runs that are not finished."""
        return [run for run, report in self.reports.items() if not report.is_finished]

    def job_text(self, job: str | None) -> str:
        """Return each run that named this job, an id or a pattern of names, with AWS's reason before."""
        if job is None:
            return "No job was asked for."
        job_id = parse_job_id(job).job_id if is_job_id(job) else job
        pairs = zip(self.trail.jobId, self.trail.jobName.fillna(""), strict=True)
        # Positions, not a mask: that of a trail without rows has no type.
        rows = [row for row, (one, name) in enumerate(pairs) if one == job_id or fnmatchcase(name, job)]
        named = self.trail.iloc[rows]
        if named.empty:
            return f"No run here has named {shown(job, 80)!r}."
        columns = ["jobId", "jobName", "started_at", "user", "caller", "reason", "outcome", "statusReason_before"]
        return _table(named, columns)

    @property
    def ticket_text(self) -> str:
        """The text for the ticket."""
        counts: Any = self.trail.outcome.value_counts() if len(self.trail) else {}
        left = sum(len(report.failures) for report in self.reports.values())
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items()) or "none"
        who = ", ".join(shown(user, 60) for user in sorted(set(self.runs.user.dropna()))) or "nobody"
        return (
            f"AUDIT of runs {self.asked}\n"
            f"  Where     {self.place}\n"
            f"  Runs      {len(self.runs):,}, of which {len(self.unfinished):,} are not finished\n"
            f"  Who       {who}\n"
            f"  Jobs      {len(self.trail):,}: {outcomes}\n"
            f"  Left      {plural(left, 'job')} wanted ended and not seen to end"
        )


@told
def find_runs(runbook: Runbook) -> Audit:
    """Return the runs of this place, or of all places, that the parameters mean."""
    import pandas as pd

    assert runbook.place is not None
    identity, runs = runbook.place.identity, history()
    age = parse_age("since", runbook["since"])
    keep = runs.started_at >= pd.Timestamp.now("UTC") - pd.Timedelta(age or 0)
    if not runbook["everywhere"]:
        keep &= (runs.endpoint == identity.endpoint) & (runs.region == identity.region)
    if runbook["who"]:
        callers = runs.user.fillna("") + " " + runs.caller.fillna("")
        keep &= callers.str.contains(runbook["who"], regex=False)
    if runbook["why"]:
        keep &= runs.reason.fillna("").str.contains(runbook["why"], regex=False)
    chosen = runs[keep.fillna(value=False).astype(bool)]
    reports = {run: read_run(run) for run in chosen.run[chosen.damage.isna()]}
    trail = _trail(chosen, reports)
    given = [f"of {runbook['who']!r}" if runbook["who"] else "", f"for {runbook['why']!r}" if runbook["why"] else ""]
    asked = ", ".join([f"since {runbook['since']} ago", *(shown(text, 80) for text in given if text)])
    where = "everywhere" if runbook["everywhere"] else str(identity)
    return Audit(chosen, len(runs), reports, trail, where, asked)


def _trail(runs: pd.DataFrame, reports: dict[str, Report]) -> pd.DataFrame:
    import pandas as pd

    if not reports:
        columns = ["jobId", "jobName", "verdict", "outcome", "run", "reason", "user", "caller", "started_at"]
        return pd.DataFrame({name: pd.Series(dtype="string") for name in columns})
    frames = [report.to_frame().assign(run=run) for run, report in reports.items()]
    trail = pd.concat(frames, ignore_index=True)
    return trail.merge(runs[["run", "started_at", "user", "caller", "reason"]], on="run")


@told
def keep_table(runbook: Runbook, audit: Audit) -> str:
    """Write every job of every run into the new file that `table` names, if it names one, and say so."""
    path = runbook["table"]
    if path is None:
        return "No file was named for the table."
    try:
        audit.trail.to_csv(path, index=False, mode="x")
    except OSError as error:
        raise InputError(f"table: {shown(path, 200)} cannot be written as a new file ({error}).") from error
    return f"Every job of every run is in {path}."


def picture(audit: Audit) -> object:
    """Return the picture of the runs, or what to install for it."""
    frame: Any = audit.runs
    try:
        return frame.batchnb.plot()
    except MissingExtraError as error:
        return str(error)


@told
def close(runbook: Runbook, audit: Audit) -> str:
    """Say in the banner that the audit is complete, or what is missing, and return that."""
    missing = f" {plural(len(audit.damage), 'run')} could not be read." if audit.damage else ""
    return runbook.close(f"AUDIT of {plural(len(audit.runs), 'run')}. Nothing was ended.{missing}")


def _table(rows: pd.DataFrame, columns: list[str]) -> str:
    some = rows[columns].head(_ROWS_SHOWN).assign(started_at=rows.started_at.dt.strftime(_MOMENT))
    text = some.map(lambda value: shown(value, 80) if isinstance(value, str) else value).to_string(index=False)
    more = f"\nand {len(rows) - _ROWS_SHOWN:,} more" if len(rows) > _ROWS_SHOWN else ""
    return text + more
