"""Every failure of a call is one of batchnb's errors, and the right one."""

from __future__ import annotations

import inspect
import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore import exceptions, parsers
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.errors import permission_needed, translated
from batchnb.aws.gateway import Gateway
from batchnb.aws.retry import with_retries
from batchnb.clock import Clock
from batchnb.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from batchnb.text import sentence

HTML = "<html><body><h1>502</h1></body></html>"
# These are about botocore's model files, or warnings: no call ends with them.
NOT_OF_A_CALL = {"UndefinedModelAttributeError", "MissingServiceIdError"}
OF_A_CALL = [
    made
    for _, made in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(made, Exception)
    and not issubclass(made, (Warning, ClientError))
    and made.__name__ not in NOT_OF_A_CALL
]


class _Body(io.BytesIO):
    """A body as urllib3 hands it to botocore."""

    def stream(self) -> Iterator[bytes]:
        """Yield it in one piece."""
        yield self.read()


def answer(gateway: Gateway, status: int, body: str, headers: Mapping[str, str]) -> None:
    """Let every call of the gateway be answered with these bytes, which botocore then reads as its own."""

    def canned(request: Any, **_: Any) -> AWSResponse:
        known: Any = HeadersDict(headers)
        return AWSResponse(request.url, status, known, _Body(body.encode()))

    events: Any = gateway._client.meta.events
    events.register("before-send.batch", canned)


def failure(gateway: Gateway, status: int, body: str = "{}", **headers: str) -> AwsError:
    """Return the error that such an answer becomes."""
    answer(gateway, status, body, {name.replace("_", "-"): value for name, value in headers.items()})
    with pytest.raises(AwsError) as failed:
        gateway.queues()
    return failed.value


@pytest.mark.parametrize("made", OF_A_CALL, ids=lambda made: made.__name__)
def test_no_error_of_botocore_is_left_untranslated(made: type[Exception]) -> None:
    """Whatever botocore raises in a call comes out as an AwsError that names it, and has it as its cause."""
    raised = made.__new__(made)
    Exception.__init__(raised, "what happened")
    with pytest.raises(AwsError, match="ListJobs") as failed, translated("ListJobs"):
        raise raised
    assert failed.value.__cause__ is raised
    assert failed.value.operation == "ListJobs"
    assert failed.value.code


@pytest.mark.parametrize(
    "raised",
    [
        parsers.ResponseParserError("no XML"),
        ConnectionResetError("reset"),
        TimeoutError("slow"),
        OSError("no route"),
        KeyError("jobs"),
        TypeError("None"),
        ValueError("not JSON"),
        AttributeError("get"),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_a_broken_way_or_answer_is_unavailability(raised: Exception) -> None:
    """A failing network and an answer that is not AWS's: the request may have taken effect."""
    with pytest.raises(UnavailableError) as failed, translated("ListJobs"):
        raise raised
    assert failed.value.__cause__ is raised


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), SystemExit(), ZeroDivisionError(), MemoryError()])
def test_what_is_not_of_the_call_passes(raised: BaseException) -> None:
    """The Stop button and a mistake of the program are not turned into an error of AWS."""
    with pytest.raises(type(raised)), translated("ListJobs"):
        raise raised


@pytest.mark.parametrize(
    "name",
    [
        *["NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "TokenRetrievalError"],
        *["UnauthorizedSSOTokenError", "SSOTokenLoadError", "NoAuthTokenError", "RefreshWithMFAUnsupportedError"],
        *["LoginRefreshRequired", "LoginTokenLoadError"],
    ],
)
def test_credentials_that_cannot_be_had_are_named_so(name: str) -> None:
    """Missing credentials and a login that has run out say how to renew them, and are not tried again."""
    made = getattr(exceptions, name, None)
    if made is None:
        pytest.skip("this botocore does not have it")
    raised = made.__new__(made)
    Exception.__init__(raised, "log in")
    with pytest.raises(CredentialsError, match=r"ListJobs: .*log in\. Renew the credentials"), translated("ListJobs"):
        raise raised


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "", ThrottledError),
        (429, "TooManyRequestsException", ThrottledError),
        (429, "ClientException", ThrottledError),
        (400, "ThrottlingException", ThrottledError),
        (400, "Throttling", ThrottledError),
        (503, "SlowDown", ThrottledError),
        (403, "ExpiredTokenException", CredentialsError),
        (400, "ExpiredToken", CredentialsError),
        (403, "UnrecognizedClientException", CredentialsError),
        (403, "InvalidClientTokenId", CredentialsError),
        (403, "InvalidSignatureException", CredentialsError),
        (403, "SignatureDoesNotMatch", CredentialsError),
        (403, "AccessDeniedException", AccessDeniedError),
        (400, "AccessDenied", AccessDeniedError),
        (401, "UnauthorizedOperation", AccessDeniedError),
        (403, "", AccessDeniedError),
        (403, "SomethingNew", AccessDeniedError),
        (404, "UnknownOperationException", UnsupportedError),
        (403, "MissingAuthenticationTokenException", UnsupportedError),
        (404, "", UnsupportedError),
        (405, "", UnsupportedError),
        (501, "", UnsupportedError),
        (400, "ClientException", RefusedError),
        (400, "ValidationException", RefusedError),
        (400, "SomethingNew", RefusedError),
        (408, "", UnavailableError),
        (500, "ServerException", UnavailableError),
        (502, "", UnavailableError),
        (503, "", UnavailableError),
        (504, "", UnavailableError),
        (301, "", UnavailableError),
    ],
)
def test_each_answer_becomes_the_right_error(
    gateway: Gateway, status: int, code: str, expected: type[AwsError]
) -> None:
    """The code decides, and where it tells nothing the status: who reads only statuses is not misled."""
    headers = {"x_amzn_RequestId": "r-1"} | ({"x_amzn_ErrorType": code} if code else {})
    error = failure(gateway, status, '{"message": "Said so"}', **headers)
    assert type(error) is expected
    assert (error.code, error.request_id, error.operation) == (code or str(status), "r-1", "DescribeJobQueues")
    assert str(error).startswith(f"DescribeJobQueues: {error.code}: Said so")


@pytest.mark.parametrize("status", [502, 503])
def test_a_page_of_something_in_between_is_unavailability(gateway: Gateway, status: int) -> None:
    """HTML in place of JSON is the page of a proxy or a load balancer: tried again, never read as an answer."""
    assert type(failure(gateway, status, HTML, content_type="text/html")) is UnavailableError


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", "7", HTML, '{"jobQueues": null}', '{"jobQueues": [null]}', "{}"]
)
def test_a_success_that_is_no_answer_is_none(gateway: Gateway, body: str) -> None:
    """A 200 without the list that AWS always sends is not an account without queues."""
    error = failure(gateway, 200, body)
    assert (type(error), error.code) == (UnavailableError, "MalformedAnswer")


def test_a_hostile_message_is_one_line(gateway: Gateway) -> None:
    """What AWS, or a proxy, says is shown on one line and not for ever."""
    error = failure(gateway, 400, '{"message": "<b>\\n\\u202e\\u0000\\ud800' + "x" * 10_000 + '"}')
    assert len(str(error)) < 1_200
    assert str(error).isprintable()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x_amz_retry_after": "1500"}, 1.5),
        ({"X_Amz_Retry_After": "0"}, 0),
        ({"retry_after": "2"}, 2),
        ({"x_amz_retry_after": "250", "retry_after": "9"}, 0.25),
        ({"x_amz_retry_after": "soon", "retry_after": "9"}, 9),
        ({"retry_after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"x_amz_retry_after": "-5"}, None),
        ({"x_amz_retry_after": "nan"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "86400"}, 60),
    ],
)
def test_the_service_may_say_how_long_to_wait(
    gateway: Gateway, headers: dict[str, str], expected: float | None
) -> None:
    """AWS's own header is in milliseconds, HTTP's in seconds; nonsense is ignored, and a minute is the most."""
    assert failure(gateway, 429, **headers).retry_after == expected


def test_the_wait_asked_for_comes_over_the_wire(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """The emulator asks in the unit that botocore reads."""
    emulator.faults.add(local.Fault(operation="DescribeJobQueues", kind="TooManyRequestsException", retry_after=1.5))
    with pytest.raises(ThrottledError) as failed:
        gateway.queues()
    assert failed.value.retry_after == 1.5


@pytest.mark.parametrize("kind", [local.Kind.RESET, local.Kind.TRUNCATED, local.Kind.BAD_GATEWAY, local.Kind.SERVER])
def test_a_failing_wire_is_unavailability(emulator: local.LocalBatch, gateway: Gateway, kind: local.Kind) -> None:
    """A connection that breaks, an answer that is cut off and a failing server are all worth another try."""
    emulator.faults.add(local.Fault(operation="DescribeJobQueues", kind=kind, when="after"))
    with pytest.raises(UnavailableError):
        gateway.queues()


def test_nobody_there_is_unavailability(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """An endpoint that has gone away is told as such."""
    emulator.stop()
    with pytest.raises(UnavailableError, match="DescribeJobQueues: no usable answer"):
        gateway.queues()


def test_a_denied_call_names_its_permission(emulator: local.LocalBatch, gateway: Gateway) -> None:
    """The sentence can be forwarded to whoever grants permissions."""
    emulator.world.deny_operation("DescribeJobQueues")
    with pytest.raises(AccessDeniedError, match=r'Ask for batch:DescribeJobQueues on resource "\*"\.$'):
        gateway.queues()


def test_a_role_that_cannot_be_assumed_is_no_missing_permission_of_batch() -> None:
    """Credentials are renewed within a call: when that is denied, permissions of Batch would not help."""
    denied = {"Error": {"Code": "AccessDenied", "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
    with pytest.raises(CredentialsError, match="AccessDenied: AssumeRole: no") as failed, translated("ListJobs"):
        raise ClientError(denied, "AssumeRole")  # type: ignore[arg-type]
    assert "batch:ListJobs" not in str(failed.value)


def test_an_answer_without_anything_is_still_an_error() -> None:
    """An error that says nothing at all is unavailability."""
    with pytest.raises(UnavailableError, match="no message"), translated("ListJobs"):
        raise ClientError({}, "ListJobs")


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "InvalidSignatureException", "Signature expired: 20261126T115000Z is now earlier than 20261126T120000Z"),
        (403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    ],
)
def test_a_wrong_clock_is_not_taken_for_wrong_credentials(gateway: Gateway, status: int, code: str, said: str) -> None:
    """Renewing credentials would not help, and nothing goes through before the clock is set: the run stops."""
    headers = {"x_amzn_ErrorType": code, "date": "Thu, 26 Nov 2020 10:00:00 GMT"}
    error = failure(gateway, status, f'{{"message": "{said}"}}', **headers)
    assert type(error) is CredentialsError
    assert "The clock of this machine is wrong: it is " in str(error)
    assert "sso login" not in str(error)


def test_tls_that_is_signed_anew_names_the_variable_and_is_not_tried_again() -> None:
    """A firewall's certificate is as unknown at the next try."""
    tries = []

    def call() -> None:
        tries.append(1)
        with translated("ListJobs"):
            reason = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in chain"
            raise exceptions.SSLError(endpoint_url="https://batch.eu-west-1.amazonaws.com", error=ValueError(reason))

    with pytest.raises(UnavailableError, match="set AWS_CA_BUNDLE to a file"):
        with_retries(call, Clock(sleep=lambda _: None))
    assert tries == [1]


def test_refused_keys_say_how_these_are_renewed() -> None:
    """What somebody has to do depends on the profile."""
    denied = {"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}
    with pytest.raises(CredentialsError, match=r"expired\. Run: aws sso login --profile prod"):  # noqa: SIM117
        with translated("ListJobs", renewal=lambda: "Run: aws sso login --profile prod"):
            raise ClientError(denied, "ListJobs")  # type: ignore[arg-type]


@pytest.mark.parametrize("operation", ["TerminateJob", "TerminateJobs"])
def test_to_end_jobs_takes_one_permission(operation: str) -> None:
    """There is no batch:TerminateJobs: both calls need TerminateJob, on jobs of the account and Region."""
    assert permission_needed(operation) == 'Ask for batch:TerminateJob on resource "arn:aws:batch:*:*:job/*".'
    asked = permission_needed(operation, job_id="j", region="cn-north-1", account="1", partition="aws-cn")
    assert asked == 'Ask for batch:TerminateJob on resource "arn:aws-cn:batch:cn-north-1:1:job/j".'


@settings(deadline=None)
@given(st.text())
def test_a_sentence_ends_once(text: str) -> None:
    """A full stop is added where there is none, and never a second one."""
    assert sentence(text).endswith((".", "!", "?"))
    assert sentence(sentence(text)) == sentence(text)
