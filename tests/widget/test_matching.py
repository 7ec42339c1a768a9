"""What Python finds in a picker is what its browser finds, by the messages that the browser gets."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from batchnb import local
from batchnb.errors import InputError
from batchnb.widget.matching import check_query, rows_matching
from tests.tools import missing
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

SCRIPT = Path(__file__).parent / "js" / "matching.mjs"
QUERIES = (
    *("", "run", "RUN-00", "train", "-array", "status:running", "status:ended", "status:active -run", "name:run-*"),
    *("queue:train", "definition:job*", "age:>1h", "age:<10m", "running:>1h", "waiting:>1s", "stopped:<1d"),
    *("created:>2020-01-01", "vcpu:>=1", "-vcpu:>1", "gpu:>0", "memory:>1GiB", "tries:>0", "exit:0", "exit:1..200"),
    *("status:ended exit:0", "name:run-* vcpu:>=1", "hours:>1", "hours:0", "cost:>0", "array:>=2", "tag:team"),
    *("tag:team=*", "-tag:team", "is:selected", "-is:selected", "result:terminated", "result:denied*"),
    *("-result:terminated", "reason:*OPS*", "share:x", "jobName:run-001", "kind:container", "liveChildren:>0"),
    *("arrayIndex:1", "jobArn:*local-1*", "isTerminated:True", "isTerminated:False", "note:é", "score:>2"),
    *("vcpus:>4", "age:>6", "foo:x", "a OR b", "name:>4", "name:*", "tag:team:x", "is:odd", "fate:x", "for:>1h"),
    *("Result:terminated", "hourss:>1", "status:run"),
)


def browser_finds(hand: Hand, queries: Sequence[str], now_ms: float) -> list[list[int] | str]:
    """Return what the browser finds by each search: rows, or the line of an error; it says which columns it shows."""
    node = shutil.which("node")
    if node is None:
        missing("Node 20 or later: apt-get install nodejs")
    hand.sent.clear()
    hand.ask("hello")
    hand.picker._session.descriptions.send_known()
    messages = [[content, [base64.b64encode(part).decode() for part in buffers]] for content, buffers in hand.sent]
    asked = json.dumps({"messages": messages, "queries": queries, "now": now_ms}, default=str)
    done = subprocess.run([str(node), str(SCRIPT)], input=asked, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    assert hand.ask("view", {"view": {"shown": told["shown"]}})["ok"]
    found: list[list[int] | str] = told["found"]
    return found


def python_finds(hand: Hand, query: str) -> list[int] | str:
    """Return what Python finds by a search."""
    session = hand.picker._session
    try:
        check_query(session.jobs, query)
    except InputError as error:
        return str(error)
    rows: list[int] = rows_matching(session, query).tolist()
    return rows


def differences(hand: Hand, queries: Sequence[str] = QUERIES) -> dict[str, list[Any]]:
    """Return the searches by which Python and the browser find others, and what each finds."""
    now = datetime.now(UTC)
    hand.picker._session.clock = replace(hand.picker._session.clock, wall=lambda: now)
    found = zip(queries, browser_finds(hand, queries, now.timestamp() * 1000), strict=True)
    pairs = {query: [python_finds(hand, query), theirs] for query, theirs in found}
    return {query: [ours, theirs] for query, (ours, theirs) in pairs.items() if ours != theirs}


def test_python_and_the_browser_find_the_same(
    frame: pd.DataFrame, hold: Callable[..., Hand], jobs: local.LocalBatch
) -> None:
    """In a listing: before anything is described, with what was described, and after a run with a failure."""
    jobs.world.deny(frame["jobId"][1])
    notes = np.array(["é", *[None] * (len(frame) - 1)], dtype=object)
    hand = hold(frame.assign(note=notes, score=np.arange(len(frame)) / 2))
    hand.choose(0, 1, 2)
    assert differences(hand, QUERIES[::3]) == {}
    rows = np.arange(len(frame), dtype=np.uint32).tobytes()
    assert hand.ask("describe", {"snapshot": 1, "lane": "sight"}, rows)["ok"]
    assert hand.picker._session.descriptions.wait(20)
    hand.planned(0, 1)
    hand.confirmed()
    assert differences(hand) == {}
