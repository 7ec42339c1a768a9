"""Report: what became of every job of a plan, and an error for scripts that must not overlook a failure."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from batchnb.errors import AwsError, BatchnbError
from batchnb.jobs.job import Job
from batchnb.jobs.outcome import Outcome, count_outcomes
from batchnb.jobs.summary import add_up, before_and_after, count_by_status, freed_by_queue
from batchnb.model.as_cell import arguments_to, cell_of_jobs
from batchnb.model.lost import NOTHING, Lost
from batchnb.model.newcomers import Newcomers
from batchnb.model.plan import Plan
from batchnb.model.report_view import report_frame, report_html, report_text
from batchnb.model.result import JobResult
from batchnb.model.verdict import Verdict
from batchnb.text import fit_stdout, fit_terminal, plural, sentence, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.pictures import Picture

__all__ = ["InterruptedRunError", "Report", "TerminationFailedError"]


@dataclass(frozen=True)
class Report:
    """The result of executing a plan: one `JobResult` for every id of the plan, in its order."""

    plan: Plan
    results: tuple[JobResult, ...]
    started_at: datetime
    finished_at: datetime
    waited: bool
    """Whether the jobs were watched until they ended, or the time was over."""
    stopped_by: AwsError | None = None
    """The error that ended the run early, if any."""
    run_id: str | None = None
    """The run's name in the journal, which `batchnb.resume` and `batchnb.read_run` take."""
    stopped_at: datetime | None = None
    """When you stopped the run: from then on nothing was sent. None where you did not. UTC."""
    newcomers: Newcomers | None = None
    """Jobs like these that were submitted since the plan was made; None where nothing was asked for."""
    lost: Lost = NOTHING
    """What the journal has lost, where the run was resumed or read in part."""
    stopped_by_at: datetime | None = None
    """When the error came that ended the run early, which may be long before `finished_at`. UTC."""

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many jobs had each outcome; outcomes that no job had are left out."""
        return count_outcomes(result.outcome for result in self.results)

    @cached_property
    def statuses(self) -> tuple[tuple[str, int, int], ...]:
        """Each status with how many jobs had it before, and how many when they were seen last, in the order of a life.

        "not known" stands for ids that AWS does not know, and after for records that it has dropped since.
        """
        before = count_by_status(result.planned.job for result in self.results)
        seen = (None if result.outcome is Outcome.GONE else result.last_seen for result in self.results)
        return tuple(before_and_after(before, count_by_status(seen)))

    @cached_property
    def failures(self) -> tuple[JobResult, ...]:
        """The jobs that the plan ends and that were not seen to end, and the ids that AWS does not know."""
        return tuple(result for result in self.results if result.is_failure(waited=self.waited))

    @cached_property
    def freed(self) -> Mapping[str, float]:
        """What the jobs that were seen to end held when the plan was made, as in `plan.frees`, without the hours."""
        return _held(result.planned.job for result in self._asked_for if result.outcome.has_ended)

    @cached_property
    def still_held(self) -> Mapping[str, float]:
        """What the other jobs of the plan held when they were seen last, as in `freed`.

        A job whose record is gone counts as one without figures if it had started.
        """
        lasting = [result for result in self._asked_for if not result.outcome.has_ended]
        gone = [result.planned.job for result in lasting if result.outcome is Outcome.GONE]
        held = _held(result.last_seen for result in lasting if result.outcome is not Outcome.GONE)
        return {**held, "unknown": held["unknown"] + sum(job is None or job.has_started for job in gone)}

    @property
    def _asked_for(self) -> Iterator[JobResult]:
        return (result for result in self.results if result.planned.verdict.is_sent)

    @property
    def ok(self) -> bool:
        """Whether there are no failures and the run was not ended early."""
        return not (self.failures or self.stopped_by or self.stopped_at or self.lost)

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left that resuming the run could do, and its journal is whole."""
        return not self.left and not self.lost

    @cached_property
    def left(self) -> int:
        """How many jobs there are to ask for again, or to watch."""
        return sum(result.planned.verdict.is_watched and result.outcome.may_go_on for result in self.results)

    @cached_property
    def summary(self) -> str:
        """One sentence: how many of the jobs were seen to end, and what became of the others."""
        not_whole = f" The journal is not whole. Missing: {self.lost}." if self.lost else ""
        if not self.results:
            return f"There was no job to end.{not_whole}"
        wanted = [result for result in self.results if result.planned.verdict.is_watched]
        ended = sum(result.outcome.has_ended for result in wanted)
        counts = Counter(result.fate for result in self.results)
        details = ", ".join(f"{counts[fate]:,} {fate}" for fate in (*Outcome, *Verdict) if counts[fate])
        return f"{ended:,} of {plural(len(wanted), 'job')} seen to end: {details}.{not_whole}"

    @property
    def how_to_go_on(self) -> str:
        """What to type to finish the run, in a notebook and in Python, empty where it is finished."""
        if self.is_finished or self.run_id is None:
            return ""
        flags = "".join(f" {flag}" for flag in self._place_flags)
        arguments = "".join(f", {name}={value!r}" for name, value in self.place.items())
        if self.lost:
            flags, arguments = f" --partial{flags}", f", partial=True{arguments}"
        return f"To go on: %batch_resume {self.run_id}{flags} or, in Python: batchnb.resume({self.run_id!r}{arguments})"

    @property
    def place(self) -> dict[str, str]:
        """The arguments that send calls to where the run took place; empty where they go there by default."""
        return arguments_to(self.plan.identity)

    @property
    def _place_flags(self) -> list[str]:
        return [f"--{name.replace('_', '-')} {shlex.quote(value)}" for name, value in self.place.items()]

    @property
    def stopped_text(self) -> str:
        """Say that you stopped the run, and when; empty where you did not."""
        return f"Stopped by you at {self.stopped_at:%H:%M:%S} UTC" if self.stopped_at else ""

    @property
    def new_jobs_text(self) -> str:
        """Say how many jobs like these were submitted since the plan, and what to type; empty where there are none."""
        if self.newcomers is None:
            return ""
        line = self.newcomers.to_type(self.plan.made_at, self.finished_at, " ".join(self._place_flags))
        return f"{self.newcomers.sentence} To see them: {line}" if line else self.newcomers.sentence

    def raise_for_failures(self) -> None:
        """Raise TerminationFailedError, which carries this report, unless every job of the plan was seen to end."""
        if self.ok:
            return
        sentences = [self.summary]
        if self.failures:
            first = self.failures[0]
            why = f": {shown(first.error_message, 300)}" if first.error_message else ""
            name = f" ({shown(first.planned.job_name, 60)})" if first.planned.job_name else ""
            sentences.append(f"First failure: {first.planned.job_id}{name}, {first.fate}{why}")
        if self.stopped_by is not None:
            sentences.append(f"The run was stopped by {shown(self.stopped_by, 300)}")
        sentences += [self.stopped_text] if self.stopped_text else []
        said = [*(sentence(text) for text in sentences), self.how_to_go_on]
        raise TerminationFailedError(" ".join(text for text in said if text), self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for every id of the plan, those left out included.

        Columns: `jobId`, `jobName`, `jobQueue`, `verdict`, `outcome`, `status_before`, `status_after`,
        `statusReason_before`, `statusReason_after` (strings), `accepted_at`, `ended_at` (datetime64[ms, UTC]),
        `attempts` (Int32), `error_code`, `error_message`, `request_id` (strings).
        """
        return report_frame(self)

    def as_cell(self) -> str:
        """Return the cell that names the jobs that were wanted ended and were not seen to end, to be pasted.

        As it is, it shows a new plan of them and ends nothing: see `Plan.as_cell`.
        """
        failed = [result.planned for result in self.failures]
        return cell_of_jobs(failed, self.plan, [f"Left of run {self.run_id or 'unknown'}"])

    def plot(self, kind: str = "time_to_end") -> Picture:
        """Return a picture of the report, which a notebook shows.

        `kind` is "time_to_end": how long each job took from the accepted request to its end, and which were not seen
        to end. Needs the extra `plot`: raises MissingExtraError without it, and InputError for another kind.
        """
        from batchnb.model.plots import picture_of_report

        return picture_of_report(self.results, self.finished_at, kind)

    def __str__(self) -> str:
        return fit_terminal(report_text(self))

    def __repr__(self) -> str:
        return fit_stdout(f"<Report: {self.summary}>")

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": report_html(self)}


def _held(jobs: Iterable[Job | None]) -> dict[str, float]:
    total = add_up(freed_by_queue([job for job in jobs if job is not None], datetime.now(UTC)).values())
    return {kind: amount for kind, amount in total.items() if kind != "job_hours"}


class TerminationFailedError(BatchnbError):
    """Some jobs of the plan were not seen to end. `report` accounts for every one of them."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report


class InterruptedRunError(BatchnbError):
    """You stopped the run, or an error ended it: nothing more was sent.

    `report` accounts for every job of the plan, `run_id` is what `batchnb.resume` and `batchnb.read_run` take.
    """

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report
        self.run_id = report.run_id
