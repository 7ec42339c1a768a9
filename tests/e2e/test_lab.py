"""The picker in a real JupyterLab, with a real kernel, against the emulator in it."""

from __future__ import annotations

from contextlib import suppress

from nbconvert import HTMLExporter, LatexExporter
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.e2e.lab import SLOW, START, Desk, Lab, LabPicker, Notebook, Seven, check_labels, jobs_of_the_night
from tests.e2e.test_bare import AXE, check_access

WIDGET = "application/vnd.jupyter.widget-view+json"
THEME = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
SHOW = 'jobs = batchnb.list_jobs(status="all")\npicker = JobPicker(jobs)\npicker'


def test_jobs_are_ended_watched_and_the_result_is_in_the_saved_notebook(desk: Desk) -> None:
    """Select, say why, confirm, watch; then the report is in Python, and a table in the file."""
    notebook = desk.take(START, SHOW, "print(picker.report.summary)")
    page = notebook.page
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    strip = picker.root.locator(".bnb-strip")
    expect(strip.locator(".bnb-strip-place")).to_have_text("EMULATOR, not AWS000000000000local-1local")
    strip.get_by_label("More").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(strip.get_by_label("More")).to_be_focused()
    strip.get_by_label("Auto refresh").click()
    strip.get_by_label("Every 30 s").check()
    expect(strip).to_contain_text("Listed just now")
    confirmation = picker.plan("name:sweep-lr-0*", "OPS-123 bad input")
    expect(confirmation.get_by_role("button", name="Back")).to_be_focused()
    picker.confirm()
    expect(picker.summary).to_contain_text("59 of 60 jobs ended", timeout=SLOW)
    expect(picker.root.locator(".bnb-body .bnb-row").first).to_contain_text("denied")
    notebook.run(2)
    expect(notebook.output(2)).to_contain_text("59 of 60 jobs seen to end")
    html = "".join(notebook.saved().cells[1].outputs[0].data["text/html"])
    assert "59 of 60 jobs seen to end" in html
    assert "OPS-123 bad input" in html
    assert len(html) < 100_000


def test_a_converted_notebook_shows_the_table(desk: Desk, page: Page) -> None:
    """Through nbconvert to HTML, printed or not, and to LaTeX there is a readable table, and no error in its place."""
    size = "sum(len(str(value)) for name, value in picker.get_state().items() if name != '_esm')"
    notebook = desk.take(START, SHOW, f"print({size})")
    notebook.run(0, 1, 2)
    LabPicker(notebook, 1)
    saved = notebook.saved()
    assert int(saved.cells[2].outputs[0]["text"]) < 10_000
    html, _ = HTMLExporter().from_notebook_node(saved)  # type: ignore[no-untyped-call]
    page.route("**/*", lambda route: route.abort())
    page.set_content(html)
    expect(page.get_by_text(f"{jobs_of_the_night()} jobs, none selected; the first 20 are shown.")).to_be_visible()
    expect(page.get_by_role("cell", name="pretrain-large")).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Error displaying widget")
    page.emulate_media(media="print")
    expect(page.get_by_role("cell", name="pretrain-large")).to_be_visible()
    latex, _ = LatexExporter().from_notebook_node(saved)  # type: ignore[no-untyped-call]
    assert f"{jobs_of_the_night()} jobs, none selected; the first 20 are shown." in latex
    assert "pretrain-large" in latex


def test_a_saved_notebook_is_readable_with_another_kernel(desk: Desk) -> None:
    """Its file names no widget: reopened, the table of what was selected stands there, and no error."""
    notebook = desk.take(START, SHOW, "1 + 1")
    page = notebook.page
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    expect(picker.place).to_be_visible()
    picker.filter("name:sweep-lr-00*")
    picker.row("sweep-lr-003").click()
    picker.row("sweep-lr-004").click(modifiers=["ControlOrMeta"])
    page.locator(".jp-Cell").nth(2).locator(".cm-content").click()
    expect(picker.place.locator(".bnb-still")).to_contain_text(f"2 jobs of {jobs_of_the_night()} jobs selected")
    assert WIDGET not in notebook.saved().cells[1].outputs[0].data
    notebook.shut_down()
    notebook.open()
    output = notebook.output(1)
    expect(output.get_by_text(f"2 jobs of {jobs_of_the_night()} jobs selected")).to_be_visible()
    expect(output.get_by_role("cell", name="sweep-lr-003")).to_be_visible()
    expect(output).not_to_contain_text("Error displaying widget")
    expect(output.locator(".bnb")).to_have_count(0)


def test_a_kernel_that_restarts_takes_nothing_with_it(desk: Desk) -> None:
    """The table says that its kernel is gone, keeps what it showed, and offers nothing; the cell, run again, works."""
    notebook = desk.take(START, SHOW)
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    picker.plan("name:sweep-lr-0*", "OPS-126")
    expect(picker.root.get_by_role("alertdialog")).to_be_visible()
    notebook.restart()
    expect(picker.root.get_by_role("alert").filter(has_text="The kernel is gone")).to_be_visible()
    expect(picker.root.get_by_role("alertdialog")).to_have_count(0)
    expect(picker.root.locator(":is(.bnb-danger, .bnb-primary):visible")).to_have_count(0)
    expect(picker.root.get_by_role("button", name="Refresh")).to_be_disabled()
    expect(picker.counts).to_contain_text("60 selected")
    picker.filter("")
    expect(picker.found).to_have_text(f"{jobs_of_the_night()} jobs")
    notebook.run(0, 1)
    again = LabPicker(notebook, 1)
    again.plan("name:sweep-lr-0* status:running", "OPS-126")
    again.confirm()
    expect(again.summary).to_contain_text("ended", timeout=SLOW)


def test_the_whole_road_by_keys(desk: Desk) -> None:
    """Without a mouse, from the filter to the result; the focus is where one goes on, also when the output changes."""
    notebook = desk.take(START, SHOW)
    page = notebook.page
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    expect(picker.place).to_be_visible()
    picker.root.locator(".bnb-search").focus()
    page.keyboard.type("name:sweep-lr-0* status:running")
    picker.tab_to(picker.root.get_by_role("grid"))
    page.keyboard.press("ControlOrMeta+a")
    picker.tab_to(picker.root.locator(".bnb-reason"))
    page.keyboard.type("OPS-127")
    page.keyboard.press("Enter")
    confirmation = picker.root.get_by_role("alertdialog")
    expect(confirmation.get_by_role("button", name="Back")).to_be_focused()
    picker.tab_to(confirmation.get_by_role("button", name="Terminate"))
    expect(confirmation.get_by_role("button", name="Terminate")).to_be_enabled()
    page.keyboard.press("Space")
    expect(picker.summary).to_be_focused(timeout=SLOW)
    expect(picker.place.locator(".bnb-still")).to_contain_text("seen to end")
    expect(picker.summary).to_be_focused()
    picker.tab_to(picker.root.get_by_role("button", name="Select the 1 that did not end"))
    page.keyboard.press("Enter")
    expect(picker.counts).to_contain_text("1 selected")


def test_keys_in_the_table_are_not_the_notebooks(desk: Desk) -> None:
    """Arrow keys, x, d d, Shift+Enter and l in the table and the drawer neither cut, delete nor run a cell.

    The wheel is the table's, and at its ends the notebook's.
    """
    notebook = desk.take(START, SHOW)
    page = notebook.page
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    cells = notebook.cells
    picker.filter("name:sweep-lr-0*")
    picker.row("sweep-lr-000").locator(".bnb-tick").click()
    for key in ("x", "d", "d", "a", "b", "Shift+Enter", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    expect(picker.counts).to_contain_text("3 selected")
    page.keyboard.press("Enter")
    drawer = picker.root.locator(".bnb-drawer")
    expect(drawer).to_contain_text("train:2026.11")
    page.keyboard.press("l")
    expect(drawer.locator(".bnb-log")).to_contain_text("step")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(picker.counts).to_contain_text("3 selected")
    assert notebook.cells == cells
    page.keyboard.press("g")
    picker.root.get_by_role("radio", name="Definition", exact=True).check()
    page.keyboard.press("Escape")
    picker.root.get_by_role("treegrid").focus()
    for key in ("Control+Home", "Space", "ArrowRight", "ArrowRight", "Space", "ArrowLeft", "Shift+Enter"):
        page.keyboard.press(key)
    sweep = picker.root.locator(".bnb-group:visible")
    expect(sweep).to_contain_text("60 jobs")
    expect(sweep).to_have_attribute("aria-expanded", "true")
    expect(picker.counts).to_contain_text("59 selected")
    assert notebook.cells == cells
    page.set_viewport_size({"width": 1100, "height": 850})
    page.evaluate("() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0 }")
    grid = picker.root.locator(".bnb-grid")
    grid.hover()
    top = "(name) => document.querySelector(name).scrollTop"
    before = page.evaluate(top, ".jp-WindowedPanel-outer")
    page.mouse.wheel(0, 28)
    page.wait_for_function("() => document.querySelector('.bnb-host').shadowRoot.querySelector('.bnb-grid').scrollTop")
    assert page.evaluate(top, ".jp-WindowedPanel-outer") == before
    grid.press("ControlOrMeta+End")
    before = page.evaluate(top, ".jp-WindowedPanel-outer")
    for step in range(20):
        # Turned again within half a second at the same place, the wheel goes on with what it has scrolled before.
        grid.hover(position={"x": 60 + 8 * step, "y": 120})
        page.mouse.wheel(0, 200)
        with suppress(PlaywrightTimeoutError):
            scrolled = f"(before) => ({top})('.jp-WindowedPanel-outer') > before"
            page.wait_for_function(scrolled, arg=before, timeout=1000)
            break
    assert page.evaluate(top, ".jp-WindowedPanel-outer") > before
    page.set_viewport_size({"width": 1100, "height": 900})


def test_nothing_of_jupyterlab_is_in_the_picker(desk: Desk) -> None:
    """Its own rules are for lists, too, and its keys for cells: neither reaches the picker, and its commands work."""
    notebook = desk.take(START, SHOW)
    notebook.page.evaluate(THEME, "JupyterLab Dark")
    check_host(notebook)
    notebook.page.evaluate(THEME, "JupyterLab Light")


def test_nothing_of_notebook_7_is_in_the_picker(page: Page, lab: Lab) -> None:
    """As in JupyterLab, whose server and whose rules it has."""
    check_host(Seven(page, lab, lab.write("seven.ipynb", START, SHOW)))


def check_host(notebook: Notebook | Seven) -> None:
    """Assert that each label stands beside its value, that roles and contrast are right, and whose the keys are.

    At 200 %, what is asked and the button that does it are in sight at once. Ctrl+S saves; Escape, with nothing left to
    close, gives the focus to the notebook, and its keys with it.
    """
    page = notebook.page
    # Beside its sidebar, JupyterLab needs this width: below 720 px a label stands above its value.
    page.set_viewport_size({"width": 1400, "height": 900})
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    page.evaluate(AXE.read_text())
    check_access(page)
    dialog = picker.plan("name:sweep-lr-0*", "OPS-128 bad input")
    check_labels(dialog)
    cells = notebook.cells
    yes = dialog.get_by_role("button", name="Terminate")
    page.set_viewport_size({"width": 720, "height": 450})
    for part in (dialog.locator(".bnb-question"), yes, dialog.locator(".bnb-plan")):
        expect(part).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1400, "height": 900})
    yes.focus()
    for key in ("x", "d", "d", "a", "b", "m", "Shift+Enter", "Control+Enter", "Alt+Enter", "0", "0"):
        page.keyboard.press(key)
    expect(yes).to_be_focused()
    assert notebook.cells == cells
    check_access(page)
    picker.confirm()
    expect(picker.summary).to_contain_text("59 of 60 jobs ended", timeout=SLOW)
    picker.root.get_by_text("Where, why and how long").click()
    check_labels(picker.root.locator(".bnb-result"))
    check_access(page)
    picker.root.get_by_role("grid").focus()
    name = notebook.path.name
    with page.expect_response(lambda response: response.request.method == "PUT" and name in response.url):
        page.keyboard.press("Control+s")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(cells + 1)


def test_stop_sends_nothing_more(desk: Desk) -> None:
    """Stop in the middle: the rest is untouched and no failure, and what was sent is watched to its end."""
    slow = "emulator.latency = 2.0"
    notebook = desk.take(START, SHOW, slow, "emulator.latency = 0.0")
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    expect(picker.plan("name:sweep-lr-0*", "OPS-124")).to_be_visible()
    notebook.run(2)
    picker.confirm()
    picker.root.get_by_role("button", name="Stop").click()
    notebook.run(3)
    expect(picker.summary).to_contain_text("Stopped by you at", timeout=SLOW)
    result = picker.root.locator(".bnb-result")
    expect(result.get_by_role("button", name="Review the")).to_contain_text("untouched")
    expect(result).to_contain_text("0 failed")
    expect(result).not_to_contain_text("still stopping")


def test_a_reload_in_the_middle_and_a_busy_kernel(desk: Desk) -> None:
    """The page is reloaded while jobs end: the picker comes back, and shows the run to its end."""
    notebook = desk.take(START, "emulator.latency = 0.3", SHOW)
    notebook.run(0, 1, 2)
    picker = LabPicker(notebook, 2)
    picker.plan("name:sweep-lr-0* status:running", "OPS-125")
    notebook.saved()
    picker.confirm()
    expect(picker.root.locator(".bnb-running")).to_be_visible()
    notebook.open()
    again = LabPicker(notebook, 2, is_searched=True)
    expect(again.summary).to_contain_text("ended", timeout=SLOW)


def test_the_dark_theme_is_followed(desk: Desk) -> None:
    """Text is light on dark, and rows that are selected are, too."""
    notebook = desk.take(START, SHOW)
    page = notebook.page
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })",
    )
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)
    picker.filter("name:sweep-lr-0*")
    picker.row("sweep-lr-000").click()
    for locator in (picker.root, picker.root.locator("[aria-selected=true]")):
        light = (
            "(one) => [...getComputedStyle(one).%s.matchAll(/\\d+/g)].slice(0, 3).every(([part]) => Number(part) %s)"
        )
        assert locator.evaluate(light % ("backgroundColor", "< 110"))
        assert locator.evaluate(light % ("color", "> 180"))
    page.evaluate("() => window.jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' })")


def test_two_views_share_one_selection(desk: Desk) -> None:
    """What is selected in one output is selected in the other, and both say so."""
    notebook = desk.take(START, SHOW, "picker")
    notebook.run(0, 1, 2)
    one, two = LabPicker(notebook, 1), LabPicker(notebook, 2)
    # Until the second output is there, the page moves, and a press may fall between two rows.
    expect(two.row("sweep")).to_be_visible()
    one.filter("name:sweep-lr-00*")
    one.row("sweep-lr-003").click()
    expect(two.counts).to_contain_text("1 selected")
    expect(two.row("sweep-lr-003")).to_have_attribute("aria-selected", "true")


def test_a_cell_that_is_run_again_shows_what_was_set(desk: Desk) -> None:
    """Search, order, reason and selection are there again, and said once; Start afresh takes them away."""
    magic = "%load_ext batchnb\n%batch_terminate jobs"
    notebook = desk.take(START, 'jobs = batchnb.list_jobs(status="all")', magic)
    page = notebook.page
    notebook.run(0, 1, 2)
    picker = LabPicker(notebook, 2)
    picker.filter("name:sweep-lr-00*")
    picker.root.get_by_role("columnheader", name="Name").click()
    picker.row("sweep-lr-003").click()
    picker.row("sweep-lr-004").click(modifiers=["ControlOrMeta"])
    picker.root.locator(".bnb-reason").fill("OPS-130 bad input")
    page.locator(".jp-Cell").nth(2).locator(".cm-content").click()
    expect(picker.place.locator(".bnb-still")).to_contain_text("2 jobs of")
    notebook.run(2)
    expect(picker.root.locator(".bnb-kept")).to_contain_text(
        "Kept from the last run: search, sort, reason, 2 selected jobs."
    )
    expect(picker.counts).to_contain_text("2 selected")
    expect(picker.root.locator(".bnb-search")).to_have_value("name:sweep-lr-00*")
    expect(picker.root.locator(".bnb-reason")).to_have_value("OPS-130 bad input")
    expect(picker.root.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    expect(picker.row("sweep-lr-003")).to_have_attribute("aria-selected", "true")
    picker.root.get_by_role("button", name="Start afresh").click()
    expect(picker.root.locator(".bnb-kept")).to_be_empty()
    expect(picker.root.locator(".bnb-search")).to_have_value("")
    expect(picker.root.locator(".bnb-reason")).to_have_value("")
    expect(picker.counts).to_have_text("0 selected")
    picker.filter("name:sweep-lr-003")
    expect(picker.row("sweep-lr-003")).to_have_attribute("aria-selected", "false")
