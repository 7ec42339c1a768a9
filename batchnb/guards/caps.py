"""Caps: which of several limits applies, and where each comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

__all__ = ["BUILT_IN", "Cap", "Number", "at_plan_time", "choose_cap", "is_from_plan", "limit_text"]

BUILT_IN = "the built-in default"

_THEN = " (when the plan was made)"

Number: TypeAlias = tuple[float, str]
"""A limit, and the source that set it."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The number that holds, who set it, and the lower ones of weaker layers that it was raised over."""

    value: float
    source: str
    raised_over: tuple[Number, ...] = ()
    untyped: Number | None = field(default=None, compare=False)
    """What would hold if no number had been typed, where one was. A plan takes no higher one along."""

    @property
    def number(self) -> str:
        """The number that holds, to be read."""
        return limit_text(self.value)

    def __str__(self) -> str:
        over = " and ".join(f"{limit_text(value)} ({source})" for value, source in self.raised_over)
        return f"{self.number} ({self.source}{f', raised over {over}' if over else ''})"


def choose_cap(
    typed: Sequence[Number], configured: Sequence[Number], carried: Iterable[Number], default: float | None
) -> Cap | None:
    """Return the number that was typed; else the lowest of those that are configured, or the default; None for none.

    A carried number, which a plan brought along, holds where it is lower than those that are configured here, or than
    the default. It never raises one.
    """
    built_in = [] if default is None else [(default, BUILT_IN)]
    here = sorted(configured, key=_value)[:1] or built_in
    known = {*configured, *here}
    brought = [(value, at_plan_time(source)) for value, source in carried if (value, source) not in known]
    lower = [entry for entry in brought if not here or entry[0] < here[0][0]]
    untyped = next(iter(sorted([*here, *lower], key=_value)), None)
    chosen = next(iter(typed), untyped)
    if chosen is None:
        return None
    over = [entry for entry in [*typed[1:], *configured, *brought, *built_in] if entry[0] < chosen[0]]
    return Cap(*chosen, tuple(dict.fromkeys(over)), untyped if typed else None)


def at_plan_time(source: str) -> str:
    """Return the name of a source that was in force when the plan was made, and is not where the plan is executed.

    >>> at_plan_time(at_plan_time("a flag"))
    'a flag (when the plan was made)'
    """
    return source if is_from_plan(source) else f"{source}{_THEN}"


def is_from_plan(source: str) -> bool:
    """Whether a source was in force only when the plan was made."""
    return source.endswith(_THEN)


def limit_text(value: float) -> str:
    """Return a limit as text.

    >>> limit_text(1000), limit_text(12.5)
    ('1,000', '12.5')
    """
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def _value(entry: Number) -> float:
    return entry[0]
