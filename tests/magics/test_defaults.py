"""Profile, Region and queue of a notebook: used where no flag says so, told where they are, and no selector of jobs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import batchnb
from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.errors import InputError
from batchnb.guards.settings import layer
from batchnb.magics import magics


class Notebook:
    """A shell without history or a user's configuration."""

    def __init__(self, config: Config) -> None:
        config.HistoryManager.enabled = False
        self.shell: Any = InteractiveShell.instance(config=config)
        magics.load(self.shell)

    def cell(self, source: str) -> tuple[str, BaseException | None]:
        """Run a cell; return what it printed, and what it raised."""
        with capture_output() as said:
            result = self.shell.run_cell(source)
        return said.stdout, result.error_before_exec or result.error_in_exec

    def run(self, source: str) -> str:
        """Run a cell that has to succeed; return what it printed."""
        said, error = self.cell(source)
        assert error is None, said
        return said


@pytest.fixture
def tonight(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> local.LocalBatch:
    """Return an emulator with jobs in two queues, to which two profiles lead."""

    def fill(world: local.World) -> None:
        for queue in ("train", "other"):
            world.add_queue(queue)
            world.add_jobs(queue, [f"{queue}-1", f"{queue}-2"])

    emulator = start(fill)
    (tmp_path / "config").write_text(
        f"[profile oncall]\nregion=eu-west-1\nendpoint_url={emulator.endpoint_url}\n"
        f"[profile other]\nregion=us-east-1\nendpoint_url={emulator.endpoint_url}\n"
    )
    (tmp_path / "credentials").write_text(
        "".join(f"[{name}]\naws_access_key_id={name}\naws_secret_access_key=x\n" for name in ("oncall", "other"))
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return emulator


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """Open a notebook, and put everything back."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    main = sys.modules["__main__"]
    InteractiveShell.clear_instance()
    opened = Notebook(Config())
    yield opened
    magics.unload(opened.shell)
    opened.shell.reset()
    InteractiveShell.clear_instance()
    set_default_endpoint(None)
    sys.modules["__main__"] = main
    assert os.environ


def test_a_profile_is_used_and_told(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """By listings, plans and runs; a flag goes before it."""
    assert tonight
    notebook.run("%config BatchMagics.profile = 'oncall'")
    said = notebook.run("jobs = %batch_jobs --queue train")
    assert said.splitlines()[0] == "Profile oncall, by %config BatchMagics.profile."
    assert notebook.shell.user_ns["jobs"].attrs["listing"]["region"] == "eu-west-1"
    said = notebook.run("plan = %batch_terminate jobs --reason OPS-1")
    assert said.count("Profile oncall, by %config BatchMagics.profile.") == 1
    assert notebook.shell.user_ns["plan"].identity.region == "eu-west-1"
    said = notebook.run("jobs = %batch_jobs --queue train --profile other")
    assert "oncall" not in said
    assert notebook.shell.user_ns["jobs"].attrs["listing"]["region"] == "us-east-1"


def test_a_region_is_used_and_told(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """With the profile, or by itself."""
    assert tonight
    notebook.run("%config BatchMagics.profile = 'oncall'\n%config BatchMagics.region = 'ap-south-1'")
    said = notebook.run("jobs = %batch_jobs --queue train")
    assert "Region ap-south-1, by %config BatchMagics.region." in said
    assert notebook.shell.user_ns["jobs"].attrs["listing"]["region"] == "ap-south-1"
    notebook.run("%config BatchMagics.region = None")
    assert "Region" not in notebook.run("jobs = %batch_jobs --queue train")


def test_a_queue_narrows_a_listing(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """`%batch_jobs` alone shows that queue; a queue that is named goes before it."""
    where = f"--endpoint-url {tonight.endpoint_url}"
    notebook.run("%config BatchMagics.queue = 'train'")
    said = notebook.run(f"jobs = %batch_jobs {where}")
    assert said.splitlines()[0] == "Queue train, by %config BatchMagics.queue."
    assert set(notebook.shell.user_ns["jobs"].jobQueue) == {"train"}
    assert "Queue" not in notebook.run(f"jobs = %batch_jobs --queue other {where}")
    assert set(notebook.shell.user_ns["jobs"].jobQueue) == {"other"}
    notebook.run("%config BatchMagics.queue = ['train', 'other']")
    assert "Queue train, other, by" in notebook.run(f"jobs = %batch_jobs {where}")
    assert len(notebook.shell.user_ns["jobs"]) == 4


@pytest.mark.parametrize("line", ["--status RUNNABLE", "--status active --limit 5"])
def test_a_queue_selects_no_job_to_end(notebook: Notebook, tonight: local.LocalBatch, line: str) -> None:
    """What nobody typed says of no job that it is meant: a plan of all of its jobs is refused, however it is made."""
    where = f"--endpoint-url {tonight.endpoint_url}"
    notebook.run("%config BatchMagics.queue = 'train'")
    said, error = notebook.cell(f"%batch_terminate --reason OPS-1 --yes {where}")
    assert isinstance(error, InputError), said
    for cell in (
        f"%batch_terminate {line} --reason OPS-1 --yes {where}",
        f"%batch_terminate jobs --reason OPS-1 --yes {where}",
    ):
        notebook.run(f"jobs = %batch_jobs {line} {where}")
        said, error = notebook.cell(cell)
        assert error is not None, said
    assert not [call for call in tonight.calls if call.operation.startswith("Terminate")]


def test_a_name_with_the_queue_is_a_selector(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """Whoever names jobs means them, in the queue of the notebook."""
    notebook.run("%config BatchMagics.queue = 'train'")
    notebook.run(f"plan = %batch_terminate --name train-1 --reason OPS-1 --endpoint-url {tonight.endpoint_url}")
    plan = notebook.shell.user_ns["plan"]
    assert len(plan.to_end) == 1
    assert not plan.refused_by


def test_an_emulator_goes_before_the_profile(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """While calls go to it, none goes where the notebook says; what was set comes back after it."""
    notebook.run("%config BatchMagics.profile = 'oncall'\n%config BatchMagics.queue = 'train'\n%batch_local start")
    try:
        said = notebook.run("jobs = %batch_jobs --limit 1")
        assert "by %config" not in said
        assert "Queue train of %config BatchMagics is not used here: type --queue." in said
        assert notebook.shell.user_ns["jobs"].attrs["listing"]["region"] == "local-1"
    finally:
        notebook.run("%batch_local stop")
    assert "Profile oncall" in notebook.run("jobs = %batch_jobs")
    assert tonight.calls


def test_use_endpoint_goes_before_the_profile(notebook: Notebook, tonight: local.LocalBatch) -> None:
    """A runbook's parameter is meant for all of its cells."""
    assert tonight
    notebook.run("%config BatchMagics.profile = 'oncall'")
    batchnb.use_endpoint("aws", profile="other")
    said = notebook.run("jobs = %batch_jobs --queue train")
    assert "oncall" not in said
    assert notebook.shell.user_ns["jobs"].attrs["listing"]["region"] == "us-east-1"


@pytest.mark.parametrize(
    "line", ["profile = 5", "profile = ''", "region = ['a']", "queue = [1]", "queue = []", "queu = 'x'"]
)
def test_a_setting_that_cannot_be_read_fails_its_cell(notebook: Notebook, line: str) -> None:
    """As a guard does: calls must not go elsewhere by a typing error."""
    said, error = notebook.cell(f"%config BatchMagics.{line}")
    assert error is not None, said
    assert "Traceback" not in said
    assert notebook.cell("jobs = %batch_jobs")[1] is not None


@pytest.mark.parametrize("name", ["profile", "region", "queue"])
def test_no_file_chooses_the_account(name: str) -> None:
    """A clone that brings a pyproject.toml must not send calls elsewhere; the error says what to type."""
    with pytest.raises(InputError, match=rf"{name} in pyproject: .*%config BatchMagics\.{name}"):
        layer("pyproject", {name: "prod"})
