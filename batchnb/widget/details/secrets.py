"""What of a description can be secret: left out of what is shown and copied, and told apart when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batchnb.jobs.shapes.bodies import REDUCED
from batchnb.jobs.shapes.plain import mappings_in, text_in
from batchnb.widget.details.containers import containers_of

__all__ = ["environment_names", "environment_values", "without_secrets"]

_PARTS = ("container", "ecsProperties", "eksProperties", "nodeProperties")
_VARIABLES = ("environment", "env")
"""On ECS, and on EKS."""


def without_secrets(item: Mapping[str, Any], *, with_environment: bool = False) -> dict[str, Any]:
    """Return an item of DescribeJobs without the values of environment variables and of secret log options.

    `with_environment` keeps the variables, for somebody who has asked to see them.
    """
    kept = frozenset(_VARIABLES) if with_environment else frozenset[str]()
    return {name: _reduced(value, kept) if name in _PARTS else value for name, value in item.items()}


def environment_names(item: Mapping[str, Any]) -> list[list[Any]]:
    """Return the names of the environment variables, by container: a label, and a list of names."""
    return [[label, [name for name, _ in values]] for label, values in environment_values(item)]


def environment_values(item: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the environment variables by container; of a secret, the ARN of the store that has its value."""
    found = []
    for one in containers_of(item):
        variables = [
            (text_in(each.get("name")) or "", _value(each))
            for member in (*_VARIABLES, "secrets")
            for each in mappings_in(one.body.get(member))
        ]
        if variables:
            found.append((one.label, variables))
    return found


def _value(variable: Mapping[str, Any]) -> str:
    if source := text_in(variable.get("valueFrom")):
        return f"(from {source})"
    value = variable.get("value")
    return value if isinstance(value, str) else ""


def _reduced(value: Any, kept: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _member(name, part, kept) for name, part in value.items()}
    return [_reduced(each, kept) for each in value] if isinstance(value, list) else value


def _member(name: Any, part: Any, kept: frozenset[str]) -> Any:
    # A label of a pod can have the same name, and is a text.
    if isinstance(part, list | Mapping) and name in REDUCED:
        return part if name in kept else REDUCED[name](part)
    return _reduced(part, kept)
