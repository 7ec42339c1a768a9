"""Looking for garbage seldom: while it is meant to be, and no longer."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from threading import Thread

import pytest

from batchnb.aws import gc_pause
from batchnb.aws.gc_pause import SELDOM, collecting_seldom, leave_for


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Leave the thresholds of this process as they were."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 5)
    yield
    gc.set_threshold(*before)


def test_the_thresholds_come_back() -> None:
    """Inside, garbage is looked for seldom; afterwards, and after an error, as often as before."""
    with collecting_seldom():
        assert gc.get_threshold() == (SELDOM, 10, 5)
    assert gc.get_threshold() == (700, 10, 5)
    with pytest.raises(KeyError), collecting_seldom():
        raise KeyError
    assert gc.get_threshold() == (700, 10, 5)


def test_they_come_back_when_the_last_is_done() -> None:
    """Those that are inside at the same time, in whatever order they leave, are one."""
    first, second = collecting_seldom(), collecting_seldom()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == (SELDOM, 10, 5)
    second.__exit__(None, None, None)
    assert gc.get_threshold() == (700, 10, 5)


@pytest.mark.parametrize("first", [0, SELDOM + 1])
def test_what_somebody_has_set_is_kept(first: int) -> None:
    """Who has switched the collection off, or made it rarer still, meant it."""
    gc.set_threshold(first, 10, 5)
    with collecting_seldom():
        assert gc.get_threshold() == (first, 10, 5)


def test_a_thread_that_was_broken_off_with_the_lock_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """KeyboardInterrupt may come between the last line of a `with` and its release; the next run must go on."""
    monkeypatch.setattr(gc_pause, "PATIENCE", 0.01)

    def break_off() -> None:
        collecting_seldom().__enter__()
        gc_pause._lock.acquire()

    thread = Thread(target=break_off)
    thread.start()
    thread.join()
    leave_for(thread.ident)
    assert gc.get_threshold() == (700, 10, 5)
    with collecting_seldom():
        assert gc.get_threshold() == (SELDOM, 10, 5)
    assert gc.get_threshold() == (700, 10, 5)
