"""A login: a boto3 session whose credentials are fetched here, once, with every failure a CredentialsError."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from batchnb.aws.login_errors import how_to_renew, login_error
from batchnb.aws.prompts import guard_prompts
from batchnb.errors import CredentialsError

if TYPE_CHECKING:
    import boto3

__all__ = ["Login"]

RENEWED_BEFORE = 600
"""Seconds before their end from which credentials have to be renewed. Earlier, botocore tries it by itself."""


class Login:
    """A session, and whether its credentials can be had. Safe to share between threads.

    `forget` is called where they cannot, or are refused, so that the next login is made anew.
    """

    def __init__(self, session: boto3.Session, forget: Callable[[Login], None] | None = None) -> None:
        self.session = session
        self._forget = forget
        self._lock = threading.Lock()
        self._credentials: Any = None
        self._key_id: str | None = None
        self._failure: CredentialsError | None = None
        self._failures = 0

    def has_credentials(self) -> bool:
        """Return whether there are any, fetching them if need be. Raises CredentialsError where that fails."""
        if self._credentials is not None and not _is_due(self._credentials):
            return True
        known = self._failures
        with self._lock:
            # Threads that waited for the same attempt share its failure: nobody asks, or runs a program, once for each.
            if self._failure is not None and self._failures != known:
                raise self._again(self._failure)
            try:
                self._credentials = self._fetch()
            except Exception as error:
                self._credentials = None
                self._failure = login_error(error, self.session)
                self._failures += 1
                self.forget()
                raise self._failure from error
            return self._credentials is not None

    def check(self) -> None:
        """Fetch the credentials, or renew them. Raises CredentialsError where there are none, or that fails."""
        if not self.has_credentials():
            from botocore.exceptions import NoCredentialsError

            self.forget()
            missing = NoCredentialsError()
            raise login_error(missing, self.session) from missing

    def key_id(self) -> str | None:
        """Return the id of the access key that was fetched, which tells callers apart; None without credentials."""
        return self._key_id if self.has_credentials() else None

    def is_spent(self) -> bool:
        """Return whether the credentials came by an MFA code and are over: botocore does not ask for a second one."""
        asks = getattr(self._credentials, "_refresh_using", None)
        return bool(getattr(asks, "_has_been_called", False)) and _is_due(self._credentials)

    def forget(self) -> None:
        """Make the next login from scratch."""
        if self._forget is not None:
            self._forget(self)

    def how_to_renew(self) -> str:
        """Return the sentence that says how to renew these credentials."""
        return how_to_renew(self.session)

    def _fetch(self) -> Any:
        from botocore.exceptions import ProxyConnectionError

        guard_prompts(self.session)
        try:
            credentials = self.session.get_credentials()
        except ProxyConnectionError:
            # Only the metadata service is called at this point. It lies on this machine, so a proxy leads nowhere.
            return None
        if credentials is not None:
            guard_prompts(self.session)  # what was loaded by now has a prompt of its own
            self._key_id = credentials.get_frozen_credentials().access_key
        return credentials

    @staticmethod
    def _again(failure: CredentialsError) -> CredentialsError:
        return CredentialsError(
            str(failure), code=failure.code, operation=failure.operation, request_id=failure.request_id
        )


def _is_due(credentials: Any) -> bool:
    needs = getattr(credentials, "refresh_needed", None)
    return bool(needs(RENEWED_BEFORE)) if callable(needs) else False
