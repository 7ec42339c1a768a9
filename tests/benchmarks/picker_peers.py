"""Other grids over the same jobs, for `picker_speed`: AG Grid Community on the picker's own columns, and itables.

Neither is in the repository. AG Grid's bundle is fetched by npm into a temporary folder, and is a part of the widget's
module then, so that the page needs no network; itables is used where it is installed.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets

import batchnb.widget
from batchnb.model.event import EventState, JobEvent
from batchnb.widget import JobPicker
from batchnb.widget.module import join_modules
from batchnb.widget.table.payload import whole_payload
from batchnb.widget.table.rows import LIVES
from batchnb.widget.table.snapshot import take_snapshot

if TYPE_CHECKING:
    import pandas as pd

PATCHED = 1000
"""Jobs whose status changes at once."""

NOW = datetime(2026, 9, 21, tzinfo=UTC)
_BUNDLE = "package/dist/ag-grid-community.min.noStyle.js"


def fetched(folder: Path) -> Path:
    """Let npm fetch AG Grid into a folder, and return its bundle. Raises OSError if that fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise OSError("npm is missing")
    done = subprocess.run(
        [npm, "pack", "--silent", "ag-grid-community"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise OSError(f"npm could not fetch ag-grid-community: {done.stderr[-300:]}")
    with tarfile.open(folder / done.stdout.split()[-1]) as packed:
        packed.extract(_BUNDLE, folder, filter="data")
    return folder / _BUNDLE


def has_itables() -> bool:
    """Return whether itables is installed."""
    return find_spec("itables") is not None


def module_with(bundle: Path) -> str:
    """Return the module of `AgGrid`: the picker's, for its columns, the bundle, and what joins them."""
    picker = join_modules(Path(batchnb.widget.__file__).with_name("js") / "index.js").replace("export default ", "")
    held = f"const agGrid = ((module, exports) => {{ {bundle.read_text()}; return module.exports }})({{}}, {{}});"
    return "\n".join([picker, held, Path(__file__).with_name("ag_grid.js").read_text()])


class AgGrid(anywidget.AnyWidget):
    """AG Grid over the columns of a snapshot; a selection comes back as the picker's does."""

    _esm = traitlets.Unicode().tag(sync=True)

    def __init__(self, frame: pd.DataFrame, bundle: str) -> None:
        self._frame = frame
        self.ids: list[str] = []
        super().__init__(_esm=module_with(Path(bundle)))
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        if content["kind"] == "hello":
            self._snapshot = take_snapshot(self._frame, 1)
            payload = whole_payload(self._snapshot)
            buffers = [payload.numbers, payload.texts, payload.rows.lives.tobytes()]
            self.send({"kind": "snapshot", "header": payload.header}, buffers)
        else:
            self.ids = self._snapshot.ids_at(self._snapshot.rows_in(1, buffers[0]))
            self.send({"selected": len(self.ids)})

    def patch(self, status: str) -> None:
        """Give the first rows this status."""
        rows = np.arange(min(PATCHED, len(self._frame)), dtype=np.uint32)
        self.send({"kind": "patch", "rows": len(rows), "life": LIVES.index(status)}, [rows.tobytes()])


def itable(frame: pd.DataFrame) -> Any:
    """Return itables' widget over the frame, which says how many are selected."""
    from itables.widget import ITable  # type: ignore[import-not-found,unused-ignore]

    table = ITable(
        frame, maxBytes=0, maxRows=0, select=True, buttons=["selectAll"], scrollY="400px", scrollCollapse=True,
        paging=True, scroller=True, layout={"topStart": "buttons", "topEnd": "search"},
    )  # fmt: skip
    table.observe(lambda change: table.send({"selected": len(change.new)}), "selected_rows")
    return table


def patch_itable(table: Any, frame: pd.DataFrame, status: str) -> None:
    """Give the first rows this status, in the only way that itables has: a new frame."""
    changed = frame.copy()
    changed["status"] = changed["status"].astype(object)
    changed.loc[: min(PATCHED, len(frame)) - 1, "status"] = status
    table.df = changed


def patch_picker(picker: JobPicker, status: str) -> None:
    """Give the first jobs of the picker this status, as a run does that hears of them."""
    for job_id in picker._session.jobs.snapshot.rows.job_ids[:PATCHED]:
        picker._session.jobs.marks.note_event(JobEvent(job_id, EventState.SEEN, NOW, status))
    picker._session.send_patch()
