"""Reads the large answers, those of ListJobs and DescribeJobs, in one go.

botocore walks through an answer once more after its JSON was read, to find times and binary data in it and to leave
out what its model does not know. In these answers there are no such things, and the walk takes six times as long as
the JSON: for 100,000 jobs, seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from batchnb.jobs.fastjson import from_json

__all__ = ["read_in_one_go"]

_MEMBERS = {"ListJobs": ("jobSummaryList", "nextToken"), "DescribeJobs": ("jobs",)}
"""What is read of an answer. Whatever else is in it, such as a part of that name, must not look like botocore's own."""


def read_in_one_go(client: Any) -> None:
    """Let this client of AWS Batch read these answers in one go, where its botocore has the event for it."""
    for operation in _MEMBERS:
        client.meta.events.register(f"before-parse.batch.{operation}", _read)


def _read(
    operation_model: Any,
    response_dict: MutableMapping[str, Any],
    customized_response_dict: MutableMapping[str, Any],
    **_more: object,
) -> None:
    """Take the members out of the body, so that an empty one is left to walk through.

    What is no such answer is left as it is: what becomes of errors and broken answers is botocore's to say.
    """
    if response_dict["status_code"] != 200:
        return
    try:
        answer = from_json(response_dict["body"])
    except ValueError:
        return
    if not isinstance(answer, Mapping):
        return
    for name in _MEMBERS[operation_model.name]:
        if answer.get(name) is not None:
            customized_response_dict[name] = answer[name]
    response_dict["body"] = b"{}"
