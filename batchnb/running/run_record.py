"""What a journal says of its run: its plan, what became of each job, and the report of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batchnb.clock import Clock
from batchnb.errors import JournalError
from batchnb.guards.rules import Guards
from batchnb.jobs.place import Place
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.lost import NOTHING, Lost
from batchnb.model.newcomers import Newcomers
from batchnb.model.plan import Plan
from batchnb.model.plan_records import dependents_from_record, guards_from_record
from batchnb.model.records import identity_from_record, moment
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob
from batchnb.running.bodies import KnownBody
from batchnb.running.journal_folder import run_id_of
from batchnb.running.journal_lines import FORMAT, stopped_by_of
from batchnb.running.known import Known
from batchnb.running.ledger import Ledger
from batchnb.running.outcomes import result_of
from batchnb.text import without_userinfo

__all__ = ["RunRecord"]


@dataclass(slots=True)
class RunRecord:
    """What a journal says of its run, as far as it can be read."""

    path: Path
    header: Mapping[str, Any] = field(default_factory=dict)
    format: int = FORMAT
    bodies: dict[str, KnownBody] = field(default_factory=dict)
    planned: dict[str, PlannedJob] = field(default_factory=dict)
    added: set[str] = field(default_factory=set)
    """Those of `planned` that were taken in when the run was resumed: dependents that were submitted since."""
    bodiless: set[str] = field(default_factory=set)
    """Those of `planned` whose evidence is lost in part, with a body."""
    dependents: list[Dependent] = field(default_factory=list)
    accepted_dependents: set[str] = field(default_factory=set)
    """Dependents outside the plan that were accepted when the run was resumed."""
    have_values: set[str] = field(default_factory=set)
    """Jobs of which the values of environment variables are kept."""
    known: dict[str, Known] = field(default_factory=dict)
    """What is known of each job, those included that no line describes."""
    end: Mapping[str, Any] | None = None
    """The line that says that the run is over; None while it goes on, and after a crash."""
    last_at: str | None = None
    next_number: int = 1
    """The number of the line that is written next."""
    is_torn: bool = False
    """Whether the file ends in the middle of a line."""
    is_contradictory: bool = False
    """Whether the plan is not the one that its header stands for, though all of its jobs are there."""
    lost: Lost = NOTHING
    """What the journal has lost."""
    acknowledged: Lost = NOTHING
    """The part of it with which the run was resumed, in part: reports since then say so."""

    @property
    def run_id(self) -> str:
        """The run's id."""
        return run_id_of(self.path)

    @property
    def identity(self) -> Place:
        """Where the run took place."""
        return identity_from_record({**self.header, "endpoint": without_userinfo(self.header["endpoint"])})

    @property
    def started_at(self) -> datetime:
        """When the run began."""
        return moment(self.header["at"]) or datetime.now(UTC)

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left that resuming it could do."""
        return self.end is not None and self.report().is_finished

    @property
    def has_begun(self) -> bool:
        """Whether a call may have gone out. In format 2 a journal has its name only once the whole plan is in it."""
        return self.format > 1 or any(one.calls for one in self.known.values()) or not self.lost.jobs

    def check_whole(self, *, is_read_only: bool = False) -> None:
        """Raise JournalError where the journal has lost something.

        With `is_read_only`, a loss from before the last resume is accepted: its report says so.
        """
        lost = self.lost.without(self.acknowledged) if is_read_only else self.lost
        if not lost:
            return
        way_out = f"batchnb.read_run({self.run_id!r}, partial=True)"
        if not is_read_only:
            way_out = f"%batch_resume {self.run_id} --partial or batchnb.resume({self.run_id!r}, partial=True)"
        raise JournalError(
            f"the journal of run {self.run_id} is not whole. Missing: {lost}. "
            f"{'' if is_read_only else 'Nothing was ended. '}To go on with what can be read: {way_out}."
        )

    def plan(self) -> Plan:
        """Return the plan of the run, with what was taken in since. It is bound to no connection."""
        made_at = moment(self.header["made_at"]) or datetime.now(UTC)
        notes = self.header.get("notes")
        listed_all, live = self.header.get("listed_all"), self.header.get("live_in_queues")
        return Plan(
            self.header["reason"],
            self.identity,
            tuple(self.planned.values()),
            made_at,
            None,
            self._dependents(),
            self.guards() or self.plan_guards() or Guards(),
            tuple(map(str, notes)) if isinstance(notes, list) else (),
            self.listed_by,
            listed_all if isinstance(listed_all, int) else 0,
            tuple((str(queue), int(count)) for queue, count in live.items()) if isinstance(live, dict) else (),
            self.reviewed_by,
        )

    def guards(self) -> Guards | None:
        """Return the guards under which the run was begun; None where the journal is of before they were recorded."""
        return guards_from_record(self.header.get("guards"))

    def plan_guards(self) -> Guards | None:
        """Return the guards that held when the plan was made, None where the journal does not say."""
        return guards_from_record(self.header.get("plan_guards"))

    @property
    def listed_by(self) -> str:
        """The selectors of the listing that the jobs came from, empty where there is none on record."""
        return str(self.header.get("listed_by") or "")

    @property
    def reviewed_by(self) -> str:
        """The people who have reviewed the plan, as somebody typed it; empty where nobody is named."""
        approved = self.header.get("approved")
        return str(approved.get("reviewed_by") or "") if isinstance(approved, dict) else ""

    def _dependents(self) -> Dependents:
        if self.format > 1 and isinstance(self.header.get("dependents"), int):
            missing = self.header["dependents"] - len(self.dependents)
            gap = f"The journal has lost {missing:,} dependents." if missing else self.header.get("dependents_gap")
            account_wide = self.header.get("dependents_account_wide") is True
            return Dependents(tuple(self.dependents), str(gap or ""), account_wide)
        try:
            return dependents_from_record(self.header)
        except (KeyError, TypeError, ValueError, AttributeError):
            return Dependents(gap="The journal does not say who depended on these jobs.")

    def report(self) -> Report:
        """Return the report of the run: the one that was made of it, or, while there is none, how far it came."""
        plan, end = self.plan(), self.end or {}
        return Report(
            plan,
            self.results(plan),
            self.started_at,
            moment(end.get("at") or self.last_at) or self.started_at,
            waited=bool(end.get("waited", True)),
            stopped_by=stopped_by_of(end.get("stopped_by")),
            run_id=self.run_id,
            stopped_at=moment(end.get("stopped_at")),
            newcomers=Newcomers.from_record(end.get("newcomers")),
            lost=self.lost,
            # Version 0.2 and older put only the end of the run on record.
            stopped_by_at=moment(end.get("stopped_by_at") or end.get("at")) if end.get("stopped_by") else None,
        )

    def results(self, plan: Plan) -> tuple[JobResult, ...]:
        """Return what became of each job: what the last report said, or what follows from the lines after it."""
        ledger = Ledger(plan, Clock())
        for job_id, entry in ledger.entries.items():
            if known := self.known.get(job_id):
                known.restore(entry)
        return tuple(self._result(ledger, job_id) for job_id in ledger.entries)

    def _result(self, ledger: Ledger, job_id: str) -> JobResult:
        entry, known = ledger[job_id], self.known.get(job_id)
        if known is None or known.result is None:
            return result_of(ledger, entry)
        if known.result.planned is not entry.planned:  # its line was written anew since
            return replace(known.result, planned=entry.planned)
        return known.result
