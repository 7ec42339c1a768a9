"""A runbook: one pass through a notebook, from its parameters to the line for the ticket.

Its methods are what the cells call, in this order. An error in one of them is in the banner of the notebook, too.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import batchnb.api as api
from batchnb.aws.relist import check_all_listed
from batchnb.clock import Clock
from batchnb.endpoints import Destination, use_endpoint
from batchnb.errors import GuardError, InputError, PlanMismatchError
from batchnb.guards.caps import Cap
from batchnb.guards.refusals import raise_refusals
from batchnb.guards.settings import KEYWORDS, guards
from batchnb.model.plan import Plan
from batchnb.model.report import Report, TerminationFailedError
from batchnb.model.saved import as_expected
from batchnb.model.ticket import ticket
from batchnb.model.verdict import Verdict
from batchnb.runbooks.banner import Banner
from batchnb.runbooks.declared import find_runbook
from batchnb.runbooks.kinds import ANY
from batchnb.runbooks.parameters import LOCAL, Inbox, check_narrowed, complete
from batchnb.runbooks.steps import DryRun, Run, told
from batchnb.running.journal_folder import VARIABLE, check_folder, journal_dir
from batchnb.running.run import Begun, begin
from batchnb.text import plural, shown

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["OWN", "Runbook"]

_NAMES = "batchnb runbook jobs sweep found over plan run report rounds left text audit"
_MODULES = "selection waiting over_budget unfinished audits drill pipeline storm"
OWN = frozenset(f"{_NAMES} {_MODULES}".split())
"""Names that the cells of runbooks assign."""

_MAY_BE_OVER = frozenset({"max_jobs", "max_percent", "read_only"})
"""Guards over which a dry run is worth something: the plan is shown, saved and reviewed."""

BEGUN_FOR = 900.0
"""Seconds after which a run that was begun and not sent has to be planned anew."""


def _is_lower(value: float, cap: Cap | None) -> bool:
    return cap is not None and value <= cap.value


class Runbook:
    """One pass through the notebook of that name. `namespace` is the notebook's: `globals()`."""

    def __init__(self, name: str, namespace: MutableMapping[str, Any], banner: Banner | None = None) -> None:
        """Begin the pass: note which names are there before the parameters are set."""
        self.name = name
        self.declared = find_runbook(name)
        self._inbox = Inbox(namespace, self.declared, OWN)
        self._banner = banner or Banner()
        self._banner.open()
        self.given: dict[str, Any] = {}
        """The parameters, checked and complete."""
        self.place: Destination | None = None

    def __getitem__(self, parameter: str) -> Any:
        return self.given[parameter]

    def __repr__(self) -> str:
        return f"<Runbook {self.name}>"

    def fail(self, error: BaseException) -> None:
        """Say in the banner that this failed."""
        kind = "" if isinstance(error, TerminationFailedError) else f" {type(error).__name__}:"
        self._banner.change(f"FAILED.{kind} {error}")

    @property
    def executes(self) -> bool:
        """Whether the jobs are to be ended."""
        return self.given.get("execute") is True

    @property
    def expected(self) -> Any:
        """What the plan has to be, None where any plan will do."""
        expect = self.given.get("expect")
        return None if expect == ANY else expect

    @told
    def start(self) -> Destination:
        """Read the parameters, and send the calls of this kernel where they say. Return where that is.

        Raises InputError for parameters that are unknown, missing, empty or of a wrong type, before anything is called.
        """
        given = self._inbox.read()
        self.given = complete(given, self.declared)
        if "newer_than" in self.declared:
            check_narrowed(self.given)
        self._check_expect()
        if journals := self.given.get("journals"):
            os.environ[VARIABLE] = str(Path(journals).absolute())
            check_folder(journal_dir())
        where = {name: self.given[name] for name in ("profile", "region", "seed")}
        denied = self.given.get("denied", False)
        self.place = use_endpoint(self.given["endpoint"], **where, denied=denied)
        return self.place

    def _check_expect(self) -> None:
        if "expect" not in self.given or not self.executes or self.given["endpoint"] == LOCAL:
            return
        if self.given["expect"] is None:
            saves = "save_plan" in self.declared
            raise InputError(
                "execute without expect would end jobs of a plan that nobody has seen. Run it without execute first"
                f"{', with save_plan' if saves else ''}; then give expect: "
                f"{'the path of that plan, ' if saves else ''}the number of jobs that you saw, or any. "
                "Nothing was ended."
            )
        if self.given.get("rounds", 1) > 1 and self.given["expect"] != ANY:
            raise InputError(
                "rounds above 1 end jobs that nobody has seen in a plan, so expect must be any. A saved plan or a "
                "number is for one round. Nothing was ended."
            )

    def list_jobs(self, **selectors: Any) -> pd.DataFrame:
        """Return the jobs that all of these mean; None is a selector that is not given."""
        return api.list_jobs(**{name: value for name, value in selectors.items() if value is not None})

    def is_given(self, parameter: str) -> bool:
        """Whether somebody gave the parameter another value than its default."""
        return bool(self.given[parameter] != self.declared[parameter].default)

    def limits(self, **most: float) -> dict[str, float]:
        """Return the limits of a plan: the parameters, or `most` in their place.

        A default says how careful the runbook is. Nobody typed it, so it raises no limit that is configured.
        """
        here = guards()
        caps = {"max_jobs": here.max_jobs, "max_percent": here.max_percent}
        found = {name: most.get(name, self.given[name]) for name in caps if name in self.given}
        return {name: value for name, value in found.items() if self.is_given(name) or _is_lower(value, caps[name])}

    @told
    def plan(self, jobs: object, **options: Any) -> Plan:
        """Return the plan to end these jobs, under the guards of the parameters. Ends nothing."""
        keep = self.given.get("keep")
        options = {"empty_ok": True, **self.limits(), "protect": keep or None, **options}
        options.setdefault("reason", self.given.get("reason"))
        plan = api.plan(jobs, **options)
        reviewer = self.given.get("reviewed_by")
        return plan.with_reviewer(reviewer) if reviewer else plan

    @told
    def review(self, plan: Plan) -> str:
        """Save the plan, compare it with the expected one, and return what there is to say of it.

        Raises PlanMismatchError where it is another one; GuardError where a guard forbids it, in a dry run as in a run,
        but for a limit: a plan over a limit is there to be looked at.
        """
        lines = []
        if path := self.given.get("save_plan"):
            plan.save(path)
            lines.append(f"The plan is saved in {path}. To execute it: expect={path!r}.")
        plan.check_expected(self.expected)
        self.check_allowed(plan)
        lines += [f"With execute, this plan is refused: {one}" for one in plan.refused_by]
        lines += self._name_dropped(plan)
        return "\n".join(lines) or "No guard forbids this plan."

    def check_allowed(self, plan: Plan) -> None:
        """Raise GuardError where a guard forbids the plan, or leaves nothing of it; in a dry run, but for a limit."""
        raise_refusals([one for one in plan.refused_by if self.executes or one.guard not in _MAY_BE_OVER])
        if self.executes and self.given.get("at_least") and not any(one.verdict.is_watched for one in plan.jobs):
            _check_not_all_protected(plan)

    def show(self, *values: object) -> None:
        """Show these in the cell that runs."""
        self._banner.show(*values)

    def _name_dropped(self, plan: Plan) -> list[str]:
        from batchnb.model.expectation import check_expected
        from batchnb.model.plain_facts import plain_facts

        return list(check_expected(plain_facts(plan), as_expected(self.expected)))

    @told
    def begin(self, plan: Plan, *, is_first: bool = True) -> Run:
        """Open the journal of the run and return the run, of which nothing is sent. In a dry run, open nothing.

        What is expected is so of the first round of a runbook only.
        """
        if not self.executes:
            return Run(self, plan, None)
        begun = begin(plan, plan.gateway, clock=Clock(), expect=self.expected if is_first else None)
        return Run(self, begun.plan, begun)

    @told
    def send(self, run: Run, begun: Begun | None) -> Report | DryRun:
        """End the jobs of the run, and return the report, or say that this is a dry run."""
        if begun is None:
            return DryRun(self._how_to_execute(run.plan))
        if run.report is not None:
            raise InputError(f"run {begun.run_id} was sent already. Run the notebook again from its first cell.")
        if (Clock().wall() - begun.begun_at).total_seconds() > BEGUN_FOR:
            begun.close()
            raise PlanMismatchError(
                f"run {begun.run_id} was begun more than {BEGUN_FOR / 60:.0f} minutes ago, and nothing of it was sent. "
                "Run the notebook again from its first cell."
            )
        run.report = begun.send(wait=True, timeout=self.given["timeout"])
        return run.report

    def _how_to_execute(self, plan: Plan) -> str:
        if not plan.to_end:
            return "Dry run. There is no job to end."
        path = self.given.get("save_plan")
        expect = repr(path) if path else str(len(plan.to_end))
        return f"Dry run, nothing was ended. To end these jobs: execute = True and expect = {expect}."

    @told
    def ticket(self, run: Run, *more: str) -> str:
        """Return the text for the ticket, with these lines below it."""
        text = ticket(run.report or run.plan, self.given.get("ticket_style", "text"), details=run.details)
        return "\n".join([text, *(line for line in more if line)])

    @told
    def finish(self, run: Run, *listings: pd.DataFrame) -> str:
        """Say in the banner what became of the run, and return that.

        Raises TerminationFailedError unless every job was seen to end, and RefusedError where one of the listings, by
        which somebody says what is left, lacks a queue.
        """
        report = run.report
        if report is None:
            count = plural(len(run.plan.to_end), "job")
            over = ", ".join(dict.fromkeys(one.guard for one in run.plan.refused_by))
            refused = f" With execute, it is refused by {over}." if over else ""
            return self.close(f"DRY RUN. Nothing was ended; {count} would be.{refused}")
        report.raise_for_failures()
        check_all_listed(*listings)
        return self.close_with(report)

    def close_with(self, report: Report) -> str:
        """Say in the banner how many jobs ended. Raises TerminationFailedError unless every one was seen to."""
        report.raise_for_failures()
        wanted = sum(one.planned.verdict.is_watched for one in report.results)
        return self.close(f"ENDED {wanted:,} of {wanted:,}." if wanted else "ENDED 0 of 0. There was no job to end.")

    def close(self, text: str) -> str:
        """Say in the banner how the notebook ended, and return that."""
        self._banner.change(text)
        return text


def _check_not_all_protected(plan: Plan) -> None:
    """Raise GuardError where a file or a setting, which nobody has typed for this run, protects all there is to end."""
    jobs = [one for one in plan.jobs if one.verdict is Verdict.PROTECTED]
    found = [plan.guards.protection_of(one.job) for one in jobs if one.job]
    for pattern, source in filter(None, found):
        if not source.startswith(KEYWORDS):
            raise GuardError(
                f"protect: nothing is left to end, {plural(len(jobs), 'job')} are protected, by {shown(pattern, 80)} "
                f"({shown(source, 200)}) first. If it is fine that there is none: at_least=0. Nothing was ended.",
                guard="protect",
                layer=source,
            )
