"""The picker in a bare page of a real browser: filter, sort, selection, keys, confirmation, hostile text, access."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe_core_python  # type: ignore[import-untyped]
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

import batchnb
from batchnb import local
from batchnb.errors import AwsError
from tests.e2e.bare import BarePage

Open = Callable[..., BarePage]
SWEEP = "name:sweep-lr-0*"
ENDS_WITHIN = 30_000
ACCOUNT = "123456789012"
NARROW = 600
LEAST_STAGE = 334
HIGHEST = 640
"""Pixels of the list at the least, and of the whole picker at the most."""
AXE = Path(axe_core_python.__file__).parent / "axe.min.js"


def some_jobs(count: int, **columns: Any) -> pd.DataFrame:
    """Return a frame of running jobs `job-0`, `job-1`, …, with more columns if given."""
    frame = pd.DataFrame(
        {
            "jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(count)],
            "jobName": [f"job-{row}" for row in range(count)],
            "jobQueue": ["train" if row % 2 else "etl" for row in range(count)],
            "status": ["RUNNING" if row % 3 else "FAILED" for row in range(count)],
            "vcpus": [row % 7 for row in range(count)],
        }
    )
    return frame.assign(**columns)


def some_placed_jobs(count: int) -> pd.DataFrame:
    """Return some jobs whose ARNs tell where they are: what nobody can place cannot be reviewed."""
    jobs = some_jobs(count)
    return jobs.assign(jobArn=[f"arn:aws:batch:eu-west-1:{ACCOUNT}:job/{job_id}" for job_id in jobs["jobId"]])


@pytest.fixture
def picker(night: local.LocalBatch, open_picker: Open) -> BarePage:  # noqa: ARG001 - it is what is listed
    """Return a picker over all jobs of the night, the number to be typed above 50."""
    return open_picker(batchnb.list_jobs(status="all"), confirm_above=50)


def test_select_by_mouse_range_and_ctrl(open_picker: Open) -> None:
    """A click selects one, Shift a range, Ctrl and the box one more; locked rows are passed over."""
    bare = open_picker(some_jobs(30))
    bare.row("job-1").click()
    bare.row("job-5").click(modifiers=["Shift"])
    expect(bare.counts).to_contain_text("4 selected")
    bare.row("job-7").click(modifiers=["ControlOrMeta"])
    expect(bare.page.locator(".bnb-totals")).to_contain_text("12 vCPU in use")
    bare.row("job-8").locator(".bnb-tick").click()
    bare.row("job-2").locator(".bnb-tick").click()
    bare.row("job-9").click(modifiers=["ControlOrMeta"], force=True)
    bare.expect_selected(["job-1", "job-4", "job-5", "job-7", "job-8"])
    expect(bare.row("job-9")).to_have_attribute(
        "title", "This job cannot be selected: it has ended, and nothing can end it again."
    )
    bare.row("job-1").click()
    bare.button("Undo").click()
    expect(bare.counts).to_contain_text("5 selected")


def test_an_array_shows_its_live_children(picker: BarePage, page: Page) -> None:
    """How many children of an array live is seen before anything is planned, where the listing knows."""
    heads = page.locator("#one .bnb-row:visible .bnb-head-part")
    expect(heads.first).to_be_visible()
    cut = heads.evaluate_all("(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length")
    assert cut == 0  # there is enough space for all of each name
    page.get_by_placeholder("Search").fill("name:sweep-array")
    row = picker.row("sweep-array")
    expect(row).to_contain_text("120, 95 live")
    expect(row.get_by_title("An array, of which 95 children live.")).to_be_visible()


def test_select_by_keyboard(open_picker: Open, page: Page) -> None:
    """Arrows, Shift, Space, Page, Home, End and Ctrl-A do what they do in a grid; the focus stays visible."""
    bare = open_picker(some_jobs(300))
    bare.grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    bare.expect_selected(["job-1", "job-2", "job-4"])
    page.keyboard.press("ControlOrMeta+End")
    active = bare.page.locator(".bnb-body .bnb-active")
    expect(active).to_be_in_viewport()
    expect(active.locator("xpath=..")).to_have_attribute("aria-rowindex", "301")
    assert active.get_attribute("id") == bare.grid.get_attribute("aria-activedescendant")
    page.keyboard.press("PageUp")
    page.keyboard.press("ControlOrMeta+Home")
    expect(active.locator("xpath=..")).to_have_attribute("aria-rowindex", "2")
    page.keyboard.press("ControlOrMeta+a")
    expect(bare.counts).to_contain_text("200 selected")
    page.keyboard.press("ArrowUp")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-sort=ascending]")).to_contain_text("vCPU")


def test_keys_do_not_leave_the_picker(open_picker: Open, page: Page) -> None:
    """The notebook around it hears no letter and no Enter; commands such as Ctrl+S are its own, and Escape leaves."""
    bare = open_picker(some_jobs(5))
    page.evaluate(
        "() => { window.heard = []; document.body.addEventListener('keydown', (e) => window.heard.push(e.key)) }"
    )
    bare.grid.focus()
    stopped = (
        "x",
        "d",
        "Enter",
        "Shift+Enter",
        "ControlOrMeta+Enter",
        "Alt+Enter",
        "ControlOrMeta+a",
        "ControlOrMeta+z",
    )
    for place in (bare.grid, page.get_by_label("Search the jobs"), bare.button("Select all")):
        place.focus()
        for key in stopped:
            page.keyboard.press(key)
    assert page.evaluate("window.heard") == []
    page.keyboard.press("ControlOrMeta+b")
    page.keyboard.press("F9")
    assert page.evaluate("window.heard").count("b") == page.evaluate("window.heard").count("F9") == 1


def test_escape_closes_one_level(picker: BarePage, page: Page) -> None:
    """From the menu, the search and the plan; where nothing is left to close, the focus leaves the picker."""
    page.get_by_text("Columns ▾", exact=True).click()
    page.get_by_role("checkbox", name="Queue").focus()
    page.keyboard.press("Escape")
    expect(page.get_by_role("checkbox", name="Queue")).to_be_hidden()
    expect(page.locator(".bnb-columns summary")).to_be_focused()
    menus = (
        ".bnb-columns > summary",
        ".bnb-help > summary",
        ".bnb-group-by > summary",
        "summary[title=More]",
        "[title='Auto refresh']",
    )
    for summary in menus:
        page.locator(f"#one {summary}").click()
        menu = page.locator("#one details[open] > .bnb-menu")
        expect(menu).to_be_visible()
        # A press closes it that falls on nothing.
        page.mouse.click(5, 5)
        expect(menu).to_have_count(0)
    picker.grid.focus()
    page.keyboard.press("?")
    expect(page.locator(".bnb-help")).to_contain_text("it never ends one")
    page.locator(".bnb-help").get_by_role("button", name="How to search").press("Enter")
    expect(page.locator(".bnb-help")).to_contain_text("Fields: name, status, queue")
    page.keyboard.press("Escape")
    expect(page.locator(".bnb-help > summary")).to_be_focused()
    picker.filter("name:sweep-lr-02*")
    page.keyboard.press("Escape")
    expect(picker.grid).to_be_focused()
    expect(page.get_by_label("Search the jobs")).to_have_value("name:sweep-lr-02*")
    picker.button("Select all").click()
    picker.reason("OPS-123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog").get_by_role("button", name="Back")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    picker.grid.focus()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")


STYLES = [".bnb * { all: revert }", "dl, dt, dd, div, button { float: right; width: 40px; font-size: 30px }"]


def test_no_rule_of_the_page_reaches_the_picker(picker: BarePage, page: Page) -> None:
    """Neither one that names its classes, nor one for elements."""
    # How much room there is for columns is for the page to say.
    page.evaluate("() => { const at = document.querySelector('#one'); at.style.width = `${at.offsetWidth}px` }")
    before = picker.row("pretrain-large").bounding_box()
    for style in STYLES:
        page.add_style_tag(content=style)
        after = picker.row("pretrain-large").bounding_box()
        assert before is not None
        assert after is not None
        assert (before["width"], before["height"]) == (after["width"], after["height"]), style


def test_selection_survives_sort_filter_and_refresh(open_picker: Open) -> None:
    """What is filtered out stays selected, and is counted; ids, not places, are selected."""
    bare = open_picker(some_jobs(30))
    bare.row("job-1").click()
    bare.row("job-2").click(modifiers=["ControlOrMeta"])
    bare.filter("job-2")
    expect(bare.counts).to_have_text("2 selected")
    expect(bare.page.locator("#one .bnb-out")).to_have_text("▲ 1 out of sight")
    bare.filter("")
    bare.page.get_by_role("columnheader", name="Name").click()
    bare.page.get_by_role("columnheader", name="Name").click()
    bare.grid.press("ControlOrMeta+End")
    expect(bare.row("job-2")).to_have_attribute("aria-rowindex", "29")
    bare.picker.refresh(some_jobs(40).iloc[::-1])
    expect(bare.grid).to_have_attribute("aria-rowcount", "41")
    expect(bare.counts).to_contain_text("2 selected")
    assert sorted(bare.picker.selected["jobName"]) == ["job-1", "job-2"]


def test_filters_facets_and_select_all_that_match(picker: BarePage, page: Page) -> None:
    """A chip counts what it would leave, and writes its term into the search; select all takes what matches."""
    search = page.get_by_label("Search the jobs")
    status = page.get_by_role("group", name="Filter by Status")
    picker.filter(f"-status:running {SWEEP}")
    expect(status).to_contain_text("as typed")
    expect(page.locator(".bnb-facet-title")).to_have_text(["Status", "Definition"])
    page.get_by_role("group", name="Filters").get_by_text("Queue").click()
    page.get_by_role("button", name="train-gpu").click()
    expect(search).to_have_value(f"-status:running {SWEEP} queue:=train-gpu")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Queue, 1 on")).to_be_focused()
    picker.filter(SWEEP)
    expect(picker.found).to_have_text(re.compile(r"^60 of \d+ jobs match$"))
    picker.button("RUNNABLE").click()
    expect(search).to_have_value(f"{SWEEP} status:runnable")
    expect(status.get_by_role("button")).to_have_text(["RUNNING38", "STARTING4", "RUNNABLE18"])
    expect(picker.found).to_have_text(re.compile(r"^18 of \d+ jobs match$"))
    picker.button("Select all 18").click()
    expect(picker.counts).to_contain_text("18 selected")
    picker.button("Invert").click()
    expect(picker.counts).to_contain_text("0 selected")
    picker.button("RUNNABLE").click()
    expect(search).to_have_value(SWEEP)
    picker.filter("age:>6")
    expect(picker.page.locator(".bnb-query-error")).to_contain_text("6 what? For example")
    expect(picker.found).to_have_text(re.compile(r"^. of \d+ jobs$"))


def test_the_list_is_as_high_with_no_row_and_as_high_as_one_wants(open_picker: Open, page: Page) -> None:
    """Its height follows the grip and never its rows; the wheel goes on at its ends, and Tab leads there in three."""
    bare = open_picker(some_jobs(300, jobDefinition=[f"train:{row % 4}" for row in range(300)]))
    stage, grip = page.locator(".bnb-stage"), page.get_by_role("separator", name="Height of the list")
    search = page.get_by_label("Search the jobs")

    def height() -> float:
        box = stage.bounding_box()
        assert box is not None
        return box["height"]

    usual = height()
    assert usual >= LEAST_STAGE
    bare.filter("job-29")
    assert height() == usual
    bare.filter("zzz")
    expect(page.get_by_text("No job matches “zzz”.")).to_be_visible()
    expect(page.locator(".bnb-off")).to_have_count(2)
    assert height() == usual
    bare.button("Clear the search").click()
    expect(bare.found).to_have_text("300 jobs")
    expect(search).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(bare.grid).to_be_focused()
    page.set_viewport_size({"width": 1100, "height": 720})
    page.evaluate("() => { document.body.style.paddingBottom = '2000px' }")
    page.keyboard.press("ControlOrMeta+End")
    bare.grid.hover()
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => window.scrollY > 0")
    grip.focus()
    page.keyboard.press("ArrowUp")
    expect(grip).to_have_attribute("aria-valuenow", "362")
    assert height() == 362
    box = grip.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 5, box["y"] + 4)
    page.mouse.down()
    page.mouse.move(box["x"] + 5, box["y"] - 196)
    page.mouse.up()
    expect(grip).to_have_attribute("aria-valuenow", "162")
    assert height() == 162
    grip.dblclick()
    expect(grip).to_have_attribute("aria-valuenow", "390")
    assert height() == usual
    page.set_viewport_size({"width": 1100, "height": 900})


def test_a_value_is_completed(open_picker: Open, page: Page) -> None:
    """Behind a colon stand the values of the list: arrows go to them, Tab takes one, Enter and Escape take none."""
    open_picker(some_jobs(30))
    search, options = page.get_by_label("Search the jobs"), page.get_by_role("option")
    search.press_sequentially("queue:")
    expect(options).to_have_text(["etl15", "train15"])
    page.keyboard.press("Enter")
    expect(search).to_have_value("queue:")
    search.press("End")
    search.press_sequentially("tr")
    expect(options).to_have_text(["train15"])
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(search).to_be_focused()
    search.press("Backspace")
    expect(options).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(search).to_have_value("queue:=train")
    expect(search).to_be_focused()
    expect(page.locator(".bnb-found")).to_have_text("15 of 30 jobs match")


def test_an_empty_list_offers_a_new_one(open_picker: Open, page: Page) -> None:
    """No jobs: it says so, as high as ever, and asks for no reason."""
    bare = open_picker(some_jobs(0))
    expect(page.locator(".bnb-empty")).to_contain_text("There are no jobs in this list.")
    expect(page.locator(".bnb-empty").get_by_role("button", name="Refresh")).to_be_visible()
    expect(page.locator(".bnb-reason")).to_be_hidden()
    assert bare.errors == []


def test_a_search_that_is_not_finished_is_no_error_yet(picker: BarePage, page: Page) -> None:
    """While a term is typed, the last result stays, dimmed, and *Select all* is off; the error comes after a pause."""
    search, error = page.get_by_label("Search the jobs"), page.locator(".bnb-query-error")
    page.clock.install()
    search.fill(SWEEP)
    expect(picker.found).to_have_text(re.compile(r"^60 of \d+ jobs match$"))
    search.fill(f"{SWEEP} age:")
    expect(picker.found).to_have_text(re.compile(r"^60 of \d+ jobs match$"))
    expect(error).to_be_empty()
    expect(page.locator(".bnb-stale")).to_have_count(1)
    expect(picker.button("Select all")).to_be_disabled()
    expect(picker.button("RUNNABLE")).to_be_disabled()
    page.clock.run_for(500)
    expect(error).to_contain_text("Say what after “age:”")
    expect(picker.found).to_have_text(re.compile(r"^. of \d+ jobs$"))
    expect(picker.button("RUNNABLE")).to_be_disabled()
    expect(page.locator(".bnb-stale")).to_have_count(0)
    search.fill(f"{SWEEP} age:>1m")
    expect(error).to_be_empty()
    expect(page.locator(".bnb-chip").first).to_be_enabled()
    search.fill("nosuch:1")
    search.press("Enter")
    expect(error).to_contain_text("There is no field “nosuch”")


def test_sort_by_several_columns_and_hide_one(open_picker: Open) -> None:
    """Shift adds a column to the sort; a hidden column is gone, and comes back."""
    bare = open_picker(some_jobs(30))
    title = bare.page.get_by_role("columnheader", name="vCPU")
    title.click()
    bare.page.get_by_role("columnheader", name="Name").click(modifiers=["Shift"])
    rows = bare.page.locator(".bnb-body .bnb-row:visible")
    expect(title.locator(".bnb-sort")).to_have_text("▲1")
    places = {row.get_attribute("aria-rowindex"): row.locator("[aria-colindex='4']").inner_text() for row in rows.all()}
    assert [places[str(at)] for at in range(2, 8)] == ["0", "0", "0", "0", "0", "1"]
    bare.page.get_by_text("Columns ▾", exact=True).click()
    bare.page.get_by_role("checkbox", name="vCPU").uncheck()
    bare.page.keyboard.press("Escape")
    expect(bare.page.get_by_role("checkbox", name="vCPU")).to_be_hidden()
    expect(bare.page.locator(".bnb-columns summary")).to_be_focused()
    expect(title).to_have_count(0)


def test_columns_fill_while_somebody_looks(picker: BarePage, page: Page) -> None:
    """What DescribeJobs tells appears in the rows in sight, sums up for the selection, and is loaded for a search."""
    titles = page.locator(".bnb-th .bnb-title").all_text_contents()
    assert titles[:9] == ["Name", "Status", "For", "Definition", "vCPU", "GPU", "Memory", "Tries", "Queue"]
    picker.filter("name:=sweep-array,=sweep-lr-000")
    row = picker.row("sweep-array")
    expect(row).to_contain_text("120, 95 live")
    expect(row).to_contain_text(re.compile("RUNNING . 45"))
    expect(row.locator(".bnb-dot")).to_have_attribute("data-kind", "running")
    one = picker.row("sweep-lr-000")
    expect(one).to_contain_text("60 GiB")
    cells = [cell.inner_text() for cell in one.locator(".bnb-td").all()]
    assert cells[1:9] == ["sweep-lr-000", "RUNNING", cells[3], "train-sweep:7", "8", "1", "60 GiB", "1/3"]
    one.get_by_text("train-sweep:7").hover()
    expect(one.get_by_title("job-definition/train-sweep:7")).to_have_text("train-sweep:7")
    one.get_by_text("train-sweep:7").click()
    page.keyboard.press("ControlOrMeta+c")
    expect(page.locator("#one [aria-live]").first).to_contain_text("Definition copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(":job-definition/train-sweep:7")
    picker.button("Select all").click()
    expect(page.locator(".bnb-totals")).to_contain_text("TiB in use")
    expect(page.locator(".bnb-totals")).to_contain_text("job-hours + 1 array")
    picker.filter("tag:team=vision")
    expect(page.locator(".bnb-missing")).to_contain_text("jobs are not here yet.")
    expect(picker.grid).to_have_attribute("aria-rowcount", "1")
    picker.button("Load them (").click()
    expect(page.locator(".bnb-missing")).to_be_hidden()
    expect(picker.row("sweep-lr-000")).to_be_visible()
    assert sorted(picker.picker.selected["jobName"]) == ["sweep-array", "sweep-lr-000"]
    assert picker.errors == []


def test_the_name_stays_and_columns_move(picker: BarePage, page: Page) -> None:
    """Scrolled to the right, by keys, by Reset, by a double click, and where there is little room."""
    grid, titles = picker.grid, page.locator(".bnb-th .bnb-title")
    name = page.locator(".bnb-body .bnb-pinned").first
    before = name.bounding_box()
    grid.evaluate("(grid) => { grid.scrollLeft = 300 }")
    expect(page.locator(".bnb-scrolled")).to_have_count(1)
    assert name.bounding_box() == before
    grid.focus()
    page.keyboard.press("ArrowUp")
    for key in ("Home", "ArrowRight", "ArrowRight", "Alt+Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(titles.nth(1)).to_have_text("For")
    expect(titles.nth(2)).to_have_text("Status")
    expect(page.locator(".bnb-th.bnb-active")).to_contain_text("Status")
    expect(page.locator("#one [aria-live]")).to_contain_text("Status stands behind For.")
    grip = page.get_by_role("columnheader", name="Definition").locator(".bnb-grip")
    grip.dblclick()
    width = page.get_by_role("columnheader", name="Definition").bounding_box()
    assert width is not None
    assert 80 < width["width"] < 150
    page.get_by_text("Columns ▾", exact=True).click()
    page.get_by_role("checkbox", name="Job id").uncheck()
    expect(page.get_by_role("columnheader", name="Job id")).to_have_count(0)
    picker.button("Reset").click()
    expect(page.get_by_role("columnheader", name="Job id")).to_have_count(1)
    expect(titles.nth(1)).to_have_text("Status")
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 600, "height": 800})
    expect(titles).to_have_text(["Name", "Status", "For"])
    for label in ("Group", "Columns ▾"):
        page.get_by_text(label, exact=True).click()
        menu = page.locator("details[open] > .bnb-menu").bounding_box()
        assert menu is not None
        assert menu["x"] >= 0
        assert menu["x"] + menu["width"] <= 600
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1100, "height": 900})
    expect(page.get_by_role("columnheader", name="Memory")).to_be_visible()
    assert picker.errors == []


def test_a_column_is_resized_by_mouse_and_by_keys(open_picker: Open, page: Page) -> None:
    """The grip at a title, and Alt with the arrows, change its width."""
    bare = open_picker(some_jobs(5))
    title = page.get_by_role("columnheader", name="Queue")
    before = title.bounding_box()
    grip = title.locator(".bnb-grip").bounding_box()
    assert before is not None
    assert grip is not None
    page.mouse.move(grip["x"] + 2, grip["y"] + 5)
    page.mouse.down()
    page.mouse.move(grip["x"] + 62, grip["y"] + 5)
    page.mouse.up()
    after = title.bounding_box()
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] + 60, abs=2)
    bare.grid.focus()
    for key in (*["ArrowRight"] * 7, "Alt+ArrowLeft"):
        page.keyboard.press(key)
    narrower = title.bounding_box()
    assert narrower is not None
    assert narrower["width"] == pytest.approx(after["width"] - 16, abs=2)


def test_confirm_by_keyboard_only(picker: BarePage, page: Page) -> None:
    """Focus starts on Back, Enter does not end a job, the number is typed, and the result has the focus at last."""
    picker.filter(SWEEP)
    picker.grid.focus()
    page.keyboard.press("ControlOrMeta+a")
    picker.reason("OPS-123 bad input")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("alertdialog")
    expect(dialog.get_by_role("button", name="Back")).to_be_focused()
    expect(dialog).to_contain_text("account 000000000000, Region local-1 (EMULATOR")
    expect(dialog).to_contain_text("train-gpu 60")
    yes = dialog.get_by_role("button", name="Terminate 60 jobs")
    expect(yes).to_be_disabled()
    yes.focus()
    while "Type 60 first." not in dialog.inner_text():
        page.keyboard.press("Space")
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("61")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("Press the button, or Tab and Space.")
    yes.focus()
    page.keyboard.press("Space")
    expect(dialog).to_contain_text("That is not 60.")
    page.get_by_label("Type 60").fill("60")
    expect(yes).to_be_enabled()
    yes.focus()
    page.keyboard.press("Enter")
    assert picker.picker._session.phase == "confirming"
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(picker.button("Review 60 jobs")).to_be_focused()
    page.keyboard.press("Space")
    page.get_by_label("Type 60").fill("60")
    expect(yes).to_be_enabled()
    yes.focus()
    page.keyboard.press("Space")
    expect(page.locator(".bnb-summary")).to_contain_text("59 of 60 jobs ended", timeout=ENDS_WITHIN)
    expect(page.locator(".bnb-summary")).to_be_focused()


def test_a_double_click_ends_nothing(picker: BarePage, page: Page, night: local.LocalBatch) -> None:
    """The second click of one on Review falls on nothing, and a click has to begin on the final button."""
    picker.filter("name:sweep-lr-02*")
    picker.button("Select all").click()
    picker.reason("OPS-123")
    review = picker.button("Review 10 jobs").bounding_box()
    assert review is not None
    picker.button("Review 10 jobs").dblclick()
    final = page.get_by_role("alertdialog").get_by_role("button", name="Terminate")
    box = final.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] < review["x"]
    expect(final).to_be_enabled()
    # A click that did not begin on the button.
    final.dispatch_event("click", {"detail": 1})
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert not [call for call in night.calls if call.operation.startswith("Terminate")]
    assert picker.picker._session.phase == "confirming"


def test_the_result_is_read_and_done_with(picker: BarePage, page: Page) -> None:
    """Done shows what the search finds again, with nothing selected; the next run has a result of its own."""
    for reason in ("OPS-123", "OPS-124"):
        search = "name:sweep-lr-021" if reason == "OPS-123" else "name:sweep-lr-03*"
        picker.filter(search)
        picker.button("Select all").click()
        picker.reason(reason)
        picker.button("Review").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
        expect(page.locator(".bnb-summary")).to_contain_text("ended", timeout=ENDS_WITHIN)
        picker.button("Done").click()
        expect(page.locator(".bnb-summary")).to_have_count(0)
        expect(page.get_by_label("Search the jobs")).to_have_value(search)
        expect(picker.counts).to_have_text("0 selected")
        picker.expect_in_python(lambda: picker.picker._session.result, None)
        expect(page.get_by_role("columnheader", name="Result")).to_have_count(0)


def test_the_result_has_failures_first_which_can_be_selected_again(picker: BarePage, page: Page) -> None:
    """The table shows this run, what failed on top with AWS's message; the cell for it goes to the clipboard."""
    picker.filter("name:sweep-lr-02*")
    picker.button("Select all").click()
    picker.reason("OPS-123")
    picker.button("Review 10 jobs").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
    expect(page.locator(".bnb-summary")).to_contain_text("9 of 10 jobs ended", timeout=ENDS_WITHIN)
    first = page.locator(".bnb-body .bnb-row[aria-rowindex='2']")
    expect(first).to_contain_text("denied")
    expect(first).to_contain_text("AccessDenied")
    expect(picker.grid).to_have_attribute("aria-rowcount", "11")
    page.locator("#one summary[title=More]").click()
    picker.button("Copy as a cell").click()
    expect(page.locator(".bnb-copied")).to_have_text("Copied.")
    cell = page.evaluate("navigator.clipboard.readText()")
    assert cell == picker.picker.as_cell()
    assert len(cell.splitlines()) == 14
    picker.button("Select the 1 that did not end").click()
    picker.expect_selected(["sweep-lr-021"])


def test_a_guard_is_read_in_the_picker(
    night: local.LocalBatch, open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too many jobs, or read-only: the plan is shown with who set which guard, and without its button."""
    bare = open_picker(batchnb.list_jobs(status="all"), guards={"max_jobs": 5})
    bare.filter(SWEEP)
    bare.button("Select all").click()
    bare.reason("OPS-123")
    bare.button("Review 60 jobs").click()
    dialog = page.get_by_role("alertdialog")
    expect(dialog).to_contain_text("a keyword argument allows 5 jobs (max_jobs) and this plan has 60.")
    expect(dialog.get_by_role("row", name="train-sweep")).to_contain_text("sweep-lr-000 … sweep-lr-059 60")
    expect(dialog.get_by_role("button", name="Terminate")).to_have_count(0)
    dialog.get_by_role("button", name="Back").click()
    bare.button("Clear").click()
    bare.row("sweep-lr-000").click()
    monkeypatch.setenv("BATCHNB_READ_ONLY", "1")
    bare.button("Review 1 job").click()
    expect(dialog).to_contain_text("These jobs cannot be ended from here.")
    expect(dialog).to_contain_text("BATCHNB_READ_ONLY")
    expect(dialog.get_by_role("button", name="Terminate")).to_have_count(0)
    assert not [call for call in night.calls if call.operation.startswith("Terminate")]


GUARDED: list[tuple[dict[str, Any], int | None, str]] = [
    ({"max_percent": 10}, 0, "of train-gpu's live jobs; a keyword argument allows 10 %."),
    ({"protect": ["name:sweep-eval-*"]}, 0, "are protected (a keyword argument) and would fail. Leave"),
    ({"protect": ["name:sweep-lr-00*"]}, 1, "10 of your 60: 10 are protected by name:sweep-lr-00*"),
    ({"protect": ["name:sweep-lr-0*"]}, 0, "Nothing to end: 60 are protected by name:sweep-lr-0*"),
    ({"production_accounts": ["000000000000"]}, 1, "Terminate 60 jobs in PRODUCTION, account 000000000000?"),
    ({"accounts": ["123456789012"]}, None, "000000000000 is not on the list of accounts (a keyword argument)."),
]
"""Guards, how many final buttons there are, where there is a review, and what is said."""


def test_each_guard_is_met_in_the_dialog(night: local.LocalBatch, open_picker: Open, page: Page) -> None:
    """It says what the guard holds back and who set it; the final button is there only where it can be pressed."""
    jobs = batchnb.list_jobs(status="all")
    for guards, buttons, said in GUARDED:
        bare = open_picker(jobs, guards=guards, confirm_above=1000, reason="OPS-123")
        bare.filter(SWEEP)
        bare.button("Select all").click()
        bare.button("Review 60 jobs").click()
        dialog = page.get_by_role("alertdialog")
        expect(page.get_by_role("alert") if buttons is None else dialog).to_contain_text(said)
    if said.startswith("Nothing to end"):
        dialog.get_by_role("button", name="Show the jobs that are left out").click()
        expect(page.locator(".bnb-drawer")).to_contain_text("1 of 60 jobs that are left out")
        expect(page.locator(".bnb-drawer")).to_contain_text("It is protected by name:sweep-lr-0* (a keyword argument).")
        expect(dialog.get_by_role("button", name="Terminate")).to_have_count(buttons or 0)
        if "production_accounts" in guards:
            expect(page.locator(".bnb-badge")).to_have_text("EMULATOR, not AWS")
            expect(dialog.get_by_label("Type 60")).to_be_visible()
            expect(dialog.get_by_role("button", name="Terminate")).to_be_disabled()
    assert not [call for call in night.calls if call.operation.startswith("Terminate")]


def test_the_button_says_why_it_cannot(open_picker: Open, page: Page) -> None:
    """No jobs, no reason, a reason too long: each is said, and a reason is counted by code points."""
    bare = open_picker(some_placed_jobs(5))
    why = page.locator(".bnb-form .bnb-why")
    expect(why).to_have_text("Select the jobs to end.")
    bare.row("job-1").click()
    expect(why).to_have_text("Say why. One line and the ticket are enough.")
    bare.button("Review 1 job").click(force=True)
    expect(page.locator(".bnb-reason")).to_be_focused()
    bare.reason("😀" * 1024)
    expect(page.locator(".bnb-left")).to_have_text("0 characters left")
    expect(why).to_have_text("Nothing ends yet: you review the plan first.")
    bare.reason("😀" * 1026)
    expect(why).to_have_text("The reason is 2 characters too long.")
    expect(bare.button("Review 1 job")).to_have_attribute("aria-disabled", "true")


HOSTILE = [
    "<img src=x onerror=window.hit=1>", "<script>window.hit=1</script>", '"><svg onload=window.hit=1>', "a\nb\tc",
    "\u202egpj.exe", "x" * 10_000, "javascript:window.hit=1", "${window.hit=1}",
    "' onmouseover='window.hit=1", "\x00\x1b[31m", "\ud800",
]  # fmt: skip


def test_hostile_text_is_text(open_picker: Open, page: Page) -> None:
    """In names, queues, reasons, cells and titles of columns: shown, never run, spelled out, cut."""
    count = len(HOSTILE)
    frame = some_jobs(count, jobName=HOSTILE, jobQueue=HOSTILE, status="RUNNING", statusReason=HOSTILE)
    titles = {title: ["x"] * count for title in ("<img src=x onerror=window.hit=1>", "<b>bold</b>", "a\u202eb")}
    bare = open_picker(pd.concat([frame, pd.DataFrame(titles)], axis=1), reason=HOSTILE[0])
    page.get_by_text("Columns ▾", exact=True).click()
    for row in page.locator(".bnb-body .bnb-row:visible").all():
        row.hover()
    page.get_by_text("Columns ▾", exact=True).click()
    bare.grid.focus()
    page.keyboard.press("ControlOrMeta+a")
    expect(bare.row("<img src=x onerror=window.hit=1>")).to_be_visible()
    expect(bare.row("\\u202egpj.exe")).to_be_visible()
    expect(page.get_by_role("columnheader", name="<b>bold</b>")).to_be_visible()
    assert page.evaluate("window.hit") is None
    assert page.locator(".bnb img, .bnb script, .bnb svg, .bnb b").count() == 0
    assert max(len(text) for text in page.locator(".bnb-td").all_text_contents()) <= 300
    assert bare.errors == []


def hostile_states(text: str) -> list[dict[str, Any]]:
    """Return what a kernel might tell of a review, a run, a result and an error, with this in every text."""
    row = {
        "group": 0, "definition": text, "first": text, "last": f"{text} 2", "jobs": 2, "arrays": 1, "live": 3,
        "terminate": 1, "cancel": 1, "oldest": 0, "vcpus": 1, "gpus": 0, "unknown": 1, "odd": text, "isMarked": True,
    }  # fmt: skip
    plan = {
        "digest": text, "digestShown": text, "toEnd": 4, "terminate": 2, "cancel": 2, "isProduction": True,
        "mustType": True, "raised": text, "blocked": [], "nothing": text, "madeAt": 1, "reason": text,
        "rows": [row, {**row, "group": 1}], "restGroups": 0, "restJobs": 0, "mixed": text, "moreOdd": 1, "oldest": 0,
        "frees": {"vcpus": 1, "gpus": 0, "unknown": 1}, "dependents": 2, "dependentNames": [text],
        "dependentsText": text, "gap": text, "leftOut": text, "leftOutByYou": text, "arrays": text, "notes": [text],
        "facts": [[text, text]], "children": [[text, 3]],
    }  # fmt: skip
    progress = {
        "jobs": 4, "reason": text, "watched": 4, "ended": 1, "stopping": 1, "untouched": 2, "failed": 0,
        "isStopped": False, "isThrottled": True, "left": 9,
    }  # fmt: skip
    result = {
        "headline": text, "isStopped": True, "ok": False, "summary": text, "watched": 4, "ended": 1, "endedBy": text,
        "untouched": 2, "failures": 1, "causes": [{"text": text, "details": text}], "seconds": 1, "runId": text,
        "newJobs": text, "facts": [[text, text]],
    }  # fmt: skip
    where = {"badge": text, "account": text, "region": text, "caller": text, "listedAt": 0}
    common = {"clock": 0, "place": "", "where": where, "note": text, "reason": text, "reasons": [text], "error": text}
    common |= {"errorDetails": text, "errorAgain": text}
    return [
        {**common, "phase": "confirming", "plan": plan},
        {**common, "phase": "confirming", "plan": {**plan, "digest": "other", "blocked": [text]}},
        {**common, "phase": "running", "progress": progress},
        {**common, "phase": "idle", "result": result},
    ]


def test_hostile_text_is_text_in_the_review_the_run_and_the_result(open_picker: Open, page: Page) -> None:
    """Whatever a job, a definition, a guard or an answer of AWS is called: shown, never run, spelled out, cut."""
    bare = open_picker(some_jobs(3))
    for text in HOSTILE[:-1]:
        for state in hostile_states(text):
            page.evaluate("(state) => window.deliver([[{ kind: 'state', state }, []]])", state)
            shown = bare.page.locator("#one .bnb").inner_text()
            assert "\u202e" not in shown
            assert "x" * 1_300 not in shown
    assert page.evaluate("window.hit") is None
    assert page.locator(".bnb img, .bnb script, .bnb svg").count() == 0
    assert bare.errors == []


def test_a_review_stays_as_it_was_when_a_group_is_left_out(open_picker: Open, page: Page) -> None:
    """All rows that were asked for are there still, and what was in sight is."""
    bare = open_picker(some_jobs(3))
    state = hostile_states("a")[0]
    (row, *_) = state["plan"]["rows"]
    rows = [{**row, "group": at, "definition": f"etl:{at}", "isMarked": False} for at in range(40)]

    # The kernel, which has no plan, says nothing in between.
    page.evaluate("() => { clearInterval(window.pump); window.model.send = () => {} }")

    def review(digest: str, count: int) -> None:
        plan = {**state["plan"], "digest": digest, "rows": rows[:count]}
        page.evaluate("(state) => window.deliver([[{ kind: 'state', state }, []]])", {**state, "plan": plan})

    review("one", 40)
    shown = page.locator(".bnb-groups tbody tr")
    expect(shown).to_have_count(9)
    bare.button("32 more groups").click()
    page.locator(".bnb-review").evaluate("(review) => { review.scrollTop = 300 }")
    review("two", 39)
    expect(shown).to_have_count(39)
    assert page.locator(".bnb-review").evaluate("(review) => review.scrollTop") == 300
    assert bare.errors == []


def test_a_hostile_message_of_aws_is_text(open_picker: Open, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that holds markup is read, not run."""

    def fail(*_jobs: object, **_options: object) -> None:
        raise AwsError(HOSTILE[0], code="Odd", operation="DescribeJobs")

    monkeypatch.setattr("batchnb.api.plan_with", fail)
    bare = open_picker(some_placed_jobs(3))
    bare.row("job-1").click()
    bare.reason("x")
    bare.button("Review 1 job").click()
    expect(page.get_by_role("alert")).to_contain_text(HOSTILE[0])
    assert page.evaluate("window.hit") is None
    assert isinstance(bare.picker.error, AwsError)
    bare.button("Dismiss").click()
    expect(page.get_by_role("alert")).to_be_empty()


def test_a_million_pixels_are_scrolled_to_the_end(open_picker: Open, page: Page) -> None:
    """250,000 rows are more than a browser can lay out: the last row is reached by key, by bar and by wheel."""
    bare = open_picker(some_jobs(250_000))
    bare.grid.focus()
    page.keyboard.press("ControlOrMeta+End")
    expect(bare.row("job-249999")).to_be_in_viewport()
    page.keyboard.press("ControlOrMeta+Home")
    expect(bare.row("job-0")).to_be_in_viewport()
    bare.grid.evaluate("(grid) => { grid.scrollTop = grid.scrollHeight }")
    expect(bare.row("job-249999")).to_be_in_viewport()
    bare.grid.hover()
    page.mouse.wheel(0, -28 * 100)
    expect(bare.row("job-249890")).to_be_in_viewport()


def test_the_table_comes_back_where_it_was(open_picker: Open, page: Page) -> None:
    """A notebook takes outputs out of the page and puts them back: the rows and the place are there again."""
    bare = open_picker(some_jobs(1000))
    bare.grid.evaluate("(grid) => { grid.scrollTop = 28 * 500 }")
    expect(bare.row("job-503")).to_be_in_viewport()
    page.evaluate(
        "() => { const one = document.querySelector('#one'); window.held = one.firstChild; one.append(window.held); }"
    )
    expect(bare.row("job-503")).to_be_in_viewport()
    page.evaluate("() => window.held.remove()")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    page.evaluate("() => document.querySelector('#one').append(window.held)")
    expect(bare.row("job-503")).to_be_in_viewport()


def test_a_second_view_shows_the_same(open_picker: Open, page: Page) -> None:
    """Both show one selection, one filter and one run."""
    bare = open_picker(some_jobs(10))
    page.evaluate("() => { window.widget.render({ model: window.model, el: document.querySelector('#two') }); }")
    bare.row("job-1").click()
    two = page.locator("#two")
    expect(two.locator(".bnb-counts")).to_contain_text("1 selected")
    expect(two.locator("[aria-selected=true]")).to_contain_text("job-1")
    page.evaluate("window.cleanup()")
    expect(page.locator("#one .bnb")).to_have_count(0)
    expect(two.locator(".bnb-counts")).to_contain_text("1 selected")


def test_a_kernel_that_does_not_answer_is_waited_for_aloud(open_picker: Open, page: Page) -> None:
    """A request that takes long says that the kernel is busy; one that cannot be sent, that it is gone."""
    bare = open_picker(some_jobs(3))
    page.evaluate("() => { window.model.send = () => {} }")
    bare.row("job-1").click()
    page.keyboard.press("Enter")
    drawer = page.locator("#one .bnb-drawer")
    expect(drawer.locator(".bnb-headline")).to_contain_text("RUNNING")
    expect(drawer).to_contain_text("Loading…")
    expect(page.get_by_text("The kernel is busy with another cell.").first).to_be_visible()
    expect(drawer).to_contain_text("The details follow when that is done.")
    page.evaluate("() => { window.model.send = () => { throw new Error('closed') } }")
    bare.row("job-2").click()
    expect(drawer).to_contain_text("The kernel is gone, so this is what the list knows.")
    expect(drawer).not_to_contain_text("Loading…")
    expect(page.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    expect(bare.button("Review")).to_have_count(0)
    page.locator("#one summary[title='Auto refresh']").click()
    for name in ("Every 30 s", "Off"):
        page.get_by_label(name).click(force=True)
    expect(page.get_by_label("Every 30 s")).to_be_disabled()
    expect(page.get_by_label("Off")).to_be_checked()
    page.locator("#one summary[title=More]").click()
    for name in ("Copy as a cell", "About this list", "Start afresh"):
        expect(bare.button(name)).to_be_disabled()
        expect(bare.button(name)).to_have_attribute("title", "The kernel is gone. Run the cell again.")
    expect(bare.button("Keyboard")).to_be_enabled()
    page.keyboard.press("Escape")
    # Once it is heard of, it can be asked again: how the picker is set is told then, at the latest.
    page.evaluate("() => { window.sent.length = 0; window.model.send = ({ kind }) => window.sent.push(kind) }")
    bare.button("Refresh").click(force=True)
    assert page.evaluate("window.sent") == ["hello"]
    page.evaluate("() => window.deliver([[{ kind: 'state', state: { phase: 'idle' } }, []]])")
    expect(page.get_by_role("alert").filter(has_text="gone")).to_have_count(0)
    expect(bare.button("Review")).to_be_visible()
    expect(bare.button("Refresh")).to_be_enabled()
    expect(bare.button("Refresh")).not_to_have_attribute("title", re.compile(""))
    # What was asked of the one that was gone is asked again.
    assert "details" in page.evaluate("window.sent")


@pytest.mark.parametrize(("theme", "width"), [("light", 1100), ("dark", NARROW)])
def test_axe_finds_nothing(picker: BarePage, page: Page, night: local.LocalBatch, theme: str, width: int) -> None:
    """Roles, names, focus and contrast are right in both themes, wide and narrow, in each state of the picker."""
    page.set_viewport_size({"width": width, "height": 900})
    if theme == "dark":
        page.evaluate("() => { document.body.style.cssText = 'background:#111;color:#eee' }")
    page.evaluate(AXE.read_text())
    check_access(page)
    picker.filter("name:sweep-lr-02*")
    if width == NARROW:
        picker.button("Filters").click()
        check_access(page)
    picker.button("RUNNING").click()
    if width == NARROW:
        page.keyboard.press("Escape")
        expect(picker.button("Filters, 1 on")).to_be_focused()
    picker.button("Select all").click()
    picker.reason("OPS-123")
    picker.grid.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".bnb-drawer")).to_contain_text("train:2026.11")
    page.keyboard.press("l")
    expect(page.locator(".bnb-log")).to_be_visible()
    check_access(page)
    page.keyboard.press("Escape")
    picker.button("Review 10 jobs").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    check_access(page)
    night.latency = 0.5
    page.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
    expect(page.get_by_text("asked, stopping").first).to_be_visible()
    check_access(page)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    night.latency = 0.0
    expect(page.locator(".bnb-summary")).to_be_visible(timeout=ENDS_WITHIN)
    check_access(page)
    page.evaluate("() => { window.model.send = () => { throw new Error('closed') } }")
    picker.button("Refresh").click()
    expect(page.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    check_access(page)
    # It is said first, with its last line in sight.
    expect(page.locator(".bnb-acts > :not(:empty)").first).to_contain_text("The kernel is gone")
    expect(page.get_by_text("Last update")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def check_access(page: Page) -> None:
    """Let axe look at the picker."""
    # One region that speaks in each picker, and alerts.
    assert (
        page.locator(".bnb :is([aria-live], [role=status], [role=log], output)").count() == page.locator(".bnb").count()
    )
    root = page.locator(".bnb").bounding_box()
    assert root is not None
    assert root["height"] <= HIGHEST
    found = page.evaluate("async () => (await window.axe.run('.bnb-host')).violations")
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []
