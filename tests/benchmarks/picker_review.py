"""How long the picker takes to paint the review of a large plan: from the message to the frame that shows it."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import batchnb
from batchnb import local
from batchnb.widget import JobPicker
from batchnb.widget.review import Review
from tests.e2e.bare import BarePage

if TYPE_CHECKING:
    from playwright.sync_api import Browser

JOBS = 7000

_PAINT = """
async ([review, idle]) => {
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(null);
  }));
  const send = (state) => window.deliver([[{ kind: "state", state }, []]]);
  const began = performance.now();
  send(review);
  await painted();
  const took = performance.now() - began;
  send(idle);
  await painted();
  return took;
}
"""


def _fill(world: local.World) -> None:
    world.add_queue("cpu")
    world.add_jobs("cpu", "bad-input", JOBS - 40, status="RUNNABLE", created_ago=10_800.0, definition="score-batch:12")
    for kind in range(40):
        world.add_job("cpu", f"other-{'abcdefgh'[kind % 8]}-prod", created_ago=90_000.0, definition=f"score-{kind}:3")


def time_review(browser: Browser, rounds: int) -> float:
    """Return the median of the milliseconds in which a review of `JOBS` jobs is painted."""
    page = browser.new_page(viewport={"width": 1100, "height": 900})
    with local.start(_fill) as emulator:
        frame = batchnb.list_jobs(endpoint_url=emulator.endpoint_url)
        picker = JobPicker(frame, endpoint_url=emulator.endpoint_url, guards={"max_jobs": 10_000})
        BarePage(page, picker)
        plan = batchnb.plan(frame, reason="OPS-123", max_jobs=10_000, endpoint_url=emulator.endpoint_url)
        idle = picker._session.state()
        review = Review(plan, confirm_above=100, is_production=False).told()
        states = [{**idle, "phase": "confirming", "plan": {**review, "digest": str(at)}} for at in range(rounds + 1)]
        # The first one is for warming up.
        took = [float(page.evaluate(_PAINT, [state, idle])) for state in states][1:]
    page.close()
    return statistics.median(took)
