"""Job ids in what is not a DataFrame: texts and answers of the AWS CLI and boto3, rows, counts by job."""

from __future__ import annotations

import json
import uuid
from typing import Any, NamedTuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.frame import frame_of_jobs, job_ids_in
from batchnb.jobs.ids import JobId
from batchnb.jobs.job import Job, JobStatus
from batchnb.jobs.outcome import Outcome
from batchnb.model.result import JobResult
from batchnb.model.verdict import PlannedJob, Verdict

A, B = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "ab")
ARN = f"arn:aws:batch:eu-west-1:123456789012:job/{A}"


class _Row(NamedTuple):
    """A row as `itertuples` makes it."""

    jobId: str  # noqa: N815 - AWS's own name
    jobArn: str  # noqa: N815


id_lists = st.lists(st.uuids().map(str), min_size=1, max_size=5, unique=True)


def found(jobs: object) -> list[str]:
    """Return the ids that are found."""
    return [job.job_id for job in job_ids_in(jobs)]


@given(id_lists, st.sampled_from(["\t", " ", ",", ", ", "\n"]))
def test_ids_in_one_text_are_found(ids: list[str], between: str) -> None:
    """`aws … --output text` puts tabs between ids; `!aws` gives a list of such lines."""
    text = between.join(ids)
    assert found(text) == found([text]) == found(pd.Series([text])) == ids


@given(id_lists)
def test_answers_as_json_are_found(ids: list[str]) -> None:
    """One text, its lines as `!aws … --output json` gives them, one JSON text a line, and the dicts of boto3."""
    summaries = [{"jobId": one, "jobName": "x"} for one in ids]
    answer = {"jobSummaryList": summaries, "nextToken": "t"}
    lines = [json.dumps(one) for one in summaries]
    indented = json.dumps(answer, indent=4)
    shapes: list[Any] = [
        *(answer, summaries, [answer], {"jobs": summaries}, json.dumps(answer), indented, indented.splitlines()),
        *(lines, "\n".join(lines), json.dumps(ids), json.dumps(ids, indent=1).splitlines(), list(map(uuid.UUID, ids))),
    ]
    for shape in shapes:
        assert found(shape) == ids


def test_a_cut_answer_is_refused() -> None:
    """Half of an answer is not taken for the whole."""
    with pytest.raises(InputError, match="begins like JSON and cannot be read"):
        job_ids_in(json.dumps({"jobSummaryList": [{"jobId": A}]})[:-3])


def test_an_event_is_its_job() -> None:
    """An event of EventBridge has an id of its own, which is no job's."""
    event = {"id": B, "detail-type": "Batch Job State Change", "detail": {"jobId": A, "jobArn": ARN}}
    assert job_ids_in(event) == job_ids_in([event]) == [JobId(A, "123456789012", "eu-west-1", "aws")]
    assert found({"id": B, "detail": {"jobId": A}}) == [A], "also without its type"
    assert found({"id": A, "detail": {"note": "x"}}) == [A]


def test_rows_of_a_listing_are_their_jobs() -> None:
    """A row by `iloc`, by `itertuples`, as a dict, of a frame with the ids in its index, and a batch of rows."""
    frame = frame_of_jobs([Job(A, "one", JobStatus.RUNNING), Job(B, "two", JobStatus.RUNNING)])
    assert found(frame.iloc[0]) == found(next(frame.itertuples())) == found(frame.iloc[0].to_dict()) == [A]
    assert found(frame.set_index("jobId").iloc[0]) == [A]
    assert found([frame.iloc[0], frame.iloc[1]]) == found(list(frame.itertuples())) == [A, B]
    assert found(frame.to_dict("records")) == [A, B]
    assert found([Job(A, "one"), Job(B, "two")]) == [A, B]
    assert job_ids_in(_Row(A, ARN)) == [JobId(A, "123456789012", "eu-west-1", "aws")]


def test_results_of_a_report_are_their_jobs() -> None:
    """`report.failures` can be planned again."""
    planned = PlannedJob(A, Verdict.TERMINATE, Job(A, "one"))
    result = JobResult(planned, Outcome.DENIED, None, 1, None, None, None, None, None)
    assert found((result,)) == found(planned) == [A]


def test_counts_by_job_name_their_jobs() -> None:
    """A Series whose index has the ids: `frame.groupby("jobId").size()`, `frame.set_index("jobId").status`."""
    frame = pd.DataFrame({"jobId": [A, A, B], "queue": "q"})
    assert found(frame.groupby("jobId").size()) == found(frame.set_index("jobId").queue) == [A, B]
    assert found(frame.groupby(["queue", "jobId"]).size()) == [A, B]


def test_truth_values_are_no_jobs() -> None:
    """`jobs.status == "RUNNING"` alone selects nothing, also where its index has ids: all of them would be taken."""
    mask = pd.Series([True, False], index=pd.Index([A, B], name="jobId"))
    for truth in (mask, mask.reset_index(drop=True), mask.astype("boolean"), mask.to_numpy()):
        with pytest.raises(InputError, match=r"truth values.*jobs\[condition\]"):
            job_ids_in(truth)


@pytest.mark.parametrize("row", [{"name": "x"}, {}, {A: 1}, [{"name": "x"}], {"id": "not one"}], ids=str)
def test_a_dict_that_names_no_job_is_refused(row: Any) -> None:
    """With its keys."""
    with pytest.raises(InputError, match=r"without a job id. Its keys: "):
        job_ids_in(row)
