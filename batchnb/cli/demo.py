"""The demo: one night, one runaway sweep, ended on the embedded emulator, from the listing to the report."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchnb.cli.runbooks import notebook_path
from batchnb.cli.started import command_text, install_text
from batchnb.errors import BatchnbError, InputError

if TYPE_CHECKING:
    from batchnb.local import LocalBatch

__all__ = ["run_demo", "run_lab"]

NOTEBOOK = "quickstart.ipynb"
REASON = "OPS-123 sweep submitted with a bad input"
SWEEP = "train-sweep:7"


def run_demo() -> None:
    """List the jobs of a believable night, plan the end of its runaway sweep, execute the plan, and print each step."""
    from batchnb import local
    from batchnb.api import list_jobs, plan
    from batchnb.model.event import EventState, JobEvent
    from batchnb.model.plan_view import plan_text
    from batchnb.model.report_view import report_text
    from batchnb.progress import counting

    with local.start(local.hasty_night) as emulator, _settings_of(emulator):
        place: dict[str, Any] = {"endpoint_url": emulator.endpoint_url}
        _say(f"An AWS Batch emulator runs at {emulator.endpoint_url}: no account, no network, nothing real to end.")

        _say("\n1. What is live tonight: batchnb.list_jobs(status='active')\n")
        _say(_live(place))

        _say(f"\n2. The sweep with the bad input: list_jobs(job_definition={SWEEP!r}, older_than='6h'), planned\n")
        sweep = list_jobs(job_definition=SWEEP, older_than="6h", **place)
        the_plan = plan(sweep, reason=REASON, **place)
        _say(plan_text(the_plan, limit=10))

        _say("\n3. plan.execute(): one reason, every job watched until it has really ended\n")
        with counting("seen to end", unit=" jobs", total=len(the_plan.to_end)) as count:

            def on_event(event: JobEvent) -> None:
                if event.state is EventState.ENDED:
                    count(1)

            report = the_plan.execute(timeout=60, on_event=on_event)
        _say(report_text(report, limit=None))

        _say("\n4. report.raise_for_failures(), so that a script or a scheduled notebook cannot overlook them\n")
        try:
            report.raise_for_failures()
        except BatchnbError as error:
            _say(f"  {type(error).__name__}: {error}")

        _say("\n5. What is still live: the others were not touched\n")
        _say(_live(place))
    _say(f"\n{_how_to_go_on()}\n")


def _how_to_go_on() -> str:
    """Return what to type next, as it works in the same terminal."""
    install = "" if find_spec("jupyterlab") else install_text()
    first = f"  {install}\n" if install else ""
    return (
        "An emulator that goes on running, for the AWS CLI and other programs (it prints the variables to set):\n\n"
        f"  {command_text()} emulator\n  aws batch list-jobs --job-queue train-gpu --job-status RUNNING\n\n"
        f"The same in JupyterLab:\n\n{first}  {command_text(extra=True)} demo --lab"
    )


def _live(place: dict[str, Any]) -> str:
    """Return how many jobs of each queue are live, by status."""
    from batchnb.api import list_jobs

    jobs = list_jobs(status="active", **place)
    return str(jobs.groupby(["jobQueue", "status"], observed=True).size().unstack(fill_value=0).to_string())


def run_lab(*, port: int | None = None, browser: bool = True) -> int:
    """Open the quickstart in JupyterLab, as a copy in the working directory; return Lab's exit status.

    `port` is where Lab listens on 127.0.0.1, None for its own choice; without `browser`, it prints its address only.
    Raises InputError where JupyterLab is not installed.
    """
    if find_spec("jupyterlab") is None:
        install = install_text()
        way = f"Install it with: {install}" if install else f"Run: {command_text(extra=True)} demo --lab"
        raise InputError(f"JupyterLab is not installed here. {way}")
    notebook = Path.cwd() / f"batchnb-{NOTEBOOK}"
    if not notebook.exists():
        try:
            shutil.copyfile(notebook_path(NOTEBOOK), notebook)
        except OSError as error:
            raise InputError(f"cannot write {notebook}: {error.strerror}. Go to a folder of your own first.") from error
    _say(f"Opening {notebook.name} in JupyterLab. Ctrl-C ends it.")
    command = [sys.executable, "-m", "jupyterlab", str(notebook)]
    if port is not None:
        command.append(f"--port={port}")
    if not browser:
        command.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # as in most containers, where Lab would refuse to start
    with subprocess.Popen(command) as lab:  # noqa: S603 - Lab of this environment
        while True:
            try:
                return lab.wait()
            except KeyboardInterrupt:
                # Lab has got it, too, and asks whether it is meant.
                continue


@contextmanager
def _settings_of(emulator: LocalBatch) -> Iterator[None]:
    """Keep this machine's AWS settings out of the demo: a profile may be missing, or need a login."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("AWS_")}
    os.environ.update(emulator.environ(), AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull)
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(kept)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a command prints
