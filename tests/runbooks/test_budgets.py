"""Jobs over budget: by true vCPU-hours, with what is not known on top, and with every slip told as an error."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.errors import InputError
from batchnb.runbooks import budgets
from batchnb.runbooks.over_budget import Over
from batchnb.runbooks.prices import Rate, read_prices
from tests.jobs.shapes.items import ecs, eks, multi_node, needs, pod_container, task_container

HOUR = 3600.0
TASKS = ecs([task_container("a", resourceRequirements=needs("4", "2048"))] * 1)
POD = eks([pod_container("main", {"cpu": "1500m", "memory": "1Gi", "nvidia.com/gpu": "1"})])
NODES = multi_node(
    3,
    n0_={"container": {"image": "mpi:1", "resourceRequirements": needs("96", "1048576", "8")}},
)
UNREADABLE = eks([pod_container("main", {"memory": "1Gi"})])


@pytest.fixture
def tonight(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator, the default, in which jobs of every shape have run for 10 hours, and others for 1."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("pods", type="EKS")
        old = {"created_ago": 11 * HOUR, "started_ago": 10 * HOUR}
        world.add_job("train", "single", definition="train:7", vcpus=8, memory=4096, **old)  # type: ignore[arg-type]
        world.add_job("train", "tasks", definition="train:8", ecs=TASKS, **old)  # type: ignore[arg-type]
        world.add_job("train", "nodes", definition="mpi:1", nodes=NODES, **old)  # type: ignore[arg-type]
        world.add_job("pods", "pod", definition="pod:1", eks=POD, **old)  # type: ignore[arg-type]
        world.add_job("pods", "odd", definition="odd:1", eks=UNREADABLE, **old)  # type: ignore[arg-type]
        world.add_job("train", "array", definition="train:7", array_size=2, vcpus=2, **old)  # type: ignore[arg-type]
        world.add_job("train", "young", definition="train:7", created_ago=HOUR)
        world.add_definition("idle:1")

    emulator = start(fill, clock=local.ManualClock(round(time.time() * 1000)))
    set_default_endpoint(emulator.endpoint_url)
    return emulator


def judged(**options: Any) -> pd.DataFrame:
    """Return the running jobs, judged by a budget of 6 hours."""
    return budgets.find_over_budget(budgets.list_running(), options.pop("longer_than", "6h"), **options)


def ranked(prices: object = 0.0, **options: Any) -> pd.DataFrame:
    """Return the jobs over budget, ranked."""
    frame = judged(**options)
    return budgets.rank(frame, batchnb.plan(frame[frame.is_over], reason="OPS-1", empty_ok=True), prices)


@pytest.mark.usefixtures("tonight")
def test_running_jobs_have_the_children_of_arrays_in_the_place_of_arrays() -> None:
    """An array holds nothing by itself."""
    running = budgets.list_running()
    assert sorted(running.jobName) == ["array", "array", "nodes", "odd", "pod", "single", "tasks", "young"]
    assert running.arrayIndex.dropna().tolist() == [0, 1]
    assert running.attrs["not_listed"] == {}
    assert list(budgets.list_running("pods").jobQueue.unique()) == ["pods"]


@pytest.mark.usefixtures("tonight")
@pytest.mark.bulk
def test_jobs_of_every_shape_are_ranked_by_what_they_hold() -> None:
    """288 vCPU on three nodes come before 8, a pod and tasks are there, and what nobody knows is on top."""
    table = ranked().set_index("jobName")
    assert table.index.tolist() == ["odd", "nodes", "single", "tasks", "array", "array", "pod"]
    assert table.vcpus.dropna().tolist() == [288, 8, 4, 2, 2, 1.5]
    assert table.vcpu_hours.dropna().tolist() == pytest.approx([2880, 80, 40, 20, 20, 15], rel=1e-3)
    assert table.gpu_hours["nodes"] == pytest.approx(240, rel=1e-3)
    assert table.memory_gib_hours["nodes"] == pytest.approx(3072 * 10, rel=1e-3)
    assert table.kind["nodes"] == "multi-node"
    assert pd.isna(table.vcpu_hours["odd"])


@pytest.mark.usefixtures("tonight")
def test_a_price_makes_a_cost_of_all_that_is_held() -> None:
    """vCPU, memory and GPUs each have one; what an unknown figure would cost is not known, and not 0."""
    table = ranked({"vcpu_hour": 0.04, "memory_gib_hour": 0.005, "gpu_hour": 2.5}).set_index("jobName")
    an_hour = 288 * 0.04 + 3072 * 0.005 + 24 * 2.5
    assert table.cost_an_hour["nodes"] == pytest.approx(an_hour)
    assert table.cost["nodes"] == pytest.approx(10 * an_hour, rel=1e-3)
    assert pd.isna(table.cost["odd"])
    by_gpu = ranked({"gpu_hour": 1.0}).set_index("jobName")
    assert by_gpu.cost_an_hour["odd"] == 0, "its GPUs are known to be none, and nothing else costs"


@pytest.mark.usefixtures("tonight")
def test_a_table_by_queue_is_a_price_for_each() -> None:
    """A queue without a price of its own has that of "*", or none, which is not 0."""
    table = ranked({"train": 1.0}).set_index("jobName")
    assert table.cost_an_hour["single"] == 8
    assert table.cost_an_hour[["pod", "odd"]].isna().all()
    table = ranked({"train": {"vcpu_hour": 1}, "*": {"gpu_hour": 3}}).set_index("jobName")
    assert table.cost_an_hour["pod"] == 3


@pytest.mark.usefixtures("tonight")
def test_a_price_for_a_queue_without_a_job_is_told() -> None:
    """A queue with a typo would get the price of the others, or none, without a word."""
    frame = judged()
    over = Over(frame, frame, frame, frame, {"trian": 1.0, "pods": 2.0, "*": 0.1}, "USD")
    assert repr(over).endswith("A price is for trian, where no job runs.")
    assert "A price is for" not in repr(dataclasses.replace(over, price={"train": 1.0}))


@pytest.mark.usefixtures("tonight")
@pytest.mark.bulk
def test_sums_name_what_is_not_in_them() -> None:
    """Whoever reads the sums reads which jobs are missing, by name and id."""
    table = ranked(0.05)
    text = budgets.over_budget_text(table, "USD")
    assert text.startswith("Together at least 3,055.")
    assert re.search(r", at least 152\.\d\d USD so far, and at least 15\.2\d USD with each hour\.", text)
    odd = table.jobId[table.jobName == "odd"].iloc[0]
    assert text.endswith(f"Not in these sums, because a figure or a price is not known: 1 job, odd ({odd}).")
    known = budgets.over_budget_text(table[table.jobName != "odd"])
    assert known.startswith("Together 3,055.")
    assert "at least" not in known


@pytest.mark.usefixtures("tonight")
def test_expected_ages_are_by_name_or_by_revision() -> None:
    """A revision counts before the name; what may run longer, or less long, is judged so."""
    frame = judged(expected={"train": "20h", "train:8": "2h", "mpi": "9h"}).set_index("jobName")
    assert dict(frame.budget[["single", "tasks", "nodes", "pod"]]) == {"single": 20, "tasks": 2, "nodes": 9, "pod": 6}
    assert sorted(frame.index[frame.is_over]) == ["nodes", "odd", "pod", "tasks"]
    arn = "arn:aws:batch:local-1:000000000000:job-definition/train:8"
    by_arn = judged(expected={"train": "20h", arn: "2h", "mpi": "9h"}).set_index("jobName")
    assert by_arn.budget.equals(frame.budget), "an ARN, as the console copies it, spares what its revision does"


def test_a_definition_that_nobody_knows_is_an_error(tonight: local.LocalBatch) -> None:
    """A typo spares nothing: it is told, with the definitions that run. One that only does not run now is none."""
    there_are = r"There are: mpi:1, odd:1, pod:1, train:7, train:8\."
    for name in ("trian", "train:99"):
        with pytest.raises(InputError, match=rf"no running job is of definition '{name}'\. {there_are} AWS knows no"):
            judged(expected={name: "9h"})
    judged(expected={"idle": "9h", "idle:1": "9h"})
    tonight.world.deny_operation("DescribeJobDefinitions")
    with pytest.raises(InputError, match=rf"{there_are} AWS could not be asked for it: .*AccessDenied"):
        judged(expected={"idle": "9h"})


@pytest.mark.usefixtures("tonight")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"longer_than": "6"}, "longer_than"),
        ({"longer_than": None}, "longer_than must be an age"),
        ({"expected": {"train": "soon"}}, r"expected\['train'\]"),
        ({"expected": {"train": None}}, r"expected\['train'\] must be an age"),
        ({"expected": ["train"]}, "expected must be ages by job definition"),
        ({"expected": {"": "6h"}}, "expected must be ages by job definition"),
        ({"expected": {7: "6h"}}, "expected must be ages by job definition"),
    ],
)
def test_an_age_that_is_none_is_an_error(options: dict[str, Any], message: str) -> None:
    """It names the argument, and what was given."""
    with pytest.raises(InputError, match=message):
        judged(**options)


def test_a_job_without_a_start_is_named_and_not_judged(tonight: local.LocalBatch) -> None:
    """AWS has been seen to leave startedAt out: nobody knows then for how long it has run."""
    running = budgets.list_running()
    running.loc[running.jobName == "nodes", "startedAt"] = pd.NaT
    frame = budgets.find_over_budget(running, "6h")
    assert not frame.is_over[frame.jobName == "nodes"].any()
    assert budgets.not_judged_text(frame).startswith(
        "Not judged, because AWS does not say when they started: 1 job, nodes"
    )
    assert budgets.not_judged_text(judged()) == ""
    assert tonight.running


@pytest.mark.usefixtures("tonight")
def test_the_overview_has_each_definition_once() -> None:
    """With how many run, and how many of them too long."""
    table = budgets.overview(judged())
    assert dict(table.running) == {"mpi": 1, "odd": 1, "pod": 1, "train": 5}
    assert dict(table.over_budget) == {"mpi": 1, "odd": 1, "pod": 1, "train": 4}


def test_nothing_that_runs_is_an_empty_table(start: Callable[..., local.LocalBatch]) -> None:
    """With the same columns, and sums of 0."""
    set_default_endpoint(start(lambda world: world.add_queue("train")).endpoint_url)
    table = ranked(0.05)
    assert len(table) == 0
    assert {"vcpus", "memory_gib", "gpus", "vcpu_hours", "cost", "kind", "verdict"} <= set(table.columns)
    assert budgets.over_budget_text(table) == "Together 0.0 vCPU-hours, 0.00 so far, and 0.00 with each hour."


# --- prices and numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [-0.01, "0.05", None, True, float("nan"), float("inf"), {}, [], {"vcpu_hour": "x"}, {"vcpu_hour": -1},
     {"vcpu_hour": 1, "gpus": 2}, {"train": "x"}, {"train": {}}, {"train": {"price": 1}}, {7: 0.05}],
)  # fmt: skip
def test_a_price_that_is_none_is_an_error(given: object) -> None:
    """Text, a negative number, no number, a kind that does not exist: told before anything is computed."""
    with pytest.raises(InputError, match=r"must (be|have)"):
        read_prices(given)


def test_prices_are_numbers_or_tables() -> None:
    """A number is that of a vCPU-hour."""
    assert read_prices(0).of_queue("any") == Rate()
    assert read_prices(0.05).of_queue("any") == Rate(vcpu_hour=0.05)
    assert read_prices({"gpu_hour": 2}).of_queue("any") == Rate(gpu_hour=2)
    assert read_prices({"a": 1}).of_queue("b") is None
    assert read_prices({"a": 1, "b": 2, "*": 3}).unused(["b", "c"]) == ["a"]
    assert read_prices(1).unused([]) == []


def test_what_an_hour_costs_is_not_known_where_something_that_costs_is_not() -> None:
    """And is known where only that is unknown which costs nothing."""
    rate = Rate(vcpu_hour=0.1, gpu_hour=2)
    assert rate.cost(3, None, 1) == pytest.approx(2.3)
    assert rate.cost(None, 1, 1) is None
    assert rate.cost(1, 1, None) is None
    assert Rate().cost(None, None, None) == 0


@pytest.mark.parametrize("most", [-5, 2.5, "5", None, True])
def test_most_is_a_whole_number(most: object) -> None:
    """A negative one would mean all but so many."""
    with pytest.raises(InputError, match="most must be a whole number of at least 0, got"):
        budgets.check_most(most)
    assert budgets.check_most(0) == 0
