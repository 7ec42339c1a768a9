"""The emulator as a whole: whatever is done in whatever order, some things always hold."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from batchnb import local
from batchnb.local.operations.describe_jobs import describe_jobs
from batchnb.local.operations.fields import Fields
from batchnb.local.operations.list_jobs import list_jobs
from batchnb.local.operations.terminate_jobs import end_job, end_jobs
from batchnb.local.world.job import ENDED, Verb

from .shapes import faults_in
from .stage import LIVE

NUMBER = st.integers(0, 1000)
VERB = st.sampled_from([Verb.TERMINATE, Verb.CANCEL])


class Night(RuleBasedStateMachine):
    """Jobs of all kinds are added, ended, retried and forgotten while time goes by."""

    @initialize()
    def open(self) -> None:
        """Start with one queue and nothing in it."""
        self.clock = local.ManualClock()
        self.world = local.World(self.clock)
        self.world.add_queue("q")
        self.ids: list[str] = []
        self.ended: dict[str, local.Truth] = {}

    @rule(status=st.sampled_from(LIVE), stops=st.sampled_from(list(local.Stops)), on=st.lists(NUMBER, max_size=2))
    def add(self, status: str, stops: str, on: list[int]) -> None:
        """Add a job, perhaps one that depends on others."""
        depends_on = [self.ids[one % len(self.ids)] for one in on if self.ids]
        self.ids.append(self.world.add_job("q", "job", status=status, stops=stops, depends_on=depends_on))

    @rule(statuses=st.lists(st.sampled_from((*LIVE, "FAILED", "SUCCEEDED")), min_size=2, max_size=4))
    def add_array(self, statuses: list[str]) -> None:
        """Add an array."""
        parent = self.world.add_job("q", "array", array_size=len(statuses), child_status=statuses)
        self.ids += [parent, *(f"{parent}:{index}" for index in range(len(statuses)))]

    @rule(verb=VERB, number=NUMBER)
    def end(self, verb: Verb, number: int) -> None:
        """Terminate or cancel one job."""
        if self.ids:
            fields = Fields({"jobId": self.ids[number % len(self.ids)], "reason": "one"})
            assert end_job(self.world, verb, fields, self.world.settle()) == {}

    @rule(verb=VERB, numbers=st.lists(NUMBER, min_size=1, max_size=5))
    def end_many(self, verb: Verb, numbers: list[int]) -> None:
        """Terminate or cancel several jobs."""
        if self.ids:
            wanted = [self.ids[number % len(self.ids)] for number in numbers]
            fields = Fields({"jobs": wanted, "reason": "many"})
            answer = end_jobs(self.world, verb, fields, self.world.settle(), lambda _job_id: None)
            assert answer == {"successful": wanted, "errors": []}

    @rule(number=NUMBER, status=st.sampled_from(list(local.Status)), delay=st.integers(0, 20))
    def schedule(self, number: int, status: str, delay: int) -> None:
        """Let a job change by itself."""
        if self.ids and self.world.job(self.ids[number % len(self.ids)]).array_size is None:
            self.world.schedule(delay, self.ids[number % len(self.ids)], status)

    @rule(seconds=st.integers(0, 40))
    def advance(self, seconds: int) -> None:
        """Let time go by."""
        self.clock.advance(seconds)

    @invariant()
    def every_job_is_in_one_list(self) -> None:
        """Over all states each job of the queue is listed once, and as what it is."""
        self.world.settle()
        listed: list[dict[str, Any]] = []
        for status in local.Status:
            answer = list_jobs(self.world, Fields({"jobQueue": "q", "jobStatus": status.value}))
            assert faults_in("ListJobs", answer) == []
            listed += answer["jobSummaryList"]
        own = {truth.job_id: truth.status for truth in self.world.jobs() if truth.parent_id is None}
        assert len(listed) == len(own)
        assert {one["jobId"]: one["status"] for one in listed} == own

    @invariant()
    def details_are_true(self) -> None:
        """DescribeJobs tells the truth, in the form of the model."""
        answer = describe_jobs(self.world, Fields({"jobs": self.ids[-100:]}), self.world.settle())
        assert faults_in("DescribeJobs", answer) == []
        for one in answer["jobs"]:
            truth = self.world.job(one["jobId"])
            assert (one["status"], one.get("startedAt")) == (truth.status, truth.started_at)
            assert ("stoppedAt" in one) == (truth.stopped_at is not None)

    @invariant()
    def what_has_ended_stays_as_it_is(self) -> None:
        """No job comes back, and nothing about a finished one changes."""
        for truth in self.world.jobs():
            if truth.status in ENDED:
                assert self.ended.setdefault(truth.job_id, truth) == truth
            else:
                assert truth.job_id not in self.ended

    @invariant()
    def times_are_in_order(self) -> None:
        """A job is created before it starts, and starts before it stops."""
        for truth in self.world.jobs():
            known = [one for one in (truth.created_at, truth.started_at, truth.stopped_at) if one is not None]
            assert known == sorted(known)
            if truth.array_size is None:
                assert (truth.stopped_at is not None) == (truth.status in ENDED)


Night.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestNight = Night.TestCase
TestNight.__doc__ = "Lists, details and truths agree, and what has ended stays ended."
