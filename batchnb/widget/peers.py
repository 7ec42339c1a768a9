"""Peers: the pickers of one account, Region and endpoint know of one another's runs. No job is in two runs at once.

What a session tells the others it tells while it holds no mutex of its own, so two sessions never wait for each other.
`Peer.claim` and `Peer.mark` are called under the session's own mutex, and take no other session's.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.model.event import EventState, JobEvent
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.widget.elsewhere import Elsewhere
from batchnb.widget.peer_runs import PeerRun, PeerRuns, end_of
from batchnb.widget.whereabouts import Whereabouts, where_planned

if TYPE_CHECKING:
    from batchnb.widget.session import PickerSession
    from batchnb.widget.table.snapshot import Snapshot

__all__ = ["PEERS", "Peer", "Peers"]


class Peers:
    """All pickers of this process, and their runs. Its mutex is held for moments, and no other is taken meanwhile."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._all: weakref.WeakSet[Peer] = weakref.WeakSet()
        self.runs = PeerRuns()

    def join(self, session: PickerSession, cell: int | None = None) -> Peer:
        """Return the peer of a picker. `cell` is the number of the cell in which it is made."""
        peer = Peer(self, session, cell)
        with self._mutex:
            self._all.add(peer)
        return peer

    def others(self, peer: Peer) -> list[Peer]:
        """Return all other pickers."""
        with self._mutex:
            return [one for one in self._all if one is not peer]

    @property
    def is_running(self) -> bool:
        """Whether any picker of this process ends jobs now."""
        return self.runs.is_running


class Peer:
    """The end of one session: what it tells the others, and what it hears from them."""

    def __init__(self, peers: Peers, session: PickerSession, cell: int | None) -> None:
        self._peers = peers
        self._session = weakref.ref(session)
        self._text = f"being ended by {'another picker' if cell is None else f'the picker of cell [{cell}]'}"
        self._news: deque[JobEvent] = deque()
        self._run: PeerRun | None = None
        self._last: PeerRun | None = None
        """The last run, whose jobs may be watched for longer."""
        self._rows: _Rows | None = None
        self._marked: object = None
        """The snapshot and the runs by which rows were locked last, all of them."""
        self._heard: list[int] = []
        """How much of the news of each of these runs has come to the rows."""
        self.elsewhere = Elsewhere()
        """What is said of the jobs that others end."""

    def claim(self, plan: Plan) -> None:
        """Let the run of this plan be the only one of its jobs. Raises LateError where one of them is in another."""
        ids = frozenset(planned.job_id for planned in plan.to_end)
        run = PeerRun(weakref.ref(self), where_planned(plan.identity), ids, self._text)
        self._peers.runs.begin(run)
        self._run = self._last = run

    @contextmanager
    def running(self) -> Iterator[None]:
        """Lock the jobs of the claimed run in the other pickers until it is over, however it ends."""
        run = self._run
        try:
            if run is not None:
                run.thread = threading.current_thread()
                self._tell(run.where)
            yield
        finally:
            self.pass_on()
            self.release()

    def give_up(self) -> None:
        """Let go of a claimed run that does not begin. The mutex of the session may be held."""
        run, self._run = self._run, None
        if run is not None:
            run.is_over = True
            run.job_ids = frozenset()

    def release(self) -> None:
        """Let the others have the jobs of the run that did not end."""
        run = self._run
        self.give_up()
        if run is not None:
            self._tell(run.where)
            for other in self._peers.others(self):
                # In any place: while a run goes on, no picker describes anything for its totals.
                with suppress(Exception):
                    other.go_on()

    def note_event(self, event: JobEvent) -> None:
        """Note a change of one job, to be passed on soon."""
        if event.state is EventState.ENDED and self._last is not None:
            by_itself = Outcome.SUCCEEDED if event.message == JobStatus.SUCCEEDED else None
            self._peers.runs.note_ended(self._last, {event.job_id: end_of(event.at, by_itself)})
        if event.state in (EventState.SEEN, EventState.ENDED):
            self._news.append(event)

    def pass_on(self) -> None:
        """Tell the others what was noted since the last time."""
        news = []
        while self._news:
            news.append(self._news.popleft())
        if news and self._last is not None:
            statuses = {event.job_id: event.message for event in news}
            self._tell(self._last.where, lambda session: session.jobs.marks.note_statuses(statuses))

    def note_plan(self, plan: Plan) -> None:
        """Tell the others in which status the jobs of a plan were."""
        statuses = {one.job_id: str(one.job.status) for one in plan.jobs if one.job and one.job.status}
        self._tell(where_planned(plan.identity), lambda session: session.jobs.marks.note_statuses(statuses))

    def note_report(self, report: Report) -> None:
        """Tell the others what became of the jobs of a run. A picker that has a result of its own keeps that."""
        results = [one for one in report.results if one.outcome.has_ended]
        if self._last is not None:
            ends = {one.planned.job_id: end_of(one.ended_at or report.finished_at, one.outcome) for one in results}
            self._peers.runs.note_ended(self._last, ends)
        self._tell(where_planned(report.plan.identity), lambda session: _note_outcomes(session, report))

    def mark(self, *, anew: bool = True) -> bool:
        """Lock the rows of jobs that others end or have ended; return whether that changes anything.

        Without `anew`, only by what is new since the last time: nothing else has changed a lock. The mutex of the
        session's jobs has to be held.
        """
        session = self._session()
        if session is None:
            return False
        runs, snapshot = self._peers.runs.near(session.where), session.jobs.snapshot
        key = (snapshot.number, [(run.number, run.is_live) for run in runs])
        is_same = not anew and self._marked == key
        if not is_same:
            self._marked, self._heard = key, [0] * len(runs)
        wanted: dict[int, str] = {}
        news = self._peers.runs.news_of(runs, self._heard)
        self._heard = [count for _, count in news]
        for run, (ended, _) in zip(runs, news, strict=True):
            is_own = run.owner() is self
            if run.is_live and not is_own and not is_same:
                wanted.update(dict.fromkeys(self._rows_of(snapshot).of(run.job_ids), run.text))
            who = "by a run of this picker" if is_own else "by another picker"
            for job_id, end in ended.items():
                wanted.update(dict.fromkeys(self._rows_of(snapshot).of([job_id]), end.text(who)))
        is_changed = self.elsewhere.lock(session.jobs.marks, wanted, is_all=not is_same)
        session.jobs.drop_locked()
        return is_changed

    def _rows_of(self, snapshot: Snapshot) -> _Rows:
        if self._rows is None or self._rows.snapshot is not snapshot:
            self._rows = _Rows(snapshot)
        return self._rows

    def settle(self) -> None:
        """Unlock the jobs of a run whose thread has died without a word."""
        session = self._session()
        if session is not None and self.elsewhere.note:
            with session.jobs.mutex:
                if self.mark(anew=False):
                    session.send_patch()
        self.go_on()

    def go_on(self) -> None:
        """Let this picker ask again for what it held back while another one ended jobs."""
        session = self._session()
        if session is not None:
            session.descriptions.go_on()

    def hear(self, where: Whereabouts, change: Callable[[PickerSession], object] | None = None) -> None:
        """Take a change of another picker, and show it. No mutex of a session may be held."""
        session = self._session()
        if session is None or not where.may_be(session.where):
            return
        with session.jobs.mutex:
            if change is not None:
                change(session)
            self.mark(anew=False)
            if session.jobs.marks.have_changed:
                session.send_patch()

    def _tell(self, where: Whereabouts, change: Callable[[PickerSession], object] | None = None) -> None:
        for other in self._peers.others(self):
            # What ails another picker must not end this one's run.
            with suppress(Exception):
                other.hear(where, change)


class _Rows:
    """Where the jobs of a snapshot stand; of an array its children, too."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._children: dict[str, list[int]] = {}
        if snapshot.rows.uuids is None:
            for row, job_id in enumerate(snapshot.rows.job_ids):
                if parent := array_parent(job_id):
                    self._children.setdefault(parent, []).append(row)

    def of(self, job_ids: Iterable[str]) -> Iterator[int]:
        row_of = self.snapshot.row_of
        for job_id in job_ids:
            if job_id in row_of:
                yield row_of[job_id]
            yield from self._children.get(job_id, ())


def _note_outcomes(session: PickerSession, report: Report) -> None:
    if session.run is None and session.result is None:
        session.jobs.marks.note_outcomes(report)


PEERS = Peers()
"""The pickers of this process."""
