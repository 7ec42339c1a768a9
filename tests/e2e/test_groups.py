"""Groups of rows in a bare page: opened and selected by mouse and keys, and what their rows say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Locator, Page, expect

import batchnb
from batchnb import local
from batchnb.model.event import EventState, JobEvent
from tests.e2e.bare import BarePage
from tests.e2e.test_bare import AXE, check_access, some_jobs

Open = Callable[..., BarePage]


def group(page: Page, title: str) -> Locator:
    """Return the row of the group with this title."""
    return page.locator(".bnb-body .bnb-group:visible").filter(has=page.get_by_text(title, exact=True)).first


def group_by(page: Page, label: str) -> None:
    """Choose in the menu of groups, which the key `g` opens."""
    page.locator("#one .bnb-grid").focus()
    page.keyboard.press("g")
    page.get_by_role("radio", name=label, exact=True).check()
    page.keyboard.press("Escape")
    expect(page.locator(".bnb-group-by summary")).to_be_focused()


def test_groups_by_keys_and_mouse(night: local.LocalBatch, open_picker: Open, page: Page) -> None:  # noqa: ARG001
    """→ opens, ← closes and leads back, Space selects what matches; a click opens, one on the box selects."""
    bare = open_picker(batchnb.list_jobs(status="all"))
    bare.filter("sweep status:active")
    group_by(page, "Definition, then name stem")
    grid = page.get_by_role("treegrid")
    expect(page.locator(".bnb-group-by summary")).to_have_text("Group: definition, name stem")
    sweep = group(page, "train-sweep:7")
    expect(sweep).to_have_attribute("aria-expanded", "false")
    expect(sweep.locator(".bnb-group-jobs")).to_have_text("61 jobs")
    expect(sweep.locator(".bnb-group-parts")).to_contain_text("38 run, 4 start, ")
    grid.focus()
    page.keyboard.press("Control+Home")
    expect(sweep.locator(".bnb-active")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(sweep).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowRight")
    stem = group(page, "sweep-lr-#")
    expect(stem).to_have_attribute("aria-level", "2")
    page.keyboard.press("Space")
    expect(bare.counts).to_contain_text("60 selected")
    expect(stem.locator(".bnb-tick")).to_have_attribute("aria-label", "all selected")
    expect(sweep.locator(".bnb-tick")).to_have_attribute("aria-label", "60 of 61 selected")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(bare.row("sweep-lr-000")).to_have_attribute("aria-level", "3")
    page.keyboard.press("Space")
    expect(bare.counts).to_contain_text("59 selected")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(stem).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(sweep).to_have_attribute("aria-expanded", "false")
    bare.filter("sweep-lr-00 status:active")
    sweep.locator(".bnb-tick").click()
    expect(bare.counts).to_contain_text("60 selected")
    expect(page.locator(".bnb-out")).to_contain_text("50 out of sight")
    sweep.locator(".bnb-tick").click()
    expect(bare.counts).to_contain_text("50 selected")
    expect(page.locator(".bnb-out")).to_contain_text("50 out of sight")
    sweep.locator(".bnb-group-title").click()
    expect(sweep).to_have_attribute("aria-expanded", "true")
    page.evaluate(AXE.read_text())
    check_access(page)
    group_by(page, "None")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "12")
    assert bare.errors == []


def test_the_children_of_an_array_come_when_it_is_opened(
    night: local.LocalBatch,  # noqa: ARG001
    open_picker: Open,
    page: Page,
) -> None:
    """Its place stays, and a child is selected and planned by itself."""
    bare = open_picker(batchnb.list_jobs(name="sweep-array"))
    group_by(page, "Array")
    page.get_by_role("treegrid").focus()
    page.keyboard.press("Control+Home")
    head = page.locator(".bnb-group:visible").first
    expect(head.locator(".bnb-group-jobs")).to_have_text("1 array, 95 live children")
    page.keyboard.press("ArrowRight")
    expect(head.locator(".bnb-group-jobs")).to_have_text("1 array, 120 children in the list")
    expect(head.locator(".bnb-active")).to_have_count(1)
    bare.filter("id:*:118")
    bare.button("Select all 1").click()
    bare.reason("OPS-123")
    bare.button("Review 1 job").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    assert bare.picker.plan is not None
    assert [one.job_id.partition(":")[2] for one in bare.picker.plan.jobs] == ["118"]


def test_a_group_tells_what_happens_and_moves_no_row(open_picker: Open, page: Page) -> None:
    """While jobs end, the figures of their group follow, even grouped by status; no row leaves its place."""
    bare = open_picker(some_jobs(12))
    bare.picker.group = ("queue", "status")
    expect(group(page, "etl")).to_be_visible()
    group_by(page, "Status")
    bare.expect_in_python(lambda: bare.picker.group, "status")
    running = group(page, "RUNNING")
    running.locator(".bnb-group-title").click()
    expect(running.locator(".bnb-group-parts")).to_have_text("8 run")
    rows = page.locator(".bnb-body .bnb-row:not(.bnb-group):visible")
    before = rows.evaluate_all("(all) => all.map((row) => [row.ariaRowIndex, row.dataset.row])")
    session = bare.picker._session
    for row in (1, 2):
        job_id = session.jobs.snapshot.rows.job_ids[row]
        session.jobs.marks.note_event(JobEvent(job_id, EventState.ENDED, datetime.now(UTC), "FAILED"))
    session.send_patch()
    expect(running.locator(".bnb-group-parts")).to_have_text("6 run, 2 failed")
    assert rows.evaluate_all("(all) => all.map((row) => [row.ariaRowIndex, row.dataset.row])") == before


def test_hostile_titles_are_text(open_picker: Open, page: Page) -> None:
    """A group is called what its rows have, whatever that is; so is the column in the menu."""
    hostile = ["<img src=x onerror=window.hit=1>", "a\u202eb\nc", "", "#" * 500, "\0", "b"]
    bare = open_picker(some_jobs(6, team=hostile, **{"<b>col": ["x"] * 6}))
    group_by(page, "team")
    expect(page.locator(".bnb-group:visible")).to_have_count(6)
    expect(group(page, "<img src=x onerror=window.hit=1>")).to_be_visible()
    expect(group(page, "a\\u202eb\\nc")).to_be_visible()
    expect(group(page, "(no team)")).to_be_visible()
    group_by(page, "<b>col")
    assert page.evaluate("window.hit") is None
    expect(page.locator("#one").locator("img, b")).to_have_count(0)
    assert bare.errors == []
