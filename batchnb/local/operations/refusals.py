"""What the service says when it does not do what was asked: a status, a code and a sentence."""

from __future__ import annotations

from batchnb.local.world.place import Place

__all__ = ["CALLER_ARN", "Refusal", "bad_request", "denied", "expired", "throttled"]

CALLER_ARN = Place().caller_arn
"""Who calls, where nothing is said of account and Region."""


class Refusal(Exception):  # noqa: N818 - this is an answer of the emulated service, no error of the emulator
    """An answer other than 200. `retry_after` is in seconds and goes out as a header."""

    def __init__(self, status: int, code: str, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.retry_after = retry_after


def bad_request(message: str) -> Refusal:
    """Make the ClientException by which AWS Batch refuses a request it understood."""
    return Refusal(400, "ClientException", message)


def denied(place: Place, action: str, resource: str = "*") -> Refusal:
    """Make the refusal of a caller without permission for an action such as `batch:ListJobs`, as IAM words it."""
    message = f"User: {place.caller_arn} is not authorized to perform: {action} on resource: {resource}"
    return Refusal(403, "AccessDeniedException", message)


def expired() -> Refusal:
    """Make the refusal of credentials that were good once."""
    return Refusal(403, "ExpiredTokenException", "The security token included in the request is expired")


def throttled(retry_after: float | None = None) -> Refusal:
    """Make the refusal of a caller who is too fast. `retry_after` is in seconds."""
    return Refusal(429, "TooManyRequestsException", "Too Many Requests", retry_after=retry_after)
