"""Says what to do about a denial: ask for a permission, or, where that cannot help, who can change it."""

from __future__ import annotations

import re

from batchnb.text import sentence

__all__ = ["denied_call", "denied_job"]

# "User: ARN is not authorized to perform: ACTION on resource: ARN because no identity-based policy allows the ACTION
# action", or "... with an explicit deny in a service control policy: ARN". [IAM user guide, access denied messages]
_STANDARD = re.compile(r"\bnot authorized to perform: \S+")
_EXPLICIT = re.compile(
    r"with an explicit deny(?: in (?P<policy>(?:an? |the )?[\w -]+?))?(?= *(?:[:.(]|$))", re.IGNORECASE
)
_IMPLICIT = re.compile(r"because no (?P<policy>[\w -]+?) allows", re.IGNORECASE)
_ASKING_HELPS = frozenset({"identity-based policy", "resource-based policy"})


def denied_call(said: str, permission: str) -> str:
    """Return the sentences for a denial with AWS's message `said`; `permission` is the one to ask for.

    >>> denied_call("User: x is not authorized to perform: batch:ListJobs", "Ask for batch:ListJobs.")
    'User: x is not authorized to perform: batch:ListJobs. Ask for batch:ListJobs.'
    """
    return f"{sentence(said)} {_policy_advice(said) or permission}"


def denied_job(said: str, permission: str) -> str:
    """Return the sentence for one job that may not be ended: short, and with its ARN once.

    >>> denied_job("User: x is not authorized to perform: batch:TerminateJob on resource: y", "Ask for it on y.")
    'not allowed. Ask for it on y.'
    """
    if not _STANDARD.search(said):
        return denied_call(said, permission)
    return f"not allowed. {_policy_advice(said) or permission}"


def _policy_advice(said: str) -> str | None:
    """Return what to do if the policy is not the caller's own; None if a permission would help."""
    if found := _EXPLICIT.search(said):
        policy = found["policy"] or "a policy"
        if policy.removeprefix("an ").removeprefix("a ") == "identity-based policy":
            policy = "a policy of this role or user"
        return (
            f"An explicit deny in {policy} forbids it: asking for a permission will not help. "
            "The administrators of that policy have to change it."
        )
    found = _IMPLICIT.search(said)
    if found is None or found["policy"].lower() in _ASKING_HELPS:
        return None
    return (
        f"No {found['policy']} allows it: asking for a permission of your own will not help. "
        "The administrators of that policy have to change it."
    )
