"""Where journals lie: in a folder that nobody else can change, wherever the user has no home and the disk no locks."""

from __future__ import annotations

import errno
import json
import os
import platform
import pwd
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import filelock
import pytest

import batchnb
from batchnb import local
from batchnb.api import load_plan, resume
from batchnb.api import plan as plan_jobs
from batchnb.aws.pace import forget_paces
from batchnb.clock import Clock
from batchnb.errors import JournalError
from batchnb.model.run_options import RunOptions
from batchnb.running import journal as journal_module
from batchnb.running import journal_folder, run_lock
from batchnb.running.history import history
from batchnb.running.journal import Journal
from batchnb.running.journal_folder import check_folder, journal_dir, run_paths, sync_folder
from batchnb.running.resume import last_unfinished, resume_run
from batchnb.running.run_reader import read_run
from tests.conftest import clock_of

posix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes of POSIX")


def plan_of_one(emulator: local.LocalBatch, **job: Any) -> batchnb.Plan:
    """Return the plan for a new job."""
    job_id = emulator.world.add_job("train", "job", **job)
    return plan_jobs([job_id], reason="OPS-1 why", endpoint_url=emulator.endpoint_url)


def lack_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the user be one that the system does not know, as in a container with a made-up user id."""

    def nobody(uid: int) -> Any:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_home_a_plan_says_what_to_set(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is refused before it is shown, and no folder named ~ appears in the current one."""
    lack_home(monkeypatch)
    monkeypatch.delenv("BATCHNB_JOURNAL_DIR")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(JournalError, match="Set BATCHNB_JOURNAL_DIR"):
        plan_of_one(emulator)
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize("home", ["", "relative", "~"])
def test_a_home_that_is_none_makes_no_folder_in_the_current_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: str
) -> None:
    """A relative home is as good as none; an empty one is the root of the file system, as everywhere."""
    monkeypatch.setenv("HOME", home)
    monkeypatch.delenv("BATCHNB_JOURNAL_DIR")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    folder = None
    with suppress(JournalError):
        folder = journal_dir()
    assert folder is None or (folder.is_absolute() and tmp_path not in folder.parents)


def test_without_a_home_runs_go_where_the_variable_says(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, journals: Path
) -> None:
    """A number is a user's name as good as any other."""
    plan = plan_of_one(emulator)
    lack_home(monkeypatch)
    report = plan.execute(clock=clock)
    header = json.loads((journals / f"{report.run_id}.jsonl").read_text("utf-8").splitlines()[0])
    assert header["user"] == str(os.getuid())
    assert history()["user"].tolist() == [str(os.getuid())]


def test_a_variable_below_a_home_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """`~/runs` means no folder then."""
    lack_home(monkeypatch)
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", "~/runs")
    with pytest.raises(JournalError, match="absolute path"):
        journal_dir()


def test_a_relative_folder_is_meant_from_where_it_was_seen_first(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`%cd` loses no runs: they are written, found and resumed in the same folder."""
    monkeypatch.setattr(journal_folder, "_absolute", {})
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", "runs")
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    plan = plan_of_one(emulator, stops="never")
    monkeypatch.chdir(tmp_path / "there")
    run_id = plan.execute(clock=clock, timeout=0).run_id
    assert history()["run"].tolist() == [run_id]
    forget_paces()  # of another clock
    assert resume(endpoint_url=emulator.endpoint_url, timeout=0).run_id == run_id
    assert [path.parent for path in run_paths()] == [tmp_path / "here" / "runs"]
    assert not (tmp_path / "there" / "runs").exists()


def test_a_relative_folder_is_seen_when_batchnb_is_imported(tmp_path: Path) -> None:
    """A cell that changes the folder before the first run changes nothing either."""
    code = (
        "import os, batchnb\nos.makedirs('there')\nos.chdir('there')\n"
        "from batchnb.running.journal_folder import journal_dir\nprint(journal_dir())"
    )
    environment = {**os.environ, "BATCHNB_JOURNAL_DIR": "runs", "PYTHONPATH": str(Path(batchnb.__file__).parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, cwd=tmp_path
    )
    assert done.stdout.strip() == str(tmp_path / "runs")


def test_a_relative_folder_of_a_current_one_that_is_gone_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody can tell where it would be."""
    monkeypatch.setattr(journal_folder, "_absolute", {})
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", "runs")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(JournalError, match="absolute path"):
        journal_dir()


@posix
@pytest.mark.parametrize("mode", [0o777, 0o707, 0o702])
def test_a_folder_that_everybody_can_change_is_refused_before_a_plan_is_shown(
    emulator: local.LocalBatch, clock: Clock, journals: Path, tmp_path: Path, mode: int
) -> None:
    """With the line that mends it; so are plans from files, runs and resumes."""
    plan = plan_of_one(emulator, stops="never")
    plan.save(tmp_path / "plan.json")
    plan.execute(clock=clock, timeout=0)
    emulator.calls.clear()
    journals.chmod(mode)
    url = emulator.endpoint_url
    for refused in (
        lambda: plan_of_one(emulator),
        lambda: load_plan(tmp_path / "plan.json", endpoint_url=url),
        lambda: plan.execute(clock=clock),
        lambda: resume(endpoint_url=url),
    ):
        with pytest.raises(JournalError, match=rf"chmod go-w {journals}"):
            refused()
    assert not [call for call in emulator.calls if call.operation.startswith("Terminate")]
    subprocess.run(f"chmod go-w {journals}", shell=True, check=True)  # noqa: S602 - as a user would
    assert check_folder(journals) == ()


@posix
@pytest.mark.parametrize("mode", [0o1777, 0o700, 0o755, 0o1770])
def test_a_folder_in_which_others_can_change_nothing_is_good(
    emulator: local.LocalBatch, clock: Clock, journals: Path, mode: int
) -> None:
    """In one with the sticky bit, such as /tmp, everybody may only change what is theirs."""
    journals.mkdir()
    journals.chmod(mode)
    plan = plan_of_one(emulator)
    assert not plan.notes
    assert plan.execute(clock=clock).ok


@posix
def test_a_folder_of_a_group_is_noted(emulator: local.LocalBatch, clock: Clock, journals: Path) -> None:
    """A team may want it so; the plan says it, with the line that ends it."""
    journals.mkdir()
    journals.chmod(0o770)
    plan = plan_of_one(emulator)
    assert f"chmod g-w {journals}" in plan.notes[-1]
    assert plan.notes[-1] in str(plan)
    report = plan.execute(clock=clock)
    assert read_run(str(report.run_id)).plan.notes == plan.notes


def of_another(monkeypatch: pytest.MonkeyPatch, *uids: int) -> None:
    """Be another user than the one that the files belong to."""
    monkeypatch.setattr(os, "geteuid", lambda: uids[0])


@posix
def test_a_folder_of_somebody_else_is_refused(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, journals: Path
) -> None:
    """They could put another plan into a journal. A folder of root's is as good as one's own."""
    journals.mkdir()
    stranger = os.getuid() + 1234
    real = Path.stat

    def owned(path: Path, **options: Any) -> os.stat_result:
        found = list(real(path, **options))
        found[4] = stranger if path == journals else found[4]
        return os.stat_result(found)

    with monkeypatch.context() as other:
        other.setattr(Path, "stat", owned)
        other.setattr(Path, "lstat", lambda path: owned(path, follow_symlinks=False))
        with pytest.raises(JournalError, match=rf"belongs to user {stranger} .*chmod 700 {journals}"):
            plan_of_one(emulator)
    of_another(monkeypatch, stranger)
    if os.getuid() == 0:
        assert check_folder(journals) == ()
    else:
        with pytest.raises(JournalError, match="belongs to user"):
            check_folder(journals)


@posix
def test_a_journal_of_somebody_else_is_not_resumed(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that all may write to, with the sticky bit, anybody may put a plan of theirs."""
    plan_of_one(emulator, stops="never").execute(clock=clock, timeout=0)
    (path,) = run_paths()
    real = os.fstat

    def owned(file: int) -> os.stat_result:
        found = list(real(file))
        found[4] = os.getuid() + 1234
        return os.stat_result(found)

    monkeypatch.setattr(journal_folder, "os", SimpleNamespace(**{**vars(os), "fstat": owned}))
    with pytest.raises(JournalError, match="theirs to resume"):
        resume(path.stem, endpoint_url=emulator.endpoint_url)
    assert len(history()) == 1


@posix
def test_a_journal_that_is_a_link_is_refused(
    emulator: local.LocalBatch, clock: Clock, gateway: Any, tmp_path: Path
) -> None:
    """Nothing is read or written through it, and the other runs are there."""
    plan_of_one(emulator, stops="never").execute(clock=clock, timeout=0)
    (path,) = run_paths()
    elsewhere = tmp_path / "elsewhere.jsonl"
    path.rename(elsewhere)
    before = elsewhere.read_bytes()
    path.symlink_to(elsewhere)
    for refused in (
        lambda: resume(path.stem, endpoint_url=emulator.endpoint_url),
        lambda: read_run(path.stem),
        lambda: last_unfinished(gateway),
    ):
        with pytest.raises(JournalError, match=r"symbolic link|no unfinished run"):
            refused()
    assert elsewhere.read_bytes() == before
    assert "symbolic link" in history().damage[0]


def test_the_folder_is_synced_with_the_file(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, journals: Path
) -> None:
    """After a power cut the name of the journal is there as well, before anything is sent."""
    synced: list[str] = []
    real = os.fsync

    def fsync(file: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"
        sent = any(call.operation.startswith("Terminate") for call in emulator.calls)
        synced.append(f"{kind} {'after' if sent else 'before'}")
        real(file)

    plan = plan_of_one(emulator)
    monkeypatch.setattr(os, "fsync", fsync)
    plan.execute(clock=clock)
    before = [what.split()[0] for what in synced if what.endswith("before")]
    assert before[:3] == ["folder", "file", "folder"]
    sync_folder(journals / "nothing")  # a system that cannot is none that must not


# --- file systems without locks, and without counts of names


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system answer as Lustre does without `-o flock`."""
    fcntl = pytest.importorskip("fcntl")
    real = fcntl.flock

    def flock(file: int, operation: int) -> Any:
        if operation & fcntl.LOCK_EX:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
        return real(file, operation)

    monkeypatch.setattr(fcntl, "flock", flock)


def interrupted(emulator: local.LocalBatch, clock: Clock) -> Path:
    """Return the journal of a run that left a job alive."""
    plan_of_one(emulator, stops="never").execute(clock=clock, timeout=0)
    (path,) = run_paths()
    return path


def resumed(emulator: local.LocalBatch, path: Path, gateway: Any) -> batchnb.Report:
    """Resume the run."""
    return resume_run(path, gateway, RunOptions(timeout=0), clock=clock_of(emulator))


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_run_works_and_is_one_process_s(
    emulator: local.LocalBatch, clock: Clock, gateway: Any, journals: Path
) -> None:
    """A file with the process in it is the lock; it is gone when the run is over."""
    path = interrupted(emulator, clock)
    assert [one.name for one in journals.iterdir()] == [path.name]
    with Journal.reopen(path):
        marker = journals / f"{path.stem}.held.lock"
        assert json.loads(marker.read_text()) == {"host": platform.node(), "pid": os.getpid()}
        with pytest.raises(JournalError, match=rf"in another process \(process {os.getpid()} .*rm {marker}"):
            resumed(emulator, path, gateway)
    assert resumed(emulator, path, gateway).run_id == path.stem


@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize(
    ("owner", "is_free"),
    [
        (lambda: {"host": platform.node(), "pid": dead_process()}, True),
        (lambda: {"host": platform.node(), "pid": os.getpid()}, False),
        (lambda: {"host": platform.node(), "pid": 1}, False),
        (lambda: {"host": "another-node", "pid": dead_process()}, False),
        (lambda: {"host": platform.node()}, False),
        (lambda: "torn", False),
    ],
    ids=["died here", "lives", "somebody else's", "on another node", "no pid", "no owner"],
)
def test_a_lock_of_a_dead_process_is_taken_and_any_other_names_the_way_out(
    emulator: local.LocalBatch, clock: Clock, gateway: Any, owner: Callable[[], object], *, is_free: bool
) -> None:
    """Of a process on another node nobody here can tell whether it lives."""
    path = interrupted(emulator, clock)
    marker = path.with_suffix(".held.lock")
    marker.write_text(json.dumps(owner()))
    if is_free:
        assert resumed(emulator, path, gateway).run_id == path.stem
        assert not marker.exists()
        return
    with pytest.raises(JournalError, match=rf"rm {marker}"):
        resumed(emulator, path, gateway)
    marker.unlink()  # as it says
    assert resumed(emulator, path, gateway).run_id == path.stem


def dead_process() -> int:
    """Return the number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.usefixtures("without_locks")
def test_a_process_that_is_killed_leaves_a_run_that_another_takes_up(
    start: Callable[..., local.LocalBatch], journals: Path
) -> None:
    """Where no system gives its lock back."""
    emulator = start(lambda world: world.add_queue("train"), clock=local.WallClock(speed=100))
    ids = emulator.world.add_jobs("train", "job", 3)
    code = (
        "import errno, fcntl, os, sys\n"
        "def flock(*_): raise OSError(errno.ENOSYS, '')\n"
        "fcntl.flock = flock\n"
        "from tests.crash import main\nmain()"
    )
    command = [sys.executable, "-c", code, emulator.endpoint_url, "OPS-1 why", *ids]
    environment = {**os.environ, "BATCHNB_JOURNAL_DIR": str(journals)}
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=root) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.kill()
    assert [path.suffixes for path in journals.glob("*.lock")] == [[".held", ".lock"]]
    assert resume(endpoint_url=emulator.endpoint_url).counts == {"terminated": 3}


def test_an_older_filelock_that_knows_no_such_file_system_is_done_without(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, journals: Path
) -> None:
    """Up to some version it raises NotImplementedError; the run goes on with a file for a lock."""

    def acquire(_lock: object, *_arguments: object, **_options: object) -> None:
        raise NotImplementedError("FileSystem does not appear to support flock")

    plan = plan_of_one(emulator)
    monkeypatch.setattr(filelock.FileLock, "acquire", acquire)
    assert plan.execute(clock=clock).ok
    assert not list(journals.glob("*.held.lock"))


def without_counts(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system say of every file that it has no name."""

    def fstat(file: int) -> os.stat_result:
        found = list(os.fstat(file))
        found[3] = 0
        return os.stat_result(found)

    monkeypatch.setattr(module, "os", SimpleNamespace(**{**vars(os), "fstat": fstat}))


def test_a_file_system_that_counts_no_names_keeps_journals(
    emulator: local.LocalBatch, clock: Clock, gateway: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of FUSE and of NFS leave st_nlink at 0, which elsewhere means that the file was removed."""
    without_counts(journal_module, monkeypatch)
    without_counts(run_lock, monkeypatch)
    path = interrupted(emulator, clock)
    assert resumed(emulator, path, gateway).run_id == path.stem


@pytest.mark.parametrize("how", ["unlink", "replace"])
def test_there_a_journal_that_vanishes_is_missed_by_its_name(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Writing to a file that has no name any more is writing nowhere."""
    without_counts(journal_module, monkeypatch)
    path = interrupted(emulator, clock)
    with Journal.reopen(path) as journal:
        journal.resumed(clock.wall())
        if how == "replace":
            path.with_suffix(".new").write_bytes(path.read_bytes())
            path.with_suffix(".new").replace(path)
        else:
            path.unlink()
        with pytest.raises(JournalError, match="cannot be written"):
            journal.resumed(clock.wall())


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="a read-only file system of Linux")
def test_a_home_that_is_read_only_is_told_with_the_way_out(
    emulator: local.LocalBatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent; the error names the variable."""
    plan = plan_of_one(emulator)
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", "/proc/self/runs")
    with pytest.raises(JournalError, match="BATCHNB_JOURNAL_DIR"):
        plan.execute(clock=clock)
    assert not [call for call in emulator.calls if call.operation.startswith("Terminate")]
