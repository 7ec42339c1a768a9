"""Stopping: what stop=, calls that hang, others' requests and live dependencies make of a run and its journal."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.api import plan as plan_of_ids
from batchnb.api import resume
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.jobs.ids import JobId
from batchnb.jobs.name_stem import name_stem
from batchnb.model.event import EventState, JobEvent
from batchnb.model.newcomers import Newcomers
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.model.ticket import ticket
from batchnb.running.history import history
from batchnb.running.journal_folder import find_run
from batchnb.running.outcomes import is_reason_of_batch
from batchnb.running.resume import resume_run
from batchnb.running.run_reader import read_run
from batchnb.running.watch import WAITING_SECONDS
from tests.plans import make_plan

SPEED = 20
"""How much faster than the machine's the time of a run is here that waits for real."""


def _plan(gateway: Gateway, clock: Clock, *ids: str) -> Plan:
    return make_plan(gateway, [JobId(one) for one in ids], "OPS-1 mine", clock)


def _outcomes(report: Report) -> dict[str, str]:
    return {result.planned.job_id: result.outcome.value for result in report.results}


def _agrees(report: Report) -> None:
    """Fail unless the journal says of the run what the report does."""
    on_record = read_run(str(report.run_id))
    assert _outcomes(on_record) == _outcomes(report)
    assert on_record.newcomers == report.newcomers
    assert (on_record.stopped_text, on_record.waited) == (report.stopped_text, report.waited)
    assert on_record.is_finished == report.is_finished


def _fast() -> Clock:
    """Return a clock that runs, and fast: a call that hangs does so for real."""
    real = Clock()
    return Clock(lambda: real.now() * SPEED, lambda seconds: real.sleep(seconds / SPEED), real.wall, lambda: 0.5)


# --- stop= ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stop": "now"}, "stop must be a threading.Event, got 'now'"),
        ({"stop": True}, "stop must be a threading.Event, got True"),
        ({"on_event": "print"}, "on_event must be a function of a JobEvent, got 'print'"),
        ({"timeout": "5m"}, "timeout must be a number of seconds, 0 or more, got '5m'"),
        ({"timeout": float("nan")}, "timeout must be a number of seconds, 0 or more, got nan"),
    ],
)
def test_wrong_options_are_an_error_before_any_call(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, options: dict[str, Any], message: str
) -> None:
    """No request goes out and no journal is written, neither by a plan nor by a resume."""
    plan = _plan(gateway, clock, emulator.world.add_job("train", "job"))
    calls = len(emulator.calls)
    with pytest.raises(InputError, match=re.escape(message)):
        plan.execute(clock=clock, **options)
    with pytest.raises(InputError, match=re.escape(message)):
        resume("20260101T000000Z-00000000", endpoint_url=emulator.endpoint_url, **options)
    assert len(emulator.calls) == calls
    assert history().empty


def test_a_set_event_stops_the_sending_and_one_end_line_says_so(
    start: Callable[..., local.LocalBatch], journals: Path
) -> None:
    """What was accepted is watched to its end, the rest can be gone on with as printed; no line says resumed."""
    emulator = start(lambda world: world.add_queue("train"), clock=local.WallClock(speed=100), bulk=False)
    ids, stop = emulator.world.add_jobs("train", "job", 60), threading.Event()
    plan = plan_of_ids(ids, reason="OPS-1", endpoint_url=emulator.endpoint_url)

    def on_event(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED:
            stop.set()

    with pytest.raises(InterruptedRunError, match="Stopped by you at") as caught:
        plan.execute(stop=stop, on_event=on_event)

    report = caught.value.report
    assert set(report.counts) == {"terminated", "not attempted"}
    assert report.waited
    assert not report.ok
    assert "Stopped by you at" in str(report)
    assert "Stopped by you at" in ticket(report)
    (path,) = journals.glob("*.jsonl")
    kinds = [json.loads(line)["type"] for line in path.read_text("utf-8").splitlines()]
    assert (kinds.count("end"), kinds.count("resume")) == (1, 0)
    _agrees(report)
    typed = report.how_to_go_on.partition("Python: batchnb.")[2]
    assert eval(typed, {"resume": resume}).counts == {"terminated": 60}  # noqa: S307 - as a person types it


def test_a_run_that_is_stopped_before_it_begins_asks_for_nothing(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """An event that is set already is a run of which nothing was attempted, and its report."""
    plan, stop = _plan(gateway, clock, *emulator.world.add_jobs("train", "job", 3)), threading.Event()
    stop.set()
    with pytest.raises(InterruptedRunError) as caught:
        plan.execute(stop=stop, clock=clock)
    assert caught.value.report.counts == {"not attempted": 3}
    assert not [call for call in emulator.calls if call.operation.startswith("Terminate")]


@pytest.mark.bulk
@pytest.mark.parametrize(
    "fault",
    [
        local.Fault(operation="TerminateJobs", kind="TooManyRequestsException"),
        local.Fault(operation="TerminateJobs", kind="item", code="ThrottlingException"),
    ],
    ids=["whole call", "item"],
)
def test_a_job_that_was_only_throttled_was_not_attempted(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, fault: local.Fault
) -> None:
    """To be throttled is not to be refused: nothing got through, and AWS has said nothing of the job."""
    emulator.faults.add(fault)
    report = _plan(gateway, clock, *emulator.world.add_jobs("train", "job", 3)).execute(clock=clock, timeout=20)
    assert report.counts == {"not attempted": 3}
    assert all(result.attempts and "hrottl" in f"{result.error_code} Throttled" for result in report.results)
    _agrees(report)


# --- calls that hang ------------------------------------------------------------------------------------------------


@pytest.mark.bulk
@pytest.mark.parametrize(
    ("operation", "told"), [("TerminateJobs", "asked, no answer"), ("DescribeJobs", "still stopping")]
)
def test_a_call_that_hangs_keeps_nobody_from_the_report(
    start: Callable[..., local.LocalBatch], operation: str, told: str
) -> None:
    """The client would wait for 30 seconds: the report comes on time, and says what is not known."""
    emulator = start(lambda world: world.add_queue("train"), clock=local.WallClock())
    ids = emulator.world.add_jobs("train", "job", 60)
    plan = plan_of_ids(ids, reason="OPS-1", endpoint_url=emulator.endpoint_url)
    emulator.faults.add(local.Fault(operation=operation, kind="hang"))
    began = time.monotonic()

    report = plan.execute(timeout=30, clock=_fast())

    assert time.monotonic() - began < 25
    assert report.counts == {told: 60}
    assert len(report.failures) == 60
    assert not report.is_finished
    _agrees(report)


# --- others' requests, and dependencies ------------------------------------------------------------------------------


@pytest.mark.parametrize("reasons", ["first", "last"])
@pytest.mark.parametrize("status", ["RUNNING", "RUNNABLE"])
def test_a_job_that_a_colleague_ended_did_not_fail_by_itself(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, reasons: str, status: str
) -> None:
    """Between the plan and its execution: whose reason AWS keeps decides what is said, and it counts as ended."""
    emulator.world.reasons = reasons
    job_id = emulator.world.add_job("train", "job", status=status)
    plan = _plan(gateway, clock, job_id)
    gateway.terminate(job_id, "OPS-9 theirs")

    report = plan.execute(clock=clock)

    ours = "terminated" if status == "RUNNING" else "cancelled"
    assert report.counts == {"ended by another request" if reasons == "first" else ours: 1}
    assert report.ok
    assert ("OPS-9 theirs" in str(report)) is (reasons == "first")
    _agrees(report)


@pytest.mark.parametrize(
    "said",
    [
        "Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - too large",
        "Host EC2 (instance i-0123456789abcdef0) terminated.",
        "CannotPullContainerError: not found",
    ],
)
def test_what_batch_says_itself_is_nobody_s_request(said: str) -> None:
    """A time limit of the queue, a lost machine, an image that is not there."""
    assert is_reason_of_batch(said)


@pytest.mark.parametrize("said", ["capacity is needed elsewhere", "task failed, stop it", "OPS-9: bad", ""])
def test_what_a_person_says_is_not_batch_s(said: str) -> None:
    """However like a message of the service a reason begins."""
    assert not is_reason_of_batch(said)


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
@pytest.mark.parametrize("waits", ["until_dependency", "soon"])
def test_a_job_that_waits_for_a_live_dependency_is_not_watched_to_the_deadline(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, waits: str, flag: str
) -> None:
    """Right under both answers of AWS: it ends soon and is cancelled, or waits, and the run stays unfinished."""
    emulator.world.waits, emulator.world.queued_flag = waits, flag
    needed = emulator.world.add_job("train", "needed")
    first = emulator.world.add_job("train", "first", status="PENDING", depends_on=[needed])
    second = emulator.world.add_job("train", "second", status="PENDING", depends_on=[first])
    began = clock.now()

    report = _plan(gateway, clock, first, second).execute(clock=clock, timeout=300)

    assert clock.now() - began < 3 * WAITING_SECONDS
    if waits == "soon":
        assert report.counts == {"cancelled": 2}
        return
    assert report.counts == {"accepted, waits for its dependency": 2}
    assert (report.ok, report.is_finished) == (False, False)
    assert needed in str(report)
    _agrees(report)
    emulator.world.schedule(0, needed, "SUCCEEDED")
    clock.sleep(60)
    path = find_run(str(report.run_id))
    assert resume_run(path, gateway, RunOptions(timeout=300), clock=clock).counts == {"cancelled": 2}


def test_a_job_whose_dependency_ends_with_the_plan_does_not_wait_for_it(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """It is watched as any other: what it needs is about to end."""
    needed = emulator.world.add_job("train", "needed", stops="never")
    waiting = emulator.world.add_job("train", "waits", status="PENDING", depends_on=[needed])
    report = _plan(gateway, clock, needed, waiting).execute(clock=clock, timeout=60)
    assert report.counts == {"still stopping": 2}


def test_an_array_of_which_a_child_runs_does_not_wait(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """It is PENDING for its children's sake."""
    needed = emulator.world.add_job("train", "needed")
    states = ["RUNNING", "PENDING"]
    array = emulator.world.add_job(
        "train", "array", array_size=2, child_status=states, depends_on=[needed], stops="never"
    )
    report = _plan(gateway, clock, array).execute(clock=clock, timeout=60)
    assert report.counts == {"still stopping": 1}


# --- counts, stems, newcomers -----------------------------------------------------------------------------------------


@given(st.text(max_size=60))
def test_a_stem_has_no_digits_and_is_its_own(name: str) -> None:
    """What is left is what does not vary, in the case that it had."""
    stem = name_stem(name)
    assert not set(stem) & set("0123456789")
    assert name_stem(stem) == stem


@given(st.from_regex(r"[A-Za-z]{1,8}-", fullmatch=True), st.integers(0, 10**9), st.integers(0, 10**9))
def test_names_that_differ_by_a_number_have_one_stem(prefix: str, one: int, other: int) -> None:
    """Such as those of a sweep."""
    assert name_stem(f"{prefix}x{one}") == name_stem(f"{prefix}x{other}")


def _submitted(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> Plan:
    """Return a plan, since which 43 jobs like its own were submitted, and others that are none."""
    world = emulator.world
    ids = world.add_jobs("train", "sweep-lr", 3, definition="train:7")
    world.add_job("train", "report", status="PENDING", depends_on=[ids[0]], definition="train:7", created_ago=0)
    plan = _plan(gateway, clock, *ids)
    clock.sleep(1)
    world.add_jobs("train", "sweep-lr", 40, definition="other:1", created_ago=0)
    world.add_jobs("train", "odd name", 3, definition="train:8", created_ago=0)
    world.add_jobs("train", "asr-eval", 5, definition="asr:1", created_ago=0)
    world.add_jobs("train", "sweep-lr", 5, definition="train:7", created_ago=600)
    world.add_jobs("other", "sweep-lr", 5, definition="train:7", created_ago=0)
    return plan


def test_new_jobs_like_these_are_counted_with_what_to_type(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Of the plan's queues and since the plan: not its own, nor the dependents that it showed, nor other work."""
    report = _submitted(emulator, gateway, clock).execute(clock=clock)
    assert report.newcomers is not None
    assert (report.newcomers.count, len(report.newcomers.job_ids)) == (43, 43)
    for text in (str(report), ticket(report)):
        assert "43 new jobs like these were submitted since the plan." in text
        assert "%batch_jobs --queue train --newer-than " in text
    _agrees(report)


def test_what_could_not_be_looked_at_is_not_0(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Without the permission to list, nobody knows."""
    plan = _submitted(emulator, gateway, clock)
    emulator.world.deny_operation("ListJobs")
    report = plan.execute(clock=clock)
    assert report.newcomers is not None
    assert report.newcomers.count is None
    assert "not looked at (" in str(report)
    assert "batch:ListJobs" in ticket(report)
    _agrees(report)


@pytest.mark.parametrize("record", [None, [], {}, {"count": "43"}, {"count": True}, {"count": -1}, {"count": 1.5}])
def test_a_record_of_new_jobs_that_is_none_is_passed_over(record: object) -> None:
    """What a journal holds may be damaged: nothing is made up of it."""
    read = Newcomers.from_record(record)
    assert read is None or read.count is None
