"""Translates what botocore raises into batchnb's own errors, so that `except BatchnbError` is enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from batchnb.aws.clock_skew import clock_advice
from batchnb.aws.denials import denied_call, denied_job
from batchnb.aws.login_advice import CERTIFICATE_ADVICE, GENERAL_ADVICE
from batchnb.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnsupportedError,
)
from batchnb.text import sentence, shown, without_userinfo

__all__ = [
    "CERTIFICATE_REFUSED",
    "DENIED_CODES",
    "RETRYABLE_ITEM_CODES",
    "THROTTLED_CODES",
    "permission_needed",
    "translated",
]

DENIED_CODES = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
RETRYABLE_ITEM_CODES = frozenset({"ThrottlingException", "TooManyRequestsException", "ServerException"})
"""Codes of single jobs in a TerminateJobs answer that are worth another try. [botocore's model]"""

# 429 has no class in botocore's model of Batch, so codes and statuses are all there is to go by.
THROTTLED_CODES = frozenset({
    "TooManyRequestsException", "ThrottlingException", "Throttling", "ThrottledException",
    "RequestLimitExceeded", "RequestThrottled", "RequestThrottledException", "SlowDown",
})  # fmt: skip
_CREDENTIAL_CODES = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "AuthFailure",
    "InvalidSignatureException", "UnrecognizedClientException", "SignatureDoesNotMatch",
    "MissingAuthenticationToken", "IncompleteSignature", "InvalidAccessKeyId",
})  # fmt: skip
# To an unknown path, API front ends of AWS answer 403 MissingAuthenticationTokenException, others 404 or 501.
_UNSUPPORTED_CODES = frozenset({
    "UnknownOperationException", "UnknownOperation", "MissingAuthenticationTokenException", "NotImplemented",
    "InvalidAction",
})  # fmt: skip
_UNSUPPORTED_STATUSES = frozenset({404, 405, 501})
# By name, because older versions of botocore lack some of them.
_CREDENTIAL_ERRORS = (
    "NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "MetadataRetrievalError",
    "TokenRetrievalError", "SSOError", "LoginError", "NoAuthTokenError", "RefreshWithMFAUnsupportedError",
)  # fmt: skip

CERTIFICATE_REFUSED = "CertificateRefused"
"""The code of a failure that no other try mends: nothing was sent, for the certificate of the other side is unknown."""
LONGEST_RETRY_AFTER = 60.0
"""Seconds that are waited at most because an answer asks for it."""
SAID_LENGTH = 1000
"""Characters of what AWS, or something in between, says in an error."""


def permission_needed(
    operation: str,
    *,
    job_id: str | None = None,
    region: str | None = None,
    account: str | None = None,
    partition: str = "aws",
) -> str:
    """Return the sentence that says which IAM permission an operation needs, and on what.

    >>> permission_needed("ListJobs")
    'Ask for batch:ListJobs on resource "*".'
    """
    # There is no action batch:TerminateJobs: the bulk call needs TerminateJob for each job. [botocore's model]
    action = "TerminateJob" if operation == "TerminateJobs" else operation
    resource = "*"
    if action == "TerminateJob":
        resource = f"arn:{partition}:batch:{region or '*'}:{account or '*'}:job/{job_id or '*'}"
    return f'Ask for batch:{action} on resource "{resource}".'


@contextmanager
def translated(
    operation: str,
    *,
    permission: str | None = None,
    renewal: Callable[[], str] | None = None,
    where: str = "AWS Batch",
) -> Iterator[None]:
    """Turn any failure of the call inside into an AwsError.

    `permission` is what to say to a denial, `renewal` returns what to say to credentials that are refused, and `where`
    is the service that is called.
    """
    from botocore import exceptions as boto
    from botocore.parsers import ResponseParserError

    no_credentials = tuple(getattr(boto, name) for name in _CREDENTIAL_ERRORS if hasattr(boto, name))
    try:
        yield
    except boto.ClientError as error:
        raise _from_answer(error, operation, permission, renewal, where) from error
    except no_credentials as error:
        raise _credentials(operation, type(error).__name__, shown(error, SAID_LENGTH), None, renewal) from error
    except boto.ParamValidationError as error:
        message = f"{operation}: {shown(error, SAID_LENGTH)}"
        raise RefusedError(message, code="ParamValidation", operation=operation) from error
    # Whatever is left happened on the way there or back: it may have taken effect.
    except (boto.BotoCoreError, OSError) as error:
        message = f"{operation}: no usable answer ({shown(without_userinfo(str(error)), SAID_LENGTH)})"
        code = type(error).__name__
        if isinstance(error, boto.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
            message, code = f"{sentence(message)} {CERTIFICATE_ADVICE}", CERTIFICATE_REFUSED
        raise UnavailableError(message, code=code, operation=operation, where=where) from error
    except (ResponseParserError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        message = f"{operation}: the answer is not what AWS Batch answers ({shown(repr(error), SAID_LENGTH)})"
        raise UnavailableError(message, code="MalformedAnswer", operation=operation, where=where) from error


def _from_answer(
    error: Any, operation: str, permission: str | None, renewal: Callable[[], str] | None, where: str
) -> AwsError:
    response = error.response
    code = str(response.get("Error", {}).get("Code") or "")
    said = shown(response.get("Error", {}).get("Message") or "no message", SAID_LENGTH)
    metadata = response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode") or 0)
    request_id = metadata.get("RequestId")
    kind = _kind(code, status)
    message = f"{operation}: {code}: {said}"
    if clock := clock_advice(code, said, metadata.get("HTTPHeaders") or {}):
        message = f"{sentence(message)} {clock}"
        return CredentialsError(message, code=code, operation=operation, request_id=request_id)
    if error.operation_name != operation and kind is not ThrottledError and kind is not UnavailableError:
        # Another call than ours was refused: botocore renews credentials on the way, by AssumeRole and the like.
        return _credentials(operation, code, f"{error.operation_name}: {said}", request_id, renewal)
    if kind is CredentialsError:
        return _credentials(operation, code, said, request_id, renewal)
    if kind is AccessDeniedError:
        of_a_job = permission is not None and operation == "TerminateJob"
        told = (denied_job if of_a_job else denied_call)(said, permission or permission_needed(operation))
        message = f"{operation}: {code}: {told}"
    wait = _retry_after(metadata.get("HTTPHeaders", {}))
    return kind(message, code=code, operation=operation, request_id=request_id, retry_after=wait, where=where)


def _kind(code: str, status: int) -> type[AwsError]:
    if status == 429 or code in THROTTLED_CODES:
        return ThrottledError
    if code in _CREDENTIAL_CODES:
        return CredentialsError
    if code in DENIED_CODES:
        return AccessDeniedError
    if code in _UNSUPPORTED_CODES or status in _UNSUPPORTED_STATUSES:
        return UnsupportedError
    if status == 403:
        return AccessDeniedError
    if 400 <= status < 500 and status != 408:
        return RefusedError
    return UnavailableError


def _credentials(
    operation: str, code: str, said: str, request_id: str | None, renewal: Callable[[], str] | None
) -> CredentialsError:
    message = f"{sentence(f'{operation}: {code}: {said}')} {renewal() if renewal else GENERAL_ADVICE}"
    return CredentialsError(message, code=code, operation=operation, request_id=request_id)


def _retry_after(headers: dict[str, str]) -> float | None:
    # x-amz-retry-after is in milliseconds, as botocore reads it; Retry-After in seconds, and a date is not worth it.
    for name, scale in (("x-amz-retry-after", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers[name]) * scale
        except (KeyError, ValueError):
            continue
        if 0 <= seconds < math.inf:
            return min(seconds, LONGEST_RETRY_AFTER)
    return None
