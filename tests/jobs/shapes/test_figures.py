"""What jobs of every shape need: to the last digit, and unknown where it cannot be read."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb.jobs.shapes import Figures, figures_of

from .items import ecs, eks, multi_node, needs, one_container, pod_container, task_container

ODD: list[Any] = [None, "", "many", "-1", "nan", "inf", "1e999", " ", [], {}, True, -1]
odd = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=6), st.sampled_from(ODD))
anything = st.recursive(odd, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=6), each))


# --- one container on ECS -----------------------------------------------------------------------------------------


def test_requirements_are_read_with_their_fractions() -> None:
    """A quarter of a vCPU on Fargate is a quarter, whatever the older integer says, and no GPU is 0 GPUs."""
    container = one_container(resourceRequirements=needs("0.25", "512"), vcpus=0, memory=512)
    assert figures_of({"container": container}) == Figures(0.25, 512, 0)


def test_older_jobs_have_fields_of_their_own() -> None:
    """Without requirements the older fields count, but not their 0, which means that they are not used."""
    assert figures_of({"container": one_container(vcpus=4, memory=2048)}) == Figures(4, 2048, 0)
    assert figures_of({"container": one_container(vcpus=0, memory=0)}) == Figures(None, None, None)
    mixed = one_container(resourceRequirements=needs(gpus="2"), vcpus=4, memory=2048)
    assert figures_of({"container": mixed}) == Figures(4, 2048, 2)


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("kind", ["VCPU", "MEMORY", "GPU"])
def test_one_odd_requirement_costs_one_figure(kind: str, value: object) -> None:
    """A number that is none makes that figure unknown, and the others stay."""
    good = {"VCPU": "4", "MEMORY": "2048", "GPU": "1"} | {kind: value}
    given_needs = [{"type": name, "value": each} for name, each in good.items()]
    found = figures_of({"container": one_container(resourceRequirements=given_needs, vcpus=4, memory=2048)})
    expected: dict[str, Any] = {"VCPU": 4.0, "MEMORY": 2048, "GPU": 1} | {kind: None}
    assert found == Figures(expected["VCPU"], expected["MEMORY"], expected["GPU"])


@pytest.mark.parametrize("entry", [None, "GPU", {}, {"value": "1"}, {"type": None}, {"type": ["GPU"]}])
def test_where_an_entry_cannot_be_read_it_may_be_that_of_the_gpus(entry: Any) -> None:
    """No GPU among requirements that are all read is 0; among others it is unknown."""
    container = one_container(resourceRequirements=[*needs("4", "2048"), entry])
    assert figures_of({"container": container}) == Figures(4, 2048, None)


# --- several containers on ECS ------------------------------------------------------------------------------------


def test_the_containers_of_all_tasks_are_added_up() -> None:
    """`container` is empty for them, as AWS says; the sum is exact where floats would not be."""
    tasks = ecs(
        [task_container(f"part-{n}", resourceRequirements=needs("0.1", "100")) for n in range(10)],
        [task_container("trainer", resourceRequirements=needs("8", "61440", "2"))],
    )
    assert figures_of({"container": {}, "ecsProperties": tasks}) == Figures(9.0, 62440, 2)


def test_a_container_that_does_not_say_makes_the_sum_unknown() -> None:
    """Each container on ECS has to ask for vCPU and memory: one that does not was not read."""
    some = [task_container("a", resourceRequirements=needs("1", "1024")), task_container("b")]
    assert figures_of({"ecsProperties": ecs(some)}) == Figures(None, None, None)
    half = [some[0], task_container("b", resourceRequirements=needs(memory="512"))]
    assert figures_of({"ecsProperties": ecs(half)}) == Figures(None, 1536, 0)


# --- a pod on EKS -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("requests", "limits", "expected"),
    [
        ({"cpu": "4", "memory": "8192Mi"}, None, Figures(4, 8192, 0)),
        ({"cpu": "0.25", "memory": "1Gi"}, None, Figures(0.25, 1024, 0)),
        ({"cpu": "500m", "memory": "16G"}, None, Figures(0.5, 15258.7890625, 0)),
        ({"cpu": "1e3", "memory": "134217728"}, None, Figures(1000, 128, 0)),
        ({"cpu": "0", "memory": "2Ki"}, None, Figures(0, 0.001953125, 0)),
        (None, {"cpu": "2", "memory": "4096Mi", "nvidia.com/gpu": "1"}, Figures(2, 4096, 1)),
        ({"cpu": "1"}, {"cpu": "2", "memory": "64Mi", "amd.com/gpu": "2"}, Figures(1, 64, 2)),
        ({"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1"}, {"nvidia.com/gpu": "1"}, Figures(1, 1024, 1)),
        ({"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1", "amd.com/gpu": "2"}, None, Figures(1, 1024, 3)),
        ({"cpu": "1", "memory": "1Gi", "ephemeral-storage": "9Gi", "aws.amazon.com/neuron": "4"}, None,
         Figures(1, 1024, 0)),
        ({"cpu": "lots", "memory": "1Gi"}, {"cpu": "2"}, Figures(None, 1024, 0)),
        ({"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": "1500m"}, None, Figures(1, 1024, None)),
        ({"cpu": "1", "memory": "1Gi", "nvidia.com/gpu": None}, None, Figures(1, 1024, None)),
        ({}, {}, Figures(None, None, 0)),
        (["cpu"], None, Figures(None, None, None)),
        ("4", {"cpu": "4"}, Figures(None, None, None)),
    ],
)  # fmt: skip
def test_a_pod_asks_in_quantities(requests: Any, limits: Any, expected: Figures) -> None:
    """Requests before limits for each resource; what is malformed is unknown, and costs nothing else."""
    assert figures_of({"eksProperties": eks([pod_container("main", requests, limits)])}) == expected


def test_init_containers_count_by_their_maximum() -> None:
    """They run one after the other before the rest: Kubernetes reserves the larger of their most and of the sum."""
    main = [pod_container("a", {"cpu": "1", "memory": "1Gi"}), pod_container("b", {"cpu": "1", "memory": "1Gi"})]
    first = [
        pod_container("pull", {"cpu": "4", "memory": "512Mi"}),
        pod_container("unpack", {"cpu": "3", "memory": "256Mi", "nvidia.com/gpu": "1"}),
    ]
    assert figures_of({"eksProperties": eks(main, first)}) == Figures(4, 2048, 1)
    assert figures_of({"eksProperties": eks(main, [pod_container("x", {"cpu": "?"})])}) == Figures(None, 2048, 0)


def test_a_sidecar_without_requests_reserves_nothing() -> None:
    """That is what Kubernetes does: the sum is that of the containers that ask."""
    pod = eks([pod_container("main", {"cpu": "4", "memory": "8Gi"}), pod_container("log"), {"name": "bare"}])
    assert figures_of({"eksProperties": pod}) == Figures(4, 8192, 0)


# --- several nodes ------------------------------------------------------------------------------------------------


def test_all_nodes_count() -> None:
    """3 nodes of 96 vCPU are 288, and 24 GPUs, not 0 and not 96."""
    each = {"container": one_container(resourceRequirements=needs("96", "1048576", "8"))}
    assert figures_of({"nodeProperties": multi_node(3, n0_=each)}) == Figures(288, 3 * 1048576, 24)


def test_ranges_of_different_shapes_are_added_up() -> None:
    """A container on one node, tasks on two, pods on the rest; a nested range takes its node from the one around."""
    nodes = multi_node(
        8,
        n0={"container": one_container(resourceRequirements=needs("4", "1000"))},
        n1_2={"ecsProperties": ecs([task_container("a", resourceRequirements=needs("0.5", "100", "1"))])},
        n3_={"eksProperties": eks([pod_container("b", {"cpu": "1500m", "memory": "1Gi", "nvidia.com/gpu": "2"})])},
        n5={"container": one_container(vcpus=16, memory=2000)},
    )
    vcpus = 4 + 2 * 0.5 + 4 * 1.5 + 16
    assert figures_of({"nodeProperties": nodes}) == Figures(vcpus, 1000 + 2 * 100 + 4 * 1024 + 2000, 2 + 8)


def test_an_overridden_number_of_nodes_counts() -> None:
    """SubmitJob can set numNodes: the open range grows and shrinks with it."""
    small, large = ({"container": one_container(vcpus=vcpus, memory=1024)} for vcpus in (1, 10))
    assert figures_of({"nodeProperties": multi_node(12, n0_1=small, n2_=large)}).vcpus == 102
    assert figures_of({"nodeProperties": multi_node(3, n0_1=small, n2_=large)}).vcpus == 12


def test_a_range_that_governs_no_node_is_not_looked_at() -> None:
    """What is overridden entirely may say anything."""
    nodes = multi_node(2, n0_1={"container": {"vcpus": "?"}}, n0={"container": one_container(vcpus=1, memory=5)})
    nodes["nodeRangeProperties"].append({"targetNodes": "1", "container": one_container(vcpus=2, memory=6)})
    assert figures_of({"nodeProperties": nodes}) == Figures(3, 11, 0)


@pytest.mark.parametrize(
    "nodes",
    [
        multi_node(3, n0_1={"container": one_container(vcpus=1, memory=1)}),
        multi_node(None, n0_={"container": one_container(vcpus=1, memory=1)}),
        multi_node("3", n0_={"container": one_container(vcpus=1, memory=1)}),
        multi_node(3, n0_={}),
        multi_node(3, n0_={"container": None}),
        {"numNodes": 3, "nodeRangeProperties": [None]},
        {"numNodes": 3, "nodeRangeProperties": "all"},
    ],
)
def test_nodes_that_cannot_be_read_are_unknown(nodes: Any) -> None:
    """A gap, no number of nodes, an empty range: nothing is known, which is not 0."""
    assert figures_of({"nodeProperties": nodes}) == Figures(None, None, None)


def test_one_node_without_a_figure_makes_that_sum_unknown() -> None:
    """The vCPU of one range cannot be read: memory and GPUs of all nodes are known all the same."""
    nodes = multi_node(
        4,
        n0={"eksProperties": eks([pod_container("a", {"cpu": "x", "memory": "1Gi"})])},
        n1_={"container": one_container(vcpus=2, memory=1024)},
    )
    assert figures_of({"nodeProperties": nodes}) == Figures(None, 4096, 0)


# --- whatever an answer may hold ----------------------------------------------------------------------------------

MILLIS = st.integers(1, 400_000)
MIB = st.integers(1, 10**6)
GPUS = st.integers(0, 8)
needed = st.tuples(MILLIS, MIB, GPUS)


def on_ecs(need: tuple[int, int, int]) -> dict[str, Any]:
    """Return a container that needs so much, thousandths of a vCPU written out."""
    millis, mib, gpus = need
    return {
        "resourceRequirements": needs(f"{millis // 1000}.{millis % 1000:03}", str(mib), str(gpus) if gpus else None)
    }


def on_eks(need: tuple[int, int, int]) -> dict[str, Any]:
    """Return a container of a pod that needs so much."""
    millis, mib, gpus = need
    return pod_container("x", {"cpu": f"{millis}m", "memory": f"{mib}Mi", "nvidia.com/gpu": str(gpus)})


@st.composite
def parts(draw: st.DrawFn) -> tuple[dict[str, Any], tuple[int, int, int]]:
    """Return the shape of one node or job, and what it needs."""
    several = draw(st.lists(needed, min_size=1, max_size=4))
    total = tuple(sum(each) for each in zip(*several, strict=True))
    kind = draw(st.sampled_from(["container", "ecs", "eks"]))
    if kind == "container":
        return {"container": on_ecs(several[0])}, several[0]
    if kind == "ecs":
        cut = draw(st.integers(1, len(several)))
        tasks = [[on_ecs(need) for need in some] for some in (several[:cut], several[cut:]) if some]
        return {"container": {}, "ecsProperties": ecs(*tasks)}, (total[0], total[1], total[2])
    first = draw(st.lists(needed, max_size=2))
    most = [max([sums, *(each[place] for each in first)]) for place, sums in enumerate(total)]
    return {"eksProperties": eks([on_eks(need) for need in several], [on_eks(need) for need in first])}, (
        most[0], most[1], most[2],
    )  # fmt: skip


@given(st.lists(st.tuples(parts(), st.integers(1, 5)), min_size=1, max_size=3))
def test_any_job_is_added_up_exactly(ranges: list[tuple[tuple[dict[str, Any], tuple[int, int, int]], int]]) -> None:
    """Jobs of any shape on any number of nodes need the exact sum of what was put in."""
    first, each, total = 0, [], [0, 0, 0]
    for (shape, need), nodes in ranges:
        each.append({"targetNodes": f"{first}:{first + nodes - 1}", **shape})
        first += nodes
        total = [before + nodes * more for before, more in zip(total, need, strict=True)]
    vcpus = float(Fraction(total[0], 1000))
    nodes_given = {"numNodes": first, "mainNode": 0, "nodeRangeProperties": each}
    assert figures_of({"nodeProperties": nodes_given}) == Figures(vcpus, total[1], total[2])
    shape, need = ranges[0][0]
    assert figures_of(shape) == Figures(float(Fraction(need[0], 1000)), need[1], need[2])


@given(st.dictionaries(st.sampled_from(["container", "ecsProperties", "eksProperties", "nodeProperties"]), anything))
def test_no_shape_breaks_the_reader(shape: dict[str, Any]) -> None:
    """Whatever stands in the place of a shape, each figure is a number of at least 0, or unknown."""
    assert all(figure is None or figure >= 0 for figure in figures_of(shape))


@given(
    st.dictionaries(st.sampled_from(["containers", "initContainers", "numNodes", "targetNodes"]), anything),
    st.sampled_from(["pod", "tasks", "nodes"]),
)
def test_nothing_below_a_shape_breaks_the_reader(part: dict[str, Any], kind: str) -> None:
    """Nor what stands deeper in it."""
    shapes: dict[str, Any] = {
        "pod": {"eksProperties": {"podProperties": part}},
        "tasks": {"ecsProperties": {"taskProperties": [part]}},
        "nodes": {"nodeProperties": {**part, "nodeRangeProperties": [part, {"container": part}]}},
    }
    assert all(figure is None or figure >= 0 for figure in figures_of(shapes[kind]))
