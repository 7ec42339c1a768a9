"""Hosts other than notebooks: the picker works there, says how to go on, or says that it cannot."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import anywidget.widget
import pandas as pd
import pytest

from batchnb.errors import InputError
from batchnb.widget import JobPicker
from batchnb.widget.frontends import VIEW, Outputs
from batchnb.widget.hosts import WITHOUT_CLICKS, check_host, is_streamlit

FRAME = pd.DataFrame({"jobId": ["aaaaaaaa-2222-3333-4444-555555555555"], "jobName": ["sweep"]})
MANAGER = {VIEW: {"colab": {"custom_widget_manager": {"url": "https://ssl.gstatic.com/x"}}}}


def serve(monkeypatch: pytest.MonkeyPatch, host: str, *, served: bool = True) -> None:
    """Let it look as if this host was imported, and served an app."""
    context = object() if served else None
    modules: dict[str, Any] = {
        "bokeh.io": SimpleNamespace(curdoc=lambda: SimpleNamespace(session_context=context)),
        "shiny.session": SimpleNamespace(get_current_session=lambda: context),
        "streamlit.runtime": SimpleNamespace(exists=lambda: served),
    }
    monkeypatch.setitem(sys.modules, host, modules[host])


@pytest.mark.parametrize(("host", "name"), [("bokeh.io", "Panel or Bokeh"), ("shiny.session", "Shiny")])
def test_an_app_in_which_it_cannot_work_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch, host: str, name: str
) -> None:
    """With what to call instead; a notebook that has only imported the library is not refused."""
    serve(monkeypatch, host, served=False)
    check_host()
    serve(monkeypatch, host)
    with pytest.raises(InputError, match=rf"does not work in an app of {name}: .*batchnb\.plan\(jobs, reason="):
        JobPicker(FRAME)


def test_a_host_that_fails_is_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version of a library must not break a notebook."""
    for name in ("bokeh.io", "shiny.session", "streamlit.runtime"):
        monkeypatch.setitem(sys.modules, name, SimpleNamespace())
    check_host()
    assert not is_streamlit()


def test_streamlit_gets_a_table_that_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for `_repr_html_`, which nobody else is to find: notebooks have the widget."""
    picker = JobPicker(FRAME)
    assert not hasattr(picker, "_repr_html_")
    serve(monkeypatch, "streamlit.runtime")
    html = picker._repr_html_()
    assert "sweep" in html
    assert "%batch_terminate jobs --reason" in html


def test_a_console_is_told_how_to_go_on_without_clicks() -> None:
    """Jupyter's console, qtconsole and Spyder show the text."""
    picker = JobPicker(FRAME)
    assert picker._stills()["text/plain"].endswith(WITHOUT_CLICKS)
    assert WITHOUT_CLICKS not in picker._stills()["text/html"]


def test_colab_gets_the_metadata_of_its_widget_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the output and with each change of it; elsewhere there is none."""
    told: list[Any] = []

    def note(_data: Any, **options: Any) -> Any:
        told.append(options.get("metadata"))
        return SimpleNamespace(update=note)

    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=note))
    outputs = Outputs()
    outputs.show(({VIEW: "1"}, MANAGER))
    outputs.update({VIEW: "2"})
    Outputs().show({VIEW: "1"})
    assert told == [MANAGER, MANAGER, None]


def test_the_picker_passes_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What anywidget says of Colab reaches the output of the cell."""
    told: list[Any] = []
    bundle = {VIEW: {"model_id": "1"}}, MANAGER
    monkeypatch.setattr(anywidget.widget.AnyWidget, "_repr_mimebundle_", lambda _self, **_options: bundle)
    monkeypatch.setattr(JobPicker, "_place", "at")
    display = SimpleNamespace(display=lambda _data, **options: told.append(options.get("metadata")))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    JobPicker(FRAME)._ipython_display_()
    assert told == [MANAGER]
