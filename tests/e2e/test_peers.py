"""Two pickers of one place, one of them in a bare page: the jobs that the other one ends are locked there."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

import batchnb
from batchnb import local
from batchnb.widget import JobPicker
from batchnb.widget.execution import Run
from tests.e2e.bare import BarePage

if TYPE_CHECKING:
    import pandas as pd

Open = Callable[..., BarePage]


@pytest.fixture
def jobs(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Return the jobs of an emulator: twelve that run, and end within moments."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "run", 12, created_ago=7200.0)
        world.delays = local.Delays(submitted=0.02, pending=0.02, runnable=0.02, starting=0.05, running=0.05)

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return batchnb.list_jobs(queues="train")


def end(picker: JobPicker, jobs: object) -> None:
    """Select these jobs in a picker without a page, and end them."""
    session = picker._session
    picker.selected = jobs
    picker.reason = "OPS-7"
    session.reviewing.begin()
    assert picker.wait(20)
    assert picker.plan is not None
    session.confirm(picker.plan.digest, None, session.clock.now())
    assert picker.wait(20)


def test_what_another_picker_ends_is_locked(
    jobs: pd.DataFrame, open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row says by whom, leaves the selection and cannot be clicked; what Python sets is shown at once."""
    other = JobPicker(jobs)
    bare = open_picker(jobs)
    bare.picker.selected = jobs.iloc[:3]
    bare.picker.query = "name:run-00*"
    bare.picker.columns = ["Name", "Result", "Status"]
    bare.picker.reason = "OPS-8"
    expect(bare.counts).to_contain_text("3 selected")
    expect(page.get_by_label("Search the jobs")).to_have_value("name:run-00*")
    expect(page.locator("#one .bnb-reason")).to_have_value("OPS-8")
    expect(page.get_by_role("columnheader")).to_have_count(4)
    execute = Run.execute

    def look_first(run: Run, **options: object) -> object:
        # The page is looked at by this thread alone: here it is only what it will be sent.
        text = bare.picker._session.state()["note"]
        assert text == "2 jobs are being ended by another picker."
        return execute(run, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Run, "execute", look_first)
    end(other, jobs.iloc[:2])
    assert other.report is not None
    assert other.report.counts == {"terminated": 2}
    row = bare.row("run-000")
    expect(row).to_contain_text("by another picker")
    expect(row).to_contain_text("FAILED")
    expect(bare.counts).to_contain_text("1 selected")
    row.click(force=True)
    expect(row).to_have_attribute("aria-selected", "false")
    expect(bare.counts).to_contain_text("1 selected")
    assert list(bare.picker.selected["jobName"]) == ["run-002"]
    assert bare.errors == []
