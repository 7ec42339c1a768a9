"""The list in JupyterLab: what is searched, shown, grouped and set, by hand and from a cell, and what lasts."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.lab import SLOW, Desk, Notebook

LISTED = """
import os

import batchnb
from batchnb import local
from batchnb.widget import JobPicker


def fill(world):
    world.add_queue("train")
    for number in range(17):
        names = [f"model-{number:02d}-{one}" for one in "abc"]
        world.add_jobs("train", names[:2], definition=f"model-{number:02d}:1", created_ago=7200.0)
        world.add_jobs("train", names[2:], definition=f"model-{number:02d}:1", created_ago=3600.0, status="RUNNABLE")
    world.add_jobs("train", "done", 2, definition="model-00:1", created_ago=9000.0, status="SUCCEEDED")


if "emulator" in globals():
    emulator.stop()  # that of the test before
emulator = local.start(fill, region="eu-west-1")
os.environ.update(emulator.environ())
jobs = batchnb.list_jobs(status="all").sort_values("jobName", ignore_index=True)
jobs["spot"] = [row % 2 == 0 for row in range(len(jobs))]
jobs["loss"] = [0.123456789 + row for row in range(len(jobs))]
jobs["cost_usd"] = [1234.5 + row for row in range(len(jobs))]
jobs["params"] = [{"lr": row, "mode": "fast"} for row in range(len(jobs))]
jobs.loc[0, "jobName"] = ""
"""
SHOW = "picker = JobPicker(jobs)\npicker"
JOBS = 53


class Listed:
    """The picker in the output of a cell, over the jobs of `LISTED`."""

    def __init__(self, notebook: Notebook, cell: int) -> None:
        self.notebook, self.page = notebook, notebook.page
        self.root = notebook.output(cell).locator(".bnb")
        self.search = self.root.locator(".bnb-search")
        self.found = self.root.locator(".bnb-found")
        self.counts = self.root.locator(".bnb-counts")
        self.stage = self.root.locator(".bnb-stage")
        self.drawer = self.root.locator(".bnb-drawer")
        self.titles = self.root.locator(".bnb-th .bnb-title")
        expect(self.found).to_contain_text(f"{JOBS} jobs", timeout=SLOW)

    def button(self, name: str) -> Locator:
        """Return the button whose text begins so."""
        return self.root.get_by_role("button", name=name).first

    def row(self, text: str) -> Locator:
        """Return the first row of a job that holds this text."""
        return self.root.locator(".bnb-body .bnb-row:not(.bnb-group):visible").filter(has_text=text).first

    def menu(self, name: str) -> Locator:
        """Open the menu behind this button, and return it."""
        menu = self.root.locator(f"details.bnb-{name}")
        menu.locator("summary").click()
        return menu

    def height(self) -> float:
        """How high the list is."""
        box = self.stage.bounding_box()
        assert box is not None
        return box["height"]


def drag(page: Page, what: Locator, to: float | Locator) -> None:
    """Drag this onto something else, or down by some pixels."""
    what.scroll_into_view_if_needed()
    x, y = middle(what)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*((x, y + to) if isinstance(to, (int, float)) else middle(to)), steps=5)
    page.mouse.up()


def middle(of: Locator) -> tuple[float, float]:
    """Return the point in the middle of this."""
    box = of.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_search_facets_columns_and_height_by_hand(desk: Desk) -> None:
    """What limits the list writes into the search, what is shown of a job can be chosen, and nothing jumps."""
    notebook = desk.take(LISTED, SHOW, "JobPicker(jobs.iloc[:0])")
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    notebook.run(0, 1)
    picker = Listed(notebook, 1)
    check_facets(picker)
    check_examples_and_no_match(picker)
    check_columns(picker)
    check_cells(picker)
    check_height(picker)
    check_groups(picker)
    notebook.run(2)
    empty = notebook.output(2).locator(".bnb")
    expect(empty.locator(".bnb-empty")).to_have_text("There are no jobs in this list.Refresh")
    expect(empty.locator(".bnb-reason")).to_be_hidden()


def check_facets(picker: Listed) -> None:
    """Assert that a click on a value writes its term; one value only is no facet; many have a search of their own."""
    expect(picker.root.locator(".bnb-facet-title")).to_have_text(["Status", "Definition"])
    expect(picker.button("Select all 51 live")).to_be_enabled()
    status = picker.root.get_by_role("group", name="Filter by Status")
    status.get_by_role("button", name="RUNNABLE").click()
    expect(picker.search).to_have_value("status:runnable")
    expect(picker.found).to_have_text(f"17 of {JOBS} jobs match")
    picker.button("Select all 17").click()
    expect(picker.counts).to_have_text("17 selected")
    picker.button("Invert").click()
    expect(picker.counts).to_have_text("0 selected")
    more = picker.root.get_by_role("group", name="Filter by Definition").locator(".bnb-more")
    expect(more.locator("summary")).to_have_text("+12 more")
    more.locator("summary").click()
    more.get_by_label("Find in Definition").fill("16")
    expect(more.locator(".bnb-menu .bnb-chip")).to_have_text(["model-16:11"])
    more.get_by_role("button", name="model-16:1").click()
    expect(picker.search).to_have_value("status:runnable definition:model-16:1")
    expect(picker.found).to_have_text(f"1 of {JOBS} jobs match")
    picker.page.keyboard.press("Escape")
    picker.search.fill("-status:runnable")
    expect(status).to_contain_text("as typed")
    picker.search.fill("")


def check_examples_and_no_match(picker: Listed) -> None:
    """Assert that behind the question mark is an example to click; where nothing matches, the way back is one click."""
    page = picker.page
    picker.menu("help").get_by_role("button", name="age:>6h running:2h..1d").click()
    expect(picker.search).to_have_value("age:>6h running:2h..1d")
    expect(picker.search).to_be_focused()
    before = picker.height()
    picker.search.fill("zzz")
    expect(picker.root.get_by_text("No job matches “zzz”.")).to_be_visible()
    expect(picker.root.locator("button.bnb-chip:not(:disabled)")).to_have_count(0)
    assert picker.height() == before
    picker.search.fill("vcpus:>4")
    page.keyboard.press("Enter")
    expect(picker.root.locator(".bnb-query-error")).to_have_text("There is no field “vcpus”. Did you mean vcpu:>4?")
    expect(picker.root.get_by_text("The search has an error, so it matches nothing.")).to_be_visible()
    picker.button("Clear the search").click()
    expect(picker.found).to_have_text(f"{JOBS} jobs")


def check_columns(picker: Listed) -> None:
    """Assert that the menu hides and moves them, and that the name stays where it is when the list is scrolled."""
    page = picker.page
    expect(picker.titles.first).to_have_text("Name")
    menu = picker.menu("columns")
    expect(menu.get_by_role("checkbox", name="Name", exact=True)).to_be_disabled()
    # Beside its box, too: there the notebook would take the focus, and the menu would be gone before the click.
    menu.get_by_text("Tries", exact=True).click(position={"x": 40, "y": 10})
    expect(picker.root.get_by_role("columnheader", name="Tries")).to_have_count(0)
    drag(page, menu.get_by_text("GPU", exact=True), menu.get_by_text("vCPU", exact=True))
    expect(picker.titles.nth(4)).to_have_text("GPU")
    expect(picker.titles.nth(5)).to_have_text("vCPU")
    page.keyboard.press("Escape")
    pinned = picker.root.locator(".bnb-body .bnb-pinned").first
    before = pinned.bounding_box()
    picker.root.locator(".bnb-grid").evaluate("(grid) => { grid.scrollLeft = 200 }")
    expect(picker.root.locator(".bnb-scrolled")).to_have_count(1)
    assert pinned.bounding_box() == before
    picker.root.locator(".bnb-grid").evaluate("(grid) => { grid.scrollLeft = 0 }")


def check_cells(picker: Listed) -> None:
    """Assert that an empty name, a truth, a number, money and a dictionary are shown as a person reads them."""
    picker.search.fill("definition:model-00:1")
    unnamed = picker.row("(no name)")
    expect(unnamed).to_be_visible()
    cells = dict(zip(picker.titles.all_inner_texts(), unnamed.locator(".bnb-td").all_inner_texts()[1:], strict=True))
    assert cells["spot"] == "✓"
    assert (cells["loss"], cells["cost_usd"], cells["params"]) == ("0.1235", "1,234.50", "lr=0, mode=fast"), cells
    unnamed.get_by_text("0.1235").hover()
    expect(unnamed.get_by_text("0.1235")).to_have_attribute("title", re.compile("0.123456789"))
    picker.search.fill("")


def check_height(picker: Listed) -> None:
    """Assert that the grip makes the list lower and higher."""
    grip = picker.root.get_by_role("separator", name="Height of the list")
    before = picker.height()
    drag(picker.page, grip, -80)
    assert picker.height() == before - 80, before
    grip.dblclick()
    expect(grip).to_have_attribute("aria-valuenow", "390")


def check_groups(picker: Listed) -> None:
    """Assert that there are two levels, the second of which is chosen for itself."""
    menu = picker.menu("group-by")
    menu.get_by_role("radio", name="Status", exact=True).check()
    menu.get_by_label("then by").select_option("Definition")
    expect(menu.locator("summary")).to_have_text("Group: status, definition")
    picker.page.keyboard.press("Escape")
    group = picker.root.locator(".bnb-group:visible")
    expect(group).to_have_count(3)
    group.filter(has_text="SUCCEEDED").locator(".bnb-group-title").click()
    expect(group.filter(has_text="model-00:1")).to_have_attribute("aria-level", "2")


SET_AND_READ = """
picker.query = "definition:model-0* -status:succeeded"
picker.group = "status"
picker.columns = ["Status", "spot"]
picker.reason = "OPS-200 bad input"
picker.selected = picker.matching[picker.matching.status == "RUNNABLE"]
print(len(picker.matching), len(picker.selected))
try:
    picker.query = "vcpus:>4"
except batchnb.InputError as error:
    print(error)
"""
TWO = "other = JobPicker(jobs)\nother"
HOLD = "emulator.world.delays = local.Delays(running=3600.0)"
LET_GO = """
for job in jobs.loc[jobs["jobName"].isin(["model-03-a", "model-03-b"]), "jobId"]:
    emulator.world.schedule(0, job, "FAILED")
"""


def test_a_view_lasts_is_set_from_python_and_two_pickers_know_each_other(desk: Desk) -> None:
    """What is set by hand or in a cell is there when the cell is run again, and no job is in two runs at once."""
    notebook = desk.take(LISTED, SHOW, SET_AND_READ, TWO, HOLD, LET_GO)
    notebook.page.set_viewport_size({"width": 1400, "height": 1000})
    notebook.run(0, 1)
    picker = Listed(notebook, 1)
    check_selection_out_of_sight(picker)
    check_kept(picker)
    check_set_from_python(picker)
    check_two_pickers(picker)


def check_selection_out_of_sight(picker: Listed) -> None:
    """Assert that it is counted and shown with one click, and one step of it is undone from the menu."""
    picker.row("model-01-a").click()
    for name in ("model-01-b", "model-02-b"):
        picker.row(name).click(modifiers=["ControlOrMeta"])
    picker.search.fill("model-02")
    expect(picker.root.locator(".bnb-out")).to_have_text("▲ 2 out of sight")
    picker.button("Show the selection").click()
    expect(picker.search).to_have_value("is:selected")
    expect(picker.found).to_have_text(f"3 of {JOBS} jobs match")
    picker.row("model-01-a").click()
    expect(picker.counts).to_have_text("1 selected")
    picker.root.get_by_label("More").click()
    picker.button("Undo selection").click()
    expect(picker.counts).to_have_text("3 selected")


def check_kept(picker: Listed) -> None:
    """Assert that search, group, columns, order, height, details and selection last, until somebody begins afresh."""
    page, notebook = picker.page, picker.notebook
    picker.search.fill("model-0")
    picker.root.get_by_role("columnheader", name="Name").click()
    picker.menu("columns").get_by_role("checkbox", name="Tries").uncheck()
    page.keyboard.press("Escape")
    picker.menu("group-by").get_by_role("radio", name="Status", exact=True).check()
    page.keyboard.press("Escape")
    drag(page, picker.root.get_by_role("separator", name="Height of the list"), -80)
    height = picker.height()
    picker.button("Open all").click()
    picker.row("model-03-a").locator(".bnb-name").click()
    expect(picker.drawer.get_by_role("heading", name="model-03-a")).to_be_visible()
    page.locator(".jp-Cell").nth(1).locator(".cm-content").click()
    expect(notebook.output(1).locator(".bnb-still")).to_contain_text("3 jobs of")
    notebook.wait_until("picker._session.view.current.drawer and picker._session.view.current.height")
    notebook.run(1)
    kept = picker.root.locator(".bnb-kept")
    expect(kept).to_contain_text(
        "Kept from the last run: search, groups, columns, sort, height, details, 3 selected jobs."
    )
    expect(picker.search).to_have_value("model-0")
    expect(picker.root.locator(".bnb-group-by summary")).to_have_text("Group: status")
    expect(picker.root.get_by_role("columnheader", name="Tries")).to_have_count(0)
    expect(picker.drawer.get_by_role("heading", name="model-03-a")).to_be_visible()
    assert picker.height() == height
    picker.root.get_by_label("More").click()
    picker.button("Start afresh").last.click()
    expect(picker.search).to_have_value("")
    expect(kept).to_be_empty()
    expect(picker.drawer).to_be_hidden()
    expect(picker.counts).to_have_text("0 selected")
    expect(picker.root.get_by_role("columnheader", name="Tries")).to_have_count(1)


def check_set_from_python(picker: Listed) -> None:
    """Assert that a second cell sets it in place, and is told what cannot be searched in the words of the picker."""
    picker.notebook.run(2)
    expect(picker.search).to_have_value("definition:model-0* -status:succeeded")
    expect(picker.root.locator(".bnb-group-by summary")).to_have_text("Group: status")
    expect(picker.titles).to_have_text(["Name", "Status", "spot"])
    expect(picker.root.locator(".bnb-reason")).to_have_value("OPS-200 bad input")
    expect(picker.counts).to_have_text("10 selected")
    said = picker.notebook.output(2)
    expect(said).to_contain_text("30 10")
    expect(said).to_contain_text("There is no field “vcpus”. Did you mean `vcpu:>4`?")


def check_two_pickers(picker: Listed) -> None:
    """Assert that what one ends is locked in the other, which says by whom, and afterwards when."""
    notebook = picker.notebook
    notebook.run(3, 4)
    other = Listed(notebook, 3)
    other.search.fill("name:model-03-a,model-03-b")
    other.button("Select all 2").click()
    other.root.locator(".bnb-reason").fill("OPS-201")
    other.button("Review 2 jobs").click()
    other.root.get_by_role("alertdialog").get_by_role("button", name="Terminate 2 jobs").click()
    expect(other.root.locator(".bnb-running")).to_be_visible()
    picker.search.fill("name:model-03-*")
    picker.button("Open all").click()
    number = notebook.page.locator(".jp-Cell").nth(3).locator(".jp-InputPrompt").inner_text().strip("[]:")
    expect(picker.root.locator(".bnb-waiting")).to_have_text(
        f"2 jobs are being ended by the picker of cell [{number}]."
    )
    row = picker.row("model-03-a")
    expect(row).to_have_attribute("title", re.compile(rf"being ended by the picker of cell \[{number}\]"))
    notebook.run(5)
    expect(other.root.locator(".bnb-summary")).to_contain_text("2 of 2 jobs ended.", timeout=SLOW)
    expect(row).to_have_attribute("title", re.compile(r"ended at \d\d:\d\d by itself"))
