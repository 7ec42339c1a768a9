"""Views: what a person has set in a picker, kept for the next run of its cell. No plan is in one."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from batchnb.clock import Clock
from batchnb.widget.packed_ids import PackedIds

__all__ = ["KEPT_FOR", "VIEWS", "VIEWS_KEPT", "Columns", "View", "ViewKey", "Views"]

VIEWS_KEPT = 20
"""Views that a process keeps; the one that was kept longest ago goes first."""

KEPT_FOR = timedelta(hours=12)
"""How long after its last change a view is restored: tomorrow night is another incident."""


_NO_IDS = PackedIds()


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns somebody has chosen, by title."""

    order: tuple[str, ...] | None = None
    """The order that somebody has made; None for the usual one."""
    hidden: Mapping[str, bool] = field(default_factory=dict)
    """Columns that somebody has hidden, or shown."""
    only: tuple[str, ...] | None = None
    """The only ones to show, in this order, as Python asks for it."""


@dataclass(frozen=True, slots=True)
class View:
    """The settings of one picker: how its rows are looked at, which of them are selected, and why."""

    search: str = ""
    group: tuple[str, ...] = ()
    """By what the rows are grouped, the outer level first; empty for no groups."""
    columns: Columns | None = None
    """None where nobody has chosen any."""
    widths: Mapping[str, int] = field(default_factory=dict)
    """Pixels, by title."""
    sort: tuple[tuple[str, bool], ...] = ()
    """Titles, each with whether it descends."""
    height: int | None = None
    """Pixels of the list; None where nobody has chosen any."""
    drawer: str | None = None
    """The job whose details are open."""
    reason: str = ""
    selected: PackedIds = _NO_IDS


class ViewKey(NamedTuple):
    """Which picker a view is for. One of another account, Region or endpoint never gets it."""

    name: str
    """Of the view, or of the cell and which of its pickers this is."""
    account: str
    region: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class _Kept:
    view: View
    given: Mapping[str, Any]
    kept_at: datetime
    reason_at: datetime


class Views:
    """The views of this process. Threads may share it."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._mutex = threading.Lock()
        self._kept: dict[ViewKey, _Kept] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, key: ViewKey, view: View, given: Mapping[str, Any] | None = None) -> None:
        """Keep a view in place of the one before. `given` are the settings that the code of the picker asked for."""
        now = self._clock.wall()
        with self._mutex:
            before = self._kept.pop(key, None)
            is_same_reason = before is not None and before.view.reason == view.reason
            reason_at = before.reason_at if before is not None and is_same_reason else now
            self._kept[key] = _Kept(view, dict(given or {}), now, reason_at)
            while len(self._kept) > VIEWS_KEPT:
                del self._kept[next(iter(self._kept))]

    def find(self, key: ViewKey, given: Mapping[str, Any] | None = None) -> View | None:
        """Return the view that was kept for this picker, None where there is none, or only an old one.

        The reason of another day (UTC) is not in it. What the code of the picker asks for now, and did not ask for
        when the view was kept, counts more than what was set by hand.
        """
        now = self._clock.wall()
        with self._mutex:
            kept = self._kept.get(key)
            if kept is None or now - kept.kept_at > KEPT_FOR:
                return None
        view = kept.view if kept.reason_at.date() == now.date() else replace(kept.view, reason="")
        asked = {name: value for name, value in (given or {}).items() if kept.given.get(name) != value}
        return replace(view, **asked)

    def forget(self, key: ViewKey) -> None:
        """Forget the view of a picker."""
        with self._mutex:
            self._kept.pop(key, None)


VIEWS = Views()
"""The views of this process."""
