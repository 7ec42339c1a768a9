"""The magics in a real kernel: what a notebook shows, cell by cell, and what an interruption leaves."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import KernelManager, start_new_kernel

import batchnb
from batchnb import local

NOTEBOOKS: Any = nbformat  # half of it has no annotations

PATIENCE = 60.0
"""Seconds after which a kernel that says nothing is broken."""

NO_DELAYS = local.Delays(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Cell:
    """A cell's outputs, as a notebook's file has them."""

    outputs: list[Any]

    @property
    def error(self) -> Any | None:
        """The error output, which has to be the last; None where the cell succeeded."""
        errors = [output for output in self.outputs if output.output_type == "error"]
        assert errors in ([], self.outputs[-1:])
        return errors[0] if errors else None

    @property
    def shown(self) -> list[str]:
        """The texts of what was displayed, results included."""
        return [output.data["text/plain"] for output in self.outputs if "data" in output]

    @property
    def printed(self) -> str:
        """What was printed, progress bars not included."""
        return "".join(output.text for output in self.outputs if output.get("name") == "stdout")

    @property
    def warned(self) -> str:
        """What was written to stderr."""
        return "".join(output.text for output in self.outputs if output.get("name") == "stderr")


class Kernel:
    """A running kernel, asked by its client."""

    def __init__(self, manager: KernelManager, client: Any) -> None:
        self.manager = manager
        self.client = client

    def cell(self, source: str) -> Cell:
        """Run a cell and return its outputs, whatever comes of it."""
        outputs: list[Any] = []

        def collect(message: dict[str, Any]) -> None:
            if message["msg_type"] in ("stream", "display_data", "execute_result", "error"):
                outputs.append(NOTEBOOKS.v4.output_from_msg(message))

        self.client.execute_interactive(source, timeout=PATIENCE, allow_stdin=False, output_hook=collect)
        return Cell(outputs)

    def run(self, source: str) -> Cell:
        """Run a cell that has to succeed."""
        cell = self.cell(source)
        assert cell.error is None, cell.error
        return cell

    def value(self, expression: str) -> str:
        """Return the repr of an expression: by the reply itself, for what is printed may come after it."""
        wanted = {"value": f"repr({expression})"}
        reply = self.client.execute_interactive(
            "", store_history=False, allow_stdin=False, user_expressions=wanted, timeout=PATIENCE
        )
        value = reply["content"]["user_expressions"]["value"]
        assert value["status"] == "ok", value
        return str(ast.literal_eval(value["data"]["text/plain"]))


@pytest.fixture(scope="module")
def running_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """Start one kernel for all tests of this file, away from the configuration of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= {
        "PYTHONPATH": str(Path(batchnb.__file__).parents[1]),
        "IPYTHONDIR": str(home / "ipython"),
        "BATCHNB_JOURNAL_DIR": str(home / "journals"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    manager, client = start_new_kernel(startup_timeout=PATIENCE, env=environment, cwd=str(home))
    yield Kernel(manager, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def emulator(start: Callable[..., local.LocalBatch]) -> local.LocalBatch:
    """Return an emulator with three running jobs in the queue `train`, which end at once."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_jobs("train", "sweep", 3)
        world.delays = NO_DELAYS

    return start(fill)


@pytest.fixture
def kernel(running_kernel: Kernel, emulator: local.LocalBatch) -> Kernel:
    """Return the kernel with the magics loaded, the ids of the jobs in `ids`, and calls going to `emulator`."""
    running_kernel.run(
        "%reset -f\n%reload_ext batchnb\nfrom batchnb.aws.connect import set_default_endpoint\n"
        f"set_default_endpoint({emulator.endpoint_url!r})\nids = {[job.job_id for job in emulator.world.jobs()]!r}"
    )
    return running_kernel


def sent(emulator: local.LocalBatch) -> list[local.Call]:
    """Return the calls that asked for an end."""
    return [call for call in emulator.calls if call.operation.startswith("Terminate")]


@pytest.mark.parametrize(
    "source",
    [
        "%batch_terminate ids --reason x",
        "%batch_terminate ids --reason x\n1 + 1;",
        "before = 1\n%batch_terminate ids --reason x\nafter = 2",
        "plan = %batch_terminate ids --reason x",
        "plan = %batch_terminate ids --reason x\nplan",
        "%batch_terminate ids --reason x --out plan",
        "%batch_terminate ids --reason x;",
        "def stop():\n    %batch_terminate ids --reason x\nstop()",
        "if ids:\n    %batch_terminate ids --reason x",
    ],
)
@pytest.mark.parametrize("yes", ["", " --yes"])
def test_plan_and_report_are_shown_once(kernel: Kernel, emulator: local.LocalBatch, source: str, yes: str) -> None:
    """Wherever the magic stands in a cell, its outputs are the plan, with --yes the report, and nothing twice."""
    cell = kernel.run(source.replace("--reason x", f"--reason x{yes}"))
    assert [text.split()[0] for text in cell.shown] == (["Plan", "3"] if yes else ["Plan"])
    assert cell.printed.count("Nothing was ended.") == (0 if yes else 1)
    assert bool(sent(emulator)) is bool(yes)


def test_a_later_cell_shows_a_kept_plan(kernel: Kernel) -> None:
    """A plan in a variable is a cell's result like any other, each time it is asked for."""
    kernel.run("plan = %batch_terminate ids --reason x")
    for _ in range(2):
        (output,) = kernel.run("plan").outputs
        assert output.output_type == "execute_result"
        assert output.data["text/html"].startswith('<div class="batchnb-plan">')


def test_a_result_is_the_cell_s_value(kernel: Kernel) -> None:
    """Although it is shown by the magic, `_` is the plan, and the frame of %batch_jobs is an ordinary result."""
    kernel.run("%batch_terminate ids --reason x")
    assert kernel.value("type(_).__name__") == "'Plan'"
    (output,) = kernel.run("%batch_jobs --queue train").outputs
    assert output.output_type == "execute_result"
    assert "sweep-000" in output.data["text/html"]


def test_a_cell_of_ids_is_carried_out(kernel: Kernel, emulator: local.LocalBatch) -> None:
    """The cell form shows plan and report, and ends exactly its ids with the reason as it was typed."""
    first, second, _ = [job.job_id for job in emulator.world.jobs()]
    cell = kernel.run(f'%%batch_terminate --reason "OPS-1 $HOME {{ids}} #5" --yes\n{first}  # one\n\n# {second}')
    assert [text.split()[0] for text in cell.shown] == ["Plan", "1"]
    assert [call.request["reason"] for call in sent(emulator)] == ["OPS-1 $HOME {ids} #5"]
    assert [job.status for job in emulator.world.jobs()] == ["FAILED", "RUNNING", "RUNNING"]


def test_a_failing_run_fails_the_cell_below_its_report(kernel: Kernel, emulator: local.LocalBatch) -> None:
    """The report is above the error, which is one line; --out keeps the report, and the next cells still work."""
    emulator.world.deny(next(emulator.world.jobs()).job_id)
    cell = kernel.cell("%batch_terminate ids --reason x --yes --out report\nnever = 1")
    assert cell.error is not None
    assert cell.error.ename == "TerminationFailedError"
    assert cell.error.traceback == [f"TerminationFailedError: {cell.error.evalue}"]
    assert len(cell.error.traceback[0].splitlines()) == 1
    assert cell.shown[1].startswith("2 of 3 jobs seen to end")
    assert kernel.value("report.counts") == "{'terminated': 2, 'denied': 1}"
    assert kernel.value("'never' in globals()") == "False"


@pytest.mark.parametrize(
    "source",
    [
        "%batch_jobs --queues train",
        "%batch_terminate ids",
        "%batch_terminate ids --reason 'x",
        "%batch_terminate nothing --reason x",
        "%%batch_terminate --reason x\nnonsense",
        "%batch_local nonsense",
        "import batchnb; batchnb.plan([], reason='x')",
        "import batchnb; batchnb.list_jobs(queues=[])",
    ],
)
def test_a_mistake_is_one_line(kernel: Kernel, source: str) -> None:
    """Nothing but the error's name and its sentence is in the cell's output, for magics and functions alike."""
    cell = kernel.cell(source)
    assert len(cell.outputs) == 1
    assert cell.error is not None
    assert cell.error.traceback == [f"InputError: {cell.error.evalue}"]
    assert len(cell.error.traceback[0].splitlines()) == 1


@pytest.mark.parametrize(
    "setting", ["%config BatchMagics.readonly = True", "get_ipython().config.BatchMagics.max_jobs = '1'"]
)
def test_a_wrong_guard_fails_its_cell_and_the_plan(kernel: Kernel, emulator: local.LocalBatch, setting: str) -> None:
    """A guard that is misspelt or of a wrong type is an error output, and so is each plan until it is taken back."""
    error = kernel.cell(setting).error
    assert error is not None
    assert len(error.traceback) == 1
    refused = kernel.cell("%batch_terminate ids --reason x --yes").error
    assert refused is not None
    assert refused.evalue == error.evalue
    assert not sent(emulator)
    kernel.run(error.evalue.rpartition("take it back: ")[2])
    assert kernel.cell("%batch_terminate ids --reason x --yes").error is None
    assert sent(emulator)


def test_help_is_shown_by_a_question_mark(kernel: Kernel) -> None:
    """`%batch_terminate?` shows the same help as `--help all`."""
    reply = kernel.client.inspect("%batch_terminate", reply=True, timeout=PATIENCE)
    shown = re.sub(r"\x1b\[[\d;]*m", "", reply["content"]["data"]["text/plain"])
    assert " ".join(kernel.run("%batch_terminate --help all").printed.split()) in " ".join(shown.split())


def test_the_magics_are_completed(kernel: Kernel) -> None:
    """Tab completes the names of the magics, with one percent sign and with two."""

    def completed(text: str) -> set[str]:
        matches = kernel.client.complete(text, reply=True, timeout=PATIENCE)["content"]["matches"]
        return {match for match in matches if match.startswith("%")}

    lines = {"%batch_history", "%batch_jobs", "%batch_local", "%batch_resume", "%batch_terminate"}
    assert completed("%batch_") == {*lines, "%%batch_terminate"}
    assert completed("%%batch_") == {"%%batch_terminate"}


def test_names_are_text_in_a_notebook(kernel: Kernel, emulator: local.LocalBatch) -> None:
    """Markup in a job's name does not reach the page."""
    emulator.world.add_job("train", "<script>alert(1)</script>")
    cell = kernel.run("jobs = %batch_jobs -q train\n%batch_terminate jobs --reason '<b>bold</b>' --yes")
    for output in cell.outputs:
        html = output.get("data", {}).get("text/html", "")
        assert "<script" not in html
        assert "<b>" not in html
    assert any("&lt;script&gt;" in output.get("data", {}).get("text/html", "") for output in cell.outputs)


def test_an_interruption_is_reported(kernel: Kernel, emulator: local.LocalBatch) -> None:
    """The first interruption stops the sending and says so, the second the watching: the cell fails with its report."""
    survivor = next(emulator.world.jobs()).job_id
    emulator.world.set_stops(survivor, "never")

    def interrupt(_world: local.World) -> None:
        kernel.manager.interrupt_kernel()

    # With looks after sending: the kernel would wait for as long as it takes.
    for nth in (2, 4):
        emulator.faults.add(local.Fault(operation="DescribeJobs", nth=nth, do=interrupt))
    cell = kernel.cell("%batch_terminate ids --reason x --yes --timeout 600 --out report")
    assert cell.error is not None
    assert cell.error.ename == "InterruptedRunError"
    assert cell.error.traceback == [f"InterruptedRunError: {cell.error.evalue}"]
    assert "Stopping: 3 were asked and are watched; once more stops watching" in cell.warned
    assert len(cell.shown) == 2
    assert "still stopping" in cell.shown[1]
    assert kernel.value("sorted(result.attempts for result in report.results)") == "[1, 1, 1]"
    assert kernel.value("report.counts['still stopping']") == "1"


def test_the_kernel_s_own_emulator(kernel: Kernel) -> None:
    """`%batch_local start` to `stop`: magics and plain functions go there, and the last cell says that it is over."""
    kernel.run("set_default_endpoint(None)")
    assert "It is not AWS." in kernel.run("%batch_local start").printed
    kernel.run("jobs = %batch_jobs --queue train-cpu --status RUNNABLE\nimport batchnb")
    assert (
        kernel.value("list(jobs.jobId) == list(batchnb.list_jobs(queues='train-cpu', status='RUNNABLE').jobId)")
        == "True"
    )
    cell = kernel.run("%batch_terminate jobs --reason x --yes")
    assert all("(EMULATOR at http://127.0.0.1:" in text for text in cell.shown)
    assert "stopped" in kernel.run("%batch_local stop").printed
    assert kernel.cell("%batch_jobs --queue train-cpu").error is not None


def test_a_notebook_holds_what_was_shown(kernel: Kernel, tmp_path: Path) -> None:
    """Outputs are valid in a notebook's file, and read without a kernel they still say what became of each job."""
    source = "%batch_terminate ids --reason x --yes"
    cell = NOTEBOOKS.v4.new_code_cell(source, outputs=kernel.run(source).outputs)
    file = tmp_path / "run.ipynb"
    NOTEBOOKS.write(NOTEBOOKS.v4.new_notebook(cells=[cell]), file)
    NOTEBOOKS.validate(NOTEBOOKS.read(file, as_version=4))
    assert file.read_text("utf-8").count("sweep-002") == 4
