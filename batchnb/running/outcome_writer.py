"""Writes a line into the journal for what became of each job, soon after that is settled, and the end of the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from batchnb.model.report import Report
from batchnb.running.journal import Journal
from batchnb.running.ledger import Ledger
from batchnb.running.outcomes import result_of

__all__ = ["OutcomeWriter"]

WRITTEN_TOGETHER = 500
"""Outcomes that are put into the journal at once: each time, threads that make calls get their turn first."""
HELD_BACK = 5_000
"""Outcomes that wait at the most while calls have to go out: each of them was journalled as asked for and accepted."""


class OutcomeWriter:
    """Writes outcomes of one run. The journal itself knows what it says already, from before a resume as well.

    Calls that have to go out come first: `is_pressed` says whether there are any.
    """

    def __init__(self, ledger: Ledger, journal: Journal, is_pressed: Callable[[], bool]) -> None:
        self._ledger = ledger
        self._journal = journal
        self._is_pressed = is_pressed
        self._written: set[str] = set()
        self._settled: dict[str, None] = {}

    def note_settled(self, job_ids: Sequence[str], is_last: bool) -> None:  # noqa: FBT001 - one argument of a callback
        """Write the outcomes of the jobs that have been seen to end: of all of a look, or of many, in one go."""
        for job_id in job_ids:
            if job_id not in self._written and self._ledger[job_id].is_settled:
                self._settled[job_id] = None
        if len(self._settled) >= (HELD_BACK if self._is_pressed() else 1 if is_last else WRITTEN_TOGETHER):
            settled = list(self._settled)[: None if is_last else WRITTEN_TOGETHER]
            results = [result_of(self._ledger, self._ledger[job_id]) for job_id in settled]
            self._journal.outcomes(results, self._ledger.clock.wall())
            self._written.update(settled)
            for job_id in settled:
                del self._settled[job_id]

    def write_end(self, report: Report) -> None:
        """Write the outcomes of all other jobs, those that are another by now, and that the run is over."""
        self._journal.end(report)
