"""A run: executes one plan from the first request to the report, with its journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from batchnb.aws.gateway import Gateway
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.errors import InputError, PlanMismatchError
from batchnb.guards.keywords import layer_of_keywords
from batchnb.jobs.place import Place
from batchnb.model.event import JobEvent
from batchnb.model.facts import Expected
from batchnb.model.plain_facts import plain_facts
from batchnb.model.plan import MAX_AGE, Plan
from batchnb.model.report import Report
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

__all__ = ["cap_paces", "carry_out", "check_place", "check_timeout", "execute"]


@attended
@collecting_seldom()
def execute(
    plan: Plan,
    gateway: Gateway | None,
    *,
    wait: bool,
    timeout: float,
    on_event: Callable[[JobEvent], None] | None,
    clock: Clock,
    rps: float | None = None,
    rate_share: float = 1.0,
    expect: Expected = None,
    max_age: str | timedelta = MAX_AGE,
    typed: Mapping[str, Any] | None = None,
    stop: StopLike = None,
) -> Report:
    """Send, watch, and report: what `Plan.execute` promises. `typed` are guards as keyword arguments."""
    check_timeout(timeout)
    given, layer = plan, layer_of_keywords(typed or {})
    plan = Plan.of(plain_facts(plan), execute)
    if gateway is None:
        raise InputError("this plan is from a journal and bound to no connection. Resume its run, or make a new plan.")
    # Who calls, and what is configured, is read once: what is checked is what is written down.
    here, expected = gateway.identity(), as_expected(expect)
    check_place(plan, here)
    cap_paces(gateway, rps, rate_share)
    approval = approve(plan, gateway, clock, here=here, expected=expected, max_age=max_age, typed=layer)
    full = read_full_evidence(approval.guards, plan.jobs, gateway, clock)
    noted = replace(plan, notes=(*plan.notes, *approval.dropped, *full.notes))
    gate = tag_gate(plan, approval.jobs, approval.guards, gateway, clock)
    options: dict[str, Any] = {"wait": wait, "timeout": timeout, "stop": stop, "started_at": clock.wall(), "gate": gate}
    approved = {"expect": expected.record() if expected else None}
    with Journal.create(noted, options["started_at"], guards=approval.guards, approved=approved) as journal:
        journal.values(full)
        # The report has the very plan that somebody holds, unless there is more to say of it.
        ledger = Ledger(given if type(given) is Plan and noted.notes == plan.notes else noted, clock, on_event, journal)
        return carry_out(ledger, gateway, journal, jobs=approval.jobs, **options)


@collecting_seldom()
def carry_out(
    ledger: Ledger,
    gateway: Gateway,
    journal: Journal,
    *,
    jobs: Sequence[PlannedJob],
    wait: bool,
    timeout: float,
    started_at: datetime | None = None,
    gate: Gate | None = None,
    stop: StopLike = None,
) -> Report:
    """Ask for `jobs` of the ledger's plan, watch all of it, and return the report of all of it.

    `started_at` is when the run began, where that was not now; `gate` says which jobs to leave out in the end. Raises
    InterruptedRunError, which carries the report, where it was stopped by `stop` or broken off.
    """
    outcomes = OutcomeWriter(ledger, journal, is_pressed=lambda: stages.is_pressed)
    stages = Stages(
        ledger,
        gateway,
        as_stop(stop),
        run_id=journal.run_id,
        wait=wait,
        timeout=timeout,
        started_at=started_at,
        lost=journal.lost,
        on_seen=outcomes.note_settled,
        gate=gate,
    )
    return stages.go_through(jobs, outcomes.write_end)


def cap_paces(gateway: Gateway, rps: float | None, rate_share: float) -> None:
    """Set how fast calls that end and that describe jobs may go out. Raises InputError for values without sense."""
    for kind in (CallKind.ENDING, CallKind.DESCRIBING):
        gateway.pace(kind).cap(rps, rate_share)


def check_timeout(timeout: object) -> None:
    """Raise InputError unless `timeout` is a number of seconds, 0 or more."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 <= timeout < float("inf"):
        raise InputError(f"timeout: {timeout!r} is no number of seconds, 0 or more.")


def check_place(plan: Plan, here: Place) -> None:
    """Raise PlanMismatchError unless calls go to where the plan belongs."""
    there = plan.identity
    if not here.is_same_place(there):
        raise PlanMismatchError(
            f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
        )
