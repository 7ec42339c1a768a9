"""Emulators for tests: started with a clock that stands still, stopped whatever happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from batchnb import local
from batchnb.local.http.dispatch import Api
from batchnb.local.http.protocols import find_service
from batchnb.local.http.wire import Fate, Reply, Request

from .shapes import faults_in
from .stage import Stage

_LARGE = 300_000
"""Bytes of an answer above which it is not checked: pages of 1,000 like jobs teach nothing new."""


@pytest.fixture(autouse=True)
def _check_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Check every answer that an emulator gives in these tests against botocore's model."""
    answer = Api.answer

    def checked(api: Api, request: Request) -> Reply:
        reply = answer(api, request)
        is_json = reply.status == 200 and reply.fate is Fate.SENT and "json" in reply.content_type
        if is_json and 0 < len(reply.body) < _LARGE:
            wrong = faults_in(find_service(request).operation, json.loads(reply.body))
            assert wrong == [], wrong  # stop() raises it in the test
        return reply

    monkeypatch.setattr(Api, "answer", checked)


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
