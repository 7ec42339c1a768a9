"""Arrays, and jobs that depend on others."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.local.world.cascade import CHILD_FAILED, DEPENDENT_FAILED
from batchnb.local.world.job import ENDED, Verb
from tests.local.stage import LIVE, Stage


def children(stage: Stage, parent: str) -> list[str]:
    """Answer the statuses of an array's children, by index."""
    size = stage.world.job(parent).array_size or 0
    return stage.statuses([f"{parent}:{index}" for index in range(size)])


def test_ending_a_parent_ends_its_children_first(stage: Stage) -> None:
    """All live children end with the parent's reason, finished ones stay, and the parent ends with the last."""
    parent = stage.add(array_size=4, child_status=["SUCCEEDED", "RUNNABLE", "RUNNING", "STARTING"])
    stage.terminate(parent, reason="stop it")
    marks = [stage.world.job(f"{parent}:{index}").is_terminated for index in range(4)]
    assert marks == [False, True, True, True]
    stage.clock.advance(29)
    assert children(stage, parent) == ["SUCCEEDED", "FAILED", "RUNNING", "FAILED"]
    assert stage.status(parent) == "PENDING"
    stage.clock.advance(1)
    assert children(stage, parent) == ["SUCCEEDED", "FAILED", "FAILED", "FAILED"]
    truth = stage.world.job(parent)
    assert (truth.status, truth.status_reason, truth.stopped_at) == ("FAILED", "stop it", stage.clock.now_ms())
    assert stage.world.job(f"{parent}:2").status_reason == "stop it"


def test_ending_one_child_fails_the_parent_when_the_rest_is_done(stage: Stage) -> None:
    """The parent lives on until its last child, and then fails because one did."""
    parent = stage.add(array_size=2)
    stage.terminate(f"{parent}:0")
    stage.clock.advance(30)
    assert (children(stage, parent), stage.status(parent)) == (["FAILED", "RUNNING"], "PENDING")
    stage.world.schedule(5, f"{parent}:1", "SUCCEEDED")
    stage.clock.advance(5)
    truth = stage.world.job(parent)
    assert (truth.status, truth.status_reason) == ("FAILED", CHILD_FAILED)


def test_a_parent_succeeds_with_all_its_children(stage: Stage) -> None:
    """When every child has succeeded, so has the parent."""
    parent = stage.add(array_size=3)
    for index in range(3):
        stage.world.schedule(index, f"{parent}:{index}", "SUCCEEDED")
    stage.clock.advance(2)
    assert stage.status(parent) == "SUCCEEDED"


def test_a_parent_with_a_survivor_never_ends(stage: Stage) -> None:
    """One child that does not stop keeps its parent in PENDING."""
    parent = stage.add(array_size=3)
    stage.world.set_stops(f"{parent}:1", "never")
    stage.terminate(parent)
    stage.clock.advance(10_000)
    assert (children(stage, parent), stage.status(parent)) == (["FAILED", "RUNNING", "FAILED"], "PENDING")


def test_cancelling_a_parent_leaves_started_children(stage: Stage) -> None:
    """CancelJob on an array ends the queued children only; the parent waits for the others."""
    parent = stage.add(array_size=2, child_status=["RUNNABLE", "RUNNING"])
    stage.client.cancel_job(jobId=parent, reason="x")
    stage.clock.advance(1000)
    assert (children(stage, parent), stage.status(parent)) == (["FAILED", "RUNNING"], "PENDING")
    stage.terminate(parent)
    stage.clock.advance(30)
    assert stage.status(parent) == "FAILED"


def test_the_largest_array_ends_whole(stage: Stage) -> None:
    """All 10,000 children of one parent end by one call, and the summary counts them."""
    parent = stage.add(array_size=10_000)
    stage.terminate(parent)
    stage.clock.advance(30)
    assert stage.describe(parent)["arrayProperties"]["statusSummary"]["FAILED"] == 10_000


def test_dependents_of_a_failed_job_fail_in_turn(stage: Stage) -> None:
    """A chain dies link by link, by itself, and nobody is marked as terminated but the first."""
    first = stage.add()
    chain = [first]
    for _ in range(3):
        chain.append(stage.add(status="PENDING", depends_on=[chain[-1]]))
    stage.terminate(first)
    stage.clock.advance(31)
    assert stage.statuses(chain) == ["FAILED", "FAILED", "PENDING", "PENDING"]
    stage.clock.advance(2)
    assert stage.statuses(chain) == ["FAILED"] * 4
    last = stage.describe(chain[-1])
    assert (last["statusReason"], last["attempts"]) == (DEPENDENT_FAILED, [])
    assert "isTerminated" not in last
    assert last["dependsOn"] == [{"jobId": chain[-2]}]


def test_dependents_wait_for_all_and_then_can_run(stage: Stage) -> None:
    """A job is RUNNABLE once the last job it depends on has succeeded."""
    one, two = stage.add(), stage.add()
    waiting = stage.add(status="PENDING", depends_on=[one, two])
    stage.world.schedule(1, one, "SUCCEEDED")
    stage.world.schedule(2, two, "SUCCEEDED")
    stage.clock.advance(1)
    assert stage.status(waiting) == "PENDING"
    stage.clock.advance(1)
    assert stage.status(waiting) == "RUNNABLE"


def test_a_pending_job_may_stay_until_its_dependencies_end(stage: Stage) -> None:
    """With an infinite delay a terminated PENDING job ends when what it waits for succeeds, with our reason."""
    stage.world.delays = local.Delays(pending=float("inf"))
    first = stage.add()
    waiting = stage.add(status="PENDING", depends_on=[first])
    stage.terminate(waiting, reason="ours")
    stage.clock.advance(10_000)
    assert stage.status(waiting) == "PENDING"
    stage.world.schedule(0, first, "SUCCEEDED")
    assert (stage.status(waiting), stage.world.job(waiting).status_reason) == ("FAILED", "ours")


def test_a_job_added_after_the_failure_is_doomed_too(stage: Stage) -> None:
    """Who depends on a job that failed before fails as well; who depends on a success can run."""
    late = stage.add(status="PENDING", depends_on=[stage.add(status="FAILED")])
    fine = stage.add(status="PENDING", depends_on=[stage.add(status="SUCCEEDED")])
    stage.clock.advance(1)
    assert stage.statuses([late, fine]) == ["FAILED", "RUNNABLE"]


def test_an_array_fails_with_what_it_depends_on(stage: Stage) -> None:
    """A waiting array dies with all its children, and is released with all of them."""
    bad, good = stage.add(), stage.add()
    doomed = stage.add(array_size=2, child_status="PENDING", depends_on=[bad])
    lucky = stage.add(array_size=2, child_status="PENDING", depends_on=[good])
    stage.world.schedule(0, bad, "FAILED")
    stage.world.schedule(0, good, "SUCCEEDED")
    stage.clock.advance(1)
    assert (children(stage, doomed), stage.status(doomed)) == (["FAILED", "FAILED"], "FAILED")
    assert stage.world.job(doomed).status_reason == DEPENDENT_FAILED
    assert (children(stage, lucky), stage.status(lucky)) == (["RUNNABLE", "RUNNABLE"], "PENDING")


def test_sequential_children_run_in_a_row(stage: Stage) -> None:
    """Each child waits for the one before it, and a failure ends all that follow."""
    states = ["RUNNING", "PENDING", "PENDING"]
    parent = stage.add(array_size=3, child_status=states, depends_on=[local.Dependency(type="SEQUENTIAL")])
    stage.world.schedule(1, f"{parent}:0", "SUCCEEDED")
    stage.clock.advance(1)
    assert children(stage, parent) == ["SUCCEEDED", "RUNNABLE", "PENDING"]
    stage.terminate(f"{parent}:1")
    stage.clock.advance(4)
    assert children(stage, parent) == ["SUCCEEDED", "FAILED", "FAILED"]
    assert stage.status(parent) == "FAILED"
    assert stage.describe(parent)["dependsOn"] == [{"type": "SEQUENTIAL"}]


def test_n_to_n_children_wait_for_their_like(stage: Stage) -> None:
    """Each child waits for the child of its index; the fates are pairwise."""
    first = stage.add(array_size=3)
    then = stage.add(array_size=3, child_status="PENDING", depends_on=[local.Dependency(first, "N_TO_N")])
    stage.world.schedule(0, f"{first}:0", "SUCCEEDED")
    stage.world.schedule(0, f"{first}:1", "FAILED")
    stage.clock.advance(1)
    assert children(stage, then) == ["RUNNABLE", "FAILED", "PENDING"]


@settings(max_examples=40, deadline=None)
@given(
    states=st.lists(st.sampled_from((*LIVE, "SUCCEEDED", "FAILED")), min_size=2, max_size=8),
    ended=st.lists(st.tuples(st.integers(0, 8), st.sampled_from(list(Verb))), max_size=6),
    steps=st.lists(st.floats(0, 40), max_size=6),
)
def test_a_parent_is_what_its_children_are(
    states: list[str], ended: list[tuple[int, Verb]], steps: list[float]
) -> None:
    """Counts add up at every moment, and a parent has ended exactly if all its children have."""
    clock = local.ManualClock()
    world = local.World(clock)
    world.add_queue("q")
    parent = world.find(world.add_job("q", "job", array_size=len(states), child_status=states))
    targets = [parent, *(parent.children or [])]
    for number, step in enumerate([*steps, 100]):
        for index, verb in ended[number::3]:
            world.lifecycle.accept(targets[index % len(targets)], verb, "x", world.settle())
        clock.advance(step)
        world.settle()
        now = [child.status for child in parent.children or []]
        assert {status: now.count(status) for status in local.Status} == parent.counts
        assert (parent.status in ENDED) == (set(now) <= ENDED)
        if parent.status in ENDED:
            assert (parent.status is local.Status.FAILED) == (local.Status.FAILED in now)


@settings(max_examples=40, deadline=None)
@given(
    links=st.lists(st.lists(st.integers(0, 100), max_size=3), min_size=1, max_size=12),
    failing=st.sets(st.integers(0, 12)),
)
def test_failure_reaches_exactly_the_dependents(links: list[list[int]], failing: set[int]) -> None:
    """In any net of dependencies exactly those fail that reach a failed job; the others can run in the end."""
    clock = local.ManualClock()
    world = local.World(clock)
    world.add_queue("q")
    ids: list[str] = []
    expected: list[bool] = []
    for number, link in enumerate(links):
        on = sorted({one % number for one in link}) if number else []
        status = "PENDING" if on else "RUNNING"
        ids.append(world.add_job("q", "job", status=status, depends_on=[ids[one] for one in on]))
        expected.append(any(expected[one] for one in on) or (not on and number in failing))
        if not on:
            world.schedule(number, ids[-1], "FAILED" if number in failing else "SUCCEEDED")
    for _ in range(40):
        clock.advance(1)
        for job_id in ids:
            if world.job(job_id).status == "RUNNABLE":
                world.schedule(0, job_id, "SUCCEEDED")
    assert [world.job(job_id).status == "FAILED" for job_id in ids] == expected
    assert all(world.job(job_id).status in ENDED for job_id in ids)
