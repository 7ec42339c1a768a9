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
from batchnb.local.operations.submit_job import submit_job
from batchnb.local.operations.terminate_jobs import end_job, end_jobs
from batchnb.local.world.blueprint import JobOptions
from batchnb.local.world.body import LOG_GROUP
from batchnb.local.world.job import ENDED, Verb
from batchnb.local.world.logs import find_log

from .operations.test_details import ECS, EKS
from .shapes import faults_in
from .stage import LIVE

NUMBER = st.integers(0, 1000)
SHAPES = [JobOptions(), JobOptions(ecs=ECS), JobOptions(eks=EKS), JobOptions(num_nodes=2)]
VERB = st.sampled_from([Verb.TERMINATE, Verb.CANCEL])


class Night(RuleBasedStateMachine):
    """Jobs of all kinds are added, ended, retried and forgotten while time goes by."""

    @initialize()
    def open(self) -> None:
        """Start with one queue and nothing in it."""
        self.clock = local.ManualClock()
        self.world = local.World(self.clock)
        self.world.add_environment("machines", max_vcpus=16)
        limit = {"reason": "MISCONFIGURATION:", "state": "RUNNABLE", "maxTimeSeconds": 600, "action": "CANCEL"}
        self.world.add_queue("q", environments=["machines"], time_limits=[limit])
        self.world.pace = local.Pace(runnable=3, starting=2, running=10)
        self.world.add_definition("small:1", platforms=["EC2"])
        self.world.add_definition("large:1", vcpus=32)
        self.world.add_definition("nodes:1", num_nodes=2)
        self.world.add_definition("tasks:1", ecs=ECS)
        self.ids: list[str] = []
        self.ended: dict[str, local.Truth] = {}
        self.retries: dict[str, int] = {}

    @rule(
        status=st.sampled_from(LIVE),
        stops=st.sampled_from(list(local.Stops)),
        on=st.lists(NUMBER, max_size=2),
        shape=st.sampled_from(SHAPES),
        runs=st.booleans(),
    )
    def add(self, status: str, stops: str, on: list[int], shape: JobOptions, runs: bool) -> None:  # noqa: FBT001 - drawn
        """Add a job of any shape, perhaps one that depends on others or runs by itself."""
        depends_on = [self.ids[one % len(self.ids)] for one in on if self.ids]
        options = JobOptions(status=status, stops=stops, depends_on=depends_on, runs=runs)
        self.ids.append(self.world.add_job("q", "job", **(options | shape)))

    @rule(
        definition=st.sampled_from(["small", "large", "nodes", "tasks"]),
        codes=st.lists(st.sampled_from([0, 1, 137]), min_size=1, max_size=3),
        attempts=st.integers(1, 3),
        timeout=st.none() | st.just(60),
        size=st.none() | st.just(2),
        on=st.lists(NUMBER, max_size=2),
    )
    def submit(
        self, definition: str, codes: list[int], attempts: int, timeout: int | None, size: int | None, on: list[int]
    ) -> None:
        """Submit a job that runs, and ends as its tags say."""
        tags = {"batchnb:exit-code": ",".join(map(str, codes)), "batchnb:run-seconds": "70" if timeout else "7"}
        members: dict[str, Any] = {
            "jobName": "submitted",
            "jobQueue": "q",
            "jobDefinition": definition,
            "tags": tags,
            "retryStrategy": {"attempts": attempts},
            "dependsOn": [{"jobId": self.ids[one % len(self.ids)]} for one in on if self.ids],
        }
        if timeout is not None:
            members["timeout"] = {"attemptDurationSeconds": timeout}
        if size is not None and definition != "nodes":
            members["arrayProperties"] = {"size": size}
        answer = submit_job(self.world, Fields(members), self.world.settle())
        self.ids.append(answer["jobId"])

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
            job_id = self.ids[number % len(self.ids)]
            self.world.schedule(delay, job_id, status)
            self.retries[job_id] = self.retries.get(job_id, 0) + 1

    @rule(seconds=st.integers(0, 40) | st.just(700))
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
    def attempts_follow_each_other(self) -> None:
        """No attempt begins before the last one ended, each has a log, and a strategy is not overdone."""
        for job in self.world.ledger.jobs.values():
            times = [time for one in job.attempts for time in (one.started_at, one.stopped_at)]
            assert times == sorted(times)
            if job.spec.runs and job.children is None and not job.is_node and job.name == "submitted":
                assert len(job.attempts) <= (job.spec.retry or {})["attempts"] + self.retries.get(job.job_id, 0)
            for number, one in enumerate(job.attempts[:10]):
                if job.body.main.log_group is not None:
                    log = find_log(self.world.ledger, LOG_GROUP, job.stream_of(number), self.clock.now_ms())
                    assert log is not None
                    assert log.started_at == one.started_at

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
        """Check that a job is created before it starts, and starts before it stops."""
        for truth in self.world.jobs():
            known = [one for one in (truth.created_at, truth.started_at, truth.stopped_at) if one is not None]
            assert known == sorted(known)
            if truth.array_size is None:
                assert (truth.stopped_at is not None) == (truth.status in ENDED)


Night.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestNight = Night.TestCase
TestNight.__doc__ = "Lists, details and truths agree, and what has ended stays ended."
