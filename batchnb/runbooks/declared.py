"""The parameters of each runbook: their kinds, their defaults, and what they are on the emulator of the kernel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from batchnb.errors import InputError
from batchnb.runbooks.kinds import (
    Kind,
    read_age,
    read_choice,
    read_count,
    read_endpoint,
    read_expected,
    read_flag,
    read_job,
    read_limits,
    read_new_path,
    read_number,
    read_path,
    read_patterns,
    read_percent,
    read_price,
    read_reason,
    read_reviewer,
    read_tags,
    read_text,
    read_whole,
)

__all__ = ["NARROWING", "RUNBOOKS", "Parameter", "find_runbook"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a runbook."""

    kind: Kind
    default: object = None
    """What the notebook's cell says. None is a parameter that is not given."""
    demo: object = None
    """What it is on the emulator of the kernel where it is not given."""
    required: bool = False
    """Whether it has to be given everywhere else."""
    is_selector: bool = False
    """Whether it says which jobs are meant. If one of these is given, none has its demo value."""


Parameters = Mapping[str, Parameter]

NARROWING = ("definition", "name", "name_glob", "tags", "share", "depends_on")
"""The selectors of which a runbook that ends a part of a queue needs one."""

_PLACE: Parameters = {
    "endpoint": Parameter(read_endpoint, "local"),
    "profile": Parameter(read_text),
    "region": Parameter(read_text),
    "seed": Parameter(read_whole, 0),
}
_JOURNALS: Parameters = {"journals": Parameter(read_path)}
_STYLE: Parameters = {"ticket_style": Parameter(read_choice("text", "markdown", "jira", "slack"), "text")}
_RUN: Parameters = {
    "execute": Parameter(read_flag, default=False),
    "expect": Parameter(read_expected),
    "reviewed_by": Parameter(read_reviewer),
    "save_plan": Parameter(read_new_path),
    "timeout": Parameter(read_number, 300.0),
    **_JOURNALS,
    **_STYLE,
    "denied": Parameter(read_flag, default=False),
}
_GUARDS: Parameters = {
    "keep": Parameter(read_patterns, None),
    "max_jobs": Parameter(read_count, 200),
    "max_percent": Parameter(read_percent, 100.0),
}
_AT_LEAST: Parameters = {"at_least": Parameter(read_whole, 1)}


def _read_flag_or_none(name: str, value: object) -> bool | None:
    return None if value is None else read_flag(name, value)


def _selector(kind: Kind, demo: object = None, *, required: bool = False) -> Parameter:
    return Parameter(kind, demo=demo, required=required, is_selector=True)


def _reason(demo: str) -> Parameters:
    return {"reason": Parameter(read_reason, demo=demo, required=True)}


_SWEEP: Parameters = {
    **_PLACE,
    "queue": _selector(read_text, "train-gpu", required=True),
    "definition": _selector(read_text, "train-sweep:7"),
    "name": _selector(read_text),
    "name_glob": _selector(read_text),
    "tags": _selector(read_tags),
    "share": _selector(read_text),
    "older_than": _selector(read_age, "6h"),
    "newer_than": _selector(read_age),
    **_reason("OPS-123 sweep submitted with a bad input"),
    **_GUARDS,
    **_AT_LEAST,
    **_RUN,
}
_DRAIN: Parameters = {
    **_PLACE,
    "queue": _selector(read_text, "train-gpu", required=True),
    **_reason("OPS-201 the queue is drained for its new compute environment"),
    **_GUARDS,
    "keep": Parameter(read_patterns, demo=["name:*-prod", "tag:team=speech"]),
    "max_jobs": Parameter(read_count, 300),
    **_AT_LEAST,
    **_RUN,
}
_STUCK: Parameters = {
    **_PLACE,
    "queue": _selector(read_text),
    "older_than": Parameter(read_age, "6h"),
    "only": Parameter(read_text, "MISCONFIGURATION:"),
    "starting_longer_than": Parameter(read_age, "1h"),
    **_reason("OPS-124 can never start as it was submitted"),
    **_GUARDS,
    **_AT_LEAST,
    "evidence": Parameter(read_new_path),
    **_RUN,
}
_BUDGET: Parameters = {
    **_PLACE,
    "queue": _selector(read_text),
    "longer_than": Parameter(read_age, "6h"),
    "expected": Parameter(read_limits, demo={"pretrain": "72h", "train-prod": "48h"}),
    "most": Parameter(read_whole, 50),
    "price": Parameter(read_price, 0.05),
    "currency": Parameter(read_text, "USD"),
    **_reason("OPS-310 runs longer than it was expected to"),
    **_GUARDS,
    **_AT_LEAST,
    **_RUN,
}
_PIPELINE: Parameters = {
    **_PLACE,
    "queue": _selector(read_text),
    "definition": _selector(read_text),
    "name": _selector(read_text),
    "name_glob": _selector(read_text, "sweep-*"),
    "tags": _selector(read_tags, {"team": "vision"}),
    "share": _selector(read_text),
    "depends_on": _selector(read_job),
    "older_than": _selector(read_age),
    "newer_than": _selector(read_age),
    **_reason("OPS-140 orphans of a killed pipeline run"),
    **_GUARDS,
    "rounds": Parameter(read_count, 1),
    "pause": Parameter(read_number, 30.0),
    **_AT_LEAST,
    **_RUN,
}
_STORM: Parameters = {
    **_PLACE,
    "queue": _selector(read_text),
    "definition": _selector(read_text),
    "least_attempts": Parameter(read_count, 2),
    "failed_percent": Parameter(read_percent, 50.0),
    "failed_children": Parameter(read_count, 5),
    "spot": Parameter(read_flag, default=False),
    **_reason("OPS-150 fails and starts over"),
    **_GUARDS,
    **_AT_LEAST,
    **_RUN,
}
_INTERRUPTED: Parameters = {
    **_PLACE,
    "run": Parameter(read_text),
    "max_jobs": Parameter(read_count, 1000),
    "execute": Parameter(read_flag, default=False),
    "expect": Parameter(read_expected),
    "timeout": Parameter(read_number, 300.0),
    **_JOURNALS,
    **_STYLE,
    "denied": Parameter(read_flag, default=False),
}
_AUDIT: Parameters = {
    **_PLACE,
    "everywhere": Parameter(read_flag, default=False),
    **_JOURNALS,
    "since": Parameter(read_age, "30d"),
    "who": Parameter(read_text),
    "why": Parameter(read_text),
    "job": Parameter(read_text),
    "table": Parameter(read_new_path),
}
_QUICKSTART: Parameters = {
    **_PLACE,
    "queue": _selector(read_text, "train-gpu", required=True),
    "definition": _selector(read_text, "train-sweep:7", required=True),
    "older_than": _selector(read_age, "6h"),
    **_reason("OPS-123 sweep submitted with a bad input"),
    "execute": Parameter(_read_flag_or_none, demo=True),
    "expect": Parameter(read_expected),
    "timeout": Parameter(read_number, 300.0),
    **_JOURNALS,
    "denied": Parameter(read_flag, default=False),
}

RUNBOOKS: Mapping[str, Parameters] = {
    "quickstart": _QUICKSTART,
    "end_a_runaway_sweep": _SWEEP,
    "end_a_pipeline_run": _PIPELINE,
    "drain_a_queue": _DRAIN,
    "stuck_runnable": _STUCK,
    "retry_storm": _STORM,
    "jobs_over_budget": _BUDGET,
    "finish_an_interrupted_run": _INTERRUPTED,
    "audit_trail": _AUDIT,
}


def find_runbook(name: str) -> Parameters:
    """Return the parameters of a runbook. Raises InputError where there is none of that name."""
    if name not in RUNBOOKS:
        raise InputError(f"There is no runbook {name!r}. There are: {', '.join(RUNBOOKS)}.")
    return RUNBOOKS[name]
