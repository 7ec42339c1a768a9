"""PickerSession: what happens behind a picker, without any widget in it.

It takes the browser's requests, holds the selection, one plan and one worker thread, and tells its audience what to
send. So it can be driven and looked at without a browser, a notebook or a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from batchnb import api
from batchnb.aws.connect import connect
from batchnb.aws.relist import not_listed_text, note_selected
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.model.as_cell import cell_for
from batchnb.model.event import JobEvent
from batchnb.model.facts import DIGEST_SHOWN
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.text import plural, shown
from batchnb.widget import messages
from batchnb.widget.execution import Run
from batchnb.widget.refresh import Refreshed, refreshed
from batchnb.widget.sentences import sentence_of
from batchnb.widget.setup import Audience, Setup
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.view_model import (
    is_production,
    plan_told,
    queues_not_listed,
    reasons_used,
    result_told,
    use_reason,
)
from batchnb.widget.worker import Phase, Worker

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PickerSession"]


class PickerSession:
    """The jobs, the selection, one plan and one worker thread of a picker. Threads may share it."""

    def __init__(self, jobs: ShownJobs, setup: Setup, audience: Audience, *, reason: str = "") -> None:
        self.jobs = jobs
        self.setup = setup
        self.reason = reason
        self.plan: Plan | None = None
        """The plan that was made last, None before."""
        self.report: Report | None = None
        """The report of the plan that was executed last, None before."""
        self.run: Run | None = None
        """The run that goes on, None where none does."""
        self.worker = Worker(self.send_state)
        self._audience = audience
        self._note = ""

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
        self._audience.keep_rows()

    def take_draft(self, number: object, buffers: Sequence[Any], reason: str) -> int:
        """Take the browser's selection and reason; return how many jobs are selected.

        Raises InputError for a selection that was made in another table than the one that is shown.
        """
        with self.jobs.mutex:
            self.jobs.select_bits(number, buffers)
            self.reason = reason
            return len(self.jobs.rows)

    def keep(self) -> None:
        """Keep what is selected in the notebook's file."""
        self._audience.keep_outputs()

    def hold(self) -> None:
        """Name the widget no more in the notebook's file."""
        self._audience.hold_outputs()

    def send_table(self) -> None:
        """Send the first rows, then all of them."""
        with self.jobs.mutex:
            ahead = messages.first_rows(self.jobs, self.state())
            if ahead is not None:
                self._send(ahead)
            self._send(messages.table(self.jobs, self.state()))

    def make_plan(self) -> None:
        """Plan the end of the selected jobs, in the thread. Raises InputError where none is selected."""
        if not len(self.jobs.rows):
            raise InputError("no job is selected. Nothing was ended.")
        self.worker.start(Phase.PLANNING, self._make_plan)

    def confirm(self, digest: object, typed: object) -> None:
        """Execute the plan that waits, in the thread, if it is the one with this digest.

        Raises InputError for another plan, and where the number of jobs has to be typed and was not.
        """
        with self.jobs.mutex:
            plan = self.plan
            if self.phase is not Phase.CONFIRMING or plan is None or digest != plan.digest:
                raise InputError("the plan that was confirmed is not the one that waits. Nothing was ended.")
            if self._must_type(plan) and typed != str(len(plan.to_end)):
                raise InputError(f"type the number of jobs, {len(plan.to_end)}, to end them. Nothing was ended.")
            run = Run(plan)
            self.worker.start(Phase.RUNNING, lambda _turn: self._execute(run), after=Phase.CONFIRMING)

    def cancel(self) -> None:
        """Give up the plan that waits for its confirmation."""
        with self.jobs.mutex:
            if self.phase is Phase.CONFIRMING:
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

    def as_cell(self) -> str:
        """Return the cell that plans the selected jobs again; see `JobPicker.as_cell`."""
        with self.jobs.mutex:
            job_ids, plan, reason = self.jobs.selected_ids, self.plan, self.reason
        if plan is not None and (not job_ids or job_ids == [planned.job_id for planned in plan.jobs]):
            job_ids, reason = [planned.job_id for planned in plan.to_end], plan.reason
            where = f"{plural(len(job_ids), 'job')}, {shown(plan.identity, 300)}"
            notes = [f"plan {plan.digest[:DIGEST_SHOWN]}: {where}"]
        else:
            notes = [plural(len(job_ids), "job")]
        if not job_ids:
            raise InputError("no job is selected: select some first.")
        return cell_for(job_ids, reason, {**self.setup.connection, **self.setup.guards}, notes)

    # What the worker does

    def _must_type(self, plan: Plan) -> bool:
        return len(plan.to_end) > self.setup.confirm_above or is_production(plan)

    def _make_plan(self, turn: int) -> Phase | None:
        with self.jobs.mutex:
            # Rows and not ids: where a row has its ARN, it is checked that calls go there.
            rows, reason = note_selected(self.jobs.selected), self.reason
            ids = self.jobs.snapshot.id_title
        setup = self.setup
        plan = api.plan(rows, reason=reason, ids=ids, session=setup.session, **setup.connection, **setup.guards)
        use_reason(reason)
        with self.jobs.mutex:
            if not self.worker.is_current(turn):
                return None
            self.plan = plan
            self.jobs.marks.note_plan(plan)
        self._send_patch()
        return Phase.CONFIRMING

    def _execute(self, run: Run) -> None:
        self.run = run
        # Should the kernel die before the end, the notebook says that a run had begun.
        self._audience.keep_outputs()
        try:
            report = run.execute(timeout=self.setup.timeout, note=self._note_event, tell=self._send_patch)
        except InterruptedRunError as error:
            self.worker.error, report = error, error.report
        except Exception:
            self.run = None
            self._audience.keep_outputs()
            raise
        self._take_report(report)

    def _take_report(self, report: Report) -> None:
        with self.jobs.mutex:
            self.report, self.run = report, None
            self.jobs.marks.note_report(report)
        self._send_patch()
        # What failed can be selected again, by somebody who has read why.
        self.select([])
        self._audience.keep_result()

    def _note_event(self, event: JobEvent) -> None:
        with self.jobs.mutex:
            self.jobs.marks.note_event(event)
            if self.run is not None:
                self.run.progress.note(event)

    def _refresh(self) -> None:
        fresh = self._listed()
        self._show_frame(fresh.frame, fresh.note)

    def _listed(self) -> Refreshed:
        setup = self.setup
        if setup.relist is not None:
            return Refreshed(setup.relist(), f"Listed again at {Clock().wall():%H:%M:%S} UTC.")
        return refreshed(self.jobs.snapshot, connect(setup.session, **setup.connection), Clock())

    def _show_frame(self, frame: pd.DataFrame, note: str = "") -> None:
        with self.jobs.mutex:
            self._note = note
            self.jobs.replace(frame)
            self._send(messages.table(self.jobs, self.state()))
        self._audience.keep_rows()
        self._audience.keep_outputs()

    # What the browser is told

    def send_state(self) -> None:
        """Tell the browser what goes on."""
        self._send(({"kind": "state", "state": self.state()}, []))

    def _send_patch(self) -> None:
        with self.jobs.mutex:
            self._send(messages.patch(self.jobs, self.state()))

    def _send(self, message: messages.Message) -> None:
        content, buffers = message
        self._audience.send(content, buffers)

    def state(self) -> dict[str, Any]:
        """Return what the browser has to know, besides the table."""
        with self.jobs.mutex:
            run = self.run
            plan = self.plan if self.phase is Phase.CONFIRMING else None
            error, frame = self.worker.error, self.jobs.snapshot.frame
            return {
                "phase": self.phase.value,
                "place": self._audience.place(),
                "note": " ".join(filter(None, [self._note, not_listed_text(frame)])),
                "notListed": queues_not_listed(frame),
                "error": sentence_of(error) if error else None,
                "reason": self.reason,
                "reasons": reasons_used(),
                "stopping": run is not None and run.stop.is_pending,
                "plan": plan_told(plan, must_type=self._must_type(plan)) if plan else None,
                "progress": run.figures() if run else None,
                "result": result_told(self.report),
            }
