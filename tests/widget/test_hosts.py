from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from batchnb.widget import has_front_end


def shell_with(monkeypatch: pytest.MonkeyPatch, kernel: Any) -> None:
    """Make IPython answer with a shell that has this kernel."""
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=kernel)))


@pytest.mark.parametrize("may_ask", [True, False])
def test_a_kernel_whose_cells_nobody_can_answer_has_no_front_end(
    monkeypatch: pytest.MonkeyPatch,
    may_ask: bool,  # noqa: FBT001 - pytest hands parameters over by name
) -> None:
    """nbclient, papermill and nbval say with each cell that there is nobody to ask."""
    monkeypatch.delenv("SERVER_SOFTWARE", raising=False)
    request = {"content": {"allow_stdin": may_ask}}
    shell_with(monkeypatch, SimpleNamespace(get_parent=lambda _channel: request))
    assert has_front_end() is may_ask


def test_voila_shows_widgets_though_nobody_can_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs cells as nbclient does, and then shows them."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    shell_with(monkeypatch, SimpleNamespace(get_parent=lambda _channel: {"content": {"allow_stdin": False}}))
    assert has_front_end()


def test_a_terminal_has_no_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython's shell in a terminal has no kernel."""
    shell_with(monkeypatch, None)
    assert not has_front_end()
