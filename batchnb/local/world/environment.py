"""Compute environments: the machines behind a queue, as far as anybody can ask about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from batchnb.errors import LocalError

if TYPE_CHECKING:
    from batchnb.local.world.place import Place

__all__ = ["QUEUE_TYPES", "RESOURCE_TYPES", "Environment", "EnvironmentOptions", "resource_type_of"]

RESOURCE_TYPES = ("EC2", "SPOT", "FARGATE", "FARGATE_SPOT", "ECS_MANAGED_INSTANCES")

QUEUE_TYPES = {
    "ECS": "EC2",
    "ECS_FARGATE": "FARGATE",
    "EKS": "EC2",
    "ECS_MANAGED_INSTANCES": "ECS_MANAGED_INSTANCES",
    "SAGEMAKER_TRAINING": None,
}
"""The types of queue, each with the machines that it gets unless told otherwise."""


class EnvironmentOptions(TypedDict, total=False):
    """The keywords of `World.add_environment`; `Environment` says what each means."""

    type: str
    is_eks: bool
    max_vcpus: int
    state: str
    status: str
    status_reason: str
    instance_types: Sequence[str]


@dataclass(frozen=True, slots=True)
class Environment:
    """A compute environment. Raises `LocalError` for what AWS does not know."""

    name: str
    place: Place
    type: str = "EC2"
    """`computeResources.type`, one of `RESOURCE_TYPES`."""
    is_eks: bool = False
    max_vcpus: int = 4096
    state: str = "ENABLED"
    status: str = "VALID"
    status_reason: str = "ComputeEnvironment Healthy"
    instance_types: Sequence[str] = ("optimal",)

    def __post_init__(self) -> None:
        if self.type not in RESOURCE_TYPES:
            raise LocalError(f"type must be one of {', '.join(RESOURCE_TYPES)}, got {self.type!r}")
        if self.state not in ("ENABLED", "DISABLED"):
            raise LocalError(f"state must be ENABLED or DISABLED, got {self.state!r}")

    @property
    def arn(self) -> str:
        """The environment's ARN."""
        return self.place.environment_arn(self.name)

    @property
    def cluster_arn(self) -> str:
        """The ARN of the cluster behind it."""
        return self.place.arn("eks" if self.is_eks else "ecs", f"cluster/{self.name}")


def resource_type_of(queue_type: str) -> str | None:
    """Return the machines of a queue of this type; None where jobs run on a service. Raises `LocalError`."""
    if queue_type not in QUEUE_TYPES:
        raise LocalError(f"type must be one of {', '.join(QUEUE_TYPES)}, got {queue_type!r}")
    return QUEUE_TYPES[queue_type]
