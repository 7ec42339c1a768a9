"""A plan as text, HTML and frame: what somebody has to know before they say yes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job, JobStatus, job_from_aws
from batchnb.jobs.place import Place
from batchnb.model.plan import Plan
from batchnb.model.plan_view import plan_facts, plan_html, plan_text
from batchnb.model.verdict import PlannedJob, Verdict
from tests.jobs.shapes import test_evidence as shapes
from tests.jobs.shapes.items import item
from tests.model.test_report_view import ALLOWED, HOSTILE, _Tags
from tests.plans import make_plan

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Place("123456789012", "eu-west-1", "https://batch.eu-west-1.amazonaws.com")
NO_FIGURES: dict[str, Any] = {"vcpus": None, "memory": None, "gpus": None}
NOBODY = "00000000-0000-4000-a000-000000000000"


def _planned(number: int, verdict: Verdict = Verdict.TERMINATE, name: str = "job", queue: str = "train") -> PlannedJob:
    job_id = f"{number:08d}-0000-4000-a000-000000000000"
    job = Job(job_id, name, JobStatus.RUNNING, name, job_queue=queue, vcpus=8, memory=61_440, gpus=1)
    return PlannedJob(job_id, verdict, None if verdict is Verdict.NOT_FOUND else job)


def _plan(jobs: list[PlannedJob], reason: str = "OPS-1") -> Plan:
    return Plan(reason, HERE, tuple(jobs), NOW, None)


def test_jobs_to_end_by_status_are_bars_of_text() -> None:
    """HTML shows how many jobs to end are in each status, without those that are left out."""
    jobs = [_planned(number) for number in range(3)] + [_planned(9, Verdict.FINISHED)]
    assert f'RUNNING</td><td style="text-align:left">3 {"█" * 24}</td>' in plan_html(_plan(jobs))
    assert "█" not in plan_html(_plan([_planned(1, Verdict.NOT_FOUND)]))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_never_markup_and_stays_bounded(text: str) -> None:
    """Names, queues and reasons show as text on one line, in HTML as in a terminal, and do not grow."""
    plan = _plan([_planned(number, name=text, queue=f"{text}{number}") for number in range(30)], text)

    html, plain = plan_html(plan), plan_text(plan)

    found = _Tags(html)
    assert found.tags <= ALLOWED
    assert found.attributes <= {"class", "style", "scope"}
    assert not found.open
    assert len(html) < 150_000
    assert len(plain) < 20_000
    assert not {"\u202e", "\u200b", "\u2066", "\x1b", "\x00", "\r", "\t"} & set(html + plain)


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_leaves_the_table_a_table(name: str, reason: str) -> None:
    """Whatever the names and reasons, HTML has the same tags and text has the same number of lines."""
    tame, wild = _plan([_planned(1)]), _plan([_planned(1, name=name, queue=reason)], reason)
    assert plan_html(wild).count("<") == plan_html(tame).count("<")
    assert len(plan_text(wild).splitlines()) == len(plan_text(tame).splitlines())


def test_unknown_ids_come_first_then_what_is_ended_and_the_rest_is_counted() -> None:
    """Among 10,000 jobs a typo is on top, what is left out is at the end, and the size is bounded."""
    jobs = [_planned(0, Verdict.FINISHED), *(_planned(number) for number in range(1, 9_999))]
    jobs.append(_planned(9_999, Verdict.NOT_FOUND))

    for text in (plan_text(_plan(jobs)), plan_html(_plan(jobs))):
        assert text.index("00009999-0000") < text.index("00000001-0000")
        assert "00000000-0000" not in text
        assert "… and 9,980 more; all of them: plan.to_frame()" in text
        assert len(text) < 20_000


def test_the_facts_say_what_is_ended_and_what_it_frees() -> None:
    """Counts by verdict and queue, what is left out, and numbers that can be read at any size."""
    jobs = [_planned(number, queue="gpu") for number in range(10_000)]
    jobs += [_planned(10_000, Verdict.CANCEL), _planned(10_001, Verdict.NOT_FOUND), _planned(10_002, Verdict.FINISHED)]

    facts = dict(plan_facts(_plan(jobs)))

    assert facts["Where"] == "account 123456789012, Region eu-west-1"
    assert facts["Reason"] == "OPS-1"
    assert facts["Ends"] == "10,001 jobs: 10,000 to terminate, 1 to cancel"
    assert facts["Queues"] == "gpu 10,000, train 1"
    assert facts["Left out"] == "1 finished, 1 not found"
    assert facts["Frees"].startswith("80,008 vCPU, 600,060 GiB of memory, 10,001 GPUs")


def _holding(number: int, **known: Any) -> PlannedJob:
    planned = _planned(number)
    assert planned.job is not None
    return replace(planned, job=planned.job._replace(started_at=1_767_222_000_000, **known))


@pytest.mark.parametrize(
    ("jobs", "text"),
    [
        ([_holding(1)], "8 vCPU, 60 GiB of memory, 1 GPU; 1.0 job-hours have run"),
        ([_holding(1, gpus=0, vcpus=0.125)], "0.125 vCPU, 60 GiB of memory; 1.0 job-hours have run"),
        (
            [_holding(1, gpus=0), _holding(2, vcpus=None), _holding(3, memory=None, gpus=None)],
            "at least 16 vCPU, 120 GiB of memory, 1 GPU (2 jobs without figures); 3.0 job-hours have run",
        ),
        (
            [_holding(1, vcpus=4.0, memory=None, gpus=None), *(_holding(n, **NO_FIGURES) for n in (2, 3))],
            "at least 4 vCPU (3 jobs without figures); 3.0 job-hours have run",
        ),
        ([_holding(1, **NO_FIGURES)], "unknown (1 job without figures); 1.0 job-hours have run"),
        (
            [_holding(1), _holding(2, array_size=3, children=(("RUNNING", 2),), status=JobStatus.PENDING)],
            "24 vCPU, 180 GiB of memory, 3 GPUs; at least 1.0 job-hours have run",
        ),
        ([_holding(1, memory=0.001)], "8 vCPU, less than 0.001 GiB of memory, 1 GPU; 1.0 job-hours have run"),
    ],
)
def test_what_is_not_known_is_never_shown_as_0(jobs: list[PlannedJob], text: str) -> None:
    """Sums say "at least", and how many jobs are missing from them; where nothing is known, they say that."""
    plan = _plan(jobs)
    assert dict(plan_facts(plan))["Frees"] == text
    assert text in plan_text(plan)
    assert text in plan_html(plan)


def test_each_queue_says_by_itself_what_is_not_known() -> None:
    """Of two queues one may be known to the last digit."""
    known, unknown = _holding(1), _holding(2, job_queue="gpu", **NO_FIGURES)
    facts = dict(plan_facts(_plan([known, unknown])))
    assert facts["  train"] == "8 vCPU, 60 GiB of memory, 1 GPU; 1.0 job-hours have run"
    assert facts["  gpu"] == "unknown (1 job without figures); 1.0 job-hours have run"
    assert facts["Frees"].startswith("at least 8 vCPU, 60 GiB of memory, 1 GPU (1 job without figures)")


def test_queues_that_are_not_named_are_counted() -> None:
    """Of many queues the fullest are named, and nobody is led to believe that these are all."""
    jobs = [_planned(number, queue=f"q{number % 13:02d}") for number in range(27)]
    assert dict(plan_facts(_plan(jobs)))["Queues"].startswith("q00 3, q01 2, ")
    assert dict(plan_facts(_plan(jobs)))["Queues"].endswith(" and 3 more")


def test_a_plan_that_ends_nothing_says_so() -> None:
    """Where every job is left out, the plan promises nothing."""
    facts = dict(plan_facts(_plan([_planned(1, Verdict.FINISHED)])))
    assert facts["Ends"].startswith("no job")
    assert not {"Queues", "Also ends", "Frees"} & set(facts)


def test_the_children_that_die_with_an_array_are_counted(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """Naming one array job ends thousands, so the plan says how many."""
    ids = [emulator.world.add_job("train", "array", array_size=900, child_status="RUNNING")]
    plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock)
    assert dict(plan_facts(plan))["Also ends"] == "900 live children of its array jobs"


def test_every_form_says_that_nothing_has_been_ended(gateway: Gateway, clock: Clock) -> None:
    """A plan is no deed, and cannot be taken for one; an emulator cannot be taken for AWS."""
    plan = make_plan(gateway, [JobId(NOBODY)], "OPS-1", clock)
    for text in plan._repr_mimebundle_().values():
        assert "Nothing has been ended." in text
        assert plan.digest[:12] in text
        assert "EMULATOR" in text


def test_the_frame_keeps_the_evidence(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """One row for every id with its verdict, unknown ones included, and types that do not depend on the jobs."""
    job_id = emulator.world.add_job(
        "train", "job", status="RUNNING", status_reason="why", vcpus=2, memory=512, tags={"team": "vision"}
    )
    plan = make_plan(gateway, [JobId(NOBODY), JobId(job_id)], "OPS-1", clock)

    frame = plan.to_frame()

    assert list(frame["jobId"]) == [NOBODY, job_id]
    assert list(frame["verdict"]) == ["not found", "terminate"]
    row = frame.iloc[1]
    assert (row.jobName, row.jobQueue, row.status, row.statusReason) == ("job", "train", "RUNNING", "why")
    assert (row.vcpus, row.memory, row.attempts, row.tags) == (2, 512, 0, {"team": "vision"})
    assert frame.iloc[0][["jobName", "status", "createdAt", "vcpus"]].isna().all()
    empty = _plan([]).to_frame()
    assert dict(empty.dtypes) == dict(frame.dtypes)


def test_the_frame_has_the_figures_and_the_ends_of_every_shape() -> None:
    """One row a job, whatever its shape: what it needs in all, and what each of its containers did."""
    parts = [
        {"container": shapes.CONTAINER},
        {"container": {}, "ecsProperties": shapes.TASKS},
        {"eksProperties": shapes.POD},
        {"nodeProperties": shapes.NODES},
        {"container": shapes.CONTAINER, "arrayProperties": {"size": 5, "statusSummary": {"RUNNING": 3}}},
    ]
    jobs = [job_from_aws(item(**part)) for part in parts]
    frame = _plan([PlannedJob(str(row), Verdict.TERMINATE, job) for row, job in enumerate(jobs)]).to_frame()

    assert frame.kind.tolist() == ["container", "multi-container", "eks", "multi-node", "array"]
    assert frame.vcpus.tolist() == [4, 6, 2, 48, 4]
    assert frame.memory.tolist() == [2048, 3072, 2048, 6144, 2048]
    assert frame.gpus.tolist() == [1, 0, 0, 8, 1]
    assert frame.started.tolist() == [1, 1, 1, 1, 3]
    assert frame.nodes.tolist() == [pd.NA, pd.NA, pd.NA, 4, pd.NA]
    assert frame.image.tolist() == ["train:7", "main:1, log:1, push:1", "main:1, pull:1", "head:1, worker:1", "train:7"]
    assert frame.command[1] == "main: main; log: log; push: push"
    assert frame.command[3] == "nodes from 2: python train.py; nodes 0 to 1: python train.py"
    assert frame.exitCode.tolist() == [137, 2, 1, pd.NA, 137]
    assert frame.exitCodes[:3].tolist() == ["137", "main=0, log=143, push=2", "main=1, pull=0"]
    assert frame.reason[:3].tolist() == ["OutOfMemoryError", "log=stopped, push=lost", "main=Error, pull=Completed"]
    assert frame.logStreamName[:2].tolist() == ["train/default/1", "p/1"]
    assert frame.logStreams[:2].tolist() == ["train/default/1", "main/1, p/1"]
    assert (frame.podName[2], frame.nodeName[2]) == ("aws-batch.1", "ip-10-0-0-7")
    assert frame.loc[3, ["exitCodes", "reason", "logStreams", "podName"]].isna().all()
