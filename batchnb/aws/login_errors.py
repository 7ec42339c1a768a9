"""Says in one line why credentials cannot be had, and what to do about it, with the name of the profile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from batchnb.aws.clock_skew import clock_advice
from batchnb.aws.login_advice import CERTIFICATE_ADVICE, default_advice, login_advice, profiles_advice, role_advice
from batchnb.aws.prompts import CodeNotTypedError
from batchnb.errors import CredentialsError
from batchnb.text import sentence, shown, without_userinfo

if TYPE_CHECKING:
    import boto3

__all__ = ["how_to_renew", "login_error"]

SAID_LENGTH = 1000
"""Characters of what AWS, or a program, says in an error."""

_MFA = (
    "Run a cell such as %batch_jobs --limit 1, with the same --profile, and type the code there; then try again. Where "
    "nobody attends, use a profile that needs no code."
)


@dataclass(frozen=True, slots=True)
class _Cause:
    """Why, in some words; what to do, in a sentence; and the code of the error."""

    why: str
    what_to_do: str
    code: str
    operation: str = "login"
    request_id: str | None = None


def how_to_renew(session: boto3.Session) -> str:
    """Return the sentence that says how to renew the credentials of this session."""
    name, profiles = _profiles_of(session)
    credentials = getattr(session._session, "_credentials", None)  # noqa: SLF001 - `get_credentials` would fetch them
    return default_advice(name, profiles, getattr(credentials, "method", None))


def login_error(error: Exception, session: boto3.Session) -> CredentialsError:
    """Return the CredentialsError for an exception that was raised while credentials were fetched."""
    name, profiles = _profiles_of(session)
    cause = _cause_of(error, name, profiles)
    whose = f" for profile {shown(repr(name))}" if name else ""
    why = shown(without_userinfo(" ".join(cause.why.split())), SAID_LENGTH)
    message = f"No credentials{whose}: {sentence(why)} {cause.what_to_do}".strip()
    return CredentialsError(message, code=cause.code, operation=cause.operation, request_id=cause.request_id)


def _cause_of(error: Exception, name: str | None, profiles: Mapping[str, Any]) -> _Cause:
    from botocore import exceptions as boto

    kind = type(error).__name__
    if isinstance(error, CodeNotTypedError):
        return _Cause(f"an MFA code is needed, and {error.why}", _MFA, "MfaCodeNeeded")
    if isinstance(error, boto.ClientError):
        return _cause_of_answer(error, name, profiles)
    if isinstance(error, boto.SSLError):
        return _Cause(f"the certificate of {_host_of(error)} is not trusted ({error})", CERTIFICATE_ADVICE, kind)
    if isinstance(error, (boto.ConnectionError, boto.HTTPClientError)):
        # What somebody has to repair is the way there, not the login.
        why = f"cannot reach {_host_of(error)} ({error})"
        return _Cause(why, "Check the network, the VPN and the proxy, and try again.", kind)
    if isinstance(error, boto.CredentialRetrievalError):
        return _cause_of_program(error, login_advice(name, profiles))
    if isinstance(error, boto.BotoCoreError):
        return _cause_of_login(error, name, profiles)
    return _cause_on_this_machine(error, name, profiles)


def _cause_of_login(error: Exception, name: str | None, profiles: Mapping[str, Any]) -> _Cause:
    """Return the cause of botocore's error for a missing or expired login."""
    kind, advice = type(error).__name__, login_advice(name, profiles)
    if kind == "NoCredentialsError":
        return _Cause("boto3 has found none", profiles_advice(name, profiles), kind)
    if kind in ("SSOTokenLoadError", "NoAuthTokenError"):
        return _Cause(f"you have not logged in with SSO ({error})", advice, kind)
    if kind in ("UnauthorizedSSOTokenError", "SSOError", "TokenRetrievalError", "PendingAuthorizationExpiredError"):
        return _Cause(f"the SSO login has expired ({error})", advice, kind)
    if kind.startswith("Login"):
        return _Cause(f"the 'aws login' session has expired or was never made ({error})", advice, kind)
    if kind == "RefreshWithMFAUnsupportedError":
        again = "List the jobs again, which asks for a new code, and make the plan anew."
        return _Cause("what the MFA code gave access to is over", again, kind)
    if kind == "MissingDependencyException":
        why = "'aws login' needs a part of botocore that is not installed"
        return _Cause(why, "Run: pip install 'botocore[crt]' and restart the kernel.", kind)
    if kind in ("PartialCredentialsError", "UnknownCredentialError", "ConfigNotFound") or "Config" in kind:
        return _Cause(f"the configuration is incomplete ({error})", "Correct the AWS configuration files.", kind)
    return _Cause(f"{kind}: {error}", advice, kind)


def _cause_of_program(error: Any, advice: str) -> _Cause:
    provider, said = error.kwargs.get("provider"), str(error.kwargs.get("error_msg") or error).strip()
    if provider == "custom-process":
        return _Cause(f"credential_process failed: {said or 'it printed nothing on stderr'}", advice, "ProcessFailed")
    return _Cause(f"{provider}: {said}", advice, type(error).__name__)


def _cause_on_this_machine(error: Exception, name: str | None, profiles: Mapping[str, Any]) -> _Cause:
    """Return the cause of what botocore raises as it comes: files that are missing, answers that are not JSON."""
    advice, kind = login_advice(name, profiles), type(error).__name__
    if isinstance(error, OSError) and error.filename is not None:
        file = os.fspath(error.filename) if isinstance(error.filename, (str, os.PathLike)) else repr(error.filename)
        problem = f"{shown(repr(file), 300)}: {error.strerror or kind}"
        if _is_token_file(file, profiles):
            fix = "Correct AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file in the profile."
            return _Cause(f"the web identity token cannot be read, {problem}", fix, kind)
        fix = "Correct credential_process in the AWS configuration, or install that program."
        return _Cause(f"credential_process cannot be run, {problem}", fix, kind)
    if isinstance(error, ValueError) and "credential_process" in str(profiles.get(name or "default", {})):
        return _Cause(f"credential_process printed no JSON ({error})", advice, kind)
    return _Cause(f"{kind}: {error}", advice, kind)


def _cause_of_answer(error: Any, name: str | None, profiles: Mapping[str, Any]) -> _Cause:
    """Return the cause of an error answer of STS, SSO or another service that gives credentials."""
    operation, response = str(error.operation_name), error.response
    told = response.get("Error", {})
    code, said = str(told.get("Code") or "no code"), str(told.get("Message") or "no message")
    metadata = response.get("ResponseMetadata", {})
    request_id, status = metadata.get("RequestId"), int(metadata.get("HTTPStatusCode") or 0)

    def cause(why: str, what_to_do: str) -> _Cause:
        return _Cause(why, what_to_do, code, operation, request_id)

    if clock := clock_advice(code, said, metadata.get("HTTPHeaders") or {}):
        return cause(f"{operation}: {code}: {said}", clock)
    if status >= 500 or status == 429 or "Throttl" in code:
        return cause(f"{operation} failed ({code}: {said})", "Try again in a moment.")
    if operation == "GetRoleCredentials" and code == "ForbiddenException":
        return cause(f"SSO gives you no access ({said})", "Ask for the role, or correct sso_role_name.")
    if operation.startswith("AssumeRole"):
        role = _role_of(name, profiles)
        return cause(*role_advice(operation, code, said, role, login_advice(name, profiles)))
    return cause(f"{operation}: {code}: {said}", login_advice(name, profiles))


def _role_of(name: str | None, profiles: Mapping[str, Any]) -> str:
    profile = profiles.get(name or "default", {})
    role = profile.get("role_arn") or os.environ.get("AWS_ROLE_ARN") or "its role"
    return shown(role, 300)


def _is_token_file(file: str, profiles: Mapping[str, Any]) -> bool:
    named = [profile.get("web_identity_token_file") for profile in profiles.values()]
    return file in [*named, os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE")]


def _host_of(error: Any) -> str:
    url = error.kwargs.get("endpoint_url") if hasattr(error, "kwargs") else None
    try:
        host = urlsplit(str(url)).hostname
    except ValueError:
        host = None
    return shown(host or "the service that gives the credentials")


def _profiles_of(session: boto3.Session) -> tuple[str | None, Mapping[str, Any]]:
    """Return the name of the session's profile, None where it has none, and all profiles that are configured."""
    core: Any = session._session  # noqa: SLF001 - boto3 has no other way to it
    try:
        profiles: Mapping[str, Any] = core.full_config.get("profiles", {})
        name = core.get_config_variable("profile") or ("default" if "default" in profiles else None)
    except Exception:  # noqa: BLE001 - what is wrong with the files is reported by the code that needs them
        return None, {}
    return name, profiles
