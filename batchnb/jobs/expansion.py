"""Refuses text with a variable that was not expanded, such as `$queue` or `{queue}`.

Magics expand no variables, and an f-string can lack its f. No name of AWS Batch has such a character, so the text would
match nothing, without a word.
"""

from __future__ import annotations

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["check_expanded"]

_CHARACTERS = "${}"


def check_expanded(text: str, instead: str, argument: str = "") -> None:
    """Raise InputError where the text of an argument holds `$`, `{` or `}`; `instead` says how to write it.

    >>> check_expanded("train-gpu", "…")
    """
    found = next((char for char in text if char in _CHARACTERS), None)
    if found is not None:
        raise InputError(
            f"{argument}{': ' if argument else ''}{shown(repr(text), 80)} holds {found}, and no name in AWS Batch "
            f"does. Variables are not expanded here, neither $name nor {{name}}. {instead}"
        )
