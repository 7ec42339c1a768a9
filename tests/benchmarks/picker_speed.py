"""Measure the picker in a bare page of Chromium: `python -m tests.benchmarks.picker_speed [ROWS]`.

Prints milliseconds, and megabytes of heap and buffers. The machine's load is in them: compare runs, not machines.
"""

from __future__ import annotations

import base64
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Page, sync_playwright

from batchnb.widget import JobPicker
from tests.e2e.bare import BarePage

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--enable-precise-memory-info"]
ROUNDS = 7

MEASURE = """
async ([action, rounds]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const type = (query) => {
    const box = document.querySelector(".bnb-search");
    box.value = query;
    box.dispatchEvent(new Event("input"));
  };
  const clickTitle = (title) =>
    [...document.querySelectorAll(".bnb-th")].find((one) => one.textContent.startsWith(title)).click();
  const actions = {
    filter: (round) => type(`sweep-${round}`),
    clear: () => type(""),
    sort: () => clickTitle("vcpus"),
    sortIds: () => clickTitle("jobId"),
    all: () => document.querySelector(".bnb-selection .bnb-button").click(),
    none: () => document.querySelector(".bnb-selection .bnb-button + .bnb-button").click(),
  };
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    const start = performance.now();
    actions[action](round);
    const script = performance.now() - start;
    await frame();
    times.push([script, performance.now() - start]);
    if (action === "filter") { actions.clear(); await frame(); }
    if (action === "all") { actions.none(); await frame(); }
  }
  const median = (at) => times.map((time) => time[at]).sort((a, b) => a - b)[Math.floor(rounds / 2)];
  return [median(0), median(1)];
}
"""

SCROLL = """
async () => {
  const grid = document.querySelector(".bnb-grid");
  const times = [];
  let last = await new Promise(requestAnimationFrame);
  for (let step = 0; step < 120; step += 1) {
    grid.scrollTop += 800;
    const now = await new Promise(requestAnimationFrame);
    times.push(now - last);
    last = now;
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)];
}
"""

PATCH = """
async ([content, part]) => {
  const bytes = Uint8Array.from(atob(part), (char) => char.charCodeAt(0));
  const start = performance.now();
  for (const listen of window.listeners) listen(content, [new DataView(bytes.buffer)]);
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}
"""


def jobs(rows: int) -> pd.DataFrame:
    """Return a frame of ten columns, as a listing has them."""
    chance = np.random.default_rng(1)
    hexes = chance.bytes(16 * rows).hex()
    ids = [hexes[32 * row : 32 * row + 32] for row in range(rows)]
    moments = 1_790_000_000_000 + chance.integers(0, 10**9, rows)
    return pd.DataFrame(
        {
            "jobId": [f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in ids],
            "jobName": [f"sweep-{row % 97}-{row}" for row in range(rows)],
            "jobQueue": pd.Categorical(chance.choice(["train-gpu", "train-cpu", "etl"], rows)),
            "status": pd.Categorical(chance.choice(["RUNNABLE", "RUNNING", "STARTING"], rows)),
            "statusReason": pd.Categorical(chance.choice(["", "waiting for capacity"], rows)),
            "createdAt": pd.to_datetime(moments, unit="ms", utc=True),
            "startedAt": pd.to_datetime(moments + 60_000, unit="ms", utc=True),
            "jobDefinition": pd.Categorical(chance.choice([f"train:{number}" for number in range(50)], rows)),
            "vcpus": chance.integers(1, 96, rows),
            "score": chance.random(rows),
        }
    )


def first_row(page: Page, picker: JobPicker) -> float:
    """Return milliseconds from the arrival of the snapshot to the frame that shows it."""
    snapshot: list[tuple[Any, Sequence[bytes]]] = []
    picker.send = lambda content, buffers=None: snapshot.append((content, buffers or ()))  # type: ignore[method-assign]
    picker._send_snapshot()
    content, buffers = snapshot[0]
    parts = [base64.b64encode(part).decode() for part in buffers]
    taken: float = page.evaluate(
        """async ([content, parts]) => {
          const bytes = parts.map((part) => Uint8Array.from(atob(part), (char) => char.charCodeAt(0)));
          const start = performance.now();
          for (const listen of window.listeners) listen(content, bytes.map((part) => new DataView(part.buffer)));
          await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
          return performance.now() - start;
        }""",
        [content, parts],
    )
    return taken


def main(rows: int) -> None:
    """Measure and print."""
    frame = jobs(rows)
    start = time.perf_counter()
    picker = JobPicker(frame)
    built = time.perf_counter() - start
    size = len(picker._snapshot.buffer) / 1e6
    bits = picker._snapshot.rows_in(1, np.packbits(np.ones(rows, np.uint8), bitorder="little").tobytes())
    start = time.perf_counter()
    picker._snapshot.ids_at(bits)
    selected = time.perf_counter() - start
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 900})
        bare = BarePage(page, picker)
        page.evaluate("clearInterval(window.pump)")
        figures = {
            "snapshot in Python, ms": 1000 * built,
            "over the wire, MB": size,
            "ids in Python, ms": 1000 * selected,
        }
        figures["snapshot to screen, ms"] = first_row(page, picker)
        for action in ("all", "filter", "sort", "sortIds"):
            script, shown = page.evaluate(MEASURE, [action, ROUNDS])
            figures[f"{action}: script, ms"], figures[f"{action}: to screen, ms"] = script, shown
        figures["scroll, 95th percentile of frames, ms"] = page.evaluate(SCROLL)
        patched = np.arange(min(rows, 1000), dtype=np.uint32)
        codes = np.full((3, len(patched)), 3, dtype=np.uint8)
        codes[2] = 0
        content = {"kind": "patch", "snapshot": 1, "rows": len(patched), "messages": [], "state": picker._state()}
        part = base64.b64encode(patched.tobytes() + codes.tobytes()).decode()
        figures["1,000 changes to screen, first, ms"] = page.evaluate(PATCH, [content, part])
        figures["1,000 changes to screen, next, ms"] = page.evaluate(PATCH, [content, part])
        session = page.context.new_cdp_session(page)
        session.send("HeapProfiler.collectGarbage")
        heap = session.send("Runtime.getHeapUsage")
        figures["heap, MB"] = heap["usedSize"] / 1e6
        figures["buffers, MB"] = heap.get("backingStorageSize", 0) / 1e6
        assert not bare.errors, bare.errors
        browser.close()
    for name, value in figures.items():
        sys.stdout.write(f"{name:<42}{value:>10.1f}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
