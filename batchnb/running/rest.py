"""The rest of a run that is resumed: what is left of it, by a fresh look at every job, and whether it may be ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import PlanMismatchError
from batchnb.guards.rules import Guards, Pattern
from batchnb.jobs.job import Job
from batchnb.model.dependents import Dependent
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, is_stopping
from batchnb.planning.preflight import Preflight, check_shares
from batchnb.running.ledger import Ledger
from batchnb.running.misses import GONE_AFTER, GONE_SECONDS, Misses
from batchnb.running.run_record import RunRecord
from batchnb.running.tag_gate import PROTECTED, protected_now
from batchnb.text import plural, shown

__all__ = ["Rest"]

_NAMED = 20
"""New dependents that an error names."""


class Rest:
    """What is left of a run. `look` comes first, then the checks, then `enter`."""

    def __init__(self, plan: Plan, record: RunRecord, gateway: Gateway, clock: Clock, held: Guards) -> None:
        self._plan = plan
        self._record = record
        self._clock = clock
        self._held = held
        self._preflight = Preflight(gateway, clock)
        self._gone: set[str] = set()
        self._protected: Mapping[str, tuple[Pattern, str]] = {}
        self._dependents: tuple[Dependent, ...] | None = None
        self._gap = ""
        """What was not looked at for dependents."""
        self.retold: list[PlannedJob] = []
        """Jobs of the plan whose evidence is lost, with what is still known of them."""
        self.added: list[PlannedJob] = []
        """New dependents that are to end as well."""
        self.accepted: list[str] = []
        """New dependents that may fail."""

    @property
    def jobs(self) -> tuple[PlannedJob, ...]:
        """The jobs of the run, those that it takes in now included."""
        told = {planned.job_id: planned for planned in self.retold}
        return (*(told.get(planned.job_id, planned) for planned in self._plan.jobs), *self.added)

    def look(self) -> None:
        """Describe every job that the journal has not seen to end.

        One that is missed is looked at again, as in the watch: DescribeJobs may lag, and a job that is given up lives
        on. Raises AwsError where DescribeJobs fails.
        """
        watched = [planned for planned in self._plan.jobs if planned.verdict.is_watched]
        missing = [planned.job_id for planned in watched if not self._has_ended(planned.job_id)]
        described, misses = self._preflight.described, Misses(self._clock)
        while missing:
            self._preflight.look(missing)
            missing = [job_id for job_id in missing if job_id not in described]
            self._gone.update(job_id for job_id in missing if misses.note_missed(job_id))
            if missing := [job_id for job_id in missing if job_id not in self._gone]:
                self._clock.sleep(GONE_SECONDS / (GONE_AFTER - 1))
        self._protected = self._preflight.protected(self._held)
        for job_id in self._record.bodiless:
            planned, now = self._record.planned[job_id], described.get(job_id)
            if planned.job and now:
                # What does not change in a job's life, so that no call mixes queues.
                job = planned.job._replace(job_queue=now.job_queue, job_definition=now.job_definition)
                job = job._replace(tags=job.tags or ())
                self.retold.append(replace(planned, job=job))

    def _has_ended(self, job_id: str) -> bool:
        known = self._record.known.get(job_id)
        return known is not None and known.ended_at is not None

    def check_dependents(self, *, with_dependents: bool, accept_dependents: int | None) -> None:
        """Raise PlanMismatchError for jobs that would fail with what is left, and that nobody was shown.

        Those of the plan were shown, and those that were accepted in an earlier resume.
        """
        shown_before = {one.job_id for one in self._plan.dependents.jobs} | self._record.accepted_dependents
        new = [one for one in self._dependents_now() if one.job_id not in shown_before and self._is_new(one)]
        if not new:
            return
        if with_dependents:
            self._add([dependent.job_id for dependent in new])
            return
        if accept_dependents is not None and len(new) <= accept_dependents:
            self.accepted = [dependent.job_id for dependent in new]
            return
        names = ", ".join(f"{one.job_id} ({shown(one.job.job_name, 60)})" for one in new[:_NAMED])
        more = f" and {len(new) - _NAMED:,} more" if len(new) > _NAMED else ""
        raise PlanMismatchError(
            f"{plural(len(new), 'job')} would fail with what is left of run {self._record.run_id}, and "
            f"{'is' if len(new) == 1 else 'are'} not in its plan: submitted since, or never looked for: {names}{more}. "
            f"Nothing was ended. To end them, too: with_dependents=True or --with-dependents. To let them fail: "
            f"accept_dependents={len(new)} or --accept-dependents {len(new)}, or a larger number where somebody is "
            "still submitting."
        )

    def _is_new(self, dependent: Dependent) -> bool:
        """Whether the plan would have shown the dependent if it had been there."""
        if not self._plan.dependents.gap:
            return True
        made_at = self._plan.made_at.timestamp() * 1000
        return dependent.job.created_at is not None and dependent.job.created_at > made_at

    def _dependents_now(self) -> tuple[Dependent, ...]:
        """Return the jobs outside the run that fail with what is left of it, as they are now."""
        if self._dependents is None:
            rest = self._described_rest()
            if rest:
                # Those of other queues are not found by listing the queues of these.
                self._preflight.look(dict.fromkeys(one.job.job_id for one in self._plan.dependents.jobs))
            found = self._preflight.dependents(rest, self._held)
            self._gap = found.gap
            self._dependents = replace(self._plan, dependents=found).dependents_left
        return self._dependents

    def _add(self, job_ids: list[str]) -> None:
        self._preflight.look(job_ids)
        self.added = self._preflight.judge(job_ids, self._held)
        self._protected = self._preflight.protected(self._held)
        ends = {planned.job_id for planned in self.added if planned.verdict.is_watched}
        self._dependents = tuple(one for one in self._dependents_now() if one.job_id not in ends)

    def check_guards(self, held_with_more: Guards) -> None:
        """Raise GuardError where what is left is more than may end now, or would take a protected job along.

        `held_with_more` are the guards where the run takes in jobs that were not in it when it was begun.
        """
        now = self._described_rest()
        rest = replace(self._plan, jobs=tuple(now))
        self._held.check_count(rest.job_count)
        check_shares(now, self._held, self._preflight.gateway, self._clock)
        if self.added:
            held_with_more.check_count(rest.job_count)
            added = {planned.job_id for planned in self.added}
            more = [planned for planned in now if planned.job_id in added]
            check_shares(more, held_with_more, self._preflight.gateway, self._clock)
        if self._held.protect and now:
            protected = [one.job for one in self._dependents_now()]
            self._held.check_unprotected(protected, "would fail, by a job that it depends on,")
            self._held.check_seen(self._gap)

    def _described_rest(self) -> list[PlannedJob]:
        """Return the jobs that are to be asked for, as they are now."""
        described = self._preflight.described
        return [replace(planned, job=described[planned.job_id]) for planned in self.jobs if self._is_to_send(planned)]

    def _is_to_send(self, planned: PlannedJob) -> bool:
        """Whether the job is alive, in the plan, and not protected.

        A job that a guard protects now is not asked for, even if it was not protected when the run began: perhaps the
        run was interrupted for its sake. Nor is the array of such a child, since all children would end with it.
        """
        job = self._preflight.described.get(planned.job_id)
        if job is None or not planned.verdict.is_sent or self._has_ended(planned.job_id):
            return False
        return not (_has_ended(job) or is_stopping(job)) and planned.job_id not in self._protected

    def enter(self, ledger: Ledger) -> list[PlannedJob]:
        """Put what is known into the ledger of the run; return the jobs that are to be asked for."""
        for planned in self.jobs:
            self._enter(ledger, planned)
        return [planned for planned in self.jobs if self._is_to_send(planned)]

    def _enter(self, ledger: Ledger, planned: PlannedJob) -> None:
        job_id = planned.job_id
        entry, job = ledger[job_id], self._preflight.described.get(job_id)
        lives_on = job is not None and not (_has_ended(job) or is_stopping(job))
        if known := self._record.known.get(job_id):
            known.restore(entry)
            entry.failed = False
            if lives_on:
                # The last calls on record had no effect. They may never have gone out.
                entry.attempts, entry.is_unanswered = known.answered, known.is_unanswered
        if job is not None and planned.verdict.is_watched:
            ledger.seen(job)
        entry.gone = job_id in self._gone
        if lives_on and planned.verdict.is_sent and (protection := self._protected.get(job_id)):
            entry.error_code, entry.error_message = PROTECTED, protected_now(*protection)


def _has_ended(job: Job) -> bool:
    return job.status is not None and job.status.has_ended
