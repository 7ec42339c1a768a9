"""RunOptions: how a run goes, in one value for all functions that hand it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.errors import InputError
from batchnb.text import shown

if TYPE_CHECKING:
    from batchnb.model.event import JobEvent
    from batchnb.running.stop import StopLike

__all__ = ["RunOptions", "check_timeout"]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How long jobs are watched, how fast calls go out, what is called meanwhile, and what stops it.

    `Plan.execute` says what each of them means. Raises InputError for a timeout that is not a number of seconds,
    for a handler that cannot be called, and for a `stop` that is not an event.
    """

    wait: bool = True
    timeout: float = 300.0
    """Seconds."""
    rps: float | None = None
    """Calls a second, of those that end jobs and of those that describe them; None for what the service takes."""
    rate_share: float = 1.0
    """The part of the service's limit that is used."""
    on_event: Callable[[JobEvent], None] | None = None
    stop: StopLike = None

    def __post_init__(self) -> None:
        check_timeout(self.timeout)
        if self.on_event is not None and not callable(self.on_event):
            raise InputError(f"on_event must be a function of a JobEvent, got {shown(repr(self.on_event), 80)}.")
        if self.stop is not None and not any(hasattr(self.stop, name) for name in ("is_set", "stop_sending")):
            raise InputError(f"stop must be a threading.Event, got {shown(repr(self.stop), 80)}.")


def check_timeout(timeout: object) -> None:
    """Raise InputError unless `timeout` is a number of seconds, 0 or more."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 <= timeout < float("inf"):
        raise InputError(f"timeout must be a number of seconds, 0 or more, got {timeout!r}.")
