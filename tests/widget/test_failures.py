"""What the bar says of an error: a sentence and what to do, with the raw words only behind Details."""

from __future__ import annotations

import pytest

from batchnb.errors import (
    AccessDeniedError,
    AwsError,
    CredentialsError,
    GuardError,
    InputError,
    PlanMismatchError,
    ThrottledError,
    UnavailableError,
)
from batchnb.widget.failures import Failure, LateError, failure_of


def aws(kind: type[AwsError], code: str, operation: str = "DescribeJobs") -> AwsError:
    """Return an error as AWS's answer makes it."""
    return kind(f"{operation}: {code}: raw words", code=code, operation=operation)


@pytest.mark.parametrize(
    ("error", "text", "again"),
    [
        (
            aws(CredentialsError, "ExpiredTokenException"),
            (
                "Your AWS session has expired. Run aws sso login --profile oncall, then press Review again. "
                "Your selection is kept."
            ),
            "Review again",
        ),
        (
            aws(AccessDeniedError, "AccessDeniedException"),
            "You may not look at these jobs: needs batch:DescribeJobs. Nothing was ended.",
            "Try again",
        ),
        (
            aws(ThrottledError, "TooManyRequestsException"),
            "AWS kept throttling us. Nothing was ended. Try again in a moment.",
            "Try again",
        ),
        (
            aws(UnavailableError, "EndpointConnectionError"),
            "Cannot reach AWS Batch in eu-west-1. VPN? Proxy? Region? Nothing was ended.",
            "Try again",
        ),
        (
            PlanMismatchError("raw words"),
            "What you reviewed is no longer what AWS has. Nothing was ended.",
            "Review again",
        ),
        (
            GuardError("raw words", guard="accounts", layer="pyproject.toml"),
            "This account is not on the list of accounts (pyproject.toml).",
            "",
        ),
        (
            GuardError("raw words", guard="read_only", layer="BATCHNB_READ_ONLY=1"),
            "Read-only: BATCHNB_READ_ONLY=1. Nothing can be ended from here.",
            "",
        ),
    ],
)
def test_each_error_says_what_happened_and_what_to_do(error: Exception, text: str, again: str) -> None:
    """AWS's own words stand behind Details, whole."""
    failure = failure_of(error, "oncall", "eu-west-1")
    assert failure is not None
    assert (failure.text, failure.again) == (text, again)
    assert "raw words" in failure.details


@pytest.mark.parametrize(
    ("changed", "dependents", "said"),
    [
        ({"a": ("name",)}, 0, "1 of the 67 jobs is no longer what you reviewed (new name)."),
        (
            {"a": ("name", "queue", "definition", "number of children"), "b": ("dependent",)},
            1,
            (
                "2 of the 67 jobs are no longer what you reviewed (new name, queue or definition; more array children; "
                "a new dependent)."
            ),
        ),
        ({"a": ("dependent",)}, 1200, "1 of the 67 jobs is no longer what you reviewed (1,200 new dependents)."),
    ],
)  # fmt: skip
def test_a_plan_that_no_longer_fits_says_how_many_jobs_and_why(
    changed: dict[str, tuple[str, ...]], dependents: int, said: str
) -> None:
    """Each job counts once, and each cause is named once; which jobs they are is behind Details."""
    error = PlanMismatchError("raw words", changed=changed, of=67, dependents=dependents)
    assert failure_of(error) == Failure(f"{said} Nothing was ended.", "raw words", "Review again")


def test_what_is_not_known_stands_as_it_is() -> None:
    """An error of ours is its own sentence; another has its name; a late yes asks for a new review."""
    assert failure_of(InputError("jobs: x"), None, None) == Failure("jobs: x")
    assert failure_of(KeyError("x"), None, None) == Failure("KeyError: 'x'")
    assert failure_of(LateError("late"), None, None) == Failure("late", again="Review again")
    assert failure_of(None) is None


def test_without_a_profile_or_region_none_is_made_up() -> None:
    """The advice is the plain command then."""
    expired = failure_of(aws(CredentialsError, "ExpiredToken"))
    unreached = failure_of(aws(UnavailableError, "ConnectTimeoutError"))
    assert expired is not None
    assert "Run aws sso login, then" in expired.text
    assert unreached is not None
    assert unreached.text.startswith("Cannot reach AWS Batch. VPN?")


@pytest.mark.parametrize(("tried", "said"), [(6.2, " (tried for 6 s)"), (0.2, ""), (None, "")])
def test_how_long_the_network_was_tried_is_said(tried: float | None, said: str) -> None:
    """Six seconds are a network that is slow to refuse; less than one says nothing."""
    unreached = failure_of(aws(UnavailableError, "ConnectTimeoutError"), None, "eu-west-1", tried)
    assert unreached is not None
    assert unreached.text.startswith(f"Cannot reach AWS Batch in eu-west-1{said}. VPN?")


@pytest.mark.parametrize("text", ["<img src=x>\u202e\n", "x" * 5000])
def test_hostile_words_are_one_bounded_line(text: str) -> None:
    """Whatever an endpoint answers: no line of its own, no hidden direction, and not the whole page."""
    failure = failure_of(CredentialsError(text, code="Odd", operation="DescribeJobs"), text, text)
    expired = failure_of(CredentialsError(text, code="ExpiredToken", operation="DescribeJobs"), text, text)
    for one in (failure, expired):
        assert one is not None
        for said in (one.text, one.details):
            assert "\u202e" not in said
            assert "\n" not in said
            assert len(said) <= 1300
