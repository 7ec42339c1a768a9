"""The pages are run: every Python block in its order, in a notebook whose profile leads to an emulator."""

from __future__ import annotations

import re
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
from batchnb.guards.notebook_layer import set_notebook_layer
from tests.website.blocks import PAGES, Block, blocks_of, title

ACCOUNT, REGION, PROFILE = "123456789012", "eu-west-1", "oncall"
RUN = [
    page for page in PAGES if any(block.language == "python" and block.mark != "not run" for block in blocks_of(page))
]


def quick_night(world: local.World) -> None:
    """Fill a world with the night of the demo, in which jobs end at once."""
    local.night(world)
    world.delays = local.Delays(0, 0, 0, 0, 0, 0, 0, 0)


class PersonsShell(InteractiveShell):
    """A shell whose kernel says what one says for a person in front of it: that widgets can be shown."""

    kernel = object()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Any]:
    """Return a shell with the namespace of a new notebook."""
    main = sys.modules["__main__"]
    config = Config()
    config.HistoryManager.enabled = False
    make: Any = PersonsShell
    yield make.instance(config=config, ipython_dir=str(tmp_path / "ipython"))
    make.clear_instance()
    set_notebook_layer(None)
    sys.modules["__main__"] = main


@pytest.fixture
def place(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[local.LocalBatch]:
    """Work in an empty folder, with a profile whose endpoint is an emulator in the account of the pages."""
    emulator = start(quick_night, account=ACCOUNT, region=REGION, clock=local.WallClock())
    settings = tmp_path / "aws-config"
    credentials = "aws_access_key_id = local\naws_secret_access_key = local"
    profile = f"region = {REGION}\nendpoint_url = {emulator.endpoint_url}\n{credentials}"
    settings.write_text(f"[default]\n{profile}\n[profile {PROFILE}]\n{profile}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(settings))
    monkeypatch.setattr(local, "hasty_night", quick_night)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield emulator
    batchnb.use_endpoint(emulator.endpoint_url)


@pytest.mark.parametrize("page", RUN, ids=title)
def test_a_page_runs_from_its_first_line_to_its_last(page: Path, shell: Any, place: local.LocalBatch) -> None:
    """Each block succeeds or fails as the page says, and what a page shows as output is what came out."""
    assert place.running
    if page.parent.name == "reference":
        # These pages explain one thing each, and do not say every time how a notebook begins.
        shell.run_cell("%load_ext batchnb\nimport batchnb")
    shown = ""
    for block in blocks_of(page):
        if block.mark == "file":
            Path(block.value).write_text(block.text, encoding="utf-8")
        elif block.mark == "output":
            check_output(block, shown)
        elif block.language == "python" and block.mark != "not run":
            if block.mark == "new notebook":
                batchnb.use_endpoint("aws")
                shell.reset(new_session=False)
            shown = run(shell, block)


def run(shell: Any, block: Block) -> str:
    """Run a block, which has to end as it is marked; return what it shows."""
    with capture_output() as captured:
        result = shell.run_cell(block.text)
    error = result.error_before_exec or result.error_in_exec
    name = type(error).__name__ if error is not None else ""
    assert name == (block.value if block.mark == "fails" else ""), f"line {block.line}: {error}\n{captured.stdout}"
    if isinstance(result.result, batchnb.JobPicker):
        check_picker(result.result, shell.user_ns["jobs"].jobId.iloc[0])
    return captured.stdout + "".join(str(output.data.get("text/plain", "")) for output in captured.outputs)


def check_picker(picker: batchnb.JobPicker, job_id: str) -> None:
    """Select a job in a picker that a page shows, and plan its end."""
    picker.select([job_id])
    picker._session.reason = "OPS-123 bad input"
    picker._session.reviewing.begin()
    assert picker.wait(20)
    assert picker.error is None
    assert picker.plan is not None
    assert [planned.job_id for planned in picker.plan.to_end] == [job_id]


def check_output(block: Block, shown: str) -> None:
    """Each line of the block is among the lines that were shown, in this order; an ellipsis stands for anything."""
    rest = shown.splitlines()
    for line in block.text.splitlines():
        pattern = re.compile(re.escape(line.strip()).replace("…", ".*"))
        where = next((number for number, one in enumerate(rest) if pattern.fullmatch(one.strip())), None)
        assert where is not None, f"line {block.line}: {line!r} is not in\n{shown}"
        del rest[: where + 1]
