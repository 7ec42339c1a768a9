"""Bodies: what jobs of one kind have in common, written once in a journal, so that a sweep of 7,000 costs little a job.

A record of a job is a body with a patch: what differs from it, as JSON Merge Patch has it (RFC 7396), where null takes
a member away. No member of a record is null.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from batchnb.json_bytes import to_json

__all__ = ["Bodies", "body_name", "difference", "patched"]

_OWN = ("jobId", "jobName", "jobArn", "createdAt", "startedAt", "stoppedAt", "statusReason", "attempts")
_OWN_IN_CONTAINER = ("logStreamName", "exitCode", "reason", "taskArn", "containerInstanceArn", "networkInterfaces")
"""Members that jobs do not have in common, and by which a body would look like one of them."""

_NAME_LENGTH = 32
"""Hex digits of SHA-256 that name a body."""

_MISSING = object()


class Bodies:
    """The bodies that a journal holds, and which of them a job is told by."""

    def __init__(self) -> None:
        self._by_kind: dict[tuple[object, object], tuple[str, Mapping[str, Any]]] = {}

    def know(self, name: str, body: Mapping[str, Any]) -> None:
        """Note a body that the journal holds already."""
        self._by_kind.setdefault(_kind(body), (name, body))

    def body_of(self, record: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], bool]:
        """Return the name of the body for this record, the body, and whether it is new: then it has to be written."""
        kind = _kind(record)
        if known := self._by_kind.get(kind):
            return *known, False
        body = {name: value for name, value in record.items() if name not in _OWN}
        if type(container := body.get("container")) is dict:
            body["container"] = {name: value for name, value in container.items() if name not in _OWN_IN_CONTAINER}
        name = body_name(body)
        self._by_kind[kind] = name, body
        return name, body, True


def body_name(body: Mapping[str, Any]) -> str:
    """Return the name of a body: the same for the same members, in whatever order."""
    return hashlib.sha256(_canonical(body)).hexdigest()[:_NAME_LENGTH]


def difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return the patch that makes `new` of `old`.

    >>> difference({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"c": 2, "d": 4}})
    {'b': {'d': 4}, 'a': None}
    """
    patch: dict[str, Any] = {}
    for name, value in new.items():
        before = old.get(name, _MISSING)
        if before is value or (before == value and type(before) is type(value)):
            continue
        patch[name] = difference(before, value) if type(value) is dict and type(before) is dict else value
    if not new.keys() >= old.keys():
        patch.update(dict.fromkeys(name for name in old if name not in new))
    return patch


def patched(old: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record that a patch makes of `old`.

    >>> patched({"a": 1, "b": {"c": 2, "d": 3}}, {"b": {"d": 4}, "a": None})
    {'b': {'c': 2, 'd': 4}}
    """
    record = dict(old)
    for name, value in patch.items():
        if value is None:
            record.pop(name, None)
        elif type(value) is dict:
            before = record.get(name)
            record[name] = patched(before if type(before) is dict else {}, value)
        else:
            record[name] = value
    return record


def _kind(record: Mapping[str, Any]) -> tuple[object, object]:
    definition, queue = record.get("jobDefinition"), record.get("jobQueue")
    return (definition if type(definition) is str else None), (queue if type(queue) is str else None)


def _canonical(value: Any) -> bytes:
    return to_json(_sorted(value))


def _sorted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list | tuple) else value
