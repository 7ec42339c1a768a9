"""Take the pictures of the README: `python -m tests.e2e.screenshots [FOLDER]`, with the emulator and no account."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

import batchnb
from batchnb import local
from batchnb.widget import JobPicker
from tests.e2e.bare import BarePage

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def take(browser: Browser, folder: Path, theme: str) -> None:
    """Take the picker, the confirmation and the result in one theme."""
    with local.start(local.hasty_night) as emulator:
        os.environ.update(emulator.environ())
        page = browser.new_page(viewport={"width": 1000, "height": 720})
        bare = BarePage(page, JobPicker(batchnb.list_jobs(status="all"), confirm_above=50))
        if theme == "dark":
            page.evaluate("() => { document.body.className = 'bnb-dark'; document.body.style.background = '#16181c' }")
        root = page.locator("#one .bnb")
        bare.filter("name:sweep-lr-0*")
        bare.button("Select all").click()
        bare.reason("OPS-123 bad input")
        root.screenshot(path=folder / f"picker-{theme}.png")
        bare.button("Terminate 60 jobs").click()
        dialog = page.get_by_role("alertdialog")
        page.get_by_label("Type 60").fill("60")
        dialog.screenshot(path=folder / f"confirmation-{theme}.png")
        dialog.get_by_role("button", name="Terminate").click()
        expect(page.locator(".bnb-summary")).to_be_visible(timeout=60_000)
        root.screenshot(path=folder / f"result-{theme}.png")
        page.close()


def main(folder: Path) -> None:
    """Take all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for theme in ("light", "dark"):
            take(browser, folder, theme)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots")
