"""The payload of a job's details: each field of each shape, as DescribeJobs has it, and nothing secret."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.widget.details.payload import json_of, payload_of
from batchnb.widget.details.secrets import environment_values

ID = "11111111-2222-3333-4444-555555555555"
ARN = f"arn:aws:batch:eu-west-1:123456789012:job/{ID}"
SECRET = "hunter2"


@pytest.fixture(scope="module")
def night() -> Any:
    """Yield an emulator with jobs of every shape."""
    handle = local.start(local.night, clock=local.ManualClock())
    yield handle
    handle.stop()


@pytest.fixture
def gateway(night: local.LocalBatch) -> Gateway:
    """Return a gateway to it."""
    return connect(endpoint_url=night.endpoint_url)


@pytest.fixture
def details(night: local.LocalBatch, gateway: Gateway) -> Callable[..., dict[str, Any]]:
    """Return what describes the first job of a name, or a part of it, and returns its payload."""

    def of(name: str, part: str = "") -> dict[str, Any]:
        job_id = next(job.job_id for job in night.world.jobs() if job.name == name) + part
        return payload_of(gateway.describe_items([job_id])[job_id], with_links=False)

    return of


def lines(details: Mapping[str, Any], title: str) -> list[tuple[str, str]]:
    """Return label and text of each line of a field."""
    found = [lines for name, lines in details["fields"] if name == title]
    return [(label, text) for label, text, _ in found[0]] if found else []


def item(**members: Any) -> dict[str, Any]:
    """Return an item of DescribeJobs of a running job."""
    return {"jobId": ID, "jobArn": ARN, "jobName": "job", "status": "RUNNING", "startedAt": 2_000, **members}


def test_one_container() -> None:
    """Command, image, what it holds, exit, where, log stream, attempts, and the fields of all shapes."""
    container = {
        "command": ["python", "train.py", "--input", "s3://a b"],
        "image": "123.dkr.ecr.eu-west-1.amazonaws.com/train:2026.11",
        "resourceRequirements": [{"type": "VCPU", "value": "8"}, {"type": "MEMORY", "value": "61440"}],
        "exitCode": 137,
        "reason": "OutOfMemoryError",
        "containerInstanceArn": "arn:aws:ecs:eu-west-1:1:container-instance/c/abc",
        "taskArn": "arn:aws:ecs:eu-west-1:1:task/c/def",
        "logStreamName": "train/default/2",
        "jobRoleArn": "arn:aws:iam::1:role/trainer",
        "executionRoleArn": "arn:aws:iam::1:role/service/pull",
    }
    told = payload_of(
        item(
            container=container,
            createdAt=1_000,
            jobQueue="arn:aws:batch:eu-west-1:1:job-queue/train-gpu",
            jobDefinition="arn:aws:batch:eu-west-1:1:job-definition/train-sweep:7",
            shareIdentifier="vision",
            schedulingPriority=7,
            parameters={"rate": "0.1"},
            timeout={"attemptDurationSeconds": 43_200},
            isTerminated=True,
            statusReason="Host EC2 terminated",
            retryStrategy={"attempts": 3, "evaluateOnExit": [{"action": "retry", "onStatusReason": "Host EC2*"}]},
            tags={"owner": "ml", "run": "a=b"},
            dependsOn=[{"jobId": "other", "type": "N_TO_N"}, {"jobId": "third"}],
            attempts=[{"container": {"exitCode": 1, "reason": "Error", "logStreamName": "train/default/1"}}],
        ),
        with_links=True,
    )
    assert lines(told, "Command") == [("", "python train.py --input 's3://a b'")]
    assert lines(told, "Image") == [("", "train:2026.11")]
    assert lines(told, "Exit") == [("", "137 · OutOfMemoryError")]
    assert lines(told, "Where") == [("task", "def"), ("instance", "abc")]
    assert lines(told, "Log stream") == [("", "train/default/2")]
    assert lines(told, "Queue") == [("", "train-gpu")]
    assert lines(told, "Share") == [("", "vision"), ("priority", "7")]
    assert lines(told, "Definition") == [("", "train-sweep:7")]
    assert lines(told, "Parameters") == [("rate", "0.1")]
    assert lines(told, "Retries") == [("", "3 attempts at most"), ("", "RETRY on StatusReason Host EC2*")]
    assert lines(told, "Roles") == [("job", "trainer"), ("execution", "pull")]
    assert (told["vcpus"], told["memory"], told["gpus"], told["isEach"]) == (8, 61440, 0, False)
    assert (told["createdAt"], told["startedAt"], told["stoppedAt"]) == (1_000, 2_000, None)
    assert (told["tries"], told["maxTries"], told["timeout"]) == (2, 3, 43_200)
    assert (told["isStopping"], told["statusReason"]) == (True, "Host EC2 terminated")
    assert told["tags"] == [["owner", "ml"], ["run", "a=b"]]
    assert told["waitsFor"] == [{"job": "other", "type": "N_TO_N"}, {"job": "third", "type": None}]
    first, second = told["attempts"]
    assert (first["exit"], first["reason"], first["logs"]) == ("1", "Error", ["train/default/1"])
    assert (second["isRunning"], second["startedAt"], second["logs"]) == (True, 2_000, ["train/default/2"])
    assert told["consoleLink"].endswith(f"#jobs/detail/{ID}")
    assert [log["link"].endswith(f"$252F{at}") for at, log in enumerate(told["logs"], 1)] == [True, True]
    assert payload_of(item(container=container), with_links=False)["consoleLink"] is None


def test_older_fields_say_what_a_job_holds() -> None:
    """`vcpus` and `memory` where there are no requirements; what is not said is None, never 0."""
    told = payload_of(item(container={"image": "a", "vcpus": 4, "memory": 2048}), with_links=False)
    assert (told["vcpus"], told["memory"]) == (4, 2048)
    told = payload_of(item(container={"image": "a"}), with_links=False)
    assert (told["vcpus"], told["memory"], told["gpus"]) == (None, None, None)


def test_several_containers(details: Callable[..., dict[str, Any]]) -> None:
    """A line for each, by name: command, image, exit and log; what it holds is the sum."""
    told = details("render-frames-4k-000")
    assert lines(told, "Command") == [("renderer", "render --frames Ref::frames")]
    assert lines(told, "Image") == [("log-router", "log-router:1"), ("renderer", "renderer:8")]
    exits = dict(lines(told, "Exit"))
    assert exits["log-router"] == "143"
    assert exits["renderer"].startswith("137 · OutOfMemoryError")
    assert [label for label, _ in lines(told, "Where")] == ["task"]
    assert [label for label, _ in lines(told, "Log stream")] == ["log-router", "renderer"]
    assert lines(told, "Roles") == [("execution", "batch-execution")]
    assert (told["vcpus"], told["memory"]) == (4, 16_384)
    (attempt,) = told["attempts"]
    assert attempt["exit"] == "log-router=143, renderer=137"
    assert [log["label"] for log in told["logs"]] == ["log-router", "renderer"]
    assert attempt["logs"] == [log["key"] for log in told["logs"]]


def test_a_pod(details: Callable[..., dict[str, Any]]) -> None:
    """Command and arguments of each container, requests or else limits, pod, node and namespace; no log stream."""
    told = details("variant-call-large-000")
    assert lines(told, "Command") == [("caller", "call --threads 8"), ("fetch-reference", "GRCh38")]
    assert dict(lines(told, "Exit"))["caller"] == "137 · OOMKilled"
    where = dict(lines(told, "Where"))
    assert where["namespace"] == "genomics"
    assert where["pod"].startswith("aws-batch.")
    assert where["node"].startswith("ip-10-0-")
    assert (told["vcpus"], told["memory"]) == (7.75, 30 * 1024 + 256)
    assert [attempt["exit"].split(",")[0] for attempt in told["attempts"]] == ["caller=1", "caller=137"]
    (log,) = told["logs"]
    assert log["problem"] == f"EKS names no log stream. Pod {where['pod']} on {where['node']}."
    assert lines(told, "Roles") == [("service account", "genomics")]
    waiting = details("variant-call-late-000")
    assert waiting["logs"][0]["problem"].startswith("EKS names no log stream. The pod appears")


def test_a_multi_node_job_and_its_nodes(details: Callable[..., dict[str, Any]]) -> None:
    """The command of the main node, images by range, the sum over nodes; the log is that of the main node."""
    told = details("climate-run")
    assert lines(told, "Command") == [("", "lead")]
    assert lines(told, "Image") == [("0", "climate:12"), ("1:", "climate:12"), ("7:7", "climate:12")]
    assert (told["vcpus"], told["nodes"]) == (4 + 6 * 96 + 96, 8)
    assert lines(told, "Where") == [("nodes", "8, main node 0")]
    assert [log["label"] for log in told["logs"]] == ["main node"]
    node = details("climate-run", "#7")
    assert lines(node, "Command") == [("", "work --gather")]
    assert ("node", "7") in lines(node, "Where")
    assert (node["vcpus"], node["memory"]) == (96, 360_000)
    assert len(node["logs"]) == 1
    over = details("climate-run-short")
    assert lines(over, "Exit") == [("", "1 · Essential container in task exited")]
    assert over["attempts"][0]["logs"] == [over["logs"][0]["key"]]


def test_an_array_and_its_children(details: Callable[..., dict[str, Any]]) -> None:
    """The array tells how many children are in which status, and what each holds; a child is a job like any other."""
    told = details("render-array")
    assert lines(told, "Array") == [("", "4 children"), ("", "RUNNABLE 1, RUNNING 1, SUCCEEDED 1, FAILED 1")]
    assert (told["isEach"], told["children"], told["vcpus"]) == (True, 4, 4)
    assert [log["problem"] for log in told["logs"]] == ["An array has no log of its own. Open one of its children."]
    child = details("render-array", ":2")
    assert lines(child, "Array") == [("", "child 2")]
    assert len(child["logs"]) == 2
    assert not any(log["problem"] for log in child["logs"])


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        (
            {"container": {"logConfiguration": {"logDriver": "splunk"}}},
            "Logs go to splunk; they cannot be read from here.",
        ),
        (
            {"startedAt": None, "status": "RUNNABLE", "container": {}},
            "No log yet. The stream appears shortly after the job starts.",
        ),
        (
            {"status": "FAILED", "startedAt": None, "container": {}},
            "AWS names no log stream: this attempt never started.",
        ),
        ({"container": {"logStreamName": "a/b/c"}}, ""),
        ({"container": {"logStreamName": "a/b/c", "logConfiguration": {"logDriver": "awslogs"}}}, ""),
    ],
)
def test_why_a_log_cannot_be_read(members: dict[str, Any], problem: str) -> None:
    """It is said before anybody presses a button."""
    (log,) = payload_of(item(**members), with_links=False)["logs"]
    assert log["problem"] == problem


def test_group_and_region_are_those_of_the_definition() -> None:
    """Or else the group of AWS Batch, and the Region of the job."""
    options = {"awslogs-group": "/own/group", "awslogs-region": "us-east-1"}
    container = {"logStreamName": "a/b/c", "logConfiguration": {"logDriver": "awslogs", "options": options}}
    (log,) = payload_of(item(container=container), with_links=True)["logs"]
    assert log["group"] == "/own/group"
    assert "us-east-1.console" in log["link"]
    (log,) = payload_of(item(container={"logStreamName": "a/b/c"}), with_links=True)["logs"]
    assert log["group"] == "/aws/batch/job"
    assert "eu-west-1.console" in log["link"]


VARIABLES = [{"name": "TOKEN", "value": SECRET}]
OPTIONS = {"logDriver": "splunk", "options": {"splunk-token": SECRET, "awslogs-group": "g"}}
SHAPES: list[dict[str, Any]] = [
    {
        "container": {
            "environment": VARIABLES,
            "logConfiguration": OPTIONS,
            "secrets": [{"name": "A", "valueFrom": "arn:s"}],
        }
    },
    {
        "ecsProperties": {
            "taskProperties": [{"containers": [{"name": "a", "environment": VARIABLES, "logConfiguration": OPTIONS}]}]
        }
    },
    {"eksProperties": {"podProperties": {"containers": [{"env": VARIABLES}], "initContainers": [{"env": VARIABLES}]}}},
    {
        "nodeProperties": {
            "numNodes": 1,
            "mainNode": 0,
            "nodeRangeProperties": [{"targetNodes": "0", "container": {"environment": VARIABLES}}],
        }
    },
]


@pytest.mark.parametrize("shape", SHAPES)
def test_values_of_the_environment_are_kept_back(shape: dict[str, Any]) -> None:
    """Their names are told; the values only when asked for, and then in JSON too. Tokens of log drivers never are."""
    told = payload_of(item(**shape, tags={"env": "prod"}, parameters={"environment": "prod"}), with_links=True)
    assert SECRET not in json.dumps(told)
    assert "TOKEN" in told["environment"][0][1]
    assert '"environment": "prod"' in told["json"]
    asked = environment_values(item(**shape))
    assert ("TOKEN", SECRET) in asked[0][1]
    whole = json_of(item(**shape), with_environment=True)
    assert json.loads(whole)["jobId"] == ID
    assert SECRET in whole
    assert "splunk-token" not in whole or SECRET not in str(
        [line for line in whole.splitlines() if "splunk-token" in line]
    )


def test_a_label_that_is_called_env_is_copied() -> None:
    """Only lists and mappings of these names are environments."""
    pod = {"containers": [{"name": "a"}], "metadata": {"labels": {"env": "prod"}}}
    assert '"env": "prod"' in json_of(item(eksProperties={"podProperties": pod}))


def test_long_texts_are_cut_for_the_browser_and_whole_in_json() -> None:
    """A command of 10,000 characters does not travel with each look at a job twice."""
    told = payload_of(item(container={"command": ["x" * 10_000]}), with_links=False)
    assert len(lines(told, "Command")[0][1]) < 4_100
    assert "x" * 10_000 in told["json"]


WORDS = """
containers taskProperties podProperties container environment env options name value command jobId statusSummary size
logConfiguration nodeRangeProperties targetNodes numNodes
"""
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = (
    *("container", "ecsProperties", "eksProperties", "nodeProperties", "attempts", "eksAttempts", "tags", "dependsOn"),
    *("retryStrategy", "timeout", "arrayProperties", "parameters", "jobQueue", "jobDefinition", "statusReason"),
    *("createdAt", "startedAt", "status", "nodeDetails", "shareIdentifier", "schedulingPriority", "isTerminated"),
)


@given(st.dictionaries(st.sampled_from(MEMBERS), junk, max_size=6))
def test_anything_in_an_answer_is_shown_as_far_as_it_can_be(members: dict[str, Any]) -> None:
    """Whatever stands where something else is expected, there is a payload that JSON can carry."""
    told = payload_of({"jobId": ID, "jobName": "job", **members}, with_links=True)
    assert json.loads(json.dumps(told))["name"] == "job"
    assert len({log["key"] for log in told["logs"]}) == len(told["logs"])
    assert {key for one in told["attempts"] for key in one["logs"]} <= {log["key"] for log in told["logs"]}
