"""PickerSession: what happens behind a picker, without any widget in it.

It takes the browser's requests, holds the selection, one plan and one worker thread, and tells its audience what to
send. So it can be driven and looked at without a browser, a notebook or a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from batchnb import api
from batchnb.aws.relist import note_selected
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.guards.refusals import raise_refusals
from batchnb.model.event import JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.widget import messages
from batchnb.widget.confirmation import check_confirmation
from batchnb.widget.draft import Draft
from batchnb.widget.execution import Run
from batchnb.widget.failures import LateError
from batchnb.widget.outcome_lines import is_untouched
from batchnb.widget.refresh import list_again
from batchnb.widget.review import Review, names_of_group
from batchnb.widget.setup import Audience, Setup
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.state import StateTold
from batchnb.widget.view_model import is_production, use_reason
from batchnb.widget.worker import Phase, Worker

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PickerSession"]

_OTHER_PLAN = "the plan that was confirmed is not the one that waits. Nothing was ended."


class PickerSession:
    """The jobs, the selection, one plan and one worker thread of a picker. Threads may share it."""

    def __init__(
        self, jobs: ShownJobs, setup: Setup, audience: Audience, *, reason: str = "", clock: Clock | None = None
    ) -> None:
        self.jobs = jobs
        self.setup = setup
        self.reason = reason
        self.clock = clock or Clock()
        self.plan: Plan | None = None
        """The plan that was made last, None before."""
        self.review: Review | None = None
        """What the browser is told of that plan."""
        self.report: Report | None = None
        """The report of the plan that was executed last, None before."""
        self.run: Run | None = None
        """The run that goes on, None where none does."""
        self.note = ""
        """How the table was listed last."""
        self.worker = Worker(self.send_state)
        self._draft = Draft()
        self.audience = audience
        self._state = StateTold(self)

    # What Python and the browser ask

    @property
    def phase(self) -> Phase:
        """What it does now."""
        return self.worker.phase

    def select(self, job_ids: Sequence[str]) -> None:
        """Select exactly these jobs, as far as they are shown and have not ended, and tell the browser."""
        with self.jobs.mutex:
            self.jobs.select(job_ids)
            self._send(messages.selection(self.jobs))
        self.audience.keep_rows()

    def take_draft(self, number: object, buffers: Sequence[Any], reason: str) -> int:
        """Take the browser's selection and reason; return how many jobs are selected.

        Raises InputError for a selection that was made in another table than the one that is shown.
        """
        with self.jobs.mutex:
            self.jobs.select_bits(number, buffers)
            self.reason = reason
            return len(self.jobs.rows)

    def send_table(self) -> None:
        """Send the first rows, then all of them."""
        with self.jobs.mutex:
            ahead = messages.first_rows(self.jobs, self.state())
            if ahead is not None:
                self._send(ahead)
            self._send(messages.table(self.jobs, self.state()))

    def make_plan(self) -> None:
        """Plan the end of the selected jobs, in the thread. Raises InputError if no job is selected."""
        if not len(self.jobs.rows):
            raise InputError("no job is selected. Nothing was ended.")
        self._start_planning(Draft(), Phase.IDLE)

    def review_untouched(self) -> None:
        """Select the jobs that the last run did not ask for, and plan their end for its reason, in the thread.

        Raises InputError where there are none.
        """
        report = self.report
        untouched = [one.planned.job_id for one in report.results if is_untouched(one)] if report else []
        if report is None or not untouched:
            raise InputError("the last run left no job untouched. Nothing was ended.")
        self.reason = report.plan.reason
        self.select(untouched)
        self.make_plan()

    def leave_out(self, digest: object, group: object) -> None:
        """Leave a group of the plan that is shown out of it. Nothing is described again.

        Raises InputError for another plan than the one that waits, and for a group that it does not have.
        """
        with self.jobs.mutex:
            plan = self._waiting(digest)
            out = names_of_group(plan, group)
            self._draft = self._draft.without(out)
            self._take_plan(plan.without(list(out)))
            kept = self.jobs.selected_ids
        left_out = self._draft.left_out
        self.select([job_id for job_id in kept if job_id not in left_out])
        self.send_state()

    def put_back(self, digest: object) -> None:
        """Plan again with the jobs that were left out in the review."""
        with self.jobs.mutex:
            self._waiting(digest)
            back = [*self.jobs.selected_ids, *self._draft.left_out]
            draft = replace(self._draft, left_out={})
        self.select(back)
        self._start_planning(draft, Phase.CONFIRMING)

    def add_dependents(self, digest: object) -> None:
        """Plan again, with the jobs that would fail because they wait for those of the plan."""
        with self.jobs.mutex:
            self._waiting(digest)
            draft = replace(self._draft, with_dependents=True)
        self._start_planning(draft, Phase.CONFIRMING)

    def confirm(self, digest: object, typed: object, sent_at: object) -> None:
        """Execute the plan that waits, in the thread, if it is the one with this digest.

        `sent_at` is when the button was pressed, by `clock`. Raises InputError for another plan, and where the number
        of jobs has to be typed and was not; GuardError where a guard blocks the plan; LateError where the button was
        pressed too long ago: then the plan is given up, for nobody may be looking at it any more.
        """
        with self.jobs.mutex:
            plan, review = self._waiting(digest), self.review
            if review is None:
                raise InputError(_OTHER_PLAN)
            try:
                check_confirmation(review, typed, sent_at, self.clock.now())
            except LateError:
                self.worker.enter(Phase.IDLE)
                raise
            raise_refusals(review.clearance.refusals)
            run = Run(plan, review.clearance.max_jobs)
            self.worker.start(Phase.RUNNING, lambda _turn: self._execute(run), after=Phase.CONFIRMING)

    def cancel(self) -> None:
        """Give up the plan that is made, or waits for its confirmation."""
        with self.jobs.mutex:
            if self.phase in (Phase.PLANNING, Phase.CONFIRMING):
                self.worker.enter(Phase.IDLE)

    def press_stop(self) -> None:
        """Stop sending; where that is over, stop watching."""
        if self.run is not None:
            self.run.press_stop()
            self.send_state()

    def start_refresh(self) -> None:
        """List the jobs again, in the thread."""
        self.worker.start(Phase.LISTING, lambda _turn: self._refresh())

    def refresh(self, frame: pd.DataFrame | None = None) -> None:
        """Show `frame`, or list the jobs again, in this thread. Raises InputError unless the session is idle."""
        self.worker.begin(Phase.LISTING)
        try:
            if frame is None:
                self._refresh()
            else:
                self._show_frame(frame)
        finally:
            self.worker.enter(Phase.IDLE)

    def dismiss(self) -> None:
        """Forget the last error."""
        self.worker.error = None
        self.send_state()

    # What the worker does

    def _waiting(self, digest: object) -> Plan:
        if self.phase is not Phase.CONFIRMING or self.plan is None or digest != self.plan.digest:
            raise InputError(_OTHER_PLAN)
        return self.plan

    def _start_planning(self, draft: Draft, after: Phase) -> None:
        self.worker.start(Phase.PLANNING, lambda turn: self._make_plan(turn, draft), after=after)

    def _make_plan(self, turn: int, draft: Draft) -> Phase | None:
        with self.jobs.mutex:
            # Rows and not ids: where a row has its ARN, it is checked that calls go there.
            rows, reason = note_selected(self.jobs.selected), self.reason
            ids = self.jobs.snapshot.id_title
        setup = self.setup
        calls = {"ids": ids, "session": setup.session, **setup.connection, **setup.guards, **draft.options}
        plan = api.plan(rows, reason=reason, **calls)
        use_reason(reason)
        with self.jobs.mutex:
            if not self.worker.is_current(turn):
                return None
            self._draft = draft
            self._take_plan(plan)
            self.jobs.marks.note_plan(plan)
        self._send_patch()
        return Phase.CONFIRMING

    def _take_plan(self, plan: Plan) -> None:
        names = list(self._draft.left_out.values())
        self.plan, now, above = plan, self.clock.now(), self.setup.confirm_above
        production = is_production(plan)
        self.review = Review(plan, confirm_above=above, is_production=production, left_out=names, made_at=now)

    def _execute(self, run: Run) -> None:
        self.run = run
        self.jobs.marks.begin_run(run.plan)
        # Should the kernel die before the end, the notebook says that a run had begun.
        self.audience.keep_outputs()
        try:
            report = run.execute(timeout=self.setup.timeout, note=self._note_event, tell=self._send_patch)
        except InterruptedRunError as error:
            self.worker.error, report = error, error.report
        except Exception:
            self.run = None
            self.audience.keep_outputs()
            raise
        self._take_report(report)

    def _take_report(self, report: Report) -> None:
        with self.jobs.mutex:
            self.report, self.run = report, None
            self.jobs.marks.note_report(report)
        self._send_patch()
        # What failed can be selected again, by somebody who has read why.
        self.select([])
        self.audience.keep_result()

    def _note_event(self, event: JobEvent) -> None:
        with self.jobs.mutex:
            self.jobs.marks.note_event(event)
            if self.run is not None:
                self.run.note(event)

    def _refresh(self) -> None:
        fresh = list_again(self.jobs.snapshot, self.setup, self.clock)
        self._show_frame(fresh.frame, fresh.note)

    def _show_frame(self, frame: pd.DataFrame, note: str = "") -> None:
        with self.jobs.mutex:
            self.note = note
            self.jobs.replace(frame)
            self._send(messages.table(self.jobs, self.state()))
        self.audience.keep_rows()
        self.audience.keep_outputs()

    # What the browser is told

    def state(self) -> dict[str, Any]:
        """Return what the browser has to know, besides the table."""
        with self.jobs.mutex:
            return self._state.tell()

    def failure_told(self, error: BaseException) -> dict[str, Any]:
        """Return what the bar says of an error."""
        with self.jobs.mutex:
            return self._state.failure(error)

    def send_state(self) -> None:
        """Tell the browser what goes on."""
        self._send(({"kind": "state", "state": self.state()}, []))

    def _send_patch(self) -> None:
        with self.jobs.mutex:
            self._send(messages.patch(self.jobs, self.state()))

    def _send(self, message: messages.Message) -> None:
        content, buffers = message
        self.audience.send(content, buffers)
