"""The engine: what it sends, in which order, what it sends again, and when it stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.errors import THROTTLED_CODES
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.jobs.ids import JobId
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.result import JobResult
from batchnb.model.run_options import RunOptions
from batchnb.model.verdict import Verdict
from batchnb.running.journal_folder import find_run
from batchnb.running.resume import resume_run
from batchnb.running.run_reader import read_run
from batchnb.running.stages import SENDING_PATIENCE
from tests.conftest import clock_of
from tests.plans import make_plan

ENDING = ("TerminateJob", "TerminateJobs")
NASTY = "“OPS-1”\n\t<b>&amp;</b> {x} $y \\ ' \" \u202egnp\u0000 😀 %s"


def _plan_for(gateway: Gateway, ids: Iterable[str], clock: Clock, reason: str = "OPS-1") -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], reason, clock)


def _fault(operation: str | None, kind: str = "hook", **options: Any) -> local.Fault:
    return local.Fault(operation=operation, kind=kind, **options)


def _outcomes(report: Report) -> dict[str, str]:
    return {result.planned.job_id: result.outcome.value for result in report.results}


def _ending_calls(emulator: local.LocalBatch) -> list[local.Call]:
    return [call for call in emulator.calls if call.operation in ENDING]


def _ids_in(call: local.Call) -> list[str]:
    request: dict[str, Any] = call.request
    return request["jobs"] if "jobs" in request else [request["jobId"]]


def _error_of(report: Report, job_id: str) -> str:
    (message,) = [result.error_message for result in report.results if result.planned.job_id == job_id]
    assert message is not None
    return message


@pytest.mark.bulk
def test_a_call_names_at_most_50_jobs_and_those_of_one_queue(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """120 jobs of two queues, handed over in turns, go out in calls of at most 50 jobs of one queue each."""
    train = emulator.world.add_jobs("train", "a", 60)
    other = emulator.world.add_jobs("other", "b", 60)
    mixed = [job_id for pair in zip(train, other, strict=True) for job_id in pair]

    report = _plan_for(gateway, mixed, clock).execute(clock=clock)

    assert report.counts == {"terminated": 120}
    calls = [_ids_in(call) for call in _ending_calls(emulator)]
    assert sorted(map(len, calls)) == [10, 10, 50, 50]
    assert all(set(call) <= set(train) or set(call) <= set(other) for call in calls)


@pytest.mark.bulk
def test_queued_jobs_are_all_asked_for_before_running_ones(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """No call for a running job is made before every queued job has its answer."""
    running = emulator.world.add_jobs("train", "run", 130)
    queued = emulator.world.add_jobs("train", "wait", 130, status="RUNNABLE")
    queued += emulator.world.add_jobs("other", "wait", 20, status="SUBMITTED")

    _plan_for(gateway, running + queued, clock).execute(clock=clock)

    order = [set(_ids_in(call)) <= set(queued) for call in _ending_calls(emulator)]
    assert order == sorted(order, reverse=True)
    assert order.count(True) == 4


@pytest.mark.bulk
@pytest.mark.parametrize("kind", ["whole call", "item", "unanswered"])
def test_a_stubborn_queued_job_does_not_hold_back_the_running_ones(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str
) -> None:
    """Where AWS fails for one queued job again and again, the running ones are asked for seconds later, not minutes."""
    stubborn = emulator.world.add_job("train", "stubborn", status="RUNNABLE")
    running = emulator.world.add_job("train", "running")
    what_fails = {
        "whole call": _fault("TerminateJobs", "ServerException", job_id=stubborn),
        "item": _fault("TerminateJobs", "item", job_id=stubborn),
        "unanswered": _fault("TerminateJobs", "partial", job_id=stubborn),
    }[kind]
    emulator.faults.add(what_fails)
    started = clock.now()

    report = _plan_for(gateway, [stubborn, running], clock).execute(clock=clock)

    told = "asked, no answer" if kind == "unanswered" else "refused"
    assert _outcomes(report) == {stubborn: told, running: "terminated"}
    (asked_at,) = [call.at for call in _ending_calls(emulator) if running in _ids_in(call)]
    assert asked_at - started < 5


@pytest.mark.bulk
def test_a_job_that_always_fails_does_not_keep_others_from_their_next_try(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A job throttled once inside an answer is asked for again while another call still fails every time."""
    poison = emulator.world.add_job("other", "poison")
    throttled = emulator.world.add_job("train", "throttled")
    emulator.faults.add(
        _fault("TerminateJobs", "ServerException", job_id=poison),
        _fault("TerminateJobs", "item", job_id=throttled, code="ThrottlingException", times=1),
    )
    started = clock.now()

    report = _plan_for(gateway, [poison, throttled], clock).execute(clock=clock)

    assert _outcomes(report) == {poison: "refused", throttled: "terminated"}
    accepted = [call.at for call in _ending_calls(emulator) if throttled in _ids_in(call)]
    assert accepted[-1] - started < 5


@pytest.mark.bulk
def test_a_denied_job_is_final_and_says_what_to_ask_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A job the caller may not end is asked for once; its neighbours end, and the message names the permission."""
    denied, fine = emulator.world.add_jobs("train", ["denied", "fine"])
    emulator.world.deny(denied)

    report = _plan_for(gateway, [denied, fine], clock).execute(clock=clock)

    assert _outcomes(report) == {denied: "denied", fine: "terminated"}
    assert len(_ending_calls(emulator)) == 1
    message = _error_of(report, denied)
    assert message.startswith("TerminateJobs: AccessDenied: not allowed. Ask for")
    assert (
        f'Ask for batch:TerminateJob on resource "arn:aws:batch:{local.REGION}:{local.ACCOUNT}:job/{denied}".'
        in message
    )


@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
def test_a_denied_call_is_final(
    start: Callable[..., local.LocalBatch],
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Without the permission at all, each group (or job) is asked for once and every job is denied."""
    emulator = start(lambda world: world.add_queue("train"), bulk=bulk)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 60)
    emulator.world.deny_operation("TerminateJob")

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"denied": 60}
    asked = Counter(job_id for call in _ending_calls(emulator) if call.status == 403 for job_id in _ids_in(call))
    assert asked == dict.fromkeys(ids, 1)
    assert "Ask for batch:TerminateJob" in _error_of(report, ids[0])
    assert {emulator.world.job(job_id).reason for job_id in ids} == {None}


@pytest.mark.bulk
@pytest.mark.parametrize("code", ["ThrottlingException", "ServerException", "TooManyRequestsException"])
def test_items_worth_another_try_get_one(emulator: local.LocalBatch, gateway: Gateway, clock: Clock, code: str) -> None:
    """A job whose part of an answer was a passing failure is asked for again, and ends."""
    ids = emulator.world.add_jobs("train", "job", 3)
    emulator.faults.add(_fault("TerminateJobs", "item", job_id=ids[1], code=code, times=2))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 3}
    assert [_ids_in(call) for call in _ending_calls(emulator)] == [ids, [ids[1]], [ids[1]]]
    assert [result.attempts for result in report.results] == [1, 3, 1]


@pytest.mark.bulk
@pytest.mark.parametrize("code", ["ValidationException", "ClientException", "SomethingNew"])
def test_items_that_are_refused_are_final(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, code: str
) -> None:
    """A job that AWS will not hear of is asked for once, and AWS's words are kept."""
    ids = emulator.world.add_jobs("train", "job", 2)
    emulator.faults.add(_fault("TerminateJobs", "item", job_id=ids[0], code=code, message="No such thing."))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert _outcomes(report) == {ids[0]: "refused", ids[1]: "terminated"}
    assert _error_of(report, ids[0]) == f"TerminateJobs: {code}: No such thing."
    assert len(_ending_calls(emulator)) == 1


@pytest.mark.bulk
def test_throttled_items_are_asked_for_again_together(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """500 jobs with one in twenty throttled at its first try take few calls, not one for each throttled job."""
    ids = emulator.world.add_jobs("train", "job", 500)
    for job_id in ids[::20]:
        emulator.faults.add(_fault("TerminateJobs", "item", job_id=job_id, code="ThrottlingException", times=1))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 500}
    assert len(_ending_calls(emulator)) == 11


@pytest.mark.bulk
def test_a_limit_for_each_job_is_obeyed_with_few_calls(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Where the service takes 20 jobs a second whatever the call, 500 jobs still end, with fewer than 100 calls."""
    ids = emulator.world.add_jobs("train", "job", 500)
    emulator.limits.set("TerminateJobs", local.Limit(rate=20, burst=50, per_item=True))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 500}
    assert len(_ending_calls(emulator)) < 100


FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "TooManyRequestsException", "retry_after": 3.0},
    "server": {"kind": "ServerException"},
    "bad gateway": {"kind": "502"},
    "unavailable": {"kind": "503"},
    "reset before": {"kind": "reset"},
    "reset after": {"kind": "reset", "when": "after"},
    "truncated": {"kind": "truncated"},
    "server after": {"kind": "ServerException", "when": "after"},
}


@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
@pytest.mark.parametrize("name", FAULTS)
def test_a_failed_call_is_made_again(
    start: Callable[..., local.LocalBatch],
    name: str,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Throttled, failed, or without a usable answer: the call is made again, and every job ends."""
    emulator = start(lambda world: world.add_queue("train"))
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    gateway.has_bulk = bulk
    ids = emulator.world.add_jobs("train", "job", 4)
    emulator.faults.add(_fault(ENDING[bulk], times=1, **FAULTS[name]))
    # TerminateJob answers with an empty body: there is nothing in it to be cut off, but older clients ask again.
    again = {4, 5} if name == "truncated" else {5}

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 4}
    assert sum(result.attempts for result in report.results) in ({8} if bulk else again)
    assert report.ok


@pytest.mark.bulk
def test_a_throttled_caller_waits_as_long_as_it_is_told_to(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Nothing is sent to end a job before the time that a throttled answer named is over."""
    ids = emulator.world.add_jobs("train", "job", 4)
    emulator.faults.add(_fault("TerminateJobs", "TooManyRequestsException", times=1, retry_after=7.0))

    _plan_for(gateway, ids, clock).execute(clock=clock)

    first, second = _ending_calls(emulator)
    assert second.at - first.at >= 7


def test_a_tight_limit_ends_every_job(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """One job a call and five calls a second: every job of 100 ends, none is lost to throttling."""
    gateway.has_bulk = False
    ids = emulator.world.add_jobs("train", "job", 100)
    emulator.limits.set("TerminateJob", local.Limit(rate=5, burst=5))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 100}


@pytest.mark.bulk
def test_jobs_that_an_answer_leaves_out_are_asked_for_again(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """An id in neither list of an answer counts as unanswered, not as accepted."""
    ids = emulator.world.add_jobs("train", "job", 4)
    emulator.faults.add(_fault("TerminateJobs", "partial", times=1))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 4}
    assert [_ids_in(call) for call in _ending_calls(emulator)] == [ids, ids[2:]]


@pytest.mark.bulk
@pytest.mark.parametrize("kind", ["ClientException", "ServerException"])
def test_one_poisonous_id_does_not_keep_its_neighbours_alive(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str
) -> None:
    """Where a call fails as a whole because of one id in it, the other 49 end and that one is refused."""
    ids = emulator.world.add_jobs("train", "job", 50)
    emulator.faults.add(_fault("TerminateJobs", kind, job_id=ids[17], message="Poison."))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 49, "refused": 1}
    assert _outcomes(report)[ids[17]] == "refused"
    assert "Poison." in _error_of(report, ids[17])


@pytest.mark.bulk
def test_an_outage_does_not_break_the_groups_up(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A service that fails for half a minute is not hammered, and the jobs still go out in groups afterwards."""
    ids = emulator.world.add_jobs("train", "job", 1000)
    over = clock.now() + 30

    def end_outage(_world: local.World) -> None:
        if clock.now() >= over:
            emulator.faults.clear()

    emulator.faults.add(_fault("TerminateJobs", do=end_outage), _fault("TerminateJobs", "ServerException"))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 1000}
    assert len([call for call in _ending_calls(emulator) if call.status == 500]) <= 100
    assert len([call for call in _ending_calls(emulator) if call.status == 200]) <= 100


def test_an_endpoint_without_the_bulk_call_is_served_job_by_job(start: Callable[..., local.LocalBatch]) -> None:
    """An older endpoint answers 404 to TerminateJobs: every job goes out with TerminateJob, and none is lost."""
    emulator = start(lambda world: world.add_queue("train"), bulk=False)
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    ids = emulator.world.add_jobs("train", "job", 120)

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 120}
    assert {result.attempts for result in report.results} == {1}
    single = [_ids_in(call)[0] for call in emulator.calls if call.operation == "TerminateJob"]
    assert sorted(single) == sorted(ids)


def test_a_client_without_the_bulk_call_never_tries_it(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """With an older botocore every job goes out with TerminateJob."""
    gateway.has_bulk = False
    ids = emulator.world.add_jobs("train", "job", 20) + emulator.world.add_jobs("other", "q", 20, status="PENDING")

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    assert report.counts == {"terminated": 20, "cancelled": 20}
    assert Counter(call.operation for call in _ending_calls(emulator)) == {"TerminateJob": 40}


@pytest.mark.bulk
def test_expired_credentials_stop_the_sending_and_nothing_is_invented(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """After credentials expired, no more is asked for; accepted jobs are said to be stopping, others not attempted."""
    ids = emulator.world.add_jobs("train", "job", 1000)
    emulator.faults.add(_fault("TerminateJobs", nth=5, do=lambda world: world.expire_credentials()))

    report = _plan_for(gateway, ids, clock).execute(clock=clock)

    accepted = {job_id for call in _ending_calls(emulator) if call.status == 200 for job_id in _ids_in(call)}
    assert 200 <= len(accepted) <= 250
    assert _outcomes(report) == {job_id: "still stopping" if job_id in accepted else "not attempted" for job_id in ids}
    assert report.stopped_by is not None
    assert report.stopped_by.code == "ExpiredTokenException"
    assert not report.ok
    assert len(_ending_calls(emulator)) <= 5 + 8


@pytest.mark.parametrize("timeout", [0.0, 0.3, 60.0])
@pytest.mark.parametrize("kind", ["TooManyRequestsException", "ServerException", "reset"])
def test_a_service_that_never_answers_is_given_up_in_time(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str, timeout: float
) -> None:
    """With neither calls to end jobs nor DescribeJobs ever answered, the run ends after a minute, and accounts for all.

    A shorter timeout is for watching, and does not stop the sending sooner.
    """
    ids = emulator.world.add_jobs("train", "run", 60) + emulator.world.add_jobs("train", "q", 60, status="PENDING")
    plan = _plan_for(gateway, ids, clock)
    emulator.faults.add(_fault(None, kind))
    started = clock.now()

    report = plan.execute(timeout=timeout, clock=clock)

    # The looks at the jobs may take another ten seconds each.
    assert clock.now() - started <= max(timeout, SENDING_PATIENCE) + 25
    told = {"TooManyRequestsException": "not attempted", "ServerException": "refused", "reset": "asked, no answer"}
    assert set(report.counts) <= {told[kind], "not attempted"}
    assert all(result.error_message for result in report.results)


def test_a_timeout_of_zero_still_asks_for_every_job(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The timeout limits repetitions: on a clock that runs, each job is asked for once even with a timeout of 0."""
    ids = emulator.world.add_jobs("train", "job", 120)
    ticks, started = count(1), clock.now()
    running = Clock(lambda: started + next(ticks) / 1000, clock.sleep, clock.wall, clock.chance)

    _plan_for(gateway, ids, clock).execute(timeout=0, clock=running)

    assert {emulator.world.job(job_id).reason for job_id in ids} == {"OPS-1"}


def test_a_timeout_of_zero_does_not_stop_the_sending(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A service that throttles for a while is asked again, although nobody watches the jobs afterwards."""
    ids = emulator.world.add_jobs("train", "job", 120)
    plan = _plan_for(gateway, ids, clock)
    for operation in ("TerminateJobs", "TerminateJob"):
        emulator.faults.add(local.Fault(operation=operation, kind="TooManyRequestsException", times=6))

    plan.execute(timeout=0, clock=clock)

    assert {emulator.world.job(job_id).reason for job_id in ids} == {"OPS-1"}


@pytest.mark.parametrize("bulk", [pytest.param(True, marks=pytest.mark.bulk), False])
def test_the_reason_arrives_as_it_was_written(
    emulator: local.LocalBatch,
    gateway: Gateway,
    clock: Clock,
    bulk: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Quotes, markup, control characters and emoji of a reason reach AWS and the job unchanged."""
    gateway.has_bulk = bulk
    job_id = emulator.world.add_job("train", "job")

    report = _plan_for(gateway, [job_id], clock, NASTY).execute(clock=clock)

    assert [call.request["reason"] for call in _ending_calls(emulator)] == [NASTY]
    assert emulator.world.job(job_id).status_reason == NASTY
    assert report.counts == {"terminated": 1}


# --- events and interruptions -------------------------------------------------------------------------------------


def _states(events: Sequence[JobEvent], job_id: str) -> list[str]:
    return [event.state.value for event in events if event.job_id == job_id]


@pytest.mark.bulk
def test_the_events_of_a_job_tell_its_story_in_order(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Sent, accepted, ended; with a retry in between; or failed: each event once, in the order of what happened."""
    plain, retried, denied, starting = emulator.world.add_jobs("train", ["plain", "retried", "denied", "starting"])
    queued = emulator.world.add_job("train", "queued", status="RUNNABLE")
    emulator.world.schedule(1, queued, "RUNNING")
    emulator.world.deny(denied)
    emulator.faults.add(_fault("TerminateJobs", "item", job_id=retried, times=1))
    emulator.world.set_stops(starting, "succeeds")
    events: list[JobEvent] = []

    _plan_for(gateway, [plain, retried, denied, starting, queued], clock).execute(clock=clock, on_event=events.append)

    assert _states(events, plain) == ["sent", "accepted", "ended"]
    assert _states(events, retried) == ["sent", "retrying", "sent", "accepted", "ended"]
    assert _states(events, denied) == ["sent", "failed"]
    assert _states(events, queued) == ["sent", "accepted", "seen", "ended"]
    assert [event.message for event in events if event.job_id == starting][-1] == "SUCCEEDED"
    assert [event.at for event in events] == sorted(event.at for event in events)


class _Stop:
    """An event handler that raises when it is told the `nth` event of one state."""

    def __init__(self, state: EventState, nth: int, error: BaseException) -> None:
        self.state, self.left, self.error, self.calls_after = state, nth, error, 0

    def __call__(self, event: JobEvent) -> None:
        if self.left == 0:
            self.calls_after += 1
        elif event.state is self.state:
            self.left -= 1
            if self.left == 0:
                raise self.error


@pytest.mark.parametrize("error", [ValueError("full"), KeyboardInterrupt()], ids=["exception", "interrupt"])
@pytest.mark.parametrize("state", [EventState.SENT, EventState.ACCEPTED])
@pytest.mark.parametrize("nth", [1, 70, 130])
def test_an_event_handler_that_raises_stops_the_sending(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, error: BaseException, state: EventState, nth: int
) -> None:
    """After it nothing is sent; what was accepted is said to be stopping, also in answers that came in since."""
    ids = emulator.world.add_jobs("train", "job", 1000)
    stop = _Stop(state, nth, error)

    with pytest.raises(InterruptedRunError) as caught:
        _plan_for(gateway, ids, clock).execute(clock=clock, on_event=stop)

    report = caught.value.report
    accepted = {job_id for call in _ending_calls(emulator) for job_id in _ids_in(call)}
    assert len(accepted) < 1000
    assert _outcomes(report) == {job_id: "still stopping" if job_id in accepted else "not attempted" for job_id in ids}
    assert all((result.accepted_at is not None) == (result.planned.job_id in accepted) for result in report.results)
    assert stop.calls_after == 0
    assert caught.value.__cause__ is error
    assert ("Interrupted" if isinstance(error, KeyboardInterrupt) else "ValueError('full')") in str(caught.value)


@pytest.mark.bulk
def test_an_answer_lost_to_the_interruption_is_seen_in_the_last_look(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A request that took effect without an answer before Ctrl-C is reported as stopping, not as refused."""
    job_id = emulator.world.add_job("train", "job")
    emulator.faults.add(_fault("TerminateJobs", "reset", when="after"))

    with pytest.raises(InterruptedRunError) as caught:
        _plan_for(gateway, [job_id], clock).execute(
            clock=clock, on_event=_Stop(EventState.RETRYING, 1, KeyboardInterrupt())
        )

    assert _outcomes(caught.value.report) == {job_id: "still stopping"}


@pytest.mark.bulk
@pytest.mark.parametrize("when", ["sending", "watching"])
def test_ctrl_c_while_waiting_gives_a_report(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, when: str
) -> None:
    """Ctrl-C during a pause of the sending or of the watching ends the run with every job accounted for."""
    ids = emulator.world.add_jobs("train", "job", 20)
    if when == "sending":
        emulator.faults.add(_fault("TerminateJobs", "TooManyRequestsException"))

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    interrupted = Clock(clock.now, interrupt, clock.wall, clock.chance)
    with pytest.raises(InterruptedRunError, match="Interrupted") as caught:
        _plan_for(gateway, ids, clock).execute(clock=interrupted)

    assert caught.value.report.counts == {"not attempted" if when == "sending" else "still stopping": 20}
    assert not caught.value.report.waited


@pytest.mark.bulk
def test_an_answer_is_noted_though_the_handler_breaks_while_the_run_is_closed(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Ctrl-C with a call under way, and a handler that raises at the first word of its answer: all of it counts."""
    ids = emulator.world.add_jobs("train", "job", 60)
    sent: list[str] = []

    def on_event(event: JobEvent) -> None:
        if event.state is EventState.SENT:
            sent.append(event.job_id)
        elif event.state is EventState.ACCEPTED:
            raise ValueError(event.job_id)

    def now() -> float:
        if len(sent) == 50:
            sent.append("interrupted")
            raise KeyboardInterrupt
        return clock.now()

    with pytest.raises(InterruptedRunError) as caught:
        _plan_for(gateway, ids, clock).execute(
            clock=Clock(now, clock.sleep, clock.wall, clock.chance), on_event=on_event
        )

    report = caught.value.report
    accepted = [result.planned.job_id for result in report.results if result.accepted_at is not None]
    assert sorted(accepted) == sorted(sent[:50])
    assert report.counts == {"still stopping": 50, "not attempted": 10}


def test_a_coarse_clock_does_not_keep_the_run_waiting_for_ever(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Where the clock only knows whole milliseconds, what is left of a wait is waited out all the same."""
    ids = emulator.world.add_jobs("train", "job", 3)
    emulator.faults.add(_fault("TerminateJobs", "TooManyRequestsException", times=3))
    sleeps: list[float] = []

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        assert len(sleeps) < 1000
        clock.sleep(int(seconds * 1000 + 1e-6) / 1000)

    coarse = Clock(clock.now, sleep, clock.wall, lambda: 0.123)
    assert _plan_for(gateway, ids, clock).execute(clock=coarse).counts == {"terminated": 3}


@pytest.mark.parametrize(
    ("kind", "outcome", "code"),
    [
        ("ClientException", "refused", "ClientException"),
        ("AccessDeniedException", "denied", "AccessDeniedException"),
        ("reset", "asked, no answer", "ConnectionClosedError"),
        ("TooManyRequestsException", "not attempted", "TooManyRequestsException"),
    ],
)
def test_a_child_that_its_array_covers_is_reported_as_its_array_is(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str, outcome: str, code: str
) -> None:
    """No request names the child: what AWS said of its array holds for it, in the report and when it is read again."""
    gateway.has_bulk = False
    array = emulator.world.add_job("train", "array", array_size=2, child_status="RUNNING")
    emulator.faults.add(_fault("TerminateJob", kind))

    report = _plan_for(gateway, [array, f"{array}:1"], clock).execute(timeout=3, clock=clock)

    for told in (report, read_run(str(report.run_id))):
        assert _outcomes(told) == {array: outcome, f"{array}:1": outcome}
        assert [result.error_code for result in told.results] == [code, code]
        assert told.results[0].error_message == told.results[1].error_message


def test_a_child_loses_the_error_of_its_array_when_the_array_is_accepted(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """After a run that AWS refused, a resumed one ends array and child, and neither shows the old error."""
    gateway.has_bulk = False
    array = emulator.world.add_job("train", "array", array_size=2, child_status="RUNNING")
    emulator.faults.add(_fault("TerminateJob", "ClientException", times=1))
    refused = _plan_for(gateway, [array, f"{array}:1"], clock).execute(timeout=3, clock=clock)
    assert refused.counts == {"refused": 2}

    path = find_run(str(refused.run_id))
    report = resume_run(path, gateway, RunOptions(timeout=60), clock=clock)

    assert report.counts == {"terminated": 2}
    assert [result.error_code for result in report.results] == [None, None]


# --- whatever happens ---------------------------------------------------------------------------------------------

FATES = ("RUNNING", "STARTING", "RUNNABLE", "PENDING", "SUBMITTED", "SUCCEEDED", "FAILED", "array", "unknown")
KINDS = (
    "TooManyRequestsException",
    "ServerException",
    "ClientException",
    "502",
    "reset",
    "truncated",
    "item",
    "partial",
)

jobs_of_a_world = st.lists(
    st.tuples(
        st.sampled_from(FATES),
        st.sampled_from(["train", "other"]),
        st.sampled_from(["normally", "normally", "never", "succeeds"]),
        st.sampled_from(["", "", "denied", "stopping", "bystander", "covered", "moves"]),
    ),
    min_size=1,
    max_size=12,
)


def _drawn_fault(operation: str, kind: str, when: str, rate: float, seed: int) -> local.Fault:
    # AWS throttles a request before it takes effect.
    return _fault(operation, kind, when="before" if kind in THROTTLED_CODES else when, rate=rate, seed=seed)


faults_of_a_world = st.lists(
    st.builds(
        _drawn_fault,
        st.sampled_from(["TerminateJobs", "TerminateJob", "DescribeJobs"]),
        st.sampled_from(KINDS),
        st.sampled_from(["before", "after"]),
        st.sampled_from([0.1, 0.5, 1.0]),
        st.integers(0, 99),
    ),
    max_size=3,
)


def _fill(emulator: local.LocalBatch, gateway: Gateway, jobs: Sequence[tuple[str, str, str, str]]) -> list[str]:
    world, wanted = emulator.world, []
    for number, (fate, queue, stops, twist) in enumerate(jobs):
        if fate == "unknown":
            wanted.append(f"00000000-0000-4000-a000-{number:012d}")
            continue
        array = {"array_size": 3, "child_status": ["RUNNING", "RUNNABLE", "SUCCEEDED"]} if fate == "array" else {}
        status = "RUNNING" if fate == "array" else fate
        job_id = world.add_job(queue, f"job-{number}", status=status, stops=stops, **array)  # type: ignore[arg-type]
        if twist == "denied":
            world.deny(job_id)
        if twist == "stopping":
            gateway.terminate(job_id, "theirs")
        if twist == "moves" and fate != "array":
            world.schedule(1 + number / 10, job_id, "RUNNING")
        if twist != "bystander":
            wanted.append(job_id)
        if twist == "covered" and fate == "array":
            wanted.append(f"{job_id}:0")
    return wanted


def _forget_later(emulator: local.LocalBatch, job_id: str, gone: dict[str, local.Truth]) -> None:
    """Let the records of a job and its children expire at the third look, and keep what was true of them then."""

    def forget(world: local.World) -> None:
        gone.update({one.job_id: one for one in world.jobs() if one.job_id.startswith(job_id)})
        world.forget(job_id)

    emulator.faults.add(_fault("DescribeJobs", nth=3, do=forget))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    jobs_of_a_world,
    faults_of_a_world,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["isTerminated", "isCancelled", "both"]),
)
def test_whatever_happens_the_report_is_true(
    jobs: list[tuple[str, str, str, str]],
    faults: list[local.Fault],
    bulk: bool,  # noqa: FBT001 - drawn by hypothesis
    forgets: bool,  # noqa: FBT001 - drawn by hypothesis
    flag: str,
) -> None:
    """In any world, under any faults: no bystander is named in a call, and no job is said to have ended falsely."""
    with local.start(clock=local.ManualClock()) as emulator:
        emulator.world.add_queue("train")
        emulator.world.add_queue("other")
        emulator.world.queued_flag = flag
        gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
        gateway.has_bulk = bulk
        wanted = _fill(emulator, gateway, jobs)
        if not wanted:
            return
        plan = _plan_for(gateway, wanted, clock)
        emulator.calls.clear()
        emulator.faults.add(*faults)
        gone: dict[str, local.Truth] = {}
        if forgets and plan.to_end:
            _forget_later(emulator, plan.to_end[0].job_id, gone)

        report = plan.execute(timeout=90, clock=clock)

        named = {job_id for call in _ending_calls(emulator) for job_id in _ids_in(call)}
        assert named <= {planned.job_id for planned in plan.to_end}
        assert [result.planned.job_id for result in report.results] == list(dict.fromkeys(wanted))
        truths = {one.job_id: one for one in emulator.world.jobs()}
        for result in report.results:
            job_id = result.planned.job_id
            assert result.outcome is not Outcome.GONE or job_id in gone
            _check(result, truths.get(job_id) or gone.get(job_id), has_expired=job_id in gone)


def _check(result: JobResult, truth: local.Truth | None, *, has_expired: bool) -> None:
    """Fail if the outcome of a job is not what is true of it now, or was when its record expired."""
    outcome = result.outcome
    if truth is None:
        assert outcome is Outcome.NOT_ATTEMPTED
    elif outcome is Outcome.ENDED_BY_ANOTHER:
        assert (truth.status, truth.status_reason) == ("FAILED", "theirs")
    elif outcome in (Outcome.TERMINATED, Outcome.CANCELLED):
        assert (truth.status, truth.status_reason) == ("FAILED", "OPS-1")
        before = result.planned.job
        had_started = before is not None and before.has_started
        assert had_started or truth.attempts or outcome is Outcome.CANCELLED
        assert not (had_started or truth.attempts) or outcome is Outcome.TERMINATED
    elif outcome is Outcome.SUCCEEDED:
        assert truth.status == "SUCCEEDED"
    elif outcome is Outcome.FAILED:
        assert truth.status == "FAILED"
        assert truth.status_reason not in ("OPS-1", "theirs")
    elif outcome is Outcome.STOPPING:
        # AWS accepts a request for a job whose record has expired, which nothing remembers.
        assert truth.reason in ("OPS-1", "theirs") or (has_expired and result.accepted_at is not None)
    elif outcome is Outcome.NOT_ATTEMPTED:
        assert truth.reason != "OPS-1" or truth.status in ("SUCCEEDED", "FAILED")
        assert result.attempts == 0 or result.error_code in THROTTLED_CODES
    elif outcome is Outcome.UNANSWERED:
        assert result.attempts > 0 or result.planned.verdict is Verdict.COVERED
    else:
        assert outcome is Outcome.GONE or result.attempts > 0 or result.planned.verdict is Verdict.COVERED
