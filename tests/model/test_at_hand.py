"""Plans at hand: found by their digest while they are of use, and no reason to keep 100,000 jobs for ever."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

from batchnb.jobs.job import Job
from batchnb.jobs.place import Place
from batchnb.model.at_hand import JOBS_KEPT, PLANS_KEPT, find_at_hand, keep_at_hand
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, Verdict

HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")


def _plan(name: str, count: int = 1, identity: Place = HERE) -> Plan:
    ids = (f"{name}-{number}" for number in range(count))
    jobs = tuple(PlannedJob(job_id, Verdict.TERMINATE, Job(job_id, "job")) for job_id in ids)
    return Plan("OPS-1", identity, jobs, datetime(2026, 1, 1, tzinfo=UTC), None, _voucher=name)


def test_a_plan_is_found_by_its_digest_in_its_place_only() -> None:
    """Another Region may have jobs of the same ids; the plan itself and its copies are not meant."""
    seen = _plan("a")
    keep_at_hand(seen)
    other = _plan("other")
    assert find_at_hand(seen.digest[:8], besides=other) is seen
    assert find_at_hand(seen.digest, besides=_plan("a")) is None
    elsewhere = Place("123456789012", "eu-west-2", HERE.endpoint)
    assert find_at_hand(seen.digest, besides=_plan("other", identity=elsewhere)) is None


def test_the_newest_plans_are_kept_and_large_ones_only_while_somebody_holds_them() -> None:
    """A magic shows a plan that nobody keeps; a large one is kept by whoever holds it, and by nobody else."""
    digest = _plan("small").digest
    keep_at_hand(_plan("small"))
    large = _plan("large", JOBS_KEPT + 1)
    keep_at_hand(large)
    gc.collect()
    asking = _plan("other")
    assert find_at_hand(large.digest, besides=asking) is large
    assert find_at_hand(digest, besides=asking) is None, "it is older than the large one"
    digest = large.digest
    del large
    gc.collect()
    assert find_at_hand(digest, besides=asking) is None
    digests = []
    for number in range(PLANS_KEPT + 1):
        plan = _plan(f"many-{number}")
        digests.append(plan.digest)
        keep_at_hand(plan)
    del plan
    gc.collect()
    assert [find_at_hand(one, besides=asking) is not None for one in digests] == [False] + [True] * PLANS_KEPT
