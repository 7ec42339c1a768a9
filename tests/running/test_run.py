"""A run, from the first request to the report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError, PlanMismatchError
from batchnb.guards.rules import Layer
from batchnb.guards.settings import configured_layers
from batchnb.jobs.ids import JobId
from batchnb.jobs.outcome import counts_text
from batchnb.jobs.place import Place
from batchnb.model.event import JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError
from batchnb.planning import approval
from batchnb.running.history import history
from batchnb.running.run_reader import read_run
from tests.plans import make_plan

ENDING = {"TerminateJob", "TerminateJobs"}


def _plan(gateway: Gateway, clock: Clock, *ids: str) -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1 bad input", clock)


def _operations(emulator: local.LocalBatch) -> list[str]:
    return [call.operation for call in emulator.calls]


def test_a_running_job_is_reported_as_terminated_once_it_was_seen_to_end(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A running job gets our reason, ends, and is reported with what AWS said of it before and after."""
    job_id = emulator.world.add_job("train", "sweep", status="RUNNING", status_reason="pulled")
    plan = make_plan(gateway, [JobId(job_id)], "OPS-1 bad input", clock)

    row = plan.execute(clock=clock).to_frame().iloc[0]

    assert (row.verdict, row.outcome) == ("terminate", "terminated")
    assert (row.statusReason_before, row.statusReason_after) == ("pulled", "OPS-1 bad input")
    assert emulator.world.job(job_id).status_reason == "OPS-1 bad input"


def test_without_waiting_the_jobs_are_looked_at_once(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """With wait=False nothing is waited for: accepted jobs are still stopping, no failure, and denied ones denied."""
    running, denied = emulator.world.add_jobs("train", ["running", "denied"])
    emulator.world.deny(denied)
    plan = _plan(gateway, clock, running, denied)
    emulator.calls.clear()
    started = clock.now()

    report = plan.execute(wait=False, clock=clock)

    assert [result.outcome.value for result in report.results] == ["still stopping", "denied"]
    assert [result.planned.job_id for result in report.failures] == [denied]
    assert clock.now() - started < 0.25
    assert _operations(emulator).count("DescribeJobs") <= 2
    assert not report.waited


def test_a_plan_is_not_executed_in_another_place(
    start: Callable[..., local.LocalBatch], emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A gateway to another endpoint or Region than the plan's is refused before any call that ends a job."""
    job_id = emulator.world.add_job("train", "job")
    elsewhere = start(lambda world: (world.add_queue("train"), world.add_job("train", "job", job_id=job_id)))
    plan = _plan(gateway, clock, job_id)

    for other in (
        connect(endpoint_url=elsewhere.endpoint_url),
        connect(endpoint_url=emulator.endpoint_url, region="eu-west-1"),
    ):
        with pytest.raises(PlanMismatchError, match="Nothing was ended; make a new plan here"):
            plan.execute(gateway=other, clock=clock)

    assert ENDING.isdisjoint(_operations(emulator) + _operations(elsewhere))


def test_a_plan_is_executed_through_another_connection_to_the_same_place(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Renewed credentials, for one, come with a new gateway: the plan stays good."""
    job_id = emulator.world.add_job("train", "job")
    plan = _plan(gateway, clock, job_id)
    again = connect(endpoint_url=emulator.endpoint_url)
    assert plan.execute(gateway=again, clock=clock).counts == {"terminated": 1}


@pytest.mark.parametrize("timeout", [-1, float("nan"), float("inf"), "60", None, True])
def test_a_timeout_that_is_none_is_refused(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, timeout: object
) -> None:
    """A negative, endless or otherwise senseless timeout is found before any call that ends a job."""
    plan = _plan(gateway, clock, emulator.world.add_job("train", "job"))
    with pytest.raises(InputError, match="timeout"):
        plan.execute(timeout=timeout, clock=clock)  # type: ignore[arg-type]
    assert ENDING.isdisjoint(_operations(emulator))


def test_a_plan_with_nothing_to_end_ends_nothing(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Where every job has finished, no call is made and nothing has failed."""
    plan = _plan(gateway, clock, emulator.world.add_job("train", "job", status="SUCCEEDED"))
    emulator.calls.clear()
    report = plan.execute(clock=clock)
    assert report.ok
    assert not {*ENDING, "DescribeJobs"} & set(_operations(emulator))


def test_a_plan_executed_twice_harms_nobody(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The second time the jobs have ended already; the report says how."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, clock, *ids)
    plan.execute(clock=clock)
    assert plan.execute(clock=clock).counts == {"terminated": 3}


@pytest.mark.bulk
def test_an_interrupted_run_accounts_for_every_job_also_when_the_last_look_fails(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Ctrl-C while watching, and a handler that breaks in the last look: the report is handed over all the same."""
    ids = emulator.world.add_jobs("train", "job", 3, status="SUBMITTED")
    plan = _plan(gateway, clock, *ids)

    def interrupt(_seconds: float) -> None:
        clock.sleep(60)
        raise KeyboardInterrupt

    def on_event(event: JobEvent) -> None:
        if event.state == "ended":
            raise ValueError(event.job_id)

    interrupted = Clock(clock.now, interrupt, clock.wall, clock.chance)
    with pytest.raises(InterruptedRunError) as caught:
        plan.execute(clock=interrupted, on_event=on_event)

    assert isinstance(caught.value.__cause__, KeyboardInterrupt)
    assert [result.planned.job_id for result in caught.value.report.results] == ids
    assert set(caught.value.report.counts) <= {"cancelled", "still stopping"}


@pytest.mark.parametrize("timeout", [60.0, 300.0])
def test_a_run_is_watched_for_its_timeout_after_the_last_answer_and_no_longer(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, timeout: float
) -> None:
    """While a stubborn request is repeated the others are watched: that time counts, and is not added."""
    stuck = emulator.world.add_job("train", "stuck", stops="never")
    stubborn = emulator.world.add_job("train", "stubborn")
    emulator.faults.add(local.Fault(operation="TerminateJob", kind="ServerException", job_id=stubborn))
    emulator.faults.add(local.Fault(operation="TerminateJobs", kind="ServerException", job_id=stubborn))
    plan = _plan(gateway, clock, stuck, stubborn)
    started = clock.now()

    report = plan.execute(timeout=timeout, clock=clock)

    assert [result.outcome.value for result in report.results] == ["still stopping", "refused"]
    assert timeout - 11 <= clock.now() - started <= timeout + 20


def test_a_run_reads_what_is_configured_and_who_calls_once(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changes in between cannot make the journal name guards that did not approve the run."""
    plan = _plan(gateway, clock, emulator.world.add_job("train", "job"))
    asked: list[str] = []
    configured, identity = configured_layers, Gateway.identity

    def read_configuration() -> list[Layer]:
        asked.append("configuration")
        return configured()

    def ask_identity(self: Gateway, account: str | None = None) -> Place:
        asked.append("identity")
        return identity(self, account)

    monkeypatch.setattr(approval, "configured_layers", read_configuration)
    monkeypatch.setattr(Gateway, "identity", ask_identity)
    plan.execute(clock=clock)
    assert sorted(asked) == ["configuration", "identity"]


ODD_MEMBERS = [
    '"stoppedAt": "yesterday"',
    '"stoppedAt": 99999999999999999',
    '"stoppedAt": 1' + "0" * 5_000,
    '"startedAt": {}',
    '"status": []',
    '"container": 7',
    '"parameters": ' + "[" * 5_000 + "]" * 5_000,
]


@pytest.mark.parametrize("member", ODD_MEMBERS, ids=lambda member: member[:24])
def test_an_odd_value_of_one_job_costs_neither_the_run_nor_the_other_jobs(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, member: str
) -> None:
    """A time out of range or a text for one, a number too long, a value nested too deep: the others end as always."""
    odd, *others = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, clock, odd, *others)
    mark = f'"jobId":"{odd}"'.encode()

    def spoil(response_dict: dict[str, Any], **_more: object) -> None:
        response_dict["body"] = response_dict["body"].replace(mark, mark + b"," + member.encode(), 1)

    gateway._client.meta.events.register_first("before-parse.batch.DescribeJobs", spoil)
    report = plan.execute(clock=clock, timeout=60)
    outcomes = {result.planned.job_id: result.outcome.value for result in report.results}
    assert [outcomes[job_id] for job_id in others] == ["terminated", "terminated"]
    again = read_run(str(report.run_id))
    assert (again.results, again.summary) == (report.results, report.summary)
    assert history()["outcomes"].tolist() == [counts_text(report.counts)]
    assert len(report.to_frame()) == 3
