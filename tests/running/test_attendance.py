"""Ctrl-C at any line: the run comes to its end, its report is true and complete, and nothing is left behind."""

from __future__ import annotations

import gc
import os
import random
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from batchnb.aws.answers import BulkAnswer
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.running.attendance import GRACE
from batchnb.running.engine import Engine
from batchnb.running.history import history
from batchnb.running.run_reader import read_run
from tests.fake_aws import LOOKS_TO_END, FakeGateway, plan_of
from tests.interrupting import Interruptions, press_ctrl_c

SAMPLES = 15
"""Runs of each kind that are interrupted, at lines that are chosen by chance, the same each time."""


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Have a handler of SIGINT of our own, so that giving back another one is seen."""

    def handler(*_arguments: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, handler)
    yield
    signal.signal(signal.SIGINT, before)


def _run(
    interruptions: Interruptions, *, on_event: Callable[[JobEvent], None] | None = None, wait: bool = True
) -> tuple[FakeGateway, Report | None, BaseException | None]:
    """Execute a plan under interruptions; return the world, and the report or what was raised."""
    # A folder of its own: what the journal says of a run that was interrupted early is looked up without its name.
    os.environ["BATCHNB_JOURNAL_DIR"] = tempfile.mkdtemp(dir=Path(os.environ["BATCHNB_JOURNAL_DIR"]).parent)
    gateway = FakeGateway()
    plan = plan_of(gateway)
    report, error = None, None
    try:
        with interruptions.watch():
            report = plan.execute(clock=gateway.clock, on_event=on_event, max_age="1000d", wait=wait)
    except BaseException as caught:  # noqa: BLE001 - looked at by the test
        error = caught
    return gateway, report or getattr(error, "report", None), error


def _threads_left() -> list[str]:
    """Return the names of the run's threads that have not ended within 10 seconds together."""
    until = time.monotonic() + 10
    # Emulators and pickers that other tests have looked at from a kernel may have threads of their own.
    others = ("batchnb-local", "batchnb-details", "batchnb-needed-by", "batchnb-picker", "batchnb-who")
    everybody = [thread for thread in threading.enumerate() if not thread.name.startswith(others)]
    threads = [thread for thread in everybody if thread.name.startswith("batchnb")]
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]


def _check(gateway: FakeGateway, report: Report | None, error: BaseException | None) -> None:
    """Fail unless the run has ended as it should, whatever has interrupted it."""
    assert not _threads_left()
    assert error is None or isinstance(error, (KeyboardInterrupt, InterruptedRunError))
    if report is None:
        assert isinstance(error, KeyboardInterrupt)
        assert not gateway.asked
        assert all(run.outcomes == "120 not attempted" for run in history().itertuples())
        return
    assert report.run_id is not None
    assert [result.planned.job_id for result in report.results] == [planned.job_id for planned in report.plan.jobs]
    asked = set(gateway.asked)
    for result in report.results:
        looks = gateway.looks.get(result.planned.job_id, 0)
        if result.outcome in (Outcome.TERMINATED, Outcome.CANCELLED):
            assert looks >= LOOKS_TO_END
        elif result.outcome is Outcome.NOT_ATTEMPTED:
            assert result.planned.job_id not in asked
        else:
            assert result.outcome in (Outcome.STOPPING, Outcome.UNANSWERED)
    on_record = read_run(report.run_id)
    assert [result.outcome for result in on_record.results] == [result.outcome for result in report.results]
    assert (on_record.is_finished, on_record.summary) == (report.is_finished, report.summary)


def _samples(lines: int, times: int, seed: int) -> Iterator[list[int]]:
    """Yield where to interrupt: at lines far from each other, or soon one after the other."""
    chance = random.Random(seed)  # noqa: S311 - reproducible chance
    for sample in range(SAMPLES):
        first = chance.randrange(1, lines)
        reach = 30 if sample % 2 else lines
        yield [first, *(first + chance.randrange(1, reach) for _ in range(times - 1))]


# What is raised in the last lines of a thread is nobody's any more, and Python says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("handler", [True, False], ids=["handler", "no handler"])
@pytest.mark.parametrize("thread", ["MainThread", "batchnb-run"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_keyboard_interrupt_at_any_line_costs_neither_the_report_nor_a_job(
    times: int,
    thread: str,
    handler: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """Raised at any line of the calling thread, or of the run's own, however that came about."""
    on_event = (lambda _event: None) if handler else None
    counted = Interruptions([], thread=thread)
    _check(*_run(counted, on_event=on_event))
    for at in _samples(counted.lines, times, seed=times):
        interruptions = Interruptions(at, thread=thread)
        thresholds, before = gc.get_threshold(), signal.getsignal(signal.SIGINT)
        try:
            _check(*_run(interruptions, on_event=on_event))
            assert signal.getsignal(signal.SIGINT) is before
            assert gc.get_threshold() == thresholds
        except AssertionError as wrong:
            raise AssertionError(f"interrupted at {interruptions.struck}") from wrong


@pytest.mark.parametrize("times", [1, 2, 3, 5])
def test_ctrl_c_at_any_line_costs_neither_the_report_nor_a_job(times: int) -> None:
    """The signal itself, as a terminal or a notebook sends it."""
    counted = Interruptions([])
    _check(*_run(counted, on_event=lambda _event: None))
    for at in _samples(counted.lines, times, seed=times):
        interruptions = Interruptions(at, by=press_ctrl_c)
        before = signal.getsignal(signal.SIGINT)
        try:
            _check(*_run(interruptions, on_event=lambda _event: None))
            assert signal.getsignal(signal.SIGINT) is before
        except AssertionError as wrong:
            raise AssertionError(f"pressed at {interruptions.struck}") from wrong


def _press_at(state: EventState, times: int = 1) -> Callable[[JobEvent], None]:
    """Return an event handler that presses Ctrl-C so often at the first event of this state."""
    left = [times]

    def on_event(event: JobEvent) -> None:
        while event.state is state and left[0]:
            left[0] -= 1
            press_ctrl_c()

    return on_event


def test_pressed_once_it_stops_the_sending_and_watches_on(capsys: pytest.CaptureFixture[str]) -> None:
    """What was asked for is reported as it ends, and the rest as not attempted; stderr says what goes on."""
    gateway, report, error = _run(Interruptions([]), on_event=_press_at(EventState.ACCEPTED))

    assert isinstance(error, InterruptedRunError)
    assert report is not None
    assert error.run_id == report.run_id
    asked = len(set(gateway.asked))
    assert 0 < asked < gateway.count
    assert report.counts["not attempted"] == gateway.count - asked
    assert sum(result.outcome.has_ended for result in report.results) == asked
    assert report.waited
    assert report.stopped_at is not None
    assert f"by you at {report.stopped_at:%H:%M:%S} UTC" in str(error)
    said = capsys.readouterr().err
    assert "Stopping: " in said
    assert "asked and are watched; once more stops watching" in said


def test_pressed_twice_it_watches_no_longer() -> None:
    """The report says what is known then."""
    gateway, report, error = _run(Interruptions([]), on_event=_press_at(EventState.ACCEPTED, 2))

    assert isinstance(error, InterruptedRunError)
    assert report is not None
    assert not report.waited
    assert set(report.counts) == {"still stopping", "not attempted"}
    assert report.counts["still stopping"] == len(set(gateway.asked))


def test_pressed_three_times_it_gets_out_of_a_handler_that_does_not_return() -> None:
    """An event handler that hangs keeps nobody from the report."""
    pressed = threading.Event()

    def hang(event: JobEvent) -> None:
        if event.state is EventState.ACCEPTED:
            for _ in range(3):
                press_ctrl_c()
            pressed.wait(30)

    began = time.monotonic()
    _, report, error = _run(Interruptions([]), on_event=hang)

    assert isinstance(error, InterruptedRunError)
    assert report is not None
    assert time.monotonic() - began < 30
    _check_run_is_over()


def _check_run_is_over() -> None:
    assert not _threads_left()


def test_a_run_that_does_not_come_to_its_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the run itself hangs, such as on a disk, the third Ctrl-C leaves it with the report of what is known."""
    gateway = FakeGateway()
    plan, hangs, goes_on = plan_of(gateway), threading.Event(), threading.Event()

    def hang(*_arguments: object) -> None:
        hangs.set()
        goes_on.wait(30)

    monkeypatch.setattr("batchnb.running.journal.Journal.answers", hang)
    thresholds, main = gc.get_threshold(), threading.main_thread().ident
    assert main is not None

    def press() -> None:
        assert hangs.wait(10)
        for _ in range(3):
            signal.pthread_kill(main, signal.SIGINT)
            time.sleep(0.01)

    presses = threading.Thread(target=press)
    presses.start()
    began = time.monotonic()
    try:
        with pytest.raises(InterruptedRunError) as caught:
            plan.execute(clock=gateway.clock, max_age="1000d")
        assert time.monotonic() - began < 10 * GRACE
        assert gc.get_threshold() == thresholds
    finally:
        goes_on.set()
        presses.join()
    assert len(caught.value.report.results) == gateway.count
    assert caught.value.run_id
    _check_run_is_over()


def test_in_another_thread_the_signal_is_left_alone() -> None:
    """A run of a picker, or of somebody's own thread, does not touch the handler of the process."""
    before, seen = signal.getsignal(signal.SIGINT), []
    gateway = FakeGateway(count=3)

    def run() -> None:
        report = plan_of(gateway).execute(
            clock=gateway.clock, max_age="1000d", on_event=lambda _event: seen.append(signal.getsignal(signal.SIGINT))
        )
        assert report.ok

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert set(seen) == {before}


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_a_signal_that_is_ignored_or_left_to_the_system_stays_so(handler: signal.Handlers) -> None:
    """Such as of a command that a shell has put into the background."""
    signal.signal(signal.SIGINT, handler)
    gateway, seen = FakeGateway(count=3), []
    plan_of(gateway).execute(
        clock=gateway.clock, max_age="1000d", on_event=lambda _event: seen.append(signal.getsignal(signal.SIGINT))
    )
    assert set(seen) == {handler}


def test_the_event_handler_is_called_in_the_calling_thread_in_the_order_of_events() -> None:
    """Whoever draws, or writes into a database of their own, need not lock anything."""
    gateway, threads, states = FakeGateway(count=4), set(), []

    def on_event(event: JobEvent) -> None:
        threads.add(threading.get_ident())
        states.append((event.job_id, event.state.value))

    plan_of(gateway).execute(clock=gateway.clock, max_age="1000d", on_event=on_event)
    assert threads == {threading.get_ident()}
    for planned in plan_of(gateway).jobs:
        assert [state for job_id, state in states if job_id == planned.job_id] == ["sent", "accepted", "ended"]


def test_a_handler_that_raises_while_the_run_is_closed_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers that come last are told of when everything is over, and what that raises leaves nothing open."""
    gateway = FakeGateway()
    closing, terminate, wait = threading.Event(), gateway.terminate_bulk, Engine.wait_for_answers

    def answer_late(job_ids: Sequence[str], reason: str) -> BulkAnswer:
        closing.wait(10)
        return terminate(job_ids, reason)

    def wait_for_answers(engine: Engine, is_over: Callable[[], bool]) -> None:
        closing.set()
        wait(engine, is_over)

    def on_event(event: JobEvent) -> None:
        if event.state is EventState.SENT and not gateway.looks:
            press_ctrl_c()
            press_ctrl_c()
            gateway.looks["pressed"] = 0
        elif event.state is EventState.ACCEPTED:
            raise ValueError(event.job_id)

    gateway.terminate_bulk = answer_late  # type: ignore[method-assign]
    monkeypatch.setattr(Engine, "wait_for_answers", wait_for_answers)
    with pytest.raises(InterruptedRunError) as caught:
        plan_of(gateway).execute(clock=gateway.clock, max_age="1000d", on_event=on_event)

    _check_run_is_over()
    counts = caught.value.report.counts
    assert counts["still stopping"] == len(set(gateway.asked))
    assert read_run(str(caught.value.run_id)).counts == counts
