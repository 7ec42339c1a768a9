"""A denial says what to ask for, and does not where asking cannot help."""

from __future__ import annotations

import pytest

from batchnb.aws.denials import denied_call, denied_job

ARN = "arn:aws:batch:eu-west-1:123456789012:job/1"
USER = "arn:aws:sts::123456789012:assumed-role/oncall/me"
DENIED = f"User: {USER} is not authorized to perform: batch:TerminateJob on resource: {ARN}"
ASK = f'Ask for batch:TerminateJob on resource "{ARN}".'


@pytest.mark.parametrize(
    "why",
    [
        "",
        " because no identity-based policy allows the batch:TerminateJob action",
        " because no resource-based policy allows the batch:TerminateJob action",
    ],
)
def test_a_job_is_one_short_sentence_with_its_arn_once(why: str) -> None:
    """Of 7,000 jobs that are denied, each line can be read."""
    said = denied_job(DENIED + why, ASK)
    assert said == f"not allowed. {ASK}"
    assert said.count(ARN) == 1


@pytest.mark.parametrize(
    ("why", "policy"),
    [
        ("with an explicit deny in a service control policy", "a service control policy"),
        ("with an explicit deny in a resource control policy", "a resource control policy"),
        ("with an explicit deny in a VPC endpoint policy", "a VPC endpoint policy"),
        ("with an explicit deny in a permissions boundary", "a permissions boundary"),
        ("with an explicit deny in a session policy", "a session policy"),
        (
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/p-1",
            "a service control policy",
        ),
        ("with an explicit deny in an identity-based policy", "a policy of this role or user"),
        ("with an explicit deny", "a policy"),
    ],
)
@pytest.mark.parametrize("told", [denied_call, denied_job])
def test_an_explicit_deny_is_not_mended_by_asking(told: object, why: str, policy: str) -> None:
    """A permission that allows it changes nothing where a policy forbids it."""
    assert callable(told)
    said = told(f"{DENIED} {why}", ASK)
    assert f"An explicit deny in {policy} forbids it: asking for a permission will not help." in said
    assert ASK not in said


@pytest.mark.parametrize(
    "policy", ["service control policy", "VPC endpoint policy", "permissions boundary", "session policy"]
)
def test_a_policy_of_others_that_does_not_allow_it_is_named(policy: str) -> None:
    """The company allows less than the role: it is they who can change it."""
    said = denied_call(f"{DENIED} because no {policy} allows the batch:TerminateJob action", ASK)
    assert f"No {policy} allows it: asking for a permission of your own will not help." in said
    assert ASK not in said


def test_what_is_said_in_other_words_stays() -> None:
    """A proxy that refuses does not speak as IAM does."""
    assert denied_job("go away", ASK) == f"go away. {ASK}"
