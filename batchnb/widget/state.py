"""The state of a session, as the browser gets it beside the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.aws.relist import not_listed_text
from batchnb.widget.failures import failure_of
from batchnb.widget.outcome_lines import result_told
from batchnb.widget.place_strip import place_told
from batchnb.widget.view_model import queues_not_listed, reasons_used
from batchnb.widget.watching import WATCH_AGAIN
from batchnb.widget.whereabouts import planned_place
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession

__all__ = ["StateTold"]

_AGAIN = {"listing": "Refresh", "watching": WATCH_AGAIN}
"""The buttons for what may fail besides a review."""
_NO_FAILURE = {"error": None, "errorDetails": "", "errorAgain": ""}


class StateTold:
    """Makes the state of one session. Costly parts that do not change are kept."""

    def __init__(self, session: PickerSession) -> None:
        self._session = session
        self._place: tuple[object, dict[str, Any]] | None = None
        self._result: tuple[object, dict[str, Any] | None] = (None, None)
        self._results = 0
        """The number of the result that was made last: by it, a page says which one was read."""

    def tell(self) -> dict[str, Any]:
        """Return the state as plain values. `clock` is the kernel's, in seconds: see `check_confirmation`."""
        session = self._session
        run, frame = session.run, session.jobs.snapshot.frame
        review, planning = session.reviewing.review, session.reviewing.planning
        where = self._where()
        return {
            "phase": session.phase.value,
            "clock": round(session.clock.now(), 3),
            "place": session.audience.place(),
            "where": where,
            "note": " ".join(filter(None, [session.listing.told, session.peer.elsewhere.note, not_listed_text(frame)])),
            "locks": session.peer.elsewhere.texts,
            "auto": session.auto_refresh.told(),
            "notListed": queues_not_listed(frame),
            **self.failure(session.worker.error),
            "reason": session.reason,
            "reasons": reasons_used(),
            "stopping": run is not None and run.stop.is_pending,
            "plan": review.told() if review and session.phase is Phase.CONFIRMING else None,
            "planning": planning.told() if planning and session.phase is Phase.PLANNING else None,
            "progress": run.told() if run else None,
            "result": self._result_told(),
        }

    def failure(self, error: BaseException | None, press: str = "") -> dict[str, Any]:
        """Return what the bar says of an error; `press` is the button that does again what failed, where known."""
        session, where = self._session, self._where()
        press = press or _AGAIN.get(session.failed_doing(error), "Review")
        profile, tried, account = session.setup.connection.profile, session.worker.tried, where["account"]
        failure = failure_of(error, profile, where["region"], tried, where["alias"] or account, press)
        return failure.told() if failure else _NO_FAILURE

    def _where(self) -> dict[str, Any]:
        session = self._session
        plan, asked = session.plan, session.identity.caller
        frame = session.jobs.snapshot.frame
        caller, listed_at = asked.place and asked.place.caller, frame.attrs.get("listed_at")
        key = (session.jobs.snapshot.number, id(plan), asked, caller, str(listed_at))
        if self._place is None or self._place[0] != key:
            self._place = key, place_told(frame, session.setup, planned_place(plan, frame), asked)
        return self._place[1]

    def _result_told(self) -> dict[str, Any] | None:
        report = self._session.result
        if self._result[0] is not report:
            told = result_told(report, self._session.setup.connection.profile)
            self._results += told is not None
            self._result = report, told and {**told, "number": self._results}
        return self._result[1]
