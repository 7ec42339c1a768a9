"""The reason: one text for all jobs of a plan, which AWS keeps with each."""

from __future__ import annotations

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["check_reason", "check_reviewer"]


REASON_LIMIT = 1024
"""Characters of a reason, as the documentation of TerminateJob has it; botocore does not check."""

REVIEWER_LIMIT = 256
"""Characters of the names of those who have reviewed a plan."""


def check_reason(reason: object) -> None:
    """Raise InputError unless AWS would take `reason`: text that says something, at most 1024 characters long."""
    if not isinstance(reason, str) or not reason.strip():
        raise InputError(
            "reason: say why these jobs are ended, for example reason='OPS-123 bad input'. AWS keeps it with each job."
        )
    if len(reason) > REASON_LIMIT:
        raise InputError(f"reason: it has {len(reason):,} characters, and AWS keeps at most {REASON_LIMIT:,}.")
    try:
        reason.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"reason: the character at position {error.start + 1} is not valid Unicode.") from error


def check_reviewer(reviewed_by: object) -> str:
    """Return the names of those who have reviewed a plan, without spaces around them.

    Raises InputError unless they are a text that says something, at most 256 characters long.
    """
    if not isinstance(reviewed_by, str) or not reviewed_by.strip() or len(reviewed_by) > REVIEWER_LIMIT:
        raise InputError(
            f"reviewed_by must be a text of 1 to {REVIEWER_LIMIT} characters that names people, got "
            f"{shown(repr(reviewed_by), 80)}."
        )
    return reviewed_by.strip()
