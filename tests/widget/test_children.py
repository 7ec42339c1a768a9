"""Children of an array in the picker: rows that come when the array is opened, and can be ended by themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from batchnb import local
from batchnb.jobs.outcome import Outcome
from batchnb.widget.children import own_ids
from batchnb.widget.table.rows import Lock
from tests.widget.conftest import Hand

Hold = Callable[..., Hand]


def open_array(hand: Hand) -> dict[str, Any]:
    """Open the one array of the list, and wait for its children."""
    snapshot = hand.picker._session.jobs.snapshot
    row = snapshot.frame.index[snapshot.frame["jobName"] == "array"][0]
    answer = hand.ask("children", {"snapshot": snapshot.number, "row": int(row)})
    assert hand.picker.wait(20)
    return answer


def test_the_children_of_an_array_come_as_rows_at_the_end(hand: Hand, frame: pd.DataFrame) -> None:
    """They have their own ids, and the queue and definition of the array; what was selected stays selected."""
    hand.choose(1, 2)
    assert open_array(hand)["ok"]
    snapshot = hand.picker._session.jobs.snapshot
    array = frame[frame["jobName"] == "array"].iloc[0]
    added = snapshot.frame.iloc[len(frame) :]
    assert list(added["jobId"]) == [f"{array['jobId']}:{number}" for number in range(3)]
    assert set(added["jobQueue"]) == {array["jobQueue"]}
    assert set(added["jobDefinition"]) == {array["jobDefinition"]}
    assert list(hand.picker.selected["jobId"]) == list(frame["jobId"][1:3])
    assert snapshot.frame.iloc[: len(frame)].astype(object).equals(frame.astype(object))
    assert {title: str(snapshot.frame[title].dtype) for title in ("status", "createdAt", "jobQueue", "arraySize")} == {
        title: str(frame[title].dtype) for title in ("status", "createdAt", "jobQueue", "arraySize")
    }
    message, _ = hand.of_kind("snapshot")[-1]
    assert (message["header"]["rows"], message["extends"]) == (len(frame) + 3, 1)


def test_a_child_is_ended_by_itself(hand: Hand, frame: pd.DataFrame, jobs: local.LocalBatch) -> None:
    """The plan has its own id, and its array and the other children live on."""
    open_array(hand)
    hand.planned(len(frame))
    child = hand.picker._session.jobs.snapshot.rows.job_ids[len(frame)]
    assert hand.picker.plan is not None
    assert [one.job_id for one in hand.picker.plan.jobs] == [child]
    hand.confirmed()
    assert hand.picker.report is not None
    assert [one.outcome for one in hand.picker.report.results] == [Outcome.TERMINATED]
    array = jobs.world.ledger.find(child.partition(":")[0])
    assert array is not None
    assert sum(one.has_ended for one in array.children or ()) == 1


def test_what_became_of_jobs_is_kept_when_an_array_is_opened(hand: Hand, frame: pd.DataFrame) -> None:
    """After a run, the rows above the children still have their results, statuses and locks."""
    hand.planned(0)
    hand.confirmed()
    before = hand.picker._session.jobs.marks
    open_array(hand)
    marks = hand.picker._session.jobs.marks
    assert marks.fates[0] == before.fates[0] != 0
    assert marks.lives[0] == before.lives[0]
    assert marks.locks[0] == Lock.FINISHED
    assert len(marks.fates) == len(frame) + 3


def test_children_are_added_once_and_looked_at_again_by_a_refresh(hand: Hand, frame: pd.DataFrame) -> None:
    """They belong to no listing of queues: the listing counts as whole without them, and none is told as gone."""
    open_array(hand)
    open_array(hand)
    assert len(hand.picker._session.jobs.snapshot) == len(frame) + 3
    hand.planned(len(frame))
    hand.confirmed()
    hand.ask("refresh")
    assert hand.picker.wait(20)
    snapshot = hand.picker._session.jobs.snapshot
    assert hand.state["note"].endswith("0 new jobs.")
    assert len(snapshot) == len(frame) + 3
    assert len(own_ids(snapshot)) == len(frame)
    assert snapshot.frame["status"].iloc[len(frame)] == "FAILED"


@pytest.mark.parametrize(
    ("snapshot", "row", "says"),
    [
        (1, 0, "not an array"),
        (2, 12, "list has changed"),
        (1, 13, "list has changed"),
        (1, -1, "list has changed"),
        (1, "12", "list has changed"),
        (None, None, "list has changed"),
    ],
)
def test_nothing_else_is_opened(hand: Hand, snapshot: object, row: object, says: str) -> None:
    """A row of another table, a number that is no row, and a job that is not an array are refused."""
    answer = hand.ask("children", {"snapshot": snapshot, "row": row})
    assert not answer["ok"]
    assert says in answer["error"]


def test_an_array_is_not_opened_while_a_plan_waits(hand: Hand) -> None:
    """The rows that are reviewed stay what they are."""
    hand.planned(0)
    assert not open_array(hand)["ok"]
    assert hand.picker.plan is not None


def test_a_frame_of_other_columns_gets_children_too(frame: pd.DataFrame, hold: Hold) -> None:
    """Columns are found by what they are; what a listing does not have stays empty, and numbers stay numbers."""
    own = pd.DataFrame(
        {
            "cost": range(len(frame)),
            "job_id": frame["jobId"],
            "job_name": frame["jobName"],
            "array_size": frame["arraySize"],
            "cost ": "x",
        }
    ).rename(columns={"cost ": "cost"})
    hand = hold(own)
    row = int(own.index[own["job_name"] == "array"][0])
    assert hand.ask("children", {"snapshot": 1, "row": row})["ok"]
    assert hand.picker.wait(20)
    made = hand.picker._session.jobs.snapshot.frame
    assert list(made.columns) == list(own.columns)
    assert list(made["job_name"][len(own) :]) == ["array"] * 3
    assert made.iloc[len(own) :, 0].isna().all()
    assert pd.api.types.is_numeric_dtype(made.iloc[:, 0].dtype)
