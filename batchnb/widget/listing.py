"""Listing: how the table of a session is listed again, and another frame shown in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from batchnb.text import plural
from batchnb.widget import messages
from batchnb.widget.refresh import list_again
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.widget.session import PickerSession

__all__ = ["Listing"]


class Listing:
    """Lists the jobs of one session again. Threads may share it."""

    def __init__(self, session: PickerSession) -> None:
        self._session = session
        self.note = ""
        """How the table was listed last."""
        self.gone: frozenset[str] = frozenset()
        """Jobs of the table that were alive, and that AWS does not know any more."""

    def start(self) -> None:
        """List the jobs again, in the thread. Raises InputError unless the session is idle."""
        self._session.worker.start(Phase.LISTING, lambda _turn: self._list())

    def refresh(self, frame: pd.DataFrame | None = None) -> None:
        """Show `frame`, or list the jobs again, in this thread. Raises InputError unless the session is idle."""
        worker = self._session.worker
        worker.begin(Phase.LISTING)
        try:
            if frame is None:
                self._list()
            else:
                self.show(frame)
        finally:
            worker.enter(Phase.IDLE)

    @property
    def told(self) -> str:
        """How the table was listed last, and how many of its jobs AWS does not know any more."""
        count = len(self.gone)
        lost = f"{plural(count, 'job')} {'is' if count == 1 else 'are'} not known to AWS any more." if count else ""
        return " ".join(filter(None, [self.note, lost]))

    def show(
        self, frame: pd.DataFrame, note: str = "", *, in_place: bool = False, gone: Collection[str] = frozenset()
    ) -> None:
        """Show another frame. The selection stays, by job id, without the jobs that are `gone`.

        With `in_place` it has the same jobs in the same rows.
        """
        session = self._session
        with session.jobs.mutex:
            session.jobs.replace(frame, in_place=in_place)
            self.note, self.gone = note, session.jobs.lock_gone(gone)
            session.peer.mark()
            content, buffers = messages.table(session.jobs, session.state())
            session.audience.send(content | {"isInPlace": in_place}, buffers)
        if not in_place:
            session.audience.keep_rows()
            session.audience.keep_outputs()

    def _list(self) -> None:
        session = self._session
        fresh = list_again(session.jobs.snapshot, session.setup, session.clock)
        self.show(fresh.frame, fresh.note, gone=fresh.gone)
        session.ask_who()
