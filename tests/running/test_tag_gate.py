"""The tag gate: whoever sets a protecting tag while jobs are ended keeps those that were not asked for yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import CredentialsError
from batchnb.guards.rules import Layer
from batchnb.guards.settings import layer
from batchnb.jobs.ids import JobId
from batchnb.jobs.outcome import Outcome
from batchnb.local import Dependency, Fault
from batchnb.local.operations import terminate_jobs
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.result import JobResult
from batchnb.model.run_options import RunOptions
from batchnb.running.engine import Engine
from batchnb.running.journal_folder import find_run
from batchnb.running.ledger import Ledger
from batchnb.running.resume import resume_run
from batchnb.running.run_reader import read_run
from batchnb.running.tag_gate import tag_gate
from tests.conftest import clock_of
from tests.plans import make_plan

KEEP = layer("project", {"protect": "tag:keep=yes"})
SAID = "tag:keep=yes in project protects it now. To end it, make a new plan."


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock, *layers: Layer, **options: Any) -> Plan:
    wanted = [JobId(job_id) for job_id in ids]
    return make_plan(gateway, wanted, "OPS-1", clock, layers=layers or [KEEP], **options)


def _tag(world: local.World, job_id: str) -> None:
    """Give a job the tag keep=yes, as TagResource does."""
    with world.lock:
        job = world.find(job_id)
        job.spec = replace(job.spec, tags={**job.spec.tags, "keep": "yes"})


def _asked_for(emulator: local.LocalBatch) -> list[str]:
    requests = [call.request for call in emulator.calls if "Terminate" in call.operation and call.status == 200]
    return [job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])]


def _result(report: Report, job_id: str) -> JobResult:
    (result,) = [result for result in report.results if result.planned.job_id == job_id]
    return result


def _assert_kept(emulator: local.LocalBatch, report: Report, job_id: str, why: str = SAID) -> None:
    """Check that the job lives, that no request named it, and that report and journal say why."""
    assert job_id not in _asked_for(emulator)
    assert emulator.world.job(job_id).status not in ("FAILED", "SUCCEEDED")
    result = _result(report, job_id)
    assert (result.outcome, result.attempts, result.error_code) == (Outcome.NOT_ATTEMPTED, 0, "Protected")
    assert result.error_message is not None
    assert why in result.error_message
    read = _result(read_run(str(report.run_id)), job_id)
    assert (read.outcome, read.attempts, read.error_message) == (result.outcome, 0, result.error_message)


@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
def test_a_tag_that_was_set_since_the_plan_keeps_the_job(
    start: Callable[..., local.LocalBatch],
    bulk: bool,  # noqa: FBT001
) -> None:
    """A plan of a minute ago does not know of the tag: the job is looked at again right before it is asked for."""
    emulator = start(lambda world: world.add_queue("train"), bulk=bulk)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 5)
    plan = _plan(gateway, ids, clock)
    clock.sleep(60)
    _tag(emulator.world, ids[2])

    report = plan.execute(clock=clock)

    _assert_kept(emulator, report, ids[2])
    assert sorted(_asked_for(emulator)) == sorted([*ids[:2], *ids[3:]])
    assert report.counts == {"terminated": 4, "not attempted": 1}
    assert not report.is_finished


@pytest.mark.parametrize("status", ["RUNNING", "RUNNABLE"])
@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
def test_a_tag_that_is_set_while_a_run_goes_on_keeps_the_job(
    start: Callable[..., local.LocalBatch],
    bulk: bool,  # noqa: FBT001
    status: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the first job is asked for, somebody tags others: those whose turn comes later are kept."""
    emulator = start(lambda world: world.add_queue("train"), bulk=bulk)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 130, status=status)
    tagged: list[str] = []

    end = terminate_jobs._end

    def end_and_tag(*parts: Any) -> None:
        # Before the first answer: a run that is told of it may have gone on meanwhile.
        if not tagged:
            tagged.extend([ids[100], ids[129]])
            for job_id in tagged:
                _tag(emulator.world, job_id)
        end(*parts)

    monkeypatch.setattr(terminate_jobs, "_end", end_and_tag)
    report = _plan(gateway, ids, clock).execute(clock=clock)

    assert tagged
    for job_id in tagged:
        _assert_kept(emulator, report, job_id)
    assert len(_asked_for(emulator)) == 128


def test_jobs_are_described_again_only_for_a_tag(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A protection by queue or name cannot change under a run: without one by tag there is no call more."""
    ids = emulator.world.add_jobs("train", "job", 3)
    for guards in ([], [layer("project", {"protect": ["queue:live", "name:prod-*"]})]):
        plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, layers=guards)
        assert tag_gate(plan, plan.to_end, plan.guards, gateway, clock) is None


@pytest.mark.bulk
def test_every_job_is_described_between_the_plan_and_its_request(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A hundred jobs a call, and no more calls than requests."""
    ids = emulator.world.add_jobs("train", "job", 1000)
    plan = _plan(gateway, ids, clock)
    emulator.calls.clear()

    gate = tag_gate(plan, plan.to_end, plan.guards, gateway, clock)
    assert gate is not None
    assert [gate(ids[begin : begin + 50]) for begin in range(0, 1000, 50)] == [{}] * 20

    described = [call.request["jobs"] for call in emulator.calls if call.operation == "DescribeJobs"]
    assert len(described) == 10
    assert [job_id for group in described for job_id in group] == ids
    emulator.calls.clear()
    assert plan.execute(clock=clock).ok
    seen: set[str] = set()
    for call in emulator.calls:
        if call.operation == "DescribeJobs":
            seen.update(call.request["jobs"])
        elif call.operation == "TerminateJobs":
            assert seen.issuperset(call.request["jobs"])


def test_an_array_and_its_children_keep_each_other(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The tag of an array keeps a child, and the tag of a child that was named keeps its array."""
    world = emulator.world
    arrays = [world.add_job("train", "array", array_size=3, child_status="RUNNING") for _ in range(2)]
    plans = [
        _plan(gateway, [f"{arrays[0]}:0", f"{arrays[0]}:1"], clock),
        _plan(gateway, [arrays[1], f"{arrays[1]}:2"], clock),
    ]
    _tag(world, arrays[0])
    _tag(world, f"{arrays[1]}:2")

    reports = [plan.execute(clock=clock, timeout=5) for plan in plans]

    _assert_kept(emulator, reports[0], f"{arrays[0]}:0")
    _assert_kept(emulator, reports[1], arrays[1])
    assert _asked_for(emulator) == []


@pytest.mark.parametrize("with_dependents", [False, True])
def test_a_dependent_that_is_tagged_keeps_what_it_waits_for(
    emulator: local.LocalBatch,
    gateway: Gateway,
    clock: Clock,
    with_dependents: bool,  # noqa: FBT001
) -> None:
    """Ending what a tagged job waits for, directly or through another, would end it, too."""
    world = emulator.world
    first, other = world.add_job("train", "first"), world.add_job("train", "other")
    second = world.add_job("train", "second", status="PENDING", depends_on=[first])
    third = world.add_job("other", "third", status="PENDING", depends_on=[second])
    plan = _plan(gateway, [first, other], clock, with_dependents=with_dependents)
    _tag(world, third)

    report = plan.execute(clock=clock)

    _assert_kept(emulator, report, first, f"{third} would end or fail with it, and tag:keep=yes in project protects it")
    assert _result(report, other).outcome is Outcome.TERMINATED
    if with_dependents:
        _assert_kept(emulator, report, third)
        _assert_kept(emulator, report, second, f"{third} would end or fail with it")


def test_a_dependent_of_a_child_counts(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What waits for a child, or for its array, is kept by keeping the child."""
    world = emulator.world
    array = world.add_job("train", "array", array_size=3, child_status="RUNNING")
    pairs = world.add_job("train", "pairs", array_size=3, status="PENDING", depends_on=[Dependency(array, "N_TO_N")])
    after = world.add_job("train", "after", status="PENDING", depends_on=[pairs])
    plan = _plan(gateway, [f"{array}:1"], clock)
    assert {one.job_id for one in plan.dependents.jobs} == {f"{pairs}:1", after}
    _tag(world, after)
    report = plan.execute(clock=clock)
    _assert_kept(emulator, report, f"{array}:1", f"{after} would end or fail with it")


@pytest.mark.parametrize("kind", ["AccessDeniedException", "ClientException", "503"])
def test_a_job_that_cannot_be_looked_at_is_not_asked_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str
) -> None:
    """Where its tags are not known, nothing is sent; the run can be resumed, and ends it then."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    emulator.faults.add(Fault(operation="DescribeJobs", kind=kind))

    report = plan.execute(clock=clock, timeout=5)

    assert _asked_for(emulator) == []
    for job_id in ids:
        assert _result(report, job_id).error_code == "Protected"
        assert "its tags could not be looked at" in str(_result(report, job_id).error_message)
    emulator.faults.clear()
    resumed = resume_run(find_run(str(report.run_id)), gateway, RunOptions(timeout=60), clock=clock, typed=KEEP)
    assert resumed.counts == {"terminated": 3}


@pytest.mark.bulk
def test_throttling_does_not_open_the_gate(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """DescribeJobs that is throttled for a while is asked again, and every job ends, but the tagged one."""
    ids = emulator.world.add_jobs("train", "job", 120)
    plan = _plan(gateway, ids, clock)
    _tag(emulator.world, ids[60])
    emulator.faults.add(Fault(operation="DescribeJobs", kind="TooManyRequestsException", rate=0.4, seed=1))
    emulator.faults.add(Fault(operation="TerminateJobs", kind="TooManyRequestsException", rate=0.4, seed=2))

    report = plan.execute(clock=clock)

    _assert_kept(emulator, report, ids[60])
    assert report.counts == {"terminated": 119, "not attempted": 1}


def test_a_job_that_is_not_shown_is_not_asked_for(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A record that DescribeJobs drops for a while may have any tag."""
    ids = emulator.world.add_jobs("train", "job", 2)
    plan = _plan(gateway, ids, clock)
    emulator.world.hide_for(ids[0], 60)
    report = plan.execute(clock=clock)
    assert _asked_for(emulator) == [ids[1]]
    assert "DescribeJobs does not show it" in str(_result(report, ids[0]).error_message)


def test_credentials_that_expire_at_the_gate_stop_the_run(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Nothing can be sent any more, and the report says why, as if a request had met it."""
    plan = _plan(gateway, emulator.world.add_jobs("train", "job", 60), clock)
    emulator.faults.add(Fault(operation="DescribeJobs", kind="ExpiredTokenException"))
    report = plan.execute(clock=clock, timeout=5)
    assert isinstance(report.stopped_by, CredentialsError)
    assert report.counts == {"not attempted": 60}
    assert _asked_for(emulator) == []


def test_a_resumed_run_has_the_same_gate(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path
) -> None:
    """A tag that is set while a run is resumed keeps the jobs whose turn comes later."""
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    ids = emulator.world.add_jobs("train", "job", 130)
    plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock)

    def interrupt(_event: JobEvent) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        plan.execute(clock=clock, on_event=interrupt)
    assert _asked_for(emulator) == []

    def on_event(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED:
            _tag(emulator.world, ids[129])

    path = find_run(str(caught.value.report.run_id))
    report = resume_run(path, gateway, RunOptions(timeout=60, on_event=on_event), clock=clock)

    _assert_kept(emulator, report, ids[129], f"tag:keep=yes in the user file {user_file} protects it now")
    assert len(_asked_for(emulator)) == 129


@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
def test_nothing_is_sent_from_the_gate_once_sending_has_stopped(
    emulator: local.LocalBatch,
    gateway: Gateway,
    clock: Clock,
    bulk: bool,  # noqa: FBT001
) -> None:
    """Calls that are at the gate when somebody stops the run do not go out after that, and no other call does."""
    gateway.has_bulk = bulk
    ids = emulator.world.add_jobs("train", "job", 100)
    plan = _plan(gateway, ids, clock)
    at_gate: list[str] = []
    stopped, ticks, began = Event(), count(), clock.now()

    def on_event(event: JobEvent) -> None:
        if event.job_id == ids[50] and event.state is EventState.SENT:
            engine.stop_sending()
            stopped.set()

    def gate(job_ids: Sequence[str]) -> Mapping[str, str]:
        at_gate.extend(job_ids)
        stopped.wait()
        return {}

    # Time goes on with each look at the clock: the second call goes out while the first waits, on any machine.
    ticking = replace(clock, now=lambda: began + next(ticks) / 1000)
    ledger = Ledger(plan, ticking, on_event)
    engine = Engine(gateway, ledger, patience=10, gate=gate)
    engine.send(plan.to_end)
    engine.wait_for_answers()
    engine.close()

    assert sorted(at_gate) == sorted(ids if bulk else [ids[0], ids[50]])
    assert _asked_for(emulator) == []
    told = {job_id: (entry.attempts, entry.error_code) for job_id, entry in ledger.entries.items()}
    assert told == {job_id: (0, "NotSent" if job_id in at_gate else None) for job_id in ids}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.booleans())
def test_no_job_is_ended_that_was_shown_as_protected(seed: int, nth: int, bulk: bool) -> None:  # noqa: FBT001
    """Whenever tags are set: each job is described before each request for it, and not named if it has the tag then."""
    emulator = local.start(lambda world: world.add_queue("train"), seed=seed, clock=local.ManualClock(), bulk=bulk)
    try:
        clock = clock_of(emulator)
        gateway = connect(endpoint_url=emulator.endpoint_url)
        world = emulator.world
        ids = world.add_jobs("train", "run", 40) + world.add_jobs("train", "wait", 70, status="RUNNABLE")
        tagged = [job_id for number, job_id in enumerate(ids) if (seed >> (number % 17)) & 1]
        plan = _plan(gateway, ids, clock)
        shown: dict[str, bool] = {}
        tags_set: list[int] = []

        def tag(world: local.World) -> None:
            tags_set.append(len(emulator.calls))
            for job_id in tagged:
                _tag(world, job_id)

        emulator.calls.clear()
        emulator.faults.add(Fault(operation="TerminateJobs" if bulk else "TerminateJob", nth=nth, do=tag))
        emulator.faults.add(Fault(operation="DescribeJobs", kind="TooManyRequestsException", rate=0.2, seed=seed))
        report = plan.execute(clock=clock)
        for number, call in enumerate(emulator.calls):
            if call.operation == "DescribeJobs" and call.status == 200:
                has_tags = bool(tags_set) and number >= tags_set[0]
                shown.update((job_id, has_tags and job_id in tagged) for job_id in call.request["jobs"])
            elif call.operation.startswith("Terminate") and call.status == 200:
                for job_id in call.request.get("jobs", [call.request.get("jobId")]):
                    assert shown[job_id] is False
        kept = {one.planned.job_id: one.error_message for one in report.results if one.error_code == "Protected"}
        # Each thread that waits moves the one clock: where many are throttled, ten seconds are over soon.
        assert all(job_id in tagged or "could not be looked at" in str(why) for job_id, why in kept.items())
        assert kept.keys().isdisjoint(_asked_for(emulator))
        assert report.counts.get("not attempted", 0) == len(kept)
    finally:
        emulator.stop()
