"""The demo's night."""

from __future__ import annotations

from collections import Counter

from batchnb import local

from .conftest import Opened


def night(seed: int = 0) -> local.World:
    """Make a night without a server."""
    world = local.World(local.ManualClock(), seed=seed)
    local.night(world)
    return world


def test_the_night_is_the_same_every_time() -> None:
    """The same seed gives the same jobs, ids and times."""
    assert list(night().jobs()) == list(night().jobs())


def test_every_status_occurs() -> None:
    """A few hundred jobs in four queues, in all seven states."""
    jobs = list(night().jobs())
    assert 300 <= len(jobs) <= 1000
    assert set(Counter(job.status for job in jobs)) == set(local.Status)
    assert {job.job_queue for job in jobs} == {"train-gpu", "train-cpu", "reports", "etl-nightly"}


def test_the_sweep_has_run_away() -> None:
    """Sixty jobs of one definition are live for seven hours, in three states."""
    sweep = [job for job in night().jobs() if job.name.startswith("sweep-lr-0")]
    assert {job.definition for job in sweep} == {"train-sweep:7"}
    assert Counter(job.status for job in sweep) == {"RUNNING": 38, "STARTING": 4, "RUNNABLE": 18}


def test_confusing_bystanders_are_there() -> None:
    """Names that a prefix or a careless case would catch, of other definitions."""
    found = {job.name: job.definition for job in night().jobs() if job.name in ("sweep-lr-prod", "Sweep-LR-000")}
    assert set(found) == {"sweep-lr-prod", "Sweep-LR-000"}
    assert "train-sweep:7" not in found.values()


def test_the_array_is_half_done() -> None:
    """The sweep's array is PENDING with 120 children in mixed states."""
    world = night()
    (array,) = (job for job in world.jobs() if job.name == "sweep-array" and job.array_size)
    states = Counter(job.status for job in world.jobs() if job.parent_id == array.job_id)
    assert (array.status, states.total()) == ("PENDING", 120)
    assert {"SUCCEEDED", "RUNNING", "RUNNABLE"} <= set(states)


def test_stuck_jobs_say_why() -> None:
    """Jobs that never can start have been RUNNABLE for nine hours, with AWS's diagnosis."""
    world = night()
    stuck = [job for job in world.jobs() if (job.status_reason or "").startswith("MISCONFIGURATION:")]
    assert stuck
    assert {job.status for job in stuck} == {local.Status.RUNNABLE}
    assert {world.clock.now_ms() - job.created_at for job in stuck} == {9 * 3_600_000}


def test_ending_the_sweep_takes_the_evaluations_down(opened: Opened) -> None:
    """One job succeeds in time, one is denied, all others end, the evaluations die, bystanders live."""
    stage = opened(fill=local.night)
    sweep = [job for job in stage.world.jobs() if job.definition == "train-sweep:7" and job.parent_id is None]
    ids = [job.job_id for job in sweep]
    answers = [stage.terminate(*ids[start : start + 50], reason="OPS-123").json for start in range(0, len(ids), 50)]
    assert [one["code"] for answer in answers for one in answer["errors"]] == ["AccessDenied"]
    stage.clock.advance(60)
    after = Counter(stage.status(job_id) for job_id in ids)
    assert after == {"FAILED": 59, "SUCCEEDED": 1, "RUNNING": 1}
    by_name = {job.name: job.status for job in stage.world.jobs()}
    assert {by_name[f"sweep-eval-{step}"] for step in range(4)} == {local.Status.FAILED}
    assert by_name["sweep-lr-prod"] == by_name["Sweep-LR-000"] == by_name["asr-finetune-000"] == "RUNNING"


def test_a_hasty_night_differs_in_haste_only() -> None:
    """The jobs are those of the night; a running one ends 20 times as fast."""
    world = local.World(local.ManualClock(), seed=0)
    local.hasty_night(world)
    assert list(world.jobs()) == list(night().jobs())
    assert world.delays.running * 20 == local.Delays().running
