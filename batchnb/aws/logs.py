"""LogReader: reads the log streams of jobs from CloudWatch Logs, a page at a time and only when somebody asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

from batchnb.aws.errors import translated
from batchnb.errors import CredentialsError, InputError
from batchnb.text import shown

if TYPE_CHECKING:
    from batchnb.aws.login import Login

__all__ = ["PAGE_LINES", "LogEvent", "LogPage", "LogReader"]

PAGE_LINES = 50
"""Events in one page, unless more are asked for. GetLogEvents has at most 10,000. [botocore's model]"""

EMPTY_PAGES = 5
"""Pages without an event that are read on: a stream with gaps has them, and more events behind. [botocore's model]"""

_REGION = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One event of a log stream, which is mostly one line."""

    time_ms: int | None
    """When it was written, in epoch milliseconds."""
    message: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some events of a log stream, oldest first."""

    events: tuple[LogEvent, ...]
    earlier: str | None
    """The token with which `read` returns the events before these; None at the beginning of the stream."""


class LogReader:
    """CloudWatch Logs, called with the login of a gateway to AWS Batch. Safe to share between threads."""

    def __init__(self, make_client: Callable[[str], Any], region: str, login: Login | None) -> None:
        """`make_client` returns a client for a Region; `region` is that of the gateway."""
        self._make_client = make_client
        self._region = region
        self._login = login
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def read(
        self, group: str, stream: str, *, region: str | None = None, limit: int = PAGE_LINES, before: str | None = None
    ) -> LogPage:
        """Return the last events of a log stream, or with the token `before` those ahead of another page.

        One call of GetLogEvents; up to `EMPTY_PAGES` more where a page has no event and is not the first of the stream.
        Nothing is tried again. Raises InputError for what cannot be the name of a Region, AccessDeniedError,
        ThrottledError, RefusedError with the code ResourceNotFoundException where there is no such stream (yet), and
        other AwsErrors.
        """
        region = region or self._region
        where = f"CloudWatch Logs in {shown(region, 40)}"
        if region != self._region and not _REGION.fullmatch(region):
            raise InputError(f"{shown(repr(region), 60)} is not the name of a Region, so its logs cannot be read.")
        if self._login is not None:
            self._login.check()
        renewal = self._login.how_to_renew if self._login is not None else None
        permission = f"Ask for logs:GetLogEvents on log group {shown(group, 200)}."
        try:
            with translated("GetLogEvents", permission=permission, renewal=renewal, where=where):
                return self._read(self._client(region), group, stream, limit, before)
        except CredentialsError:
            if self._login is not None:
                self._login.forget()
            raise

    def _client(self, region: str) -> Any:
        with self._lock:
            if region not in self._clients:
                self._clients[region] = self._make_client(region)
            return self._clients[region]

    @staticmethod
    def _read(client: Any, group: str, stream: str, limit: int, token: str | None) -> LogPage:
        request: dict[str, Any] = {"logGroupName": group, "logStreamName": stream, "limit": limit}
        request["startFromHead"] = False
        for _ in range(1 + EMPTY_PAGES):
            answer = client.get_log_events(**request, **({"nextToken": token} if token else {}))
            events = tuple(map(_event, answer["events"]))
            # The same token again means that there is nothing further in its direction.
            before = answer.get("nextBackwardToken")
            earlier = before if before and before != token else None
            if events or earlier is None:
                break
            token = earlier
        return LogPage(events, earlier)


def _event(event: Mapping[str, Any]) -> LogEvent:
    time_ms, message = event.get("timestamp"), event.get("message")
    return LogEvent(time_ms if type(time_ms) is int else None, message if isinstance(message, str) else "")
