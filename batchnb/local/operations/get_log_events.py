"""GetLogEvents of CloudWatch Logs, for the log streams of jobs: pages in both directions, and the errors it knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from batchnb.local.operations.refusals import Refusal
from batchnb.local.world.body import LOG_GROUP
from batchnb.local.world.logs import find_log

if TYPE_CHECKING:
    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.logs import Log
    from batchnb.local.world.world import World

__all__ = ["get_log_events", "log_resource"]

_MOST_EVENTS = 10_000
_MOST_BYTES = 1_048_576
_EVENT_BYTES = 26
"""What CloudWatch counts for an event beside its text."""
_TOKEN = re.compile(r"([fb])/([0-9]{56})/s")
_INGESTION_MS = 412


def get_log_events(world: World, fields: Fields, now_ms: int) -> dict[str, Any]:
    """Return events in the order of time: the newest ones unless `startFromHead` or a token says otherwise.

    A token that is given back unchanged says that there is nothing further in its direction for now.
    """
    log = _find_log(world, fields, now_ms)
    low, high = _read_range(fields, log)
    limit = fields.number("limit")
    if limit is not None and not 1 <= limit <= _MOST_EVENTS:
        raise _invalid(f"limit must be between 1 and {_MOST_EVENTS}.")
    token = fields.text("nextToken")
    forward, position = _read_token(token) if token else (fields.flag("startFromHead"), None)
    if forward:
        start = low if position is None else max(low, position)
        stop = start + _fitting(log, range(start, high), limit)
    else:
        stop = high if position is None else min(high, position)
        start = stop - _fitting(log, range(stop - 1, low - 1, -1), limit)
    events = [
        {
            "timestamp": log.time_of(one),
            "message": log.message_of(one),
            "ingestionTime": log.time_of(one) + _INGESTION_MS,
        }
        for one in range(start, stop)
    ]
    return {"events": events, "nextForwardToken": f"f/{stop:056d}/s", "nextBackwardToken": f"b/{start:056d}/s"}


def log_resource(world: World, fields: Fields) -> str:
    """Return the ARN of the log stream that a request names, for the words of a refusal."""
    group, stream = fields.text("logGroupName") or LOG_GROUP, fields.text("logStreamName") or "*"
    return world.place.arn("logs", f"log-group:{group}:log-stream:{stream}")


def _find_log(world: World, fields: Fields, now_ms: int) -> Log:
    name, identifier = fields.text("logGroupName"), fields.text("logGroupIdentifier")
    if (name is None) is (identifier is None):
        raise _invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
    stream = fields.text("logStreamName")
    if not stream:
        raise _invalid("logStreamName must not be null or empty.")
    group = name if name is not None else world.place.strip_log_group(identifier or "")
    log = find_log(world.ledger, group, stream, now_ms)
    if log is None:
        missing = "stream" if group in _groups(world) else "group"
        raise Refusal(400, "ResourceNotFoundException", f"The specified log {missing} does not exist.")
    return log


def _groups(world: World) -> set[str | None]:
    """Return the log groups that there are: that of AWS Batch, and those that job definitions name."""
    bodies = [
        body for one in world.ledger.definitions for body in (one.body, *(inner for *_, inner in one.body.ranges))
    ]
    return {LOG_GROUP} | {one.log_group for body in bodies for one in body.containers}


def _read_range(fields: Fields, log: Log) -> tuple[int, int]:
    start, end = fields.number("startTime"), fields.number("endTime")
    low = 0 if start is None else log.first_from(start)
    high = len(log) if end is None else log.first_from(end)
    return low, max(low, high)


def _read_token(token: str) -> tuple[bool, int]:
    parts = _TOKEN.fullmatch(token)
    if parts is None:
        raise _invalid("The specified nextToken is invalid.")
    return parts[1] == "f", int(parts[2])


def _fitting(log: Log, numbers: range, limit: int | None) -> int:
    """Return how many events from the start of these fit into one page."""
    size = count = 0
    for one in numbers:
        size += len(log.message_of(one).encode()) + _EVENT_BYTES
        if (size > _MOST_BYTES and count) or count >= (limit or _MOST_EVENTS):
            break
        count += 1
    return count


def _invalid(message: str) -> Refusal:
    return Refusal(400, "InvalidParameterException", message)
