"""The lock of a run: one process at a time writes a journal.

The system gives the lock back when a process dies, where its file systems have such locks. On those that have none, a
file with the process in it is the lock.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import secrets
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from batchnb.errors import JournalError
from batchnb.running.journal_folder import run_id_of

__all__ = ["Lock", "lock_paths", "take_lock"]

_NO_LOCKS = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL})
"""What file systems without locks answer: Lustre without `-o flock`, some of FUSE, NFS without its lock daemon."""


class Lock(Protocol):
    """A lock that is held."""

    def release(self) -> None:
        """Let others have it."""


def lock_paths(path: Path) -> tuple[Path, Path]:
    """Return the files that may be the lock of a journal: that of the system's lock, and the marker."""
    return path.with_suffix(".lock"), path.with_suffix(".held.lock")


def take_lock(path: Path, descriptor: int) -> Lock:
    """Return the lock of the journal at `path`, which is open as `descriptor`.

    Raises JournalError where another process has it, and OSError where its file cannot be written.
    """
    return _take_system_lock(path) if _has_locks(descriptor) else _take_marker(path)


def _has_locks(descriptor: int) -> bool:
    try:
        import fcntl
    except ImportError:  # on Windows, where every file system has locks
        return True
    if os.fstat(descriptor).st_nlink == 0:  # such a file system tells filelock that the file was removed
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    except OSError as error:
        return error.errno not in _NO_LOCKS
    return True


def _take_system_lock(path: Path) -> Lock:
    from filelock import FileLock, Timeout

    # Not one lock for each thread: a run is begun in one thread and sent, which ends with a release, in another.
    lock = FileLock(lock_paths(path)[0], timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise _held(path, f"on this machine or one that shares {path.parent}") from error
    except NotImplementedError:  # older versions of filelock say so of a file system without locks
        return _take_marker(path)
    return lock


class _Marker:
    """A lock whose file says which process has it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def release(self) -> None:
        with suppress(OSError):
            if _owner_in(self._path) == _this_process():
                self._path.unlink()


def _take_marker(path: Path) -> Lock:
    marker = lock_paths(path)[1]
    for _ in range(2):
        try:
            descriptor = os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            owner = _owner_in(marker)
            if not _is_dead(owner) or not _remove(marker, owner):
                who = f"process {owner['pid']} on {owner['host']}" if owner else ""
                raise _held(path, who, marker) from None
            continue
        try:
            os.write(descriptor, json.dumps(_this_process()).encode())
        finally:
            os.close(descriptor)
        return _Marker(marker)
    raise _held(path, "", marker)


def _remove(marker: Path, owner: Mapping[str, Any]) -> bool:
    """Remove the marker of this dead process; return whether it was still that one."""
    aside = marker.with_suffix(f".{secrets.token_hex(4)}")
    with suppress(OSError):
        marker.rename(aside)
        if _owner_in(aside) == owner:
            aside.unlink()
            return True
        aside.rename(marker)  # another process has taken the lock since
    return False


def _this_process() -> dict[str, Any]:
    return {"host": platform.node(), "pid": os.getpid()}


def _owner_in(marker: Path) -> Mapping[str, Any]:
    """Return the process that a marker names, empty where it names none."""
    with suppress(OSError, ValueError, RecursionError):
        owner = json.loads(marker.read_text("utf-8"))
        if isinstance(owner, dict) and isinstance(owner.get("pid"), int) and isinstance(owner.get("host"), str):
            return owner
    return {}


def _is_dead(owner: Mapping[str, Any]) -> bool:
    """Whether the process was of this machine and is gone. Of another machine nobody here can tell."""
    if not owner or owner["host"] != platform.node():
        return False
    try:
        os.kill(owner["pid"], 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # it lives, and is somebody else's
        return False
    return False


def _held(path: Path, who: str, marker: Path | None = None) -> JournalError:
    where = f" ({who})" if who else ""
    way_out = f" If that process is gone, remove its lock: rm {shlex.quote(str(marker))}" if marker else ""
    return JournalError(
        f"run {run_id_of(path)} is going on in another process{where}. Wait until it is over, or stop it there."
        f"{way_out}"
    )
