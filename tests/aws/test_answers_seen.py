"""The emulator is known by its answers, never by an account or an address; nothing on this machine goes by a proxy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

import batchnb
from batchnb import local
from batchnb.aws.answers_seen import EMULATOR_HEADER
from batchnb.aws.connect import connect
from batchnb.aws.gateway import Gateway
from batchnb.clock import Clock
from batchnb.endpoints import use_endpoint
from batchnb.errors import AwsError, ThrottledError
from batchnb.jobs.place import Place

PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def test_the_header_is_the_emulator_s() -> None:
    """Both sides mean the same one."""
    assert EMULATOR_HEADER == local.MARK


def test_a_tunnel_on_this_machine_is_not_called_an_emulator() -> None:
    """http://localhost:8080 may be a proxy that signs calls to AWS; an account of zeros proves nothing either."""
    for account in ("123456789012", "000000000000", None):
        said = str(Place(account, "us-east-1", "http://localhost:8080"))
        assert said.endswith("(an endpoint on this machine: http://localhost:8080)")
        assert "not AWS" not in said


def test_an_emulator_elsewhere_is_named_by_its_address() -> None:
    """Only what is on this machine is said not to be AWS."""
    assert "not AWS" not in str(Place("1", "us-east-1", "https://batch.example.com", is_emulator=True))


def test_other_answers_on_this_machine_are_no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers as AWS does, without the header, is an endpoint on this machine."""

    class Tunnel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Answer every call with no queues."""
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"jobQueues": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Tunnel)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        gateway = connect(endpoint_url=f"http://127.0.0.1:{server.server_address[1]}")
        assert gateway.queues() == []
        assert "an endpoint on this machine" in str(gateway.identity())
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("how", ["argument", "variable", "default"])
def test_no_proxy_leads_to_this_machine(emulator: local.LocalBatch, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A company's laptop: HTTP_PROXY is set, NO_PROXY is not."""
    for name in PROXIES:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if how == "variable":
        monkeypatch.setenv("AWS_ENDPOINT_URL_BATCH", emulator.endpoint_url)
    if how == "default":
        use_endpoint(emulator.endpoint_url)
    gateway = connect(endpoint_url=emulator.endpoint_url if how == "argument" else None)
    assert gateway.queues() == ["other", "train"]
    assert gateway.identity().is_emulator


def test_other_programs_find_the_emulator_past_a_proxy(
    start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the AWS CLI is told to find it with holds where a proxy is set, and keeps what is exempt already."""
    emulator = start()
    for name in (*PROXIES, "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert not {"NO_PROXY", "no_proxy"} & set(emulator.environ())
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example.com:3128")
    assert emulator.environ()["NO_PROXY"] == "127.0.0.1,localhost"
    monkeypatch.setenv("no_proxy", ".example.com")
    assert emulator.environ()["no_proxy"] == emulator.environ()["NO_PROXY"] == ".example.com,127.0.0.1,localhost"


def test_a_refusal_of_the_emulator_is_an_answer_of_it(start: Callable[..., local.LocalBatch]) -> None:
    """Denied calls come from it, too."""
    emulator = start()
    emulator.world.deny_operation("GetCallerIdentity")
    assert connect(endpoint_url=emulator.endpoint_url).identity().is_emulator


def test_who_reads_the_journal_is_told_the_same(emulator: local.LocalBatch, clock: Clock) -> None:
    """Report, history and a saved plan name the place as the plan did."""
    (job,) = emulator.world.add_jobs("train", ["a"])
    plan = batchnb.plan([job], reason="OPS-1", endpoint_url=emulator.endpoint_url)
    assert plan.identity.is_emulator
    report = plan.execute(clock=clock)
    assert report.run_id is not None
    again = batchnb.read_run(report.run_id)
    assert str(again.plan.identity) == str(report.plan.identity) == str(plan.identity)
    assert "EMULATOR" in str(again.plan.identity)


def test_each_call_is_in_the_log_with_its_request_id(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """AWS support asks for it; the logger says nothing unless somebody listens."""
    with caplog.at_level(logging.DEBUG, "batchnb"):
        gateway.queues()
    line = next(record.getMessage() for record in caplog.records if "DescribeJobQueues" in record.getMessage())
    assert "200, request id " in line
    assert not line.endswith("None")


def test_throttling_is_a_warning(
    emulator: local.LocalBatch, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """With the operation and AWS's code."""
    emulator.faults.add(local.Fault(operation="DescribeJobQueues", kind="TooManyRequestsException"))
    with caplog.at_level(logging.WARNING, "batchnb"), pytest.raises(ThrottledError):
        gateway.queues()
    assert [
        "TooManyRequestsException" in record.getMessage()
        for record in caplog.records
        if record.name.startswith("batchnb")
    ] == [True]
    assert issubclass(ThrottledError, AwsError)


def test_each_phase_is_in_the_log(emulator: local.LocalBatch, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    """From the listing to the report, in order, for whoever looks for where the time went."""
    emulator.world.add_jobs("train", ["a"])
    with caplog.at_level(logging.INFO, "batchnb"):
        jobs = batchnb.list_jobs(queues=["train"], endpoint_url=emulator.endpoint_url)
        batchnb.plan(jobs, reason="OPS-1", endpoint_url=emulator.endpoint_url).execute(clock=clock)
    told = "\n".join(record.getMessage() for record in caplog.records if record.levelno == logging.INFO)
    order = [
        "listing the jobs of train",
        "listed 1 jobs",
        "planned to end 1 of 1 jobs",
        ": sending",
        ": watching",
        "1 terminated",
    ]
    assert [told.find(part) for part in order] == sorted(told.find(part) for part in order)
    assert all(part in told for part in order)


def test_the_logger_is_silent_by_itself() -> None:
    """Nobody who has not set up logging gets lines on stderr."""
    assert any(isinstance(handler, logging.NullHandler) for handler in logging.getLogger("batchnb").handlers)
