"""Resuming a run: after a crash, an interrupt, or expired credentials, every job is accounted for and ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import batchnb
from batchnb import local
from batchnb.api import resume
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import GuardError, JournalError, PlanMismatchError
from batchnb.guards.rules import Guards, Pattern, PatternKind
from batchnb.guards.settings import KEYWORDS, layer
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.running.history import history
from batchnb.running.journal import Journal
from batchnb.running.resume import last_unfinished, resume_run
from batchnb.running.run_reader import read_run
from tests.conftest import clock_of
from tests.plans import make_plan

REASON = "OPS-9 bad input"


def planned(gateway: Gateway, ids: list[str], clock: Clock) -> Plan:
    """Return the plan for these ids."""
    return make_plan(gateway, [JobId(job_id) for job_id in ids], REASON, clock)


def interrupted(plan: Plan, clock: Clock, after: int) -> Report:
    """Execute the plan, interrupt it after so many requests were accepted, and return its report."""
    accepted = 0

    def on_event(event: JobEvent) -> None:
        nonlocal accepted
        accepted += event.state is EventState.ACCEPTED
        if accepted >= after:
            raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        plan.execute(clock=clock, on_event=on_event)
    return caught.value.report


def resumed(
    emulator: local.LocalBatch, run_id: str | None = None, timeout: float = 300.0, max_jobs: int | None = None
) -> Report:
    """Resume a run on the emulator's own time."""
    from batchnb.running.journal_folder import find_run

    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    path = last_unfinished(gateway) if run_id is None else find_run(run_id)
    typed = layer(KEYWORDS, {"max_jobs": max_jobs}, explicit=True)
    return resume_run(path, gateway, RunOptions(timeout=timeout), clock=clock, typed=typed)


def named_in_calls(emulator: local.LocalBatch) -> set[str]:
    """Return the ids that any call has asked to end, calls that the endpoint does not know aside."""
    ids: set[str] = set()
    for call in emulator.calls:
        if call.status == 404:
            continue
        if call.operation == "TerminateJob":
            ids.add(call.request["jobId"])
        elif call.operation == "TerminateJobs":
            ids.update(call.request["jobs"])
    return ids


def test_an_interrupted_run_is_finished_by_resuming_it(
    start: Callable[..., local.LocalBatch],
) -> None:
    """After Ctrl-C the rest of the plan is ended, nobody else is touched, and the report is of the whole run."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 60)
    bystanders = emulator.world.add_jobs("train", "other", 5)
    before = interrupted(planned(gateway, ids, clock), clock, after=10)
    assert before.counts["not attempted"] > 0

    report = resumed(emulator)

    assert report.counts == {"terminated": 60}
    assert [result.planned.job_id for result in report.results] == ids
    assert named_in_calls(emulator) == set(ids)
    assert all(emulator.world.job(job_id).status == "RUNNING" for job_id in bystanders)
    assert report.started_at == before.started_at


def test_the_message_of_an_interrupt_names_the_command_that_goes_on(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Whoever pressed Ctrl-C reads how to finish, with the id of the run."""
    ids = emulator.world.add_jobs("train", "job", 3, stops="never")

    def on_event(_event: JobEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        planned(gateway, ids, clock).execute(clock=clock, on_event=on_event)

    assert f"%batch_resume {caught.value.report.run_id}" in str(caught.value)


def test_a_job_that_ended_meanwhile_is_not_asked_for_again(
    start: Callable[..., local.LocalBatch],
) -> None:
    """What ended between the crash and the resuming is seen, reported, and left alone."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 40)
    interrupted(planned(gateway, ids, clock), clock, after=1)
    untouched = sorted(set(ids) - named_in_calls(emulator))
    assert untouched
    emulator.world.schedule(0, untouched[0], "SUCCEEDED")
    emulator.calls.clear()

    report = resumed(emulator)

    outcomes = {result.planned.job_id: result.outcome.value for result in report.results}
    assert outcomes.pop(untouched[0]) == "succeeded anyway"
    assert set(outcomes.values()) == {"terminated"}
    assert untouched[0] not in named_in_calls(emulator)


def test_what_aws_has_forgotten_since_is_kept_from_the_journal(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A job that was seen to end stays so when its record expires before the run is resumed."""
    ended, survivor = (
        emulator.world.add_job("train", "ends"),
        emulator.world.add_job("train", "survives", stops="never"),
    )
    first = planned(gateway, [ended, survivor], clock).execute(clock=clock, timeout=60)
    assert first.counts == {"terminated": 1, "still stopping": 1}
    emulator.world.forget(ended)

    report = resumed(emulator, first.run_id, timeout=5)

    outcomes = {result.planned.job_id: result.outcome.value for result in report.results}
    assert outcomes == {ended: "terminated", survivor: "still stopping"}


def test_a_run_that_is_finished_is_not_the_last_unfinished_one(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Without an id, resuming means a run that has something left to do, or says that there is none."""
    planned(gateway, [emulator.world.add_job("train", "job")], clock).execute(clock=clock)

    with pytest.raises(JournalError, match="no unfinished run"):
        resume(endpoint_url=emulator.endpoint_url)


def test_a_run_is_resumed_where_it_took_place_only(
    start: Callable[..., local.LocalBatch], emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Another endpoint is refused before anything is sent there."""
    job_id = emulator.world.add_job("train", "job", stops="never")
    run = planned(gateway, [job_id], clock).execute(clock=clock, timeout=1)
    elsewhere = start(lambda world: world.add_queue("train"))

    with pytest.raises(PlanMismatchError, match="was made for"):
        resume(run.run_id, endpoint_url=elsewhere.endpoint_url)

    assert named_in_calls(elsewhere) == set()


def test_two_processes_do_not_resume_one_run(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Whoever comes second is told so, and sends nothing."""
    job_id = emulator.world.add_job("train", "job", stops="never")
    run = planned(gateway, [job_id], clock).execute(clock=clock, timeout=1)
    assert run.run_id is not None
    emulator.calls.clear()

    with Journal.reopen(last_unfinished(gateway)), pytest.raises(JournalError, match="in another process"):
        resume(run.run_id, endpoint_url=emulator.endpoint_url)

    assert named_in_calls(emulator) == set()


def test_an_unknown_run_is_an_error_that_names_the_newest(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A mistyped id is answered with those that there are."""
    run = planned(gateway, [emulator.world.add_job("train", "job")], clock).execute(clock=clock)

    with pytest.raises(JournalError, match=str(run.run_id)):
        resume("20200101T000000Z-nothing", endpoint_url=emulator.endpoint_url)


def test_expired_credentials_stop_the_run_and_resuming_finishes_it(
    start: Callable[..., local.LocalBatch],
) -> None:
    """Nothing is invented while there are no credentials; with new ones the run goes on where it stopped."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 30)
    plan = planned(gateway, ids, clock)
    emulator.faults.add(local.Fault(operation="TerminateJob", nth=12, do=lambda world: world.expire_credentials()))
    stopped = plan.execute(clock=clock)
    with pytest.raises(batchnb.TerminationFailedError, match=r"%batch_resume"):
        stopped.raise_for_failures()
    emulator.world.renew_credentials()

    assert resumed(emulator).counts == {"terminated": 30}


@pytest.mark.parametrize("events", [1, 40, 90, 130])
@pytest.mark.parametrize("bulk", [False, pytest.param(True, marks=pytest.mark.bulk)])
def test_a_killed_process_leaves_a_run_that_another_finishes(
    start: Callable[..., local.LocalBatch],
    journals: Path,
    events: int,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """After kill -9 in the middle, a new process ends every planned job, reports each, and touches nobody else."""
    emulator = start(lambda world: world.add_queue("train"), bulk=bulk, clock=local.WallClock(speed=100))
    ids = emulator.world.add_jobs("train", "job", 60)
    bystanders = emulator.world.add_jobs("train", "other", 5)
    command = [sys.executable, "-m", "tests.crash", emulator.endpoint_url, REASON, *ids]
    environment = {**os.environ, "BATCHNB_JOURNAL_DIR": str(journals)}
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=root) as process:
        assert process.stdout is not None
        for _ in range(events):
            assert process.stdout.readline()
        process.kill()

    report = resume(history().run.iloc[0], endpoint_url=emulator.endpoint_url)

    assert [result.planned.job_id for result in report.results] == ids
    assert report.counts == {"terminated": 60}
    assert report.ok
    assert all(emulator.world.job(job_id).status == "FAILED" for job_id in ids)
    assert all(emulator.world.job(job_id).status == "RUNNING" for job_id in bystanders)
    assert named_in_calls(emulator) <= set(ids)


def test_a_damaged_line_costs_that_line_only(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """Bytes that are no text, where a disk has lost some, do not hide what the other lines say."""
    job_ids = emulator.world.add_jobs("train", "job", 3)
    run = planned(gateway, job_ids, clock).execute(clock=clock)
    (path,) = journals.glob("*.jsonl")
    *lines, end = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines) + b"\xff\xfe\x80" * 20 + b"\n" + end)

    assert read_run(str(run.run_id)).counts == {"terminated": 3}


def test_a_journal_that_was_torn_in_a_line_is_read_and_written_on(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, journals: Path
) -> None:
    """A process that died in the middle of a line loses that line and nothing else."""
    job_id = emulator.world.add_job("train", "job", stops="never")
    run = planned(gateway, [job_id], clock).execute(clock=clock, timeout=1)
    (path,) = journals.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-20])

    report = resumed(emulator, run.run_id, timeout=1)

    assert report.counts == {"still stopping": 1}
    assert read_run(str(run.run_id)).counts == {"still stopping": 1}
    kinds = [json.loads(line)["type"] for line in path.read_text().splitlines() if line.endswith("}")]
    assert kinds[-1] == "end"
    assert "resume" in kinds


def test_a_job_that_is_protected_since_is_left_alone(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever interrupts a run to protect a job finds it alive after resuming, and the report says why."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 40)
    interrupted(planned(gateway, ids, clock), clock, after=1)
    kept = max(set(ids) - named_in_calls(emulator), key=ids.index)
    name = emulator.world.job(kept).name
    (tmp_path / "pyproject.toml").write_text(f'[tool.batchnb]\nprotect = {{ names = ["{name}"] }}\n')
    monkeypatch.chdir(tmp_path)

    report = resumed(emulator)

    assert report.counts == {"terminated": 39, "not attempted": 1}
    assert name in str(report.failures[0].error_message)
    assert kept not in named_in_calls(emulator)
    assert emulator.world.job(kept).status == "RUNNING"


def test_a_number_that_was_lowered_since_holds_for_what_is_left(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Who lowers `max_jobs` while a run is interrupted stops it; typed to the resuming itself, more may end."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 60)
    run_id = interrupted(planned(gateway, ids, clock), clock, after=1).run_id
    asked = named_in_calls(emulator)
    left = len(ids) - len(asked)
    monkeypatch.chdir(tmp_path)

    (tmp_path / "pyproject.toml").write_text(f"[tool.batchnb]\nmax_jobs = {left - 1}\n")
    with pytest.raises(GuardError, match=f"would end {left} jobs.*--max-jobs {left}"):
        resumed(emulator, run_id)
    assert named_in_calls(emulator) == asked

    assert resumed(emulator, run_id, max_jobs=left).counts == {"terminated": 60}


def test_a_run_goes_on_in_spite_of_what_it_was_begun_in_spite_of(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What was typed where the plan was made, over a file's number and pattern, need not be typed again at night."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 60)
    monkeypatch.chdir(tmp_path)
    guards = 'max_jobs = 10\nmax_percent = 5\nprotect = { names = ["job-*"] }'
    (tmp_path / "pyproject.toml").write_text(f"[tool.batchnb]\n{guards}\n")
    said = {"max_jobs": 60, "max_percent": 100, "unprotect": "name:job-*"}
    plan = make_plan(gateway, [JobId(one) for one in ids], REASON, clock, layers=[layer(KEYWORDS, said, explicit=True)])
    run_id = interrupted(plan, clock, after=1).run_id

    assert resumed(emulator, run_id).counts == {"terminated": 60}


def test_a_percentage_that_was_set_since_holds_for_what_is_left(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`max_percent` counts the live jobs of the queue as they are when the run is taken up again."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    run_id = interrupted(planned(gateway, emulator.world.add_jobs("train", "job", 60), clock), clock, after=1).run_id
    asked = named_in_calls(emulator)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[tool.batchnb]\nmax_percent = 10\n")
    with pytest.raises(GuardError, match="max_percent"):
        resumed(emulator, run_id)
    assert named_in_calls(emulator) == asked


def test_an_array_is_left_alone_whose_child_is_protected_since(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """To end an array ends all of its children, one that a guard protects by now included: it is not asked for."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    others = emulator.world.add_jobs("train", "job", 40)
    array = emulator.world.add_job("train", "array", array_size=3)
    child = f"{array}:1"
    plan = planned(gateway, [*others, array, child], clock)
    interrupted(plan, clock, after=1)
    assert array not in named_in_calls(emulator)
    held = Guards(protect=((Pattern(PatternKind.NAME, "kept"), "a test"),))
    monkeypatch.setattr("batchnb.running.resume.guards", lambda *_layers: held)
    describe = Gateway.describe

    def with_a_kept_child(self: Gateway, job_ids: Sequence[str]) -> dict[str, Job]:
        jobs = describe(self, job_ids)
        return {one: job._replace(job_name="kept") if one == child else job for one, job in jobs.items()}

    monkeypatch.setattr(Gateway, "describe", with_a_kept_child)

    report = resumed(emulator)

    assert array not in named_in_calls(emulator)
    assert {one.planned.job_id for one in report.failures} == {array, child}
    assert "name:kept" in str(next(one for one in report.failures if one.planned.job_id == array).error_message)


def test_a_run_is_not_finished_at_the_cost_of_a_protected_dependent(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A job that waits for one that is left, and is protected by now, keeps the rest of the run from being ended."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 40)
    emulator.world.add_job("train", "report", status="PENDING", depends_on=[ids[-1]])
    run_id = interrupted(planned(gateway, ids, clock), clock, after=1).run_id
    asked = named_in_calls(emulator)
    assert ids[-1] not in asked
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.batchnb]\nprotect = { names = ["report"] }\n')
    with pytest.raises(GuardError, match="report"):
        resumed(emulator, run_id)
    assert named_in_calls(emulator) == asked


def test_all_guards_hold_for_a_run_that_does_not_say_under_which_it_was_begun(
    start: Callable[..., local.LocalBatch], journals: Path
) -> None:
    """A journal of an earlier version may have been begun over a number: it has to be typed again."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = [JobId(one) for one in emulator.world.add_jobs("train", "job", 1_100)]
    plan = make_plan(gateway, ids, REASON, clock, layers=[layer(KEYWORDS, {"max_jobs": 1_100}, explicit=True)])
    run_id = str(interrupted(plan, clock, after=1).run_id)
    path = journals / f"{run_id}.jsonl"
    header, *rest = path.read_text("utf-8").splitlines()
    older = json.dumps({key: value for key, value in json.loads(header).items() if key != "guards"})
    path.write_text("\n".join([older, *rest]) + "\n", "utf-8")
    with pytest.raises(GuardError, match="max_jobs"):
        resumed(emulator, run_id)
