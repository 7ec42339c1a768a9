"""The rules of the house: which room may know which, where the outside world comes in, and how large things get."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import batchnb

PACKAGE = Path(batchnb.__file__).parent

ORDER = [
    "_version",
    "errors",
    "text",
    "clock",
    "progress",
    "garbage",
    "json_bytes",
    "ids",
    "shapes",
    "jobs",
    "document",
    "summary",
    "outcome",
    "stems",
    "newcomers",
    "search",
    "select",
    "refusals",
    "caps",
    "guards",
    "carried",
    "notebook",
    "settings",
    "guard_keywords",
    "vouching",
    "aws_errors",
    "pace",
    "retry",
    "aws",
    "parsing",
    "connect",
    "frames",
    "narrowing",
    "queue_refusals",
    "listing",
    "relisting",
    "verdicts",
    "groups",
    "blast",
    "preflight",
    "plan_facts",
    "at_hand",
    "plans",
    "plain_plans",
    "plan_view",
    "expected",
    "approval",
    "ledger",
    "waiting",
    "outcomes",
    "workers",
    "calls",
    "answers",
    "engine",
    "report",
    "report_view",
    "tickets",
    "stop",
    "verify",
    "find_newcomers",
    "stages",
    "attendance",
    "records",
    "circumstances",
    "saved_plans",
    "journal",
    "runs",
    "pictures",
    "plots",
    "accessor",
    "run",
    "resuming",
    "api",
    "prices",
    "budgets",
    "widget",
    "flags",
    "magic_guards",
    "magic_flags",
    "endpoints",
    "magic_steps",
    "magic_lines",
    "magics",
    "runbook_files",
    "demo",
    "cli",
    "testing",
]
"""The road a job travels: a room knows those before it, and no other. A folder is one room."""

LOOKS_AHEAD = {
    ("plans", "run"): "a plan is what people hold, and they expect it to have the verb `execute`",
    ("plans", "plan_view"): "a plan prints and renders itself, and how it looks is a matter of its own",
    ("plans", "saved_plans"): "a plan saves itself, and how it is written is a matter of its own",
    ("plans", "plots"): "a plan draws itself, and pictures are a matter of their own",
    ("report", "plots"): "a report draws itself, and pictures are a matter of their own",
    ("report", "report_view"): "a report prints and renders itself, and how it looks is a matter of its own",
}
"""Imports that run up the road, each inside a function, with the reason."""

ANYWHERE = {"local"}
"""What any room after `errors` may know: the emulator depends on nothing but `errors`."""

DOORS = {
    "boto3": {"connect"},
    "botocore": {"aws_errors", "connect"},
    "IPython": {"magics"},
    "orjson": {"json_bytes"},
    "pandas": {
        *("accessor", "budgets", "frames", "narrowing", "plan_view", "plots", "report_view", "runs", "search"),
        *("pictures", "widget"),
    },
    "matplotlib": {"pictures"},
    "tqdm": {"progress"},
    "anywidget": {"widget"},
    "ipywidgets": {"widget"},
}
"""Which rooms may import which outside library."""

SPEAKS = {"magics", "magic_steps", "demo", "cli", "local/command.py"}
"""Rooms that may print, and modules."""

ROOM_LIMIT, FUNCTION_LIMIT = 300, 50

OUTGROWN: dict[str, int] = {}
"""Rooms that have more lines than a room should: they may shrink, and not grow."""


@cache
def tree(path: Path) -> ast.Module:
    """Return the module, parsed."""
    return ast.parse(path.read_text("utf-8"))


def rooms() -> list[Path]:
    """Return the files of every room on the road: all but the door and the emulator."""
    return [path for path in everything() if room_of(path) not in ("__init__", "local")]


def everything() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    """Return the room that a file is, or belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def title(path: Path) -> str:
    """Return how a test names a file."""
    return path.relative_to(PACKAGE).as_posix()


def is_type_checking(node: ast.AST) -> bool:
    """Whether this is `if TYPE_CHECKING:`, whose imports happen in nobody's program."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def real_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield everything below a node that a program runs."""
    for child in ast.iter_child_nodes(node):
        if not is_type_checking(child):
            yield child
            yield from real_nodes(child)


def names_in(node: ast.AST) -> Iterator[str]:
    """Yield the full names that an import statement brings in."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(path: Path) -> set[str]:
    """Return the full names of all that a file really imports, inside functions as well."""
    return {name for node in real_nodes(tree(path)) for name in names_in(node)}


def neighbours(path: Path) -> set[str]:
    """Return the rooms that a file imports."""
    ours = (name.split(".") for name in imports(path) if name.startswith("batchnb."))
    return {parts[1] for parts in ours if parts[1] != "__version__"}


def at_module_level(path: Path) -> set[str]:
    """Return the full names of what a file imports when it is imported itself."""
    return {name for node in tree(path).body for name in names_in(node)}


@pytest.mark.parametrize("path", rooms(), ids=title)
def test_no_import_runs_back(path: Path) -> None:
    """A room imports only rooms before it on the road, inside functions as well, but for the exceptions by name."""
    room = room_of(path)
    assert room in ORDER, f"give {room} a place in ORDER"
    before = {*ORDER[: ORDER.index(room)], *ANYWHERE}
    if path.parent != PACKAGE:
        before.add(room)
    ahead = {other for one, other in LOOKS_AHEAD if one == room}
    assert neighbours(path) - before <= ahead


def test_every_exception_is_needed() -> None:
    """An exception that no room uses any more is taken from the list, and none is taken at import time."""
    for room, ahead in LOOKS_AHEAD:
        path = PACKAGE / f"{room}.py"
        assert ahead in neighbours(path)
        assert not any(name.startswith(f"batchnb.{ahead}.") for name in at_module_level(path))


@pytest.mark.parametrize("path", sorted((PACKAGE / "local").rglob("*.py")), ids=title)
def test_the_emulator_knows_only_the_errors(path: Path) -> None:
    """The emulator stands by itself: of the package it imports `errors`, and of the world the standard library."""
    assert neighbours(path) <= {"errors", "local"}
    assert not {name.split(".")[0] for name in imports(path)} & {*DOORS, "numpy", "moto"}


EMULATOR_ORDER = ["world", "operations", "http"]
"""The packages of the emulator, lowest first: each imports those before it. What lies beside them imports all."""


@pytest.mark.parametrize("path", sorted((PACKAGE / "local").glob("*/*.py")), ids=title)
def test_imports_in_the_emulator_run_one_way(path: Path) -> None:
    """In the emulator, HTTP knows the operations and these know the world, never the other way round."""
    used = {name.split(".")[2] for name in imports(path) if name.startswith("batchnb.local.")}
    assert used <= set(EMULATOR_ORDER[: EMULATOR_ORDER.index(path.parent.name) + 1])


@pytest.mark.parametrize("path", everything(), ids=title)
def test_each_outside_library_has_its_doors(path: Path) -> None:
    """boto3, IPython, pandas, matplotlib and tqdm come in through the rooms meant for it, and through no other."""
    used = {name.split(".")[0] for name in imports(path)} & set(DOORS)
    assert used == {library for library in used if room_of(path) in DOORS[library]}


@pytest.mark.parametrize("path", [path for path in everything() if room_of(path) != "widget"], ids=title)
def test_nothing_heavy_is_imported_before_it_is_needed(path: Path) -> None:
    """boto3, botocore, pandas, matplotlib and tqdm are imported inside functions: loading the extension costs nothing.

    The widget is itself imported inside functions.
    """
    used = {name.split(".")[0] for name in at_module_level(path)}
    assert not used & {"boto3", "botocore", "pandas", "numpy", "matplotlib", "tqdm", "anywidget", "ipywidgets"}


@pytest.mark.parametrize("path", everything(), ids=title)
def test_a_room_is_small_and_says_what_it_is_for(path: Path) -> None:
    """A file says its one job at its top, in at most 300 lines; no function has more than 50 below its docstring."""
    assert (ast.get_docstring(tree(path)) or "").strip()
    limit = OUTGROWN.get(title(path).removesuffix(".py"), ROOM_LIMIT)
    assert len(path.read_text("utf-8").splitlines()) <= limit
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _length(node) <= FUNCTION_LIMIT, node.name


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.js")), ids=title)
def test_a_module_in_javascript_is_small_and_says_what_it_is_for(path: Path) -> None:
    """It says its one concern in a comment below `// @ts-check`, and has at most 300 lines."""
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "// @ts-check"
    assert lines[1].startswith("// ")
    assert len(lines) <= ROOM_LIMIT


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    first = node.body[0].lineno - node.lineno
    return first + (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else first


@pytest.mark.parametrize("path", everything(), ids=title)
def test_no_room_is_named_after_nothing(path: Path) -> None:
    """A room's name says what is in it."""
    assert not set(path.stem.split("_")) & {"util", "utils", "core", "manager", "helper", "helpers", "misc", "common"}


@pytest.mark.parametrize("path", everything(), ids=title)
def test_only_some_rooms_print(path: Path) -> None:
    """Magics, the demo and the command speak to a person; every other room returns what it has to say."""
    calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    printed = [call for call in calls if isinstance(call, ast.Name) and call.id in ("print", "input")]
    assert not printed or {room_of(path), title(path)} & SPEAKS
    assert "input" not in {call.id for call in printed if isinstance(call, ast.Name)}


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.walk_packages(batchnb.__path__, "batchnb.")))
def test_everything_public_is_explained(name: str) -> None:
    """Every public class, function, method and property says what it gives."""
    module = importlib.import_module(name)
    for public in getattr(module, "__all__", ()):
        value = getattr(module, public)
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        assert (value.__doc__ or "").strip(), public
        if inspect.isclass(value):
            _check_members(value)


def _check_members(owner: type) -> None:
    for key, member in vars(owner).items():
        if key.startswith("_"):
            continue
        function = getattr(member, "fget", None) or getattr(member, "func", None) or member
        if inspect.isfunction(function):
            assert (function.__doc__ or "").strip(), f"{owner.__name__}.{key}"


@pytest.mark.parametrize("path", rooms(), ids=title)
def test_a_room_names_what_it_offers(path: Path) -> None:
    """`__all__` is there, and every name in it is."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    assert all(hasattr(module, name) for name in module.__all__)
