"""Kinds of parameters of a runbook: each checks a value that papermill or a person has set, and names what is wrong."""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from batchnb.errors import InputError
from batchnb.guards.settings import pattern
from batchnb.jobs.ids import parse_job_id
from batchnb.jobs.selector import parse_age
from batchnb.model.reason import check_reason, check_reviewer
from batchnb.model.saved import as_expected
from batchnb.runbooks.budgets import read_budgets
from batchnb.runbooks.prices import read_prices
from batchnb.text import shown

__all__ = [
    "ANY",
    "Kind",
    "read_age",
    "read_choice",
    "read_count",
    "read_endpoint",
    "read_expected",
    "read_flag",
    "read_job",
    "read_limits",
    "read_new_path",
    "read_number",
    "read_path",
    "read_patterns",
    "read_percent",
    "read_price",
    "read_reason",
    "read_reviewer",
    "read_tags",
    "read_text",
    "read_texts",
    "read_whole",
]

Kind: TypeAlias = Callable[[str, Any], Any]
"""Takes the name of a parameter and its value, and returns the value to use. Raises InputError for any other."""

_ENDPOINTS = ("local", "aws")

ANY = "any"
"""What `expect` is where somebody types that any plan will do."""


def read_flag(name: str, value: object) -> bool:
    """Return True or False.

    >>> read_flag("execute", False)
    False
    """
    if isinstance(value, bool):
        return value
    raise InputError(
        f"{name} must be True or False, got {_quoted(value)}. With papermill: -p {name} True. Nothing was ended."
    )


def read_text(name: str, value: object) -> str | None:
    """Return a text without spaces around it, None where it is missing.

    >>> read_text("queue", " train-gpu ")
    'train-gpu'
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise InputError(f"{name} must be a text, got {_quoted(value)}. With papermill: -r {name} {shown(value, 40)}")
    if not value.strip():
        raise InputError(
            f"{name} must not be an empty text: that is what an unset variable of a scheduler looks like. "
            "Give a value, or leave the parameter out."
        )
    return value.strip()


def read_endpoint(name: str, value: object) -> str | None:
    """Return "local", "aws" or a URL."""
    text = read_text(name, value)
    if text is None or text in _ENDPOINTS or "://" in text:
        return text
    close = difflib.get_close_matches(text.casefold(), _ENDPOINTS, n=1)
    meant = f" Did you mean {close[0]}?" if close else ""
    raise InputError(f"{name} must be local, aws or a URL such as http://127.0.0.1:4566, got {_quoted(value)}.{meant}")


def read_reviewer(name: str, value: object) -> str | None:
    """Return who has reviewed a plan, None where it is missing."""
    text = read_text(name, value)
    return None if text is None else check_reviewer(text)


def read_age(name: str, value: object) -> str | None:
    """Return an age such as "6h", None where it is missing."""
    text = read_text(name, value)
    parse_age(name, text)
    return text


def read_whole(name: str, value: object) -> int:
    """Return a whole number of at least 0."""
    return _whole(name, value, least=0)


def read_count(name: str, value: object) -> int:
    """Return a whole number of at least 1."""
    return _whole(name, value, least=1)


def read_number(name: str, value: object) -> float:
    """Return a number of at least 0."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, int | float) or not is_number or not 0 <= value < math.inf:
        raise InputError(f"{name} must be a number of at least 0, got {_quoted(value)}.")
    return value


def read_percent(name: str, value: object) -> float:
    """Return a number above 0, and at most 100."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, int | float) or not is_number or not 0 < value <= 100:
        raise InputError(f"{name} must be a number above 0 and at most 100, got {_quoted(value)}.")
    return value


def read_texts(name: str, value: object) -> list[str] | None:
    """Return a list of texts, None where it is missing; one text counts as a list of one."""
    if value is None:
        return None
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or isinstance(values, bytes):
        raise InputError(f"{name} must be a list of texts, got {_quoted(value)}. With papermill: -y '{name}: [\"…\"]'")
    return [text for each in values if (text := read_text(name, each if each is not None else "")) is not None]


def read_tags(name: str, value: object) -> dict[str, str] | None:
    """Return tags, None where none are given: a mapping, or texts such as "team=vision" or "team=vision, run=7".

    >>> read_tags("tags", "team=vision, run=7"), read_tags("tags", {"team": "vision, speech"})
    ({'team': 'vision', 'run': '7'}, {'team': 'vision, speech'})
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        pairs = list(value.items())
    else:
        # A comma is between two tags: read as a part of a value, it would find no job.
        texts = [text for given in read_texts(name, value) or [] for text in given.split(",")]
        pairs = [text.partition("=")[::2] for text in texts] if all("=" in text for text in texts) else []
    tags = {key.strip(): text.strip() for key, text in pairs if isinstance(key, str) and isinstance(text, str)}
    if not tags or len(tags) != len(pairs) or not all(key and text for key, text in tags.items()):
        raise InputError(
            f"{name} must be tags with their values, got {_quoted(value)}. With papermill: -p {name} team=vision, or "
            f"-y '{name}: {{team: vision, run: \"7\"}}'"
        )
    return tags


def read_expected(name: str, value: Any) -> Any:
    """Return what a plan has to be, "any" for any plan, None where nothing is given. A saved plan has to be there."""
    if value is None or (isinstance(value, str) and value.strip() == ANY):
        return value if value is None else ANY
    if isinstance(value, str):
        read_text(name, value)
    if isinstance(value, float) or (isinstance(value, int) and (isinstance(value, bool) or value < 0)):
        raise InputError(
            f"{name} must be a number of jobs, a digest, or the path of a saved plan, got {_quoted(value)}. "
            f"With papermill, a digest is -r {name} DIGEST."
        )
    as_expected(value)
    return value


def read_choice(*choices: str) -> Kind:
    """Return the kind of a text that is one of these."""

    def read(name: str, value: object) -> str:
        if value in choices and isinstance(value, str):
            return value
        raise InputError(f"{name} must be one of {', '.join(choices)}, got {_quoted(value)}.")

    return read


def read_price(name: str, value: object) -> Any:
    """Return the price as it was given: see `read_prices`, which raises InputError for anything else."""
    read_prices(read_text(name, value) if isinstance(value, str) else value)
    return value


def read_limits(name: str, value: object) -> Any:
    """Return ages by job definition as they were given: see `read_budgets`, which raises InputError for others."""
    read_budgets(read_text(name, value) if isinstance(value, str) else value)
    return value


def read_reason(name: str, value: object) -> str | None:
    """Return a reason that AWS would take, None where it is missing."""
    text = read_text(name, value)
    if text is not None:
        check_reason(text)
    return text


def read_patterns(name: str, value: object) -> list[str] | None:
    """Return patterns of jobs that are never ended, None where they are missing.

    >>> read_patterns("keep", "name:prod-*")
    ['name:prod-*']
    """
    texts = read_texts(name, value)
    for text in texts or ():
        try:
            pattern(text)
        except InputError as error:
            raise InputError(f"{name}: {error}") from error
    return texts


def read_job(name: str, value: object) -> str | None:
    """Return the id of a job, given as an id or an ARN, None where it is missing. A child of an array is an error."""
    text = read_text(name, value)
    if text is None:
        return None
    try:
        job = parse_job_id(text)
    except InputError as error:
        raise InputError(f"{name}: {error}") from error
    if job.array_parent or job.multi_node_job:
        raise InputError(f"{name}: jobs wait for a whole job, got {_quoted(text)}. Leave out what follows the id.")
    return job.job_id


def read_path(name: str, value: object) -> str | None:
    """Return a path with the home folder in the place of ~, None where it is missing."""
    text = read_text(name, value)
    if text is None:
        return None
    if any(not char.isprintable() for char in text):
        raise InputError(f"{name} must be a path without control characters, got {_quoted(text)}.")
    try:
        return str(Path(text).expanduser())
    except RuntimeError as error:
        raise InputError(f"{name}: the system knows no home folder for {_quoted(text)}.") from error


def read_new_path(name: str, value: object) -> str | None:
    """Return the path of a file to write, None where it is missing. A file that is there is an error."""
    path = read_path(name, value)
    if path is not None and os.path.lexists(path):
        raise InputError(f"{name}: {shown(path, 200)} exists already, and is not replaced. Take another name.")
    return path


def _whole(name: str, value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}, got {_quoted(value)}.")
    return value


def _quoted(value: object) -> str:
    return shown(repr(value), 80)
