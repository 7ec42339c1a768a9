"""Listing: complete, without duplicates, and with no more calls than it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws import gateway as aws
from batchnb.aws import listing
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.aws.listing import describe_all, list_selected
from batchnb.aws.pace import CallKind
from batchnb.clock import Clock
from batchnb.errors import AccessDeniedError, InputError, RefusedError, ThrottledError, UnavailableError
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.selector import selector
from batchnb.local.operations import summaries
from tests.conftest import clock_of

Start = Callable[..., local.LocalBatch]
LIVE = [status.value for status in JobStatus.live()]
UNKNOWN = "00000000-0000-4000-a000-000000000000"


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls come in one order only, so that the n-th is always the same."""
    monkeypatch.setattr(listing, "LISTERS", 1)


@pytest.fixture
def listed(gateway: Gateway, clock: Clock) -> Callable[..., list[str]]:
    """List by the keywords of `selector`, and return the ids."""

    def ids(**arguments: Any) -> list[str]:
        return [job.job_id for job in list_selected(gateway, selector(**arguments), clock=clock).jobs]

    return ids


Listed = Callable[..., list[str]]


def counted(emulator: local.LocalBatch) -> Counter[str]:
    """Return how many calls of Batch have arrived, by operation."""
    return Counter(call.operation for call in emulator.calls if call.operation != "GetCallerIdentity")


def move(job_id: str, status: str) -> Callable[[local.World], object]:
    """Return the hook that lets a job go to a status at once."""
    return lambda world: world.schedule(0, job_id, status)


# Completeness


@pytest.mark.parametrize("status", LIVE)
def test_every_status_is_listed(emulator: local.LocalBatch, listed: Listed, status: str) -> None:
    """A job is found in any status of a live job, by default and by that status."""
    job_id = emulator.world.add_job("train", "sweep", status=status)
    emulator.world.add_job("train", "done", status="SUCCEEDED")
    assert listed(queues="train") == listed(queues="train", status=status) == [job_id]


def test_all_pages_are_read(emulator: local.LocalBatch, listed: Listed) -> None:
    """More jobs than one answer holds are all listed, each once."""
    job_ids = emulator.world.add_jobs("train", "sweep", 2_005, status="RUNNABLE")
    found = listed(queues="train", status="RUNNABLE")
    assert sorted(found) == sorted(job_ids)
    assert counted(emulator) == {"ListJobs": 3}


def test_queues_are_listed_together(emulator: local.LocalBatch, listed: Listed) -> None:
    """Several queues, by name and by ARN, and all of them when none is named."""
    here, there = emulator.world.add_job("train", "a"), emulator.world.add_job("other", "b")
    arn = emulator.world.add_queue("third")
    third = emulator.world.add_job("third", "c")
    assert listed(queues="train") == [here]
    assert listed(queues=["other", arn]) == [there, third]
    assert listed(queues=["third", arn]) == [third]
    assert listed(status="active") == [here, there, third]


def test_each_job_is_of_its_queue(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A summary does not say its queue, but the listing does, also where the queue was given by ARN."""
    arn = emulator.world.add_queue("third")
    for queue in ("train", "third"):
        emulator.world.add_job(queue, f"of-{queue}")
    jobs = list_selected(gateway, selector(queues=["train", arn]), clock=clock).jobs
    assert {job.job_name: job.job_queue for job in jobs} == {"of-train": "train", "of-third": "third"}


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("when", range(1, 11))
@pytest.mark.parametrize(
    ("before", "after"), [("RUNNABLE", "RUNNING"), ("RUNNING", "RUNNABLE"), ("SUBMITTED", "RUNNING")]
)
def test_a_job_that_moves_is_listed_once(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock, before: str, after: str, when: int
) -> None:
    """Whenever a job starts, or is tried again, it is listed once, and in the status that was seen last."""
    job_id = emulator.world.add_job("train", "sweep", status=before)
    emulator.faults.add(local.Fault(operation="ListJobs", nth=when, do=move(job_id, after)))
    (job,) = list_selected(gateway, selector(queues="train"), clock=clock).jobs
    assert job.job_id == job_id
    assert job.status in (before, after)


def test_a_job_that_moves_under_many_calls_is_listed(start: Start) -> None:
    """With the usual number of calls at once, too, whichever of them comes first."""
    emulator = start(lambda world: [world.add_queue(f"q{number}") for number in range(8)])
    gateway = connect(endpoint_url=emulator.endpoint_url)
    job_ids = [emulator.world.add_job(f"q{n % 8}", "sweep", status="RUNNING") for n in range(20)]
    for number, job_id in enumerate(job_ids):
        emulator.faults.add(local.Fault(operation="ListJobs", nth=2 * number + 1, do=move(job_id, "RUNNABLE")))
    found = list_selected(gateway, selector(status="active"), clock=clock_of(emulator)).jobs
    assert sorted(job.job_id for job in found) == sorted(job_ids)


@dataclass
class Rig:
    """An emulator that many examples share, each with a queue of its own."""

    emulator: local.LocalBatch
    gateway: Gateway
    numbers: Any


@pytest.fixture
def rig(emulator: local.LocalBatch, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """Return an emulator whose pages hold two jobs, so that jobs move between pages as well."""
    monkeypatch.setattr(aws, "PAGE_LIMIT", 2)
    return Rig(emulator, gateway, count())


forward = st.lists(st.tuples(st.integers(1, 25), st.sampled_from(LIVE)), max_size=3)
lives = st.tuples(st.sampled_from(LIVE), forward, st.none() | st.integers(1, 25))
# Nothing leaves PENDING, starts, fails and is tried again while a few pages are read.
quick_lives = lives.filter(lambda life: life[2] is None or life[0] not in ("SUBMITTED", "PENDING"))


@pytest.mark.usefixtures("one_by_one")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(quick_lives, min_size=1, max_size=7), st.booleans())
@example(plan=[("RUNNING", [(7, "STARTING")], 4)], late_first=False)
@example(plan=[("STARTING", [(7, "RUNNING")], 2)], late_first=True)
def test_a_listing_is_complete_while_jobs_move(rig: Rig, plan: list[Any], late_first: bool) -> None:  # noqa: FBT001
    """Jobs go on in their lives before any calls, and each is tried again at most once: all are listed, each once.

    What is read side by side may come in any order.
    """
    with pytest.MonkeyPatch.context() as patch:
        parts = listing._parts
        patch.setattr(listing, "_parts", lambda *of: parts(*of)[:: -1 if late_first else 1])
        assert _listed_while_moving(rig, plan, lambda _world: None)


@pytest.mark.usefixtures("one_by_one")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.lists(lives, min_size=1, max_size=7))
@example(plan=[("SUBMITTED", [(4, "STARTING")], 7)])
def test_a_listing_that_takes_long_is_complete_too(rig: Rig, plan: list[Any]) -> None:
    """Where there is time for a job to leave PENDING, to start, and to be tried again, it is listed all the same."""
    with pytest.MonkeyPatch.context() as patch:
        parts = listing._parts
        patch.setattr(listing, "_parts", lambda *of: parts(*of)[::-1])
        assert _listed_while_moving(rig, plan, lambda _world: clock_of(rig.emulator).sleep(1.0))


def _listed_while_moving(rig: Rig, plan: list[Any], between: Callable[[local.World], object]) -> bool:
    """Return whether all jobs were listed, each once, with this done before each call."""
    world, queue = rig.emulator.world, f"moving-{next(rig.numbers)}"
    world.add_queue(queue)
    rig.emulator.faults.clear()
    rig.emulator.faults.add(local.Fault(operation="ListJobs", every=1, do=between))
    job_ids = []
    for first, moves, again in plan:
        job_ids.append(world.add_job(queue, "sweep", status=first))
        for when, status in _life(first, moves, again):
            rig.emulator.faults.add(local.Fault(operation="ListJobs", nth=when, do=move(job_ids[-1], status)))
    found = list_selected(rig.gateway, selector(queues=queue), clock=clock_of(rig.emulator)).jobs
    return sorted(job.job_id for job in found) == sorted(job_ids)


def _life(first: str, moves: list[tuple[int, str]], again: int | None) -> list[tuple[int, str]]:
    """Return the moves in the order of their calls, none of them back, but one to RUNNABLE if it is tried again."""
    at, life = LIVE.index(first), []
    events = sorted([*moves, *([(again, "again")] if again else [])])
    for when, status in events:
        at = min(at, LIVE.index("RUNNABLE")) if status == "again" else max(at, LIVE.index(status))
        life.append((when, LIVE[at]))
    return life


@pytest.mark.parametrize(
    ("status", "calls"),
    [
        ("RUNNABLE", ["RUNNABLE"]),
        ("RUNNING", ["PENDING", "RUNNING"]),
        (["SUBMITTED", "RUNNABLE"], ["SUBMITTED", "RUNNABLE"]),
        (["STARTING", "RUNNING"], ["PENDING", "STARTING", "RUNNING", "STARTING", "RUNNING"]),
        ("active", [*LIVE, "RUNNABLE", "STARTING", "RUNNING"]),
        ("all", [*JobStatus, "RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED", "FAILED"]),
    ],
)
@pytest.mark.usefixtures("one_by_one")
def test_only_where_a_job_that_went_back_may_be_is_read_twice(
    emulator: local.LocalBatch, listed: Listed, status: Any, calls: list[str]
) -> None:
    """One sweep in the order of a job's life finds all that only move on; the second is for those tried again."""
    listed(queues="train", status=status)
    assert [call.request["jobStatus"] for call in emulator.calls if call.operation == "ListJobs"] == calls


def test_the_second_sweep_keeps_the_order_of_a_life(emulator: local.LocalBatch, listed: Listed) -> None:
    """Each status is read when the one before it has been, also where that took another try."""
    emulator.faults.add(local.Fault(operation="ListJobs", kind=local.Kind.THROTTLED, nth=len(LIVE) + 1))
    listed(queues="train")
    calls = [call for call in emulator.calls if call.operation == "ListJobs"]
    statuses = [call.request["jobStatus"] for call in calls[len(LIVE) :] if call.status == 200]
    assert statuses == ["RUNNABLE", "STARTING", "RUNNING"]


def test_jobs_that_end_meanwhile_are_no_error(emulator: local.LocalBatch, listed: Listed) -> None:
    """A job that ends during the listing may be in it or not, and the others are."""
    gone, stays = emulator.world.add_jobs("train", "sweep", 2)
    emulator.faults.add(local.Fault(operation="ListJobs", nth=3, do=move(gone, "SUCCEEDED")))
    found = listed(queues="train")
    assert stays in found
    assert set(found) <= {gone, stays}


# Arrays


def test_a_running_array_is_found_although_it_is_pending(emulator: local.LocalBatch, listed: Listed) -> None:
    """AWS shows an array as PENDING while its children run: who asks for RUNNING means it, too."""
    array = emulator.world.add_job("train", "a", array_size=3, child_status=["RUNNING", "RUNNABLE", "SUCCEEDED"])
    emulator.world.add_job("train", "b", array_size=2, child_status="RUNNABLE")
    emulator.world.add_job("train", "c", status="PENDING")
    assert listed(queues="train", status="RUNNING") == [array]
    assert listed(queues="train", status="STARTING") == []


def test_children_that_do_not_run_do_not_speak_for_their_array(emulator: local.LocalBatch, listed: Listed) -> None:
    """An array with a FAILED child has not failed, and one with RUNNABLE children is PENDING."""
    emulator.world.add_job("train", "a", array_size=3, child_status=["FAILED", "RUNNABLE", "SUCCEEDED"])
    assert listed(queues="train", status=["RUNNING", "RUNNABLE", "FAILED", "SUCCEEDED"]) == []


def test_children_are_found_where_summaries_do_not_count_them(
    emulator: local.LocalBatch, listed: Listed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a summary says only how large an array is, its description tells whether it runs."""
    array = emulator.world.add_job("train", "a", array_size=2, child_status=["RUNNING", "RUNNABLE"])
    emulator.world.add_jobs("train", "pending", 3, status="PENDING")
    monkeypatch.setattr(summaries, "count_children", lambda _job: {})
    assert listed(queues="train", status="RUNNING") == [array]
    assert [call.request for call in emulator.calls if call.operation == "DescribeJobs"] == [{"jobs": [array]}]


def test_children_of_an_array_are_listed(emulator: local.LocalBatch, listed: Listed) -> None:
    """The children of one array, in the order of their index, and nothing else."""
    statuses = ["RUNNING"] * 9 + ["PENDING", "RUNNABLE", "FAILED"]
    array = emulator.world.add_job("train", "a", array_size=12, child_status=statuses)
    emulator.world.add_job("train", "b")
    assert listed(children_of=array) == [f"{array}:{index}" for index in range(11)]
    assert listed(children_of=array, status="FAILED") == [f"{array}:11"]
    assert listed(children_of=array, limit=2) == [f"{array}:0", f"{array}:1"]


def test_children_are_of_the_share_that_is_asked_for(emulator: local.LocalBatch, listed: Listed) -> None:
    """AWS filters no children by share, and a short summary has none: nothing of another share is listed."""
    array = emulator.world.add_job("train", "a", array_size=2, share="a")
    assert listed(children_of=array, share="b") == []
    assert len(listed(children_of=array, share="a")) == 2
    emulator.world.sparse_summaries = True
    assert listed(children_of=array, share="b") == []
    assert len(listed(children_of=array, share="a")) == 2


def test_children_of_what_is_no_array_are_refused(emulator: local.LocalBatch, listed: Listed) -> None:
    """AWS says that this is no array, and that is told as it is."""
    job_id = emulator.world.add_job("train", "sweep")
    with pytest.raises(RefusedError, match=f"ListJobs: ClientException: .*{job_id}") as refused:
        listed(children_of=job_id)
    assert refused.value.__cause__ is not refused.value
    assert listed(children_of=UNKNOWN) == []


# What summaries leave out


def test_only_tags_need_a_description(emulator: local.LocalBatch, listed: Listed) -> None:
    """Without tags DescribeJobs is not called; with them 100 jobs a call."""
    emulator.world.add_jobs("train", "sweep", 201, tags={"team": "ml"})
    emulator.world.add_jobs("train", "sweep", 50, tags={"team": "web"})
    asked: dict[str, Any] = {"queues": "train", "older_than": "1m", "job_definition": "job", "name_glob": "sweep-*"}
    assert len(listed(**asked)) == 251
    assert "DescribeJobs" not in counted(emulator)
    assert len(listed(**asked, tags={"team": "ml"})) == 201
    assert counted(emulator)["DescribeJobs"] == 3


def test_what_a_summary_rules_out_is_not_described(emulator: local.LocalBatch, listed: Listed) -> None:
    """Of many jobs only those whose tags decide cost a call."""
    wanted = emulator.world.add_job("train", "sweep", tags={"team": "ml"}, created_ago=7200)
    emulator.world.add_jobs("train", "sweep", 150, tags={"team": "ml"}, created_ago=60)
    emulator.world.add_jobs("train", "other", 150, tags={"team": "ml"}, created_ago=7200)
    emulator.world.add_jobs("train", "sweep", 150, tags={"team": "ml"}, status="PENDING", created_ago=7200)
    asked: dict[str, Any] = {"queues": "train", "status": "RUNNING", "older_than": "1h", "name_glob": "sweep*"}
    assert listed(**asked, tags={"team": "ml"}) == [wanted]
    assert [call.request for call in emulator.calls if call.operation == "DescribeJobs"] == [{"jobs": [wanted]}]


def test_the_start_of_jobs_that_do_not_run_is_not_asked_for(emulator: local.LocalBatch, listed: Listed) -> None:
    """100,000 waiting jobs without a start do not cost 1,000 calls to learn that they have not started."""
    running = emulator.world.add_job("train", "sweep", created_ago=7200, started_ago=7000)
    emulator.world.add_jobs("train", "sweep", 150, status="PENDING")
    emulator.world.add_jobs("train", "sweep", 150, status="RUNNABLE")
    assert listed(queues="train", running_longer_than="1h") == [running]
    assert listed(queues="train", running_longer_than="1h", status="active") == [running]
    assert "DescribeJobs" not in counted(emulator)


@pytest.mark.parametrize(
    "asked",
    [
        {"older_than": "1h"},
        {"newer_than": "3h"},
        {"running_longer_than": "1h"},
        {"job_definition": "train"},
        {"tags": {"team": "ml"}},
    ],
)
def test_short_summaries_are_completed(emulator: local.LocalBatch, listed: Listed, asked: dict[str, Any]) -> None:
    """Where summaries leave out what is asked for, DescribeJobs is asked, and the right jobs are listed."""
    emulator.world.sparse_summaries = True
    right = emulator.world.add_job(
        *("train", "right"), definition="train:3", created_ago=7200, started_ago=7000, tags={"team": "ml"}
    )
    wrong = 10_800 if "newer_than" in asked else 60
    emulator.world.add_job("train", "wrong", definition="other:1", created_ago=wrong, started_ago=50)
    assert listed(queues="train", status="RUNNING", **asked) == [right]
    assert counted(emulator)["DescribeJobs"] == 1


def test_short_summaries_are_not_completed_for_nothing(emulator: local.LocalBatch, listed: Listed) -> None:
    """A name and a status are known of every summary: the status is that which was listed."""
    emulator.world.sparse_summaries = True
    running = emulator.world.add_job("train", "sweep", status="RUNNING")
    waiting = emulator.world.add_job("train", "sweep", status="RUNNABLE")
    assert listed(queues="train", name="sweep", status="RUNNABLE") == [waiting]
    assert set(listed(queues="train", name="sweep")) == {running, waiting}
    assert "DescribeJobs" not in counted(emulator)


def test_a_running_array_is_found_in_short_summaries(emulator: local.LocalBatch, listed: Listed) -> None:
    """A summary so short may be an array's: its description tells whether it runs."""
    emulator.world.sparse_summaries = True
    array = emulator.world.add_job("train", "a", array_size=2, child_status=["RUNNING", "RUNNABLE"])
    emulator.world.add_job("train", "b", status="PENDING")
    assert listed(queues="train", status="RUNNING") == [array]


def test_a_job_that_is_not_described_stays_as_it_was_listed(emulator: local.LocalBatch, listed: Listed) -> None:
    """DescribeJobs does not know a job that was submitted a moment ago: what decides stays unknown, so no match."""
    job_id = emulator.world.add_job("train", "sweep", tags={"team": "ml"})
    emulator.world.hide_for(job_id, 60)
    assert listed(queues="train", tags={"team": "ml"}) == []
    emulator.world.sparse_summaries = True
    assert listed(queues="train", older_than="1s") == []
    assert listed(queues="train", name="sweep") == [job_id]


def test_what_ended_before_its_description_is_left_out(emulator: local.LocalBatch, listed: Listed) -> None:
    """A description is newer than the summary: a job that has ended since is not RUNNING any more."""
    job_id = emulator.world.add_job("train", "sweep", tags={"team": "ml"})
    emulator.faults.add(local.Fault(operation="DescribeJobs", do=move(job_id, "SUCCEEDED")))
    assert listed(queues="train", status="RUNNING", tags={"team": "ml"}) == []


# Order and limit


def test_jobs_come_oldest_first(emulator: local.LocalBatch, listed: Listed) -> None:
    """Whatever their queue and status, the oldest job is the first; of one age the name decides."""
    middle = emulator.world.add_job("other", "a", created_ago=200)
    young = emulator.world.add_job("train", "a", created_ago=100)
    old = emulator.world.add_job("train", "z", created_ago=300, status="RUNNABLE")
    twin = emulator.world.add_job("train", "b", created_ago=200)
    assert listed(status="active") == [old, middle, twin, young]


def test_a_limit_keeps_the_oldest_and_counts_the_others(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """What a limit left out is counted, in the listing and in its frame."""
    oldest = emulator.world.add_job("train", "sweep", created_ago=9_000)
    emulator.world.add_jobs("train", "sweep", 4)
    emulator.world.add_job("train", "other")
    made = list_selected(gateway, selector(queues="train", name_glob="sweep*", limit=1), clock=clock)
    assert ([job.job_id for job in made.jobs], made.left_out) == ([oldest], 4)
    assert made.to_frame().attrs == {"left_out": 4, "not_listed": {}}
    everything = list_selected(gateway, selector(queues="train", limit=6), clock=clock)
    assert (len(everything.jobs), everything.left_out) == (6, 0)


def test_tags_are_in_the_frame_when_they_were_asked_for(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A column of tags that nobody read would look like jobs without tags."""
    emulator.world.add_job("train", "sweep", tags={"team": "ml"})
    asked = list_selected(gateway, selector(tags={"team": "ml"}), clock=clock).to_frame()
    assert list(asked.tags) == [{"team": "ml"}]
    assert "tags" not in list_selected(gateway, selector(queues="train"), clock=clock).to_frame()


def test_shares_are_told_apart(emulator: local.LocalBatch, listed: Listed) -> None:
    """Jobs of one share, in any live status and through pages of 100."""
    jobs = emulator.world.add_jobs("train", "a", 150, share="a", status="RUNNABLE")
    jobs += emulator.world.add_jobs("train", "a", 2, share="a")
    emulator.world.add_jobs("train", "b", 3, share="b")
    emulator.world.add_jobs("train", "done", 3, share="a", status="FAILED")
    assert sorted(listed(queues="train", share="a")) == sorted(jobs)


def test_progress_counts_each_job_once(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """However often a job is met, the count that is shown goes up by one."""
    emulator.world.add_jobs("train", "sweep", 30)
    steps: list[int] = []
    list_selected(gateway, selector(queues="train"), clock=clock, on_jobs=steps.append)
    assert sum(steps) == 30


# What goes wrong


def test_an_unknown_queue_is_told_with_those_there_are(emulator: local.LocalBatch, listed: Listed) -> None:
    """Whoever mistypes a queue reads the names of the queues."""
    with pytest.raises(InputError, match=r"no job queue 'trian' in local-1\. There are: other, train\.$"):
        listed(queues=["train", "trian"])
    for number in range(30):
        emulator.world.add_queue(f"q{number:02}")
    with pytest.raises(InputError, match=r"q18 and 12 more\.$"):
        listed(queues="trian")


def test_a_hostile_queue_is_told_on_one_line(listed: Listed) -> None:
    """The name is quoted, and not for ever."""
    with pytest.raises(InputError) as refused:
        listed(queues="<b>\n\u202e" + "x" * 10_000)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 500


def test_an_account_without_queues_says_so(start: Start) -> None:
    """No queues are no jobs, and an unknown queue is told as such."""
    emulator = start()
    gateway, clock = connect(endpoint_url=emulator.endpoint_url), clock_of(emulator)
    assert list_selected(gateway, selector(status="active"), clock=clock).jobs == []
    with pytest.raises(InputError, match=r"There are: none\."):
        list_selected(gateway, selector(queues="train"), clock=clock)


def test_a_queue_of_elsewhere_is_refused_in_the_words_of_aws(listed: Listed) -> None:
    """An ARN of another account is not the queue of that name here."""
    with pytest.raises(RefusedError, match="does not exist"):
        listed(queues="arn:aws:batch:local-1:123456789012:job-queue/train")


def test_that_queues_cannot_be_named_hides_no_error(emulator: local.LocalBatch, listed: Listed) -> None:
    """Without the permission to list queues, an unknown queue is told in AWS's words."""
    emulator.world.deny_operation("DescribeJobQueues")
    with pytest.raises(RefusedError, match="nowhere does not exist"):
        listed(queues="nowhere")


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("nth", [1, 4, 8])
def test_a_queue_that_vanishes_has_no_jobs(emulator: local.LocalBatch, listed: Listed, nth: int) -> None:
    """A queue deleted during the listing of all queues is no error; one that was asked for is."""
    job_id = emulator.world.add_job("train", "sweep")
    delete = local.Fault(operation="ListJobs", nth=nth, do=lambda world: world.ledger.queues.pop("other", None))
    emulator.faults.add(delete)
    assert listed(status="active") == [job_id]
    with pytest.raises(InputError, match="no job queue 'other'"):
        listed(queues="other")


def test_a_denied_listing_names_the_permission(emulator: local.LocalBatch, listed: Listed) -> None:
    """The error says which action is needed on which resource, and nothing is tried again."""
    emulator.world.deny_operation("ListJobs")
    with pytest.raises(AccessDeniedError, match=r'Ask for batch:ListJobs on resource "\*"'):
        listed(queues="train", status="RUNNABLE")
    assert counted(emulator)["ListJobs"] == 1


@pytest.mark.usefixtures("one_by_one")
def test_a_throttled_listing_waits_and_goes_on(emulator: local.LocalBatch, listed: Listed) -> None:
    """A rate limit makes a listing slower and no shorter."""
    job_ids = emulator.world.add_jobs("train", "sweep", 3)
    emulator.limits.set("ListJobs", local.Limit(rate=0.5, burst=1))
    began = emulator.clock.now_ms()
    assert sorted(listed(queues="train")) == sorted(job_ids)
    refused = [call for call in emulator.calls if call.operation == "ListJobs" and call.status == 429]
    assert len(refused) > 5
    assert emulator.clock.now_ms() - began >= 9 * 2_000


@pytest.mark.usefixtures("one_by_one")
def test_a_listing_that_is_throttled_for_ever_is_given_up(emulator: local.LocalBatch, listed: Listed) -> None:
    """After some minutes without one answer the listing fails instead of waiting for ever."""
    emulator.limits.set("ListJobs", local.Limit(rate=0, burst=1))
    with pytest.raises(ThrottledError):
        listed(queues="train")


@pytest.mark.usefixtures("one_by_one")
@pytest.mark.parametrize("kind", ["ServerException", "502", "reset", "truncated"])
def test_a_failing_service_is_asked_again(emulator: local.LocalBatch, listed: Listed, kind: str) -> None:
    """Every third call fails, and the listing is complete all the same."""
    job_ids = emulator.world.add_jobs("train", "sweep", 3)
    emulator.faults.add(local.Fault(operation="ListJobs", kind=kind, every=3))
    assert sorted(listed(queues="train")) == sorted(job_ids)


@pytest.mark.usefixtures("one_by_one")
def test_an_interrupted_listing_asks_for_nothing_more(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """After Ctrl-C at the first page of the running jobs, neither the next page nor the second sweep is read."""
    emulator.world.add_jobs("train", "sweep", 2_500)

    def stop(count: int) -> None:
        if count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list_selected(gateway, selector(queues="train"), clock=clock, on_jobs=stop)
    assert counted(emulator) == {"ListJobs": len(LIVE)}


def test_a_reader_stops_when_nobody_waits(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """A reader that is under way when the listing ends reads its page, and no other."""
    emulator.world.add_jobs("train", "sweep", 2_500)
    found = listing._Found()
    list_page = partial(gateway.list_page, {"jobQueue": "train"}, status="RUNNING")
    pages = listing._pages(list_page, found, clock, gateway.pace(CallKind.LISTING))
    assert len(next(pages).jobs) == 1_000
    found.enough = True
    with pytest.raises(CancelledError):
        next(pages)
    assert counted(emulator) == {"ListJobs": 1}


def test_all_are_described_in_calls_of_100(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Any number of ids is described, 100 a call, and unknown ones are left out."""
    job_ids = emulator.world.add_jobs("train", "sweep", 250)
    described = describe_all(gateway, iter([*job_ids, UNKNOWN]), clock)
    assert set(described) == set(job_ids)
    assert counted(emulator) == {"DescribeJobs": 3}
    assert describe_all(gateway, [], clock) == {}


def test_a_description_that_fails_is_an_error(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """Jobs that could not be described are never taken for jobs that are not there."""
    job_ids = emulator.world.add_jobs("train", "sweep", 150)
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind="ServerException", job_id=job_ids[120]))
    with pytest.raises(UnavailableError):
        describe_all(gateway, job_ids, clock)


def test_a_listing_is_made_of_jobs(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """What is listed has what AWS said of it, as a record."""
    created_at = emulator.clock.now_ms() - 10_000
    job_id = emulator.world.add_job("train", "sweep", status_reason="pulled", share="a", created_ago=10)
    (job,) = list_selected(gateway, selector(queues="train"), clock=clock).jobs
    assert isinstance(job, Job)
    known = partial(getattr, job)
    assert [known(name) for name in ("job_id", "job_name", "job_queue", "status", "status_reason")] == [
        *(job_id, "sweep", "train"),
        *("RUNNING", "pulled"),
    ]
    assert job.share_identifier in ("a", None), "older versions of botocore leave it out"
    assert job.created_at == created_at


def test_who_only_lists_does_not_ask_who_is_calling(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """STS is asked when something is planned: a listing does not wait for another client."""
    list_selected(gateway, selector(queues=["train"]))
    assert "GetCallerIdentity" not in {call.operation for call in emulator.calls}
