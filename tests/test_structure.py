"""The structure: which module may import which, where outside libraries come in, and how large things get."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

import batchnb

PACKAGE = Path(batchnb.__file__).parent
ROOT = PACKAGE.parent

DOORS = {
    "boto3": {"aws"},
    "botocore": {"aws"},
    "IPython": {"magics"},
    "orjson": {"jobs"},
    "pandas": {"jobs", "model", "pictures", "running", "runbooks", "widget"},
    "matplotlib": {"pictures"},
    "tqdm": {"progress"},
    "anywidget": {"widget"},
    "ipywidgets": {"widget"},
}
"""Which packages may import which outside library, inside functions as well."""

PRINTS = {"magics", "cli", "local/command.py"}
"""Packages and modules that may print."""

MODULE_LIMIT, FUNCTION_LIMIT, TOP_LIMIT, LEVEL_LIMIT = 300, 50, 22, 10


@cache
def tree(path: Path) -> ast.Module:
    """Return the module, parsed."""
    return ast.parse(path.read_text("utf-8"))


def modules() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def scripts() -> list[Path]:
    """Return every JavaScript file of the package."""
    return sorted(PACKAGE.rglob("*.js"))


def top_of(path: Path) -> str:
    """Return the name at the top of the package that a file is, or belongs to."""
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


def at_module_level(path: Path) -> set[str]:
    """Return the full names of what a file imports when it is imported itself."""
    return {name for node in tree(path).body for name in names_in(node)}


def test_imports_keep_the_contracts() -> None:
    """The layers and the forbidden imports of pyproject.toml hold: import-linter finds no broken contract."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@cache
def import_graph() -> dict[str, set[str]]:
    """Return which modules each module imports, inside functions as well."""
    graph = grimp.build_graph("batchnb", exclude_type_checking_imports=True, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def levels(imported: dict[str, set[str]]) -> dict[str, int]:
    """Return the level of each name: 1, or one above the highest that it imports. Names in a circle have none."""
    found: dict[str, int] = {}
    pending = {name: needed - {name} for name, needed in imported.items()}
    while ready := [name for name, needed in pending.items() if needed <= found.keys()]:
        found |= {name: 1 + max((found[needed] for needed in pending.pop(name)), default=0) for name in ready}
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    """There is no circle of imports, those inside functions included."""
    assert import_graph().keys() - levels(import_graph()).keys() == set()


def test_packages_lie_on_at_most_ten_levels() -> None:
    """A reader can follow a call from the top to the ground: few levels, and no circle among packages."""
    packages: dict[str, set[str]] = {}
    for module, needed in import_graph().items():
        if module != "batchnb":  # its names are imported when somebody asks for them
            packages.setdefault(module.split(".")[1], set()).update(name.split(".")[1] for name in needed - {"batchnb"})
    found = levels(packages)
    assert found.keys() == packages.keys()
    assert max(found.values()) <= LEVEL_LIMIT


def test_the_top_of_the_package_can_be_read_at_a_glance() -> None:
    """Few names lie at the top of the package."""
    names = {path.name for path in PACKAGE.iterdir()} - {"__pycache__", "__main__.py", "py.typed", "notebooks"}
    assert len(names) <= TOP_LIMIT, sorted(names)


@pytest.mark.parametrize("path", modules(), ids=title)
def test_each_outside_library_has_its_packages(path: Path) -> None:
    """boto3, IPython, pandas, matplotlib and tqdm come in through the packages meant for it, and no other."""
    used = {name.split(".")[0] for name in imports(path)} & set(DOORS)
    assert used == {library for library in used if top_of(path) in DOORS[library]}


@pytest.mark.parametrize("path", [path for path in modules() if top_of(path) == "local"], ids=title)
def test_the_emulator_needs_only_the_standard_library(path: Path) -> None:
    """The emulator stands by itself: of the package it imports `errors`, and of the world the standard library."""
    ours = {name.split(".")[1] for name in imports(path) if name.startswith("batchnb.")}
    assert ours <= {"errors", "local"}
    assert not {name.split(".")[0] for name in imports(path)} & {*DOORS, "numpy", "moto"}


EMULATOR_ORDER = ["world", "operations", "http"]
"""The packages of the emulator, lowest first: each imports those before it. What lies beside them imports all."""


@pytest.mark.parametrize("path", sorted((PACKAGE / "local").glob("*/*.py")), ids=title)
def test_imports_in_the_emulator_run_one_way(path: Path) -> None:
    """In the emulator, HTTP knows the operations and these know the world, never the other way round."""
    used = {name.split(".")[2] for name in imports(path) if name.startswith("batchnb.local.")}
    assert used <= set(EMULATOR_ORDER[: EMULATOR_ORDER.index(path.parent.name) + 1])


@pytest.mark.parametrize("path", [path for path in modules() if top_of(path) != "widget"], ids=title)
def test_nothing_heavy_is_imported_before_it_is_needed(path: Path) -> None:
    """boto3, botocore, pandas, matplotlib and tqdm are imported inside functions: loading the extension costs nothing.

    The widget is itself imported inside functions.
    """
    used = {name.split(".")[0] for name in at_module_level(path)}
    assert not used & {"boto3", "botocore", "pandas", "numpy", "matplotlib", "tqdm", "anywidget", "ipywidgets"}


@pytest.mark.parametrize("path", modules(), ids=title)
def test_a_module_is_small_and_says_what_it_is_for(path: Path) -> None:
    """A file says its one job at its top, in at most 300 lines; no function has more than 50 below its docstring."""
    assert (ast.get_docstring(tree(path)) or "").strip()
    assert len(path.read_text("utf-8").splitlines()) <= MODULE_LIMIT
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert _length(node) <= FUNCTION_LIMIT, node.name


@pytest.mark.parametrize("path", scripts(), ids=title)
def test_a_module_in_javascript_is_small_and_says_what_it_is_for(path: Path) -> None:
    """It says its one concern in a comment below `// @ts-check`, and has at most 300 lines."""
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == "// @ts-check"
    assert lines[1].startswith("// ")
    assert len(lines) <= MODULE_LIMIT


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    first = node.body[0].lineno - node.lineno
    return first + (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else first


@pytest.mark.parametrize("path", modules(), ids=title)
def test_no_module_is_named_after_nothing(path: Path) -> None:
    """A module's name says what is in it."""
    assert not set(path.stem.split("_")) & {"util", "utils", "core", "manager", "helper", "helpers", "misc", "common"}


@pytest.mark.parametrize("path", modules(), ids=title)
def test_only_some_packages_print(path: Path) -> None:
    """Magics and the command speak to a person; every other package returns what it has to say."""
    calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    printed = [call for call in calls if isinstance(call, ast.Name) and call.id in ("print", "input")]
    assert not printed or top_of(path) in PRINTS or title(path) in PRINTS
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


@pytest.mark.parametrize(
    "path", [path for path in modules() if path.name != "__init__.py" and top_of(path) != "local"], ids=title
)
def test_a_module_names_what_it_offers(path: Path) -> None:
    """`__all__` is there, and every name in it is."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    module = importlib.import_module(".".join(parts))
    assert all(hasattr(module, name) for name in module.__all__)
