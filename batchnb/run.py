"""A run: executes one plan from the first request to the report, with its journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from batchnb.approval import approve
from batchnb.attendance import attended
from batchnb.aws import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError, PlanMismatchError
from batchnb.event import JobEvent
from batchnb.garbage import collecting_seldom
from batchnb.guard_keywords import layer_of_keywords
from batchnb.journal import Journal
from batchnb.ledger import Entry, Ledger
from batchnb.outcomes import result_of
from batchnb.pace import CallKind
from batchnb.plain_plans import plain_facts
from batchnb.plan_facts import Expected
from batchnb.plans import MAX_AGE, Plan
from batchnb.records import moment_text, result_record
from batchnb.report import Report
from batchnb.saved_plans import as_expected
from batchnb.stages import Stages
from batchnb.stop import StopLike, as_stop
from batchnb.verdicts import PlannedJob

__all__ = ["cap_paces", "carry_out", "check_place", "check_timeout", "execute"]


WRITTEN_TOGETHER = 500
"""Outcomes that are put into the journal at once: each time, threads that make calls get their turn first."""
HELD_BACK = 5_000
"""Outcomes that wait at the most while calls have to go out: each of them was journalled as asked for and accepted."""


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
    check_place(plan, gateway)
    cap_paces(gateway, rps, rate_share)
    approval = approve(plan, gateway, clock, expected=as_expected(expect), max_age=max_age, typed=layer)
    noted = replace(plan, notes=(*plan.notes, *approval.dropped))
    with Journal.create(replace(noted, guards=approval.guards), clock.wall()) as journal:
        # The report has the very plan that somebody holds, unless there is more to say of it.
        ledger = Ledger(given if type(given) is Plan and not approval.dropped else noted, clock, on_event, journal)
        return carry_out(ledger, gateway, journal, jobs=approval.jobs, wait=wait, timeout=timeout, stop=stop)


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
    stop: StopLike = None,
) -> Report:
    """Ask for `jobs` of the ledger's plan, watch all of it, and return the report of all of it.

    `started_at` is when the run began, where that was not now. Raises InterruptedRunError, which carries the report,
    where it was stopped by `stop` or broken off.
    """
    outcomes = _Outcomes(ledger, journal, is_pressed=lambda: stages.is_pressed)
    stages = Stages(
        ledger,
        gateway,
        as_stop(stop),
        run_id=journal.run_id,
        wait=wait,
        timeout=timeout,
        started_at=started_at,
        on_seen=outcomes.note_settled,
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


def check_place(plan: Plan, gateway: Gateway) -> None:
    """Raise PlanMismatchError unless the gateway leads to where the plan belongs."""
    here, there = gateway.identity(), plan.identity
    if not here.is_same_place(there):
        raise PlanMismatchError(
            f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
        )


class _Outcomes:
    """Writes a line into the journal for what became of each job, soon after that is settled.

    Calls that have to go out come first: `is_pressed` says whether there are any.
    """

    def __init__(self, ledger: Ledger, journal: Journal, is_pressed: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._journal = journal
        self._is_pressed = is_pressed
        self._written = {job_id for job_id, entry in ledger.entries.items() if entry.is_settled}
        self._settled: dict[str, Entry] = {}

    def note_settled(self, job_ids: Sequence[str], is_last: bool) -> None:  # noqa: FBT001 - one argument of a callback
        """Write the outcomes of the jobs that have been seen to end: of all of a look, or of many, in one go."""
        for job_id in job_ids:
            if job_id not in self._written and (entry := self._ledger[job_id]).is_settled:
                self._settled[job_id] = entry
        if len(self._settled) >= (HELD_BACK if self._is_pressed() else 1 if is_last else WRITTEN_TOGETHER):
            settled = list(self._settled)[: None if is_last else WRITTEN_TOGETHER]
            results = (result_of(self._ledger, self._settled.pop(job_id)) for job_id in settled)
            self._journal.outcomes(map(result_record, results), self._ledger.clock.wall())
            self._written.update(settled)

    def write_end(self, report: Report) -> None:
        """Write the outcomes of all other jobs, and that the run is over."""
        at = self._ledger.clock.wall()
        others = (result for result in report.results if result.planned.job_id not in self._written)
        self._journal.outcomes(map(result_record, others), at)
        stopped_by = str(report.stopped_by) if report.stopped_by else None
        more: dict[str, object] = {"waited": report.waited, "stopped_at": moment_text(report.stopped_at)}
        more["newcomers"] = report.newcomers.record() if report.newcomers else None
        self._journal.end(at, finished=report.is_finished, summary=report.summary, stopped_by=stopped_by, **more)
