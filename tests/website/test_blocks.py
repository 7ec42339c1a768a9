"""Every code block of every page is checked in its language, those that are not run included."""

from __future__ import annotations

import ast
import inspect
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import papermill
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import batchnb
from batchnb.cli.main import parser as command_parser
from batchnb.guards.account_names import ACCOUNT_NAMES, read_account_names
from batchnb.guards.prices import read_price_table
from batchnb.guards.settings import PRICES, layer
from batchnb.magics.parser import FlagParser
from tests.website.blocks import PAGES, ROOT, Block, blocks_of, title
from website.flags import magic_parsers

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
LANGUAGES = {"console", "json", "python", "text", "toml"}
MODULES = {"local", "runbooks", "testing", "errors"}
"""Names behind `batchnb.` that pages may use beside the public ones: modules."""
OTHERS = {"aws", "bash", "export"}
"""Commands that are not the project's."""
ALL = [(page, block) for page in PAGES for block in blocks_of(page)]


def of(language: str) -> list[object]:
    """Return the blocks in a language, each with where it stands."""
    return [pytest.param(block, id=f"{title(page)}:{block.line}") for page, block in ALL if block.language == language]


def test_every_block_says_its_language() -> None:
    """A block without a language, or in one that nobody checks, could say anything."""
    assert {block.language for _, block in ALL} <= LANGUAGES
    assert len(ALL) > 60


@pytest.mark.parametrize("block", of("python"))
def test_python_names_what_exists(block: Block) -> None:
    """A magic's flags are those of that magic, and names and keywords of batchnb are there."""
    source = TransformerManager().transform_cell(block.text)  # type: ignore[no-untyped-call]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "batchnb":
            assert node.attr in {*batchnb.__all__, *MODULES, "__version__"}, node.attr
        if isinstance(node, ast.Call):
            check_call(node)


def check_call(call: ast.Call) -> None:
    """Check the keywords of a call of batchnb, and the line of a magic."""
    name = ast.unparse(call.func)
    if name.startswith("batchnb.") and name.count(".") == 1 and callable(function := getattr(batchnb, name[8:])):
        parameters = inspect.signature(function).parameters
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        for keyword in call.keywords:
            assert keyword.arg is None or takes_any or keyword.arg in parameters, f"{name}({keyword.arg}=)"
    if name in ("get_ipython().run_line_magic", "get_ipython().run_cell_magic"):
        magic, line = (ast.literal_eval(argument) for argument in call.args[:2])
        for parser in magic_parsers():
            if parser.prog == f"%{magic}":
                check_line(parser, line)


def check_line(parser: FlagParser, line: str) -> None:
    """Read the line of a magic. Raises InputError for a flag that it does not have."""
    assert parser.read(line)


@pytest.mark.parametrize("block", of("json"))
def test_json_can_be_read(block: Block) -> None:
    """Policies can be pasted as they are."""
    assert json.loads(block.text)


@pytest.mark.parametrize("block", of("toml"))
def test_configuration_is_accepted(block: Block) -> None:
    """The settings of a page are those that batchnb takes."""
    settings = tomllib.loads(block.text)
    # The user's own file has no table around its settings.
    settings = settings["tool"]["batchnb"] if "tool" in settings else settings
    assert settings
    assert len(read_account_names(settings, "a page")) == len(settings.pop(ACCOUNT_NAMES, {}))
    if prices := settings.pop(PRICES, None):
        assert read_price_table(prices).prices
    assert layer("a page", settings).max_jobs or not settings


@pytest.mark.parametrize("block", of("console"))
def test_commands_exist(block: Block) -> None:
    """Commands of the project have the arguments that the page gives them."""
    for words in commands(block.text):
        check_command(words)


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, those behind `&&` as commands of their own."""
    for line in text.replace("\\\n", " ").splitlines():
        for command in line.split("&&"):
            yield shlex.split(command)


def check_command(words: list[str]) -> None:
    """Raise AssertionError for an argument that the command does not have."""
    program, arguments = Path(words[0]).name, words[1:]
    if program == "pip":
        for extra in re.findall(r"\[(.+?)\]", " ".join(arguments)):
            assert set(extra.split(",")) <= set(EXTRAS), extra
    elif program == "batchnb":
        assert command_parser().parse_args(arguments)
    elif program == "papermill":
        check_papermill(arguments)
    elif program.startswith("python"):
        assert arguments[:2] == ["-m", "venv"] or find_spec(arguments[1]), arguments
    elif program == "pytest":
        assert all((ROOT / name).exists() for name in arguments if name.startswith("tests/")), arguments
    elif program == "mkdocs":
        assert arguments[0] in ("serve", "build")
    else:
        assert program in OTHERS, program


def check_papermill(arguments: list[str]) -> None:
    """Raise AssertionError for a notebook or a parameter that does not exist."""
    notebook = next(Path(name).name for name in arguments if name.endswith(".ipynb"))
    known = papermill.inspect_notebook(ROOT / "notebooks" / notebook)
    for name in (after for flag, after in pairwise(arguments) if flag in ("-p", "-r")):
        assert name in known, name
