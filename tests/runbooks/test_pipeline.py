"""Pipeline runs and retry storms: the orphans of one run, in rounds, and the jobs that fail and start over."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import batchnb
from batchnb import local
from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.jobs.job import Job
from batchnb.jobs.shapes import Attempt
from batchnb.local.world.blueprint import JobOptions
from batchnb.runbooks.pipeline import find_dependents
from batchnb.runbooks.storm import SPOT, failed_part, is_spot, why_failed

from .conftest import Pass, asked_to_end, ended_for

RUN: dict[str, Any] = {"tags": {"nextflow.io/runName": "angry_curie"}, "reason": "OPS-140"}
OF_RUN = JobOptions(definition="nf-align:3", tags={"nextflow.io/runName": "angry_curie"})


@pytest.fixture
def orphans(night: local.LocalBatch) -> list[str]:
    """Return the ids of the orphans of a run in two queues, beside those of another run."""
    night.world.add_queue("nf")
    night.world.add_queue("nf-big")
    ids = night.world.add_jobs("nf", "nf-align", 4, **OF_RUN) + night.world.add_jobs("nf-big", "nf-sort", 2, **OF_RUN)
    other = JobOptions(definition="nf-align:3", tags={"nextflow.io/runName": "calm_noether"})
    night.world.add_jobs("nf", "nf-other", 3, **other)
    return ids


@pytest.mark.usefixtures("orphans")
def test_the_orphans_of_one_run_end_in_all_queues(pass_through: Pass, night: local.LocalBatch) -> None:
    """By a tag; the other run of the same pipeline goes on."""
    passed = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **RUN, execute=True, expect=6)
    assert passed.error is None
    assert ended_for(night, "OPS-140") == {f"nf-align-{n:03d}" for n in range(4)} | {"nf-sort-000", "nf-sort-001"}
    assert passed.banner == "ENDED 6 of 6 in 1 round."


def test_those_that_wait_for_a_job_are_of_its_run(pass_through: Pass, night: local.LocalBatch) -> None:
    """Directly, by way of others, and in other queues; their number is the plan's."""
    night.world.add_queue("snake")
    head = night.world.add_job("snake", "head")
    second = night.world.add_job("snake", "second", status="PENDING", depends_on=[head])
    night.world.add_job("snake", "third", status="PENDING", depends_on=[second])
    night.world.add_job("snake", "stranger")
    given = {"depends_on": head, "reason": "OPS-141", "endpoint": night.endpoint_url, "execute": True}
    given["depends_on"] = f"arn:aws:batch:{night.region}:{night.account}:job/{head.upper()}"
    passed = pass_through("end_a_pipeline_run", **given, expect=3)
    assert passed.error is None
    assert ended_for(night, "OPS-141") == {"head", "second", "third"}
    assert f"Selected by  depends_on='{head}'" in passed.text, "the ticket says by what"


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20), st.integers(0, 7))
def test_dependents_are_all_that_lead_back_to_the_root(edges: list[tuple[int, int]], root: int) -> None:
    """As many steps away as may be; a circle is no trap."""
    jobs = {str(n): Job(str(n), "x", depends_on=tuple(str(on) for job, on in edges if job == n)) for n in range(8)}
    reached = {root}
    for _ in range(8):
        reached |= {job for job, on in edges if on in reached}
    assert find_dependents(jobs, str(root)) | {str(root)} == {str(n) for n in reached}


# --- rounds -----------------------------------------------------------------------------------------------------------


def submit_later(night: local.LocalBatch, name: str, **options: Any) -> None:
    """Let the pipeline submit one more job when the first request to end jobs arrives."""

    def submit(world: local.World) -> None:
        world.add_job("nf", name, **{**OF_RUN, **options})

    for operation in ("TerminateJobs", "TerminateJob"):
        night.faults.add(local.Fault(operation=operation, nth=1, do=submit))


ROUNDS: dict[str, Any] = {**RUN, "execute": True, "expect": "any", "pause": 0}


@pytest.mark.bulk
@pytest.mark.usefixtures("orphans")
def test_further_rounds_end_what_was_submitted_since(pass_through: Pass, night: local.LocalBatch) -> None:
    """Each round is a plan and a run of its own; without more rounds the new job is named, and lives."""
    submit_later(night, "nf-align-900")
    passed = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **ROUNDS, rounds=5)
    assert passed.error is None
    assert "nf-align-900" in ended_for(night, "OPS-140")
    assert passed.banner == "ENDED 7 of 7 in 2 rounds."
    assert "Round 2:" in passed.text
    assert len(batchnb.history()) == 2
    submit_later(night, "nf-align-901")
    night.world.add_job("nf", "nf-align-902", **OF_RUN)
    one = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **ROUNDS)
    assert one.error is None
    assert one.banner == "ENDED 1 of 1 in 1 round. 1 job submitted since: run it again."


@pytest.mark.usefixtures("orphans")
@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("nf-align-900", {"definition": "other:1"}, "definition other:1 was not in the first round"),
        ("nf-align-900", {"definition": "nf-align:4"}, "definition nf-align:4 was not in the first round"),
    ],
)
def test_a_round_with_something_new_stops(
    pass_through: Pass, night: local.LocalBatch, name: str, options: dict[str, Any], words: str
) -> None:
    """What the first plan did not show is not ended by a later one that nobody has seen."""
    submit_later(night, name, **options)
    passed = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **ROUNDS, rounds=2)
    assert isinstance(passed.error, PlanMismatchError)
    assert words in str(passed.error)
    assert name not in ended_for(night, "OPS-140")
    assert passed.banner.startswith("FAILED. PlanMismatchError: Round 2 stops")


@pytest.mark.usefixtures("orphans")
def test_max_jobs_holds_for_all_rounds_together(pass_through: Pass, night: local.LocalBatch) -> None:
    """Six jobs are used up by the first one."""
    submit_later(night, "nf-align-900")
    passed = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **ROUNDS, rounds=2, max_jobs=6)
    assert isinstance(passed.error, GuardError)
    assert "max_jobs: 6 of 6 jobs are used up by the rounds so far, and 1 new job live" in str(passed.error)
    assert "nf-align-900" not in ended_for(night, "OPS-140")


@pytest.mark.usefixtures("orphans")
def test_more_rounds_need_any(pass_through: Pass, night: local.LocalBatch) -> None:
    """A number or a saved plan is for one round."""
    for expect in (6, "0123456789ab"):
        given = {**ROUNDS, "expect": expect, "rounds": 2}
        passed = pass_through("end_a_pipeline_run", endpoint=night.endpoint_url, **given)
        assert isinstance(passed.error, InputError)
        assert "expect must be any" in str(passed.error)
    assert asked_to_end(night) == 0


# --- retry_storm ------------------------------------------------------------------------------------------------------

TRIED = JobOptions(definition="fragile:1", earlier_exit_codes=[137, 1, 1], attempts=9)
STORM: dict[str, Any] = {"queue": "storm", "reason": "OPS-150"}


def test_jobs_that_start_over_and_arrays_that_fail_are_ended(pass_through: Pass, night: local.LocalBatch) -> None:
    """By failed attempts, and by the part of the children that failed; a job that was tried once goes on."""
    night.world.add_queue("storm")
    night.world.add_job("storm", "again", **TRIED)
    once: Any = {**TRIED, "earlier_exit_codes": [1]}
    night.world.add_job("storm", "once", **once)
    night.world.add_job("storm", "first")
    failing = ["FAILED"] * 6 + ["SUCCEEDED"] * 2 + ["RUNNING"] * 4
    night.world.add_job("storm", "failing-array", array_size=12, child_status=failing, definition="fragile:1")
    fine = ["FAILED"] * 6 + ["SUCCEEDED"] * 7 + ["RUNNING"]
    night.world.add_job("storm", "fine-array", array_size=14, child_status=fine, definition="fragile:1")
    passed = pass_through("retry_storm", endpoint=night.endpoint_url, execute=True, expect=2, **STORM)
    assert passed.error is None
    assert ended_for(night, "OPS-150") == {"again", "failing-array"}
    assert "6 of 8 finished children failed" in passed.text
    assert re.search(r"fragile:1 +3 +1 ", passed.text), "attempts and the last exit code"
    assert passed.banner == "ENDED 2 of 2."


def test_a_machine_that_was_taken_away_is_told_from_a_fault() -> None:
    """AWS says so of the attempt, not of the container; anything else is the reason itself."""
    spot = Attempt(exit_code=None, status_reason="Host EC2 (instance i-0f3) terminated.", stopped_at=1)
    assert is_spot(spot)
    assert why_failed(spot) == SPOT
    assert not is_spot(Attempt(exit_code=1, reason="Essential container in task exited"))
    assert why_failed(Attempt(exit_code=137, reason="OutOfMemoryError", status_reason="x")) == "OutOfMemoryError"
    assert why_failed(Attempt()) == "no reason given"


def test_the_part_of_an_array_that_failed_counts_finished_children_only() -> None:
    """Those that wait or run have not shown anything yet."""
    children = (("FAILED", 3), ("SUCCEEDED", 1), ("RUNNABLE", 90))
    assert failed_part(Job("a", "b", children=children)) == (3, 4)
    assert failed_part(Job("a", "b")) == (0, 0)
