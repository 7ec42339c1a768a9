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
from batchnb.model.accessor import register
from batchnb.model.plan import Plan
from batchnb.model.reason import check_reason
from batchnb.model.vouching import make_key, vouch_for
from batchnb.planning.examine import examine
from batchnb.planning.looking import Looking

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
    looking: Looking | None = None,
) -> Plan:
    """Describe these jobs and return the Plan to end them for `reason`. Ends nothing.

    `layers` are guards that were typed, above those that are configured. `is_everything` says that the ids are all that
    a listing without selectors found. A plan that the guards refuse is made as well, to be looked at: see `refused_by`.
    Raises InputError for a reason that AWS would not take, and for ARNs of another account or Region; GuardError for an
    account that is not allowed; AwsError where DescribeJobs fails. `runner` is what `Plan.execute` calls; `looking` is
    kept up to date for another thread that shows it.
    """
    clock = clock or Clock()
    check_reason(reason)
    register()
    held = guards(*layers)
    found = examine(ids, held, gateway, clock, with_dependents=with_dependents, collapse=collapse, looking=looking)
    plan = Plan(
        *(reason, found.place, found.jobs, found.at, gateway, found.dependents, held),
        notes=found.notes,
        listed_by=listed_by,
        listed_all=len(found.jobs) if is_everything else 0,
        live_in_queues=found.live_in_queues,
        _voucher=make_key(),
        runner=runner,
    )
    vouch_for(plan, layers, is_described=True)
    _log.info(
        "planned to end %d of %d jobs in %s: plan %s", len(plan.to_end), len(plan.jobs), plan.identity, plan.digest
    )
    return plan
