"""A JupyterLab of our own on 127.0.0.1, and what a test does in a notebook of it."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import URLError

import nbformat
from playwright.sync_api import BrowserContext, Locator, Page, expect

import batchnb
from batchnb import local

ROOT = Path(__file__).parents[2]
START = """
import os
import batchnb
from batchnb import local
from batchnb.widget import JobPicker

if "emulator" in globals():
    emulator.stop()  # that of the test before
emulator = local.start(local.hasty_night)
os.environ.update(emulator.environ())
"""
SLOW = 30_000
"""Milliseconds that a busy machine may take to start a kernel."""


@cache
def jobs_of_the_night() -> int:
    """Return how many jobs there are in the emulator that `START` starts."""
    with local.start(local.hasty_night) as emulator:
        return len(batchnb.list_jobs(status="all", endpoint_url=emulator.endpoint_url))


@dataclass(frozen=True, slots=True)
class Lab:
    """A running JupyterLab."""

    url: str
    token: str
    root: Path

    def write(self, name: str, *cells: str) -> Path:
        """Write a notebook with these cells."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])  # type: ignore[no-untyped-call]
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = self.root / name
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
        return path


@contextmanager
def running_lab(home: Path, python: str | None = None, *, prefix: str = "") -> Iterator[Lab]:
    """Start JupyterLab with settings and directories of its own, and stop it at the end.

    `python` is that of an environment in which batchnb is installed; without it, the one of this checkout runs.
    `prefix` is the path below which it serves its pages, as behind JupyterHub and in SageMaker Studio.
    """
    root = home / "notebooks"
    root.mkdir()
    _write_settings(home)
    token = secrets.token_hex(16)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ServerApp.base_url": f"{prefix}/",
        "ServerApp.ip": "127.0.0.1", "ServerApp.port": port, "ServerApp.port_retries": 0, "ServerApp.root_dir": root,
        "IdentityProvider.token": token, "ServerApp.open_browser": False, "ServerApp.allow_root": True,
        "LabApp.expose_app_in_browser": True, "LabApp.extension_manager": "readonly",
        "JupyterNotebookApp.expose_app_in_browser": True,
    }  # fmt: skip
    command = [python or sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    with (home / "lab.log").open("wb") as log:
        environment = _environment(home)
        if python is not None:
            del environment["PYTHONPATH"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=home)
        try:
            lab = Lab(f"http://127.0.0.1:{port}{prefix}", token, root)
            _wait_until_up(lab, server, home / "lab.log")
            yield lab
        finally:
            server.terminate()
            server.wait(timeout=20)


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "JUPYTER", "IPYTHON"))}
    places = {
        "HOME": home, "JUPYTER_CONFIG_DIR": home / "config", "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTER_DATA_DIR": home / "data", "IPYTHONDIR": home / "ipython", "XDG_STATE_HOME": home / "state",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings", "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }  # fmt: skip
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return kept | {name: str(path) for name, path in places.items()} | {"PYTHONPATH": paths}


def _write_settings(home: Path) -> None:
    settings = {"notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True}}
    folder = home / "settings" / "@jupyterlab" / "apputils-extension"
    folder.mkdir(parents=True)
    for name, value in settings.items():
        (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(value))


def _wait_until_up(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    request = urllib.request.Request(f"{lab.url}/api/status", headers={"Authorization": f"token {lab.token}"})  # noqa: S310 - our own server
    while server.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - our own server
                return
        except (URLError, ConnectionError, TimeoutError):
            continue  # nothing listens yet
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


class Notebook:
    """One notebook, open in JupyterLab."""

    def __init__(self, page: Page, lab: Lab, path: Path) -> None:
        self.page, self.lab, self.path = page, lab, path
        self.open()

    def open(self) -> None:
        """Open, or reload, the notebook and wait for its kernel."""
        self.page.goto(f"{self.lab.url}/lab/tree/{self.path.name}?token={self.lab.token}&reset")
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.context?.isReady"
            " && window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=SLOW,
        )

    def renew(self, *cells: str) -> None:
        """Have these cells and no others, in the page that is open and with the kernel that runs."""
        self.page.evaluate(
            "(sources) => { const { shell } = window.jupyterapp, { model } = shell.currentWidget.content;"
            " const cells = model.sharedModel, before = cells.cells.length;"
            " cells.insertCells(0, sources.map((source) => ({ cell_type: 'code', source, metadata: {}, outputs: [],"
            " execution_count: null }))); cells.deleteCellRange(sources.length, sources.length + before);"
            " shell.expandLeft(); shell.currentWidget.content.activeCellIndex = 0;"
            " document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; }",
            list(cells),
        )
        expect(self.page.locator(".jp-Notebook .bnb-host")).to_have_count(0)

    def run(self, *cells: int) -> None:
        """Run these cells, and wait until they are done."""
        for cell in cells:
            self.page.evaluate(
                "async (cell) => { const { commands, shell } = window.jupyterapp;"
                " shell.currentWidget.content.activeCellIndex = cell; await commands.execute('notebook:run-cell'); }",
                cell,
            )

    def start(self, cell: int) -> None:
        """Run a cell, and do not wait."""
        self.page.evaluate(
            "(cell) => { const { commands, shell } = window.jupyterapp;"
            " shell.currentWidget.content.activeCellIndex = cell; commands.execute('notebook:run-cell'); }",
            cell,
        )

    def execute(self, code: str) -> None:
        """Run code in the kernel as another cell would, and wait until it is done."""
        status = self.page.evaluate(
            "async (code) => (await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
            ".requestExecute({ code }).done).content",
            code,
        )
        assert status["status"] == "ok", status

    def wait_until(self, expression: str) -> None:
        """Wait until this is true in the kernel: what a page tells it comes in between two requests."""
        until = time.monotonic() + SLOW / 1000
        while time.monotonic() < until:
            told = self.page.evaluate(
                "async (is) => (await window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
                ".requestExecute({ code: '', silent: true, user_expressions: { is } }).done).content",
                f"bool({expression})",
            )
            if told["user_expressions"]["is"]["data"]["text/plain"] == "True":
                return
        raise AssertionError(f"this does not become true: {expression}")

    def restart(self) -> None:
        """Restart the kernel, without the question whether to."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")

    def shut_down(self) -> None:
        """End the kernel."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def command(self, name: str) -> None:
        """Execute a command of JupyterLab."""
        self.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)

    def output(self, cell: int) -> Locator:
        """Return the output area of a cell."""
        return self.page.locator(".jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    def saved(self) -> Any:
        """Save the notebook and return what is in the file."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        return nbformat.read(self.path, as_version=4)  # type: ignore[no-untyped-call]

    @property
    def cells(self) -> int:
        """How many cells the notebook has now."""
        count: int = self.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length")
        return count


class Desk:
    """A page with one notebook and one kernel, for one test after the other."""

    def __init__(self, context: BrowserContext, lab: Lab, name: str) -> None:
        self._context, self._lab, self._name = context, lab, name
        self._notebook: Notebook | None = None

    def take(self, *cells: str) -> Notebook:
        """Return the notebook with these cells; what the kernel knows stays known."""
        if self._notebook is None:
            page = self._context.new_page()
            page.set_default_timeout(15_000)
            self._notebook = Notebook(page, self._lab, self._lab.write(self._name))
        self._notebook.page.set_viewport_size({"width": 1100, "height": 900})
        self._notebook.renew(*cells)
        return self._notebook

    def clear(self) -> None:
        """Close the page; the next test begins with a new one and a new kernel."""
        if self._notebook is not None:
            self._notebook.shut_down()
            self._notebook.page.close()
        self._notebook = None


class LabPicker:
    """The picker in the output of a cell."""

    def __init__(self, notebook: Notebook | Seven, cell: int, *, is_searched: bool = False) -> None:
        """`is_searched` says that the search of an earlier page comes back, and hides jobs."""
        self.root = notebook.output(cell).locator(".bnb")
        self.page = notebook.page
        self.place = notebook.output(cell).locator(".bnb-place")
        jobs = jobs_of_the_night()
        expect(self.found).to_contain_text(f"of {jobs} jobs" if is_searched else f"{jobs} jobs", timeout=SLOW)

    @property
    def found(self) -> Locator:
        """The words that say how many jobs match."""
        return self.root.locator(".bnb-found")

    @property
    def counts(self) -> Locator:
        """The words that say how many jobs are selected, and how many of these do not match."""
        return self.root.locator(".bnb-counts")

    @property
    def summary(self) -> Locator:
        """The sentence that says what became of the jobs."""
        return self.root.locator(".bnb-summary")

    def row(self, text: str) -> Locator:
        """Return the first row that holds this text."""
        return self.root.locator(".bnb-body .bnb-row:visible").filter(has_text=text).first

    def filter(self, query: str) -> None:
        """Type into the search box."""
        self.root.locator(".bnb-search").fill(query)

    def plan(self, query: str, reason: str) -> Locator:
        """Select all that match, say why, ask for the plan, and return the confirmation."""
        self.filter(query)
        self.root.get_by_role("button", name="Select all").click()
        self.root.locator(".bnb-reason").fill(reason)
        self.root.locator(".bnb-form .bnb-primary").click()
        return self.root.get_by_role("alertdialog")

    def tab_to(self, wanted: Locator) -> None:
        """Press Tab until this has the focus."""
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if wanted.evaluate("(one) => one === one.getRootNode().activeElement"):
                return
        raise AssertionError(f"Tab does not lead to {wanted}")

    def confirm(self) -> None:
        """Say yes to the plan that is shown."""
        self.root.get_by_role("alertdialog").get_by_role("button", name="Terminate").click()


class Seven:
    """One notebook, open in Notebook 7, which JupyterLab's server serves, too."""

    def __init__(self, page: Page, lab: Lab, path: Path) -> None:
        self.page, self.path = page, path
        page.goto(f"{lab.url}/notebooks/{path.name}?token={lab.token}")
        page.locator(".jp-Cell").first.locator(".cm-content").click()
        expect(page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first).to_be_attached(timeout=SLOW)

    def run(self, *cells: int) -> None:
        """Run these cells; what they show is to be waited for."""
        for cell in cells:
            self.page.locator(".jp-Cell").nth(cell).locator(".cm-content").click()
            self.page.keyboard.press("Control+Enter")

    def output(self, cell: int) -> Locator:
        """Return the output area of a cell."""
        return self.page.locator(".jp-Cell").nth(cell).locator(".jp-Cell-outputArea")

    @property
    def cells(self) -> int:
        """How many cells the notebook has now."""
        return self.page.locator(".jp-Notebook .jp-Cell").count()


def check_labels(box: Locator) -> None:
    """Assert that each label in a list of facts stands beside its own value."""
    tops = box.evaluate(
        "(box) => [...box.querySelectorAll('dt')].map((label) =>"
        " [label, label.nextElementSibling].map((one) => one.getBoundingClientRect().top))"
    )
    assert len(tops) > 3
    for label, value in tops:
        assert abs(label - value) < 1, tops
