"""The stages of a run: send, watch, look for new jobs, report. Whatever interrupts one, the report is owed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from enum import IntEnum, auto

from batchnb.aws import Gateway
from batchnb.engine import Engine
from batchnb.errors import InterruptedRunError
from batchnb.find_newcomers import find_newcomers
from batchnb.ledger import Ledger
from batchnb.lost import Lost
from batchnb.newcomers import Newcomers
from batchnb.plans import PlannedJob
from batchnb.report import Report, make_report
from batchnb.stop import Progress, Stop
from batchnb.text import shown
from batchnb.verify import Verifier

__all__ = ["Stages"]

LAST_LOOK = 5.0
"""Seconds for the last look at the jobs, where something has broken the run off."""


class _Stage(IntEnum):
    SENDING = auto()
    WATCHING = auto()
    FINDING_NEWCOMERS = auto()
    REPORTING = auto()
    OVER = auto()


class Stages:
    """One run from its first request to its report. Used by one thread, but for what `stop` tells it."""

    def __init__(
        self,
        ledger: Ledger,
        gateway: Gateway,
        stop: Stop,
        *,
        run_id: str,
        wait: bool,
        timeout: float,
        started_at: datetime | None,
        lost: Lost,
        on_seen: Callable[[Sequence[str], bool], None],
    ) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._stop = stop
        self._run_id = run_id
        self._wait = wait
        self._timeout = timeout
        self._started_at = started_at or ledger.clock.wall()
        self._lost = lost
        self._verifier = Verifier(gateway, ledger, on_seen, stop=stop, meanwhile=self._keep_up)
        self._engine = Engine(gateway, ledger, patience=timeout, meanwhile=self._meanwhile)
        self._stage = _Stage.SENDING
        self._has_watched = False
        self._newcomers: Newcomers | None = None
        self._cause: BaseException | None = None
        """What interrupted the run first, if anything did."""
        if stop.deliver is not None:
            ledger.deliver = stop.deliver

    @property
    def is_pressed(self) -> bool:
        """Whether calls have to go out so soon that whatever else takes time should wait."""
        return self._engine.is_pressed or self._verifier.is_pressed

    def go_through(self, jobs: Sequence[PlannedJob], write_end: Callable[[Report], None]) -> Report:
        """Go through all stages for these jobs; return the report, which `write_end` was given before.

        Raises InterruptedRunError, which carries the report, where somebody stopped the run, or something broke it off.
        """
        report: Report | None = None
        try:
            self._stop.progress = Progress(self._asked, self._report)
            if not self._stop.begin():
                self._stop.stop_everything()
            self._go_on(jobs)
            report = self._finish(write_end)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the report is owed
            self._note_interruption(error)
        finally:
            self._verifier.close()
        if report is None or self._cause is not None:
            report = self._break_off(report, write_end)
        if self._cause is None and self._stop.stopped_at is None:
            return report
        raise self._interrupted(report) from self._cause

    def _go_on(self, jobs: Sequence[PlannedJob]) -> None:
        """Go through the stages that are left until the report. To be interrupted is to be pressed to stop."""
        while self._stage < _Stage.REPORTING:
            try:
                if self._stage is _Stage.SENDING:
                    self._keep_up()
                    self._engine.send(jobs)
                elif self._stage is _Stage.WATCHING:
                    self._watch()
                else:
                    self._find_newcomers()
                self._stage = _Stage(self._stage + 1)
            except KeyboardInterrupt as interrupt:
                if interrupt is self._ledger.handler_error:
                    raise
                self._cause = self._cause or interrupt
                self._stop.press()
                self._keep_up()

    @property
    def _has_asked(self) -> bool:
        return any(entry.attempts for entry in self._ledger.entries.values())

    def _watch(self) -> None:
        if self._stop.ends_watching or (self._stop.ends_sending and not self._has_asked):
            return
        if self._wait:
            # The jobs were looked at while the last, stubborn requests were repeated: that was watching, too.
            self._verifier.watch(self._timeout, since=self._engine.answered_at)
            self._has_watched = not self._stop.ends_watching
        else:
            self._engine.wait_for_answers(lambda: self._stop.ends_watching)
            self._verifier.look_once(self._timeout)

    def _find_newcomers(self) -> None:
        if self._has_asked:
            self._newcomers = find_newcomers(self._ledger.plan, self._gateway, self._ledger.clock, self._stop)

    def _finish(self, write_end: Callable[[Report], None]) -> Report:
        self._engine.wait_for_answers(lambda: self._stop.ends_everything)
        self._engine.close()
        self._stage = _Stage.OVER
        report = self._report()
        write_end(report)
        return report

    def _break_off(self, report: Report | None, write_end: Callable[[Report], None]) -> Report:
        """Return the report of a run that something has broken off, as true as it can be made in a moment."""
        self._engine.stop_sending()
        if report is None:
            # Whatever else goes wrong, with the last look or with the journal: the report is owed.
            for step in (self._last_look, self._engine.close) if self._stage is not _Stage.OVER else ():
                with suppress(BaseException):
                    step()
            report = self._report()
            with suppress(BaseException):
                write_end(report)
        return report

    def _last_look(self) -> None:
        self._engine.wait_for_answers(lambda: self._stop.ends_watching)
        verifier = Verifier(self._gateway, self._ledger, stop=self._stop)
        try:
            verifier.look_once(LAST_LOOK)
        finally:
            verifier.close()

    def _meanwhile(self) -> None:
        """Do what there is to do between two requests."""
        self._keep_up()
        self._verifier.glance()

    def _keep_up(self) -> None:
        """Stop sending where that is wanted, and note answers that have come."""
        if self._stop.ends_sending and self._stop.stopped_at is None:
            self._stop.stopped_at = self._ledger.clock.wall()
            self._engine.stop_sending()
        if self._stage is not _Stage.SENDING:
            self._engine.read_answers()

    def _note_interruption(self, error: BaseException) -> None:
        self._cause = self._cause or error
        if isinstance(error, KeyboardInterrupt) and self._stop.stopped_at is None:
            self._stop.stopped_at = self._ledger.clock.wall()

    def _asked(self) -> int:
        entries = self._ledger.entries.values()
        return sum(entry.attempts > entry.throttled and not entry.is_settled for entry in entries)

    def _report(self) -> Report:
        """Return the report of what is known now."""
        return make_report(
            self._ledger,
            self._engine.stopped_by or self._verifier.stopped_by,
            self._started_at,
            waited=self._has_watched,
            run_id=self._run_id,
            stopped_at=self._stop.stopped_at,
            newcomers=self._newcomers,
            lost=self._lost,
        )

    def _interrupted(self, report: Report) -> InterruptedRunError:
        if self._cause is None or isinstance(self._cause, KeyboardInterrupt):
            said = f"{'Interrupted' if self._cause else 'Stopped'} by you at {self._stop.stopped_at:%H:%M:%S} UTC"
        else:
            said = f"Stopped by {shown(repr(self._cause), 300)}"
        sentences = [f"{said}: nothing more was sent.", report.summary, report.how_to_go_on]
        return InterruptedRunError(" ".join(sentence for sentence in sentences if sentence), report)
