"""Values of environment variables: nowhere by default, and with `evidence="full"` in the journal and nowhere else."""

from __future__ import annotations

import json
import pickle
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import batchnb
from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.errors import AwsError, InputError
from batchnb.jobs.ids import JobId
from batchnb.jobs.shapes import withheld_in
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report
from batchnb.model.run_options import RunOptions
from batchnb.model.ticket import ticket
from batchnb.running.journal import Journal
from batchnb.running.journal_folder import find_run, run_paths
from batchnb.running.resume import resume_run
from tests.jobs.shapes.items import ecs, eks, multi_node, needs, pod_container, task_container
from tests.plans import make_plan

SECRET = "hunter2"
VARIABLES = [{"name": "TOKEN", "value": SECRET}]
LOG = {"logDriver": "splunk", "options": {"splunk-token": SECRET}}
NEEDS = needs("1", "512")
TASKS = ecs([task_container("main", resourceRequirements=NEEDS, environment=VARIABLES, logConfiguration=LOG)])
POD = eks(
    [pod_container("main", {"cpu": "1", "memory": "1Gi"}, env=VARIABLES)],
    [pod_container("pull", {"cpu": "1"}, env=VARIABLES)],
)
NODES = multi_node(2, n0_={"container": {"image": "a", "resourceRequirements": NEEDS, "environment": VARIABLES}})
PLACES = {
    "tasks": ["/ecsProperties/taskProperties/0/containers/0/environment",
              "/ecsProperties/taskProperties/0/containers/0/logConfiguration"],
    "pod": ["/eksProperties/podProperties/containers/0/env", "/eksProperties/podProperties/initContainers/0/env"],
    "nodes": ["/nodeProperties/nodeRangeProperties/0/container/environment"],
}  # fmt: skip


@pytest.fixture
def jobs(emulator: local.LocalBatch) -> dict[str, str]:
    """Return the ids of a job of each shape with a secret in it, by name."""
    emulator.world.add_queue("pods", type="EKS")
    set_default_endpoint(emulator.endpoint_url)
    add = emulator.world.add_job
    return {
        "tasks": add("train", "tasks", ecs=TASKS),
        "pod": add("pods", "pod", eks=POD),
        "nodes": add("train", "nodes", nodes=NODES),
        "plain": add("train", "plain"),
    }


def lines_in(run: object, kind: str) -> list[dict[str, Any]]:
    """Return the lines of a kind in the journal of a run."""
    lines = [json.loads(line) for line in find_run(str(run)).read_text("utf-8").splitlines()]
    return [line for line in lines if line["type"] == kind]


def texts_of(plan: Plan, report: Report, folder: Path) -> Iterator[str]:
    """Yield all that a plan and a report say, are pickled to, and are saved as."""
    plan.save(folder / "plan.json")
    yield (folder / "plan.json").read_text("utf-8")
    for one in (plan, report):
        yield str(one)
        yield one._repr_mimebundle_()["text/html"]
        yield one.to_frame().to_csv()
        yield repr(pickle.dumps(one))
        yield ticket(one)


def test_values_are_nowhere_by_default(jobs: dict[str, str], clock: Clock, tmp_path: Path) -> None:
    """Neither a plan nor a report nor the journal holds a value; each name is there."""
    plan = batchnb.plan(list(jobs.values()), reason="OPS-1")
    report = plan.execute(clock=clock)
    texts = [*texts_of(plan, report, tmp_path), find_run(str(report.run_id)).read_text("utf-8")]
    assert [text for text in texts if SECRET in text] == []
    assert "TOKEN" in texts[-1]
    assert lines_in(report.run_id, "values") == []


@pytest.mark.bulk
def test_full_evidence_is_in_the_journal_and_nowhere_else(
    emulator: local.LocalBatch, jobs: dict[str, str], clock: Clock, tmp_path: Path
) -> None:
    """Every value of every shape is on the disk before the first request, in a file that only its owner reads."""
    plan = batchnb.plan(list(jobs.values()), reason="OPS-1", evidence="full")
    assert "evidence full (a keyword argument)" in str(plan)
    emulator.calls.clear()
    report = plan.execute(clock=clock)

    kept = {job_id: line["values"] for line in lines_in(report.run_id, "values") for job_id in line["jobIds"]}
    assert {name: list(kept[jobs[name]]) for name in PLACES} == PLACES
    assert kept.keys() == {jobs[name] for name in PLACES}
    assert kept[jobs["pod"]][PLACES["pod"][0]] == VARIABLES
    assert kept[jobs["tasks"]][PLACES["tasks"][1]]["options"] == LOG["options"]
    numbers = {kind: lines_in(report.run_id, kind)[0]["n"] for kind in ("job", "values", "call")}
    assert sorted(numbers, key=lambda kind: numbers[kind]) == ["job", "values", "call"]
    assert stat.S_IMODE(find_run(str(report.run_id)).stat().st_mode) == 0o600
    assert [text for text in texts_of(plan, report, tmp_path) if SECRET in text] == []
    read = batchnb.read_run(str(report.run_id))
    assert read.results == report.results
    assert SECRET not in repr(pickle.dumps(read))


@pytest.mark.bulk
def test_siblings_share_their_values(emulator: local.LocalBatch, gateway: Gateway, clock: Clock) -> None:
    """250 jobs with the same variables cost one line more, and three calls."""
    ids = emulator.world.add_jobs("train", "sweep", 250, ecs=TASKS)
    plan = make_plan(gateway, [JobId(job_id) for job_id in ids], "OPS-1", clock)
    emulator.calls.clear()
    report = plan.execute(clock=clock, evidence="full", wait=False)
    (line,) = lines_in(report.run_id, "values")
    assert sorted(line["jobIds"]) == sorted(ids)
    operations = [call.operation for call in emulator.calls]
    assert operations[: operations.index("TerminateJobs")] == ["DescribeJobs"] * 3


def test_what_is_typed_decides_and_of_files_the_one_that_keeps_less(
    emulator: local.LocalBatch, user_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repository cannot have secrets written down for a user whose own file wants names only; who types it can."""
    set_default_endpoint(emulator.endpoint_url)
    job_id = emulator.world.add_job("train", "job")
    (tmp_path / "pyproject.toml").write_text('[tool.batchnb]\nevidence = "full"\n')
    monkeypatch.chdir(tmp_path)

    def kept(**typed: Any) -> str | None:
        return batchnb.plan(job_id, reason="OPS-1", **typed).guards.full_evidence

    assert "pyproject.toml" in str(kept())
    assert kept(evidence="names") is None
    user_file.parent.mkdir()
    user_file.write_text('evidence = "names"')
    assert kept() is None
    assert kept(evidence="full") == "a keyword argument"


@pytest.mark.parametrize("value", ["all", "", True, 1, ["full"]])
def test_another_kind_of_evidence_is_an_error(emulator: local.LocalBatch, value: Any) -> None:
    """Before any call, and the two kinds are named."""
    set_default_endpoint(emulator.endpoint_url)
    with pytest.raises(InputError, match="evidence in a keyword argument: must be 'names' or 'full', got"):
        batchnb.plan("11111111-2222-3333-4444-555555555555", reason="OPS-1", evidence=value)
    assert emulator.calls == []


def test_nothing_is_sent_where_the_values_cannot_be_read(
    emulator: local.LocalBatch, jobs: dict[str, str], clock: Clock
) -> None:
    """The evidence that was asked for comes first: there is no journal without it either."""
    plan = batchnb.plan(list(jobs.values()), reason="OPS-1", evidence="full")
    emulator.world.deny_operation("DescribeJobs")
    emulator.calls.clear()
    with pytest.raises(AwsError, match="DescribeJobs"):
        plan.execute(clock=clock)
    assert {call.operation for call in emulator.calls} == {"DescribeJobs"}
    assert list(run_paths()) == []


def test_a_job_that_is_no_longer_described_is_named(
    emulator: local.LocalBatch, jobs: dict[str, str], clock: Clock
) -> None:
    """Its record has expired since the plan: the report's plan says that its values are not kept."""
    plan = batchnb.plan(list(jobs.values()), reason="OPS-1", evidence="full")
    emulator.world.forget(jobs["pod"])
    report = plan.execute(clock=clock)
    assert "AWS no longer describes 1 job, and their values are not kept" in str(report.plan)


def test_a_resume_keeps_the_values_of_jobs_that_it_takes_in(
    emulator: local.LocalBatch, gateway: Gateway, clock: Clock
) -> None:
    """A run that was begun with full evidence goes on with it."""
    set_default_endpoint(emulator.endpoint_url)
    container = {"image": "a", "resourceRequirements": NEEDS, "environment": VARIABLES}
    first = emulator.world.add_job("train", "first", nodes=multi_node(1, n0={"container": container}))
    plan = batchnb.plan(first, reason="OPS-1")

    def interrupt(_event: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(InterruptedRunError) as caught:
        plan.execute(clock=clock, evidence="full", on_event=interrupt)
    nodes = multi_node(1, n0={"container": container})
    second = emulator.world.add_job("train", "second", status="PENDING", nodes=nodes, depends_on=[first])
    path = find_run(str(caught.value.report.run_id))
    report = resume_run(path, gateway, RunOptions(wait=False, timeout=5), clock=clock, with_dependents=True)
    assert [line["jobIds"] for line in lines_in(report.run_id, "values")] == [[first], [second]]


def test_a_run_that_broke_off_before_its_values_were_kept_is_not_resumed_without_them(
    gateway: Gateway, jobs: dict[str, str], clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel died between the plan and the values: they are read before anything is sent."""
    plan = batchnb.plan(list(jobs.values()), reason="OPS-1", evidence="full")

    def die(*_arguments: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "values", die)
        with pytest.raises(MemoryError):
            plan.execute(clock=clock)
    (path,) = run_paths()
    report = resume_run(path, gateway, RunOptions(wait=False, timeout=5), clock=clock)
    kept = {job_id for line in lines_in(report.run_id, "values") for job_id in line["jobIds"]}
    assert kept == {jobs[name] for name in PLACES}
    kinds = [json.loads(line)["type"] for line in path.read_text("utf-8").splitlines()]
    assert "call" not in kinds[: kinds.index("values")]
    before = path.read_text("utf-8").count('"values"')
    resume_run(path, gateway, RunOptions(wait=False, timeout=5), clock=clock)
    assert path.read_text("utf-8").count('"values"') == before, "what is there is not written again"


def test_hostile_parts_are_walked_through() -> None:
    """Names with slashes, texts in place of lists, and depth: each is found, or passed over."""
    deep: Any = {"env": VARIABLES}
    for _ in range(5000):
        deep = {"a/~b": deep}
    assert list(withheld_in({"container": deep}).values()) == [VARIABLES]
    assert list(withheld_in({"container": {"a/~b": {"env": VARIABLES}}})) == ["/container/a~1~0b/env"]
    assert withheld_in({"container": "x", "eksProperties": [1, None], "ecsProperties": {"environment": 7}}) == {
        "/ecsProperties/environment": 7
    }
