"""A check of answers against botocore's own models of the services."""

from __future__ import annotations

from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

_NOT_ALWAYS_THERE = {("JobDetail", "startedAt")}
"""Required by the model, yet absent in AWS's answers: a job that never started has no start."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "double": (float,),
    "boolean": (bool,),
}


@cache
def service_model(service: str = "batch") -> ServiceModel:
    """Answer botocore's model of a service, AWS Batch by default."""
    return botocore.session.Session().get_service_model(service)


KNOWS_BULK = "TerminateJobs" in service_model().operation_names
"""Whether this botocore is new enough for TerminateJobs, and so for the newest members of the answers."""


def faults_in(operation: str, answer: dict[str, Any]) -> list[str]:
    """Answer what is wrong with an operation's answer, member by member; nothing when it fits the model."""
    model = service_model("logs" if operation == "GetLogEvents" else "batch")
    if operation not in model.operation_names:
        return []
    shape = model.operation_model(operation).output_shape
    if shape is None:
        return []
    return _check(shape, answer, operation) or _second_opinion(shape, answer)


def _second_opinion(shape: StructureShape, answer: dict[str, Any]) -> list[str]:
    """Answer what botocore's own validator says, which knows the ranges of numbers and texts, too."""
    report = ParamValidator().validate(answer, shape)
    if not report.has_errors():
        return []
    known = {f'Missing required parameter in jobs[{n}]: "startedAt"' for n in range(len(answer.get("jobs", ())))}
    return [line for line in report.generate_report().split("\n") if line not in known and KNOWS_BULK]


def _check(shape: Shape, value: Any, where: str) -> list[str]:
    if isinstance(shape, StructureShape):
        return _check_structure(shape, value, where)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            return [f"{where} is no list"]
        return [fault for n, one in enumerate(value) for fault in _check(shape.member, one, f"{where}[{n}]")]
    if isinstance(shape, MapShape):
        if not isinstance(value, dict):
            return [f"{where} is no map"]
        return [fault for key, one in value.items() for fault in _check(shape.value, one, f"{where}[{key}]")]
    if type(value) not in _TYPES[shape.type_name]:
        return [f"{where} is {value!r}, no {shape.type_name}"]
    allowed = getattr(shape, "enum", [])
    return [f"{where} is {value!r}, none of {allowed}"] if allowed and value not in allowed and KNOWS_BULK else []


def _check_structure(shape: StructureShape, value: Any, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where} is no structure"]
    found = []
    for name, one in value.items():
        if name in shape.members:
            found += _check(shape.members[name], one, f"{where}.{name}")
        elif KNOWS_BULK:
            found.append(f"{where}.{name} is unknown")
    for name in shape.required_members:
        if name not in value and (shape.name, name) not in _NOT_ALWAYS_THERE:
            found.append(f"{where}.{name} is missing")
    return found
