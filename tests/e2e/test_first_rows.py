"""The first rows of a long table, on the screen before the others have come: nothing may be wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Page, expect

from batchnb.widget import JobPicker
from tests.e2e.bare import BarePage
from tests.e2e.test_bare import HOSTILE, some_jobs

Open = Callable[..., BarePage]
ROWS = 1000
LIVE = 666
"""Two of three are running."""


def test_the_first_rows_are_shown_ahead_and_say_so(open_picker: Open, page: Page) -> None:
    """A table is there at once, with the number of all its jobs, by status and queue, too."""
    bare = open_picker(some_jobs(ROWS), ahead=True)
    expect(bare.row("job-1")).to_be_visible()
    expect(bare.found).to_have_text("First 200 of 1,000 jobs. The rest is on its way.")
    expect(bare.grid).to_have_attribute("aria-busy", "true")
    expect(page.locator("#one .bnb-chip")).to_have_text(["RUNNING666", "FAILED334", "etl500", "train500"])
    bare.release()
    expect(bare.found).to_have_text("1,000 jobs")
    expect(bare.grid).to_have_attribute("aria-busy", "false")


def test_nothing_moves_when_the_rest_comes(open_picker: Open) -> None:
    """A hand that is about to click on a row finds it where it was."""
    bare = open_picker(some_jobs(ROWS), ahead=True)
    before = bare.row("job-4").bounding_box()
    bare.release()
    expect(bare.found).to_have_text("1,000 jobs")
    assert bare.row("job-4").bounding_box() == before


def test_what_needs_all_rows_waits_for_them(open_picker: Open, page: Page) -> None:
    """All that match are never just those that have come: it is refused, and said, by key, title and button."""
    bare = open_picker(some_jobs(ROWS), ahead=True)
    bare.grid.focus()
    page.keyboard.press("ControlOrMeta+a")
    expect(page.locator("#one [aria-live]")).to_contain_text("First 200 of 1,000 jobs. The rest is on its way.")
    page.locator("#one .bnb-th.bnb-tick").click()
    expect(bare.button("Select all")).to_be_disabled()
    expect(bare.button("Invert")).to_be_disabled()
    group, name = page.locator("#one .bnb-group-by > summary"), page.get_by_role("columnheader", name="Name")
    for one in (bare.button("Select all"), bare.button("Invert"), group, name):
        expect(one).to_have_attribute("title", re.compile("First 200 of 1,000 jobs. The rest is on its way.$"))
    expect(bare.counts).to_contain_text("0 selected")
    group.click()
    expect(page.locator("#one .bnb-group-menu")).to_be_hidden()
    bare.release()
    expect(page.locator("#one [aria-live]")).to_have_text("All 1,000 jobs are here.")
    for one in (bare.button("Select all"), bare.button("Invert"), group, name):
        expect(one).not_to_have_attribute("title", re.compile("on its way"))
    bare.grid.focus()
    page.keyboard.press("ControlOrMeta+a")
    expect(bare.counts).to_contain_text(f"{LIVE} selected")


def test_a_filter_shows_what_it_has_and_all_in_the_end(open_picker: Open) -> None:
    """A search among the first rows says that it is one, and nothing can be selected by it but what is seen."""
    bare = open_picker(some_jobs(ROWS), ahead=True)
    bare.filter("job-99")
    expect(bare.found).to_have_text("1 of the first 200 jobs match. The rest is on its way.")
    bare.filter("job-999")
    expect(bare.page.get_by_text("None of the first jobs matches.")).to_be_visible()
    bare.filter("job-99")
    bare.release()
    expect(bare.found).to_contain_text("11 of 1,000 jobs match")


def test_a_sort_waits_for_all_rows(open_picker: Open, page: Page) -> None:
    """The first rows of a table are not the first ones of a sort, and no title says so."""
    bare = open_picker(some_jobs(ROWS, vcpus=[ROWS - row for row in range(ROWS)]), ahead=True)
    page.get_by_role("columnheader", name="vCPU").click()
    expect(page.locator("#one [aria-live]")).to_contain_text("They are sorted when all are.")
    expect(page.locator("[aria-sort]")).to_have_count(0)
    expect(bare.row("job-0")).to_be_visible()
    bare.release()
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("vCPU")
    expect(bare.row("job-999")).to_be_visible()


def test_rows_that_are_selected_ahead_stay_selected(open_picker: Open) -> None:
    """What was clicked before the rest came is what Python has, and what the browser shows."""
    bare = open_picker(some_jobs(ROWS), ahead=True)
    bare.row("job-1").click()
    bare.row("job-4").click(modifiers=["Shift"])
    bare.expect_selected(["job-1", "job-2", "job-4"])
    bare.release()
    expect(bare.counts).to_contain_text("3 selected")
    bare.row("job-5").click(modifiers=["ControlOrMeta"])
    bare.expect_selected(["job-1", "job-2", "job-4", "job-5"])


def test_what_python_has_selected_is_counted_ahead(page: Page) -> None:
    """Jobs that are selected but have not come are in the number."""
    frame = some_jobs(ROWS)
    picker = JobPicker(frame)
    picker.select(list(frame["jobId"][[1, 998]]))
    bare = BarePage(page, picker, ahead=True)
    expect(bare.counts).to_contain_text("2 selected")
    bare.release()
    bare.expect_selected(["job-1", "job-998"])
    expect(bare.counts).to_contain_text("2 selected")


def test_hostile_text_in_the_first_rows_is_text(open_picker: Open, page: Page) -> None:
    """Shown, never run, also before the rest comes."""
    names = [HOSTILE[row % len(HOSTILE)] for row in range(ROWS)]
    bare = open_picker(some_jobs(ROWS, jobName=names, jobQueue=names, statusReason=names), ahead=True)
    expect(bare.row("<img src=x onerror=window.hit=1>")).to_be_visible()
    bare.release()
    expect(bare.found).to_have_text("1,000 jobs")
    assert page.evaluate("window.hit") is None
    assert page.locator(".bnb img, .bnb script, .bnb svg, .bnb b").count() == 0
    assert bare.errors == []


def test_numbers_ids_and_times_are_shown_as_they_are(open_picker: Open, page: Page) -> None:
    """However narrow they travel: the least, the greatest, negative ones, fractions, and none at all."""
    bare = open_picker(some_jobs(4, vcpus=[-7, 2**31, 0, 300], score=[0.5, np.nan, -1e300, 12.0]))
    for text in ("-7", "2,147,483,648", "300", "0.5", "-1e+300", "12"):
        expect(bare.row(text)).to_be_visible()
    bare.filter("00000002-0000")
    expect(bare.found).to_contain_text("1 of 4 jobs match")
    page.locator(".bnb-id").first.hover()
    pointed = page.get_by_title("00000002-0000-0000-0000-000000000000: click to copy")
    expect(pointed).to_be_visible()
    # The row under the pointer is another one now.
    bare.filter("00000001-0000")
    expect(page.get_by_title("00000001-0000-0000-0000-000000000000: click to copy")).to_be_visible()
    expect(pointed).to_have_count(0)
