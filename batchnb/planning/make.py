"""Makes plans: describes the jobs, judges them, and applies the guards."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.guards.rules import Layer
from batchnb.guards.settings import guards
from batchnb.jobs.ids import JobId
from batchnb.model.plan import Plan
from batchnb.model.reason import check_reason
from batchnb.model.vouching import make_key, vouch_for
from batchnb.planning.preflight import Preflight, check_accounts, check_regions, count_live, notes_on_nodes, whole_jobs
from batchnb.planning.waiting_jobs import Waiting

if TYPE_CHECKING:
    from batchnb.model.report import Report

__all__ = ["make_plan"]

_log = logging.getLogger("batchnb.plan")


def make_plan(
    gateway: Gateway,
    ids: list[JobId],
    reason: str,
    clock: Clock | None = None,
    *,
    layers: Sequence[Layer] = (),
    with_dependents: bool = False,
    collapse: bool = False,
    listed_by: str = "",
    is_everything: bool = False,
    runner: Callable[..., Report] | None = None,
) -> Plan:
    """Describe these jobs and return the Plan to end them for `reason`. Ends nothing.

    `layers` are guards that were typed, above those that are configured. `is_everything` says that the ids are all that
    a listing without selectors found. A plan that the guards refuse is made as well, to be looked at: see `refused_by`.
    Raises InputError for a reason that AWS would not take, and for ARNs of another account or Region; GuardError for an
    account that is not allowed; AwsError where DescribeJobs fails. `runner` is what `Plan.execute` calls.
    """
    clock = clock or Clock()
    check_reason(reason)
    check_regions(ids, gateway.region)
    gateway.ask_caller()
    held = guards(*layers)
    wanted, nodes = whole_jobs(ids)
    with Waiting(gateway, clock) as waiting:
        preflight = Preflight(gateway, clock, waiting)
        preflight.look(wanted)
        account, partition = preflight.place
        identity = gateway.identity(account)
        check_accounts(ids, identity.account, partition)
        held.check_account(identity.account)
        jobs = preflight.judged(list(wanted), held)
        dependents = preflight.dependents(jobs, held)
        if with_dependents and dependents.jobs:
            wanted.update(dict.fromkeys(dependent.job_id for dependent in dependents.jobs))
            preflight.look(wanted)
            jobs = preflight.judged(list(wanted), held)
    jobs, notes = preflight.collapsed(jobs, collapse=collapse)
    plan = Plan(
        *(reason, identity, tuple(jobs), clock.wall(), gateway, dependents, held),
        notes=(*notes_on_nodes(nodes, preflight.described), *notes),
        listed_by=listed_by,
        listed_all=len(jobs) if is_everything else 0,
        live_in_queues=tuple(count_live((one for one in jobs if one.verdict.is_sent), held, gateway, clock)),
        _voucher=make_key(),
        runner=runner,
    )
    vouch_for(plan, layers, is_described=True)
    _log.info("planned to end %d of %d jobs in %s: plan %s", len(plan.to_end), len(jobs), identity, plan.digest)
    return plan
