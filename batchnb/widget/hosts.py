"""Hosts other than notebooks: those where the picker cannot work say so at once, others say how to go on."""

from __future__ import annotations

import sys
from typing import Any

from batchnb.errors import InputError

__all__ = ["WITHOUT_CLICKS", "check_host", "is_streamlit"]

WITHOUT_CLICKS = (
    'Nothing to click here? Type %batch_terminate jobs --reason "OPS-123 bad input" to see the plan, and add --yes to '
    'end the jobs. In Python: batchnb.plan(jobs, reason="OPS-123 bad input").execute()'
)
"""How to go on in a console, in qtconsole, Spyder and Streamlit, which show the picker as a table."""

_INSTEAD = 'Use batchnb.plan(jobs, reason="…") and plan.execute() in a callback of your own.'


def check_host() -> None:
    """Raise InputError in an app of Panel, Bokeh or Shiny, where the picker would wait for ever.

    A Bokeh server takes no binary data from the browser, and a session of Shiny does not reach the thread that works.
    Both are seen only where an app is served: a notebook may import them, too.
    """
    if _is_bokeh_server():
        raise InputError(
            f"The picker does not work in an app of Panel or Bokeh: it takes no binary data from a page. {_INSTEAD}"
        )
    if _is_shiny_session():
        raise InputError(
            f"The picker does not work in an app of Shiny: its session does not reach the picker's thread. {_INSTEAD}"
        )


def is_streamlit() -> bool:
    """Return whether this is a script that Streamlit runs."""
    runtime: Any = sys.modules.get("streamlit.runtime")
    return bool(_asked(lambda: runtime is not None and runtime.exists()))


def _is_bokeh_server() -> bool:
    bokeh: Any = sys.modules.get("bokeh.io")
    return _asked(lambda: bokeh is not None and bokeh.curdoc().session_context) not in (None, False)


def _is_shiny_session() -> bool:
    shiny: Any = sys.modules.get("shiny.session")
    return _asked(lambda: shiny is not None and shiny.get_current_session()) not in (None, False)


def _asked(question: Any) -> Any:
    try:
        return question()
    except Exception:  # noqa: BLE001 - another version of a host must not break a notebook
        return None
