"""Frames of several accounts and Regions: the ARN in a row is checked before anything is asked of AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.api import list_jobs, plan
from batchnb.errors import InputError
from batchnb.jobs.frame import ARN_COLUMNS, job_ids_in
from batchnb.jobs.ids import JobId
from batchnb.planning.preflight import count_places
from batchnb.widget import JobPicker

Start = Callable[..., local.LocalBatch]
A, B, C = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "abc")


def arn(job_id: str, account: str = "111111111111", region: str = "eu-west-1", partition: str = "aws") -> str:
    """Return the ARN of a job."""
    return f"arn:{partition}:batch:{region}:{account}:job/{job_id}"


@pytest.fixture
def two(start: Start) -> list[local.LocalBatch]:
    """Return two emulators, each another account in another Region, with 3 and 2 jobs."""

    def fill(count: int) -> Callable[[local.World], None]:
        def add(world: local.World) -> None:
            world.add_queue("train")
            world.add_jobs("train", "sweep", count)

        return add

    return [
        start(fill(3), account="111111111111", region="eu-west-1"),
        start(fill(2), account="222222222222", region="us-east-1", seed=1),
    ]


def listed(emulator: local.LocalBatch) -> pd.DataFrame:
    """Return the jobs of an emulator, and forget the calls that it took."""
    frame = list_jobs(status="active", endpoint_url=emulator.endpoint_url)
    emulator.calls.clear()
    return frame


def test_a_frame_of_two_places_is_an_error_that_counts_them(two: list[local.LocalBatch]) -> None:
    """No job is "not found": the places are named, with how many jobs each has, and no call is made."""
    both = pd.concat([listed(emulator) for emulator in two], ignore_index=True)
    with pytest.raises(InputError) as refused:
        plan(both, reason="OPS-1", endpoint_url=two[0].endpoint_url)
    message = str(refused.value)
    assert (
        "2 places: 3 in account 111111111111, Region eu-west-1; 2 in account 222222222222, Region us-east-1" in message
    )
    assert all(emulator.calls == [] for emulator in two)
    part = both[both.jobArn.str.contains(":eu-west-1:111111111111:")]
    assert len(plan(part, reason="OPS-1", endpoint_url=two[0].endpoint_url).to_end) == 3


def test_a_frame_of_another_account_is_an_error_that_counts(two: list[local.LocalBatch]) -> None:
    """The jobs of one emulator are not looked for in vain in the other, and nothing is ended there."""
    there = listed(two[1])
    with pytest.raises(InputError, match=r"account 222222222222, but this is account 111111111111\. Of 2 jobs, 2 in"):
        plan(there, reason="OPS-1", endpoint_url=two[0].endpoint_url)
    assert not any(call.operation.startswith("Terminate") for call in two[0].calls)


def test_a_frame_of_another_region_of_aws_costs_no_call() -> None:
    """Rows of eu-west-1 are not asked for in us-east-1."""
    session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1")
    frame = pd.DataFrame({"jobId": [A, B], "jobArn": [arn(A), arn(B)]})
    with pytest.raises(InputError, match=r"Region eu-west-1, but calls go to us-east-1\. Of 2 jobs, 2 in account 1111"):
        plan(frame, reason="OPS-1", session=session)


def test_an_emulator_is_planned_whatever_region_calls_are_signed_for(two: list[local.LocalBatch]) -> None:
    """An emulator takes calls to any Region, as a machine with AWS_DEFAULT_REGION makes them."""
    frame = listed(two[0])
    assert len(plan(frame, reason="OPS-1", region="ap-south-1", endpoint_url=two[0].endpoint_url).to_end) == 3


def test_a_picker_checks_its_rows_too(two: list[local.LocalBatch]) -> None:
    """Rows of two places can be looked at in one table, and are not planned together."""
    both = pd.concat([listed(emulator) for emulator in two], ignore_index=True)
    picker = JobPicker(both, reason="OPS-1", endpoint_url=two[0].endpoint_url)
    picker.select(list(both.jobId))
    assert len(picker.selected) == 5
    picker._session.reviewing.begin()
    assert picker.wait(20)
    assert isinstance(picker.error, InputError)
    assert "2 places" in str(picker.error)
    assert all(emulator.calls == [] for emulator in two)


@pytest.mark.parametrize("name", ARN_COLUMNS)
@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, "", "  "])
def test_rows_without_an_arn_are_taken_as_they_are(name: str, missing: Any) -> None:
    """Not every frame has ARNs in each row; what is known of the others is kept."""
    frame = pd.DataFrame({"jobId": [A, B], name: pd.Series([arn(A), missing], dtype=object)})
    assert job_ids_in(frame) == [JobId(A, "111111111111", "eu-west-1", "aws"), JobId(B)]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (arn(B), f"the id is {A}, but the ARN in its row is of job {B}"),
        (f"{arn(A)}:7", f"the ARN in its row is of job {A}:7"),
        ("arn:aws:batch:eu-west-1:111111111111:service-job/x", "is a service job"),
        ("arn:aws:s3:::bucket", "is not a job id"),
        (A, "in the column of ARNs is not a job ARN"),
        (7, "is not a job id"),
    ],
)
def test_an_arn_that_does_not_fit_its_row_is_an_error(other: Any, message: str) -> None:
    """A row that says two things is not guessed at: it is told by its place."""
    frame = pd.DataFrame({"jobId": [C, A], "jobArn": pd.Series([arn(C), other], dtype=object)})
    with pytest.raises(InputError, match=rf"^entry 2: .*{message}"):
        job_ids_in(frame)


def test_arns_of_two_places_in_one_row_are_an_error() -> None:
    """Also where the ids are ARNs themselves."""
    frame = pd.DataFrame({"id": [arn(A)], "jobArn": [arn(A, region="us-east-1")]})
    with pytest.raises(InputError, match="of different places"):
        job_ids_in(frame)
    assert job_ids_in(frame, ids="jobArn") == [JobId(A, "111111111111", "us-east-1", "aws")]


def test_two_columns_of_arns_of_one_name_are_refused() -> None:
    """Which of them is meant cannot be guessed."""
    frame = pd.DataFrame([[A, arn(A), arn(A)]], columns=["jobId", "jobArn", "jobArn"])
    with pytest.raises(InputError, match="more than one column named 'jobArn'"):
        job_ids_in(frame)


def test_a_list_of_arns_of_several_places_is_an_error(two: list[local.LocalBatch]) -> None:
    """Whatever holds the ARNs; ids without one are counted beside them."""
    ids = [arn(A), arn(B, region="us-east-1"), arn(C, partition="aws-cn"), A.replace("a", "d")]
    with pytest.raises(InputError, match=r"3 places: .*Region us-east-1 \(aws\); .*\(aws-cn\); 1 job without an ARN"):
        plan(ids, reason="OPS-1", endpoint_url=two[0].endpoint_url)
    assert two[0].calls == []


@given(st.lists(st.tuples(st.sampled_from(["1" * 12, "2" * 12, None]), st.sampled_from(["eu-west-1", "us-east-1"]))))
def test_every_arn_is_counted_once(places: list[tuple[str | None, str]]) -> None:
    """Counts by place add up to the ids that have one."""
    ids = [JobId(A, account, region if account else None, "aws" if account else None) for account, region in places]
    counts = count_places(ids)
    assert sum(counts.values()) == sum(account is not None for account, _ in places)
    assert len(counts) == len({place for place in places if place[0]})
