"""Which column of a frame holds the job ids: by its name, and by what stands in it."""

from __future__ import annotations

import uuid
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.frame import job_ids_in
from batchnb.jobs.id_columns import find_ids, others_of_ids
from batchnb.jobs.ids import JobId

A, B, C, D = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "abcd")
PLACE = ("123456789012", "eu-west-1", "aws")

NAMES = [
    *("jobId", "job_id", "JobId", "id", "jobid", "JOBID", "Job ID", "job-id", "job id", "batch_job_id", "batchJobId"),
    *("AWS Batch job id", "native_id", "nativeId", "external_jobid", "detail.jobId", "requestParameters.jobId", "ID"),
]
ARN_NAMES = ["jobArn", "job_arn", "JobArn", "jobarn", "JOB ARN", "detail.jobArn", "resource", "arn"]
OTHERS = ["name", "queue", "n", "created", "owner", "request_id", "row"]

names = st.sampled_from(NAMES)
others = st.sampled_from(OTHERS)
job_ids = st.builds(
    lambda job, tail: f"{job}{tail}",
    st.uuids(),
    st.one_of(st.just(""), st.integers(0, 9_999).map(lambda n: f":{n}"), st.integers(0, 99).map(lambda n: f"#{n}")),
)
id_lists = st.lists(job_ids, min_size=1, max_size=4, unique=True)
junk = st.one_of(st.integers(), st.text(max_size=8), st.none(), st.floats(allow_nan=True), st.booleans())


def found(frame: object, ids: Any = None) -> list[str]:
    """Return the ids that are found."""
    return [job.job_id for job in job_ids_in(frame, ids=ids)]


def arn(job_id: str) -> str:
    """Return an ARN of the job."""
    return f"arn:aws:batch:eu-west-1:123456789012:job/{job_id}"


def column(values: list[Any]) -> Any:
    """Return a column of whatever there is."""
    return pd.Series(values, dtype=object)


@given(id_lists, names, st.dictionaries(others, junk, max_size=4), st.booleans())
def test_ids_are_found_under_any_usual_name(ids: list[str], name: str, rest: dict[str, Any], upper: bool) -> None:  # noqa: FBT001
    """Whatever else the frame has, and however the ids are written."""
    data = {other: column([value] * len(ids)) for other, value in rest.items()}
    data[name] = column([one.upper() if upper else one for one in ids])
    assert found(pd.DataFrame(data)) == ids
    assert found(pd.DataFrame(data).set_index(name)) == ids


@given(id_lists, st.sampled_from(ARN_NAMES), others)
def test_arns_are_found_under_any_usual_name(ids: list[str], name: str, other: str) -> None:
    """And tell where their jobs are."""
    frame = pd.DataFrame({other: range(len(ids)), name: map(arn, ids)})
    assert job_ids_in(frame) == [JobId(one, *PLACE) for one in ids]


@given(id_lists, names, names, st.lists(junk, min_size=4, max_size=4))
def test_of_two_columns_the_one_with_ids_wins(ids: list[str], name: str, other: str, values: list[Any]) -> None:
    """A column that is named like one of ids and holds something else does not stand in the way."""
    if name == other:
        return
    frame = pd.DataFrame({other: column(values[: len(ids)]), name: column(list(ids))})
    assert found(frame) == ids
    assert found(frame[[name, other]]) == ids


@given(id_lists, st.lists(st.uuids(), min_size=4, max_size=4, unique=True), names, names)
def test_no_job_is_taken_that_stands_in_none_of_the_columns(
    ids: list[str], rows: list[uuid.UUID], name: str, other: str
) -> None:
    """Of two columns with ids, one is taken as a whole, or the frame is refused with both names."""
    frame = pd.DataFrame({name: column(list(ids)), other: column([str(one) for one in rows[: len(ids)]])})
    refusal = ""
    try:
        assert found(frame) in (list(frame[name]), list(frame[other]))
    except InputError as error:
        refusal = str(error)
    assert not refusal or all(repr(one) in refusal for one in frame.columns)
    assert not refusal or "ids=COLUMN" in refusal


@given(st.lists(st.tuples(st.text(max_size=12), junk), max_size=5), st.integers(0, 3))
def test_a_frame_without_ids_is_refused_in_one_line(columns: list[tuple[str, Any]], rows: int) -> None:
    """With its columns, and with what to do."""
    frame = pd.DataFrame({name: column([value] * rows) for name, value in columns})
    with pytest.raises(InputError) as refused:
        job_ids_in(frame)
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 2_000


def test_the_id_of_an_event_is_not_taken_for_a_jobs() -> None:
    """EventBridge gives each event an id; the job's is in `detail`. Without it, the frame is refused."""
    event = {"id": D, "detail-type": "Batch Job State Change", "source": "aws.batch", "resources": [arn(A)]}
    nested = pd.DataFrame([{**event, "detail": {"jobId": A, "jobArn": arn(A)}}])
    assert (
        job_ids_in(nested)
        == job_ids_in(pd.json_normalize([{**event, "detail": {"jobId": A, "jobArn": arn(A)}}]))
        == [JobId(A, *PLACE)]
    )
    assert found(nested[["id", "detail"]]) == [A], "also where its type was left out"
    with pytest.raises(InputError, match="no column of job ids"):
        job_ids_in(pd.DataFrame([event]))
    assert found(pd.DataFrame([event]), ids="id") == [D]


def test_an_index_without_a_name_is_no_column_and_is_told() -> None:
    """The message says how to name it."""
    frame = pd.DataFrame({"x": [1]}, index=[A])
    with pytest.raises(InputError, match=r"Job ids stand in its index, .* give \.rename_axis\('jobId'\)\."):
        job_ids_in(frame)
    assert found(frame.rename_axis("jobId")) == [A]


def test_an_arn_beats_an_id_that_is_something_else() -> None:
    """Where `id` never is the ARN's job, it is a row's; where it is, the two belong together and are compared."""
    arns = [arn(A), arn(B)]
    assert found(pd.DataFrame({"id": [C, D], "jobArn": arns})) == [A, B]
    assert found(pd.DataFrame({"id": [A, B], "jobArn": arns})) == [A, B]
    with pytest.raises(InputError, match=r"entry 2: the id is d.*, but the ARN in its row is of job b"):
        job_ids_in(pd.DataFrame({"id": [A, D], "jobArn": arns}))
    with pytest.raises(InputError, match="columns 'id' and 'submitted' name other jobs"):
        job_ids_in(pd.DataFrame({"id": [C, D], "submitted": arns}))
    assert found(pd.DataFrame({"id": [C, D], "submitted": arns}), ids="submitted") == [A, B]


def test_levels_of_an_index_hold_ids() -> None:
    """One level of several, beside levels of queues, and columns with levels as `agg` makes them."""
    frame = pd.DataFrame({"n": [1, 2], "queue": ["q", "q"], "jobId": [A, B]}).set_index(["queue", "jobId"])
    assert found(frame) == found(frame.index) == found(frame.n) == [A, B]
    assert found(frame, ids="jobId") == [A, B]
    by_queue = pd.DataFrame({"queue": ["q"], "jobId": [A], "n": [1]}).groupby("queue")
    assert found(by_queue.agg({"jobId": ["first"], "n": ["sum"]})) == [A]


def test_the_error_says_where_the_ids_stand() -> None:
    """A column of another name that holds ids is named, as it has to be typed."""
    frame = pd.DataFrame({"name": ["a"], "attempt": [A]})
    with pytest.raises(InputError, match=r"Job ids stand in 'attempt'\. Name it with ids='attempt'\."):
        job_ids_in(frame)
    with pytest.raises(InputError, match=r"'jobid' has no job id: its first value is 'a'\..*ids=COLUMN"):
        job_ids_in(pd.DataFrame({"jobid": ["a"]}))
    with pytest.raises(InputError, match="'jobId' has no job id: all its values are missing"):
        job_ids_in(pd.DataFrame({"jobId": [None]}))
    with pytest.raises(InputError, match=r"no column 'jobid'.*Did you mean 'jobId'\?"):
        job_ids_in(pd.DataFrame({"jobId": [A]}), ids="jobid")


def test_a_column_may_be_named_by_a_number() -> None:
    """A frame of a list has numbers for names."""
    frame = pd.DataFrame([[A, 1], [B, 2]])
    with pytest.raises(InputError, match="Name it with ids=0"):
        job_ids_in(frame)
    assert found(frame, ids=0) == [A, B]


def test_other_columns_of_ids_are_told() -> None:
    """For a plan none of whose ids AWS knows: columns that hold nothing but ids, and other ones."""
    frame = pd.DataFrame({"id": [A, B], "native": [C, D], "same": [A, B], "some": [C, "x"], "uuid": [C, None]})
    assert others_of_ids(frame, find_ids(frame)) == ["native", "uuid"]
