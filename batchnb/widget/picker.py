"""JobPicker: the widget around a PickerSession: its traits, its outputs in notebooks, and what Python asks of it.

The browser filters, sorts and selects by itself, and the kernel may be busy meanwhile. Requests and answers travel in
custom messages, so that no column gets into the saved state of a notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from batchnb.aws.kept_connection import KeptConnection
from batchnb.errors import InputError
from batchnb.model.plan import Plan
from batchnb.model.report import Report
from batchnb.running.run import check_timeout
from batchnb.text import plural
from batchnb.widget.frontends import Outputs, is_unattended
from batchnb.widget.hosts import check_host, is_streamlit
from batchnb.widget.kept_text import cell_of
from batchnb.widget.matching import check_query, rows_matching
from batchnb.widget.module import join_modules, pack_module
from batchnb.widget.requests import answer_to
from batchnb.widget.saved_form import still_of
from batchnb.widget.session import PickerSession
from batchnb.widget.setup import Audience, Setup
from batchnb.widget.shown_jobs import ShownJobs
from batchnb.widget.view_asked import (
    as_asked,
    check_columns,
    check_group,
    check_idle,
    check_reason_text,
    check_selected,
    origin_of,
)

if TYPE_CHECKING:
    import boto3
    import pandas as pd

__all__ = ["JobPicker"]

_HERE = Path(__file__).parent


class JobPicker(anywidget.AnyWidget):
    """Show the jobs of a DataFrame as rows to select; end the selected ones after one confirmation, and watch them.

    `df` has a column of job ids (`jobId`, `job_id`, `JobId`, `id`, or the one that `ids` names); `list_jobs` returns
    such a frame. `reason` is what the field for it starts with. Above `confirm_above` jobs the number has to be typed.
    `timeout` is how many seconds jobs are watched after the last request. `guards` are handed to `batchnb.plan`, for
    example `{"max_jobs": 5000}`. Calls go where `session`, `profile`, `region` and `endpoint_url` say, as for
    `batchnb.plan`.

    `query`, `group` and `columns` say how the list is shown at first. These, `reason` and `selected` can be set at any
    time, and change the picker in place. What confirms cannot be set.

    How a picker is set (search, groups, columns, widths, sort, height, open details, reason, selection) is kept for 12
    hours, in this kernel: where the cell is run again, the new picker is set like the last one. `view` gives it a name,
    for hosts that do not tell which cell runs. It is restored only for jobs of the same account, Region and endpoint,
    and the reason only on the same day (UTC). What an argument asks for anew counts more than what was kept.

    `relist` returns a new DataFrame for `refresh`. Without it, a whole listing of `list_jobs` is made again: new jobs
    come to its end, unselected, and those that it has no more stay. Of any other frame, be it a part of a listing,
    only the jobs that it has are looked at again.

    `plan`, `report` and `error` can be read at any time. Nothing is ended by making or showing a picker.
    """

    _esm = pack_module(join_modules(_HERE / "js" / "index.js"))
    _saved = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        df: pd.DataFrame,
        *,
        reason: str = "",
        query: str = "",
        group: str | Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        view: str | None = None,
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
            raise InputError(f"confirm_above must be a whole number from 0, got {confirm_above!r}.")
        connection = KeptConnection(session, profile, region, endpoint_url)
        setup = Setup(connection, dict(guards or {}), confirm_above, timeout, ids, relist)
        jobs = ShownJobs(df, ids)
        origin = origin_of(jobs, view, reason=reason, query=query, group=group, columns=columns)
        self._session = PickerSession(jobs, setup, self._audience(), origin=origin)
        self._outputs = Outputs()
        super().__init__()
        self._keep_rows()
        self.on_msg(self._on_message)

    @property
    def selected(self) -> pd.DataFrame:
        """The selected rows of the DataFrame, in its order.

        Set it to a DataFrame, a job id or several: exactly these jobs are selected then, except for those that have
        ended or are locked. Raises InputError for a job that is not in the list, and unless the picker is idle.
        """
        return self._session.jobs.selected

    @selected.setter
    def selected(self, jobs: object) -> None:
        with self._session.jobs.mutex:
            check_idle(self._session, "selected")
            self._session.select(check_selected(self._session, jobs))

    @property
    def query(self) -> str:
        """The search. Raises InputError, with the line that the picker shows, for one that cannot be read."""
        return self._session.view.current.search

    @query.setter
    def query(self, query: str) -> None:
        self._session.view.set(search=check_query(self._session.jobs, query))

    @property
    def matching(self) -> pd.DataFrame:
        """The rows that match `query` now, in the order of the DataFrame.

        Python reads the search by the rules of the browser; facets do not count. A search that cannot be read matches
        nothing.
        """
        with self._session.jobs.mutex:
            return self._session.jobs.snapshot.frame.iloc[rows_matching(self._session, self.query)]

    @property
    def group(self) -> str | tuple[str, ...] | None:
        """By what the rows are grouped: a name or two of them, None for no groups.

        A name is `definition`, `name stem`, `array`, `queue`, `status`, `result`, or the title of a column. Raises
        InputError if it is set to another one.
        """
        return as_asked(self._session.view.current.group)

    @group.setter
    def group(self, group: str | Sequence[str] | None) -> None:
        self._session.view.set(group=check_group(self._session.jobs.snapshot, group))

    @property
    def columns(self) -> list[str] | None:
        """The titles of the columns that are shown, in their order; None until a browser has shown the usual ones.

        Set it to titles, or to None for the usual columns. The name always stays. Raises InputError for a column that
        is not there.
        """
        return self._session.view.titles

    @columns.setter
    def columns(self, columns: Sequence[str] | None) -> None:
        self._session.view.set(columns=check_columns(self._session.jobs.snapshot, columns))

    @property
    def plan(self) -> Plan | None:
        """The plan that was made last, None before."""
        return self._session.plan

    @property
    def report(self) -> Report | None:
        """The report of the plan that was executed last, None before."""
        return self._session.report

    @property
    def reason(self) -> str:
        """The text in the field for the reason.

        Raises InputError if it is set to one that AWS would not take, and unless the picker is idle.
        """
        return self._session.reason

    @reason.setter
    def reason(self, reason: str) -> None:
        with self._session.jobs.mutex:
            check_idle(self._session, "reason")
            self._session.view.set(reason=check_reason_text(reason))

    @property
    def error(self) -> Exception | None:
        """The last error, None after something went right."""
        return self._session.worker.error

    def select(self, job_ids: Sequence[str]) -> None:
        """Select exactly these jobs, as far as they are in the table and have not ended.

        Raises InputError unless the picker is idle.
        """
        with self._session.jobs.mutex:
            check_idle(self._session, "selected")
            self._session.select(job_ids)

    def refresh(self, df: pd.DataFrame | None = None) -> None:
        """Show `df`, or list the jobs again, in this thread. The selection stays, by job id.

        Raises InputError while a plan is made, waits for its confirmation, or is executed.
        """
        self._session.listing.refresh(df)

    def as_cell(self) -> str:
        """Return the cell that ends the selected jobs for the reason in the field, without a click.

        After a run, it is the cell for the jobs of that run, until others are selected.
        """
        return cell_of(self._session)

    def stop(self) -> None:
        """Send nothing more, and watch the jobs that were asked for; where that goes on, stop watching."""
        self._session.press_stop()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing goes on any more; return whether that was within `timeout` seconds."""
        session = self._session
        return all(one.wait(timeout) for one in (session.worker, session.identity, session.auto_refresh))

    def __repr__(self) -> str:
        return f"<JobPicker: {plural(len(self._session.jobs), 'job')}>"

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
        return bundle[0] if isinstance(bundle, tuple) else bundle  # type: ignore[no-any-return]

    def _stills(self) -> dict[str, str]:
        still = still_of(self._session)
        return {"text/plain": f"{self!r}\n{still.text()}", "text/html": still.html(self._place)}

    def _keep_outputs(self) -> None:
        if self._outputs.is_held:
            self._keep_result()

    def _keep_result(self) -> None:
        self._outputs.update(self._data())

    def _keep_rows(self) -> None:
        # For a page that has the saved state of the widget, but no kernel: as bounded as the static table.
        self._saved = still_of(self._session).values()

    @property
    def _place(self) -> str:
        return "" if self.comm is None else f"bnb-at-{self.model_id}"

    def _audience(self) -> Audience:
        return Audience(
            # Looked up each time: a test may put its own in its place.
            send=lambda content, buffers: self.send(content, buffers),
            place=lambda: self._place,
            keep_rows=self._keep_rows,
            keep_outputs=self._keep_outputs,
            keep_result=self._keep_result,
            hold_outputs=lambda: self._outputs.hold(self._data()),
        )

    def _on_message(self, _widget: object, content: object, buffers: Sequence[Any]) -> None:
        self.send(answer_to(self._session, content, buffers))
