"""Logins that need no AWS: an STS and an SSO on this machine, configuration files, and helper programs."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

ROLE = "arn:aws:iam::123456789012:role/oncall"
NEVER = "2099-01-01T00:00:00Z"


@dataclass
class FakeSts:
    """Answers AssumeRole and the like with keys, or as `refuses` says: an HTTP status, a code and a message."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)
    refuses: tuple[int, str, str] | None = None
    expires: str = NEVER
    headers: dict[str, str] = field(default_factory=dict)

    def count(self, action: str) -> int:
        """Return how often this was asked."""
        return sum(one.get("Action") == action for one in self.asked)

    def answer(self, asked: dict[str, str]) -> tuple[int, bytes]:
        """Return the status and the body."""
        action = asked.get("Action", "")
        if self.refuses is not None:
            status, code, message = self.refuses
            body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            return status, f"{body}<RequestId>r-1</RequestId></ErrorResponse>".encode()
        number = len(self.asked)
        keys = (
            f"<AccessKeyId>KEY{number}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
        )
        found = f"<Credentials>{keys}<Expiration>{self.expires}</Expiration></Credentials>"
        return 200, f"<{action}Response><{action}Result>{found}</{action}Result></{action}Response>".encode()


@contextmanager
def fake_sts() -> Iterator[FakeSts]:
    """Run an STS on this machine."""
    sts = FakeSts()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
            """Say nothing."""

        def do_POST(self) -> None:
            """Answer a form."""
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(form).items()} | {"agent": self.headers["User-Agent"]}
            sts.asked.append(asked)
            self._send(*sts.answer(asked))

        def do_GET(self) -> None:
            """Refuse what SSO is asked."""
            status, code, message = sts.refuses or (401, "UnauthorizedException", "Session token not found or invalid")
            sts.asked.append({"Action": self.path.partition("?")[0]})
            self._send(status, json.dumps({"__type": code, "message": message}).encode(), {"x-amzn-ErrorType": code})

        def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in {**(headers or {}), **sts.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    sts.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield sts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class AwsFiles:
    """The configuration files of somebody, and an environment that leads to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config, self.credentials = folder / "config", folder / "credentials"

    def write(self, config: str = "", credentials: str = "") -> None:
        """Write both, later than whatever was there."""
        for path, text in ((self.config, config), (self.credentials, credentials)):
            before = path.stat().st_mtime_ns if path.exists() else None
            path.write_text(text)
            if before is not None:
                os.utime(path, ns=(before + 10**9, before + 10**9))

    def program(self, name: str, text: str) -> Path:
        """Write a program in Python and return its path."""
        path = self.folder / name
        path.write_text(f"#!{sys.executable} -SE\n{text}")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    def helper(self, *, fails: str = "", expires: str = "") -> Path:
        """Return a `credential_process` that counts its calls; `calls` reads the count."""
        count = f"open({str(self.folder / 'calls')!r}, 'a').write('x')\n"
        if fails:
            return self.program("helper", f"import sys\n{count}sys.stderr.write({fails!r})\nsys.exit(1)\n")
        answer = {"Version": 1, "AccessKeyId": "KEYOFHELPER", "SecretAccessKey": "s"}
        answer |= {"SessionToken": "t", "Expiration": expires} if expires else {}
        return self.program("helper", f"{count}print({json.dumps(answer)!r})\n")

    @property
    def calls(self) -> int:
        """How often the helper was called."""
        path = self.folder / "calls"
        return len(path.read_text()) if path.exists() else 0

    def sso_token(self, start_url: str, *, expired: bool) -> Path:
        """Write what `aws sso login` keeps; return the folder of it."""
        import hashlib

        folder = self.folder / "sso"
        folder.mkdir(exist_ok=True)
        at = datetime(2020 if expired else 2099, 1, 1, tzinfo=UTC)
        token = {"accessToken": "token", "expiresAt": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "startUrl": start_url}
        (folder / f"{hashlib.sha1(start_url.encode()).hexdigest()}.json").write_text(json.dumps(token))  # noqa: S324
        return folder
