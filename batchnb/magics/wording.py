"""The words of an error as they are typed to a magic: flags, where a function has keywords."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from batchnb.errors import InputError
from batchnb.magics.guard_options import GUARD_FLAGS

if TYPE_CHECKING:
    from batchnb.magics.parser import FlagParser

__all__ = ["in_flags", "speaks_flags"]

P = ParamSpec("P")
R = TypeVar("R")

_OTHER_NAMES = {"queues": "--queue", "tags": "--tag"}
"""Keywords of functions whose flag has another name."""

_SUBJECT = re.compile(r"(\w+)(?=: )")
_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|“[^”]*”|`[^`]*`)""")
_WORD = re.compile(r"(?<![\w.(-])([a-z]+(?:_[a-z]+)+)(?![\w=(])")
_ASSIGNED = re.compile(r"(?<![\w.(-])(ids|reason)=")
_PYTHON = re.compile(r"\b(In Python:|batchnb\.)")


def in_flags(message: str, parser: FlagParser) -> str:
    """Return the message with the flags of a magic in the place of keywords. Code and quotations stay as they are.

    >>> from batchnb.magics.options import JOBS
    >>> in_flags("name: 'x*' holds a wildcard. Use name_glob. In Python: f(name_glob='x*')", JOBS)
    "--name: 'x*' holds a wildcard. Use --name-glob. In Python: f(name_glob='x*')"
    """
    flags = _OTHER_NAMES | parser.flag_of
    python = _PYTHON.search(message)
    text, code = (message[: python.start()], message[python.start() :]) if python else (message, "")

    def as_flag(found: re.Match[str]) -> str:
        return flags.get(found[1], found[0])

    def word_as_flag(found: re.Match[str]) -> str:
        # A guard has its name in files and in %config, too.
        return found[0] if found[1] in GUARD_FLAGS else as_flag(found)

    def translate(part: str) -> str:
        return _WORD.sub(word_as_flag, _ASSIGNED.sub(lambda found: f"{as_flag(found)} ", part))

    if subject := _SUBJECT.match(text):
        text = as_flag(subject) + text[subject.end() :]
    parts = _QUOTED.split(text)  # every other part is quoted
    parts[::2] = map(translate, parts[::2])
    return "".join(parts) + code


def speaks_flags(parser: FlagParser) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let the InputErrors of a function name the flags of this magic."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def speak(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return function(*args, **kwargs)
            except InputError as error:
                message, *others = error.args
                error.args = (in_flags(str(message), parser), *others)
                raise

        return speak

    return decorate
