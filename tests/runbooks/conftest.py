"""Passes through a notebook without a kernel: its cells in one namespace, with parameters where papermill puts them."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
import pytest

import batchnb
from batchnb import endpoints, local

NOTEBOOKS = Path(batchnb.__file__).parents[1] / "notebooks"
ENDING = ("TerminateJob", "TerminateJobs", "CancelJob", "CancelJobs")


@dataclass
class Passed:
    """What came of it: the error of the cell that failed, what was printed or shown, and the banner."""

    error: BaseException | None
    text: str
    names: dict[str, Any]

    @property
    def banner(self) -> str:
        """The first line of the output notebook."""
        text: str = self.names["runbook"]._banner.text
        return text


Pass = Callable[..., Passed]


def cells_of(name: str) -> list[Any]:
    """Return the code cells of a notebook."""
    notebook: Any = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture
def pass_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pass]:
    """Return the function that passes through a notebook, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    # Runbooks set it for their process.
    monkeypatch.setenv("BATCHNB_JOURNAL_DIR", str(tmp_path / "journals"))

    def one(name: str, names: dict[str, Any] | None = None, *, cells: int | None = None, **parameters: Any) -> Passed:
        said = StringIO()

        def show(*values: object, **_options: object) -> None:
            for value in values:
                print(value, file=said)

        monkeypatch.setattr(builtins, "display", show, raising=False)  # as IPython does
        namespace: dict[str, Any] = {} if names is None else names
        error: BaseException | None = None
        with redirect_stdout(said):
            try:
                for cell in cells_of(name)[:cells]:
                    exec(compile(cell.source, name, "exec"), namespace)  # noqa: S102 - it is what a kernel does
                    if "parameters" in cell.metadata.get("tags", ()):
                        namespace.update(parameters)
            except Exception as raised:  # noqa: BLE001 - a kernel catches all of them, too
                error = raised
        return Passed(error, said.getvalue(), namespace)

    yield one
    endpoints.stop_emulator()


def swift_night(world: local.World) -> None:
    """Fill a world with the night, in which jobs end at once, and all of them may be ended."""
    local.night(world)
    world.delays = local.Delays(*[0.02] * 7)
    for job in list(world.jobs()):
        world.find(job.job_id).is_denied = False


@pytest.fixture
def night() -> Iterator[local.LocalBatch]:
    """Return an emulator that a runbook knows by its URL only."""
    with local.start(swift_night, seed=7) as emulator:
        yield emulator


def asked_to_end(emulator: local.LocalBatch) -> int:
    """Return how many calls asked for the end of a job."""
    return sum(call.operation in ENDING for call in emulator.calls)


def ended_for(emulator: local.LocalBatch, reason: str) -> set[str]:
    """Return the names of the jobs that have this reason."""
    return {job.name for job in emulator.world.jobs() if job.status_reason == reason and job.parent_id is None}
