"""Stop: tells a run how far to stop, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from batchnb.model.event import JobEvent

if TYPE_CHECKING:
    from batchnb.model.report import Report

__all__ = ["Progress", "Stop", "StopLike", "as_stop"]

_SENDING, _WATCHING, _ALL = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a run, which any thread can read."""

    asked: Callable[[], int]
    """How many jobs were asked for, and have not been seen to end."""
    report: Callable[[], Report]
    """The report of what is known now."""


class Stop:
    """How far a run is to stop: its sending, its watching as well, or all at once. Used by any thread.

    `event` stops the sending, too, when it is set.
    """

    def __init__(self, event: threading.Event | None = None) -> None:
        self._event = event
        self._level = 0
        self._decided: dict[str, bool] = {}
        self.progress: Progress | None = None
        """Set by the run when it begins to send: from then on it always reports."""
        self.stopped_at: datetime | None = None
        """When the run stopped sending because it was asked to, in UTC; set by the run."""
        self.deliver: Callable[[Callable[[JobEvent], None], Sequence[JobEvent]], None] | None = None
        """Calls the event handler in the thread that called the run, where that is another than the run's own."""

    def stop_sending(self) -> None:
        """Send nothing more, and watch the jobs that were asked for."""
        self._level = max(self._level, _SENDING)

    def stop_watching(self) -> None:
        """Send nothing more, and watch no longer."""
        self._level = max(self._level, _WATCHING)

    def stop_everything(self) -> None:
        """Do nothing more but to report what is known."""
        self._level = _ALL

    def press(self) -> None:
        """Stop one step further than before."""
        (self.stop_sending, self.stop_watching, self.stop_everything)[min(self._level, 2)]()

    @property
    def ends_sending(self) -> bool:
        """Whether nothing more is to be sent."""
        return self._level >= _SENDING or (self._event is not None and self._event.is_set())

    @property
    def ends_watching(self) -> bool:
        """Whether the jobs are to be watched no longer."""
        return self._level >= _WATCHING

    @property
    def ends_everything(self) -> bool:
        """Whether nothing is to be done any more but to report."""
        return self._level >= _ALL

    @property
    def is_pending(self) -> bool:
        """Whether the run was asked to stop something, and goes on with it."""
        return self.ends_watching or (self.ends_sending and self.stopped_at is None)

    def begin(self) -> bool:
        """Let the run send; return False where it was cancelled before. To be called right before anything is sent."""
        return self._may_begin(said=True)

    def cancel(self) -> bool:
        """Keep the run from ever sending; return False where it has begun."""
        return not self._may_begin(said=False)

    def _may_begin(self, *, said: bool) -> bool:
        # Who comes first decides. Without a lock, which an interruption could leave locked.
        return self._decided.setdefault("may begin", said)


StopLike: TypeAlias = "threading.Event | Stop | None"
"""What a run can be stopped by."""


def as_stop(stop: StopLike) -> Stop:
    """Return the Stop that this is, or one for an event."""
    return stop if isinstance(stop, Stop) else Stop(stop)
