"""list_jobs and plan, as a user calls them."""

from __future__ import annotations

import dataclasses
import inspect
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pandas as pd
import pytest

from batchnb import local
from batchnb.api import list_jobs, plan
from batchnb.aws.connect import set_default_endpoint
from batchnb.aws.relist import is_everything
from batchnb.errors import AccessDeniedError, InputError

Start = Callable[..., local.LocalBatch]
UUID = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def tonight(start: Start) -> local.LocalBatch:
    """Return an emulator that is the default, with two queues and jobs whose ages count from now."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("other")
        hour = 3600
        world.add_job("train", "old", created_ago=50 * hour, started_ago=49 * hour, definition="train:3", share="a")
        world.add_job("train", "young", created_ago=hour, started_ago=hour / 2, tags={"team": "ml"})
        world.add_job("train", "waiting", status="RUNNABLE", created_ago=10 * hour)
        world.add_job("train", "failed", status="FAILED", created_ago=20 * hour)
        world.add_job("train", "array", array_size=2, created_ago=5 * hour)
        world.add_job("other", "elsewhere", created_ago=2 * hour)

    emulator = start(fill, clock=local.ManualClock(round(time.time() * 1000)))
    set_default_endpoint(emulator.endpoint_url)
    return emulator


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ["old", "waiting", "array", "elsewhere", "young"]),
        ({"limit": 1}, ["old"]),
        ({"queues": "other"}, ["elsewhere"]),
        ({"queues": ["train", "other"]}, ["old", "waiting", "array", "elsewhere", "young"]),
        ({"status": "active"}, ["old", "waiting", "array", "elsewhere", "young"]),
        ({"status": "all"}, ["old", "failed", "waiting", "array", "elsewhere", "young"]),
        ({"status": ["failed", "RUNNABLE"]}, ["failed", "waiting"]),
        ({"status": "RUNNING", "queues": "train"}, ["old", "array", "young"]),
        ({"name": "old"}, ["old"]),
        ({"name": "ol"}, []),
        ({"name_glob": "*o*"}, ["old", "young"]),
        ({"job_definition": "train"}, ["old"]),
        ({"job_definition": "train:3"}, ["old"]),
        ({"share": "a"}, ["old"]),
        ({"older_than": "9h"}, ["old", "waiting"]),
        ({"older_than": timedelta(days=1)}, ["old"]),
        ({"newer_than": "90m"}, ["young"]),
        ({"running_longer_than": "2d"}, ["old"]),
        ({"tags": {"team": "ml"}}, ["young"]),
        ({"status": "all", "limit": 2}, ["old", "failed"]),
        ({"older_than": "90m", "newer_than": "1d", "queues": "train"}, ["waiting", "array"]),
    ],
)
def test_each_keyword_selects(tonight: local.LocalBatch, arguments: dict[str, Any], expected: list[str]) -> None:
    """Every keyword of `list_jobs` means what it says, alone and with others, oldest job first."""
    assert tonight.running
    assert list(list_jobs(**arguments).jobName) == expected


def test_children_are_listed(tonight: local.LocalBatch) -> None:
    """children_of lists the children of one array."""
    (array,) = list_jobs(name="array").jobId
    assert list(list_jobs(children_of=array).arrayIndex) == [0, 1]
    assert tonight.running


@pytest.mark.parametrize(
    ("arguments", "narrowed"),
    [
        ({}, False),
        ({"status": "active"}, False),
        ({"status": "RUNNING", "limit": 3}, False),
        ({"query": "status:running"}, False),
        ({"query": "-status:runnable"}, False),
        ({"query": "status:running name:o*"}, True),
        ({"query": "young"}, True),
        ({"queues": "train"}, True),
        ({"name": "old"}, True),
        ({"older_than": "90m"}, True),
        ({"tags": {"team": "ml"}}, True),
    ],
)
def test_a_listing_says_whether_anything_narrowed_it(
    tonight: local.LocalBatch,
    arguments: dict[str, Any],
    narrowed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """How many jobs it found, and whether somebody said which: a status and a limit do not say that."""
    frame = list_jobs(**arguments)
    listing = frame.attrs["listing"]
    assert (listing["jobs"], listing["is_narrowed"]) == (len(frame), narrowed)
    assert is_everything(frame, len(frame)) is not narrowed
    assert not is_everything(frame.iloc[1:], len(frame) - 1)
    assert not is_everything(list(frame.jobId), len(frame))
    assert tonight.running


@pytest.mark.parametrize(
    "attrs", [{}, {"listing": 3}, {"listing": {}}, {"listing": {"jobs": "x", "is_narrowed": False}}]
)
def test_a_frame_that_lost_its_origin_is_not_everything(attrs: dict[str, Any]) -> None:
    """Nobody can tell where it is from: attrs are anybody's, and a CSV file has none."""
    frame = pd.DataFrame({"jobId": ["a"]})
    frame.attrs.update(attrs)
    assert not is_everything(frame, 1)


def test_a_listing_is_a_frame_that_tells_what_was_left_out(tonight: local.LocalBatch) -> None:
    """One row a job, and in attrs how many a limit left out; an empty one has the same columns."""
    frame = list_jobs(queues="train", limit=1)
    assert isinstance(frame, pd.DataFrame)
    assert datetime.fromisoformat(frame.attrs.pop("listed_at")).tzinfo == UTC
    assert frame.attrs.pop("listing")["selectors"] == {"queues": "train", "limit": 1}
    listed_by = "queues='train', limit=1, which left out 3 jobs"
    assert frame.attrs == {"left_out": 3, "not_listed": {}, "listed_by": listed_by}
    assert (frame.jobQueue[0], frame.status[0], frame.exitCode.isna()[0]) == ("train", "RUNNING", True)
    empty = list_jobs(name="nothing")
    assert (len(empty), list(empty.columns)) == (0, list(frame.columns))
    assert tonight.running


@pytest.mark.parametrize("arguments", [{"limit": 0}, {"name": ""}, {"older_than": "6"}, {"status": "x"}])
def test_a_wrong_selector_costs_no_call(tonight: local.LocalBatch, arguments: dict[str, Any]) -> None:
    """Without a selector, or with one that is wrong, nothing is asked of AWS."""
    with pytest.raises(InputError):
        list_jobs(**arguments)
    assert tonight.calls == []


def test_a_listing_goes_where_it_is_sent(tonight: local.LocalBatch, emulator: local.LocalBatch) -> None:
    """A session and an endpoint come before the default."""
    job_id = emulator.world.add_job("train", "mine")
    assert list(list_jobs(queues="train", endpoint_url=emulator.endpoint_url).jobId) == [job_id]
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-1")
    found = list_jobs(queues="train", session=session, endpoint_url=emulator.endpoint_url)
    assert list(found.jobId) == [job_id]
    assert tonight.calls == []


def test_a_profile_that_is_not_there_is_told() -> None:
    """The name of a wrong profile is in the error."""
    with pytest.raises(InputError, match="nobody"):
        list_jobs(queues="train", profile="nobody")


def test_what_aws_refuses_is_raised(tonight: local.LocalBatch) -> None:
    """A listing that is not allowed is an error, never an empty frame."""
    tonight.world.deny_operation("ListJobs")
    with pytest.raises(AccessDeniedError, match="batch:ListJobs"):
        list_jobs(queues="train")


def test_a_listing_is_planned_as_it_is(tonight: local.LocalBatch) -> None:
    """The frame of a listing goes into a plan, which ends nothing."""
    made = plan(list_jobs(queues="train", name="young"), reason="OPS-1 bad input")
    assert [(job.job_id, str(job.verdict)) for job in made.jobs] == [
        (truth.job_id, "terminate") for truth in tonight.world.jobs() if truth.name == "young"
    ]
    assert not any(call.operation.startswith("Terminate") for call in tonight.calls)


@pytest.mark.parametrize(
    ("jobs", "reason"), [([], "why"), (["sweep"], "why"), (pd.DataFrame({"a": [UUID]}), "why"), ([UUID], "")]
)
def test_a_wrong_plan_costs_no_call(tonight: local.LocalBatch, jobs: object, reason: str) -> None:
    """No jobs, no ids and no reason are found before anything is asked of AWS."""
    with pytest.raises(InputError):
        plan(jobs, reason=reason)
    assert tonight.calls == []


def test_every_keyword_that_selects_is_taken_by_the_selector() -> None:
    """`list_jobs` takes what `Selectors` names, as it names it, then where calls go; the magics know the same names."""
    from batchnb.aws.connection import Connection
    from batchnb.jobs.keywords import Selectors
    from batchnb.magics.defaults import connection_of
    from batchnb.magics.options import JOBS, selectors_of

    taken = {name: one.annotation for name, one in inspect.signature(list_jobs).parameters.items()}
    connection = [one.name for one in dataclasses.fields(Connection)]
    assert list(taken) == [*Selectors.__annotations__, *connection]
    assert {name: taken[name] for name in Selectors.__annotations__} == {
        name: getattr(one, "__forward_arg__", one) for name, one in Selectors.__annotations__.items()
    }
    flags = JOBS.read("--queue q")
    assert list(selectors_of(flags) | connection_of(flags)) == [name for name in taken if name != "session"]
    assert {name for name, value in selectors_of(flags).items() if value is not None} == {"queues"}
