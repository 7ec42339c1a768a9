"""The errors of batchnb: one family, each message in sentences that a tired person understands.

BatchnbError
├── InputError                 something given is wrong; found before any call that ends a job (a ValueError)
├── GuardError                 a guard forbids it; names the guard, the layer that set it, and the way forward
├── PlanMismatchError          the plan does not belong to where it would be executed, or no longer holds
├── AwsError                   a call to AWS failed
│   ├── AccessDeniedError      the caller lacks a permission; names the action to ask for
│   ├── CredentialsError       credentials cannot be had, are wrong or expired; says how to renew them
│   ├── ThrottledError         AWS asks to slow down (HTTP 429)
│   ├── RefusedError           AWS says the request itself is wrong (HTTP 4xx)
│   ├── UnsupportedError       the client or the endpoint does not know the call
│   └── UnavailableError       no answer, or a server-side failure; it may have taken effect
├── JournalError               the record of a run cannot be written or read; nothing more is sent
├── TerminationFailedError     the run is over and some jobs were not seen to end; carries the report
├── InterruptedRunError        you stopped the run, or something broke it off; carries the report
├── MissingExtraError          something optional is not installed; says what to install (an ImportError)
└── LocalError                 the embedded emulator could not do what was asked
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from batchnb.text import fit_stdout

__all__ = [
    "AccessDeniedError",
    "AwsError",
    "BatchnbError",
    "CredentialsError",
    "GuardError",
    "InputError",
    "JournalError",
    "LocalError",
    "MissingExtraError",
    "PlanMismatchError",
    "RefusedError",
    "ThrottledError",
    "UnavailableError",
    "UnsupportedError",
]


class BatchnbError(Exception):
    """Anything that batchnb raises on purpose. In a notebook it shows as one line, not as a traceback."""

    def __str__(self) -> str:
        return fit_stdout(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Answer IPython, which asks an exception for its own rendering before it formats a traceback."""
        return [f"{type(self).__name__}: {self}"]


class InputError(BatchnbError, ValueError):
    """An argument, a flag or an id is wrong. Nothing was ended."""


class GuardError(BatchnbError):
    """A guard forbids what was asked for. Nothing was ended.

    `guard` is its name (`max_jobs`, `protect`, …), `layer` is the place that set it.
    """

    def __init__(self, message: str, *, guard: str, layer: str) -> None:
        super().__init__(message)
        self.guard = guard
        self.layer = layer


class PlanMismatchError(BatchnbError):
    """A plan does not fit: made for another account, Region or endpoint, not the expected one, edited, or outdated.

    Of an outdated plan, `changed` has the ids of the jobs that are no longer what it shows, each with what is new:
    "name", "queue", "account", "definition", "number of children", "number of nodes", "dependent". `of` is how many
    jobs it was to end, and `dependents` how many jobs would fail that it does not show.
    """

    def __init__(
        self, message: str, *, changed: Mapping[str, Sequence[str]] | None = None, of: int = 0, dependents: int = 0
    ) -> None:
        super().__init__(message)
        self.changed = dict(changed or {})
        self.of = of
        self.dependents = dependents


class AwsError(BatchnbError):
    """A call to AWS failed.

    `code` is the error code of AWS, or of the transport; give AWS support the `request_id`.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        operation: str,
        request_id: str | None = None,
        retry_after: float | None = None,
        where: str = "AWS Batch",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.operation = operation
        self.request_id = request_id
        self.retry_after = retry_after
        """Seconds that the service asked us to wait, where it said so."""
        self.where = where
        """The service and its Region, or its endpoint."""


class AccessDeniedError(AwsError):
    """The caller may not do this. The message names the IAM action and the resource to ask for."""


class CredentialsError(AwsError):
    """There are no credentials, they are wrong or expired, or this machine's clock is. Says what to do."""


class ThrottledError(AwsError):
    """The rate limit of the account and Region was reached."""


class RefusedError(AwsError):
    """AWS understood the request and refuses it; a retry does not help."""


class UnsupportedError(AwsError):
    """The API operation is unknown to this botocore or to the endpoint."""


class UnavailableError(AwsError):
    """The service failed or did not answer. The request may have taken effect."""


class JournalError(BatchnbError):
    """The record of a run cannot be written or read, or another process is writing it."""


class MissingExtraError(BatchnbError, ImportError):
    """Something that batchnb can do needs a package that is not installed. The message says how to install it."""


class LocalError(BatchnbError):
    """The embedded emulator could not do what was asked."""
