"""The stages of a run: send, watch, look for new jobs, report. An interruption never costs the report."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum, auto
from functools import partial

from batchnb.aws.gateway import Gateway
from batchnb.model.lost import Lost
from batchnb.model.newcomers import Newcomers
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.model.verdict import PlannedJob
from batchnb.running.engine import Engine
from batchnb.running.find_newcomers import find_newcomers
from batchnb.running.ledger import Ledger
from batchnb.running.outcomes import make_report
from batchnb.running.stop import Progress, Stop
from batchnb.running.tag_gate import Gate
from batchnb.running.watch import Verifier
from batchnb.text import shown

__all__ = ["Stages"]

_log = logging.getLogger("batchnb.run")

SENDING_PATIENCE = 60.0
"""Seconds in which no job gets an answer, after which the sending is given up; a longer `timeout` holds instead.

`timeout` says how long the ends of jobs are watched. To watch for a moment must not mean to send a part only.
"""

LAST_LOOK = 5.0
"""Seconds for the last look at the jobs, after an error has ended the run."""


INTERRUPTIONS = 8
"""Interruptions after which a run still returns its report."""


class _Stage(IntEnum):
    """The stage of a run. Each one can be interrupted and repeated."""

    SENDING = auto()
    WATCHING = auto()
    FINDING_NEWCOMERS = auto()
    LOOKING_LAST = auto()
    """Only after an error has ended the run."""
    CLOSING = auto()
    REPORTING = auto()
    WRITING = auto()
    OVER = auto()


class Stages:
    """One run from its first request to its report. Used by one thread; only `stop` is set by others."""

    def __init__(
        self,
        ledger: Ledger,
        gateway: Gateway,
        stop: Stop,
        *,
        run_id: str,
        options: RunOptions,
        started_at: datetime | None,
        lost: Lost,
        on_seen: Callable[[Sequence[str], bool], None],
        gate: Gate | None = None,
    ) -> None:
        self._ledger = ledger
        self._gateway = gateway
        self._stop = stop
        self._run_id = run_id
        self._options = options
        self._started_at = started_at or ledger.clock.wall()
        self._lost = lost
        self._on_seen = on_seen
        self._verifier = Verifier(gateway, ledger, self._note_seen, stop=stop, meanwhile=self._keep_up)
        patience = max(options.timeout, SENDING_PATIENCE)
        self._engine = Engine(gateway, ledger, patience=patience, meanwhile=self._meanwhile, gate=gate)
        self._stage = _Stage.SENDING
        self._has_watched = False
        self._newcomers: Newcomers | None = None
        self._is_broken = False
        self._final: Report | None = None
        self._cause: BaseException | None = None
        """What interrupted the run first, if anything did."""
        self._error: InterruptedRunError | None = None
        self._steps: Mapping[_Stage, Callable[[], object]] = {}
        if stop.deliver is not None:
            ledger.deliver = stop.deliver

    @property
    def is_pressed(self) -> bool:
        """Whether the next calls are due so soon that slow work should wait."""
        return self._engine.is_pressed or self._verifier.is_pressed

    def go_through(self, jobs: Sequence[PlannedJob], write_end: Callable[[Report], None]) -> Report:
        """Go through all stages for these jobs; return the report, which `write_end` was given before.

        Raises InterruptedRunError, which carries the report, where somebody stopped the run, or something broke it off.
        """
        self._steps = {
            _Stage.SENDING: partial(self._engine.send, jobs),
            _Stage.WATCHING: self._watch,
            _Stage.FINDING_NEWCOMERS: self._find_newcomers,
            _Stage.LOOKING_LAST: self._look_last,
            _Stage.CLOSING: self._close,
            _Stage.REPORTING: self._make_report,
            _Stage.WRITING: lambda: write_end(self._made_report()),
        }
        return self._guarded(INTERRUPTIONS)

    def _guarded(self, interruptions: int) -> Report:
        """Go on to the end, and again after each interruption, also after one of this handler."""
        try:
            return self._guarded(interruptions - 1) if interruptions else self._go_on()
        except BaseException as error:
            if error is self._error:
                raise
            self._note_interruption(error)
            return self._go_on()

    def _go_on(self) -> Report:
        """Go through the stages that are left."""
        if self._stop.progress is None:
            self._stop.progress = Progress(self._asked, self._made_report)
        if not self._stop.begin():
            self._stop.stop_everything()
        while self._stage is not _Stage.OVER:
            self._keep_up()
            _log.info("run %s: %s", self._run_id, self._stage.name.lower().replace("_", " "))
            self._steps[self._stage]()
            self._stage = _Stage(self._stage + 1)
        report = self._made_report()
        _log.info("run %s: %s", self._run_id, shown(report.summary, 1000))
        if self._cause is None and report.stopped_at is None:
            return report
        self._error = self._error or self._interrupted(report)
        raise self._error from self._cause

    def _note_interruption(self, error: BaseException) -> None:
        """KeyboardInterrupt stops one step further. Any other exception ends the run, which still reports."""
        self._cause = self._cause or error
        by_hand = isinstance(error, KeyboardInterrupt)
        if by_hand and self._stop.stopped_at is None:
            self._stop.stopped_at = self._ledger.clock.wall()
        self._engine.stop_sending()
        if by_hand and error is not self._ledger.handler_error:
            self._stop.press()
        elif self._stage < _Stage.LOOKING_LAST:
            self._is_broken = True
            self._stage = _Stage.LOOKING_LAST
        elif self._stage in (_Stage.LOOKING_LAST, _Stage.WRITING):
            self._stage = _Stage(self._stage + 1)

    @property
    def _has_asked(self) -> bool:
        return any(entry.attempts for entry in self._ledger.entries.values())

    def _watch(self) -> None:
        if self._stop.ends_watching or (self._stop.ends_sending and not self._has_asked):
            return
        if self._options.wait:
            # The jobs were looked at while the last, stubborn requests were repeated: that was watching, too.
            self._verifier.watch(self._options.timeout, since=self._engine.answered_at)
            self._has_watched = not self._stop.ends_watching
        else:
            self._engine.wait_for_answers(lambda: self._stop.ends_watching)
            self._verifier.look_once(self._options.timeout)

    def _find_newcomers(self) -> None:
        if self._has_asked:
            self._newcomers = find_newcomers(self._ledger.plan, self._gateway, self._ledger.clock, self._stop)

    def _look_last(self) -> None:
        if self._is_broken:
            self._engine.wait_for_answers(lambda: self._stop.ends_watching)
            self._verifier.look_once(LAST_LOOK)

    def _close(self) -> None:
        self._engine.wait_for_answers(lambda: self._stop.ends_everything)
        self._verifier.close()
        self._engine.close()

    def _make_report(self) -> None:
        self._final = self._report()

    def _made_report(self) -> Report:
        """Return the report that was made in the end, or one of what is known now. Any thread may call this."""
        return self._final or self._report()

    def _note_seen(self, job_ids: Sequence[str], is_last: bool) -> None:  # noqa: FBT001 - one argument of a callback
        # What breaks a run off may be the journal: the end of the run writes all that is left, or nothing does.
        if not self._is_broken:
            self._on_seen(job_ids, is_last)

    def _meanwhile(self) -> None:
        """Do the work that is due between two requests."""
        self._keep_up()
        self._verifier.glance()

    def _keep_up(self) -> None:
        """Stop sending if that was asked for, and note the answers that have come."""
        if self._stop.ends_sending and self._stop.stopped_at is None:
            self._stop.stopped_at = self._ledger.clock.wall()
        if self._stop.ends_sending:
            self._engine.stop_sending()
        if self._stage is not _Stage.SENDING:
            self._engine.read_answers()

    def _asked(self) -> int:
        entries = self._ledger.entries.values()
        return sum(entry.attempts > entry.throttled and not entry.is_settled for entry in entries)

    def _report(self) -> Report:
        """Return the report of what is known now."""
        stopped = self._engine if self._engine.stopped_by else self._verifier
        return make_report(
            self._ledger,
            stopped.stopped_by,
            self._started_at,
            waited=self._has_watched,
            run_id=self._run_id,
            stopped_at=self._stop.stopped_at,
            newcomers=self._newcomers,
            lost=self._lost,
            stopped_by_at=stopped.stopped_by_at,
        )

    def _interrupted(self, report: Report) -> InterruptedRunError:
        if self._cause is None or isinstance(self._cause, KeyboardInterrupt):
            when = f" by you at {report.stopped_at:%H:%M:%S} UTC" if report.stopped_at else " when the run was over"
            said = f"{'Interrupted' if self._cause else 'Stopped'}{when}"
        else:
            said = f"Stopped by {shown(repr(self._cause), 300)}"
        sentences = [f"{said}: nothing more was sent.", report.summary, report.how_to_go_on]
        return InterruptedRunError(" ".join(sentence for sentence in sentences if sentence), report)
