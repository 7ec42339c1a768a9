"""The drawer of a picker in a bare page: opened and followed by mouse and keys, from a real emulator; hostile text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import batchnb
from batchnb import local
from tests.e2e.bare import BarePage
from tests.e2e.test_bare import HOSTILE, some_jobs

Open = Callable[..., BarePage]
SECRET = "hunter2"


@pytest.fixture
def emulator(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with a job that has a long log, one that waits for it, an array, and a job without a log."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        first = world.add_job(
            "train",
            "first",
            created_ago=4000,
            tags={"owner": "ml team", "run": "7"},
            environment={"TOKEN": SECRET},
            command=["python", "train.py"],
            attempts=3,
            earlier_exit_codes=[137],
            reason="OutOfMemoryError",
            timeout=43_200,
        )
        world.set_log(first, [f"line {number}" for number in range(80)])
        world.add_job("train", "second", created_ago=3900, status="PENDING", depends_on=[first])
        world.add_job("train", "array", created_ago=3800, array_size=3)
        world.add_jobs("train", "sweep", 3, created_ago=3700)

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return handle


def drawer_of(page: Page) -> Locator:
    """Return the drawer."""
    return page.locator("#one .bnb-drawer")


def name_of(page: Page, name: str) -> Locator:
    """Return the name of a job in the list."""
    return page.locator("#one .bnb-row:visible .bnb-name").get_by_text(name, exact=True)


def described_one_by_one(emulator: local.LocalBatch, since: int) -> int:
    """Return how many jobs were described alone, as the drawer does it and the list does not."""
    calls = [call.request["jobs"] for call in emulator.calls[since:] if call.operation == "DescribeJobs"]
    return sum(len(jobs) == 1 for jobs in calls)


def test_by_keys_from_job_to_job_and_its_log(open_picker: Open, page: Page, emulator: local.LocalBatch) -> None:
    """Enter opens it, arrows go on, `l` loads the log, Escape closes; the selection stays; one call is made a job."""
    bare = open_picker(batchnb.list_jobs(status="all"))
    bare.row("array").locator(".bnb-tick").click()
    before = len(emulator.calls)
    bare.grid.focus()
    page.keyboard.press("ControlOrMeta+Home")
    page.keyboard.press("Enter")
    drawer = drawer_of(page)
    expect(drawer.get_by_role("heading", name="first")).to_be_visible()
    expect(page.locator(".bnb-unseen[aria-live]")).to_have_text("Details of first open")
    expect(drawer).to_contain_text("try 2 of 3 · ends after 12h")
    expect(drawer).to_contain_text("python train.py")
    expect(drawer.get_by_role("row").first).to_contain_text("exit 137")
    expect(drawer.get_by_role("row").first).to_contain_text("OutOfMemoryError")
    assert described_one_by_one(emulator, before) == 1
    assert "GetLogEvents" not in [call.operation for call in emulator.calls]
    page.keyboard.press("l")
    log = drawer.locator(".bnb-log")
    expect(log.locator("div")).to_have_count(50)
    expect(log).to_contain_text("line 79")
    drawer.get_by_role("button", name="50 earlier").click()
    expect(log.locator("div")).to_have_count(80)
    drawer.get_by_role("button", name="50 earlier").press("ArrowDown")
    expect(drawer.get_by_role("heading", name="second")).to_be_visible()
    expect(drawer).to_contain_text("No log yet. The stream appears shortly after the job starts.")
    bare.grid.focus()
    page.keyboard.press("ArrowUp")
    expect(drawer.get_by_role("heading", name="first")).to_be_visible()
    expect(drawer).to_contain_text("python train.py")
    page.keyboard.press("F6")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(bare.grid).to_be_focused()
    bare.expect_selected(["array"])
    assert described_one_by_one(emulator, before) == 2
    assert bare.errors == []


def test_by_mouse_to_tags_dependents_environment_and_json(
    open_picker: Open, page: Page, emulator: local.LocalBatch
) -> None:
    """A click on a name opens it and selects nothing; what stands in it leads on."""
    bare = open_picker(batchnb.list_jobs(status="all"))
    name_of(page, "first").click()
    drawer = drawer_of(page)
    expect(drawer).to_contain_text("Needed by")
    drawer.get_by_role("button", name="Look", exact=True).click()
    drawer.get_by_role("button", name="Select second too").click()
    bare.expect_selected(["second"])
    drawer.get_by_role("button", name="Copy as JSON").click()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert copied["jobName"] == "first"
    assert SECRET not in json.dumps(copied)
    drawer.get_by_text("Environment (1)").click()
    expect(drawer).to_contain_text("TOKEN=••••")
    drawer.get_by_role("button", name="Show", exact=True).click()
    expect(drawer).to_contain_text(f"TOKEN={SECRET}")
    drawer.get_by_role("button", name="Copy as JSON").click()
    assert SECRET in page.evaluate("navigator.clipboard.readText()")
    drawer.get_by_role("button", name="second", exact=True).click()
    expect(drawer.get_by_role("heading", name="second")).to_be_visible()
    drawer.get_by_role("button", name="first", exact=True).click()
    drawer.get_by_role("button", name="owner=ml team").click()
    expect(page.get_by_label("Search the jobs")).to_have_value('tag:owner=="ml team"')
    assert drawer.get_by_role("link").count() == 0  # it is no job of AWS
    emulator.faults.add(local.Fault(operation="GetLogEvents", kind="AccessDeniedException", times=1))
    drawer.get_by_role("button", name="Log of try 1").click()
    expect(drawer).to_contain_text("You may not read this log: needs logs:GetLogEvents on /aws/batch/job.")
    bare.filter("array")
    name_of(page, "array").click()
    drawer.get_by_label("Number of the child, 0 to 2").fill("2")
    drawer.get_by_role("button", name="Open", exact=True).click()
    expect(drawer).to_contain_text("Child 2 of an array.")
    bare.filter("")
    name_of(page, "first").click()
    drawer.get_by_text("Environment (1)").click()
    check_without_a_kernel(page)
    drawer.get_by_role("button", name="Close the details").click()
    expect(drawer).to_be_hidden()
    assert bare.errors == []


def check_without_a_kernel(page: Page) -> None:
    """Check that what would ask the kernel is off while that is gone, and comes back."""
    drawer = drawer_of(page)
    page.evaluate("clearInterval(window.pump)")
    page.evaluate("() => { window.send = window.model.send; window.model.send = () => { throw new Error('closed') } }")
    drawer.get_by_role("button", name="Look", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    for name in ("Look", "Show", "Log of try 1", "Load the last 50 lines"):
        one = drawer.get_by_role("button", name=name, exact=True)
        expect(one).to_be_disabled()
        one.click(force=True)
    page.keyboard.press("l")
    expect(drawer.get_by_role("button", name="Copy as JSON")).to_be_enabled()
    for waiting in ("Loading…", "Looking through its queue…"):
        expect(drawer).not_to_contain_text(waiting)
    page.evaluate("() => { window.model.send = window.send }")
    drawer.get_by_role("button", name="Look", exact=True).click(force=True)
    expect(page.get_by_role("alert").filter(has_text="The kernel is gone")).to_have_count(0)
    page.evaluate("() => { window.pump = setInterval(() => window.toKernel(null, []).then(window.deliver), 40) }")
    drawer.get_by_role("button", name="Look", exact=True).click()
    expect(drawer.get_by_role("button", name="Select second too")).to_be_enabled()


def test_the_jobs_of_a_row_of_the_review(open_picker: Open, page: Page, emulator: local.LocalBatch) -> None:
    """A click on a row shows its jobs, one after the other; Escape closes them, and then the review."""
    assert emulator.endpoint_url
    bare = open_picker(batchnb.list_jobs(status="all"))
    name_of(page, "first").click()
    bare.filter("sweep")
    bare.button("Select all 3").click()
    bare.reason("OPS-1")
    bare.button("Review 3 jobs").click()
    drawer = drawer_of(page)
    expect(drawer).to_be_hidden()
    page.get_by_role("alertdialog").get_by_role("cell", name="3", exact=True).first.click()
    expect(drawer.locator(".bnb-drawer-title")).to_have_text("sweep-000")
    expect(drawer).to_contain_text("1 of 3 jobs of this group")
    drawer.get_by_role("button", name="The next job").click()
    expect(drawer.locator(".bnb-drawer-title")).to_have_text("sweep-001")
    expect(drawer).to_contain_text("2 of 3 jobs of this group")
    expect(drawer).to_contain_text("job:latest")
    page.keyboard.press("ArrowDown")
    expect(drawer.locator(".bnb-drawer-title")).to_have_text("sweep-002")
    final = page.get_by_role("alertdialog").get_by_role("button", name="Terminate 3 jobs")
    assert final.evaluate("(one) => one.getRootNode().elementFromPoint(one.getBoundingClientRect().x + 9, "
                          "one.getBoundingClientRect().y + 9) === one")  # fmt: skip
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    expect(drawer.locator(".bnb-drawer-title")).to_have_text("first")
    bare.button("Clear").click()
    bare.filter("name:first")
    bare.button("Select all 1").click()
    bare.button("Review 1 job").click()
    page.get_by_role("button", name="Show the jobs that wait for them").click()
    expect(drawer.locator(".bnb-drawer-title")).to_have_text("second")
    expect(drawer).to_contain_text("It waits for first.")
    assert bare.errors == []


def test_in_a_narrow_page_it_covers_the_list(open_picker: Open, page: Page, emulator: local.LocalBatch) -> None:
    """And leads back to it; what is covered cannot have the focus."""
    page.set_viewport_size({"width": 600, "height": 800})
    assert emulator.endpoint_url
    bare = open_picker(batchnb.list_jobs(status="all"))
    name_of(page, "first").click()
    back = page.get_by_role("button", name="Back to the list")
    expect(back).to_be_focused()
    expect(page.locator(".bnb-list")).to_have_attribute("inert", "")
    expect(drawer_of(page)).to_contain_text("python train.py")
    assert page.evaluate("document.documentElement.scrollWidth") <= 600
    page.keyboard.press("Enter")
    expect(bare.grid).to_be_focused()
    page.keyboard.press("Enter")
    page.set_viewport_size({"width": 1100, "height": 800})
    expect(bare.grid).to_be_visible()
    expect(drawer_of(page)).to_be_visible()


def hostile_messages(job: str, text: str) -> list[dict[str, Any]]:
    """Return what a kernel might tell of a job, with this in every text."""
    log = {"key": "k", "label": text, "attempt": 1, "problem": "", "group": text, "link": text}
    attempt = {"number": 1, "isRunning": False, "exit": text, "reason": text, "startedAt": 1, "stoppedAt": 2}
    details = {
        "name": text, "status": text, "createdAt": 1, "startedAt": 2, "stoppedAt": 3, "statusReason": text,
        "isStopping": True, "timeout": 60, "tries": 2, "maxTries": 3, "vcpus": 1, "memory": 1, "gpus": 1,
        "isEach": True, "children": 3, "nodes": None, "fields": [[text, [[text, text, text]]]],
        "attempts": [{**attempt, "logs": ["k"]}], "waitsFor": [{"job": text, "type": text}], "tags": [[text, text]],
        "environment": [[text, [text]]], "logs": [log, {**log, "key": "p", "problem": text}], "consoleLink": text,
        "json": text,
    }  # fmt: skip
    common = {"kind": "details", "job": job}
    needing = {"job": text, "name": text, "status": text, "needs": text}
    return [
        {**common, "part": "job", "details": details},
        {**common, "part": "environment", "environment": [[text, [[text, text]]]], "json": text},
        {**common, "part": "dependents", "dependents": [needing], "more": 3, "gap": text},
        {**common, "part": "log", "key": "k", "before": None, "lines": [[1, text]], "earlier": text, "at": 1},
        {**common, "part": "job", "error": text, "errorDetails": text},
    ]


def test_hostile_text_is_text_in_the_drawer(open_picker: Open, page: Page) -> None:
    """Whatever a job says of itself: shown, never run, spelled out, cut; and no link leads but to a console."""
    bare = open_picker(some_jobs(2, jobName=["<img src=x onerror=window.hit=1>", "b"]))
    bare.grid.focus()
    page.keyboard.press("Enter")
    drawer = drawer_of(page)
    expect(drawer.get_by_role("heading", name="<img src=x onerror=window.hit=1>")).to_be_visible()
    job = "00000000-0000-0000-0000-000000000000"
    for text in HOSTILE[:-1]:
        first, *others = hostile_messages(job, text)
        page.evaluate("(message) => window.deliver([[message, []]])", first)
        for name in ("Show", "Look", "Log of"):
            drawer.locator("button", has_text=name).first.evaluate("(button) => button.click()")
        for message in others:
            page.evaluate("(message) => window.deliver([[message, []]])", message)
            shown = drawer.inner_text()
            assert "\u202e" not in shown
            assert "x" * 4_200 not in shown
        assert drawer.get_by_role("link").count() == 0
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
    assert page.evaluate("window.hit") is None
    assert drawer.locator("img, script, svg").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1100
    assert bare.errors == []
