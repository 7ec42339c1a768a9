"""Walk the twelve steps of a newcomer: `python -m tests.e2e.newcomer dist/batchnb-0.2.0-py3-none-any.whl`.

From the built wheel in an environment of its own to the sweep that is ended by the picker, and production that a guard
forbids. Each step is printed; the first that fails ends the walk.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from tests.e2e.lab import SLOW, Notebook, running_lab

CELLS = (
    "%load_ext batchnb",
    "%batch_local start",
    "jobs = %batch_jobs --queue train-gpu --status active --older-than 6h\nprint(len(jobs), 'jobs')",
    "%batch_terminate jobs",
    "%batch_history",
    "%batch_terminate --queue train-gpu --name sweep-lr-prod --reason 'OPS-123 by mistake' --yes",
)
GUARD = '[tool.batchnb]\nproduction_accounts = ["000000000000"]\nprotect = { names = ["*-prod"] }\n'
FORBIDDEN = "%batch_terminate --queue train-cpu --reason 'OPS-124 by mistake' --yes"


def main() -> None:
    """Walk all of it, with the wheel that is named."""
    wheel = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        python = install(wheel, home)
        with running_lab(home, str(python)) as lab, sync_playwright() as playwright:
            chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1200, "height": 1000})
            page.set_default_timeout(SLOW)
            in_the_notebook(Notebook(page, lab, lab.write("night.ipynb", *CELLS, FORBIDDEN)))
            browser.close()


def install(wheel: Path, home: Path) -> Path:
    """Walk steps 1 to 4: environment, wheel, version and demo. Return the Python of that environment."""
    step(1, "python -m venv")
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    python = home / "venv" / "bin" / "python"
    step(2, f"pip install '{wheel.name}[demo]'")
    subprocess.run([str(python), "-m", "pip", "install", "-q", f"{wheel}[demo]"], check=True, cwd=home)
    command = str(python.with_name("batchnb"))
    step(3, "batchnb --version")
    said = subprocess.run([command, "--version"], check=True, capture_output=True, text=True, cwd=home).stdout
    assert said.split()[1] in wheel.name, said
    step(4, "batchnb demo")
    journals = os.environ | {"BATCHNB_JOURNAL_DIR": str(home / "journals")}
    demo = subprocess.run([command, "demo"], check=True, capture_output=True, text=True, cwd=home, env=journals)
    assert "seen to end" in demo.stdout
    return python


def in_the_notebook(notebook: Notebook) -> None:
    """Walk steps 5 to 12: the extension, the emulator, a listing, the picker, the history, and two guards."""
    for number, cell in enumerate(CELLS[:3]):
        step(number + 5, cell.splitlines()[0])
        notebook.run(number)
    expect(notebook.output(2)).to_contain_text("jobs", timeout=SLOW)
    step(8, CELLS[3])
    notebook.run(3)
    picker = notebook.output(3).locator(".bnb")
    expect(picker.get_by_role("grid")).to_be_visible(timeout=SLOW)
    step(9, "the picker: search, select, reason, review, terminate")
    picker.locator(".bnb-search").fill("name:sweep-lr-0*")
    picker.get_by_role("button", name="Select all").click()
    picker.locator(".bnb-reason").fill("OPS-123 bad input")
    picker.locator(".bnb-form .bnb-primary").click()
    picker.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
    expect(picker.locator(".bnb-summary")).to_contain_text("59 of 60", timeout=2 * SLOW)
    step(10, "%batch_history")
    notebook.run(4)
    expect(notebook.output(4)).to_contain_text("OPS-123", timeout=SLOW)
    step(11, "a guard in pyproject.toml, and a production account")
    (notebook.path.parent / "pyproject.toml").write_text(GUARD)
    notebook.run(6)
    expect(notebook.output(6)).to_contain_text("GuardError", timeout=SLOW)
    step(12, "a protected job")
    notebook.run(5)
    expect(notebook.output(5)).to_contain_text("1 protected", timeout=SLOW)


def step(number: int, what: str) -> None:
    """Say which step begins."""
    print(f"{number:>2}. {what}", flush=True)  # noqa: T201 - a command speaks


if __name__ == "__main__":
    main()
