"""The progress bar: silent at first, honest later, and gone in the end."""

from __future__ import annotations

from functools import partial

import pytest
import tqdm.std

from batchnb.clock import Clock
from batchnb.progress import SILENT_SECONDS, counting


class _Watch:
    """A clock for the progress bar, moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    """Put a clock into tqdm that only the test moves."""
    moved = _Watch()
    monkeypatch.setattr(tqdm.std, "time", moved)
    monkeypatch.setattr(tqdm.std.tqdm, "monitor_interval", 0)
    return moved


def test_what_is_quick_shows_no_bar(watch: _Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """Within the first second nothing is printed, however much is read."""
    with counting("jobs read", unit=" jobs", clock=Clock(now=watch)) as count:
        for _ in range(10):
            watch.now += SILENT_SECONDS / 11
            count(10_000)
    assert capsys.readouterr() == ("", "")


def test_what_takes_longer_shows_that_it_goes_on(watch: _Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """After a second the bar tells how many jobs have been read, on stderr, and goes away at the end."""
    with counting("jobs read", unit=" jobs", clock=Clock(now=watch)) as count:
        watch.now += SILENT_SECONDS + 0.5
        count(1_234)
        shown = capsys.readouterr()
        assert shown.out == ""
        assert "jobs read: 1234 jobs" in shown.err
        assert f"{1_234 / (SILENT_SECONDS + 0.5):.2f} jobs/s" in shown.err
    assert capsys.readouterr().err.strip("\r ") == ""


def test_who_wants_silence_gets_it(watch: _Watch, capsys: pytest.CaptureFixture[str]) -> None:
    """A bar that is not wanted is not shown after any time."""
    with counting("jobs read", unit=" jobs", silent=True, clock=Clock(now=watch)) as count:
        watch.now += 100
        count(1_234)
    assert capsys.readouterr() == ("", "")


def test_a_bar_that_is_switched_off_harms_nobody(
    watch: _Watch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TQDM_DISABLE=1, which tqdm reads once, the run goes on without a bar: a bar must never stop a run."""
    monkeypatch.setattr(tqdm.std, "tqdm", partial(tqdm.std.tqdm, disable=True))
    with counting("jobs read", unit=" jobs", clock=Clock(now=watch)) as count:
        watch.now += 100
        count(1_234)
        count(1)
    assert capsys.readouterr() == ("", "")
