"""Bypasses botocore's response parser for large answers, and for those that an older model does not know in full.

botocore walks through an answer once more after its JSON was read, to find times and binary data in it and to leave
out what its model does not know. In these answers there are no such things, and the walk takes six times as long as
the JSON: for 100,000 jobs, seconds. And an older botocore would leave out what AWS has added since: the containers of
a multi-container job, the vCPUs of a listing, the type of a queue.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from batchnb.jobs.fastjson import from_json

__all__ = ["read_in_one_go"]

_MEMBERS = {
    "ListJobs": ("jobSummaryList", "nextToken"),
    "DescribeJobs": ("jobs",),
    "DescribeJobQueues": ("jobQueues", "nextToken"),
    "DescribeComputeEnvironments": ("computeEnvironments", "nextToken"),
}
"""The members that are read of an answer. Others must not be mistaken for botocore's own parts."""


def read_in_one_go(client: Any) -> None:
    """Let this client of AWS Batch read these answers in one go.

    Where its botocore does not have the event `before-parse`, they are read once more after botocore did.
    """
    reader = _Reader()
    for operation in _MEMBERS:
        client.meta.events.register(f"before-parse.batch.{operation}", reader.before_parse)
        client.meta.events.register(f"response-received.batch.{operation}", reader.after_parse)


class _Reader:
    """Reads the answers of one client."""

    def __init__(self) -> None:
        self._has_event = False
        """Whether this botocore has the event `before-parse`, which comes before the other one."""

    def before_parse(
        self,
        operation_model: Any,
        response_dict: MutableMapping[str, Any],
        customized_response_dict: MutableMapping[str, Any],
        **_more: object,
    ) -> None:
        """Take the members out of the body, so that botocore parses an empty one."""
        self._has_event = True
        members = _members(operation_model.name, response_dict)
        if members is not None:
            customized_response_dict.update(members)
            response_dict["body"] = b"{}"

    def after_parse(
        self,
        response_dict: Mapping[str, Any] | None,
        parsed_response: MutableMapping[str, Any] | None,
        event_name: str,
        **_more: object,
    ) -> None:
        """Replace what botocore kept of the members by what AWS sent."""
        if self._has_event or response_dict is None or parsed_response is None:
            return
        operation = event_name.rpartition(".")[2]
        members = _members(operation, response_dict)
        if members is not None:
            for name in _MEMBERS[operation]:
                parsed_response.pop(name, None)
            parsed_response.update(members)


def _members(operation: str, response: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the members of an answer; None for anything else, which is left to botocore."""
    if response["status_code"] != 200:
        return None
    try:
        answer = from_json(response["body"])
    except ValueError:
        return None
    if not isinstance(answer, Mapping):
        return None
    return {name: answer[name] for name in _MEMBERS[operation] if answer.get(name) is not None}
