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
        b"HTTP/1.1 429 Too Many Requests\r\nx-amzn-ErrorType: TooManyRequestsException\r\n"
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
    ]
)


@settings(max_examples=400, deadline=None)
@given(operation=st.sampled_from(sorted(OPERATIONS)), members=st.dictionaries(NAMES, JUNK, max_size=5))
def test_any_members_are_answered(operation: str, members: dict[str, Any]) -> None:
    """Whatever a request holds, the answer is 200 or a refusal with 400, and never a failure of ours."""
    world = local.World(local.ManualClock())
    world.add_queue("q")
    world.add_job("q", "job")
    api = Api(world, Limits(None, lambda: 0.0), IdMaker(0), lambda: 0.0, bulk=True)
    headers = {"host": "localhost", "authorization": "x"}
    body = json.dumps(members).encode()
    reply = api.answer(wire.Request("POST", f"/v1/{operation.lower()}", headers, body))
    assert reply.status in (200, 400)


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
