"""Reads the parameters of a runbook out of a notebook's namespace: no unknown name, no wrong value gets through.

papermill puts a cell with what was given behind the cell of the parameters, and only warns of names that this one does
not have. So a cell before both notes what is there. What has come since is compared with the declared names.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, MutableMapping
from types import NoneType
from typing import Any

from batchnb.errors import InputError
from batchnb.runbooks.declared import NARROWING, Parameter
from batchnb.text import plural, shown

__all__ = ["LOCAL", "Inbox", "check_narrowed", "complete"]

LOCAL = "local"
"""The endpoint that stands for the emulator of the kernel."""

_OF_THE_KERNEL = re.compile(r"_+|_i+|_i?\d+|_[dio]h|__\w+__|In|Out|exit|quit|get_ipython|_VSCODE\w*|_jupyterlab\w*")
"""Names that IPython, VS Code and others put into the namespace for each cell."""
_PLAIN = (str, int, float, list, tuple, dict, set, NoneType)
"""What papermill sets, and what somebody types. Modules, functions and classes come from imports and from editors."""
_NAMES_SHOWN = 5


class Inbox:
    """What has come into a namespace since a runbook began."""

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        declared: Mapping[str, Parameter],
        own: frozenset[str] = frozenset(),
    ) -> None:
        """Note what is there. `own` are names that cells of the runbook assign: after a first pass they are there."""
        self._namespace = namespace
        self._declared = declared
        self._own = own
        # A parameter that was set in an earlier pass must not stay where its line was deleted since.
        for name in declared:
            namespace.pop(name, None)
        self._before = {name: id(value) for name, value in namespace.items()}
        self._has_read = False

    def read(self) -> dict[str, Any]:
        """Return the parameters, checked. Raises InputError for unknown, missing, empty and ill-typed ones."""
        self._check_unknown()
        missing = [name for name in self._declared if name not in self._namespace]
        if missing:
            raise InputError(
                f"{_names(missing)} not set: run the cell of the parameters, which sets all of them, before this one."
            )
        self._has_read = True
        return {name: _read(name, one, self._namespace[name]) for name, one in self._declared.items()}

    def _check_unknown(self) -> None:
        unknown = [name for name in self._namespace if self._is_unknown(name)]
        if not unknown:
            return
        for name in unknown:  # the next pass must find them new again
            del self._namespace[name]
        name = unknown[0]
        close = difflib.get_close_matches(name, self._declared, n=1, cutoff=0.6)
        meant = f"Did you mean {close[0]}? " if close else ""
        also = f" Nor are {', '.join(unknown[1:_NAMES_SHOWN])}." if len(unknown) > 1 else ""
        raise InputError(
            f"{name} is not a parameter of this runbook.{also} {meant}There are: {', '.join(self._declared)}. "
            "Nothing was called. If it is a variable of your own, run the notebook from its first cell."
        )

    def _is_unknown(self, name: str) -> bool:
        if name in self._declared or _OF_THE_KERNEL.fullmatch(name) or (self._has_read and name in self._own):
            return False
        value = self._namespace[name]
        return isinstance(value, _PLAIN) and self._before.get(name) != id(value)


def _read(name: str, one: Parameter, value: object) -> Any:
    if value is None and one.default is not None:
        raise InputError(f"{name} must not be None. Leave it out, and it is {one.default!r}. Nothing was ended.")
    return one.kind(name, value)


def complete(given: Mapping[str, Any], declared: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the parameters with the demo values where calls go to the emulator of the kernel.

    Everywhere else what is required has to be given: no queue and no reason of the demo may be taken for a real one.
    Raises InputError where it is not, and for a profile or Region together with the emulator.
    """
    complete = dict(given)
    if given["endpoint"] != LOCAL:
        missing = [name for name, one in declared.items() if one.required and given[name] in (None, [])]
        if missing:
            raise InputError(f"{_names(missing)} not given, and there is no default outside the emulator.")
        return complete
    for name in ("profile", "region"):
        if given[name] is not None:
            raise InputError(
                f"{name} is for AWS, and the endpoint is the emulator: add -p endpoint aws, or leave {name} out."
            )
    narrowed = any(given[name] is not None for name, one in declared.items() if one.is_selector)
    for name, one in declared.items():
        is_given = given[name] != one.default
        if one.demo is not None and not is_given and not (one.is_selector and narrowed and not one.required):
            complete[name] = one.demo
    return complete


def check_narrowed(given: Mapping[str, Any]) -> None:
    """Raise InputError where no selector says which jobs of a queue are meant."""
    if all(given[name] is None for name in NARROWING if name in given):
        names = [name for name in NARROWING if name in given]
        raise InputError(
            f"Which jobs? Give one or more of {', '.join(names)}. A queue and an age alone mean all jobs of it: "
            "for that there is drain_a_queue."
        )


def _names(names: list[str]) -> str:
    if len(names) == 1:
        return f"{names[0]} is"
    more = f" and {plural(len(names) - _NAMES_SHOWN, 'more')}" if len(names) > _NAMES_SHOWN else ""
    return f"{shown(', '.join(names[:_NAMES_SHOWN]), 300)}{more} are"
