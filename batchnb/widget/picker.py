"""JobPicker: the widget. It holds the current snapshot, the selection, one plan and one worker thread.

The browser filters, sorts and selects by itself, and the kernel may be busy meanwhile. What is asked of the kernel, and
what it has to say by itself, travels in custom messages, so that no column gets into the saved state of a notebook.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from batchnb.aws.relist import not_listed_text
from batchnb.clock import Clock
from batchnb.errors import InputError
from batchnb.model.facts import DIGEST_SHOWN
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.running.run import check_timeout
from batchnb.running.stop import Stop
from batchnb.text import plural, shown
from batchnb.widget.as_cell import cell_for
from batchnb.widget.fallback import Still
from batchnb.widget.frontends import Outputs, is_unattended
from batchnb.widget.hosts import check_host, is_streamlit
from batchnb.widget.module import join_modules
from batchnb.widget.requests import Handler, answer_to
from batchnb.widget.session import Asks, Desk
from batchnb.widget.table.snapshot import take_snapshot
from batchnb.widget.view_model import Phase

if TYPE_CHECKING:
    import boto3
    import pandas as pd

__all__ = ["JobPicker"]

_HERE = Path(__file__).parent


class JobPicker(anywidget.AnyWidget, Desk):
    """Show the jobs of a DataFrame as rows to select; end the selected ones after one confirmation, and watch them.

    `df` has a column of job ids (`jobId`, `job_id`, `JobId`, `id`, or the one that `ids` names); `list_jobs` returns
    such a frame. `reason` is what the field for it starts with. Above `confirm_above` jobs the number has to be typed.
    `timeout` is how many seconds jobs are watched after the last request. `guards` are handed to `batchnb.plan`, for
    example `{"max_jobs": 5000}`. Calls go where `session`, `profile`, `region` and `endpoint_url` say, as for
    `batchnb.plan`.

    `relist` returns a new DataFrame for `refresh`. Without it, a whole listing of `list_jobs` is made again: new jobs
    come to its end, unselected, and those that it has no more stay. Of any other frame, be it a part of a listing,
    only the jobs that it has are looked at again.

    `selected`, `plan`, `report` and `error` can be read at any time. Nothing is ended by making or showing a picker.
    """

    _esm = join_modules(_HERE / "js" / "index.js")
    _saved = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        df: pd.DataFrame,
        *,
        reason: str = "",
        session: boto3.Session | None = None,
        profile: str | None = None,
        region: str | None = None,
        endpoint_url: str | None = None,
        confirm_above: int = 100,
        timeout: float = 300.0,
        ids: str | None = None,
        guards: Mapping[str, Any] | None = None,
        relist: Callable[[], pd.DataFrame] | None = None,
    ) -> None:
        check_timeout(timeout)
        if isinstance(confirm_above, bool) or not isinstance(confirm_above, int) or confirm_above < 0:
            raise InputError(f"confirm_above: {confirm_above!r} is no whole number, 0 or more.")
        connection = {"profile": profile, "region": region, "endpoint_url": endpoint_url}
        asks = Asks(session, connection, dict(guards or {}), confirm_above, timeout, ids, relist)
        self._set_up(take_snapshot(df, 1, ids=ids), asks, reason)
        self._outputs = Outputs()
        self._handlers: dict[str, Handler] = {
            "hello": self._on_hello,
            "select": self._on_select,
            "plan": self._on_plan,
            "confirm": self._on_confirm,
            "cancel": self._on_cancel,
            "stop": self._on_stop,
            "refresh": self._on_refresh,
            "cell": self._on_cell,
            "dismiss": self._on_dismiss,
            "hold": self._on_hold,
            "keep": self._on_keep,
        }
        super().__init__()
        self._keep_rows()
        self.on_msg(self._on_message)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the DataFrame, in its order."""
        with self._mutex:
            return self._snapshot.frame.iloc[self._rows]

    @property
    def plan(self) -> Plan | None:
        """The plan that was made last, None before."""
        return self._plan

    @property
    def report(self) -> Report | None:
        """What became of each job of the plan that was executed last, None before."""
        return self._report

    @property
    def reason(self) -> str:
        """What stands in the field for the reason."""
        return self._reason

    def refresh(self, df: pd.DataFrame | None = None) -> None:
        """Show `df`, or list the jobs anew, in this thread. The selection stays, by job id.

        Raises InputError while a plan is made, waits for its confirmation, or is executed.
        """
        self._begin(Phase.LISTING)
        try:
            if df is None:
                self._refresh()
            else:
                self._show_frame(df)
        finally:
            self._set_phase(Phase.IDLE)

    def as_cell(self) -> str:
        """Return the cell that ends the selected jobs for the reason in the field, without a click.

        After a run, it is the cell for the jobs that were asked for in it, until others are selected.
        """
        with self._mutex:
            job_ids, plan, reason = self._snapshot.ids_at(self._rows), self._plan, self._reason
        if plan is not None and (not job_ids or job_ids == [planned.job_id for planned in plan.jobs]):
            job_ids, reason = [planned.job_id for planned in plan.to_end], plan.reason
            where = f"{plural(len(job_ids), 'job')}, {shown(plan.identity, 300)}"
            notes = [f"plan {plan.digest[:DIGEST_SHOWN]}: {where}"]
        else:
            notes = [plural(len(job_ids), "job")]
        if not job_ids:
            raise InputError("there is no job in this cell: select some first.")
        return cell_for(job_ids, reason, {**self._asks.connection, **self._asks.guards}, notes)

    def stop(self) -> None:
        """Send nothing more, as the button does, and watch what was sent; where that is going on, watch no longer."""
        self._press_stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing is under way any more; return whether that was within `timeout` seconds."""
        worker = self._worker
        if worker is not None and worker is not threading.current_thread():
            worker.join(timeout)
            return not worker.is_alive()
        return True

    def __repr__(self) -> str:
        return f"<JobPicker: {plural(len(self._snapshot), 'job')}>"

    def open(self) -> None:
        """Open the line to a page, unless nobody looks: such a run would save the whole widget with the notebook."""
        check_host()
        if not is_unattended():
            super().open()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle: Any = super()._repr_mimebundle_(**options) if self._place else {}
        data, *metadata = bundle if isinstance(bundle, tuple) else (bundle or {},)
        data = {**data, **self._stills()}
        return (data, *metadata) if any(metadata) else data

    @property
    def _repr_html_(self) -> Any:
        """What Streamlit shows, which knows neither widgets nor MIME bundles; notebooks are not to ask for it."""
        if not is_streamlit():
            raise AttributeError("_repr_html_")
        return lambda: self._stills()["text/html"]

    def _ipython_display_(self) -> None:
        self._outputs.show(self._repr_mimebundle_())

    def _data(self) -> Mapping[str, Any]:
        bundle = self._repr_mimebundle_()
        data: Mapping[str, Any] = bundle[0] if isinstance(bundle, tuple) else bundle
        return data

    def _stills(self) -> dict[str, str]:
        still = self._still()
        return {"text/plain": f"{self!r}\n{still.text()}", "text/html": still.html(self._place)}

    def _still(self) -> Still:
        with self._mutex:
            return Still(self._snapshot, self._rows, None if self._begun else self._report, self._note())

    def _note(self) -> str:
        if self._begun is not None:
            return (
                f"A run began at {self._begun:%Y-%m-%d %H:%M:%S} UTC, and went on when this was kept. "
                "What became of it: %batch_history; %batch_resume finishes it if it was cut off."
            )
        # A notebook that is run again to be compared has nobody who looks at it now.
        as_of = "" if is_unattended() else f"As of {Clock().wall():%Y-%m-%d %H:%M:%S} UTC."
        return " ".join(filter(None, [as_of, not_listed_text(self._snapshot.frame)]))

    def _keep_outputs(self, *, always: bool = False) -> None:
        if always or self._outputs.is_held:
            self._outputs.update(self._data())

    def _keep_rows(self) -> None:
        # For a page that has the saved state of the widget, but no kernel: as bounded as the static table.
        self._saved = self._still().values()

    @property
    def _place(self) -> str:
        return "" if self.comm is None else f"bnb-at-{self.model_id}"

    # What the browser asks

    def _on_message(self, _widget: object, content: object, buffers: Sequence[Any]) -> None:
        answer, error = answer_to(self._handlers, content, buffers)
        if error is not None:
            self.error = error
        self.send(answer)

    def _on_hello(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        self._send_first_rows()
        self._send_snapshot()

    def _on_select(self, content: Mapping[str, Any], buffers: Sequence[Any]) -> Mapping[str, Any]:
        with self._mutex:
            self._rows = self._snapshot.rows_in(content.get("snapshot"), _only(buffers))
            self._reason = _text(content.get("reason"))
            return {"selected": len(self._rows)}

    def _on_plan(self, content: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        self._on_select(content, buffers)
        if not len(self._rows):
            raise InputError("no job is selected. Nothing was done.")
        self._start(Phase.PLANNING, self._make_plan)

    def _on_confirm(self, content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        with self._mutex:
            plan = self._plan
            if self._phase is not Phase.CONFIRMING or plan is None or content.get("digest") != plan.digest:
                raise InputError("the plan that was confirmed is not the one that waits. Nothing was ended.")
            if self._must_type(plan) and content.get("typed") != str(len(plan.to_end)):
                raise InputError(f"type the number of jobs, {len(plan.to_end)}, to end them. Nothing was ended.")
            self._stop = Stop()
            self._start(Phase.RUNNING, lambda: self._execute(plan), after=Phase.CONFIRMING)

    def _on_cancel(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        with self._mutex:
            if self._phase is Phase.CONFIRMING:
                self._set_phase(Phase.IDLE)

    def _on_stop(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        self.stop()

    def _on_refresh(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        self._start(Phase.LISTING, self._refresh)

    def _on_cell(self, content: Mapping[str, Any], buffers: Sequence[Any]) -> Mapping[str, Any]:
        self._on_select(content, buffers)
        return {"text": self.as_cell()}

    def _on_hold(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        self._outputs.hold(self._data())

    def _on_keep(self, content: Mapping[str, Any], buffers: Sequence[Any]) -> None:
        self._on_select(content, buffers)
        self._keep_outputs()

    def _on_dismiss(self, _content: Mapping[str, Any], _buffers: Sequence[Any]) -> None:
        self.error = None
        self._send_state()


def _only(buffers: Sequence[Any]) -> Any:
    if len(buffers) != 1:
        raise InputError(f"a selection comes as one binary part, not {len(buffers)}.")
    return buffers[0]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
