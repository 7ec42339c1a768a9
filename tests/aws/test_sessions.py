"""Calls go where boto3's go, as it is configured now; a session is used again for as long as that is the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.credentials import RefreshableCredentials
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st

from batchnb import local
from batchnb.aws.connect import connect
from batchnb.aws.sessions import MOST_KEPT, USER_AGENT, login_for
from tests.aws.fake_logins import ROLE, AwsFiles, FakeSts

CONFIG = "[default]\nregion=us-east-1\n[profile dev]\nregion=eu-west-1\n[profile prod]\nregion=eu-central-1\n"


def keys(**of: str) -> str:
    """Return a credentials file with these access keys by profile."""
    return "".join(f"[{name}]\naws_access_key_id={key}\naws_secret_access_key=x\n" for name, key in of.items())


@pytest.fixture(autouse=True)
def profiles(files: AwsFiles) -> AwsFiles:
    """Return the files of somebody with three profiles."""
    files.write(CONFIG, keys(default="DEFAULT", dev="DEV", prod="PROD"))
    return files


def where(**arguments: str) -> tuple[str | None, str]:
    """Return the access key and the Region of a gateway."""
    gateway = connect(**arguments)  # type: ignore[arg-type]
    return gateway._credentials, gateway.region


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"profile_name": "dev"},
        {"region_name": "sa-east-1"},
        {"profile_name": "prod", "region_name": "sa-east-1"},
        {"aws_access_key_id": "ROLE", "aws_secret_access_key": "x", "region_name": "ap-south-1"},
        {"aws_access_key_id": "ROLE", "aws_secret_access_key": "x", "aws_session_token": "t"},
    ],
)
@pytest.mark.parametrize("used", [False, True])
def test_calls_go_where_those_of_boto3_go(how: dict[str, str], *, used: bool) -> None:
    """Whatever the default session was made with, and whether or not boto3 has used it before."""
    boto3.setup_default_session(**how)  # type: ignore[arg-type]
    if used:
        boto3.client("batch")
    ours = where()
    client = boto3.client("batch")
    assert boto3.DEFAULT_SESSION is not None
    assert ours == _found(boto3.DEFAULT_SESSION)
    assert ours[1] == client.meta.region_name


def test_a_region_is_for_the_default_session_a_profile_is_not() -> None:
    """An argument says what it says: another profile has its own Region."""
    boto3.setup_default_session(profile_name="dev", region_name="sa-east-1")
    assert where(region="us-west-2") == ("DEV", "us-west-2")
    assert where(profile="prod") == ("PROD", "eu-central-1")


def test_nothing_goes_to_the_old_account_after_another_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """`%env AWS_PROFILE=dev`, with a default session that boto3 made by itself for another account."""
    monkeypatch.setenv("AWS_PROFILE", "prod")
    boto3.client("batch")
    assert where() == ("PROD", "eu-central-1")
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert where() == ("DEV", "eu-west-1")
    monkeypatch.delenv("AWS_PROFILE")
    assert where() == ("DEFAULT", "us-east-1")


def test_a_default_session_that_is_older_than_the_profile_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 was used before %env, and batchnb only after it."""
    boto3.client("batch")
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert where() == ("DEV", "eu-west-1")


def test_keys_in_the_environment_count_from_when_they_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of a console's pop-up, pasted into a cell, replaced, and taken away."""
    boto3.client("batch")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    for key in ("FIRST", "SECOND"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        assert where() == (key, "us-east-1")
        assert boto3.DEFAULT_SESSION is not None
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert where() == ("DEFAULT", "us-east-1")


def test_a_new_default_session_counts_at_once() -> None:
    """Also one of the same profile with another Region, and none at all."""
    boto3.setup_default_session(profile_name="prod")
    assert where() == ("PROD", "eu-central-1")
    boto3.setup_default_session(profile_name="dev")
    assert where() == ("DEV", "eu-west-1")
    boto3.DEFAULT_SESSION = None
    assert where() == ("DEFAULT", "us-east-1")


@pytest.mark.parametrize("how", [None, {}, {"profile_name": "default"}])
def test_an_edited_file_counts_at_once(files: AwsFiles, how: dict[str, str] | None) -> None:
    """A tool of the company writes new keys every hour; the default session would keep the old ones."""
    if how is not None:
        boto3.setup_default_session(**how)  # type: ignore[arg-type]
    assert where() == ("DEFAULT", "us-east-1")
    files.write(CONFIG.replace("us-east-1", "sa-east-1"), keys(default="RENEWED"))
    assert where() == ("RENEWED", "sa-east-1")


def test_another_file_counts_at_once(files: AwsFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_SHARED_CREDENTIALS_FILE is a variable as any other."""
    assert where() == ("DEFAULT", "us-east-1")
    (files.folder / "other").write_text(keys(default="OTHER"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(files.folder / "other"))
    assert where() == ("OTHER", "us-east-1")


def test_a_default_session_of_another_making_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """One with credentials that somebody has put in: there is no other way to them, whatever the environment says."""
    core: Any = Session()
    fresh = {"access_key": "OWN", "secret_key": "x", "token": "t", "expiry_time": "2099-01-01T00:00:00Z"}
    core._credentials = RefreshableCredentials.create_from_metadata(fresh, lambda: fresh, "assume-role")
    core.set_config_variable("region", "eu-west-1")
    boto3.setup_default_session(botocore_session=core)
    assert where() == ("OWN", "eu-west-1")
    monkeypatch.setenv("AWS_PROFILE", "prod")
    assert where() == ("OWN", "eu-west-1")


def test_a_session_is_used_again_and_shared_with_boto3() -> None:
    """Credentials that boto3 has fetched for its default session are not fetched again."""
    boto3.setup_default_session(profile_name="dev")
    assert login_for(None).session is boto3.DEFAULT_SESSION
    assert login_for("dev").session is boto3.DEFAULT_SESSION
    assert login_for("prod") is login_for("prod")
    assert login_for("prod").session is not boto3.DEFAULT_SESSION


def test_who_comes_back_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """From dev to prod and back to dev: the first session is still good."""
    monkeypatch.setenv("AWS_PROFILE", "dev")
    first = login_for(None)
    monkeypatch.setenv("AWS_PROFILE", "prod")
    assert login_for(None) is not first
    monkeypatch.setenv("AWS_PROFILE", "dev")
    assert login_for(None) is first


def test_not_every_session_is_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions hold keys: the oldest ones are let go."""
    first = login_for(None)
    for number in range(MOST_KEPT):
        monkeypatch.setenv("AWS_PAGER", str(number))
        login_for(None)
    monkeypatch.delenv("AWS_PAGER")
    assert login_for(None) is not first


def test_nothing_of_boto3_is_made_or_changed() -> None:
    """A default session that boto3 has not made yet is not made for it: it may be configured later."""
    where()
    assert boto3.DEFAULT_SESSION is None


def test_every_client_names_batchnb(files: AwsFiles, sts: FakeSts, start: Callable[..., local.LocalBatch]) -> None:
    """CloudTrail can be searched for the calls of batchnb, those for credentials included."""
    files.write(f"[profile oncall]\nregion=eu-west-1\nrole_arn={ROLE}\nsource_profile=base\n", keys(base="BASE"))
    gateway = connect(profile="oncall", endpoint_url=start(lambda world: world.add_queue("q")).endpoint_url)
    assert USER_AGENT in sts.asked[0]["agent"]
    sent: list[str] = []
    gateway._client.meta.events.register(
        "before-send", lambda request, **_: sent.append(str(request.headers["User-Agent"]))
    )
    gateway.queues()
    assert sent[0].count(USER_AGENT) == 1


def _found(session: boto3.Session) -> tuple[str, str | None]:
    credentials = session.get_credentials()
    assert credentials is not None
    return credentials.access_key, session.region_name


STEPS = st.sampled_from(
    ["profile dev", "profile prod", "no profile", "session dev", "session", "no session", "key", "no key"]
)


@settings(max_examples=25)
@given(st.lists(STEPS, min_size=1, max_size=8))
def test_whatever_came_before_it_is_the_configuration_of_now(steps: list[str]) -> None:
    """However somebody got there: what is used is what a session resolves that is made at this moment."""
    boto3.DEFAULT_SESSION = None
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        os.environ.pop(name, None)
    try:
        told: str | None = None
        for step in steps:
            what, _, value = step.partition(" ")
            if what == "profile":
                os.environ["AWS_PROFILE"] = value
            elif step == "no profile":
                os.environ.pop("AWS_PROFILE", None)
            elif what == "session":
                told = value or None
                boto3.setup_default_session(profile_name=told)
            elif step == "no session":
                told, boto3.DEFAULT_SESSION = None, None
            elif step == "key":
                os.environ |= {"AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "x"}
            else:
                os.environ.pop("AWS_ACCESS_KEY_ID", None)
                os.environ.pop("AWS_SECRET_ACCESS_KEY", None)
            assert _found(login_for(None).session) == _found(boto3.Session(profile_name=told))
    finally:
        boto3.DEFAULT_SESSION = None
        for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            os.environ.pop(name, None)
