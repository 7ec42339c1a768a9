"""The blast radius: who fails with the jobs of a plan, as the emulator shows by letting them fail."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.guards.rules import Layer, combine
from batchnb.guards.settings import FLAGS, layer
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import JobStatus
from batchnb.local import Dependency, Fault
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts
from batchnb.model.run_options import RunOptions
from batchnb.planning.waiting_jobs import live_units
from batchnb.running.journal_folder import find_run
from batchnb.running.resume import resume_run
from batchnb.widget.review import Review
from tests.conftest import clock_of
from tests.plans import make_plan


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


def test_without_a_protection_other_queues_are_not_looked_at(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Only the queues of the plan are read where no guard protects a job: this is as fast as it was."""
    first = emulator.world.add_job("train", "first")
    emulator.world.add_job("other", "far", status="PENDING", depends_on=[first])
    emulator.calls.clear()

    assert _dependents(_plan(gateway, [first], clock)) == set()
    listed = {
        (call.request["jobQueue"], call.request["jobStatus"]) for call in emulator.calls if "List" in call.operation
    }
    assert listed == {("train", "SUBMITTED"), ("train", "PENDING")}
    assert "DescribeJobQueues" not in {call.operation for call in emulator.calls}


def test_a_plan_that_ends_nothing_asks_nothing(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Where no job is to end, no queue is read."""
    _plan(gateway, [emulator.world.add_job("train", "done", status="FAILED")], clock)
    assert "ListJobs" not in {call.operation for call in emulator.calls}


def test_the_queues_of_the_plan_are_looked_through_to_the_end(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The last of thousands of waiting jobs is found as well, and jobs of the plan are not described again for it."""
    first = emulator.world.add_job("train", "first")
    waiting = emulator.world.add_jobs("train", "waiting", 2500, status="PENDING")
    last = emulator.world.add_job("train", "last", status="PENDING", depends_on=[first])
    emulator.calls.clear()

    plan = _plan(gateway, [first, *waiting[:500]], clock)

    assert _dependents(plan) == {last}
    assert plan.dependents.gap == ""
    described = [
        job_id for call in emulator.calls if call.operation == "DescribeJobs" for job_id in call.request["jobs"]
    ]
    assert len(described) == len(set(described)) == 2502


def test_what_was_not_looked_at_in_time_is_said(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Where nothing is protected, a plan does not wait for ever for its dependents: it says what it leaves out."""
    first = emulator.world.add_job("train", "first")
    emulator.world.add_jobs("train", "waiting", 2000, status="PENDING", depends_on=[first])
    gateway.pace(CallKind.DESCRIBING).cap(rps=0.5)  # 10 calls in 20 s

    plan = _plan(gateway, [first], clock)

    found, gap = len(plan.dependents.jobs), dict(plan_facts(plan))["Dependents"]
    assert 0 < found < 2000
    assert gap == f"There may be more dependents. Not looked at: {2000 - found:,} waiting jobs (20 s were over)."


def test_what_cannot_be_known_is_said(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Without ListJobs there is a plan all the same, which says which queue was not looked at, and why."""
    emulator.world.deny_operation("ListJobs")
    plan = _plan(gateway, [emulator.world.add_job("train", "first")], clock)
    assert plan.dependents.gap.startswith("There may be more dependents. Not looked at: queue train (")
    assert "batch:ListJobs" in plan.dependents.gap
    assert plan.execute(clock=clock).ok


# --- where a guard protects jobs -----------------------------------------------------------------------------------

KEEP = layer("project", {"protect": "tag:keep=yes"})
ACCEPTED = layer(FLAGS, {"accept_unseen": True}, explicit=True)


def _guarded(gateway: Gateway, ids: Iterable[str], clock: Clock, *layers: Layer, **options: Any) -> Plan:
    wanted = [JobId(job_id) for job_id in ids]
    return make_plan(gateway, wanted, "OPS-1", clock, layers=[KEEP, *layers], **options)


def _refused(plan: Plan, clock: Clock) -> str:
    with pytest.raises(GuardError) as caught:
        plan.execute(clock=clock)
    assert caught.value.guard == "protect"
    return str(caught.value)


def _is_asked_to_end(emulator: local.LocalBatch) -> bool:
    return any("Terminate" in call.operation for call in emulator.calls)


def test_a_protected_dependent_of_another_queue_is_found(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A dependency may cross queues, and even lead back through a queue that is not in the plan."""
    world = emulator.world
    first = world.add_job("train", "first")
    between = world.add_job("other", "between", status="PENDING", depends_on=[first])
    kept = world.add_job("train", "kept", status="PENDING", depends_on=[between], tags={"keep": "yes"})

    plan = _guarded(gateway, [first], clock)

    assert _dependents(plan) == {between, kept}
    assert plan.dependents.gap == ""
    assert "would fail, by a job that it depends on," in _refused(plan, clock)
    assert not _is_asked_to_end(emulator)


def test_what_was_not_looked_at_refuses_where_a_job_may_be_protected(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Without ListJobs nobody knows whether a protected job would fail: the plan says so, and it has to be accepted."""
    first = emulator.world.add_job("train", "first")
    emulator.world.deny_operation("ListJobs")

    plan = _guarded(gateway, [first], clock)

    assert "Not looked at: queues train, other (" in plan.dependents.gap
    assert "--accept-unseen" in dict(plan_facts(plan))["Refused"]
    assert [refusal.flag for refusal in plan.refused_by] == ["--accept-unseen"]
    (blocked,) = Review(plan, confirm_above=0, is_production=False).told()["blocked"]
    assert blocked.startswith("Blocked: There may be more dependents. Not looked at: queues train, other (")
    assert blocked.endswith(" A protected one may fail. In a cell: --accept-unseen")
    assert "type accept_unseen=True or --accept-unseen" in _refused(plan, clock)
    assert not _is_asked_to_end(emulator)
    accepted = _guarded(gateway, [first], clock, ACCEPTED)
    assert accepted.dependents.gap == plan.dependents.gap
    assert "accept_unseen (a flag)" in dict(plan_facts(accepted))["Guards"]
    assert accepted.refused_by == ()
    assert accepted.execute(clock=clock).ok


def test_what_was_accepted_once_is_not_accepted_again(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path
) -> None:
    """Another plan that is made of an accepted one does not carry it along; nor can it be configured."""
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    emulator.world.deny_operation("ListJobs")
    accepted = _guarded(gateway, [emulator.world.add_job("train", "first")], clock, ACCEPTED)
    assert _refused(replace(accepted, reason="another"), clock)
    with pytest.raises(InputError, match="accepted only where a plan is made"):
        layer("the user file", {"accept_unseen": True})
    held = combine([KEEP, Layer("project", accept_unseen=True)])
    assert held.accept_unseen is None


def test_one_queue_that_refuses_hides_no_other(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What the other queues hold is found, and the one that was not looked at is named."""
    world = emulator.world
    world.add_queue("strange")
    first = world.add_job("train", "first")
    kept = world.add_job("other", "kept", status="PENDING", depends_on=[first], tags={"keep": "yes"})
    emulator.faults.add(Fault(operation="ListJobs", job_queue="strange", kind="ClientException"))

    plan = _guarded(gateway, [first], clock)

    assert _dependents(plan) == {kept}
    assert re.search(r"Not looked at: queue strange \(.*A fault was scripted", plan.dependents.gap)


def test_a_queue_that_was_deleted_has_no_jobs(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Between the list of queues and its own a queue may go: that is nothing to be refused for."""
    world = emulator.world
    world.add_queue("gone")
    first = world.add_job("train", "first")
    drop = Fault(operation="ListJobs", job_queue="gone", nth=1, do=lambda world: world.ledger.queues.pop("gone"))
    emulator.faults.add(drop)

    plan = _guarded(gateway, [first], clock)

    assert plan.dependents.gap == ""
    assert plan.execute(clock=clock).ok


@pytest.mark.bulk
def test_queues_of_service_jobs_are_left_alone(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Nothing in a queue for SageMaker can depend on a job, and what ListJobs answers for it is not known."""
    emulator.world.add_queue("sagemaker", type="SAGEMAKER_TRAINING")
    plan = _guarded(gateway, [emulator.world.add_job("train", "first")], clock)
    assert plan.dependents.gap == ""
    assert "sagemaker" not in {call.request.get("jobQueue") for call in emulator.calls}


@pytest.mark.parametrize("operation", ["DescribeJobQueues", "ListJobs"])
def test_a_service_that_is_down_for_a_moment_is_asked_again(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, operation: str
) -> None:
    """Throttled calls, and calls that fail, are made again before anything counts as not looked at."""
    emulator.faults.add(Fault(operation=operation, kind="TooManyRequestsException", times=2))
    emulator.faults.add(Fault(operation=operation, kind="503", times=2))
    assert _guarded(gateway, [emulator.world.add_job("train", "first")], clock).dependents.gap == ""


def test_the_other_queues_may_not_be_known(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Without DescribeJobQueues there may be queues that nobody has looked at."""
    emulator.world.deny_operation("DescribeJobQueues")
    plan = _guarded(gateway, [emulator.world.add_job("train", "first")], clock)
    assert "Not looked at: the other queues of the account (" in plan.dependents.gap
    assert "batch:DescribeJobQueues" in _refused(plan, clock)


def test_other_queues_are_looked_through_for_a_minute(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Hundreds of queues may take longer than anybody waits: those that are left over are counted, and refuse."""
    for number in range(40):
        emulator.world.add_queue(f"queue-{number:02d}")
    first = emulator.world.add_job("train", "first")
    gateway.pace(CallKind.LISTING).cap(rps=1)
    started = clock.now()

    plan = _guarded(gateway, [first], clock)

    assert clock.now() - started < 120
    assert re.search(r"Not looked at: queues queue-\d\d, .* and \d+ more \(60 s were over\)", plan.dependents.gap)
    assert _refused(plan, clock)


def test_a_waiting_job_that_is_not_shown_was_not_looked_at(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """DescribeJobs may lag behind SubmitJob: it is asked once more, and what it does not show then is counted."""
    first = emulator.world.add_job("train", "first")
    kept = emulator.world.add_job("other", "kept", status="PENDING", depends_on=[first], tags={"keep": "yes"})
    emulator.world.hide_for(kept, 0.5)
    assert _dependents(_guarded(gateway, [first], clock)) == {kept}
    emulator.world.hide_for(kept, 3600)
    assert "1 waiting job (DescribeJobs does not show them)" in _guarded(gateway, [first], clock).dependents.gap


def test_jobs_that_fail_to_be_described_hide_no_others(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Of hundreds of waiting jobs, those of a call that fails are counted, and the others are looked at."""
    first = emulator.world.add_job("train", "first")
    waiting = emulator.world.add_jobs("train", "waiting", 250, status="PENDING", depends_on=[first])
    emulator.faults.add(Fault(operation="DescribeJobs", job_id=waiting[0], kind="ClientException"))
    plan = _guarded(gateway, [first], clock)
    assert 100 <= len(plan.dependents.jobs) <= 200
    assert f"{250 - len(plan.dependents.jobs)} waiting jobs (" in plan.dependents.gap


def test_a_protection_that_came_later_is_looked_for_then(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path
) -> None:
    """A plan that was made without a protection has not looked at other queues: `execute` does, if there is one now."""
    first = emulator.world.add_job("train", "first")
    emulator.world.add_job("other", "kept", status="PENDING", depends_on=[first], tags={"keep": "yes"})
    plan = _plan(gateway, [first], clock)
    assert _dependents(plan) == set()
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    with pytest.raises((GuardError, PlanMismatchError), match="would fail"):
        plan.execute(clock=clock)
    assert not _is_asked_to_end(emulator)


def test_a_stale_plan_looks_at_everything_again(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What could be looked at when the plan was made need not be any more, and refuses then."""
    plan = _guarded(gateway, [emulator.world.add_job("train", "first")], clock)
    assert plan.dependents.gap == ""
    clock.sleep(3600)
    emulator.world.deny_operation("ListJobs")
    assert "--accept-unseen" in _refused(plan, clock)
    assert not _is_asked_to_end(emulator)


def test_a_run_is_resumed_as_it_was_begun(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path
) -> None:
    """What was accepted for a run is accepted when it is resumed; what was not is refused then."""
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    world = emulator.world
    first = world.add_job("train", "first", stops="never")
    accepted = make_plan(gateway, [JobId(first)], "OPS-1", clock, layers=[ACCEPTED])
    plain = make_plan(gateway, [JobId(world.add_job("train", "second"))], "OPS-1", clock)
    world.deny(plain.jobs[0].job_id)
    runs = [plan.execute(clock=clock, timeout=1).run_id for plan in (accepted, plain)]
    world.deny_operation("ListJobs")

    resume_run(find_run(str(runs[0])), gateway, RunOptions(wait=False, timeout=1), clock=clock)
    with pytest.raises(GuardError, match="--accept-unseen"):
        resume_run(find_run(str(runs[1])), gateway, RunOptions(wait=False, timeout=1), clock=clock)
    resume_run(find_run(str(runs[1])), gateway, RunOptions(wait=False, timeout=1), clock=clock, typed=ACCEPTED)


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
        # A job that waits ends only with its dependency, and an array that lives on with a failed child later.
        if ended <= fell and whole_arrays(fell) <= fell:
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
