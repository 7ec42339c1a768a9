from __future__ import annotations

import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from batchnb import local
from batchnb.widget import has_front_end
from batchnb.widget.frontends import VIEW, Outputs, is_unattended


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
    assert is_unattended() is not may_ask


def test_voila_shows_widgets_though_nobody_can_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs cells as nbclient does, and then shows them."""
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    shell_with(monkeypatch, SimpleNamespace(get_parent=lambda _channel: {"content": {"allow_stdin": False}}))
    assert has_front_end()
    assert not is_unattended()


def test_a_terminal_has_no_front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPython's shell in a terminal has no kernel."""
    shell_with(monkeypatch, None)
    assert not has_front_end()
    assert not is_unattended()


def test_an_output_names_its_widget_until_a_page_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file keeps of it then is the table alone, whatever is put there later."""
    updates: list[dict[str, str]] = []
    handle = SimpleNamespace(update=lambda data, raw: updates.append(data) if raw else None)
    display = SimpleNamespace(display=lambda _data, raw, display_id: handle if raw and display_id else None)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    outputs = Outputs()
    outputs.show({VIEW: "1", "text/html": "a"})
    outputs.update({VIEW: "1", "text/html": "b"})
    outputs.hold({VIEW: "1", "text/html": "c"})
    outputs.update({VIEW: "1", "text/html": "d"})
    assert updates == [{VIEW: "1", "text/html": "b"}, {"text/html": "c"}, {"text/html": "d"}]


def test_a_notebook_that_nobody_watches_keeps_a_table_and_no_widget(jobs: local.LocalBatch) -> None:
    """Run by nbclient, the file has neither the widget nor its state, and the table is the same every time."""
    cell = "from batchnb import JobPicker, list_jobs\nJobPicker(list_jobs(queues='train'))"
    outputs = []
    for _ in range(2):
        notebook = new_notebook(cells=[new_code_cell(cell)])  # type: ignore[no-untyped-call]
        NotebookClient(notebook, kernel_name="python3").execute(env=os.environ | jobs.environ())
        assert "widgets" not in notebook.metadata
        (output,) = notebook.cells[0].outputs
        outputs.append(output.data)
    assert set(outputs[0]) == {"text/plain", "text/html"}
    assert "run-000" in outputs[0]["text/plain"]
    assert outputs[0] == outputs[1]
