"""Emulators for tests: started with a clock that stands still, stopped whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from batchnb import local

from .stage import Stage

Opened = Callable[..., Stage]


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
