"""The server: connections, latency, starting and stopping."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from batchnb import local
from batchnb.errors import LocalError
from tests.local.conftest import Opened
from tests.local.stage import Stage, post

HEAD = b"POST /v1/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: x\r\nContent-Length: %d\r\n\r\n"


def connect(handle: local.LocalBatch) -> socket.socket:
    """Open a bare connection."""
    return socket.create_connection(("127.0.0.1", int(handle.endpoint_url.rpartition(":")[2])), timeout=5)


def message(operation: bytes, **members: object) -> bytes:
    """Write a request."""
    body = json.dumps(members).encode()
    return HEAD % (operation, len(body)) + body


def read_until(connection: socket.socket, mark: bytes, count: int = 1) -> bytes:
    """Read until a mark has come so often, or the connection ends."""
    got = b""
    while got.count(mark) < count and (piece := connection.recv(65536)):
        got += piece
    return got


def test_one_connection_serves_many_requests(stage: Stage) -> None:
    """Requests sent in one go are answered one by one and in order, over a connection that stays open."""
    job_ids = stage.world.add_jobs("q", "job", 20)
    with connect(stage.handle) as connection:
        connection.sendall(b"".join(message(b"terminatejob", jobId=one, reason="x") for one in job_ids))
        assert read_until(connection, b"HTTP/1.1 200", 20).count(b"HTTP/1.1 200") == 20
    assert [call.request["jobId"] for call in stage.handle.calls] == job_ids


def test_a_request_may_come_in_pieces(stage: Stage) -> None:
    """A request is whole when its last byte has come."""
    request = message(b"describejobs", jobs=[])
    with connect(stage.handle) as connection:
        for number in range(len(request)):
            connection.sendall(request[number : number + 1])
        assert b'{"jobs":[]}' in read_until(connection, b"}")


@pytest.mark.parametrize(
    "garbage",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nlong\r\n",
        b"x" * 100_000,
    ],
)
def test_garbage_is_refused_and_the_connection_closed(stage: Stage, garbage: bytes) -> None:
    """What cannot be read gets a 400 and no second chance; nobody else notices."""
    with connect(stage.handle) as connection:
        connection.sendall(garbage)
        assert read_until(connection, b"never").startswith(b"HTTP/1.1 400")
    assert stage.call("ListJobs", jobQueue="q").status == 200


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_client_may_wait_for_100_continue(stage: Stage, is_chunked: bool) -> None:  # noqa: FBT001 - a parameter
    """A client that expects 100 Continue gets it once, before its body, and then its answer; the connection goes on."""
    body = b'{"jobQueue": "q"}'
    length = b"Transfer-Encoding: chunked" if is_chunked else b"Content-Length: %d" % len(body)
    head = b"POST /v1/listjobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: x\r\nExpect: 100-continue\r\n%s\r\n\r\n"
    sent = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if is_chunked else body
    with connect(stage.handle) as connection:
        for _ in range(2):
            connection.sendall(head % length)
            assert read_until(connection, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(sent[:5])
            connection.sendall(sent[5:])
            answer = read_until(connection, b'{"jobSummaryList":[]}')
            assert answer.startswith(b"HTTP/1.1 200 OK")
            assert answer.count(b"HTTP/1.1") == 1


def test_a_body_that_comes_at_once_needs_no_100_continue(stage: Stage) -> None:
    """A client that does not wait, though it said so, gets its answer and nothing before it."""
    head = b"POST /v1/listjobs HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: x\r\nExpect: 100-continue\r\n"
    with connect(stage.handle) as connection:
        connection.sendall(head + b'Content-Length: 17\r\n\r\n{"jobQueue": "q"}')
        assert read_until(connection, b'{"jobSummaryList":[]}').startswith(b"HTTP/1.1 200 OK")


def test_every_answer_says_that_it_is_not_aws(stage: Stage) -> None:
    """The header is on answers of each service, on refusals, on pages of something in between, and on garbage."""
    stage.handle.faults.add(local.Fault(operation="DescribeJobs", kind="502"))
    sts = post(stage.handle.endpoint_url, "/", b"Action=GetCallerIdentity")
    answers = [
        stage.call("ListJobs", jobQueue="q"),
        stage.call("ListJobs"),
        stage.call("DescribeJobs", jobs=[]),
        stage.call("Nothing"),
        stage.logs("nowhere"),
        sts,
        post(stage.handle.endpoint_url, "/", b"", {"Transfer-Encoding": "gzip"}),
    ]
    assert [answer.status for answer in answers] == [200, 400, 502, 404, 400, 200, 400]
    assert {answer.headers[local.MARK] for answer in answers} == {"emulator"}


def test_a_client_may_ask_to_close(stage: Stage) -> None:
    """`Connection: close` is honoured."""
    with connect(stage.handle) as connection:
        connection.sendall(message(b"describejobs", jobs=[]).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        assert b"Connection: close" in read_until(connection, b"never")


def test_many_connections_at_once(stage: Stage) -> None:
    """Forty clients at once each get their own answers, and no call is lost."""
    job_ids = stage.world.add_jobs("q", "job", 400)

    def end_ten(ids: list[str]) -> int:
        with connect(stage.handle) as connection:
            for one in ids:
                connection.sendall(message(b"terminatejob", jobId=one, reason="x"))
                assert read_until(connection, b"HTTP/1.1 200").count(b"HTTP/1.1 200") == 1
        return len(ids)

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(end_ten, [job_ids[start::40] for start in range(40)])) == 400
    assert all(stage.world.job(one).is_terminated for one in job_ids)
    assert len(stage.handle.calls) == 400


def test_latency_holds_up_one_connection_only(opened: Opened) -> None:
    """While one call waits for its answer its effect is done, and another client is answered."""
    stage = opened(latency=3600.0)
    job_id = stage.add()
    done = threading.Event()
    stage.handle.faults.add(local.Fault(operation="TerminateJob", when="after", do=lambda _world: done.set()))
    with connect(stage.handle) as connection:
        connection.sendall(message(b"terminatejob", jobId=job_id, reason="x"))
        assert done.wait(60)
        assert stage.world.job(job_id).is_terminated
        stage.handle.latency = 0.0
        assert stage.call("ListJobs", jobQueue="q").status == 200
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        with pytest.raises(BlockingIOError):
            connection.recv(1)


def test_latency_comes_to_an_end(opened: Opened) -> None:
    """After the latency the answer comes, and so does the next."""
    stage = opened(latency=0.001)
    assert [stage.call("ListJobs", jobQueue="q").status for _ in range(2)] == [200, 200]


def test_stop_closes_the_port_and_may_be_repeated(opened: Opened) -> None:
    """After `stop` nothing listens, no thread is left, and a second `stop` does nothing."""
    stage = opened()
    connection = connect(stage.handle)
    assert stage.handle.running
    stage.handle.stop()
    stage.handle.stop()
    assert not stage.handle.running
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        connect(stage.handle)
    port = stage.handle.endpoint_url.rpartition(":")[2]
    assert port not in " ".join(thread.name for thread in threading.enumerate())


def test_a_with_statement_stops() -> None:
    """The handle is a context manager."""
    with local.start() as handle:
        assert handle.running
    assert not handle.running


def test_only_the_loopback_address_is_bound(stage: Stage) -> None:
    """The port is open on 127.0.0.1, and that is what clients are told."""
    assert stage.handle._server._socket.family is socket.AF_INET
    assert stage.handle._server._socket.getsockname()[0] == "127.0.0.1"
    assert stage.handle.endpoint_url.startswith("http://127.0.0.1:")


def test_a_port_can_be_chosen_and_may_be_taken(opened: Opened) -> None:
    """A taken port is a LocalError that names it."""
    stage = opened()
    port = int(stage.handle.endpoint_url.rpartition(":")[2])
    with pytest.raises(LocalError, match=str(port)):
        local.start(port=port)
    stage.handle.stop()
    with local.start(port=port) as handle:
        assert handle.endpoint_url == stage.handle.endpoint_url


def test_the_world_is_filled_before_the_port_opens() -> None:
    """`fill` runs first; if it fails there is no server."""
    before = threading.active_count()

    def fail(world: local.World) -> None:
        world.add_queue("q")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        local.start(fail)
    assert threading.active_count() == before


def test_a_forgotten_emulator_does_not_keep_python_alive() -> None:
    """A program that never stops its emulator ends all the same, without a word."""
    program = "import batchnb.local as local; local.start(local.night)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
