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
    """A few hundred jobs in eight queues, in all seven states."""
    jobs = list(night().jobs())
    assert 300 <= len(jobs) <= 1000
    assert set(Counter(job.status for job in jobs)) == set(local.Status)
    assert {job.job_queue for job in jobs} == {
        *("train-gpu", "train-cpu", "reports", "etl-nightly"),
        *("pods", "fargate", "managed", "multi-node"),
    }


def test_the_ids_of_the_first_night_stay() -> None:
    """What documents and notebooks show of the night stays true: jobs that are added come after the first ones."""
    jobs = list(night().jobs())
    assert (jobs[0].name, jobs[0].job_id) == ("sweep-lr-000", "e3e70682-c209-4cac-a29f-6fbed82c07cd")
    mail = next(job for job in jobs if job.name == "report-mail")
    assert mail.job_id == "2f16fb50-c13e-46af-ac95-90d33e2aad3e"


def test_every_shape_occurs(opened: Opened) -> None:
    """There are pods, several containers and mixed nodes, in queues of each type, and all can be described."""
    stage = opened(fill=local.night)
    kinds, queue_types = Counter[str](), set()
    ids = [job.job_id for job in stage.world.jobs()]
    for start in range(0, len(ids), 100):
        for job in stage.call("DescribeJobs", jobs=ids[start : start + 100]).json["jobs"]:
            shapes = {name for name in ("ecsProperties", "eksProperties", "nodeProperties") if job.get(name)}
            kinds.update(shapes or {"container"})
    assert all(kinds[name] >= 2 for name in ("ecsProperties", "eksProperties", "nodeProperties", "container"))
    queue_types = {one["jobQueueType"] for one in stage.call("DescribeJobQueues").json["jobQueues"]}
    assert queue_types == {"ECS", "ECS_FARGATE", "EKS", "ECS_MANAGED_INSTANCES"}


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
