"""The Gateway: what is asked of AWS, where, and how its answers are read."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict

from batchnb import local
from batchnb.aws import callers
from batchnb.aws import connect as connecting
from batchnb.aws import gateway as aws
from batchnb.aws.answers import ItemError
from batchnb.aws.connect import connect, set_default_endpoint
from batchnb.aws.gateway import Gateway, in_groups
from batchnb.errors import AccessDeniedError, CredentialsError, InputError, UnavailableError, UnsupportedError
from batchnb.jobs.place import Place, is_loopback
from batchnb.local.operations.refusals import CALLER_ARN

Start = Callable[..., local.LocalBatch]
A, B, C = (f"{digit * 8}-2222-3333-4444-555555555555" for digit in "abc")
ELSEWHERE = "https://batch.eu-west-1.amazonaws.com"


class _Body(io.BytesIO):
    """A body as urllib3 hands it to botocore."""

    def stream(self) -> Iterator[bytes]:
        """Yield it in one piece."""
        yield self.read()


def answer(gateway: Gateway, body: object) -> None:
    """Let every call of the gateway be answered with this JSON, which botocore reads as AWS's."""

    def canned(request: Any, **_: Any) -> AWSResponse:
        headers: Any = HeadersDict({"x-amzn-RequestId": "r-1"})
        return AWSResponse(request.url, 200, headers, _Body(json.dumps(body).encode()))

    events: Any = gateway._client.meta.events
    events.register("before-send.batch", canned)


def counted(emulator: local.LocalBatch, operation: str) -> int:
    """Return how many calls of this operation have arrived."""
    return sum(call.operation == operation for call in emulator.calls)


# Connecting


def test_without_a_region_nothing_is_guessed() -> None:
    """AWS without a Region is an error, not the Region of somebody else."""
    with pytest.raises(InputError, match="cannot connect to AWS Batch: no Region is configured"):
        connect()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"profile": "nobody"}, "nobody"),
        ({"region": "eu west 1"}, "eu west 1"),
    ],
)
def test_what_boto3_refuses_is_told(arguments: dict[str, Any], says: str) -> None:
    """A profile that is not there, and a Region that is none, are named in an InputError."""
    with pytest.raises(InputError, match=says):
        connect(**arguments)


@pytest.mark.parametrize(
    "url",
    ["", " ", "nonsense", "127.0.0.1:4566", "http://", "http:///v1", "http://[::1", "http://x:y", "ftp://x", "//x"],
)
def test_what_is_no_url_is_refused(url: str) -> None:
    """An endpoint is an http or https URL, and the error shows one."""
    with pytest.raises(
        InputError, match=r"endpoint_url: .* is not a URL; expected one such as http://127\.0\.0\.1:4566"
    ):
        connect(region="eu-west-1", endpoint_url=url)


@pytest.mark.parametrize("arguments", [{}, {"endpoint_url": ELSEWHERE}, {"endpoint_url": "http://10.0.0.1:4566"}])
def test_without_credentials_no_call_is_made(arguments: dict[str, Any]) -> None:
    """Placeholders are for this machine only: anywhere else missing credentials are an error of the first call."""
    gateway = connect(region="eu-west-1", **arguments)
    with pytest.raises(CredentialsError, match="No credentials: boto3 has found none"):
        gateway.queues()


def test_on_this_machine_nothing_has_to_be_configured(emulator: local.LocalBatch) -> None:
    """An emulator needs neither a Region nor credentials."""
    gateway = connect(endpoint_url=emulator.endpoint_url)
    assert gateway.queues() == ["other", "train"]
    assert (gateway.region, gateway.endpoint) == ("local-1", emulator.endpoint_url)


def test_what_is_configured_comes_before_a_placeholder(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Region and credentials that are there are used on this machine, too."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    session = boto3.Session(region_name="eu-north-1")
    gateway = connect(session, endpoint_url=emulator.endpoint_url)
    assert gateway.region == "eu-north-1"
    assert _access_key(gateway) == "mine"
    assert connect(session, region="us-east-1", endpoint_url=emulator.endpoint_url).region == "us-east-1"


def test_a_default_endpoint_is_for_who_says_nothing(emulator: local.LocalBatch) -> None:
    """Once an emulator is the default, calls go there, unless anything else is said or it is taken back.

    A Region or profile alone is refused: it can only mean AWS, and the calls would go to the emulator, or the reverse.
    """
    set_default_endpoint(emulator.endpoint_url)
    assert connect().endpoint == emulator.endpoint_url
    for connect_to_aws in (partial(connect, region="eu-west-1"), partial(connect, profile="prod")):
        with pytest.raises(InputError, match="Stop the emulator first"):
            connect_to_aws()
    assert connect(boto3.Session(region_name="eu-west-1")).endpoint == ELSEWHERE
    assert connect(region="eu-west-1", endpoint_url=ELSEWHERE).endpoint == ELSEWHERE
    set_default_endpoint(None)
    with pytest.raises(InputError, match="region"):
        connect()


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BATCH"])
def test_the_environment_may_name_the_endpoint(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The variables work as botocore has them, and on this machine need nothing else."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv(name, emulator.endpoint_url)
    assert connect().endpoint == emulator.endpoint_url


def test_configured_endpoints_can_be_ignored(emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_IGNORE_CONFIGURED_ENDPOINT_URLS means AWS itself, here as in botocore."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint_url)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert connect(region="eu-west-1").endpoint == ELSEWHERE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost:4566/path", True),
        ("https://LOCALHOST", True),
        ("http://[::1]:4566", True),
        ("http://user@127.0.0.1", True),
        ("http://127.0.0.1@evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://evil.example/127.0.0.1", False),
        ("http://127.0.0.1.nip.io", False),
        ("http://10.0.0.1", False),
        ("http://[::1", False),
        (ELSEWHERE, False),
        ("127.0.0.1", False),
        ("", False),
        (None, False),
    ],
)
def test_only_this_machine_is_loopback(url: str | None, *, expected: bool) -> None:
    """A URL that merely mentions this machine leads elsewhere."""
    assert is_loopback(url) == expected


# Who calls


def test_the_caller_is_known(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """Account, Region, endpoint and caller are told, and that it is an emulator."""
    identity = gateway.identity()
    assert identity == Place(local.ACCOUNT, "local-1", emulator.endpoint_url)
    assert identity.caller == CALLER_ARN
    assert identity.is_local
    assert str(identity) == f"account 000000000000, Region local-1 (EMULATOR at {emulator.endpoint_url}, not AWS)"


def test_the_account_of_a_job_counts_before_the_callers(gateway: Gateway) -> None:
    """What an ARN of a job says is the account that the job is in."""
    assert gateway.identity("123456789012").account == "123456789012"


def test_a_denied_caller_is_unknown(start: Start) -> None:
    """Where STS may not be asked, the account is not known, and that is no error."""
    emulator = start()
    emulator.world.deny_operation("GetCallerIdentity")
    identity = connect(endpoint_url=emulator.endpoint_url).identity()
    assert (identity.account, identity.caller) == (None, None)
    assert str(identity).startswith("account unknown, Region local-1")


@pytest.mark.parametrize("arn", ["", "nonsense", "arn:aws:sts", "arn:aws:iam:::user/x"])
def test_a_caller_without_an_account_is_no_error(gateway: Gateway, arn: str) -> None:
    """An emulator of somebody else may answer anything."""
    gateway._caller.result()
    gateway._caller = _known(arn)
    assert gateway.identity().account is None


def test_a_caller_that_hangs_is_waited_for_in_vain(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """When STS never answers, the identity is told without a caller, once its few seconds are over."""
    monkeypatch.setattr(aws, "CALLER_TIMEOUT", 0.05)
    emulator = start()
    emulator.faults.add(local.Fault(operation="GetCallerIdentity", kind="hang"))
    assert connect(endpoint_url=emulator.endpoint_url).identity().caller is None


def test_to_learn_the_caller_takes_three_seconds_at_most() -> None:
    """The promise of `identity`: nobody waits longer than this for a courtesy."""
    assert callers.CALLER_TIMEOUT <= 3


def test_the_caller_is_asked_once(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """However often the identity is told, STS is asked once, and not again when it fails."""
    gateway.identity()
    gateway.identity()
    assert counted(emulator, "GetCallerIdentity") == 1


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_BATCH"])
def test_sts_of_aws_is_not_asked_about_an_emulator(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An endpoint of Batch alone, from the environment, takes STS along: credentials never leave for AWS."""
    monkeypatch.setenv(name, emulator.endpoint_url)
    assert connect().identity().caller == CALLER_ARN


def test_an_endpoint_of_the_configuration_takes_sts_along(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same holds for an endpoint that stands in the configuration file, for Batch alone."""
    service = f"[services emulated]\nbatch =\n  endpoint_url = {emulator.endpoint_url}\n"
    (tmp_path / "config").write_text(f"[default]\nregion = local-1\nservices = emulated\n{service}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    gateway = connect()
    assert gateway.endpoint == emulator.endpoint_url
    assert gateway.identity().caller == CALLER_ARN


def test_an_emulator_is_not_asked_who_calls_aws(emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batch at AWS with AWS_ENDPOINT_URL set for something else: the account is not the emulator's."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "mine")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    identity = connect(region="eu-west-1", endpoint_url=ELSEWHERE).identity()
    assert (identity.account, identity.caller) == (None, None)
    assert emulator.calls == []


def test_every_partition_of_botocore_is_of_aws() -> None:
    """STS is asked at AWS when Batch is: in each partition that botocore knows."""
    known = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())
    suffixes = {part["outputs"][name] for part in known["partitions"] for name in ("dnsSuffix", "dualStackDnsSuffix")}
    assert all(connecting.is_of_aws(f"https://batch.somewhere.{suffix}") for suffix in suffixes)
    assert not connecting.is_of_aws("https://amazonaws.com.evil.example")
    assert not connecting.is_of_aws("https://evilamazonaws.com")


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (ELSEWHERE, "account 1, Region eu-west-1"),
        ("https://vpce-1.batch.eu-west-1.vpce.amazonaws.com", "account 1, Region eu-west-1, endpoint https://vpce-1."),
    ],
)
def test_a_place_that_is_not_the_usual_one_is_named(endpoint: str, expected: str) -> None:
    """AWS's own endpoint goes without saying; any other is named."""
    assert str(Place("1", "eu-west-1", endpoint)).startswith(expected)
    assert str(Place("1", "eu-west-1", ELSEWHERE)) == "account 1, Region eu-west-1"


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Place("1", "eu-west-1", ELSEWHERE, "arn"), True),
        (Place(None, "eu-west-1", ELSEWHERE), True),
        (Place("2", "eu-west-1", ELSEWHERE), False),
        (Place("1", "us-east-1", ELSEWHERE), False),
        (Place("1", "eu-west-1", "http://127.0.0.1:4566"), False),
    ],
)
def test_a_place_is_account_region_and_endpoint(other: Place, *, same: bool) -> None:
    """Another account, Region or endpoint is another place; another caller, or an unknown account, is not."""
    ours = Place("1", "eu-west-1", ELSEWHERE)
    assert ours.is_same_place(other) == other.is_same_place(ours) == same


# Calls


def test_botocore_tries_nothing_again(emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch) -> None:
    """One failure is one call, whatever the environment says of retries: who calls decides what is tried again."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    monkeypatch.setenv("AWS_RETRY_MODE", "legacy")
    gateway = connect(endpoint_url=emulator.endpoint_url)
    for kind in ("ServerException", "TooManyRequestsException", "502", "reset"):
        emulator.faults.clear()
        emulator.faults.add(local.Fault(operation="DescribeJobs", kind=kind))
        before = counted(emulator, "DescribeJobs")
        with pytest.raises(Exception, match="DescribeJobs"):
            gateway.describe([A])
        assert counted(emulator, "DescribeJobs") == before + 1, kind


def test_a_call_that_is_not_answered_ends(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that never answers is told as unavailable, after `READ_TIMEOUT` and not after botocore's minute."""
    assert connecting.READ_TIMEOUT <= 30
    monkeypatch.setattr(connecting, "READ_TIMEOUT", 0.05)
    emulator = start()
    gateway = connect(endpoint_url=emulator.endpoint_url)
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind="hang"))
    with pytest.raises(UnavailableError, match="Read timeout"):
        gateway.describe([A])


def test_all_queues_are_read(start: Start) -> None:
    """An account may have more queues than one answer holds."""
    emulator = start(lambda world: [world.add_queue(f"q{number:03}") for number in range(205)])
    assert connect(endpoint_url=emulator.endpoint_url).queues() == [f"q{number:03}" for number in range(205)]
    assert counted(emulator, "DescribeJobQueues") == 3


def test_a_page_is_as_long_as_aws_allows(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """1,000 jobs come in one call, and the token leads to the rest."""
    emulator.world.add_jobs("train", "job", 1_001, status="RUNNABLE")
    first = gateway.list_page({"jobQueue": "train"}, status="RUNNABLE", job_queue="train")
    assert first.next_token
    rest = gateway.list_page({"jobQueue": "train"}, status="RUNNABLE", next_token=first.next_token)
    assert (len(first.jobs), len(rest.jobs), rest.next_token) == (1_000, 1, None)
    assert {job.job_queue for job in first.jobs} == {"train"}


def test_a_share_is_filtered_by_aws_with_its_status(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """The one filter that AWS combines with a status."""
    emulator.world.add_job("train", "b", share="b")
    emulator.world.add_job("train", "a-done", share="a", status="SUCCEEDED")
    wanted = emulator.world.add_job("train", "a", share="a")
    page = gateway.list_page({"jobQueue": "train"}, status="RUNNING", share="a")
    assert [job.job_id for job in page.jobs] == [wanted]


def test_unknown_ids_are_left_out(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """DescribeJobs says nothing of an id that it does not know, and no more do we."""
    job_id = emulator.world.add_job("train", "sweep")
    assert set(gateway.describe([A, job_id])) == {job_id}


def test_jobs_that_were_not_asked_for_are_ignored(gateway: Gateway) -> None:
    """What comes unasked is never taken for a job that was meant."""
    answer(gateway, {"jobs": [{"jobId": A, "jobName": "a"}, {"jobId": B, "jobName": "b"}]})
    assert set(gateway.describe([B])) == {B}


@pytest.mark.parametrize("item", [None, {}, {"jobId": A}, {"jobName": "a"}])
def test_a_job_that_is_none_spoils_the_answer(gateway: Gateway, item: object) -> None:
    """An item without id or name is no answer of AWS: it is tried again, and never half believed."""
    answer(gateway, {"jobs": [item], "jobSummaryList": [item]})
    with pytest.raises(UnavailableError, match="is not what AWS Batch answers"):
        gateway.describe([A])
    with pytest.raises(UnavailableError, match="is not what AWS Batch answers"):
        gateway.list_page({"jobQueue": "train"}, status="RUNNING")


def test_one_job_is_ended_with_its_reason(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """The reason arrives as it was typed, and the answer's request id is kept."""
    job_id = emulator.world.add_job("train", "sweep")
    assert gateway.terminate(job_id, 'OPS-1 "bad" ünput ✂')
    assert emulator.world.job(job_id).reason == 'OPS-1 "bad" ünput ✂'


@pytest.mark.bulk
def test_many_jobs_are_ended_in_one_call(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """50 jobs cost one call, which says of each that it was accepted."""
    job_ids = emulator.world.add_jobs("train", "sweep", 50)
    answered = gateway.terminate_bulk(job_ids, "bad input")
    assert (answered.accepted, answered.errors) == (frozenset(job_ids), {})
    assert answered.request_id
    assert counted(emulator, "TerminateJobs") == 1


@pytest.mark.bulk
def test_refused_items_keep_what_aws_said(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """An item that was refused comes with AWS's code and message, and is not accepted."""
    good, bad = emulator.world.add_jobs("train", "sweep", 2)
    emulator.world.deny(bad)
    answered = gateway.terminate_bulk([good, bad], "bad input")
    assert answered.accepted == {good}
    assert answered.errors[bad].code == "AccessDenied"
    assert "not authorized" in answered.errors[bad].message


@pytest.mark.bulk
def test_an_id_in_both_parts_is_an_error(gateway: Gateway) -> None:
    """Of two answers about one job the worse is believed."""
    answer(gateway, {"successful": [A, B], "errors": [{"job": B, "code": "ServerException"}]})
    answered = gateway.terminate_bulk([A, B], "bad input")
    assert (set(answered.accepted), set(answered.errors)) == ({A}, {B})
    assert answered.errors[B] == ItemError(B, "ServerException", "")


@pytest.mark.bulk
def test_ids_that_were_not_sent_are_ignored(gateway: Gateway) -> None:
    """An answer about other jobs says nothing of ours."""
    answer(gateway, {"successful": [C], "errors": [{"job": B, "code": "ClientException", "message": "no"}]})
    answered = gateway.terminate_bulk([A], "bad input")
    assert (answered.accepted, answered.errors) == (frozenset(), {})


@pytest.mark.bulk
@pytest.mark.parametrize(
    ("body", "accepted", "refused"),
    [
        ({"successful": [A]}, {A}, set()),
        ({"errors": [{"job": A}]}, set(), {A}),
        ({"successful": [], "errors": []}, set(), set()),
        ({"successful": None, "errors": [{"code": "ClientException"}]}, set(), set()),
    ],
)
def test_a_list_may_be_missing(gateway: Gateway, body: object, accepted: set[str], refused: set[str]) -> None:
    """One of the two lists is enough, and an id that is in neither was not answered."""
    answer(gateway, body)
    answered = gateway.terminate_bulk([A], "bad input")
    assert (set(answered.accepted), set(answered.errors)) == (accepted, refused)


@pytest.mark.bulk
@pytest.mark.parametrize("body", [{}, {"successful": None}, {"errors": [None]}, [], None])
def test_an_answer_without_both_lists_is_none(gateway: Gateway, body: object) -> None:
    """A success that says nothing of any job is not taken for one."""
    answer(gateway, body)
    with pytest.raises(UnavailableError, match="is not what AWS Batch answers"):
        gateway.terminate_bulk([A], "bad input")


def test_an_endpoint_without_bulk_says_so(start: Start) -> None:
    """An older endpoint, or an older botocore, is told apart from a refusal: there is another way."""
    emulator = start(bulk=False)
    gateway = connect(endpoint_url=emulator.endpoint_url)
    with pytest.raises(UnsupportedError):
        gateway.terminate_bulk([A], "bad input")
    gateway.has_bulk = False
    before = len(emulator.calls)
    with pytest.raises(UnsupportedError, match="botocore has no TerminateJobs"):
        gateway.terminate_bulk([A], "bad input")
    assert len(emulator.calls) == before


def test_a_denied_end_names_permission_and_job(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """Whoever may not end a job reads which permission is missing, on which resource."""
    job_id = emulator.world.add_job("train", "sweep")
    emulator.world.deny(job_id)
    with pytest.raises(AccessDeniedError, match=rf"Ask for batch:TerminateJob .*:batch:local-1:\*:job/{job_id}"):
        gateway.terminate(job_id, "bad input")
    gateway.describe([job_id])
    with pytest.raises(AccessDeniedError, match=rf"arn:aws:batch:local-1:000000000000:job/{job_id}"):
        gateway.terminate(job_id, "bad input")


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_a_permission_is_of_its_partition(emulator: local.LocalBatch, region: str, partition: str) -> None:
    """In China and in GovCloud the ARN to ask for begins as it does there."""
    gateway = connect(region=region, endpoint_url=emulator.endpoint_url)
    assert f'"arn:{partition}:batch:{region}:*:job/{A}"' in gateway.permission_to_end(A)


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (50, [50]), (51, [50, 1]), (150, [50, 50, 50])])
def test_groups_are_full_and_in_order(count: int, sizes: list[int]) -> None:
    """Every item is in one group, in its order, and only the last group may be short."""
    items = [str(number) for number in range(count)]
    groups = list(in_groups(items, 50))
    assert [len(group) for group in groups] == sizes
    assert [item for group in groups for item in group] == items


def _access_key(gateway: Gateway) -> str:
    signer: Any = gateway._client
    return str(signer._request_signer._credentials.access_key)


def _known(arn: str) -> Any:
    from concurrent.futures import Future

    future: Future[str | None] = Future()
    future.set_result(arn)
    return future
