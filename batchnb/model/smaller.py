"""A smaller plan: the same without some of its jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from batchnb.errors import InputError
from batchnb.jobs.frame import job_ids_in
from batchnb.jobs.ids import array_parent
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.facts import PlanFacts
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.model.vouching import find_vouched, make_key, vouch_for
from batchnb.text import shown

__all__ = ["leave_out"]


def leave_out(plan: PlanFacts, ids: str | Iterable[str]) -> PlanFacts:
    """Return the plan without these jobs, and without the dependents that would only have failed with them.

    Raises InputError for an id that is not in the plan, and for the child of an array that ends with it.
    """
    left_out = {one.job_id for one in job_ids_in(ids, empty_ok=True)}
    planned = {one.job_id: one for one in plan.jobs}
    for job_id in left_out:
        if job_id not in planned:
            raise InputError(f"without: {shown(job_id)} is not in the plan.")
        parent = array_parent(job_id)
        if planned[job_id].verdict is Verdict.COVERED and parent not in left_out:
            raise InputError(f"without: {shown(job_id)} ends with its array {parent}. Leave the array out.")
    kept = []
    for one in plan.jobs:
        is_covered = one.verdict is Verdict.COVERED and array_parent(one.job_id) in left_out
        if one.job_id not in left_out and not is_covered:
            kept.append(one)
    ends = {one.job_id for one in kept if _ends(one)}
    dependents = Dependents(_still_failing(plan, ends), plan.dependents.gap, plan.dependents.account_wide)
    known = find_vouched(plan._voucher)  # noqa: SLF001 - the key is for this
    # To leave out what would not end anyway selects nothing among the jobs of a whole listing.
    listed_all = plan.listed_all or known.listed_all
    idle = sum(not _ends(planned[job_id]) for job_id in left_out)
    smaller = replace(
        plan, jobs=tuple(kept), dependents=dependents, listed_all=max(0, listed_all - idle), _voucher=make_key()
    )
    layers = known.layers if known.fingerprint == plan.fingerprint else ()
    is_described = known.is_described and known.fingerprint == plan.fingerprint
    vouch_for(smaller, layers, is_described=is_described, made_of=known)
    return smaller


def _ends(planned: PlannedJob) -> bool:
    return planned.verdict.is_sent or planned.verdict is Verdict.COVERED


def _still_failing(plan: PlanFacts, ends: set[str]) -> tuple[Dependent, ...]:
    failing = set(ends)
    found: dict[str, Dependent] = {}
    # One dependent may wait for another: until no more are found.
    while new := [one for one in plan.dependents.jobs if one.job_id not in found and _fails(one, failing)]:
        found.update((one.job_id, one) for one in new)
        failing.update(one.job_id for one in new)
    return tuple(one for one in plan.dependents.jobs if one.job_id in found)


def _fails(dependent: Dependent, failing: set[str]) -> bool:
    needed = {dependent.because_of, *dependent.job.depends_on}
    return any(job_id in failing or array_parent(job_id) in failing for job_id in needed)
