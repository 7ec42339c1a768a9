"""What every test lives in: no AWS settings of the machine, no way out of it, and time that stands still."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import hypothesis
import pytest

from batchnb import local
from batchnb.aws.connect import connect, set_default_endpoint
from batchnb.aws.gateway import Gateway
from batchnb.aws.pace import forget_paces
from batchnb.aws.sessions import forget_sessions
from batchnb.aws.waiting_told import forget_told
from batchnb.clock import Clock
from batchnb.guards import settings
from tests.tools import missing

# On a busy machine an example may be slow. CI looks at the same examples each time: what lands must not depend on
# chance; whoever works on the code meets new ones.
# HYPOTHESIS_PROFILE=thorough draws twenty times as many where a test does not say how many.
hypothesis.settings.register_profile("machine", deadline=None, max_examples=50)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "machine"))

_REASON = "a test tried to reach an address that is not on this machine"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one process more than there are processors, which `-n logical` means: browsers are often waited for."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files whose tests take longest begin first, so that no process is left alone with one at the end."""
    items.sort(key=lambda item: not _is_long(item.path))


def _is_long(path: Path) -> bool:
    return path.suffix == ".ipynb" or "e2e" in path.parts


@pytest.fixture(autouse=True)
def _no_aws_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nothing of the machine's AWS configuration reach a test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    nowhere = tmp_path_factory.getbasetemp() / "no-aws"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    set_default_endpoint(None)
    forget_sessions()
    forget_told()
    forget_paces()


@pytest.fixture(autouse=True)
def journals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder of the journals of this test, which are nobody else's."""
    folder = tmp_path / "journals"
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def user_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the user's config file of this test, which is not there, and let no guard of the machine's user hold."""
    path = tmp_path / "user" / "config.toml"

    def no_file() -> Path:
        """Return where the user's config file would be."""
        return path

    monkeypatch.setattr(settings, "user_file", no_file)
    monkeypatch.delenv("BATCHNB_READ_ONLY", raising=False)
    settings.set_notebook_layer(None)
    return path


@pytest.fixture(autouse=True)
def _only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail any test that looks up or connects to anything but the loopback interface."""
    connect_socket, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            assert ipaddress.ip_address(address[0]).is_loopback, f"{_REASON}: {address}"
        connect_socket(self, address)

    def guarded_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        assert host in (None, "", "localhost", "127.0.0.1", "::1"), f"{_REASON}: {host}"
        return look_up(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture
def start() -> Iterator[Callable[..., local.LocalBatch]]:
    """Start emulators whose time stands still (options as of `local.start`), and stop them at the end."""
    handles: list[local.LocalBatch] = []

    def start_one(fill: Callable[[local.World], None] | None = None, **options: Any) -> local.LocalBatch:
        options.setdefault("clock", local.ManualClock())
        handles.append(local.start(fill, **options))
        return handles[-1]

    yield start_one
    for handle in handles:
        handle.stop()


@pytest.fixture
def emulator(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with the queues `train` and `other`, and no jobs."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_queue("other")

    return start(fill)


@pytest.fixture
def gateway(emulator: local.LocalBatch) -> Gateway:
    """Return a gateway to `emulator`."""
    return connect(endpoint_url=emulator.endpoint_url)


@pytest.fixture
def clock(emulator: local.LocalBatch) -> Clock:
    """Return a clock on which waiting moves the time of `emulator`, and nothing waits for real."""
    return clock_of(emulator)


def clock_of(emulator: local.LocalBatch) -> Clock:
    """Return a clock that shows the time of an emulator whose clock is manual, and moves it by sleeping."""
    moved = emulator.clock
    assert isinstance(moved, local.ManualClock)
    return Clock(
        now=lambda: moved.now_ms() / 1000,
        sleep=moved.advance,
        wall=lambda: datetime.fromtimestamp(moved.now_ms() / 1000, UTC),
        chance=lambda: 0.5,
    )


@pytest.fixture(scope="session")
def node() -> str:
    """Return the command `node`."""
    found = shutil.which("node")
    if found is None:
        missing("Node 20 or later: apt-get install nodejs")
    return found
