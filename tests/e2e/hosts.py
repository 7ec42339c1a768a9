"""Make the round trip in each host that is installed, behind a URL prefix: `python -m tests.e2e.hosts`.

`pip install notebook nbclassic voila marimo` installs all. Against the emulator; prints what became of the jobs.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.lab import ROOT, SLOW, START, Lab, Notebook, Seven, check_labels, running_lab

SHOW = 'picker = JobPicker(batchnb.list_jobs(status="all"))\npicker'
CELLS = 2
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def jupyterlab(page: Page, lab: Lab) -> None:
    """Open a notebook in JupyterLab and run its cells."""
    Notebook(page, lab, lab.write("lab.ipynb", START, SHOW)).run(0, 1)
    round_trip(page)


def notebook7(page: Page, lab: Lab) -> None:
    """Open a notebook in Notebook 7 and run its cells."""
    Seven(page, lab, lab.write("seven.ipynb", START, SHOW)).run(0, 1)
    round_trip(page)


def nbclassic(page: Page, lab: Lab) -> None:
    """Open a notebook in the classic notebook, which JupyterLab's server serves, too."""
    path = lab.write("classic.ipynb", START, SHOW)
    page.goto(f"{lab.url}/nbclassic/notebooks/{path.name}?token={lab.token}")
    page.wait_for_function("() => window.Jupyter?.notebook?.kernel?.is_connected()", timeout=SLOW)
    page.evaluate("() => Jupyter.notebook.execute_all_cells()")
    round_trip(page)
    assert page.locator(".cell").count() == CELLS


def voila(page: Page, lab: Lab) -> None:
    """Open a notebook in Voila, which runs it."""
    path = lab.write("voila.ipynb", START, SHOW)
    with serving(
        lab, lambda port: ["voila", "--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1", str(path)]
    ) as url:
        reach(page, url)
        round_trip(page)


def marimo(page: Page, lab: Lab) -> None:
    """Run an app of marimo, which takes anywidgets and no other ipywidgets."""
    path = lab.root / "app.py"
    body = "\n".join(f"    {line}" for line in (START + SHOW.removesuffix("\npicker")).splitlines())
    path.write_text(
        "import marimo\n\napp = marimo.App()\n\n\n@app.cell\ndef _():\n"
        f"    import marimo as mo\n{body}\n    mo.ui.anywidget(picker)\n    return\n\n\n"
        "if __name__ == '__main__':\n    app.run()\n"
    )
    command = [sys.executable, "-m", "marimo", "run", "--headless", "--no-token", "--host=127.0.0.1"]
    with serving(lab, lambda port: [*command, f"--port={port}", str(path)]) as url:
        reach(page, url)
        round_trip(page)


@contextmanager
def serving(lab: Lab, command: Callable[[int], list[str]]) -> Iterator[str]:
    """Run a server, yield its address, and stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = os.environ | {"HOME": str(lab.root), "PYTHONPATH": paths, "PATH": path}
    with (lab.root / "server.log").open("wb") as log:
        server = subprocess.Popen(command(port), env=environment, stdout=log, stderr=log, cwd=lab.root)
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


def reach(page: Page, url: str) -> None:
    """Open the page as soon as its server listens."""
    for _ in range(100):
        try:
            page.goto(url)
        except Exception:  # noqa: BLE001 - nothing listens yet, and Playwright has one error for everything
            page.wait_for_timeout(300)
        else:
            return
    raise AssertionError(f"nothing answers at {url}")


def round_trip(page: Page) -> None:
    """Select, say why, confirm, and print the result; keys are not the notebook's, and labels stand beside values."""
    root = page.locator(".bnb")
    expect(root.get_by_role("grid")).to_be_visible(timeout=2 * SLOW)
    root.locator(".bnb-search").fill("name:sweep-lr-0*")
    root.get_by_role("button", name="Select all").click()
    root.locator(".bnb-reason").fill("OPS-123")
    root.get_by_role("grid").focus()
    for key in ("x", "d", "d", "Shift+Enter", "Control+Enter"):
        page.keyboard.press(key)
    root.locator(".bnb-form .bnb-primary").click()
    check_labels(root.get_by_role("alertdialog"))
    root.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()
    expect(root.locator(".bnb-summary")).to_contain_text("ended", timeout=2 * SLOW)
    print(root.locator(".bnb-summary").inner_text())  # noqa: T201 - a command speaks


def main() -> None:
    """Make the round trip in every host that is installed."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    hosts = {"jupyterlab": jupyterlab, "notebook": notebook7, "nbclassic": nbclassic, "voila": voila, "marimo": marimo}
    with (
        tempfile.TemporaryDirectory() as home,
        running_lab(Path(home), prefix="/user/somebody") as lab,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, show in hosts.items():
            print(f"{name}: ", end="" if find_spec(name) else "not installed\n", flush=True)  # noqa: T201 - as above
            if find_spec(name):
                page = browser.new_page(viewport={"width": 1200, "height": 1000})
                page.set_default_timeout(SLOW)
                show(page, lab)
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
