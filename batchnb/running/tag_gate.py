"""The tag gate: describes jobs again right before each is asked for, where a guard protects jobs by tag.

Tags change: `keep=yes` is set by people who see their jobs ending. What the plan knows of the tags of a job, and of
those jobs that would end or fail with it, is too old by then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeAlias

from batchnb.aws.answers import ItemError
from batchnb.aws.gateway import DESCRIBE_LIMIT, Gateway, in_groups
from batchnb.aws.pace import CallKind
from batchnb.aws.retry import each_with_retries
from batchnb.clock import Clock
from batchnb.errors import AwsError, CredentialsError
from batchnb.guards.rules import Guards, PatternKind
from batchnb.jobs.ids import array_parent
from batchnb.jobs.job import Job
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.planning.preflight import Preflight
from batchnb.text import shown

__all__ = ["PROTECTED", "Gate", "left_out_of", "protected_now", "tag_gate"]

Gate: TypeAlias = Callable[[Sequence[str]], Mapping[str, str]]
"""Given the ids of jobs that are about to be asked for, it returns those to leave out, with the sentence that says why.

It is called in several threads at once."""

PROTECTED, NOT_SENT = "Protected", "NotSent"
"""The error codes of jobs that a call was to name and did not: protected ones, and those whose turn came too late."""

FRESH = 0.05
"""Seconds for which a description counts: two calls that go out one right after the other share one DescribeJobs."""

PATIENCE = 10.0
"""Seconds for which a description is tried again. A job that cannot be described is left out."""


def tag_gate(plan: Plan, jobs: Sequence[PlannedJob], held: Guards, gateway: Gateway, clock: Clock) -> Gate | None:
    """Return the gate for these jobs of the plan; None where no guard protects jobs by tag."""
    if not any(pattern.kind is PatternKind.TAG for pattern, _ in held.protect):
        return None
    order = [planned.job_id for verdict in (Verdict.CANCEL, Verdict.TERMINATE) for planned in _in_calls(jobs, verdict)]
    return _TagGate(gateway, clock, held, order, _taken_along(plan))


def protected_now(pattern: object, source: str) -> str:
    """Return the sentence that says why a job was not asked for."""
    return f"{shown(pattern)} in {source} protects it now. To end it, make a new plan."


def left_out_of(job_ids: Sequence[str], gate: Gate | None, is_over: Callable[[], bool]) -> dict[str, ItemError]:
    """Return those of the jobs that are not to be asked for; all of them if it `is_over` once the gate has answered."""
    if gate is None:
        return {}
    left_out = {job_id: ItemError(job_id, PROTECTED, why) for job_id, why in gate(job_ids).items()}
    late = job_ids if is_over() else ()
    return {job_id: ItemError(job_id, NOT_SENT, "sending stopped before its turn") for job_id in late} | left_out


@dataclass(eq=False, slots=True)
class _Look:
    """One description of some jobs."""

    began: float
    jobs: Future[Mapping[str, Job]] = field(default_factory=Future)


@dataclass(eq=False)
class _TagGate:
    gateway: Gateway
    clock: Clock
    held: Guards
    order: list[str]
    """The ids of the jobs, in the order in which they are asked for."""
    along: Mapping[str, Sequence[str]]
    """Ids of jobs that end or fail with a job, by its id."""
    _lock: Lock = field(default_factory=Lock)
    _looks: dict[str, _Look] = field(default_factory=dict)
    _next: int = 0
    """Up to where in `order` the jobs have come to the gate."""

    def __call__(self, job_ids: Sequence[str]) -> dict[str, str]:
        """Return which of these jobs are protected now, or could not be described. Raises CredentialsError."""
        arrays = [parent for job_id in job_ids if (parent := array_parent(job_id))]
        wanted = list(dict.fromkeys([*job_ids, *arrays, *self._taken_along(job_ids)]))
        try:
            described = self._look_at(wanted)
        except CredentialsError:
            raise
        except AwsError as error:
            return dict.fromkeys(job_ids, f"its tags could not be looked at before it was asked for ({error})")
        kept = Preflight(self.gateway, self.clock, described=described).protected(self.held)
        out = {job_id: protected_now(*kept[job_id]) for job_id in job_ids if job_id in kept}
        for job_id in job_ids if kept else ():
            if other := next((other for other in self._taken_along([job_id]) if other in kept), None):
                out.setdefault(job_id, f"{other} would end or fail with it, and {protected_now(*kept[other])}")
        unseen = "DescribeJobs does not show it, so its tags are not known"
        return out | {job_id: unseen for job_id in job_ids if job_id not in described}

    def _taken_along(self, job_ids: Sequence[str]) -> list[str]:
        """Return all that ends or fails with these jobs, as far as the plan knows."""
        found: dict[str, None] = {}
        waiting = list(job_ids)
        while waiting:
            job_id = waiting.pop()
            # What waits for an array fails with each of its children, too.
            for other in (*self.along.get(job_id, ()), *self.along.get(array_parent(job_id) or "", ())):
                if other not in found:
                    found[other] = None
                    waiting.append(other)
        return list(found)

    def _look_at(self, wanted: Sequence[str]) -> dict[str, Job]:
        """Return these jobs as DescribeJobs shows them now, or did a moment ago."""
        with self._lock:
            now = self.clock.now()
            stale = [job_id for job_id in wanted if not self._is_fresh(job_id, now)]
            if stale:
                stale, look = self._filled(stale), _Look(now)
                self._looks.update(dict.fromkeys(stale, look))
            looks = {self._looks[job_id] for job_id in wanted}
        if stale:
            try:
                look.jobs.set_result(self._described(stale))
            except BaseException as error:  # noqa: BLE001 - the thread that waits for it gets it
                look.jobs.set_exception(error)
        described: dict[str, Job] = {}
        for one in looks:
            described |= one.jobs.result()
        return {job_id: described[job_id] for job_id in wanted if job_id in described}

    def _is_fresh(self, job_id: str, now: float) -> bool:
        look = self._looks.get(job_id)
        return look is not None and now - look.began < FRESH

    def _filled(self, job_ids: list[str]) -> list[str]:
        """Return these jobs and those that are asked for next, as many as fit into the last call."""
        asked = set(job_ids)
        known = self._looks.keys() | asked
        while self._next < len(self.order) and self.order[self._next] in known:
            self._next += 1
        room = -len(job_ids) % DESCRIBE_LIMIT
        following = (job_id for job_id in self.order[self._next : self._next + room] if job_id not in asked)
        return [*job_ids, *following]

    def _described(self, job_ids: Sequence[str]) -> Mapping[str, Job]:
        described: dict[str, Job] = {}
        groups = list(in_groups(job_ids, DESCRIBE_LIMIT))
        pace = self.gateway.pace(CallKind.DESCRIBING)
        for answer in each_with_retries(self.gateway.describe, groups, self.clock, PATIENCE, pace=pace):
            described.update(answer)
        return described


def _in_calls(jobs: Sequence[PlannedJob], verdict: Verdict) -> list[PlannedJob]:
    return sorted((one for one in jobs if one.verdict is verdict), key=lambda planned: planned.job_queue or "")


def _taken_along(plan: Plan) -> Mapping[str, Sequence[str]]:
    """Return the jobs that end or fail with a job of the plan, by its id: those that the plan knows."""
    along: defaultdict[str, list[str]] = defaultdict(list)
    for planned in plan.jobs:
        if planned.verdict is Verdict.COVERED and (parent := array_parent(planned.job_id)):
            along[parent].append(planned.job_id)
    for dependent in plan.dependents.jobs:
        for needed in {dependent.because_of, *dependent.job.depends_on}:
            along[needed].append(dependent.job_id)
    return along
