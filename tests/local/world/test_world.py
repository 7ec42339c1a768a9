"""Putting things on the stage, clocks, ids, and the truth about jobs."""

from __future__ import annotations

import time
from typing import Any

import pytest

from batchnb import local
from batchnb.errors import LocalError
from batchnb.local.world import ids
from batchnb.local.world.place import Place

NOBODY = "00000000-0000-4000-a000-000000000000"


@pytest.fixture
def world() -> local.World:
    """Return a world of its own, without a server."""
    world = local.World(local.ManualClock(1_000_000_000))
    world.add_queue("q")
    return world


def test_a_manual_clock_goes_only_forward() -> None:
    """It stands still until it is advanced, and cannot go back."""
    clock = local.ManualClock(5000)
    clock.advance(1.5)
    assert (clock.now_ms(), clock.now_ms()) == (6500, 6500)
    with pytest.raises(LocalError):
        clock.advance(-1)


def test_a_wall_clock_starts_now_and_runs_at_its_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """At speed 20 a real second is 20 simulated ones."""
    real = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: real)
    before = time.time() * 1000
    clock = local.WallClock(speed=20)
    started = clock.now_ms()
    assert before - 1 <= started <= time.time() * 1000
    real = 101.5
    assert clock.now_ms() - started == pytest.approx(30_000, abs=1)
    with pytest.raises(LocalError):
        local.WallClock(speed=0)


def test_ids_have_the_form_of_uuids() -> None:
    """Made ids are job ids, all different, and the same for the same seed."""
    maker, again = ids.IdMaker(3), ids.IdMaker(3)
    made = [maker.next_id() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert all(ids.is_job_id(one) for one in made)
    assert made == [again.next_id() for _ in range(1000)]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (NOBODY, True),
        (f"{NOBODY}:9999", True),
        (f"{NOBODY}#3", True),
        (f"{NOBODY}:", False),
        (f"{NOBODY}:a", False),
        (f"{NOBODY}\n", False),
        (Place().job_arn(NOBODY), False),
        ("", False),
    ],
)
def test_what_is_a_job_id(text: str, is_one: bool) -> None:  # noqa: FBT001 - a parametrized outcome
    """UUIDs, array children and nodes are; ARNs and all else are not."""
    assert ids.is_job_id(text) is is_one


def test_many_jobs_get_names_by_number(world: local.World) -> None:
    """A text and a count make numbered names of one width; a list gives each its own."""
    world.add_jobs("q", "sweep-lr", 2)
    world.add_jobs("q", "load-", 1001)
    world.add_jobs("q", ["one", "two"])
    names = [truth.name for truth in world.jobs()]
    assert (names[:2], names[2], names[1002]) == (["sweep-lr-000", "sweep-lr-001"], "load-0000", "load-1000")
    assert names[-2:] == ["one", "two"]


def test_a_job_is_believable_without_details(world: local.World) -> None:
    """By default a job is an hour old, and started and ended when a job of its state would have."""
    now = world.clock.now_ms()
    running, failed, queued = (
        world.job(world.add_job("q", "job", status=one)) for one in ("RUNNING", "FAILED", "RUNNABLE")
    )
    assert running.created_at == now - 3_600_000
    assert running.started_at is not None
    assert running.created_at < running.started_at < now
    assert failed.stopped_at is not None
    assert (failed.exit_code, len(failed.attempts), failed.stopped_at < now) == (1, 1, True)
    assert (queued.started_at, queued.attempts) == (None, ())


def test_ages_can_be_given(world: local.World) -> None:
    """Ages are seconds before now."""
    truth = world.job(world.add_job("q", "job", created_ago=100, started_ago=40))
    now = world.clock.now_ms()
    assert (truth.created_at, truth.started_at) == (now - 100_000, now - 40_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"queue": "nowhere"},
        {"status": "DONE"},
        {"job_id": "nonsense"},
        {"array_size": 1},
        {"array_size": 2, "num_nodes": 2},
        {"num_nodes": 0},
        {"stops": "sometimes"},
        {"array_size": 2, "child_status": ["RUNNING"]},
        {"depends_on": [NOBODY]},
        {"depends_on": [local.Dependency(type="SEQUENTIAL")]},
        {"depends_on": [local.Dependency(NOBODY, "SEQUENTIAL")], "array_size": 2},
    ],
)
def test_a_job_must_make_sense(world: local.World, wrong: dict[str, Any]) -> None:
    """A wrong queue, status, id, size or dependency is a LocalError, and no job comes of it."""
    with pytest.raises(LocalError):
        world.add_job(**({"queue": "q", "name": "job"} | wrong))
    assert list(world.jobs()) == []


def test_ids_are_unique(world: local.World) -> None:
    """A job id may be chosen once; queue names, too."""
    world.add_job("q", "job", job_id=NOBODY)
    with pytest.raises(LocalError):
        world.add_job("q", "job", job_id=NOBODY)
    with pytest.raises(LocalError):
        world.add_queue("q")


def test_n_to_n_needs_arrays_of_one_size(world: local.World) -> None:
    """Arrays of different sizes, or no array at all, cannot be tied child by child."""
    array = world.add_job("q", "job", array_size=3)
    with pytest.raises(LocalError):
        world.add_job("q", "job", array_size=2, depends_on=[local.Dependency(array, "N_TO_N")])
    with pytest.raises(LocalError):
        world.add_job("q", "job", depends_on=[local.Dependency(array, "N_TO_N")])


def test_the_truth_does_not_change_by_itself(world: local.World) -> None:
    """A truth is of its moment, and scheduled changes are there when their time has come."""
    job_id = world.add_job("q", "job")
    world.schedule(10, job_id, "SUCCEEDED")
    before = world.job(job_id)
    world.clock.advance(10)  # type: ignore[attr-defined]
    assert (before.status, world.job(job_id).status) == ("RUNNING", "SUCCEEDED")
    assert world.job(job_id).stopped_at == world.clock.now_ms()


@pytest.mark.parametrize("status", ["SUBMITTED", "PENDING", "RUNNABLE", "STARTING"])
def test_a_running_job_can_go_back(world: local.World, status: str) -> None:
    """A retry ends the attempt and clears the start."""
    job_id = world.add_job("q", "job")
    world.schedule(0, job_id, status)
    truth = world.job(job_id)
    assert (truth.status, truth.started_at, len(truth.attempts)) == (status, None, 1)


def test_who_follows_others_cannot_be_scheduled(world: local.World) -> None:
    """Array parents and nodes change with their children and their job."""
    array, multi = world.add_job("q", "job", array_size=2), world.add_job("q", "job", num_nodes=2)
    for job_id in (array, f"{multi}#1"):
        with pytest.raises(LocalError):
            world.schedule(0, job_id, "FAILED")


def test_an_expired_record_is_gone(world: local.World) -> None:
    """A forgotten array is gone with its children, and asking for it is a LocalError."""
    array = world.add_job("q", "job", array_size=2)
    world.forget(array)
    assert list(world.jobs()) == []
    for job_id in (array, f"{array}:0", NOBODY):
        with pytest.raises(LocalError):
            world.job(job_id)


def test_a_wrong_flag_is_refused(world: local.World) -> None:
    """`queued_flag` has three values."""
    with pytest.raises(LocalError):
        world.queued_flag = "isStopped"


def test_a_finished_array_is_finished(world: local.World) -> None:
    """An array whose children have all ended is added as ended, too."""
    good = world.add_job("q", "job", array_size=2, child_status="SUCCEEDED")
    bad = world.add_job("q", "job", array_size=2, child_status=["SUCCEEDED", "FAILED"])
    assert (world.job(good).status, world.job(bad).status) == ("SUCCEEDED", "FAILED")
    assert world.job(bad).attempts == ()
