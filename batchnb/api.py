"""The functions that a user calls: to list jobs, and to plan their end.

What plans is imported when something is planned: whoever only lists does not wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Unpack

from batchnb.aws.connect import connect
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.aws.listing import list_selected
from batchnb.aws.relist import is_everything, listed_by, listing_text, notes_on_listing, remember
from batchnb.clock import Clock
from batchnb.jobs.frame import import_ahead
from batchnb.jobs.selector import selector
from batchnb.model.accessor import register
from batchnb.progress import counting
from batchnb.running.journal_folder import check_folder, journal_dir

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    import boto3
    import pandas as pd

    from batchnb.guards.keywords import GuardKeywords
    from batchnb.guards.rules import Layer
    from batchnb.model.event import JobEvent
    from batchnb.model.plan import Plan
    from batchnb.model.report import Report

__all__ = ["list_jobs", "load_plan", "plan", "plan_with", "resume"]


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
    query: str | None = None,
    limit: int | None = None,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> pd.DataFrame:
    """Return the jobs that all of the given selectors mean, one row a job, oldest first.

    Without a selector, these are all live jobs: to look at, for a plan of all of them is not executed (see `plan`).
    `queues` are names or ARNs; without any, every queue of the account is listed. `status` is "active" (the default),
    "all", or names such as "RUNNABLE"; an array job counts as running while a child of it runs, although AWS
    shows it PENDING. `name` is exact and case counts; `name_glob` takes `*`, `?` and `[…]`. `job_definition` is a name,
    `name:revision` or an ARN. Ages are texts with a unit, "90m", "6h" or "2d", or timedeltas; `older_than` and
    `newer_than` count from `createdAt`, `running_longer_than` from `startedAt`. `tags` need DescribeJobs, 100 jobs a
    call. `children_of` lists the children of one array job. `query` is a search as in the picker, such as
    "status:runnable name:train-* age:>6h -prod": it narrows the rest, and says which statuses to list if `status` does
    not. What it asks about tags, figures, tries and exit codes needs DescribeJobs, for the jobs that its other terms
    leave. `limit` keeps the oldest; `attrs["left_out"]` of the frame says how many that left out,
    `attrs["not_listed"]` which queues AWS would not list, and why; `attrs["listed_by"]` by which selectors it was made,
    `attrs["listed_at"]` when; by `attrs["listing"]` a picker lists the same again.

    The columns are those of `frame_of_jobs`: `jobId`, `jobName`, `jobQueue`, `status`, `statusReason`, `createdAt`, ….

    Calls go where boto3 and the `AWS_*` variables send them, or as `session`, `profile`, `region` and `endpoint_url`
    say. Raises InputError for a wrong selector and for an unknown queue, and AwsError where AWS refuses: a queue that
    was named, or all there are.
    """
    given: dict[str, Any] = {
        "queues": queues,
        "status": status,
        "name": name,
        "name_glob": name_glob,
        "job_definition": job_definition,
        "share": share,
        "older_than": older_than,
        "newer_than": newer_than,
        "running_longer_than": running_longer_than,
        "tags": tags,
        "children_of": children_of,
        "query": query,
        "limit": limit,
    }
    # An iterator can be read once, and is read by the selector and for the record of the listing.
    given = {name: list(value) if isinstance(value, Iterator) else value for name, value in given.items()}
    wanted = selector(**given)
    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    import_ahead()
    with collecting_seldom():
        with counting("jobs read", unit=" jobs") as count:
            listing = list_selected(gateway, wanted, on_jobs=count)
        frame = listing.to_frame()
    register()
    frame.attrs["listed_at"] = Clock().wall().isoformat(timespec="seconds")
    frame.attrs["listed_by"] = listing_text(given, listing.left_out, listing.not_listed)
    remember(frame, given, gateway, len(listing.jobs))
    return frame


def plan(
    jobs: object,
    *,
    reason: str,
    ids: str | None = None,
    max_jobs: int | None = None,
    max_percent: float | None = None,
    protect: object = None,
    unprotect: object = None,
    accounts: Iterable[str] | None = None,
    production_accounts: Iterable[str] | None = None,
    read_only: bool | None = None,
    accept_unseen: bool | None = None,
    evidence: str | None = None,
    with_dependents: bool = False,
    collapse: bool = False,
    empty_ok: bool = False,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Plan:
    """Return the Plan to end `jobs` for `reason`. Nothing is ended by it.

    `jobs` is a DataFrame with a column of job ids (`jobId`, `job_id`, `JobId`, `id`, or the one that `ids` names), a
    Series, a job id, or an iterable of ids; ARNs count as ids, duplicates as one, and a row's own `jobArn` is checked.
    Every id is described and gets a verdict. `reason` has 1 to 1024 characters, and AWS shows it with every job.

    Guards hold on top of those that are configured: `max_jobs` (1,000 unless told otherwise, children of arrays
    included) and `max_percent` of the live jobs of a queue; `protect`, texts such as "tag:keep=yes", "name:prod-*" or
    "queue:live", or `{"queues": [...], "names": [...], "tags": {...}}`, and `unprotect`, which names the very pattern
    that shall not hold; `accounts` that are allowed, and `production_accounts`, in which `execute` needs the number of
    jobs; `read_only`. A number given here holds also where a file has a lower one, and the plan says so.

    Of environment variables a plan and a journal keep the names: values can be secrets. With `evidence="full"` the run
    reads the values anew, 100 jobs a call, and its journal keeps them, and nothing else does.

    Jobs that wait for jobs of the plan fail with them: the plan shows these dependents, and `with_dependents` takes
    them in. Where a guard protects jobs, the other queues of the account are looked through as well, for 60 seconds;
    if not all could be looked at, `execute` refuses the plan unless `accept_unseen`. `collapse` ends an array by one
    request where all of its live children are in the plan. With `empty_ok`, no jobs make a plan that ends none: for
    runbooks and schedulers, to whom an empty queue is good news.

    A plan that a guard refuses is returned as well: it can be shown, saved and expected. The plan and its `refused_by`
    say why it cannot be executed, and what to type; `check_allowed()` raises. So is a plan of all jobs that a listing
    without selectors found: `execute` refuses it until somebody selects, filters or names jobs.

    Raises InputError, before any call that could end a job, for a bad reason, for a value that is not a job id, for
    ARNs of another or of several accounts or Regions, for no jobs at all unless `empty_ok`; GuardError for an account
    that is not allowed; AwsError where DescribeJobs fails.
    """
    from batchnb.guards.keywords import layer_of_keywords
    from batchnb.model.reason import check_reason

    check_reason(reason)
    limits = {"max_jobs": max_jobs, "max_percent": max_percent, "accept_unseen": accept_unseen}
    protections = {"protect": protect, "unprotect": unprotect, "read_only": read_only}
    places = {"accounts": accounts, "production_accounts": production_accounts}
    typed = layer_of_keywords({**limits, **protections, **places, "evidence": evidence})
    return plan_with(
        jobs,
        typed,
        reason=reason,
        ids=ids,
        with_dependents=with_dependents,
        collapse=collapse,
        empty_ok=empty_ok,
        session=session,
        connection={"profile": profile, "region": region, "endpoint_url": endpoint_url},
    )


def plan_with(
    jobs: object,
    typed: Layer,
    *,
    reason: str,
    ids: str | None,
    empty_ok: bool = False,
    session: boto3.Session | None = None,
    connection: Mapping[str, Any],
    **extent: bool,
) -> Plan:
    """Return what `plan` returns, for guards that were typed as keyword arguments or flags.

    `extent` is `with_dependents` and `collapse`.
    """
    from batchnb.jobs.frame import job_ids_in
    from batchnb.model.reason import check_reason
    from batchnb.planning.make import make_plan
    from batchnb.planning.preflight import in_one_place
    from batchnb.running.run import execute

    check_reason(reason)
    wanted = job_ids_in(jobs, ids=ids, empty_ok=empty_ok)
    notes = (*check_folder(journal_dir()), *notes_on_listing(jobs))
    gateway = connect(session, **connection)
    made = make_plan(
        gateway,
        in_one_place(wanted, gateway, rows=hasattr(jobs, "columns")),
        reason,
        layers=[typed],
        with_dependents=extent["with_dependents"],
        collapse=extent["collapse"],
        listed_by=listed_by(jobs),
        is_everything=is_everything(jobs, len(wanted)),
        runner=execute,
    )
    return replace(made, notes=(*made.notes, *notes)) if notes else made


def load_plan(
    path: str | os.PathLike[str],
    *,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    **guards: Unpack[GuardKeywords],
) -> Plan:
    """Return the Plan that `Plan.save` wrote. Nothing is ended by it.

    Two sets of guards hold for it: those of whoever loads and executes it, and those that held when it was made. What
    was typed then to allow more has to be typed again: `max_jobs`, `max_percent`, `protect`, `unprotect`, `accounts`,
    `production_accounts`, `read_only`, `accept_unseen` and `evidence` are taken as in `plan`. A plan made under
    `read_only` is for looking at: make a new one, with `expect=` its path. `execute` describes its jobs again before it
    sends anything.

    Raises InputError where the file cannot be read, PlanMismatchError where it was edited.
    """
    from batchnb.guards.keywords import layer_of_keywords
    from batchnb.model.plan import Plan
    from batchnb.model.saved import read_plan
    from batchnb.running.run import execute

    check_folder(journal_dir())
    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    return Plan.of(read_plan(path, gateway, layer_of_keywords(guards)), execute)


def resume(
    run_id: str | None = None,
    *,
    wait: bool = True,
    timeout: float = 300.0,
    rps: float | None = None,
    rate_share: float = 1.0,
    max_jobs: int | None = None,
    max_percent: float | None = None,
    accept_unseen: bool | None = None,
    partial: bool = False,
    with_dependents: bool = False,
    accept_dependents: int | None = None,
    on_event: Callable[[JobEvent], None] | None = None,
    stop: threading.Event | None = None,
    session: boto3.Session | None = None,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
) -> Report:
    """Finish a run that was interrupted, or that left jobs alive, and return the report of the whole of it.

    `run_id` is as in `history()`; without it, the newest unfinished run in this account, Region and endpoint is meant.
    Every job of that run is described anew; only those are asked for that are alive and in its plan. The run's journal
    is written on. The other arguments, `stop` among them, are those of `Plan.execute` and of `plan`.

    The guards that are configured by now hold for what is left of the run. A job that one of them protects is left
    alone. `max_jobs` and `max_percent` are asked about again where they are lower than when the run was begun, unless
    they are given here; `accept_unseen` is as in `plan`. What was typed where the plan was made need not be typed
    again.

    A journal that has lost a line is refused. `partial` ends what can be read; the run is never finished. New jobs that
    would fail with what is left are refused, unless `with_dependents` ends them, or `accept_dependents=N` lets N fail.

    Raises JournalError where there is no such run, another process is at it, or its journal is not whole;
    PlanMismatchError where the run took place elsewhere, or new jobs depend on it; GuardError where a guard forbids it.
    """
    from batchnb.guards.settings import KEYWORDS, layer
    from batchnb.running.journal_folder import find_run
    from batchnb.running.resume import last_unfinished, resume_run

    limits: dict[str, object] = {"max_jobs": max_jobs, "max_percent": max_percent, "accept_unseen": accept_unseen}
    typed = layer(KEYWORDS, limits, explicit=True)
    gateway = connect(session, profile=profile, region=region, endpoint_url=endpoint_url)
    path = last_unfinished(gateway) if run_id is None else find_run(run_id)
    options: dict[str, Any] = {"wait": wait, "timeout": timeout, "rps": rps, "rate_share": rate_share, "typed": typed}
    options |= {"partial": partial, "with_dependents": with_dependents, "accept_dependents": accept_dependents}
    return resume_run(path, gateway, **options, on_event=on_event, clock=Clock(), stop=stop)
