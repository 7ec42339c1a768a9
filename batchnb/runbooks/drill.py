"""Drills on the emulator of the kernel: a run that is killed half-way, and the runs of some past nights.

They take place in another process, in a folder of its own and with no settings of this machine: neither its AWS Region
nor the guards that are configured for real runs matter to made-up ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batchnb.endpoints import Destination
from batchnb.errors import JournalError, LocalError
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.steps import told
from batchnb.running.history import history, read_run
from batchnb.running.journal_folder import VARIABLE

__all__ = ["crash_a_run", "make_past_runs"]

_LONGEST = 60.0
"""Seconds that a made-up run may take."""

_NO_DRILL = "No drill: these are the real journals."

_CRASHING = """
import sys, batchnb
batchnb.use_endpoint(sys.argv[1])
sweep = batchnb.list_jobs(queues=["train-gpu"], job_definition="train-sweep:7")
batchnb.plan(sweep, reason="OPS-123 sweep submitted with a bad input").execute()
"""

_PAST = """
import sys, batchnb
from datetime import UTC, datetime, timedelta
from batchnb.clock import Clock
batchnb.use_endpoint(sys.argv[1])
for days, selected, text in (
    (6, {"name_glob": "load-late-*"}, "OPS-98 loads twice"),
    (4, {"job_definition": "gbm:11"}, "OPS-101 folds of the old model"),
    (2, {"name_glob": "features-wide-*"}, "OPS-110 can never start as it was submitted"),
    (1, {"job_definition": "train-sweep:7"}, "OPS-123 sweep submitted with a bad input"),
    (0, {"name_glob": "asr-finetune-*"}, "OPS-124 wrong corpus"),
):
    clock = Clock(wall=lambda days=days: datetime.now(UTC) - timedelta(days=days))
    batchnb.plan(batchnb.list_jobs(**selected), reason=text).execute(clock=clock, timeout=60 if days else 2)
"""


@told
def crash_a_run(runbook: Runbook) -> str:
    """Let another process end the runaway sweep, and kill it when its second request is under way; say so.

    Its journal is in a new folder, which is this process's folder of journals from then on. On anything but the
    emulator of this kernel, and where `journals` names a folder, nothing happens.
    """
    place = runbook.place
    if place is None or place.emulator is None or runbook["journals"]:
        return _NO_DRILL
    from batchnb import local

    folder = _new_folder("batchnb-crash-")
    for operation in ("TerminateJobs", "TerminateJob"):
        place.emulator.faults.add(local.Fault(operation=operation, nth=2, kind="hang"))
    process = _start(_CRASHING, place, folder)
    until = time.monotonic() + _LONGEST
    while process.poll() is None and not _is_halfway() and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.wait()
    place.emulator.faults.clear()
    return "A drill: another process was killed while it ended the runaway sweep."


@told
def make_past_runs(runbook: Runbook) -> str:
    """Let another process make up five runs of the past days, in a new folder of journals; say so.

    On anything but the emulator of this kernel, and where `journals` names a folder, nothing happens.
    """
    place = runbook.place
    if place is None or place.emulator is None or runbook["journals"]:
        return _NO_DRILL
    from batchnb import local

    folder = _new_folder("batchnb-audit-")
    world = place.emulator.world
    states = ("submitted", "pending", "runnable", "starting", "running", "succeeding")
    world.delays = local.Delays(**dict.fromkeys(states, 0.02))
    stubborn = next(job.job_id for job in world.jobs() if job.name == "asr-finetune-003")
    world.set_stops(stubborn, "never")
    process = _start(_PAST, place, folder)
    try:
        code = process.wait(timeout=2 * _LONGEST)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.wait()
        raise LocalError("the made-up runs did not come to their end.") from error
    if code:
        raise LocalError(f"the made-up runs failed with exit code {code}.")
    return "A drill: five runs of the past days are made up, in a folder of their own."


def _new_folder(prefix: str) -> Path:
    folder = tempfile.mkdtemp(prefix=prefix)
    os.environ[VARIABLE] = folder
    return Path(folder)


def _start(program: str, place: Destination, folder: Path) -> subprocess.Popen[bytes]:
    assert place.emulator is not None
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BATCHNB_"))}
    nothing = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    config = {"XDG_CONFIG_HOME": str(folder), "APPDATA": str(folder), "HOME": str(folder), VARIABLE: str(folder)}
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    environ = {**kept, **nothing, **place.emulator.environ(), **config, "TQDM_DISABLE": "1", "PYTHONPATH": path}
    return subprocess.Popen([sys.executable, "-c", program, place.emulator.endpoint_url], cwd=folder, env=environ)  # noqa: S603 - our own program


def _is_halfway() -> bool:
    try:
        runs = history()
        counts = read_run(runs.run[0]).counts if len(runs) else {}
    except JournalError:  # it is being written
        return False
    return {"cancelled", "asked, no answer"} <= counts.keys() and "still stopping" not in counts
