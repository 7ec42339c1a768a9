"""What batchnb does in the benchmarks: the whole road, and parts of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import boto3  # noqa: F401 - what is imported here, here and below, is no part of what is measured
import pandas as pd  # noqa: TC002
import tqdm.std  # noqa: F401

import batchnb
from batchnb.aws import listing
from batchnb.clock import Clock
from batchnb.jobs import frame as frames
from batchnb.running.engine import Engine
from batchnb.running.journal import Journal
from batchnb.running.ledger import Ledger
from tests.benchmarks.measured import timed

__all__ = ["execute", "list_everything", "plan_everything", "road", "send"]

REASON = "a benchmark"
ALL = 10_000_000


def road(url: str, ids: list[str]) -> dict[str, float]:
    """Run all of it: `list_jobs`, `plan` and `execute`, with the journal, until every job was seen to end."""
    listed, jobs = timed(lambda: batchnb.list_jobs(status="active", endpoint_url=url))
    planned, plan = timed(lambda: _plan(url, jobs))
    executed, report = timed(plan.execute)
    _check(report, len(ids))
    return {"list": listed["seconds"], "plan": planned["seconds"], "execute": executed["seconds"]}


def execute(url: str, ids: list[str]) -> dict[str, float]:
    """`Plan.execute` of a plan that is there: journal, requests, and the watch over each job to its end."""
    plan = _plan(url, ids)
    figures, report = timed(plan.execute)
    _check(report, len(ids))
    return figures


def send(url: str, ids: list[str]) -> dict[str, float]:
    """Send the requests of a plan that is in the journal, a line for each call and each job: what others do."""
    plan = _plan(url, ids)
    clock = Clock()
    assert plan.gateway is not None
    with Journal.create(plan, clock.wall()) as journal:
        engine = Engine(plan.gateway, Ledger(plan, clock, None, journal), patience=60)
        return timed(lambda: engine.send(plan.to_end))[0]


def list_everything(url: str, ids: list[str]) -> dict[str, float]:
    """`list_jobs` of all live jobs of all queues; `frame` is what making the DataFrame took of it."""
    spent: list[float] = []
    frame_of_jobs: Callable[..., pd.DataFrame] = frames.frame_of_jobs

    def watched(*arguments: Any, **options: Any) -> pd.DataFrame:
        figures, frame = timed(lambda: frame_of_jobs(*arguments, **options))
        spent.append(figures["seconds"])
        return frame

    with patch.object(listing, "frame_of_jobs", watched):
        figures, frame = timed(lambda: batchnb.list_jobs(status="active", endpoint_url=url))
    if set(frame["jobId"]) != set(ids):
        raise SystemExit(f"{len(frame)} jobs were listed, and there are {len(ids)}")
    return {**figures, "frame": spent[0]}


def plan_everything(url: str, ids: list[str]) -> dict[str, float]:
    """`plan` for ids; `digest` and `html` are what these took, `html_kb` how large it is."""
    described, plan = timed(lambda: _plan(url, ids))
    digested, _ = timed(lambda: replace(plan).digest)
    shown, page = timed(lambda: plan._repr_mimebundle_()["text/html"])
    return {**described, "digest": digested["seconds"], "html": shown["seconds"], "html_kb": len(page) / 1024}


def _plan(url: str, jobs: object) -> batchnb.Plan:
    return batchnb.plan(jobs, reason=REASON, max_jobs=ALL, endpoint_url=url)


def _check(report: batchnb.Report, count: int) -> None:
    if report.counts != {"terminated": count}:
        raise SystemExit(f"of {count} jobs not all were seen to end: {report.counts}")
