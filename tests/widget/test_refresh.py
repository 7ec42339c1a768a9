from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import batchnb
from batchnb import list_jobs, local
from batchnb.aws.relist import remembered
from batchnb.errors import InputError
from batchnb.jobs.selector import selector
from batchnb.widget.in_place import in_place
from batchnb.widget.refresh import Refreshed
from batchnb.widget.table.rows import LIVES, Lock
from batchnb.widget.table.snapshot import take_snapshot
from tests.widget.conftest import Hand

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


# --- auto refresh -------------------------------------------------------------------------------------------------


def tick(hand: Hand, **content: object) -> dict[str, Any]:
    """Do what a page does now and then, and return what it is told of that."""
    assert hand.ask("auto_refresh", content)["ok"]
    assert hand.picker.wait(20)
    told: dict[str, Any] = hand.state["auto"]
    return told


def rows(hand: Hand) -> list[str]:
    """Return the names in the table, in the order of its rows."""
    return list(hand.picker._session.jobs.snapshot.frame["jobName"])


def test_auto_refresh_leaves_the_rows_where_they_are(active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """What is new about a job is shown in its row; new jobs wait until somebody asks for them, at the end."""
    hand = hold(active)
    hand.choose(1, 2)
    before = rows(hand)
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    jobs.world.add_jobs("train", "run", 2, created_ago=60.0)
    hand.sent.clear()
    assert tick(hand) == {"new": 2, "off": ""}
    ((message, _),) = hand.of_kind("snapshot")
    assert message["isInPlace"]
    assert rows(hand) == before
    assert hand.picker._session.jobs.snapshot.frame["status"][0] == "FAILED"
    assert list(hand.picker.selected["jobId"]) == list(active["jobId"][1:3])
    assert tick(hand)["new"] == 2
    assert hand.ask("show_new")["ok"]
    assert rows(hand)[: len(before)] == before
    assert len(rows(hand)) == len(before) + 2
    assert hand.state["auto"]["new"] == 0
    assert list(hand.picker.selected["jobId"]) == list(active["jobId"][1:3])
    assert tick(hand)["new"] == 0


def test_new_jobs_from_before_a_run_do_not_bring_back_what_it_has_ended(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """They were found beside rows in which the jobs of the run were still alive."""
    hand = hold(active)
    jobs.world.add_jobs("train", "run", 2, created_ago=60.0)
    assert tick(hand)["new"] == 2
    hand.planned(0)
    assert hand.confirmed()["ok"]
    assert hand.state["auto"]["new"] == 0
    hand.ask("show_new")
    marks = hand.picker._session.jobs.marks
    assert LIVES[marks.lives[0]] == "FAILED"
    assert marks.fates[0]


def test_auto_refresh_sends_no_table_where_nothing_has_changed(active: pd.DataFrame, hold: Hold) -> None:
    """Only that it has looked: the age of the list begins anew."""
    active.attrs["listed_at"] = "2026-01-01T00:00:00+00:00"
    hand = hold(active)
    hand.choose(1)
    old = hand.picker._session.state()["where"]["listedAt"]
    hand.sent.clear()
    tick(hand)
    assert not hand.of_kind("snapshot")
    assert hand.state["where"]["listedAt"] > old


def test_a_selection_that_crosses_a_refresh_in_place_still_counts(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """The page made it in rows that have the same jobs; after other rows were shown it does not count."""
    hand = hold(active)
    number = hand.picker._session.jobs.snapshot.number
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    tick(hand)
    assert hand.picker._session.jobs.snapshot.number == number + 1
    assert hand.choose(2, 3, snapshot=number)["selected"] == 2
    jobs.world.add_jobs("train", "run", 8, created_ago=60.0)
    tick(hand)
    hand.ask("show_new")
    assert not hand.choose(2, 3, snapshot=number)["ok"]


def test_auto_refresh_keeps_out_of_a_review(active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """While a plan waits nothing is asked of AWS, and the rows below it stay."""
    hand = hold(active)
    hand.planned(0)
    jobs.calls.clear()
    tick(hand)
    assert not jobs.calls
    assert hand.state["phase"] == "confirming"


def test_auto_refresh_is_off_after_three_failures(active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch) -> None:
    """It says why, asks no more, and begins anew when it is switched on; the error of a person's own request stays."""
    hand = hold(active)
    jobs.faults.add(local.Fault(operation="ListJobs", kind="AccessDeniedException"))
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="AccessDeniedException"))
    for _ in range(2):
        assert tick(hand)["off"] == ""
    said = tick(hand)["off"]
    assert said == "Auto refresh is off: You may not look at these jobs: needs batch:ListJobs."
    assert hand.state["error"] is None
    jobs.calls.clear()
    assert tick(hand)["off"] == said
    assert not jobs.calls
    jobs.faults.clear()
    assert tick(hand, isFirst=True) == {"new": 0, "off": ""}
    assert jobs.calls


def test_a_list_of_ones_own_is_updated_row_by_row(active: pd.DataFrame, hold: Hold) -> None:
    """A `relist` may return its rows in another order: each value goes to the row of its job."""
    other = active.iloc[::-1].assign(status=[f"S{row}" for row in range(len(active))])
    more = other.iloc[:1].assign(jobId="0" * 8 + "-0000-0000-0000-000000000000", jobName="new")
    hand = hold(active, relist=lambda: pd.concat([other.iloc[:-1], more]))
    assert tick(hand)["new"] == 1
    frame = hand.picker._session.jobs.snapshot.frame
    assert list(frame["jobName"]) == list(active["jobName"])
    assert list(frame["status"]) == ["RUNNING", *(f"S{row}" for row in range(len(active) - 2, -1, -1))]


def locked(hand: Hand) -> dict[str, str]:
    """Return why rows cannot be selected, by the names of their jobs."""
    names, locks = rows(hand), hand.picker._session.jobs.marks.locks
    return {names[row]: Lock(int(lock)).name for row, lock in enumerate(locks) if lock}


def statuses(hand: Hand) -> dict[str, str]:
    """Return what the picker shows as the status of each job."""
    return dict(zip(rows(hand), [LIVES[life] for life in hand.picker._session.jobs.marks.lives], strict=True))


def test_what_a_list_of_ones_own_does_not_have_any_more_is_looked_at(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """One job has ended, one is unknown to AWS by now, and one still runs: no row moves, and each says so."""
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    jobs.world.forget(active["jobId"][1])
    hand = hold(active, relist=lambda: active.iloc[3:])
    hand.choose(0, 1, 2, 3)
    before = rows(hand)
    tick(hand)
    assert rows(hand) == before
    shown = statuses(hand)
    assert [shown[f"run-00{row}"] for row in range(4)] == ["FAILED", "", "RUNNING", "RUNNING"]
    assert locked(hand) == {"run-000": "FINISHED", "run-001": "NOT_FOUND"}
    assert list(hand.picker.selected["jobName"]) == ["run-002", "run-003"]
    assert hand.state["note"] == "1 job is not known to AWS any more."
    jobs.calls.clear()
    hand.sent.clear()
    tick(hand)
    assert [call.operation for call in jobs.calls] == ["DescribeJobs"], "only for what may have changed"
    assert not hand.of_kind("snapshot")


def test_what_cannot_be_looked_at_is_not_said_to_be_listed_just_now(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """Nothing is known of a job that the function does not list, and the age of the list goes on."""
    active.attrs["listed_at"] = "2026-01-01T00:00:00+00:00"
    hand = hold(active, relist=lambda: active.iloc[3:])
    old = hand.picker._session.state()["where"]["listedAt"]
    jobs.faults.add(local.Fault(operation="DescribeJobs", kind="AccessDeniedException"))
    for _ in range(3):
        said = tick(hand)["off"]
    assert said == "Auto refresh is off: You may not look at these jobs: needs batch:DescribeJobs."
    assert hand.picker._session.state()["where"]["listedAt"] == old


def test_a_list_without_a_status_tells_none(active: pd.DataFrame, hold: Hold) -> None:
    """Its jobs are looked at, for the column would go on saying what was true once."""
    hand = hold(active, relist=lambda: active.drop(columns="status"))
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    tick(hand)
    assert statuses(hand)["run-000"] == "FAILED"


def test_new_jobs_of_a_list_of_ones_own_come_to_the_end(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """However the function orders them, and whatever columns it has: the rows that are there stay."""
    hand = hold(active, relist=lambda: list_jobs(queues="train", name_glob="run-*").iloc[::-1].assign(more=1))
    before = rows(hand)
    jobs.world.add_jobs("train", "run", 1, created_ago=60.0)
    assert tick(hand)["new"] == 1
    hand.ask("show_new")
    assert rows(hand)[:-1] == before
    assert len(rows(hand)) == len(before) + 1
    frame = hand.picker._session.jobs.snapshot.frame
    assert {title: str(frame[title].dtype) for title in active} == {title: str(active[title].dtype) for title in active}


def test_a_refresh_says_how_many_jobs_a_list_of_ones_own_has_no_more(active: pd.DataFrame, hold: Hold) -> None:
    """Its rows take the place of those before."""
    hand = hold(active, relist=lambda: active.iloc[2:])
    assert refresh(hand).endswith("UTC; 2 jobs no longer in it.")
    assert len(rows(hand)) == len(active) - 2


@pytest.mark.parametrize("part", [slice(None), slice(0, 4)])
def test_a_job_that_aws_does_not_know_any_more_is_not_shown_alive(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch, part: slice
) -> None:
    """In a whole listing and in a part of one; one that was seen to end stays so."""
    batchnb.plan(active["jobId"][0], reason="somebody else").execute()
    hand = hold(active[part])
    refresh(hand)
    jobs.world.forget(active["jobId"][0])
    jobs.world.forget(active["jobId"][2])
    assert refresh(hand).endswith("1 job is not known to AWS any more.")
    assert statuses(hand)["run-000"] == "FAILED"
    assert statuses(hand)["run-002"] == ""
    assert locked(hand) == {"run-000": "FINISHED", "run-002": "NOT_FOUND"}


def test_a_job_that_was_not_described_for_a_moment_comes_back(
    active: pd.DataFrame, hold: Hold, jobs: local.LocalBatch
) -> None:
    """As one that was submitted just now does."""
    hand = hold(active.iloc[:3])
    jobs.world.hide_for(active["jobId"][1], 3600.0)
    refresh(hand)
    assert locked(hand) == {"run-001": "NOT_FOUND"}
    jobs.world.hide_for(active["jobId"][1], -1.0)
    assert "not known to AWS" not in refresh(hand)
    assert locked(hand) == {}
    assert statuses(hand)["run-001"] == "RUNNING"


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(6)), st.sets(st.integers(0, 5)), st.integers(0, 3))
def test_a_refresh_in_place_gives_each_job_its_own_values(order: list[int], gone: set[int], new: int) -> None:
    """However the fresh rows are ordered, and whichever are gone or new: no row gets the values of another job."""

    def job(row: int) -> str:
        return f"{row:08x}-0000-0000-0000-000000000000"

    shown = pd.DataFrame({"jobId": [job(row) for row in range(6)], "status": "RUNNING", "cost": range(6)})
    rows = [*(row for row in order if row not in gone), *range(6, 6 + new)]
    fresh = pd.DataFrame({"jobId": [job(row) for row in rows], "status": [f"S{row}" for row in rows], "cost": 9})
    found = in_place(take_snapshot(shown, 1), Refreshed(fresh, ""))
    frame = found.frame
    assert found.new == new
    assert found.unlisted == {job(row) for row in gone}
    assert list(found.whole["jobId"]) == [*shown["jobId"], *(job(row) for row in range(6, 6 + new))]
    assert list(found.whole["status"]) == [*frame["status"], *(f"S{row}" for row in range(6, 6 + new))]
    assert list(frame["jobId"]) == list(shown["jobId"])
    assert list(frame["status"]) == ["RUNNING" if row in gone else f"S{row}" for row in range(6)]
    assert list(frame["cost"]) == [row if row in gone else 9 for row in range(6)]
