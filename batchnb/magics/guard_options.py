"""Guards as they are typed to the magics, by flags."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from batchnb.errors import InputError
from batchnb.magics.parser import FlagParser, Line

if TYPE_CHECKING:
    from batchnb.guards.rules import Layer

__all__ = [
    "GUARD_FLAGS",
    "add_accept_unseen",
    "add_caps",
    "add_guards",
    "check_nothing_new",
    "layer_of",
    "plan_options_of",
]


def add_guards(parser: FlagParser) -> None:
    """Add the flags that set guards, and those that say what else belongs to a plan."""
    group = parser.add_argument_group("guards (on top of those that are configured; --yes lifts none)")
    add_caps(group)
    group.add_argument("--protect", action="append", metavar="PATTERN", help="tag:KEY=VALUE, name:GLOB, queue:NAME")
    group.add_argument("--unprotect", action="append", metavar="PATTERN", help="lift this protection (exact pattern)")
    group.add_argument(
        "--accounts", action="append", metavar="ACCOUNT", help="allow this account and no other; repeatable"
    )
    group.add_argument(
        "--production-accounts", action="append", metavar="ACCOUNT", help="require --expect in this account; repeatable"
    )
    add_accept_unseen(group)
    group.add_argument(
        "--evidence", metavar="KIND", help="full: keep values of environment variables, in the journal only"
    )
    group.add_argument("--read-only", action="store_true", default=None, help="end nothing in any case")
    group.add_argument(
        "--expect", metavar="PLAN", help="run only this: a digest, N jobs, a saved plan (plan.json or plan.json,N)"
    )
    group.add_argument("--with-dependents", action="store_true", help="also end the jobs that would fail with them")
    group.add_argument(
        "--collapse", action="store_true", help="end an array by one request if the plan has all its live children"
    )


def add_caps(group: argparse._ActionsContainer) -> None:
    """Add the flags that say how many jobs may end."""
    group.add_argument("--max-jobs", type=_number(int), metavar="N", help="end at most N jobs (1000)")
    group.add_argument("--max-percent", type=_number(float), metavar="P", help="at most P %% of a queue's live jobs")


def add_accept_unseen(group: argparse._ActionsContainer) -> None:
    """Add the flag that accepts that protected dependents may have been missed."""
    group.add_argument(
        "--accept-unseen",
        action="store_true",
        default=None,
        help="end the jobs although a protected job may depend on them: not all were checked",
    )


def layer_of(flags: Line) -> Layer:
    """Return the guards that were typed as flags. Raises InputError for a wrong value."""
    from batchnb.guards.settings import FLAGS, layer

    return layer(FLAGS, {name: getattr(flags, name) for name in GUARD_FLAGS}, explicit=True)


def plan_options_of(flags: Line) -> dict[str, bool]:
    """Return the other keyword arguments of `plan`."""
    return {"with_dependents": flags.with_dependents, "collapse": flags.collapse}


def check_nothing_new(flags: Line) -> None:
    """Raise InputError for a flag that would have to be known before the plan was made."""
    for name in ("profile", "region", "endpoint_url", "ids", *GUARD_FLAGS, "with_dependents", "collapse"):
        value = getattr(flags, name)
        if value is not None and value is not False:
            raise InputError(f"--{name.replace('_', '-')}: the plan was made without it. Make a new one.")


GUARD_FLAGS = (
    "max_jobs", "max_percent", "protect", "unprotect", "accounts", "production_accounts", "read_only", "accept_unseen",
    "evidence",
)  # fmt: skip


def _number(kind: type[int] | type[float]) -> Any:
    def read(text: str) -> float:
        return kind(text)

    read.__name__ = "whole number" if kind is int else "number"  # how argparse says what a value is not
    return read
