"""What a job runs: the four shapes, node ranges, and how many vCPUs each needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.errors import LocalError
from batchnb.local.world.body import LOG_GROUP, Kind, cpu_of, make_body, read_targets


def container(vcpus: str | None = "1", **more: Any) -> dict[str, Any]:
    """Make a container on ECS."""
    needs = [] if vcpus is None else [{"type": "VCPU", "value": vcpus}]
    return {"image": "image", "resourceRequirements": needs, **more}


def nodes(count: int, ranges: dict[str, dict[str, Any]], main: int = 0) -> dict[str, Any]:
    """Make the properties of a multi-node job."""
    described = [{"targetNodes": targets, "container": one} for targets, one in ranges.items()]
    return {"numNodes": count, "mainNode": main, "nodeRangeProperties": described}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0:2", (0, 2)), ("3:", (3, 9)), (":2", (0, 2)), (":", (0, 9)), ("1", (1, 1)), ("9:9", (9, 9))],
)
def test_target_nodes_are_read(text: str, expected: tuple[int, int]) -> None:
    """A range may be open at either end, and a single node is one, too."""
    assert read_targets(text, 10) == expected


@pytest.mark.parametrize("text", ["", "a", "2:1", "10:", "0:10", "-1:2", "0:2:3", "1.5", " 1", "²:"])
def test_target_nodes_that_cannot_be_are_refused(text: str) -> None:
    """Ranges that are none, run backwards, or reach beyond the nodes are errors."""
    with pytest.raises(LocalError, match="targetNodes"):
        read_targets(text, 10)


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=6), st.integers(0, 19))
def test_of_nested_ranges_the_narrowest_decides(pairs: list[tuple[int, int]], index: int) -> None:
    """Whatever the order of the ranges, a node runs what the narrowest one that holds it says."""
    ranges = {f"{min(pair)}:{max(pair)}": pair for pair in pairs} | {"0:": (0, 19)}
    body = make_body(Kind.NODES, nodes(20, {text: container(image=text) for text in ranges}))
    fitting = [(max(pair) - min(pair), text) for text, pair in ranges.items() if min(pair) <= index <= max(pair)]
    width = min(fitting)[0]
    assert body.of_node(index).main.image in {text for one, text in fitting if one == width}


def test_vcpus_of_each_shape() -> None:
    """Containers on ECS add up, those of a pod too but for init containers, and nodes are counted one by one."""
    assert make_body(Kind.CONTAINER, container("0.25")).capacity == 0.25
    assert make_body(Kind.CONTAINER, {"image": "i", "vcpus": 4, "memory": 1}).capacity == 4.0
    assert make_body(Kind.CONTAINER, container(None)).capacity is None
    tasks = {"taskProperties": [{"containers": [container("2", name="a"), container("0.5", name="b")]}]}
    assert make_body(Kind.ECS, tasks).capacity == 2.5
    pod: dict[str, Any] = {
        "containers": [
            {"name": "a", "image": "i", "resources": {"requests": {"cpu": "500m"}, "limits": {"cpu": "2"}}},
            {"name": "b", "image": "i", "resources": {"limits": {"cpu": "1.5"}}},
        ],
        "initContainers": [{"name": "c", "image": "i", "resources": {"requests": {"cpu": "1"}}}],
    }
    body = make_body(Kind.EKS, {"podProperties": pod})
    assert (body.capacity, body.unit, body.main.name) == (2.0, "cpu", "a")
    pod["initContainers"][0]["resources"]["requests"]["cpu"] = "3"
    assert make_body(Kind.EKS, {"podProperties": pod}).capacity == 3.0
    ranges = {"0": container("4"), "1:": container("96"), "3:3": container("48")}
    body = make_body(Kind.NODES, nodes(5, ranges))
    assert (body.capacity, body.total_capacity()) == (4.0, 4 + 3 * 96 + 48)
    assert make_body(Kind.NODES, nodes(2, {"0": container("4"), "1": container(None)})).total_capacity() is None


def test_quantities_of_kubernetes() -> None:
    """CPUs come in thousandths, as decimals and as numbers."""
    quantities = {"4": 4.0, "0.25": 0.25, "500m": 0.5, "1e1": 10.0}
    for text, expected in quantities.items():
        assert cpu_of({"resources": {"requests": {"cpu": text}}}) == expected
    assert cpu_of({"resources": {"requests": {"memory": "1Gi"}}}) is None
    with pytest.raises(LocalError, match="cpu must be a quantity"):
        cpu_of({"resources": {"requests": {"cpu": "many"}}})


def test_the_first_essential_container_decides() -> None:
    """Its exit code is the job's; containers may log elsewhere than to the group of AWS Batch."""
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "/own"}}
    splunk = {"logDriver": "splunk"}
    described = [
        container(name="router", essential=False),
        container(name="main", logConfiguration=log),
        container(name="other", logConfiguration=splunk),
    ]
    body = make_body(Kind.ECS, {"taskProperties": [{"containers": described}]})
    assert body.main.name == "main"
    assert [one.log_group for one in body.containers] == [LOG_GROUP, "/own", None]


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        (Kind.CONTAINER, {}),
        (Kind.CONTAINER, {"image": 5}),
        (Kind.CONTAINER, container("many")),
        (Kind.ECS, {}),
        (Kind.ECS, {"taskProperties": []}),
        (Kind.ECS, {"taskProperties": [{"containers": []}]}),
        (Kind.ECS, {"taskProperties": [{"containers": [container(name="a"), container(name="a")]}]}),
        (Kind.ECS, {"taskProperties": [{"containers": [container(name="a", essential=False)]}]}),
        (Kind.EKS, {}),
        (Kind.EKS, {"podProperties": {"containers": [{"name": "a"}]}}),
        (Kind.NODES, nodes(0, {":": container()})),
        (Kind.NODES, nodes(1001, {":": container()})),
        (Kind.NODES, nodes(2, {":": container()}, main=2)),
        (Kind.NODES, nodes(3, {"0": container(), "2": container()})),
        (Kind.NODES, {"numNodes": 1, "nodeRangeProperties": [{"targetNodes": ":"}]}),
    ],
)
def test_what_cannot_run_is_refused(kind: Kind, properties: dict[str, Any]) -> None:
    """A body without image, with two containers of one name, or with a node in no range is an error that says so."""
    with pytest.raises(LocalError):
        make_body(kind, properties)
