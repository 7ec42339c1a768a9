"""The functions that a user calls: to list jobs, and to plan their end.

Planning is imported when something is planned: a listing does not wait for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Unpack, cast

from batchnb.aws.connection import Connection
from batchnb.aws.gc_pause import collecting_seldom
from batchnb.aws.listing import list_selected
from batchnb.aws.relist import is_everything, listed_by, listing_text, notes_on_listing, remember
from batchnb.clock import Clock
from batchnb.jobs.frame import import_ahead
from batchnb.jobs.keywords import SELECTORS, Selectors
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
    from batchnb.planning.looking import Looking

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
    """Return the jobs that match all of the given selectors, one row a job, oldest first.

    Without a selector, these are all live jobs: you can look at them, but a plan of all of them is refused (see
    `plan`). `queues` are names or ARNs; without any, every queue of the account is listed. `status` is "active" (the
    default), "all", or names such as "RUNNABLE,PENDING"; an array job counts as running while a child of it runs,
    although AWS shows it PENDING. `name` is exact and case counts; `name_glob` takes `*`, `?` and `[…]`.
    `job_definition` is a name, `name:revision` or an ARN. Ages are texts with a unit, "90m", "6h" or "2d", or
    timedeltas; `older_than` and `newer_than` count from `createdAt`, `running_longer_than` from `startedAt`. `tags`
    need DescribeJobs, 100 jobs a call. `children_of` lists the children of one array job. `query` is a search as in the
    picker, such as "status:runnable name:train-* age:>6h -prod": it applies on top of the other selectors, and sets the
    statuses to list if `status` does not. Its terms for tags, figures, tries and exit codes need DescribeJobs, for the
    jobs that match its other terms. `limit` keeps the oldest jobs.

    The frame's attrs say more: `left_out`, how many jobs `limit` left out; `not_listed`, the queues that AWS refused to
    list, with the reason; `listed_by`, the selectors; `listed_at`, the time; `listing`, with which a picker lists
    again.

    The columns are those of `frame_of_jobs`: `jobId`, `jobName`, `jobQueue`, `status`, `statusReason`, `createdAt`, ….

    Calls go where boto3 and the `AWS_*` variables send them, unless `session`, `profile`, `region` or `endpoint_url` is
    given. Raises InputError for a wrong selector and for an unknown queue, and AwsError where AWS refuses to list a
    queue that was named, or every queue.
    """
    given = _selectors_in(locals())
    wanted = selector(**given)
    gateway = Connection(session, profile, region, endpoint_url).open()
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


def _selectors_in(arguments: Mapping[str, Any]) -> Selectors:
    # An iterator can be read once, and is read by the selector and for the record of the listing.
    given = {name: list(value) if isinstance(value := arguments[name], Iterator) else value for name in SELECTORS}
    return cast("Selectors", given)


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

    `jobs` is a DataFrame (`ids` names its column of ids, where it is not found), a Series, an id, an iterable of ids,
    or an answer of boto3 or the AWS CLI: see docs/plans.md. Duplicates count once, and a row's `jobArn` is checked.
    Every id is described, and gets a verdict. `reason` has 1 to 1024 characters; AWS shows it with every job.

    These guards apply on top of the configured ones: `max_jobs` (default 1,000, children of arrays included) and
    `max_percent` of the live jobs of a queue; `protect`, texts such as "tag:keep=yes", "name:prod-*" or "queue:live",
    or `{"queues": [...], "names": [...], "tags": {...}}`, and `unprotect`, which names exactly the pattern to lift;
    `accounts` that are allowed, and `production_accounts`, in which `execute` needs the number of jobs; `read_only`. A
    number that is given here wins over a lower one in a file, and the plan says so.

    Of environment variables a plan and a journal keep the names: values can be secrets. With `evidence="full"` the run
    reads the values again, 100 jobs a call, and keeps them in its journal only.

    Jobs that wait for jobs of the plan fail with them: the plan shows these dependents, and `with_dependents` ends them
    as well. Where a guard protects jobs, the other queues of the account are searched for dependents, for 60 seconds;
    if that was not complete, `execute` refuses the plan unless `accept_unseen`. `collapse` ends an array by one request
    where all of its live children are in the plan. With `empty_ok`, a plan without jobs is not an error: for runbooks
    and schedulers, where an empty queue is good news.

    A plan that a guard refuses is returned as well: it can be shown, saved and expected. The plan and its `refused_by`
    say why it cannot be executed, and what to type; `check_allowed()` raises. The same applies to a plan of all jobs
    that a listing without selectors found: `execute` refuses it until you select, filter or name jobs.

    Raises InputError, before any call that could end a job, for a bad reason, for a value that is not a job id, for
    ARNs of another account or Region or of several, and for no jobs unless `empty_ok`; GuardError for an account that
    is not allowed; AwsError where DescribeJobs fails.
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
        connection=Connection(session, profile, region, endpoint_url),
    )


def plan_with(
    jobs: object,
    typed: Layer,
    *,
    reason: str,
    ids: str | None,
    empty_ok: bool = False,
    connection: Connection,
    looking: Looking | None = None,
    **extent: bool,
) -> Plan:
    """Return what `plan` returns, under the guards that were typed. `extent` is `with_dependents` and `collapse`."""
    from batchnb.jobs.foreign import as_pandas
    from batchnb.jobs.frame import job_ids_in
    from batchnb.model.reason import check_reason
    from batchnb.planning.columns import notes_on_columns
    from batchnb.planning.make import make_plan
    from batchnb.planning.preflight import in_one_place
    from batchnb.running.run import execute

    check_reason(reason)
    jobs = as_pandas(jobs)
    wanted = job_ids_in(jobs, ids=ids, empty_ok=empty_ok)
    notes = (*check_folder(journal_dir()), *notes_on_listing(jobs))
    gateway = connection.open()
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
        looking=looking,
    )
    notes = (*notes, *notes_on_columns(jobs, ids, made))
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

    Two sets of guards apply to it: those of the person who loads and executes it, and those that held when it was made.
    Guards that were typed then to allow more must be typed again: `max_jobs`, `max_percent`, `protect`, `unprotect`,
    `accounts`, `production_accounts`, `read_only`, `accept_unseen` and `evidence` are taken as in `plan`. A plan that
    was made under `read_only` can be reviewed but not executed: make a new one, and pass this path as `expect=`.
    `execute` describes its jobs again before it sends anything.

    Raises InputError where the file cannot be read, PlanMismatchError where it was edited.
    """
    from batchnb.guards.keywords import layer_of_keywords
    from batchnb.model.plan import Plan
    from batchnb.model.saved import read_plan
    from batchnb.running.run import execute

    check_folder(journal_dir())
    gateway = Connection(session, profile, region, endpoint_url).open()
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

    `run_id` is as in `history()`; the default is the newest unfinished run in this account, Region and endpoint. Every
    job of that run is described again; requests name only those that are alive and in its plan. The run's journal
    continues. The other arguments, `stop` among them, are those of `Plan.execute` and of `plan`.

    The guards that are configured now apply to the rest of the run. A job that one of them protects is left alone. A
    `max_jobs` or `max_percent` that is lower than when the run began is checked again, unless it is given here;
    `accept_unseen` is as in `plan`. What you typed when the plan was made need not be typed again.

    A journal that has lost a line is refused. `partial` goes on with the jobs that can be read; such a run is never
    finished. New jobs that would fail with the rest are refused, unless `with_dependents` ends them, or
    `accept_dependents=N` lets N of them fail.

    Raises JournalError where there is no such run, where another process runs it, or where its journal is not whole;
    PlanMismatchError where the run took place elsewhere, or new jobs depend on it; GuardError where a guard forbids it.
    """
    from batchnb.guards.settings import KEYWORDS, layer
    from batchnb.model.run_options import RunOptions
    from batchnb.running.journal_folder import find_run
    from batchnb.running.resume import last_unfinished, resume_run

    options = RunOptions(wait, timeout, rps, rate_share, on_event, stop)
    limits: dict[str, object] = {"max_jobs": max_jobs, "max_percent": max_percent, "accept_unseen": accept_unseen}
    typed = layer(KEYWORDS, limits, explicit=True)
    gateway = Connection(session, profile, region, endpoint_url).open()
    path = last_unfinished(gateway) if run_id is None else find_run(run_id)
    rest: dict[str, Any] = {
        "partial": partial,
        "with_dependents": with_dependents,
        "accept_dependents": accept_dependents,
    }
    return resume_run(path, gateway, options, clock=Clock(), typed=typed, **rest)
