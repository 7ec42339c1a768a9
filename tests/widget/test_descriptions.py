"""Rows are described when somebody looks, by few calls, and what cannot be told is never 0."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from math import isnan, nan
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from batchnb import local
from batchnb.api import list_jobs
from batchnb.aws.connect import connect
from batchnb.aws.listing import describe_all
from batchnb.clock import Clock
from batchnb.widget.execution import Run
from batchnb.widget.worker import Phase
from tests.widget.conftest import Hand
from tests.widget.test_picker import Hold

if TYPE_CHECKING:
    import pandas as pd

FIGURES = ("vcpus", "gpus", "memory", "tries", "maxTries", "exit")


def describe(hand: Hand, *rows: int, lane: str = "sight", **content: Any) -> dict[str, Any]:
    """Ask for these rows, and return the answer when all is described."""
    number = hand.picker._session.jobs.snapshot.number
    part = np.array(rows, dtype=np.uint32).tobytes()
    answer = hand.ask("describe", {"snapshot": number, "lane": lane, **content}, part)
    assert hand.picker._session.descriptions.wait(20)
    return answer


def facts_of(hand: Hand, snapshot: int | None = None) -> dict[int, dict[str, Any]]:
    """Return what the browser was told of each row of the snapshot."""
    number = hand.picker._session.jobs.snapshot.number if snapshot is None else snapshot
    facts: dict[int, dict[str, Any]] = {}
    for content, (row_part, tag_part, number_part) in hand.of_kind("facts"):
        if content["snapshot"] != number:
            continue
        rows, codes = np.frombuffer(row_part, dtype=np.uint32), np.frombuffer(tag_part, dtype=np.uint32)
        figures = np.frombuffer(number_part, dtype=np.float64).reshape(6, -1)
        for at, row in enumerate(rows.tolist()):
            told = facts.setdefault(row, {})
            told["tags"] = None if codes[at] == 0 else dict(content["tags"][codes[at] - 1])
            if figures.size:
                told.update(zip(FIGURES, figures[:, at].tolist(), strict=True))
        for row, running, starting, live in content.get("arrays", ()):
            facts[row]["children"] = running, starting, live
        for row, nodes in content.get("nodes", ()):
            facts[row]["nodes"] = nodes
    return facts


@pytest.fixture
def shapes(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with a job of every shape, at a time that stands still."""
    handle = start(local.night)
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return handle


def row_named(frame: pd.DataFrame, name: str) -> int:
    """Return the row of a job."""
    return int(np.flatnonzero(frame["jobName"] == name)[0])


def calls(batch: local.LocalBatch) -> int:
    """Return how many calls of DescribeJobs there were."""
    return sum(call.operation == "DescribeJobs" for call in batch.calls)


def test_rows_in_sight_take_one_call(hand: Hand, jobs: local.LocalBatch) -> None:
    """However many, up to 100; and no call again for what is known."""
    before = calls(jobs)
    assert describe(hand, *range(13))["asked"] == 13
    assert calls(jobs) == before + 1
    facts = facts_of(hand)
    assert sorted(facts) == list(range(13))
    assert facts[0]["vcpus"] > 0
    assert facts[0]["tries"] == 1
    assert facts[0]["tags"] == {}
    assert isnan(facts[0]["exit"])
    assert describe(hand, 0, 1)["asked"] == 0
    assert calls(jobs) == before + 1


def test_every_shape_has_its_figures(shapes: local.LocalBatch, hold: Hold) -> None:
    """What DescribeJobs tells through batchnb's own records, for one container, several, a pod, and several nodes."""
    frame = list_jobs(status="all").reset_index(drop=True)
    hand = hold(frame)
    describe(hand, *range(len(frame)), lane="search")
    facts = facts_of(hand)
    told = describe_all(connect(endpoint_url=shapes.endpoint_url), list(frame["jobId"]), Clock())
    kinds = set()
    for row, job_id in enumerate(frame["jobId"]):
        job, known = told[job_id], facts[row]
        kinds.add(job.kind)
        if job.array_size:
            running, starting, live = known["children"]
            counts = dict(job.children)
            assert (running, starting, live) == (counts.get("RUNNING", 0), counts.get("STARTING", 0), job.live_children)
            assert known["vcpus"] == (running + starting) * (job.vcpus or nan)
            assert isnan(known["tries"])
        else:
            for name, figure in (("vcpus", job.vcpus), ("gpus", job.gpus), ("memory", job.memory)):
                assert known[name] == figure or (figure is None and isnan(known[name]))
        assert known["tags"] == dict(job.tags or ())
        assert known.get("nodes") == job.num_nodes
    assert len(kinds) >= 5


def test_an_unknown_job_is_described_and_not_known(hand: Hand, hold: Hold, frame: pd.DataFrame) -> None:
    """It is asked for once; figures that nobody knows are not a number."""
    strange = frame.head(2).assign(jobId=["00000000-0000-0000-0000-00000000000a", frame["jobId"][1]])
    strange = strange.drop(columns="jobArn")
    hand = hold(strange)
    assert describe(hand, 0, 1)["asked"] == 2
    told = facts_of(hand)
    assert all(isnan(told[0][name]) for name in FIGURES)
    assert told[0]["tags"] is None
    assert told[1]["vcpus"] > 0
    assert describe(hand, 0, lane="search")["asked"] == 0


def test_a_long_load_is_several_calls_with_progress(start: Callable[..., local.LocalBatch], hold: Hold) -> None:
    """And the last message says that nothing is left."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "run", 950)

    batch = start(fill)
    hand = hold(list_jobs(endpoint_url=batch.endpoint_url), endpoint_url=batch.endpoint_url)
    assert describe(hand, *range(950), lane="search")["asked"] == 950
    assert calls(batch) == 10
    left = [content["left"]["search"] for content, _ in hand.of_kind("facts")]
    assert left == sorted(left, reverse=True)
    assert 0 < left[-3] < 950
    assert hand.of_kind("facts")[-1][0]["isBusy"] is False
    assert len(facts_of(hand)) == 950


def test_denied_is_said_once(hand: Hand, jobs: local.LocalBatch) -> None:
    """Nothing is asked again until somebody says so, or a plan has got an answer."""
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="AccessDeniedException", times=1))
    describe(hand, 0, 1)
    before = calls(jobs)
    failure = hand.of_kind("facts")[-1][0]["failure"]
    assert failure.endswith("are not known: you may not look at these jobs, needs batch:DescribeJobs.")
    answer = describe(hand, 2)
    assert answer["isHeld"]
    assert answer["failure"] == failure
    assert calls(jobs) == before
    assert hand.picker.error is None
    assert describe(hand, 2, again=True)["asked"] == 1
    assert calls(jobs) == before + 1
    assert hand.of_kind("facts")[-1][0]["failure"] == ""


def test_throttled_is_not_tried_for_ever(hand: Hand, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """After some seconds it is said, and nothing is asked any more."""
    monkeypatch.setattr("batchnb.widget.descriptions.PATIENCE", 0.0)
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="TooManyRequestsException"))
    describe(hand, 0)
    before = calls(jobs)
    assert "AWS is throttling us" in hand.of_kind("facts")[-1][0]["failure"]
    assert describe(hand, 0)["isHeld"]
    assert calls(jobs) == before


@pytest.mark.parametrize("phase", [Phase.RUNNING, Phase.PLANNING])
def test_nothing_is_described_while_jobs_are_ended(hand: Hand, jobs: local.LocalBatch, phase: Phase) -> None:
    """The calls of a plan and of a run come first; they describe their jobs themselves."""
    hand.picker._session.worker.begin(phase)
    before = calls(jobs)
    assert describe(hand, 0)["isHeld"]
    assert calls(jobs) == before


def test_nothing_is_described_while_another_picker_ends_jobs(
    hand: Hand, frame: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share one limit of AWS."""
    other = hold(frame)
    other.planned(0)
    execute = Run.execute
    asked: list[Any] = []

    def look_and_execute(run: Run, **options: Any) -> Any:
        before = calls(jobs)
        asked.extend([describe(hand, 5)["isHeld"], calls(jobs) - before])
        return execute(run, **options)

    monkeypatch.setattr(Run, "execute", look_and_execute)
    other.confirmed()
    assert asked == [True, 0]
    assert hand.of_kind("facts")[-1][0]["isHeld"] is False, "the page asks again"
    assert describe(hand, 5)["asked"] == 1


def test_a_page_in_any_place_hears_that_it_may_ask_again(
    hand: Hand, frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, when no run goes on any more; and one whose thread has died is over as well."""
    elsewhere = hold(frame, endpoint_url="http://127.0.0.1:9")
    hand.planned(0)
    peer, plan = hand.picker._session.peer, hand.picker.plan
    assert plan is not None
    peer.claim(plan)
    with peer.running():
        assert describe(elsewhere, 5)["isHeld"]
        assert not [told for told, _ in elsewhere.of_kind("facts") if told["isHeld"] is False]
    assert [told["isHeld"] for told, _ in elsewhere.of_kind("facts")].count(False) == 1
    peer.claim(plan)
    monkeypatch.setattr(peer, "release", lambda: None)
    with peer.running():
        describe(elsewhere, 5)
    assert peer._run is not None
    peer._run.thread = threading.Thread()
    elsewhere.sent.clear()
    elsewhere.ask("about")
    assert [told["isHeld"] for told, _ in elsewhere.of_kind("facts")] == [False]


def test_a_load_gives_way_to_a_plan(start: Callable[..., local.LocalBatch], hold: Hold) -> None:
    """Between two calls it looks whether jobs are about to be ended."""
    batch = start(lambda world: (world.add_queue("train"), world.add_jobs("train", "run", 2000)))
    hand = hold(list_jobs(endpoint_url=batch.endpoint_url), endpoint_url=batch.endpoint_url)
    worker = hand.picker._session.worker
    batch.faults.add(
        local.Fault(operation="DescribeJobs", nth=3, do=lambda _world: setattr(worker, "phase", Phase.PLANNING))
    )
    describe(hand, *range(2000), lane="search")
    assert calls(batch) == 8
    assert hand.of_kind("facts")[-1][0]["left"]["search"] == 0
    assert len(facts_of(hand)) == 800


def test_a_plan_and_a_run_feed_what_is_known(hand: Hand, jobs: local.LocalBatch) -> None:
    """Without a call more than they make anyway."""
    hand.planned(0, 12)
    facts = facts_of(hand)
    assert facts[0]["vcpus"] > 0
    assert facts[12]["children"] == (3, 0, 3)
    assert facts[12]["vcpus"] == 3 * facts[0]["vcpus"]
    before = calls(jobs)
    hand.ask("cancel")
    assert describe(hand, 0, 12)["asked"] == 0
    assert calls(jobs) == before
    hand.planned(0)
    hand.confirmed()
    assert facts_of(hand)[0]["tries"] == 1


def test_a_new_table_gets_what_is_known(hand: Hand, frame: pd.DataFrame, jobs: local.LocalBatch) -> None:
    """By job id, wherever its row is; what may have changed is looked at once more when it is seen."""
    describe(hand, *range(13))
    hand.picker.refresh(frame.iloc[::-1])
    assert facts_of(hand) == {}
    hand.ask("described")
    known = facts_of(hand)
    assert len(known) == 13
    assert known[12]["vcpus"] == facts_of(hand, snapshot=1)[0]["vcpus"]
    old = hand.of_kind("facts")[-1][0]["old"]
    assert sorted(old) == [row for row in range(13) if frame["status"].iloc[::-1].iloc[row] != "SUCCEEDED"]
    before = calls(jobs)
    assert describe(hand, *range(13), lane="search")["asked"] == 0
    assert describe(hand, *range(13))["asked"] == 11
    assert calls(jobs) == before + 1


def test_tags_of_the_frame_need_no_call(hold: Hold, frame: pd.DataFrame, jobs: local.LocalBatch) -> None:
    """A listing by tags has them already."""
    tags: list[Any] = [{"team": "vision", "<b>": "\u202e"}, {}, None, *[{"team": "vision"}] * (len(frame) - 3)]
    hand = hold(frame.assign(tags=tags))
    before = calls(jobs)
    hand.ask("described")
    facts = facts_of(hand)
    assert facts[0] == {"tags": {"team": "vision", "<b>": "\u202e"}}
    assert facts[1] == {"tags": {}}
    assert 2 not in facts
    assert len(hand.of_kind("facts")[0][0]["tags"]) == 3
    assert calls(jobs) == before


@pytest.mark.parametrize(
    ("content", "part", "message"),
    [
        ({"lane": "all"}, [0], "cannot be described for 'all'"),
        ({"lane": "sight"}, [13], "no row 13"),
        ({"lane": ["sight"]}, [0], "cannot be described for"),
    ],
)
def test_a_forged_request_is_refused(hand: Hand, content: dict[str, Any], part: list[int], message: str) -> None:
    """With an answer, and without a call."""
    rows = np.array(part, dtype=np.uint32).tobytes()
    answer = hand.ask("describe", {"snapshot": 1, **content}, rows)
    assert not answer["ok"]
    assert message in answer["error"]


def test_rows_of_another_table_are_passed_over(hand: Hand, jobs: local.LocalBatch) -> None:
    """A list that was made anew meanwhile is no error: what is in sight is asked for again."""
    before = calls(jobs)
    rows = np.array([0], dtype=np.uint32).tobytes()
    assert hand.ask("describe", {"snapshot": 7, "lane": "sight"}, rows)["asked"] == 0
    assert calls(jobs) == before


def test_jobs_of_another_region_are_not_asked_for(
    hand: Hand, frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their ids mean nothing there, and every figure would be unknown."""
    monkeypatch.setattr("batchnb.widget.descriptions.is_loopback", lambda _url: False)
    arns = frame["jobArn"].str.replace(":local-1:", ":eu-west-9:")
    hand = hold(frame.assign(jobArn=arns))
    describe(hand, 0)
    assert "these jobs are in eu-west-9, but calls go to local-1." in hand.of_kind("facts")[-1][0]["failure"]


def test_where_no_region_is_configured_the_review_says_so(
    frame: pd.DataFrame, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that was only read from a file needs no line about it."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    hand = hold(frame.drop(columns="jobArn"))
    describe(hand, 0)
    told = hand.of_kind("facts")[-1][0]
    assert "no Region is configured" in told["failure"]
    assert told["isQuiet"]


def test_python_finds_what_the_picker_finds(hold: Hold, shapes: local.LocalBatch) -> None:  # noqa: ARG001
    """Fields that are described: nothing while a row is not described, then what the browser finds."""
    frame = list_jobs(status="active", queues="train-gpu").reset_index(drop=True)
    hand = hold(frame)
    picker = hand.picker
    for query in ("gpu:>=1", "-gpu:>=1", "memory:>1GiB", "tries:>0", "tag:team", "-tag:nosuch"):
        picker.query = query
        assert len(picker.matching) == 0, query
    picker.query = "hours:>1"
    assert 0 < len(picker.matching) < len(frame)
    describe(hand, *range(len(frame)), lane="search")
    facts = facts_of(hand)
    for query, holds in (
        ("gpu:>=1", lambda told: told["gpus"] >= 1),
        ("-gpu:>=1", lambda told: told["gpus"] < 1),
        ("memory:>4GiB", lambda told: told["memory"] > 4096),
        ("tries:>0", lambda told: told["tries"] > 0),
        ("tag:team", lambda told: "team" in told["tags"]),
        ("-tag:team", lambda told: "team" not in told["tags"]),
    ):
        picker.query = query
        expected = [row for row in range(len(frame)) if holds(facts[row])]
        assert list(picker.matching.index) == expected, query
    picker.query = "status:running name:=sweep-array"
    assert len(picker.matching) == 1
    picker.query = "vision"
    assert len(picker.matching) == 0
