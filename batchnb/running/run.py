"""A run: executes one plan from the first request to the report, with its journal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from batchnb.aws.gateway import Gateway
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.errors import InputError, PlanMismatchError
from batchnb.guards.keywords import layer_of_keywords
from batchnb.jobs.place import Place
from batchnb.model.facts import Expected
from batchnb.model.plain_facts import plain_facts
from batchnb.model.plan import MAX_AGE, Plan
from batchnb.model.reason import check_reviewer
from batchnb.model.report import Report
from batchnb.model.run_options import RunOptions, check_timeout
from batchnb.model.saved import as_expected
from batchnb.model.verdict import PlannedJob
from batchnb.planning.approval import approve
from batchnb.running.attendance import attended
from batchnb.running.full_evidence import read_full_evidence
from batchnb.running.journal import Journal
from batchnb.running.ledger import Ledger
from batchnb.running.outcome_writer import OutcomeWriter
from batchnb.running.stages import Stages
from batchnb.running.stop import StopLike, as_stop
from batchnb.running.tag_gate import Gate, tag_gate

__all__ = ["Begun", "begin", "cap_paces", "carry_out", "check_place", "check_timeout", "execute"]


@dataclass(eq=False)
class Begun:
    """A run whose plan was approved and is in its journal, and of which nothing has been sent.

    `send` it, or `close` it: then it can be resumed.
    """

    journal: Journal
    _ledger: Ledger
    _gateway: Gateway
    _jobs: Sequence[PlannedJob]
    _options: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The run's name."""
        return self.journal.run_id

    @property
    def plan(self) -> Plan:
        """The plan, with what there was to note when it was approved."""
        return self._ledger.plan

    @property
    def path(self) -> Path:
        """The file of its journal."""
        return self.journal.path

    @property
    def begun_at(self) -> datetime:
        """When the plan was approved. UTC."""
        at: datetime = self._options["started_at"]
        return at

    def send(self, *, wait: bool, timeout: float, stop: StopLike = None) -> Report:
        """Send, watch, and return the report, as `Plan.execute` does, once."""
        return _send(self, RunOptions(wait=wait, timeout=timeout, stop=stop))

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()

    def carry_out(self, options: RunOptions) -> Report:
        """Do what `send` promises, in this thread."""
        with self.journal:
            return carry_out(self._ledger, self._gateway, self.journal, options, jobs=self._jobs, **self._options)


@attended
@collecting_seldom()
def _send(begun: Begun, options: RunOptions) -> Report:
    return begun.carry_out(options)


@attended
@collecting_seldom()
def execute(plan: Plan, gateway: Gateway | None, options: RunOptions, **approval: Any) -> Report:
    """Send, watch, and report: what `Plan.execute` promises. `approval` are the keyword arguments of `begin`."""
    return begin(plan, gateway, options, **approval).carry_out(options)


def begin(
    plan: Plan,
    gateway: Gateway | None,
    options: RunOptions | None = None,
    *,
    clock: Clock,
    expect: Expected = None,
    max_age: str | timedelta = MAX_AGE,
    typed: Mapping[str, Any] | None = None,
    reviewed_by: str | None = None,
) -> Begun:
    """Approve the plan and write its journal; return the run, of which nothing has been sent.

    `typed` are guards as keyword arguments. Raises what `Plan.execute` raises before it sends anything.
    """
    options = options or RunOptions()
    given, layer = plan, layer_of_keywords(typed or {})
    plan = Plan.of(plain_facts(plan), execute)
    if gateway is None:
        raise InputError("this plan is from a journal and bound to no connection. Resume its run, or make a new plan.")
    reviewer = "" if reviewed_by is None else check_reviewer(reviewed_by)
    gateway.log_in()  # here, where the user can type an MFA code; the threads of a run cannot ask
    # The caller and the configuration are read once, so that the journal has the same that was checked.
    here, expected = gateway.identity(), as_expected(expect)
    check_place(plan, here)
    cap_paces(gateway, options)
    approval = approve(plan, gateway, clock, here=here, expected=expected, max_age=max_age, typed=layer)
    reviewer = reviewer or plan.reviewed_by or (expected.plan.reviewed_by if expected and expected.plan else "")
    full = read_full_evidence(approval.guards, plan.jobs, gateway, clock)
    noted = replace(plan, notes=(*plan.notes, *approval.dropped, *full.notes), reviewed_by=reviewer)
    started_at = clock.wall()
    gate = tag_gate(plan, approval.jobs, approval.guards, gateway, clock)
    approved = {"expect": expected.record() if expected else None, "reviewed_by": reviewer}
    journal = Journal.create(noted, started_at, guards=approval.guards, approved=approved)
    try:
        journal.values(full)
    except BaseException:
        journal.close()
        raise
    # The report has the caller's own plan, unless there is more to say of it.
    is_same = type(given) is Plan and noted.notes == plan.notes and given.reviewed_by == reviewer
    ledger = Ledger(given if is_same else noted, clock, options.on_event, journal)
    return Begun(journal, ledger, gateway, approval.jobs, {"started_at": started_at, "gate": gate})


@collecting_seldom()
def carry_out(
    ledger: Ledger,
    gateway: Gateway,
    journal: Journal,
    options: RunOptions,
    *,
    jobs: Sequence[PlannedJob],
    started_at: datetime | None = None,
    gate: Gate | None = None,
) -> Report:
    """Ask for `jobs` of the ledger's plan, watch all of it, and return the report of all of it.

    `started_at` is when the run began, where that was not now; `gate` says which jobs to leave out in the end. Raises
    InterruptedRunError, which carries the report, where it was stopped by `options.stop` or broken off.
    """
    outcomes = OutcomeWriter(ledger, journal, is_pressed=lambda: stages.is_pressed)
    stages = Stages(
        ledger,
        gateway,
        as_stop(options.stop),
        run_id=journal.run_id,
        options=options,
        started_at=started_at,
        lost=journal.lost,
        on_seen=outcomes.note_settled,
        gate=gate,
    )
    return stages.go_through(jobs, outcomes.write_end)


def cap_paces(gateway: Gateway, options: RunOptions) -> None:
    """Set how fast calls that end and that describe jobs may go out. Raises InputError for values without sense."""
    for kind in (CallKind.ENDING, CallKind.DESCRIBING):
        gateway.pace(kind).cap(options.rps, options.rate_share)


def check_place(plan: Plan, here: Place) -> None:
    """Raise PlanMismatchError unless calls go to where the plan belongs."""
    there = plan.identity
    if not here.is_same_place(there):
        raise PlanMismatchError(
            f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
        )
