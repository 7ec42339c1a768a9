"""Emulators for tests: started with a clock that stands still, stopped whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from batchnb import local

from .stage import Stage

Opened = Callable[..., Stage]


@pytest.fixture(autouse=True)
def _no_aws(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Let nothing of the machine's AWS configuration reach a test."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    nowhere = tmp_path_factory.getbasetemp() / "no-aws"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(nowhere))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(nowhere))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open stages; the keywords are those of `local.start`."""
    handles: list[local.LocalBatch] = []

    def open_stage(**options: Any) -> Stage:
        clock = local.ManualClock()
        handle = local.start(clock=clock, **options)
        handles.append(handle)
        return Stage(handle, clock)

    yield open_stage
    for handle in handles:
        handle.stop()


@pytest.fixture
def stage(opened: Opened) -> Stage:
    """Open a stage with all the defaults."""
    return opened()
