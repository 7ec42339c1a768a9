from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import batchnb
from batchnb import list_jobs, local
from batchnb.aws.relist import remembered
from batchnb.errors import InputError
from batchnb.jobs.selector import selector
from tests.widget.conftest import Hand

if TYPE_CHECKING:
    import pandas as pd

Hold = Callable[..., Hand]


@pytest.fixture
def active(jobs: local.LocalBatch) -> pd.DataFrame:  # noqa: ARG001 - it fills what is listed
    """Return the active jobs whose name begins with "run"."""
    return list_jobs(queues="train", name_glob="run-*")


def refresh(hand: Hand) -> str:
    """Press Refresh, and return what is said of it."""
    assert hand.ask("refresh")["ok"]
    assert hand.picker.wait(20)
    note: str = hand.state["note"]
    return note


def test_a_whole_listing_finds_new_jobs_and_keeps_those_that_are_gone(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """New ones come to the end, unselected; what was selected stays so, by id; one that ended stays, and says so."""
    hand = hold(active.assign(cost=range(10)))
    hand.choose(1, 2)
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    jobs.world.add_jobs("train", "run", 2, created_ago=60.0)
    jobs.world.add_jobs("train", "other", 3, created_ago=60.0)
    assert "2 new jobs, at the end of the table; 1 job no longer in it" in refresh(hand)
    frame = hand.picker._session.jobs.snapshot.frame
    assert len(frame) == 12
    assert set(frame["jobName"].str[:4]) == {"run-"}
    assert frame["status"][0] == "FAILED"
    assert list(frame["cost"].dropna()) == list(range(10))
    assert list(hand.picker.selected["jobId"]) == list(active["jobId"][1:3])
    assert {title: str(frame[title].dtype) for title in active} == {title: str(active[title].dtype) for title in active}
    assert "0 new jobs" in refresh(hand)
    assert len(hand.picker._session.jobs.snapshot.frame) == 12


def test_what_was_left_out_of_a_listing_does_not_come_back(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """Of a part of a listing only its jobs are looked at: nobody knows which new ones would be meant."""
    hand = hold(active[active["jobName"] != "run-003"])
    jobs.world.add_jobs("train", "run", 2, created_ago=60.0)
    note = refresh(hand)
    assert "these 9 jobs" in note
    assert "a part of a listing" in note
    assert len(hand.picker._session.jobs.snapshot.frame) == 9


def test_a_listing_made_elsewhere_is_not_listed_again(active: pd.DataFrame, hold: Hold) -> None:
    """Its selectors would find the jobs of another endpoint."""
    active.attrs["listing"]["endpoint"] = "https://batch.eu-west-1.amazonaws.com"
    assert "was made elsewhere" in refresh(hold(active))


def test_the_jobs_of_another_account_do_not_come_in(active: pd.DataFrame, hold: Hold) -> None:
    """Where none of the jobs is known any more and others are, the table stays as it was, and says why."""
    strangers = active.assign(jobId=[f"{row:08x}-0000-0000-0000-000000000000" for row in range(10)])
    hand = hold(strangers)
    refresh(hand)
    assert isinstance(hand.picker.error, InputError)
    assert "another account" in hand.state["error"]
    assert len(hand.picker._session.jobs.snapshot.frame) == 10


@pytest.mark.parametrize("attrs", [{}, {"listing": 3}, {"listing": {"selectors": {"status": "x"}}}])
def test_attrs_that_make_no_sense_are_no_listing(active: pd.DataFrame, hold: Hold, attrs: dict[Any, Any]) -> None:
    """Attrs are anybody's: the jobs are looked at again, and nothing else happens."""
    active.attrs = attrs
    assert "not a listing of list_jobs" in refresh(hold(active))


def test_a_frame_remembers_its_selectors_as_values_for_a_file(jobs: local.LocalBatch) -> None:
    """Ages as timedeltas and lists of any kind come back as what they meant; pandas writes attrs as JSON."""
    assert jobs.running
    frame = list_jobs(queues=("train",), older_than=timedelta(hours=1.5), tags={"a": "b"}, status=["RUNNING"])
    frame.attrs = json.loads(json.dumps(frame.attrs))
    made = remembered(frame)
    assert made is not None
    assert made.wanted == selector(queues="train", older_than="90m", tags={"a": "b"}, status="RUNNING")
