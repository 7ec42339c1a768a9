"""The plan of a picker's selection: how it is made, and how far that has come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from batchnb import api
from batchnb.aws.relist import note_selected
from batchnb.guards.keywords import GuardKeywords, layer_of_keywords
from batchnb.planning.looking import Looking
from batchnb.widget.execution import telling

if TYPE_CHECKING:
    from batchnb.model.plan import Plan
    from batchnb.widget.draft import Draft
    from batchnb.widget.setup import Setup
    from batchnb.widget.shown_jobs import ShownJobs

__all__ = ["Planning"]

TOLD_SECONDS = 0.5
"""Seconds from one state to the next while jobs are looked at."""


class Planning:
    """One plan while it is made."""

    def __init__(self, jobs: ShownJobs, setup: Setup, reason: str, draft: Draft) -> None:
        """Take the selected rows as they are now."""
        # Rows and not ids: where a row has its ARN, it is checked that calls go there.
        self._rows, self._ids, self.reason = note_selected(jobs.selected), jobs.snapshot.id_title, reason
        self._setup, self._draft = setup, draft
        self._looking = Looking()

    def make(self, tell: Callable[[], None]) -> Plan:
        """Return the plan; `tell` is called every `TOLD_SECONDS` meanwhile. Raises what `batchnb.plan` raises."""
        setup = self._setup
        guards = {name: value for name, value in setup.guards.items() if name in GuardKeywords.__annotations__}
        others = {name: value for name, value in setup.guards.items() if name not in guards}
        others["with_dependents"] = self._draft.with_dependents or setup.with_dependents
        others.setdefault("collapse", False)
        with telling(tell, TOLD_SECONDS):
            return api.plan_with(
                self._rows,
                layer_of_keywords(guards),
                reason=self.reason,
                ids=self._ids,
                connection=setup.connection,
                looking=self._looking,
                **others,
            )

    def told(self) -> Mapping[str, Any]:
        """Return how far it is, for the browser."""
        looking = self._looking
        return {"asked": looking.asked, "answered": looking.answered, "isThrottled": looking.is_throttled}
