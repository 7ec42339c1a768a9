"""HTTP/1.1, as much of it as AWS clients speak: cut requests out of a stream, put answers into one write."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CONTINUE",
    "MARK",
    "Fate",
    "Reply",
    "Request",
    "WireError",
    "encode",
    "is_loopback",
    "read_request",
    "wants_continue",
]

_HEAD_LIMIT = 64 * 1024
_BODY_LIMIT = 4 * 1024 * 1024
_LINE_LIMIT = 1024
MARK = "x-batchnb-local"
"""The header that every answer carries, so that nobody takes it for one of AWS. Its value is `emulator`."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})


class WireError(Exception):
    """The request cannot be read; the connection cannot be used any more."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


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
    """Take one whole request out of the buffer, or return None until more has come.

    Raises `WireError` for what is too large or malformed.
    """
    head = _read_head(buffer)
    if head is None:
        return None
    method, path, headers, start = head
    taken = _take_chunks(buffer, start) if "transfer-encoding" in headers else _take_body(buffer, start, headers)
    if taken is None:
        return None
    body, stop = taken
    del buffer[:stop]
    return Request(method, path, headers, body)


def wants_continue(buffer: bytearray) -> bool:
    """Whether the client waits for 100 Continue before it sends the body of the request at the buffer's start."""
    head = _read_head(buffer)
    return head is not None and head[2].get("expect", "").lower() == "100-continue" and len(buffer) == head[3]


def _read_head(buffer: bytearray) -> tuple[str, str, dict[str, str], int] | None:
    """Return method, path, headers, and where the body begins; None until the head is there."""
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
    encoding = headers.get("transfer-encoding")
    if encoding is not None and (encoding.lower() != "chunked" or "content-length" in headers):
        raise WireError("the body needs either a Content-Length or the transfer encoding chunked")
    if headers.get("expect", "100-continue").lower() != "100-continue":
        raise WireError("only 100-continue can be expected", 417)
    return parts[0], parts[1], headers, end + 4


def _take_body(buffer: bytearray, start: int, headers: Mapping[str, str]) -> tuple[bytes, int] | None:
    """Return a body of a known length and where it ends; None until it is there."""
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or int(length) > _BODY_LIMIT:
        raise WireError("the body needs a reasonable Content-Length")
    stop = start + int(length)
    return None if len(buffer) < stop else (bytes(buffer[start:stop]), stop)


def _take_chunks(buffer: bytearray, start: int) -> tuple[bytes, int] | None:
    """Return a chunked body and where it ends, extensions and trailers left out; None until it is there."""
    body = bytearray()
    while True:
        end = buffer.find(b"\r\n", start)
        if end < 0:
            if len(buffer) - start > _LINE_LIMIT:
                raise WireError("the length of a chunk is too long")
            return None
        size = _chunk_size(bytes(buffer[start:end]))
        if size == 0:
            return _skip_trailers(buffer, end + 2, bytes(body))
        stop = end + 2 + size
        if len(body) + size > _BODY_LIMIT:
            raise WireError("the body is too large")
        if len(buffer) < stop + 2:
            return None
        if buffer[stop : stop + 2] != b"\r\n":
            raise WireError("a chunk is longer than it says")
        body += buffer[end + 2 : stop]
        start = stop + 2


def _skip_trailers(buffer: bytearray, start: int, body: bytes) -> tuple[bytes, int] | None:
    while (end := buffer.find(b"\r\n", start)) != start:
        if end < 0:
            if len(buffer) - start > _HEAD_LIMIT:
                raise WireError("the trailers of the request are too large")
            return None
        start = end + 2
    return body, start + 2


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or len(digits) > 8 or not all(digit in b"0123456789abcdefABCDEF" for digit in digits):
        raise WireError("the length of a chunk is not a number")
    return int(digits, 16)


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: a page of the web cannot point its own name at us."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name if port.isdigit() else host).lower() in _LOOPBACK


def encode(reply: Reply, *, keeps_alive: bool) -> bytes:
    """Return the bytes of a reply. A truncated one promises more than it holds."""
    body = reply.body
    length = len(body)
    if reply.fate is Fate.TRUNCATED:
        body, length = body[: length // 2], length + 16
    head = [f"HTTP/1.1 {reply.status} {_phrase(reply.status)}", f"{MARK}: emulator"]
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
