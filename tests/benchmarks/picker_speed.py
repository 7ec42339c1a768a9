"""Measure the picker in JupyterLab beside AG Grid and itables: `python -m tests.benchmarks.picker_speed [ROWS …]`.

`--alone` leaves the peers out, `--rounds N` takes medians of N, and `--before CHECKOUT` measures the picker of another
checkout of batchnb in the same run, for example that of `git worktree add CHECKOUT COMMIT`.

Milliseconds run from an action, or from a cell's
start, to the frame that shows what it did; the machine's load is in them: only ratios of one run mean something.
Needs Chromium; npm for AG Grid, which is fetched into a temporary folder; itables where it is installed.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.benchmarks.picker_drawer import ROWS, time_drawer
from tests.benchmarks.picker_peers import fetched, has_itables
from tests.benchmarks.picker_review import JOBS, time_review
from tests.e2e.lab import Lab, Notebook, running_lab

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-precise-memory-info"]
LIMIT = 60_000
SLOW = 20_000
"""Above so many rows, itables' selection and update take minutes, and are left out."""

_TITLE = (
    "[...output.querySelectorAll('{titles}')]"
    ".find((one) => ['{title}', '{label}'].some((text) => one.textContent.trim().startsWith(text)))"
)
_LABELS = {"vcpus": "vCPU", "jobId": "Job id"}
"""What the picker calls columns, since it gives them plain names."""
_TYPE = (
    "const box = output.querySelector('{box}'); box.value = {query};"
    " for (const kind of ['input', 'keyup', 'search']) box.dispatchEvent(new Event(kind, {{ bubbles: true }}));"
)


@dataclass(frozen=True, slots=True)
class Grid:
    """How one grid is made, and worked with in the page. JavaScript has the cell's `output`."""

    name: str
    make: str
    change: str
    """Python that changes the status of the first 1,000 jobs."""
    row: str
    """What finds a row that can be seen."""
    whole: str
    """JavaScript: whether all rows are there."""
    probe: str
    """JavaScript: what stands in the first row that can be seen."""
    search: str
    titles: str
    everything: str
    """JavaScript that selects all that match."""
    box: str
    """What finds the element that scrolls."""
    group: str = ""
    """JavaScript that groups by what is called `{label}`; empty where it cannot."""
    press: str = ""
    """What of a title is clicked, if not the title."""
    checkout: Path | None = None
    """Another checkout, of which the kernel takes batchnb and its tests."""

    def typed(self, query: str) -> str:
        """Return what types into the search box."""
        return _TYPE.format(box=self.search, query=repr(query))

    def grouped_by(self, label: str) -> str:
        """Return what groups the rows."""
        return self.group.format(label=label)

    def sorted_by(self, title: str) -> str:
        """Return what clicks on a title."""
        return f"{_TITLE.format(titles=self.titles, title=title, label=_LABELS.get(title, title))}{self.press}.click()"


PICKER = Grid(
    name="batchnb",
    make="grid = JobPicker(frame); grid",
    change="patch_picker(grid, {status!r})",
    row=".bnb-body .bnb-row",
    whole=(
        "!/loading|on its way/i.test("
        "(output.querySelector('.bnb-found') ?? output.querySelector('.bnb-counts')).textContent)"
    ),
    probe=(
        "[...output.querySelectorAll('.bnb-body .bnb-row')].find((row) => !row.hidden && row.ariaRowIndex === '2')"
        "?.textContent"
    ),
    search=".bnb-search",
    titles=".bnb-th",
    everything=(
        "[...output.querySelectorAll('.bnb-button')]"
        ".find((one) => /^Select all/.test(one.textContent) && !one.disabled).click()"
    ),
    box=".bnb-grid",
    group=(
        "const menu = output.querySelector('.bnb-group-by'); if (!menu.open) menu.querySelector('summary').click();"
        " [...menu.querySelectorAll('label')].find((one) => one.textContent === '{label}').click()"
    ),
)
AG_GRID = Grid(
    name="AG Grid",
    make="grid = AgGrid(frame, bundle={bundle!r}); grid",
    change="grid.patch({status!r})",
    row=".ag-row",
    whole="true",
    probe="[...output.querySelectorAll('.ag-row')].find((row) => row.getAttribute('row-index') === '0')?.textContent",
    search=".search",
    titles=".ag-header-cell-label",
    everything="output.querySelector('.all').click()",
    box=".ag-body-viewport, .ag-grid-viewport",
)
ITABLES = Grid(
    name="itables",
    make="grid = itable(frame); grid",
    change="patch_itable(grid, frame, {status!r})",
    row="table.dataTable tbody tr td + td",
    whole="true",
    probe="output.querySelector('table.dataTable tbody tr')?.textContent",
    search=".dt-search input",
    titles=".dt-scroll-head th",
    press="?.querySelector('.dt-column-order')",
    everything="output.querySelector('.buttons-select-all').click()",
    box=".dt-scroll-body",
)
START = """
from tests.benchmarks.picker_frames import jobs
from tests.benchmarks.picker_peers import AgGrid, itable, patch_itable, patch_picker
from batchnb.widget import JobPicker
frame = jobs({rows})
"""
FROM = """
import sys
sys.path.insert(0, {checkout!r})
import batchnb
assert batchnb.__file__.startswith({checkout!r}), batchnb.__file__
"""
BEFORE = dataclasses.replace(
    PICKER,
    name="before",
    probe="[...output.querySelectorAll('.bnb-body .bnb-row')].find((row) => row.ariaRowIndex === '2')?.textContent",
    group="",
)
"""The picker of the first version, which cannot group."""
Figures = dict[str, float]


class Bench:
    """One browser and one JupyterLab, in which each grid gets a notebook and a page of its own."""

    def __init__(self, browser: Browser, lab: Lab, rounds: int, bundle: Path | None) -> None:
        self.browser, self.lab, self.rounds, self.bundle = browser, lab, rounds, bundle

    def warm_up(self) -> None:
        """Show a small picker in a page of its own: the first page of a browser fetches JupyterLab's own modules."""
        context = self.browser.new_context()
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        notebook = Notebook(page, self.lab, self.lab.write("warm.ipynb", START.format(rows=100), PICKER.make))
        notebook.run(0, 1)
        page.locator(PICKER.row).first.wait_for()
        context.close()

    def measure(self, grid: Grid, rows: int) -> Figures:
        """Return the figures of a grid by their names; one that could not be taken is missing."""
        context = self.browser.new_context(viewport={"width": 1400, "height": 1000})
        context.add_init_script(Path(__file__).with_name("picker_page.js").read_text())
        page = context.new_page()
        page.set_default_timeout(LIMIT)
        page.on("pageerror", lambda error: _complain(grid.name, error))
        self.times = 1 if grid is ITABLES and rows > SLOW else self.rounds
        start = (FROM.format(checkout=str(grid.checkout)) if grid.checkout else "") + START.format(rows=rows)
        cells = [start] + [grid.make.format(bundle=str(self.bundle))] * (self.times + 2)
        changes = [grid.change.format(status=status) for status in ("SUBMITTED", "PENDING") * self.times]
        notebook = Notebook(page, self.lab, self.lab.write(f"{grid.name}-{rows}.ipynb", *cells, *changes))
        notebook.run(0)
        try:
            return self._shown(page, grid, rows) | self._worked(page, grid, rows)
        finally:
            context.close()

    def _shown(self, page: Page, grid: Grid, rows: int) -> Figures:
        before = _memory(page)
        page.evaluate("() => { window.bench.bytes = 0 }")
        first, whole = page.evaluate("(all) => bench.show(all)", [1, grid.row, grid.whole, LIMIT])
        page.wait_for_timeout(500)
        sent = page.evaluate("window.bench.bytes") / 1e6
        figures = {"first row, fresh page": first, "all rows, fresh page": whole, "websocket, MB": sent}
        figures["heap and buffers when shown, MB"] = _memory(page) - before
        again, told = [], []
        for cell in range(2, 2 + self.times):
            page.evaluate("(cell) => bench.clear(cell)", cell - 1)
            again.append(page.evaluate("(all) => bench.show(all)", [cell, grid.row, grid.whole, LIMIT]))
            if grid is not ITABLES or rows <= SLOW:
                told += self._tell(page, grid, cell)
        figures["first row, warm page"] = statistics.median(first for first, _ in again)
        figures["all rows, warm page"] = statistics.median(whole for _, whole in again)
        if told:
            figures["select all → Python"] = statistics.median(told)
        page.evaluate("(cell) => bench.clear(cell)", 1 + self.times)
        self._before = _memory(page)
        page.evaluate("(all) => bench.show(all)", [2 + self.times, grid.row, grid.whole, LIMIT])
        return figures

    def _worked(self, page: Page, grid: Grid, rows: int) -> Figures:
        figures: Figures = {}
        here = 2 + self.times

        def act(name: str, actions: Iterable[str]) -> None:
            try:
                times = [page.evaluate("(all) => bench.act(all)", [here, one, grid.probe, LIMIT]) for one in actions]
            except Error as error:
                _complain(f"{grid.name}, {name}", error)
            else:
                figures[name] = statistics.median(shown for _, shown in times)

        # Each search shows another first row than the one before.
        act("filter", [grid.typed(f"sweep-{round_}1") for round_ in range(1, self.times + 1)])
        act("filter by nothing", [grid.typed("")])
        act("sort by number", [grid.sorted_by("score")] * 2 + [grid.sorted_by("vcpus")] * 2)
        act("sort by id", [grid.sorted_by("jobId")] * 3)
        if grid.group and grid.checkout is None:
            for label in ("Definition", "Name stem"):
                act(f"group by {label.lower()}", [grid.grouped_by(label)])
                act("group by nothing", [grid.grouped_by("None")])
        figures["scroll, 95th percentile of frames"] = page.evaluate("(all) => bench.scroll(all)", [here, grid.box])
        if grid is not ITABLES or rows <= SLOW:
            figures |= self._updated(page, grid, here)
        figures["heap and buffers after work, MB"] = _memory(page) - self._before
        return figures

    def _tell(self, page: Page, grid: Grid, here: int) -> list[float]:
        try:
            return [page.evaluate("(all) => bench.tell(all)", [here, grid.everything, LIMIT])]
        except Error as error:
            _complain(grid.name, error)
            return []

    def _updated(self, page: Page, grid: Grid, here: int) -> Figures:
        try:
            updates = [
                page.evaluate("(all) => bench.update(all)", [1 + here + round_, here, grid.probe, LIMIT])
                for round_ in range(self.times)
            ]
        except Error as error:
            _complain(grid.name, error)
            return {}
        return {"1,000 updates → screen": statistics.median(updates)}


def _complain(name: str, error: Error) -> None:
    sys.stderr.write(f"{name}: {error}\n")


def _memory(page: Page) -> float:
    session = page.context.new_cdp_session(page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")
    return float(used["usedSize"] + used.get("backingStorageSize", 0)) / 1e6


def _print(rows: int, measured: dict[str, Figures]) -> None:
    names = list(dict.fromkeys(name for figures in measured.values() for name in figures))
    ours = measured[PICKER.name]
    sys.stdout.write(f"\n{rows:,} rows" + "".join(f"{grid:>20}" for grid in measured).rjust(40) + "\n")
    for name in names:
        cells = []
        for grid, figures in measured.items():
            value = figures.get(name)
            ratio = "" if value is None or grid == PICKER.name else f" ({value / ours[name]:.1f}x)"
            cells.append("—" if value is None else f"{value:,.1f}{ratio}")
        sys.stdout.write(f"{name:<40}" + "".join(f"{cell:>20}" for cell in cells) + "\n")


def _peers(folder: Path, before: Path | None, *, alone: bool) -> tuple[list[Grid], Path | None]:
    grids = [PICKER] if before is None else [PICKER, dataclasses.replace(BEFORE, checkout=before.resolve())]
    bundle = None
    if alone:
        return grids, bundle
    try:
        bundle = fetched(folder)
        grids.append(AG_GRID)
    except OSError as error:
        sys.stdout.write(f"AG Grid is left out: {error}.\n")
    if has_itables():
        grids.append(ITABLES)
    else:
        sys.stdout.write("itables is left out: it is not installed (pip install itables).\n")
    return grids, bundle


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--before", type=Path, metavar="CHECKOUT")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_lab(Path(folder)) as lab, sync_playwright() as playwright:
        grids, bundle = _peers(Path(folder), options.before, alone=options.alone)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        bench = Bench(browser, lab, options.rounds, bundle)
        bench.warm_up()
        for rows in options.rows:
            measured: dict[str, Figures] = {}
            for grid in grids:
                try:
                    measured[grid.name] = bench.measure(grid, rows)
                except Error as error:
                    sys.stdout.write(f"{grid.name} failed at {rows:,} rows: {error}\n")
            if PICKER.name in measured:
                _print(rows, measured)
        review = time_review(browser, options.rounds)
        sys.stdout.write(f"\n{f'review of {JOBS:,} jobs painted':<40}{review:>20,.1f}\n")
        drawer = time_drawer(browser, options.rounds)
        sys.stdout.write(f"{f'details of one of {ROWS:,} jobs open':<40}{drawer:>20,.1f}\n")
        browser.close()


if __name__ == "__main__":
    main()
