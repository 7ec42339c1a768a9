"""Watches the jobs of a run that is over for longer. It only describes them: there is nothing in here that could send.

The run's own record goes on: a line says that it is watched, and the outcomes and the end that follow count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from batchnb.aws.gateway import Gateway
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.clock import Clock
from batchnb.model.event import JobEvent
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import check_timeout
from batchnb.running.journal import Journal
from batchnb.running.ledger import Ledger
from batchnb.running.outcome_writer import OutcomeWriter
from batchnb.running.outcomes import result_of
from batchnb.running.run import check_place
from batchnb.running.run_record import RunRecord
from batchnb.running.stop import Stop
from batchnb.running.watch import Outcome, Verifier
from batchnb.text import shown

__all__ = ["watch_run"]


@collecting_seldom()
def watch_run(
    path: Path,
    gateway: Gateway,
    *,
    timeout: float,
    clock: Clock,
    stop: Stop | None = None,
    on_event: Callable[[JobEvent], None] | None = None,
) -> Report:
    """Watch the jobs of the run of this journal for `timeout` seconds more, and return the report of all of it.

    Sends nothing. Jobs that were not asked for stay so. The report is that of before, with what was seen since, and the
    journal says the same. `stop` ends it early.

    Raises JournalError where another process is at the run, or where its journal has lost something; PlanMismatchError
    where `gateway` leads elsewhere; CredentialsError where there are no credentials; InterruptedRunError, which carries
    the report, where it was broken off.
    """
    check_timeout(timeout)
    gateway.log_in()
    here = gateway.identity()
    with Journal.reopen(path) as journal:
        journal.record.check_whole(is_read_only=True)
        watch = _Watch(journal, gateway, clock, stop or Stop(), on_event)
        check_place(watch.before.plan, here)
        return watch.go_on(timeout)


class _Watch:
    """One watch of a run, from what its journal says."""

    def __init__(
        self,
        journal: Journal,
        gateway: Gateway,
        clock: Clock,
        stop: Stop,
        on_event: Callable[[JobEvent], None] | None,
    ) -> None:
        self._journal = journal
        self.before = journal.record.report()
        self._ledger = _restored(journal.record, Ledger(self.before.plan, clock, on_event))
        self._writer = OutcomeWriter(self._ledger, journal, is_pressed=lambda: self._verifier.is_pressed)
        self._verifier = Verifier(gateway, self._ledger, self._note_seen, stop=stop)
        self._seen: set[str] = set()
        """The jobs that an answer was about. What the report said of the others still counts."""

    def go_on(self, timeout: float) -> Report:
        """Watch, and return the report, which the journal has by then."""
        self._journal.note_watched(self._ledger.clock.wall())
        broken: BaseException | None = None
        try:
            self._verifier.watch(timeout)
        except BaseException as error:  # noqa: BLE001 - it is raised again, with the report, once that is on record
            broken = error
        finally:
            self._verifier.close()
        report = self._report()
        self._journal.end(report)
        if broken is None:
            return report
        said = f"The watch was broken off by {shown(repr(broken), 300)}. {report.summary} {report.how_to_go_on}"
        raise InterruptedRunError(said.strip(), report) from broken

    def _note_seen(self, job_ids: Sequence[str], is_last: bool) -> None:  # noqa: FBT001 - one argument of a callback
        self._seen.update(job_ids)
        self._writer.note_settled(job_ids, is_last)

    def _report(self) -> Report:
        # What had stopped the run before says nothing of a job that was looked at since.
        stopped_now = self._verifier.stopped_by
        stopped_by = stopped_now or self.before.stopped_by
        results = tuple(
            result_of(self._ledger, self._ledger[one.planned.job_id], stopped_now)
            if one.planned.job_id in self._seen
            else one
            for one in self.before.results
        )
        return replace(
            self.before,
            results=results,
            finished_at=self._ledger.clock.wall(),
            waited=True,
            stopped_by=stopped_by,
            stopped_by_at=self._verifier.stopped_by_at if stopped_now else self.before.stopped_by_at,
        )


def _restored(record: RunRecord, ledger: Ledger) -> Ledger:
    """Return the ledger with what the record knows of each job."""
    for job_id, entry in ledger.entries.items():
        if known := record.known.get(job_id):
            known.restore(entry)
            entry.gone = known.result is not None and known.result.outcome is Outcome.GONE
    return ledger
