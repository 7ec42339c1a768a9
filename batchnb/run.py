"""A run: executes one plan from the first request to the report, with its journal."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from batchnb import expected
from batchnb.approval import approve, check_guards, guards_of
from batchnb.aws import Gateway, Identity
from batchnb.clock import Clock
from batchnb.engine import Engine
from batchnb.errors import InputError, InterruptedRunError, PlanMismatchError
from batchnb.garbage import collecting_seldom
from batchnb.journal import Journal
from batchnb.ledger import JobEvent, Ledger
from batchnb.outcome_writer import OutcomeWriter
from batchnb.pace import CallKind
from batchnb.plans import MAX_AGE, Expected, Plan, PlannedJob
from batchnb.report import Report, make_report
from batchnb.saved_plans import as_expected
from batchnb.settings import guards
from batchnb.text import shown
from batchnb.verify import Verifier

__all__ = ["cap_paces", "carry_out", "check_expected", "check_place", "check_timeout", "execute"]


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
    check_place(plan, gateway.identity())
    check_guards(plan, gateway, guards())
    cap_paces(gateway, rps, rate_share)
    jobs = approve(plan, gateway, clock, expect=as_expected(expect), max_age=max_age)
    started_at = clock.wall()
    with Journal.create(plan, started_at, guards=guards_of(plan), approved=_approved(expect)) as journal:
        ledger = Ledger(plan, clock, on_event, journal)
        return carry_out(ledger, gateway, journal, jobs=jobs, wait=wait, timeout=timeout, started_at=started_at)


def _approved(expect: Expected) -> dict[str, Any]:
    """Return what was typed to have the plan executed, for its journal."""
    if isinstance(expect, Plan):
        return {"expect": expect.digest}
    return {"expect": os.fspath(expect) if isinstance(expect, os.PathLike) else expect}


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
) -> Report:
    """Ask for `jobs` of the ledger's plan, watch all of it, and return the report of all of it.

    `started_at` is when the run began, where that was not now.
    """
    started_at = started_at or ledger.clock.wall()
    outcomes = OutcomeWriter(ledger, journal, is_pressed=lambda: engine.is_pressed or verifier.is_pressed)
    verifier = Verifier(gateway, ledger, outcomes.note_settled)
    engine = Engine(gateway, ledger, patience=timeout, meanwhile=verifier.glance)

    def report(*, waited: bool) -> Report:
        stopped_by = engine.stopped_by or verifier.stopped_by
        return make_report(ledger, stopped_by, started_at, waited=waited, run_id=journal.run_id, lost=journal.lost)

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


def check_place(plan: Plan, here: Identity) -> None:
    """Raise PlanMismatchError unless calls go to where the plan belongs."""
    there = plan.identity
    if not here.is_same_place(there):
        raise PlanMismatchError(
            f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
        )


def _interrupted(interruption: BaseException, report: Report) -> InterruptedRunError:
    by_hand = isinstance(interruption, KeyboardInterrupt)
    what = "Interrupted" if by_hand else f"Stopped by {shown(repr(interruption), 300)}"
    sentences = [f"{what}: nothing more is sent.", report.summary, report.how_to_go_on]
    return InterruptedRunError(" ".join(sentence for sentence in sentences if sentence), report)
