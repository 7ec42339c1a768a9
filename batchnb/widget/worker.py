"""One thread of a picker's own, which does one thing at a time, and what it does now."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from batchnb.errors import InputError
from batchnb.widget.threads import wait_for

__all__ = ["Phase", "Worker"]


class Phase(StrEnum):
    """What a picker does."""

    IDLE = "idle"
    LISTING = "listing"
    PLANNING = "planning"
    CONFIRMING = "confirming"
    """A plan is shown, and waits for your decision."""
    RUNNING = "running"


class Worker:
    """Does one thing at a time in a thread. `changed` is called when the phase has changed, in any thread."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._mutex = threading.RLock()
        self._thread: threading.Thread | None = None
        self._turn = 0
        self.phase = Phase.IDLE
        self.error: Exception | None = None
        """The last error, None after the next thing has begun."""
        self.tried: float | None = None
        """Seconds from the beginning of the work to its error, None without one."""
        self._failed: tuple[Exception, Phase] | None = None

    def begin(self, phase: Phase, *, after: Phase = Phase.IDLE, first: Callable[[], object] | None = None) -> int:
        """Enter a phase, and return the number of this turn. Raises InputError unless the phase is `after`.

        `first` is called before it is entered, where it is sure that it will be: what it changes does not change where
        the picker is busy. What it raises is raised, and the phase stays. Hold all other mutexes that it takes.
        """
        with self._mutex:
            if self.phase is not after:
                raise InputError(f"the picker is busy ({self.phase}). Wait until it is done, or stop it first.")
            if first is not None:
                first()
            self.error = self.tried = None
            self.phase = phase
            self._turn += 1
            turn = self._turn
        self._changed()
        return turn

    def start(
        self,
        phase: Phase,
        work: Callable[[int], Phase | None],
        *,
        after: Phase = Phase.IDLE,
        first: Callable[[], object] | None = None,
    ) -> None:
        """Enter a phase, as `begin` does, and do `work` in a thread.

        It takes the number of the turn, and returns the phase after it. An exception is kept in `error`, and ends the
        phase.
        """
        turn = self.begin(phase, after=after, first=first)
        thread = threading.Thread(target=self._do, args=(work, turn, phase), name="batchnb-picker", daemon=True)
        with self._mutex:  # for `wait`, it has started
            thread.start()
            self._thread = thread

    @property
    def turn(self) -> int:
        """The number of the turn that goes on, or was the last one: while it is the same, nothing else was begun."""
        with self._mutex:
            return self._turn

    def is_current(self, turn: int) -> bool:
        """Whether this turn goes on, and was not given up."""
        with self._mutex:
            return turn == self._turn

    def enter(self, phase: Phase, *, turn: int | None = None) -> None:
        """Enter a phase, where this turn goes on; without a turn, give up the one that goes on."""
        with self._mutex:
            if turn is None:
                self._turn += 1
            elif turn != self._turn:
                return
            self.phase = phase
        self._changed()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the thread is done; return whether that was within `timeout` seconds."""
        with self._mutex:  # it has started, then
            thread = self._thread
        return wait_for(thread, timeout)

    def failed_in(self, error: BaseException | None) -> Phase | None:
        """Return the phase in which work failed with this error; None where it came from something else."""
        failed = self._failed
        return failed[1] if failed is not None and failed[0] is error else None

    def _do(self, work: Callable[[int], Phase | None], turn: int, doing: Phase) -> None:
        phase, began = None, time.monotonic()
        try:
            phase = work(turn)
        except Exception as error:  # noqa: BLE001 - it is shown in the picker, and kept for the caller
            if self.is_current(turn):
                self.error, self.tried, self._failed = error, time.monotonic() - began, (error, doing)
        finally:
            self.enter(phase or Phase.IDLE, turn=turn)
