"""The five filters of ListJobs, with the meaning that the service's own documentation gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchnb.local.operations.refusals import bad_request
from batchnb.local.world.ids import definition_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.operations.fields import Fields
    from batchnb.local.world.job import Job

__all__ = ["Filter", "read_filter"]

_LONGEST_TIME = 19
"""As many digits as a 64-bit number has."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter, as it was given and as it decides."""

    name: str
    value: str
    matches: Callable[[Job], bool]


def read_filter(filters: list[Fields]) -> Filter | None:
    """Read the only filter of a request. More than one filter or value, or an unknown name, is refused."""
    if not filters:
        return None
    if len(filters) > 1:
        raise bad_request("Only one filter can be used at a time.")
    name, values = filters[0].needed_text("name"), filters[0].texts("values")
    if name not in _MAKERS:
        raise bad_request(f"Invalid filter name: {name}")
    if len(values) != 1:
        raise bad_request(f"The filter {name} takes exactly one value.")
    return Filter(name, values[0], _MAKERS[name](values[0]))


def _by_name(value: str) -> Callable[[Job], bool]:
    wanted = value.lower()
    if wanted.endswith("*"):
        prefix = wanted[:-1]
        return lambda job: job.name.lower().startswith(prefix)
    return lambda job: job.name.lower() == wanted


def _by_definition(value: str) -> Callable[[Job], bool]:
    if value.startswith("arn:"):
        if "*" in value:
            raise bad_request("An asterisk is not supported in the ARN of a job definition.")
        return lambda job: job.spec.definition_arn == value
    if value.endswith("*"):
        prefix = value[:-1]
        return lambda job: definition_name(job.spec.definition).startswith(prefix)
    return lambda job: definition_name(job.spec.definition) == value


def _before(value: str) -> Callable[[Job], bool]:
    limit = _read_ms(value)
    return lambda job: job.created_at < limit


def _after(value: str) -> Callable[[Job], bool]:
    limit = _read_ms(value)
    return lambda job: job.created_at > limit


def _by_share(value: str) -> Callable[[Job], bool]:
    return lambda job: job.spec.share == value


def _read_ms(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= _LONGEST_TIME):
        raise bad_request(f"Not a number of milliseconds: {value}")
    return int(value)


_MAKERS: dict[str, Callable[[str], Callable[[Job], bool]]] = {
    "JOB_NAME": _by_name,
    "JOB_DEFINITION": _by_definition,
    "BEFORE_CREATED_AT": _before,
    "AFTER_CREATED_AT": _after,
    "SHARE_IDENTIFIER": _by_share,
}
