"""The blast radius: who fails with the jobs of a plan, as the emulator shows by letting them fail."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import blast, local
from batchnb.aws import Gateway
from batchnb.blast import live_units
from batchnb.clock import Clock
from batchnb.connect import connect
from batchnb.ids import JobId
from batchnb.jobs import JobStatus
from batchnb.local import Dependency
from batchnb.pace import CallKind
from batchnb.plan_view import plan_facts
from batchnb.plans import Plan
from tests.plans import make_plan

from .conftest import clock_of

if TYPE_CHECKING:
    import pytest


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock, *, with_dependents: bool = False) -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, with_dependents=with_dependents)


def _dependents(plan: Plan) -> set[str]:
    return {dependent.job_id for dependent in plan.dependents.jobs}


def _failed_by_cascade(emulator: local.LocalBatch, clock: Clock) -> set[str]:
    clock.sleep(3600)
    return {job.job_id for job in emulator.world.jobs() if job.status_reason == "Dependent Job failed"}


def test_dependents_are_found_transitively(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A chain of waiting jobs fails with its first one; bystanders and jobs whose dependency is another do not."""
    world = emulator.world
    first = world.add_job("train", "first")
    second = world.add_job("train", "second", status="PENDING", depends_on=[first])
    third = world.add_job("train", "third", status="SUBMITTED", depends_on=[second])
    other = world.add_job("train", "other")
    world.add_job("train", "bystander", status="PENDING", depends_on=[other])

    plan = _plan(gateway, [first], clock)

    assert [(one.job_id, one.because_of) for one in plan.dependents.jobs] == [(second, first), (third, second)]
    assert plan.dependents.gap == ""
    facts = dict(plan_facts(plan))
    assert facts["Fail with it"] == "2 dependents will fail with them, 2 of them not in this plan"
    assert second in facts["Not in it"]
    plan.execute(clock=clock)
    assert _failed_by_cascade(emulator, clock) == {second, third}


def test_dependents_in_the_plan_are_told_apart(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Of the dependents those outside the plan are counted by themselves."""
    first = emulator.world.add_job("train", "first")
    waiting = emulator.world.add_jobs("train", "waiting", 3, status="PENDING", depends_on=[first])

    plan = _plan(gateway, [first, waiting[0]], clock)

    assert _dependents(plan) == set(waiting)
    assert {one.job_id for one in plan.dependents_left} == set(waiting[1:])
    assert dict(plan_facts(plan))["Fail with it"].endswith("2 of them not in this plan")


def test_a_whole_array_waits_for_another(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """N_TO_N: with the whole array the whole of the next fails; with one child that of the same index alone."""
    world = emulator.world
    first = world.add_job("train", "first", array_size=3)
    pairs = [Dependency(first, "N_TO_N")]
    second = world.add_job("train", "second", array_size=3, status="PENDING", depends_on=pairs)
    third = world.add_job("train", "third", status="PENDING", depends_on=[second])

    assert _dependents(_plan(gateway, [first], clock)) == {second, third}
    assert _dependents(_plan(gateway, [f"{first}:1"], clock)) == {f"{second}:1", third}


def test_children_that_run_one_after_the_other(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """SEQUENTIAL: the later children fail with an earlier one, and what waits for the array fails in the end."""
    world = emulator.world
    array = world.add_job(
        "train",
        "array",
        array_size=4,
        child_status=["SUCCEEDED", "RUNNING", "PENDING", "PENDING"],
        depends_on=[Dependency(type="SEQUENTIAL")],
    )
    after = world.add_job("train", "after", status="PENDING", depends_on=[array])

    plan = _plan(gateway, [f"{array}:1"], clock)

    assert _dependents(plan) == {f"{array}:2", f"{array}:3", after}
    plan.execute(clock=clock)
    assert _failed_by_cascade(emulator, clock) == {f"{array}:2", f"{array}:3", after}


def test_dependents_of_other_queues_are_not_looked_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Only the queues of the plan are read."""
    first = emulator.world.add_job("train", "first")
    emulator.world.add_job("other", "far", status="PENDING", depends_on=[first])
    emulator.calls.clear()

    assert _dependents(_plan(gateway, [first], clock)) == set()
    listed = {
        (call.request["jobQueue"], call.request["jobStatus"]) for call in emulator.calls if "List" in call.operation
    }
    assert listed == {("train", "SUBMITTED"), ("train", "PENDING")}


def test_a_plan_that_ends_nothing_asks_nothing(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Where no job is to end, no queue is read."""
    _plan(gateway, [emulator.world.add_job("train", "done", status="FAILED")], clock)
    assert "ListJobs" not in {call.operation for call in emulator.calls}


def test_the_limit_is_said(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many waiting jobs the first are asked, and the plan says that there may be more."""
    monkeypatch.setattr(blast, "WAITING_LIMIT", 150)
    first = emulator.world.add_job("train", "first")
    emulator.world.add_jobs("train", "waiting", 151, status="PENDING", depends_on=[first])

    plan = _plan(gateway, [first], clock)

    assert len(plan.dependents.jobs) == 150
    assert "there may be more dependents" in dict(plan_facts(plan))["Dependents"]


def test_what_cannot_be_known_is_said(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Without ListJobs there is a plan all the same, which says that its dependents are not known, and why."""
    emulator.world.deny_operation("ListJobs")
    plan = _plan(gateway, [emulator.world.add_job("train", "first")], clock)
    assert plan.dependents.gap.startswith("The dependents are not known: ")
    assert "batch:ListJobs" in plan.dependents.gap


def test_dependents_are_added_only_on_request(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """with_dependents takes the whole chain in, with verdicts of its own; nothing else does."""
    first = emulator.world.add_job("train", "first")
    second = emulator.world.add_job("train", "second", status="PENDING", depends_on=[first])
    third = emulator.world.add_job("train", "third", status="PENDING", depends_on=[second])

    without, with_them = _plan(gateway, [first], clock), _plan(gateway, [first], clock, with_dependents=True)

    assert [planned.job_id for planned in without.jobs] == [first]
    assert [planned.job_id for planned in with_them.jobs] == [first, second, third]
    assert with_them.counts == {"terminate": 1, "cancel": 2}
    assert with_them.dependents_left == ()
    assert with_them.execute(clock=clock).ok


def whole_arrays(job_ids: Iterable[str]) -> set[str]:
    """Return the arrays of the children among these ids."""
    return {parent for job_id in job_ids if (parent := JobId(job_id).array_parent)}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_what_was_foretold_happens(seed: int) -> None:
    """In random worlds of chains and arrays, the jobs that fail by cascade are those that the plan shows."""
    chance = random.Random(seed)  # noqa: S311 - reproducible chance

    def fill(world: local.World) -> None:
        world.add_queue("train")
        jobs: list[tuple[str, int | None]] = [(world.add_job("train", "root"), None)]
        jobs.append((world.add_job("train", "array", array_size=3), 3))
        for number in range(chance.randint(1, 12)):
            needed, size = chance.choice(jobs)
            kind = chance.choice(["plain", "plain", "pair", "sequential"])
            if kind == "pair" and size is not None:
                options = {"array_size": size, "depends_on": [Dependency(needed, "N_TO_N")]}
            elif kind == "sequential":
                options = {"array_size": 3, "depends_on": [Dependency(needed), Dependency(type="SEQUENTIAL")]}
            else:
                options = {"depends_on": [needed]}
            job_id = world.add_job("train", f"job-{number}", status="PENDING", **options)  # type: ignore[arg-type]
            jobs.append((job_id, options.get("array_size")))  # type: ignore[arg-type]

    emulator = local.start(fill, seed=seed, clock=local.ManualClock())
    try:
        clock = clock_of(emulator)
        gateway = connect(endpoint_url=emulator.endpoint_url)
        live = [job.job_id for job in emulator.world.jobs()]
        plan = _plan(gateway, chance.sample(live, chance.randint(1, 3)), clock)
        plan.execute(clock=clock)
        clock.sleep(3600)
        fell = {job.job_id for job in emulator.world.jobs() if job.status == "FAILED"}
        ended = {planned.job_id for planned in plan.jobs}
        foretold = ended | _dependents(plan)
        whole = {job_id.partition(":")[0] for job_id in foretold}
        for job_id in fell:
            # An array of which a child fails, fails; and its children fail with the whole of it.
            assert job_id in foretold or job_id.partition(":")[0] in foretold or job_id in whole
        if whole_arrays(fell) <= fell:  # an array that lives on with a failed child has not failed yet
            assert _dependents(plan) <= fell
    finally:
        emulator.stop()


def test_the_emulator_is_reached_as_by_anyone(start: Callable[..., local.LocalBatch]) -> None:
    """Sparse summaries are enough: what decides is in DescribeJobs."""

    def fill(world: local.World) -> None:
        world.sparse_summaries = True
        world.add_queue("train")
        first = world.add_job("train", "first")
        world.add_job("train", "second", status="PENDING", depends_on=[first])

    emulator = start(fill)
    first = next(job.job_id for job in emulator.world.jobs() if job.name == "first")
    plan = _plan(connect(endpoint_url=emulator.endpoint_url), [first], clock_of(emulator))
    assert len(_dependents(plan)) == 1


def test_looking_for_dependents_keeps_to_the_pace_of_listings(gateway: Gateway, clock: Clock) -> None:
    """What may be asked in a second is asked of one pace, whoever lists: a plan must not cost other listings theirs."""
    gateway.pace(CallKind.LISTING).cap(rps=0.5)
    started = clock.now()
    live_units(gateway, "train", clock)
    assert clock.now() - started >= 2 * (len(list(JobStatus.live())) - 1)
