"""The steps of the magics that need no shell: what is listed, picked, planned and executed as the flags say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.magics.defaults import connection_of, default_queues
from batchnb.magics.guard_options import GUARD_FLAGS, check_nothing_new, layer_of, plan_options_of
from batchnb.magics.options import run_options_of, selectors_of
from batchnb.magics.parser import Line
from batchnb.text import fit_terminal, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from batchnb.model.event import JobEvent
    from batchnb.model.plan import Plan
    from batchnb.model.report import Report
    from batchnb.widget import JobPicker

__all__ = ["check_reason_flag", "execute", "how_to_execute", "listed", "picker_of", "planned", "say", "watched"]


def listed(flags: Line) -> pd.DataFrame:
    """Return the jobs that match the selectors, all live ones without any, and say which are missing.

    That is what --limit left out, and what AWS would not list.
    """
    from batchnb.api import list_jobs
    from batchnb.aws.relist import not_listed_text, note_default

    selectors = selectors_of(flags)
    queues = default_queues(flags)
    jobs = list_jobs(**(selectors | {"queues": queues} if queues else selectors), **connection_of(flags))
    if queues:
        note_default(jobs, "queues")
    if left_out := jobs.attrs["left_out"]:
        say(f"--limit {flags.limit}: the oldest are listed, {plural(left_out, 'job')} left out.")
    if not_listed := not_listed_text(jobs):
        say(not_listed)
    return jobs


def picker_of(jobs: object, flags: Line) -> JobPicker | None:
    """Return the picker over these jobs, if a DataFrame was given and no flag says what to do with it.

    Where no widget can be shown, say by which flags the same is done without one, and return None.
    """
    asked = flags.yes or flags.dry_run or flags.quiet or flags.reason is not None
    from batchnb.jobs.foreign import is_frame

    if asked or not is_frame(jobs):
        return None
    frame: Any = jobs
    from batchnb.widget import JobPicker, has_front_end

    if not has_front_end():
        say("No widgets can be shown here. Add --reason TEXT to see the plan, and --yes to execute it.")
        return None
    guards = {name: value for name, value in vars(flags.values).items() if name in GUARD_FLAGS and value is not None}
    options = guards | plan_options_of(flags)
    return JobPicker(frame, ids=flags.ids, timeout=flags.timeout, guards=options, **connection_of(flags))


def planned(jobs: object, flags: Line) -> Plan:
    """Return the plan for these jobs, or the plan that was given, unless the flags contradict it."""
    from batchnb.api import plan_with
    from batchnb.aws.connection import Connection
    from batchnb.model.plan import Plan

    if not isinstance(jobs, Plan):
        check_reason_flag(flags)
        options = {"reason": flags.reason, "ids": flags.ids, **plan_options_of(flags)}
        return plan_with(jobs, layer_of(flags), connection=Connection(**connection_of(flags)), **options)
    if flags.reason not in (None, jobs.reason):
        raise InputError("--reason: the plan has a reason already, and a plan is not changed. Make a new one.")
    check_nothing_new(flags)
    return jobs


def check_reason_flag(flags: Line) -> None:
    """Raise InputError for a reason that is missing, or that AWS would not take."""
    from batchnb.model.reason import check_reason

    if flags.reason is None:
        raise InputError(
            '%batch_terminate: --reason is missing. Say why these jobs are ended: --reason "OPS-123 bad input". '
            "AWS keeps it with each job."
        )
    check_reason(flags.reason)


def execute(plan: Plan, flags: Line, on_event: Callable[[JobEvent], None]) -> Report:
    """Execute the plan as the flags say."""
    return plan.execute(on_event=on_event, expect=flags.expect, **run_options_of(flags))


def how_to_execute(plan: Plan, again: str) -> str:
    """Return what to type after a plan was shown; `again` says what the same line or cell with --yes does."""
    if not plan.to_end:
        return "Nothing was ended. Nothing here can be terminated."
    if not plan.refused_by:
        return f"Nothing was ended. {again}"
    flags = dict.fromkeys(refusal.flag for refusal in plan.refused_by)
    way = f" With {' '.join(flags)} it would not be." if all(flags) else ""
    names = ", ".join(dict.fromkeys(refusal.guard for refusal in plan.refused_by))
    return f"Nothing was ended. With --yes, this plan would be refused by {names}.{way}"


def watched(plan: Plan) -> int:
    """Return how many jobs of the plan are watched until they end."""
    return sum(planned.verdict.is_watched for planned in plan.jobs)


def say(text: str) -> None:
    """Print something for the user of the magic."""
    print(fit_terminal(text))  # noqa: T201 - a magic prints for its user
