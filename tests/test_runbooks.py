"""The runbooks: each does what it says with other parameters, and stops, ending nothing, where it should.

Papermill runs them, one after the other in one kernel that forgets in between: a kernel for each would take minutes.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import nbformat
import papermill
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from batchnb import local
from batchnb.cli import main as cli
from batchnb.cli import runbooks as runbook_files
from batchnb.errors import InputError
from batchnb.runbooks.banner import UNFINISHED, Banner
from tests.runbooks.conftest import swift_night

from .refresh_notebooks import NOTEBOOKS, environment, tidy
from .test_prose import found_in

ROOT = NOTEBOOKS.parent
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
ENDING = ("TerminateJob", "TerminateJobs", "CancelJob", "CancelJobs")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Parameters = dict[str, Any]


class OneKernelEngine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, in a kernel that was there before and goes on."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        """Run the notebook; close the connection to the kernel, which is not papermill's to shut down."""
        client = PapermillNotebookClient(nb_man, km=options["km"], timeout=120, kernel_name=kernel_name)
        try:
            return client.execute()
        finally:
            client.kc.stop_channels()


papermill_engines.register("one-kernel", OneKernelEngine)


def title(path: Path) -> str:
    """Return how a test names a notebook."""
    return path.stem


def read(path: Path) -> Any:
    """Return a notebook."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


@pytest.fixture
def night() -> Iterator[local.LocalBatch]:
    """Return an emulator that a runbook knows by its URL only."""
    with local.start(swift_night, seed=7) as emulator:
        yield emulator


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a notebook: the error of the cell that failed, and everything that was shown."""

    error: PapermillExecutionError | None
    text: str

    @property
    def ename(self) -> str | None:
        """The name of the error, None where there was none."""
        return self.error.ename if self.error else None


Runs = Callable[..., Ran]


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelManager]:
    """Return the kernel of all runs."""
    with environment():
        manager, client = start_new_kernel(kernel_name="python3")
    client.stop_channels()
    yield manager
    manager.shutdown_kernel(now=True)
    manager.cleanup_resources()


@pytest.fixture
def run(kernel: KernelManager, tmp_path: Path, journals: Path) -> Runs:
    """Return the function that runs a notebook with parameters, in an empty folder and with journals of its own."""

    def run_one(name: str, environ: dict[str, str] | None = None, **parameters: Any) -> Ran:
        output = tmp_path / "out.ipynb"
        given = {"BATCHNB_JOURNAL_DIR": str(journals), **(environ or {})}
        _forget(kernel, tmp_path, given)
        error: PapermillExecutionError | None = None
        try:
            # Not after each cell, which takes longer than many a cell.
            saving = {"request_save_on_cell_execute": False, "progress_bar": False}
            options = {"engine_name": "one-kernel", "km": kernel, **saving}
            papermill.execute_notebook(NOTEBOOKS / f"{name}.ipynb", output, parameters, **options)
        except PapermillExecutionError as failed:
            error = failed
        return Ran(error, _shown(read(output)))

    return run_one


def _forget(kernel: KernelManager, folder: Path, environ: dict[str, str]) -> None:
    """Let the kernel forget what it ran before, but for what it has imported."""
    client = kernel.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    settings = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, **environ}
    environ = {"AWS_EC2_METADATA_DISABLED": "true", **settings}
    code = (
        "%reset -f\nimport os\n"
        f"for name in [name for name in os.environ if name.startswith('AWS_') and name not in {settings!r}]:\n"
        f"    del os.environ[name]\nos.environ.update({environ!r})\nos.chdir({str(folder)!r})"
    )
    reply = client.execute(code, reply=True, timeout=60)
    client.stop_channels()
    assert reply["content"]["status"] == "ok", reply


def _shown(notebook: Any) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    texts = [output.get("text") or output.get("data", {}).get("text/plain") or "" for output in outputs]
    return "\n".join(texts)


def states(emulator: local.LocalBatch) -> dict[str, str]:
    """Return the status of every job, read over the wire as anybody would."""
    options: Any = {"region_name": "local-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("batch", endpoint_url=emulator.endpoint_url, **options)
    found: dict[str, str] = {}
    for queue in client.describe_job_queues()["jobQueues"]:
        for status in local.Status:
            pages = client.get_paginator("list_jobs").paginate(jobQueue=queue["jobQueueName"], jobStatus=status.value)
            found |= {job["jobId"]: job["status"] for page in pages for job in page["jobSummaryList"]}
    client.close()
    return found


def asked_to_end(emulator: local.LocalBatch) -> int:
    """Return how many calls asked for the end of a job."""
    return sum(call.operation in ENDING for call in emulator.calls)


# --- by papermill -------------------------------------------------------------------------------------------------


@pytest.fixture
def somebodys(tmp_path: Path) -> dict[str, str]:
    """Return the settings of a machine on which somebody works: a Region, a profile, and a project that is not ours."""
    (tmp_path / "aws").write_text("[profile work]\nregion = eu-central-1\nendpoint_url = http://127.0.0.1:9\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "somebody-elses"\n[tool.other]\nmax_jobs = 1\n')
    return {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PROFILE": "work",
        "AWS_CONFIG_FILE": str(tmp_path / "aws"),
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "secret",
    }


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_run_without_parameters_tries_itself_out(run: Runs, somebodys: dict[str, str], path: Path) -> None:
    """Every runbook works on its own emulator, whatever is set on the machine, and says on top what became of it."""
    ran = run(path.stem, somebodys)
    assert ran.ename is None, ran.error
    first = ran.text.splitlines()[0]
    expected = {"quickstart": "ENDED 61 of 61.", "audit_trail": "AUDIT of 5 runs. Nothing was ended."}
    assert first.startswith(expected.get(path.stem, "DRY RUN. ")), first


def test_a_sweep_is_ended_by_papermill(run: Runs, night: local.LocalBatch, somebodys: dict[str, str]) -> None:
    """By an endpoint and a Region of its own, among the settings of somebody: exactly what was meant ends."""
    meant = {"queue": "train-gpu", "definition": "train-sweep:7", "reason": "OPS-1", "execute": True, "expect": 61}
    ran = run("end_a_runaway_sweep", somebodys, endpoint=night.endpoint_url, region="local-1", **meant)
    assert ran.ename is None, ran.error
    assert ran.text.splitlines()[0] == "ENDED 61 of 61."
    assert "61 of 61 jobs seen to end" in ran.text


def test_a_misspelt_parameter_ends_nothing(run: Runs, night: local.LocalBatch) -> None:
    """Papermill only warns of it. Here it fails, and the first line of the output says so."""
    before = states(night)
    meant = {"queue": "train-gpu", "name_globb": "sweep-0*", "reason": "OPS-1", "execute": True, "expect": "any"}
    ran = run("end_a_runaway_sweep", endpoint=night.endpoint_url, **meant)
    assert ran.ename == "InputError"
    assert "Did you mean name_glob?" in str(ran.error)
    assert ran.text.splitlines()[0].startswith("FAILED. InputError: name_globb is not a parameter")
    assert states(night) == before
    assert asked_to_end(night) == 0


def test_aws_by_its_variables(run: Runs, night: local.LocalBatch) -> None:
    """The endpoint `aws` is wherever boto3 goes."""
    environ = {"AWS_ENDPOINT_URL_BATCH": night.endpoint_url, "AWS_DEFAULT_REGION": "local-1"}
    meant = {"queue": "train-gpu", "definition": "train-sweep:7", "reason": "OPS-1"}
    ran = run("end_a_runaway_sweep", environ, endpoint="aws", expect=61, **meant)
    assert ran.ename is None, ran.error
    assert f"EMULATOR at {night.endpoint_url}" in ran.text


@pytest.mark.bulk
def test_a_run_that_was_killed_is_finished(run: Runs, somebodys: dict[str, str]) -> None:
    """On its own emulator another process is really killed; resuming ends what is left."""
    ran = run("finish_an_interrupted_run", somebodys, seed=2, execute=True, expect=43)
    assert ran.ename is None, ran.error
    assert ran.text.splitlines()[0] == "ENDED 61 of 61."


def test_a_notebook_that_was_killed_says_so_on_top() -> None:
    """What the first cell shows is true until a later one changes it."""
    said: list[str] = []
    banner = Banner(lambda line, **_options: said.append(repr(line)))
    banner.open()
    assert said == [UNFINISHED]
    assert UNFINISHED.startswith("FAILED or still running")


# --- the files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_is_explained_and_takes_parameters(path: Path) -> None:
    """It says what it is for and when not to use it, and papermill knows each parameter, its type and its meaning."""
    notebook = read(path)
    title_cell, banner, first = (cell.source for cell in notebook.cells[:3])
    assert title_cell.startswith("# ")
    assert banner.endswith(f'Runbook("{path.stem}", globals())')
    assert "**For**" in first
    assert "**Not for**" in first
    assert "**Press**" in first
    assert len(first.split()) < 130, "it is read in 20 seconds or so"
    found = papermill.inspect_notebook(path)
    assert found, "no cell is tagged `parameters`"
    assert all(entry["help"] and entry["inferred_type_name"] != "None" for entry in found.values()), found


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_speaks_plain_english(path: Path) -> None:
    """Its cells are free of the phrases that must not come back into the documents."""
    assert found_in(iter([cell.source for cell in read(path).cells])) == []


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_knows_no_ids_and_asks_nothing(path: Path) -> None:
    """What one night showed is in its outputs only, and nobody has to be there to answer."""
    sources = "\n".join(cell.source for cell in read(path).cells)
    assert not UUID.search(sources)
    assert "input(" not in sources


@pytest.mark.parametrize("path", PATHS, ids=title)
def test_a_notebook_tells_nothing_of_the_machine_that_ran_it(path: Path) -> None:
    """As committed, it is what the refresh script writes: no timings, no state of widgets, no paths."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    assert nbformat.writes(tidy(notebook)) + "\n" == text  # type: ignore[no-untyped-call]
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


def test_the_package_holds_every_notebook() -> None:
    """A notebook that is in the repository is in the wheel."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    included = build["targets"]["wheel"]["force-include"]
    names = [path.name for path in PATHS] + ["sanitize.cfg"]
    assert included == {f"notebooks/{name}": f"batchnb/notebooks/{name}" for name in names}


# --- batchnb runbooks ---------------------------------------------------------------------------------------------


def test_the_command_copies_all_notebooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """`batchnb runbooks` writes them into ./runbooks, says what it wrote, and the second time that nothing changed."""
    monkeypatch.chdir(tmp_path)
    assert cli.main(["runbooks"]) == 0
    assert capsys.readouterr().out.count("written") == len(PATHS)
    for path in PATHS:
        assert (tmp_path / "runbooks" / path.name).read_bytes() == path.read_bytes()
    assert sorted(path.name for path in Path("runbooks").iterdir()) == [path.name for path in PATHS]
    assert cli.main(["runbooks"]) == 0
    assert capsys.readouterr().out.count("unchanged") == len(PATHS)


def test_what_somebody_changed_is_kept_unless_forced(tmp_path: Path, capsys: Any) -> None:
    """An edited notebook is kept, and the command says so; --force replaces it."""
    mine = tmp_path / "deep" / "er" / PATHS[0].name
    cli.main(["runbooks", str(mine.parent)])
    mine.write_text("mine")
    capsys.readouterr()
    assert cli.main(["runbooks", str(mine.parent)]) == 0
    out = capsys.readouterr().out
    assert mine.read_text() == "mine"
    assert re.search(rf"kept +{mine}\n", out)
    assert "1 notebook. --force" in out
    assert cli.main(["runbooks", str(mine.parent), "--force"]) == 0
    assert mine.read_bytes() == PATHS[0].read_bytes()
    assert "replaced" in capsys.readouterr().out


def test_the_command_checks_what_somebody_has_edited(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Outputs that come out again are fine, others fail; guards, and pytest settings of the folder, do not matter."""
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--nothing-such"\n')
    cells = [nbformat.v4.new_code_cell("print('http://127.0.0.1:4711', 1 + 1)", id="one")]  # type: ignore[no-untyped-call]
    cells[0].execution_count = 1
    cells[0].outputs = [nbformat.v4.new_output("stream", name="stdout", text="http://127.0.0.1:1 2\n")]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    nbformat.write(notebook, tmp_path / "one.ipynb")  # type: ignore[no-untyped-call]
    assert cli.main(["runbooks", str(tmp_path), "--check"]) == 0, capfd.readouterr().out
    cells[0].outputs[0].text = "http://127.0.0.1:1 3\n"
    nbformat.write(notebook, tmp_path / "one.ipynb")  # type: ignore[no-untyped-call]
    assert cli.main(["runbooks", str(tmp_path), "--check"]) == 1
    assert cli.main(["runbooks", str(tmp_path / "none"), "--check"]) == 1
    assert "there is no notebook in" in capfd.readouterr().err


def test_a_folder_that_is_none_is_an_error(tmp_path: Path, capsys: Any) -> None:
    """Where a file cannot be written, the command says which, and exits with 1."""
    (tmp_path / "file").touch()
    assert cli.main(["runbooks", str(tmp_path / "file")]) == 1
    assert "cannot write" in capsys.readouterr().err


def test_an_installation_without_notebooks_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A package that lost its notebooks is an error, and not a folder with nothing in it."""
    with pytest.raises(InputError, match=r"nothing\.ipynb is missing"):
        runbook_files.notebook_path("nothing.ipynb")
    monkeypatch.setattr(runbook_files, "__file__", str(tmp_path / "batchnb" / "runbook_files.py"))
    with pytest.raises(InputError, match="missing from this installation"):
        runbook_files.notebook_paths()
