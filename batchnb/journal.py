"""The journal: one append-only file of JSON lines a run, from which the run can be audited and resumed.

The plan and its evidence are on the disk before the first call, and a line is there before each call. A line is
never changed; what is said of a job later counts.
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

from batchnb._version import __version__
from batchnb.circumstances import circumstances_record, guards_record
from batchnb.errors import JournalError
from batchnb.json_bytes import to_json
from batchnb.plans import Plan
from batchnb.records import Record, identity_record, moment_text, planned_record

__all__ = ["FORMAT", "Journal", "journal_dir"]

FORMAT = 1
"""The version of the format. A reader reads lines of its own version and older."""

_LINES_AT_ONCE = 1000


def journal_dir() -> Path:
    """Return the folder of journals: `BATCHNB_JOURNAL_DIR`, or the user's folder for state on this platform."""
    from platformdirs import user_state_path

    chosen = os.environ.get("BATCHNB_JOURNAL_DIR")
    return Path(chosen).expanduser() if chosen else user_state_path("batchnb", appauthor=False) / "runs"


class Journal:
    """The journal of one run, open for appending by one process. Use it in a `with` statement.

    Every method that writes raises JournalError where the line cannot be written.
    """

    def __init__(self, path: Path, lock: Any) -> None:
        self.path = path
        self.run_id = run_id_of(path)
        self._lock = lock
        self._is_torn = False
        """Whether the file ends in the middle of a line."""
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        except OSError as error:
            lock.release()
            raise _unwritable(path, error) from error

    @classmethod
    def create(cls, plan: Plan, at: datetime) -> Journal:
        """Begin the journal of a run: its header, and every job of the plan with its evidence, on the disk.

        The guards of the plan are to be those under which it is executed.
        """
        folder = journal_dir()
        name = f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
        path = folder / f"{name}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Exclusively and for the owner only: names of jobs and reasons are nobody else's business.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except OSError as error:
            raise _unwritable(path, error) from error
        journal = cls(path, _locked(path))
        try:
            journal.write(chain([_header(plan, journal.run_id, at)], map(_planned_line, plan.jobs)))
            journal.sync()
        except JournalError:
            # Half of a plan is no run, and nobody shall resume it.
            journal.close()
            with suppress(OSError):
                path.unlink()
            raise
        return journal

    @classmethod
    def reopen(cls, path: Path) -> Journal:
        """Go on with the journal of a run that was not finished. Raises JournalError where it is still going on."""
        journal = cls(path, _locked(path))
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 1))
            if file.read() not in (b"", b"\n"):
                # The process died in the middle of a line. What is written from now on shall not be part of it.
                journal._is_torn = True
        return journal

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def calls(self, groups: Iterable[Sequence[str]], at: datetime) -> None:
        """Note, on the disk, that a call for each of these groups of job ids is about to go out."""
        self.write([{"type": "call", "at": moment_text(at), "jobIds": list(group)} for group in groups])
        self.sync()

    def answers(self, answers: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
        """Note what AWS answered for each of these jobs."""
        when = moment_text(at)
        self.write({"type": "answer", "at": when, "jobId": job_id, **answer} for job_id, answer in answers.items())

    def outcomes(self, records: Iterable[Record], at: datetime) -> None:
        """Note what became of jobs, as `result_record` has it."""
        when = moment_text(at)
        self.write({"type": "outcome", "at": when, **record} for record in records)

    def resumed(self, at: datetime) -> None:
        """Note that the run is taken up again, and by whom."""
        self.write([{"type": "resume", "at": moment_text(at), **_process()}])
        self.sync()

    def end(self, at: datetime, *, finished: bool, summary: str, stopped_by: str | None, **more: Any) -> None:
        """Note that the run is over: `finished`, or with jobs that resuming it can still end.

        `more` is what else the report says of the run, and the jobs do not.
        """
        line = {
            "type": "end",
            "at": moment_text(at),
            "finished": finished,
            "summary": summary,
            "stopped_by": stopped_by,
            **more,
        }
        self.write([line])
        self.sync()

    def write(self, lines: Iterable[Record]) -> None:
        """Append these lines, past the buffers of this process, in as few pieces as memory allows.

        Each piece takes its turn with the threads that make calls: one for each line would keep the run waiting.
        """
        waiting = iter(lines)
        while text := b"".join([to_json(line) + b"\n" for line in islice(waiting, _LINES_AT_ONCE)]):
            self._append(text)

    def _append(self, text: bytes) -> None:
        data = memoryview((b"\n" if self._is_torn else b"") + text)
        try:
            # The file is opened by its name once, and may be gone since; then writing to it is writing nowhere.
            if os.fstat(self._file).st_nlink == 0:
                raise FileNotFoundError("the file was removed")
            self._is_torn = True
            while data:
                data = data[os.write(self._file, data) :]
            self._is_torn = False
        except OSError as error:
            raise _unwritable(self.path, error) from error

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


def run_id_of(path: Path) -> str:
    """Return the run's id: the name of its file."""
    return path.stem


def _header(plan: Plan, run_id: str, at: datetime) -> Record:
    return {
        "type": "run",
        "format": FORMAT,
        "batchnb": __version__,
        "run": run_id,
        "at": moment_text(at),
        **identity_record(plan.identity),
        "reason": plan.reason,
        "digest": plan.digest,
        "made_at": moment_text(plan.made_at),
        "jobs": len(plan.jobs),
        "guards": guards_record(plan.guards),
        **circumstances_record(plan),
        **_process(),
    }


def _planned_line(planned: Any) -> Record:
    return {"type": "job", **planned_record(planned)}


def _process() -> Record:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = None
    notebook = os.environ.get("JPY_SESSION_NAME") or None
    return {"user": user, "host": platform.node(), "pid": os.getpid(), "notebook": notebook}


def _locked(path: Path) -> Any:
    """Return the lock of a run, taken. The system takes it back from a process that has died."""
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise JournalError(
            f"run {run_id_of(path)} is going on in another process, on this machine or one that shares {path.parent}. "
            "Wait until it is over, or stop it there."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    return lock


def _unwritable(path: Path, error: OSError) -> JournalError:
    return JournalError(
        f"the journal {path} cannot be written ({error.strerror or error}). Nothing is sent without one. "
        "Make room, or set BATCHNB_JOURNAL_DIR to a folder that can be written."
    )
