"""What the browser asks about one job is answered from AWS, in a thread of its own: once, whole, or with why not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from batchnb import local
from batchnb.api import list_jobs
from batchnb.aws.connection import Connection
from batchnb.clock import Clock
from batchnb.widget.details.failures import GONE
from batchnb.widget.details.lookups import CACHE_SECONDS, Lookups
from batchnb.widget.setup import Setup
from tests.conftest import clock_of
from tests.widget.conftest import Hand

NOBODY = "99999999-2222-3333-4444-555555555555"
SECRET = "hunter2"


class Asker:
    """Asks as a browser does, and waits for the message that answers."""

    def __init__(self, emulator: local.LocalBatch, clock: Clock | None = None, **where: Any) -> None:
        self.emulator = emulator
        self.sent: list[dict[str, Any]] = []
        self.running = False
        self._arrived = threading.Condition()
        setup = Setup(Connection(endpoint_url=emulator.endpoint_url, **where))
        self.lookups = Lookups(setup, clock or clock_of(emulator), self._send, lambda: self.running)

    def _send(self, told: dict[str, Any], _buffers: object) -> None:
        with self._arrived:
            self.sent.append(told)
            self._arrived.notify_all()

    def ask(self, part: str, job: str, **more: Any) -> dict[str, Any]:
        """Ask for a part of a job, and return the one message that comes of it."""
        before = len(self.sent)
        self.lookups.ask({"part": part, "job": job, **more})
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.sent) > before, timeout=20)
        told = self.sent[before]
        assert (told["kind"], told["part"], told["job"]) == ("details", part, job)
        return told

    def log(self, job: str, **more: Any) -> dict[str, Any]:
        """Load the newest log of a job."""
        key = self.ask("job", job)["details"]["logs"][-1]["key"]
        return self.ask("log", job, key=key, **more)

    @property
    def calls(self) -> list[str]:
        """The operations that were called so far."""
        return [call.operation for call in self.emulator.calls]


@pytest.fixture
def emulator(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with a queue."""
    return start(lambda world: world.add_queue("train"), clock=local.ManualClock())


@pytest.fixture
def asker(emulator: local.LocalBatch) -> Asker:
    """Return what asks about its jobs."""
    return Asker(emulator)


def test_a_job_is_described_once_in_thirty_seconds(emulator: local.LocalBatch, asker: Asker) -> None:
    """One DescribeJobs of one job, and nothing else; the log is not read until somebody asks."""
    job = emulator.world.add_job("train", "job", tags={"owner": "ml"})
    details = asker.ask("job", job)["details"]
    assert (details["name"], details["status"], details["tags"]) == ("job", "RUNNING", [["owner", "ml"]])
    assert details["consoleLink"] is None
    assert [log["link"] for log in details["logs"]] == [None]
    asker.ask("job", job)
    asker.ask("environment", job)
    assert asker.calls == ["DescribeJobs"]
    assert emulator.calls[0].request == {"jobs": [job]}
    emulator.clock.advance(CACHE_SECONDS)  # type: ignore[attr-defined]
    asker.ask("job", job)
    assert asker.calls == ["DescribeJobs"] * 2
    asker.ask("job", job, anew=True)
    assert asker.calls == ["DescribeJobs"] * 3


def test_children_and_nodes_are_jobs_too(emulator: local.LocalBatch, asker: Asker) -> None:
    """By the id of the parent, and index or node behind it."""
    array = emulator.world.add_job("train", "array", array_size=3)
    nodes = emulator.world.add_job("train", "nodes", num_nodes=2)
    for job in (f"{array}:2", f"{nodes}#1"):
        assert asker.ask("job", job)["details"]["status"] == "RUNNING"
        assert asker.log(job)["lines"]
    assert asker.ask("job", array)["details"]["children"] == 3
    assert asker.ask("job", nodes)["details"]["nodes"] == 2


def test_a_job_that_is_gone_says_so(asker: Asker) -> None:
    """DescribeJobs leaves it out without a word, and we do not."""
    assert asker.ask("job", NOBODY)["error"] == GONE
    assert asker.ask("log", NOBODY, key="x")["error"] == GONE
    assert asker.ask("dependents", NOBODY)["error"] == GONE


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("AccessDeniedException", "You may not look at this job: needs batch:DescribeJobs."),
        ("TooManyRequestsException", "AWS is throttling us. Try again in a moment."),
        ("ExpiredTokenException", "Your AWS session has expired. Run aws sso login --profile oncall, then try again."),
        ("reset", "Cannot reach AWS Batch. VPN? Proxy? Region?"),
    ],
)
def test_each_failure_has_its_text(
    emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, kind: str, text: str
) -> None:
    """In the words of the design, with those of AWS behind it; asked again, the job is there."""
    config = tmp_path / "config"
    config.write_text("[profile oncall]\naws_access_key_id=a\naws_secret_access_key=b\n", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    asker = Asker(emulator, profile="oncall")
    job = emulator.world.add_job("train", "job")
    emulator.faults.add(local.Fault(operation="DescribeJobs", kind=kind))
    told = asker.ask("job", job)
    if kind == "reset":
        assert told["error"].startswith("DescribeJobs: no usable answer")
    else:
        assert told["error"] == text
    assert "DescribeJobs" in told["errorDetails"]
    emulator.faults.clear()
    assert asker.ask("job", job)["details"]["name"] == "job"


def test_an_endpoint_that_is_not_there_is_told(emulator: local.LocalBatch) -> None:
    """No VPN, for example."""
    asker = Asker(emulator)
    emulator.stop()
    assert asker.ask("job", NOBODY)["error"] == "Cannot reach AWS Batch. VPN? Proxy? Region?"


def test_the_environment_comes_when_it_is_asked_for(emulator: local.LocalBatch, asker: Asker) -> None:
    """Its names come with the job; its values only then, and with them the JSON that has them."""
    job = emulator.world.add_job("train", "job", environment={"TOKEN": SECRET})
    told = asker.ask("job", job)
    assert told["details"]["environment"] == [["", ["TOKEN"]]]
    assert SECRET not in str(told)
    shown = asker.ask("environment", job)
    assert shown["environment"] == [("", [("TOKEN", SECRET)])]
    assert SECRET in shown["json"]


def test_the_last_fifty_lines_and_fifty_before(emulator: local.LocalBatch, asker: Asker) -> None:
    """Each line with its time, up to the beginning; a long line is cut, and no call is made that nobody asked for."""
    job = emulator.world.add_job("train", "job")
    lines = [f"line {number}" for number in range(120)] + ["x" * 501, "y" * 500, "two\nlines\n", "\x1b[31mred"]
    emulator.world.set_log(job, lines)
    told = asker.log(job)
    texts = [text for _, text in told["lines"]]
    assert len(texts) == 50
    assert texts[-4:] == ["x" * 500 + "…", "y" * 500, "two\nlines", "\x1b[31mred"]
    assert all(isinstance(time_ms, int) for time_ms, _ in told["lines"])
    assert told["isOver"] is False
    earlier = asker.log(job, before=told["earlier"])
    assert [text for _, text in earlier["lines"]] == lines[24:74]
    first = asker.log(job, before=earlier["earlier"])
    assert [text for _, text in first["lines"]] == lines[:24]
    assert asker.log(job, before=first["earlier"])["earlier"] is None
    assert asker.calls == ["DescribeJobs", *["GetLogEvents"] * 4]


def test_each_log_that_cannot_be_read_says_why(emulator: local.LocalBatch, asker: Asker) -> None:
    """In the words of the design."""
    world = emulator.world
    running, over = world.add_job("train", "job"), world.add_job("train", "over", status="FAILED")
    waiting = world.add_job("train", "waiting", status="RUNNABLE")
    not_yet = "No log yet. The stream appears shortly after the job starts."
    assert asker.log(waiting)["error"] == not_yet
    splunk: dict[str, Any] = {"image": "a", "logConfiguration": {"logDriver": "splunk"}}
    splunk["resourceRequirements"] = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "512"}]
    elsewhere = world.add_job("train", "splunk", container=splunk)
    assert asker.log(elsewhere)["error"] == "Logs go to splunk; they cannot be read from here."
    assert "GetLogEvents" not in asker.calls
    for kind, text in (
        ("AccessDeniedException", "You may not read this log: needs logs:GetLogEvents on /aws/batch/job."),
        ("TooManyRequestsException", "AWS is throttling log reads. Try again in a moment."),
    ):
        emulator.faults.add(local.Fault(operation="GetLogEvents", kind=kind, times=1))
        assert asker.log(running)["error"] == text
    world.deny_operation("GetLogEvents")
    told = asker.log(over)
    assert told["error"].startswith("You may not read this log")
    assert "logs:GetLogEvents on log group /aws/batch/job" in told["errorDetails"]


def test_a_stream_that_has_not_begun_and_one_that_is_deleted(
    emulator: local.LocalBatch, asker: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer of AWS means one or the other: whether the job has ended tells which."""
    monkeypatch.setattr("batchnb.local.operations.get_log_events.find_log", lambda *_: None)
    running = emulator.world.add_job("train", "job")
    over = emulator.world.add_job("train", "over", status="FAILED")
    assert asker.log(running)["error"] == "No log yet. The stream appears shortly after the job starts."
    assert asker.log(over)["error"].startswith("There is no log: job/default/")
    assert asker.log(over)["error"].endswith("is not in /aws/batch/job. It was deleted, or nothing was written.")


def test_the_log_of_a_multi_node_job_is_that_of_its_main_node(emulator: local.LocalBatch, asker: Asker) -> None:
    """The node is described when its log is asked for."""
    job = emulator.world.add_job("train", "nodes", num_nodes=3)
    told = asker.log(job)
    assert told["lines"][-1][1].startswith("step")
    assert [call.request["jobs"] for call in emulator.calls if call.operation == "DescribeJobs"] == [
        [job],
        [f"{job}#0"],
    ]


def test_a_log_is_read_by_the_key_of_one_that_the_job_has(emulator: local.LocalBatch, asker: Asker) -> None:
    """A page cannot have another stream read than those of the job."""
    job = emulator.world.add_job("train", "job")
    other = emulator.world.add_job("train", "other")
    key = asker.ask("job", other)["details"]["logs"][0]["key"]
    assert "error" in asker.ask("log", job, key=key)
    assert "GetLogEvents" not in asker.calls


def test_jobs_that_wait_for_a_job_are_found_on_demand(emulator: local.LocalBatch, asker: Asker) -> None:
    """Those of its queue, directly or by others; of a child of an array as well. Not while a run goes on."""
    world = emulator.world
    job = world.add_job("train", "job")
    first = world.add_job("train", "first", status="PENDING", depends_on=[job])
    second = world.add_job("train", "second", status="PENDING", depends_on=[first])
    world.add_job("train", "apart", status="PENDING", depends_on=[world.add_job("train", "another")])
    told = asker.ask("dependents", job)
    assert [(one["job"], one["name"], one["status"], one["needs"]) for one in told["dependents"]] == [
        (first, "first", "PENDING", job),
        (second, "second", "PENDING", first),
    ]
    assert (told["more"], told["gap"]) == (0, "")
    array = world.add_job("train", "array", array_size=2)
    pairs = world.add_job(
        "train", "pairs", array_size=2, status="PENDING", depends_on=[local.Dependency(array, "N_TO_N")]
    )
    assert [one["job"] for one in asker.ask("dependents", f"{array}:1")["dependents"]] == [f"{pairs}:1"]
    asker.running = True
    calls = len(asker.calls)
    assert asker.ask("dependents", job)["error"] == "A run is going on. Look when it is over."
    assert len(asker.calls) == calls


def test_the_picker_answers_at_once_and_the_details_follow(jobs: local.LocalBatch, hold: Callable[..., Hand]) -> None:
    """A kernel that is asked is not kept; what is no request of this kind is refused."""
    hand = hold(list_jobs(status="all", queues="train"))
    job = hand.picker._session.jobs.snapshot.rows.job_ids[0]
    assert hand.ask("details", {"part": "job", "job": job})["ok"] is True
    deadline = time.monotonic() + 20
    while not hand.of_kind("details") and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    ((told, buffers),) = hand.of_kind("details")
    assert (told["job"], told["details"]["name"], buffers) == (job, "run-000", [])
    assert hand.picker.error is None
    bad: list[dict[str, Any]] = [
        {},
        {"part": "job", "job": "nonsense"},
        {"part": "secrets", "job": job},
        {"part": ["job"], "job": job},
        {"part": "log", "job": job, "key": 7},
        {"part": "log", "job": job, "key": "a", "before": 7},
    ]
    for content in bad:
        assert hand.ask("details", content)["ok"] is False
    assert jobs.endpoint_url
