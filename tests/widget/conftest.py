"""A picker without a browser: what it sends is kept, and what a browser would send is handed to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from batchnb import local
from batchnb.api import list_jobs
from batchnb.widget import JobPicker

if TYPE_CHECKING:
    import pandas as pd

ENDING = local.Delays(
    submitted=0.02, pending=0.02, runnable=0.02, starting=0.05, running=0.05, succeeding=0.02, dependents=0.02
)


@dataclass
class Hand:
    """Sends to a picker what a browser would, and keeps what comes back."""

    picker: JobPicker
    sent: list[tuple[dict[str, Any], list[bytes]]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def ask(self, kind: str, content: dict[str, Any] | None = None, *buffers: bytes) -> dict[str, Any]:
        """Send a request and return its answer; there has to be exactly one."""
        number = next(self.numbers)
        parts = [memoryview(part) for part in buffers]
        self.picker._on_message(self.picker, {"kind": kind, "id": number, **(content or {})}, parts)
        answers = [message for message, _ in self.sent if message.get("id") == number]
        assert len(answers) == 1
        return answers[0]

    def bits(self, *rows: int) -> bytes:
        """Return a bitset with these rows set, as the browser makes it."""
        bits = np.zeros(len(self.picker._session.jobs.snapshot), dtype=np.uint8)
        bits[list(rows)] = 1
        return np.packbits(bits, bitorder="little").tobytes()

    def choose(self, *rows: int, kind: str = "select", reason: str = "OPS-123", snapshot: int | None = None) -> Any:
        """Select these rows, and ask for `kind`."""
        number = self.picker._session.jobs.snapshot.number if snapshot is None else snapshot
        return self.ask(kind, {"snapshot": number, "reason": reason}, self.bits(*rows))

    def planned(self, *rows: int, reason: str = "OPS-123") -> None:
        """Select these rows, ask for the plan, and wait for it."""
        assert self.choose(*rows, kind="plan", reason=reason)["ok"]
        assert self.picker.wait(20)

    def confirmed(self, **content: Any) -> dict[str, Any]:
        """Say yes to the plan that waits, and wait until it is over."""
        assert self.picker.plan is not None
        told = {"digest": self.picker.plan.digest, "typed": None, "at": self.state["clock"]}
        answer = self.ask("confirm", {**told, **content})
        assert self.picker.wait(20)
        return answer

    def of_kind(self, kind: str) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Return the messages of one kind, oldest first."""
        return [message for message in self.sent if message[0]["kind"] == kind]

    @property
    def state(self) -> dict[str, Any]:
        """What the browser was told last of what goes on."""
        states: list[dict[str, Any]] = [message["state"] for message, _ in self.sent if "state" in message]
        return states[-1]


@pytest.fixture
def jobs(start: Callable[..., local.LocalBatch], monkeypatch: pytest.MonkeyPatch) -> local.LocalBatch:
    """Return an emulator with ten running jobs, two that have ended and one array, ending within moments."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "run", 10, created_ago=7200.0)
        world.add_jobs("train", "old", 2, status="SUCCEEDED", created_ago=7100.0)
        world.add_job("train", "array", array_size=3, created_ago=7000.0)
        world.delays = ENDING

    handle = start(fill, clock=local.WallClock())
    for name, value in handle.environ().items():
        monkeypatch.setenv(name, value)
    return handle


@pytest.fixture
def frame(jobs: local.LocalBatch) -> pd.DataFrame:  # noqa: ARG001 - it fills what is listed
    """Return all jobs of the emulator, oldest first."""
    return list_jobs(status="all", queues="train")


@pytest.fixture
def hold() -> Callable[..., Hand]:
    """Return what makes a picker over a DataFrame; options as of `JobPicker`."""

    def make(frame: pd.DataFrame, **options: Any) -> Hand:
        picker = JobPicker(frame, **options)
        hand = Hand(picker)

        def keep(content: dict[str, Any], buffers: Sequence[Any] | None = None) -> None:
            hand.sent.append((content, [bytes(part) for part in buffers or ()]))

        picker.send = keep
        return hand

    return make


@pytest.fixture
def hand(frame: pd.DataFrame, hold: Callable[..., Hand]) -> Hand:
    """Return a picker over the jobs of the emulator."""
    return hold(frame)
