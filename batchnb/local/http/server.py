"""The server: many keep-alive connections on 127.0.0.1, served by one event loop in one daemon thread."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from typing import TYPE_CHECKING, cast

from batchnb.errors import LocalError
from batchnb.local.http.wire import CONTINUE, Fate, Reply, WireError, encode, read_request, wants_continue

if TYPE_CHECKING:
    from collections.abc import Callable

    from batchnb.local.http.wire import Request

__all__ = ["Server"]

HOST = "127.0.0.1"
_BACKLOG = 256
_STOP_TIMEOUT = 10.0
_NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)


class _Connection(asyncio.Protocol):
    """One client. Its requests are answered in order, the next one only after the last."""

    _transport: asyncio.Transport

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = bytearray()
        self._is_busy = False
        self._has_encouraged = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._server.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._serve_next()

    def _serve_next(self) -> None:
        while not self._is_busy and not self._transport.is_closing():
            try:
                request = read_request(self._buffer)
                if request is None:
                    self._encourage()
                    return
            except WireError as error:
                self._send(Reply(error.status, str(error).encode(), content_type="text/plain"), keeps_alive=False)
                return
            self._has_encouraged = False
            self._serve(request)

    def _encourage(self) -> None:
        """Tell a client that waits for it, once, that it may send the body."""
        if not self._has_encouraged and wants_continue(self._buffer):
            self._has_encouraged = True
            self._transport.write(CONTINUE)

    def _serve(self, request: Request) -> None:
        reply = self._server.answer_or_fail(request)
        self._is_busy = True
        if self._server.latency > 0:
            loop = asyncio.get_running_loop()
            loop.call_later(self._server.latency, self._deliver_and_go_on, reply, request.keeps_alive)
        else:
            self._deliver(reply, keeps_alive=request.keeps_alive)

    def _deliver_and_go_on(self, reply: Reply, keeps_alive: bool) -> None:  # noqa: FBT001 - call_later has no keywords
        self._deliver(reply, keeps_alive=keeps_alive)
        self._serve_next()

    def _deliver(self, reply: Reply, *, keeps_alive: bool) -> None:
        if reply.fate is Fate.HANG or self._transport.is_closing():
            return
        self._is_busy = False
        if reply.fate is Fate.RESET:
            self._reset()
        else:
            self._send(reply, keeps_alive=keeps_alive and reply.fate is Fate.SENT)

    def _send(self, reply: Reply, *, keeps_alive: bool) -> None:
        self._transport.write(encode(reply, keeps_alive=keeps_alive))
        if not keeps_alive:
            self._transport.close()

    def _reset(self) -> None:
        """Drop the client with a TCP reset, as a broken network would."""
        own = cast(socket.socket, self._transport.get_extra_info("socket"))
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def drop(self) -> None:
        """Close at once, whether or not an answer is due."""
        self._transport.abort()


class Server:
    """Listens from construction on. `latency` is in real seconds and may be changed."""

    def __init__(self, answer: Callable[[Request], Reply], *, port: int, latency: float) -> None:
        self._answer = answer
        self.latency = latency
        self.connections: set[_Connection] = set()
        self._failure: Exception | None = None
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._done = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name=f"batchnb-local-{self.port}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether clients are being answered."""
        return self._thread.is_alive()

    def answer_or_fail(self, request: Request) -> Reply:
        """Return a request. A failure of ours or of a hook resets the connection and is kept for `stop`."""
        try:
            return self._answer(request)
        except Exception as error:  # noqa: BLE001 - a hook may raise anything; stop() raises it where it is seen
            self._failure = error
            return Reply(500, b"", fate=Fate.RESET)

    def stop(self) -> None:
        """Close every connection, also those that wait for an answer, and wait for the thread's end.

        Raises `LocalError`, once, if answering a request or a fault's `do` has raised.
        """
        if self._thread.is_alive() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._done.set)
            self._thread.join(_STOP_TIMEOUT)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise LocalError(f"a request was not answered: {type(failure).__name__}: {failure}") from failure

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        listener = await self._loop.create_server(lambda: _Connection(self), sock=self._socket, backlog=_BACKLOG)
        await self._done.wait()
        # A client that is just coming in must be let in first: asyncio forgets to close it otherwise.
        while coming_in := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(coming_in)
        listener.close()
        for connection in tuple(self.connections):
            connection.drop()
        while self.connections:
            await asyncio.sleep(0)


def _listen(port: int) -> socket.socket:
    """Open the port before `start` returns, so that no client comes too early."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere this would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise LocalError(f"port {port} of {HOST} cannot be opened: {error}") from error
    return listener
