"""Plans: a verdict for every job, the evidence, and a digest that means this and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import AccessDeniedError, GuardError, InputError, UnavailableError
from batchnb.guards.rules import Layer
from batchnb.guards.settings import pattern
from batchnb.jobs.frame import job_ids_in
from batchnb.jobs.ids import JobId, parse_job_id
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.reason import check_reason
from batchnb.model.verdict import PlannedJob, Verdict
from tests.conftest import clock_of
from tests.plans import make_plan

NOBODY = "00000000-0000-4000-a000-000000000000"
ENDING = {"TerminateJob", "TerminateJobs", "CancelJob", "CancelJobs"}


def _plan(gateway: Gateway, ids: Iterable[str], clock: Clock, reason: str = "OPS-1") -> Plan:
    return make_plan(gateway, [parse_job_id(job_id) for job_id in ids], reason, clock)


def _asked_for(emulator: local.LocalBatch) -> set[str]:
    """Return the ids that requests to end were made for."""
    requests = [call.request for call in emulator.calls if call.operation in ENDING]
    return {job_id for request in requests for job_id in request.get("jobs", [request.get("jobId")])}


def _verdicts(plan: Plan) -> list[str]:
    return [planned.verdict.value for planned in plan.jobs]


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("SUBMITTED", "cancel"),
        ("PENDING", "cancel"),
        ("RUNNABLE", "cancel"),
        ("STARTING", "terminate"),
        ("RUNNING", "terminate"),
        ("SUCCEEDED", "finished"),
        ("FAILED", "finished"),
    ],
)
def test_each_status_has_its_verdict(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, status: str, verdict: str
) -> None:
    """What has started is to be terminated, what has not is to be cancelled, what has ended is left alone."""
    plan = _plan(gateway, [emulator.world.add_job("train", "job", status=status)], clock)

    assert _verdicts(plan) == [verdict]
    assert len(plan.to_end) == (verdict != "finished")


def test_an_id_that_aws_does_not_know_is_not_found(gateway: Gateway, clock: Clock) -> None:
    """An unknown id is left out of what is ended, and stays in the plan for everybody to see."""
    plan = _plan(gateway, [NOBODY], clock)

    assert _verdicts(plan) == ["not found"]
    assert (plan.to_end, plan.jobs[0].job, plan.jobs[0].job_name) == ((), None, None)


@pytest.mark.parametrize("flag", ["isTerminated", "isCancelled", "both"])
@pytest.mark.parametrize("status", ["RUNNABLE", "RUNNING"])
def test_a_job_that_is_stopping_is_left_to_it(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, status: str, flag: str
) -> None:
    """Terminated already, and not over yet: nothing more has to be asked."""
    emulator.world.queued_flag = flag
    job_id = emulator.world.add_job("train", "job", status=status)
    gateway.terminate(job_id, "theirs")

    assert _verdicts(_plan(gateway, [job_id], clock)) == ["already stopping"]


def test_a_cancelled_job_that_runs_is_not_stopping(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """CancelJob was accepted and the job started all the same: it runs on, and has to be terminated."""
    emulator.world.queued_flag = "isCancelled"
    job_id = emulator.world.add_job("train", "job", status="RUNNABLE", stops="never")
    gateway.terminate(job_id, "theirs")
    emulator.world.schedule(0, job_id, "RUNNING")

    plan = _plan(gateway, [job_id], clock)

    assert plan.jobs[0].job is not None
    assert plan.jobs[0].job.is_cancelled
    assert _verdicts(plan) == ["terminate"]


@pytest.mark.parametrize(
    ("children", "verdict", "live"),
    [
        (["RUNNING", "RUNNABLE", "SUCCEEDED"], "terminate", 2),
        (["STARTING", "PENDING", "PENDING"], "terminate", 3),
        (["RUNNABLE", "RUNNABLE", "FAILED"], "cancel", 2),
        (["SUCCEEDED", "SUCCEEDED", "FAILED"], "finished", 0),
    ],
)
def test_an_array_is_judged_by_its_children(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, children: list[str], verdict: str, live: int
) -> None:
    """An array parent stays PENDING while its children run: they tell whether something is stopped."""
    job_id = emulator.world.add_job("train", "array", array_size=3, child_status=children)

    plan = _plan(gateway, [job_id], clock)

    assert _verdicts(plan) == [verdict]
    assert plan.array_children == live


def test_children_are_covered_by_an_array_of_the_plan(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A live child needs no request where its parent gets one, wherever it stands; without the parent it does."""
    parent = emulator.world.add_job("train", "array", array_size=3, child_status=["RUNNING", "RUNNABLE", "FAILED"])
    children = [f"{parent}:{index}" for index in range(3)]

    with_parent = _plan(gateway, [*children, parent], clock)
    without = _plan(gateway, children, clock)

    covered = "covered by its array parent"
    assert _verdicts(with_parent) == [covered, covered, "finished", "terminate"]
    assert [planned.job_id for planned in with_parent.to_end] == [parent]
    assert _verdicts(without) == ["terminate", "cancel", "finished"]


def test_a_job_that_is_named_twice_is_planned_once(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Ids, ARNs of the same jobs and repetitions collapse, and the first place in the order counts."""
    first, second = emulator.world.add_jobs("train", "job", 2)
    arn = emulator.world.job(first).job_arn

    plan = _plan(gateway, [second, arn, first, second], clock)

    assert [planned.job_id for planned in plan.jobs] == [second, first]
    assert plan.digest == make_plan(gateway, job_ids_in([first, second]), "OPS-1", clock).digest


def test_more_ids_than_one_call_describes(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """250 ids take three DescribeJobs calls of at most 100, and keep their order."""
    ids = emulator.world.add_jobs("train", "job", 250)
    ids.reverse()

    plan = _plan(gateway, ids, clock)

    assert [planned.job_id for planned in plan.jobs] == ids
    assert plan.counts == {"terminate": 250}
    sizes = [len(call.request["jobs"]) for call in emulator.calls if call.operation == "DescribeJobs"]
    assert sorted(sizes) == [50, 100, 100]


def test_planning_and_showing_a_plan_ends_nothing(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """No call that ends a job is made before `execute`, whatever is done with a plan."""
    ids = emulator.world.add_jobs("train", "job", 3)
    plan = _plan(gateway, ids, clock)
    assert str(plan)
    assert repr(plan)
    assert plan.to_frame().shape[0] == 3
    assert plan._repr_mimebundle_()["text/html"]

    assert ENDING.isdisjoint(call.operation for call in emulator.calls)
    assert {emulator.world.job(job_id).reason for job_id in ids} == {None}


def test_a_plan_keeps_the_evidence(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What the termination will overwrite, and what will expire, stays in the plan as it was."""
    why = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"
    job_id = emulator.world.add_job(
        "train", "job", status="RUNNABLE", status_reason=why, vcpus=8, memory=4096, gpus=2, tags={"team": "vision"}
    )

    plan = _plan(gateway, [job_id], clock)
    plan.execute(clock=clock)

    job = plan.jobs[0].job
    assert job is not None
    assert (job.status, job.status_reason) == (JobStatus.RUNNABLE, why)
    assert (job.vcpus, job.memory, job.gpus, job.tags) == (8, 4096, 2, (("team", "vision"),))
    assert (plan.jobs[0].job_name, plan.jobs[0].job_queue) == ("job", "train")
    assert emulator.world.job(job_id).status_reason == "OPS-1"


def test_a_plan_says_what_it_frees(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Running jobs count, and the running children of an array, and neither what waits nor what is left out."""
    options = {"vcpus": 4, "memory": 2048, "gpus": 1}
    ids = [
        emulator.world.add_job("train", "running", started_ago=7200, **options),  # type: ignore[arg-type]
        emulator.world.add_job("train", "waiting", status="RUNNABLE", **options),  # type: ignore[arg-type]
        emulator.world.add_job("train", "done", status="SUCCEEDED", **options),  # type: ignore[arg-type]
        emulator.world.add_job(
            "train",
            "array",
            array_size=4,
            child_status=["RUNNING", "STARTING", "RUNNABLE", "SUCCEEDED"],
            **options,  # type: ignore[arg-type]
        ),
    ]

    frees = _plan(gateway, ids, clock).frees

    assert frees == {
        "vcpus": 12,
        "memory_gib": 6,
        "gpus": 3,
        "job_hours": pytest.approx(2, abs=0.001),
        "unknown": 0,
    }


def test_a_plan_counts_by_verdict_and_queue(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Verdicts come in the order of their definition, queues by how much of them will be ended."""
    ids = emulator.world.add_jobs("other", "b", 3, status="RUNNABLE") + emulator.world.add_jobs("train", "a", 2)
    ids += [NOBODY, emulator.world.add_job("train", "done", status="FAILED")]

    plan = _plan(gateway, ids, clock)

    assert list(plan.counts.items()) == [("terminate", 2), ("cancel", 3), ("finished", 1), ("not found", 1)]
    assert list(plan.queues.items()) == [("other", 3), ("train", 2)]
    assert repr(plan) == f"<Plan {plan.digest[:12]}: 5 to end, 2 left out>"


# --- the digest ---------------------------------------------------------------------------------------------------

HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
MADE_AT = datetime(2026, 1, 1, tzinfo=UTC)


def _made(
    jobs: Iterable[tuple[str, Verdict]],
    *,
    reason: str = "OPS-1",
    identity: Place = HERE,
    made_at: datetime = MADE_AT,
) -> Plan:
    planned = tuple(PlannedJob(job_id, verdict, Job(job_id, "job")) for job_id, verdict in jobs)
    return Plan(reason, identity, planned, made_at, None)


def test_the_digest_changes_with_everything_that_matters() -> None:
    """Another id, verdict, reason, account, Region or endpoint makes another digest."""
    jobs = [("a", Verdict.TERMINATE), ("b", Verdict.CANCEL)]
    plans = [
        _made(jobs),
        _made(jobs[:1]),
        _made([*jobs, ("c", Verdict.CANCEL)]),
        _made([("a", Verdict.CANCEL), ("b", Verdict.TERMINATE)]),
        _made([("a", Verdict.TERMINATE), ("b", Verdict.TERMINATE)]),
        _made(jobs, reason="OPS-2"),
        _made(jobs, identity=dataclasses.replace(HERE, account="210987654321")),
        _made(jobs, identity=dataclasses.replace(HERE, account=None)),
        _made(jobs, identity=dataclasses.replace(HERE, region="eu-west-2")),
        _made(jobs, identity=dataclasses.replace(HERE, endpoint="http://127.0.0.1:1")),
    ]

    assert len({plan.digest for plan in plans}) == len(plans)


verdicts_by_id = st.dictionaries(st.text(max_size=5), st.sampled_from(Verdict), max_size=6)


@given(st.data(), verdicts_by_id)
def test_the_digest_does_not_change_with_order_or_time(data: st.DataObject, verdicts: dict[str, Verdict]) -> None:
    """The same jobs in another order, planned later by somebody else, are the same plan."""
    later = _made(
        data.draw(st.permutations(list(verdicts.items()))),
        identity=dataclasses.replace(HERE, caller="arn:aws:iam::123456789012:user/b"),
        made_at=MADE_AT + timedelta(days=1),
    )
    assert _made(verdicts.items()).digest == later.digest


@given(verdicts_by_id, st.text(max_size=8), verdicts_by_id, st.text(max_size=8))
def test_two_plans_have_one_digest_only_if_they_are_alike(
    one: dict[str, Verdict], one_reason: str, two: dict[str, Verdict], two_reason: str
) -> None:
    """Whatever the ids and reasons look like, no two different plans run together into one digest."""
    alike = (one, one_reason) == (two, two_reason)
    first = _made(one.items(), reason=one_reason)
    second = _made(two.items(), reason=two_reason)
    assert (first.digest == second.digest) == alike


def test_a_plan_cannot_be_changed() -> None:
    """Neither its reason nor its jobs nor a job of it can be set."""
    plan = _made([("a", Verdict.FINISHED)])
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.reason = "other"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.jobs[0].verdict = Verdict.TERMINATE  # type: ignore[misc]
    assert isinstance(plan.jobs, tuple)


# --- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("", "say why"),
        (" \n\t", "say why"),
        (None, "say why"),
        (42, "say why"),
        ("x" * 1025, "1,025 characters"),
        ("bad \ud800", "position 5"),
    ],
)
def test_a_reason_that_aws_would_not_take_is_refused(gateway: Gateway, reason: object, why: str) -> None:
    """A missing, empty, overlong or unencodable reason is found before anything is asked of AWS."""
    with pytest.raises(InputError, match=why):
        make_plan(gateway, [JobId(NOBODY)], reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", ["x", "x" * 1024, "😀" * 1024, " padded "])
def test_a_reason_that_aws_takes_is_taken(reason: str) -> None:
    """Up to 1,024 characters of any kind are a reason."""
    check_reason(reason)


def test_the_arn_of_another_region_is_refused(gateway: Gateway, emulator: local.LocalBatch) -> None:
    """A job of another Region would not be found here, or a stranger would be: no plan is made."""
    arn = f"arn:aws:batch:eu-west-9:{local.ACCOUNT}:job/{NOBODY}"
    with pytest.raises(InputError, match="Region eu-west-9, but calls go to local-1"):
        make_plan(gateway, [parse_job_id(arn)], "OPS-1")
    assert "DescribeJobs" not in {call.operation for call in emulator.calls}


def test_the_arn_of_another_account_is_refused(gateway: Gateway, emulator: local.LocalBatch) -> None:
    """A job of another account is not ours to end, though an id like it may be."""
    job_id = emulator.world.add_job("train", "job")
    arn = f"arn:aws:batch:{local.REGION}:123456789012:job/{job_id}"
    with pytest.raises(InputError, match="account 123456789012, but this is account 000000000000"):
        make_plan(gateway, [parse_job_id(arn)], "OPS-1")


def test_arns_of_two_accounts_are_refused_also_where_ours_is_not_known(start: Callable[..., local.LocalBatch]) -> None:
    """Where neither STS nor a job tells the account, two accounts in one plan are still one too many."""
    emulator = start()
    emulator.world.deny_operation("GetCallerIdentity")
    gateway = connect(endpoint_url=emulator.endpoint_url)
    arns = [f"arn:aws:batch:{local.REGION}:{account}:job/{NOBODY}" for account in ("111111111111", "222222222222")]
    with pytest.raises(InputError, match="account 222222222222"):
        make_plan(gateway, [parse_job_id(arn) for arn in arns], "OPS-1", clock_of(emulator))


def test_a_node_stands_for_its_job(gateway: Gateway, emulator: local.LocalBatch, clock: Clock) -> None:
    """Nodes of a multi-node job do not end alone: the plan holds the job itself, once, and says so."""
    job_id = emulator.world.add_job("train", "mpi", num_nodes=2)

    plan = _plan(gateway, [f"{job_id}#1", job_id, f"{job_id}#0"], clock)

    assert [planned.job_id for planned in plan.jobs] == [job_id]
    both = f"{job_id}#1, {job_id}#0 stand for the multi-node job {job_id}, with all of its 2 nodes."
    assert plan.notes == (f"Nodes do not end alone: {both}",)
    assert plan.digest == _plan(gateway, [job_id], clock).digest
    assert plan.execute(clock=clock).counts == {"terminated": 1}


# --- arrays -------------------------------------------------------------------------------------------------------


def test_a_parent_is_never_ended_for_its_children(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Some children, or all of them, are ended alone; that all are chosen is said, and what would do."""
    parent = emulator.world.add_job("train", "array", array_size=4, child_status=["RUNNING"] * 3 + ["SUCCEEDED"])
    children = [f"{parent}:{index}" for index in range(4)]

    some, every = _plan(gateway, children[:2], clock), _plan(gateway, children, clock)

    assert some.notes == ()
    assert parent not in {planned.job_id for planned in (*some.jobs, *every.jobs)}
    assert len(every.notes) == 1
    assert every.notes[0].startswith(f"All 3 live children of array {parent} (array) are in the plan: one request")
    assert every.execute(clock=clock).ok
    assert parent not in _asked_for(emulator)


def test_collapsing_ends_the_parent_where_all_live_children_are_chosen(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """With collapse one request takes the place of many, and each child is accounted for."""
    parent = emulator.world.add_job("train", "array", array_size=4, child_status=["RUNNING"] * 3 + ["SUCCEEDED"])
    ids = [JobId(f"{parent}:{index}") for index in range(3)]

    plan = make_plan(gateway, ids, "OPS-1", clock, collapse=True)

    assert _verdicts(plan) == [*["covered by its array parent"] * 3, "terminate"]
    assert plan.job_count == 3
    assert plan.execute(clock=clock).counts == {"terminated": 4}
    assert _asked_for(emulator) == {parent}


@pytest.mark.parametrize("missing", ["left out", "protected"])
def test_collapsing_spares_an_array_with_another_live_child(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, missing: str
) -> None:
    """One live child that is not chosen, or may not be ended, keeps the parent."""
    parent = emulator.world.add_job("train", "array", array_size=3, tags={"keep": "yes"})
    ids = [JobId(f"{parent}:{index}") for index in range(2 if missing == "left out" else 3)]
    layers = [Layer("a test", protect=(pattern("tag:keep"),))] if missing == "protected" else []

    plan = make_plan(gateway, ids, "OPS-1", clock, collapse=True, layers=layers)

    assert parent not in {planned.job_id for planned in plan.jobs}
    if missing == "left out":
        assert "2 of the 3 live children" in plan.notes[0]
    else:
        assert plan.to_end == ()


def test_an_array_that_lags_is_not_collapsed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """That its other children have ended is seen of each, and not taken from the array's summary."""
    parent = emulator.world.add_job("train", "array", array_size=3)
    emulator.world.hide_for(f"{parent}:2", 3600)
    emulator.world.schedule(0, f"{parent}:2", "SUCCEEDED")
    plan = make_plan(gateway, [JobId(f"{parent}:{index}") for index in range(2)], "OPS-1", clock, collapse=True)
    assert _verdicts(plan) == ["terminate", "terminate"]


# --- guards in plans ----------------------------------------------------------------------------------------------


def test_a_protected_job_is_left_out(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What a guard keeps stays in the plan for everybody to see, and is not ended."""
    kept = emulator.world.add_job("train", "kept", tags={"keep": "yes"})
    other = emulator.world.add_job("train", "other")
    layers = [Layer("a test", protect=(pattern("tag:keep=yes"),))]

    plan = make_plan(gateway, [JobId(kept), JobId(other)], "OPS-1", clock, layers=layers)

    assert _verdicts(plan) == ["protected", "terminate"]
    assert plan.execute(clock=clock).ok
    assert _asked_for(emulator) == {other}


def test_children_and_their_array_are_protected_together(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Neither a child of a protected array is ended, nor the array of a protected child."""
    parent = emulator.world.add_job("train", "prod-array", array_size=2)
    layers = [Layer("a test", protect=(pattern("name:prod-*"),))]
    for ids in ([parent, f"{parent}:0"], [f"{parent}:1"]):
        plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, layers=layers)
        assert plan.to_end == ()
        assert set(_verdicts(plan)) == {"protected"}


@pytest.mark.parametrize("jobs", ["single", "array"])
def test_a_plan_of_more_jobs_than_allowed_is_refused(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, jobs: str
) -> None:
    """1,000 is the most where nothing else is said, and the children of an array count, each."""
    ids = (
        emulator.world.add_jobs("train", "job", 1001)
        if jobs == "single"
        else [emulator.world.add_job("train", "array", array_size=1001)]
    )
    plan = _plan(gateway, ids, clock)
    (refusal,) = plan.refused_by
    assert (refusal.guard, refusal.source, refusal.number) == ("max_jobs", "the built-in default", 1000)
    assert refusal.to_type == "max_jobs=1001 or --max-jobs 1001"
    assert refusal.sentence in str(plan)
    with pytest.raises(GuardError, match=r"1,001 jobs.*the built-in default allows 1,000.*--max-jobs 1001"):
        plan.execute(clock=clock)
    assert not [call for call in emulator.calls if "Terminate" in call.operation]
    layers = [Layer("a flag", is_explicit=True, max_jobs=1001)]
    plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock, layers=layers)
    assert "max_jobs 1,001 (a flag, raised over 1,000 (the built-in default))" in str(plan)


def test_a_plan_of_too_large_a_part_of_a_queue_is_refused(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """The percentage is of the live jobs of each queue, an array and its children being one."""
    ids = emulator.world.add_jobs("train", "job", 6)
    array = emulator.world.add_job("train", "array", array_size=3)
    emulator.world.add_jobs("train", "waiting", 3, status="RUNNABLE")
    emulator.world.add_jobs("train", "done", 9, status="SUCCEEDED")
    emulator.world.add_jobs("other", "job", 9)
    layers = [Layer("a test", max_percent=50)]
    chosen = [JobId(job_id) for job_id in [*ids[:4], f"{array}:0", f"{array}:1"]]
    assert make_plan(gateway, chosen, "OPS-1", clock, layers=layers).refused_by == ()
    plan = make_plan(gateway, [*chosen, JobId(ids[4])], "OPS-1", clock, layers=layers)
    (refusal,) = plan.refused_by
    assert (refusal.guard, refusal.source, refusal.number) == ("max_percent", "a test", 50)
    for check in (plan.check_allowed, lambda: plan.execute(clock=clock)):
        with pytest.raises(GuardError, match=r"6 of 10 live jobs of queue train \(60 %\), and a test allows 50 %"):
            check()
    assert not [call for call in emulator.calls if "Terminate" in call.operation]


def test_another_account_makes_no_plan(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The account that the jobs are in has to be an allowed one."""
    ids = [JobId(emulator.world.add_job("train", "job"))]
    with pytest.raises(GuardError, match=r"account 000000000000, and a test allows only 123456789012"):
        make_plan(gateway, ids, "OPS-1", clock, layers=[Layer("a test", accounts=("123456789012",))])


def test_frees_are_told_by_queue(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What is in use is counted for each queue, and the whole is their sum."""
    ids = emulator.world.add_jobs("train", "a", 2, vcpus=4) + emulator.world.add_jobs("other", "b", 1, vcpus=1)
    plan = _plan(gateway, ids, clock)
    assert {queue: frees["vcpus"] for queue, frees in plan.frees_by_queue.items()} == {"train": 8, "other": 1}
    assert plan.frees["vcpus"] == 9
    assert "8 vCPU" in str(plan)


def test_a_multi_node_job_is_planned_as_one(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """The job itself can be ended, and its nodes with it."""
    job_id = emulator.world.add_job("train", "mpi", num_nodes=2)
    plan = _plan(gateway, [job_id], clock)
    assert _verdicts(plan) == ["terminate"]
    assert plan.execute(clock=clock).counts == {"terminated": 1}


def test_planning_is_denied_with_the_permission_to_ask_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Without DescribeJobs there is no plan, since nothing could be said of any job."""
    job_id = emulator.world.add_job("train", "job")
    emulator.world.deny_operation("DescribeJobs")
    with pytest.raises(AccessDeniedError, match='Ask for batch:DescribeJobs on resource "\\*"'):
        _plan(gateway, [job_id], clock)


@pytest.mark.parametrize("kind", ["TooManyRequestsException", "ServerException", "502", "reset", "truncated"])
def test_planning_rides_out_a_passing_failure(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, kind: str
) -> None:
    """DescribeJobs is tried again, and no job is called unknown because a call failed."""
    ids = emulator.world.add_jobs("train", "job", 120)
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind=kind, times=3))
    assert _plan(gateway, ids, clock).counts == {"terminate": 120}


def test_planning_fails_where_jobs_stay_undescribed(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A part of the jobs that cannot be described makes no plan: they might be any jobs."""
    ids = emulator.world.add_jobs("train", "job", 120)
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind="ServerException", job_id=ids[0]))
    with pytest.raises(UnavailableError):
        _plan(gateway, ids, clock)
