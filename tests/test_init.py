"""The door: the public names, frozen, and what it costs to come in."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

import batchnb
from batchnb.errors import BatchnbError

PUBLIC = [
    "AwsError",
    "BatchnbError",
    "GuardError",
    "InputError",
    "InterruptedRunError",
    "JobEvent",
    "JobPicker",
    "JournalError",
    "Outcome",
    "Plan",
    "PlanMismatchError",
    "Report",
    "TerminationFailedError",
    "Verdict",
    "history",
    "list_jobs",
    "load_plan",
    "local",
    "plan",
    "prune_history",
    "read_run",
    "resume",
    "ticket",
    "use_endpoint",
]


def test_the_public_names_are_frozen() -> None:
    """A public name is added or taken away on purpose, here and in the changelog."""
    assert sorted(batchnb.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    """Each can be had from the package, is in its directory, and says what it is."""
    value = getattr(batchnb, name)
    assert name in dir(batchnb)
    assert (value.__doc__ or "").strip()


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    """A misspelt name fails as it does in any module."""
    with pytest.raises(AttributeError, match="module 'batchnb' has no attribute 'list_job'"):
        _ = batchnb.list_job


def test_every_public_error_is_of_one_family() -> None:
    """`except BatchnbError` catches everything that is raised on purpose."""
    for name in PUBLIC:
        if name.endswith("Error"):
            assert issubclass(getattr(batchnb, name), BatchnbError)


def test_importing_is_cheap() -> None:
    """`import batchnb` loads no other module of the package, and nothing but logging besides."""
    code = """
from __future__ import annotations
import sys, importlib, logging, typing
before = set(sys.modules)
import batchnb
print(sorted(set(sys.modules) - before))
"""
    root = Path(batchnb.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "['batchnb', 'batchnb._version']"


def test_a_star_import_brings_the_public_names() -> None:
    """`from batchnb import *` works, although names are loaded when they are asked for."""
    names: dict[str, object] = {}
    exec("from batchnb import *", names)  # noqa: S102 - a star is allowed at the top of a module only
    assert set(PUBLIC) <= set(names)


def test_the_package_says_that_it_is_typed() -> None:
    """`py.typed` lets type checkers of users see the annotations."""
    assert (files("batchnb") / "py.typed").is_file()


def test_the_metadata_fits_the_package() -> None:
    """The version is the same in both places, and the command leads to where it is."""
    project = tomllib.loads(Path(batchnb.__file__).parents[1].joinpath("pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == batchnb.__version__
    assert project["scripts"] == {"batchnb": "batchnb.cli.main:main"}
