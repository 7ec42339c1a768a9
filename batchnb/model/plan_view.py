"""A plan as text, as HTML and as a DataFrame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from batchnb.document import ROWS_SHOWN, Document, Facts
from batchnb.guards.lines import guards_in_force, useless_protections
from batchnb.jobs.shapes import evidence_texts
from batchnb.jobs.summary import count_by_status, lacks_hours, started_units
from batchnb.model.facts import DIGEST_SHOWN, PlanFacts
from batchnb.model.figures_text import figures_text
from batchnb.model.groups import Group
from batchnb.model.showing import begins_now, name_of
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["plan_facts", "plan_frame", "plan_html", "plan_text", "plan_warnings"]

_TITLES = ("jobId", "jobName", "jobQueue", "status", "verdict")
_NOTHING_ENDED = "Nothing has been ended."
_REFUSED = " It cannot be executed as it is."
_REFUSALS_SHOWN = 10
_QUEUES_SHOWN = 10
_NOTES_SHOWN = 10
_GROUPS_SHOWN = 10
_DEPENDENTS_SHOWN = 10
_FIELDS = (
    *("status", "status_reason", "created_at", "started_at", "stopped_at", "job_definition", "kind"),
    *("vcpus", "memory", "gpus", "num_nodes", "exit_code", "log_stream"),
)
"""Fields of `Job` that are columns of the frame as they are."""


def plan_text(plan: PlanFacts, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a terminal, with at most `limit` jobs of it."""
    return _sheet(plan, limit).text()


def plan_html(plan: PlanFacts, limit: int | None = ROWS_SHOWN) -> str:
    """Return the plan for a notebook, with at most `limit` jobs of it."""
    return _sheet(plan, limit).html()


def _sheet(plan: PlanFacts, limit: int | None) -> Document:
    jobs = _in_order(plan)
    by_status = count_by_status(planned.job for planned in plan.to_end)
    return Document(
        kind="plan",
        sentence=_sentence(plan),
        facts=plan_facts(plan),
        moments=("jobs to end",),
        counts=[(status, (count,)) for status, count in by_status.items()],
        titles=_TITLES,
        rows=[_row(planned) for planned in jobs[:limit]],
        total=len(jobs),
        limit=limit,
        group_titles=("group", "definition", "jobs", "odd one out"),
        groups=[
            (group.stem or "(no name)", group.definition, f"{len(group.jobs):,}", group.odd)
            for group in sorted(plan.grouped.rows, key=lambda group: (not group.is_marked, -len(group.jobs)))
        ][:_GROUPS_SHOWN],
        open_rows=sum(planned.verdict is Verdict.NOT_FOUND for planned in jobs[:limit]),
        all_rows=f"{_name(plan)}.to_frame()",
        in_text=_TITLES if len(plan.queues) > 1 else [title for title in _TITLES if title != "jobQueue"],
    )


def _sentence(plan: PlanFacts) -> str:
    name = f"Plan {plan.digest[:DIGEST_SHOWN]}"
    if begins_now(plan) and plan.to_end and not plan.refused_by:
        return f"{name}: ending {plural(len(plan.to_end), 'job')}."
    return f"{name}. {_NOTHING_ENDED}{_REFUSED if plan.refused_by else ''}"


def plan_facts(plan: PlanFacts) -> Facts:
    """Return what somebody has to know before they say yes."""
    left_out = {verdict: count for verdict, count in plan.counts.items() if not Verdict(verdict).is_sent}
    facts = [
        ("Where", _where(plan)),
        ("Caller", plan.identity.caller or "unknown"),
        ("Reason", plan.reason),
        *([("Reviewed by", plan.reviewed_by)] if plan.reviewed_by else []),
        ("Ends", _ends(plan)),
    ]
    facts += [("Refused", refusal.sentence) for refusal in plan.refused_by[:_REFUSALS_SHOWN]]
    if len(plan.refused_by) > _REFUSALS_SHOWN:
        facts.append(("Refused", f"and {len(plan.refused_by) - _REFUSALS_SHOWN:,} more in {_name(plan)}.refused_by"))
    if plan.queues:
        facts.append(("Queues", _queues(plan)))
    facts += odd_ones(plan)
    if plan.array_children:
        facts.append(("Also ends", plural(plan.array_children, "live child", "live children") + " of its array jobs"))
    if any(plan.frees.values()):
        facts.append(("Frees", _frees(plan.frees, plan.to_end)))
    facts += [(f"  {shown(queue, 40)}", text) for queue, text in _frees_by_queue(plan)]
    facts += _dependents(plan)
    if left_out:
        facts.append(("Left out", ", ".join(f"{count:,} {verdict}" for verdict, count in left_out.items())))
    if plan.listed_by:
        facts.append(("Listed by", plan.listed_by))
    facts += [("Note", note) for note in plan.notes[:_NOTES_SHOWN]]
    if len(plan.notes) > _NOTES_SHOWN:
        facts.append(("Note", f"and {len(plan.notes) - _NOTES_SHOWN:,} more in {_name(plan)}.notes"))
    facts += _guards(plan)
    return facts


def odd_ones(plan: PlanFacts) -> Facts:
    """Return the groups that are unlike the others, each with the reason, and how many more there are."""
    grouped = plan.grouped
    facts = [("Odd one out", f"{_group(group)}: {group.odd}") for group in grouped.marked]
    if grouped.unmarked:
        facts.append(("Odd one out", f"and {plural(grouped.unmarked, 'more group')} in {_name(plan)}.groups"))
    if grouped.sentence:
        facts.append(("Groups", f"{grouped.sentence} All of them: {_name(plan)}.groups"))
    return facts


def _name(plan: PlanFacts) -> str:
    return name_of(plan, "plan")


def _group(group: Group) -> str:
    name = shown(group.stem or "(no name)", 60)
    return name if len(group.jobs) == 1 else f"{name} ({plural(len(group.jobs), 'job')})"


def plan_warnings(plan: PlanFacts) -> list[str]:
    """Return the sentences about protections that were typed with the plan, and keep none of its jobs."""
    jobs = [planned.job for planned in plan.jobs if planned.job] + [one.job for one in plan.dependents.jobs]
    by_array = any(
        one.verdict is Verdict.PROTECTED and one.job and not plan.guards.protection_of(one.job) for one in plan.jobs
    )
    return useless_protections(plan.guards, jobs, tags_too=not by_array)


def plan_frame(plan: PlanFacts) -> pd.DataFrame:
    """Return one row a job, those left out included: its verdict, and what AWS said of it. Missing is what is unknown.

    `jobId`, `jobName`, `jobQueue`, `verdict`, `status`, `statusReason` and `jobDefinition` are strings; `createdAt`,
    `startedAt` and `stoppedAt` datetime64[ms, UTC]. `kind` is the shape of the job; `image` and `command` are those of
    all its containers. `vcpus` and `memory` (Float64, MiB) and `gpus` (Int32) are what its containers and nodes need
    together, of an array what each child needs; `started` is how many times that is held: 1, of an array its running
    children, or 0. `nodes` is the number of nodes of a multi-node job, `attempts` that of its attempts. `exitCode` and
    `logStreamName` are those of the container that failed, or else the first; `exitCodes`, `reason` and `logStreams`
    those of all containers; `podName` and `nodeName` say where on EKS. `tags` are dicts.
    """
    import pandas as pd

    from batchnb.jobs.frame import numbers, strings, utc

    jobs = [planned.job for planned in plan.jobs]
    texts = evidence_texts(job.evidence if job else None for job in jobs)
    of = {name: [getattr(job, name) if job else None for job in jobs] for name in _FIELDS}
    return pd.DataFrame(
        {
            "jobId": strings(planned.job_id for planned in plan.jobs),
            "jobName": strings(planned.job_name for planned in plan.jobs),
            "jobQueue": strings(planned.job_queue for planned in plan.jobs),
            "verdict": strings(planned.verdict.value for planned in plan.jobs),
            "status": strings(of["status"]),
            "statusReason": strings(of["status_reason"]),
            "createdAt": utc(of["created_at"]),
            "startedAt": utc(of["started_at"]),
            "stoppedAt": utc(of["stopped_at"]),
            "jobDefinition": strings(of["job_definition"]),
            "kind": strings(of["kind"]),
            "image": strings(text.images for text in texts),
            "command": strings(text.commands for text in texts),
            "vcpus": numbers(of["vcpus"]),
            "memory": numbers(of["memory"]),
            "gpus": pd.array(of["gpus"], dtype="Int32"),
            "started": pd.array([started_units(job) if job else None for job in jobs], dtype="Int32"),
            "nodes": pd.array(of["num_nodes"], dtype="Int32"),
            "attempts": pd.array([len(job.attempts) if job else None for job in jobs], dtype="Int32"),
            "exitCode": pd.array(of["exit_code"], dtype="Int32"),
            "exitCodes": strings(text.exit_codes for text in texts),
            "reason": strings(text.reasons for text in texts),
            "logStreamName": strings(of["log_stream"]),
            "logStreams": strings(text.log_streams for text in texts),
            "podName": strings(text.pods for text in texts),
            "nodeName": strings(text.nodes for text in texts),
            "tags": pd.Series([dict(job.tags or ()) if job else {} for job in jobs], dtype=object),
        }
    )


def _in_order(plan: PlanFacts) -> Sequence[PlannedJob]:
    # Unknown ids first: they may be typos, which you want to see before you confirm.
    return sorted(
        plan.jobs, key=lambda planned: (planned.verdict is not Verdict.NOT_FOUND, not planned.verdict.is_sent)
    )


def _row(planned: PlannedJob) -> Sequence[object]:
    status = planned.job.status if planned.job else None
    return (planned.job_id, planned.job_name, planned.job_queue, status, planned.verdict.value)


def _ends(plan: PlanFacts) -> str:
    if not plan.to_end:
        return "no job: nothing here can be terminated"
    parts = [f"{count:,} to {verdict}" for verdict, count in plan.counts.items() if Verdict(verdict).is_sent]
    return f"{plural(len(plan.to_end), 'job')}: {', '.join(parts)}"


def _queues(plan: PlanFacts) -> str:
    parts = [f"{shown(queue)} {count:,}" for queue, count in list(plan.queues.items())[:_QUEUES_SHOWN]]
    more = len(plan.queues) - len(parts)
    return ", ".join(parts) + (f" and {more:,} more" if more else "")


def _where(plan: PlanFacts) -> str:
    production = ", PRODUCTION" if plan.guards.is_production(plan.identity.account) else ""
    return f"{plan.identity}{production}"


def _dependents(plan: PlanFacts) -> Facts:
    dependents, left = plan.dependents, plan.dependents_left
    facts = []
    if dependents.jobs:
        count = plural(len(dependents.jobs), "dependent")
        facts.append(("Fail with it", f"{count} will fail with them, {len(left):,} of them not in this plan"))
    if left:
        which = ", ".join(f"{one.job_id} ({shown(one.job.job_name, 40)})" for one in left[:_DEPENDENTS_SHOWN])
        more = len(left) - _DEPENDENTS_SHOWN
        facts.append(("Not in it", which + (f" and {more:,} more" if more > 0 else "")))
    if dependents.gap:
        facts.append(("Dependents", dependents.gap))
    return facts


def _guards(plan: PlanFacts) -> Facts:
    """Return what somebody has to know of guards: what was widened, and what has to be typed."""
    held = plan.guards
    facts = [("Guards", line) for line in guards_in_force(held)]
    facts += [("Guard", sentence) for sentence in plan_warnings(plan)]
    for name, cap in (("max_jobs", held.max_jobs), ("max_percent", held.max_percent)):
        if cap is not None and cap.raised_over:
            facts.append(("Guard", f"{name} {cap}"))
    facts += [("Guard", f"no longer protected: {pattern}, set by {source}") for pattern, source in held.lifted]
    if held.is_production(plan.identity.account) and plan.to_end:
        facts.append(("Guard", f"the number of jobs has to be typed here: expect={len(plan.to_end)}"))
    return facts


def _frees_by_queue(plan: PlanFacts) -> Facts:
    if len(plan.frees_by_queue) < 2:
        return []
    shown_queues = list(plan.frees_by_queue.items())[:_QUEUES_SHOWN]
    of_queue: dict[str, list[PlannedJob]] = {queue: [] for queue, _ in shown_queues}
    for planned in plan.to_end:
        of_queue.get(planned.job_queue or "unknown queue", []).append(planned)
    return [(queue, _frees(frees, of_queue[queue])) for queue, frees in shown_queues]


def _frees(frees: Mapping[str, float], jobs: Sequence[PlannedJob]) -> str:
    """Return what ends as text."""
    at_least = "at least " if any(planned.job and lacks_hours(planned.job) for planned in jobs) else ""
    return f"{figures_text(frees)}; {at_least}{frees['job_hours']:,.1f} job-hours have run"
