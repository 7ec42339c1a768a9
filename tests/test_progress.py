"""The progress bar: silent at first, honest later, and gone in the end."""

from __future__ import annotations

import sys
from functools import partial
from types import SimpleNamespace

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


class _Handle:
    """An output of a notebook, as IPython's `display` returns it."""

    def __init__(self, first: dict[str, str]) -> None:
        self.texts = [first["text/plain"]]

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        """Show this instead."""
        assert raw
        self.texts.append(data["text/plain"])


@pytest.mark.parametrize("attended", [True, False])
def test_a_notebook_shows_a_line_and_no_box_of_stderr(
    watch: _Watch, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, attended: bool
) -> None:
    """The line keeps the final count; papermill, where nobody looks, has the bar as before."""
    handles: list[_Handle] = []

    def display(data: dict[str, str], *, raw: bool, display_id: bool) -> _Handle:
        assert (raw, display_id) == (True, True)
        handles.append(_Handle(data))
        return handles[-1]

    kernel = SimpleNamespace(get_parent=lambda _channel: {"content": {"allow_stdin": attended}})
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    with counting("jobs read", unit=" jobs", total=10, clock=Clock(now=watch)) as count:
        count(1)
        watch.now += 2
        count(4)
        count(5)
    if attended:
        assert handles[0].texts[-1] == "jobs read: 10 of 10 jobs"
        assert capsys.readouterr().err == ""
    else:
        assert handles == []
        assert "jobs read" in capsys.readouterr().err
