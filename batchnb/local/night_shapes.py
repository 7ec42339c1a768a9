"""The other shapes of job in the demo's night: several containers, pods, and nodes that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from batchnb.local.world.blueprint import JobOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from batchnb.local.world.world import World

__all__ = ["add_shapes"]

_HOUR = 3600.0
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"


def add_shapes(world: World) -> None:
    """Add a queue for each of the other types, with jobs of several containers, pods, and a mixed multi-node job.

    Each has attempts behind it, exit codes and logs.
    """
    world.add_queue("pods", priority=5, type="EKS")
    world.add_queue("fargate", priority=5, type="ECS_FARGATE")
    world.add_queue("managed", priority=5, type="ECS_MANAGED_INSTANCES")
    world.add_queue("multi-node", priority=5)
    _pods(world)
    _several_containers(world)
    _mixed_nodes(world)


def _pods(world: World) -> None:
    """Variant calling on EKS: a reference is fetched first, and a caller and a sidecar then run together."""
    caller = JobOptions(
        definition="variant-call:9", eks=_POD, tags={"team": "genomics"}, retry=_RETRY, created_ago=1.5 * _HOUR
    )
    world.add_jobs("pods", "variant-call", 6, **caller)
    world.add_jobs("pods", "variant-call-again", 2, **(caller | _TRIED_TWICE))
    world.add_jobs("pods", "variant-call-late", 4, **(caller | JobOptions(status="RUNNABLE")))
    failed = JobOptions(status="FAILED", exit_code=137, reason="OOMKilled", earlier_exit_codes=[1])
    world.add_jobs("pods", "variant-call-large", 2, **(caller | failed))
    world.add_jobs("pods", "variant-call-done", 3, **(caller | JobOptions(status="SUCCEEDED")))


def _several_containers(world: World) -> None:
    """Add a renderer with a log router beside it, on Fargate, and a trainer with a data loader on managed instances."""
    frames = JobOptions(
        definition="render-frames:3", ecs=_RENDERER, tags={"team": "media"}, retry=_RETRY, created_ago=1.2 * _HOUR
    )
    world.add_jobs("fargate", "render-frames", 5, **frames)
    failed = JobOptions(status="FAILED", exit_code=137, reason=_OUT_OF_MEMORY, exit_codes={"log-router": 143})
    world.add_jobs("fargate", "render-frames-4k", 2, **(frames | failed))
    world.add_job(
        "fargate",
        "render-array",
        **(frames | JobOptions(array_size=4, child_status=["SUCCEEDED", "FAILED", "RUNNING", "RUNNABLE"])),
    )
    pair = JobOptions(definition="train-pair:1", ecs=_TRAINER, created_ago=1.4 * _HOUR)
    world.add_job("managed", "train-pair", **(pair | _TRIED_TWICE))


def _mixed_nodes(world: World) -> None:
    """Add a job of eight nodes: a small one that leads, six workers, and one of these with twice the memory."""
    world.add_job(
        "multi-node", "climate-run", definition="climate:12", nodes=_CLUSTER, timeout=172_800, created_ago=1.5 * _HOUR
    )
    world.add_job(
        "multi-node",
        "climate-run-short",
        definition="climate:12",
        nodes=_CLUSTER,
        status="FAILED",
        exit_code=1,
        created_ago=30 * _HOUR,
    )


_RETRY: Mapping[str, Any] = {
    "attempts": 3,
    "evaluateOnExit": [
        {"onStatusReason": "Host EC2*", "action": "RETRY"},
        {"onExitCode": "137", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ],
}
_TRIED_TWICE = JobOptions(earlier_exit_codes=[137, 137], reason=_OUT_OF_MEMORY)


def _needs(vcpus: str, memory: int, gpus: int = 0) -> list[dict[str, str]]:
    needs = [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": str(memory)}]
    return [*needs, {"type": "GPU", "value": str(gpus)}] if gpus else needs


def _container(image: str, vcpus: str, memory: int, gpus: int = 0, **more: Any) -> dict[str, Any]:
    return {"image": f"registry.invalid/{image}", "resourceRequirements": _needs(vcpus, memory, gpus), **more}


_POD: Mapping[str, Any] = {
    "podProperties": {
        "serviceAccountName": "genomics",
        "initContainers": [
            {
                "name": "fetch-reference",
                "image": "registry.invalid/fetch:4",
                "args": ["GRCh38"],
                "resources": {"requests": {"cpu": "1", "memory": "2Gi"}},
            }
        ],
        "containers": [
            {
                "name": "caller",
                "image": "registry.invalid/caller:2.1",
                "command": ["call", "--threads", "8"],
                "env": [{"name": "REFERENCE", "value": "/reference/GRCh38.fa"}],
                "resources": {"requests": {"cpu": "7500m", "memory": "30Gi"}, "limits": {"cpu": "8", "memory": "32Gi"}},
            },
            {
                "name": "metrics",
                "image": "registry.invalid/metrics:1",
                "resources": {"limits": {"cpu": "0.25", "memory": "256Mi"}},
            },
        ],
        "metadata": {"labels": {"team": "genomics"}, "namespace": "genomics"},
    }
}
_RENDERER: Mapping[str, Any] = {
    "taskProperties": [
        {
            "executionRoleArn": "arn:aws:iam::000000000000:role/batch-execution",
            "containers": [
                _container("log-router:1", "0.25", 512, name="log-router", essential=False),
                _container(
                    "renderer:8",
                    "3.75",
                    15_872,
                    name="renderer",
                    command=["render", "--frames", "Ref::frames"],
                    environment=[{"name": "QUALITY", "value": "final"}],
                    dependsOn=[{"containerName": "log-router", "condition": "START"}],
                ),
            ],
        }
    ]
}
_TRAINER: Mapping[str, Any] = {
    "taskProperties": [
        {
            "containers": [
                _container("loader:5", "8", 32_768, name="loader", command=["load", "--shards", "64"]),
                _container("trainer:5", "24", 163_840, 4, name="trainer", command=["train", "--epochs", "90"]),
            ]
        }
    ]
}
_CLUSTER: Mapping[str, Any] = {
    "numNodes": 8,
    "mainNode": 0,
    "nodeRangeProperties": [
        {"targetNodes": "0", "container": _container("climate:12", "4", 16_384, command=["lead"])},
        {
            "targetNodes": "1:",
            "instanceTypes": ["c7i.24xlarge"],
            "container": _container("climate:12", "96", 180_000, command=["work"]),
        },
        {"targetNodes": "7:7", "container": _container("climate:12", "96", 360_000, command=["work", "--gather"])},
    ],
}
