"""Asks STS who is calling, in the background: nobody waits for that while there are jobs to describe."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from batchnb.aws.answers_seen import AnswersSeen

__all__ = ["CALLER_TIMEOUT", "account_of", "ask_caller", "caller_settings"]

CALLER_TIMEOUT = 3.0
"""Seconds to wait for the caller's identity."""


def account_of(caller: str | None) -> str | None:
    """Return the account in the ARN of a caller.

    >>> account_of("arn:aws:sts::123456789012:assumed-role/oncall/maria")
    '123456789012'
    """
    parts = (caller or "").split(":")
    return parts[4] or None if len(parts) > 4 else None


def caller_settings() -> dict[str, Any]:
    """Return the settings of a client that is asked as a courtesy: one attempt, within `CALLER_TIMEOUT`."""
    return {
        "retries": {"total_max_attempts": 1, "mode": "standard"},
        "connect_timeout": CALLER_TIMEOUT / 2,
        "read_timeout": CALLER_TIMEOUT / 2,
        "ignore_configured_endpoint_urls": True,
    }


def ask_caller(make_client: Callable[[], Any], seen: AnswersSeen) -> Future[str | None]:
    """Begin to ask; the ARN of the caller comes, or None where STS does not say. `make_client` returns one for STS."""
    client = make_client()
    seen.watch(client, "sts")

    def ask() -> str | None:
        try:
            return client.get_caller_identity().get("Arn")  # type: ignore[no-any-return]
        except Exception:  # noqa: BLE001 - to know the caller is a courtesy; no failure of it may matter
            return None

    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batchnb-caller")
    try:
        return executor.submit(ask)
    finally:
        executor.shutdown(wait=False)
