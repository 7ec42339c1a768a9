"""Withheld: the values of environment variables and of log options that no body keeps, because they can be secrets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from batchnb.jobs.shapes.bodies import REDUCED

__all__ = ["withheld_in"]

_PARTS = ("container", "ecsProperties", "eksProperties", "nodeProperties")


def withheld_in(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an item of DescribeJobs has and its body does not keep, by JSON Pointer (RFC 6901), as it is.

    >>> withheld_in({"container": {"image": "a", "environment": [{"name": "A", "value": "1"}]}})
    {'/container/environment': [{'name': 'A', 'value': '1'}]}
    """
    found: dict[str, Any] = {}
    waiting = [(f"/{name}", item[name]) for name in _PARTS if item.get(name)]
    while waiting:
        path, value = waiting.pop()
        for name, part in _members(value):
            where = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in REDUCED:
                waiting.append((where, part))
            elif part and REDUCED[name](part) != part:
                found[where] = part
    return dict(sorted(found.items()))


def _members(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        yield from ((str(name), part) for name, part in value.items())
    elif isinstance(value, list):
        yield from ((str(index), part) for index, part in enumerate(value))
