"""Whatever is raised while credentials are fetched becomes one line that a person can act on."""

from __future__ import annotations

import inspect

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchnb.aws.login_errors import login_error
from batchnb.errors import CredentialsError
from tests.aws.fake_logins import AwsFiles

RAISED = [
    made
    for _, made in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(made, Exception) and not issubclass(made, (Warning, ClientError))
]


@pytest.fixture
def session(files: AwsFiles) -> boto3.Session:
    """Return the session of a profile that is called `prod`."""
    files.write("[profile prod]\nregion=eu-west-1\ncredential_process=helper\n")
    return boto3.Session(profile_name="prod")


@pytest.mark.parametrize(
    "made", [*RAISED, OSError, EOFError, KeyError, ValueError, RuntimeError], ids=lambda one: one.__name__
)
def test_no_error_of_a_login_is_left_as_it_is(session: boto3.Session, made: type[Exception]) -> None:
    """It names the profile and what happened, and says what to do."""
    raised = made.__new__(made)
    Exception.__init__(raised, "what happened")
    raised.kwargs = {}  # type: ignore[attr-defined]
    error = login_error(raised, session)
    assert type(error) is CredentialsError
    assert str(error).startswith("No credentials for profile 'prod': ")
    assert error.code
    assert len(str(error).partition(": ")[2].split(". ")) >= 2 or "Run: " in str(error)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    code=st.text(max_size=30),
    said=st.text(max_size=200),
    operation=st.sampled_from(["AssumeRole", "GetRoleCredentials", "X"]),
)
def test_whatever_is_said_is_one_line(session: boto3.Session, code: str, said: str, operation: str) -> None:
    """What a service, a proxy or a helper says is hostile text."""
    raised = ClientError({"Error": {"Code": code, "Message": said}}, operation)
    assert str(login_error(raised, session)).isprintable()
    helper = exceptions.CredentialRetrievalError(provider="custom-process", error_msg=said)
    assert str(login_error(helper, session)).isprintable()
    assert (
        len(str(login_error(ClientError({"Error": {"Code": "x", "Message": said * 100}}, operation), session))) < 1500
    )


def test_a_password_in_an_address_is_not_shown(session: boto3.Session) -> None:
    """Proxies have their passwords in their URLs."""
    raised = exceptions.ProxyConnectionError(proxy_url="http://me:secret@proxy.example.com:3128")
    assert "secret" not in str(login_error(raised, session))
