"""How to make a login work again: what to type, or whom to ask, depending on the profile."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from batchnb.text import shown

__all__ = ["CERTIFICATE_ADVICE", "GENERAL_ADVICE", "default_advice", "login_advice", "profiles_advice", "role_advice"]

GENERAL_ADVICE = "Renew the credentials (for example 'aws sso login') and try again."
CERTIFICATE_ADVICE = (
    "A firewall or proxy may sign TLS anew: set AWS_CA_BUNDLE to a file with its certificate authority, and try again."
)
PROFILES_SHOWN = 10
_DEEPEST = 10
"""Profiles that are followed from one to the next by `source_profile`."""

_BY_METHOD = {
    "env": "Set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew and try again.",
    "explicit": "Make the session anew, with keys that are valid, and try again.",
}


def login_advice(name: str | None, profiles: Mapping[str, Any]) -> str:
    """Return the sentence that says how the credentials of a profile are renewed."""
    profile: Mapping[str, Any] = {}
    for _ in range(_DEEPEST):
        found = profiles.get(name or "default")
        profile = found if isinstance(found, Mapping) else {}
        source = profile.get("source_profile")
        if source is None or source == name:
            break
        name = str(source)
    flag = f" --profile {shlex.quote(name)}" if name else ""
    if "sso_session" in profile or "sso_start_url" in profile:
        return f"Run: aws sso login{flag}"
    if "login_session" in profile:
        return f"Run: aws login{flag}"
    if "credential_process" in profile:
        program = shown(profile["credential_process"], 200)
        return f"The profile gets its credentials from {program!r}: log in where that program does, and try again."
    if "web_identity_token_file" in profile:
        return f"Renew the token in {shown(profile['web_identity_token_file'], 200)} and try again."
    if name:
        # The keys may be those of a profile that is renewed by a tool of the company's own.
        return f"Renew the credentials of profile {shown(name)!r} (for example: aws sso login{flag}) and try again."
    return GENERAL_ADVICE


def default_advice(name: str | None, profiles: Mapping[str, Any], method: str | None) -> str:
    """Return the sentence that says how credentials are renewed that were found by `method`, in botocore's words."""
    return _BY_METHOD.get(method or "") or login_advice(name, profiles)


def profiles_advice(name: str | None, profiles: Mapping[str, Any]) -> str:
    """Return what to do where there are no credentials at all."""
    profile = profiles.get(name or "default")
    if isinstance(profile, Mapping) and "login_session" in profile:
        return "'aws login' needs a newer botocore. Run: pip install -U boto3 'botocore[crt]'"
    if isinstance(profile, Mapping) and {"sso_session", "sso_start_url", "source_profile"} & set(profile):
        return login_advice(name, profiles)
    known = f" Profiles: {_named(profiles)}." if profiles else ""
    return (
        "Log in (for example 'aws sso login'), set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give "
        f"a profile (profile=, in a magic --profile).{known}"
    )


def role_advice(operation: str, code: str, said: str, role: str, renewal: str) -> tuple[str, str]:
    """Return why a role could not be assumed, and what to do about it."""
    if "MultiFactorAuthentication" in said:
        return f"the MFA code was not accepted ({said})", "A code works once: wait for the next one, and try again."
    if operation == "AssumeRoleWithWebIdentity":
        if code in ("ExpiredTokenException", "InvalidIdentityToken", "IDPRejectedClaim"):
            return f"the web identity token was refused ({code}: {said})", "Renew the token file, and try again."
        return (
            f"{role} could not be assumed ({code}: {said})",
            "Check that its trust policy names the identity provider.",
        )
    if code == "AccessDenied":
        return (
            f"{role} could not be assumed ({said})",
            "Ask for sts:AssumeRole on that role; its trust policy has to allow you, too.",
        )
    if code.startswith("ExpiredToken"):
        return f"the credentials that assume {role} have expired ({said})", renewal
    return f"{role} could not be assumed ({code}: {said})", renewal


def _named(profiles: Mapping[str, Any]) -> str:
    names = sorted(profiles)
    more = len(names) - PROFILES_SHOWN
    return ", ".join(shown(name, 60) for name in names[:PROFILES_SHOWN]) + (f" and {more} more" if more > 0 else "")
