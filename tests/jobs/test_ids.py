"""What is a job id, and what is none."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from batchnb.errors import InputError
from batchnb.jobs.ids import JobId, account_and_partition, parse_job_id, queue_name

UUID = "11111111-2222-3333-4444-555555555555"
PARTITIONS = ["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"]

job_ids = st.builds(
    lambda job, suffix: f"{job}{suffix}",
    st.uuids(),
    st.one_of(
        st.just(""),
        st.integers(0, 9_999).map(lambda index: f":{index}"),
        st.integers(0, 999).map(lambda node: f"#{node}"),
    ),
)
regions = st.sampled_from(["eu-west-1", "us-gov-east-1", "cn-north-1", "local-1", "us-iso-east-1"])
accounts = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012}")
spaces = st.text(" \t\r\n", max_size=3)


@settings(deadline=None)
@given(job_ids, spaces, spaces)
def test_a_job_id_is_read_as_it_is(job_id: str, before: str, after: str) -> None:
    """A UUID, an array child and a node are job ids, white space around them ignored, and tell no account."""
    assert parse_job_id(before + job_id + after) == JobId(job_id)


@given(job_ids)
def test_capitals_name_the_same_job(job_id: str) -> None:
    """Excel and SQL Server write ids in capitals; AWS knows them in lower case only. A `uuid.UUID` is its text."""
    arn = f"arn:aws:batch:eu-west-1:123456789012:job/{job_id.upper()}"
    assert parse_job_id(job_id.upper()) == JobId(job_id)
    assert parse_job_id(arn).job_id == job_id
    assert parse_job_id(uuid.UUID(job_id[:36])) == JobId(job_id[:36])


@settings(deadline=None)
@given(job_ids, st.sampled_from(PARTITIONS), regions, accounts)
def test_an_arn_tells_where_its_job_is(job_id: str, partition: str, region: str, account: str) -> None:
    """An ARN of any partition is the job in it, with account, Region and partition."""
    arn = f"arn:{partition}:batch:{region}:{account}:job/{job_id}"
    assert parse_job_id(arn) == JobId(job_id, account=account, region=region, partition=partition)
    assert account_and_partition(arn) == (account, partition)


@settings(deadline=None)
@given(st.text(st.characters()))
def test_any_other_text_is_refused(text: str) -> None:
    """What is neither a UUID nor an ARN is refused in one line that quotes it, and never changed into an id."""
    assume(not _is_uuid(text.strip()))
    with pytest.raises(InputError, match="is not a job id") as refused:
        parse_job_id(text)
    assert len(str(refused.value).splitlines()) == 1


@settings(deadline=None)
@given(job_ids, st.integers(0, 40), st.sampled_from("\u0661x-:#/ \n\x00é"))
def test_one_wrong_character_is_enough(job_id: str, position: int, wrong: str) -> None:
    """An id with one character too many inside is no id."""
    assume(0 < position < len(job_id))
    changed = job_id[:position] + wrong + job_id[position:]
    assume(changed[:36] != job_id[:36])
    with pytest.raises(InputError):
        parse_job_id(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        UUID[:-1],
        UUID + "0",
        UUID.replace("-", ""),
        "{" + UUID + "}",
        f"urn:uuid:{UUID}",
        f"{UUID}:",
        f"{UUID}#",
        f"{UUID}:-1",
        f"{UUID}:1:2",
        f"{UUID}:1#2",
        f"{UUID}#1:2",
        f"{UUID}:100000",
        f"{UUID}#10000",
        f"{UUID}: 1",
        f"{UUID}:\u0661",
        f"{UUID} {UUID}",
        f"{UUID}\n{UUID}",
        f"{UUID},",
        f"'{UUID}'",
        "1111111g-2222-3333-4444-555555555555",
        "\uff11" * 8 + UUID[8:],
        "sweep-1",
        "*",
        f"job/{UUID}",
        f"arn:aws:batch:eu-west-1:123456789012:job-queue/{UUID}",
        f"arn:aws:batch:eu-west-1:123456789012:job-definition/{UUID}",
        f"arn:aws:batch:eu-west-1:12345678901:job/{UUID}",
        f"arn:aws:batch::123456789012:job/{UUID}",
        f"arn:aws:ecs:eu-west-1:123456789012:job/{UUID}",
        f"arn:azure:batch:eu-west-1:123456789012:job/{UUID}",
        f"arn:aws:batch:eu-west-1:123456789012:job:{UUID}",
    ],
)
def test_what_only_looks_like_an_id_is_refused(text: str) -> None:
    """Lists, names, queues, other services' ARNs and almost-ids are no job ids; the error says what is one."""
    with pytest.raises(InputError, match=r"is not a job id: expected a UUID, UUID:index .* or a job's ARN"):
        parse_job_id(text)


@pytest.mark.parametrize("tail", ["", "sweep-1", UUID[:-1], f"{UUID}/x", f"{UUID}\n", f"{UUID} x"])
def test_an_arn_with_a_malformed_id_is_refused(tail: str) -> None:
    """A job's ARN must end in a job id."""
    with pytest.raises(InputError, match=r"no job id|malformed job id"):
        parse_job_id(f"arn:aws:batch:eu-west-1:123456789012:job/{tail}x")


@pytest.mark.parametrize("partition", PARTITIONS)
def test_a_service_job_is_refused_with_the_way_to_end_it(partition: str) -> None:
    """Service jobs have calls of their own: the error names the command for them."""
    with pytest.raises(InputError, match=r"is a service job.*aws batch terminate-service-job"):
        parse_job_id(f"arn:{partition}:batch:eu-west-1:123456789012:service-job/{UUID}")


@pytest.mark.parametrize("value", [None, 7, float("nan"), True, UUID.encode(), [UUID]])
def test_what_is_no_text_is_refused(value: object) -> None:
    """Missing values, numbers, bytes and lists are no job ids."""
    with pytest.raises(InputError, match="is not a job id: a job id is a string"):
        parse_job_id(value)


def test_a_novel_is_quoted_in_part() -> None:
    """The error for 10,000 characters does not repeat them all."""
    with pytest.raises(InputError) as refused:
        parse_job_id("a" * 10_000)
    assert len(str(refused.value)) < 400


def test_an_id_tells_what_it_is_part_of() -> None:
    """A child names its array, a node its multi-node job, and a job neither."""
    assert JobId(f"{UUID}:7").array_parent == JobId(f"{UUID}#7").multi_node_job == UUID
    assert JobId(UUID).array_parent is JobId(UUID).multi_node_job is None
    assert JobId(f"{UUID}:7").multi_node_job is JobId(f"{UUID}#7").array_parent is None


@pytest.mark.parametrize("arn", [None, "", UUID, "arn:aws:batch:eu-west-1:123456789012:job-queue/train"])
def test_what_is_no_job_arn_tells_no_account(arn: str | None) -> None:
    """Without a job's ARN neither the account nor the partition is known."""
    assert account_and_partition(arn) == (None, None)


@pytest.mark.parametrize("partition", PARTITIONS)
def test_a_queue_goes_by_the_name_in_its_arn(partition: str) -> None:
    """The name of a queue is what follows `job-queue/`; a name stays as it is."""
    assert queue_name(f"arn:{partition}:batch:eu-west-1:123456789012:job-queue/train-gpu") == "train-gpu"
    assert queue_name("train-gpu") == "train-gpu"


def _is_uuid(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
