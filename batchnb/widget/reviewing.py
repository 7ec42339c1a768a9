"""Reviewing: the one plan of a session, from the selection to the confirmation, and what is changed in its review."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.guards.refusals import raise_refusals
from batchnb.model.plan import Plan
from batchnb.widget import messages
from batchnb.widget.confirmation import check_confirmation
from batchnb.widget.draft import Draft
from batchnb.widget.execution import Run
from batchnb.widget.failures import LateError
from batchnb.widget.nothing_left import nothing_left_text
from batchnb.widget.place_strip import wrong_account
from batchnb.widget.planning import Planning
from batchnb.widget.refresh import with_jobs
from batchnb.widget.review import Review, jobs_of_part, names_of_group
from batchnb.widget.table.untouched import is_untouched
from batchnb.widget.view_model import is_production, use_reason
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from batchnb.widget.session import PickerSession

__all__ = ["Reviewing"]

MOST_SHOWN = 500
"""Jobs of a group that are handed to the browser to look at."""
_NAME_LENGTH = 300
_OTHER_PLAN = "the plan that was confirmed is not the one that waits. Nothing was ended."


class Reviewing:
    """The plan that waits, and what a person does to it. Everything of it is under the mutex of the session's jobs."""

    def __init__(self, session: PickerSession) -> None:
        self._session = session
        self._draft = Draft()
        self.plan: Plan | None = None
        """The plan that was made last, None before."""
        self.review: Review | None = None
        """What the browser is told of that plan."""
        self.planning: Planning | None = None
        """The plan that was begun last."""

    def begin(self, rows: NDArray[np.int64] | None = None, reason: str | None = None) -> None:
        """Select these rows for this reason, and plan the end of their jobs, in the thread.

        Without them, it is what is selected already. Where this raises, selection and reason stay as they were.
        InputError if no job is selected, if the place of the jobs is not known or not that of the caller, and unless
        the session is idle.
        """
        session = self._session
        with session.jobs.mutex:
            wanted = session.jobs.rows if rows is None else rows
            if not len(wanted):
                raise InputError("no job is selected. Nothing was ended.")
            self._check_place(session.jobs.snapshot.frame.iloc[wanted])

            def choose() -> None:
                session.jobs.rows = wanted
                session.reason = session.reason if reason is None else reason
                session.view.keep()

            self._start(Draft(), Phase.IDLE, choose)

    def begin_untouched(self) -> None:
        """Select the jobs that the last run did not ask for, and plan their end for its reason, in the thread.

        Raises InputError where there are none, and as `begin` does.
        """
        session = self._session
        with session.jobs.mutex:
            report = session.result
            untouched = [one.planned.job_id for one in report.results if is_untouched(one)] if report else []
            if report is None or not untouched:
                raise InputError("the last run left no job untouched. Nothing was ended.")
            rows, reason = session.jobs.snapshot.rows_of(untouched), report.plan.reason
            if not len(rows):
                raise InputError(nothing_left_text(session, untouched))
            self._check_place(session.jobs.snapshot.frame.iloc[rows])

            def choose() -> None:
                session.reason = reason
                session.select(untouched)

            self._start(Draft(), Phase.IDLE, choose)

    def begin_newcomers(self) -> None:
        """Take the jobs like those of the last run that were submitted since into the table, and plan their end.

        Raises InputError where there are none, and as `begin` does.
        """
        session = self._session
        with session.jobs.mutex:
            report = session.result
            found = report.newcomers.job_ids if report and report.newcomers else ()
            if report is None or not found:
                raise InputError("no jobs like those of the last run were submitted since. Nothing was ended.")
            reason = report.plan.reason
            self._check_place()

            def choose() -> None:
                session.reason, self.planning = reason, None

            session.worker.start(Phase.PLANNING, lambda turn: self._add_and_make(turn, found), first=choose)

    def leave_out(self, digest: object, group: object) -> None:
        """Leave a group of the plan that is shown out of it. Nothing is described again.

        Raises InputError for another plan than the one that waits, and for a group that it does not have.
        """
        session = self._session
        with session.jobs.mutex:
            plan = self._waiting(digest)
            out = names_of_group(plan, group)
            self._draft = self._draft.without(out)
            self._take(plan.without(list(out)))
            left_out = self._draft.left_out
            session.select([job_id for job_id in session.jobs.selected_ids if job_id not in left_out])
        session.send_state()

    def jobs_of_group(self, digest: object, group: object) -> dict[str, Any]:
        """Return the first jobs of a group of the plan that is shown, or of another part, and how many more it has.

        Each is an id, a name, and in other parts why it is there. Raises InputError as `leave_out` does.
        """
        with self._session.jobs.mutex:
            jobs = jobs_of_part(self._waiting(digest), group)
        first = [[job_id, *(text[:_NAME_LENGTH] for text in texts)] for job_id, *texts in jobs[:MOST_SHOWN]]
        return {"jobs": first, "more": len(jobs) - len(first)}

    def put_back(self, digest: object) -> None:
        """Plan again with the jobs that were left out in the review."""
        session = self._session
        with session.jobs.mutex:
            self._waiting(digest)
            back = [*session.jobs.selected_ids, *self._draft.left_out]
            draft = replace(self._draft, left_out={})
            self._start(draft, Phase.CONFIRMING, lambda: session.select(back))

    def add_dependents(self, digest: object) -> None:
        """Plan again, with the jobs that would fail because they wait for those of the plan."""
        with self._session.jobs.mutex:
            self._waiting(digest)
            self._start(replace(self._draft, with_dependents=True), Phase.CONFIRMING)

    def confirmed(self, digest: object, typed: object, sent_at: object) -> Run:
        """Return the run of the plan that waits, if it is the one with this digest: see `PickerSession.confirm`."""
        plan, review, worker = self._waiting(digest), self.review, self._session.worker
        if review is None:
            raise InputError(_OTHER_PLAN)
        self._check_place()
        try:
            check_confirmation(review, typed, sent_at, self._session.clock.now())
            raise_refusals(review.clearance.refusals)
            self._session.peer.claim(plan)
        except LateError:
            worker.enter(Phase.IDLE)
            raise
        return Run(plan, review.clearance.max_jobs)

    def _waiting(self, digest: object) -> Plan:
        if self._session.phase is not Phase.CONFIRMING or self.plan is None or digest != self.plan.digest:
            raise InputError(_OTHER_PLAN)
        return self.plan

    def _start(self, draft: Draft, after: Phase, first: Callable[[], object] | None = None) -> None:
        self._session.worker.start(Phase.PLANNING, lambda turn: self._make(turn, draft), after=after, first=first)

    def _check_place(self, chosen: pd.DataFrame | None = None) -> None:
        """Raise InputError where the place of the jobs is not known, or is not that of the caller."""
        session = self._session
        if why := session.state()["where"]["obstacle"]:
            raise InputError(why)
        if chosen is not None and (wrong := wrong_account(chosen, session.identity.caller.place)):
            raise InputError(wrong)

    def _add_and_make(self, turn: int, job_ids: Sequence[str]) -> Phase | None:
        session = self._session
        frame = with_jobs(session.jobs.snapshot, job_ids, session.setup.connection.open(), session.clock)
        with session.jobs.mutex:
            if not session.worker.is_current(turn):
                return None
            # Only rows at the end: what the last run did to the others stays.
            session.jobs.extend(frame)
            session.peer.mark()
            session.audience.send(*messages.table(session.jobs, session.state()))
            session.select(job_ids)
            if not len(session.jobs.rows):
                raise InputError(nothing_left_text(session, job_ids, missing="known to AWS"))
        return self._make(turn, Draft())

    def _make(self, turn: int, draft: Draft) -> Phase | None:
        session = self._session
        with session.jobs.mutex:
            if not session.worker.is_current(turn):
                return None  # given up before it began
            planning = self.planning = Planning(session.jobs, session.setup, session.reason, draft)
        plan = planning.make(session.send_state)
        use_reason(planning.reason)
        with session.jobs.mutex:
            if not session.worker.is_current(turn):
                return None
            self._draft = draft.made_into(plan)
            self._take(plan)
            session.identity.take(plan.identity)
            session.jobs.marks.note_plan(plan)
            session.peer.mark()
        session.send_patch()
        session.peer.note_plan(plan)
        session.descriptions.note_plan(plan)
        return Phase.CONFIRMING

    def _take(self, plan: Plan) -> None:
        names, above = list(self._draft.left_out.values()), self._session.setup.confirm_above
        self.plan, now, production = plan, self._session.clock.now(), is_production(plan)
        self.review = Review(plan, confirm_above=above, is_production=production, left_out=names, made_at=now)
