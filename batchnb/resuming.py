"""Resuming: takes up a run that was not finished, where its journal says that it stopped.

Every job of the run is looked at anew. Only what is alive and in the plan is asked for; what the journal knows of jobs
that AWS has forgotten since is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from batchnb.approval import check_guards
from batchnb.attendance import attended
from batchnb.aws import Gateway
from batchnb.carried import since
from batchnb.clock import Clock
from batchnb.errors import JournalError
from batchnb.event import JobEvent
from batchnb.guards import Guards, Layer
from batchnb.journal import Journal
from batchnb.ledger import Entry, Ledger
from batchnb.plans import Plan
from batchnb.preflight import Preflight, check_shares
from batchnb.report import Report
from batchnb.run import cap_paces, carry_out, check_place, check_timeout
from batchnb.runs import RunRecord, read_record, run_paths
from batchnb.settings import guards
from batchnb.stop import StopLike
from batchnb.verdicts import PlannedJob, is_stopping

__all__ = ["last_unfinished", "resume_run"]


@attended
def resume_run(
    path: Path,
    gateway: Gateway,
    *,
    wait: bool,
    timeout: float,
    on_event: Callable[[JobEvent], None] | None,
    clock: Clock,
    rps: float | None = None,
    rate_share: float = 1.0,
    typed: Layer | None = None,
    send: bool = True,
    stop: StopLike = None,
) -> Report:
    """Finish the run of the journal at `path`; return the report of the whole run, what was before included.

    Unless `send`, nothing is asked for: the jobs that were asked for before are watched.

    The guards of now hold for what is left of it, with `typed` above them, and so does what protected jobs when it was
    begun: see `carried.since`. Raises GuardError where one forbids it, PlanMismatchError where `gateway` leads to
    another account, Region or endpoint than the run's, JournalError where another process is at it, and otherwise as
    `Plan.execute`.
    """
    check_timeout(timeout)
    typed = typed or Layer("nobody")
    held = guards(typed)
    check_place(read_record(path).plan(), gateway)
    cap_paces(gateway, rps, rate_share)
    with Journal.reopen(path) as journal:
        # Read with the lock held: until then, whoever had it may have gone on.
        record = read_record(path)
        if not record.has_begun:
            raise JournalError(
                f"run {record.run_id} broke off before its plan was written: nothing was sent. Make a new plan."
            )
        held = since(
            held,
            record.guards(),
            max_jobs_typed=typed.max_jobs is not None,
            max_percent_typed=typed.max_percent is not None,
        )
        check_guards(record.plan(), gateway, held)
        journal.resumed(clock.wall())
        ledger = Ledger(record.plan(), clock, on_event, journal)
        for entry in ledger.entries.values():
            _restore(entry, record)
            # Who only watches asks nothing again, so that what was refused stays so.
            entry.failed = not send and entry.error_code is not None
        alive = _look(ledger, gateway, held) if send else []
        options: dict[str, Any] = {"wait": wait, "timeout": timeout, "started_at": record.started_at, "stop": stop}
        return carry_out(ledger, gateway, journal, jobs=alive, **options)


def last_unfinished(gateway: Gateway) -> Path:
    """Return the journal of the newest run in the gateway's account, Region and endpoint that is not finished.

    Raises JournalError where there is none.
    """
    here = gateway.identity()
    for path in reversed(run_paths()):
        try:
            record = read_record(path)
        except JournalError:
            continue
        if record.has_begun and not record.is_finished and here.is_same_place(record.identity):
            return path
    raise JournalError(f"there is no unfinished run in {here}. batchnb.history() lists all runs.")


def _restore(entry: Entry, record: RunRecord) -> None:
    """Put what the journal knows of a job into its entry."""
    job_id = entry.planned.job_id
    # A call that was on record may never have gone out; what it did, if it did, is seen by looking.
    entry.attempts = record.answered[job_id]
    entry.throttled = record.throttled[job_id]
    entry.accepted_at = record.accepted_at.get(job_id)
    answer = record.answers.get(job_id, {})
    entry.request_id = answer.get("request_id")
    if not answer.get("accepted"):
        entry.error_code, entry.error_message = answer.get("code"), answer.get("message")
        entry.is_unanswered = bool(answer.get("unanswered"))
    result = record.results.get(job_id)
    if result is not None and result.outcome.has_ended:
        entry.last_seen, entry.ended_at = result.last_seen, result.ended_at


def _look(ledger: Ledger, gateway: Gateway, held: Guards) -> list[PlannedJob]:
    """Describe every job that the journal has not seen to end; return those of the plan that are to be asked for.

    A job that a guard protects now is not, even if it was not protected when the run began: perhaps the run was
    interrupted for its sake. Nor is the array of such a child, since all children would end with it. Raises GuardError
    where a guard forbids what is left of the run.
    """
    open_entries = [entry for entry in ledger.entries.values() if entry.planned.verdict.is_watched]
    open_entries = [entry for entry in open_entries if not entry.is_settled]
    preflight = Preflight(gateway, ledger.clock)
    preflight.look([entry.planned.job_id for entry in open_entries])
    protected = preflight.protected(held)
    to_send: list[PlannedJob] = []
    for entry in open_entries:
        job = preflight.described.get(entry.planned.job_id)
        if job is None:
            entry.gone = True
            continue
        ledger.seen(job)
        if not entry.planned.verdict.is_sent or entry.is_settled or is_stopping(job):
            continue
        if protection := protected.get(job.job_id):
            entry.error_code = "Protected"
            entry.error_message = f"{protection[0]} in {protection[1]} protects it now. To end it, make a new plan."
            continue
        to_send.append(entry.planned)
    _check_rest(ledger.plan, to_send, preflight, held)
    return to_send


def _check_rest(plan: Plan, to_send: Sequence[PlannedJob], preflight: Preflight, held: Guards) -> None:
    """Raise GuardError where what is left of the plan is more than may end now, or would take a protected job along."""
    now = [replace(planned, job=preflight.described[planned.job_id]) for planned in to_send]
    rest = replace(plan, jobs=tuple(now))
    held.check_count(rest.job_count)
    check_shares(now, held, preflight.gateway, preflight.clock)
    if held.protect and now:
        # Those of other queues are not found by listing the queues of these.
        preflight.look(dict.fromkeys(dependent.job.job_id for dependent in plan.dependents.jobs))
        left = replace(rest, dependents=preflight.dependents(now)).dependents_left
        held.check_unprotected([one.job for one in left], "would fail, by a job that it depends on,")
