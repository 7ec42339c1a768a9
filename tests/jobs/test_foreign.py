"""Frames of other libraries: taken, or refused with what to call."""

from __future__ import annotations

import sys
from typing import Any

import pandas as pd
import pytest

from batchnb.errors import InputError
from batchnb.jobs.foreign import is_frame, to_pandas
from batchnb.jobs.frame import job_ids_in
from batchnb.widget.table.snapshot import take_snapshot

A, B = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "ab")
DATA = {"name": ["x", "y"], "jobId": [A, B]}


class WithToPandas:
    """A frame that can become one of pandas, as those of cuDF, Modin and Ibis."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def to_pandas(self) -> Any:
        """Return the frame of pandas."""
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


class Lazy:
    """A lazy frame, as that of polars."""

    collect_schema = None

    def collect(self) -> None:
        """Compute."""

    @property
    def columns(self) -> list[str]:
        """Warn, as polars does."""
        raise AssertionError("the columns of a lazy frame cost a computation")


class Spark:
    """A frame of Spark."""

    columns = ("jobId",)

    def toPandas(self) -> None:  # noqa: N802 - Spark's own name
        """Compute."""


def found(frame: object) -> list[str]:
    """Return the ids that are found."""
    return [job.job_id for job in job_ids_in(frame)]


def test_what_can_become_a_frame_is_one() -> None:
    """Also for the picker."""
    frame: Any = WithToPandas(pd.DataFrame(DATA))
    assert found(frame) == [A, B]
    assert take_snapshot(frame, 1).ids_at(take_snapshot(frame, 1).rows_of([B])) == [B]


def test_frames_of_polars_are_taken() -> None:
    """With pyarrow and without it, and one of their columns as well."""
    import polars as pl

    frame: Any = pl.DataFrame(DATA)
    assert found(frame) == found(frame["jobId"]) == [A, B]
    frame.to_pandas = None
    assert found(frame) == [A, B]
    with pytest.raises(InputError, match=r"LazyFrame of polars has no rows until .* \.collect\(\)"):
        job_ids_in(frame.lazy())
    with pytest.raises(InputError, match="these are groups"):
        job_ids_in(frame.group_by("jobId"))


def test_a_stream_needs_pyarrow_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has nothing but an Arrow stream cannot be read without pyarrow."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    class Stream:
        """Something with rows."""

        def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
            raise NotImplementedError

    with pytest.raises(InputError, match=r"to read a Stream of tests, pyarrow is needed\. Install it, or"):
        job_ids_in(Stream())


@pytest.mark.parametrize(
    ("jobs", "says"),
    [
        (Lazy(), r"a Lazy of tests has no rows until it is computed\. Give the result of \.collect\(\) instead"),
        (Spark(), r"a Spark of tests has no rows .* \.toPandas\(\)"),
        (pd.DataFrame(DATA).groupby("name"), r"these are groups of a DataFrame"),
        (WithToPandas(ValueError("boom")), r"cannot be made into a pandas DataFrame \(ValueError: boom\)"),
        (WithToPandas(7), r"is not a DataFrame that batchnb knows"),
    ],
)
def test_what_has_no_rows_is_refused_with_what_to_call(jobs: object, says: str) -> None:
    """In one sentence, and nothing is computed."""
    with pytest.raises(InputError, match=says):
        job_ids_in(jobs)


def test_a_styler_is_refused_with_its_frame() -> None:
    """`jobs.style` is a picture of the rows."""
    with pytest.raises(InputError, match=r"Give the DataFrame itself: its \.data"):
        job_ids_in(pd.DataFrame(DATA).style)


@pytest.mark.parametrize("jobs", [A, [A], {A: 1}, 7, None, pd.Series([A]), pd.Index([A]), pd.DataFrame], ids=str)
def test_other_things_are_no_frames(jobs: object) -> None:
    """Texts, lists, columns and classes are not."""
    assert not is_frame(jobs)


def test_a_frame_of_pandas_stays_itself() -> None:
    """It is not copied: what it remembers of its listing stays with it."""
    frame = pd.DataFrame(DATA)
    assert to_pandas(frame) is frame
