"""Resuming: takes up a run that was not finished, where its journal says that it stopped.

Every job of the run is looked at anew. Only what is alive and in the plan is asked for; what the journal knows of jobs
that AWS has forgotten since is kept.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError, JournalError
from batchnb.guards.carried import since
from batchnb.guards.rules import Layer
from batchnb.guards.settings import guards
from batchnb.model.records import identity_from_record
from batchnb.model.report import Report
from batchnb.model.run_options import RunOptions
from batchnb.planning.approval import check_guards
from batchnb.running.attendance import attend_run
from batchnb.running.full_evidence import read_full_evidence
from batchnb.running.journal import Journal
from batchnb.running.journal_ends import read_ends
from batchnb.running.journal_folder import is_own, run_id_of, run_paths
from batchnb.running.ledger import Ledger
from batchnb.running.rest import Rest
from batchnb.running.run import cap_paces, carry_out, check_place
from batchnb.running.run_reader import read_record
from batchnb.running.run_record import RunRecord
from batchnb.running.tag_gate import tag_gate
from batchnb.text import without_userinfo

__all__ = ["last_unfinished", "resume_run"]


@attend_run
def resume_run(
    path: Path,
    gateway: Gateway,
    options: RunOptions,
    *,
    clock: Clock,
    typed: Layer | None = None,
    partial: bool = False,
    with_dependents: bool = False,
    accept_dependents: int | None = None,
) -> Report:
    """Finish the run of the journal at `path`; return the report of the whole run, what was before included.

    A journal that has lost something is refused unless `partial`: then what can be read is ended, and the report says
    what is missing, and never that the run is finished. Jobs that were submitted since, and would fail with what is
    left of the run, are refused unless they are to end, too (`with_dependents`), or that number of them may
    fail (`accept_dependents`).

    The guards of now hold for what is left of it, with `typed` above them, and so does what protected jobs when it was
    begun: see `carried.since`. Raises GuardError where one forbids it, PlanMismatchError where `gateway` leads to
    another account, Region or endpoint than the run's, or where there are such new dependents, JournalError where
    another process is at it or where the journal is not whole, and otherwise as `Plan.execute`.
    """
    _check_accepted(accept_dependents, with_dependents=with_dependents)
    typed = typed or Layer("nobody")
    held, here = guards(typed), gateway.identity()
    cap_paces(gateway, options)
    with Journal.reopen(path) as journal:
        record = journal.record
        _check_journal(record, partial=partial)
        plan = record.plan()
        check_place(plan, here)
        numbers = {"max_jobs_typed": typed.max_jobs is not None, "max_percent_typed": typed.max_percent is not None}
        held_with_more = since(held, record.guards(), **numbers, takes_more=True)
        held = since(held, record.guards(), **numbers)
        check_guards(plan, here, held)
        rest = Rest(plan, record, gateway, clock, held)
        rest.look()
        rest.check_dependents(with_dependents=with_dependents, accept_dependents=accept_dependents)
        rest.check_guards(held_with_more)
        ledger = Ledger(replace(plan, jobs=rest.jobs), clock, options.on_event, journal)
        to_send = rest.enter(ledger)
        # All of them where the run broke off between its plan and their values.
        lacking = [planned for planned in to_send if planned.job_id not in record.have_values]
        full = read_full_evidence(held, dict.fromkeys([*rest.added, *lacking]), gateway, clock)
        # Only now: a run that is refused is as it was, and so is its journal.
        journal.note_resumed(clock.wall(), accepted_dependents=rest.accepted)
        journal.jobs(rest.retold, added=False)
        journal.jobs(rest.added, added=True)
        journal.values(full)
        gate = tag_gate(ledger.plan, to_send, held, gateway, clock)
        return carry_out(ledger, gateway, journal, options, jobs=to_send, started_at=record.started_at, gate=gate)


def _check_journal(record: RunRecord, *, partial: bool) -> None:
    if not record.has_begun:
        raise JournalError(
            f"run {record.run_id} broke off before its plan was written: nothing was sent. Make a new plan."
        )
    if not partial or record.is_contradictory:
        record.check_whole()


def last_unfinished(gateway: Gateway) -> Path:
    """Return the journal of the newest run in the gateway's account, Region and endpoint that is not finished.

    Only the ends of journals are read. Raises JournalError where there is none; it names journals that cannot be read.
    """
    here = gateway.identity()
    unreadable: list[str] = []
    for path in reversed(run_paths()):
        try:
            ends = read_ends(path)
            header = ends.check_header(path)
            identity = identity_from_record({**header, "endpoint": without_userinfo(header["endpoint"])})
            if here.is_same_place(identity) and is_own(path) and _is_unfinished(path):
                return path
        except JournalError:
            unreadable.append(run_id_of(path))
    note = ""
    if unreadable:
        more = f" and {len(unreadable) - 3:,} more" if len(unreadable) > 3 else ""
        note = f" The journals of {', '.join(unreadable[:3])}{more} cannot be read: they may be unfinished."
    raise JournalError(f"there is no unfinished run in {here}. batchnb.history() lists all runs.{note}")


def _is_unfinished(path: Path) -> bool:
    ends = read_ends(path)
    end, header = ends.end, ends.check_header(path)
    if header.get("format", 1) == 1 and end is None:
        return read_record(path).has_begun
    if end is None or end.get("finished"):
        return end is None
    # What a journal has lost keeps a run from being finished for ever. It must not hide the runs before it.
    left = end.get("left")
    return not isinstance(left, int) or left > 0


def _check_accepted(accept_dependents: object, *, with_dependents: bool) -> None:
    """Raise InputError unless `accept_dependents` is None or a number of jobs, and not both were given."""
    if accept_dependents is None:
        return
    if isinstance(accept_dependents, bool) or not isinstance(accept_dependents, int) or accept_dependents < 0:
        raise InputError(f"accept_dependents must be a number of jobs, 0 or more, got {accept_dependents!r}.")
    if with_dependents:
        raise InputError("Give with_dependents or accept_dependents, not both: new dependents end, or they fail.")
