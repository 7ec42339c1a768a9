"""Budgets: which running jobs run for longer than they should, what they hold, and what that has cost so far."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from batchnb.api import list_jobs
from batchnb.aws.connect import connect
from batchnb.clock import Clock
from batchnb.errors import AwsError, InputError
from batchnb.jobs.selector import parse_age
from batchnb.runbooks.prices import Rate, read_prices
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan

__all__ = [
    "check_most",
    "find_over_budget",
    "list_running",
    "not_judged_text",
    "over_budget_text",
    "overview",
    "rank",
    "read_budgets",
]

_NAMES_SHOWN = 20
_UNKNOWN_SHOWN = 10


def list_running(queues: str | Sequence[str] | None = None, **connection: Any) -> pd.DataFrame:
    """Return the jobs that are RUNNING, as `list_jobs` does: in place of each array its running children.

    `queues` are names or ARNs; without any, every queue is listed, and `attrs["not_listed"]` says which could not be.
    """
    import pandas as pd

    listed = list_jobs(queues=queues or None, status="RUNNING", **connection)
    arrays = listed.jobId[listed.arraySize.notna()]
    children = [list_jobs(children_of=array, status="RUNNING", **connection) for array in arrays]
    with warnings.catch_warnings():
        # pandas 2 warns of columns without a value. All of these frames have the same types, so nothing changes.
        warnings.simplefilter("ignore", FutureWarning)
        running = pd.concat([listed, *children], ignore_index=True) if children else listed
    running = running[(running.status == "RUNNING") & running.arraySize.isna()].reset_index(drop=True)
    running.attrs = {name: value for name, value in listed.attrs.items() if name != "listing"}
    return running


def find_over_budget(
    running: pd.DataFrame,
    longer_than: str | timedelta,
    expected: Mapping[str, str | timedelta] | None = None,
    *,
    now: datetime | None = None,
    **connection: Any,
) -> pd.DataFrame:
    """Return these jobs with columns `definition`, `hours` (so far), `budget` (in hours) and `is_over`.

    `longer_than` is an age such as "6h"; `expected` has other ages for job definitions, by `name`, or by
    `name:revision` or ARN, which count before it. `hours` are missing where AWS does not say when a job started, and
    `is_over` is False then: see `not_judged_text`.

    Raises InputError for anything that is not an age, and for a definition that no running job has, and that AWS does
    not know either: it names those that run.
    """
    import pandas as pd

    at = pd.Timestamp(now or Clock().wall())
    longest = _hours("longer_than", longer_than)
    budgets = read_budgets(expected)
    full = running.jobDefinition.astype("string").str.replace(r"^.*/", "", regex=True)
    name = full.str.replace(r":.*$", "", regex=True)
    _check_definitions(budgets, {text for text in [*full, *name] if isinstance(text, str)}, connection)
    judged = running.assign(definition=name)
    judged["hours"] = ((at - running.startedAt).dt.total_seconds() / 3600).astype("Float64")
    judged["budget"] = [
        budgets.get(str(revision), budgets.get(str(of), longest)) for revision, of in zip(full, name, strict=True)
    ]
    judged["is_over"] = (judged.hours > judged.budget).fillna(value=False).astype(bool)
    return judged


def overview(judged: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each job definition: how many of its jobs run, for how long, and how many of them too long."""
    groups = judged.groupby("definition", dropna=False)
    return groups.agg(
        running=("jobId", "size"),
        budget_hours=("budget", "max"),
        median_hours=("hours", "median"),
        longest_hours=("hours", "max"),
        over_budget=("is_over", "sum"),
    ).round(1)


def rank(judged: pd.DataFrame, plan: Plan, prices: object = 0.0) -> pd.DataFrame:
    """Return the jobs over budget, most vCPU-hours first, and before them those whose vCPUs are unknown.

    `plan` is one of these jobs: it has what each of them holds, whatever its shape. Added are `verdict`, `kind`,
    `vcpus`, `memory_gib`, `gpus`, `vcpu_hours`, `gpu_hours`, `memory_gib_hours`, and `cost`, and `cost_an_hour`, by
    `prices` (see `read_prices`). What depends on an unknown figure or price is missing.
    """
    import pandas as pd

    table = read_prices(prices)
    known = plan.to_frame()[["jobId", "verdict", "kind", "vcpus", "memory", "gpus"]]
    columns = ["jobId", "jobName", "jobQueue", "definition", "hours"]
    ranked = judged.loc[judged.is_over, columns].merge(known, on="jobId", how="left")
    ranked["memory_gib"] = ranked.pop("memory") / 1024
    ranked["gpus"] = ranked.gpus.astype("Float64")
    for name, figure in (("vcpu_hours", "vcpus"), ("gpu_hours", "gpus"), ("memory_gib_hours", "memory_gib")):
        ranked[name] = ranked[figure] * ranked.hours
    queues = ranked.jobQueue.astype("string").fillna("")
    rows = zip(queues, ranked.vcpus, ranked.memory_gib, ranked.gpus, strict=True)
    ranked["cost_an_hour"] = pd.array([_cost(table.of_queue(queue), *each) for queue, *each in rows], dtype="Float64")
    ranked["cost"] = ranked.cost_an_hour * ranked.hours
    by = ["vcpu_hours", "jobName", "jobId"]
    return ranked.sort_values(by, ascending=[False, True, True], na_position="first", ignore_index=True)


def over_budget_text(ranked: pd.DataFrame, currency: str = "") -> str:
    """Return the sums as a sentence. If jobs lack figures, the sentence counts them, and the sums are minimums."""
    unknown = ranked[ranked.vcpu_hours.isna() | ranked.cost.isna()]
    least = "at least " if len(unknown) else ""
    money = f" {currency}" if currency else ""
    text = (
        f"Together {least}{ranked.vcpu_hours.sum():,.1f} vCPU-hours, {least}{ranked.cost.sum():,.2f}{money} so far, "
        f"and {least}{ranked.cost_an_hour.sum():,.2f}{money} with each hour."
    )
    if len(unknown) == 0:
        return text
    return f"{text}\nNot in these sums, because a figure or a price is not known: {_named(unknown)}."


def not_judged_text(judged: pd.DataFrame) -> str:
    """Return the sentence that names the jobs without a start time; empty where there are none."""
    unknown = judged[judged.hours.isna()]
    return f"Not judged, because AWS does not say when they started: {_named(unknown)}." if len(unknown) else ""


def _named(jobs: pd.DataFrame) -> str:
    first = jobs.head(_UNKNOWN_SHOWN)
    names = [f"{shown(name, 60)} ({job_id})" for name, job_id in zip(first.jobName, first.jobId, strict=True)]
    more = f" and {len(jobs) - len(first):,} more" if len(jobs) > len(first) else ""
    return f"{plural(len(jobs), 'job')}, {', '.join(names)}{more}"


def check_most(most: object) -> int:
    """Return how many jobs may be chosen. Raises InputError unless it is a whole number of at least 0."""
    if isinstance(most, bool) or not isinstance(most, int) or most < 0:
        raise InputError(f"most must be a whole number of at least 0, got {shown(repr(most), 80)}.")
    return most


def _cost(rate: Rate | None, *figures: Any) -> float | None:
    import pandas as pd

    return None if rate is None else rate.cost(*(None if pd.isna(figure) else float(figure) for figure in figures))


def _hours(argument: str, age: str | timedelta) -> float:
    length = parse_age(argument, age)
    if length is None:
        raise InputError(f"{argument} must be an age such as 90m, 6h or 2d, got None.")
    return length.total_seconds() / 3600


def read_budgets(expected: object) -> dict[str, float]:
    """Return budgets in hours by job definition, `name` or `name:revision`; an ARN stands for its revision.

    Raises InputError for anything but ages by definition, and for two ages of one definition.
    """
    if expected is None:
        return {}
    if not isinstance(expected, Mapping) or not all(isinstance(name, str) and name.strip() for name in expected):
        example = "{'pretrain': '72h', 'train:7': '2d'}"
        raise InputError(
            f"expected must be ages by job definition, such as {example}, got {shown(repr(expected), 80)}."
        )
    found: dict[str, float] = {}
    for name, age in expected.items():
        definition = name.strip().rpartition("/")[2]
        hours = _hours(f"expected[{shown(repr(name), 80)}]", age)
        if found.setdefault(definition, hours) != hours:
            raise InputError(f"expected has two ages for job definition {shown(repr(definition), 80)}.")
    return found


def _check_definitions(budgets: Mapping[str, float], running: set[str], connection: Mapping[str, Any]) -> None:
    """Raise InputError for an unknown definition: a typo would exempt nothing, without a warning."""
    missing = [name for name in budgets if name not in running]
    gateway = connect(**connection) if missing else None
    for name in missing:
        try:
            found = gateway is not None and gateway.has_definition(name)
        except AwsError as error:
            raise _no_such_definition(name, running, f"AWS could not be asked for it: {shown(error, 300)}") from error
        if not found:
            raise _no_such_definition(name, running, "AWS knows no definition of that name either.")


def _no_such_definition(name: str, running: set[str], rest: str) -> InputError:
    there_are = sorted(text for text in running if ":" in text)
    names = ", ".join(shown(text, 60) for text in there_are[:_NAMES_SHOWN]) or "none"
    more = f" and {len(there_are) - _NAMES_SHOWN:,} more" if len(there_are) > _NAMES_SHOWN else ""
    return InputError(f"expected: no running job is of definition {shown(name)!r}. There are: {names}{more}. {rest}")
