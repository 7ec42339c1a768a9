"""The settings that a job definition and a submission share, checked as AWS Batch checks them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import bad_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["NAME", "check_environment", "check_settings", "read_retry"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
"""The name of a job or of a job definition."""

_MOST_ATTEMPTS = 10
_MOST_RULES = 5
_LONGEST_PATTERN = 512
_SHORTEST_TIMEOUT = 60
_MOST_PRIORITY = 9999
_MOST_TAGS = 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
_CONDITIONS = ("onExitCode", "onReason", "onStatusReason")


def check_settings(members: Mapping[str, Any], priority: str) -> None:
    """Check retry strategy, timeout, tags, and the scheduling priority, which the member `priority` holds.

    Raises a ClientException.
    """
    if (retry := members.get("retryStrategy")) is not None:
        _check_retry(retry)
    timeout = members.get("timeout", {}).get("attemptDurationSeconds", _SHORTEST_TIMEOUT)
    if timeout < _SHORTEST_TIMEOUT:
        raise bad_request(f"timeout attemptDurationSeconds must be at least {_SHORTEST_TIMEOUT}, got {timeout}.")
    if not 0 <= members.get(priority, 0) <= _MOST_PRIORITY:
        raise bad_request(f"{priority} must be between 0 and {_MOST_PRIORITY}.")
    _check_tags(members.get("tags", {}))


def read_retry(members: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the retry strategy as AWS Batch shows it, or None where nothing is said of it."""
    retry = members.get("retryStrategy")
    if retry is None:
        return None
    rules = [{**rule, "action": rule["action"].upper()} for rule in retry.get("evaluateOnExit", [])]
    return {"attempts": retry.get("attempts", 1), "evaluateOnExit": rules}


def check_environment(members: Any) -> None:
    """Refuse variables whose names AWS Batch keeps for itself, wherever they are set."""
    for name in _variables(members):
        if name.startswith("AWS_BATCH"):
            raise bad_request(f"Environment variables cannot start with AWS_BATCH, got {name}.")


def _check_retry(retry: Mapping[str, Any]) -> None:
    rules = retry.get("evaluateOnExit") or []
    attempts = retry.get("attempts")
    if attempts is None and rules:
        raise bad_request("retryStrategy attempts must be specified with evaluateOnExit.")
    if attempts is not None and not 1 <= attempts <= _MOST_ATTEMPTS:
        raise bad_request(f"retryStrategy attempts must be between 1 and {_MOST_ATTEMPTS}, got {attempts}.")
    if len(rules) > _MOST_RULES:
        raise bad_request(f"evaluateOnExit must not have more than {_MOST_RULES} rules.")
    for rule in rules:
        if rule["action"].upper() not in ("RETRY", "EXIT"):
            raise bad_request(f"evaluateOnExit action must be RETRY or EXIT, got {rule['action']}.")
        patterns = [rule[name] for name in _CONDITIONS if name in rule]
        if not patterns:
            raise bad_request("a rule of evaluateOnExit must have a condition.")
        if any(len(pattern) > _LONGEST_PATTERN or "*" in pattern[:-1] for pattern in patterns):
            raise bad_request("a pattern of evaluateOnExit may have an asterisk at its end only.")


def _check_tags(tags: Mapping[str, str]) -> None:
    if len(tags) > _MOST_TAGS:
        raise bad_request(f"A resource can have at most {_MOST_TAGS} tags.")
    for key, value in tags.items():
        if not 1 <= len(key) <= _LONGEST_KEY or len(value) > _LONGEST_VALUE or key.lower().startswith("aws:"):
            raise bad_request(f"Invalid tag: {key}")


def _variables(members: Any) -> Iterator[str]:
    if isinstance(members, dict):
        for name, value in members.items():
            if name in ("environment", "env"):
                yield from (one.get("name") or "" for one in value)
            else:
                yield from _variables(value)
    elif isinstance(members, list):
        for one in members:
            yield from _variables(one)
