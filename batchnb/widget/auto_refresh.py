"""Auto refresh: looks at the jobs of a picker now and then, in a thread, and in nobody's way.

The browser says when. Rows stay where they are: new jobs wait until somebody asks for them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.widget.in_place import InPlace, in_place, look_at_unlisted
from batchnb.widget.peers import PEERS
from batchnb.widget.refresh import list_again
from batchnb.widget.threads import wait_for
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession

__all__ = ["FAILURES", "AutoRefresh"]

FAILURES = 3
"""Failures one after the other, after which it is off."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """New jobs that nobody has asked for yet."""

    found: InPlace
    note: str
    snapshot: int
    """The snapshot whose rows it begins with."""
    turn: int
    """The turn of the worker in which they were found. After a run, the rows before them are older than what it saw."""


class AutoRefresh:
    """Looks again whenever it is asked to, once at a time. What a person does meanwhile comes first."""

    def __init__(self, session: PickerSession) -> None:
        self._session = session
        self._mutex = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiting: _Waiting | None = None
        self._failures = 0
        self._why = ""

    def begin(self, *, is_first: bool = False) -> None:
        """Look in a thread, unless that goes on or the picker is busy. `is_first` says that it was just switched on."""
        if is_first:
            self._failures, self._why = 0, ""
            self._session.send_state()
        with self._mutex:
            is_busy = self._thread is not None and self._thread.is_alive()
            turn = self._session.worker.turn
            if is_busy or self._session.phase is not Phase.IDLE or PEERS.is_running or self._failures >= FAILURES:
                return
            self._thread = threading.Thread(target=self._look, args=(turn,), name="batchnb-auto-refresh", daemon=True)
            self._thread.start()

    def show_new(self) -> None:
        """Show the new jobs that wait, at the end of the table."""
        session = self._session
        with session.jobs.mutex:
            waiting = self._waiting
            if waiting is not None and self._is_current(waiting):
                self._waiting = None
                session.listing.show(waiting.found.whole, waiting.note, gone=waiting.found.gone)

    def told(self) -> dict[str, Any]:
        """Return how many new jobs wait, and why it is off, for the browser."""
        waiting = self._waiting
        return {"new": waiting.found.new if waiting and self._is_current(waiting) else 0, "off": self._why}

    def _is_current(self, waiting: _Waiting) -> bool:
        session = self._session
        is_same = waiting.snapshot == session.jobs.snapshot.number and waiting.turn == session.worker.turn
        return is_same and session.phase is Phase.IDLE

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is looked at; return whether that was within `timeout` seconds."""
        with self._mutex:  # it has started, then
            thread = self._thread
        return wait_for(thread, timeout)

    def _look(self, turn: int) -> None:
        session = self._session
        before, setup = session.jobs.snapshot, session.setup
        try:
            fresh = list_again(before, setup, session.clock)
            found = look_at_unlisted(in_place(before, fresh, setup.ids), setup, session.clock)
        except Exception as error:  # noqa: BLE001 - it is told once it has failed often enough
            self._fail(error)
            return
        with session.jobs.mutex:
            self._failures = 0
            # A person came first: a plan of these rows may be made by now, a run be over, or other rows be shown.
            if session.phase is not Phase.IDLE or session.worker.turn != turn or session.jobs.snapshot is not before:
                return
            listing, frame = session.listing, found.frame
            if frame.equals(before.frame) and found.gone == listing.gone:
                before.frame.attrs["listed_at"] = frame.attrs["listed_at"]
            else:
                listing.show(frame, listing.note, in_place=True, gone=found.gone)
            self._waiting = _Waiting(found, fresh.note, session.jobs.snapshot.number, turn) if found.new else None
        session.send_state()

    def _fail(self, error: Exception) -> None:
        session = self._session
        self._failures += 1
        if self._failures >= FAILURES:
            # That nothing was ended goes without saying: nobody asked for it.
            said = str(session.failure_told(error, "Refresh")["error"]).replace(" Nothing was ended.", "")
            self._why = f"Auto refresh is off: {said}"
        session.send_state()
