"""Reading requests and writing answers, without a socket; and whatever may come over one."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.local.http import wire
from batchnb.local.http.dispatch import Api
from batchnb.local.http.limits import Limits
from batchnb.local.operations.table import OPERATIONS
from batchnb.local.world.ids import IdMaker

NOBODY = "00000000-0000-4000-a000-000000000000"
REQUEST = b"POST /v1/listjobs HTTP/1.1\r\nHost: localhost\r\ncontent-LENGTH: 2\r\nX: a:b\r\n\r\n{}"


@given(st.lists(st.integers(0, len(REQUEST)), max_size=5))
def test_it_does_not_matter_how_a_request_is_cut(cuts: list[int]) -> None:
    """A request is read once, when it is whole, however many pieces it came in."""
    edges = [0, *sorted(cuts), len(REQUEST)]
    buffer, found = bytearray(), []
    for start, stop in pairwise(edges):
        buffer += REQUEST[start:stop]
        found.append(wire.read_request(buffer))
    assert [one for one in found if one is not None] == [
        wire.Request("POST", "/v1/listjobs", {"host": "localhost", "content-length": "2", "x": "a:b"}, b"{}")
    ]
    assert buffer == b""


CHUNKED = (
    b"POST /v1/listjobs HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'5;name=value\r\n{"a":\r\n00a\r\n 12345678}\r\n0\r\nTrailer: x\r\n\r\n'
)


@given(st.lists(st.integers(0, len(CHUNKED)), max_size=5))
def test_it_does_not_matter_how_a_chunked_request_is_cut(cuts: list[int]) -> None:
    """Chunks are put together, extensions and trailers are left out, and what follows stays in the buffer."""
    edges = [0, *sorted(cuts), len(CHUNKED)]
    buffer, found = bytearray(), []
    for start, stop in pairwise(edges):
        buffer += CHUNKED[start:stop]
        found.append(wire.read_request(buffer))
    (request,) = (one for one in found if one is not None)
    assert (request.path, request.body) == ("/v1/listjobs", b'{"a": 12345678}')
    assert bytes(buffer) == b""
    buffer += CHUNKED + REQUEST
    assert wire.read_request(buffer) is not None
    assert bytes(buffer) == REQUEST


@given(st.binary(max_size=3000), st.lists(st.integers(1, 700), min_size=1, max_size=9))
def test_any_body_can_be_chunked(body: bytes, sizes: list[int]) -> None:
    """However a body is divided, it is read as it was."""
    pieces, rest = [], body
    for size in sizes:
        piece, rest = rest[:size], rest[size:]
        pieces += [piece] if piece else []
    pieces += [rest] if rest else []
    head = b"POST / HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n"
    chunks = b"".join(f"{len(piece):X}\r\n".encode() + piece + b"\r\n" for piece in pieces)
    request = wire.read_request(bytearray(head + chunks + b"0\r\n\r\n"))
    assert request is not None
    assert request.body == body


@pytest.mark.parametrize(
    "chunks",
    [b"g\r\n", b"-1\r\n", b"\r\n", b"1\r\nab\r\n0\r\n\r\n", b"ffffffffff\r\n", b"400001\r\n", b"1" * 2000, b"+5\r\n"],
)
def test_a_chunk_that_makes_no_sense_is_refused(chunks: bytes) -> None:
    """A length that is none, a chunk longer than it says, and a body beyond all measure are errors."""
    with pytest.raises(wire.WireError):
        wire.read_request(bytearray(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (b"Transfer-Encoding: gzip", 400),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 2", 400),
        (b"Expect: the-worst", 417),
    ],
)
def test_what_nobody_can_answer_is_refused_at_once(header: bytes, status: int) -> None:
    """Another encoding, two lengths for one body, and another expectation are refused with the status that says so."""
    with pytest.raises(wire.WireError) as raised:
        wire.read_request(bytearray(b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n"))
    assert raised.value.status == status


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused(noise: bytes) -> None:
    """Noise is more to come, a request, or a WireError: nothing else is raised."""
    for data in (noise, noise + b"\r\n\r\n", b"POST / HTTP/1.1\r\n" + noise + b"\r\n\r\n"):
        try:
            wire.read_request(bytearray(data))
        except wire.WireError:
            continue


def test_an_answer_is_one_piece() -> None:
    """Head and body go out together, with the true length unless the answer is to break off."""
    reply = wire.Reply(429, b"{}", {"x-amzn-ErrorType": "TooManyRequestsException"})
    assert wire.encode(reply, keeps_alive=True) == (
        b"HTTP/1.1 429 Too Many Requests\r\nx-batchnb-local: emulator\r\nx-amzn-ErrorType: TooManyRequestsException\r\n"
        b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    )
    cut = wire.encode(wire.Reply(200, b"{}", fate=wire.Fate.TRUNCATED), keeps_alive=False)
    assert cut.endswith(b"Content-Length: 18\r\nConnection: close\r\n\r\n{")


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["q", NOBODY, "FAILED"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [
        "jobQueue",
        "jobStatus",
        "filters",
        "maxResults",
        "nextToken",
        "arrayJobId",
        "multiNodeJobId",
        "jobs",
        "jobId",
        "reason",
        "jobName",
        "jobDefinition",
        "dependsOn",
        "arrayProperties",
        "nodeOverrides",
        "tags",
        "jobQueues",
        "jobDefinitions",
        "computeEnvironments",
        "jobDefinitionName",
        "type",
        "containerProperties",
        "ecsProperties",
        "eksProperties",
        "nodeProperties",
        "containerOverrides",
        "parameters",
        "retryStrategy",
        "timeout",
        "logGroupName",
        "logStreamName",
        "limit",
        "startTime",
    ]
)


@settings(max_examples=150, deadline=None)
@given(operation=st.sampled_from(sorted(OPERATIONS)), members=st.dictionaries(NAMES, JUNK, max_size=5))
def test_any_members_are_answered(operation: str, members: dict[str, Any]) -> None:
    """Whatever a request holds, the answer is 200 or a refusal with 400, and never a failure of ours."""
    world = local.World(local.ManualClock())
    world.add_queue("q")
    world.add_job("q", "job", definition="q:1")
    api = Api(world, Limits(None, lambda: 0.0), IdMaker(0), lambda: 0.0, bulk=True)
    headers = {"host": "localhost", "authorization": "x"}
    body = json.dumps(members).encode()
    reply = api.answer(wire.Request("POST", f"/v1/{operation.lower()}", headers, body))
    assert reply.status in (200, 400)
    headers["x-amz-target"] = "Logs_20140328.GetLogEvents"
    assert api.answer(wire.Request("POST", "/", headers, body)).status in (200, 400)


@pytest.mark.parametrize(
    "token", ["WzFlNDAwLCAxLCAxXQ==", "W10=", "e30=", "WzEsIDIsIDNd", "\u00e9\u00e9\u00e9\u00e9", "W1tbXV1d"]
)
def test_any_token_is_answered(token: str) -> None:
    """A token that nobody gave is refused, whatever it turns out to be when it is read."""
    world = local.World(local.ManualClock())
    world.add_queue("q")
    api = Api(world, Limits(None, lambda: 0.0), IdMaker(0), lambda: 0.0, bulk=True)
    body = json.dumps({"jobQueue": "q", "nextToken": token}).encode()
    headers = {"host": "localhost", "authorization": "x"}
    assert api.answer(wire.Request("POST", "/v1/listjobs", headers, body)).status == 400


def test_a_bottomless_body_is_refused() -> None:
    """A body nested deeper than Python can read is refused like any other that is no JSON."""
    api = Api(local.World(local.ManualClock()), Limits(None, lambda: 0.0), IdMaker(0), lambda: 0.0, bulk=True)
    headers = {"host": "localhost", "authorization": "x"}
    assert api.answer(wire.Request("POST", "/v1/listjobs", headers, b"[" * 100_000)).status == 400
