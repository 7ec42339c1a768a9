"""The rest of a run: who is given up, and which jobs that were submitted since fail with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.guards.settings import KEYWORDS, layer
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import JobStatus
from batchnb.model.event import EventState, JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.running.journal_folder import run_paths
from batchnb.running.misses import GONE_AFTER, GONE_SECONDS
from batchnb.running.resume import resume_run
from batchnb.running.run_reader import read_run
from tests.plans import make_plan
from tests.running.test_record import check_same
from tests.simulated_batch import Death, SimulatedBatch, SimulatedGateway, SimulatedJob

IDS = [f"{number:08x}-0000-4000-8000-000000000001" for number in range(8)]


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def job_id(number: int) -> str:
    """Return the id of another job in the same queue."""
    return f"f{number:07x}-0000-4000-8000-000000000001"


class Run:
    """A run that was interrupted after the first of its jobs was asked for."""

    def __init__(self, **typed: Any) -> None:
        members = [SimulatedJob(one, JobStatus.RUNNING, ends_after=None) for one in IDS]
        self.service = SimulatedBatch({job.job_id: job for job in members})
        self.add(0, depends_on=(IDS[-1],), created_at=-60)
        plan = make_plan(self.gateway(), [JobId(one) for one in IDS], "OPS-1 why", self.service.clock())

        def on_event(event: JobEvent) -> None:
            if event.state is EventState.ACCEPTED:
                raise KeyboardInterrupt

        with pytest.raises(InterruptedRunError):
            plan.execute(on_event=on_event, clock=self.service.clock(), gateway=self.gateway(), **typed)
        (self.path,) = run_paths()
        self.asked = set(self.service.asked)
        for job in members:
            job.ends_after = 0.1

    def gateway(self) -> SimulatedGateway:
        """Return a new connection, without TerminateJobs."""
        return SimulatedGateway(self.service, Death(), bulk=False)

    def add(self, number: int, depends_on: tuple[str, ...], created_at: float = 60.0) -> str:
        """Submit a job that waits for others."""
        job = SimulatedJob(job_id(number), JobStatus.PENDING, depends_on=depends_on, created_at=created_at)
        job.ends_after = 0.1
        self.service.jobs[job.job_id] = job
        return job.job_id

    def resume(self, **options: Any) -> Report:
        """Resume it."""
        report = resume_run(self.path, self.gateway(), RunOptions(timeout=60), clock=self.service.clock(), **options)
        check_same(report, read_run(self.path.stem))
        return report


def test_a_job_that_one_look_misses_is_not_given_up() -> None:
    """DescribeJobs lags: a job that it shows again a moment later is ended like the others."""
    run = Run()
    for one in run.service.jobs.values():
        one.hidden, one.is_always_hidden = 2, True
    report = run.resume()
    assert report.counts == {"terminated": len(IDS)}
    assert report.is_finished


def test_a_record_that_is_gone_is_missed_three_times_over_three_seconds() -> None:
    """The rule of the watch: not sooner, and then it is said, also of a job that was never asked for."""
    run = Run()
    gone = IDS[-1]
    del run.service.jobs[gone]
    before = run.service.now
    run.service.looks.clear()
    report = run.resume()
    looks = [at for at, job_ids in run.service.looks if gone in job_ids]
    assert len(looks) == GONE_AFTER
    assert looks[-1] - looks[0] >= GONE_SECONDS
    assert run.service.now - before < 20
    assert report.counts == {"terminated": len(IDS) - 1, "record gone": 1}
    assert gone not in run.service.asked


def test_new_dependents_of_what_is_left_are_refused_by_name() -> None:
    """The run and its journal stay as they were. What the plan showed is not new, nor what waits for what is over."""
    run = Run()
    first = run.add(1, depends_on=(IDS[-1],))
    second = run.add(2, depends_on=(first,))
    run.add(3, depends_on=(next(iter(run.asked)),))
    before = run.path.read_bytes()
    with pytest.raises(PlanMismatchError, match="2 jobs would fail") as caught:
        run.resume()
    said = str(caught.value)
    assert (first in said, second in said, job_id(0) in said, job_id(3) in said) == (True, True, False, False)
    assert "--with-dependents" in said
    assert "--accept-dependents 2" in said
    assert (run.service.asked, run.path.read_bytes()) == (run.asked, before)


@pytest.mark.parametrize("number", [1, 5])
def test_new_dependents_that_are_accepted_are_accepted_for_the_run(number: int) -> None:
    """Up to so many may fail; a second resume does not ask again, but for those that came later."""
    run = Run()
    run.service.jobs[IDS[3]].is_denied = True
    new = run.add(1, depends_on=(IDS[3],))
    with pytest.raises(PlanMismatchError, match="--accept-dependents 1"):
        run.resume(accept_dependents=0)
    report = run.resume(accept_dependents=number)
    assert report.counts == {"terminated": len(IDS) - 1, "denied": 1}
    assert run.resume().counts == report.counts
    assert new not in run.service.asked
    newer = run.add(2, depends_on=(IDS[3],))
    with pytest.raises(PlanMismatchError, match="1 job would fail") as caught:
        run.resume()
    assert newer in str(caught.value)
    assert new not in str(caught.value)
    run.resume(accept_dependents=1)
    accepted = [json.loads(line).get("accepted_dependents") for line in run.path.read_text().splitlines()]
    assert [one for one in accepted if one] == [[new], [newer]]


def test_new_dependents_can_be_taken_into_the_run() -> None:
    """They end with our reason and stand in the report, also in that of a second resume, which asks for no others."""
    run = Run()
    new = [run.add(1, depends_on=(IDS[-1],)), run.add(2, depends_on=(IDS[-2],))]
    run.service.jobs[new[1]].ends_after = None
    report = run.resume(with_dependents=True)
    assert [result.planned.job_id for result in report.results] == [*IDS, *new]
    assert report.counts == {"terminated": len(IDS), "cancelled": 1, "still stopping": 1}
    assert run.service.asked == {*IDS, *new}
    assert run.service.jobs[new[0]].reason == "OPS-1 why"
    run.service.jobs[new[1]].ends_after = 0.0
    again = run.resume()
    assert again.counts == {"terminated": len(IDS), "cancelled": 2}
    assert again.is_finished


def test_a_protected_dependent_is_not_taken_in(tmp_path: Path) -> None:
    """`--with-dependents` lifts no guard."""
    run = Run()
    new = run.add(1, depends_on=(IDS[-1],))
    (tmp_path / "pyproject.toml").write_text(f'[tool.batchnb]\nprotect = {{ names = ["name-{new[:8]}"] }}\n')
    with pytest.raises(GuardError, match="protect"):
        run.resume(with_dependents=True)
    assert run.service.asked == run.asked


def test_dependents_count_for_the_number_of_jobs(tmp_path: Path) -> None:
    """What is taken in counts like the rest of the run."""
    run = Run()
    for number in range(1, 6):
        run.add(number, depends_on=(IDS[-1],))
    left = len(IDS) - len(run.asked) + 5
    (tmp_path / "pyproject.toml").write_text(f"[tool.batchnb]\nmax_jobs = {left - 1}\n")
    with pytest.raises(GuardError, match=f"would end {left} jobs"):
        run.resume(with_dependents=True)
    assert run.service.asked == run.asked


@pytest.mark.parametrize("begun", ["file", "built-in"])
def test_dependents_do_not_pass_the_limit_under_which_the_run_was_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: str
) -> None:
    """The run was let through with so many jobs, and what it takes in was not: the limit counts that, too."""
    if begun == "file":
        (tmp_path / "pyproject.toml").write_text(f"[tool.batchnb]\nmax_jobs = {len(IDS)}\n")
    else:
        monkeypatch.setattr("batchnb.guards.rules.DEFAULT_MAX_JOBS", len(IDS))
    run = Run()
    for number in range(1, 6):
        run.add(number, depends_on=(IDS[-1],))
    left = len(IDS) - len(run.asked) + 5
    with pytest.raises(GuardError, match=f"would end {left} jobs"):
        run.resume(with_dependents=True)
    assert run.service.asked == run.asked
    typed = layer(KEYWORDS, {"max_jobs": left}, explicit=True)
    assert run.resume(with_dependents=True, typed=typed).counts["terminated"] == len(IDS)


def test_a_run_without_new_dependents_goes_on_under_the_limit_that_it_passed(tmp_path: Path) -> None:
    """What is left of a run is less than what was let through, with or without the flag."""
    (tmp_path / "pyproject.toml").write_text("[tool.batchnb]\nmax_jobs = 2\n")
    run = Run(max_jobs=len(IDS))
    assert run.resume(with_dependents=True).counts == {"terminated": len(IDS)}


@pytest.mark.parametrize("value", [-1, True, "3", 1.5])
def test_a_number_of_dependents_that_is_none_is_refused(value: object) -> None:
    """It is found before anything is looked at."""
    run = Run()
    with pytest.raises(InputError, match="accept_dependents"):
        run.resume(accept_dependents=value)
    with pytest.raises(InputError, match="not both"):
        run.resume(accept_dependents=1, with_dependents=True)
