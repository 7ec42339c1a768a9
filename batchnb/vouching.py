"""Vouching: what this process knows of a plan, which nothing that is done to the plan can change.

A guard can be widened only by what was typed where a plan was made or loaded. That is kept here, by the plan's
fingerprint, and not in the plan: a copy, a pickle or a file of it that was changed is one that nobody vouches for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from batchnb.guards import Layer

__all__ = ["Vouched", "vouch", "vouched"]


@dataclass(frozen=True, slots=True)
class Vouched:
    """What is known of one plan; by default, nothing."""

    layers: tuple[Layer, ...] = ()
    """The guards that were typed for it."""
    is_described: bool = False
    """Whether this process has described its jobs, and made it of the answers."""


_plans: dict[str, Vouched] = {}


def vouch(fingerprint: str, layers: Sequence[Layer], *, is_described: bool) -> None:
    """Remember this of the plan with that fingerprint."""
    _plans[fingerprint] = Vouched(tuple(layers), is_described)


def vouched(fingerprint: str) -> Vouched:
    """Return what is known of the plan with that fingerprint."""
    return _plans.get(fingerprint, Vouched())
