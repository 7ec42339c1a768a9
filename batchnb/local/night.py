"""A night at work, for the demo: a sweep that runs away with a bad input, among jobs that must be left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from batchnb.local.night_shapes import add_shapes
from batchnb.local.world.blueprint import JobOptions
from batchnb.local.world.times import Delays

if TYPE_CHECKING:
    from batchnb.local.world.world import World

__all__ = ["drill_night", "hasty_night", "night"]

_HOUR = 3600.0
_SWEEP = JobOptions(
    definition="train-sweep:7",
    image="registry.invalid/train:2026.11",
    tags={"team": "vision", "run": "sweep-2026-11"},
    vcpus=8,
    memory=61_440,
    gpus=1,
    attempts=3,
)
_STUCK = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) is higher "
    "than that can be met by the CE(s) attached to the job queue."
)
_TOO_SMALL = (
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - CE(s) associated with the job queue cannot meet the CPU "
    "requirement of the job."
)
_NO_CAPACITY = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Service cannot fulfill the capacity requested for instance type "
    "[x2iedn.32xlarge]"
)


def night(world: World) -> None:
    """Fill a world with eight queues and some 550 jobs in every state and of every shape, array children counted.

    The runaway sweep is `sweep-lr-000` to `sweep-lr-059` and `sweep-array` in `train-gpu`; one of its jobs
    is done before the kill lands, and one may not be touched by the caller. The same on every start.
    """
    for priority, queue in enumerate(("reports", "etl-nightly", "train-cpu", "train-gpu"), start=1):
        world.add_queue(queue, priority=priority * 10)
    _runaway_sweep(world)
    _sweep_array(world)
    _bystanders(world)
    _stuck_jobs(world)
    _other_work(world)
    _never_started(world)
    add_shapes(world)


def hasty_night(world: World) -> None:
    """Fill a world with `night`, in which jobs end 20 times as fast as on AWS, for people who watch it.

    The clock stays that of the wall, so the times in a report are those of its reader.
    """
    night(world)
    world.delays = Delays(
        submitted=0.05, pending=0.1, runnable=0.15, starting=0.5, running=1.5, succeeding=0.25, dependents=0.05
    )


def drill_night(world: World) -> None:
    """Fill a world with `hasty_night`, in which every job may be ended: a drill of a runbook can succeed."""
    hasty_night(world)
    for job in list(world.jobs()):
        world.find(job.job_id).is_denied = False


def _runaway_sweep(world: World) -> None:
    """Sixty jobs in three states, and four evaluations that wait in a row behind one of them."""
    ago = 7 * _HOUR
    names = [f"sweep-lr-{number:03d}" for number in range(60)]
    running = world.add_jobs("train-gpu", names[:38], **_sweep(created_ago=ago, started_ago=6.8 * _HOUR))
    world.add_jobs("train-gpu", names[38:42], **_sweep(status="STARTING", created_ago=ago - 60))
    world.add_jobs("train-gpu", names[42:], **_sweep(status="RUNNABLE", created_ago=ago - 120))
    world.set_stops(running[7], "succeeds")
    world.deny(running[21])
    before = running[3]
    for step in range(4):
        name = f"sweep-eval-{step}"
        before = world.add_job(
            "train-gpu",
            name,
            status="PENDING",
            definition="eval-sweep:2",
            created_ago=ago - 180 - step,
            depends_on=[before],
            tags={"team": "vision"},
            vcpus=4,
        )


def _sweep(**options: Unpack[JobOptions]) -> JobOptions:
    return _SWEEP | options


def _sweep_array(world: World) -> None:
    states = ["SUCCEEDED"] * 23 + ["FAILED"] * 2 + ["RUNNING"] * 45 + ["STARTING"] * 5 + ["RUNNABLE"] * 45
    ago = 6.9 * _HOUR
    world.add_job("train-gpu", "sweep-array", **_sweep(array_size=len(states), child_status=states, created_ago=ago))


def _bystanders(world: World) -> None:
    """Jobs whose names a careless pattern would catch, and other people's training."""
    world.add_job("train-gpu", "sweep-lr-prod", definition="train-prod:31", created_ago=26 * _HOUR, gpus=8)
    world.add_job("train-gpu", "Sweep-LR-000", definition="train-adhoc:1", created_ago=2 * _HOUR, gpus=1)
    team = {"team": "speech"}
    world.add_jobs("train-gpu", "asr-finetune", 12, definition="asr:14", created_ago=3 * _HOUR, tags=team, gpus=4)
    world.add_jobs(
        "train-gpu", "asr-eval", 6, status="RUNNABLE", definition="asr:14", created_ago=1.5 * _HOUR, tags=team
    )
    world.add_job("train-gpu", "pretrain-large", definition="pretrain:4", num_nodes=4, created_ago=40 * _HOUR)


def _stuck_jobs(world: World) -> None:
    world.add_jobs(
        "train-cpu",
        "features-wide",
        9,
        status="RUNNABLE",
        definition="features:3",
        created_ago=9 * _HOUR,
        status_reason=_STUCK,
        vcpus=256,
        memory=2_000_000,
    )


def _never_started(world: World) -> None:
    """Jobs that wait for other causes than the features do: no machine is large enough, or no capacity is left."""
    world.add_jobs(
        "train-cpu",
        "render-huge",
        5,
        status="RUNNABLE",
        definition="render:6",
        created_ago=9 * _HOUR,
        status_reason=_TOO_SMALL,
        vcpus=96,
        memory=400_000,
    )
    world.add_jobs(
        "train-cpu",
        "simulate",
        4,
        status="RUNNABLE",
        definition="simulate:2",
        created_ago=8 * _HOUR,
        status_reason=_NO_CAPACITY,
        vcpus=64,
        memory=120_000,
    )


def _other_work(world: World) -> None:
    """Add the rest of the night: many jobs that are done, some that failed, some on their way."""
    world.add_jobs("train-cpu", "gbm-fold", 20, definition="gbm:11", created_ago=4 * _HOUR, vcpus=16)
    world.add_jobs("train-cpu", "gbm-fold-old", 40, status="SUCCEEDED", definition="gbm:10", created_ago=20 * _HOUR)
    world.add_jobs("etl-nightly", "load-partition", 64, status="SUCCEEDED", definition="etl:52", created_ago=5 * _HOUR)
    world.add_jobs("etl-nightly", "load-late", 11, definition="etl:52", created_ago=_HOUR, share="nightly")
    world.add_jobs(
        "etl-nightly", "load-broken", 5, status="FAILED", definition="etl:52", created_ago=5 * _HOUR, exit_code=2
    )
    world.add_jobs("etl-nightly", "vacuum", 3, status="SUBMITTED", definition="vacuum:1", created_ago=20.0)
    world.add_jobs("reports", "report", 30, status="SUCCEEDED", definition="report:8", created_ago=8 * _HOUR)
    last = world.add_job("reports", "report-final", definition="report:8", created_ago=0.5 * _HOUR)
    world.add_job(
        "reports", "report-mail", status="PENDING", definition="mail:1", created_ago=0.5 * _HOUR, depends_on=[last]
    )
