"""Plan: what would be done to which job, and the evidence for it, fixed before anything is done.

Preflight asks DescribeJobs about every id and gives each a verdict. A plan is executed exactly as it is shown: nothing
is selected again afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Unpack

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.guards.keywords import GuardKeywords
from batchnb.guards.refusals import raise_refusals
from batchnb.model.as_cell import cell_of_jobs
from batchnb.model.expectation import check_expected
from batchnb.model.facts import DIGEST_SHOWN, Expected, PlanFacts
from batchnb.model.groups import groups_frame
from batchnb.model.plain_facts import plain_facts
from batchnb.model.plan_view import plan_frame, plan_html, plan_text
from batchnb.model.reason import check_reason, check_reviewer
from batchnb.model.run_options import RunOptions
from batchnb.model.saved import as_expected, save_plan
from batchnb.model.smaller import leave_out
from batchnb.model.verdict import PlannedJob, Verdict
from batchnb.text import fit_terminal

if TYPE_CHECKING:
    import pandas as pd

    from batchnb.model.event import JobEvent
    from batchnb.model.report import Report
    from batchnb.pictures import Picture
    from batchnb.running.stop import StopLike

__all__ = ["MAX_AGE", "Plan", "PlannedJob", "Verdict", "check_reason"]


MAX_AGE = timedelta(minutes=15)
"""How old a plan may be before its jobs are described again, right before anything is sent."""


@dataclass(frozen=True)
class Plan(PlanFacts):
    """Which jobs will be ended, why, where, and which will not. Immutable; made by `batchnb.plan`.

    Making or showing one ends nothing; `execute` does. The guards that held when it was made travel with it, into a
    copy, a pickle and a file: see `carried`.
    """

    runner: Callable[..., Report] | None = field(default=None, repr=False, compare=False)
    """Executes the plan. `batchnb.plan` sets it; a copy and a pickle keep it."""

    @classmethod
    def of(cls, facts: PlanFacts, runner: Callable[..., Report] | None = None) -> Plan:
        """Return the plan that says this, with what executes it."""
        return cls(**{one.name: getattr(facts, one.name) for one in fields(PlanFacts)}, runner=runner)

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
        stop: StopLike = None,
        reviewed_by: str | None = None,
        **typed: Unpack[GuardKeywords],
    ) -> Report:
        """End the jobs of this plan, and return the report of what happened to each.

        `expect` is the plan that you mean: see `check_expected`. If the plan is older than `max_age` ("15m", "1h"), or
        was not made by this process, its jobs are described again first: no request names those that have ended
        meanwhile, and the report has them.

        Two sets of guards apply: those of now, and those that held when the plan was made. Of two numbers the lower one
        wins. Guards that were typed for the plan to allow more (`max_jobs=7000`, `unprotect=…`) apply to that plan and
        its copies in that process; a pickled or saved plan does not keep them. The guards of `batchnb.plan` can be
        passed here as well, and allow more than was in force.

        With `wait`, every job is watched until it has ended, or until `timeout` seconds have passed since the last
        request was answered; without it, each is looked at once. Requests that AWS throttles or fails to answer are
        repeated until `timeout` seconds, at least 60, pass in which none succeeds. `on_event` is called in this thread
        for every change that is noticed. `gateway` is for executing a plan through another connection than it was made
        with.

        Calls go out as fast as the service accepts them. `rps` is the maximum of calls per second, for each API
        operation. `rate_share`, more than 0 and at most 1, is the part of the service's limit to use; the rest is for
        the account's other callers. The run writes a journal, from which it can be resumed: see `batchnb.history`.

        When `stop`, a `threading.Event`, is set, nothing more is sent, and the jobs that requests have named are still
        watched. Ctrl-C does the same; pressed again, it ends the watching, and then everything at once.

        `reviewed_by` names the people who have looked at the plan. Plan, journal and ticket keep it. Without it, they
        keep what the plan says, or the saved plan that is expected.

        A job that could not be ended raises nothing: see `Report.raise_for_failures`. Raises InputError for a
        `timeout` that is not a number of seconds; PlanMismatchError where the gateway leads to another account, Region
        or endpoint, the plan is not the expected one, or a job is no longer the one that was shown; GuardError where a
        guard forbids it, of now or of when the plan was made; JournalError where the journal cannot be written;
        InterruptedRunError, which carries the report, after `stop`, Ctrl-C, or an exception in `on_event`;
        KeyboardInterrupt where nothing was sent before.
        """
        if self.runner is None:
            raise InputError(
                "this plan is from a journal and bound to no connection. Resume its run, or make a new plan."
            )
        gateway, clock = gateway or self.gateway, clock or Clock()
        options = RunOptions(wait, timeout, rps, rate_share, on_event, stop)
        approval: dict[str, Any] = {"expect": expect, "max_age": max_age, "typed": typed, "reviewed_by": reviewed_by}
        return self.runner(self, gateway, options, clock=clock, **approval)

    @property
    def groups(self) -> pd.DataFrame:
        """One row for each definition and name stem of the jobs to end, the odd ones last: see `groups_frame`."""
        return groups_frame(self.grouped)

    def without(self, ids: str | Iterable[str]) -> Plan:
        """Return this plan without these jobs, with a new digest. Nothing is described again, and nothing is ended.

        Jobs that would only have failed with them are not its dependents any more. What was typed for this plan in this
        process holds for the smaller one. Raises InputError for an id that is not in the plan, and for the child of an
        array that ends with it.
        """
        return Plan.of(leave_out(self, ids), self.runner)

    def with_reviewer(self, reviewed_by: str) -> Plan:
        """Return this plan with the people who have reviewed it. Nothing else of it changes, nor its digest.

        Raises InputError for an empty text, and for more than 256 characters.
        """
        return replace(self, reviewed_by=check_reviewer(reviewed_by))

    def check_allowed(self) -> None:
        """Raise GuardError where `execute` would refuse this plan under the guards that it shows. Ends nothing.

        For scripts that stop as soon as the plan is made; `refused_by` has the reasons one by one.
        """
        raise_refusals(self.refused_by)

    def check_expected(self, expect: Expected) -> None:
        """Raise PlanMismatchError, which says what differs, unless this plan ends what is expected. Ends nothing.

        `expect` is one of these; None expects nothing.

        - The number of jobs that the plan ends, an array being one: exactly this number.
        - A plan, or the path of a saved one (.json): these jobs or fewer, never others. Jobs that have ended since drop
          out; one that has started since is the same job. It raises for a job that was not shown as one to end; for
          another name, queue, definition, reason or place; for more array children; and for a new dependent.
        - A digest, or its first 8 or more digits: as for a plan, if this process has made or loaded that plan;
          otherwise exactly this digest.
        - A plan, path or digest, and the number of jobs that *it* ends: `("plan.json", 66)` or `"plan.json,66"`. In
          production accounts this counts as the number that has to be typed.

        The guards of an expected plan do not hold: it says what is meant, not what is allowed.
        """
        check_expected(plain_facts(self), as_expected(expect))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the plan and its evidence into a new file, for `batchnb.load_plan`: to be reviewed, and executed later.

        Raises InputError where there is such a file already, or it cannot be written.
        """
        save_plan(self, path)

    def as_cell(self) -> str:
        """Return the cell that names the jobs that this plan ends, with its reason, to be pasted.

        As it is, it makes and shows a new plan and ends nothing: `--yes` has to be typed. In a production account
        `--expect`, the number of jobs, has to be typed as well. Guards that were typed are not in it.
        """
        return cell_of_jobs(self.to_end, self, [f"Plan {self.digest[:DIGEST_SHOWN]}"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row a job with its verdict, figures and evidence; the columns are those of `plan_frame`."""
        return plan_frame(self)

    def plot(self, jobs: pd.DataFrame | None = None) -> Picture:
        """Return a picture of run times by job definition, those that the plan ends marked, among all of `jobs`.

        `jobs` is a listing to compare with; without it only the plan's are drawn. Needs the extra `plot`.
        """
        from batchnb.model.plots import picture_of_plan

        return picture_of_plan(self, jobs)

    def __copy__(self) -> Plan:
        return replace(self)

    def __deepcopy__(self, _memo: Any) -> Plan:
        return replace(self)

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickle keeps no connection: an unpickled plan is executed through another one. Nor does it keep the key of
        # the guards that were typed in this process.
        stored = {**vars(self), "gateway": None, "_voucher": ""}
        return Plan, tuple(stored[one.name] for one in fields(Plan))

    def __str__(self) -> str:
        return fit_terminal(plan_text(self))

    def __repr__(self) -> str:
        left_out = len(self.jobs) - len(self.to_end)
        refused = ", ".join(dict.fromkeys(refusal.guard for refusal in self.refused_by))
        by = f", refused by {refused}" if refused else ""
        return f"<Plan {self.digest[:DIGEST_SHOWN]}: {len(self.to_end)} to end, {left_out} left out{by}>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": plan_html(self)}
