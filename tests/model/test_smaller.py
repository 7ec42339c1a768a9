"""A smaller plan: what is left out is not ended, and what stays is as it was shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.errors import InputError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.place import Place
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.facts import PlanFacts
from batchnb.model.smaller import leave_out
from batchnb.model.verdict import PlannedJob, Verdict
from tests.conftest import clock_of


def job_id(number: int) -> str:
    """Return an id for each number."""
    return f"{number:08d}-0000-4000-a000-000000000000"


def facts(*jobs: PlannedJob, dependents: Dependents | None = None) -> PlanFacts:
    """Return a plan for these jobs."""
    here = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
    return PlanFacts("OPS-1", here, jobs, datetime(2026, 1, 1, tzinfo=UTC), None, dependents or Dependents())


def planned(number: int, verdict: Verdict = Verdict.TERMINATE) -> PlannedJob:
    """Return a running job of a plan."""
    return PlannedJob(job_id(number), verdict, Job(job_id(number), f"sweep-{number}", JobStatus.RUNNING))


def waiting(number: int, *needed: int) -> Dependent:
    """Return a dependent of these jobs."""
    job = Job(job_id(number), "after", JobStatus.PENDING, depends_on=tuple(map(job_id, needed)))
    return Dependent(job.job_id, job, job_id(needed[0]))


def test_what_is_left_out_is_not_ended(emulator: local.LocalBatch) -> None:
    """The smaller plan ends the other jobs, under a digest of its own, and the first plan is as it was."""
    for number in range(3):
        emulator.world.add_job("train", f"sweep-{number}")
    place: Any = {"endpoint_url": emulator.endpoint_url}
    jobs = batchnb.list_jobs(queues=["train"], **place)
    plan = batchnb.plan(jobs, reason="OPS-1", **place)
    keep = jobs.jobId[0]
    smaller = plan.without(keep)
    assert smaller.digest != plan.digest
    assert len(plan.to_end) == 3
    report = smaller.execute(clock=clock_of(emulator))
    assert {result.planned.job_id for result in report.results} == set(jobs.jobId) - {keep}
    statuses = {one.job_id: one.status for one in emulator.world.jobs()}
    assert statuses[keep] == "RUNNING"
    assert all(statuses[one] == "FAILED" for one in set(jobs.jobId) - {keep})


def test_what_was_typed_for_the_plan_holds_for_the_smaller_one(emulator: local.LocalBatch) -> None:
    """A limit that was raised for the plan need not be typed again for less of it."""
    for number in range(4):
        emulator.world.add_job("train", f"sweep-{number}")
    place: Any = {"endpoint_url": emulator.endpoint_url}
    jobs = batchnb.list_jobs(queues=["train"], **place)
    plan = batchnb.plan(jobs, reason="OPS-1", max_jobs=2, **place)
    assert [refusal.guard for refusal in plan.refused_by] == ["max_jobs"]
    smaller = plan.without(list(jobs.jobId[:2]))
    assert smaller.refused_by == ()
    assert len(smaller.execute(clock=clock_of(emulator)).results) == 2


def test_dependents_that_only_failed_with_it_are_gone() -> None:
    """A chain of dependents goes with the job at its head; one that also waits for another job stays."""
    dependents = Dependents((waiting(10, 1), waiting(11, 10), waiting(12, 1, 2)))
    smaller = leave_out(facts(planned(1), planned(2), dependents=dependents), job_id(1))
    assert [one.job_id for one in smaller.dependents.jobs] == [job_id(12)]


def test_children_go_with_their_array_and_not_alone() -> None:
    """A child that ends with its array cannot be left out; the array can, and takes the child along."""
    child = PlannedJob(f"{job_id(1)}:0", Verdict.COVERED, None)
    plan = facts(planned(1), child, planned(2))
    with pytest.raises(InputError, match="ends with its array"):
        leave_out(plan, child.job_id)
    assert [one.job_id for one in leave_out(plan, job_id(1)).jobs] == [job_id(2)]


def test_an_id_that_is_not_in_the_plan_is_an_error() -> None:
    """A slip must not look like a job that was left out."""
    with pytest.raises(InputError, match="is not in the plan"):
        leave_out(facts(planned(1)), job_id(7))
