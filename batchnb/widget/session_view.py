"""The view of one session: what its browser and Python have set, kept and restored when the cell is run again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.text import plural
from batchnb.widget.packed_ids import pack_rows
from batchnb.widget.view_parts import changed_by, columns_shown, parts_told
from batchnb.widget.views import VIEWS, View, ViewKey, Views

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession
    from batchnb.widget.setup import Origin

__all__ = ["SessionView"]

_NAMES = {
    "search": "search",
    "group": "groups",
    "columns": "columns",
    "widths": "widths",
    "sort": "sort",
    "height": "height",
    "drawer": "details",
    "reason": "reason",
}
"""What the parts of a view are called where it is said that they were kept."""


class SessionView:
    """How one picker is set. Everything of it is under the mutex of the session's jobs."""

    def __init__(self, session: PickerSession, origin: Origin, views: Views | None = None) -> None:
        self._session = session
        self._views = VIEWS if views is None else views
        self._name = origin.view
        self._given = dict(origin.given)
        self.current = View(**self._given)
        """What the browser has said last, or Python has set since. Reason and selection are those of the session."""
        self.kept = ""
        """The sentence that says what was kept from the last run of the cell, until a browser has heard it."""
        self.shown: tuple[str, ...] | None = None
        """The titles of the columns that the browser shows, in their order; None before it has said so."""
        self._told = 0
        """Counts the messages to the browser. It says which of them it has heard."""
        self._set_in: dict[str, int] = {}
        """The message with which each part was set that Python has set."""

    def restore(self) -> None:
        """Take the view that was kept for this picker. Of its selection, only rows that can be selected now count."""
        session, key = self._session, self._key
        found = self._views.find(key, self._given) if key else None
        session.reason = (found or self.current).reason
        if found is None:
            return
        with session.jobs.mutex:
            wanted = list(found.selected)
            session.jobs.select(wanted)
            missing = sum(job_id not in session.jobs.snapshot.row_of for job_id in wanted) if wanted else 0
            self.kept = _kept_text(found, View(**self._given), len(session.jobs.rows), missing)
            self.current = found
            self.keep()

    def keep(self) -> None:
        """Keep the view as it is now."""
        session = self._session
        with session.jobs.mutex:
            rows = session.jobs.rows
            key = self._key
            if key is None:
                return
            selected = pack_rows(session.jobs.snapshot.rows, rows) if len(rows) else View().selected
            self._views.keep(key, replace(self.current, reason=session.reason, selected=selected), self._given)

    def take(self, parts: object, heard: object = None) -> None:
        """Take what a browser has set. Raises InputError for anything but a view, and then takes nothing of it.

        `heard` is the number of the last message that it had heard when it said so: what Python has set since stays.
        """
        with self._session.jobs.mutex:
            changed, shown = changed_by(self.current, parts), columns_shown(parts)
            if isinstance(heard, int):
                newer = [name for name, number in self._set_in.items() if number > heard]
                changed = replace(changed, **{name: getattr(self.current, name) for name in newer})
            self.current, self.shown = changed, self.shown if shown is None else shown
            self.keep()

    def set(self, **parts: Any) -> None:
        """Set parts of the view, as Python asks for it, and tell the browser."""
        session = self._session
        with session.jobs.mutex:
            if "reason" in parts:
                session.reason = parts["reason"]
            self.current = replace(self.current, **parts)
            self.keep()
            told = {**parts_told(self.current), "reason": session.reason}
            self._told += 1
            self._set_in |= dict.fromkeys(parts, self._told)
            session.send({"kind": "view", "view": {name: told[name] for name in parts}, "number": self._told})

    @property
    def titles(self) -> list[str] | None:
        """The titles of the columns that are shown, in their order; None before a browser or Python has said so."""
        columns = self.current.columns
        asked = columns.only if columns is not None else None
        titles = asked or self.shown
        return None if titles is None else list(titles)

    def told(self) -> dict[str, Any]:
        """Return the message for a browser that opens. It says once what was kept."""
        kept, self.kept = self.kept, ""
        return {"kind": "view", "view": parts_told(self.current), "kept": kept, "number": self._told}

    def start_afresh(self) -> None:
        """Forget what was kept and set: as the code of the picker asks for, and with nothing selected.

        Raises InputError while a plan is made, waits for its confirmation, or is executed.
        """
        session = self._session
        with session.jobs.mutex:
            if not session.is_free:
                raise InputError(f"the picker is busy ({session.phase}). Wait until it is done, or stop it first.")
            if self._key is not None:
                self._views.forget(self._key)
            self.current = View(**self._given)
            session.reason = self.current.reason
            session.select([])
            told = {**parts_told(self.current), "reason": session.reason}
            self._told += 1
            self._set_in = dict.fromkeys(parts_told(self.current), self._told)
            session.send({"kind": "view", "view": told, "number": self._told})

    @property
    def _key(self) -> ViewKey | None:
        where = self._session.where
        if self._name is None or where.account is None or where.region is None:
            return None
        return ViewKey(self._name, where.account, where.region, where.own_endpoint)


def _kept_text(found: View, given: View, selected: int, missing: int) -> str:
    kept = [name for part, name in _NAMES.items() if getattr(found, part) != getattr(given, part)]
    wanted = len(found.selected)
    if wanted:
        why = [f"{missing:,} {'is' if missing == 1 else 'are'} not in this list"] if missing else []
        if left := wanted - missing - selected:
            why.append(f"{left:,} can no longer be selected")
        jobs = f"{selected:,} of {wanted:,} selected jobs" if why else plural(wanted, "selected job")
        kept.append(f"{jobs} ({', '.join(why)})" if why else jobs)
    return f"Kept from the last run: {', '.join(kept)}." if kept else ""
