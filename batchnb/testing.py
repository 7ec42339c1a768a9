"""A pytest fixture for tests of code that talks to AWS Batch: an emulator, and an environment that leads to it.

Put `pytest_plugins = ["batchnb.testing"]` into your `conftest.py`. Nothing is loaded before a test asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from batchnb.local import LocalBatch

__all__ = ["batch_emulator", "batch_emulator_options"]

_SPEED = 60.0


@pytest.fixture
def batch_emulator_options() -> dict[str, Any]:
    """Return the keywords of `batchnb.local.start` for `batch_emulator`. Override this fixture to give others.

    >>> @pytest.fixture  # doctest: +SKIP
    ... def batch_emulator_options():
    ...     return {"fill": batchnb.local.night, "region": "eu-west-1", "clock": batchnb.local.ManualClock()}
    """
    return {}


@pytest.fixture
def batch_emulator(batch_emulator_options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalBatch]:
    """Start an emulator of AWS Batch for one test, and return its handle.

    Every `AWS_*` variable is taken away for the time of the test, the configuration files too, and those that lead AWS
    Batch, STS and CloudWatch Logs to the emulator are set. It has a queue `queue` and no jobs unless the options give
    `fill`. Its time runs 60 times as fast as the wall's unless they give `clock`. Calls to other services are not
    emulated, and its credentials are good for nothing on AWS.
    """
    from batchnb import local

    options = {"fill": _one_queue, "clock": local.WallClock(_SPEED), **batch_emulator_options}
    with local.start(**options) as emulator:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        settings = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        for name, value in (settings | emulator.environ()).items():
            monkeypatch.setenv(name, value)
        yield emulator


def _one_queue(world: Any) -> None:
    world.add_queue("queue")
