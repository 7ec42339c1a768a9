"""Failures: what the bar of a picker says of an error, in a sentence or two, and the raw words behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from batchnb.errors import (
    AccessDeniedError,
    AwsError,
    BatchnbError,
    CredentialsError,
    GuardError,
    PlanMismatchError,
    ThrottledError,
    UnavailableError,
)
from batchnb.text import plural, shown

__all__ = ["Failure", "LateError", "failure_of", "is_expired", "is_unreached", "login_line", "sentence_of"]

_LENGTH = 1200
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "UnauthorizedSSOTokenError"})
_UNREACHED = frozenset(
    {"EndpointConnectionError", "ConnectTimeoutError", "ConnectionError", "ProxyConnectionError", "SSLError"}
)
_NOTHING = "Nothing was ended."
_REVIEW = "Review"


class LateError(BatchnbError):
    """A confirmation came too late to be carried out."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the bar says: a text, the words of AWS or Python behind it, and what its button does."""

    text: str
    details: str = ""
    """Shown only when somebody asks for it."""
    again: str = ""
    """The text of the button that asks for a new review; empty where that would not help."""

    def told(self) -> dict[str, Any]:
        """Return it as plain values for the browser."""
        return {"error": self.text, "errorDetails": self.details, "errorAgain": self.again}


def failure_of(
    error: BaseException | None,
    profile: str | None = None,
    region: str | None = None,
    tried: float | None = None,
    account: str | None = None,
    press: str = _REVIEW,
) -> Failure | None:
    """Return what to say of an error, None of none. `profile` and `region` are those of the calls, where known.

    `tried` are the seconds from the first call to the error, and `account` is the name of the account. `press` is the
    button that does again what failed.
    """
    if error is None:
        return None
    raw = sentence_of(error)
    if isinstance(error, LateError):
        return Failure(raw, again="Review again")
    if isinstance(error, PlanMismatchError):
        return Failure(_mismatch_text(error), raw, "Review again")
    if isinstance(error, AwsError):
        failure = _of_aws(error, raw, profile, region, tried, press)
        # The button of the error asks for a review, and nothing else.
        return failure if press == _REVIEW else replace(failure, again="")
    if isinstance(error, GuardError) and error.guard == "read_only":
        return Failure(f"Read-only: {shown(error.layer, 300)}. Nothing can be ended from here.", raw)
    if isinstance(error, GuardError) and error.guard == "accounts":
        name = shown(account, 80) if account else "This account"
        return Failure(f"{name} is not on the list of accounts ({shown(error.layer, 300)}).", raw)
    return Failure(raw)


def _mismatch_text(error: PlanMismatchError) -> str:
    """Return how many jobs are no longer what was reviewed, and all that is new about them."""
    if not error.changed:
        return f"What you reviewed is no longer what AWS has. {_NOTHING}"
    count, kinds = len(error.changed), {kind for kinds in error.changed.values() for kind in kinds}
    plain = [word for word in ("name", "queue", "account", "definition", "number of nodes") if word in kinds]
    causes = [f"new {' or '.join(filter(None, [', '.join(plain[:-1]), plain[-1]]))}"] if plain else []
    causes += ["more array children"] if "number of children" in kinds else []
    if "dependent" in kinds:
        causes.append("a new dependent" if error.dependents == 1 else f"{error.dependents:,} new dependents")
    jobs = f"{count:,} of the {plural(error.of, 'job')} {'is' if count == 1 else 'are'}"
    return f"{jobs} no longer what you reviewed ({'; '.join(causes)}). {_NOTHING}"


def _of_aws(
    error: AwsError, raw: str, profile: str | None, region: str | None, tried: float | None, press: str
) -> Failure:
    if isinstance(error, CredentialsError):
        if not is_expired(error):
            return Failure(raw, again="Try again")
        kept = " Your selection is kept." if press == _REVIEW else ""
        text = f"Your AWS session has expired. Run {login_line(profile)}, then press {press} again.{kept}"
        return Failure(text, raw, "Review again")
    if isinstance(error, AccessDeniedError):
        looks = "end" if error.operation.startswith("Terminate") else "look at"
        return Failure(f"You may not {looks} these jobs: needs batch:{error.operation}. {_NOTHING}", raw, "Try again")
    if isinstance(error, ThrottledError):
        return Failure(f"AWS kept throttling us. {_NOTHING} Try again in a moment.", raw, "Try again")
    if isinstance(error, UnavailableError) and is_unreached(error):
        where = f" in {shown(region, 40)}" if region else ""
        seconds = f" (tried for {tried:,.0f} s)" if tried and tried >= 1 else ""
        return Failure(f"Cannot reach AWS Batch{where}{seconds}. VPN? Proxy? Region? {_NOTHING}", raw, "Try again")
    return Failure(raw, again="Try again" if isinstance(error, UnavailableError) else "")


def is_expired(error: BaseException | None) -> bool:
    """Whether the error says that a login is over, and not that it never was good."""
    return isinstance(error, CredentialsError) and error.code in _EXPIRED


def is_unreached(error: UnavailableError) -> bool:
    """Whether nothing has arrived at AWS."""
    return error.code in _UNREACHED


def login_line(profile: str | None) -> str:
    """Return what to type for a new login with this profile."""
    return f"aws sso login --profile {shown(profile, 60)}" if profile else "aws sso login"


def sentence_of(error: BaseException) -> str:
    """Return the error as one line; of an error that is not ours, with its name."""
    text = shown(str(error), _LENGTH)
    return text if isinstance(error, BatchnbError) and text else f"{type(error).__name__}: {text or 'no message'}"
