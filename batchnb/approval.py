"""Approval, the last look before anything is sent: the plan is the one that was meant, it holds, no guard forbids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from batchnb.aws import Gateway
from batchnb.blast import Dependent, find_dependents
from batchnb.clock import Clock
from batchnb.errors import GuardError, PlanMismatchError
from batchnb.expected import check_expected, expected_count
from batchnb.guards import Guards
from batchnb.ids import account_and_partition, array_parent
from batchnb.jobs import Job
from batchnb.plans import Expected, Plan, PlannedJob
from batchnb.preflight import Preflight, check_reason, check_shares
from batchnb.select import parse_age
from batchnb.settings import guards
from batchnb.text import plural, shown
from batchnb.verdicts import is_stopping
from batchnb.vouching import vouched

__all__ = ["approve", "check_guards", "guards_of"]

_NOTHING = "Nothing was ended."
_ANEW = "Make a new plan."


def approve(
    plan: Plan, gateway: Gateway, clock: Clock, *, expect: Expected, max_age: str | timedelta
) -> Sequence[PlannedJob]:
    """Return the jobs of the plan that requests are to be made for: all that it shows, or fewer, never others.

    Raises PlanMismatchError where it is not the expected plan, or a job is no longer the one that was shown, GuardError
    where a guard forbids it now, InputError for an `expect` or a `max_age` that is none, and AwsError where the
    jobs had to be described again and could not be.
    """
    oldest = parse_age("max_age", max_age) or timedelta()
    plan = replace(plan)  # what a plan has counted and remembered of itself counts for nothing here
    check_reason(plan.reason)
    check_expected(plan, expect)
    known = vouched(plan.fingerprint)
    held = guards(*known.layers)
    check_guards(plan, gateway, held)
    _check_typed(plan, gateway, held, expect)
    age = clock.wall() - plan.made_at
    was_looked_for = plan.dependents.account_wide or not held.protect
    if known.is_described and was_looked_for and timedelta() <= age <= oldest:
        gap = plan.dependents.gap
        jobs: Sequence[PlannedJob] = plan.to_end
        left: Sequence[Dependent] = plan.dependents_left
        now = {planned.job_id: planned.job for planned in jobs if planned.job}
        parents: Mapping[str, Job] = {}
    else:
        preflight = Preflight(gateway, clock)
        preflight.look([planned.job_id for planned in plan.to_end])
        now = parents = preflight.described
        jobs = [planned for planned in plan.to_end if _is_to_end(planned, now.get(planned.job_id), plan)]
        ends = [now[planned.job_id] for planned in jobs]
        left, gap = _dependents_now(plan, ends, parents, gateway, clock, account_wide=bool(held.protect))
    arrays = [parents[parent] for one in jobs if (parent := array_parent(one.job_id) or "") in parents]
    held.check_unprotected([now[planned.job_id] for planned in jobs if planned.job_id in now] + arrays)
    held.check_unprotected([dependent.job for dependent in left], "would fail, by a job that it depends on,")
    held.check_seen(gap)
    held.check_count(replace(plan, jobs=tuple(jobs)).job_count)
    check_shares(jobs, held, gateway, clock)
    return jobs


def guards_of(plan: Plan) -> Guards:
    """Return the guards under which the plan is executed: those that hold now, and those that were typed for it."""
    return guards(*vouched(plan.fingerprint).layers)


def check_guards(plan: Plan, gateway: Gateway, held: Guards) -> None:
    """Raise GuardError where nothing may be ended from here, or not in this account."""
    held.check_read_only()
    for account in dict.fromkeys([gateway.identity().account, plan.identity.account]):
        if account is not None or plan.identity.account is None:
            held.check_account(account)


def _check_typed(plan: Plan, gateway: Gateway, held: Guards, expect: Expected) -> None:
    account = plan.identity.account or gateway.identity().account
    if held.is_production(account) and expected_count(expect) is None:
        count = len(plan.to_end)
        source = next(source for named, source in held.production_accounts if account in (named, None))
        raise GuardError(
            f"production_accounts: in {account or 'an unknown account'} the number of jobs has to be typed, says "
            f"{source}. The plan ends {plural(count, 'job')}: expect={count} or --expect {count}. {_NOTHING}",
            guard="production_accounts",
            layer=source,
        )


def _is_to_end(planned: PlannedJob, job: Job | None, plan: Plan) -> bool:
    """Whether the job, as it is described now, is still to be asked for."""
    if job is None:
        return False
    for what, was, is_now in (
        ("name", planned.job_name, job.job_name),
        ("queue", planned.job_queue, job.job_queue),
        ("account", plan.identity.account, account_and_partition(job.job_arn)[0] or plan.identity.account),
        ("number of children", planned.job and planned.job.array_size, job.array_size),
    ):
        if was != is_now:
            raise PlanMismatchError(
                f"{planned.job_id} is not the job that the plan shows: its {what} was {shown(repr(was), 80)} and is "
                f"{shown(repr(is_now), 80)}. {_NOTHING} {_ANEW}"
            )
    return not (job.status and job.status.has_ended) and not is_stopping(job)


def _dependents_now(
    plan: Plan,
    ends: Sequence[Job],
    parents: Mapping[str, Job],
    gateway: Gateway,
    clock: Clock,
    *,
    account_wide: bool,
) -> tuple[Sequence[Dependent], str]:
    """Return the dependents outside the plan as they are now, and what was not looked at.

    Raises PlanMismatchError where there are some that the plan does not show.
    """
    now = replace(plan, dependents=find_dependents(gateway, ends, parents, clock, account_wide=account_wide))
    if not plan.dependents.gap:
        shown_before = {dependent.job_id for dependent in plan.dependents.jobs}
        new = [dependent for dependent in now.dependents_left if dependent.job_id not in shown_before]
        if new:
            raise PlanMismatchError(
                f"{plural(len(new), 'job')} would fail with those of the plan that it does not show, {new[0].job_id} "
                f"({shown(new[0].job.job_name, 60)}) first: submitted since, or never looked for. {_NOTHING} {_ANEW}"
            )
    return now.dependents_left, now.dependents.gap
