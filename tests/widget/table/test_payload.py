from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from batchnb import local
from batchnb.widget.table.payload import FIRST_ROWS, first_payload, whole_payload
from batchnb.widget.table.snapshot import take_snapshot
from tests.widget.conftest import Hand
from tests.widget.test_picker import Hold


def some_jobs(count: int, **columns: Any) -> pd.DataFrame:
    """Return a frame of jobs, every fourth of which has ended."""
    return pd.DataFrame(
        {
            "jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(count)],
            "jobName": [f"job-{row}" for row in range(count)],
            "jobQueue": ["train" if row % 10 else "etl" for row in range(count)],
            "status": ["RUNNING" if row % 4 else "FAILED" for row in range(count)],
            **columns,
        }
    )


def headers(hand: Hand) -> list[dict[str, Any]]:
    """Return the headers of the tables that were sent."""
    return [content["header"] for content, _ in hand.of_kind("snapshot")]


def test_the_first_rows_of_a_long_table_come_ahead(hold: Hold) -> None:
    """First some rows and a bitset for all, then all rows, of one snapshot."""
    hand = hold(some_jobs(1000))
    hand.choose(1, 999)
    assert hand.ask("hello")["ok"]
    assert [(header["snapshot"], header["rows"], header["here"]) for header in headers(hand)] == [
        (1, 1000, FIRST_ROWS),
        (1, 1000, 1000),
    ]
    for content, (_data, _texts, lives, locks, fates, bits) in hand.of_kind("snapshot"):
        assert len(lives) == len(locks) == len(fates) == content["header"]["here"]
        assert bits == hand.bits(1, 999)


def test_a_short_table_comes_at_once(hold: Hold) -> None:
    """There is nothing to wait for."""
    hand = hold(some_jobs(FIRST_ROWS))
    hand.ask("hello")
    assert [header["here"] for header in headers(hand)] == [FIRST_ROWS]


def test_the_first_rows_are_a_small_message(hold: Hold) -> None:
    """However long the table is, and its texts."""
    hand = hold(some_jobs(20_000, statusReason=["waiting " * 100] * 20_000))
    hand.ask("hello")
    _, parts = hand.of_kind("snapshot")[0]
    assert sum(map(len, parts)) < 20_000


def test_a_table_with_results_does_not_come_in_two_parts(hand: Hand, jobs: local.LocalBatch) -> None:  # noqa: ARG001
    """Who reloads the page in the middle of a run sees one truth about each job."""
    hand.planned(0)
    longer = hand.picker
    assert longer._session.jobs.marks.are_used
    hand.ask("hello")
    assert [header["here"] for header in headers(hand)] == [13]


def test_the_first_rows_know_how_many_there_are_of_all() -> None:
    """Counts by status and queue are those of the whole table, under the numbers that the whole table has for them."""
    snapshot = take_snapshot(some_jobs(1000), 1)
    first, whole = first_payload(snapshot).header, whole_payload(snapshot).header
    assert dict(zip(first["lives"], first["facets"]["status"], strict=True))["FAILED"] == 250
    assert first["facets"]["queue"] == [0, 100, 900]
    for header in (first, whole):
        assert next(column for column in header["columns"] if column["role"] == "queue")["texts"] == 3


def test_a_column_is_hidden_only_where_the_whole_of_it_is_empty() -> None:
    """A value below the first rows counts, too."""
    late = [None] * 999 + ["x"]
    header = first_payload(take_snapshot(some_jobs(1000, late=late, never=[None] * 1000), 1)).header
    assert {column["title"]: column["hidden"] for column in header["columns"]}["late"] is False
    assert {column["title"]: column["hidden"] for column in header["columns"]}["never"] is True


@pytest.mark.parametrize("queues", [[7] * 300, [None] * 300, [f"queue-{row}" for row in range(300)]])
def test_any_column_may_be_called_a_queue(queues: list[Any]) -> None:
    """Numbers, nothing, or another queue for each job."""
    snapshot = take_snapshot(some_jobs(300, jobQueue=queues), 1)
    assert first_payload(snapshot).header["rows"] == whole_payload(snapshot).header["here"] == 300


def test_columns_are_narrow() -> None:
    """An id takes 16 bytes, a time 4, a small number 1, on the way and in the browser."""
    moments = 1_790_000_000_000 + np.arange(10_000) * 1000
    frame = some_jobs(10_000, createdAt=pd.to_datetime(moments, unit="ms", utc=True), vcpus=np.arange(10_000) % 96)
    columns = {column["title"]: column for column in whole_payload(take_snapshot(frame, 1)).header["columns"]}
    assert columns["jobId"]["kind"] == "ids"
    assert (columns["createdAt"]["width"], columns["createdAt"]["least"]) == (4, 1_790_000_000_000)
    assert columns["vcpus"]["width"] == 1
    assert columns["jobName"]["codes"] is None


@pytest.mark.parametrize(
    ("values", "is_flag"),
    [
        ([True, False, True], True),
        (pd.array([True, None, False], dtype="boolean"), True),
        ([True, None, False], True),
        ([True, 1, 0], False),
        (["True", "False", "True"], False),
        ([None, None, None], False),
        (pd.Categorical([True, False, True]), False),
        ([1, 0, 1], False),
    ],
)
def test_true_and_false_are_marked_as_such(values: Any, is_flag: bool) -> None:  # noqa: FBT001
    """A tick is shown of them; what only looks like them is shown as it is."""
    frame = some_jobs(3).assign(done=values)
    payload = whole_payload(take_snapshot(frame, 1))
    described = next(column for column in payload.header["columns"] if column["title"] == "done")
    assert described.get("isFlag", False) is is_flag
