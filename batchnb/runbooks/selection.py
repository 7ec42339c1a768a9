"""Selections: which jobs a runbook means, what stays beside them, and what became of both."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.jobs.name_stem import name_stem
from batchnb.model.facts import PlanFacts
from batchnb.model.saved import as_expected
from batchnb.runbooks.runbook import Runbook
from batchnb.runbooks.steps import Run, told
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.plan import Plan

__all__ = [
    "Found",
    "check_found",
    "check_reviewed",
    "count_jobs",
    "definitions_of",
    "drain_text",
    "find_all",
    "find_sweep",
    "left_text",
    "outcomes_text",
]

_NAMES_SHOWN = 20
_ROWS_SHOWN = 60
_ENDED = ("SUCCEEDED", "FAILED")


@dataclass(frozen=True)
class Found:
    """The jobs that are meant, among the live ones."""

    jobs: pd.DataFrame
    live: pd.DataFrame
    """All live jobs where these were looked for."""
    selectors: dict[str, Any]
    """The arguments of `list_jobs` that found them."""
    children: pd.DataFrame | None = None
    """The children of their arrays, in whatever status."""

    def __repr__(self) -> str:
        stay = self.live[~self.live.jobId.isin(self.jobs.jobId)]
        lines = [f"MEANT, {len(self.jobs):,} of {plural(len(self.live), 'live job')}:\n{count_jobs(self.jobs)}"]
        lines.append(f"STAY:\n{count_jobs(stay)}")
        if self.children is not None and len(self.children):
            arrays = self.jobs.arraySize.notna().sum()
            counts = self.children.status.value_counts(sort=False)
            by_status = ", ".join(f"{count:,} {status}" for status, count in counts.items() if count)
            lines.append(f"{plural(int(arrays), 'array')} with children: {by_status}. An array ends as a whole.")
        return "\n\n".join(lines)


@told
def find_sweep(runbook: Runbook) -> Found:
    """Return the jobs of a queue that the selectors mean. Raises InputError where execute meets too few of them."""
    selectors = {
        "queues": [runbook["queue"]],
        "job_definition": runbook["definition"],
        **{name: runbook[name] for name in ("name", "name_glob", "tags", "share", "older_than", "newer_than")},
    }
    jobs = runbook.list_jobs(**selectors)
    live = runbook.list_jobs(queues=[runbook["queue"]])
    check_found(runbook, jobs, live)
    check_reviewed(runbook, jobs)
    return Found(jobs, live, selectors, _children(runbook, jobs))


@told
def find_all(runbook: Runbook) -> Found:
    """Return all live jobs of a queue. Raises InputError where execute meets fewer than `at_least`."""
    selectors = {"queues": [runbook["queue"]]}
    live = runbook.list_jobs(**selectors)
    check_found(runbook, live, live)
    return Found(live, live, selectors)


def check_found(runbook: Runbook, jobs: pd.DataFrame, live: pd.DataFrame) -> None:
    """Raise InputError where a runbook that executes selects fewer jobs than `at_least`.

    It names the definitions that there are. A reviewed plan of which every job has ended is well, and needs none.
    """
    least = runbook.given.get("at_least", 0)
    if not runbook.executes or len(jobs) >= least:
        return
    expected = as_expected(runbook.expected)
    if expected is not None and expected.plan is not None:
        _check_found_of(expected.plan, ())
        return
    if expected is not None and expected.count == 0 and not len(jobs):
        return
    raise InputError(
        f"{plural(len(jobs), 'job')} selected, and at least {least:,} must be: a selector may be misspelt. "
        f"{_definitions_text(runbook, live)}If it is fine that there is none: at_least=0. Nothing was ended."
    )


def check_reviewed(runbook: Runbook, jobs: pd.DataFrame) -> None:
    """Raise InputError where a job of the reviewed plan lives, and the selectors of this run do not find it.

    With other selectors than those of the plan, a run would end a few of its jobs, and be green.
    """
    expected = as_expected(runbook.expected) if runbook.executes else None
    # Jobs grow older: one that was new enough for `newer_than` at the review need not be now.
    if expected is not None and expected.plan is not None and runbook["newer_than"] is None:
        _check_found_of(expected.plan, set(jobs.jobId))


def _check_found_of(reviewed: PlanFacts, found: Collection[str]) -> None:
    from batchnb.api import plan

    ids = [one.job_id for one in reviewed.to_end if one.job_id not in found]
    if not ids:
        return
    now = plan(ids, reason=reviewed.reason, empty_ok=True)
    if now.to_end:
        first = now.to_end[0]
        raise InputError(
            f"The selectors do not find {plural(len(now.to_end), 'live job')} of the reviewed plan, {first.job_id} "
            f"({shown(first.job_name, 60)}) first. Give the selectors of that plan"
            f"{': ' + reviewed.listed_by if reviewed.listed_by else ''}. Nothing was ended."
        )


def _definitions_text(runbook: Runbook, live: pd.DataFrame) -> str:
    known = definitions_of(live)
    asked = runbook.given.get("definition")
    names = {name.partition(":")[0] for name in known} | set(known)
    said = f"No live job there is of definition {shown(asked, 80)!r}. " if asked and asked not in names else ""
    return f"{said}Definitions there: {_some(known)}. "


def definitions_of(jobs: pd.DataFrame) -> list[str]:
    """Return the definitions of these jobs, as `name:revision`, each once."""
    found = jobs.jobDefinition.dropna().astype(str).str.split("/").str[-1]
    return sorted(set(found))


def count_jobs(jobs: pd.DataFrame, *by: pd.Series[Any]) -> str:
    """Return how many jobs there are by definition, name and status, and before them by these columns."""
    if jobs.empty:
        return "none"
    names = jobs.jobName.astype("string").fillna("").map(name_stem).rename("name")
    definitions = jobs.jobDefinition.astype("string").str.split("/").str[-1].rename("definition")
    groups = jobs.groupby([*by, definitions, names, jobs.status.astype("string")], dropna=False, sort=True)
    counts = groups.size().rename("jobs").reset_index()
    counts = counts.map(lambda value: shown(value, 60) if isinstance(value, str) else value)
    text = counts.head(_ROWS_SHOWN).to_string(index=False)
    more = len(counts) - _ROWS_SHOWN
    return f"{text}\nand {plural(more, 'more group')}" if more > 0 else text


def drain_text(found: Found, plan: Plan) -> str:
    """Return the live jobs of a queue by what the plan does to them."""
    return count_jobs(found.jobs, _verdicts(found.jobs, plan, "in no plan"))


def left_text(runbook: Runbook, found: Found, plan: Plan) -> str:
    """Return what is live now of what was meant, by what the plan did to it, and what finished children say."""
    left = runbook.list_jobs(**found.selectors)
    lines = [
        f"{len(left):,} live jobs, where {len(found.jobs):,} were meant:",
        count_jobs(left, _verdicts(left, plan, "new")),
    ]
    if found.children is not None and len(found.children):
        before = found.children.set_index("jobId").status.astype("string")
        kept = before[before.isin(_ENDED)]
        after = _children(runbook, found.jobs).set_index("jobId").status.astype("string").reindex(kept.index)
        changed = int((after.fillna("") != kept).sum())
        lines.append(f"{len(kept):,} children had finished before; {changed:,} of them have changed.")
    return "\n".join(lines)


def outcomes_text(run: Run) -> str:
    """Return what became of the jobs of a run, by verdict, outcome and status; or that nothing was ended."""
    if run.report is None:
        return "Nothing was ended."
    frame = run.report.to_frame()
    if frame.empty:
        return "none"
    groups = frame.groupby(["verdict", "outcome", "status_after"], dropna=False)
    return groups.size().rename("jobs").reset_index().to_string(index=False)


def _verdicts(jobs: pd.DataFrame, plan: Plan, otherwise: str) -> pd.Series[Any]:
    verdicts = {planned.job_id: planned.verdict.value for planned in plan.jobs}
    return jobs.jobId.astype("string").map(lambda job_id: verdicts.get(job_id, otherwise)).rename("in the plan")


def _children(runbook: Runbook, jobs: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    arrays = jobs.jobId[jobs.arraySize.notna()]
    frames = [runbook.list_jobs(children_of=array, status="all") for array in arrays]
    with warnings.catch_warnings():
        # pandas 2 warns of columns without a value. All of these frames have the same types, so nothing changes.
        warnings.simplefilter("ignore", FutureWarning)
        return pd.concat(frames, ignore_index=True) if frames else jobs.head(0)


def _some(names: list[str]) -> str:
    first = ", ".join(shown(name, 60) for name in names[:_NAMES_SHOWN]) or "none"
    return f"{first} and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else first
