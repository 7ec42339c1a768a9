"""PickerSession: what happens behind a picker, without any widget in it.

It takes the browser's requests, holds the selection, one plan and one worker thread, and tells its audience what to
send. So it can be driven and looked at without a browser, a notebook or a kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.model.event import JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.widget import messages
from batchnb.widget.auto_refresh import AutoRefresh
from batchnb.widget.descriptions import Descriptions
from batchnb.widget.details.lookups import Lookups
from batchnb.widget.execution import Run
from batchnb.widget.identity import Identity
from batchnb.widget.listing import Listing
from batchnb.widget.peers import PEERS
from batchnb.widget.reviewing import Reviewing
from batchnb.widget.session_view import SessionView
from batchnb.widget.setup import Audience, Origin, Setup
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.state import StateTold
from batchnb.widget.watching import Watching
from batchnb.widget.whereabouts import Whereabouts, planned_place, where_planned, whereabouts_of
from batchnb.widget.worker import Phase, Worker

__all__ = ["PickerSession"]


class PickerSession:
    """The jobs, the selection, one plan and one worker thread of a picker. Threads may share it."""

    def __init__(
        self,
        jobs: ShownJobs,
        setup: Setup,
        audience: Audience,
        *,
        reason: str = "",
        clock: Clock | None = None,
        origin: Origin | None = None,
    ) -> None:
        self.jobs = jobs
        self.setup = setup
        self.reason = reason
        self.clock = clock or Clock()
        self.reviewing: Reviewing = Reviewing(self)
        """The plan that was made last, and its review."""
        self.descriptions: Descriptions = Descriptions(self)
        """What DescribeJobs told of the jobs, beside what the frame has."""
        self.report: Report | None = None
        """The report of the plan that was executed last, None before."""
        self.read: Report | None = None
        """The report whose result somebody has read, and wants to see no more."""
        self.run: Run | Watching | None = None
        """The run that goes on, None where none does."""
        self._is_watch = False
        """Whether the run that was begun last only watches."""
        self.listing: Listing = Listing(self)
        """How the table is listed again."""
        self.worker = Worker(self._enter_phase)
        self.audience = audience
        self.details: Lookups = Lookups(
            setup, self.clock, audience.send, lambda: self.run is not None or PEERS.is_running
        )
        """What is asked about single jobs."""
        self.identity = Identity(setup.connection, self.send_state)
        """Who calls, asked once a page shows the picker."""
        self.auto_refresh: AutoRefresh = AutoRefresh(self)
        self._state = StateTold(self)
        self._where: tuple[object, Whereabouts] | None = None
        origin = origin or Origin(given={"reason": reason})
        self.peer = PEERS.join(self, origin.cell)
        """The other pickers of this process, and their runs."""
        self.view: SessionView = SessionView(self, origin)
        """How the picker is set, and where that is kept."""
        with jobs.mutex:
            # What others end is locked before anything is selected again.
            self.peer.mark()
            self.view.restore()

    # What Python and the browser ask

    @property
    def plan(self) -> Plan | None:
        """The plan that was made last, None before."""
        return self.reviewing.plan

    @property
    def result(self) -> Report | None:
        """The report whose result is shown: the last one, until somebody has read it."""
        return None if self.report is self.read else self.report

    @property
    def phase(self) -> Phase:
        """What it does now."""
        return self.worker.phase

    @property
    def is_free(self) -> bool:
        """Whether the selection and the reason may change: no plan is made, waits, or is executed."""
        return self.phase in (Phase.IDLE, Phase.LISTING)

    @property
    def where(self) -> Whereabouts:
        """Where the jobs are: as AWS has confirmed it for the last plan, or else as far as the frame tells."""
        key = (self.jobs.snapshot.number, id(self.plan))
        if self._where is None or self._where[0] != key:
            frame = self.jobs.snapshot.frame
            place = planned_place(self.plan, frame)
            self._where = key, where_planned(place) if place else whereabouts_of(frame, self.setup)
        return self._where[1]

    def select(self, job_ids: Sequence[str]) -> None:
        """Select exactly these jobs, as far as they are shown and have not ended, and tell the browser."""
        with self.jobs.mutex:
            self.jobs.select(job_ids)
            self._send(messages.selection(self.jobs))
            self.view.keep()
        self.audience.keep_rows()

    def take_draft(self, number: object, buffers: Sequence[Any], reason: str) -> int:
        """Take the browser's selection and reason; return how many jobs are selected.

        While a plan is made, waits or is executed, both stay as the plan has them, and the browser is told so. Raises
        InputError for a selection that was made in another table than the one that is shown.
        """
        with self.jobs.mutex:
            rows = self.jobs.rows_in(number, buffers)
            if self.is_free:
                self.jobs.rows, self.reason = rows, reason
                self.view.keep()
            elif not np.array_equal(rows, self.jobs.rows):
                self._send(messages.selection(self.jobs))
            return len(self.jobs.rows)

    def greet(self) -> None:
        """Send the table to a page that shows it, and will ask who calls once it has painted the rows."""
        self.identity.expect()
        self.send_table()

    def ask_who(self) -> None:
        """Ask in the background who calls, unless that is known since the last login."""
        jobs = self.jobs.snapshot.first_rows(1).job_ids
        self.identity.ask(jobs[0] if jobs and jobs[0] else None)

    def send_table(self) -> None:
        """Send how the picker is set, the first rows, and then all of them."""
        with self.jobs.mutex:
            self.send(self.view.told())
            ahead = messages.first_rows(self.jobs, self.state())
            if ahead is not None:
                self._send(ahead)
            self._send(messages.table(self.jobs, self.state()))

    def confirm(self, digest: object, typed: object, sent_at: object) -> None:
        """Execute the plan that waits, in the thread, if it is the one with this digest.

        `sent_at` is when the button was pressed, by `clock`. Raises InputError for another plan, and where the number
        of jobs has to be typed and was not; GuardError where a guard blocks the plan; LateError where the button was
        pressed too long ago: then the plan is given up, for nobody may be looking at it any more.
        """
        with self.jobs.mutex:
            run = self.reviewing.confirmed(digest, typed, sent_at)
            try:
                self._start_run(run, Phase.CONFIRMING)
            except BaseException:
                self.peer.give_up()
                raise

    def cancel(self) -> None:
        """Give up the plan that is made, or waits for its confirmation."""
        with self.jobs.mutex:
            if self.phase in (Phase.PLANNING, Phase.CONFIRMING):
                self.worker.enter(Phase.IDLE)

    def watch_on(self) -> None:
        """Watch the jobs of the last run for longer, in the thread. Raises InputError where none may still end."""
        with self.jobs.mutex:
            if self.result is None:
                raise InputError("there is no run yet to watch, or its result was read. Nothing was asked of AWS.")
            self._start_run(Watching(self.result, self.setup.connection, self.clock), Phase.IDLE)

    def press_stop(self) -> None:
        """Stop sending; where that is over, stop watching."""
        if self.run is not None:
            self.run.press_stop()
            self.send_state()

    def dismiss(self) -> None:
        """Forget the last error."""
        self.worker.error = None
        self.send_state()
        self.audience.keep_outputs()

    # What the worker does

    def _enter_phase(self) -> None:
        self.send_state()
        if self.phase in (Phase.CONFIRMING, Phase.IDLE):
            # A notebook that is saved now shows the review that waits, or that none does any more.
            self.audience.keep_outputs()

    def _start_run(self, run: Run | Watching, after: Phase) -> None:
        def take() -> None:
            # Before the thread begins: a Stop may come at once, and must not find nothing to stop.
            self.run, self._is_watch = run, isinstance(run, Watching)

        self.worker.start(Phase.RUNNING, lambda _turn: self._execute(run), after=after, first=take)

    def _execute(self, run: Run | Watching) -> None:
        try:
            with self.peer.running():
                self._execute_alone(run)
        finally:
            self.run = None

    def _execute_alone(self, run: Run | Watching) -> None:
        self.jobs.marks.begin_run(run.plan)
        self.send_patch()
        # Should the kernel die before the end, the notebook says that a run had begun.
        self.audience.keep_outputs()
        try:
            report = run.execute(timeout=self.setup.timeout, note=self._note_event, tell=self._tell_run)
        except InterruptedRunError as error:
            self.worker.error, report = error, error.report
        except BaseException:
            self.run = None
            self.audience.keep_outputs()
            raise
        self._take_report(report)

    def _take_report(self, report: Report) -> None:
        with self.jobs.mutex:
            self.report, self.run = report, None
            self.jobs.marks.note_report(report)
            self.peer.mark()
        self.send_patch()
        self.peer.note_report(report)
        self.descriptions.note_report(report)
        # What failed can be selected again, by somebody who has read why.
        self.select([])
        self.audience.keep_result()

    def _note_event(self, event: JobEvent) -> None:
        with self.jobs.mutex:
            self.jobs.marks.note_event(event)
            if self.run is not None:
                self.run.note(event)
        self.peer.note_event(event)

    def _tell_run(self) -> None:
        self.send_patch()
        self.peer.pass_on()

    # What the browser is told

    def state(self) -> dict[str, Any]:
        """Return what the browser has to know, besides the table."""
        with self.jobs.mutex:
            return self._state.tell()

    def failure_told(self, error: BaseException, press: str = "") -> dict[str, Any]:
        """Return what the bar says of an error; `press` is the button that does again what failed, where known."""
        with self.jobs.mutex:
            return self._state.failure(error, press)

    def failed_doing(self, error: BaseException | None) -> str:
        """Return what failed with this error: a phase, `watching`, or nothing that is known."""
        phase = self.worker.failed_in(error)
        return "watching" if phase is Phase.RUNNING and self._is_watch else phase or ""

    def send_state(self) -> None:
        """Tell the browser what goes on."""
        self._send(({"kind": "state", "state": self.state()}, []))

    def send_patch(self) -> None:
        """Tell the browser which rows have changed, and what goes on."""
        with self.jobs.mutex:
            self._send(messages.patch(self.jobs, self.state()))

    def send(self, content: dict[str, Any]) -> None:
        """Send a message without binary parts to the browser."""
        self._send((content, []))

    def _send(self, message: messages.Message) -> None:
        content, buffers = message
        self.audience.send(content, buffers)
