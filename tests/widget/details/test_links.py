"""Links to the consoles: for ids that parse, in partitions whose consoles are known, and never anywhere else."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.widget.details.links import job_link, log_link

UUID = "11111111-2222-3333-4444-555555555555"


def arn(partition: str = "aws", region: str = "eu-west-1", job_id: str = UUID) -> str:
    """Return the ARN of a job."""
    return f"arn:{partition}:batch:{region}:123456789012:job/{job_id}"


@pytest.mark.parametrize(
    ("partition", "region", "host"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_each_known_partition_has_its_host(partition: str, region: str, host: str) -> None:
    """The Region comes before it, and into the query."""
    assert job_link(arn(partition, region)) == f"https://{host}/batch/home?region={region}#jobs/detail/{UUID}"
    log = log_link(arn(partition, region), "/aws/batch/job", "train/default/0a1b")
    assert log == (
        f"https://{host}/cloudwatch/home?region={region}"
        "#logsV2:log-groups/log-group/$252Faws$252Fbatch$252Fjob/log-events/train$252Fdefault$252F0a1b"
    )


def test_arrays_and_multi_node_jobs_have_pages_of_their_own() -> None:
    """A child has that of a job, and a node leads to its multi-node job."""
    base = "https://eu-west-1.console.aws.amazon.com/batch/home?region=eu-west-1#jobs"
    assert job_link(arn(), is_array=True) == f"{base}/array-job/{UUID}"
    assert job_link(arn(), is_multi_node=True) == f"{base}/mnp-job/{UUID}"
    assert job_link(arn(job_id=f"{UUID}:7")) == f"{base}/detail/{UUID}:7"
    assert job_link(arn(job_id=f"{UUID}#3")) == f"{base}/mnp-job/{UUID}"


@pytest.mark.parametrize(
    "job_arn",
    [
        arn("aws-iso", "us-iso-east-1"),
        arn("aws-iso-b", "us-isob-east-1"),
        arn("aws-eusc", "eusc-de-east-1"),
        arn(job_id="not-an-id"),
        arn(region="eu"),
        arn().replace(":job/", ":service-job/"),
        UUID,
        "",
        None,
        7,
        "javascript:alert(1)",
    ],
)
def test_there_is_no_link_to_what_is_not_known(job_arn: object) -> None:
    """An unknown partition, an id that does not parse, an id without a Region: no link."""
    assert job_link(job_arn) is None
    assert log_link(job_arn, "/aws/batch/job", "stream") is None


@given(st.text(), st.text(), st.text())
def test_whatever_a_stream_is_called_the_link_leads_to_the_console(group: str, stream: str, region: str) -> None:
    """Group and stream can be read from it again, and neither they nor a Region reach the name of the host."""
    link = log_link(arn(), group, stream, region)
    if link is None:
        assert region
        return
    parts = urlsplit(link)
    assert (parts.scheme, parts.path) == ("https", "/cloudwatch/home")
    assert parts.hostname == f"{region or 'eu-west-1'}.console.aws.amazon.com"
    assert link.isascii()
    names = parts.fragment.removeprefix("logsV2:log-groups/log-group/").split("/log-events/")
    plain = [unquote(unquote(name.replace("$", "%"))) for name in names]
    assert plain == [text.encode(errors="replace").decode() for text in (group, stream)]


def test_a_log_group_can_be_in_another_region() -> None:
    """The link leads there."""
    link = log_link(arn(), "g", "s", "us-east-1")
    assert link is not None
    assert link.startswith("https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1#")
