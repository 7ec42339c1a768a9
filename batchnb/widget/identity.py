"""Identity: who calls for a picker and where, asked of STS in the background as soon as a page shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from batchnb.aws.connection import Connection
from batchnb.aws.kept_connection import KeptConnection
from batchnb.errors import BatchnbError
from batchnb.guards.settings import account_names
from batchnb.jobs.ids import account_and_partition
from batchnb.widget.threads import wait_for

if TYPE_CHECKING:
    from batchnb.jobs.place import Place

__all__ = ["Caller", "Identity"]

PATIENCE = 3.0
"""Seconds after which the caller is said not to be known, though an answer may still come."""


@dataclass(frozen=True, slots=True)
class Caller:
    """What is known of who calls."""

    place: Place | None = None
    """The account is that of the caller, or else that of a job that could be described; None where nobody said."""
    alias: str | None = None
    """The name that IAM has for that account."""
    is_asking: bool = False


class Identity:
    """Asks who calls, once for a login. Threads may share it. `changed` is called in any thread when more is known."""

    def __init__(self, connection: Connection, changed: Callable[[], None]) -> None:
        self._connection = connection
        self._changed = changed
        self._mutex = threading.Lock()
        self._thread: threading.Thread | None = None
        self._known = Caller()
        self._since = 0.0

    def expect(self) -> None:
        """Say that it is about to be asked, where nothing is known yet."""
        with self._mutex:
            if self._known.place is None:
                self._known, self._since = replace(self._known, is_asking=True), monotonic()

    def ask(self, first_job: str | None = None) -> None:
        """Ask in a thread, unless that goes on. `first_job` is described where STS would not tell the account."""
        self.expect()
        with self._mutex:
            if self._thread is not None and self._thread.is_alive():
                return
            self._thread = threading.Thread(target=self._ask, args=(first_job,), name="batchnb-who", daemon=True)
            self._thread.start()

    @property
    def caller(self) -> Caller:
        """What is known now. After `PATIENCE` seconds nobody is said to be asking any more."""
        known = self._known
        return replace(known, is_asking=False) if monotonic() - self._since > PATIENCE else known

    def take(self, place: Place) -> None:
        """Take in the place of a plan, which AWS has confirmed."""
        with self._mutex:
            is_same = self._known.place is not None and self._known.place.account == place.account
            self._known = Caller(place, self._known.alias if is_same else None)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nobody is asking; return whether that was within `timeout` seconds."""
        with self._mutex:  # it has started, then
            thread = self._thread
        return wait_for(thread, timeout)

    def _ask(self, first_job: str | None) -> None:
        timer = threading.Timer(PATIENCE + 0.05, self._changed)
        timer.daemon = True
        timer.start()
        try:
            # Whatever goes wrong, a review says it: to know the caller before is a courtesy.
            with suppress(Exception):
                self._look(first_job)
        finally:
            timer.cancel()
            with self._mutex:
                self._known = replace(self._known, is_asking=False)
            self._changed()

    def _look(self, first_job: str | None) -> None:
        connection = self._connection
        if not isinstance(connection, KeptConnection):
            return
        place = connection.identity()
        if place.account is None and first_job is not None:
            job = connection.open().describe([first_job]).get(first_job)
            place = replace(place, account=account_and_partition(job.job_arn)[0] if job else None)
        with self._mutex:
            alias = self._known.alias if self._known.place == place else None
            self._known = Caller(place, alias, is_asking=False)
        self._changed()
        if alias is None and place.account not in _names():
            alias = connection.alias(place)
            with self._mutex:
                if self._known.place == place:
                    self._known = replace(self._known, alias=alias)


def _names() -> dict[str, str]:
    try:
        return account_names()
    except BatchnbError:
        return {}
