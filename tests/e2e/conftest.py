"""A real browser: Chromium, driven by Playwright, with a bare page that holds a picker without Jupyter."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from batchnb import local
from batchnb.widget import JobPicker
from tests.e2e.bare import BarePage
from tests.e2e.lab import Desk, Lab, running_lab
from tests.tools import missing

if TYPE_CHECKING:
    import pandas as pd

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZE: ViewportSize = {"width": 1100, "height": 900}
expect.set_options(timeout=15_000)  # of a busy machine; what is there sooner is not waited for


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return the system's Chromium; CHROMIUM names another."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("Chromium: apt-get install chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Return what the pages of one file share, which is little more than the cache; they may use the clipboard."""
    context = browser.new_context(viewport=SIZE, permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture(scope="module")
def shared_pages() -> Iterator[list[Page]]:
    """Return the page that the tests of a file have one after the other, once there is one."""
    pages: list[Page] = []
    yield pages
    for page in pages:
        page.close()


@pytest.fixture
def page(context: BrowserContext, shared_pages: list[Page]) -> Iterator[Page]:
    """Return an empty page. To make one for each test takes longer than many a test."""
    page = shared_pages.pop() if shared_pages else context.new_page()
    page.set_default_timeout(15_000)
    page.unroute_all()
    page.emulate_media(media="null")
    page.set_viewport_size(SIZE)
    page.mouse.move(0, 0)
    yield page
    page.goto("about:blank")
    if page.evaluate("() => /native code/.test(String(setTimeout))"):
        shared_pages.append(page)
    else:
        page.close()  # its clock is that of a test


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Return a JupyterLab that all tests of this process share."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def shared_desk(context: BrowserContext, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Return the page, notebook and kernel that the tests of a file have one after the other."""
    desk = Desk(context, lab, f"{request.module.__name__.rpartition('.')[2]}.ipynb")
    yield desk
    desk.clear()


@pytest.fixture
def desk(shared_desk: Desk, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """Return the page of the file, which a test that fails does not leave to the next."""
    failed = request.session.testsfailed
    yield shared_desk
    if request.session.testsfailed > failed:
        shared_desk.clear()


@pytest.fixture
def night(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with a night of jobs that end while somebody watches."""
    handle = start(local.hasty_night, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return handle


@pytest.fixture
def open_picker(page: Page) -> Callable[..., BarePage]:
    """Return what opens a picker over a DataFrame in a bare page; options as of `JobPicker`.

    With `ahead`, only the first rows of a long table arrive before `release`.
    """

    def open_one(frame: pd.DataFrame, *, ahead: bool = False, **options: Any) -> BarePage:
        return BarePage(page, JobPicker(frame, **options), ahead=ahead)

    return open_one
