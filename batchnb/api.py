"""The functions that a user calls: to list jobs, and to plan their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from batchnb.clock import Clock
from batchnb.connect import connect
from batchnb.frames import job_ids_in
from batchnb.listing import list_selected
from batchnb.plans import Plan, check_reason, make_plan
from batchnb.select import selector

if TYPE_CHECKING:
    from collections.abc import Callable

    import boto3
    import pandas as pd

    from batchnb.ledger import JobEvent
    from batchnb.report import Report

__all__ = ["counting", "list_jobs", "plan", "resume"]

SILENT_SECONDS = 1.0
"""Seconds after which whoever waits is shown that something happens."""


def list_jobs(
    *,
    queues: str | Iterable[str] | None = None,
    status: str | Iterable[str] | None = None,
    name: str | None = None,
    name_glob: str | None = None,
    job_definition: str | None = None,
    share: str | None = None,
    older_than: str | timedelta | None = None,
    newer_than: str | timedelta | None = None,
    running_longer_than: str | timedelta | None = None,
    tags: Mapping[str, str] | None = None,
    children_of: str | None = None,
    limit: int | None = None,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> pd.DataFrame:
    """Return the jobs that all of the given selectors mean, one row a job, oldest first.

    `queues` are names or ARNs; without any, every queue of the account is listed. `status` is "active" (the default),
    "all", or names such as "RUNNABLE"; an array job counts as running while a child of it runs, although AWS
    shows it PENDING. `name` is exact and case counts; `name_glob` takes `*`, `?` and `[…]`. `job_definition` is a name,
    `name:revision` or an ARN. Ages are texts with a unit, "90m", "6h" or "2d", or timedeltas; `older_than` and
    `newer_than` count from `createdAt`, `running_longer_than` from `startedAt`. `tags` need DescribeJobs, 100 jobs a
    call. `children_of` lists the children of one array job. `limit` keeps the oldest; `attrs["left_out"]` of the frame
    says how many that left out.

    The columns are those of `frame_of_jobs`: `jobId`, `jobName`, `jobQueue`, `status`, `statusReason`, `createdAt`, ….

    Calls go where boto3 and the `AWS_*` variables send them, or as `session`, `profile`, `region` and `endpoint_url`
    say. Raises InputError for a wrong or missing selector and for an unknown queue, and AwsError where AWS refuses.
    """
    wanted = selector(
        queues=queues,
        status=status,
        name=name,
        name_glob=name_glob,
        job_definition=job_definition,
        share=share,
        older_than=older_than,
        newer_than=newer_than,
        running_longer_than=running_longer_than,
        tags=tags,
        children_of=children_of,
        limit=limit,
    )
    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    with counting("jobs read", unit=" jobs") as count:
        listing = list_selected(gateway, wanted, on_jobs=count)
    return listing.to_frame()


def plan(
    jobs: object,
    *,
    reason: str,
    ids: str | None = None,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Plan:
    """Return the Plan to end `jobs` for `reason`. Nothing is ended by it.

    `jobs` is a DataFrame with a column of job ids (`jobId`, `job_id`, `JobId`, `id`, or the one that `ids` names), a
    Series, a job id, or an iterable of ids; ARNs count as ids, and duplicates as one. Every id is described (100
    a call) and gets a verdict. `reason` has 1 to 1024 characters, and AWS shows it with every job.

    Raises InputError, before any call that could end a job, for a bad reason, for anything that is no job id, for an
    ARN of another account or Region, and for no jobs at all; AwsError where DescribeJobs fails.
    """
    check_reason(reason)
    wanted = job_ids_in(jobs, ids=ids)
    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    return make_plan(gateway, wanted, reason)


def resume(
    run_id: str | None = None,
    *,
    wait: bool = True,
    timeout: float = 300.0,
    on_event: Callable[[JobEvent], None] | None = None,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Report:
    """Finish a run that was interrupted, or that left jobs alive, and return the report of the whole of it.

    `run_id` is as in `history()`; without it, the newest unfinished run in this account, Region and endpoint is meant.
    Every job of that run is described anew; only those are asked for that are alive and in its plan. The run's journal
    is written on. The other arguments are those of `Plan.execute` and of `plan`.

    Raises JournalError where there is no such run, or another process is at it; PlanMismatchError where the run took
    place elsewhere; otherwise as `Plan.execute`.
    """
    from batchnb.history import find_run
    from batchnb.resume import last_unfinished, resume_run

    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    path = last_unfinished(gateway) if run_id is None else find_run(run_id)
    return resume_run(path, gateway, wait=wait, timeout=timeout, on_event=on_event, clock=Clock())


@contextmanager
def counting(what: str, *, unit: str, total: int | None = None, silent: bool = False) -> Iterator[Callable[[int], Any]]:
    """Yield the function that moves a progress bar on stderr, which shows after `SILENT_SECONDS`, or never if `silent`.

    `TQDM_DISABLE=1` in the environment switches bars off, as it does for everything that is drawn by tqdm.
    """
    from tqdm.std import tqdm

    if silent:
        yield lambda _count: None
        return
    with tqdm(desc=what, unit=unit, total=total, delay=SILENT_SECONDS, leave=False) as bar:
        yield bar.update
