"""A run: executes one plan from the first request to the report, with its journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from batchnb import expected
from batchnb.approval import approve, check_guards, guards_of
from batchnb.aws import Gateway
from batchnb.clock import Clock
from batchnb.engine import Engine
from batchnb.errors import InputError, InterruptedRunError, PlanMismatchError
from batchnb.garbage import collecting_seldom
from batchnb.journal import Journal
from batchnb.ledger import Entry, JobEvent, Ledger
from batchnb.pace import CallKind
from batchnb.plans import MAX_AGE, Expected, Plan, PlannedJob
from batchnb.records import result_record
from batchnb.report import Report, make_report, result_of
from batchnb.saved_plans import as_expected
from batchnb.settings import guards
from batchnb.tag_gate import Gate, tag_gate
from batchnb.text import shown
from batchnb.verify import Verifier

__all__ = ["cap_paces", "carry_out", "check_expected", "check_place", "check_timeout", "execute"]


WRITTEN_TOGETHER = 500
"""Outcomes that are put into the journal at once: each time, threads that make calls get their turn first."""
HELD_BACK = 5_000
"""Outcomes that wait at the most while calls have to go out: each of them was journalled as asked for and accepted."""


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
) -> Report:
    """Send, watch, and report: what `Plan.execute` promises."""
    check_timeout(timeout)
    if gateway is None:
        raise InputError("this plan is from a journal and bound to no connection. Resume its run, or make a new plan.")
    check_place(plan, gateway)
    cap_paces(gateway, rps, rate_share)
    jobs = approve(plan, gateway, clock, expect=as_expected(expect), max_age=max_age)
    held = guards_of(plan)
    gate = tag_gate(plan, jobs, held, gateway, clock)
    with Journal.create(replace(plan, guards=held), clock.wall()) as journal:
        ledger = Ledger(plan, clock, on_event, journal)
        return carry_out(ledger, gateway, journal, jobs=jobs, wait=wait, timeout=timeout, gate=gate)


def check_expected(plan: Plan, expect: Expected) -> None:
    """Raise PlanMismatchError unless `plan` is the expected one: what `Plan.check_expected` promises."""
    expected.check_expected(plan, as_expected(expect))


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
) -> Report:
    """Ask for `jobs` of the ledger's plan, watch all of it, and return the report of all of it.

    `started_at` is when the run began, where that was not now; `gate` says which jobs to leave out in the end.
    """
    started_at = started_at or ledger.clock.wall()
    outcomes = _Outcomes(ledger, journal, is_pressed=lambda: engine.is_pressed or verifier.is_pressed)
    verifier = Verifier(gateway, ledger, outcomes.note_settled)
    engine = Engine(gateway, ledger, patience=timeout, meanwhile=verifier.glance, gate=gate)

    def report(*, waited: bool) -> Report:
        stopped_by = engine.stopped_by or verifier.stopped_by
        return make_report(ledger, stopped_by, started_at, waited=waited, run_id=journal.run_id)

    try:
        engine.send(jobs)
        if wait:
            # The jobs were looked at while the last, stubborn requests were repeated: that was watching, too.
            verifier.watch(timeout, since=engine.answered_at)
        else:
            verifier.look_once()
        whole = report(waited=wait)
        outcomes.write_end(whole)
    except BaseException as interruption:
        # Whoever interrupts once more does not want to wait for a last look, and whatever else goes wrong with it
        # or with the journal: the report is owed.
        with suppress(BaseException):
            verifier.look_once()
        so_far = report(waited=False)
        with suppress(BaseException):
            outcomes.write_end(so_far)
        raise _interrupted(interruption, so_far) from interruption
    finally:
        verifier.close()
    return whole


def cap_paces(gateway: Gateway, rps: float | None, rate_share: float) -> None:
    """Set how fast calls that end and that describe jobs may go out. Raises InputError for values without sense."""
    for kind in (CallKind.ENDING, CallKind.DESCRIBING):
        gateway.pace(kind).cap(rps, rate_share)


def check_timeout(timeout: object) -> None:
    """Raise InputError unless `timeout` is a number of seconds, 0 or more."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 <= timeout < float("inf"):
        raise InputError(f"timeout: {timeout!r} is no number of seconds, 0 or more.")


def check_place(plan: Plan, gateway: Gateway) -> None:
    """Raise PlanMismatchError unless the gateway leads to where the plan belongs, GuardError if nothing may end."""
    here, there = gateway.identity(), plan.identity
    if not here.is_same_place(there):
        raise PlanMismatchError(
            f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
        )
    check_guards(plan, gateway, guards())


def _interrupted(interruption: BaseException, report: Report) -> InterruptedRunError:
    by_hand = isinstance(interruption, KeyboardInterrupt)
    what = "Interrupted" if by_hand else f"Stopped by {shown(repr(interruption), 300)}"
    sentences = [f"{what}: nothing more is sent.", report.summary, report.how_to_go_on]
    return InterruptedRunError(" ".join(sentence for sentence in sentences if sentence), report)


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
        self._journal.end(at, finished=report.is_finished, summary=report.summary, stopped_by=stopped_by)
