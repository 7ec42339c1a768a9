"""What the emulator takes from a request is what botocore's model says a request may hold."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from batchnb.local.operations.fields import read_members
from batchnb.local.operations.refusals import Refusal
from batchnb.local.operations.schema import ANY, REGISTER_JOB_DEFINITION, SUBMIT_JOB
from tests.local.shapes import KNOWS_BULK, service_model

_TYPES = {"string": str, "integer": int, "long": int, "boolean": bool}


def schema_of(shape: Shape, where: str = "") -> Any:
    """Make the schema that a shape of botocore's model calls for."""
    if isinstance(shape, StructureShape):
        return {
            f"{name}{'!' if name in shape.required_members else ''}": schema_of(member, f"{shape.name}.{name}")
            for name, member in shape.members.items()
        }
    if isinstance(shape, ListShape):
        return [schema_of(shape.member, where)]
    if isinstance(shape, MapShape):
        return {ANY: schema_of(shape.value, where)}
    allowed = tuple(getattr(shape, "enum", ()))
    return str if where == "EvaluateOnExit.action" else allowed or _TYPES[shape.type_name]


@pytest.mark.skipif(not KNOWS_BULK, reason="an older botocore knows fewer members")
@pytest.mark.parametrize(
    ("operation", "schema"), [("RegisterJobDefinition", REGISTER_JOB_DEFINITION), ("SubmitJob", SUBMIT_JOB)]
)
def test_the_schema_is_that_of_the_model(operation: str, schema: Any) -> None:
    """Every member, its type, its allowed texts, and whether it must be there: all as botocore has it."""
    shape = service_model().operation_model(operation).input_shape
    assert shape is not None
    assert schema == schema_of(shape)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({}, "jobName must not be null"),
        ({"jobName": None}, "jobName must not be null"),
        ({"jobName": 5}, "jobName must be a string"),
        ({"jobName": "a", "jobQueue": "q", "jobDefinition": "d", "tags": {"a": 1}}, "tags.a must be a string"),
        (
            {"jobName": "a", "jobQueue": "q", "jobDefinition": "d", "propagateTags": 1},
            "must be a boolean",
        ),
        (
            {"jobName": "a", "jobQueue": "q", "jobDefinition": "d", "dependsOn": [{"type": "AFTER"}]},
            r"dependsOn\[0\].type must be one of N_TO_N, SEQUENTIAL",
        ),
    ],
)
def test_a_wrong_member_is_named(members: dict[str, Any], words: str) -> None:
    """The refusal says where in the request the fault is."""
    with pytest.raises(Refusal, match=words):
        read_members(SUBMIT_JOB, members)


def test_what_aws_does_not_know_is_dropped() -> None:
    """Unknown members are dropped at every depth, as the service drops them, and null is as good as absent."""
    given = {
        "jobName": "a",
        "jobQueue": "q",
        "jobDefinition": "d",
        "nonsense": 1,
        "timeout": None,
        "containerOverrides": {"command": ["x"], "colour": "red"},
    }
    assert read_members(SUBMIT_JOB, given) == {
        "jobName": "a",
        "jobQueue": "q",
        "jobDefinition": "d",
        "containerOverrides": {"command": ["x"]},
    }
