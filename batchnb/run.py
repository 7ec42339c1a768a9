"""A run: executes one plan from the first request to the report."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from batchnb.aws import Gateway
from batchnb.clock import Clock
from batchnb.engine import Engine
from batchnb.errors import InputError, InterruptedRunError, PlanMismatchError
from batchnb.ledger import JobEvent, Ledger
from batchnb.plans import Plan
from batchnb.report import Report, make_report
from batchnb.text import shown
from batchnb.verify import Verifier

__all__ = ["execute"]


def execute(
    plan: Plan,
    gateway: Gateway,
    *,
    wait: bool,
    timeout: float,
    on_event: Callable[[JobEvent], None] | None,
    clock: Clock,
) -> Report:
    """Send, watch, and report: what `Plan.execute` promises."""
    check_timeout(timeout)
    _check_place(plan, gateway)
    started_at = clock.wall()
    ledger = Ledger(plan, clock, on_event)
    engine = Engine(gateway, ledger, patience=timeout)
    verifier = Verifier(gateway, ledger)
    try:
        engine.send()
        if wait:
            verifier.watch(timeout)
        else:
            verifier.look_once()
    except BaseException as interruption:
        report = _interrupted(ledger, verifier, engine, started_at)
        by_hand = isinstance(interruption, KeyboardInterrupt)
        what = "Interrupted" if by_hand else f"Stopped by {shown(repr(interruption), 300)}"
        message = f"{what}: nothing more is sent. {report.summary}"
        raise InterruptedRunError(message, report) from interruption
    return make_report(ledger, engine.stopped_by or verifier.stopped_by, started_at, waited=wait)


def check_timeout(timeout: object) -> None:
    """Raise InputError unless `timeout` is a number of seconds, 0 or more."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 <= timeout < float("inf"):
        raise InputError(f"timeout: {timeout!r} is no number of seconds, 0 or more.")


def _interrupted(ledger: Ledger, verifier: Verifier, engine: Engine, started_at: datetime) -> Report:
    # Whoever interrupts once more does not want to wait for a last look, and whatever else goes wrong with it, the
    # report is owed.
    with suppress(BaseException):
        verifier.look_once()
    return make_report(ledger, engine.stopped_by or verifier.stopped_by, started_at, waited=False)


def _check_place(plan: Plan, gateway: Gateway) -> None:
    here, there = gateway.identity(), plan.identity
    same_account = None in (here.account, there.account) or here.account == there.account
    if same_account and (here.region, here.endpoint) == (there.region, there.endpoint):
        return
    raise PlanMismatchError(
        f"this plan was made for {there}, but would be executed in {here}. Nothing was ended; make a new plan here."
    )
