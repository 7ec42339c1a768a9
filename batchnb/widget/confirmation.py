"""Confirmations: which of them count. A forged, a stale and a late one end nothing."""

from __future__ import annotations

from math import isfinite

from batchnb.errors import InputError
from batchnb.widget.failures import LateError
from batchnb.widget.review import Review

__all__ = ["LATE_SECONDS", "check_confirmation"]

ROUNDING = 0.001
"""Seconds by which a browser may reckon too early: it is told the clock to the millisecond."""
LATE_SECONDS = 10.0
"""Seconds after which a confirmation is not carried out: a busy kernel gets to it when nobody may be looking."""


def check_confirmation(review: Review, typed: object, sent_at: object, now: float) -> None:
    """Raise InputError or LateError unless a confirmation counts for the plan of this review.

    `sent_at` is when the button was pressed, by the kernel's clock as the browser reckons it from the last state that
    it heard of; `now` is the same clock. InputError means that the plan still waits, LateError that it should not.
    """
    if isinstance(sent_at, bool) or not isinstance(sent_at, (int, float)) or not isfinite(sent_at):
        raise InputError("the confirmation does not say when it was given. Nothing was ended.")
    late = now - sent_at
    if late > LATE_SECONDS:
        raise LateError(
            f"The kernel was busy and your yes came {late:,.0f} s late, so it was not used. Nothing was ended."
        )
    if late < -LATE_SECONDS:
        raise InputError("the confirmation was given in the future, so it was not used. Nothing was ended.")
    if sent_at < review.made_at - ROUNDING:
        raise InputError(
            "the confirmation was given before this plan was shown, so it was not used. Nothing was ended."
        )
    count = len(review.plan.to_end)
    if review.must_type and typed != str(count):
        raise InputError(f"type the number of jobs, {count}, to end them. Nothing was ended.")
