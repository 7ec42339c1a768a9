"""The whole way in JupyterLab: 7,000 jobs of a bad input, a job of production among them, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.lab import SLOW, Desk, Lab, Notebook, running_lab

START = """
import os
import time
from pathlib import Path

import batchnb
from batchnb import local
from batchnb.clock import Clock
from batchnb.widget import JobPicker


def fill(world):
    world.add_queue("cpu")
    world.add_jobs("cpu", "bad-input", {count}, status="RUNNABLE", created_ago=10_800.0, definition="score-batch:12")
    world.add_job("cpu", "bad-input-prod", created_ago=90_000.0, definition="score-prod:3")
    world.add_jobs("cpu", "other", 40, created_ago=900.0, definition="etl:1")
    world.delays = local.Delays(runnable=0.05, starting=0.05, running=0.05)


if "emulator" in globals():
    emulator.stop()  # that of the test before
emulator = local.start(fill)
os.environ.update(emulator.environ())
"""
SHOW = "picker = JobPicker(batchnb.list_jobs())\npicker"
SLOWLY = 'emulator.limits.set("TerminateJobs", local.Limit(2, 4))'
ONE_CALL = 'emulator.limits.set("TerminateJobs", local.Limit(0.001, 1))'
FAST = 'emulator.limits.set("TerminateJobs", None)'
BUSY = """
# A kernel that hears of nothing: newer ones hear a picker while a cell runs.
with picker._session.jobs.mutex:
    print("busy", flush=True)
    while not Path("go-on").exists():
        time.sleep(0.02)
    # As if that had taken a minute.
    picker._session.clock = Clock(now=lambda: time.monotonic() + 60)
"""
RECORD = """
runs = [str(one) for one in batchnb.history()["run"]]
for run in runs:
    print(run, batchnb.read_run(run).summary)
print("ended by call:", sum(call.operation.startswith("Terminate") for call in emulator.calls))
prod = batchnb.list_jobs(name="bad-input-prod")
print("production:", prod.status[0])
print("raised:", *(note for run in runs for note in batchnb.read_run(run).plan.notes))
"""
UNDER_WAY = re.compile(r"[1-9][\d,]* (asked, stopping|ended)")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a JupyterLab that the tests of this file share, behind a prefix as JupyterHub has it."""
    with running_lab(tmp_path_factory.mktemp("lab"), prefix="/user/somebody") as lab:
        yield lab


class BigPicker:
    """The picker over the bad jobs of a night, and 40 others."""

    def __init__(self, notebook: Notebook, bad: int) -> None:
        self.page = notebook.page
        self.root = notebook.output(1).locator(".bnb")
        expect(self.root.get_by_role("grid")).to_have_attribute("aria-rowcount", str(bad + 41), timeout=SLOW)

    @property
    def dialog(self) -> Locator:
        """The review and the bar below it."""
        return self.root.get_by_role("alertdialog")

    @property
    def headline(self) -> Locator:
        """The sentence above the result."""
        return self.root.locator(".bnb-result .bnb-summary")

    def button(self, name: str) -> Locator:
        """Return the button whose text begins so."""
        return self.root.get_by_role("button", name=name).first

    def expect_focus(self, one: Locator) -> None:
        """Wait until this has the focus."""
        expect(one).to_be_focused(timeout=SLOW)

    def tab_to(self, wanted: Locator, key: str = "Tab") -> None:
        """Press Tab until this has the focus."""
        for _ in range(40):
            if wanted.evaluate("(one) => one === one.getRootNode().activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {wanted}")


def check_record(notebook: Notebook, picker: BigPicker) -> Locator:
    """Assert that the record has the run that is named, and that the job of production lives; return what it says."""
    run = picker.root.locator(".bnb-result .bnb-plan").inner_text().removeprefix("Run ")
    notebook.run(5)
    record = notebook.output(5)
    expect(record).to_contain_text("production: RUNNING")
    assert f"{run} " in record.inner_text()
    assert record.inner_text().count("seen to end") >= 2
    return record


def let_it_be_late(lab: Lab, picker: BigPicker) -> Locator:
    """Let the busy kernel go on; return what is said of a yes that it finds then."""
    expect(picker.root.get_by_text("your yes is not used")).to_be_visible()
    Path(lab.root / "go-on").touch()
    late = picker.root.get_by_role("alert").filter(has_text="came 6")
    expect(late).to_contain_text("s late, so it was not used. Nothing was ended.", timeout=SLOW)
    return late


def test_by_mouse_with_a_busy_kernel_in_between(desk: Desk, lab: Lab) -> None:
    """Reviewed, the production job left out, typed, not carried out late, stopped half-way, gone on with, recorded."""
    (lab.root / "go-on").unlink(missing_ok=True)
    notebook = desk.take(START.format(count=6999), SHOW, BUSY, SLOWLY, FAST, RECORD)
    notebook.run(0, 1, 3)
    picker = BigPicker(notebook, 7000)
    picker.root.locator(".bnb-search").fill("name:bad-input*")
    picker.button("Select all").click()
    picker.root.locator(".bnb-search").fill("other")
    picker.root.locator(".bnb-reason").fill("OPS-123 bad input")
    picker.button("Review 7,000 jobs").click()
    marked = picker.dialog.locator(".bnb-marked")
    expect(marked).to_contain_text("bad-input-prod", timeout=SLOW)
    expect(marked).to_contain_text("its name says “prod”")
    expect(picker.dialog).to_contain_text("7,000 is more than the built-in limit of 1,000 jobs.")
    expect(picker.dialog).to_contain_text("7,000 of the 7,000 do not match your search other.")
    expect(picker.dialog).to_contain_text("1 odd one out is still in.")
    marked.get_by_role("button", name="Leave out").click()
    final = picker.dialog.get_by_role("button", name="Terminate 6,999 jobs")
    expect(final).to_be_disabled()
    expect(picker.dialog).to_contain_text("Left out by you")
    picker.dialog.locator(".bnb-typed").fill("6,999")
    expect(final).to_be_enabled()
    notebook.start(2)
    expect(notebook.output(2)).to_contain_text("busy")
    final.click()
    let_it_be_late(lab, picker).get_by_role("button", name="Review again").click()
    picker.dialog.locator(".bnb-typed").fill("6999", timeout=2 * SLOW)
    expect(final).to_be_enabled()
    final.click()
    expect(picker.root.locator(".bnb-running")).to_contain_text("Ending 6,999 jobs", timeout=SLOW)
    expect(picker.root.locator(".bnb-running")).to_contain_text(UNDER_WAY, timeout=SLOW)
    picker.button("Stop").click()
    expect(picker.headline).to_contain_text("Stopped by you at", timeout=SLOW)
    expect(picker.root.locator(".bnb-result")).to_contain_text("untouched")
    expect(picker.root.locator(".bnb-result")).to_contain_text("0 failed")
    notebook.run(4)
    picker.button("Review the").click()
    count = picker.dialog.locator("label strong")
    expect(count).to_be_visible(timeout=SLOW)
    picker.dialog.locator(".bnb-typed").fill(count.inner_text())
    expect(picker.dialog.locator(".bnb-danger")).to_be_enabled()
    picker.dialog.locator(".bnb-danger").click()
    expect(picker.headline).to_contain_text("jobs ended.", timeout=2 * SLOW)
    record = check_record(notebook, picker)
    expect(record).to_contain_text("Limit raised: max_jobs 1,000 (the built-in default) to 6,999 for this plan")


def test_by_keyboard_with_a_busy_kernel_in_between(desk: Desk, lab: Lab) -> None:
    """The same without a pointer, from the search to the record; of fewer jobs, as each key is the same for all."""
    (lab.root / "go-on").unlink(missing_ok=True)
    notebook = desk.take(START.format(count=300), SHOW, BUSY, ONE_CALL, FAST, RECORD)
    page = notebook.page
    notebook.run(0, 1, 3)
    picker = BigPicker(notebook, 301)
    press, write = page.keyboard.press, page.keyboard.type
    picker.root.get_by_role("grid").focus()
    press("/")
    write("name:bad-input*")
    press("ArrowDown")
    press("ControlOrMeta+a")
    picker.tab_to(picker.root.locator(".bnb-reason"))
    write("OPS-123 bad input")
    press("Enter")
    back = picker.dialog.get_by_role("button", name="Back")
    picker.expect_focus(back)
    picker.tab_to(picker.dialog.locator(".bnb-marked").get_by_role("button", name="Leave out"), "Shift+Tab")
    press("Enter")
    final = picker.dialog.get_by_role("button", name="Terminate 300 jobs")
    expect(final).to_be_attached()
    picker.expect_focus(back)
    press("Tab")
    write("300")
    press("Enter")
    expect(picker.dialog).to_contain_text("Press the button, or Tab and Space.")
    press("Tab")
    expect(final).to_be_enabled()
    press("Enter")
    expect(picker.dialog).to_be_visible()
    notebook.start(2)
    expect(notebook.output(2)).to_contain_text("busy")
    picker.tab_to(final)
    press("Space")
    picker.tab_to(let_it_be_late(lab, picker).get_by_role("button", name="Review again"))
    press("Enter")
    picker.expect_focus(back)
    press("Tab")
    write("300")
    press("Tab")
    picker.expect_focus(final)
    expect(final).to_be_enabled()
    press("Space")
    picker.expect_focus(picker.button("Stop"))
    expect(picker.root.locator(".bnb-running")).to_contain_text(UNDER_WAY, timeout=SLOW)
    press("Space")
    picker.expect_focus(picker.headline)
    expect(picker.headline).to_contain_text("Stopped by you at")
    expect(picker.root.locator(".bnb-result")).to_contain_text("untouched")
    notebook.run(4)
    picker.headline.focus()
    press("Tab")
    picker.expect_focus(picker.button("Review the"))
    press("Enter")
    picker.expect_focus(back)
    press("Tab")
    write(picker.dialog.locator("label strong").inner_text())
    press("Tab")
    expect(picker.dialog.locator(".bnb-danger")).to_be_enabled()
    press("Space")
    expect(picker.headline).to_contain_text("jobs ended.", timeout=2 * SLOW)
    picker.expect_focus(picker.headline)
    check_record(notebook, picker)
