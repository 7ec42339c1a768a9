"""Reads journals: what one run did, and which runs there were."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchnb.circumstances import dependents_from_record, guards_from_record
from batchnb.dependents import Dependents
from batchnb.errors import JournalError
from batchnb.guards import Guards
from batchnb.journal import journal_dir, run_id_of
from batchnb.json_bytes import from_json
from batchnb.newcomers import Newcomers
from batchnb.outcome import Outcome, counts_text
from batchnb.place import Identity
from batchnb.plans import Plan
from batchnb.records import identity_from_record, moment, planned_from_record, result_from_record
from batchnb.report import Report
from batchnb.result import JobResult
from batchnb.text import shown
from batchnb.verdicts import PlannedJob

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RunRecord", "find_run", "history", "read_run", "run_paths"]


@dataclass(slots=True)
class RunRecord:
    """What a journal says of its run. Lines that are torn, or of a kind that is not known, are passed over."""

    path: Path
    header: Mapping[str, Any] = field(default_factory=dict)
    planned: dict[str, PlannedJob] = field(default_factory=dict)
    attempts: Counter[str] = field(default_factory=Counter)
    """How many calls were about to name each job."""
    answered: Counter[str] = field(default_factory=Counter)
    """How many calls that named each job were answered."""
    throttled: Counter[str] = field(default_factory=Counter)
    """How many of these were throttled."""
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The last answer for each job; of those that were not throttled, where there are any."""
    accepted_at: dict[str, datetime] = field(default_factory=dict)
    results: dict[str, JobResult] = field(default_factory=dict)
    end: Mapping[str, Any] | None = None
    """The line that says that the run is over; None while it goes on, and after a crash."""
    last_at: str | None = None

    @property
    def run_id(self) -> str:
        """The run's id."""
        return run_id_of(self.path)

    @property
    def identity(self) -> Identity:
        """Where the run took place."""
        return identity_from_record(self.header)

    @property
    def started_at(self) -> datetime:
        """When the run began."""
        return moment(self.header["at"]) or datetime.now(UTC)

    @property
    def is_finished(self) -> bool:
        """Whether there is nothing left that resuming it could do."""
        return self.end is not None and bool(self.end.get("finished"))

    @property
    def has_begun(self) -> bool:
        """Whether a call may have gone out: the whole plan is on the disk before the first one."""
        return bool(self.attempts) or len(self.planned) >= int(self.header.get("jobs") or 0)

    def plan(self) -> Plan:
        """Return the plan of the run. It is bound to no connection."""
        made_at = moment(self.header["made_at"]) or datetime.now(UTC)
        return Plan(
            self.header["reason"],
            self.identity,
            tuple(self.planned.values()),
            made_at,
            None,
            self._dependents(),
            self.guards() or Guards(),
            tuple(str(note) for note in self.header.get("notes") or ()),
            self.listed_by,
        )

    def guards(self) -> Guards | None:
        """Return the guards under which the run was begun; None where the journal is of before they were recorded."""
        return guards_from_record(self.header.get("guards"))

    @property
    def listed_by(self) -> str:
        """The selectors of the listing that the jobs came from, empty where there is none on record."""
        return str(self.header.get("listed_by") or "")

    def _dependents(self) -> Dependents:
        try:
            return dependents_from_record(self.header)
        except (KeyError, TypeError, ValueError, AttributeError):
            return Dependents(gap="The journal does not say who depended on these jobs.")

    def report(self) -> Report:
        """Return the report of the run, as far as it came."""
        results = tuple(self.results.get(job_id) or self._unknown(job_id) for job_id in self.planned)
        finished_at = moment(self.last_at) or self.started_at
        end = self.end or {}
        return Report(
            self.plan(),
            results,
            self.started_at,
            finished_at,
            waited=bool(end.get("waited", True)),
            run_id=self.run_id,
            stopped_at=_moment(end.get("stopped_at")),
            newcomers=Newcomers.from_record(end.get("newcomers")),
        )

    def _unknown(self, job_id: str) -> JobResult:
        planned, accepted_at = self.planned[job_id], self.accepted_at.get(job_id)
        answer = self.answers.get(job_id, {})
        attempts = self.attempts[job_id]
        if accepted_at:
            outcome = Outcome.STOPPING
        elif attempts > self.answered[job_id] or answer.get("unanswered"):
            outcome = Outcome.UNANSWERED  # as far as the journal goes: the call was about to go out
        else:
            outcome = Outcome.REFUSED if attempts > self.throttled[job_id] else Outcome.NOT_ATTEMPTED
        return JobResult(
            planned=planned,
            outcome=outcome,
            last_seen=planned.job,
            attempts=attempts,
            accepted_at=accepted_at,
            ended_at=None,
            error_code=answer.get("code"),
            error_message=answer.get("message"),
            request_id=answer.get("request_id"),
        )

    def read(self, line: Mapping[str, Any]) -> None:
        """Take in one line. Raises KeyError, TypeError or ValueError where it is not what it says it is."""
        kind = line.get("type")
        if kind == "run":
            self.header = line
        elif kind == "job":
            self.planned[line["jobId"]] = planned_from_record(line)
        elif kind == "call":
            self.attempts.update(line["jobIds"])
        elif kind == "answer":
            self._read_answer(line)
        elif kind == "outcome":
            self.results[line["jobId"]] = result_from_record(line, self.planned[line["jobId"]])
        elif kind == "resume":
            self.end = None
        elif kind == "end":
            self.end = line
        self.last_at = line.get("at") or self.last_at

    def _read_answer(self, line: Mapping[str, Any]) -> None:
        job_id = line["jobId"]
        if not line.get("throttled") or self.answered[job_id] == self.throttled[job_id]:
            self.answers[job_id] = line
        self.answered[job_id] += 1
        self.throttled[job_id] += bool(line.get("throttled"))
        at = moment(line["at"])
        if line["accepted"] and at is not None:
            self.accepted_at.setdefault(line["jobId"], at)


def _moment(text: object) -> datetime | None:
    try:
        return moment(text) if isinstance(text, str) else None
    except ValueError:
        return None


def read_record(path: Path) -> RunRecord:
    """Return what the journal at `path` says. Raises JournalError where it cannot be read or has no header."""
    record = RunRecord(path)
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be read ({error}).") from error
    for line in lines:
        try:
            record.read(from_json(line))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # torn by a crash, or written by a version that knows more: the other lines still hold
    if not {"reason", "region", "endpoint", "account", "caller", "made_at", "at"} <= record.header.keys():
        raise JournalError(f"the journal {path} has no sound header; it is of no use.")
    return record


def read_run(run_id: str) -> Report:
    """Return the report of a run, as far as its journal goes; `run_id` as in `history()`.

    Raises JournalError where there is no such run or its journal cannot be read.
    """
    return read_record(find_run(run_id)).report()


def run_paths() -> list[Path]:
    """Return the journals that there are, oldest first."""
    return sorted(journal_dir().glob("*.jsonl"))


def find_run(run_id: str) -> Path:
    """Return the journal of a run. Raises JournalError naming the newest runs where there is none of that id."""
    paths = run_paths()
    for path in paths:
        if run_id_of(path) == run_id:
            return path
    newest = ", ".join(run_id_of(path) for path in paths[:-6:-1]) or "none"
    raise JournalError(f"there is no run {shown(run_id)!r} in {journal_dir()}. The newest: {newest}.")


def history() -> pd.DataFrame:
    """Return one row a run, newest first, read from the journals of this user.

    Columns: `run`, `started_at` (datetime64[ms, UTC]), `user`, `host`, `account`, `region`, `endpoint`, `caller`,
    `reason`, `queues`, `listed_by` (the selectors that the jobs came from; all of these are strings), `jobs` (Int64),
    `outcomes` (string, "3 terminated, 1 denied"), `finished` (bool). Journals that cannot be read are left out.
    """
    import pandas as pd

    rows = [_row(record) for record in _records()]
    columns = ["run", "started_at", "user", "host", "account", "region", "endpoint", "caller", "reason", "queues"]
    frame = pd.DataFrame(rows, columns=[*columns, "listed_by", "jobs", "outcomes", "finished"])
    texts = [name for name in columns if name != "started_at"]
    frame = frame.astype(
        {**dict.fromkeys([*texts, "listed_by", "outcomes"], "string"), "jobs": "Int64", "finished": bool}
    )
    frame["started_at"] = pd.to_datetime(frame["started_at"], utc=True).astype("datetime64[ms, UTC]")
    return frame


def _records() -> Iterator[RunRecord]:
    for path in reversed(run_paths()):
        try:
            yield read_record(path)
        except JournalError:
            continue


def _row(record: RunRecord) -> list[object]:
    header = record.header
    report = record.report()
    queues = dict.fromkeys(planned.job_queue for planned in record.planned.values() if planned.job_queue)
    place = [header["account"], header["region"], header["endpoint"], header["caller"], header["reason"]]
    return [
        record.run_id,
        moment(header["at"]),
        header.get("user"),
        header.get("host"),
        *place,
        ", ".join(queues),
        record.listed_by,
        len(record.planned),
        counts_text(report.counts),
        record.is_finished,
    ]
