"""Approval: nothing is sent that was not shown, no guard is got around, and an old plan is looked at anew."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import batchnb
from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import BatchnbError, GuardError, InputError, PlanMismatchError
from batchnb.guards.rules import Guards, Layer
from batchnb.guards.settings import pattern
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job
from batchnb.model.plan import Plan
from batchnb.model.verdict import PlannedJob, Verdict
from tests.conftest import clock_of
from tests.plans import make_plan

KEEP = pattern("tag:keep=yes")


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock, *layers: Layer, **options: Any) -> Plan:
    return make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, layers=layers, **options)


def _asked_for(emulator: local.LocalBatch) -> set[str]:
    requests = [call.request for call in emulator.calls if "Terminate" in call.operation]
    return {job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])}


def _refused(plan: Plan, clock: Clock, guard: str, **options: Any) -> str:
    with pytest.raises(GuardError) as caught:
        plan.execute(clock=clock, **options)
    assert caught.value.guard == guard
    return str(caught.value)


# --- the expected plan --------------------------------------------------------------------------------------------


def test_the_expected_plan_is_executed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """By digest, by its beginning, by a count as a number or as text."""
    for expect in (lambda plan: plan.digest, lambda plan: plan.digest[:8].upper(), lambda _: 2, lambda _: " 2 "):
        plan = _plan(gateway, emulator.world.add_jobs("train", "job", 2), clock)
        assert plan.execute(clock=clock, expect=expect(plan)).ok


@pytest.mark.parametrize("expect", [1, 3, "3", "0" * 12, "f" * 64])
def test_another_plan_than_expected_is_refused(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, expect: str | int
) -> None:
    """Another count or digest ends nothing."""
    plan = _plan(gateway, emulator.world.add_jobs("train", "job", 2), clock)
    with pytest.raises(PlanMismatchError, match=r"expected.*Nothing was ended\."):
        plan.execute(clock=clock, expect=expect)
    assert _asked_for(emulator) == set()


@pytest.mark.parametrize("expect", ["", "abc", "12345 67x", True, "g" * 12, "f" * 65])
def test_an_expectation_that_is_none_is_an_error(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, expect: Any
) -> None:
    """Seven digits of a digest, or none, expect nothing in particular."""
    plan = _plan(gateway, emulator.world.add_jobs("train", "job", 2), clock)
    with pytest.raises(InputError, match=r"expect: .* is neither a number of jobs nor the first 8"):
        plan.execute(clock=clock, expect=expect)


# --- plans that have grown old ------------------------------------------------------------------------------------


def _describes(emulator: local.LocalBatch) -> int:
    first = next(index for index, call in enumerate(emulator.calls) if "Terminate" in call.operation)
    return sum(call.operation == "DescribeJobs" for call in emulator.calls[:first])


def test_a_fresh_plan_is_sent_as_it_is(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Within its age no call comes before the first request; a copy is as fresh, a pickle is described again."""

    def pickled(plan: Plan) -> Plan:
        again: Plan = pickle.loads(pickle.dumps(plan))  # noqa: S301 - our own
        return again

    forms: list[tuple[Callable[[Plan], Plan], int]]
    forms = [(lambda plan: plan, 0), (copy.copy, 0), (copy.deepcopy, 0), (pickled, 1)]
    for form, calls in forms:
        plan = form(_plan(gateway, [emulator.world.add_job("train", "job")], clock))
        clock.sleep(800)
        emulator.calls.clear()
        assert plan.execute(clock=clock, gateway=gateway).ok
        assert _describes(emulator) == calls


def test_jobs_that_ended_drop_out_and_are_reported(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """An old plan is described again: what has ended, is stopping or is gone is not asked for, and is in the report."""
    done, failed, stopping, gone, live = emulator.world.add_jobs("train", "job", 5)
    plan = _plan(gateway, [done, failed, stopping, gone, live], clock)
    emulator.world.schedule(0, done, "SUCCEEDED")
    emulator.world.schedule(0, failed, "FAILED")
    emulator.world.forget(gone)
    clock.sleep(901)
    gateway.terminate(stopping, "theirs")
    emulator.calls.clear()

    report = plan.execute(clock=clock)

    assert _asked_for(emulator) == {live}
    outcomes = {result.planned.job_id: result.outcome.value for result in report.results}
    assert (outcomes[done], outcomes[failed], outcomes[live]) == ("succeeded anyway", "failed by itself", "terminated")
    assert report.plan.digest == plan.digest


def test_max_age_is_an_argument(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A shorter age has the jobs described again sooner; an age without a unit is an error."""
    plan = _plan(gateway, [emulator.world.add_job("train", "job")], clock)
    with pytest.raises(InputError, match="max_age"):
        plan.execute(clock=clock, max_age="15")
    clock.sleep(61)
    emulator.calls.clear()
    plan.execute(clock=clock, max_age="1m")
    assert _describes(emulator) == 1


@pytest.mark.parametrize("change", ["name", "queue"])
def test_a_job_that_is_another_now_stops_the_run(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, change: str
) -> None:
    """An id that shows another name or queue than the plan ends nothing at all."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    hidden = emulator.world.find(ids[1])
    if change == "name":
        hidden.name = "another"
    else:
        hidden.queue = emulator.world.ledger.queues["other"]
    clock.sleep(901)
    with pytest.raises(PlanMismatchError, match=f"its {change} was .* and is .*Nothing was ended"):
        plan.execute(clock=clock)
    assert _asked_for(emulator) == set()


def test_all_jobs_that_are_others_now_are_found(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Not only the first one: with what is new about each, and the jobs that would fail with them."""
    world = emulator.world
    ids = world.add_jobs("train", "job", 4)
    array = world.add_job("train", "array", array_size=2)
    plan = _plan(gateway, [*ids, array], clock)
    world.find(ids[0]).name = "another"
    moved = world.find(ids[1])
    moved.name, moved.queue = "another", world.ledger.queues["other"]
    clock.sleep(901)
    late = world.add_job("train", "late", status="PENDING", depends_on=[ids[2]])
    world.add_job("train", "later", status="PENDING", depends_on=[late])

    with pytest.raises(PlanMismatchError) as caught:
        plan.execute(clock=clock)

    changed = {ids[0]: ("name",), ids[1]: ("name", "queue"), ids[2]: ("dependent", "dependent")}
    assert caught.value.changed == changed
    assert (caught.value.of, caught.value.dependents) == (5, 2)
    for told in (*ids[:2], late, "2 of 5 jobs are not the jobs that the plan shows", "Nothing was ended."):
        assert told in str(caught.value)
    assert _asked_for(emulator) == set()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.sampled_from(["same", "name", "queue", "both", "ended", "gone", "waited for"]), min_size=1, max_size=8)
)
def test_a_stale_plan_is_executed_if_and_only_if_nothing_changed(kinds: list[str]) -> None:
    """Whatever has become of its jobs: either exactly those that changed are named and none is ended, or none had."""
    emulator = local.start(_with_queues, clock=local.ManualClock())
    try:
        clock, gateway, world = clock_of(emulator), connect(endpoint_url=emulator.endpoint_url), emulator.world
        ids = world.add_jobs("train", "job", len(kinds))
        plan = _plan(gateway, ids, clock)
        clock.sleep(901)
        for job_id, kind in zip(ids, kinds, strict=True):
            job = world.find(job_id)
            job.name = "another" if kind in ("name", "both") else job.name
            job.queue = world.ledger.queues["other"] if kind in ("queue", "both") else job.queue
            if kind == "ended":
                world.schedule(0, job_id, "SUCCEEDED")
            elif kind == "gone":
                world.forget(job_id)
            elif kind == "waited for":
                world.add_job("train", "late", status="PENDING", depends_on=[job_id])
        clock.sleep(1)
        others = {
            job_id for job_id, kind in zip(ids, kinds, strict=True) if kind in ("name", "queue", "both", "waited for")
        }
        if others:
            with pytest.raises(PlanMismatchError) as caught:
                plan.execute(clock=clock)
            assert set(caught.value.changed) == others
            assert _asked_for(emulator) == set()
        else:
            plan.execute(clock=clock)
            assert _asked_for(emulator) == {one for one, kind in zip(ids, kinds, strict=True) if kind == "same"}
    finally:
        emulator.stop()


def _with_queues(world: local.World) -> None:
    world.add_queue("train")
    world.add_queue("other")


def test_new_dependents_stop_a_stale_plan(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A job submitted since that would fail with the plan's was not shown to anybody."""
    first = emulator.world.add_job("train", "first")
    plan = _plan(gateway, [first], clock)
    clock.sleep(901)
    late = emulator.world.add_job("train", "late", status="PENDING", depends_on=[first])
    with pytest.raises(PlanMismatchError, match=rf"1 job would fail .* {late} \(late\)"):
        plan.execute(clock=clock)


def test_a_job_that_became_protected_stops_a_stale_plan(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Tags are looked at as they are now, not as they were."""
    first = emulator.world.add_job("train", "first", tags={"keep": "no"})
    plan = _plan(gateway, [first], clock, Layer("a test", protect=(KEEP,)))
    job = emulator.world.find(first)
    job.spec = dataclasses.replace(job.spec, tags={"keep": "yes"})
    clock.sleep(901)
    assert "protects by tag:keep=yes" in _refused(plan, clock, "protect")


# --- ways around guards -------------------------------------------------------------------------------------------


def test_guards_of_another_day_hold_when_it_is_executed(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path
) -> None:
    """A guard that was set after the plan was made holds for it, for each kind of guard."""
    plan = _plan(gateway, emulator.world.add_jobs("train", "job", 3, tags={"keep": "yes"}), clock)
    user_file.parent.mkdir()
    for guard, text in {
        "max_jobs": "max_jobs = 2",
        "max_percent": "max_percent = 50",
        "protect": "protect = ['tag:keep']",
        "accounts": "accounts = ['123456789012']",
        "production_accounts": "production_accounts = ['000000000000']",
        "read_only": "read_only = true",
    }.items():
        user_file.write_text(text)
        assert str(user_file) in _refused(plan, clock, guard)
    assert _asked_for(emulator) == set()
    user_file.unlink()
    assert plan.execute(clock=clock).ok


def test_the_number_has_to_be_typed_in_production(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A digest is copied, a number is read: where jobs are production only the number will do."""
    typed = Layer("a test", production_accounts=("000000000000",))
    plan = _plan(gateway, emulator.world.add_jobs("train", "job", 3), clock, typed)
    assert "PRODUCTION" in str(plan)
    _refused(plan, clock, "production_accounts")
    assert "--expect 3" in _refused(plan, clock, "production_accounts", expect=plan.digest)
    assert plan.execute(clock=clock, expect=3).ok


def test_a_protected_dependent_is_not_failed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Ending what a protected job waits for would end it, too: it takes naming its pattern."""
    first = emulator.world.add_job("train", "first")
    emulator.world.add_job("train", "second", status="PENDING", depends_on=[first], tags={"keep": "yes"})
    project = Layer("project", protect=(KEEP,))

    plan = _plan(gateway, [first], clock, project)

    assert [(one.guard, one.source, one.flag) for one in plan.refused_by] == [
        ("protect", "project", '--unprotect "tag:keep=yes"')
    ]
    assert plan.refused_by[0].sentence in str(plan)
    assert "would fail" in _refused(plan, clock, "protect")
    lifted = _plan(gateway, [first], clock, project, Layer("a flag", is_explicit=True, unprotect=(KEEP,)))
    assert "no longer protected: tag:keep=yes, set by project" in str(lifted)
    assert lifted.execute(clock=clock).ok


FORGERIES: dict[str, Callable[[Plan], Plan]] = {
    "another verdict": lambda plan: dataclasses.replace(
        plan, jobs=tuple(dataclasses.replace(one, verdict=Verdict.TERMINATE) for one in plan.jobs)
    ),
    "another evidence": lambda plan: dataclasses.replace(
        plan,
        jobs=tuple(
            PlannedJob(one.job_id, Verdict.TERMINATE, one.job and one.job._replace(tags=())) for one in plan.jobs
        ),
    ),
    "no guards": lambda plan: dataclasses.replace(FORGERIES["another evidence"](plan), guards=Guards()),
    "a pickle": lambda plan: pickle.loads(pickle.dumps(FORGERIES["another evidence"](plan))),  # noqa: S301
    "a copy with other contents": lambda plan: _forced(copy.copy(plan), FORGERIES["another evidence"](plan)),
}


def _forced(plan: Plan, other: Plan) -> Plan:
    """Return the plan with the other's jobs under its own digest, as its caches have it."""
    assert plan.digest
    assert plan.fingerprint
    object.__setattr__(plan, "jobs", other.jobs)
    return plan


@pytest.mark.parametrize("how", FORGERIES)
def test_a_changed_plan_gets_around_no_guard(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, user_file: Path, how: str
) -> None:
    """A protected job stays protected, whatever is done to the plan, its evidence, its guards or its caches."""
    user_file.parent.mkdir()
    user_file.write_text("protect = ['tag:keep=yes']")
    ids = [emulator.world.add_job("train", "kept", tags={"keep": "yes"}), emulator.world.add_job("train", "other")]
    forged = FORGERIES[how](_plan(gateway, ids, clock))
    _refused(forged, clock, "protect", gateway=gateway)
    assert _asked_for(emulator) == set()


def test_a_grown_plan_is_counted_again(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What was allowed for one plan is not allowed for another that was made of it."""
    ids = emulator.world.add_jobs("train", "job", 1001)
    allowed = _plan(gateway, ids, clock, Layer("a flag", is_explicit=True, max_jobs=1001))
    grown = dataclasses.replace(allowed, reason="another reason")
    _refused(grown, clock, "max_jobs")
    assert _asked_for(emulator) == set()


def test_an_invented_job_is_not_ended(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A job that is put into a plan by hand has to be what the plan says that it is."""
    mine, other = emulator.world.add_jobs("train", ["mine", "other"])
    plan = _plan(gateway, [mine], clock)
    invented = PlannedJob(other, Verdict.TERMINATE, Job(other, "mine", job_queue="train"))
    with pytest.raises(PlanMismatchError, match="its name was 'mine' and is 'other'"):
        dataclasses.replace(plan, jobs=(*plan.jobs, invented)).execute(clock=clock)


# --- random worlds ------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_only_what_was_shown_is_touched(seed: int) -> None:
    """In random worlds of arrays, dependents, guards and changes, no request is for a job not shown to end."""
    chance = random.Random(seed)  # noqa: S311 - reproducible chance
    emulator = local.start(lambda world: _fill(world, chance), seed=seed, clock=local.ManualClock())
    try:
        clock, gateway = clock_of(emulator), connect(endpoint_url=emulator.endpoint_url)
        every = [job.job_id for job in emulator.world.jobs()]
        kept = {job.job_id for job in emulator.world.jobs() if job.tags.get("keep") == "yes"}
        chosen = chance.sample(every, chance.randint(1, min(12, len(every))))
        options = {"with_dependents": chance.random() < 0.3, "collapse": chance.random() < 0.5}
        plan = _plan(gateway, chosen, clock, Layer("a test", protect=(KEEP,)), **options)
        to_end = {planned.job_id for planned in plan.to_end}
        if chance.random() < 0.5:
            _disturb(emulator.world, every, chance)
        clock.sleep(chance.choice([0, 10, 1000]))
        try:
            report = plan.execute(clock=clock, wait=chance.random() < 0.5)
        except (GuardError, PlanMismatchError):
            assert _asked_for(emulator) == set()
        else:
            assert {result.planned.job_id for result in report.results} == {one.job_id for one in plan.jobs}
        assert _asked_for(emulator) <= to_end
        assert not _asked_for(emulator) & kept
        _check_parents(plan, chosen, options)
    finally:
        emulator.stop()


def _check_parents(plan: Plan, chosen: list[str], options: dict[str, bool]) -> None:
    named = {job_id.partition("#")[0] for job_id in chosen}  # a node stands for its multi-node job
    unasked = [planned for planned in plan.to_end if planned.job_id not in named]
    assert not unasked or any(options.values())
    if not options["with_dependents"]:
        for planned in unasked:  # an array that collapsing put there
            assert planned.job is not None
            assert planned.job.array_size


def _fill(world: local.World, chance: random.Random) -> None:
    world.add_queue("train")
    world.add_queue("other")
    jobs: list[str] = []
    for number in range(chance.randint(2, 10)):
        queue = chance.choice(["train", "other"])
        waits = [chance.choice(jobs)] if jobs and chance.random() < 0.4 else []
        status = "PENDING" if waits else chance.choice(["SUBMITTED", "RUNNABLE", "RUNNING", "SUCCEEDED"])
        tags = {"keep": chance.choice(["yes", "no", "no"])}
        size = chance.choice([None, None, 3])
        nodes = 2 if size is None and chance.random() < 0.1 else None
        job_id = world.add_job(
            queue, f"job-{number}", status=status, depends_on=waits, tags=tags, array_size=size, num_nodes=nodes
        )
        jobs.append(job_id)


def _disturb(world: local.World, job_ids: list[str], chance: random.Random) -> None:
    for job_id in chance.sample(job_ids, min(3, len(job_ids))):
        try:
            job = world.find(job_id)
            what = chance.choice(["end", "run", "forget", "rename", "tag"])
            if what == "end":
                world.schedule(0, job_id, chance.choice(["SUCCEEDED", "FAILED"]))
            elif what == "run":
                world.schedule(0, job_id, "RUNNING")
            elif what == "forget":
                world.forget(job_id)
            elif what == "rename":
                job.name = "another"
        except BatchnbError:
            continue  # arrays and nodes follow others, and what was forgotten cannot be changed


def test_the_api_hands_its_guards_on(emulator: local.LocalBatch) -> None:
    """Keyword arguments of `batchnb.plan` are the strongest layer, and are named in refusals."""
    ids = emulator.world.add_jobs("train", "prod", 3)
    options: dict[str, Any] = {"reason": "x", "endpoint_url": emulator.endpoint_url}
    with pytest.raises(GuardError, match=r"max_jobs: .* a keyword argument allows 2"):
        batchnb.plan(ids, max_jobs=2, **options).check_allowed()
    kept = batchnb.plan(ids, protect="name:prod-*", **options)
    assert kept.counts == {"protected": 3}
    frame = batchnb.list_jobs(queues="train", limit=2, endpoint_url=emulator.endpoint_url)
    listed = batchnb.plan(frame[frame.jobName != ""], **options)
    assert listed.listed_by == "queues='train', limit=2, which left out 1 job"
