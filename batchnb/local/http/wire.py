"""HTTP/1.1, as little of it as AWS clients speak: cut requests out of a stream, put answers into one write."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fate", "Reply", "Request", "WireError", "encode", "is_loopback", "read_request"]

_HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 4 * 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class WireError(Exception):
    """What came is no request that can be read; the connection is of no further use."""


class Fate(Enum):
    """What becomes of an answer."""

    SENT = auto()
    TRUNCATED = auto()
    RESET = auto()
    HANG = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """One request. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def keeps_alive(self) -> bool:
        """Whether the client wants to use the connection again."""
        return self.headers.get("connection", "").lower() != "close"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer and its fate."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    fate: Fate = Fate.SENT


def read_request(buffer: bytearray) -> Request | None:
    """Take one whole request out of the buffer, or answer None until more has come.

    Raises `WireError` for what is too large or malformed, and for a chunked body, which no AWS client
    sends to these operations.
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > _HEAD_LIMIT:
            raise WireError("the head of the request is too large")
        return None
    lines = bytes(buffer[:end]).decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise WireError("this is not HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit()) or int(length) > _BODY_LIMIT:
        raise WireError("the body needs a reasonable Content-Length")
    start = end + 4
    stop = start + int(length)
    if len(buffer) < stop:
        return None
    body = bytes(buffer[start:stop])
    del buffer[:stop]
    return Request(parts[0], parts[1], headers, body)


def is_loopback(host: str) -> bool:
    """Say whether a Host header names this machine: a page of the web cannot point its own name at us."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name if port.isdigit() else host).lower() in _LOOPBACK


def encode(reply: Reply, *, keeps_alive: bool) -> bytes:
    """Answer the bytes of a reply. A truncated one promises more than it holds."""
    body = reply.body
    length = len(body)
    if reply.fate is Fate.TRUNCATED:
        body, length = body[: length // 2], length + 16
    head = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}"]
    head += [f"{name}: {value}" for name, value in reply.headers.items()]
    head += [f"Content-Type: {reply.content_type}", f"Content-Length: {length}"]
    if not keeps_alive:
        head.append("Connection: close")
    return "\r\n".join([*head, "", ""]).encode("latin-1", "replace") + body


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
