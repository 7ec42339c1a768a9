"""Descriptions: describes rows of a picker when somebody looks at them, asks for their totals, or searches them.

One thread describes, up to 100 jobs a call, paced as all calls of DescribeJobs are, and never while a plan is made or
jobs are ended: a plan describes its jobs itself, and what it was told is kept here as well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb.aws.connect import default_endpoint
from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import each_with_retries
from batchnb.errors import AccessDeniedError, InputError, ThrottledError
from batchnb.jobs.place import is_loopback
from batchnb.text import shown
from batchnb.widget.failures import failure_of
from batchnb.widget.peers import PEERS
from batchnb.widget.table.described import NOT_FOUND, Described, described_of, facts_message, tags_in, tags_message
from batchnb.widget.threads import wait_for
from batchnb.widget.worker import Phase

if TYPE_CHECKING:
    from batchnb.jobs.job import Job
    from batchnb.model.plan import Plan
    from batchnb.model.report import Report
    from batchnb.widget.session import PickerSession

__all__ = ["LANES", "Descriptions"]

LANES = ("sight", "selection", "search")
"""Why rows are described; what is in sight comes first."""

PATIENCE = 10.0
"""Seconds that a throttled call is tried again: nobody has asked for it by a click."""

AT_ONCE = 8
"""Calls for a selection or a search between two looks at what is in sight."""

GATEWAY_SECONDS = 60.0

_HELD = (Phase.PLANNING, Phase.RUNNING)
_WHAT = "vCPU, GPU, memory, tries and tags are not known"


class Descriptions:
    """What was described of the jobs of one session, and what is still wanted. Threads may share it."""

    def __init__(self, session: PickerSession) -> None:
        self._session = session
        self._mutex = threading.RLock()
        self._known: dict[str, tuple[Described, int]] = {}
        """What was described, and in which snapshot, by job id."""
        self._wanted: dict[str, dict[str, None]] = {lane: {} for lane in LANES}
        self._thread: threading.Thread | None = None
        self._gateway: tuple[Gateway, str | None, float] | None = None
        self._was_held = False
        """Whether a page waits for the end of a run to ask again."""
        self.failure = ""
        """Why nothing is described any more until somebody tries again, empty where nothing is wrong."""
        self.is_quiet = False
        """Whether the failure is one that a review tells as well, such as that no Region is configured."""

    # What the browser asks

    def ask(self, content: Mapping[str, Any], buffers: Sequence[Any]) -> dict[str, Any]:
        """Take row numbers of the snapshot to be described for a lane, in the place of those that wait in it.

        What is known of them is sent at once. Returns how many jobs are to be described, and `isHeld` where a plan or
        a run goes on: then no job is. Raises InputError for an unknown lane, and for rows that the table does not have.
        """
        lane, again = content.get("lane"), content.get("again") is True
        if lane not in LANES:
            raise InputError(f"rows cannot be described for {shown(repr(lane), 40)}.")
        jobs = self._session.jobs
        with jobs.mutex:
            snapshot = jobs.snapshot
            if content.get("snapshot") != snapshot.number:
                return {"asked": 0, "isStale": True}
            rows = _rows_in(buffers, len(snapshot))
            job_ids = dict.fromkeys(filter(None, (snapshot.rows.job_ids[row] for row in rows)))
        if again:
            self.failure = ""
        with self._mutex:
            here = [job_id for job_id in job_ids if job_id in self._known]
            is_busy = self._is_busy
            self._was_held |= is_busy
            is_held = bool(self.failure) or is_busy
            asked = [] if is_held else [one for one in job_ids if self._is_wanted(one, lane, snapshot.number)]
            self._wanted[lane] = dict.fromkeys(asked)
            self._start()
        self._send(here)
        return {"asked": len(asked), "isHeld": is_held, "failure": self.failure, "isQuiet": self.is_quiet}

    def go_on(self) -> None:
        """Let a page ask again for what was held back, where no plan and no run goes on any more."""
        with self._mutex:
            if not self._was_held or self._is_busy:
                return
            self._was_held = False
        self._send([])

    def stop(self) -> None:
        """Describe no more than what is under way."""
        with self._mutex:
            for lane in LANES:
                self._wanted[lane] = {}

    def send_known(self) -> None:
        """Send what is known of the rows of the snapshot, tags of the frame included, to a new page."""
        jobs = self._session.jobs
        with jobs.mutex:
            snapshot = jobs.snapshot
            if tags := tags_in(snapshot.frame):
                self._session.audience.send(*tags_message(snapshot.number, tags))
            with self._mutex:
                here = [job_id for job_id in self._known if job_id in snapshot.row_of] if self._known else []
            self._send(here)

    def known(self) -> dict[str, Described]:
        """Return what was described, by job id."""
        with self._mutex:
            return {job_id: described for job_id, (described, _) in self._known.items()}

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is described any more; return whether that was within `timeout` seconds."""
        with self._mutex:
            thread = self._thread
        return wait_for(thread, timeout)

    # What a plan and a run describe anyway

    def note_plan(self, plan: Plan) -> None:
        """Keep what a plan was told of its jobs."""
        self._note(planned.job for planned in plan.jobs)

    def note_report(self, report: Report) -> None:
        """Keep what a run saw of its jobs last."""
        self._note(result.last_seen for result in report.results)

    def _note(self, jobs: Iterable[Job | None]) -> None:
        # Of a listed job, a summary tells nothing that is kept here.
        told = {job.job_id: described_of(job) for job in jobs if job is not None and job.tags is not None}
        if told:
            self.failure = ""
            self._keep(told)

    # What the thread does

    @property
    def _is_busy(self) -> bool:
        """Whether a plan is made here, or jobs are ended by any picker: the calls of these come first."""
        return self._session.phase in _HELD or PEERS.is_running

    def _is_wanted(self, job_id: str, lane: str, snapshot: int) -> bool:
        known = self._known.get(job_id)
        if known is None:
            return True
        # A job that lives may have been tried again since the list was made anew.
        return lane == "sight" and known[1] != snapshot and not known[0].has_ended

    def _start(self) -> None:
        if self._thread is None and any(self._wanted.values()):
            self._thread = threading.Thread(target=self._describe_all, name="batchnb-picker-describe", daemon=True)
            self._thread.start()

    def _describe_all(self) -> None:
        while group := self._next():
            try:
                told = self._describe(group)
            except Exception as error:  # noqa: BLE001 - it is said once, and nothing is asked until somebody tries again
                self._fail(error)
            else:
                self._keep(told)

    def _next(self) -> list[str]:
        """Return the jobs to be described next; none where there is nothing to do, and the thread is over."""
        with self._mutex:
            if self._is_busy:
                self._was_held |= any(self._wanted.values())
                self.stop()
            for lane in LANES:
                wanted = self._wanted[lane]
                group = list(wanted)[: DESCRIBE_LIMIT * (1 if lane == "sight" else AT_ONCE)]
                for job_id in group:
                    del wanted[job_id]
                if group:
                    return group
            self._thread = None
        # Those that had waited were taken back.
        self._send([])
        return []

    def _describe(self, job_ids: Sequence[str]) -> dict[str, Described]:
        gateway, clock = self._open(), self._session.clock
        pace = gateway.pace(CallKind.DESCRIBING)
        groups = list(in_groups(job_ids, DESCRIBE_LIMIT))
        found: dict[str, Job] = {}
        for answer in each_with_retries(gateway.describe, groups, clock, PATIENCE, pace=pace):
            found.update(answer)
        return {one: described_of(found[one]) if one in found else NOT_FOUND for one in job_ids}

    def _open(self) -> Gateway:
        """Return the gateway; the same for a while. Raises InputError for jobs of another account or Region."""
        endpoint, now = default_endpoint(), time.monotonic()
        if self._gateway is None or self._gateway[1] != endpoint or now - self._gateway[2] > GATEWAY_SECONDS:
            where = self._session.state()["where"]
            if where["obstacle"]:
                raise InputError(where["obstacle"])
            gateway, region = self._session.setup.connection.open(), where["region"]
            if region and region != gateway.region and not is_loopback(gateway.endpoint):
                to = shown(gateway.region, 40)
                raise InputError(f"these jobs are in {shown(region, 40)}, but calls go to {to}.")
            self._gateway = gateway, endpoint, now
        return self._gateway[0]

    def _fail(self, error: Exception) -> None:
        why = _why(error, self._session)
        with self._mutex:
            self._gateway = None
            self.is_quiet = isinstance(error, InputError)
            self.failure = f"{_WHAT}: {why}"
            self.stop()

    def _keep(self, told: Mapping[str, Described]) -> None:
        jobs = self._session.jobs
        with jobs.mutex:
            number = jobs.snapshot.number
            with self._mutex:
                self._known.update({job_id: (one, number) for job_id, one in told.items()})
            self._send(list(told))

    def _send(self, job_ids: Sequence[str]) -> None:
        """Send what is known of these jobs, as far as they are shown, and how much is still wanted."""
        jobs = self._session.jobs
        with jobs.mutex, self._mutex:
            snapshot = jobs.snapshot
            row_of = snapshot.row_of if job_ids else {}
            here = [(row_of[job_id], *self._known[job_id]) for job_id in job_ids if job_id in row_of]
            left = {lane: len(wanted) for lane, wanted in self._wanted.items()}
            told: dict[str, Any] = {"left": left, "isBusy": self._thread is not None}
            told |= {"failure": self.failure, "isQuiet": self.is_quiet, "isHeld": self._was_held}
            # A job that lives, described for an earlier list, is described again when somebody looks.
            told["old"] = [row for row, one, number in here if number != snapshot.number and not one.has_ended]
            rows, described = [row for row, _, _ in here], [one for _, one, _ in here]
            self._session.audience.send(*facts_message(snapshot.number, rows, described, **told))


def _rows_in(buffers: Sequence[Any], size: int) -> list[int]:
    if len(buffers) != 1 or len(bytes(buffers[0])) % 4:
        raise InputError("rows to describe must be one binary part of 4 bytes each.")
    rows = np.frombuffer(bytes(buffers[0]), dtype=np.uint32)
    if len(rows) and int(rows.max()) >= size:
        raise InputError(f"the table has no row {int(rows.max()):,}.")
    found: list[int] = rows.tolist()
    return found


def _why(error: Exception, session: PickerSession) -> str:
    if isinstance(error, AccessDeniedError):
        return "you may not look at these jobs, needs batch:DescribeJobs."
    if isinstance(error, ThrottledError):
        return "AWS is throttling us. Try again in a moment."
    connection = session.setup.connection
    failure = failure_of(error, connection.profile, session.state()["where"]["region"])
    return failure.text.removesuffix("Nothing was ended.").strip() if failure else ""
