"""The magics, typed into a real IPython shell and carried out by an emulator over HTTP."""

from __future__ import annotations

import builtins
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from IPython.core.displayhook import DisplayHook
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.oinspect import getdoc
from IPython.utils.capture import capture_output
from traitlets import Type
from traitlets.config import Config

import batchnb
from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.errors import BatchnbError, GuardError, InputError, PlanMismatchError, RefusedError
from batchnb.magics import magics
from batchnb.magics.options import JOBS, LOCAL, TERMINATE
from batchnb.model.plan import Plan
from batchnb.model.report import InterruptedRunError, Report, TerminationFailedError

REASON = "OPS-1 bad input"
UNKNOWN = "99999999-9999-4999-8999-999999999999"


@dataclass(frozen=True)
class Cell:
    """A cell that was run: its value, what was printed, what was displayed, and what it raised."""

    value: Any
    stdout: str
    shown: list[dict[str, str]]
    error: BaseException | None

    @property
    def plain(self) -> str:
        """All that a person sees, as text."""
        return self.stdout + "".join(data["text/plain"] for data in self.shown)


class NotebookDisplay(DisplayHook):
    """Publishes a cell's value as a kernel does; a terminal writes it behind `Out[1]:`."""

    def write_output_prompt(self) -> None:
        """Write nothing."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        """Publish the value in all its forms."""
        shell: Any = self.shell
        shell.display_pub.publish(format_dict, md_dict)

    def finish_displayhook(self) -> None:
        """Write nothing."""


class NotebookShell(InteractiveShell):
    """A shell as a kernel has it, without the kernel."""

    displayhook_class = Type(NotebookDisplay)
    kernel = None


class Notebook:
    """A shell with a fresh namespace. `run` runs a cell that has to succeed, `fail` one that has to fail."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell: Any = shell

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]

    def __setitem__(self, name: str, value: object) -> None:
        self.shell.user_ns[name] = value

    def cell(self, source: str) -> Cell:
        """Run a cell, whatever comes of it."""
        with capture_output() as captured:
            result = self.shell.run_cell(source)
        shown = [output.data for output in captured.outputs if output.data]
        return Cell(result.result, captured.stdout, shown, result.error_before_exec or result.error_in_exec)

    def run(self, source: str) -> Cell:
        """Run a cell that has to succeed."""
        cell = self.cell(source)
        assert cell.error is None, cell.stdout
        return cell

    def fail(self, source: str, error: type[BaseException] = InputError) -> str:
        """Run a cell that has to fail with one readable line, and return that line."""
        cell = self.cell(source)
        assert type(cell.error) is error, cell.stdout
        last_line = cell.stdout.splitlines()[-1]
        assert last_line == f"{error.__name__}: {cell.error}"
        assert "Traceback" not in cell.stdout
        return last_line


@pytest.fixture(scope="module")
def bare_shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InteractiveShell]:
    """Return the one shell of this process, without history or a user's configuration."""
    main = sys.modules["__main__"]
    config = Config()
    config.HistoryManager.enabled = False
    shell = NotebookShell.instance(config=config, ipython_dir=str(tmp_path_factory.mktemp("ipython")))
    yield shell
    NotebookShell.clear_instance()
    sys.modules["__main__"] = main


@pytest.fixture
def shell(bare_shell: Any) -> Iterator[Any]:
    """Return the shell with a fresh namespace and no magics of ours."""
    names = dict(bare_shell.user_ns)
    yield bare_shell
    with capture_output():
        bare_shell.run_cell("%reload_ext batchnb\n%batch_local stop\n%unload_ext batchnb")
    magics._unloaded.clear()
    bare_shell.user_ns.clear()
    bare_shell.user_ns.update(names)


@pytest.fixture
def nb(shell: Any, emulator: local.LocalBatch) -> Notebook:
    """Return a notebook with the magics loaded, whose calls go to `emulator`, where jobs end at once."""
    emulator.world.delays = local.Delays(0, 0, 0, 0, 0, 0, 0, 0)
    set_default_endpoint(emulator.endpoint_url)
    notebook = Notebook(shell)
    notebook.run("%load_ext batchnb")
    return notebook


@pytest.fixture
def job_ids(emulator: local.LocalBatch) -> list[str]:
    """Return the ids of three running jobs of the queue `train`, named `sweep-000` and so on."""
    return emulator.world.add_jobs("train", "sweep", 3, tags={"team": "vision"})


def sent(emulator: local.LocalBatch) -> list[local.Call]:
    """Return the calls that asked for an end."""
    return [call for call in emulator.calls if call.operation.startswith(("Terminate", "Cancel"))]


def running(emulator: local.LocalBatch) -> list[str]:
    """Return the ids of the jobs that are running."""
    return [job.job_id for job in emulator.world.jobs() if job.status == "RUNNING"]


# Loading


def test_loading_brings_the_magics_and_unloading_takes_them_away(shell: Any) -> None:
    """`%load_ext`, `%unload_ext`, `%reload_ext` work, twice as well, and leave nothing behind."""
    notebook = Notebook(shell)
    printer = shell.display_formatter.ipython_display_formatter
    before = (len(printer.type_printers) + len(printer.deferred_printers), list(shell.events.callbacks["pre_run_cell"]))
    for _ in range(2):
        notebook.run("%load_ext batchnb")
        notebook.run("%reload_ext batchnb")
        assert {"batch_jobs", "batch_terminate", "batch_local"} <= set(shell.magics_manager.magics["line"])
        assert "batch_terminate" in shell.magics_manager.magics["cell"]
        notebook.run("%unload_ext batchnb")
        assert not [name for kind in shell.magics_manager.magics.values() for name in kind if "batch_" in name]
    after = (len(printer.type_printers) + len(printer.deferred_printers), shell.events.callbacks["pre_run_cell"])
    assert after == before
    assert "not found" in str(notebook.cell("%batch_jobs").error)


HEAVY = {"boto3", "botocore", "pandas", "numpy", "tqdm", "platformdirs", "filelock", "ipywidgets", "anywidget"}
"""What nobody should wait for who has not asked for it."""


def test_loading_imports_nothing_but_the_magics_names() -> None:
    """`%load_ext batchnb` imports the names of the magics and their settings, and of the rest what costs nothing."""
    added = modules_after("shell.run_line_magic('load_ext', 'batchnb')")
    ours = {name for name in added if name.startswith("batchnb")}
    settings = {f"batchnb.guards.notebook_{name}" for name in ("defaults", "layer", "traits")}
    packages = {"batchnb", "batchnb.guards", "batchnb.magics"}
    assert ours == {*packages, "batchnb.magics.magics", "batchnb.errors", "batchnb.text", "batchnb._version", *settings}

    assert not added & {*HEAVY, "argparse"}


def test_asking_for_help_imports_nothing_heavy() -> None:
    """`--help` needs the flags and neither AWS nor pandas."""
    added = modules_after("shell.run_line_magic('load_ext', 'batchnb'); shell.run_line_magic('batch_jobs', '--help')")
    assert "batchnb.magics.options" in added
    assert not added & HEAVY


def test_listing_imports_no_widgets_and_no_plots(emulator: local.LocalBatch) -> None:
    """The first `%batch_jobs` brings in what lists jobs: no widgets, no plots, no bar, nothing that plans or ends."""
    line = f"--queue train --endpoint-url {emulator.endpoint_url}"
    added = modules_after(
        "shell.run_line_magic('load_ext', 'batchnb'); frame = shell.run_line_magic('batch_jobs', sys.argv[1])",
        line,
    )
    assert {"boto3", "pandas", "batchnb.aws.listing"} <= added
    assert not added & {"anywidget", "ipywidgets", "matplotlib", "tqdm", "filelock"}
    assert not added & {
        "batchnb.widget",
        "batchnb.running.engine",
        "batchnb.running.watch",
        "batchnb.model.plan",
        "batchnb.guards.settings",
    }


def test_planning_imports_no_widgets(emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """A plan shown by the magic brings in no widgets either: only the picker does."""
    line = f"{job_ids[0]} --reason x --endpoint-url {emulator.endpoint_url}"
    added = modules_after(
        "shell.run_line_magic('load_ext', 'batchnb'); shell.run_line_magic('batch_terminate', sys.argv[1])", line
    )
    assert "batchnb.model.plan" in added
    assert not added & {"anywidget", "ipywidgets", "matplotlib"}


def modules_after(code: str, *arguments: str) -> set[str]:
    """Return the modules that this code brings into a fresh process with an IPython shell in it."""
    script = f"""
import sys
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config
config = Config()
config.HistoryManager.enabled = False
shell = InteractiveShell.instance(config=config)
before = set(sys.modules)
{code}
print()
print(*(set(sys.modules) - before))
"""
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=_root())
    return set(done.stdout.splitlines()[-1].split())


def _root() -> Path:
    return Path(batchnb.__file__).parents[1]


@pytest.mark.parametrize(
    ("magic", "flags"), [("batch_jobs", JOBS), ("batch_terminate", TERMINATE), ("batch_local", LOCAL)]
)
def test_help_names_every_flag(nb: Notebook, magic: str, flags: Any) -> None:
    """`--help all` and what `%magic?` shows are the same text, with every flag in it; the docstring points there."""
    texts = [nb.run(f"%{magic} --help all").stdout, nb.run(f"%{magic} all -h").stdout]
    texts.append(getdoc(nb.shell.find_line_magic(magic)) or "")
    assert "--help" in nb.shell.find_line_magic(magic).__doc__
    for text in texts:
        assert f"usage: {'' if magic != 'batch_jobs' else 'jobs = '}%{magic}" in text
        assert all(re.search(rf"(?<![\w-]){name}(?![\w-])", text) for name in flags.flag_names)
    assert nb.shell.object_inspect(f"%{magic}")["docstring"].split() == flags.format_help().split()


@pytest.mark.parametrize("magic", ["batch_jobs", "batch_terminate", "batch_resume"])
def test_help_shows_the_flags_of_every_day(nb: Notebook, magic: str) -> None:
    """About a dozen, within 80 columns, and how to see the rest; `-h` is the same."""
    text = nb.run(f"%{magic} --help").stdout
    assert text == nb.run(f"%{magic} -h").stdout
    assert 6 <= len(re.findall(r"^  --", text, re.MULTILINE)) <= 13
    assert re.search(rf"^\d+ more: %{magic} --help all$", text, re.MULTILINE)
    whole = nb.run(re.findall(r"more: (.*)$", text, re.MULTILINE)[0]).stdout
    assert max(map(len, [*text.splitlines(), *whole.splitlines()])) <= 80


def test_help_ends_nothing_whatever_else_is_typed(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """`--help` beside `--yes` shows the help and makes no call."""
    nb.run(f"%batch_terminate {job_ids[0]} --reason x --yes --help")
    assert emulator.calls == []


# %batch_jobs


def test_jobs_gives_a_frame(nb: Notebook, job_ids: list[str]) -> None:
    """`%batch_jobs` is an expression whose value is the frame of `list_jobs`."""
    nb.run("jobs = %batch_jobs --queue train --status running --tag team=vision")
    assert list(nb["jobs"].jobId) == job_ids
    assert isinstance(nb.run("%batch_jobs -q train").value, pd.DataFrame)


def test_jobs_goes_into_a_variable(nb: Notebook, job_ids: list[str]) -> None:
    """With --out the frame is in the variable and not in the cell's output."""
    cell = nb.run("%batch_jobs -q train --out jobs")
    assert list(nb["jobs"].jobId) == job_ids
    assert (cell.value, cell.shown) == (None, [])


@pytest.mark.usefixtures("job_ids")
def test_a_limit_says_what_it_leaves_out(nb: Notebook) -> None:
    """`--limit` never looks like the whole: it says how many jobs are not listed."""
    cell = nb.run("jobs = %batch_jobs -q train --limit 1")
    assert len(nb["jobs"]) == 1
    assert cell.stdout == "--limit 1: the oldest are listed, 2 jobs left out.\n"
    assert "left out" not in nb.run("%batch_jobs -q train --limit 3").stdout


def test_no_job_is_said_in_words(nb: Notebook) -> None:
    """Where no job matches, that is printed, and the frame is empty."""
    cell = nb.run("jobs = %batch_jobs -q train --name nope")
    assert cell.stdout == "No job matches.\n"
    assert nb["jobs"].empty


def test_a_queue_that_cannot_be_listed_is_named(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """A queue of training jobs refuses: the others are shown, and nothing says that there is no more."""
    emulator.world.add_queue("models", type="SAGEMAKER_TRAINING")
    cell = nb.run("%batch_jobs -s active")
    assert sorted(cell.value.jobId) == sorted(job_ids)
    assert cell.stdout.startswith("Not listed: 1 queue, and nothing is known of their jobs: models (ListJobs: Client")
    cell = nb.run("%batch_jobs --name nope")
    assert cell.stdout.endswith("No job matches in the queues that were listed.\n")
    assert "no job matches these selectors in the queues that were listed" in nb.fail(
        "%batch_terminate --name nope -r x --yes"
    )
    assert "models cannot be listed" in nb.fail("%batch_jobs -q models", RefusedError)
    cell = nb.run("%batch_terminate -s active -r x")
    assert "could not list queue models" in cell.plain


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("jobs", "'jobs' is not a flag"),
        ("-q nope", "no job queue 'nope' .*other, train"),
        ("-q train --older-than 6", "InputError: --older-than: '6' is not an age"),
        ("-q train --status gone", "status: 'gone'"),
        ("-q train --limit many", "--limit: 'many' is not a whole number"),
        ("-q train --limit 0", "limit: 0"),
        ("-q train --tag team", "--tag: 'team' is not KEY=VALUE"),
        ("-q train --tag a=1 --tag a=2", "--tag: 'a' is given two values"),
        ("-q train --out 2x", "--out: '2x' is not the name of a variable"),
        ("-q train --out class", "--out: 'class' is not the name of a variable"),
        ("-q train --endpoint-url nowhere", "--endpoint-url: 'nowhere' is not a URL"),
        ("-q train --profile nobody", "profile or Region is for AWS"),
        ("-q train --query vcpus:>4", "query: There is no field “vcpus”. Did you mean `vcpu:>4`[?]"),
        ("--query ''", "query: '' is empty"),
    ],
)
def test_a_wrong_flag_is_one_line(nb: Notebook, line: str, says: str) -> None:
    """Whatever is wrong with a line of %batch_jobs is said in one line that names it."""
    assert re.search(says, nb.fail(f"%batch_jobs {line}"))


def test_refusals_of_aws_are_one_line(nb: Notebook, emulator: local.LocalBatch) -> None:
    """What AWS refuses shows as one line as well."""
    emulator.faults.add(local.Fault(operation="DescribeJobQueues", kind="ClientException", message="Not today."))
    emulator.faults.add(local.Fault(operation="ListJobs", kind="ClientException", message="Not today."))
    assert "Not today." in nb.fail("%batch_jobs -q train", RefusedError)


def test_a_query_lists_what_the_picker_would_find(nb: Notebook, job_ids: list[str]) -> None:
    """--query takes a search in one pair of quotes; it is a selector like any other."""
    nb.run("""jobs = %batch_jobs --query 'status:running "sweep" -name:sweep-000'""")
    assert list(nb["jobs"].jobId) == job_ids[1:]
    nb.run("jobs = %batch_jobs -q train --query=-002")
    assert list(nb["jobs"].jobId) == job_ids[:2]


# %batch_terminate: naming the jobs


def test_jobs_may_be_named_in_many_ways(nb: Notebook, job_ids: list[str]) -> None:
    """A frame, expressions, ids in the line, ARNs, a Series and a list all name the same jobs."""
    nb.run("jobs = %batch_jobs -q train")
    arn = f"arn:aws:batch:{local.REGION}:{local.ACCOUNT}:job/{job_ids[1]}"
    for expression, expected in {
        "jobs": job_ids,
        "jobs[jobs.jobName == 'sweep-001']": job_ids[1:2],
        'jobs[jobs["jobName"] == "sweep-001"]': job_ids[1:2],
        "jobs.jobId[-2:]": job_ids[1:],
        "jobs[ -1: ]": job_ids[2:],
        "list(jobs.jobId) + list(jobs.jobId)": job_ids,
        " ".join(job_ids): job_ids,
        ", ".join(job_ids[:2]): job_ids[:2],
        f"'{job_ids[2]}'": job_ids[2:],
        arn: job_ids[1:2],
    }.items():
        plan = nb.run(f"%batch_terminate {expression} --reason x  # trailing").value
        assert [planned.job_id for planned in plan.jobs] == expected, expression


def test_flags_may_stand_before_and_between(nb: Notebook, job_ids: list[str]) -> None:
    """Where a flag stands in the line does not matter."""
    nb.run("jobs = %batch_jobs -q train")
    for line in ("-r x jobs[jobs.jobName == 'sweep-001']", "--no-wait jobs.iloc[1:2] --reason=x"):
        assert [planned.job_id for planned in nb.run(f"%batch_terminate {line}").value.jobs] == job_ids[1:2]


def test_selectors_name_jobs(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """Selectors do in %batch_terminate what they do in %batch_jobs, --limit and its warning included."""
    emulator.world.add_job("other", "sweep-000")
    cell = nb.run("%batch_terminate -q train --name-glob 'sweep-*' --limit 2 --reason x")
    assert [planned.job_id for planned in cell.value.jobs] == job_ids[:2]
    assert "1 job left out" in cell.stdout


def test_a_local_variable_is_seen(nb: Notebook, job_ids: list[str]) -> None:
    """Inside a function the magic sees the function's variables, in comprehensions too."""
    nb["ids"] = job_ids
    nb.run(
        "def within(some, last):\n"
        "    one = %batch_terminate some --reason x\n"
        "    two = %batch_terminate [name for name in ids if name in some and name != last] --reason x\n"
        "    return [[planned.job_id for planned in plan.jobs] for plan in (one, two)]\n"
        "plans = within(ids[:2], ids[1])"
    )
    assert nb["plans"] == [job_ids[:2], job_ids[:1]]


def test_ids_in_a_cell(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """The cell form takes ids, ARNs and children, one a line, with comments and blank lines between."""
    array = emulator.world.add_job("train", "array", array_size=2)
    cell = nb.run(
        f"%%batch_terminate --reason {REASON!r} --yes --out report\n"
        "# the sweep\n\n"
        f"{job_ids[0]}   # first\n"
        f"\t{job_ids[1]}\t# second\n"
        f"  # {job_ids[2]}\n"
        f"{array}:1\n"
        f"{job_ids[0]}\n"
    )
    assert cell.error is None
    assert [result.planned.job_id for result in nb["report"].results] == [*job_ids[:2], f"{array}:1"]
    assert running(emulator) == [job_ids[2], f"{array}:0"]


@pytest.mark.parametrize("source", ["%%batch_terminate -r x\n{0}#1", "%batch_terminate {0}#1 -r x"])
def test_a_node_in_a_cell_is_read_as_a_node(nb: Notebook, emulator: local.LocalBatch, source: str) -> None:
    """The # of a node's id begins no comment: the plan says that the node stands for its whole job."""
    job_id = emulator.world.add_job("train", "nodes", num_nodes=2)
    assert "Nodes do not end alone" in nb.run(source.format(job_id)).plain
    assert not sent(emulator)


@pytest.mark.parametrize("line", ["nonsense", "train {0}", '"{0}"', "sweep-000"])
def test_a_bad_line_of_a_cell_is_named(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], line: str) -> None:
    """One line that is no id stops the whole cell, and the error says which."""
    source = f"%%batch_terminate -r x --yes\n# comment\n{job_ids[0]}\n{line.format(job_ids[1])}\n{job_ids[2]}"
    assert "line 3 of the cell" in nb.fail(source)
    assert emulator.calls == []


def test_a_cell_of_comments_names_no_job(nb: Notebook) -> None:
    """A cell in which every id is commented out is an error and not a success."""
    assert "the cell holds no job id" in nb.fail("%%batch_terminate -r x --yes\n# nothing\n\n")


@pytest.mark.parametrize(
    "source",
    [
        "%batch_terminate -r x --yes",
        "%batch_terminate {0} -q train -r x --yes",
        "%batch_terminate {0} --limit 1 -r x --yes",
        "%%batch_terminate -q train -r x --yes\n{0}",
        "%%batch_terminate {0} -r x --yes\n{0}",
    ],
)
def test_jobs_are_named_in_one_way(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], source: str) -> None:
    """Ids, expressions, cells and selectors exclude each other, and none of them is never "all"."""
    assert "which jobs" in nb.fail(source.format(job_ids[0]))
    assert emulator.calls == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{0}", "--reason is missing"),
        ("-q train", "--reason is missing"),
        ("{0} -r ''", "reason: say why"),
        ("{0} -r '  '", "reason: say why"),
        ("{0} -r " + "x" * 1025, "1,025 characters"),
        ("{0} -r", "-r needs a value"),
        ("{0} -r a -r b", "--reason is given twice"),
        ("{0} -r don't", "the quote ' at position 44, before 't --yes',"),
        ("{0} --reas x", "Did you mean --reason"),
        ("{0} -r x --dry-run", "--yes and --dry-run contradict"),
        ("{0} -r x --timeout abc", "--timeout: 'abc' is not a number of seconds"),
        ("{0} -r x --timeout -1", "--timeout: '-1' is not a number of seconds"),
        ("{0} -r x --timeout nan", "--timeout: 'nan' is not a number of seconds"),
        ("{0} -r x --wait --no-wait", "give --wait or --no-wait, not both"),
        ("{0} -r x --out a.b", "--out: 'a.b' is not the name"),
        ("{0} -r x --ids jobId", "--ids 'jobId' names a column"),
        ("{0} nonsense -r x", "'nonsense' is not a job id"),
        ("arn:aws:batch:mars-1:000000000000:job/{0} -r x", "is of Region mars-1"),
        ("undefined -r x", "cannot evaluate 'undefined' .NameError"),
        ("jobs[ -r x", r"the bracket \[ at position 5"),
        ("1/0 -r x", "cannot evaluate '1/0' .ZeroDivisionError"),
        (", -r x", "cannot evaluate ','"),
        ("42 -r x", "expected a DataFrame"),
        ("[] -r x", "no jobs given"),
        ("__import__('pandas').DataFrame({{'a': [1]}}) -r x", "column of job ids .*Its columns: a"),
        ("-q train --name nope -r x", "no job matches these selectors"),
        ("--limit 2 -r x", "say which jobs"),
    ],
)
def test_what_is_wrong_is_one_line_and_ends_nothing(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], line: str, says: str
) -> None:
    """Every mistake in a line of %batch_terminate with --yes is said in one line, and nothing is sent."""
    assert re.search(says, nb.fail(f"%batch_terminate {line.format(job_ids[0])} --yes"))
    assert not sent(emulator)
    assert running(emulator) == job_ids


@pytest.mark.parametrize(
    "flags", ["--queue $queue", "--queue {queue}", "--name $name", "--share {s}", "--tag team={t}"]
)
def test_a_selector_with_a_variable_asks_nothing(nb: Notebook, emulator: local.LocalBatch, flags: str) -> None:
    """A magic expands no variable: a selector with one is an error before any call, and says how a loop is written."""
    nb["queue"] = nb["name"] = "train"
    for magic in ("%batch_jobs", "%batch_terminate --reason x --yes"):
        assert "batchnb.list_jobs(" in nb.fail(f"{magic} {flags}")
    assert not emulator.calls


@pytest.mark.parametrize("pattern", ["queue:$queue", "queue:{queue}", "name:{keep}", "tag:keep=$keep", "tag:{key}"])
def test_a_protection_with_a_variable_asks_nothing(nb: Notebook, emulator: local.LocalBatch, pattern: str) -> None:
    """A protection that would protect nothing is an error before any call, be it typed or lifted."""
    for flag in ("--protect", "--unprotect"):
        line = nb.fail(f"%batch_terminate --queue train {flag} {pattern} --reason x --yes")
        assert "Variables are not expanded" in line
    assert not emulator.calls


def test_a_query_names_jobs(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """%batch_terminate ends the jobs that a search finds, and no other."""
    line = f"%batch_terminate --query 'name:sweep-* -002' --reason '{REASON}'"
    nb.run(line)
    assert sent(emulator) == []
    nb.run(f"{line} --yes")
    assert running(emulator) == job_ids[2:]


@pytest.mark.parametrize("query", ["vcpus:>4", "name:", "name:sweep-* OR name:x", "name:*", ""])
def test_a_query_that_cannot_be_read_ends_nothing(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], query: str
) -> None:
    """It is an error before any call, whatever else is typed, and never all jobs."""
    assert "query: " in nb.fail(f"%batch_terminate -q train --query '{query}' --reason x --yes")
    assert emulator.calls == []
    assert running(emulator) == job_ids


def test_a_query_that_finds_nothing_ends_nothing(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """No job matches: that is said, and all go on."""
    assert "no job matches" in nb.fail("%batch_terminate --query 'name:nope' --reason x --yes")
    assert running(emulator) == job_ids


# %batch_terminate: what it does


def test_without_yes_everything_is_shown_and_nothing_is_ended(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]
) -> None:
    """Without --yes the plan is shown, a sentence says what --yes would do, and no call asks for an end."""
    for flags in ("", "--dry-run", "-n"):
        cell = nb.run(f"%batch_terminate {job_ids[0]} --reason {REASON!r} {flags}")
        assert isinstance(cell.value, Plan)
        assert "Nothing was ended. The same line with --yes makes the plan again" in cell.stdout
        assert REASON in cell.shown[0]["text/html"]
        assert job_ids[0] in cell.shown[0]["text/plain"]
    assert "The same cell with --yes" in nb.run(f"%%batch_terminate --reason x\n{job_ids[0]}").stdout
    assert not sent(emulator)
    assert running(emulator) == job_ids


def test_a_plan_without_a_job_to_end_does_not_offer_to(nb: Notebook, emulator: local.LocalBatch) -> None:
    """Where every job is left out, nothing suggests that --yes would help."""
    done = emulator.world.add_job("train", "done", status="SUCCEEDED")
    cell = nb.run(f"%batch_terminate {done} --reason x")
    assert cell.stdout.endswith("Nothing was ended. Nothing here can be terminated.\n")


def test_with_yes_the_plan_is_shown_before_anything_is_sent(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is on the screen before the first request; then its jobs end, and the report follows."""
    sent_when_shown: list[int] = []
    as_html = Plan._repr_mimebundle_

    def watched(self: Plan, **options: Any) -> dict[str, str]:
        sent_when_shown.append(len(sent(emulator)))
        return as_html(self, **options)

    monkeypatch.setattr(Plan, "_repr_mimebundle_", watched)
    cell = nb.run(f"%batch_terminate {job_ids[0]} {job_ids[2]} --reason {REASON!r} --yes")
    assert sent_when_shown == [0]
    assert [data["text/plain"].split()[0] for data in cell.shown] == ["Plan", "2"]
    assert isinstance(cell.value, Report)
    assert cell.value.ok
    assert running(emulator) == [job_ids[1]]
    assert emulator.world.job(job_ids[0]).status_reason == REASON


@pytest.mark.parametrize("text", ["$HOME {nb} {{x}} ${y}", "C:\\new\\table", "☃ 停止 'so'", "see #5 --yes", "100% %s"])
def test_the_reason_reaches_aws_as_typed(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], text: str
) -> None:
    """Neither IPython nor the flags change a quoted reason on its way to AWS, in lines and in cells."""
    nb["x"] = "expanded"
    nb.run(f'%batch_terminate {job_ids[0]} --reason "{text}" --yes')
    nb.run(f'%%batch_terminate --reason "{text}" --yes\n{job_ids[1]}')
    assert {call.request["reason"] for call in sent(emulator)} == {text}


def test_a_plan_is_carried_out_as_it_is(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """A Plan kept by --out is what a later line executes: its jobs and its reason, with nothing selected anew."""
    cell = nb.run(f"%batch_terminate -q train --reason {REASON!r} --out plan")
    assert cell.value is None
    late = emulator.world.add_job("train", "sweep-late")
    assert "executes this plan" in nb.run("%batch_terminate plan").stdout
    report = nb.run("%batch_terminate plan --yes").value
    assert report.plan is nb["plan"]
    assert [result.planned.job_id for result in report.results] == job_ids
    assert running(emulator) == [late]


@pytest.mark.parametrize("flag", ["-r other", "--region mars-1", "--endpoint-url http://127.0.0.1:9", "--ids x"])
def test_a_plan_is_not_changed(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str], flag: str) -> None:
    """What a plan fixed cannot be said anew with it: neither its reason nor where it is executed."""
    nb.run(f"%batch_terminate {job_ids[0]} --reason {REASON!r} --out plan")
    assert "Make a new one" in nb.fail(f"%batch_terminate plan {flag} --yes")
    nb.run(f"%batch_terminate plan -r {REASON!r}")
    assert not sent(emulator)


def test_a_failure_fails_the_cell_below_its_report(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]
) -> None:
    """One job that does not end fails the cell; the report is shown all the same, and kept by --out."""
    emulator.world.deny(job_ids[1])
    nb["ids"] = job_ids
    cell = nb.cell("%batch_terminate ids --reason x --yes --out report")
    assert isinstance(cell.error, TerminationFailedError)
    assert "2 of 3 jobs seen to end" in cell.shown[1]["text/plain"]
    assert nb["report"] is cell.error.report
    assert cell.stdout.count("\n") == 1


def test_no_wait_looks_once(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """With --no-wait a job that is still stopping is no failure, and the report says that nobody watched."""
    emulator.world.delays = local.Delays()
    cell = nb.run(f"%batch_terminate {job_ids[0]} --reason x --yes --no-wait")
    assert "still stopping" in cell.plain
    assert "not watched" in cell.plain


def test_a_timeout_ends_the_watch(nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]) -> None:
    """After --timeout seconds a survivor is reported as still stopping, and the cell fails."""
    emulator.world.set_stops(job_ids[0], "never")
    message = nb.fail(f"%batch_terminate {job_ids[0]} --reason x --yes --timeout 0.1", TerminationFailedError)
    assert "still stopping" in message


def test_quiet_is_a_line_for_the_plan_and_one_for_the_result(
    nb: Notebook, emulator: local.LocalBatch, job_ids: list[str]
) -> None:
    """With --quiet there are two lines, which still say where."""
    cell = nb.run(f"%batch_terminate {job_ids[0]} --reason x --yes --quiet")
    assert cell.shown == []
    plan, report = cell.stdout.splitlines()
    assert plan.startswith("<Plan ")
    assert report.startswith("<Report: 1 of 1 job seen to end: 1 terminated.>")
    assert all(f"EMULATOR at {emulator.endpoint_url}, not AWS" in line for line in (plan, report))


@pytest.mark.usefixtures("job_ids")
def test_plan_and_report_say_that_it_is_an_emulator(nb: Notebook, emulator: local.LocalBatch) -> None:
    """Nobody takes an emulator for AWS: plan and report say so as text and as HTML."""
    cell = nb.run("%batch_terminate -q train --reason x --yes")
    assert len(cell.shown) == 2
    for data in cell.shown:
        assert f"EMULATOR at {emulator.endpoint_url}, not AWS" in data["text/plain"]
        assert "not AWS" in data["text/html"]


def test_names_are_text_in_html(nb: Notebook, emulator: local.LocalBatch) -> None:
    """Markup in a job's name, in a reason or in an error is shown and not carried out."""
    attack = "<img src=x onerror=alert(1)>"
    job_id = emulator.world.add_job("train", attack, status_reason=attack)
    emulator.world.deny(job_id)
    cell = nb.cell(f'%batch_terminate {job_id} --reason "{attack}" --yes')
    for data in cell.shown:
        assert "<img" not in data["text/html"]
        assert "&lt;img" in data["text/html"]


def test_nothing_is_asked(
    nb: Notebook, job_ids: list[str], monkeypatch: pytest.MonkeyPatch, emulator: local.LocalBatch
) -> None:
    """No magic ever calls input(), which would hang or raise where nobody sits."""

    def refuse(*_arguments: object) -> str:
        raise AssertionError("input() was called")

    monkeypatch.setattr(builtins, "input", refuse)
    nb.run("jobs = %batch_jobs -q train\n%batch_terminate jobs -r x\n%batch_terminate jobs -r x --yes")
    assert not set(job_ids) & set(running(emulator))


def test_an_interruption_shows_what_was_sent(nb: Notebook, job_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the cell fails, and the report of what had been sent is shown and kept."""
    report = nb.run(f"%batch_terminate {job_ids[0]} -r x --yes").value

    def interrupted(*_arguments: object, **_options: object) -> Report:
        raise InterruptedRunError("Interrupted: nothing more is sent.", report) from KeyboardInterrupt()

    monkeypatch.setattr(Plan, "execute", interrupted)
    cell = nb.cell(f"%batch_terminate {job_ids[1]} -r x --yes --out kept")
    assert isinstance(cell.error, InterruptedRunError)
    assert nb["kept"] is report
    assert "1 of 1 job seen to end" in cell.shown[1]["text/plain"]


def test_a_plan_for_elsewhere_is_refused(nb: Notebook, job_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Errors that are not about jobs are one line, too."""

    def elsewhere(*_arguments: object, **_options: object) -> Report:
        raise PlanMismatchError("this plan was made for elsewhere.")

    monkeypatch.setattr(Plan, "execute", elsewhere)
    assert "elsewhere" in nb.fail(f"%batch_terminate {job_ids[1]} -r x --yes", PlanMismatchError)


# Shown once


@pytest.mark.parametrize(
    "source",
    [
        "%batch_terminate ids --reason x {yes}",
        "%batch_terminate ids --reason x {yes}\nresult = 3",
        "result = 3\n%batch_terminate ids --reason x {yes}",
        "result = %batch_terminate ids --reason x {yes}",
        "result = %batch_terminate ids --reason x {yes}\nresult",
        "%batch_terminate ids --reason x {yes} --out result",
        "%batch_terminate ids --reason x {yes};",
        "%%batch_terminate --reason x {yes}\n{id}",
    ],
)
@pytest.mark.parametrize("yes", ["", "--yes"])
def test_plan_and_report_are_shown_once(nb: Notebook, job_ids: list[str], source: str, yes: str) -> None:
    """Wherever the magic stands in its cell, plan and report are each shown exactly once."""
    nb["ids"] = job_ids
    cell = nb.run(source.replace("{yes}", yes).replace("{id}", job_ids[0]))
    assert len(cell.shown) == (2 if yes else 1)
    assert all("text/html" in data for data in cell.shown)


@pytest.mark.parametrize("yes", ["", "--yes"])
def test_a_later_cell_shows_them_again(nb: Notebook, job_ids: list[str], yes: str) -> None:
    """A plan or a report that a later cell asks for is shown there, every time."""
    nb["ids"] = job_ids
    nb.run(f"kept = %batch_terminate ids --reason x {yes}")
    for _ in range(2):
        (shown,) = nb.run("kept").shown
        assert "text/html" in shown
    assert len(nb.run("display(kept)\nkept").shown) == 2


def test_a_terminal_does_not_leave_its_prompt_alone(
    nb: Notebook, job_ids: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a terminal, `Out[1]:` is followed by the plan's short form, below the plan itself."""
    monkeypatch.delattr(NotebookShell, "kernel")
    monkeypatch.setattr(nb.shell.display_trap, "hook", DisplayHook(shell=nb.shell))  # type: ignore[no-untyped-call]
    capsys.readouterr()
    nb.shell.run_cell(f"%batch_terminate {job_ids[0]} --reason x")
    out = capsys.readouterr().out
    assert out.count("Nothing has been ended.") == 1
    assert re.search(r"Out\[\d+\]: <Plan \w+: 1 to end, 0 left out>\n", out)


# %batch_local and where calls go


def test_local_starts_tells_and_stops(shell: Any) -> None:
    """`%batch_local` starts an emulator once, sends the kernel's calls there, and ends that again."""
    nb = Notebook(shell)
    nb.run("%load_ext batchnb")
    assert nb.run("%batch_local status").stdout.startswith("No emulator is running.")
    assert nb.run("%batch_local stop").stdout.startswith("No emulator was running.")
    first = nb.run("%batch_local start").stdout
    assert "It is not AWS." in first
    again = nb.run("%batch_local start --seed 5").stdout
    assert again == f"It was started before, and goes on. {first}"
    assert nb.run("%batch_local status").stdout == first
    nb.run("jobs = %batch_jobs --queue train-gpu --limit 2")
    assert list(batchnb.list_jobs(queues="train-gpu", limit=2).jobId) == list(nb["jobs"].jobId)
    nb.run("plan = %batch_terminate jobs --reason x")
    assert nb["plan"].identity.is_local
    assert "Calls go to AWS from now on" in nb.run("%batch_local stop").stdout
    assert nb.run("%batch_local status").stdout.startswith("No emulator is running.")
    with pytest.raises(BatchnbError, match=r"Region|region"):
        batchnb.list_jobs(queues="train-gpu")


def test_a_running_emulator_outlives_the_extension(shell: Any) -> None:
    """Unloading or reloading leaves a running emulator, and its jobs, alone."""
    nb = Notebook(shell)
    nb.run("%load_ext batchnb")
    first = nb.run("%batch_local start").stdout
    nb.run("%reload_ext batchnb")
    assert nb.run("%batch_local status").stdout == first


def test_another_seed_gives_other_ids(shell: Any) -> None:
    """The same seed gives the same night, another seed another."""
    nb = Notebook(shell)
    nb.run("%load_ext batchnb")
    ids = []
    for seed in ("", "--seed 0", "--seed 7"):
        nb.run(f"%batch_local start {seed}\njobs = %batch_jobs -q train-cpu\n%batch_local stop")
        ids.append(list(nb["jobs"].jobId))
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "'nonsense' is not one of start, status, stop"),
        ("", "say what to do: start, status, stop"),
        ("start stop", "'start stop' is not one of"),
        ("start --seed x", "--seed: 'x' is not a whole number"),
        ("start --port 1", "there is no flag --port"),
    ],
)
def test_local_refuses_nonsense(nb: Notebook, line: str, says: str) -> None:
    """A wrong word for %batch_local is an error that names the right ones."""
    assert says in nb.fail(f"%batch_local {line}")


def test_an_endpoint_in_the_line_wins(nb: Notebook, start: Callable[..., local.LocalBatch]) -> None:
    """`--endpoint-url` sends a line elsewhere than the emulator that was started."""

    def fill(world: local.World) -> None:
        world.add_queue("train")
        world.add_job("train", "elsewhere")

    elsewhere = start(fill, seed=1)
    nb.run(f"jobs = %batch_jobs -q train --endpoint-url {elsewhere.endpoint_url}")
    assert list(nb["jobs"].jobName) == ["elsewhere"]
    nb.run(f"plan = %batch_terminate -q train --reason x --endpoint-url {elsewhere.endpoint_url}")
    assert nb["plan"].identity.endpoint == elsewhere.endpoint_url


def test_an_unknown_id_fails_the_cell(nb: Notebook, job_ids: list[str]) -> None:
    """AWS accepts any id; a typo among real ids still fails the cell, by name."""
    message = nb.fail(f"%batch_terminate {job_ids[0]} {UNKNOWN} -r x --yes", TerminationFailedError)
    assert f"{UNKNOWN}, not found" in message


def test_the_accounts_and_read_only_are_flags_as_well(nb: Notebook, emulator: local.LocalBatch) -> None:
    """A plan for an account that a flag does not allow is refused, --yes or not, and so is the end of anything."""
    emulator.world.add_job("train", "mine")
    line = "%batch_terminate --name mine -r x --yes"
    assert "accounts" in nb.fail(f"{line} --accounts 123456789012", GuardError)
    assert "read_only" in nb.fail(f"{line} --read-only", GuardError)
    assert "--expect" in nb.fail(f"{line} --production-accounts 000000000000", GuardError)
    assert not sent(emulator)
    nb.run(f"{line} --production-accounts 000000000000 --accounts 000000000000 --expect 1")
    assert sent(emulator)


# Plans that are refused


@pytest.mark.bulk
def test_a_plan_over_a_limit_is_shown_and_yes_fails_after_that(nb: Notebook, emulator: local.LocalBatch) -> None:
    """The dry run is no error, and says which flag it takes; with --yes the plan is shown, and the cell fails."""
    emulator.world.add_jobs("train", "big", 3)
    line = "%batch_terminate --queue train --name-glob big-* -r x --max-jobs 2"
    cell = nb.run(line)
    assert "It cannot be executed as it is." in cell.plain
    assert "With --yes, this plan would be refused by max_jobs. With --max-jobs 3 it would not be." in cell.stdout
    failed = nb.cell(f"{line} --yes")
    assert isinstance(failed.error, GuardError)
    assert "max_jobs" in failed.plain
    assert "refused by max_jobs" in nb.run(f"{line} --quiet").stdout
    assert not sent(emulator)
    nb.run(line.replace("--max-jobs 2", "--max-jobs 3 --yes"))
    assert len(sent(emulator)) == 1


@pytest.mark.bulk
def test_a_guard_of_plan_time_holds_for_a_plan_in_the_line(nb: Notebook, emulator: local.LocalBatch) -> None:
    """`%batch_terminate plan --yes` ends nothing that the plan itself forbids, loaded or not."""
    emulator.world.add_jobs("train", "mine", 2)
    nb.run("plan = %batch_terminate --name-glob mine-* -r x --read-only")
    assert "read_only" in nb.fail("%batch_terminate plan --yes", GuardError)
    nb.run(
        "import batchnb, os, tempfile\n"
        "path = os.path.join(tempfile.mkdtemp(), 'plan.json')\n"
        "plan.save(path)\nloaded = batchnb.load_plan(path)"
    )
    assert "expect=" in nb.fail("%batch_terminate loaded --yes", GuardError)
    assert not sent(emulator)
    path = nb["path"]
    nb.run(f"%batch_terminate --name-glob mine-* -r x --yes --expect '{path},2'")
    assert len(sent(emulator)) == 1


# All jobs


def test_all_live_jobs_are_listed_and_not_ended(nb: Notebook, job_ids: list[str], emulator: local.LocalBatch) -> None:
    """Without a flag everything is listed; a plan of all of it is shown, and is not executed."""
    nb.run("jobs = %batch_jobs")
    assert set(nb["jobs"].jobId) == set(job_ids)
    shown = nb.run("%batch_terminate jobs -r x")
    assert "selection: these are all" in shown.plain
    assert "would be refused by selection." in shown.stdout
    for everything in ("jobs", "jobs.jobId", "jobs.sort_values('jobName')", "jobs.head(10_000)"):
        assert "selection" in nb.fail(f"%batch_terminate {everything} -r x --yes", GuardError)
    assert "selection" in nb.fail("%batch_terminate --status active -r x --yes", GuardError)
    assert not sent(emulator)


@pytest.mark.parametrize(
    "which", ["jobs[jobs.jobId != jobs.jobId[0]]", "list(jobs.jobId)", "{0}", "--queue train", "--name-glob *-*"]
)
def test_jobs_that_somebody_has_named_are_ended(
    nb: Notebook, job_ids: list[str], emulator: local.LocalBatch, which: str
) -> None:
    """A filtered frame, ids, or a selector: then somebody has said which jobs."""
    nb.run("jobs = %batch_jobs")
    nb.run(f"%batch_terminate {which.format(job_ids[0])} -r x --yes")
    assert sent(emulator)


# What is said can be typed


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("%batch_terminate ids --reason x", "_"),
        ("%%batch_terminate --reason x\n{cell}", "_"),
        ("p = %batch_terminate ids --reason x", "p"),
        ("%batch_terminate ids --reason x --out q", "q"),
        ("%batch_terminate ids --reason x\n1 + 1", "batch_plan"),
    ],
)
def test_the_hint_below_a_plan_can_be_typed(nb: Notebook, emulator: local.LocalBatch, source: str, name: str) -> None:
    """It names the variable that holds the plan in the next cell."""
    nb["ids"] = emulator.world.add_jobs("train", "sweep", 21)
    text = nb.run(source.replace("{cell}", "\n".join(nb["ids"]))).plain
    (hint,) = re.findall(r"all of them: (\S+\(\))", text)
    assert hint == f"{name}.to_frame()"
    nb.shell.user_ns.setdefault("_", None)
    if name == "_":  # what a notebook does with the last value
        nb["_"] = nb.cell(source.replace("{cell}", "\n".join(nb["ids"]))).value
    assert len(nb.run(hint).value) == 21


def test_the_hint_below_a_report_can_be_typed(nb: Notebook, emulator: local.LocalBatch) -> None:
    """It reads the run, also in a notebook that imports nothing; with --out it names the variable."""
    nb["ids"] = emulator.world.add_jobs("train", "sweep", 42)
    text = nb.run("%batch_terminate ids[:21] --reason x --yes").plain
    hint = re.findall(r"all of them: (\S+)$", text, re.MULTILINE)[-1]
    assert hint.startswith("batchnb.read_run('")
    assert len(nb.run(hint).value) == 21
    assert "all of them: r.to_frame()" in nb.run("%batch_terminate ids[21:] --reason x --yes --out r").plain


def test_with_yes_nothing_says_that_nothing_was_ended(nb: Notebook, job_ids: list[str]) -> None:
    """What is shown first says that jobs are ended now; a plan that is refused still says that nothing was."""
    text = nb.run(f"%batch_terminate {job_ids[0]} --reason x --yes").plain
    assert re.match(r"Plan \w{12}: ending 1 job\.\n", text)
    assert "Nothing has been ended" not in text
    refused = nb.cell(f"%batch_terminate {job_ids[1]} --reason x --yes --read-only")
    assert "Nothing has been ended. It cannot be executed" in refused.plain


def test_out_shows_the_picker_too(nb: Notebook, job_ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`--out` names the picker, and does not hide it."""
    monkeypatch.setattr("batchnb.widget.has_front_end", lambda: True)
    nb.run("jobs = %batch_jobs -q train")
    cell = nb.run("%batch_terminate jobs --out picker")
    assert len(cell.shown) == 1
    assert "<JobPicker: 3 jobs>" in cell.shown[0]["text/plain"]
    assert repr(nb["picker"]) == "<JobPicker: 3 jobs>"
    assert job_ids
