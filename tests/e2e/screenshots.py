"""Take the picker's pictures in JupyterLab: `python -m tests.e2e.screenshots [FOLDER]`, with the emulator.

Without FOLDER, those of the README. With it, each state of the picker, light and dark, in 600 pixels, and at 200 %.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.lab import SLOW, START, Lab, LabPicker, Notebook, running_lab

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SHOW = 'picker = JobPicker(batchnb.list_jobs(status="all"), confirm_above=50)\npicker'
READ_ONLY = 'os.environ["BATCHNB_READ_ONLY"] = "1"'
SLOWLY = 'del os.environ["BATCHNB_READ_ONLY"]\nemulator.limits.set("TerminateJobs", local.Limit(0.5, 1))'
FAST = 'emulator.limits.set("TerminateJobs", None)'
UNDER_WAY = re.compile(r"[1-9][\d,]* (asked, stopping|ended)")
IN_README = {name: name for name in ("picker", "drawer", "grouped", "review", "result")} | {"typed": "confirmation"}
README = Path(__file__).parents[2] / "docs" / "images"
NARROW, HIGHEST = 720, 640
"""Pixels below which fewer columns are shown, and of the whole picker at the most."""
MARGIN = 170
"""Pixels that JupyterLab needs beside an output."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a page is looked at."""

    name: str
    theme: str = "light"
    width: int = 1000 + MARGIN
    height: int = 1200
    scale: float = 1


LIGHT, DARK = Look("light"), Look("dark", "dark")
ALL = [LIGHT, DARK, Look("600px", width=600 + MARGIN), Look("200-percent", width=720, height=450, scale=2)]


def take(browser: Browser, lab: Lab, look: Look, keep: Callable[[str, Look], Path | None]) -> None:
    """Take the states of one picker, from the list to the end of its kernel; `keep` says where, or None."""
    context = browser.new_context(
        viewport={"width": look.width, "height": look.height}, device_scale_factor=look.scale, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(SLOW)
    slow, fast = "emulator.latency = 1.0", "emulator.latency = 0.0"
    path = lab.write(f"{look.name}.ipynb", START, SHOW, slow, fast, READ_ONLY, SLOWLY, FAST)
    notebook = Notebook(page, lab, path)
    page.evaluate("(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", _theme(look))
    page.evaluate("() => window.jupyterapp.shell.collapseLeft()")
    notebook.run(0, 1)
    picker = LabPicker(notebook, 1)

    def picture(state: str) -> None:
        # Nothing under the pointer, and the page at rest.
        page.mouse.move(0, 0)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        file = keep(state, look)
        if look.scale == 1:
            box = picker.root.bounding_box()
            assert box is not None, state
            assert box["height"] <= HIGHEST, state
        if file is not None and look.scale == 1:
            picker.root.screenshot(path=file)
        elif file is not None:
            # What is in sight at once.
            page.screenshot(path=file)

    known = picker.root.locator(".bnb-body .bnb-row:visible").filter(has_text="GiB")
    if look.width > NARROW + MARGIN:
        expect(known.first).to_be_visible()
    picture("browse")
    picker.filter("vcpus:>4")
    picker.root.locator(".bnb-search").press("Enter")
    picture("search-error")
    picker.filter("zzz")
    picture("empty")
    picker.filter("definition:")
    expect(picker.root.get_by_role("option").first).to_be_visible()
    picture("completion")
    picker.filter("")
    picker.root.get_by_label("How to search").click()
    picture("help")
    page.keyboard.press("Escape")
    picker.filter("sweep")
    picker.root.get_by_role("button", name="Select all").click()
    picker.row("sweep-lr-001").locator(".bnb-name").click()
    drawer = picker.root.locator(".bnb-drawer")
    drawer.get_by_role("button", name="Load the last 50 lines").click()
    expect(drawer.locator(".bnb-log")).to_contain_text("step")
    picture("drawer")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    group(picker, "Definition, then name stem")
    picture("grouped")
    group(picker, "None")
    picker.filter("name:sweep-lr-0*")
    picker.root.locator(".bnb-reason").fill("OPS-123 bad input")
    picture("out-of-sight")
    picker.root.locator(".bnb-form .bnb-primary").click()
    dialog = picker.root.get_by_role("alertdialog")
    expect(dialog.locator(".bnb-marked").first).to_be_visible()
    picture("review")
    dialog.get_by_role("button", name="Back").click()
    picker.root.get_by_role("button", name="Clear").click()
    picker.root.get_by_role("button", name="Select all").click()
    picture("picker")
    picker.root.locator(".bnb-form .bnb-primary").click()
    dialog.get_by_label("Type 60").fill("60")
    expect(dialog.get_by_role("button", name="Terminate")).to_be_enabled()
    picture("typed")
    notebook.run(2)
    picker.confirm()
    expect(picker.root.locator(".bnb-running")).to_contain_text(UNDER_WAY)
    picture("running")
    notebook.run(3)
    expect(picker.summary).to_be_visible(timeout=2 * SLOW)
    picture("result")
    picker.root.get_by_role("button", name="Done").click()
    dialog = picker.plan("status:running -sweep", "OPS-124 wrong image")
    dialog.get_by_role("button", name="Back").click()
    notebook.run(4)
    picker.root.locator(".bnb-form .bnb-primary").click()
    expect(dialog.locator(".bnb-amber")).to_be_visible()
    picture("blocked")
    dialog.get_by_role("button", name="Back").click()
    notebook.run(5)
    picker.root.locator(".bnb-form .bnb-primary").click()
    dialog.locator(".bnb-typed").fill(dialog.locator("label strong").inner_text())
    expect(dialog.locator(".bnb-danger")).to_be_enabled()
    picker.confirm()
    picker.root.get_by_role("button", name="Stop").click()
    notebook.run(6)
    expect(picker.summary).to_contain_text("Stopped by you", timeout=2 * SLOW)
    picture("stopped")
    notebook.restart()
    expect(picker.root.get_by_role("alert").filter(has_text="is gone")).to_be_visible()
    picture("lost")
    context.close()


def group(picker: LabPicker, by: str) -> None:
    """Group the rows."""
    picker.root.locator(".bnb-group-by summary").click()
    picker.root.get_by_role("radio", name=by, exact=True).check()
    picker.page.keyboard.press("Escape")


def _theme(look: Look) -> str:
    return f"JupyterLab {look.theme.title()}"


def main(folder: Path | None) -> None:
    """Take all of them."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")

    def keep(state: str, look: Look) -> Path | None:
        if folder is not None:
            return folder / f"{state}-{look.name}.png"
        return README / f"{IN_README[state]}-{look.name}.png" if state in IN_README else None

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running_lab(Path(home)) as lab, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for look in ALL if folder is not None else [LIGHT, DARK]:
            take(browser, lab, look, keep)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
