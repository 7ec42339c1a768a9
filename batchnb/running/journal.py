"""The journal: one append-only file of JSON lines a run, from which the run can be audited and resumed.

The plan and its evidence are on the disk before the first call, and a line is there before each call. A line is
never changed; what is said of a job later counts. Lines are numbered, so that one that is lost is missed.
"""

from __future__ import annotations

import getpass
import os
import platform
import secrets
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

from batchnb.errors import JournalError
from batchnb.guards.rules import Guards
from batchnb.jobs.fastjson import to_json
from batchnb.model.lost import Lost
from batchnb.model.plan import Plan
from batchnb.model.records import Record, moment_text
from batchnb.model.report import Report
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob
from batchnb.running.bodies import Bodies
from batchnb.running.full_evidence import FullEvidence
from batchnb.running.journal_ends import read_ends
from batchnb.running.journal_folder import (
    NO_FOLLOW,
    SUFFIX,
    check_folder,
    journal_dir,
    make_folder,
    open_to_append,
    run_id_of,
    sync_folder,
)
from batchnb.running.journal_lines import FORMAT, end_line, header_line, job_lines, outcome_line, plan_lines
from batchnb.running.run_lock import Lock, lock_paths, take_lock
from batchnb.running.run_reader import read_record
from batchnb.running.run_record import RunRecord

__all__ = ["FORMAT", "PART", "Journal", "journal_dir"]

PART = ".part"
"""What the name of a journal ends in until the whole plan is in it: half of a plan is not a run."""

_LINES_AT_ONCE = 1000


class Journal:
    """The journal of one run, open for appending by one process. Use it in a `with` statement.

    Every method that writes raises JournalError where the line cannot be written.
    """

    def __init__(self, path: Path, name: Path, file: int, lock: Lock, record: RunRecord | None = None) -> None:
        self.path = path
        self.run_id = run_id_of(path)
        self.record = record or RunRecord(path)
        """Its content when it was opened."""
        known = self.record.known.items()
        self._results = {job_id: one.result for job_id, one in known if one.result is not None}
        """The outcome of each job that it has now: of several lines, the one that counts."""
        self._name = name
        self._file = file
        self._lock = lock
        self._is_torn = self.record.is_torn
        """Whether the file ends in the middle of a line."""
        self._number = self.record.next_number
        """The number of the next line."""
        self._is_unsure = False
        """Whether a write failed part-way, so that the end of the file has to be read again."""
        self._bodies = Bodies()
        for body in self.record.bodies.values():
            self._bodies.know(body)

    @property
    def lost(self) -> Lost:
        """What the journal had lost when the run was resumed."""
        return self.record.lost

    @classmethod
    def create(
        cls, plan: Plan, at: datetime, *, guards: Guards | None = None, approved: Mapping[str, Any] | None = None
    ) -> Journal:
        """Begin the journal of a run: its header, and every job of the plan with its evidence, on the disk.

        `guards` are those under which it is executed, the plan's where there are no others, and `approved` is what was
        typed to have it executed.
        """
        folder = journal_dir()
        path = folder / f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}{SUFFIX}"
        part = path.with_suffix(PART)
        try:
            make_folder(folder)
            check_folder(folder)
            # Exclusively and for the owner only: names of jobs and reasons are nobody else's business.
            file = os.open(part, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | NO_FOLLOW, 0o600)
            journal = cls(path, part, file, _locked(path, file))
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            header = header_line(plan, journal.run_id, at, guards or plan.guards, approved or {}, _process())
            journal.write(chain([header], plan_lines(plan, header, journal._bodies)))
            journal.sync()
            journal._take_name()
        except BaseException:
            journal.close()
            for left in (part, *lock_paths(path)):
                with suppress(OSError):
                    left.unlink()
            raise
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """Go on with the journal of a run; `record` is what it says.

        It is read with the lock held: until then, another process may have gone on. Raises JournalError where the run
        is going on in another process, where somebody else could change the journal, and where it cannot be read.
        """
        check_folder(path.parent)
        try:
            file = open_to_append(path)
            lock = _locked(path, file)
        except OSError as error:
            raise _unwritable(path, error) from error
        try:
            return cls(path, path, file, lock, read_record(path))
        except BaseException:
            os.close(file)
            lock.release()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def calls(self, groups: Iterable[Sequence[str]], at: datetime) -> None:
        """Note, on the disk, that a call for each of these groups of job ids is about to go out."""
        lines: list[Record] = [{"type": "call", "at": moment_text(at), "jobIds": list(group)} for group in groups]
        self._forget(job_id for line in lines for job_id in line["jobIds"])
        self.write(lines)
        self.sync()

    def answers(self, answers: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """Note what AWS answered for each of these jobs."""
        when = moment_text(at)
        self._forget(answers)
        self.write({"type": "answer", "at": when, "jobId": job_id, **answer} for job_id, answer in answers.items())

    def _forget(self, job_ids: Iterable[str]) -> None:
        # For a reader, what became of a job before it was asked for again does not count any more.
        for job_id in job_ids:
            self._results.pop(job_id, None)

    def outcomes(self, results: Iterable[JobResult], at: datetime) -> None:
        """Note the outcomes of jobs, without those that the journal has already."""
        held, when = self._results, moment_text(at)
        news = [result for result in results if held.get(result.planned.job_id) != result]
        self.write(outcome_line(result, when) for result in news)
        held.update((result.planned.job_id, result) for result in news)

    def note_resumed(self, at: datetime, *, accepted_dependents: Iterable[str] = ()) -> None:
        """Note that the run is resumed, by whom, what was known to be lost, and which new dependents may fail."""
        line: Record = {"type": "resume", "format": FORMAT, "at": moment_text(at), **_process()}
        if accepted := list(accepted_dependents):
            line["accepted_dependents"] = accepted
        if self.lost:
            line["lost"] = self.lost.record()
        self.write([line])
        self.sync()

    def note_watched(self, at: datetime) -> None:
        """Note that the jobs of the run, which is over, are watched for longer, and by whom."""
        self.write([{"type": "watch", "at": moment_text(at), **_process()}])
        self.sync()

    def jobs(self, jobs: Iterable[PlannedJob], *, added: bool) -> None:
        """Note jobs of the plan once more, or, `added`, jobs that the run takes in when it is resumed."""
        lines = job_lines(jobs, self._bodies)
        self.write({**line, "added": True} if added and line["type"] == "job" else line for line in lines)
        self.sync()

    def values(self, full: FullEvidence) -> None:
        """Note, on the disk, the values of environment variables that somebody wants to be kept, if any."""
        if full.jobs:
            self.write(full.lines())
            self.sync()

    def end(self, report: Report) -> None:
        """Note the outcome of each job, and that the run is over, with all that its report says."""
        self.outcomes(report.results, report.finished_at)
        try:
            size = os.fstat(self._file).st_size
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.write([end_line(report, size + self._is_torn)])
        self.sync()

    def write(self, lines: Iterable[Record]) -> None:
        """Append these lines, past the buffers of this process, in as few pieces as memory allows.

        Each piece takes its turn with the threads that make calls: one for each line would keep the run waiting.
        """
        waiting = iter(lines)
        while some := list(islice(waiting, _LINES_AT_ONCE)):
            if self._is_unsure:
                self._look_up()
            numbered = enumerate(some, self._number)
            self._append(b"".join([b'%b,"n":%d}\n' % (to_json(line)[:-1], number) for number, line in numbered]))
            self._number += len(some)
            self._is_unsure = False

    def _append(self, text: bytes) -> None:
        data = memoryview((b"\n" if self._is_torn else b"") + text)
        # Whatever breaks this off, an interrupt too: how far it came is looked up before the next line.
        self._is_unsure = True
        try:
            self._check_name()
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._is_torn = False

    def _check_name(self) -> None:
        """Raise OSError where the file was removed: writing to it is writing nowhere."""
        found = os.fstat(self._file)
        # Some file systems do not count the names of files. There it is the name itself that counts.
        if found.st_nlink == 0 and not os.path.samestat(found, self._name.stat()):
            raise FileNotFoundError("the file was removed")

    def _look_up(self) -> None:
        ends = read_ends(self._name)
        number = ends.last.get("n") if ends.last else 0
        self._number = number + 1 if isinstance(number, int) else self._number
        self._is_torn, self._is_unsure = ends.is_torn, False

    def _take_name(self) -> None:
        """Give the file the name of a journal, on the disk."""
        try:
            if os.name == "nt":  # where an open file cannot be renamed
                os.close(self._file)
                self._name.rename(self.path)
                self._file = open_to_append(self.path)
            else:
                self._name.rename(self.path)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._name = self.path
        sync_folder(self.path.parent)

    def sync(self) -> None:
        """Wait until what was written is on the disk."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Close the file and let others resume the run."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._lock.release()


def _locked(path: Path, file: int) -> Lock:
    try:
        return take_lock(path, file)
    except BaseException:
        os.close(file)
        raise


def _process() -> Record:
    try:
        user: str | None = getpass.getuser()
    except (OSError, KeyError, ImportError):  # the system knows the user by number only
        user = str(os.getuid()) if hasattr(os, "getuid") else None
    notebook = os.environ.get("JPY_SESSION_NAME") or None
    return {"user": user, "host": platform.node(), "pid": os.getpid(), "notebook": notebook}


def _unwritable(path: Path, error: OSError) -> JournalError:
    return JournalError(
        f"the journal {path} cannot be written ({error.strerror or error}). Nothing is sent without one. "
        "Free some disk space, or set BATCHNB_JOURNAL_DIR to a folder that can be written."
    )
