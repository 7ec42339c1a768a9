"""Parameters: no unknown name, no empty text and no value of a wrong type gets as far as a call."""

from __future__ import annotations

import ast
from typing import Any

import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchnb import local
from batchnb.errors import InputError
from batchnb.runbooks import Runbook
from batchnb.runbooks.declared import RUNBOOKS
from batchnb.runbooks.kinds import read_flag, read_tags, read_text
from batchnb.runbooks.parameters import Inbox
from batchnb.runbooks.runbook import OWN

from .conftest import NOTEBOOKS, Pass, asked_to_end, cells_of

ENDS = [name for name, declared in RUNBOOKS.items() if "execute" in declared]
START = 3
ONE = "11111111-2222-3333-4444-555555555555"
"""Cells up to the one that reads the parameters."""
MEANT: dict[str, dict[str, Any]] = {
    "end_a_runaway_sweep": {"queue": "train-gpu", "definition": "train-sweep:7", "reason": "OPS-1"},
    "drain_a_queue": {"queue": "train-gpu", "reason": "OPS-1"},
    "stuck_runnable": {"reason": "OPS-1"},
    "jobs_over_budget": {"reason": "OPS-1"},
    "retry_storm": {"reason": "OPS-1"},
    "end_a_pipeline_run": {"name_glob": "sweep-*", "reason": "OPS-1"},
    "quickstart": {"queue": "train-gpu", "definition": "train-sweep:7", "reason": "OPS-1"},
    "finish_an_interrupted_run": {},
    "audit_trail": {},
}
WRONG = [
    ("name_globb", "sweep-0*", "name_globb is not a parameter of this runbook. Did you mean name_glob?"),
    ("_expect", 3, "_expect is not a parameter"),
    ("plan", 3, "plan is not a parameter"),
    ("print", "x", "print is not a parameter"),
    ("Runbook", "x", "Runbook is not a parameter"),
    ("definition", "", "definition must not be an empty text"),
    ("older_than", "  ", "older_than must not be an empty text"),
    ("older_than", "6", "older_than"),
    ("queue", 7, "queue must be a text, got 7. With papermill: -r queue 7"),
    ("execute", "true", "execute must be True or False, got 'true'"),
    ("execute", "yes", "execute must be True or False"),
    ("execute", 1, "execute must be True or False, got 1"),
    ("execute", None, "execute must not be None. Leave it out, and it is False."),
    ("max_jobs", None, "max_jobs must not be None. Leave it out, and it is 200."),
    ("expect", "", "expect must not be an empty text"),
    ("expect", True, "expect must be a number of jobs"),
    ("expect", 6.5, "expect must be a number of jobs"),
    ("expect", "nothing in particular", "neither a number of jobs nor"),
    ("expect", "missing.json", "cannot be read as a saved plan"),
    ("max_jobs", 0, "max_jobs must be a whole number of at least 1, got 0"),
    ("max_jobs", "200", "max_jobs must be a whole number"),
    ("max_percent", 101, "max_percent must be a number above 0 and at most 100"),
    ("timeout", -1, "timeout must be a number of at least 0"),
    ("keep", [""], "keep must not be an empty text"),
    ("keep", 7, "keep must be a list of texts"),
    ("keep", ["name:x", "prod"], "keep: 'prod' is not a pattern"),
    ("reason", "x" * 1025, "reason: it has 1,025 characters"),
    ("journals", "a\0b", "journals must be a path without control characters"),
    ("journals", "~nobody-here/runs", "journals: the system knows no home folder"),
    ("save_plan", "a\0b.json", "save_plan must be a path without control characters"),
    ("save_plan", ".", "save_plan: . exists already"),
    ("tags", "team", "tags must be tags with their values"),
    ("tags", {"team": ""}, "tags must be tags"),
    ("seed", -1, "seed must be a whole number"),
    ("ticket_style", "html", "ticket_style must be one of text, markdown, jira, slack"),
    ("reviewed_by", "", "reviewed_by must not be an empty text"),
    ("reviewed_by", "x" * 257, "reviewed_by must be a text of 1 to 256 characters"),
    (
        "endpoint",
        "AWS",
        "endpoint must be local, aws or a URL such as http://127.0.0.1:4566, got 'AWS'. Did you mean aws?",
    ),
    ("endpoint", "", "endpoint must not be an empty text"),
    ("at_least", True, "at_least must be a whole number"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG, ids=lambda value: str(value)[:30])
def test_a_wrong_parameter_is_an_error_before_any_call(
    pass_through: Pass, night: local.LocalBatch, name: str, value: object, words: str
) -> None:
    """The message says which, what was given, and what to type; the service was not asked for anything."""
    _check_wrong(pass_through, night, "end_a_runaway_sweep", name, value, words)


@pytest.mark.parametrize(
    ("runbook", "name", "value", "words"),
    [
        ("jobs_over_budget", "expected", 7, "expected must be ages by job definition"),
        ("jobs_over_budget", "expected", {"train": 99}, "expected['train']: 99 is not an age"),
        ("jobs_over_budget", "expected", {"a:1": "1h", "x/a:1": "2h"}, "expected has two ages"),
        ("jobs_over_budget", "price", "0.05", "prices must be a number"),
        ("jobs_over_budget", "price", {"vcpu_hour": float("nan")}, "prices['vcpu_hour'] must be a number"),
        ("stuck_runnable", "evidence", ".", "evidence: . exists already"),
        ("audit_trail", "table", "a\0b", "table must be a path"),
        ("end_a_pipeline_run", "depends_on", "head", "depends_on: 'head' is not a job id"),
        ("end_a_pipeline_run", "depends_on", f"{ONE}:3", "depends_on: jobs wait for a whole job"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_only_one_runbook_has_is_checked_before_any_call_too(
    pass_through: Pass, night: local.LocalBatch, runbook: str, name: str, value: object, words: str
) -> None:
    """Tables, files and job ids are read where all the others are."""
    _check_wrong(pass_through, night, runbook, name, value, words)


def _check_wrong(
    pass_through: Pass, night: local.LocalBatch, runbook: str, name: str, value: object, words: str
) -> None:
    night.calls.clear()
    given: dict[str, Any] = {"endpoint": night.endpoint_url, **MEANT[runbook], name: value}
    passed = pass_through(runbook, cells=START, **given)
    assert isinstance(passed.error, InputError), passed.error
    assert words in str(passed.error)
    assert night.calls == []


def test_who_is_told_to_save_a_plan_can(pass_through: Pass, night: local.LocalBatch) -> None:
    """A hint names parameters that the runbook has."""
    for name in ENDS:
        passed = pass_through(name, cells=START, endpoint=night.endpoint_url, **{**MEANT[name], "execute": True})
        assert ("save_plan" in str(passed.error)) == ("save_plan" in RUNBOOKS[name])
    assert passed.banner.startswith("FAILED. InputError: ")


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_runbook_refuses_unknown_names_and_empty_texts(
    pass_through: Pass, night: local.LocalBatch, name: str
) -> None:
    """Each text, each selector and each name, in each of them."""
    night.calls.clear()
    place = {"endpoint": night.endpoint_url, **MEANT[name]}
    passed = pass_through(name, cells=START, **place, queeue="x") if name != "quickstart" else None
    assert passed is None or "queeue is not a parameter" in str(passed.error)
    for parameter in RUNBOOKS[name]:
        declared = RUNBOOKS[name][parameter]
        with pytest.raises(InputError):
            declared.kind(parameter, "")
    assert night.calls == []


@pytest.mark.parametrize("name", [name for name in ENDS if name != "quickstart"])
def test_execute_without_expect_is_an_error_away_from_the_emulator(
    pass_through: Pass, night: local.LocalBatch, name: str
) -> None:
    """Nobody has seen the plan; `any` says that any will do."""
    night.calls.clear()
    place = {"endpoint": night.endpoint_url, **MEANT[name], "execute": True}
    passed = pass_through(name, cells=START, **place)
    assert "execute without expect would end jobs of a plan that nobody has seen" in str(passed.error)
    assert night.calls == []
    assert pass_through(name, cells=2, **place, expect="any").error is None


def test_without_selectors_a_sweep_is_not_the_whole_queue(pass_through: Pass, night: local.LocalBatch) -> None:
    """A queue and an age are no selection: this is how a whole queue was ended once."""
    place = {"endpoint": night.endpoint_url, "queue": "train-gpu", "reason": "x", "execute": True, "expect": "any"}
    for ages in ({}, {"older_than": "1m"}, {"newer_than": "30d"}, {"definition": None}):
        passed = pass_through("end_a_runaway_sweep", **place, **ages)
        assert "Which jobs? Give one or more of definition, name, name_glob, tags, share" in str(passed.error)
    assert asked_to_end(night) == 0


@pytest.mark.parametrize("missing", ["queue", "reason"])
def test_what_looks_real_is_only_a_default_on_the_emulator(
    pass_through: Pass, night: local.LocalBatch, missing: str
) -> None:
    """No queue and no reason of the made-up night goes anywhere else."""
    meant = {name: value for name, value in MEANT["end_a_runaway_sweep"].items() if name != missing}
    passed = pass_through("end_a_runaway_sweep", endpoint=night.endpoint_url, **meant)
    assert f"{missing} is not given, and there is no default outside the emulator" in str(passed.error)


def test_a_region_for_the_emulator_is_a_forgotten_endpoint(pass_through: Pass) -> None:
    """A scheduler that means AWS, and forgot to say so, must not be green for ever."""
    for name in ("region", "profile"):
        passed = pass_through("end_a_runaway_sweep", cells=START, **{name: "eu-west-1"})
        assert f"{name} is for AWS, and the endpoint is the emulator: add -p endpoint aws" in str(passed.error)


# --- by hand, in Jupyter ----------------------------------------------------------------------------------------------


def test_a_second_pass_in_the_same_kernel_is_none_the_worse(pass_through: Pass) -> None:
    """Names that the runbook itself assigned before are not taken for parameters."""
    first = pass_through("end_a_runaway_sweep", expect=61)
    assert first.error is None
    again = pass_through("end_a_runaway_sweep", first.names, expect=61)
    assert again.error is None


def test_a_name_that_was_misspelt_is_found_again_in_the_next_pass(pass_through: Pass) -> None:
    """It is not left in the namespace, where it would look as if it had always been there."""
    first = pass_through("end_a_runaway_sweep", cells=START, name_globb="x")
    assert "name_globb is not" in str(first.error)
    again = pass_through("end_a_runaway_sweep", first.names, cells=START, name_globb="x")
    assert "name_globb is not" in str(again.error)
    assert pass_through("end_a_runaway_sweep", again.names, cells=START).error is None


def test_a_value_of_an_earlier_pass_does_not_stay_where_its_line_was_deleted() -> None:
    """The first cell takes the parameters of the last pass out of the namespace."""
    names: dict[str, Any] = {"execute": True, "other": 1}
    Runbook("end_a_runaway_sweep", names)
    assert names == {"other": 1}


def test_a_cell_that_was_not_run_is_an_error() -> None:
    """Without the cell of the parameters nothing is known."""
    runbook = Runbook("audit_trail", {})
    with pytest.raises(InputError, match="not set: run the cell of the parameters"):
        runbook.start()


def test_a_changed_parameter_counts_without_the_first_cell(pass_through: Pass) -> None:
    """Somebody who edits the parameters and runs from there is as well off."""
    first = pass_through("end_a_runaway_sweep", expect=61)
    names = first.names
    exec(cells_of("end_a_runaway_sweep")[1].source, names)  # noqa: S102 - it is what a kernel does
    names["seed"] = 5
    names["runbook"].start()
    assert names["runbook"]["seed"] == 5


@given(
    before=st.dictionaries(st.sampled_from(["a", "b", "_", "_i", "_i7", "In", "x"]), st.integers(0, 3)),
    after=st.dictionaries(st.sampled_from(["a", "b", "_", "_i", "_7", "In", "seed", "y"]), st.integers(1000, 1003)),
)
def test_what_came_since_and_is_not_declared_is_refused(before: dict[str, int], after: dict[str, int]) -> None:
    """Whatever was there before, and whatever the kernel itself writes."""
    declared = {"seed": RUNBOOKS["audit_trail"]["seed"]}
    namespace: dict[str, Any] = dict(before)
    inbox = Inbox(namespace, declared)
    namespace.update({name: [value] if name in "aby" else value for name, value in after.items()})
    unknown = {"a", "b", "y"} & after.keys()
    if unknown or "seed" not in after:
        with pytest.raises(InputError):
            inbox.read()
        assert not unknown & namespace.keys()
    else:
        assert inbox.read() == {"seed": after["seed"]}


def test_what_an_editor_puts_into_the_namespace_is_not_a_parameter() -> None:
    """Imports, functions and classes, and the helpers of VS Code and JupyterLab, come and go between cells."""
    namespace: dict[str, Any] = {}
    inbox = Inbox(namespace, {"seed": RUNBOOKS["audit_trail"]["seed"]})
    helpers = {"json": ast, "helper": len, "Kind": dict, "_VSCODE_pid": 7, "__vsc_ipynb_file__": "x.ipynb"}
    namespace.update(helpers, seed=3, _jupyterlab_variableinspector_x="y")
    assert inbox.read() == {"seed": 3}


# --- the kinds --------------------------------------------------------------------------------------------------------


@given(st.one_of(st.text(), st.integers(), st.none(), st.floats(), st.lists(st.booleans())))
def test_only_true_and_false_are_flags(value: object) -> None:
    """Nothing that is merely truthy executes."""
    with pytest.raises(InputError, match="execute must be True or False"):
        read_flag("execute", value)


@given(st.text())
def test_a_text_says_something_or_is_an_error(value: str) -> None:
    """White space of any kind is empty."""
    if value.strip():
        assert read_text("queue", value) == value.strip()
    else:
        with pytest.raises(InputError):
            read_text("queue", value)


def test_tags_come_as_papermill_can_hand_them_over() -> None:
    """A table, a text, or a list of texts; a value may hold an equals sign."""
    assert read_tags("tags", "a=b=c") == {"a": "b=c"}
    assert read_tags("tags", ["a=b", "c=d"]) == {"a": "b", "c": "d"} == read_tags("tags", {"a": "b", "c": "d"})
    assert read_tags("tags", "a=b, c=d") == read_tags("tags", ["a=b,c=d"]) == {"a": "b", "c": "d"}
    assert read_tags("tags", {"a": "b, c=d"}) == {"a": "b, c=d"}
    for wrong in (["a=b", "c"], "a=b, c", "a=b,", "a=b, a=c", {"a": 1}, 7, [], {}):
        with pytest.raises(InputError):
            read_tags("tags", wrong)


# --- the notebooks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RUNBOOKS)
def test_a_notebook_declares_what_its_runbook_reads(name: str) -> None:
    """Names and defaults of the cell are those of the library, and each says what it is."""
    found = papermill.inspect_notebook(NOTEBOOKS / f"{name}.ipynb")
    defaults = {parameter: ast.literal_eval(entry["default"]) for parameter, entry in found.items()}
    assert defaults == {parameter: one.default for parameter, one in RUNBOOKS[name].items()}
    assert all(entry["help"] for entry in found.values())


@pytest.mark.parametrize("name", RUNBOOKS)
def test_cells_are_one_to_four_lines_and_define_nothing(name: str) -> None:
    """What they compute are functions of the library; the names that they assign are known to it."""
    for cell in cells_of(name):
        if "parameters" in cell.metadata.get("tags", ()):
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert len(lines) <= 4, cell.source
        tree = ast.parse("\n".join(line for line in lines if not line.startswith("%")))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For | ast.If | ast.While)]
        assigned = {
            node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        assert assigned <= OWN
