"""The one bar and the header strip, in a bare page: each failure is said once, and each result can be gone on with."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partialmethod

import pytest
from playwright.sync_api import Page, expect

import batchnb
from batchnb import local
from batchnb.aws.kept_connection import forget_aliases
from batchnb.model.plan import Plan
from tests.e2e.bare import BarePage

Open = Callable[..., BarePage]
ENDING = local.Delays(submitted=0.02, pending=0.02, runnable=0.02, starting=0.05, running=0.05, dependents=0.02)
WITHIN = 30_000


@pytest.fixture
def service(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with twelve running jobs that end within moments."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "run", 12, created_ago=7200.0)
        world.delays = ENDING

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    forget_aliases()
    return handle


def review(bare: BarePage, count: int) -> None:
    """Press Review for this many jobs."""
    bare.button(f"Review {count} job").click()


def test_each_failure_of_a_review_is_said_in_the_bar(
    service: local.LocalBatch, open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happened and what to do, with the raw words behind Details; it goes when what it is about changes."""
    frame = batchnb.list_jobs(queues="train")
    service.faults.add(local.Fault(operation="DescribeJobs", kind="AccessDeniedException"))
    bare = open_picker(frame)
    alert, dialog = page.locator("#one .bnb-notice"), page.get_by_role("alertdialog")
    expect(alert).to_contain_text("you may not look at these jobs, needs batch:DescribeJobs.")
    service.faults.clear()
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_empty()
    bare.row("run-000").click()
    bare.reason("OPS-123")
    for kind, said, again in (
        ("ExpiredTokenException", "Your AWS session has expired. Run aws sso login, then press Review", "Review again"),
        ("AccessDeniedException", "You may not look at these jobs: needs batch:DescribeJobs. Nothing", "Try again"),
    ):
        service.faults.add(local.Fault(operation="DescribeJobs", kind=kind))
        review(bare, 1)
        expect(alert).to_contain_text(said)
        expect(alert.get_by_role("button", name=again)).to_be_visible()
        expect(alert.locator("details")).not_to_have_attribute("open", "")
        expect(alert.locator("details")).to_contain_text("A fault was scripted")
        service.faults.clear()
    alert.get_by_role("button", name="Try again").click()
    expect(dialog).to_be_visible()
    expect(alert).to_be_empty()

    monkeypatch.setattr("batchnb.widget.confirmation.LATE_SECONDS", -1.0)
    dialog.get_by_role("button", name="Terminate").click()
    expect(alert).to_contain_text("so it was not used. Nothing was ended.")
    monkeypatch.undo()
    for name, value in service.environ().items():
        monkeypatch.setenv(name, value)

    alert.get_by_role("button", name="Review again").click()
    expect(dialog).to_be_visible()
    monkeypatch.setattr(Plan, "execute", partialmethod(Plan.execute, max_age=timedelta(microseconds=1)))
    service.world.find(batchnb.list_jobs(queues="train")["jobId"][0]).name = "another"
    dialog.get_by_role("button", name="Terminate").click()
    expect(alert).to_contain_text("1 of the 1 job is no longer what you reviewed (new name). Nothing was ended.")
    bare.reason("OPS-124")
    expect(alert).to_be_empty()

    page.evaluate("() => { window.model.send = () => {} }")
    review(bare, 1)
    expect(page.get_by_text("The kernel is busy with another cell. This starts when that is done.")).to_be_visible()
    bare.button("Take it back").click()
    expect(page.get_by_text("Taken back: when the kernel is free, no plan is made.")).to_be_visible()
    assert not [call for call in service.calls if call.operation.startswith("Terminate")]
    assert bare.errors == []


def test_each_result_can_be_gone_on_with(
    service: local.LocalBatch, open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still stopping is watched on, what is new is reviewed, and what a login did not reach after a new one."""
    monkeypatch.setattr("batchnb.running.watch.LONGEST_POLL", 0.3)
    frame = batchnb.list_jobs(queues="train")
    bare = open_picker(frame, timeout=1.5)
    result, dialog = page.locator("#one .bnb-result"), page.get_by_role("alertdialog")
    terminate = dialog.get_by_role("button", name="Terminate")
    bare.row("run-000").click()
    bare.reason("OPS-123")
    service.world.delays = local.Delays(running=3600.0)
    review(bare, 1)
    terminate.click()
    expect(page.get_by_text("The selection is locked until this is over.")).to_be_visible()
    expect(page.locator(".bnb-age")).to_have_text(re.compile(r"Rows are live · \d s so far"))
    expect(result).to_contain_text("1 still stopping after 1 min: run-000.", timeout=WITHIN)
    expect(bare.button("Invert")).to_be_visible()
    service.world.schedule(0.3, frame["jobId"][0], "FAILED")
    bare.button("Watch for 5 min more").click()
    expect(result).to_contain_text("1 of 1 job ended.", timeout=WITHIN)
    expect(page.locator(".bnb-summary")).to_be_focused()
    expect(page.locator(".bnb-age")).to_have_text(re.compile(r"Run ended \d\d:\d\d:\d\d UTC"))
    bare.button("Done").click()
    expect(page.locator(".bnb-age")).to_have_text("Listed just now")

    service.world.delays = ENDING
    bare.row("run-001").click()
    review(bare, 1)
    expect(terminate).to_be_visible()
    service.world.add_jobs("train", "run", 2, created_ago=0.0)
    terminate.click()
    expect(result).to_contain_text("2 new jobs like these were submitted since the plan.", timeout=WITHIN)
    bare.button("Review them").click()
    expect(dialog).to_contain_text("Terminate 2 jobs?")
    expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    service.world.credentials_expired = True
    terminate.click()
    said = re.compile(r"Your AWS session expired at \d\d:\d\d UTC. 0 ended, 2 not asked.")
    expect(result).to_contain_text(said, timeout=WITHIN)
    service.world.credentials_expired = False
    bare.button("Go on").click()
    expect(dialog).to_contain_text("Terminate 2 jobs?")
    assert bare.errors == []


def test_a_kernel_that_goes_in_a_run_leaves_the_line_to_type(
    service: local.LocalBatch, open_picker: Open, page: Page
) -> None:
    """With a button that copies it; where the browser would not copy, the text is selected."""
    bare = open_picker(batchnb.list_jobs(queues="train"))
    bare.row("run-000").click()
    bare.reason("OPS-123")
    service.world.delays = local.Delays(running=3600.0)
    review(bare, 1)
    page.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
    expect(page.get_by_text("asked, stopping").first).to_be_visible()
    page.evaluate("() => { clearInterval(window.pump); window.model.send = () => { throw new Error('closed') } }")
    bare.button("Stop").click()
    alert = page.get_by_role("alert").filter(has_text="The kernel went away during this run.")
    expect(alert).to_contain_text("In a new kernel: %batch_resume")
    bare.button("Copy that line").click()
    expect(page.locator(".bnb-copied")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("%batch_resume")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
    bare.button("Copy that line").click()
    expect(page.get_by_text("The browser would not copy. Press Ctrl C:").first).to_be_visible()
    assert page.evaluate("() => document.querySelector('.bnb-host').shadowRoot.activeElement.tagName") == "TEXTAREA"
    bare.picker._session.run.stop.stop_everything()  # type: ignore[union-attr]
    assert bare.picker.wait(20)


def test_the_strip_says_where_who_and_how_old(service: local.LocalBatch, open_picker: Open, page: Page) -> None:
    """The place with its name, the caller, the age, what waits, and the menus by mouse and by keys."""
    service.world.account_alias = "acme-<b>ml"
    frame = batchnb.list_jobs(queues="train", limit=10)
    page.clock.install()
    bare = open_picker(frame)
    strip = page.locator("#one .bnb-strip")
    expect(strip.locator(".bnb-strip-place")).to_have_text("EMULATOR, not AWSacme-<b>ml000000000000local-1local")
    expect(strip.locator("strong")).to_have_text("acme-<b>ml")
    expect(strip).to_contain_text("Listed just now")
    page.clock.fast_forward(47 * 60_000)
    expect(strip.locator(".bnb-old")).to_have_text("▲ Listed 47 min ago")
    bare.row("run-001").click()
    bare.row("run-003").click(modifiers=["ControlOrMeta"])
    more = strip.locator("summary[title=More]")
    more.focus()
    page.keyboard.press("Enter")
    expect(strip.get_by_role("button", name="Copy as a cell")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(strip).to_contain_text("Copied 2 ids.")
    assert page.evaluate("navigator.clipboard.readText()").split() == [frame["jobId"][1], frame["jobId"][3]]
    more.click()
    strip.get_by_role("button", name="About this list").click()
    expect(strip).to_contain_text("Left out2 jobs, by the limit")
    expect(strip).to_contain_text("queues='train', limit=10")
    page.keyboard.press("Escape")
    expect(strip.get_by_role("button", name="Copy ids")).to_be_hidden()
    expect(more).to_be_focused()
    more.click()
    strip.get_by_role("button", name="Keyboard").click()
    expect(strip).to_contain_text("it never ends one")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 600, "height": 900})
    boxes = [strip.locator(one).bounding_box() for one in (".bnb-strip-place", ".bnb-strip-acts")]
    assert boxes[0]
    assert boxes[1]
    assert boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    assert bare.errors == []


def test_a_list_that_refreshes_itself_moves_no_row(service: local.LocalBatch, open_picker: Open, page: Page) -> None:
    """What is sorted, searched, selected and scrolled stays; new jobs wait for a click; a row shows what is new."""
    frame = batchnb.list_jobs(queues="train")
    bare = open_picker(frame)
    status = page.get_by_role("columnheader", name="status")
    status.click()
    bare.row("run-003").click()

    def names() -> list[str]:
        """Return the names in the rows, from top to bottom."""
        return re.findall(r"run-\d+", page.locator("#one .bnb-body").inner_text())

    before = names()
    assert len(before) == 12
    service.world.schedule(0, frame["jobId"][5], "SUCCEEDED")
    service.world.add_jobs("train", "run", 3, created_ago=0.0)
    page.locator("#one summary[title='Auto refresh']").click()
    page.get_by_label("Every 30 s").check()
    fresh = bare.button("3 new jobs · Show")
    expect(fresh).to_be_visible()
    expect(bare.row("run-005")).to_contain_text("SUCCEEDED")
    expect(bare.counts).to_contain_text("1 selected")
    assert names() == before
    fresh.click()
    expect(bare.grid).to_have_attribute("aria-rowcount", "16")
    expect(fresh).to_be_hidden()
    bare.expect_selected(["run-003"])
    assert bare.errors == []


def test_very_many_jobs_are_added_up_when_somebody_asks(
    start: Callable[..., local.LocalBatch], open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says how many calls that takes; until then, the sums are what is known at least."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "run", 10_100, created_ago=7200.0, vcpus=2, memory=2048)

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    bare = open_picker(batchnb.list_jobs(queues="train"))
    bare.button("Select all").click()
    totals = page.locator("#one .bnb-totals")
    expect(totals).to_contain_text("20,200 vCPU")
    expect(totals).not_to_contain_text("TiB")
    bare.button("Count all (10").click()
    expect(totals).to_contain_text("19.7 TiB in use", timeout=WITHIN)
    expect(totals).not_to_contain_text("at least")
    expect(bare.button("Count all")).to_be_hidden()
    assert bare.errors == []
