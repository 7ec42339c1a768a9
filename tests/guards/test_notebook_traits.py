"""Guards of a notebook: a misspelt or ill-typed one fails its cell, and each plan until it is taken back."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config
from traitlets.config.loader import KVArgParseConfigLoader

from batchnb import local
from batchnb.aws.connect import set_default_endpoint
from batchnb.errors import InputError
from batchnb.guards.rules import Guards
from batchnb.guards.settings import NOTEBOOK, guards, layer
from batchnb.magics import magics

NAMES = ("max_jobs", "max_percent", "protect", "accounts", "production_accounts", "read_only", "evidence")


class Notebook:
    """A shell without history or a user's configuration."""

    def __init__(self, config: Config) -> None:
        config.HistoryManager.enabled = False
        self.shell: Any = InteractiveShell.instance(config=config)

    def run(self, source: str) -> None:
        """Run a cell that has to succeed."""
        with capture_output() as said:
            result = self.shell.run_cell(source)
        assert result.success, said.stdout

    def fail(self, source: str) -> str:
        """Run a cell that has to fail, in one line; return the line."""
        with capture_output() as said:
            result = self.shell.run_cell(source)
        assert not result.success, said.stdout
        error = result.error_before_exec or result.error_in_exec
        assert "Traceback" not in said.stdout
        assert said.stdout.splitlines()[-1] == f"{type(error).__name__}: {error}"
        return str(error)


@pytest.fixture
def open_notebook(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook with a configuration; `argv` is a command line, such as `--BatchMagics.max_jobs=5`."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    main = sys.modules["__main__"]

    def open_one(config: Config | None = None, argv: list[str] | None = None) -> Notebook:
        if argv is not None:
            config = KVArgParseConfigLoader(argv=argv).load_config()
        return Notebook(config or Config())

    yield open_one
    shell = InteractiveShell.instance()
    magics.unload(shell)
    magics._unloaded.clear()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = main


@pytest.fixture
def notebook(open_notebook: Callable[..., Notebook]) -> Notebook:
    """Return a notebook with the extension loaded, and nothing configured."""
    opened = open_notebook()
    opened.run("%load_ext batchnb")
    return opened


def _is_refused() -> str:
    """Return the error with which a plan is refused now; there has to be one."""
    with pytest.raises(InputError) as caught:
        guards()
    return str(caught.value)


def _way_back(message: str) -> str:
    found = re.search(r"take it back: (.*?)$", message)
    assert found, message
    return found[1]


WRONG = [
    ("BatchMagics.readonly = True", "readonly .* no such setting.*Did you mean %config BatchMagics.read_only"),
    ("BatchMagics.read_Only = True", "Did you mean %config BatchMagics.read_only"),
    ("BatchMagics.max_job = 1", "Did you mean %config BatchMagics.max_jobs"),
    ("BatchMagics.whatever = 1", "whatever .* no such setting. There are: max_jobs"),
    ("BatchMagics.unprotect = ['tag:keep']", "lifted only where a plan is made"),
    ("BatchMagics.max_jobs = '1'", "'1' is not a whole number"),
    ("BatchMagics.max_jobs = 1.0", "1.0 is not a whole number"),
    ("BatchMagics.max_jobs = True", "True is not a whole number"),
    ("BatchMagics.max_jobs = -1", "-1 is not a whole number"),
    ("BatchMagics.max_jobs == 1", "set to nothing"),
    ("BatchMagics.max_percent = 0", "0 is not a percentage"),
    ("BatchMagics.max_percent = '50'", "'50' is not a percentage"),
    ("BatchMagics.max_percent = float('nan')", "nan is not a percentage"),
    ("BatchMagics.read_only = 'yes'", "'yes' is neither true nor false"),
    ("BatchMagics.read_only = 1", "1 is neither true nor false"),
    ("BatchMagics.protect = 'live'", "'live' is not a pattern"),
    ("BatchMagics.protect = ['queue:$queue']", "Variables are not expanded"),
    ("BatchMagics.protect = {'queue': ['live']}", "'queue' must be one of queues"),
    ("BatchMagics.protect = 5", "5 is neither a pattern"),
    ("BatchMagics.protect.queues = ['live']", r"protect\.queues is neither a pattern"),
    ("BatchMagics.accounts = 123456789012", "is not a list of account ids"),
    ("BatchMagics.accounts = []", "is not a list of account ids"),
    ("BatchMagics.production_accounts = ['12']", "'12' is not an account id"),
    ("BatchMagic.read_only = True", r"BatchMagic\.read_only .*Did you mean %config BatchMagics.read_only"),
    ("Batchmagics.read_only = True", "Did you mean %config BatchMagics.read_only"),
    ("batchmagics.read_only = True", "Did you mean %config BatchMagics.read_only"),
    ("batchnb.read_only = True", "Did you mean %config BatchMagics.read_only"),
    ("Batchnb.max_job = 1", r"Did you mean %config BatchMagics.max_jobs"),
]


@pytest.mark.parametrize(("line", "says"), WRONG)
def test_a_wrong_line_of_config_fails_the_cell_and_every_plan(notebook: Notebook, line: str, says: str) -> None:
    """What is not understood is said at once, and stops each plan until the line that is named has been run."""
    before = guards()
    told = notebook.fail(f"%config {line}\nafter = 1")
    assert re.search(says, told), told
    assert "after" not in notebook.shell.user_ns
    assert _is_refused() == told == _is_refused()
    notebook.run(_way_back(told))
    assert guards() == before


ROADS: dict[str, Callable[[str, str], str]] = {
    "config": lambda name, value: f"%config BatchMagics.{name} = {value}",
    "the shell's config": lambda name, value: f"get_ipython().config.BatchMagics.{name} = {value}",
    "the shell's config, by key": lambda name, value: f"get_ipython().config['BatchMagics']['{name}'] = {value}",
    "an attribute": lambda name, value: f"get_ipython().magics_manager.registry['BatchMagics'].{name} = {value}",
    "setattr": lambda name, value: f"setattr(get_ipython().magics_manager.registry['BatchMagics'], '{name}', {value})",
}


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize(("name", "value"), [("readonly", "True"), ("max_jobs", "'1'"), ("protect", "5")])
def test_every_way_to_set_a_guard_fails_in_the_same_way(notebook: Notebook, road: str, name: str, value: str) -> None:
    """A guard may be set in other ways than by %config; none of them is silent."""
    told = notebook.fail(ROADS[road](name, value))
    assert f"{name}" in told
    assert _is_refused() == told
    notebook.run("1 + 1")
    assert _is_refused() == told
    notebook.run(_way_back(told))
    assert guards() == Guards()
    notebook.run("%reload_ext batchnb")
    assert guards() == Guards()


@pytest.mark.parametrize("road", ROADS)
def test_every_way_to_set_a_guard_sets_it(notebook: Notebook, road: str) -> None:
    """The shell's config counts from the next plan on, like a line of %config; so does what is added to a list."""
    notebook.run(ROADS[road]("max_jobs", "5"))
    notebook.run(ROADS[road]("protect", "['queue:live']"))
    held = guards()
    assert (held.max_jobs.value, held.max_jobs.source) == (5, NOTEBOOK)
    assert [str(one) for one, _ in held.protect] == ["queue:live"]


def test_a_list_in_the_shells_config_may_grow(notebook: Notebook) -> None:
    """What is appended, before there is a list or after, is set."""
    notebook.run("get_ipython().config.BatchMagics.protect.append('queue:live')")
    assert [str(one) for one, _ in guards().protect] == ["queue:live"]
    notebook.run("get_ipython().config.BatchMagics.protect = ['queue:live']")
    notebook.run("get_ipython().config.BatchMagics.protect.append('queue:other')")
    assert [str(one) for one, _ in guards().protect] == ["queue:live", "queue:other"]


def test_to_look_at_a_setting_sets_nothing(notebook: Notebook) -> None:
    """Reading a name of a config makes an empty one in it, which is no setting."""
    notebook.run("get_ipython().config.BatchMagics.readonly\nget_ipython().config.BatchMagics.max_jobs")
    assert guards() == Guards()


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"readonly": True}, "Did you mean %config BatchMagics.read_only"),
        ({"max_jobs": "1", "read_only": True}, "'1' is not a whole number"),
        ({"protect": ["live"]}, "'live' is not a pattern"),
        ({"max-jobs": 1}, r"take it back: del get_ipython\(\)\.config\['BatchMagics'\]\['max-jobs'\]"),
    ],
)
def test_a_wrong_setting_of_the_profile_fails_the_cell_that_loads(
    open_notebook: Callable[..., Notebook], config: dict[str, Any], says: str
) -> None:
    """A guard of ipython_config.py is not lost, and the right ones beside it hold as soon as it is corrected."""
    notebook = open_notebook(Config({"BatchMagics": config}))
    for _ in range(2):
        told = notebook.fail("%load_ext batchnb")
        assert re.search(says, told), told
        assert _is_refused() == told
    notebook.run(_way_back(told))
    assert bool(guards().read_only) is ("read_only" in config)
    notebook.run("%reload_ext batchnb")
    assert bool(guards().read_only) is ("read_only" in config)


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--BatchMagics.readonly=True"], "Did you mean %config BatchMagics.read_only"),
        (["--BatchMagics.max_jobs=many"], "'many' is not a whole number"),
        (["--BatchMagics.max_jobs=1.0"], "'1.0' is not a whole number"),
        (["--BatchMagics.read_only=yes"], "'yes' is neither true nor false"),
        (["--BatchMagic.read_only=True"], "Did you mean %config BatchMagics.read_only"),
        (["--BatchMagics.max_jobs=1", "--BatchMagics.max_jobs=2"], "is not a whole number"),
    ],
)
def test_a_wrong_flag_of_the_command_line_fails_the_cell_that_loads(
    open_notebook: Callable[..., Notebook], argv: list[str], says: str
) -> None:
    """`ipython --BatchMagics.…` is read like a line of %config."""
    notebook = open_notebook(argv=argv)
    told = notebook.fail("%load_ext batchnb")
    assert re.search(says, told)
    notebook.run(_way_back(told))
    assert guards() == Guards()


def test_right_flags_of_the_command_line_hold(open_notebook: Callable[..., Notebook]) -> None:
    """Texts become what they stand for, and what may be repeated adds up."""
    argv = ["--BatchMagics.max_jobs=5", "--BatchMagics.read_only=True", "--BatchMagics.accounts=123456789012"]
    argv += ["--BatchMagics.protect=queue:a", "--BatchMagics.protect=tag:keep"]
    open_notebook(argv=argv).run("%load_ext batchnb")
    held = guards()
    assert (held.max_jobs.value, held.read_only) == (5, NOTEBOOK)
    assert held.accounts == ((("123456789012",), NOTEBOOK),)
    assert [str(one) for one, _ in held.protect] == ["queue:a", "tag:keep=*"]


def test_a_list_of_the_profile_may_be_appended_to(open_notebook: Callable[..., Notebook]) -> None:
    """`c.BatchMagics.protect.append(…)` in ipython_config.py is a guard."""
    config = Config()
    config.BatchMagics.protect.append("queue:live")
    open_notebook(config).run("%load_ext batchnb")
    assert [str(one) for one, _ in guards().protect] == ["queue:live"]


def test_loading_again_loses_no_guard(notebook: Notebook) -> None:
    """`%reload_ext` keeps what %config has set, and what it has got wrong; without the extension there are none."""
    notebook.run("%config BatchMagics.read_only = True")
    notebook.run("%reload_ext batchnb")
    assert guards().read_only == NOTEBOOK
    told = notebook.fail("%config BatchMagics.max_job = 1")
    assert notebook.fail("%reload_ext batchnb") == told
    notebook.run(_way_back(told))
    notebook.run("%config BatchMagics.read_only = False")
    assert guards() == Guards()


def test_a_setting_of_somebody_else_is_not_ours(notebook: Notebook) -> None:
    """Other sections, known or not, are left to whom they belong."""
    notebook.run("%config InteractiveShell.colors = 'nocolor'\nget_ipython().config.BashMagics.readonly = True")
    notebook.run("get_ipython().config.BasicMagics.readonly = True")
    assert guards() == Guards()


def test_what_was_set_does_not_change_with_its_origin(notebook: Notebook) -> None:
    """A list that is emptied later, and an iterator that can be read once, go on protecting."""
    notebook.run("kept = ['queue:live']\n%config BatchMagics.protect = kept\nkept.clear()")
    assert [[str(one) for one, _ in guards().protect] for _ in range(2)] == [["queue:live"]] * 2
    notebook.run("%config BatchMagics.protect = iter(['queue:a', 'queue:b'])")
    assert [len(guards().protect) for _ in range(2)] == [2, 2]


def test_nothing_is_sent_while_a_guard_is_wrong(
    notebook: Notebook, emulator: local.LocalBatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan that was made before is not executed either, and a run is not resumed."""
    job_id = emulator.world.add_job("train", "job")
    set_default_endpoint(emulator.endpoint_url)
    notebook.run(f"plan = %batch_terminate {job_id} --reason x")
    told = notebook.fail("%config BatchMagics.max_jobs = '0'")
    for line in (f"%batch_terminate {job_id} --reason x --yes", "%batch_terminate plan --yes", "plan.execute()"):
        assert notebook.fail(line) == told
    assert not [call for call in emulator.calls if "Terminate" in call.operation]
    assert capsys.readouterr().err == ""


literals = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5000) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("a:*=$", max_size=6)
    | st.sampled_from(["queue:live", "tag:keep", "name:prod-*", "123456789012", "yes"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["queues", "names", "tags"]), inner),
    max_leaves=4,
)  # fmt: skip
names = st.sampled_from(
    [*NAMES, "readonly", "max_job", "protects", "unprotect", "Max_jobs", "shell", "config", "parent"]
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names, literals, st.sampled_from(["config", "the shell's config", "an attribute"]))
def test_a_setting_is_understood_or_refused(notebook: Notebook, name: str, value: Any, road: str) -> None:
    """Whatever is set, it holds as it would in a file, or the cell fails and each plan until it is taken back."""
    if road == "an attribute" and name not in NAMES:
        name = "readonly"  # the other attributes belong to IPython
    for one in NAMES:
        notebook.run(f"%config BatchMagics.{one} = None")
    if value is None and name not in NAMES:
        return
    try:
        expected: Any = layer(NOTEBOOK, {name: value})
    except InputError:
        expected = None
    with capture_output():
        result = notebook.shell.run_cell(ROADS[road](name, repr(value)))
    assert result.success is (expected is not None)
    if expected is not None:
        held = guards()
        assert [one for one, _ in held.protect] == list(dict.fromkeys(expected.protect))
        assert bool(held.read_only) is expected.read_only
        assert held.max_jobs.value == (1000 if expected.max_jobs is None else expected.max_jobs)
    elif name[0].islower():
        notebook.run(_way_back(_is_refused()))
        assert guards() == Guards()
