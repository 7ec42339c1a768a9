"""PlanFacts: what a plan says, and what follows from that: counts, digest, refusals. It makes no calls."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import TypeAlias

from batchnb.aws.gateway import Gateway
from batchnb.guards.refusals import Refusal, refuse_everything
from batchnb.guards.rules import Guards
from batchnb.jobs.fastjson import to_json
from batchnb.jobs.ids import array_parent
from batchnb.jobs.place import Place
from batchnb.jobs.summary import freed_by_queue, summed
from batchnb.model.dependents import Dependent, Dependents
from batchnb.model.groups import Groups, group_jobs
from batchnb.model.verdict import PlannedJob, Verdict

__all__ = ["DIGEST_SHOWN", "DROPPED_OUT", "LIMIT_RAISED", "WOULD_FAIL", "Expected", "PlanFacts", "units_by_queue"]

DROPPED_OUT = "Dropped out of the expected plan: "
"""How a note begins that names jobs which somebody expected to end, and which this plan does not end any more."""

LIMIT_RAISED = "Limit raised: "
"""How a note begins that says which limit somebody raised for this plan only, and how."""

WOULD_FAIL = "would fail, by a job that it depends on,"
"""What a plan does to a dependent, for refusals."""

_guarded_fields = attrgetter(
    *("job_id", "job_name", "status", "job_definition", "job_queue", "job_arn", "share_identifier", "tags"),
    *("array_size", "array_index", "children", "num_nodes", "is_terminated", "is_cancelled"),
    *("depends_on", "pairs_with", "is_sequential"),
)
"""What guards, and checks before sending, go by of a job."""


_OneExpected: TypeAlias = "PlanFacts | os.PathLike[str] | str | int | None"
Expected: TypeAlias = "_OneExpected | tuple[_OneExpected, int | str]"
"""What a plan has to be: see `Plan.check_expected`."""


@dataclass(frozen=True)
class PlanFacts:
    """Which jobs will be ended, why, where, and which will not, with the guards and the evidence."""

    reason: str
    identity: Place
    jobs: tuple[PlannedJob, ...]
    """Every distinct id that was handed over, in that order, those that are left out included."""
    made_at: datetime
    gateway: Gateway | None = field(repr=False, compare=False)
    """The connection that it was made with; None where it was read from a journal or copied to another process."""
    dependents: Dependents = field(default=Dependents(), compare=False)
    """The jobs that wait for those of the plan, and fail with them."""
    guards: Guards = field(default=Guards(), repr=False, compare=False)
    """The guards that held when the plan was made. `execute` adds those that hold then."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What somebody has to know of how the ids that were given became these jobs."""
    listed_by: str = field(default="", compare=False)
    """The selectors of the listing that the jobs came from, where they came from one."""
    listed_all: int = field(default=0, repr=False, compare=False)
    """How many jobs a listing without selectors found, where the plan is for all of them; otherwise 0."""
    live_in_queues: tuple[tuple[str, int], ...] = field(default=(), repr=False, compare=False)
    """The number of live jobs in each queue of the plan; empty where no guard asked for it."""
    reviewed_by: str = field(default="", compare=False)
    """The people who have looked at it before it was executed, as somebody typed it; empty where nobody is named."""
    _voucher: str = field(default="", repr=False, compare=False)
    """The key of what this process knows of the plan (see `vouching`). It stays in the process."""

    @cached_property
    def digest(self) -> str:
        """64 hex digits over the ids, verdicts, reason, account, Region and endpoint: another plan, another digest.

        Of an endpoint on this machine the port does not count: an emulator has another one each time it is started.
        """
        verdicts = sorted((planned.job_id, planned.verdict.value) for planned in self.jobs)
        text = json.dumps(["batchnb plan 1", self.identity.place, self.reason, verdicts], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def fingerprint(self) -> str:
        """64 hex digits over all that the guards go by: another plan, other evidence or other guards, another value.

        That is the digest, the time, the guards, and each job and dependent with its name, queue, tags, definition,
        array size, children and dependencies. It tells a plan from one that was changed; it does not prove its origin.
        """
        jobs = [(one.job_id, one.job and _guarded_fields(one.job)) for one in self.jobs]
        dependents = [(one.job_id, one.because_of, _guarded_fields(one.job)) for one in self.dependents.jobs]
        looked_at = [self.listed_all, self.live_in_queues, self.dependents.account_wide]
        made = [self.digest, self.made_at.isoformat(), repr(self.guards), self.dependents.gap, looked_at]
        return hashlib.sha256(to_json([made, jobs, dependents])).hexdigest()

    def is_copy_of(self, other: PlanFacts) -> bool:
        """Whether both are the same plan, made or loaded once by this process."""
        return self is other or (bool(self._voucher) and self._voucher == other._voucher)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many jobs have each verdict; verdicts that no job has are left out."""
        found = Counter(planned.verdict for planned in self.jobs)
        return {verdict.value: found[verdict] for verdict in Verdict if found[verdict]}

    @cached_property
    def to_end(self) -> tuple[PlannedJob, ...]:
        """The jobs that a request will be made for."""
        return tuple(planned for planned in self.jobs if planned.verdict.is_sent)

    @cached_property
    def queues(self) -> dict[str, int]:
        """How many jobs of each queue will be ended, by queue name, most first."""
        return dict(Counter(planned.job_queue or "unknown queue" for planned in self.to_end).most_common())

    @cached_property
    def grouped(self) -> Groups:
        """The jobs to end by definition and name stem, those unlike the others marked."""
        return group_jobs(self.jobs)

    @cached_property
    def array_children(self) -> int:
        """How many live children end together with the array jobs of the plan."""
        return sum(planned.job.live_children for planned in self.to_end if planned.job)

    @cached_property
    def job_count(self) -> int:
        """How many jobs end: those that requests are made for, arrays counted by their live children."""
        jobs = [planned.job for planned in self.to_end]
        return sum((job.live_children or job.array_size or 1) if job else 1 for job in jobs)

    @cached_property
    def dependents_left(self) -> tuple[Dependent, ...]:
        """The dependents that are not in the plan: they fail all the same."""
        ends = {
            planned.job_id for planned in self.jobs if planned.verdict.is_sent or planned.verdict is Verdict.COVERED
        }
        ends_with = (dependent for dependent in self.dependents.jobs if dependent.job_id not in ends)
        return tuple(dependent for dependent in ends_with if array_parent(dependent.job_id) not in ends)

    @cached_property
    def frees(self) -> Mapping[str, float]:
        """What ends: `vcpus`, `memory_gib`, `gpus` in use, `job_hours` run so far, as `freed_by_queue` counts them.

        `unknown` is the number of running jobs of which a figure is not known: the sums are the least then.
        """
        return summed(self.frees_by_queue.values())

    @cached_property
    def frees_by_queue(self) -> Mapping[str, Mapping[str, float]]:
        """What ends, as in `frees`, by the name of the queue; queues in which nothing runs are left out."""
        jobs = [planned.job for planned in self.to_end if planned.job]
        return freed_by_queue(jobs, self.made_at)

    @cached_property
    def refused_by(self) -> tuple[Refusal, ...]:
        """Why `execute` would refuse this plan, under the guards that it shows; empty where none of them refuses it.

        It can be looked at, saved and expected all the same.
        """
        held = self.guards
        percent = held.max_percent
        chosen, live = units_by_queue(self.to_end) if percent else {}, dict(self.live_in_queues)
        shares = [(queue, len(ids), live[queue]) for queue, ids in chosen.items() if queue in live]
        waiting = (dependent.job for dependent in self.dependents_left)
        return (
            *held.refuse_ending(),
            *refuse_everything(len(self.jobs), self.listed_all),
            *held.refuse_count(self.job_count),
            *(refusal for share in shares for refusal in held.refuse_share(*share)),
            *held.refuse_protected(waiting, WOULD_FAIL),
            *held.refuse_unseen(self.dependents.gap),
        )


def units_by_queue(jobs: Iterable[PlannedJob]) -> dict[str, set[str]]:
    """Return the ids of these jobs by the name of their queue, the array's id for a child."""
    units: dict[str, set[str]] = {}
    for planned in jobs:
        units.setdefault(planned.job_queue or "", set()).add(array_parent(planned.job_id) or planned.job_id)
    return units


DIGEST_SHOWN = 12
"""Characters of the digest that are shown, and enough to name a plan."""
