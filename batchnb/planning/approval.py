"""Approval, the last check before anything is sent: it is the expected plan, it still fits, and no guard forbids it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import GuardError
from batchnb.guards.carried import carry_layers, keep_typed, restore_protections
from batchnb.guards.refusals import raise_refusals, refuse_everything
from batchnb.guards.rules import Guards, Layer, combine
from batchnb.guards.settings import configured_layers
from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import Job
from batchnb.jobs.place import Place
from batchnb.jobs.selector import parse_age
from batchnb.model.dependents import Dependent
from batchnb.model.expectation import Expectation, check_expected
from batchnb.model.facts import PlanFacts
from batchnb.model.reason import check_reason
from batchnb.model.verdict import PlannedJob, Verdict, is_stopping
from batchnb.model.vouching import Vouched, find_vouched
from batchnb.planning.dependents import find_dependents
from batchnb.planning.mismatch import Mismatches
from batchnb.planning.preflight import Preflight, count_live
from batchnb.text import plural

__all__ = ["Approval", "approve", "check_guards", "find_guards"]

_NOTHING = "Nothing was ended."


@dataclass(frozen=True, slots=True)
class Approval:
    """A plan that may be executed, as it was checked right before."""

    plan: PlanFacts
    """The plan as it was shown."""
    dropped: tuple[str, ...]
    """Sentences that name the jobs that dropped out of the expected plan."""
    jobs: Sequence[PlannedJob]
    """The jobs that requests will name: all that the plan shows, or fewer, never others."""
    guards: Guards
    """Those that hold for the run."""


def approve(
    plan: PlanFacts,
    gateway: Gateway,
    clock: Clock,
    *,
    here: Place,
    expected: Expectation | None,
    max_age: str | timedelta,
    typed: Layer | None = None,
) -> Approval:
    """Return the approval of a plain plan; `typed` are guards that were typed for its execution, and `here` who calls.

    Raises PlanMismatchError where it is not the expected plan, or a job is no longer the one that was shown, GuardError
    where a guard forbids it, InputError for an invalid `max_age`, and AwsError where the jobs had to be described
    again and could not be.
    """
    oldest = parse_age("max_age", max_age) or timedelta()
    check_reason(plan.reason)
    known = find_vouched(plan._voucher)  # noqa: SLF001 - it is nobody else's
    held = find_guards(plan, typed)
    check_guards(plan, here, held)
    dropped = check_expected(plan, expected)
    _check_typed(plan, here, held, expected)
    # A copy that was changed is as good as any other: it is described again.
    is_described = known.is_described and known.fingerprint == plan.fingerprint
    was_looked_for = plan.dependents.account_wide or not held.protect
    if is_described and was_looked_for and timedelta() <= clock.wall() - plan.made_at <= oldest:
        now = plan
        parents: Mapping[str, Job] = {}
    else:
        now, parents = _described_again(plan, gateway, clock, account_wide=bool(held.protect))
    arrays = [parents[parent] for one in now.to_end if (parent := array_parent(one.job_id) or "") in parents]
    ends = [planned.job for planned in now.to_end if planned.job]
    live = tuple(count_live(now.to_end, held, gateway, clock))
    raise_refusals(
        [
            *refuse_everything(len(plan.jobs), plan.listed_all or known.listed_all),
            *held.refuse_protected([*ends, *arrays]),
            *replace(now, guards=held, live_in_queues=live, listed_all=0).refused_by,
        ]
    )
    left = {planned.job_id for planned in now.to_end}
    jobs = [planned for planned in plan.to_end if planned.job_id in left]
    return Approval(plan, dropped, jobs, held)


def find_guards(plan: PlanFacts, typed: Layer | None = None) -> Guards:
    """Return the guards under which a plan is executed.

    Those that are configured now; the protective part of those that held when the plan was made; and what was typed to
    allow more, for its execution (`typed`) or, in this process, for this plan alone. See `carried` for who wins.
    """
    known = find_vouched(plan._voucher)  # noqa: SLF001 - it is nobody else's
    carried = carry_layers(plan.guards)
    if known.guards is not None:
        carried += carry_layers(known.guards)
    configured = configured_layers()
    own = _own_layers(plan, known, configured)
    now = [typed] if typed else []
    held = combine([*now, *own, *carried, *configured])
    return restore_protections(held, plan.guards, [pattern for layer in now for pattern in layer.unprotect])


def _own_layers(plan: PlanFacts, known: Vouched, configured: Sequence[Layer]) -> list[Layer]:
    """Return the guards that were typed for this plan in this process, as far as they still hold."""
    if known.fingerprint != plan.fingerprint:
        return []
    now = combine(configured)
    return [keep_typed(layer, now, plan.guards) for layer in known.layers]


def check_guards(plan: PlanFacts, here: Place, held: Guards) -> None:
    """Raise GuardError where nothing may be ended from here, or not in this account."""
    held.check_read_only()
    for account in dict.fromkeys([here.account, plan.identity.account]):
        if account is not None or plan.identity.account is None:
            held.check_account(account)


def _check_typed(plan: PlanFacts, here: Place, held: Guards, expected: Expectation | None) -> None:
    account = plan.identity.account or here.account
    if held.is_production(account) and (expected is None or expected.count is None):
        count = len(plan.to_end)
        source = next(source for named, source in held.production_accounts if account in (named, None))
        raise GuardError(
            f"production_accounts: in {account or 'an unknown account'} the number of jobs has to be typed, says "
            f"{source}. The plan ends {plural(count, 'job')}: expect={count} or --expect {count}. With a plan that was "
            f"saved, the number of jobs in it: expect=('plan.json', N) or --expect plan.json,N. {_NOTHING}",
            guard="production_accounts",
            layer=source,
        )


def _described_again(
    plan: PlanFacts, gateway: Gateway, clock: Clock, *, account_wide: bool
) -> tuple[PlanFacts, Mapping[str, Job]]:
    """Return the plan with the jobs that are to end as they are now, fewer or the same, and all that was described.

    Raises PlanMismatchError, with all of them, where jobs are not those that the plan shows, or dependents not in it.
    """
    preflight = Preflight(gateway, clock)
    # A dependent of another queue is not found by listing those of the plan; what was found before is looked at again.
    known = [dependent.job.job_id for dependent in plan.dependents.jobs]
    preflight.look(dict.fromkeys([*(planned.job_id for planned in plan.to_end), *known]))
    described, mismatches = preflight.described, Mismatches(plan)
    kept = [
        replace(planned, job=job)
        for planned in plan.to_end
        if (job := described.get(planned.job_id)) and not mismatches.compare(planned, job) and _is_live(job)
    ]
    ends = [planned.job for planned in kept if planned.job]
    covered = [planned for planned in plan.jobs if planned.verdict is Verdict.COVERED]
    # Where jobs have changed, the plan is refused anyway: nobody should wait for all queues of the account then.
    everywhere = account_wide and not mismatches
    dependents = find_dependents(gateway, ends, described, clock, account_wide=everywhere)
    now = replace(plan, jobs=(*kept, *covered), dependents=dependents)
    mismatches.note_dependents(_new_dependents(plan, now), now.dependents.jobs)
    mismatches.check()
    return now, described


def _is_live(job: Job) -> bool:
    return not (job.status and job.status.has_ended) and not is_stopping(job)


def _new_dependents(plan: PlanFacts, now: PlanFacts) -> list[Dependent]:
    """Return the jobs that would fail now and that the plan does not show."""
    if plan.dependents.gap and now.dependents.gap:
        return []  # not all could be looked at, neither then nor now: the plan says so
    shown_before = {dependent.job_id for dependent in plan.dependents.jobs}
    return [dependent for dependent in now.dependents_left if dependent.job_id not in shown_before]
