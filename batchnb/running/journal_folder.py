"""The folder of journals: where it is, whether others could change what is in it, and which runs it has."""

from __future__ import annotations

import errno
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from batchnb.errors import JournalError
from batchnb.guards.user_folders import state_folder
from batchnb.text import shown

__all__ = [
    "NO_FOLLOW",
    "SUFFIX",
    "check_folder",
    "find_run",
    "is_own",
    "journal_dir",
    "make_absolute",
    "make_folder",
    "open_to_append",
    "open_to_read",
    "remember",
    "run_id_of",
    "run_paths",
    "sync_folder",
]

VARIABLE = "BATCHNB_JOURNAL_DIR"
SUFFIX = ".jsonl"

NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_BLOCK = getattr(os, "O_NONBLOCK", 0)
"""With it, a named pipe that has the name of a journal is opened at once."""

_absolute: dict[str, Path] = {}
"""The folder of each value of the variable, as it was when this process first saw that value."""


def journal_dir() -> Path:
    """Return the folder of journals: `BATCHNB_JOURNAL_DIR`, or the user's folder for state on this platform.

    A relative folder counts from where the process was when batchnb first saw it: `%cd` changes nothing. Raises
    JournalError where the user has no home and the variable is not set.
    """
    if chosen := os.environ.get(VARIABLE):
        return make_absolute(chosen)
    folder = state_folder()
    if folder is None:
        raise JournalError(
            "there is no folder for journals: this user has no home folder (HOME is not set, and the system does not "
            f"know the user). Set {VARIABLE} to a folder that can be written. Nothing was ended."
        )
    return folder / "runs"


def make_absolute(chosen: str) -> Path:
    """Return the folder of this value of the variable, and remember it. Raises JournalError where it cannot be told."""
    if chosen not in _absolute:
        expanded = os.path.expanduser(chosen)  # noqa: PTH111 - pathlib raises where there is no home
        if expanded.startswith("~"):
            raise JournalError(
                f"{VARIABLE}: {shown(repr(chosen))} is below a home folder that the system does not know. "
                "Set it to an absolute path."
            )
        try:
            _absolute[chosen] = Path(os.path.abspath(expanded))  # noqa: PTH100 - links stay what they are
        except OSError as error:
            raise JournalError(
                f"{VARIABLE}: {shown(repr(chosen))} is relative, and the current folder is gone. "
                "Set it to an absolute path."
            ) from error
    return _absolute[chosen]


def remember(chosen: str) -> None:
    """Remember the folder of this value of the variable, where it can be told."""
    with suppress(JournalError):
        make_absolute(chosen)


def check_folder(folder: Path) -> tuple[str, ...]:
    """Raise JournalError where somebody else could change journals in the folder; return notes where a group could.

    A folder that does not exist passes: it is made for its owner only. Without POSIX owners and modes, all pass.
    """
    if not hasattr(os, "geteuid"):
        return ()
    try:
        entries = [folder.lstat(), folder.stat()]
    except OSError:  # it is not there, or it cannot be looked at: then it cannot be written either
        return ()
    path = shlex.quote(str(folder))
    for entry in entries:
        if entry.st_uid not in (os.geteuid(), 0):
            raise JournalError(
                f"the journal folder {folder} belongs to user {entry.st_uid} and not to you: they could change what a "
                f"run resumes. Set {VARIABLE} to a folder of your own, or run: "
                f"sudo chown {os.geteuid()} {path} && chmod 700 {path}"
            )
    mode = entries[-1].st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise JournalError(
            f"everybody on this machine can change journals in {folder} (mode {stat.S_IMODE(mode):o}), and so what a "
            f"run resumes. Run: chmod go-w {path}, or set {VARIABLE} to a folder of your own."
        )
    if mode & stat.S_IWGRP and not mode & stat.S_ISVTX:
        return (f"Your group can change journals in {folder}. If it should not: chmod g-w {path}",)
    return ()


def make_folder(folder: Path) -> None:
    """Make the folder for its owner only, with those above it, on the disk. Raises OSError where that fails."""
    missing = [folder, *folder.parents]
    missing = missing[: next((index for index, one in enumerate(missing) if one.exists()), len(missing))]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in missing:
        sync_folder(one.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names in the folder are on the disk, where the system can do that."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def open_to_append(path: Path) -> int:
    """Open a journal that is there, to write on; return the descriptor.

    Raises JournalError for a link, for anything but a file, and for a file of somebody else; OSError where it cannot be
    written.
    """
    with _open(path, os.O_WRONLY | os.O_APPEND) as descriptor:
        owner = os.fstat(descriptor).st_uid
        if hasattr(os, "geteuid") and owner not in (os.geteuid(), 0):
            raise JournalError(f"the journal {path} belongs to user {owner}: it is theirs to resume. Make a new plan.")
        return os.dup(descriptor)


def is_own(path: Path) -> bool:
    """Return whether a journal belongs to this user, or to root: another's is not resumed unless it is named."""
    with suppress(OSError):
        return not hasattr(os, "geteuid") or path.lstat().st_uid in (os.geteuid(), 0)
    return False


@contextmanager
def open_to_read(path: Path) -> Iterator[int]:
    """Open a journal to read, and close it afterwards. Raises JournalError where it cannot be read."""
    try:
        with _open(path, os.O_RDONLY) as descriptor:
            yield descriptor
    except OSError as error:
        raise JournalError(f"the journal {path} cannot be read ({error.strerror or error}).") from error


@contextmanager
def _open(path: Path, flags: int) -> Iterator[int]:
    try:
        descriptor = os.open(path, flags | NO_FOLLOW | _NO_BLOCK)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and path.is_symlink():
            raise JournalError(
                f"the journal {path} is a symbolic link, and journals are not. Nothing is read or written through it. "
                f"If you made it: rm {shlex.quote(str(path))}"
            ) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise JournalError(f"the journal {path} must be a file.")
        yield descriptor
    finally:
        os.close(descriptor)


def run_id_of(path: Path) -> str:
    """Return the run's id: the name of its file."""
    return path.stem


def run_paths() -> list[Path]:
    """Return the journals that there are, oldest first."""
    return sorted(journal_dir().glob(f"*{SUFFIX}"))


def find_run(run_id: str) -> Path:
    """Return the journal of a run. Raises JournalError naming the newest runs where there is none of that id."""
    paths = run_paths()
    for path in paths:
        if run_id_of(path) == run_id:
            return path
    newest = ", ".join(run_id_of(path) for path in paths[:-6:-1]) or "none"
    raise JournalError(f"there is no run {shown(run_id)!r} in {journal_dir()}. The newest: {newest}.")
