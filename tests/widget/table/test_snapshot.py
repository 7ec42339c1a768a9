from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as some

from batchnb.widget.table.columns import Packer, packed
from batchnb.widget.table.payload import whole_payload
from batchnb.widget.table.rows import Lock
from batchnb.widget.table.snapshot import bits_of, take_snapshot

UUID = "11111111-2222-3333-4444-55555555555"


def read(column: pd.Series[Any], title: str = "c") -> list[Any]:
    """Return what the browser reads from a packed column."""
    packer = Packer()
    described = packed(column, title, packer)
    data, text = packer.joined()
    if described["kind"] != "text":
        width = described["width"]
        raw = np.frombuffer(data, "float64" if width == 8 else f"uint{8 * width}", len(column), described["at"])
        top = np.nan if width == 8 else 2 ** (8 * width) - 1
        return [None if np.isnan(value) or value == top else described["least"] + value for value in raw.tolist()]
    lengths = np.frombuffer(data, f"uint{8 * described['lengthSize']}", described["texts"], described["lengths"])
    ends = np.cumsum(lengths, dtype=np.int64)
    blob = text[described["blob"] : described["blob"] + described["blobLength"]].decode().encode("utf-16-le")
    starts = [0, *ends[:-1]]
    words = [blob[2 * start : 2 * end].decode("utf-16-le") for start, end in zip(starts, ends, strict=True)]
    if described["codes"] is None:
        return words[1:]
    codes = np.frombuffer(data, f"uint{8 * described['codeSize']}", len(column), described["codes"])
    return [words[code] for code in codes]


def test_times_beyond_31_bits_survive() -> None:
    """Epoch milliseconds are exact, whatever unit and zone pandas holds them in, and NaT is nothing."""
    moment = 1_790_000_000_123
    times = pd.Series([pd.Timestamp(moment, unit="ms", tz="UTC"), pd.NaT])
    assert read(times) == [moment, None]
    assert read(times.dt.tz_convert("Asia/Tokyo")) == [moment, None]
    assert read(times.dt.tz_localize(None)) == [moment, None]
    assert read(pd.Series([moment]), "createdAt") == [moment]


def test_whole_numbers_that_float64_cannot_hold_travel_as_text() -> None:
    """No digit of a large number is lost."""
    assert read(pd.Series([2**53 + 1, 1])) == ["9007199254740993", "1"]
    assert read(pd.Series([1, None], dtype="Int64")) == [1, None]


@given(
    some.lists(
        some.one_of(
            some.floats(allow_nan=True, allow_infinity=True), some.integers(-300, 300).map(float), some.just(1.79e12)
        )
    )
)
def test_any_number_survives(numbers: list[float]) -> None:
    """Fractions, infinities, large, small and missing ones, in as few bytes as it takes."""
    expected = [None if np.isnan(number) else number for number in numbers]
    assert read(pd.Series(numbers, dtype="float64")) == expected


@given(some.lists(some.integers(-(2**53) + 1, 2**53 - 1)), some.sampled_from(["int64", "Int64"]))
def test_any_whole_number_survives(numbers: list[int], dtype: str) -> None:
    """As far as float64 holds it, to the last digit."""
    assert read(pd.Series(numbers, dtype=dtype)) == numbers


def test_rows_with_texts_of_their_own_travel_without_a_dictionary() -> None:
    """Long columns of names are read as they are, a missing or a repeated one among them."""
    names: list[Any] = [f"job-{row}é" for row in range(6000)]
    assert read(pd.Series(names, dtype=object)) == names
    names[17] = names[18]
    assert read(pd.Series(names, dtype="string")) == names
    names[17] = None
    assert read(pd.Series(names, dtype=object)) == ["" if name is None else name for name in names]


def test_any_text_survives() -> None:
    """Beyond ASCII, beyond the first plane, empty, missing, and lone surrogates, which are spelled out."""
    texts = ["é", "", "a😀b", "日本", None, "\ud800", "x\u202ey", "<b>"]
    assert read(pd.Series(texts, dtype=object)) == ["é", "", "a😀b", "日本", "", "\\ud800", "x\u202ey", "<b>"]


def test_objects_become_text_and_are_not_mixed_up() -> None:
    """1, 1.0 and True are the same to a dictionary, and not to a person."""
    assert read(pd.Series([True, 1, 1.5, {"team": "ml"}, None, float("nan")], dtype=object)) == [
        "True",
        "1",
        "1.5",
        "team=ml",
        "",
        "",
    ]
    assert read(pd.Series([True, False])) == ["True", "False"]
    assert read(pd.Series(["b", None, "a"], dtype="category")) == ["b", "", "a"]


def test_a_novel_is_cut() -> None:
    """A name of 10,000 characters does not weigh on every row."""
    (text,) = read(pd.Series(["n" * 10_000]))
    assert len(text) == 1024


def test_ids_of_children_survive_and_nodes_are_locked() -> None:
    """Colons and hash signs are part of an id; a node cannot be ended by itself."""
    frame = pd.DataFrame({"jobId": [f"{UUID}1:7", f"{UUID}2#3", f"{UUID}4", f"{UUID}4", "nonsense", None]})
    snapshot = take_snapshot(frame, 1)
    assert snapshot.rows.job_ids[:2] == (f"{UUID}1:7", f"{UUID}2#3")
    assert list(snapshot.rows.locks) == [Lock.NONE, Lock.NODE, Lock.NONE, Lock.DUPLICATE, Lock.NO_ID, Lock.NO_ID]


def test_an_arn_counts_as_its_id() -> None:
    """A column of ARNs can be picked from, too."""
    frame = pd.DataFrame({"id": [f"arn:aws:batch:eu-west-1:123456789012:job/{UUID}1"]})
    assert take_snapshot(frame, 1).rows.job_ids == (f"{UUID}1",)


def test_ids_may_be_the_index() -> None:
    """As `batchnb.plan` takes them."""
    assert take_snapshot(pd.DataFrame({"x": [1]}, index=pd.Index([f"{UUID}1"], name="jobId")), 1).rows.job_ids == (
        f"{UUID}1",
    )


def test_jobs_that_are_stopping_are_locked() -> None:
    """Who was asked to end already needs no second request; a cancel that came too late is none."""
    frame = pd.DataFrame(
        {
            "jobId": [f"{UUID}{row}" for row in range(3)],
            "status": ["RUNNING", "RUNNABLE", "RUNNING"],
            "isTerminated": [True, False, False],
            "isCancelled": [False, True, True],
        }
    )
    assert list(take_snapshot(frame, 1).rows.locks) == [Lock.STOPPING, Lock.STOPPING, Lock.NONE]


def test_two_columns_of_one_name_are_both_shown() -> None:
    """A frame may have any titles, numbers and tuples among them."""
    frame = pd.DataFrame([[f"{UUID}1", 1, 2, 3]], columns=pd.Index(["jobId", "x", "x", ("a", 1)], dtype=object))
    titles = [column["title"] for column in whole_payload(take_snapshot(frame, 1)).header["columns"]]
    assert titles == ["jobId", "x", "x", "('a', 1)"]


def test_an_empty_frame_is_an_empty_table() -> None:
    """No jobs is no error where somebody only looks."""
    assert take_snapshot(pd.DataFrame({"jobId": []}), 1).rows.job_ids == ()


def test_bits_and_rows_are_the_same_thing() -> None:
    """What goes to the browser comes back."""
    snapshot = take_snapshot(
        pd.DataFrame({"jobId": [f"{row:08x}-0000-0000-0000-000000000000" for row in range(19)]}), 4
    )
    rows = np.array([0, 7, 8, 18])
    assert list(snapshot.rows_in(4, bits_of(rows, 19))) == list(rows)
