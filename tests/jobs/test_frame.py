"""Ids out of DataFrames, and jobs into them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.frame import ID_COLUMNS, frame_of_jobs, job_ids_in, utc
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.shapes.bodies import JobKind

A, B, C = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "abc")
ARN = f"arn:aws:batch:eu-west-1:123456789012:job/{A}"
HOSTILE = "<b>\n\u202e\x00" + "x" * 10_000
LAST_MS = 253_402_300_799_999
"""The end of the year 9999, the last that Python knows."""

moments = st.one_of(st.none(), st.integers(0, LAST_MS))


def found(jobs: object, ids: str | None = None) -> list[str]:
    """Return the ids that are found in `jobs`."""
    return [job.job_id for job in job_ids_in(jobs, ids=ids)]


@pytest.mark.parametrize("column", ID_COLUMNS)
def test_each_usual_column_is_found(column: str) -> None:
    """`jobId`, `job_id`, `JobId` and `id` are known as columns of ids, wherever they stand."""
    assert found(pd.DataFrame({"n": [1, 2], column: [A, B]})) == [A, B]


def test_the_first_usual_name_wins() -> None:
    """Of several columns that could hold ids, the one that AWS's own spelling names is taken."""
    frame = pd.DataFrame({name: [job_id] for name, job_id in zip(reversed(ID_COLUMNS), [C, C, B, A], strict=True)})
    assert found(frame) == [A]
    assert found(frame[["id", "job_id"]]) == [B]


@pytest.mark.parametrize("name", ID_COLUMNS)
def test_an_index_of_such_a_name_will_do(name: str) -> None:
    """Where no column is named so, the index may be."""
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index([A, B], name=name))
    assert found(frame) == [A, B]
    assert found(frame.assign(**{name: [C, C]})) == [C]


def test_the_column_can_be_named() -> None:
    """With ids= that column counts and no other."""
    assert found(pd.DataFrame({"jobId": [A], "mine": [B]}), ids="mine") == [B]


@pytest.mark.parametrize(
    "jobs",
    [
        pd.Series([A, B], name="x"),
        pd.Index([A, B]),
        np.array([A, B]),
        [A, B],
        (A, B),
        dict.fromkeys([A, B]).keys(),
        pd.Series([A, B], index=["b", "a"], dtype="string"),
        pd.Series([A, B], dtype="category"),
    ],
    ids=lambda jobs: type(jobs).__name__,
)
def test_ids_come_in_many_containers(jobs: object) -> None:
    """A Series, an Index, an array, a list, a tuple and a view are ids in their order."""
    assert found(jobs) == [A, B]


def test_a_generator_and_a_set_are_read() -> None:
    """What can be read only once, and what has no order, holds ids as well."""
    assert found(job_id for job_id in (A, B)) == [A, B]
    assert sorted(found({A, B})) == [A, B]
    assert sorted(found(frozenset([A]))) == [A]


def test_one_text_is_one_id() -> None:
    """A single id or ARN is not read letter by letter."""
    assert found(A) == found(ARN) == found(f" {A}\n") == [A]


@settings(deadline=None)
@given(st.lists(st.sampled_from([A, B, C, f"{A}:1", f"{A}#1", f" {B} "])).filter(bool))
def test_ids_are_distinct_and_in_order(job_ids: list[str]) -> None:
    """Each id comes once, where it came first, in a frame as in a list."""
    expected = list(dict.fromkeys(job_id.strip() for job_id in job_ids))
    assert found(job_ids) == found(pd.DataFrame({"jobId": job_ids})) == expected


def test_an_arn_is_kept_beside_its_id() -> None:
    """A job named by id and by ARN comes twice, so that the account in the ARN can still be checked."""
    assert job_ids_in([A, ARN, A]) == [JobId(A), JobId(A, "123456789012", "eu-west-1", "aws")]


@pytest.mark.parametrize("value", [None, float("nan"), np.nan, pd.NA, pd.NaT, 7, 1.5, True, "", "sweep", ["x"]])
@pytest.mark.parametrize("container", [list, lambda ids: pd.DataFrame({"jobId": pd.Series(ids, dtype=object)})])
def test_a_missing_or_wrong_id_is_an_error(value: Any, container: Callable[[list[Any]], Any]) -> None:
    """One entry that is no id refuses them all, by its place: it is not left out in silence."""
    with pytest.raises(InputError, match=r"^entry 2: .* is not a job id"):
        job_ids_in(container([A, value, B]))


def test_many_mistakes_are_counted() -> None:
    """The first three mistakes are told, the others counted."""
    with pytest.raises(InputError) as refused:
        job_ids_in([A, *(HOSTILE for _ in range(1_004))])
    message = str(refused.value)
    assert message.count("entry ") == 3
    assert message.endswith("And 1,001 more.")
    assert len(message) < 1_000
    assert message.isprintable()


@pytest.mark.parametrize("jobs", [[], (), set(), iter(()), pd.DataFrame({"jobId": []}), pd.Series([], dtype=object)])
def test_no_jobs_at_all_are_an_error(jobs: object) -> None:
    """To hand over nothing is a mistake, and is told as one."""
    with pytest.raises(InputError, match="no jobs given"):
        job_ids_in(jobs)


@pytest.mark.parametrize("jobs", [None, 7, A.encode(), {A: 1}, object(), float("nan")])
def test_what_is_no_container_of_ids_is_refused(jobs: object) -> None:
    """None, numbers, bytes and mappings hold no ids; the error says what would."""
    with pytest.raises(InputError, match="expected a DataFrame, a Series, a job id or a list of them"):
        job_ids_in(jobs)


@pytest.mark.parametrize("jobs", [[A], A, pd.Series([A])], ids=str)
def test_a_column_is_named_of_a_frame_only(jobs: object) -> None:
    """ids= with anything but a DataFrame is a mistake."""
    with pytest.raises(InputError, match="ids='x' names a column of a DataFrame, but jobs is"):
        job_ids_in(jobs, ids="x")


def test_a_frame_without_ids_is_refused_with_its_columns() -> None:
    """The error names the columns there are, the ones that were looked for, and ids=."""
    with pytest.raises(InputError, match=r"jobId, job_id, JobId, id\)\. Its columns: name, n\. Name it with ids="):
        job_ids_in(pd.DataFrame({"name": ["a"], "n": [1]}))
    with pytest.raises(InputError, match=r"no column 'jobid'\. Its columns: jobId\."):
        job_ids_in(pd.DataFrame({"jobId": [A]}), ids="jobid")
    with pytest.raises(InputError, match=r"Its columns: none\."):
        job_ids_in(pd.DataFrame())


def test_hostile_columns_do_not_spoil_the_error() -> None:
    """Columns may have any name, be numbers or many: the error stays one line of bounded length."""
    frame = pd.DataFrame([[0] * 53], columns=[HOSTILE, 7, None, *(f"column {n}" for n in range(50))])
    with pytest.raises(InputError) as refused:
        job_ids_in(frame, ids=HOSTILE * 2)
    message = str(refused.value)
    assert len(message) < 1_000
    assert message.isprintable()
    assert ", 7, " in message
    assert "and 33 more" in message


def test_two_columns_of_one_name_are_refused() -> None:
    """Which of two columns is meant cannot be guessed."""
    frame = pd.DataFrame([[A, B]], columns=["jobId", "jobId"])
    with pytest.raises(InputError, match="more than one column named 'jobId'"):
        job_ids_in(frame)
    with pytest.raises(InputError, match=r"columns \('jobId', 'a'\) and \('jobId', 'b'\) name other jobs"):
        job_ids_in(pd.DataFrame([[A, B]], columns=pd.MultiIndex.from_tuples([("jobId", "a"), ("jobId", "b")])))


STRINGS = ("jobId", "jobName", "statusReason", "jobDefinition", "shareIdentifier", "jobArn")
TIMES = ("createdAt", "startedAt", "stoppedAt")
FULL = Job(
    job_id=A,
    job_name="sweep",
    status=JobStatus.RUNNING,
    status_reason="pulled",
    created_at=1_790_000_000_123,
    started_at=1_790_000_001_999,
    job_definition="train:1",
    share_identifier="a",
    job_arn=ARN,
    array_size=3,
    exit_code=0,
    job_queue="train",
    tags=(("team", "ml"),),
    is_terminated=True,
)


@pytest.mark.parametrize("jobs", [[], [FULL], [Job(B, "least")], [FULL, Job(B, "least")]], ids=len)
def test_columns_have_the_same_types_whatever_is_in_them(jobs: list[Job]) -> None:
    """A frame has the columns and dtypes that its documentation names, also when it is empty or knows nothing."""
    frame = frame_of_jobs(jobs, tags=True)
    dtypes = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert list(dtypes) == [
        *["jobId", "jobName", "jobQueue", "status", "statusReason", *TIMES, "jobDefinition"],
        *[
            "kind",
            "vcpus",
            "arraySize",
            "liveChildren",
            "arrayIndex",
            "shareIdentifier",
            "exitCode",
            "isTerminated",
            "isCancelled",
            "jobArn",
            "tags",
        ],
    ]
    assert {dtypes[name] for name in STRINGS} == {"string"}
    assert {dtypes[name] for name in TIMES} == {"datetime64[ms, UTC]"}
    assert {dtypes[name] for name in ("arraySize", "liveChildren", "arrayIndex", "exitCode")} == {"Int32"}
    assert {dtypes[name] for name in ("isTerminated", "isCancelled")} == {"bool"}
    assert {dtypes[name] for name in ("jobQueue", "status", "kind")} == {"category"}
    assert dtypes["vcpus"] == "Float64"
    assert dtypes["tags"] == "object"
    assert len(frame) == len(jobs)
    assert "tags" not in frame_of_jobs(jobs)


def test_what_lives_of_an_array_is_told_where_it_is_known() -> None:
    """The children that have not ended are counted; an array of which none is known has no count, which is not 0."""
    known = Job(A, "known", array_size=4, children=(("RUNNING", 2), ("RUNNABLE", 1), ("FAILED", 1)))
    over = Job(B, "over", array_size=2, children=(("SUCCEEDED", 2),))
    frame = frame_of_jobs([known, over, Job(A, "unknown", array_size=4), Job(B, "none")])
    assert frame.liveChildren.fillna(-1).tolist() == [3, 0, -1, -1]


def test_figures_that_are_not_known_are_missing() -> None:
    """The kind and the vCPU of a job stand in its row as plain values, and nowhere does 0 stand for an unknown one."""
    jobs = [Job(A, "pod", vcpus=0.25, kind=JobKind.EKS), Job(B, "array", kind=JobKind.ARRAY), Job(C, "least", vcpus=96)]
    frame = frame_of_jobs(jobs)
    assert frame.vcpus.tolist() == [0.25, pd.NA, 96.0]
    assert frame.vcpus.sum() == 96.25
    assert frame.kind.astype(object).where(frame.kind.notna(), None).tolist() == ["eks", "array", None]
    assert list(frame.kind.cat.categories) == ["container", "multi-container", "eks", "multi-node", "array"]
    assert {type(kind) for kind in frame.kind.cat.categories} == {str}


def test_a_row_tells_what_is_known_of_its_job() -> None:
    """What AWS said stands in the row; what it did not say is missing, and never 0 or an empty text."""
    frame = frame_of_jobs([FULL, Job(B, "least")], tags=True)
    full, least = frame.iloc[0], frame.iloc[1]
    assert (full.jobId, full.jobName, full.jobQueue, full.status, full.statusReason) == (
        *(A, "sweep", "train"),
        *("RUNNING", "pulled"),
    )
    assert full.createdAt.to_pydatetime() == datetime(2026, 9, 21, 14, 13, 20, 123_000, tzinfo=UTC)
    assert (full.arraySize, full.exitCode, full.isTerminated, full.tags) == (3, 0, True, {"team": "ml"})
    missing = set(frame.columns) - {"jobId", "jobName", "isTerminated", "isCancelled", "tags"}
    assert {name for name in frame.columns if name in missing and not pd.isna(least[name])} == set()
    assert (least.isTerminated, least.isCancelled, least.tags) == (False, False, {})


def test_statuses_are_plain_texts_in_the_order_of_life() -> None:
    """Statuses compare, sort and print as texts, from SUBMITTED to FAILED, and need no batchnb to be read again."""
    frame = frame_of_jobs([Job(A, "a", JobStatus.RUNNING), Job(B, "b", JobStatus.PENDING), Job(C, "c")])
    assert {type(status) for status in frame.status.cat.categories} == {str}
    assert list(frame.sort_values("status").jobId) == [B, A, C]
    assert list(frame[frame.status < "RUNNING"].jobId) == [B]
    assert list(frame.query("status == 'RUNNING'").jobId) == [A]


@settings(deadline=None)
@given(st.lists(moments))
def test_times_are_exact_to_the_millisecond(times: list[int | None]) -> None:
    """Any time until the year 9999 is that time in UTC, and None is NaT; 32 bits are not enough for one."""
    series = utc(times)
    assert str(series.dtype) == "datetime64[ms, UTC]"
    assert [None if pd.isna(moment) else round(moment.timestamp() * 1000) for moment in series] == times


def test_a_frame_goes_back_to_its_jobs() -> None:
    """The ids of a listing are found in it again, filtered or sorted or indexed."""
    frame = frame_of_jobs([Job(job_id, "sweep", created_at=age) for age, job_id in enumerate([A, B, C], 1)])
    assert found(frame) == [A, B, C]
    assert found(frame[frame.jobId != A].sort_values("createdAt", ascending=False)) == [C, B]
    assert found(frame.set_index("jobId")) == [A, B, C]
    assert found(frame.jobId) == [A, B, C]


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_name_survives_in_a_frame(name: str) -> None:
    """A name is kept as it is, whatever is in it."""
    assert frame_of_jobs([Job(A, name)]).jobName.iloc[0] == name
