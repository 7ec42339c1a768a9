"""How long the drawer of the picker takes to open: from the click to the frame that shows what the list knows."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from batchnb.widget import JobPicker
from tests.benchmarks.picker_frames import jobs
from tests.e2e.bare import BarePage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = 100_000

_OPEN = """
async () => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  }));
  const root = document.querySelector("#one .bnb-host").shadowRoot;
  const grid = root.querySelector(".bnb-grid");
  grid.scrollTop = grid.scrollHeight * Math.random();
  await painted();
  await painted();
  const top = grid.getBoundingClientRect().top;
  const names = [...root.querySelectorAll(".bnb-body .bnb-row:not([hidden]) .bnb-name")];
  const name = names.find((one) => one.getBoundingClientRect().top > top + 40);
  const began = performance.now();
  name.click();
  await painted();
  const took = performance.now() - began;
  if (root.querySelector(".bnb-drawer-title").textContent !== name.textContent) throw new Error("another job");
  root.querySelector(".bnb-drawer-close").click();
  await painted();
  return took;
}
"""


def time_drawer(browser: Browser, rounds: int) -> float:
    """Return the median of the milliseconds in which the drawer opens at a row among `ROWS`."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    # Nobody answers there: what counts is what can be seen without an answer.
    picker = JobPicker(jobs(ROWS), endpoint_url="http://127.0.0.1:9")
    BarePage(page, picker)
    took = [float(page.evaluate(_OPEN)) for _ in range(rounds + 1)][1:]
    page.close()
    return statistics.median(took)
