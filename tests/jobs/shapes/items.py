"""Items of DescribeJobs in all shapes of a job, as botocore's model has them, for tests."""

from __future__ import annotations

from typing import Any

__all__ = ["JOB_ID", "ecs", "eks", "item", "multi_node", "needs", "one_container", "pod_container", "task_container"]

JOB_ID = "11111111-2222-3333-4444-555555555555"

Item = dict[str, Any]


def item(**parts: Any) -> Item:
    """Return a described job with these parts."""
    queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/train"
    return {"jobId": JOB_ID, "jobName": "sweep", "jobQueue": queue, "status": "RUNNING", **parts}


def needs(vcpus: object = None, memory: object = None, gpus: object = None) -> list[Item]:
    """Return resourceRequirements."""
    given = (("VCPU", vcpus), ("MEMORY", memory), ("GPU", gpus))
    return [{"type": kind, "value": value} for kind, value in given if value is not None]


def one_container(**parts: Any) -> Item:
    """Return a container on ECS as DescribeJobs has it, with its empty lists."""
    empty: Item = {name: [] for name in ("volumes", "mountPoints", "ulimits", "secrets", "networkInterfaces")}
    return {"image": "train:7", "command": ["python", "train.py"], "environment": [], **empty, **parts}


def task_container(name: str, **parts: Any) -> Item:
    """Return one container of a task."""
    return {"name": name, "image": f"{name}:1", "command": [name], **parts}


def ecs(*tasks: list[Item], **parts: Any) -> Item:
    """Return ecsProperties with these containers in each task."""
    return {"taskProperties": [{"containers": containers, **parts} for containers in tasks]}


def pod_container(name: str | None = None, requests: Any = None, limits: Any = None, **parts: Any) -> Item:
    """Return one container of a pod."""
    resources = {key: value for key, value in (("requests", requests), ("limits", limits)) if value is not None}
    return {"name": name or "Default", "image": f"{name or 'Default'}:1", "resources": resources, **parts}


def eks(containers: list[Item], first: list[Item] | None = None, **parts: Any) -> Item:
    """Return eksProperties with these containers and init containers."""
    pod: Item = {"containers": containers, "metadata": {"namespace": "batch"}, **parts}
    return {"podProperties": pod | ({"initContainers": first} if first else {})}


def multi_node(num_nodes: object, main_node: int = 0, **ranges: Item) -> Item:
    """Return nodeProperties; a range `n3_` is "3:", `n_2` is ":2", `n0_2` is "0:2", and `n1` is "1"."""
    each = [{"targetNodes": name[1:].replace("_", ":"), **shape} for name, shape in ranges.items()]
    return {"numNodes": num_nodes, "mainNode": main_node, "nodeRangeProperties": each}
