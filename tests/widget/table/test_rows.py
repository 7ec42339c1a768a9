from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from batchnb.widget.table.rows import Lock
from batchnb.widget.table.snapshot import Snapshot, take_snapshot

IDS = [f"{number:08x}-0000-0000-0000-000000000000" for number in range(6)]
ANYTHING = some.sampled_from([*IDS, f"{IDS[0]}:7", f"{IDS[1]}#3", IDS[5].upper(), "nonsense", "", None, 7])


def snapshot(ids: list[Any], **columns: Any) -> Snapshot:
    """Return a snapshot of rows with these ids."""
    return take_snapshot(pd.DataFrame({"jobId": pd.Series(ids, dtype=object), **columns}), 1)


@given(some.lists(some.tuples(ANYTHING, some.sampled_from(["RUNNING", "failed", "?", None])), min_size=1), some.data())
def test_what_a_row_is_depends_on_none_below_it(jobs: list[tuple[Any, Any]], data: some.DataObject) -> None:
    """The first rows, looked at alone, are what they are in the whole table."""
    whole = snapshot([job for job, _ in jobs], status=[status for _, status in jobs])
    count = data.draw(some.integers(0, len(jobs)))
    first, rows = whole.first_rows(count), whole.rows
    assert first.job_ids == rows.job_ids[:count]
    assert first.locks.tolist() == rows.locks[:count].tolist()
    assert first.lives.tolist() == rows.lives[:count].tolist()


@given(some.lists(ANYTHING, min_size=1))
def test_each_job_has_its_first_row(ids: list[Any]) -> None:
    """A job that stands in several rows is found, and selected, in the first of them."""
    whole = snapshot(ids)
    for job_id, row in whole.row_of.items():
        assert whole.rows.job_ids.index(job_id) == row
    assert set(whole.row_of) == set(whole.rows.job_ids) - {""}


@given(some.lists(some.uuids().map(str), min_size=1, unique=True))
def test_plain_ids_are_sixteen_bytes_each(ids: list[str]) -> None:
    """The bytes are those of the id."""
    uuids = snapshot(ids).rows.uuids
    assert uuids is not None
    assert [bytes(one).hex() for one in uuids] == [one.replace("-", "") for one in ids]


@pytest.mark.parametrize(
    "ids",
    [
        [IDS[0][:-1], f"{IDS[0][-1]}{IDS[1]}"],
        [IDS[5].upper().replace("5", "A")],
        [IDS[0].replace("0", "g")],
        [IDS[0].replace("-", "0")],
        [f"{IDS[0][:-1]}\u0660"],
        [f" {IDS[0][:-1]}"],
    ],
)
def test_what_is_not_a_plain_id_keeps_its_text(ids: list[str]) -> None:
    """Ids of other lengths, in capitals, with other signs: nothing of them is lost on the way."""
    assert snapshot(ids).rows.uuids is None


def test_a_job_that_stands_twice_is_found_among_many() -> None:
    """Also where all ids are plain ones."""
    ids = [f"{number:08x}-0000-0000-0000-000000000000" for number in range(2000)]
    rows = snapshot([*ids, ids[1234]]).rows
    assert np.flatnonzero(rows.locks).tolist() == [2000]
    assert rows.locks[2000] == Lock.DUPLICATE


def test_a_frame_that_changes_later_does_not_change_the_table() -> None:
    """Rows are looked at late, but they are those of the moment when the picker was made."""
    frame = pd.DataFrame({"jobId": IDS, "status": ["RUNNING"] * len(IDS)})
    whole = take_snapshot(frame, 1)
    frame.loc[0, "status"] = "FAILED"
    frame.loc[0, "jobId"] = IDS[5]
    assert whole.rows.job_ids == tuple(IDS)
    assert not whole.rows.locks.any()
