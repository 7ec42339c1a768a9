"""Plan: what would be done to which job, and the evidence for it, fixed before anything is done.

Preflight asks DescribeJobs about every id and gives each a verdict. What a plan shows is what is executed:
nothing is selected again afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from batchnb.aws import Gateway, Identity
from batchnb.blast import Dependent, Dependents, Waiting
from batchnb.clock import Clock
from batchnb.frees import freed_by_queue, summed
from batchnb.guards import Guards, Layer
from batchnb.ids import JobId, array_parent
from batchnb.preflight import (
    Preflight,
    check_accounts,
    check_reason,
    check_regions,
    check_shares,
    notes_on_nodes,
    whole_jobs,
)
from batchnb.settings import guards
from batchnb.verdicts import PlannedJob, Verdict
from batchnb.vouching import vouch

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.ledger import JobEvent
    from batchnb.pictures import Picture
    from batchnb.report import Report

__all__ = ["DIGEST_SHOWN", "MAX_AGE", "Expected", "Plan", "PlannedJob", "Verdict", "check_reason", "make_plan"]

DIGEST_SHOWN = 12
"""Characters of the digest that are shown, and enough to name a plan."""

Expected: TypeAlias = "Plan | os.PathLike[str] | str | int | None"
"""What a plan has to be: see `Plan.check_expected`."""

MAX_AGE = timedelta(minutes=15)
"""How old a plan may be before its jobs are described again, right before anything is sent."""


@dataclass(frozen=True)
class Plan:
    """Which jobs will be ended, why, where, and which will not. Immutable; made by `batchnb.plan`.

    Making or showing one ends nothing; `execute` does.
    """

    reason: str
    identity: Identity
    jobs: tuple[PlannedJob, ...]
    """Every distinct id that was handed over, in that order, those that are left out included."""
    made_at: datetime
    gateway: Gateway | None = field(repr=False, compare=False)
    """The connection that it was made with; None where it was read from a journal or copied to another process."""
    dependents: Dependents = field(default=Dependents(), compare=False)
    """The jobs that wait for those of the plan, and fail with them."""
    guards: Guards = field(default=Guards(), repr=False, compare=False)
    """The guards that held when the plan was made. `execute` asks for those that hold then."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What somebody has to know of how the ids that were given became these jobs."""
    listed_by: str = field(default="", compare=False)
    """The selectors of the listing that the jobs came from, where they came from one."""

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
        """The digest, the time, and what guards go by of each job: names, queues and tags."""
        evidence = [(one.job_id, one.job_name, one.job_queue, one.job and one.job.tags) for one in self.jobs]
        text = json.dumps([self.digest, self.made_at.isoformat(), evidence], ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

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
        """What ends with the running jobs: `vcpus`, `memory_gib`, `gpus` in use, and `job_hours` run so far.

        An array counts its running children for the first three, and nothing for the hours, which are not known.
        """
        return summed(self.frees_by_queue.values())

    @cached_property
    def frees_by_queue(self) -> Mapping[str, Mapping[str, float]]:
        """What ends, as in `frees`, by the name of the queue; queues in which nothing runs are left out."""
        jobs = [planned.job for planned in self.to_end if planned.job]
        return freed_by_queue(jobs, round(self.made_at.timestamp() * 1000))

    def execute(
        self,
        *,
        wait: bool = True,
        timeout: float = 300.0,
        on_event: Callable[[JobEvent], None] | None = None,
        gateway: Gateway | None = None,
        clock: Clock | None = None,
        rps: float | None = None,
        rate_share: float = 1.0,
        expect: Expected = None,
        max_age: str | timedelta = MAX_AGE,
    ) -> Report:
        """End the jobs of this plan and return what was seen to become of each.

        `expect` is what the plan has to be: see `check_expected`. Where the plan is older than `max_age` ("15m", "1h"),
        or was made by another process, its jobs are described again first: those that have ended meanwhile are not
        asked for, and stand in the report.

        With `wait`, every job is watched until it has ended, or until `timeout` seconds have passed since the last
        request was answered; without it, each is looked at once. Requests that AWS throttles or fails to answer are
        repeated until `timeout` seconds pass in which none succeeds. `on_event` is called in this thread for every
        change that is noticed. `gateway` is for executing a plan through another connection than it was made with.

        Calls go out as fast as the service takes them, which is found out. `rps` is the most of each kind (those that
        end jobs, those that describe them) that go out in a second. `rate_share`, more than 0 and at most 1, is the
        part of the service's limit that is used, so that the account's other callers have room.

        A journal of the run is written as it goes on, from which it can be resumed: see `batchnb.history`.

        Nothing is raised for jobs that could not be ended: see `Report.raise_for_failures`. Raises InputError for a
        `timeout` that is no number of seconds; PlanMismatchError where the gateway leads to another account, Region or
        endpoint, where the plan is not the expected one, and where a job is no longer the one that was shown;
        GuardError where a guard forbids it now; JournalError where the journal cannot be written; and
        InterruptedRunError, which carries the report, after Ctrl-C or an exception in `on_event`.
        """
        from batchnb.run import execute

        return execute(
            self,
            gateway or self.gateway,
            wait=wait,
            timeout=timeout,
            on_event=on_event,
            clock=clock or Clock(),
            rps=rps,
            rate_share=rate_share,
            expect=expect,
            max_age=max_age,
        )

    def check_expected(self, expect: Expected) -> None:
        """Raise PlanMismatchError, which says what differs, unless this is the expected plan. Ends nothing.

        `expect` is the number of jobs that the plan ends, its digest or the first 8 or more digits of it, a plan, or
        the path of a saved one (.json); the latter two tell which jobs are new, gone or changed. None expects nothing.
        """
        from batchnb.run import check_expected

        check_expected(self, expect)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan and its evidence into a new file, for `batchnb.load_plan`: to be reviewed, and executed later.

        Raises InputError where there is such a file already, or it cannot be written.
        """
        from batchnb.saved_plans import save_plan

        save_plan(self, path)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a job: `jobId`, `jobName`, `jobQueue`, `verdict`, and the evidence, as strings and times."""
        from batchnb.plan_view import plan_frame

        return plan_frame(self)

    def plot(self, jobs: pd.DataFrame | None = None) -> Picture:
        """Return a picture of run times by job definition, those that the plan ends marked, among all of `jobs`.

        `jobs` is a listing to compare with; without it only the plan's are drawn. Needs the extra `plot`.
        """
        from batchnb.pictures import picture_of_plan

        return picture_of_plan(self, jobs)

    def __copy__(self) -> Plan:
        return replace(self)

    def __deepcopy__(self, _memo: Any) -> Plan:
        return replace(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # A connection does not travel: who unpickles a plan executes it through one of their own.
        parts = (self.reason, self.identity, self.jobs, self.made_at, None)
        return Plan, (*parts, self.dependents, self.guards, self.notes, self.listed_by)

    def __str__(self) -> str:
        from batchnb.plan_view import plan_text

        return plan_text(self)

    def __repr__(self) -> str:
        left_out = len(self.jobs) - len(self.to_end)
        return f"<Plan {self.digest[:DIGEST_SHOWN]}: {len(self.to_end)} to end, {left_out} left out>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        from batchnb.plan_view import plan_html

        return {"text/plain": str(self), "text/html": plan_html(self)}


def make_plan(
    gateway: Gateway,
    ids: list[JobId],
    reason: str,
    clock: Clock | None = None,
    *,
    layers: Sequence[Layer] = (),
    with_dependents: bool = False,
    collapse: bool = False,
    listed_by: str = "",
) -> Plan:
    """Describe these jobs and return the Plan to end them for `reason`. Ends nothing.

    `layers` are guards that were typed, above those that are configured. Raises InputError for a reason that AWS would
    not take, and for ARNs of another account or Region; GuardError where a guard forbids it; AwsError where
    DescribeJobs fails.
    """
    clock = clock or Clock()
    check_reason(reason)
    check_regions(ids, gateway.region)
    gateway.ask_caller()
    held = guards(*layers)
    wanted, nodes = whole_jobs(ids)
    with Waiting(gateway, clock) as waiting:
        preflight = Preflight(gateway, clock, waiting)
        preflight.look(wanted)
        account, partition = preflight.place
        identity = gateway.identity(account)
        check_accounts(ids, identity.account, partition)
        held.check_account(identity.account)
        jobs = preflight.judged(list(wanted), held)
        dependents = preflight.dependents(jobs, held)
        if with_dependents and dependents.jobs:
            wanted.update(dict.fromkeys(dependent.job_id for dependent in dependents.jobs))
            preflight.look(wanted)
            jobs = preflight.judged(list(wanted), held)
    jobs, notes = preflight.collapsed(jobs, collapse=collapse)
    notes = [*notes_on_nodes(nodes, preflight.described), *notes]
    plan = Plan(reason, identity, tuple(jobs), clock.wall(), gateway, dependents, held, tuple(notes), listed_by)
    held.check_count(plan.job_count)
    check_shares(plan.to_end, held, gateway, clock)
    vouch(plan.fingerprint, layers, is_described=True)
    return plan
