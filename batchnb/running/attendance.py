"""Attends a run from the thread that called it, so that Ctrl-C never strikes the run itself.

Python raises KeyboardInterrupt in the main thread, between any two lines. So the run has a thread of its own, in which
nothing interrupts it, and the calling thread waits for it, calls the event handler, and hears Ctrl-C: pressed once it
stops the sending, twice the watching, three times everything. From the first request on a report is owed, and comes.
"""

from __future__ import annotations

import contextvars
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from queue import Empty, SimpleQueue
from time import monotonic
from types import FrameType
from typing import Any, ParamSpec

from batchnb.aws.gc_pause import leave_for
from batchnb.model.event import JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.progress import announce
from batchnb.running.stop import Stop, as_stop
from batchnb.text import shown

__all__ = ["attended"]

P = ParamSpec("P")

POLL = 0.1
"""Seconds after which the calling thread looks whether it has missed something."""
GRACE = 2.0
"""Seconds that a run gets to come to its end by itself once everything is to stop. It usually takes a moment."""
GRACE_BEFORE = 1.0
"""Seconds that it gets where nothing has been sent."""
INTERRUPTIONS = 8
"""How often the calling thread may be interrupted while no handler is in its place, and still come to the report."""
_ALL = 3
"""Presses of Ctrl-C that stop everything."""


def attended(run: Callable[P, Report]) -> Callable[P, Report]:
    """Let the function run in a thread of its own, attended by the thread that calls it.

    One of its arguments is a RunOptions, whose `stop` is a Stop for it. Raises what the function raises;
    InterruptedRunError, which carries the report, where it was interrupted after something was sent, and
    KeyboardInterrupt where nothing was.
    """

    @wraps(run)
    def attend(*args: P.args, **kwargs: P.kwargs) -> Report:
        given = next(one for one in (*args, *kwargs.values()) if isinstance(one, RunOptions))
        stop = as_stop(given.stop)
        options = replace(given, stop=stop)
        handed_on: list[Any] = [options if one is given else one for one in args]
        named: dict[str, Any] = {name: options if one is given else one for name, one in kwargs.items()}
        return _Attendance(partial(run, *handed_on, **named), stop).attend()

    return attend


@dataclass(slots=True, eq=False)
class _Delivery:
    """Events for the handler of the caller, and how far they were delivered."""

    on_event: Callable[[JobEvent], None]
    events: Sequence[JobEvent]
    delivered: int = 0
    error: BaseException | None = None
    is_done: bool = False
    done: SimpleQueue[None] = field(default_factory=SimpleQueue)


class _Attendance:
    """One run and the thread that waits for it.

    What the calling thread does is written to be interrupted at any line, and to be begun again: what has been done is
    in an attribute by then, and is not done twice.
    """

    def __init__(self, work: Callable[[], Report], stop: Stop) -> None:
        self._work = work
        self._stop = stop
        stop.deliver = self._deliver
        self._thread: threading.Thread | None = None
        self._wake: SimpleQueue[None] = SimpleQueue()
        """Something to see. What there is to see is in the attributes."""
        self._delivery: _Delivery | None = None
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._is_over = False
        self._has_left = False
        self._previous: Any = None
        """The handler of SIGINT from before, while this one has its place."""
        self._presses = self._heeded = 0
        self._waits_since = 0.0
        self._cause: BaseException | None = None
        """What was raised in the calling thread first."""
        self._is_calling = False

    # In the calling thread

    def attend(self) -> Report:
        """Wait for the run, and return its report or raise its error.

        With the handler of SIGINT in its place Ctrl-C raises nothing. Before and after it does, and costs no report.
        """
        # In one line: KeyboardInterrupt comes between two.
        return self._guarded(INTERRUPTIONS)()

    def _guarded(self, interruptions: int) -> Callable[[], Report]:
        """Attend, and so once more each time that is interrupted, also while that is noted; return what gives the end.

        Never raises what the run did: on its way out through all of this it could get lost.
        """
        try:
            return self._guarded(interruptions - 1) if interruptions else self._attend()
        except BaseException as error:
            if self._thread is None:
                raise
            self._cause = self._cause or error
            # Another exception than this one does not ask for a report, it wants to get out.
            self._presses += 1 if isinstance(error, KeyboardInterrupt) else 2
            return self._attend()

    def _attend(self) -> Callable[[], Report]:
        if not self._is_over:
            # In this order: what interrupts this before the thread is there has nothing to undo.
            self._start()
            self._take_sigint()
            self._wait()
        self._give_sigint_back()
        return self._end()

    def _take_sigint(self) -> None:
        if self._previous is not None or threading.current_thread() is not threading.main_thread():
            return
        previous = signal.getsignal(signal.SIGINT)
        # A process that ignores it, leaves it to the system, or has a handler that Python cannot give back, keeps that.
        if callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._on_sigint)

    def _give_sigint_back(self) -> None:
        if self._previous is not None and signal.getsignal(signal.SIGINT) == self._on_sigint:
            signal.signal(signal.SIGINT, self._previous)
        self._previous = None

    def _on_sigint(self, _signum: int, _frame: FrameType | None) -> None:
        self._presses += 1
        self._wake.put(None)
        if self._is_calling and self._presses >= _ALL:
            raise KeyboardInterrupt  # out of an event handler that does not return

    def _start(self) -> None:
        if self._thread is None:
            run = partial(contextvars.copy_context().run, self._run)
            self._thread = threading.Thread(target=run, name="batchnb-run", daemon=True)
            self._thread.start()

    def _wait(self) -> None:
        while not self._is_over and not self._leaves():
            with suppress(Empty):
                self._wake.get(timeout=POLL)
            self._call_handler()
            self._heed()
            if self._thread is not None and self._thread.ident is not None and not self._thread.is_alive():
                self._is_over = True  # whatever it was that has ended it
        if self._thread is None:
            return
        if self._is_over:
            self._thread.join(GRACE)
        if not self._is_over or not isinstance(self._error, Exception | None):
            leave_for(self._thread.ident)

    def _heed(self) -> None:
        """Stop as much of the run as was asked for by now."""
        while self._heeded < self._presses:
            self._heeded += 1
            self._stop.press()
            if self._heeded in (1, _ALL):
                self._waits_since = monotonic()
            if self._stop.cancel() or self._is_over:
                continue
            if self._heeded == 1:
                announce(_stopping(self._stop.progress.asked() if self._stop.progress else 0))
            elif self._heeded == _ALL - 1:
                announce("Stopping to watch; once more stops everything at once")

    def _leaves(self) -> bool:
        """Whether to leave a run that does not come to its end by itself."""
        waited = monotonic() - self._waits_since
        if self._heeded and self._stop.cancel():
            leaves = self._heeded > 1 or waited > GRACE_BEFORE
        else:
            leaves = self._heeded >= _ALL and waited > GRACE
        self._has_left = self._has_left or leaves
        return leaves

    def _call_handler(self) -> None:
        delivery = self._delivery
        if delivery is None or delivery.is_done:
            return
        try:
            self._is_calling = True
            while delivery.error is None and delivery.delivered < len(delivery.events):
                delivery.delivered += 1
                delivery.on_event(delivery.events[delivery.delivered - 1])
        except BaseException as error:  # noqa: BLE001 - it goes to the run, which it stops
            delivery.error = error
        finally:
            self._is_calling = False
        delivery.is_done = True
        delivery.done.put(None)

    def _end(self) -> Callable[[], Report]:
        """Return what returns the report, or raises the error, without a line of Python that could be interrupted."""
        if self._is_over and self._error is None and self._report is not None and not self._presses:
            return [self._report].pop
        report, progress = self._report, self._stop.progress
        if report is None and progress is not None and not isinstance(self._error, InterruptedRunError):
            report = progress.report()
        if self._error is None or report is not None:
            self._error = self._interruption(report)
        return partial(_nothing().throw, self._error)

    def _interruption(self, report: Report | None) -> BaseException:
        """Return the error of a run that was interrupted, and cannot say so itself."""
        cause = self._error or self._cause
        if report is None:
            return cause or KeyboardInterrupt()
        by_you = cause is None or isinstance(cause, KeyboardInterrupt)
        what = "Interrupted" if by_you else f"Stopped by {shown(repr(cause), 300)}"
        when = " when the run was over" if self._report is not None else ""
        sentences = [f"{what}{when}: nothing more is sent.", report.summary, report.how_to_go_on]
        error = InterruptedRunError(" ".join(one for one in sentences if one), report)
        error.__cause__ = cause
        return error

    # In the run's own thread

    def _run(self) -> None:
        try:
            self._report = self._work()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            self._error = error
        self._is_over = True
        self._wake.put(None)

    def _deliver(self, on_event: Callable[[JobEvent], None], events: Sequence[JobEvent]) -> None:
        """Have the handler called with these events in the thread that called the run."""
        delivery = self._delivery = _Delivery(on_event, events)
        self._wake.put(None)
        while not delivery.is_done and not self._has_left:
            try:
                delivery.done.get(timeout=POLL)
            except Empty:
                continue
        if delivery.error is not None:
            raise delivery.error


def _nothing() -> Generator[Report, None, None]:
    """Yield nothing: to throw an error into it raises the error, and carries out no line of it."""
    yield from ()


def _stopping(asked: int) -> str:
    were = "was asked and is" if asked == 1 else "were asked and are"
    return f"Stopping: {asked:,} {were} watched; once more stops watching" if asked else "Stopping: nothing was asked"
