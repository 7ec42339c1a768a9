"""The record is true: whatever breaks a run, what its journal says is what its report said."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.clock import Clock
from batchnb.errors import AwsError
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import counts_text
from batchnb.model.event import JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.running import journal as journal_module
from batchnb.running.history import _row as row_of
from batchnb.running.journal_folder import run_id_of, run_paths
from batchnb.running.resume import resume_run
from batchnb.running.run_reader import read_run
from batchnb.running.watch_more import watch_run
from tests.plans import make_plan
from tests.simulated_batch import BYSTANDERS, DeadError, Death, SimulatedBatch, SimulatedGateway, SimulatedJob

REASON = "OPS-9 bad input"

QUEUED = [JobStatus.SUBMITTED, JobStatus.RUNNABLE]
STARTED = [JobStatus.STARTING, JobStatus.RUNNING]
STATUSES = st.sampled_from(QUEUED + STARTED)
seldom = st.sampled_from([False, False, False, True])


@st.composite
def jobs(draw: st.DrawFn) -> list[SimulatedJob]:
    """Draw some jobs, most of which end when they are asked to."""
    made = []
    for number in range(draw(st.integers(1, 12))):
        job = SimulatedJob(f"{number:08x}-0000-4000-8000-{number:012x}", draw(STATUSES))
        job.ends_after = draw(st.sampled_from([0.0, 0.1, 0.5, 0.5, 2.0, 20.0, None]))
        job.is_denied, job.is_expired = draw(seldom), draw(seldom)
        job.hidden, job.command = draw(st.sampled_from([0, 0, 0, 1, 2])), draw(st.sampled_from(["", "", "--lr 1"]))
        if draw(seldom):
            job.finishes_at, job.fails = draw(st.sampled_from([0.05, 0.3, 1.0, 30.0])), draw(st.booleans())
        made.append(job)
    return made


@st.composite
def fates(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what happens to one process of a run, and to its journal afterwards."""
    return {
        "calls": draw(st.none() | st.integers(0, 12)),
        "written": draw(st.none() | st.none() | st.integers(0, 9000)),
        "interrupt": draw(st.none() | st.integers(1, 30)),
        "torn": draw(st.sampled_from([0, 0, 0, 1, 30, 200, 700, 2500])),
        "wait": draw(st.sampled_from([True, True, False])),
        "timeout": draw(st.sampled_from([0.0, 1.0, 30.0])),
        "pause": draw(st.sampled_from([0.0, 1.0, 60.0])),
        "only_watches": draw(st.booleans()),
    }


class World:
    """One run, over several processes."""

    def __init__(self, members: list[SimulatedJob], *, faults: float, seed: int, bulk: bool) -> None:
        others = {
            f"{BYSTANDERS}{number}": SimulatedJob(f"{BYSTANDERS}{number}", JobStatus.RUNNING) for number in range(3)
        }
        self.service = SimulatedBatch({job.job_id: job for job in members} | others, seed=seed, faults=faults)
        self.ids = [job.job_id for job in members]
        self.bulk = bulk

    def go(self, fate: dict[str, Any], run: Callable[..., Report]) -> Report | None:
        """Run in a process of this fate; return its report, None where it died, or was refused."""
        death = Death(fate["calls"], fate["written"])
        events = iter(range(10_000))

        def on_event(_event: JobEvent) -> None:
            if next(events) == fate["interrupt"]:
                raise KeyboardInterrupt

        gateway = SimulatedGateway(self.service, death, bulk=self.bulk)
        options = {"wait": fate["wait"], "timeout": fate["timeout"], "on_event": on_event}
        report = None
        with patch.object(journal_module, "os", death.module()):
            try:
                report = run(gateway, clock=self.service.clock(), **options)
            except InterruptedRunError as error:
                report = error.report
            except DeadError:
                assert death.is_dead
            except (AwsError, KeyboardInterrupt):
                pass  # before anything was sent or written by this process
        self.service.faults = self.service.faults if fate["calls"] else 0.0
        self.service.sleep(fate["pause"])
        return None if death.is_dead else report

    def check(self, report: Report | None) -> None:
        """Check that the journal says what the report said, and that nobody else was touched."""
        assert not any(job_id.startswith(BYSTANDERS) for job_id in self.service.asked)
        if report is not None:
            check_same(report, read_run(str(report.run_id)))
            for result in report.results:
                job = self.service.jobs[result.planned.job_id]
                assert job.has_ended or not result.outcome.has_ended


def check_same(report: Report, again: Report) -> None:
    """Check that two reports say the same."""
    assert again.results == report.results
    assert again.plan == report.plan
    assert again.plan.dependents == report.plan.dependents
    for name in (
        "counts",
        "is_finished",
        "summary",
        "waited",
        "started_at",
        "finished_at",
        "run_id",
        "lost",
        "left",
        "newcomers",
        "stopped_at",
    ):
        assert getattr(again, name) == getattr(report, name), name
    assert (str(again.stopped_by), type(again.stopped_by)) == (str(report.stopped_by), type(report.stopped_by))
    if report.stopped_by is not None and again.stopped_by is not None:
        assert (again.stopped_by.code, again.stopped_by.request_id) == (
            report.stopped_by.code,
            report.stopped_by.request_id,
        )
    assert str(again) == str(report)


def check_history(report: Report) -> None:
    """Check that the history says of the run what its report said."""
    (path,) = run_paths()
    row = row_of(path)
    assert (row["run"], row["started_at"]) == (report.run_id, report.started_at)
    assert (row["outcomes"], row["counts"]) == (counts_text(report.counts), report.counts)
    assert (row["finished"], row["jobs"]) == (report.is_finished, len(report.results))
    assert row["queues"] == ", ".join(dict.fromkeys(str(result.planned.job_queue) for result in report.results))
    assert row["damage"] == (str(report.lost) if report.lost else None)


@pytest.fixture(autouse=True, scope="module")
def _quick() -> Iterator[None]:
    """Wait for no disk, whose state after a power cut is not what is tested here, and read no configuration."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, patch.object(os, "fsync", lambda _file: None):
        os.chdir(folder)
        yield
        os.chdir(here)


@settings(max_examples=60)
@given(
    members=jobs(),
    begins=fates(),
    resumes=st.lists(fates(), max_size=2),
    faults=st.sampled_from([0.0, 0.0, 0.1, 0.4]),
    seed=st.integers(0, 99),
    bulk=st.booleans(),
)
def test_the_journal_says_what_the_report_said(
    members: list[SimulatedJob],
    begins: dict[str, Any],
    resumes: list[dict[str, Any]],
    faults: float,
    seed: int,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Faults, deaths at any call and any byte, interrupts, torn ends, resumes and watches, in any order."""
    live(members, begins, resumes, faults=faults, seed=seed, bulk=bulk)


@pytest.mark.parametrize("block", range(4))
def test_the_journals_of_hundreds_of_runs_say_what_their_reports_said(block: int) -> None:
    """The same, by seeds: what Hypothesis draws with care takes as long as the runs themselves."""
    for seed in range(100 * block, 100 * block + 100):
        live(**drawn(random.Random(seed)))  # noqa: S311 - reproducible


def drawn(chance: random.Random) -> dict[str, Any]:
    """Return a world and what happens in it."""

    def fate() -> dict[str, Any]:
        return {
            "calls": chance.choice([None, None, chance.randint(0, 12)]),
            "written": chance.choice([None, None, chance.randint(0, 9000)]),
            "interrupt": chance.choice([None, chance.randint(1, 30)]),
            "torn": chance.choice([0, 0, 0, 1, 30, 200, 700, 2500]),
            "wait": chance.choice([True, True, False]),
            "timeout": chance.choice([0.0, 1.0, 30.0]),
            "pause": chance.choice([0.0, 1.0, 60.0]),
            "only_watches": chance.random() < 0.3,
        }

    members = []
    for number in range(chance.randint(1, 14)):
        job = SimulatedJob(f"{number:08x}-0000-4000-8000-{number:012x}", chance.choice(QUEUED + STARTED))
        job.ends_after = chance.choice([0.0, 0.1, 0.5, 0.5, 2.0, 20.0, None])
        job.is_denied, job.is_expired = chance.random() < 0.15, chance.random() < 0.2
        job.hidden, job.command = chance.choice([0, 0, 0, 1, 2]), chance.choice(["", "", f"--lr {number}"])
        if chance.random() < 0.25:
            job.finishes_at, job.fails = chance.choice([0.05, 0.3, 1.0, 30.0]), chance.random() < 0.5
        members.append(job)
    return {
        "members": members,
        "begins": fate(),
        "resumes": [fate() for _ in range(chance.choice([0, 1, 1, 2, 3]))],
        "faults": chance.choice([0.0, 0.0, 0.1, 0.4]),
        "seed": chance.randint(0, 99),
        "bulk": chance.random() < 0.5,
    }


def live(
    members: list[SimulatedJob],
    begins: dict[str, Any],
    resumes: list[dict[str, Any]],
    *,
    faults: float,
    seed: int,
    bulk: bool,
) -> None:
    """Begin a run and resume it in these processes, and in a last one to which nothing happens; check each report."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, BATCHNB_JOURNAL_DIR=folder):
        world = World(members, faults=faults, seed=seed, bulk=bulk)
        plan = make_plan(
            SimulatedGateway(SimulatedBatch(world.service.jobs), Death()),
            [JobId(job_id) for job_id in world.ids],
            REASON,
            world.service.clock(),
        )

        def begin(gateway: SimulatedGateway, **options: Any) -> Report:
            return plan.execute(gateway=gateway, **options)

        report = world.go(begins, begin)
        world.check(report)
        if not run_paths():
            return  # it died before the plan was written
        for fate in [*resumes, calm()]:
            tear(fate["torn"])
            report = world.go(fate, watch if fate["only_watches"] else resume)
            world.check(report)
        assert report is not None
        check_history(report)


def calm() -> dict[str, Any]:
    """Return the fate of a process to which nothing happens."""
    return {
        "calls": None,
        "written": None,
        "interrupt": None,
        "torn": 0,
        "wait": True,
        "timeout": 90.0,
        "pause": 0.0,
        "only_watches": False,
    }


def tear(size: int) -> None:
    """Take the end off the journal, but not from the plan: that was on the disk before the first call."""
    (path,) = run_paths()
    data = path.read_bytes()
    plan_ends = data.index(b'{"type":"call"') if b'{"type":"call"' in data else len(data)
    path.write_bytes(data[: max(plan_ends, len(data) - size)])


def watch(gateway: SimulatedGateway, *, clock: Clock, wait: bool, timeout: float, on_event: Any) -> Report:  # noqa: ARG001
    """Watch the run for longer in this process, which cannot send."""
    (path,) = run_paths()
    before = read_run(run_id_of(path))
    with patch.object(gateway, "_terminate", side_effect=AssertionError("a watch has sent something")):
        try:
            report = watch_run(path, gateway, timeout=timeout, clock=clock, on_event=on_event)
        except InterruptedRunError as error:
            report = error.report
    for was, result in zip(before.results, report.results, strict=True):
        assert not was.outcome.has_ended or result == was
        assert result.attempts == was.attempts
    return report


def resume(gateway: SimulatedGateway, *, clock: Clock, **options: Any) -> Report:
    """Resume the run in this process."""
    (path,) = run_paths()
    return resume_run(path, gateway, RunOptions(**options), clock=clock)
