"""Vouching: guards typed for a plan, kept outside it, so that a tampered copy gets none.

A guard can be widened only by what was typed where a plan was made or loaded. That is kept here, and not in the plan.
The plan has a key to it, which copies have as well, but no pickle and no file. It opens nothing for a plan that was
changed: then it only tells which guards held for the original, and they hold for the changed one, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from batchnb.guards.rules import Guards, Layer
from batchnb.model.at_hand import keep_at_hand
from batchnb.model.facts import PlanFacts

__all__ = ["Vouched", "find_vouched", "make_key", "vouch", "vouch_for"]


@dataclass(frozen=True, slots=True)
class Vouched:
    """What this process knows of one plan; by default, nothing."""

    fingerprint: str = ""
    """The plan's own, when it was made or loaded."""
    guards: Guards | None = None
    """Those that the plan showed."""
    listed_all: int = 0
    """How many jobs there were where they were all that a listing without selectors found, otherwise 0."""
    layers: tuple[Layer, ...] = ()
    """The guards that were typed for it."""
    is_described: bool = False
    """Whether this process has described its jobs, and made it of the answers."""


_plans: dict[str, Vouched] = {}


def make_key() -> str:
    """Return a key for a new plan that cannot be guessed."""
    return secrets.token_hex(8)


def vouch(key: str, known: Vouched) -> None:
    """Remember this of the plan with that key. What is known already stays."""
    _plans.setdefault(key, known)


def find_vouched(key: str) -> Vouched:
    """Return what is known of the plan with that key."""
    return _plans.get(key, Vouched())


def vouch_for(plan: PlanFacts, layers: Sequence[Layer], *, is_described: bool, made_of: Vouched | None = None) -> None:
    """Remember what was typed for this plan, and whether this process has described its jobs; keep it at hand.

    `made_of` is what is known of the plan that it was made of: the guards of that one hold, whatever this one shows.
    """
    held = made_of.guards if made_of and made_of.guards is not None else plan.guards
    known = Vouched(plan.fingerprint, held, plan.listed_all, tuple(layers), is_described)
    vouch(plan._voucher, known)  # noqa: SLF001 - the key is for this
    keep_at_hand(plan)
